//! Definitions of custom resources that nobody would want, and objects of them.

use super::case::{Case, hold};
use serde_json::{Value, json};

const DEFINITIONS: &str = "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions";

fn definition(name: &str, schema: &Value) -> String {
    json!({"metadata": {"name": format!("{name}s.example.com")}, "spec": {
        "group": "example.com", "scope": "Cluster", "names": {"plural": format!("{name}s"), "kind": name.to_uppercase()},
        "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}]}})
    .to_string()
}

fn define(case: &'static str, name: &str, schema: &Value, want: &str) -> Case {
    Case::new(case, DEFINITIONS, want).body(definition(name, schema))
}

fn create(case: &'static str, name: &str, fields: &Value, want: &str) -> Case {
    let mut object = json!({"apiVersion": "example.com/v1", "kind": name.to_uppercase(), "metadata": {"name": case.replace(' ', "-")}});
    for (key, value) in fields.as_object().into_iter().flatten() {
        object[key] = value.clone();
    }
    Case::new(case, format!("POST /apis/example.com/v1/{name}s"), want).body(object.to_string())
}

fn field(schema: &Value) -> Value {
    json!({"type": "object", "properties": {"x": schema}})
}

#[test]
fn patterns() {
    let text = |pattern: &str| field(&json!({"type": "string", "pattern": pattern}));
    let list = |pattern: &str| {
        field(&json!({"type": "array", "items": {"type": "string", "pattern": pattern}}))
    };
    let properties: serde_json::Map<String, Value> = (0..2_000)
        .map(|n| {
            (
                format!("p{n}"),
                json!({"type": "string", "pattern": format!("^[a-z]{{1,{}}}$", n % 500 + 1)}),
            )
        })
        .collect();
    let a = "a".repeat(1_000_000) + "!";
    let refused = "422 Invalid: CustomResourceDefinition.apiextensions.k8s.io \"…";
    let no_match = |name: &str, case: &str| {
        format!(
            "422 Invalid: {} \"{}\" is invalid: x: Invalid value: …",
            name.to_uppercase() + ".example.com",
            case.replace(' ', "-")
        )
    };
    hold(vec![
        define("plusses of plusses", "plus", &text("^(a+)+$"), "201"),
        create(
            "many letters",
            "plus",
            &json!({"x": a}),
            &no_match("plus", "many letters"),
        ),
        define("alternatives of one", "or", &text("^(a|a|aa)*$"), "201"),
        create(
            "many of one",
            "or",
            &json!({"x": a}),
            &no_match("or", "many of one"),
        ),
        define(
            "many perhaps",
            "maybe",
            &text(&("a?".repeat(500) + &"a".repeat(500))),
            "201",
        ),
        create(
            "many perhaps not",
            "maybe",
            &json!({"x": "b".repeat(1_000_000)}),
            &no_match("maybe", "many perhaps not"),
        ),
        define("large ones", "large", &text("^(a?b?c?){500}x$"), "201"),
        create(
            "large texts",
            "large",
            &json!({"x": a}),
            &no_match("large", "large texts"),
        ),
        define(
            "large ones for many",
            "larges",
            &list("^([a-z]?-?){300}$"),
            "201",
        ),
        create(
            "many small texts",
            "larges",
            &json!({"x": vec!["ab"; 100_000]}),
            "…",
        ),
        define(
            "repeated repetitions",
            "again",
            &text("((a{1000}){1000}){1000}"),
            refused,
        ),
        define(
            "a repetition without end",
            "end",
            &text("a{99999999999999999999}"),
            refused,
        ),
        define("the wrong way round", "turn", &text("a{5,2}"), refused),
        define("brackets", "open", &text(&"(".repeat(100_000)), refused),
        define(
            "closed brackets",
            "close",
            &text(&("(".repeat(100_000) + &")".repeat(100_000))),
            refused,
        ),
        define("looks back", "look", &text("(?<=a)b"), refused),
        define("itself", "self", &text("(a)\\1"), refused),
        define("no text", "zero", &text("\\x{110000}"), refused),
        define("a class without end", "class", &text("[a-"), refused),
        define(
            "many patterns",
            "many",
            &json!({"type": "object", "properties": properties}),
            "201",
        ),
        define(
            "for many values",
            "value",
            &list("^[a-z]{1,60}(-[a-z]{1,60}){0,5}$"),
            "201",
        ),
        create(
            "many values",
            "value",
            &json!({"x": vec!["a-b"; 200_000]}),
            "201",
        ),
    ]);
}

#[test]
fn schemas() {
    let nested = |depth: usize| {
        (0..depth).fold(
            json!({"type": "string"}),
            |inside, _| json!({"type": "object", "properties": {"x": inside}}),
        )
    };
    let levels = 100_000;
    let deep =
        r#"{"type":"object","properties":{"x":"#.repeat(levels) + "{}" + &"}}".repeat(levels);
    let abyss = definition("abyss", &json!("HERE")).replace("\"HERE\"", &deep[..2_500_000]);
    let lists = (0..40).fold(
        json!({"type": "string"}),
        |inside, _| json!({"type": "array", "items": inside}),
    );
    let any = (0..10).fold(
        json!({"minLength": 1}),
        |inside, _| json!({"anyOf": [inside, inside]}),
    );
    let wide: serde_json::Map<String, Value> = (0..10_000)
        .map(|n| (format!("p{n}"), json!({"type": "integer", "default": n})))
        .collect();
    let enumeration: Vec<String> = (0..50_000).map(|n| format!("v{n}")).collect();
    let refused = "422 Invalid: CustomResourceDefinition.apiextensions.k8s.io \"…";
    let bad = "400 BadRequest: …";
    let set =
        json!({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}});
    let map = json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"], "items": {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}}}});
    let keyed =
        |count: usize| -> Value { (0..count).map(|n| json!({"k": format!("k{n}")})).collect() };
    let tags: Vec<String> = (0..100_000).map(|n| format!("t{n}")).collect();
    let preserving = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    hold(vec![
        define("deep", "deep", &nested(40), "201"),
        Case::new("too deep", DEFINITIONS, bad).body(abyss),
        define("lists in lists", "list", &field(&lists), "201"),
        define(
            "either or either",
            "any",
            &field(&json!({"type": "string", "anyOf": any["anyOf"]})),
            "201",
        ),
        create("neither", "any", &json!({"x": ""}), "422 Invalid: …"),
        define(
            "wide",
            "wide",
            &json!({"type": "object", "properties": wide}),
            "201",
        ),
        create("with all defaults", "wide", &json!({}), "201"),
        define(
            "many values allowed",
            "enum",
            &field(&json!({"type": "string", "enum": enumeration})),
            "201",
        ),
        create("another one", "enum", &json!({"x": "v"}), "422 Invalid: …"),
        define("no schema", "none", &json!(null), "422 Invalid: …"),
        define("a schema of text", "text", &json!("x"), bad),
        define(
            "a type of its own",
            "own",
            &field(&json!({"type": "color"})),
            refused,
        ),
        define(
            "a reference to itself",
            "ref",
            &field(&json!({"$ref": "#"})),
            refused,
        ),
        define(
            "numbers beyond all",
            "num",
            &field(
                &json!({"type": "integer", "minimum": -1e308, "maximum": 1e308, "multipleOf": 1e-308}),
            ),
            "201",
        ),
        create("a small number", "num", &json!({"x": 7}), "…"),
        define(
            "multiples of none",
            "mult",
            &field(&json!({"type": "integer", "multipleOf": 0})),
            "…",
        ),
        define(
            "lengths below none",
            "len",
            &field(&json!({"type": "string", "minLength": -1, "maxLength": i64::MIN})),
            "…",
        ),
        define("a set", "set", &field(&set), "201"),
        create(
            "a large set",
            "set",
            &json!({"x": tags}),
            "500 : rpc error: code = ResourceExhausted desc = trying to send message larger than max (…",
        ),
        create(
            "a large set of one",
            "set",
            &json!({"x": vec!["t"; 100_000]}),
            "422 Invalid: …",
        ),
        define("a map", "map", &field(&map), "201"),
        create(
            "a large map",
            "map",
            &json!({"x": keyed(30_000)}),
            "500 : etcdserver: request is too large",
        ),
        define("anything", "pre", &preserving, "201"),
        create(
            "all of it",
            "pre",
            &json!({"x": vec![json!({"y": [{}]}); 50_000]}),
            "201",
        ),
        define(
            "rules",
            "cel",
            &json!({"type": "object", "x-kubernetes-validations": [{"rule": "self.x.all(a, self.x.all(b, true))"}]}),
            "…",
        ),
    ]);
}

#[test]
fn names_and_versions() {
    let with = |case: &'static str, change: fn(&mut Value), want: &str| {
        let name = case.replace(' ', "");
        let mut body: Value =
            serde_json::from_str(&definition(&name, &json!({"type": "object"}))).expect("our own");
        change(&mut body);
        Case::new(case, DEFINITIONS, want).body(body.to_string())
    };
    let refused = "422 Invalid: CustomResourceDefinition.apiextensions.k8s.io \"…";
    hold(vec![
        with(
            "another name",
            |b| b["metadata"]["name"] = json!("x.example.com"),
            refused,
        ),
        with(
            "a slash in the group",
            |b| b["spec"]["group"] = json!("a/b"),
            refused,
        ),
        with("no group", |b| b["spec"]["group"] = json!(""), refused),
        with(
            "no versions",
            |b| b["spec"]["versions"] = json!([]),
            refused,
        ),
        with(
            "versions of text",
            |b| b["spec"]["versions"] = json!("v1"),
            "400 BadRequest: …",
        ),
        with(
            "a version of no name",
            |b| b["spec"]["versions"][0]["name"] = json!("../v1"),
            refused,
        ),
        with(
            "a kind of no name",
            |b| b["spec"]["names"]["kind"] = json!("a b\0"),
            refused,
        ),
        with(
            "a plural of no name",
            |b| b["spec"]["names"]["plural"] = json!("%2f"),
            refused,
        ),
        with(
            "many versions",
            |b| {
                let one = b["spec"]["versions"][0].clone();
                let version = |n: usize| {
                    let mut version = one.clone();
                    version["name"] = json!(format!("v{}", n + 1));
                    version["storage"] = json!(n == 0);
                    version
                };
                b["spec"]["versions"] = (0..1_000).map(version).collect();
            },
            "201",
        ),
        with(
            "many columns",
            |b| {
                b["spec"]["versions"][0]["additionalPrinterColumns"] =
                    vec![json!({"name": "c", "type": "string", "jsonPath": ".x"}); 5_000].into()
            },
            "201",
        ),
        with(
            "a column without end",
            |b| {
                b["spec"]["versions"][0]["additionalPrinterColumns"] =
                    json!([{"name": "c", "type": "string", "jsonPath": "[".repeat(100_000)}])
            },
            refused,
        ),
        with(
            "a column of everything",
            |b| {
                b["spec"]["versions"][0]["additionalPrinterColumns"] =
                    json!([{"name": "c", "type": "string", "jsonPath": "..".repeat(1_000)}])
            },
            "…",
        ),
        with(
            "a scale of nowhere",
            |b| {
                b["spec"]["versions"][0]["subresources"] =
                    json!({"scale": {"specReplicasPath": "..", "statusReplicasPath": "[0]"}})
            },
            refused,
        ),
    ]);
}
