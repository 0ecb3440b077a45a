//! CustomResourceDefinitions: how they come into force and go.

use super::*;
use crate::api::kinds::{CustomResourceDefinition, DefinitionFacts};
use crate::api::{DeleteOptions, PatchType, Subresource};

/// A definition of crontabs with two versions, a status and a scale.
pub(super) fn crontabs() -> Value {
    let schema = json!({"openAPIV3Schema": {"type": "object", "required": ["spec"], "properties": {
        "spec": {"type": "object", "required": ["cronSpec"], "properties": {
            "cronSpec": {"type": "string", "pattern": r"^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$"},
            "image": {"type": "string"},
            "replicas": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1},
            "days": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        }},
        "status": {"type": "object", "properties": {"replicas": {"type": "integer"}, "labelSelector": {"type": "string"}}},
    }}});
    let subresources = json!({"status": {}, "scale": {
        "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.labelSelector",
    }});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "crontabs.stable.example.com"},
        "spec": {
            "group": "stable.example.com", "scope": "Namespaced",
            "names": {"plural": "crontabs", "singular": "crontab", "kind": "CronTab", "shortNames": ["ct"], "categories": ["all"]},
            "versions": [
                {"name": "v1beta1", "served": true, "storage": false, "schema": schema, "subresources": subresources},
                {
                    "name": "v1", "served": true, "storage": true, "schema": schema, "subresources": subresources,
                    "selectableFields": [{"jsonPath": ".spec.image"}],
                    "additionalPrinterColumns": [{"name": "Spec", "type": "string", "jsonPath": ".spec.cronSpec"}],
                },
                {"name": "v1alpha1", "served": false, "storage": false, "schema": schema},
            ],
        },
    })
}

fn crd(world: &World, name: &str) -> Option<CustomResourceDefinition> {
    let key = Key::new(Kind::CustomResourceDefinition, "", name);
    let object = world.store.head().get(&key)?;
    CustomResourceDefinition::of(object).cloned()
}

fn conditions(crd: &CustomResourceDefinition) -> Vec<String> {
    let all = crd
        .status
        .iter()
        .flat_map(|s| s.conditions.iter().flatten());
    all.map(|c| {
        format!(
            "{}={} {}",
            c.type_,
            c.status,
            c.reason.as_deref().unwrap_or_default()
        )
    })
    .collect()
}

#[test]
fn a_definition_is_established_and_its_kind_can_be_found() {
    let mut world = World::new();
    let created = world.make(crontabs());
    assert_eq!(created.metadata().generation, Some(1));
    let crd = crd(&world, "crontabs.stable.example.com").expect("it is there");
    assert_eq!(
        conditions(&crd),
        [
            "NamesAccepted=True NoConflicts",
            "Established=True InitialNamesAccepted"
        ]
    );
    let status = crd.status.expect("a status");
    assert_eq!(status.stored_versions, Some(vec!["v1".to_owned()]));
    assert_eq!(
        status.accepted_names.expect("names").list_kind.as_deref(),
        Some("CronTabList")
    );
    let kinds = world.store.head().definitions();
    let named = |text: &str| kinds.named(text).map(|n| n.api_version.to_string());
    for text in [
        "crontabs",
        "crontab",
        "ct",
        "CronTab",
        "crontabs.stable.example.com",
        "crontabs.v1.stable.example.com",
    ] {
        assert_eq!(
            named(text).as_deref(),
            Some("stable.example.com/v1"),
            "{text}"
        );
    }
    assert_eq!(
        named("crontabs.v1beta1.stable.example.com").as_deref(),
        Some("stable.example.com/v1beta1")
    );
    assert_eq!(
        named("crontabs.v1alpha1.stable.example.com"),
        None,
        "not served"
    );
    assert_eq!(named("pods").as_deref(), Some(""));
    assert!(kinds.of("stable.example.com/v1beta1", "CronTab").is_some());
    assert!(kinds.of("stable.example.com/v2", "CronTab").is_none());
    assert!(
        kinds
            .in_category("all")
            .any(|n| matches!(n.kind, Kind::Custom(_)))
    );
}

#[test]
fn a_definition_in_a_group_of_the_community_says_whether_it_was_approved() {
    let mut world = World::new();
    let mut document = crontabs();
    document["metadata"] = json!({"name": "crontabs.apps.k8s.io", "annotations": {"api-approved.kubernetes.io": "unapproved, a lesson"}});
    document["spec"]["group"] = json!("apps.k8s.io");
    world.make(document);
    let conditions =
        |world: &World| conditions(&crd(world, "crontabs.apps.k8s.io").expect("it is there"));
    let named = [
        "NamesAccepted=True NoConflicts",
        "Established=True InitialNamesAccepted",
    ];
    let [first, rest @ ..] = &conditions(&world)[..] else {
        panic!("no conditions");
    };
    assert_eq!(
        first,
        "KubernetesAPIApprovalPolicyConformant=False UnapprovedAnnotation"
    );
    assert_eq!(rest, named);
    let key = Key::new(Kind::CustomResourceDefinition, "", "crontabs.apps.k8s.io");
    let approved = json!({"metadata": {"annotations": {"api-approved.kubernetes.io": "https://example.com/1"}}});
    let answer = world.ask(&Request::patch(key, PatchType::Merge, approved));
    assert!(answer.is_ok(), "{answer:?}");
    assert_eq!(
        conditions(&world)[0],
        "KubernetesAPIApprovalPolicyConformant=True ApprovedAnnotation"
    );
}

#[test]
fn names_that_another_has_are_not_accepted_until_it_is_gone() {
    let mut world = World::new();
    world.make(crontabs());
    let mut other = crontabs();
    other["metadata"]["name"] = json!("tasks.stable.example.com");
    other["spec"]["names"] = json!({"plural": "tasks", "kind": "Task", "shortNames": ["ct"]});
    world.make(other);
    let jobs = crd(&world, "tasks.stable.example.com").expect("it is there");
    assert_eq!(
        conditions(&jobs),
        [
            "NamesAccepted=False ShortNamesConflict",
            "Established=False NotAccepted"
        ]
    );
    let message = jobs
        .condition("NamesAccepted")
        .and_then(|c| c.message.clone());
    assert_eq!(message.as_deref(), Some("\"ct\" is already in use"));
    assert!(world.store.head().definitions().named("tasks").is_none());
    let key = Key::new(
        Kind::CustomResourceDefinition,
        "",
        "crontabs.stable.example.com",
    );
    world
        .send(&Request::delete(key, DeleteOptions::default()))
        .expect("deleted");
    let jobs = crd(&world, "tasks.stable.example.com").expect("it is there");
    assert_eq!(
        conditions(&jobs),
        [
            "NamesAccepted=True NoConflicts",
            "Established=True InitialNamesAccepted"
        ]
    );
}

#[test]
fn what_may_not_change() {
    let key = || {
        Key::new(
            Kind::CustomResourceDefinition,
            "",
            "crontabs.stable.example.com",
        )
    };
    let cases = [
        (
            "scope",
            json!({"spec": {"scope": "Cluster"}}),
            "spec.scope: Invalid value: \"Cluster\": field is immutable",
        ),
        (
            "kind",
            json!({"spec": {"names": {"kind": "Cron"}}}),
            "spec.names.kind: Invalid value: \"Cron\": field is immutable",
        ),
    ];
    for (name, patch, want) in cases {
        let mut world = World::new();
        world.make(crontabs());
        let (code, message) = world.refusal(&Request::patch(key(), PatchType::Merge, patch));
        assert_eq!(code, 422, "{name}");
        assert!(message.ends_with(want), "{name}: {message}");
    }
}

#[test]
fn objects_go_before_their_definition() {
    let mut world = World::new();
    world.make(crontabs());
    let kind = world
        .store
        .head()
        .definitions()
        .named("ct")
        .expect("defined")
        .kind;
    let document = |name: &str, finalizers: Value| {
        json!({
            "apiVersion": "stable.example.com/v1", "kind": "CronTab",
            "metadata": {"name": name, "finalizers": finalizers}, "spec": {"cronSpec": "* * * * */5"},
        })
    };
    for (name, finalizers) in [("free", json!([])), ("held", json!(["example.com/mine"]))] {
        let body = Body::Document(Arc::new(document(name, finalizers)));
        world
            .send(&Request::new(
                Verb::Create,
                Key::new(kind, "default", ""),
                body,
            ))
            .expect("created");
    }
    let key = Key::new(
        Kind::CustomResourceDefinition,
        "",
        "crontabs.stable.example.com",
    );
    world
        .send(&Request::delete(key.clone(), DeleteOptions::default()))
        .expect("begun");
    let crd_now = crd(&world, &key.name).expect("it waits");
    assert_eq!(
        crd_now.metadata.finalizers.as_deref(),
        Some(&["customresourcecleanup.apiextensions.k8s.io".to_owned()][..])
    );
    assert!(crd_now.is("Terminating"));
    assert!(world.get(kind, "free").is_none(), "gone at once");
    assert!(world.get(kind, "held").is_some(), "held by its finalizer");
    let body = Body::Document(Arc::new(document("late", json!([]))));
    let (code, message) = world.refusal(&Request::new(
        Verb::Create,
        Key::new(kind, "default", "late"),
        body,
    ));
    assert_eq!(
        (code, message.as_str()),
        (
            403,
            "crontabs.stable.example.com \"late\" is forbidden: create not allowed while custom resource definition is terminating"
        )
    );
    let free = json!({"metadata": {"finalizers": null}});
    world
        .send(&Request::patch(
            Key::new(kind, "default", "held"),
            PatchType::Merge,
            free,
        ))
        .expect("freed");
    assert!(world.get(kind, "held").is_none());
    assert!(
        crd(&world, &key.name).is_none(),
        "with the last of its objects"
    );
    let (code, _) = world.refusal(&Request::list(kind, "default"));
    assert_eq!(code, 404);
}

#[test]
fn a_status_may_be_written_apart() {
    let mut world = World::new();
    world.make(crontabs());
    let key = Key::new(
        Kind::CustomResourceDefinition,
        "",
        "crontabs.stable.example.com",
    );
    let patch =
        json!({"spec": {"scope": "Cluster"}, "status": {"storedVersions": ["v1", "v1beta1"]}});
    let request = Request {
        subresource: Some(Subresource::Status),
        ..Request::patch(key, PatchType::Merge, patch)
    };
    world.send(&request).expect("written");
    let crd = crd(&world, "crontabs.stable.example.com").expect("it is there");
    assert_eq!(crd.spec.scope, "Namespaced");
    assert_eq!(
        crd.status.and_then(|s| s.stored_versions).map(|v| v.len()),
        Some(2)
    );
}
