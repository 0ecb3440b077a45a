//! `fieldValidation`, as test/integration/apiserver/field_validation_test.go of Kubernetes asks for it: unknown fields and fields that stand
//! twice, in all media types, all kinds of patches, built-in and custom kinds.

use super::tests::port;
use super::{Exchange, Port};
use serde_json::Value;

/// What a response says: its code, its message, its warnings.
pub(super) struct Said {
    pub(super) code: u16,
    pub(super) body: Value,
    pub(super) warnings: Vec<String>,
}

impl Said {
    pub(super) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }
}

/// Sends text as it stands.
pub(super) fn send(port: &mut Port, method: &str, uri: &str, media: &str, text: &str) -> Said {
    let request = http::Request::builder()
        .method(method)
        .uri(uri)
        .header("authorization", "Bearer root")
        .header("content-type", media)
        .body(text.as_bytes().to_vec())
        .expect("a request");
    let Exchange::Answered(response) = port.exchange(&request) else {
        panic!("{uri}: an answer");
    };
    let warnings = response.headers().get_all("warning").iter();
    let warnings = warnings.map(|line| line.to_str().expect("text"));
    // `299 - "what it says"`.
    let warnings = warnings.map(|line| {
        let quoted = line
            .strip_prefix("299 - ")
            .expect("a miscellaneous warning");
        serde_json::from_str(quoted).expect("a quoted text")
    });
    Said {
        code: response.status().as_u16(),
        warnings: warnings.collect(),
        body: serde_json::from_slice(response.body()).unwrap_or_default(),
    }
}

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";

fn deployment_json(name: &str) -> String {
    format!(
        r#"{{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {{"name": "{name}", "labels": {{"a": "1", "a": "2"}}}},
            "spec": {{
                "unknown1": {{"b": 1, "b": 2}}, "unknownTwice": 1, "unknownTwice": 2, "paused": true, "paused": false,
                "selector": {{"matchLabels": {{"app": "x"}}}},
                "template": {{"metadata": {{"labels": {{"app": "x"}}}}, "spec": {{"containers": [
                    {{"name": "c", "image": "x", "nested": 1, "imagePullPolicy": "Always", "imagePullPolicy": "Never"}}]}}}}}}}}"#
    )
}

const DEPLOYMENT_FLAWS: [&str; 6] = [
    "duplicate field \"metadata.labels.a\"",
    "unknown field \"spec.unknown1\"",
    "unknown field \"spec.unknownTwice\"",
    "duplicate field \"spec.paused\"",
    "unknown field \"spec.template.spec.containers[0].nested\"",
    "duplicate field \"spec.template.spec.containers[0].imagePullPolicy\"",
];

fn deployment_yaml(name: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  unknown1: 1\n  twice: 1\n  twice: 2\n  paused: true\n  paused: false\n  selector:\n    matchLabels: {{app: x}}\n  template:\n    metadata:\n      labels: {{app: x}}\n    spec:\n      containers:\n      - name: c\n        image: x\n        nested: 1\n"
    )
}

const YAML_LINES: [&str; 2] = [
    "line 8: key \"twice\" already set in map",
    "line 10: key \"paused\" already set in map",
];

const YAML_FIELDS: [&str; 3] = [
    "unknown field \"spec.template.spec.containers[0].nested\"",
    "unknown field \"spec.twice\"",
    "unknown field \"spec.unknown1\"",
];

#[test]
fn objects_are_read_as_strictly_as_the_request_asks() {
    let mut port = port();
    let yaml_strict = format!(
        "yaml: unmarshal errors:\n  {}, {}",
        YAML_LINES.join("\n  "),
        YAML_FIELDS.join(", ")
    );
    let yaml_warnings: Vec<&str> = YAML_LINES.into_iter().chain(YAML_FIELDS).collect();
    let cases = [
        (
            JSON,
            deployment_json("j"),
            DEPLOYMENT_FLAWS.join(", "),
            DEPLOYMENT_FLAWS.to_vec(),
        ),
        (YAML, deployment_yaml("yaml"), yaml_strict, yaml_warnings),
    ];
    for (media, text, strict, warnings) in cases {
        let ask = |port: &mut Port, method: &str, rest: &str| {
            send(port, method, &format!("{DEPLOYMENTS}{rest}"), media, &text)
        };
        let refused = ask(&mut port, "POST", "?fieldValidation=Strict");
        let want = format!(
            "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: {strict}"
        );
        assert_eq!((refused.code, refused.message()), (400, want.as_str()));
        let ignored = ask(&mut port, "POST", "?fieldValidation=Ignore");
        assert_eq!((ignored.code, ignored.warnings.len()), (201, 0), "{media}");
        assert_eq!(
            ignored.body["spec"]["paused"],
            Value::Null,
            "the last one counts"
        );
        let name = ignored.body["metadata"]["name"].as_str().expect("a name");
        let warned = ask(&mut port, "PUT", &format!("/{name}?fieldValidation=Warn"));
        assert_eq!(
            (warned.code, &warned.warnings[..]),
            (
                200,
                &warnings.iter().map(ToString::to_string).collect::<Vec<_>>()[..]
            )
        );
        let by_default = ask(&mut port, "PUT", &format!("/{name}"));
        assert_eq!(
            by_default.warnings, warned.warnings,
            "warnings are the default"
        );
        let refused = ask(&mut port, "PUT", &format!("/{name}?fieldValidation=Strict"));
        assert_eq!((refused.code, refused.message()), (400, want.as_str()));
        let wrong = ask(&mut port, "PUT", &format!("/{name}?fieldValidation=Maybe"));
        assert_eq!(wrong.code, 422, "{}", wrong.message());
    }
}

#[test]
fn patches_are_read_as_strictly() {
    let mut port = port();
    let valid = deployment_yaml("p")
        .replace("  unknown1: 1\n  twice: 1\n  twice: 2\n", "")
        .replace("        nested: 1\n", "")
        .replace("  paused: true\n", "");
    assert_eq!(
        send(
            &mut port,
            "POST",
            &format!("{DEPLOYMENTS}?fieldValidation=Strict"),
            YAML,
            &valid
        )
        .code,
        201
    );
    let merge =
        r#"{"spec": {"unknown1": 1, "twice": 1, "twice": 2, "paused": true, "paused": false}}"#;
    let fields = [
        "duplicate field \"spec.twice\"",
        "duplicate field \"spec.paused\"",
        "unknown field \"spec.twice\"",
        "unknown field \"spec.unknown1\"",
    ];
    let json =
        r#"[{"op": "add", "path": "/spec/x", "path": "/spec/unknown1", "value": 1, "foo": 1}]"#;
    let operations = [
        "json patch duplicate field \"[0].path\"",
        "json patch unknown field \"[0].foo\"",
        "unknown field \"spec.unknown1\"",
    ];
    let only_twice = r#"{"spec": {"paused": true, "paused": false}}"#;
    let cases: [(&str, &str, &[&str]); 4] = [
        ("application/merge-patch+json", merge, &fields),
        ("application/strategic-merge-patch+json", merge, &fields),
        ("application/json-patch+json", json, &operations),
        ("application/merge-patch+json", only_twice, &fields[1..2]),
    ];
    for (media, text, want) in cases {
        let ask = |port: &mut Port, validation: &str| {
            let uri = format!("{DEPLOYMENTS}/p?fieldValidation={validation}");
            send(port, "PATCH", &uri, media, text)
        };
        let refused = ask(&mut port, "Strict");
        assert_eq!(refused.code, 422, "{media}");
        let end = format!(": strict decoding error: {}", want.join(", "));
        assert!(
            refused
                .message()
                .starts_with(" \"\" is invalid: patch: Invalid value: "),
            "{}",
            refused.message()
        );
        assert!(refused.message().ends_with(&end), "{}", refused.message());
        assert_eq!(ask(&mut port, "Warn").warnings, want, "{media}");
        assert_eq!(ask(&mut port, "").warnings, want, "{media}");
        let ignored = ask(&mut port, "Ignore");
        assert_eq!((ignored.code, ignored.warnings.len()), (200, 0), "{media}");
    }
}

#[test]
fn configurations_are_read_as_strictly() {
    let mut port = port();
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: one\n  a: two\nimmutable: true\nimmutable: false\n";
    let uri = |validation: &str| {
        format!(
            "/api/v1/namespaces/default/configmaps/c?fieldManager=m&fieldValidation={validation}"
        )
    };
    let apply = |port: &mut Port, validation: &str| {
        send(
            port,
            "PATCH",
            &uri(validation),
            "application/apply-patch+yaml",
            text,
        )
    };
    for _ in ["new", "there"] {
        let refused = apply(&mut port, "Strict");
        let want = "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key \"a\" already set in map\n  line 8: key \"immutable\" already set in map";
        assert_eq!((refused.code, refused.message()), (400, want));
        let warned = apply(&mut port, "Warn");
        let want = [
            "line 6: key \"a\" already set in map",
            "line 8: key \"immutable\" already set in map",
        ];
        assert_eq!(warned.warnings, want);
        assert!(warned.code < 300 && warned.body["data"]["a"] == "two");
        assert!(apply(&mut port, "Ignore").warnings.is_empty());
    }
}

/// A definition with a schema that knows `spec.known` and the ports' `number`.
pub(super) fn define(port: &mut Port) {
    let text = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\nspec:\n  group: example.com\n  names: {plural: things, singular: thing, kind: Thing, listKind: ThingList}\n  scope: Namespaced\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          spec:\n            type: object\n            properties:\n              known: {type: string}\n              ports:\n                type: array\n                items:\n                  type: object\n                  properties:\n                    number: {type: integer}\n";
    let uri = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldValidation=Strict";
    let made = send(port, "POST", uri, YAML, text);
    assert_eq!(made.code, 201, "{}", made.message());
}

#[test]
fn custom_objects_are_read_as_strictly() {
    const THINGS: &str = "/apis/example.com/v1/namespaces/default/things";
    let mut port = port();
    define(&mut port);
    let json = r#"{"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"}, "spec": {
        "unknown1": 1, "twice": 1, "twice": 2, "known": "a", "known": "b", "ports": [{"number": 1, "number": 2, "nested": 1}]}}"#;
    let unknown = [
        "unknown field \"spec.ports[0].nested\"",
        "unknown field \"spec.twice\"",
        "unknown field \"spec.unknown1\"",
    ];
    let twice = [
        "duplicate field \"spec.twice\"",
        "duplicate field \"spec.known\"",
        "duplicate field \"spec.ports[0].number\"",
    ];
    let all: Vec<&str> = twice.into_iter().chain(unknown).collect();
    let yaml = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec:\n  known: a\n  known: b\n  unknown1: 1\n";
    let yaml_strict = "yaml: unmarshal errors:\n  line 6: key \"known\" already set in map, unknown field \"spec.unknown1\"";
    let yaml_warnings = vec![
        "line 6: key \"known\" already set in map",
        "unknown field \"spec.unknown1\"",
    ];
    let cases = [
        (JSON, json, all.join(", "), all.clone()),
        (YAML, yaml, yaml_strict.to_owned(), yaml_warnings),
    ];
    for (media, text, strict, warnings) in cases {
        let refused = send(
            &mut port,
            "POST",
            &format!("{THINGS}?fieldValidation=Strict"),
            media,
            text,
        );
        let want = format!(
            "Thing in version \"v1\" cannot be handled as a Thing: strict decoding error: {strict}"
        );
        assert_eq!((refused.code, refused.message()), (400, want.as_str()));
        let warned = send(
            &mut port,
            "POST",
            &format!("{THINGS}?dryRun=All"),
            media,
            text,
        );
        assert_eq!(
            (warned.code, warned.warnings),
            (201, warnings.iter().map(ToString::to_string).collect())
        );
        assert_eq!(warned.body["spec"]["known"], "b");
        let ignored = send(
            &mut port,
            "POST",
            &format!("{THINGS}?dryRun=All&fieldValidation=Ignore"),
            media,
            text,
        );
        assert_eq!((ignored.code, ignored.warnings.len()), (201, 0));
    }
    let made = send(
        &mut port,
        "POST",
        &format!("{THINGS}?fieldValidation=Ignore"),
        JSON,
        json,
    );
    assert_eq!(made.code, 201);
    let patch = r#"{"spec": {"unknown1": 1, "known": "a", "known": "b"}}"#;
    let uri = |validation: &str| format!("{THINGS}/t?fieldValidation={validation}");
    let merge = "application/merge-patch+json";
    let refused = send(&mut port, "PATCH", &uri("Strict"), merge, patch);
    let end =
        "strict decoding error: duplicate field \"spec.known\", unknown field \"spec.unknown1\"";
    assert!(
        refused.code == 422 && refused.message().ends_with(end),
        "{}",
        refused.message()
    );
    let warned = send(&mut port, "PATCH", &uri("Warn"), merge, patch);
    assert_eq!(
        warned.warnings,
        [
            "duplicate field \"spec.known\"",
            "unknown field \"spec.unknown1\""
        ]
    );
    let applied = send(
        &mut port,
        "PATCH",
        &format!("{}&fieldManager=m&force=true", uri("Strict")),
        "application/apply-patch+yaml",
        &yaml.replace("  unknown1: 1\n", ""),
    );
    assert!(
        applied
            .message()
            .starts_with("error strict decoding YAML: "),
        "{}",
        applied.message()
    );
}
