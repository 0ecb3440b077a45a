//! The whole server in process, over a small cluster in which something of everything runs.

use http::{HeaderName, HeaderValue, Method, Request, Response, header};
use kubeloop::control_plane::apiserver::protobuf;
use kubeloop::sim::port::{Credentials, Exchange, Port, User};
use kubeloop::sim::{Cluster, ClusterOptions, Pace, Timeline, invariants};
use serde_json::Value;
use std::sync::OnceLock;

/// What the cluster holds before anything else is sent to it.
const OBJECTS: &[(&str, &str)] = &[
    (
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        include_str!("../objects/definition.json"),
    ),
    (
        "/apis/stable.example.com/v1/namespaces/default/crontabs",
        include_str!("../objects/custom.json"),
    ),
    (
        "/apis/apps/v1/namespaces/default/deployments",
        include_str!("../objects/deployment.json"),
    ),
    (
        "/api/v1/namespaces/default/services",
        include_str!("../objects/service.json"),
    ),
    (
        "/api/v1/namespaces/default/configmaps",
        include_str!("../objects/config_map.json"),
    ),
    (
        "/api/v1/namespaces/default/pods",
        include_str!("../objects/pod.json"),
    ),
    (
        "/apis/batch/v1/namespaces/default/cronjobs",
        include_str!("../objects/cron_job.json"),
    ),
];

/// However long the cluster may still be busy with what was sent to it.
const STEPS_MAX: usize = 60;

/// A server and its cluster.
pub struct Server {
    port: Port,
}

impl Server {
    /// A new server; the cluster is made once and shared until somebody changes it.
    pub fn new() -> Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        let cluster = CLUSTER.get_or_init(|| {
            let options = ClusterOptions {
                nodes: 2,
                ..ClusterOptions::default()
            };
            let mut server = Self::of(Cluster::booted(options));
            for (path, body) in OBJECTS {
                let request = server.request("POST", path, body.as_bytes());
                let made = server
                    .answer(&request.expect("a path of ours"))
                    .expect("an answer");
                let said = String::from_utf8_lossy(made.body());
                assert_eq!(made.status(), 201, "{path}: {said}");
                server.run(1000);
            }
            server.port.cluster().clone()
        });
        Self::of(cluster.clone())
    }

    fn of(cluster: Cluster) -> Self {
        let credentials = Credentials::default()
            .with("root", User::new("kubernetes-admin", &["system:masters"]))
            .with("jane", User::new("jane", &["dev"]));
        let port = Port::new(Timeline::of(cluster), credentials, "127.0.0.1:1");
        Self {
            port: port.with_protobuf(protobuf::decode),
        }
    }

    /// A request of the administrator; `None` if no HTTP server would hand it on.
    pub fn request(&self, method: &str, uri: &str, body: &[u8]) -> Option<Request<Vec<u8>>> {
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        let request = Request::builder().method(method).uri(uri);
        let mut request = request.body(body.to_vec()).ok()?;
        set(&mut request, "authorization", b"Bearer root");
        // What exec and attach need; nothing else looks at it.
        set(&mut request, "connection", b"upgrade");
        Some(request)
    }

    /// Asks, and looks at what comes back; `None` for a stream.
    pub fn answer(&mut self, request: &Request<Vec<u8>>) -> Option<Response<Vec<u8>>> {
        let mut told = Vec::new();
        match self.port.exchange(request) {
            Exchange::Answered(response) => {
                makes_sense(&response);
                return Some(response);
            }
            Exchange::Watch(mut watch) => {
                let cluster = self.port.cluster();
                watch.poll(cluster.store(), cluster.now_ms(), &mut told);
                watch.bookmark(&mut told);
            }
            Exchange::Log(mut log) => {
                log.poll(self.port.cluster(), &mut told);
            }
            Exchange::Exec(mut exec) => {
                let cluster = self.port.cluster();
                told.extend(exec.begin(cluster).concat());
                told.extend(exec.take(request.body(), cluster).concat());
            }
            Exchange::Attach(mut attach) => told.extend(attach.poll(self.port.cluster()).concat()),
        }
        None
    }

    /// Lets the cluster work on what it has been told.
    pub fn run(&mut self, steps_max: usize) {
        for _ in 0..steps_max {
            if self.port.cluster().is_settled() || self.port.timeline.advance(Pace::Turn).is_none()
            {
                break;
            }
        }
    }

    /// After all of it: the cluster goes on, nothing is broken, and the server answers.
    pub fn still_answers(&mut self) {
        self.run(STEPS_MAX);
        assert_eq!(invariants::check_all(self.port.cluster()), [""; 0]);
        let request = self.request("GET", "/api/v1/namespaces/default", b"");
        let answer = self.answer(&request.expect("a path of ours"));
        let code = answer.expect("an answer").status().as_u16();
        assert!(code == 200 || code == 404, "{code}");
    }
}

/// Sets a header, if these are bytes that a header may have.
pub fn set(request: &mut Request<Vec<u8>>, name: &str, value: &[u8]) {
    let name = HeaderName::from_bytes(name.as_bytes());
    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
        request.headers_mut().insert(name, value);
    }
}

/// The answer as JSON, if it is JSON.
pub fn json(response: &Response<Vec<u8>>) -> Option<Value> {
    let form = response.headers().get(header::CONTENT_TYPE)?;
    if !form.as_bytes().starts_with(b"application/json") {
        return None;
    }
    Some(serde_json::from_slice(response.body()).expect("JSON says that it is JSON"))
}

/// Refusals have a reason and the code that they say they have.
fn makes_sense(response: &Response<Vec<u8>>) {
    let code = response.status().as_u16();
    assert!((200..600).contains(&code), "{code}");
    let Some(document) = json(response) else {
        return;
    };
    if document["kind"] == "Status" && document["status"] == "Failure" {
        assert_eq!(document["code"], code, "{document}");
        assert!(code >= 400, "{document}");
        assert!(document["message"].is_string(), "{document}");
    }
}
