//! Patches of all four kinds against objects of built-in and custom kinds: what was patched is stored as it was answered, patching once
//! more changes nothing where the kind of patch promises that, and writing back what was read changes nothing.

use super::server::{Server, json, set};
use http::Response;
use serde_json::Value;

/// What is patched, chosen by the second byte.
const OBJECTS: [&str; 8] = [
    "/apis/apps/v1/namespaces/default/deployments/web",
    "/apis/stable.example.com/v1/namespaces/default/crontabs/tab",
    "/api/v1/namespaces/default/services/web",
    "/api/v1/namespaces/default/configmaps/settings",
    "/api/v1/namespaces/default/pods/lone",
    "/api/v1/nodes/n1",
    "/apis/batch/v1/namespaces/default/cronjobs/nightly",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/crontabs.stable.example.com",
];

/// The kinds of patches, by the first letter: `j`, `m`, `s`, `a`, in capitals for the object's status.
fn content_type(letter: u8) -> (&'static str, &'static str) {
    match letter.to_ascii_lowercase() {
        b'j' => ("application/json-patch+json", "fieldManager=fuzz"),
        b'm' => ("application/merge-patch+json", "fieldManager=fuzz"),
        b's' => (
            "application/strategic-merge-patch+json",
            "fieldValidation=Strict",
        ),
        _ => (
            "application/apply-patch+yaml",
            "fieldManager=fuzz&force=true",
        ),
    }
}

/// The kind of patch, the number of the object, and the patch itself: `m3{"data":{"a":"b"}}`.
pub fn check(data: &[u8]) {
    let [letter, number, body @ ..] = data else {
        return;
    };
    let (form, options) = content_type(*letter);
    let object = OBJECTS[usize::from(*number) % OBJECTS.len()];
    let part = if letter.is_ascii_uppercase() {
        "/status"
    } else {
        ""
    };
    let uri = format!("{object}{part}?{options}");
    let mut server = Server::new();
    let before = get(&mut server, object).expect("it is there");
    let send = |server: &mut Server| -> Response<Vec<u8>> {
        let mut request = server.request("PATCH", &uri, body).expect("a path of ours");
        set(&mut request, "content-type", form.as_bytes());
        server
            .answer(&request)
            .expect("patches are answered at once")
    };
    let first = send(&mut server);
    let after = get(&mut server, object);
    if !first.status().is_success() {
        assert_eq!(
            after.as_ref(),
            Some(&before),
            "what is refused changes nothing"
        );
        return;
    }
    let patched = json(&first).expect("an object");
    if part.is_empty() && first.status() == 200 && after.is_some() {
        assert_eq!(Some(&patched), after.as_ref(), "stored as it was answered");
    }
    let Some(after) = after else {
        // The last finalizer of something that was going away.
        return;
    };
    for field in ["name", "namespace", "uid", "creationTimestamp"] {
        assert_eq!(
            after["metadata"][field], before["metadata"][field],
            "{field}"
        );
    }
    if *letter != b'j' && *letter != b'J' {
        let second = send(&mut server);
        if second.status().is_success() {
            let again = json(&second).expect("an object");
            assert_eq!(again, patched, "the same patch again changes nothing");
        }
    }
    write_back(&mut server, object);
    server.still_answers();
}

fn get(server: &mut Server, uri: &str) -> Option<Value> {
    let request = server.request("GET", uri, b"")?;
    let response = server.answer(&request)?;
    json(&response).filter(|_| response.status() == 200)
}

/// What was read can be written, and that changes nothing.
fn write_back(server: &mut Server, uri: &str) {
    let Some(read) = get(server, uri) else { return };
    let body = read.to_string();
    let uri = format!("{uri}?fieldValidation=Strict");
    let request = server.request("PUT", &uri, body.as_bytes());
    let response = server
        .answer(&request.expect("a path of ours"))
        .expect("an answer");
    let said = json(&response).expect("an object or a refusal");
    if response.status() == 200 {
        assert_eq!(said, read, "writing back what was read changes nothing");
    } else {
        let code = response.status().as_u16();
        assert!(code == 404 || code == 422, "{said}");
    }
}
