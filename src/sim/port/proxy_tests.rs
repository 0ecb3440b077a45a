//! What pods, Services and nodes answer through the API server.

use super::tests::{PODS, exchange, port, send, settle};
use super::{Exchange, Port};
use serde_json::{Value, json};

/// A server with two pods of nginx behind Services, and what has nothing behind it.
fn served() -> Port {
    let mut port = port();
    let pod = |name: &str, ports: Value, image: &str| {
        json!({"metadata": {"name": name, "labels": {"app": "web"}}, "spec": {
            "nodeName": "n1", "containers": [{"name": "c", "image": image, "ports": ports}]}})
    };
    let mut idle = pod("idle", json!([]), "busybox");
    idle["metadata"]["labels"] = json!({"app": "idle"});
    idle["spec"]["containers"][0]["command"] = json!(["sleep", "3600"]);
    let api = pod(
        "api",
        json!([{"containerPort": 8080, "name": "http"}]),
        "example.com/api",
    );
    let mut nowhere = pod("nowhere", json!([]), "nginx");
    nowhere["spec"]["nodeSelector"] = json!({"a": "b"});
    nowhere["spec"]["nodeName"] = Value::Null;
    let mut api = api;
    api["metadata"]["labels"] = json!({"app": "api"});
    let plain = json!([]);
    let pods = [
        pod("web-0", plain.clone(), "nginx"),
        pod("web-1", plain, "nginx"),
        api,
        idle,
        nowhere,
    ];
    for pod in pods {
        let (code, said) = send(&mut port, "root", "POST", PODS, &pod);
        assert_eq!(code, 201, "{said}");
    }
    let services = [
        (
            "web",
            json!({"selector": {"app": "web"}, "ports": [{"port": 81, "targetPort": 80}]}),
        ),
        (
            "named",
            json!({"selector": {"app": "api"}, "ports": [
            {"name": "main", "port": 80, "targetPort": "http"}, {"name": "admin", "port": 9000, "targetPort": 9000}]}),
        ),
        (
            "none",
            json!({"selector": {"app": "none"}, "ports": [{"port": 80}]}),
        ),
        ("alone", json!({"ports": [{"port": 80}]})),
    ];
    for (name, spec) in services {
        let service = json!({"metadata": {"name": name}, "spec": spec});
        let path = "/api/v1/namespaces/default/services";
        let (code, said) = send(&mut port, "root", "POST", path, &service);
        assert_eq!(code, 201, "{said}");
    }
    settle(&mut port);
    port
}

/// The code, and the text or the message.
fn get(port: &mut Port, user: &str, method: &str, path: &str) -> (u16, String) {
    let Exchange::Answered(response) = exchange(port, user, method, path, &Value::Null) else {
        panic!("{path} is a stream");
    };
    let text = String::from_utf8_lossy(response.body()).into_owned();
    let status: Option<Value> = serde_json::from_str(&text).ok();
    let message = status.and_then(|status| status["message"].as_str().map(str::to_owned));
    (response.status().as_u16(), message.unwrap_or(text))
}

fn ip(port: &mut Port, pod: &str) -> String {
    let (_, pod) = send(port, "root", "GET", &format!("{PODS}/{pod}"), &Value::Null);
    pod["status"]["podIP"]
        .as_str()
        .expect("an address")
        .to_owned()
}

const NGINX: &str = "docker.io/library/nginx:latest at port 80 of pod default/web";

#[test]
fn whoever_listens_answers() {
    let mut port = served();
    let of_nginx = |pod: &str, line: &str| format!("{line}\n{NGINX}-{pod}, on node n1\n");
    let of_api = |line: &str| {
        format!("{line}\nexample.com/api:latest at port 8080 of pod default/api, on node n1\n")
    };
    let cases = [
        (
            "GET",
            "pods/web-0/proxy/",
            (200, of_nginx("0", "c GET /: 200 OK")),
        ),
        (
            "GET",
            "pods/web-0:80/proxy/a?b=c",
            (404, of_nginx("0", "c GET /a?b=c: 404 Not Found")),
        ),
        (
            "POST",
            "pods/http:web-1:80/proxy/",
            (200, of_nginx("1", "c POST /: 200 OK")),
        ),
        (
            "DELETE",
            "pods/api/proxy/a//b/",
            (200, of_api("c DELETE /a//b/: 200 OK")),
        ),
        (
            "GET",
            "services/named:main/proxy/",
            (200, of_api("c GET /: 200 OK")),
        ),
        (
            "GET",
            "services/named:80/proxy/",
            (200, of_api("c GET /: 200 OK")),
        ),
    ];
    for (method, path, want) in cases {
        let path = format!("/api/v1/namespaces/default/{path}");
        assert_eq!(
            get(&mut port, "root", method, &path),
            want,
            "{method} {path}"
        );
    }
    let mut turns: Vec<String> = (0..4)
        .map(|_| {
            let path = "/api/v1/namespaces/default/services/web/proxy/";
            let (code, text) = get(&mut port, "root", "GET", path);
            assert_eq!(code, 200, "{text}");
            text.split(['-', ',']).nth(1).expect("a pod").to_owned()
        })
        .collect();
    turns.sort();
    assert_eq!(turns, ["0", "0", "1", "1"], "its endpoints take turns");
}

#[test]
fn where_nobody_answers_it_is_said_why() {
    let mut port = served();
    let (web, idle, api) = (
        ip(&mut port, "web-0"),
        ip(&mut port, "idle"),
        ip(&mut port, "api"),
    );
    let refused = |ip: &str, port: u32| {
        let why = format!(
            "error trying to reach service: dial tcp {ip}:{port}: connect: connection refused"
        );
        (503, why)
    };
    let of = |code: u16, why: &str| (code, why.to_owned());
    let none = |service: &str| {
        let why = format!("no endpoints available for service \"{service}\"");
        (503, why)
    };
    let cases = [
        ("pods/web-0:81/proxy/", refused(&web, 81)),
        ("pods/idle/proxy/", refused(&idle, 80)),
        ("pods/https:idle:/proxy/", refused(&idle, 443)),
        (
            "pods/web-0:http/proxy/",
            of(
                503,
                "error trying to reach service: dial tcp: lookup tcp/http: unknown port",
            ),
        ),
        ("pods/none/proxy/", of(404, "pods \"none\" not found")),
        ("pods/nowhere/proxy/", of(400, "address not allowed")),
        (
            "pods/ftp:web-0:21/proxy/",
            of(400, "invalid pod request \"ftp:web-0:21\""),
        ),
        (
            "pods/a:b:c:d/proxy/",
            of(400, "invalid pod request \"a:b:c:d\""),
        ),
        (
            "services/:80/proxy/",
            of(400, "invalid service request \":80\""),
        ),
        ("services/none/proxy/", none("none")),
        (
            "services/alone/proxy/",
            of(404, "endpoints \"alone\" not found"),
        ),
        (
            "services/missing/proxy/",
            of(404, "endpoints \"missing\" not found"),
        ),
        (
            "services/missing:80/proxy/",
            of(404, "services \"missing\" not found"),
        ),
        (
            "services/web:80/proxy/",
            of(503, "no service port 80 found for service \"web\""),
        ),
        ("services/web:http/proxy/", none("web:http")),
        ("services/named/proxy/", none("named")),
        ("services/named:admin/proxy/", refused(&api, 9000)),
    ];
    for (path, want) in cases {
        let path = format!("/api/v1/namespaces/default/{path}");
        assert_eq!(get(&mut port, "root", "GET", &path), want, "{path}");
    }
    let path = "/api/v1/namespaces/default/pods/web-0/proxy/";
    let options = get(&mut port, "root", "TRACE", path);
    assert_eq!(options.0, 405);
    let fault = serde_json::from_value(json!({"fault": "cut-node", "node": "n1"}));
    port.timeline
        .fault(fault.expect("a fault"))
        .expect("a node");
    let why =
        format!("error trying to reach service: dial tcp {web}:80: connect: no route to host");
    assert_eq!(get(&mut port, "root", "GET", path), (503, why));
}

#[test]
fn a_missing_slash_is_added() {
    let mut port = served();
    for (path, want) in [
        (
            "namespaces/default/pods/web-0/proxy",
            "/api/v1/namespaces/default/pods/web-0/proxy/",
        ),
        (
            "namespaces/default/services/web:/proxy?a=b",
            "/api/v1/namespaces/default/services/web:/proxy/?a=b",
        ),
        ("nodes/n1/proxy", "/api/v1/nodes/n1/proxy/"),
    ] {
        let path = format!("/api/v1/{path}");
        let Exchange::Answered(response) = exchange(&mut port, "root", "GET", &path, &Value::Null)
        else {
            panic!("a stream");
        };
        let place = response.headers().get("location").expect("a place");
        assert_eq!(
            (response.status().as_u16(), place.as_bytes()),
            (301, want.as_bytes())
        );
    }
}

#[test]
fn nodes_have_their_kubelets_pages() {
    let mut port = served();
    let pages = [
        ("n1/proxy/healthz", 200, "ok"),
        ("n1:10250/proxy/healthz", 200, "ok"),
        (
            "n1/proxy/stats/summary",
            404,
            "kubeloop: the kubelet's /stats/summary is not simulated: it has /healthz and /pods\n",
        ),
        ("n9/proxy/healthz", 404, "nodes \"n9\" not found"),
        ("a:b:c:d/proxy/", 400, "invalid node request \"a:b:c:d\""),
    ];
    for (path, code, want) in pages {
        let got = get(&mut port, "root", "GET", &format!("/api/v1/nodes/{path}"));
        assert_eq!(got, (code, want.to_owned()), "{path}");
    }
    let (code, pods) = send(
        &mut port,
        "root",
        "GET",
        "/api/v1/nodes/n1/proxy/pods",
        &Value::Null,
    );
    assert_eq!((code, pods["kind"].as_str()), (200, Some("PodList")));
    assert_eq!(pods["items"].as_array().map(Vec::len), Some(4));
}

#[test]
fn the_right_is_that_of_the_subresource() {
    let mut port = served();
    let path = "/api/v1/namespaces/default/services/web:81/proxy/";
    let why = r#"services "web:81" is forbidden: User "jane" cannot VERB resource "services/proxy" in API group "" in the namespace "default""#;
    for (method, verb) in [
        ("GET", "get"),
        ("POST", "create"),
        ("PUT", "update"),
        ("DELETE", "delete"),
    ] {
        let want = (403, why.replace("VERB", verb));
        assert_eq!(get(&mut port, "jane", method, path), want);
    }
}
