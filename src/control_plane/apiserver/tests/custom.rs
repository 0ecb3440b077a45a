//! Custom objects: everything that may be done with them.

use super::definition::crontabs;
use super::*;
use crate::api::{FieldValidation, ListOptions, Name, PatchType, Subresource};

struct Crons {
    world: World,
    kind: Kind,
}

impl Crons {
    fn new() -> Self {
        let mut world = World::new();
        world.make(crontabs());
        let kind = world
            .store
            .head()
            .definitions()
            .named("ct")
            .expect("defined");
        Self {
            world,
            kind: kind.kind,
        }
    }

    fn key(&self, name: &str) -> Key {
        Key::new(self.kind, "default", name)
    }

    fn create(&self, document: Value) -> Request {
        let api_version = document["apiVersion"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let body = Body::Document(Arc::new(document));
        Request::new(Verb::Create, self.key(""), body).speaking(&api_version)
    }

    fn make(&mut self, document: Value) -> Value {
        let request = self.create(document);
        self.world.ask(&request).expect("created").to_json()
    }

    fn patch(&self, body: Value) -> Request {
        Request::patch(self.key("mine"), PatchType::Merge, body)
    }
}

fn crontab() -> Value {
    json!({
        "apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": {"name": "mine"},
        "spec": {"cronSpec": "* * * * */5", "image": "cron"},
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut document = crontab();
    let (parent, last) = path.rsplit_once('/').expect("a path");
    document.pointer_mut(parent).expect("it is there")[last] = value;
    document
}

#[test]
fn a_custom_object_is_created_with_its_defaults() {
    let mut crons = Crons::new();
    let made = crons.make(with("/status", json!({"replicas": 9})));
    assert_eq!(
        made["spec"],
        json!({"cronSpec": "* * * * */5", "image": "cron", "replicas": 1})
    );
    assert_eq!(made["status"], Value::Null, "a creation sets no status");
    assert_eq!(made["metadata"]["generation"], 1);
    assert_eq!(made["metadata"]["namespace"], "default");
    assert_eq!(made["apiVersion"], "stable.example.com/v1");
    let keys: Vec<&String> = made.as_object().expect("a map").keys().collect();
    assert_eq!(keys, ["apiVersion", "kind", "metadata", "spec"]);
}

#[test]
fn refusals_of_new_objects() {
    let cases: &[(&str, Value, u16, &str)] = &[
        (
            "unknown field",
            with("/spec/colour", json!("red")),
            400,
            r#"CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "spec.colour""#,
        ),
        (
            "unknown in metadata",
            with("/metadata/colour", json!("red")),
            400,
            r#"CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "metadata.colour""#,
        ),
        (
            "too many",
            with("/spec/replicas", json!(11)),
            422,
            r#"CronTab.stable.example.com "mine" is invalid: spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10"#,
        ),
        (
            "no cron",
            with("/spec", json!({})),
            422,
            r#"CronTab.stable.example.com "mine" is invalid: spec.cronSpec: Required value"#,
        ),
        (
            "wrong type",
            with("/spec/image", json!(7)),
            422,
            r#"CronTab.stable.example.com "mine" is invalid: spec.image: Invalid value: "integer": spec.image in body must be of type string: "integer""#,
        ),
        (
            "twice",
            with("/spec/days", json!(["mon", "mon"])),
            422,
            r#"CronTab.stable.example.com "mine" is invalid: spec.days[1]: Duplicate value: "mon""#,
        ),
        (
            "name",
            with("/metadata/name", json!("Mine")),
            422,
            "metadata.name: Invalid value: \"Mine\": a lowercase RFC 1123 subdomain must consist of",
        ),
        (
            "other kind",
            with("/kind", json!("Cron")),
            422,
            r#"CronTab.stable.example.com "mine" is invalid: kind: Invalid value: "Cron": must be CronTab"#,
        ),
        (
            "labels",
            with("/metadata/labels", json!({"a": 1})),
            400,
            "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
        ),
        (
            "no object",
            json!([]),
            400,
            "json: cannot unmarshal array into Go value of type map[string]interface {}",
        ),
    ];
    for (name, document, code, want) in cases {
        let mut crons = Crons::new();
        let request = crons
            .create(document.clone())
            .speaking("stable.example.com/v1");
        let (got, message) = crons.world.refusal(&request);
        assert_eq!(got, *code, "{name}: {message}");
        assert!(message.contains(want), "{name}: {message}");
    }
}

#[test]
fn unknown_fields_are_dropped_when_the_client_does_not_mind() {
    for (validation, warnings) in [
        (
            FieldValidation::Warn,
            vec!["unknown field \"spec.colour\"".to_owned()],
        ),
        (FieldValidation::Ignore, vec![]),
    ] {
        let mut crons = Crons::new();
        let request = Request {
            field_validation: validation,
            ..crons.create(with("/spec/colour", json!("red")))
        };
        let answer = crons.world.answer(&request);
        assert_eq!(answer.warnings, warnings);
        let made = answer.result.expect("created");
        assert_eq!(
            made.object().expect("one").to_json()["spec"].get("colour"),
            None
        );
    }
}

#[test]
fn every_served_version_shows_the_same_object() {
    let mut crons = Crons::new();
    let mut old = crontab();
    old["apiVersion"] = json!("stable.example.com/v1beta1");
    let made = crons.make(old);
    assert_eq!(
        made["apiVersion"], "stable.example.com/v1beta1",
        "as it was asked for"
    );
    let get = Request::get(crons.key("mine"));
    for version in ["v1", "v1beta1"] {
        let api_version = format!("stable.example.com/{version}");
        let got = crons
            .world
            .ask(&get.clone().speaking(&api_version))
            .expect("found");
        assert_eq!(got.to_json()["apiVersion"], api_version.as_str());
    }
    let Some(Object::Custom(stored)) = crons.world.get(crons.kind, "mine") else {
        panic!("it is stored");
    };
    assert_eq!(stored.version, "v1");
    for version in ["v1alpha1", "v7"] {
        let request = get
            .clone()
            .speaking(&format!("stable.example.com/{version}"));
        let (code, message) = crons.world.refusal(&request);
        assert_eq!(
            (code, message.as_str()),
            (404, "the server could not find the requested resource")
        );
    }
    let wrong = crons
        .create(crontab())
        .speaking("stable.example.com/v1beta1");
    let (code, message) = crons.world.refusal(&wrong);
    assert_eq!(
        (code, message.as_str()),
        (
            400,
            "the API version in the data (stable.example.com/v1) does not match the expected API version (stable.example.com/v1beta1)"
        )
    );
}

#[test]
fn patches() {
    let mut crons = Crons::new();
    crons.make(crontab());
    let got = crons
        .world
        .ask(&crons.patch(json!({"spec": {"replicas": 3}})))
        .expect("patched");
    assert_eq!(got.metadata().generation, Some(2));
    let json_patch = json!([{"op": "replace", "path": "/spec/replicas", "value": 4}]);
    let request = Request::patch(crons.key("mine"), PatchType::Json, json_patch);
    assert_eq!(
        crons.world.ask(&request).expect("patched").to_json()["spec"]["replicas"],
        4
    );
    let label = crons.patch(json!({"metadata": {"labels": {"a": "b"}}}));
    let got = crons.world.ask(&label).expect("patched");
    assert_eq!(
        got.metadata().generation,
        Some(3),
        "labels are no change of what is wanted"
    );
    let before = crons.world.store.revision();
    crons.world.ask(&label).expect("patched");
    assert_eq!(crons.world.store.revision(), before, "nothing changed");
    let cases = [
        (
            PatchType::Merge,
            json!({"spec": {"replicas": 0}}),
            422,
            "spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1",
        ),
        (
            PatchType::Merge,
            json!({"spec": {"colour": "red"}}),
            422,
            "strict decoding error: unknown field \"spec.colour\"",
        ),
        (
            PatchType::StrategicMerge,
            json!({"spec": {}}),
            415,
            "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
        ),
    ];
    for (kind, body, code, want) in cases {
        let request = Request::patch(crons.key("mine"), kind, body);
        let (got, message) = crons.world.refusal(&request);
        assert_eq!(got, code, "{message}");
        assert!(message.contains(want), "{message}");
    }
}

#[test]
fn updates_need_the_revision() {
    let mut crons = Crons::new();
    let made = crons.make(crontab());
    let update = |document: Value| {
        Request::new(
            Verb::Update,
            Key::new(crons.kind, "default", "mine"),
            Body::Document(Arc::new(document)),
        )
    };
    let (code, message) = crons.world.refusal(&update(crontab()));
    assert_eq!(code, 422);
    assert!(
        message.ends_with(
            "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update"
        ),
        "{message}"
    );
    let mut next = made;
    next["spec"]["replicas"] = json!(5);
    next["status"] = json!({"replicas": 5});
    let after = crons.world.ask(&update(next)).expect("updated").to_json();
    assert_eq!(
        (&after["spec"]["replicas"], &after["status"]),
        (&json!(5), &Value::Null)
    );
    assert_eq!(after["metadata"]["generation"], 2);
}

#[test]
fn the_status_is_changed_apart() {
    let mut crons = Crons::new();
    crons.make(crontab());
    let status = |body: Value| Request {
        subresource: Some(Subresource::Status),
        ..Request::patch(
            Key::new(crons.kind, "default", "mine"),
            PatchType::Merge,
            body,
        )
    };
    let body = json!({"spec": {"replicas": 7}, "metadata": {"labels": {"a": "b"}}, "status": {"replicas": 2}});
    let after = crons.world.ask(&status(body)).expect("patched").to_json();
    assert_eq!(after["status"], json!({"replicas": 2}));
    assert_eq!(after["spec"]["replicas"], 1);
    assert_eq!(after["metadata"]["labels"], Value::Null);
    assert_eq!(after["metadata"]["generation"], 1);
    let (_, message) = crons
        .world
        .refusal(&status(json!({"status": {"replicas": "two"}})));
    assert!(message.ends_with(r#"[status.replicas: Invalid value: "string": replicas in body must be of type integer: "string", .status.replicas: Invalid value: 0: .status.replicas accessor error: two is of the type string, expected int64]"#), "{message}");
}

#[test]
fn the_scale_is_where_the_definition_says() {
    let mut crons = Crons::new();
    crons.make(crontab());
    let scale = |replicas: i32| Request {
        subresource: Some(Subresource::Scale),
        ..Request::new(
            Verb::Update,
            Key::new(crons.kind, "default", "mine"),
            Body::Scale(replicas),
        )
    };
    let after = crons.world.ask(&scale(6)).expect("scaled").to_json();
    assert_eq!(after["spec"]["replicas"], 6);
    let (code, message) = crons.world.refusal(&scale(-1));
    assert_eq!(code, 422);
    assert!(
        message.contains(".spec.replicas: Invalid value: -1: should be a non-negative integer"),
        "{message}"
    );
    let patch = Request {
        subresource: Some(Subresource::Scale),
        ..crons.patch(json!({"spec": {"replicas": 2}}))
    };
    assert_eq!(
        crons.world.ask(&patch).expect("scaled").to_json()["spec"]["replicas"],
        2
    );
}

#[test]
fn lists_select_by_the_fields_that_the_definition_names() {
    let mut crons = Crons::new();
    crons.make(crontab());
    crons.make(with("/metadata/name", json!("other")));
    let mut third = with("/metadata/name", json!("third"));
    third["spec"]["image"] = json!("else");
    crons.make(third);
    let list = |field_selector: &str| Request {
        select: ListOptions {
            field_selector: field_selector.to_owned(),
            ..ListOptions::default()
        },
        ..Request::list(crons.kind, "default")
    };
    let cases: &[(&str, &[&str])] = &[
        ("spec.image=cron", &["mine", "other"]),
        ("spec.image!=cron", &["third"]),
        ("metadata.name=mine", &["mine"]),
    ];
    for (selector, want) in cases {
        let Ok(Reply::List(found)) = crons.world.send(&list(selector)) else {
            panic!("a list");
        };
        let names: Vec<Name> = found.items.iter().map(Object::name).collect();
        assert_eq!(names, *want, "{selector}");
    }
    let (code, message) = crons.world.refusal(&list("spec.cronSpec=x"));
    assert_eq!(
        (code, message.as_str()),
        (400, "field label not supported: spec.cronSpec")
    );
}

#[test]
fn anyones_finalizer_earns_a_warning() {
    let crons = Crons::new();
    let request = crons.create(with("/metadata/finalizers", json!(["mine"])));
    let mut world = crons.world;
    let answer = world.answer(&request);
    assert!(answer.result.is_ok());
    assert_eq!(
        answer.warnings,
        [
            r#"metadata.finalizers: "mine": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers"#
        ]
    );
}
