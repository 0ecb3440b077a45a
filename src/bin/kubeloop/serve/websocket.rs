//! Commands in containers: kubectl's channels over a WebSocket.

use super::engine::Engine;
use axum::body::Body;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use axum::http::Response;
use kubeloop::sim::port::{Exec, PROTOCOLS};
use std::sync::Arc;

/// Accepts the connection and lets the command talk.
pub fn converse(upgrade: WebSocketUpgrade, engine: Arc<Engine>, exec: Exec) -> Response<Body> {
    upgrade
        .protocols(PROTOCOLS)
        .on_upgrade(move |socket| talk(socket, engine, exec))
}

async fn talk(mut socket: WebSocket, engine: Arc<Engine>, mut exec: Exec) {
    let begun = engine.with(move |port| {
        let frames = exec.begin(port.cluster());
        (exec, frames)
    });
    let Some((begun, mut frames)) = begun.await else {
        return;
    };
    exec = begun;
    loop {
        for frame in frames {
            let is_end = Exec::is_end(&frame);
            if socket.send(Message::Binary(frame.into())).await.is_err() {
                return;
            }
            if is_end {
                let normal = CloseFrame {
                    code: close_code::NORMAL,
                    reason: Utf8Bytes::default(),
                };
                let _ = socket.send(Message::Close(Some(normal))).await;
                return;
            }
        }
        frames = match socket.recv().await {
            Some(Ok(Message::Binary(frame))) => {
                let taken = engine.with(move |port| {
                    let frames = exec.take(&frame, port.cluster());
                    (exec, frames)
                });
                let Some((told, frames)) = taken.await else {
                    return;
                };
                exec = told;
                frames
            }
            Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_))) => Vec::new(),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return,
        };
    }
}
