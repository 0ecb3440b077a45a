//! Custom resources over HTTP, as their clients see them.

use super::Port;
use super::field_validation_tests::{Said, send};
use super::tests::port;
use serde_json::{Value, json};

const JSON: &str = "application/json";
const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const V1: &str = "/apis/example.com/v1/namespaces/default/things";
const OLD: &str = "/apis/example.com/v1beta1/namespaces/default/things";

fn definition() -> Value {
    let schema = json!({"openAPIV3Schema": {"type": "object", "properties": {
        "spec": {"type": "object", "properties": {
            "replicas": {"type": "integer", "minimum": 0, "maximum": 10},
            "color": {"type": "string", "enum": ["red", "green"], "pattern": "^[a-z]+$"},
            "hosts": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            "ports": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": {
                "type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "number": {"type": "integer"}}}},
            "plain": {"type": "array", "items": {"type": "string"}},
            "one": {"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": {"type": "string"}},
        }},
        "status": {"type": "object", "properties": {
            "replicas": {"type": "integer"}, "selector": {"type": "string"}, "since": {"type": "string", "format": "date-time"}}},
    }}});
    let columns = json!([
        {"name": "Color", "type": "string", "jsonPath": ".spec.color"},
        {"name": "Wanted", "type": "integer", "jsonPath": ".spec.replicas", "priority": 1},
        {"name": "Since", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]);
    let parts = json!({"status": {}, "scale": {
        "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector"}});
    json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "things.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced",
        "names": {"plural": "things", "singular": "thing", "kind": "Thing", "shortNames": ["th"], "categories": ["all"]},
        "versions": [
            {"name": "v1", "served": true, "storage": true, "schema": schema, "subresources": parts,
                "additionalPrinterColumns": columns, "selectableFields": [{"jsonPath": ".spec.color"}]},
            {"name": "v1beta1", "served": true, "storage": false, "deprecated": true, "schema": schema},
            {"name": "v1alpha1", "served": true, "storage": false, "deprecated": true, "deprecationWarning": "go away", "schema": schema},
        ]}})
}

fn thing(name: &str, spec: &Value) -> String {
    json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": name}, "spec": spec})
        .to_string()
}

fn port_with_things() -> Port {
    let mut port = port();
    let made = send(
        &mut port,
        "POST",
        DEFINITIONS,
        JSON,
        &definition().to_string(),
    );
    assert_eq!(made.code, 201, "{}", made.message());
    port
}

fn make(port: &mut Port, name: &str, spec: &Value) -> Said {
    let made = send(
        port,
        "POST",
        &format!("{V1}?fieldValidation=Strict"),
        JSON,
        &thing(name, spec),
    );
    assert_eq!(made.code, 201, "{}", made.message());
    made
}

#[test]
fn the_scale_of_a_custom_resource() {
    let mut port = port_with_things();
    make(&mut port, "t", &json!({"replicas": 3}));
    let scale = format!("{V1}/t/scale");
    let read = send(&mut port, "GET", &scale, JSON, "");
    assert_eq!(
        (read.code, &read.body["kind"]),
        (200, &json!("Scale")),
        "{}",
        read.message()
    );
    assert_eq!(read.body["spec"], json!({"replicas": 3}));
    assert_eq!(read.body["status"], json!({"replicas": 0}));
    let status = r#"{"status": {"replicas": 2, "selector": "app=t"}}"#;
    let merge = "application/merge-patch+json";
    assert_eq!(
        send(&mut port, "PATCH", &format!("{V1}/t/status"), merge, status).code,
        200
    );
    let mut put = send(&mut port, "GET", &scale, JSON, "").body;
    assert_eq!(put["status"], json!({"replicas": 2, "selector": "app=t"}));
    put["spec"]["replicas"] = json!(5);
    let scaled = send(&mut port, "PUT", &scale, JSON, &put.to_string());
    assert_eq!(
        (scaled.code, &scaled.body["spec"]["replicas"]),
        (200, &json!(5)),
        "{}",
        scaled.message()
    );
    let stale = send(&mut port, "PUT", &scale, JSON, &put.to_string());
    assert_eq!(stale.code, 409, "the revision is that of the first scale");
    let patched = send(
        &mut port,
        "PATCH",
        &scale,
        merge,
        r#"{"spec": {"replicas": 4}}"#,
    );
    assert_eq!(
        (patched.code, &patched.body["kind"]),
        (200, &json!("Scale"))
    );
    assert_eq!(
        send(&mut port, "GET", &format!("{V1}/t"), JSON, "").body["spec"]["replicas"],
        4
    );
    let refused = send(
        &mut port,
        "PATCH",
        &scale,
        merge,
        r#"{"spec": {"replicas": -1}}"#,
    );
    assert_eq!(refused.code, 422, "{}", refused.message());
    // An object that says nothing can be scaled, and has no scale before.
    make(&mut port, "u", &json!({}));
    let scale = format!("{V1}/u/scale");
    let nothing = send(&mut port, "GET", &scale, JSON, "");
    let want = "Internal error occurred: the spec replicas field \".spec.replicas\" does not exist";
    assert_eq!((nothing.code, nothing.message()), (500, want));
    let empty = send(
        &mut port,
        "PATCH",
        &scale,
        merge,
        r#"{"status": {"replicas": 1}}"#,
    );
    let want = "the spec replicas field \".spec.replicas\" cannot be empty";
    assert_eq!((empty.code, empty.message()), (400, want));
    let scaled = send(
        &mut port,
        "PATCH",
        &scale,
        merge,
        r#"{"spec": {"replicas": 1}}"#,
    );
    assert_eq!(
        (scaled.code, &scaled.body["spec"]["replicas"]),
        (200, &json!(1)),
        "{}",
        scaled.message()
    );
    // Another version has no such part.
    assert_eq!(
        send(&mut port, "GET", &format!("{OLD}/u/scale"), JSON, "").code,
        404
    );
}

#[test]
fn fields_are_owned_as_the_schema_says() {
    let mut port = port_with_things();
    let apply = |port: &mut Port, manager: &str, spec: Value| {
        let uri = format!("{V1}/t?fieldManager={manager}");
        send(
            port,
            "PATCH",
            &uri,
            "application/apply-patch+yaml",
            &thing("t", &spec),
        )
    };
    let first = apply(
        &mut port,
        "one",
        json!({"hosts": ["a"], "ports": [{"name": "http", "number": 80}], "plain": ["x"], "one": {"k": "v"}}),
    );
    assert_eq!(first.code, 201, "{}", first.message());
    let second = apply(
        &mut port,
        "two",
        json!({"hosts": ["b"], "ports": [{"name": "https", "number": 443}]}),
    );
    assert_eq!(second.code, 200, "{}", second.message());
    assert_eq!(second.body["spec"]["hosts"], json!(["a", "b"]));
    assert_eq!(
        second.body["spec"]["ports"],
        json!([{"name": "http", "number": 80}, {"name": "https", "number": 443}])
    );
    let owned = second.body["metadata"]["managedFields"]
        .as_array()
        .expect("managers");
    let two = owned
        .iter()
        .find(|entry| entry["manager"] == "two")
        .expect("two");
    assert_eq!(
        two["fieldsV1"],
        json!({"f:spec": {
        "f:hosts": {"v:\"b\"": {}},
        "f:ports": {"k:{\"name\":\"https\"}": {".": {}, "f:name": {}, "f:number": {}}}}})
    );
    let conflict = apply(
        &mut port,
        "two",
        json!({"hosts": ["b"], "plain": ["y"], "one": {"other": "w"}, "ports": [{"name": "http", "number": 81}]}),
    );
    let want = "Apply failed with 3 conflicts: conflicts with \"one\":\n- .spec.one\n- .spec.plain\n- .spec.ports[name=\"http\"].number";
    assert_eq!((conflict.code, conflict.message()), (409, want));
    // What is left out is given up.
    let less = apply(&mut port, "two", json!({"hosts": ["c"]}));
    assert_eq!(
        less.body["spec"]["hosts"],
        json!(["a", "c"]),
        "{}",
        less.message()
    );
    assert_eq!(
        less.body["spec"]["ports"],
        json!([{"name": "http", "number": 80}])
    );
    let unknown = apply(&mut port, "two", json!({"hosts": ["c"], "nobody": 1}));
    let want = "failed to create typed patch object (/t; example.com/v1, Kind=Thing): .spec.nobody: field not declared in schema";
    assert_eq!((unknown.code, unknown.message()), (500, want));
    let twice = apply(
        &mut port,
        "two",
        json!({"ports": [{"name": "a"}, {"name": "a"}]}),
    );
    assert!(
        twice.code == 500
            && twice
                .message()
                .contains("duplicate entries for key [name=\"a\"]"),
        "{}",
        twice.message()
    );
}

#[test]
fn versions_of_a_custom_resource() {
    let mut port = port_with_things();
    make(&mut port, "t", &json!({"color": "red"}));
    for (uri, version, warnings) in [
        (V1, "v1", vec![]),
        (
            OLD,
            "v1beta1",
            vec!["example.com/v1beta1 Thing is deprecated; use example.com/v1 Thing"],
        ),
        (
            "/apis/example.com/v1alpha1/namespaces/default/things",
            "v1alpha1",
            vec!["go away"],
        ),
    ] {
        let api_version = format!("example.com/{version}");
        let one = send(&mut port, "GET", &format!("{uri}/t"), JSON, "");
        assert_eq!(
            (one.code, &one.body["apiVersion"]),
            (200, &json!(api_version))
        );
        assert_eq!(one.warnings, warnings, "{version}");
        let all = send(&mut port, "GET", uri, JSON, "");
        assert_eq!(all.body["apiVersion"], json!(api_version));
        assert_eq!(all.body["items"][0]["apiVersion"], json!(api_version));
        assert_eq!(all.warnings, warnings, "{version}");
        let mut put = one.body;
        put["spec"]["color"] = json!("green");
        let put = send(
            &mut port,
            "PUT",
            &format!("{uri}/t"),
            JSON,
            &put.to_string(),
        );
        assert_eq!(
            (put.code, &put.body["apiVersion"]),
            (200, &json!(api_version)),
            "{}",
            put.message()
        );
        let wrong = thing("t", &json!({})).replace("example.com/v1", "example.com/v7");
        let wrong = send(&mut port, "PUT", &format!("{uri}/t"), JSON, &wrong);
        let want = format!(
            "the API version in the data (example.com/v7) does not match the expected API version ({api_version})"
        );
        assert_eq!((wrong.code, wrong.message()), (400, want.as_str()));
    }
    // Without a status subresource, the status is a field like any other; with one, it is not.
    let with_status = r#"{"status": {"replicas": 7}}"#;
    let merge = "application/merge-patch+json";
    let kept = send(&mut port, "PATCH", &format!("{V1}/t"), merge, with_status);
    assert_eq!((kept.code, &kept.body["status"]), (200, &Value::Null));
    let changed = send(&mut port, "PATCH", &format!("{OLD}/t"), merge, with_status);
    assert_eq!(
        (changed.code, &changed.body["status"]),
        (200, &json!({"replicas": 7}))
    );
    let spec_too = r#"{"spec": {"color": "red"}, "status": {"replicas": 8}}"#;
    let status = send(
        &mut port,
        "PATCH",
        &format!("{V1}/t/status"),
        merge,
        spec_too,
    );
    assert_eq!(
        (
            &status.body["spec"]["color"],
            &status.body["status"]["replicas"]
        ),
        (&json!("green"), &json!(8))
    );
    assert_eq!(
        send(
            &mut port,
            "PATCH",
            &format!("{OLD}/t/status"),
            merge,
            spec_too
        )
        .code,
        404
    );
}

#[test]
fn everything_wrong_with_a_custom_object_is_said_at_once() {
    let mut port = port_with_things();
    let spec =
        json!({"replicas": 11, "color": "BLUE", "hosts": ["a", "a"], "ports": [{"number": "x"}]});
    let refused = send(&mut port, "POST", V1, JSON, &thing("t", &spec));
    let want = concat!(
        "Thing.example.com \"t\" is invalid: [",
        "spec.color: Invalid value: \"BLUE\": spec.color in body should match '^[a-z]+$', ",
        "spec.color: Unsupported value: \"BLUE\": supported values: \"red\", \"green\", ",
        "spec.ports[0].number: Invalid value: \"string\": spec.ports[0].number in body must be of type integer: \"string\", ",
        "spec.ports[0].name: Required value, ",
        "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10, ",
        "spec.hosts[1]: Duplicate value: \"a\"]",
    );
    assert_eq!((refused.code, refused.message()), (422, want));
}

#[test]
fn tables_and_selectors() {
    let mut port = port_with_things();
    make(&mut port, "r", &json!({"color": "red", "replicas": 1}));
    make(&mut port, "g", &json!({"color": "green"}));
    let request = http::Request::builder()
        .uri(V1)
        .header("authorization", "Bearer root")
        .header("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
        .body(Vec::new())
        .expect("a request");
    let super::Exchange::Answered(response) = port.exchange(&request) else {
        panic!("a table");
    };
    let table: Value = serde_json::from_slice(response.body()).expect("JSON");
    let columns: Vec<_> = table["columnDefinitions"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|c| (c["name"].as_str(), c["priority"].as_i64()))
        .collect();
    assert_eq!(
        columns,
        [
            (Some("Name"), Some(0)),
            (Some("Color"), Some(0)),
            (Some("Wanted"), Some(1)),
            (Some("Since"), Some(0))
        ]
    );
    assert_eq!(table["rows"][0]["cells"], json!(["g", "green", null, "0s"]));
    assert_eq!(table["rows"][1]["cells"], json!(["r", "red", 1, "0s"]));
    let selected = send(
        &mut port,
        "GET",
        &format!("{V1}?fieldSelector=spec.color%3Dred"),
        JSON,
        "",
    );
    let names: Vec<_> = selected.body["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|i| i["metadata"]["name"].as_str())
        .collect();
    assert_eq!(names, [Some("r")]);
    for (uri, want) in [
        (
            format!("{V1}?fieldSelector=spec.replicas%3D1"),
            "field label not supported: spec.replicas",
        ),
        (
            format!("{OLD}?fieldSelector=spec.color%3Dred"),
            "field label not supported: spec.color",
        ),
        (
            format!("{V1}?watch=1&fieldSelector=spec.replicas%3D1"),
            "field label not supported: spec.replicas",
        ),
    ] {
        let refused = send(&mut port, "GET", &uri, JSON, "");
        assert_eq!((refused.code, refused.message()), (400, want), "{uri}");
    }
}

#[test]
fn a_definition_goes_after_its_objects() {
    let mut port = port_with_things();
    make(&mut port, "t", &json!({}));
    let finalizer = r#"{"metadata": {"finalizers": ["example.com/hold"]}}"#;
    let merge = "application/merge-patch+json";
    assert_eq!(
        send(&mut port, "PATCH", &format!("{V1}/t"), merge, finalizer).code,
        200
    );
    let one = format!("{DEFINITIONS}/things.example.com");
    let going = send(&mut port, "DELETE", &one, JSON, "");
    assert_eq!(going.code, 200, "{}", going.message());
    let there = send(&mut port, "GET", &one, JSON, "");
    assert_eq!(
        there.body["metadata"]["finalizers"],
        json!(["customresourcecleanup.apiextensions.k8s.io"])
    );
    let refused = send(&mut port, "POST", V1, JSON, &thing("u", &json!({})));
    assert!(
        [403, 405].contains(&refused.code),
        "{} {}",
        refused.code,
        refused.message()
    );
    let freed = send(
        &mut port,
        "PATCH",
        &format!("{V1}/t"),
        merge,
        r#"{"metadata": {"finalizers": null}}"#,
    );
    assert_eq!(freed.code, 200, "{}", freed.message());
    assert_eq!(send(&mut port, "GET", &one, JSON, "").code, 404);
    assert_eq!(send(&mut port, "GET", V1, JSON, "").code, 404);
}

#[test]
fn rules_in_cel_are_refused() {
    let mut port = port();
    let mut crd = definition();
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["x-kubernetes-validations"] =
        json!([{"rule": "self.spec.replicas > 1"}]);
    let refused = send(&mut port, "POST", DEFINITIONS, JSON, &crd.to_string());
    assert_eq!(refused.code, 422);
    assert!(
        refused.message().contains("x-kubernetes-validations") && refused.message().contains("CEL"),
        "{}",
        refused.message()
    );
}
