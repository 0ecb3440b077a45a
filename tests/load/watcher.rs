//! One watch, kept open until the last object is written: at once, slowly, or with pauses after which it goes on where it was.

use super::connection::Connection;
use super::history::{History, Told};
use super::objects::{Resource, Scope};
use axum::body::Body;
use futures::StreamExt as _;
use http::{Method, StatusCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Temper {
    /// What there is, at once.
    Eager,
    /// Now and then it reads nothing for a while, and what the server sends piles up.
    Slow,
    /// It hangs up now and then, and watches again from the last revision that it was told of.
    Fickle,
}

impl Temper {
    pub(crate) fn of(index: usize) -> Self {
        match index % 8 {
            5 => Self::Slow,
            6 => Self::Fickle,
            _ => Self::Eager,
        }
    }
}

/// A slow reader's window, so that little is on the way while it does not read.
const WINDOW_BYTES: u32 = 64 * 1024;

/// A slow reader reads for so long, then sleeps for so long.
const SLOW: (Duration, Duration) = (Duration::from_millis(1500), Duration::from_secs(1));

/// A fickle one hangs up after so long.
const FICKLE: Duration = Duration::from_millis(400);

/// What is still to come, comes within this.
const PATIENCE: Duration = Duration::from_mins(1);

/// What every watch ends with.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) last: Vec<(Resource, &'static str, u64)>,
}

impl End {
    fn of(&self, scope: Scope) -> u64 {
        let own = self
            .last
            .iter()
            .filter(|(resource, namespace, _)| *resource == scope.resource && scope.has(namespace));
        own.map(|(_, _, revision)| *revision)
            .max()
            .expect("every scope ends with something")
    }
}

pub(crate) struct Watcher {
    pub(crate) scope: Scope,
    pub(crate) temper: Temper,
    pub(crate) from: u64,
    pub(crate) history: Arc<History>,
    pub(crate) end: tokio::sync::watch::Receiver<Option<End>>,
}

impl Watcher {
    /// Watches to the end.
    pub(crate) async fn watch(mut self, address: String, token: String) -> Told {
        let mut told = Told::new(self.scope, self.temper, self.from);
        while !self.is_at_the_end(&told) {
            let window = (self.temper == Temper::Slow).then_some(WINDOW_BYTES);
            let mut connection = Connection::with_window(&address, &token, window).await;
            let path = format!("{}&resourceVersion={}", self.scope.path(), told.revision());
            let response = connection.send(Method::GET, &path, None).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            let body = Body::new(response.into_body());
            self.read(body, &mut told).await;
        }
        told
    }

    async fn read(&mut self, body: Body, told: &mut Told) {
        let begun = Instant::now();
        let mut chunks = body.into_data_stream();
        let mut text: Vec<u8> = Vec::new();
        let mut rested = Instant::now();
        while !self.is_at_the_end(told) {
            let is_over = self.end.borrow().is_some();
            if self.temper == Temper::Fickle && !is_over && begun.elapsed() > FICKLE {
                return;
            }
            if self.temper == Temper::Slow && !is_over && rested.elapsed() > SLOW.0 {
                tokio::time::sleep(SLOW.1).await;
                rested = Instant::now();
            }
            let chunk = tokio::select! {
                chunk = chunks.next() => chunk,
                // The end is known now; it may have been told already.
                _ = self.end.changed() => continue,
                () = tokio::time::sleep(PATIENCE) => panic!("{:?} is told no more after {}", self.scope, told.revision()),
            };
            let Some(chunk) = chunk else {
                panic!("{:?}: the server ended the watch", self.scope);
            };
            text.extend_from_slice(&chunk.expect("the connection is kept"));
            let whole = text.iter().rposition(|byte| *byte == b'\n');
            let rest = text.split_off(whole.map_or(0, |at| at + 1));
            for line in text.split(|byte| *byte == b'\n') {
                if !line.is_empty() {
                    told.note(&self.history, line);
                }
            }
            text = rest;
        }
    }

    fn is_at_the_end(&self, told: &Told) -> bool {
        let end = self.end.borrow();
        end.as_ref()
            .is_some_and(|end| told.revision() >= end.of(self.scope))
    }
}
