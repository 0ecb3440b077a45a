//! Tests of the strict decoder: what it refuses, where, and in which words.

use super::*;
use crate::api::FieldValidation;
use serde_json::json;

fn messages(kind: Kind, document: &Value) -> Vec<(String, String)> {
    let problems = decode(kind, document).problems;
    problems.into_iter().map(|p| (p.path, p.message)).collect()
}

#[test]
fn every_problem_has_its_place_and_upstreams_words() {
    let cases = [
        (
            "unknown fields, by key",
            Kind::Deployment,
            json!({"spec": {"template": {"spec": {"containers": [{"imagePullPolice": "Always"}]}}, "replica": 3}}),
            vec![
                ("spec.replica", r#"unknown field "spec.replica""#),
                (
                    "spec.template.spec.containers[0].imagePullPolice",
                    r#"unknown field "spec.template.spec.containers[0].imagePullPolice""#,
                ),
            ],
        ),
        (
            "text for a number, deep down",
            Kind::Pod,
            json!({"spec": {"containers": [{"ports": [{"containerPort": "http"}]}]}}),
            vec![(
                "spec.containers[0].ports[0].containerPort",
                "json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
            )],
        ),
        (
            "several wrong types, and an unknown field",
            Kind::Pod,
            json!({"metadata": {"labels": {"a": 1}}, "spec": {"x": 1, "containers": {"name": "c"}, "hostNetwork": "yes"}}),
            vec![
                (
                    "metadata.labels.a",
                    "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
                ),
                (
                    "spec.containers",
                    "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container",
                ),
                (
                    "spec.hostNetwork",
                    "json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool",
                ),
                ("spec.x", r#"unknown field "spec.x""#),
            ],
        ),
        (
            "a fraction",
            Kind::ReplicaSet,
            json!({"spec": {"replicas": 1.5}}),
            vec![(
                "spec.replicas",
                "json: cannot unmarshal number 1.5 into Go struct field ReplicaSetSpec.spec.replicas of type int32",
            )],
        ),
        (
            "too large",
            Kind::ReplicaSet,
            json!({"spec": {"replicas": 5_000_000_000_i64}}),
            vec![(
                "spec.replicas",
                "json: cannot unmarshal number 5000000000 into Go struct field ReplicaSetSpec.spec.replicas of type int32",
            )],
        ),
        (
            "a text type with a name",
            Kind::Service,
            json!({"spec": {"ports": [{"protocol": 6}]}}),
            vec![(
                "spec.ports[0].protocol",
                "json: cannot unmarshal number into Go struct field ServicePort.spec.ports.protocol of type v1.Protocol",
            )],
        ),
        (
            "no quantity",
            Kind::Pod,
            json!({"spec": {"containers": [{"resources": {"limits": {"cpu": "much"}}}]}}),
            vec![(
                "spec.containers[0].resources.limits.cpu",
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            )],
        ),
        (
            "neither number nor text",
            Kind::Service,
            json!({"spec": {"ports": [{"targetPort": true}]}}),
            vec![(
                "spec.ports[0].targetPort",
                "json: cannot unmarshal bool into Go value of type int32",
            )],
        ),
        (
            "an entry of the wrong type",
            Kind::Pod,
            json!({"spec": {"containers": ["nginx"]}}),
            vec![(
                "spec.containers[0]",
                "json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container",
            )],
        ),
        (
            "no time",
            Kind::Pod,
            json!({"metadata": {"creationTimestamp": "yesterday"}}),
            vec![(
                "metadata.creationTimestamp",
                r#"parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006""#,
            )],
        ),
        (
            "no base64",
            Kind::Secret,
            json!({"data": {"a": "YWJj!", "b": "YWJjZA"}}),
            vec![
                ("data.a", "illegal base64 data at input byte 4"),
                ("data.b", "illegal base64 data at input byte 4"),
            ],
        ),
        (
            "no object",
            Kind::Pod,
            json!(["x"]),
            vec![(
                "",
                "json: cannot unmarshal array into Go value of type v1.Pod",
            )],
        ),
        (
            "what it says it is does not matter",
            Kind::Pod,
            json!({"apiVersion": "v2", "kind": "", "metadata": {"name": "x"}}),
            vec![],
        ),
        (
            "but it must be text",
            Kind::Pod,
            json!({"apiVersion": null, "kind": 7}),
            vec![(
                "kind",
                "json: cannot unmarshal number into Go struct field Pod.kind of type string",
            )],
        ),
        (
            "null is nothing",
            Kind::Pod,
            json!({"metadata": {"creationTimestamp": null, "labels": null}, "spec": {"containers": [null], "volumes": null}, "status": null}),
            vec![],
        ),
    ];
    for (name, kind, document, want) in cases {
        let got = messages(kind, &document);
        let got: Vec<(&str, &str)> = got.iter().map(|(p, m)| (&**p, &**m)).collect();
        assert_eq!(got, want, "{name}");
    }
}

#[test]
fn numbers_may_stand_for_quantities_and_ports() {
    let pod = json!({"spec": {"containers": [{
        "resources": {"requests": {"cpu": 2, "memory": "64Mi"}},
        "livenessProbe": {"httpGet": {"port": 80}},
        "readinessProbe": {"httpGet": {"port": "web"}},
    }]}});
    let decoded = decode(Kind::Pod, &pod);
    assert_eq!(decoded.problems, []);
    let back = decoded.object.to_json();
    let container = &back["spec"]["containers"][0];
    assert_eq!(
        container["resources"]["requests"],
        json!({"cpu": "2", "memory": "64Mi"})
    );
    assert_eq!(container["livenessProbe"]["httpGet"]["port"], json!(80));
    assert_eq!(container["readinessProbe"]["httpGet"]["port"], json!("web"));
}

#[test]
fn bodies_are_refused_as_upstream_refuses_them() {
    let cases = [
        (
            "unknown field",
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replica": 3}}),
            r#"Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica""#,
        ),
        (
            "another version",
            json!({"apiVersion": "apps/v1beta1", "kind": "Deployment"}),
            r#"Deployment in version "v1beta1" cannot be handled as a Deployment: no kind "Deployment" is registered for version "apps/v1beta1" in scheme "pkg/api/legacyscheme/scheme.go:30""#,
        ),
        (
            "another group that exists",
            json!({"apiVersion": "v1", "kind": "Pod"}),
            "the API version in the data (v1) does not match the expected API version (apps/v1)",
        ),
        (
            "another kind of the group",
            json!({"apiVersion": "apps/v1", "kind": "ReplicaSet"}),
            r#"ReplicaSet in version "v1" cannot be handled as a Deployment: converting (v1.ReplicaSet) to (apps.Deployment): unknown conversion"#,
        ),
    ];
    for (name, document, want) in cases {
        let status = decode_body(Kind::Deployment, &document, FieldValidation::Strict.into())
            .expect_err(name);
        assert_eq!(
            (status.code(), status.message.as_str()),
            (400, want),
            "{name}"
        );
    }
}

#[test]
fn unknown_fields_may_be_warned_of_or_ignored() {
    let document = json!({"kind": "ConfigMap", "apiVersion": "v1", "date": {}});
    let warnings = |validation: FieldValidation| {
        decode_body(Kind::ConfigMap, &document, validation.into()).map(|(_, w)| w)
    };
    assert_eq!(
        warnings(FieldValidation::Warn),
        Ok(vec![r#"unknown field "date""#.to_owned()])
    );
    assert_eq!(warnings(FieldValidation::Ignore), Ok(vec![]));
    let refusal = warnings(FieldValidation::Strict).expect_err("strict");
    assert_eq!(refusal.causes[0].field, "date");
}

#[test]
fn documents_say_what_they_are() {
    let cases = [
        (
            "a kind",
            json!({"apiVersion": "v1", "kind": "Pod"}),
            Ok(Kind::Pod),
        ),
        (
            "none",
            json!({"apiVersion": "v1"}),
            Err(r#"Object 'Kind' is missing in '{"apiVersion":"v1"}'"#),
        ),
        (
            "a number",
            json!({"apiVersion": "v1", "kind": 7}),
            Err(
                "couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string",
            ),
        ),
        (
            "an old version",
            json!({"apiVersion": "apps/v1beta1", "kind": "Deployment"}),
            Err(r#"no matches for kind "Deployment" in version "apps/v1beta1""#),
        ),
        (
            "an unknown kind",
            json!({"apiVersion": "v1", "kind": "Pot"}),
            Err(r#"no matches for kind "Pot" in version "v1""#),
        ),
    ];
    for (name, document, want) in cases {
        let got = kind_of(&document).map_err(|s| s.message);
        assert_eq!(got, want.map_err(str::to_owned), "{name}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]
    #[test]
    fn objects_read_what_they_write(seed: u64) {
        for kind in Kind::ALL {
            let object = arbitrary::object(*kind, seed);
            let decoded = decode(*kind, &object.to_json());
            proptest::prop_assert_eq!(decoded.problems, []);
            proptest::prop_assert_eq!(decoded.object, object);
        }
    }
}

/// Puts `value` in the place of one of the document's values, chosen by `pick`.
fn spoil(document: &mut Value, value: &Value, pick: usize) {
    let count = match document {
        Value::Object(entries) => entries.len(),
        Value::Array(items) => items.len(),
        _ => 0,
    };
    if count == 0 || pick.is_multiple_of(7) {
        *document = value.clone();
        return;
    }
    let inner = match document {
        Value::Object(entries) => entries.values_mut().nth(pick % count),
        Value::Array(items) => items.get_mut(pick % count),
        _ => None,
    };
    spoil(inner.expect("less than the count"), value, pick / count);
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]
    #[test]
    fn whatever_is_wrong_is_said_and_the_rest_is_read(seed: u64, picks in proptest::collection::vec(0_usize.., 1..4), what in 0_usize..9) {
        let wrong = [
            json!(null), json!(1), json!(1.5), json!(""), json!("x"),
            json!([null]), json!({"a": null}), json!(true), json!(u64::MAX),
        ];
        for kind in Kind::ALL {
            let mut document = arbitrary::object(*kind, seed).to_json();
            for pick in &picks {
                spoil(&mut document["metadata"], &wrong[what], *pick);
                if document["spec"].is_object() {
                    spoil(&mut document["spec"], &wrong[(what + pick) % wrong.len()], *pick);
                }
            }
            let decoded = decode(*kind, &document);
            let again = decode(*kind, &decoded.object.to_json());
            proptest::prop_assert_eq!(again.problems, []);
            proptest::prop_assert_eq!(again.object, decoded.object);
        }
    }
}
