//! Applications one after another, as in upstream's merge/{conflict,multiple_appliers,nested,set,leaf}_test.go.

use super::apply::{Application, Conflict, refusal};
use super::compare::{compare, fields};
use super::managers::{Identity, Manager, Managers, Operation};
use super::schema::Schema;
use super::set::Set;
use super::validate;
use crate::api::Kind;
use serde_json::{Value, json};

/// Lists and maps of every sort.
fn schema() -> serde_json::Map<String, Value> {
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let set =
        json!({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}});
    let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let item = json!({"type": "object", "properties": {"name": {"type": "string"}, "value": {"type": "string"}, "tags": set}});
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
        "count": {"type": "integer"},
        "text": {"type": "string"},
        "list": texts,
        "set": set,
        "map": map,
        "one": {"type": "object", "x-kubernetes-map-type": "atomic", "properties": {"a": {}, "b": {}}},
        "items": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": item},
        "struct": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
    }}}});
    let Value::Object(schema) = schema else {
        unreachable!("the schema is spelled out above");
    };
    schema
}

/// An object and its managers.
struct Live {
    schema: serde_json::Map<String, Value>,
    object: Value,
    managers: Managers,
}

impl Live {
    fn new() -> Self {
        Self {
            schema: schema(),
            object: json!({}),
            managers: Managers::default(),
        }
    }

    fn identity(name: &str, operation: Operation) -> Identity {
        Identity {
            name: name.to_owned(),
            operation,
            api_version: "example.com/v1".to_owned(),
            subresource: String::new(),
        }
    }

    fn try_apply(&mut self, name: &str, spec: Value, force: bool) -> Result<(), Vec<Conflict>> {
        let config = json!({"spec": spec});
        let application = Application {
            config: &config,
            schema: Schema::Resource(&self.schema),
            identity: Self::identity(name, Operation::Apply),
            reset: Set::default(),
            force,
            now_ms: 0,
        };
        let (new, managers) = application.to(&self.object, self.managers.clone())?;
        self.object = new.unwrap_or_else(|| self.object.clone());
        self.managers = managers;
        Ok(())
    }

    fn apply(&mut self, name: &str, spec: Value) -> &mut Self {
        self.try_apply(name, spec, false).expect("no conflict");
        self
    }

    fn force(&mut self, name: &str, spec: Value) -> &mut Self {
        self.try_apply(name, spec, true).expect("forced");
        self
    }

    fn update(&mut self, name: &str, spec: Value) -> &mut Self {
        let new = json!({"spec": spec});
        let comparison = compare(&self.object, &new, Schema::Resource(&self.schema));
        let identity = Self::identity(name, Operation::Update);
        self.managers
            .take_from_others(&identity, &comparison.taken());
        self.managers
            .take_from_others(&identity, &comparison.removed);
        self.managers.put(Manager {
            identity,
            time: None,
            fields: comparison.taken(),
        });
        self.object = new;
        self
    }

    fn conflicts(&mut self, name: &str, spec: Value) -> String {
        let conflicts = self.try_apply(name, spec, false).expect_err("a conflict");
        refusal(&conflicts).message
    }

    fn spec(&self) -> Value {
        self.object.get("spec").cloned().unwrap_or_default()
    }

    /// The set of a manager, as it is printed.
    fn set(&self, name: &str) -> String {
        let of = |m: &&Manager| m.identity.name == name;
        let manager = self.managers.iter().find(of);
        manager.map_or(String::new(), |m| m.fields.to_json()["f:spec"].to_string())
    }
}

#[test]
fn others_fields_are_kept_and_ones_own_removed() {
    let mut live = Live::new();
    live.apply("a", json!({"count": 1, "text": "x", "list": ["1"]}))
        .apply("b", json!({"set": ["s"], "text": "x"}));
    assert_eq!(
        live.spec(),
        json!({"count": 1, "text": "x", "list": ["1"], "set": ["s"]})
    );
    assert_eq!(live.set("a"), r#"{"f:count":{},"f:list":{},"f:text":{}}"#);
    assert_eq!(live.set("b"), r#"{"f:set":{"v:\"s\"":{}},"f:text":{}}"#);
    // `text` is shared, and stays; `list` is nobody else's, and goes.
    live.apply("a", json!({"count": 1}));
    assert_eq!(live.spec(), json!({"count": 1, "text": "x", "set": ["s"]}));
    live.apply("b", json!({}));
    assert_eq!(live.spec()["text"], Value::Null);
    assert_eq!(live.spec()["count"], json!(1));
    assert_eq!(live.set("b"), "{}", "the empty spec itself");
}

#[test]
fn values_that_others_own_are_conflicts() {
    let mut live = Live::new();
    live.apply(
        "a",
        json!({"count": 1, "text": "x", "items": [{"name": "i", "value": "1"}]}),
    );
    let one = live.conflicts("b", json!({"count": 2}));
    assert_eq!(
        one,
        r#"Apply failed with 1 conflict: conflict with "a": .spec.count"#
    );
    live.update(
        "c",
        json!({"count": 3, "text": "x", "items": [{"name": "i", "value": "1"}]}),
    );
    assert_eq!(
        live.set("a"),
        r#"{"f:items":{"k:{\"name\":\"i\"}":{".":{},"f:name":{},"f:value":{}}},"f:text":{}}"#
    );
    let many = live.conflicts(
        "b",
        json!({"count": 2, "text": "y", "items": [{"name": "i", "value": "2"}]}),
    );
    let want = "Apply failed with 3 conflicts: conflicts with \"a\":\n- .spec.text\n- .spec.items[name=\"i\"].value\nconflicts with \"c\" using example.com/v1:\n- .spec.count";
    assert_eq!(many, want);
    // By force they are taken.
    live.force(
        "b",
        json!({"count": 2, "items": [{"name": "i", "value": "2"}]}),
    );
    assert_eq!(
        live.spec(),
        json!({"count": 2, "text": "x", "items": [{"name": "i", "value": "2"}]})
    );
    assert_eq!(
        (live.set("c"), live.set("b").contains("f:count")),
        (String::new(), true)
    );
    // The same value is no conflict.
    live.apply("a", json!({"count": 2, "text": "x"}));
}

#[test]
fn sets_and_maps_are_merged_entry_by_entry() {
    let cases: [(&str, Value, Value, Value, Value); 7] = [
        (
            "sets",
            json!({"set": ["a", "b"]}),
            json!({"set": ["b", "c"]}),
            json!({"set": ["a"]}),
            json!({"set": ["a", "b", "c"]}),
        ),
        (
            "maps",
            json!({"map": {"x": "1", "y": "2"}}),
            json!({"map": {"y": "2", "z": "3"}}),
            json!({"map": {"x": "1"}}),
            json!({"map": {"x": "1", "y": "2", "z": "3"}}),
        ),
        (
            "items",
            json!({"items": [{"name": "a"}, {"name": "b"}]}),
            json!({"items": [{"name": "b", "value": "2"}]}),
            json!({"items": [{"name": "a"}]}),
            json!({"items": [{"name": "a"}, {"name": "b", "value": "2"}]}),
        ),
        (
            "fields of an item",
            json!({"items": [{"name": "a", "value": "1", "tags": ["t"]}]}),
            json!({"items": [{"name": "a", "tags": ["u"]}]}),
            json!({"items": [{"name": "a"}]}),
            json!({"items": [{"name": "a", "tags": ["u"]}]}),
        ),
        (
            "structs",
            json!({"struct": {"a": "1", "b": "2"}}),
            json!({"struct": {"b": "2"}}),
            json!({"count": 1}),
            json!({"count": 1, "struct": {"b": "2"}}),
        ),
        (
            "one value",
            json!({"one": {"a": "1"}}),
            json!({"count": 1}),
            json!({"text": "x"}),
            json!({"count": 1, "text": "x"}),
        ),
        (
            "an atomic list",
            json!({"list": ["a", "b"]}),
            json!({"count": 1}),
            json!({"list": ["c"]}),
            json!({"count": 1, "list": ["c"]}),
        ),
    ];
    for (name, first, second, third, want) in cases {
        let mut live = Live::new();
        live.apply("a", first).apply("b", second).apply("a", third);
        let mut spec = live.spec();
        if let Value::Object(spec) = &mut spec {
            spec.sort_keys();
        }
        assert_eq!(spec, want, "{name}");
    }
}

#[test]
fn entries_come_in_the_order_of_the_one_who_applies() {
    let items = |names: &[&str]| {
        let items: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
        json!({"items": items})
    };
    let cases: [(&[&str], &[&str], &[&str]); 6] = [
        (&["a", "b", "c"], &["c", "a"], &["b", "c", "a"]),
        (&["a", "b"], &["x", "a"], &["x", "a", "b"]),
        (&["a", "b", "c"], &["b"], &["a", "b", "c"]),
        (&["a", "c"], &["a", "b", "c"], &["a", "b", "c"]),
        (&[], &["b", "a"], &["b", "a"]),
        (
            &["a", "b", "c", "d"],
            &["d", "b", "e"],
            &["a", "c", "d", "b", "e"],
        ),
    ];
    for (live_names, config, want) in cases {
        let mut live = Live::new();
        live.apply("a", items(live_names)).apply("b", items(config));
        assert_eq!(live.spec(), items(want), "{live_names:?} + {config:?}");
    }
}

#[test]
fn updates_take_what_they_change() {
    let mut live = Live::new();
    live.apply(
        "a",
        json!({"count": 1, "map": {"x": "1"}, "items": [{"name": "i"}]}),
    )
    .update(
        "u",
        json!({"count": 1, "map": {"x": "2", "y": "1"}, "items": []}),
    );
    assert_eq!(live.set("a"), r#"{"f:count":{}}"#);
    assert_eq!(live.set("u"), r#"{"f:map":{"f:x":{},"f:y":{}}}"#);
    // What an update has put in is not pruned by those who apply.
    live.apply("a", json!({"count": 1, "items": [{"name": "j"}]}));
    assert_eq!(live.spec()["map"], json!({"x": "2", "y": "1"}));
    assert_eq!(live.spec()["items"], json!([{"name": "j"}]));
}

#[test]
fn a_second_application_of_the_same_changes_nothing() {
    let mut live = Live::new();
    let spec = || json!({"count": 1, "items": [{"name": "i", "tags": ["t"]}], "map": {"a": "b"}, "one": {"a": "1"}});
    live.apply("a", spec());
    let (object, managers) = (live.object.clone(), live.managers.clone());
    live.apply("a", spec());
    assert_eq!((live.object, live.managers), (object, managers));
}

#[test]
fn fields_of_kubernetes_own_kinds() {
    let deployment = json!({"spec": {
        "replicas": 1, "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [
            {"name": "c", "ports": [{"containerPort": 80}], "env": [{"name": "A", "value": "1"}], "command": ["x"]}
        ]}}
    }});
    let want = json!({"f:spec": {"f:replicas": {}, "f:selector": {}, "f:template": {
        "f:metadata": {"f:labels": {"f:a": {}}},
        "f:spec": {"f:containers": {"k:{\"name\":\"c\"}": {
            ".": {}, "f:command": {}, "f:env": {"k:{\"name\":\"A\"}": {".": {}, "f:name": {}, "f:value": {}}}, "f:name": {},
            "f:ports": {"k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}},
        }}}
    }}});
    let set = fields(&deployment, Schema::of(Kind::Deployment));
    assert_eq!(set.to_json().to_string(), want.to_string());
}

#[test]
fn duplicates_are_compared_as_one() {
    let env = |values: &[&str]| {
        let env: Vec<Value> = values
            .iter()
            .map(|v| json!({"name": "A", "value": v}))
            .collect();
        json!({"spec": {"containers": [{"name": "c", "env": env}]}})
    };
    let cases: [(&[&str], &[&str], [&str; 3]); 4] = [
        (&["1", "2"], &["1", "2"], ["", "", ""]),
        (&["1", "2"], &["1", "3"], ["", ".env[name=\"A\"]", ""]),
        (
            &["1", "2"],
            &["1"],
            [
                ".env[name=\"A\"]",
                "",
                ".env[name=\"A\"]\n.env[name=\"A\"].name\n.env[name=\"A\"].value",
            ],
        ),
        (
            &["1"],
            &["1", "2"],
            [
                ".env[name=\"A\"]\n.env[name=\"A\"].name\n.env[name=\"A\"].value",
                "",
                ".env[name=\"A\"]",
            ],
        ),
    ];
    for (old, new, want) in cases {
        let comparison = compare(&env(old), &env(new), Schema::of(Kind::Pod));
        let texts = [comparison.removed, comparison.modified, comparison.added].map(|set| {
            let paths: Vec<String> = set
                .paths()
                .iter()
                .map(|p| super::path::path_text(p))
                .collect();
            paths.join("\n").replace(".spec.containers[name=\"c\"]", "")
        });
        assert_eq!(texts, want, "{old:?} -> {new:?}");
    }
}

#[test]
fn configurations_are_refused() {
    let pod = |container: Value| json!({"spec": {"containers": [container]}});
    let cases = [
        (pod(json!({"name": "c"})), None),
        (
            pod(json!({"name": "c", "imag": "x"})),
            Some(r#".spec.containers[name="c"].imag: field not declared in schema"#),
        ),
        (
            json!({"spec": {"terminationGracePeriodSeconds": "3"}}),
            Some(
                ".spec.terminationGracePeriodSeconds: expected numeric (int or float), got string",
            ),
        ),
        (
            json!({"spec": {"hostNetwork": "yes"}}),
            Some(".spec.hostNetwork: expected boolean, got &{yes}"),
        ),
        (
            json!({"spec": {"containers": 5}}),
            Some(".spec.containers: expected list, got &{5}"),
        ),
        (
            json!({"metadata": {"labels": {"a.b/c": 1}}}),
            Some(".metadata.labels.a.b/c: expected string, got &value.valueUnstructured{Value:1}"),
        ),
        (
            pod(json!({"name": "c", "env": [{"name": "A"}, {"name": "A"}]})),
            Some(r#".spec.containers[name="c"].env: duplicate entries for key [name="A"]"#),
        ),
        (
            pod(
                json!({"name": "c", "ports": [{"containerPort": 80}, {"containerPort": 80, "protocol": "TCP"}]}),
            ),
            Some(
                r#".spec.containers[name="c"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]"#,
            ),
        ),
    ];
    for (config, want) in cases {
        let errors = validate::errors(Kind::Pod, &config, Schema::of(Kind::Pod));
        assert_eq!(errors.as_deref(), want, "{config}");
    }
}
