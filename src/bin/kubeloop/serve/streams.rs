//! Answers that do not end: watches, and logs that are followed.

use super::engine::Engine;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, header};
use kubeloop::control_plane::apiserver::http::{Polled, Watch};
use kubeloop::sim::port::Log;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// How often a watch that asked for bookmarks gets one.
const BOOKMARK_SECONDS: u64 = 60;

/// How many messages wait for a slow client before the server waits for it.
const QUEUE: usize = 64;

/// What changes, line by line.
pub fn changes(engine: Arc<Engine>, watch: Watch) -> Response<Body> {
    let mut warned = Response::new(());
    watch.warn(&mut warned);
    let mut response = stream(
        |sender| tell_changes(engine, watch, sender),
        "application/json",
    );
    response.headers_mut().extend(warned.into_parts().0.headers);
    response
}

/// What a container prints.
pub fn log(engine: Arc<Engine>, log: Log) -> Response<Body> {
    stream(|sender| tell_log(engine, log, sender), "text/plain")
}

/// A response whose body is told bit by bit.
fn stream<F>(
    tell: impl FnOnce(mpsc::Sender<Result<Bytes, std::convert::Infallible>>) -> F,
    media: &'static str,
) -> Response<Body>
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(QUEUE);
    tokio::spawn(tell(sender));
    let mut response = Response::new(Body::from_stream(ReceiverStream::new(receiver)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, private"),
    );
    response
}

type Sender = mpsc::Sender<Result<Bytes, std::convert::Infallible>>;

async fn tell_changes(engine: Arc<Engine>, mut watch: Watch, sender: Sender) {
    let mut news = engine.news();
    let journey = news.borrow().journey;
    let until = tokio::time::Instant::now() + Duration::from_secs(watch.timeout_seconds);
    let mut bookmarks = tokio::time::interval(Duration::from_secs(BOOKMARK_SECONDS));
    bookmarks.tick().await;
    loop {
        let mut text = Vec::new();
        let polled = {
            let is = Arc::clone(&news.borrow_and_update());
            if is.journey == journey {
                let encodings = engine.encodings().of(journey);
                watch.poll_with(&is.store, is.now_ms, &encodings, &mut text)
            } else {
                watch.expire(&is.store, &mut text);
                Polled::Closed
            }
        };
        if !text.is_empty() && sender.send(Ok(text.into())).await.is_err() {
            return;
        }
        if polled == Polled::Closed {
            return;
        }
        let mut text = Vec::new();
        tokio::select! {
            changed = news.changed() => if changed.is_err() { return },
            () = sender.closed() => return,
            _ = bookmarks.tick() => watch.bookmark(&mut text),
            () = tokio::time::sleep_until(until) => {
                watch.bookmark(&mut text);
                if !text.is_empty() {
                    let _ = sender.send(Ok(text.into())).await;
                }
                return;
            }
        }
        if !text.is_empty() && sender.send(Ok(text.into())).await.is_err() {
            return;
        }
    }
}

async fn tell_log(engine: Arc<Engine>, mut log: Log, sender: Sender) {
    let mut news = engine.news();
    loop {
        news.mark_unchanged();
        let polled = engine.with(move |port| {
            let mut text = Vec::new();
            let goes_on = log.poll(port.cluster(), &mut text);
            (log, text, goes_on)
        });
        let Some((told, text, goes_on)) = polled.await else {
            return;
        };
        log = told;
        if !text.is_empty() && sender.send(Ok(text.into())).await.is_err() {
            return;
        }
        if !goes_on {
            return;
        }
        tokio::select! {
            changed = news.changed() => if changed.is_err() { return },
            () = sender.closed() => return,
        }
    }
}
