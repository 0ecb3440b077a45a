//! One client's connection to the server, kept open as real clients keep theirs.

use super::objects::Resource;
use axum::body::{Body, Bytes, to_bytes};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::net::TcpSocket;

/// An answer, and how long it took from the first byte sent to the last byte received.
pub(crate) struct Answer {
    pub(crate) code: StatusCode,
    pub(crate) body: Bytes,
    pub(crate) took: Duration,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("answers are JSON")
    }
}

pub(crate) fn revision_of(object: &Value) -> u64 {
    let revision = object["metadata"]["resourceVersion"].as_str();
    let number = revision.and_then(|text| text.parse().ok());
    number.unwrap_or_else(|| panic!("no resourceVersion: {object}"))
}

pub(crate) struct Connection {
    sender: SendRequest<Body>,
    address: String,
    bearer: String,
}

impl Connection {
    pub(crate) async fn open(address: &str, token: &str) -> Self {
        Self::with_window(address, token, None).await
    }

    /// The same; a small window lets the server feel soon that its client does not read.
    pub(crate) async fn with_window(address: &str, token: &str, bytes: Option<u32>) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        if let Some(bytes) = bytes {
            socket.set_recv_buffer_size(bytes).expect("an option");
        }
        let to = address.parse().expect("an address");
        let stream = socket.connect(to).await.expect("the server listens");
        stream.set_nodelay(true).expect("an option");
        let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("HTTP");
        tokio::spawn(connection);
        Self {
            sender,
            address: address.to_owned(),
            bearer: format!("Bearer {token}"),
        }
    }

    /// Sends a request; the answer's body is still to come.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Response<Incoming> {
        let media = if method == Method::PATCH {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        let text = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.address)
            .header("authorization", &self.bearer)
            .header("content-type", media)
            .body(Body::from(text))
            .expect("a request");
        self.sender.ready().await.expect("the connection is kept");
        let sent = self.sender.send_request(request).await;
        sent.expect("the server answers")
    }

    pub(crate) async fn ask(&mut self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let begun = Instant::now();
        let response = self.send(method, path, body).await;
        let code = response.status();
        let body = to_bytes(Body::new(response.into_body()), usize::MAX).await;
        Answer {
            code,
            body: body.expect("the whole answer"),
            took: begun.elapsed(),
        }
    }

    pub(crate) async fn create(&mut self, path: &str, object: &Value) -> Value {
        let answer = self.ask(Method::POST, path, Some(object)).await;
        let said = answer.json();
        assert_eq!(answer.code, StatusCode::CREATED, "{path}: {said}");
        said
    }

    /// The revision up to which everything has happened.
    pub(crate) async fn revision(&mut self) -> u64 {
        let path = "/api/v1/namespaces";
        revision_of(&self.ask(Method::GET, path, None).await.json())
    }

    pub(crate) async fn settle(&mut self) -> Value {
        let path = "/kubeloop/v1/settle";
        self.ask(Method::POST, path, None).await.json()
    }

    pub(crate) async fn list(&mut self, resource: Resource, namespace: &str) -> Vec<Value> {
        let path = resource.within(namespace);
        let mut list = self.ask(Method::GET, &path, None).await.json();
        match list["items"].take() {
            Value::Array(items) => items,
            _ => panic!("no list: {list}"),
        }
    }
}
