//! What HTTP requests are understood as.

use super::*;
use crate::api::{DeleteOptions, FieldValidation, Propagation};

fn ask(method: &str, uri: &str, content_type: &str, body: &str) -> Result<Asked, Status> {
    let mut request = http::Request::builder()
        .method(method)
        .uri(uri)
        .header("user-agent", "kubectl/v1.32.0 (linux/amd64)");
    if !content_type.is_empty() {
        request = request.header("content-type", content_type);
    }
    let request = request.body(body.as_bytes().to_vec()).expect("a request");
    let context = Context {
        served: Served::builtin(),
        snapshot: &Snapshot::default(),
        protobuf: None,
    };
    read(&request, &"jane".into(), &context)
}

fn call(method: &str, uri: &str, content_type: &str, body: &str) -> Request {
    match ask(method, uri, content_type, body).expect(uri) {
        Asked::Call(request, _) => *request,
        other => panic!("{uri}: {other:?}"),
    }
}

#[test]
fn methods_and_paths_become_verbs_and_keys() {
    let cases = [
        ("GET", "/api/v1/namespaces/x/pods/p", "get Pod x/p"),
        ("GET", "/api/v1/pods", "list Pod "),
        (
            "GET",
            "/apis/apps/v1/namespaces/x/deployments/web/scale",
            "get Deployment x/web scale",
        ),
        ("DELETE", "/api/v1/nodes/n1", "delete Node n1"),
        (
            "DELETE",
            "/api/v1/namespaces/x/pods",
            "deletecollection Pod x/",
        ),
    ];
    for (method, uri, want) in cases {
        let request = call(method, uri, "", "");
        let part = request
            .subresource
            .map_or(String::new(), |part| format!(" {}", part.name()));
        let got = format!("{} {}{part}", request.verb.name(), request.key);
        assert_eq!(got, want, "{method} {uri}");
        assert_eq!(request.user, "jane");
    }
}

#[test]
fn options_are_read() {
    let list = call(
        "GET",
        "/api/v1/pods?labelSelector=app%3Dweb&fieldSelector=spec.nodeName%3Dn1&limit=500&continue=abc",
        "",
        "",
    );
    let select = &list.select;
    assert_eq!(
        (
            select.label_selector.as_str(),
            select.field_selector.as_str(),
            select.limit,
            select.continue_token.as_str()
        ),
        ("app=web", "spec.nodeName=n1", 500, "abc")
    );
    let uri = "/api/v1/namespaces/x/configmaps?dryRun=All&fieldValidation=Strict";
    let create = call("POST", uri, "application/json", "{}");
    assert!(create.dry_run);
    assert_eq!(create.field_validation, FieldValidation::Strict);
    assert_eq!(
        create.field_manager, "kubectl",
        "the user agent, if nothing is said"
    );
    let body = r#"{"propagationPolicy": "Foreground", "gracePeriodSeconds": 0, "preconditions": {"uid": "u"}}"#;
    let delete = call(
        "DELETE",
        "/api/v1/namespaces/x/pods/p",
        "application/json",
        body,
    );
    let want = DeleteOptions {
        grace_period_seconds: Some(0),
        propagation: Some(Propagation::Foreground),
        precondition_uid: Some("u".to_owned()),
        precondition_resource_version: None,
    };
    assert_eq!(delete.body, Body::Delete(want));
}

#[test]
fn patches_are_read_by_their_media_type() {
    let uri = "/apis/apps/v1/namespaces/x/deployments/web?fieldManager=me&force=true";
    let Body::Patch(patch) = call(
        "PATCH",
        uri,
        "application/apply-patch+yaml",
        "kind: Deployment\n",
    )
    .body
    else {
        panic!("a patch");
    };
    assert_eq!((patch.kind, patch.forces), (PatchType::Apply, true));
    assert_eq!(*patch.body, serde_json::json!({"kind": "Deployment"}));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let pods = "/api/v1/namespaces/x/pods";
    let cases = [
        ("no such resource", "GET", "/api/v1/podz", "", "", 404),
        ("no such group", "GET", "/apis/nope/v1/things", "", "", 404),
        (
            "a namespace for a node",
            "GET",
            "/api/v1/namespaces/x/nodes",
            "",
            "",
            404,
        ),
        (
            "no such part",
            "GET",
            "/api/v1/namespaces/x/pods/p/nope",
            "",
            "",
            404,
        ),
        (
            "create without a namespace",
            "POST",
            "/api/v1/pods",
            "",
            "{}",
            405,
        ),
        (
            "create by name",
            "POST",
            "/api/v1/namespaces/x/pods/p",
            "",
            "{}",
            405,
        ),
        ("replace a collection", "PUT", pods, "", "{}", 405),
        ("unknown form", "POST", pods, "text/plain", "{}", 415),
        (
            "unknown patch",
            "PATCH",
            "/api/v1/namespaces/x/pods/p",
            "application/json",
            "{}",
            415,
        ),
        ("no JSON", "POST", pods, "", "{", 400),
        ("nothing", "POST", pods, "", "", 400),
        (
            "dry run of what",
            "POST",
            "/api/v1/namespaces/x/pods?dryRun=Some",
            "",
            "{}",
            422,
        ),
        (
            "forced merge",
            "PATCH",
            "/api/v1/namespaces/x/pods/p?force=true",
            "application/merge-patch+json",
            "{}",
            422,
        ),
        (
            "apply by nobody",
            "PATCH",
            "/api/v1/namespaces/x/pods/p",
            "application/apply-patch+yaml",
            "{}",
            422,
        ),
        (
            "a limit that is none",
            "GET",
            "/api/v1/pods?limit=x",
            "",
            "",
            400,
        ),
    ];
    for (name, method, uri, content_type, body, want) in cases {
        let status = ask(method, uri, content_type, body).expect_err(name);
        assert_eq!(status.code(), want, "{name}: {}", status.message);
    }
}

#[test]
fn hostile_paths_and_queries_are_survived() {
    let long = format!("/api/v1/namespaces/{}/pods", "a".repeat(60_000));
    for uri in [
        long.as_str(),
        "/api/v1/namespaces//pods",
        "/apis/////",
        "/api/v1/namespaces/%00/pods/%FF",
        "/api/v1/pods?limit=99999999999999999999",
        "/api/v1/pods?%%%=%&&&&=",
        "/api/v1/watch",
    ] {
        // Whatever it is understood as, it is answered.
        let _ = ask("GET", uri, "", "");
    }
}
