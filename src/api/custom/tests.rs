//! Values against schemas.

use super::columns::value_at;
use super::words::go_number;
use super::{Schema, duplicates, embedded, fill_in, prune_content, validate_content};
use serde_json::{Map, Value, json};

fn content(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else {
        panic!("an object");
    };
    map
}

/// The errors of `spec: {x: VALUE}` where `x` has this schema.
fn errors(schema: Value, value: Value) -> Vec<String> {
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {"x": schema}}}});
    let schema = Schema::of(&schema).expect("a schema");
    let content = content(json!({"spec": {"x": value}}));
    let errors = validate_content(&content, None, schema);
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn values_are_what_their_schema_says() {
    let cases: &[(Value, Value, &[&str])] = &[
        (json!({"type": "integer"}), json!(3), &[]),
        (json!({"type": "integer"}), json!(3.0), &[]),
        (
            json!({"type": "integer"}),
            json!("3"),
            &[
                r#"spec.x: Invalid value: "string": spec.x in body must be of type integer: "string""#,
            ],
        ),
        (
            json!({"type": "string"}),
            json!(3),
            &[
                r#"spec.x: Invalid value: "integer": spec.x in body must be of type string: "integer""#,
            ],
        ),
        (
            json!({"type": "string"}),
            json!(null),
            &[r#"spec.x: Invalid value: "null": spec.x in body must be of type string: "null""#],
        ),
        (
            json!({"type": "string", "nullable": true}),
            json!(null),
            &[],
        ),
        (json!({"type": "number"}), json!(3), &[]),
        (
            json!({"x-kubernetes-int-or-string": true}),
            json!("50%"),
            &[],
        ),
        (
            json!({"x-kubernetes-int-or-string": true}),
            json!(true),
            &[
                r#"spec.x: Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean""#,
            ],
        ),
        (
            json!({"type": "integer", "maximum": 10}),
            json!(11),
            &["spec.x: Invalid value: 11: spec.x in body should be less than or equal to 10"],
        ),
        (
            json!({"type": "integer", "minimum": 1}),
            json!(0),
            &["spec.x: Invalid value: 0: spec.x in body should be greater than or equal to 1"],
        ),
        (
            json!({"type": "number", "exclusiveMaximum": true, "maximum": 0.5}),
            json!(0.5),
            &["spec.x: Invalid value: 0.5: spec.x in body should be less than 0.5"],
        ),
        (
            json!({"type": "number", "exclusiveMinimum": true, "minimum": 1}),
            json!(1),
            &["spec.x: Invalid value: 1: spec.x in body should be greater than 1"],
        ),
        (
            json!({"type": "integer", "multipleOf": 5}),
            json!(7),
            &["spec.x: Invalid value: 7: spec.x in body should be a multiple of 5"],
        ),
        (
            json!({"type": "string", "enum": ["a", "b"]}),
            json!("c"),
            &[r#"spec.x: Unsupported value: "c": supported values: "a", "b""#],
        ),
        (
            json!({"type": "integer", "enum": [1, 2]}),
            json!(3),
            &[r#"spec.x: Unsupported value: 3: supported values: "1", "2""#],
        ),
        (
            json!({"type": "string", "maxLength": 2}),
            json!("abc"),
            &["spec.x: Too long: may not be more than 2 bytes"],
        ),
        (
            json!({"type": "string", "minLength": 1}),
            json!(""),
            &[r#"spec.x: Invalid value: "": spec.x in body should be at least 1 chars long"#],
        ),
        (
            json!({"type": "string", "pattern": r"^(\d+|\*)(/\d+)?$"}),
            json!("* *"),
            &[r#"spec.x: Invalid value: "* *": spec.x in body should match '^(\d+|\*)(/\d+)?$'"#],
        ),
        (
            json!({"type": "array", "items": {"type": "string"}, "minItems": 1}),
            json!([]),
            &["spec.x: Invalid value: 0: spec.x in body should have at least 1 items"],
        ),
        (
            json!({"type": "array", "items": {"type": "string"}, "maxItems": 1}),
            json!(["a", "b"]),
            &["spec.x: Too many: 2: must have at most 1 items"],
        ),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            json!(["a", 1]),
            &[
                r#"spec.x[1]: Invalid value: "integer": spec.x[1] in body must be of type string: "integer""#,
            ],
        ),
        (
            json!({"type": "object", "required": ["a", "b"]}),
            json!({"a": 1}),
            &["spec.x.b: Required value"],
        ),
        (
            json!({"type": "object", "minProperties": 1}),
            json!({}),
            &["spec.x: Invalid value: 0: spec.x in body should have at least 1 properties"],
        ),
        (
            json!({"type": "object", "maxProperties": 1, "additionalProperties": {"type": "string"}}),
            json!({"a": "", "b": ""}),
            &["spec.x: Too many: 2: must have at most 1 items"],
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            json!({"a": 1}),
            &[
                r#"spec.x.a: Invalid value: "integer": spec.x.a in body must be of type string: "integer""#,
            ],
        ),
        (
            json!({"type": "object", "additionalProperties": false}),
            json!({"a": 1}),
            &[r#"spec.x: Invalid value: "a": spec.x.a in body is a forbidden property"#],
        ),
        (
            json!({"type": "string", "format": "ipv4"}),
            json!("10.0.0.256"),
            &[
                r#"spec.x: Invalid value: "10.0.0.256": spec.x in body must be of type ipv4: "10.0.0.256""#,
            ],
        ),
        (
            json!({"type": "string", "format": "whatever"}),
            json!("x"),
            &[],
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}),
            json!({}),
            &[
                r#"<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found none valid"#,
                "spec.x.a: Required value",
            ],
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}),
            json!({"a": "", "b": ""}),
            &[
                r#"<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives"#,
            ],
        ),
        (
            json!({"type": "integer", "anyOf": [{"minimum": 10}, {"maximum": 1}]}),
            json!(5),
            &[
                r#"<nil>: Invalid value: "": "spec.x" must validate at least one schema (anyOf)"#,
                "spec.x: Invalid value: 5: spec.x in body should be greater than or equal to 10",
            ],
        ),
        (
            json!({"type": "integer", "allOf": [{"minimum": 10}, {"maximum": 20}]}),
            json!(5),
            &[
                "spec.x: Invalid value: 5: spec.x in body should be greater than or equal to 10",
                r#"<nil>: Invalid value: "": "spec.x" must validate all the schemas (allOf)"#,
            ],
        ),
        (
            json!({"type": "integer", "not": {"maximum": 9}}),
            json!(5),
            &[r#"<nil>: Invalid value: "": "spec.x" must not validate the schema (not)"#],
        ),
    ];
    for (schema, value, want) in cases {
        let got = errors(schema.clone(), value.clone());
        assert_eq!(got, *want, "{schema} of {value}");
    }
}

#[test]
fn formats_are_checked_as_upstream_checks_them() {
    let cases = [
        ("ipv6", "::1", "10.0.0.1"),
        ("cidr", "10.0.0.0/8", "10.0.0.0"),
        ("mac", "00:00:5e:00:53:01", "00:00:5e:00:53"),
        ("uuid", "01234567-89AB-4def-8123-456789abcdef", "0123"),
        (
            "uuid4",
            "01234567-89ab-4def-8123-456789abcdef",
            "01234567-89ab-3def-8123-456789abcdef",
        ),
        ("hexcolor", "#ffe", "#fffe"),
        ("byte", "YWJj", "YWJ"),
        ("date", "2025-02-28", "2025-02-30"),
        ("date-time", "2025-02-28T10:00:00Z", "2025-02-28"),
        ("duration", "1h30m", "soon"),
        ("duration", "22 ns", "22"),
        ("email", "a@example.com", "example.com"),
        ("hostname", "www.example.com", "-a.example.com"),
        ("uri", "https://example.com/x", "example"),
    ];
    for (format, right, wrong) in cases {
        let schema = json!({"type": "string", "format": format});
        assert!(
            errors(schema.clone(), json!(right)).is_empty(),
            "{format} {right}"
        );
        assert_eq!(errors(schema, json!(wrong)).len(), 1, "{format} {wrong}");
    }
}

#[test]
fn what_was_wrong_and_stays_as_it_is_may_stay() {
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
        "a": {"type": "string", "maxLength": 1}, "b": {"type": "string", "maxLength": 1},
    }}}});
    let schema = Schema::of(&schema).expect("a schema");
    let old = content(json!({"spec": {"a": "long", "b": "x"}}));
    let errors = |new: Value| validate_content(&content(new), Some(&old), schema).len();
    assert_eq!(errors(json!({"spec": {"a": "long", "b": "y"}})), 0);
    assert_eq!(errors(json!({"spec": {"a": "longer", "b": "y"}})), 1);
    assert_eq!(errors(json!({"spec": {"a": "long", "b": "too"}})), 1);
}

#[test]
fn unknown_fields_go() {
    let schema = json!({"type": "object", "properties": {
        "spec": {"type": "object", "properties": {
            "known": {"type": "string"},
            "list": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {"half": {"type": "object", "properties": {"a": {"type": "string"}}}}},
            "map": {"type": "object", "additionalProperties": {"type": "string"}},
            "object": {"type": "object", "x-kubernetes-embedded-resource": true, "properties": {"data": {"type": "string"}}},
        }},
    }});
    let mut value = content(json!({
        "extra": 1,
        "spec": {
            "known": "x", "unknown": 1,
            "list": [{"a": "x", "b": 1}, {"c": 1}],
            "free": {"any": {"thing": 1}, "half": {"a": "x", "b": 1}},
            "map": {"k": "v"},
            "object": {"apiVersion": "v1", "kind": "X", "metadata": {"name": "x"}, "data": "x", "more": 1},
        },
    }));
    let unknown = prune_content(&mut value, Schema::of(&schema));
    assert_eq!(
        unknown,
        [
            "extra",
            "spec.free.half.b",
            "spec.list[0].b",
            "spec.list[1].c",
            "spec.object.more",
            "spec.unknown"
        ]
    );
    let want = json!({"spec": {
        "known": "x", "list": [{"a": "x"}, {}], "free": {"any": {"thing": 1}, "half": {"a": "x"}}, "map": {"k": "v"},
        "object": {"apiVersion": "v1", "kind": "X", "metadata": {"name": "x"}, "data": "x"},
    }});
    assert_eq!(Value::Object(value), want);
}

#[test]
fn defaults_are_filled_in_and_nulls_go() {
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "default": {}, "properties": {
        "replicas": {"type": "integer", "default": 1},
        "note": {"type": "string"},
        "maybe": {"type": "string", "nullable": true, "default": "x"},
        "list": {"type": "array", "items": {"type": "object", "properties": {"port": {"type": "integer", "default": 80}}}},
    }}}});
    let schema = Schema::of(&schema).expect("a schema");
    let cases = [
        (
            "nothing there",
            json!({}),
            json!({"spec": {"maybe": "x", "replicas": 1}}),
        ),
        (
            "nulls",
            json!({"spec": {"replicas": null, "note": null, "maybe": null}}),
            json!({"spec": {"maybe": null, "replicas": 1}}),
        ),
        (
            "lists",
            json!({"spec": {"maybe": "y", "replicas": 2, "list": [{}, {"port": 8080}]}}),
            json!({"spec": {"maybe": "y", "replicas": 2, "list": [{"port": 80}, {"port": 8080}]}}),
        ),
    ];
    for (name, value, want) in cases {
        let mut value = content(value);
        fill_in(&mut value, schema);
        assert_eq!(Value::Object(value), want, "{name}");
    }
}

#[test]
fn sets_and_maps_have_each_once() {
    let list = |type_: &str, items: Value| {
        json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {"l": {
            "type": "array", "x-kubernetes-list-type": type_, "x-kubernetes-list-map-keys": ["name"], "items": items,
        }}}}})
    };
    let items = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    let cases: &[(Value, Value, &[&str])] = &[
        (
            list("set", json!({"type": "string"})),
            json!(["a", "b", "a", "a"]),
            &[r#"spec.l[2]: Duplicate value: "a""#],
        ),
        (
            list("map", items.clone()),
            json!([{"name": "a"}, {"name": "a", "x": 1}]),
            &[r#"spec.l[1]: Duplicate value: map[string]interface {}{"name":"a"}"#],
        ),
        (
            list("atomic", items),
            json!([{"name": "a"}, {"name": "a"}]),
            &[],
        ),
    ];
    for (schema, value, want) in cases {
        let content = content(json!({"spec": {"l": value}}));
        let got = duplicates(&content, Schema::of(schema).expect("a schema"));
        let got: Vec<String> = got.iter().map(ToString::to_string).collect();
        assert_eq!(got, *want, "{value}");
    }
}

#[test]
fn embedded_objects_say_what_they_are() {
    let schema = json!({"type": "object", "properties": {"o": {"type": "object", "x-kubernetes-embedded-resource": true}}});
    let content = content(json!({"o": {"kind": "not a kind"}}));
    let got = embedded(&content, Schema::of(&schema).expect("a schema"));
    assert_eq!(got.len(), 2);
    assert_eq!(got[0].to_string(), "o.apiVersion: Required value");
    assert!(
        got[1]
            .to_string()
            .starts_with("o.kind: Invalid value: \"not a kind\": may have mixed case")
    );
}

#[test]
fn columns_show_what_stands_at_a_path() {
    let object = json!({"metadata": {"labels": {"a.b/c": "x"}}, "spec": {"ports": [{"name": "http"}, {"name": "https"}], "n": 3}});
    let cases = [
        (".spec.n", Some(json!(3))),
        (".spec.ports[1].name", Some(json!("https"))),
        (".spec.ports[-1].name", Some(json!("https"))),
        (".spec.ports[*].name", Some(json!("http"))),
        (r".metadata.labels.a\.b/c", Some(json!("x"))),
        (r".metadata.labels['a\.b/c']", Some(json!("x"))),
        (".spec.none", None),
        (".spec.ports[9]", None),
        ("[", None),
    ];
    for (path, want) in cases {
        assert_eq!(value_at(&object, path), want.as_ref(), "{path}");
    }
}

#[test]
fn numbers_read_as_in_go() {
    for (text, want) in [
        ("3", "3"),
        ("3.0", "3"),
        ("0.5", "0.5"),
        ("1e21", "1e+21"),
        ("1e-7", "1e-07"),
    ] {
        let number: serde_json::Number = serde_json::from_str(text).expect("a number");
        assert_eq!(go_number(&number), want);
    }
}
