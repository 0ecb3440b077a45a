//! What the simulation itself can be told, over HTTP under `/kubeloop/v1/`; `kubeloop ctl` says the same in words.
//!
//! | method and path | does | answers |
//! |---|---|---|
//! | `GET status` | nothing | step, time, whether settled and what it waits for |
//! | `POST settle` | runs until nothing is left to do but wait for what is planned (an eviction when a toleration ends); an hour of the cluster's time at most | the same |
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

/// The cluster's time does not go beyond this: a hundred years, far from where dates end.
const VIRTUAL_MS_MAX: Ms = 100 * 365 * 86_400_000;

/// How many steps are taken before others get a turn.
const STEPS_PER_TURN: u64 = 512;

/// Answers a request for `/kubeloop/v1/{path}`.
pub async fn answer(engine: &Engine, parts: &Parts, path: &str, body: &Bytes) -> Response<Body> {
    let query = Query(parts.uri.query().unwrap_or_default());
    match perform(engine, &parts.method, path, &query, body).await {
        Ok(text) => respond(StatusCode::OK, &text),
        Err((code, why)) => respond(code, &json!({ "error": why }).to_string()),
    }
}

type Refused = (StatusCode, String);

fn wrong(why: impl Into<String>) -> Refused {
    (StatusCode::BAD_REQUEST, why.into())
}

async fn perform(
    engine: &Engine,
    method: &Method,
    path: &str,
    query: &Query<'_>,
    body: &Bytes,
) -> Result<String, Refused> {
    let wants = match path {
        "status" | "trace" => Method::GET,
        "settle" | "advance" | "step" | "seek" | "fault" => Method::POST,
        _ => {
            let why = format!("there is no /kubeloop/v1/{path}");
            return Err((StatusCode::NOT_FOUND, why));
        }
    };
    if *method != wants {
        let why = format!("/kubeloop/v1/{path} takes {wants}, not {method}");
        return Err((StatusCode::METHOD_NOT_ALLOWED, why));
    }
    match path {
        "trace" => {
            let (from, to) = (query.if_given("from")?, query.if_given("to")?);
            return look(engine, move |port| trace(port, from.unwrap_or(0), to)).await;
        }
        "settle" => run(engine, SETTLE_MS_MAX, Until::Settled).await?,
        "advance" => run(engine, query.number("ms")?, Until::Then).await?,
        "step" => take_steps(engine, query.number("n")?).await?,
        "seek" => {
            let step = query.number("step")?;
            look(engine, move |port| seek(port, step)).await??;
            engine.journey();
            engine.rebase();
        }
        "fault" => {
            let fault: Fault =
                serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))?;
            let done = look(engine, move |port| port.timeline.fault(fault).map(|_| ()));
            done.await?.map_err(wrong)?;
        }
        _ => {}
    }
    look(engine, |port| status(port.cluster()).to_string()).await
}

/// Does something with the cluster.
async fn look<T: Send + 'static>(
    engine: &Engine,
    act: impl FnOnce(&mut Port) -> T + Send + 'static,
) -> Result<T, Refused> {
    let done = engine.with(act).await;
    done.ok_or_else(|| {
        let why = "the server could not do this, or is ending".to_owned();
        (StatusCode::INTERNAL_SERVER_ERROR, why)
    })
}

fn seek(port: &mut Port, step: u64) -> Result<(), Refused> {
    let len = port.timeline.len();
    if step > len {
        return Err(wrong(format!("step={step}: only {len} steps were taken")));
    }
    port.timeline.seek(step);
    Ok(())
}

/// A URL's query.
struct Query<'a>(&'a str);

impl Query<'_> {
    fn number(&self, name: &str) -> Result<u64, Refused> {
        let given = self.if_given(name)?;
        given.ok_or_else(|| wrong(format!("?{name}= is missing")))
    }

    fn if_given(&self, name: &str) -> Result<Option<u64>, Refused> {
        let mut pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        let text = pairs.find(|(key, _)| *key == name).map(|(_, value)| value);
        let number = text.map(|text| {
            let number: Result<u64, _> = text.parse();
            number.map_err(|_| wrong(format!("{name}={text}: not a whole number")))
        });
        number.transpose()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Settled,
    Then,
}

/// Runs the cluster for at most so much of its time, a few steps at a time.
async fn run(engine: &Engine, for_ms: Ms, until: Until) -> Result<(), Refused> {
    let now_ms = look(engine, |port| port.cluster().now_ms()).await?;
    let end_ms = now_ms.saturating_add(for_ms).min(VIRTUAL_MS_MAX);
    let turn = move |port: &mut Port| {
        for _ in 0..STEPS_PER_TURN {
            let cluster = port.cluster();
            if until == Until::Settled && cluster.is_at_rest() {
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
    while !look(engine, turn).await? {
        engine.rebase();
    }
    engine.rebase();
    Ok(())
}

async fn take_steps(engine: &Engine, steps: u64) -> Result<(), Refused> {
    let mut left = steps;
    while left > 0 {
        let count = left.min(STEPS_PER_TURN);
        left -= count;
        let more =
            move |port: &mut Port| (0..count).all(|_| port.timeline.advance(Pace::Turn).is_some());
        if !look(engine, more).await? {
            break;
        }
    }
    engine.rebase();
    Ok(())
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
        "settled": cluster.is_at_rest(),
        "waitsFor": waits,
    })
}

fn trace(port: &Port, from: u64, to: Option<u64>) -> String {
    let to = to.unwrap_or(port.timeline.len());
    let steps = port
        .timeline
        .steps(from, to.min(from.saturating_add(TRACE_MAX)));
    let lines = steps
        .iter()
        .map(|step| format!("{}\n", to_json(step, port.cluster())));
    lines.collect()
}

fn respond(code: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = code;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
