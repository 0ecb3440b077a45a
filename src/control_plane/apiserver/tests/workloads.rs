//! What is particular to workloads and their neighbours: warnings, scales, and what becomes of dependents.

use super::*;
use crate::api::{DeleteOptions, Subresource};
use k8s_openapi::api::batch::v1::Job;

fn job(name: &str) -> Value {
    json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}]}}},
    })
}

fn stateful_set(name: &str) -> Value {
    let mut document = deployment(name);
    document["kind"] = json!("StatefulSet");
    document
}

#[test]
fn who_creates_what_nobody_acts_on_is_told_so() {
    let mut world = World::new();
    let warning =
        "KubeLoop does not run the job controller yet: this Job is stored, and nothing acts on it";
    assert_eq!(world.answer(&creation(job("a"))).warnings, [warning]);
    let dry = Request {
        dry_run: true,
        ..creation(job("b"))
    };
    assert_eq!(world.answer(&dry).warnings, [""; 0]);
    let stored = world.typed::<Job>("a");
    let own = Request::create(Job {
        metadata: k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
            name: Some("c".to_owned()),
            namespace: Some("default".to_owned()),
            ..Default::default()
        },
        spec: stored.spec.map(|mut spec| {
            spec.selector = None;
            spec.template.metadata = None;
            spec
        }),
        status: None,
    });
    let answer = world.answer(&own);
    assert!(answer.result.is_ok(), "{answer:?}");
    assert_eq!(answer.warnings, [""; 0], "components know");
    assert_eq!(world.answer(&creation(config_map("x"))).warnings, [""; 0]);
}

#[test]
fn a_jobs_pods_get_labels_of_its_identity() {
    let mut world = World::new();
    world.make(job("a"));
    let job = world.typed::<Job>("a");
    let uid = job.metadata.uid.clone().expect("an identity");
    let labels = job.metadata.labels.expect("those of its pods");
    assert_eq!(labels["batch.kubernetes.io/controller-uid"], uid);
    let mut twice = super::workloads::job("b");
    twice["spec"]["template"]["metadata"] = json!({"labels": {"job-name": "a"}});
    let (code, message) = world.refusal(&creation(twice));
    assert_eq!(code, 422);
    assert!(
        message.contains("spec.template.metadata.labels[job-name]: Invalid value"),
        "{message}"
    );
}

#[test]
fn a_stateful_set_is_scaled_like_a_deployment() {
    let mut world = World::new();
    world.make(stateful_set("web"));
    let scale = Request {
        subresource: Some(Subresource::Scale),
        ..Request::new(Verb::Update, key(Kind::StatefulSet, "web"), Body::Scale(5))
    };
    world.send(&scale).expect("scaled");
    let object = world.get(Kind::StatefulSet, "web").expect("it is there");
    let scale = object.scale().expect("it has one");
    assert_eq!(
        (scale.wanted, scale.is, scale.selector.as_str()),
        (5, 0, "app=web")
    );
    assert_eq!(object.metadata().generation, Some(2));
}

#[test]
fn jobs_leave_their_pods_behind_unless_told_otherwise() {
    let mut world = World::new();
    world.make(job("a"));
    let delete = Request::delete(key(Kind::Job, "a"), DeleteOptions::default());
    let object = world.ask(&delete).expect("it waits");
    let finalizers = object.metadata().finalizers.clone();
    assert_eq!(finalizers.unwrap_or_default(), ["orphan"]);
}

#[test]
fn a_budget_is_only_replaced_by_who_has_read_it() {
    let mut world = World::new();
    let budget = json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"}, "spec": {"maxUnavailable": 1}});
    world.make(budget.clone());
    let put = Request {
        verb: Verb::Update,
        ..creation(budget)
    };
    let (code, message) = world.refusal(&put);
    assert_eq!(code, 422);
    assert!(
        message.ends_with(
            "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update"
        ),
        "{message}"
    );
}

#[test]
fn a_name_with_dots_is_accepted_with_a_warning() {
    let mut world = World::new();
    let mut document = deployment("web.1");
    document["spec"]["selector"]["matchLabels"]["app"] = json!("web");
    document["spec"]["template"]["metadata"]["labels"]["app"] = json!("web");
    let answer = world.answer(&creation(document));
    assert!(answer.result.is_ok());
    assert_eq!(answer.warnings.len(), 1);
    assert!(answer.warnings[0].starts_with("metadata.name: this is used in Pod names"));
}

#[test]
fn an_empty_selector_is_not_the_same_as_none() {
    let mut world = World::new();
    let nil = "v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}";
    let mismatch = "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"web\"}: `selector` does not match template `labels`";
    for (kind, of, required) in [
        ("Deployment", "deployment", true),
        ("ReplicaSet", "deployment", true),
        ("StatefulSet", "statefulset", true),
        ("DaemonSet", "daemonset", false),
    ] {
        let document = |selector: Value| {
            let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
            creation(
                json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "w"}, "spec":
                {"selector": selector, "template": template}}),
            )
        };
        let empty =
            format!("spec.selector: Invalid value: {nil}: empty selector is invalid for {of}");
        let of_text = |wrong: &str| (422, format!("{kind}.apps \"w\" is invalid: {wrong}"));
        assert_eq!(world.refusal(&document(json!({}))), of_text(&empty));
        let of_map = empty.replace("map[string]string(nil)", "map[string]string{}");
        let got = world.refusal(&document(json!({"matchLabels": {}})));
        assert_eq!(got, of_text(&of_map));
        let none = if required {
            format!("[spec.selector: Required value, {mismatch}]")
        } else {
            mismatch.to_owned()
        };
        assert_eq!(world.refusal(&document(Value::Null)), of_text(&none));
    }
}
