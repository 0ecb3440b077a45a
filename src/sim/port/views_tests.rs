//! Kinds in another version or group than the stored one, over HTTP: `autoscaling/v1` and `events.k8s.io`; and versions on their way out.

use super::field_validation_tests::send;
use super::tests::{exchange, port};
use super::{Exchange, Port};
use serde_json::{Value, json};

const JSON: &str = "application/json";

#[test]
fn views_are_read_as_strictly_as_what_is_stored() {
    let mut port = port();
    let scaler = r#"{"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h", "x": 1},
        "spec": {"maxReplicas": 3, "maxReplicas": 4, "metrics": [], "scaleTargetRef": {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"}}}"#;
    let uri = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    let flaws = [
        "unknown field \"metadata.x\"",
        "duplicate field \"spec.maxReplicas\"",
        "unknown field \"spec.metrics\"",
    ];
    let refused = send(
        &mut port,
        "POST",
        &format!("{uri}?fieldValidation=Strict"),
        JSON,
        scaler,
    );
    let want = format!(
        "HorizontalPodAutoscaler in version \"v1\" cannot be handled as a HorizontalPodAutoscaler: strict decoding error: {}",
        flaws.join(", ")
    );
    assert_eq!((refused.code, refused.message()), (400, want.as_str()));
    let warned = send(&mut port, "POST", uri, JSON, scaler);
    assert_eq!(
        (warned.code, &warned.body["spec"]["maxReplicas"]),
        (201, &json!(4)),
        "{}",
        warned.message()
    );
    assert_eq!(warned.warnings[..3], flaws);
    assert_eq!(warned.warnings.len(), 4, "and that nobody scales yet");
    let wrong = send(
        &mut port,
        "POST",
        uri,
        JSON,
        &scaler
            .replace("\"h\"", "\"i\"")
            .replace("\"metrics\": []", "\"minReplicas\": \"x\""),
    );
    let want = "HorizontalPodAutoscaler in version \"v1\" cannot be handled as a HorizontalPodAutoscaler: json: cannot unmarshal string into Go struct field HorizontalPodAutoscalerSpec.spec.minReplicas of type int32";
    assert_eq!((wrong.code, wrong.message()), (400, want));
    let patch = r#"{"spec": {"targetCPUUtilizationPercentage": 60}}"#;
    let patched = send(
        &mut port,
        "PATCH",
        &format!("{uri}/h"),
        "application/merge-patch+json",
        patch,
    );
    assert_eq!(
        (
            patched.code,
            &patched.body["spec"]["targetCPUUtilizationPercentage"]
        ),
        (200, &json!(60)),
        "{}",
        patched.message()
    );
    let event = r#"{"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "e"}, "eventTime": "2025-01-01T00:00:00.000000Z",
        "reportingController": "a.b/c", "reportingInstance": "i", "action": "x", "reason": "y", "type": "Normal", "note": "n", "message": "m",
        "regarding": {"kind": "Pod", "name": "p", "namespace": "default"}}"#;
    let events = "/apis/events.k8s.io/v1/namespaces/default/events";
    let made = send(&mut port, "POST", events, JSON, event);
    assert_eq!(
        (made.code, &made.body["note"]),
        (201, &json!("n")),
        "{}",
        made.message()
    );
    assert_eq!(made.warnings, ["unknown field \"message\""]);
    let patched = send(
        &mut port,
        "PATCH",
        &format!("{events}/e"),
        "application/merge-patch+json",
        r#"{"note": "other", "series": {"count": 1, "lastObservedTime": "2025-01-01T00:00:01.000000Z"}}"#,
    );
    let want = "Event \"e\" is invalid: [series.count: Invalid value: \"\": should be at least 2, message: Invalid value: \"other\": field is immutable]";
    assert_eq!((patched.code, patched.message()), (422, want));
    let patched = send(
        &mut port,
        "PATCH",
        "/api/v1/namespaces/default/events/e",
        "application/merge-patch+json",
        r#"{"message": "other"}"#,
    );
    assert_eq!(
        (patched.code, &patched.body["message"]),
        (200, &json!("other")),
        "{}",
        patched.message()
    );
}

#[test]
fn events_of_each_group_have_rules_of_their_own() {
    let mut port = port();
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "events"},
        "rules": [{"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["list"]}]});
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "events"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "events"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"}]});
    let rbac = "/apis/rbac.authorization.k8s.io/v1";
    assert_eq!(
        send(
            &mut port,
            "POST",
            &format!("{rbac}/clusterroles"),
            JSON,
            &role.to_string()
        )
        .code,
        201
    );
    assert_eq!(
        send(
            &mut port,
            "POST",
            &format!("{rbac}/clusterrolebindings"),
            JSON,
            &binding.to_string()
        )
        .code,
        201
    );
    let ask =
        |port: &mut Port, uri: &str| super::tests::send(port, "jane", "GET", uri, &Value::Null);
    assert_eq!(ask(&mut port, "/apis/events.k8s.io/v1/events").0, 200);
    let (code, said) = ask(&mut port, "/api/v1/events");
    let want = "events is forbidden: User \"jane\" cannot list resource \"events\" in API group \"\" at the cluster scope";
    assert_eq!((code, said["message"].as_str()), (403, Some(want)));
}

/// KEP-4974: all operations on Endpoints warn.
#[test]
fn who_speaks_of_endpoints_is_warned() {
    const WARNING: &str =
        "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
    const ENDPOINTS: &str = "/api/v1/namespaces/default/endpoints";
    let mut port = port();
    let new = r#"{"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "e"}}"#;
    let cases = [
        ("POST", ENDPOINTS.to_owned(), new, 201, &[WARNING][..]),
        ("POST", ENDPOINTS.to_owned(), new, 409, &[WARNING]),
        ("GET", ENDPOINTS.to_owned(), "", 200, &[WARNING]),
        ("GET", format!("{ENDPOINTS}/e"), "", 200, &[WARNING]),
        ("GET", format!("{ENDPOINTS}/f"), "", 404, &[WARNING]),
        ("PUT", format!("{ENDPOINTS}/e"), new, 200, &[WARNING]),
        ("DELETE", format!("{ENDPOINTS}/e"), "", 200, &[WARNING]),
        (
            "GET",
            ENDPOINTS.replace("/default/endpoints", "/default/services"),
            "",
            200,
            &[],
        ),
        (
            "GET",
            "/apis/discovery.k8s.io/v1/endpointslices".to_owned(),
            "",
            200,
            &[],
        ),
        (
            "GET",
            "/api/v1/componentstatuses".to_owned(),
            "",
            200,
            &["v1 ComponentStatus is deprecated in v1.19+"],
        ),
    ];
    for (method, uri, body, code, warnings) in cases {
        let said = send(&mut port, method, &uri, JSON, body);
        assert_eq!(said.code, code, "{method} {uri}: {}", said.message());
        assert_eq!(said.warnings, warnings, "{method} {uri}");
    }
    for (kind, is_warned) in [("endpoints", true), ("services", false)] {
        let uri = format!("/api/v1/{kind}?watch=true");
        let Exchange::Watch(watch) = exchange(&mut port, "root", "GET", &uri, &Value::Null) else {
            panic!("{uri} is a watch");
        };
        let mut response = http::Response::new(());
        watch.warn(&mut response);
        let warnings = response.headers().get_all("warning").iter();
        let want = is_warned.then(|| format!("299 - {WARNING:?}"));
        assert!(warnings.eq(want.as_deref()), "{uri}");
    }
}
