//! Tests of `apply`, against the API server itself.

use super::*;
use crate::kubectl::{ADMIN, Server};
use crate::sim::{Cluster, ClusterOptions};
use serde_json::json;

fn cluster() -> Cluster {
    Cluster::booted(ClusterOptions::default())
}

fn applied(cluster: &mut Cluster, document: &Value) -> Result<Applied, Refused> {
    apply(document, &Options::default(), &mut |request| {
        cluster.send(request.by(ADMIN))
    })
}

fn deployment(replicas: u32, image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "nginx", "image": image, "ports": [{"containerPort": 80}]}]},
            },
        },
    })
}

#[test]
fn created_then_unchanged_then_configured() {
    let mut cluster = cluster();
    let steps = [
        (
            "new",
            deployment(3, "nginx:1.14.2"),
            "deployment.apps/web created",
        ),
        (
            "the same",
            deployment(3, "nginx:1.14.2"),
            "deployment.apps/web unchanged",
        ),
        (
            "another image",
            deployment(3, "nginx:1.16.1"),
            "deployment.apps/web configured",
        ),
        (
            "the same again",
            deployment(3, "nginx:1.16.1"),
            "deployment.apps/web unchanged",
        ),
    ];
    for (name, document, want) in steps {
        let applied = applied(&mut cluster, &document).expect(name);
        assert_eq!(applied.line(), want, "{name}");
        assert_eq!(applied.warnings, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_configuration_is_kept_as_kubectl_keeps_it() {
    let mut cluster = cluster();
    let document = json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "x"}, "data": {"a": "<&>"}});
    let after = applied(&mut cluster, &document).expect("created").after;
    let kept = after
        .metadata()
        .annotations
        .as_ref()
        .and_then(|a| a.get(LAST_APPLIED));
    let want = "{\"apiVersion\":\"v1\",\"data\":{\"a\":\"\\u003c\\u0026\\u003e\"},\"kind\":\"ConfigMap\",\"metadata\":{\"annotations\":{},\"name\":\"x\",\"namespace\":\"default\"}}\n";
    assert_eq!(kept.map(String::as_str), Some(want));
}

#[test]
fn fields_of_others_stay_and_own_ones_go() {
    let mut cluster = cluster();
    let config = |data: Value| json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "x"}, "data": data});
    applied(&mut cluster, &config(json!({"mine": "1", "old": "1"}))).expect("created");
    let key = Key::new(Kind::ConfigMap, "default", "x");
    let other = Request::patch(key, PatchType::Merge, json!({"data": {"theirs": "2"}}));
    cluster.send(other.by(ADMIN)).result.expect("patched");
    let result = applied(&mut cluster, &config(json!({"mine": "3"}))).expect("configured");
    assert_eq!(
        result.after.to_json()["data"],
        json!({"mine": "3", "theirs": "2"})
    );
    let before = result.before.expect("it was there").to_json();
    assert_eq!(
        before["data"],
        json!({"mine": "1", "old": "1", "theirs": "2"})
    );
}

#[test]
fn objects_made_otherwise_are_taken_over_with_a_warning() {
    let mut cluster = cluster();
    let document = json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "x", "namespace": "default"}});
    let key = Key::new(Kind::ConfigMap, "default", "x");
    let create = Request::new(
        Verb::Create,
        key,
        Body::Document(Arc::new(document.clone())),
    );
    cluster.send(create.by(ADMIN)).result.expect("created");
    let applied = applied(&mut cluster, &document).expect("configured");
    assert_eq!(applied.effect, Effect::Configured);
    assert!(applied.warnings[0].starts_with("resource configmaps/x is missing the kubectl.kubernetes.io/last-applied-configuration annotation"));
}

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let mut cluster = cluster();
    applied(&mut cluster, &deployment(3, "nginx:1.14.2")).expect("created");
    let options = Options {
        dry_run: true,
        ..Options::default()
    };
    let revision = cluster.store().revision();
    let result = apply(&deployment(5, "nginx:1.14.2"), &options, &mut |r| {
        cluster.send(r.by(ADMIN))
    })
    .expect("answered");
    let replicas = |object: &Object| object.to_json()["spec"]["replicas"].clone();
    assert_eq!(result.before.as_ref().map(replicas), Some(json!(3)));
    assert_eq!(replicas(&result.after), json!(5));
    assert_eq!(cluster.store().revision(), revision);
}

#[test]
fn refusals_read_as_kubectl_prints_them() {
    let mut cluster = cluster();
    applied(&mut cluster, &deployment(3, "nginx:1.14.2")).expect("created");
    let mut typo = deployment(3, "nginx:1.14.2");
    typo["metadata"]["name"] = json!("typo");
    typo["spec"]["replica"] = json!(3);
    let mut selector = deployment(3, "nginx:1.14.2");
    selector["metadata"]["namespace"] = json!("nowhere");
    let cases = [
        (
            "a misspelt field",
            typo,
            "Error from server (BadRequest): error when creating \"f.yaml\": Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.replica\"",
        ),
        (
            "an old version",
            json!({"apiVersion": "apps/v1beta1", "kind": "Deployment", "metadata": {"name": "old"}}),
            "error: resource mapping not found for name: \"old\" namespace: \"\" from \"f.yaml\": no matches for kind \"Deployment\" in version \"apps/v1beta1\"\nensure CRDs are installed first",
        ),
        (
            "no version",
            json!({"kind": "Pod", "metadata": {"name": "x"}}),
            "error: error validating \"f.yaml\": error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false",
        ),
        (
            "no kind",
            json!({"apiVersion": "v1"}),
            "error: unable to decode \"f.yaml\": Object 'Kind' is missing in '{\"apiVersion\":\"v1\"}'",
        ),
        (
            "a name to be generated",
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "x-"}}),
            "error: from x-: cannot use generate name with apply",
        ),
        (
            "no such namespace",
            selector,
            "Error from server (NotFound): error when creating \"f.yaml\": namespaces \"nowhere\" not found",
        ),
        (
            "a change of the wrong type",
            {
                let mut document = deployment(3, "nginx:1.14.2");
                document["spec"]["paused"] = json!("yes");
                document
            },
            "The request is invalid: patch: Invalid value: ",
        ),
    ];
    for (name, document, want) in cases {
        let refused = applied(&mut cluster, &document).expect_err(name);
        let text = refused.text("f.yaml");
        assert!(text.starts_with(want), "{name}: {text}");
    }
}

#[test]
fn an_older_version_is_applied_in_its_own_words() {
    let mut cluster = cluster();
    let scaler = |percent: u32| {
        json!({
            "apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 5,
                "targetCPUUtilizationPercentage": percent,
            },
        })
    };
    for (percent, want) in [
        (50, Effect::Created),
        (50, Effect::Unchanged),
        (60, Effect::Configured),
    ] {
        let done = applied(&mut cluster, &scaler(percent)).expect("it is accepted");
        assert_eq!(done.effect, want, "{percent}");
        let stored = done.after.to_json();
        assert_eq!(stored["apiVersion"], "autoscaling/v2");
        let target = stored.pointer("/spec/metrics/0/resource/target/averageUtilization");
        assert_eq!(target, Some(&json!(percent)));
    }
    let mut wrong = scaler(50);
    wrong["spec"]["metrics"] = json!([]);
    wrong["metadata"]["name"] = json!("other");
    let refused = applied(&mut cluster, &wrong).expect_err("no such field in this version");
    assert_eq!(
        refused.status.message,
        "HorizontalPodAutoscaler in version \"v1\" cannot be handled as a HorizontalPodAutoscaler: strict decoding error: unknown field \"spec.metrics\""
    );
}
