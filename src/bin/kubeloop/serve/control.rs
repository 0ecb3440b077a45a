//! What the simulation itself can be told, over HTTP under `/kubeloop/v1/`; `kubeloop ctl` says the same in words.
//!
//! | method and path | does | answers |
//! |---|---|---|
//! | `GET status` | nothing | step, time, whether settled and what it waits for |
//! | `POST settle` | runs until nothing is left to do (an hour of the cluster's time at most) | the same |
//! | `POST advance?ms=90000` | lets so much of the cluster's time pass | the same |
//! | `POST step?n=1` | takes so many steps | the same |
//! | `POST seek?step=40` | goes back, or on again | the same |
//! | `POST fault` | breaks, mends or loads something: `{"fault": "kill-node", "node": "n1"}` | the same |
//! | `GET trace?from=0&to=20` | nothing | the steps, one JSON object to a line |

use super::engine::{Engine, SETTLE_MS_MAX};
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use kubeloop::api::time::Ms;
use kubeloop::sim::port::Port;
use kubeloop::sim::trace::to_json;
use kubeloop::sim::{Cluster, Fault, Pace};
use serde_json::{Value, json};

/// How many things that a cluster waits for are named.
const WAITS_FOR_MAX: usize = 8;

/// How many steps one answer tells of at most.
const TRACE_MAX: u64 = 10_000;

/// How many steps are taken before others get a turn.
const STEPS_PER_TURN: u64 = 512;

/// Answers a request for `/kubeloop/v1/{path}`.
pub fn answer(engine: &Engine, parts: &Parts, path: &str, body: &Bytes) -> Response<Body> {
    let query = Query(parts.uri.query().unwrap_or_default());
    let result = tokio::task::block_in_place(|| match (&parts.method, path) {
        (&Method::GET, "status") => Ok(()),
        (&Method::POST, "settle") => {
            run(engine, SETTLE_MS_MAX, Until::Settled);
            Ok(())
        }
        (&Method::POST, "advance") => query.number("ms").map(|ms| run(engine, ms, Until::Then)),
        (&Method::POST, "step") => query.number("n").map(|n| take_steps(engine, n)),
        (&Method::POST, "seek") => query.number("step").map(|step| {
            engine.with(|port| port.timeline.seek(step));
            engine.rebase();
        }),
        (&Method::POST, "fault") => fault(engine, body),
        (&Method::GET, "trace") => Ok(()),
        _ => Err(format!("there is no {} /kubeloop/v1/{path}", parts.method)),
    });
    match result {
        Err(why) => respond(
            StatusCode::BAD_REQUEST,
            &json!({ "error": why }).to_string(),
        ),
        Ok(()) if path == "trace" => trace(engine, &query),
        Ok(()) => respond(
            StatusCode::OK,
            &engine.look(|port| status(port.cluster())).to_string(),
        ),
    }
}

/// A URL's query.
struct Query<'a>(&'a str);

impl Query<'_> {
    fn number(&self, name: &str) -> Result<u64, String> {
        let mut pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        let text = pairs.find(|(key, _)| *key == name).map(|(_, value)| value);
        let text = text.ok_or_else(|| format!("?{name}= is missing"))?;
        text.parse()
            .map_err(|_| format!("{name}={text}: not a whole number"))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Settled,
    Then,
}

/// Runs the cluster for at most so much of its time, a few steps at a time.
fn run(engine: &Engine, for_ms: Ms, until: Until) {
    let end_ms = engine
        .look(|port| port.cluster().now_ms())
        .saturating_add(for_ms);
    let turn = |port: &mut Port| {
        for _ in 0..STEPS_PER_TURN {
            let cluster = port.cluster();
            if until == Until::Settled && cluster.is_settled() {
                return true;
            }
            if cluster.next_due_ms().is_none_or(|due| due > end_ms) {
                port.timeline.wait_until(end_ms);
                return true;
            }
            port.timeline.advance(Pace::Turn);
        }
        false
    };
    while !engine.with(turn) {
        engine.rebase();
    }
    engine.rebase();
}

fn take_steps(engine: &Engine, steps: u64) {
    let mut left = steps;
    while left > 0 {
        let count = left.min(STEPS_PER_TURN);
        left -= count;
        engine.with(|port| {
            for _ in 0..count {
                port.timeline.advance(Pace::Turn);
            }
        });
    }
    engine.rebase();
}

fn fault(engine: &Engine, body: &Bytes) -> Result<(), String> {
    let fault: Fault = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    engine.with(|port| port.timeline.fault(fault).map(|_| ()))
}

fn status(cluster: &Cluster) -> Value {
    let waits: Vec<String> = cluster
        .waits_for(WAITS_FOR_MAX)
        .iter()
        .map(|ready| format!("{:?}", ready.what))
        .collect();
    json!({
        "step": cluster.steps(),
        "atMs": cluster.now_ms(),
        "revision": cluster.store().revision(),
        "settled": cluster.is_settled(),
        "waitsFor": waits,
    })
}

fn trace(engine: &Engine, query: &Query<'_>) -> Response<Body> {
    let from = query.number("from").unwrap_or(0);
    let text = engine.look(|port| {
        let to = query.number("to").unwrap_or(port.timeline.len());
        let steps = port
            .timeline
            .steps(from, to.min(from.saturating_add(TRACE_MAX)));
        let lines = steps
            .iter()
            .map(|step| format!("{}\n", to_json(step, port.cluster())));
        lines.collect::<String>()
    });
    respond(StatusCode::OK, &text)
}

fn respond(code: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = code;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
