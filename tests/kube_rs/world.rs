//! A cluster and clients for it, without a network between them.

use axum::body::{Body as Streamed, Bytes};
use futures::FutureExt as _;
use http::{HeaderName, HeaderValue, Request, Response};
use kube::Client;
use kube::client::Body;
use kubeloop::api::time::Ms;
use kubeloop::control_plane::apiserver::http::{Polled, Watch};
use kubeloop::sim::port::{Credentials, Exchange, Log, Port, User};
use kubeloop::sim::{ClusterOptions, Pace, Timeline};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;

/// Nothing that a test waits for takes longer, by the clock; a test that waits in vain fails by it.
const PATIENCE: Duration = Duration::from_mins(1);

/// No request sets off more steps.
const STEPS_MAX: usize = 200_000;

/// A cluster that settles after every request.
#[derive(Clone)]
pub(crate) struct World {
    port: Arc<Mutex<Port>>,
    /// Counts what happened.
    progress: Arc<watch::Sender<u64>>,
    /// Counts how often all connections were cut.
    cuts: Arc<watch::Sender<u64>>,
}

impl World {
    /// Three nodes, an administrator (`root`), somebody with no rights (`jane`).
    pub(crate) fn new() -> Self {
        let credentials = Credentials::default()
            .with("root", User::new("kubernetes-admin", &["system:masters"]))
            .with("jane", User::new("jane", &["dev"]));
        let timeline = Timeline::new(ClusterOptions::default());
        Self {
            port: Arc::new(Mutex::new(Port::new(timeline, credentials, "127.0.0.1:1"))),
            progress: Arc::new(watch::Sender::new(0)),
            cuts: Arc::new(watch::Sender::new(0)),
        }
    }

    /// The administrator's client.
    pub(crate) fn client(&self) -> Client {
        self.client_of("root", &[])
    }

    /// The client of whoever has this token, sending these headers too.
    pub(crate) fn client_of(&self, token: &str, headers: &[(&'static str, &str)]) -> Client {
        let world = self.clone();
        let mut more: Vec<(HeaderName, HeaderValue)> = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    value.parse().expect("a header"),
                )
            })
            .collect();
        let bearer = format!("Bearer {token}").parse().expect("a header");
        more.push((http::header::AUTHORIZATION, bearer));
        let service = tower::service_fn(move |mut request: Request<Body>| {
            for (name, value) in &more {
                request.headers_mut().append(name, value.clone());
            }
            world.clone().serve(request).boxed()
        });
        Client::new(service, "default")
    }

    async fn serve(self, request: Request<Body>) -> Result<Response<Streamed>, kube::Error> {
        let (parts, body) = request.into_parts();
        let bytes = body.collect_bytes().await?;
        let request = Request::from_parts(parts, bytes.to_vec());
        Ok(match self.with(|port| port.exchange(&request)) {
            Exchange::Answered(response) => response.map(Streamed::from),
            Exchange::Watch(watch) => streamed(|sender| self.tell_changes(*watch, sender)),
            Exchange::Log(log) => streamed(|sender| self.tell_log(*log, sender)),
            Exchange::Exec(_) | Exchange::Attach(_) => panic!("commands need a connection"),
        })
    }

    /// Does something with the server, lets the cluster settle, and tells those who watch.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Port) -> T) -> T {
        let mut port = self.port.lock().expect("no request panics");
        let before = port.cluster().steps();
        let result = act(&mut port);
        for _ in 0..STEPS_MAX {
            if port.cluster().is_settled() {
                break;
            }
            port.timeline.advance(Pace::Turn);
        }
        assert!(port.cluster().is_settled(), "the cluster comes to rest");
        if port.cluster().steps() != before {
            self.progress.send_modify(|count| *count += 1);
        }
        result
    }

    /// Lets so much of the cluster's time pass.
    pub(crate) fn advance(&self, ms: Ms) {
        self.with(|port| {
            let end_ms = port.cluster().now_ms() + ms;
            while port.cluster().now_ms() < end_ms {
                let due = port.cluster().next_due_ms();
                if due.is_none_or(|due| due > end_ms) {
                    port.timeline.wait_until(end_ms);
                } else {
                    port.timeline.advance(Pace::Turn);
                }
            }
        });
    }

    /// Ends all watches, as a server does that goes away.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|count| *count += 1);
    }

    async fn tell_changes(self, mut watch: Watch, sender: Sender) {
        let (mut progress, mut cuts) = (self.progress.subscribe(), self.cuts.subscribe());
        loop {
            progress.mark_unchanged();
            let mut text = Vec::new();
            let polled = {
                let port = self.port.lock().expect("no request panics");
                let cluster = port.cluster();
                watch.poll(cluster.store(), cluster.now_ms(), &mut text)
            };
            if !text.is_empty() && sender.send(Ok(text.into())).await.is_err() {
                return;
            }
            if polled == Polled::Closed {
                return;
            }
            tokio::select! {
                changed = progress.changed() => if changed.is_err() { return },
                _ = cuts.changed() => return,
                () = sender.closed() => return,
            }
        }
    }

    async fn tell_log(self, mut log: Log, sender: Sender) {
        let mut progress = self.progress.subscribe();
        loop {
            progress.mark_unchanged();
            let mut text = Vec::new();
            let goes_on = {
                let port = self.port.lock().expect("no request panics");
                log.poll(port.cluster(), &mut text)
            };
            if !text.is_empty() && sender.send(Ok(text.into())).await.is_err() {
                return;
            }
            if !goes_on || progress.changed().await.is_err() {
                return;
            }
        }
    }
}

type Sender = mpsc::Sender<Result<Bytes, Infallible>>;

fn streamed<F>(tell: impl FnOnce(Sender) -> F) -> Response<Streamed>
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(tell(sender));
    Response::new(Streamed::from_stream(ReceiverStream::new(receiver)))
}

/// Waits for something that is bound to happen.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, future).await;
    done.unwrap_or_else(|_| panic!("{what}: waited in vain"))
}

/// Asks again and again until something is so.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    soon(what, async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// A refusal: its code, reason and message.
pub(crate) fn refusal(error: kube::Error) -> (u16, String, String) {
    match error {
        kube::Error::Api(status) => (status.code, status.reason, status.message),
        other => panic!("not a refusal by the server: {other}"),
    }
}

/// An object of a type, from JSON.
pub(crate) fn object<K: serde::de::DeserializeOwned>(json: serde_json::Value) -> K {
    serde_json::from_value(json).expect("an object of this type")
}
