//! Requests in, responses out: the server as its clients see it.

use super::*;
use crate::sim::{ClusterOptions, Fault, Pace};
use http::Request as HttpRequest;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn port() -> Port {
    let admin = User::new("kubernetes-admin", &[]);
    let jane = User::new("jane", &["dev"]);
    let credentials = Credentials::default()
        .with("root", admin)
        .with("jane", jane);
    Port::new(
        Timeline::new(ClusterOptions::default()),
        credentials,
        "127.0.0.1:1",
    )
}

pub(super) fn send(
    port: &mut Port,
    token: &str,
    method: &str,
    uri: &str,
    body: &Value,
) -> (u16, Value) {
    match exchange(port, token, method, uri, body) {
        Exchange::Answered(response) => {
            let code = response.status().as_u16();
            (
                code,
                serde_json::from_slice(response.body()).unwrap_or(Value::Null),
            )
        }
        other => panic!("{uri}: {other:?}"),
    }
}

pub(super) fn exchange(
    port: &mut Port,
    token: &str,
    method: &str,
    uri: &str,
    body: &Value,
) -> Exchange {
    let mut request = HttpRequest::builder().method(method).uri(uri);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let bytes = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    port.exchange(&request.body(bytes).expect("a request"))
}

pub(super) fn settle(port: &mut Port) {
    while !port.cluster().is_settled() {
        port.timeline.advance(Pace::Turn);
    }
}

pub(super) fn pod(name: &str, command: &[&str]) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {
        "restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox", "command": command}]}})
}

pub(super) const PODS: &str = "/api/v1/namespaces/default/pods";

#[test]
fn nobody_comes_in_without_a_name_that_is_known() {
    let mut port = port();
    let nothing = Value::Null;
    let cases = [
        ("", "/api/v1/pods", 403),
        ("wrong", "/api/v1/pods", 401),
        ("jane", "/api/v1/pods", 403),
        ("root", "/api/v1/pods", 200),
        ("", "/version", 200),
        ("", "/metrics", 403),
        ("root", "/nope", 404),
    ];
    for (token, uri, want) in cases {
        let (code, said) = send(&mut port, token, "GET", uri, &nothing);
        assert_eq!(code, want, "{token} {uri}: {said}");
    }
    let (_, said) = send(&mut port, "jane", "GET", "/api/v1/pods", &nothing);
    let want = r#"pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope"#;
    assert_eq!(said["message"], want);
}

#[test]
fn what_was_created_is_there_and_is_watched() {
    let mut port = port();
    let revision = port.cluster().store().revision();
    let uri = format!("{PODS}?watch=true&resourceVersion={revision}&allowWatchBookmarks=true");
    let Exchange::Watch(mut watch) = exchange(&mut port, "root", "GET", &uri, &Value::Null) else {
        panic!("a watch");
    };
    let (code, made) = send(
        &mut port,
        "root",
        "POST",
        PODS,
        &pod("p", &["sleep", "3600"]),
    );
    assert_eq!((code, made["metadata"]["name"].as_str()), (201, Some("p")));
    settle(&mut port);
    let (code, _) = send(
        &mut port,
        "root",
        "DELETE",
        &format!("{PODS}/p?gracePeriodSeconds=0"),
        &Value::Null,
    );
    assert_eq!(code, 200);
    let mut text = Vec::new();
    let cluster = port.cluster();
    assert_eq!(
        watch.poll(cluster.store(), cluster.now_ms(), &mut text),
        codec::Polled::Open
    );
    watch.bookmark(&mut text);
    let text = String::from_utf8(text).expect("JSON is text");
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object to a line"))
        .collect();
    let types: Vec<&str> = events
        .iter()
        .filter_map(|event| event["type"].as_str())
        .collect();
    assert_eq!(types.first(), Some(&"ADDED"));
    assert_eq!(types[types.len() - 2..], ["DELETED", "BOOKMARK"]);
    let revisions: Vec<u64> = events
        .iter()
        .filter_map(|event| {
            event["object"]["metadata"]["resourceVersion"]
                .as_str()?
                .parse()
                .ok()
        })
        .collect();
    assert!(
        revisions.is_sorted() && revisions.len() == events.len(),
        "{revisions:?}"
    );
    assert!(
        types.iter().filter(|t| **t == "MODIFIED").count() >= 2,
        "bound, running"
    );
}

#[test]
fn a_watch_of_the_past_that_is_gone_says_so() {
    let mut port = port();
    let uri = format!("{PODS}?watch=true&resourceVersion=999999");
    let (code, said) = send(&mut port, "root", "GET", &uri, &Value::Null);
    assert_eq!((code, said["reason"].as_str()), (504, Some("Timeout")));
    let first = |port: &mut Port| -> Value {
        let uri = "/api/v1/namespaces?watch=true&resourceVersion=1";
        let Exchange::Watch(mut watch) = exchange(port, "root", "GET", uri, &Value::Null) else {
            panic!("a watch");
        };
        let (mut text, cluster) = (Vec::new(), port.cluster());
        watch.poll(cluster.store(), cluster.now_ms(), &mut text);
        let text = String::from_utf8(text).expect("JSON is text");
        serde_json::from_str(text.lines().next().expect("an event")).expect("JSON")
    };
    // A server that has never been stopped knows of everything since it began.
    assert_eq!(first(&mut port)["type"], "ADDED");
    let gone = |oldest: u64| {
        json!({"type": "ERROR", "object": {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": format!("too old resource version: 1 ({oldest})"), "reason": "Expired", "code": 410}})
    };
    for fault in [Fault::StopApiServer, Fault::StartApiServer] {
        port.timeline.fault(fault).expect("it can be");
    }
    let newest = port.cluster().store().revision();
    assert_eq!(first(&mut port), gone(newest), "it was stopped");
    while port.cluster().now_ms() < 11 * 60 * 1000 {
        port.timeline.advance(Pace::Turn);
    }
    let oldest = port.cluster().store().oldest();
    assert_eq!(first(&mut port), gone(oldest - 1), "it was compacted");
    assert!(oldest - 1 > newest);
}

#[test]
fn logs() {
    let mut port = port();
    send(
        &mut port,
        "root",
        "POST",
        PODS,
        &pod("p", &["sh", "-c", "echo hello; echo world; sleep 3600"]),
    );
    settle(&mut port);
    let Exchange::Answered(response) = exchange(
        &mut port,
        "root",
        "GET",
        &format!("{PODS}/p/log?tailLines=1"),
        &Value::Null,
    ) else {
        panic!("a log that ends");
    };
    assert_eq!(response.body(), b"world\n");
    let (code, said) = send(
        &mut port,
        "root",
        "GET",
        &format!("{PODS}/p/log?container=x"),
        &Value::Null,
    );
    assert_eq!(
        (code, said["message"].as_str()),
        (400, Some("container x is not valid for pod p"))
    );
}

/// What is there, as the columns that kubectl prints.
fn table(port: &mut Port, uri: &str) -> Value {
    let request = HttpRequest::builder()
        .uri(uri)
        .header("authorization", "Bearer root")
        .header("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
        .body(Vec::new())
        .expect("a request");
    let Exchange::Answered(response) = port.exchange(&request) else {
        panic!("a table");
    };
    serde_json::from_slice(response.body()).expect("JSON")
}

#[test]
fn tables_lists_and_chunks() {
    let mut port = port();
    for name in ["a", "b", "c"] {
        send(
            &mut port,
            "root",
            "POST",
            PODS,
            &pod(name, &["sleep", "3600"]),
        );
    }
    let pods = table(&mut port, PODS);
    assert_eq!(pods["columnDefinitions"][0]["format"], "name");
    assert_eq!(pods["rows"][1]["cells"][0], "b");
    assert_eq!(pods["rows"][1]["object"]["kind"], "PartialObjectMetadata");
    let classes = "/apis/storage.k8s.io/v1/storageclasses";
    let class = json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "a/b",
        "metadata": {"name": "fast", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}});
    send(&mut port, "root", "POST", classes, &class);
    let classes = table(&mut port, classes);
    assert_eq!(classes["rows"][0]["cells"][0], "fast (default)");
    let (_, first) = send(
        &mut port,
        "root",
        "GET",
        &format!("{PODS}?limit=2"),
        &Value::Null,
    );
    assert_eq!(first["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(first["metadata"]["remainingItemCount"], 1);
    assert!(first["items"][0].get("kind").is_none(), "the list says it");
    let token = first["metadata"]["continue"]
        .as_str()
        .expect("there is more")
        .to_owned();
    send(
        &mut port,
        "root",
        "DELETE",
        &format!("{PODS}/c?gracePeriodSeconds=0"),
        &Value::Null,
    );
    let (_, rest) = send(
        &mut port,
        "root",
        "GET",
        &format!("{PODS}?limit=2&continue={token}"),
        &Value::Null,
    );
    assert_eq!(
        rest["items"][0]["metadata"]["name"], "c",
        "as it was when the list began"
    );
    assert_eq!(
        rest["metadata"]["resourceVersion"],
        first["metadata"]["resourceVersion"]
    );
}

#[test]
fn a_person_may_act_as_another_if_that_is_allowed() {
    let mut port = port();
    let mut as_joe = |token: &str| {
        let request = HttpRequest::builder()
            .uri("/api/v1/nodes")
            .header("authorization", format!("Bearer {token}"))
            .header("impersonate-user", "joe")
            .body(Vec::new())
            .expect("a request");
        let Exchange::Answered(response) = port.exchange(&request) else {
            panic!("an answer");
        };
        let said: Value = serde_json::from_slice(response.body()).expect("JSON");
        said["message"].as_str().unwrap_or_default().to_owned()
    };
    assert!(as_joe("root").contains(r#"User "joe" cannot list resource "nodes""#));
    assert!(as_joe("jane").contains(r#"User "jane" cannot impersonate resource "users""#));
}

#[test]
fn load_shows_in_metrics() {
    let mut port = port();
    send(
        &mut port,
        "root",
        "POST",
        PODS,
        &pod("p", &["sleep", "3600"]),
    );
    settle(&mut port);
    let load = crate::sim::Fault::Load {
        pod: "default/p".to_owned(),
        cpu_milli: 900,
        memory_mi: 128,
    };
    port.timeline.fault(load).expect("a pod can be given work");
    let uri = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/p";
    let (code, metrics) = send(&mut port, "root", "GET", uri, &Value::Null);
    assert_eq!(
        (code, metrics["containers"][0]["usage"]["cpu"].as_str()),
        (200, Some("900m"))
    );
}

/// Remembers every text.
#[derive(Default)]
struct Remembers(std::cell::RefCell<Vec<((u64, codec::Side, Arc<str>), Arc<[u8]>)>>);

impl Encoded for Remembers {
    fn text(
        &self,
        revision: u64,
        side: codec::Side,
        form: &Arc<str>,
        encode: &dyn Fn() -> Vec<u8>,
    ) -> Arc<[u8]> {
        let name = (revision, side, Arc::clone(form));
        let known = || self.0.borrow().iter().find(|(n, _)| *n == name).cloned();
        if let Some((_, text)) = known() {
            return text;
        }
        let text: Arc<[u8]> = encode().into();
        self.0.borrow_mut().push((name, Arc::clone(&text)));
        text
    }
}

#[test]
fn what_was_put_into_words_before_is_the_same_again() {
    let mut port = port();
    let known = Remembers::default();
    for name in ["a", "b"] {
        send(&mut port, "root", "POST", PODS, &pod(name, &["true"]));
    }
    settle(&mut port);
    let metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    let lists = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    let one = format!("{PODS}/a");
    let other = format!("{PODS}/a?dryRun=All");
    let json = "application/json";
    let change = r#"{"metadata": {"labels": {"x": "y"}}}"#;
    for (method, uri, accept, body) in [
        ("PATCH", other.as_str(), json, change),
        ("GET", &one, json, ""),
        ("GET", PODS, json, ""),
        ("GET", &one, metadata, ""),
        ("GET", PODS, lists, ""),
        ("PATCH", &other, json, change),
        ("GET", &one, json, ""),
        ("GET", "/api/v1/nodes", json, ""),
        ("GET", "/api/v1/namespaces/none/pods", json, ""),
        ("GET", "/apis/events.k8s.io/v1/events", json, ""),
        ("GET", "/api/v1/events", json, ""),
    ] {
        let request = HttpRequest::builder()
            .method(method)
            .uri(uri)
            .header("authorization", "Bearer root")
            .header("accept", accept)
            .header("content-type", "application/merge-patch+json")
            .body(body.as_bytes().to_vec())
            .expect("a request");
        let text = |exchange: Exchange| match exchange {
            Exchange::Answered(response) => String::from_utf8(response.into_body()),
            other => panic!("{uri}: {other:?}"),
        };
        let anew = text(port.exchange(&request)).expect("JSON is text");
        for _ in 0..2 {
            let again = text(port.exchange_with(&request, &known));
            assert_eq!(again.as_ref(), Ok(&anew), "{method} {uri} {accept}");
        }
        let value: Value = serde_json::from_str(&anew).expect("JSON");
        assert_eq!(anew, format!("{value}\n"), "{uri}: as serde writes it");
        assert_eq!(anew.contains(r#""x":"y""#), method == "PATCH", "{uri}");
    }
}
