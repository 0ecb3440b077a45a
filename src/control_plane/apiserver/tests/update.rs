//! `update`, of objects, statuses, scales and namespaces' finalizers.

use super::*;
use crate::api::{Pod, Subresource};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, PodStatus};

#[test]
fn an_update_replaces_what_may_change() {
    let mut world = World::new();
    let made = world.make(deployment("web"));
    let mut web: Deployment = world.typed("web");
    web.metadata.creation_timestamp = None;
    web.metadata.uid = None;
    web.metadata.generation = Some(99);
    web.spec.as_mut().expect("a spec").replicas = Some(5);
    let after = world.ask(&Request::update(web)).expect("updated");
    assert_eq!(after.metadata().uid, made.metadata().uid);
    assert_eq!(
        after.metadata().creation_timestamp,
        made.metadata().creation_timestamp
    );
    assert_eq!(after.metadata().generation, Some(2));
    assert_eq!(
        after
            .get::<Deployment>()
            .and_then(|d| d.spec.as_ref()?.replicas),
        Some(5)
    );
}

#[test]
fn an_update_that_changes_nothing_writes_nothing() {
    let mut world = World::new();
    world.make(deployment("web"));
    let revision = world.store.revision();
    let web: Deployment = world.typed("web");
    let answer = world.answer(&Request::update(web.clone()));
    assert_eq!((answer.revision, world.store.revision()), (None, revision));
    let answer = world.answer(&Request::update_status(web));
    assert_eq!((answer.revision, world.store.revision()), (None, revision));
}

#[test]
fn a_status_update_changes_the_status_only() {
    let mut world = World::new();
    world.make(pod("web"));
    let mut web: Pod = world.typed("web");
    web.spec.as_mut().expect("a spec").node_name = Some("sneaked in".to_owned());
    let running = PodStatus {
        phase: Some("Running".to_owned()),
        ..PodStatus::default()
    };
    web.status = Some(running.into());
    world.send(&Request::update_status(web)).expect("updated");
    let web: Pod = world.typed("web");
    assert_eq!(web.spec.and_then(|s| s.into_inner().node_name), None);
    assert_eq!(
        web.status.as_ref().and_then(|s| s.phase.as_deref()),
        Some("Running")
    );
}

#[test]
fn versions_of_a_pod_with_one_spec_share_it() {
    let mut world = World::new();
    world.make(pod("web"));
    let old: Pod = world.typed("web");
    let running = PodStatus {
        phase: Some("Running".to_owned()),
        ..PodStatus::default()
    };
    let without_spec = Pod {
        spec: None,
        status: Some(running.into()),
        ..old.clone()
    };
    world
        .send(&Request::update_status(without_spec))
        .expect("updated");
    let new: Pod = world.typed("web");
    let [old, new] = [old, new].map(|pod| pod.spec.expect("a spec"));
    assert!(std::ptr::from_ref(&*old) == std::ptr::from_ref(&*new));
}

#[test]
fn updates_are_refused() {
    let mut world = World::new();
    world.make(config_map("x"));
    let x: ConfigMap = world.typed("x");
    let mut newer = x.clone();
    newer.data = None;
    world.send(&Request::update(newer)).expect("updated");
    let changed = |change: fn(&mut ConfigMap)| {
        let mut copy = x.clone();
        copy.metadata.resource_version = None;
        change(&mut copy);
        Request {
            key: key(Kind::ConfigMap, "x"),
            ..Request::update(copy)
        }
    };
    let own = x.metadata.uid.clone().unwrap_or_default();
    let cases = [
        (
            "stale",
            Request::update(x.clone()),
            409,
            "Operation cannot be fulfilled on configmaps \"x\": the object has been modified; please apply your changes to the latest version and try again".to_owned(),
        ),
        (
            "another object of that name",
            changed(|c| c.metadata.uid = Some("1".to_owned())),
            409,
            format!("Operation cannot be fulfilled on configmaps \"x\": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/x, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: 1, UID in object meta: {own}"),
        ),
        (
            "another name",
            changed(|c| c.metadata.name = Some("y".to_owned())),
            400,
            "the name of the object (y) does not match the name on the URL (x)".to_owned(),
        ),
        (
            "nobody",
            Request { key: key(Kind::ConfigMap, "y"), ..changed(|c| c.metadata.name = Some("y".to_owned())) },
            404,
            "configmaps \"y\" not found".to_owned(),
        ),
        (
            "a time of deletion",
            changed(|c| c.metadata.deletion_timestamp.clone_from(&c.metadata.creation_timestamp)),
            422,
            "ConfigMap \"x\" is invalid: metadata.deletionTimestamp: Invalid value: 2025-01-01 00:00:00 +0000 UTC: field is immutable".to_owned(),
        ),
    ];
    for (name, request, code, want) in cases {
        assert_eq!(world.refusal(&request), (code, want), "{name}");
    }
}

#[test]
fn leases_are_made_by_updates_and_need_a_revision() {
    let mut world = World::new();
    let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "n1"}});
    let put = |document: Value| Request {
        key: key(Kind::Lease, "n1"),
        verb: Verb::Update,
        ..creation(document)
    };
    world.send(&put(lease.clone())).expect("made");
    let want = "Lease.coordination.k8s.io \"n1\" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update";
    assert_eq!(world.refusal(&put(lease)), (422, want.to_owned()));
}

#[test]
fn scaling_sets_the_replicas() {
    let mut world = World::new();
    world.make(deployment("web"));
    let scale = |kind, name: &str, replicas| Request {
        subresource: Some(Subresource::Scale),
        ..Request::new(Verb::Update, key(kind, name), Body::Scale(replicas))
    };
    world
        .send(&scale(Kind::Deployment, "web", 8))
        .expect("scaled");
    let web: Deployment = world.typed("web");
    assert_eq!(web.spec.and_then(|s| s.replicas), Some(8));
    assert_eq!(web.metadata.generation, Some(2));
    let want = "Scale.autoscaling \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0";
    assert_eq!(
        world.refusal(&scale(Kind::Deployment, "web", -1)),
        (422, want.to_owned())
    );
    world.make(config_map("x"));
    assert_eq!(world.refusal(&scale(Kind::ConfigMap, "x", 1)).0, 404);
    let conflict = "Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; please apply your changes to the latest version and try again";
    let namespace =
        "the namespace of the provided object does not match the namespace sent on the request";
    for (document, code, want) in [
        (
            json!({"metadata": {"name": "web", "resourceVersion": "1"}}),
            409,
            conflict,
        ),
        (
            json!({"metadata": {}}),
            400,
            "the name of the object (web based on URL) was undeterminable: name must be provided",
        ),
        (
            json!({"metadata": {"name": "web2"}}),
            400,
            "the name of the object (web2) does not match the name on the URL (web)",
        ),
        (
            json!({"metadata": {"name": "web", "namespace": "other"}}),
            400,
            namespace,
        ),
        (
            json!({"metadata": {"name": "web"}, "spec": {"replicas": "2"}}),
            400,
            "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32",
        ),
        (
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}),
            400,
            "Deployment in version \"v1\" cannot be handled as a Scale: converting (v1.Deployment) to (autoscaling.Scale): unknown conversion",
        ),
        (
            json!({"apiVersion": "autoscaling/v1", "kind": "Scales", "metadata": {"name": "web"}}),
            400,
            "Scales in version \"v1\" cannot be handled as a Scale: no kind \"Scales\" is registered for version \"autoscaling/v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"",
        ),
    ] {
        let request = Request {
            body: Body::Document(Arc::new(document)),
            ..scale(Kind::Deployment, "web", 0)
        };
        assert_eq!(world.refusal(&request), (code, want.to_owned()));
    }
}

#[test]
fn a_namespace_goes_when_its_finalizer_does() {
    let mut world = World::new();
    world.make(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "going"}}));
    let going = Key::new(Kind::Namespace, "", "going");
    let marked = world
        .send(&Request::delete(going.clone(), Default::default()))
        .expect("marked");
    let Reply::Object(marked) = marked else {
        panic!("it waits")
    };
    let mut namespace = marked.get::<Namespace>().expect("a namespace").clone();
    assert_eq!(
        namespace.status.as_ref().and_then(|s| s.phase.as_deref()),
        Some("Terminating")
    );
    assert_eq!(
        namespace.spec.as_ref().and_then(|s| s.finalizers.clone()),
        Some(vec!["kubernetes".to_owned()])
    );
    let again = world.answer(&Request::delete(going.clone(), Default::default()));
    assert_eq!(again.revision, None, "it waits already");
    namespace.spec = None;
    let finalize = Request {
        subresource: Some(Subresource::Finalize),
        ..Request::update(namespace)
    };
    let reply = world.send(&finalize).expect("finalized");
    assert!(matches!(reply, Reply::Deleted(_)));
    assert_eq!(world.store.head().get(&going), None);
}
