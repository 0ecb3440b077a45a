//! Commands in containers and what they print: kubectl's channels over a WebSocket.

use super::engine::Engine;
use axum::body::{Body, Bytes};
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use axum::http::Response;
use kubeloop::sim::port::{Attach, Exec, Frame, PROTOCOLS, closes_input, is_end};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

/// How long a client may go on sending input to a command that has ended: kubectl complains of a connection that is closed while it sends.
const DRAIN: Duration = Duration::from_millis(200);

/// How long a client has, once it reads, to get ready for what it reads.
const GET_READY: Duration = Duration::from_millis(50);

/// How long a client may take to answer that it reads; one that never does is talked to all the same.
const ANSWER: Duration = Duration::from_secs(2);

/// Accepts the connection and lets the command talk.
pub fn converse(upgrade: WebSocketUpgrade, engine: Arc<Engine>, exec: Exec) -> Response<Body> {
    upgrade
        .protocols(PROTOCOLS)
        .on_upgrade(move |socket| talk(socket, engine, exec))
}

/// Accepts the connection and shows what the container prints.
pub fn attach(upgrade: WebSocketUpgrade, engine: Arc<Engine>, attach: Attach) -> Response<Body> {
    upgrade
        .protocols(PROTOCOLS)
        .on_upgrade(move |socket| show(socket, engine, attach))
}

async fn talk(mut socket: WebSocket, engine: Arc<Engine>, mut exec: Exec) {
    let Some(first) = greet(&mut socket).await else {
        return;
    };
    let drain = exec.has_input().then_some(DRAIN);
    let begun = engine.with(move |port| {
        let frames = exec.begin(port.cluster());
        (exec, frames)
    });
    let Some((begun, mut frames)) = begun.await else {
        return;
    };
    exec = begun;
    let mut early = Some(Ok(first));
    while send(&mut socket, frames, drain).await.is_continue() {
        let said = match early.take() {
            Some(said) => Some(said),
            None => socket.recv().await,
        };
        frames = match said {
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

async fn show(mut socket: WebSocket, engine: Arc<Engine>, mut attach: Attach) {
    if greet(&mut socket).await.is_none() {
        return;
    }
    let mut news = engine.news();
    loop {
        news.mark_unchanged();
        let polled = engine.with(move |port| {
            let frames = attach.poll(port.cluster());
            (attach, frames)
        });
        let Some((told, frames)) = polled.await else {
            return;
        };
        attach = told;
        if send(&mut socket, frames, None).await.is_break() {
            return;
        }
        tokio::select! {
            changed = news.changed() => if changed.is_err() { return },
            // Nothing here reads what is typed.
            said = socket.recv() => match said {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

/// Waits until the client reads, and gives the first that it says; `None` if it is gone. kubectl before 1.34 begins to read before it knows
/// where output goes, and throws away what comes in between (kubernetes/kubernetes#131189); a real container takes longer to start than that.
async fn greet(socket: &mut WebSocket) -> Option<Message> {
    socket.send(Message::Ping(Bytes::new())).await.ok()?;
    let answer = async {
        loop {
            match socket.recv().await?.ok()? {
                Message::Close(_) => return None,
                said @ (Message::Pong(_) | Message::Binary(_)) => return Some(said),
                Message::Text(_) | Message::Ping(_) => {}
            }
        }
    };
    let said = match tokio::time::timeout(ANSWER, answer).await {
        Ok(said) => said?,
        Err(_) => Message::Pong(Bytes::new()),
    };
    if matches!(said, Message::Pong(_)) {
        tokio::time::sleep(GET_READY).await;
    }
    Some(said)
}

/// Sends frames; nothing more is to be sent after the last one, or to a client that is gone. One that may still send gets so long to do so.
async fn send(
    socket: &mut WebSocket,
    frames: Vec<Frame>,
    drain_for: Option<Duration>,
) -> ControlFlow<()> {
    for frame in frames {
        let ends = is_end(&frame);
        if socket.send(Message::Binary(frame.into())).await.is_err() {
            return ControlFlow::Break(());
        }
        if ends {
            if let Some(moment) = drain_for {
                // The moment is over: it is closed all the same.
                let _ = tokio::time::timeout(moment, drain(socket)).await;
            }
            let normal = CloseFrame {
                code: close_code::NORMAL,
                reason: Utf8Bytes::default(),
            };
            // Whoever is gone needs no goodbye.
            let _ = socket.send(Message::Close(Some(normal))).await;
            return ControlFlow::Break(());
        }
    }
    ControlFlow::Continue(())
}

/// Takes what the client still sends, until it says that this was all.
async fn drain(socket: &mut WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        match message {
            Message::Binary(frame) if closes_input(&frame) => return,
            Message::Close(_) => return,
            _ => {}
        }
    }
}
