//! Pods that a client puts on a node itself, in both forms; and the rights that that takes.

use super::tests::{PODS, pod, port, send};
use serde_json::{Value, json};

const BINDINGS: &str = "/api/v1/namespaces/default/bindings";

/// A pod that only its own scheduler would put on a node.
fn waiting(name: &str) -> Value {
    let mut pod = pod(name, &["sleep", "3600"]);
    pod["spec"]["schedulerName"] = json!("mine");
    pod
}

#[test]
fn a_binding_is_in_the_namespace_of_its_address() {
    let binding = |metadata: Value, target: Value| json!({"apiVersion": "v1", "kind": "Binding", "metadata": metadata, "target": target});
    let n1 = || json!({"kind": "Node", "name": "n1"});
    let part = format!("{PODS}/p/binding");
    let cases = [
        (
            "no namespace",
            &*part,
            binding(json!({"name": "p", "annotations": {"by": "me"}}), n1()),
            (201, ""),
        ),
        (
            "the old form",
            BINDINGS,
            binding(json!({"name": "p", "annotations": {"by": "me"}}), n1()),
            (201, ""),
        ),
        (
            "another namespace",
            BINDINGS,
            binding(json!({"name": "p", "namespace": "other"}), n1()),
            (
                400,
                "the namespace of the provided object does not match the namespace sent on the request",
            ),
        ),
        (
            "another name",
            &part,
            binding(json!({"name": "q"}), n1()),
            (400, "name in URL does not match name in Binding object"),
        ),
        (
            "no name",
            &part,
            binding(json!({}), n1()),
            (400, "name in URL does not match name in Binding object"),
        ),
        (
            "no name anywhere",
            BINDINGS,
            binding(json!({}), n1()),
            (400, "Name parameter required."),
        ),
        (
            "no such pod",
            BINDINGS,
            binding(json!({"name": "q"}), n1()),
            (404, "pods \"q\" not found"),
        ),
        (
            "no target",
            &part,
            binding(json!({"name": "p"}), json!({})),
            (500, "target.name: Required value"),
        ),
        (
            "no node",
            &part,
            binding(json!({"name": "p"}), json!({"kind": "Pod"})),
            (
                500,
                "[target.kind: Unsupported value: \"Pod\": supported values: \"Node\", \"<empty>\", target.name: Required value]",
            ),
        ),
        (
            "in no namespace",
            "/api/v1/bindings",
            binding(json!({"name": "p"}), n1()),
            (
                405,
                "the server does not allow this method on the requested resource",
            ),
        ),
    ];
    for (name, uri, body, (code, message)) in cases {
        let mut port = port();
        send(&mut port, "root", "POST", PODS, &waiting("p"));
        let (got, said) = send(&mut port, "root", "POST", uri, &body);
        let text = said["message"].as_str().unwrap_or_default();
        assert_eq!((got, text), (code, message), "{name}");
        let (_, pod) = send(&mut port, "root", "GET", &format!("{PODS}/p"), &Value::Null);
        let bound = (
            pod["spec"]["nodeName"].as_str(),
            pod["metadata"]["annotations"]["by"].as_str(),
        );
        let want = if code == 201 {
            assert_eq!(said["status"], "Success", "{name}");
            (Some("n1"), Some("me"))
        } else {
            (None, None)
        };
        assert_eq!(bound, want, "{name}");
    }
}

#[test]
fn each_form_has_a_right_of_its_own() {
    let mut port = port();
    for (uri, resource) in [
        (BINDINGS, "bindings"),
        (&*format!("{PODS}/p/binding"), "pods/binding"),
    ] {
        let (code, said) = send(&mut port, "jane", "POST", uri, &json!({}));
        let want = format!("User \"jane\" cannot create resource \"{resource}\" in API group \"\"");
        let message = said["message"].as_str().unwrap_or_default();
        assert!(code == 403 && message.contains(&want), "{message}");
    }
}
