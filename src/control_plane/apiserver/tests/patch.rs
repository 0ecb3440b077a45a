//! `patch`.

use super::*;
use crate::api::{FieldValidation, PatchType, Subresource};
use k8s_openapi::api::apps::v1::Deployment;

fn image(world: &World) -> Option<String> {
    let web: Deployment = world.typed("web");
    let spec = web.spec?.template.spec?;
    spec.containers.first()?.image.clone()
}

#[test]
fn three_kinds_of_patch() {
    let cases = [
        (
            "JSON patch",
            PatchType::Json,
            json!([{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "nginx:2"}]),
        ),
        (
            "merge patch",
            PatchType::Merge,
            json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "nginx:2"}]}}}}),
        ),
        (
            "strategic merge patch",
            PatchType::StrategicMerge,
            json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "nginx:2"}]}}}}),
        ),
    ];
    for (name, kind, body) in cases {
        let mut world = World::new();
        world.make(deployment("web"));
        let after = world
            .ask(&Request::patch(key(Kind::Deployment, "web"), kind, body))
            .expect(name);
        assert_eq!(image(&world).as_deref(), Some("nginx:2"), "{name}");
        assert_eq!(after.metadata().generation, Some(2), "{name}");
    }
}

#[test]
fn a_patch_that_changes_nothing_writes_nothing() {
    let mut world = World::new();
    world.make(deployment("web"));
    let revision = world.store.revision();
    let body = json!({"spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "c", "image": "nginx:1.14.2"}]}}}});
    let request = Request::patch(
        key(Kind::Deployment, "web"),
        PatchType::StrategicMerge,
        body,
    );
    world.send(&request).expect("answered");
    assert_eq!(world.store.revision(), revision);
}

#[test]
fn subresources_can_be_patched() {
    let mut world = World::new();
    world.make(deployment("web"));
    let patch = |subresource, body| Request {
        subresource: Some(subresource),
        ..Request::patch(key(Kind::Deployment, "web"), PatchType::Merge, body)
    };
    world
        .send(&patch(Subresource::Scale, json!({"spec": {"replicas": 1}})))
        .expect("scaled");
    world
        .send(&patch(
            Subresource::Status,
            json!({"spec": {"replicas": 9}, "status": {"replicas": 1}}),
        ))
        .expect("status");
    let web: Deployment = world.typed("web");
    assert_eq!(web.spec.and_then(|s| s.replicas), Some(1));
    assert_eq!(web.status.and_then(|s| s.replicas), Some(1));
}

#[test]
fn patches_are_refused() {
    let mut world = World::new();
    world.make(deployment("web"));
    let patch = |kind, body| Request::patch(key(Kind::Deployment, "web"), kind, body);
    let strategic = |body| patch(PatchType::StrategicMerge, body);
    let cases = [
        (
            "a misspelt field",
            strategic(json!({"spec": {"replica": 3}})),
            422,
            r#" "" is invalid: patch: Invalid value: "map[spec:map[replica:3]]": strict decoding error: unknown field "spec.replica""#,
        ),
        (
            "a wrong type",
            strategic(json!({"spec": {"replicas": "3"}})),
            422,
            r#" "" is invalid: patch: Invalid value: "map[spec:map[replicas:3]]": unrecognized type: int32"#,
        ),
        (
            "stale",
            strategic(json!({"metadata": {"resourceVersion": "1"}})),
            409,
            "Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; please apply your changes to the latest version and try again",
        ),
        (
            "another name",
            patch(PatchType::Merge, json!({"metadata": {"name": "other"}})),
            422,
            "Deployment.apps \"web\" is invalid: metadata.name: Invalid value: \"other\": field is immutable",
        ),
        (
            "a path that is not there",
            patch(
                PatchType::Json,
                json!([{"op": "remove", "path": "/spec/nothing"}]),
            ),
            422,
            "the server rejected our request due to an error in our request",
        ),
        (
            "an operation that there is not",
            patch(
                PatchType::Json,
                json!([{"op": "jump", "path": "/spec/replicas"}]),
            ),
            422,
            "the server rejected our request due to an error in our request",
        ),
        (
            "no merge key",
            strategic(json!({"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}})),
            500,
            "map: map[image:x] does not contain declared merge key: name",
        ),
    ];
    for (name, request, code, want) in cases {
        assert_eq!(world.refusal(&request), (code, want.to_owned()), "{name}");
    }
    let ignoring = Request {
        field_validation: FieldValidation::Warn,
        ..strategic(json!({"spec": {"replica": 3}}))
    };
    let answer = world.answer(&ignoring);
    assert_eq!(answer.warnings, [r#"unknown field "spec.replica""#]);
}
