//! What the simulation itself can be told, over HTTP under `/kubeloop/v1/`; `kubeloop ctl` says the same in words. [`CALLS`] is all of it, and
//! what `GET /kubeloop/v1/` answers is made of that.

use super::engine::{Engine, SETTLE_MS_MAX};
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use kubeloop::api::time::Ms;
use kubeloop::sim::faults::{self, Target};
use kubeloop::sim::port::Port;
use kubeloop::sim::trace::to_json;
use kubeloop::sim::{Cluster, Fault, Pace};
use serde_json::{Value, json};

/// What can be asked for.
struct Call {
    method: Method,
    /// The last part of the path.
    name: &'static str,
    /// An example of it, with all that it takes.
    example: &'static str,
    /// The same, said by `kubeloop ctl`.
    verb: &'static str,
    does: &'static str,
}

const CALLS: &[Call] = &[
    Call {
        method: Method::GET,
        name: "status",
        example: "status",
        verb: "status",
        does: "where the cluster is, and what it waits for",
    },
    Call {
        method: Method::POST,
        name: "settle",
        example: "settle",
        verb: "settle",
        does: "runs until nothing is left to do but wait for what is planned (an eviction when a toleration ends), for an hour of the cluster's time at most; \"settled\" says whether that was enough",
    },
    Call {
        method: Method::POST,
        name: "advance",
        example: "advance?ms=90000",
        verb: "advance 90s",
        does: "lets so many milliseconds of the cluster's time pass",
    },
    Call {
        method: Method::POST,
        name: "step",
        example: "step?n=1",
        verb: "step 1",
        does: "takes so many steps, or as many as there are to take",
    },
    Call {
        method: Method::POST,
        name: "seek",
        example: "seek?step=0",
        verb: "seek 0",
        does: "goes back to a step, or on again, and stands still there until somebody settles it, lets time pass or changes something; steps can be taken, and changing something begins another future",
    },
    Call {
        method: Method::POST,
        name: "fault",
        example: "fault",
        verb: "fault '{\"fault\": \"kill-node\", \"node\": \"n1\"}'",
        does: "breaks, mends or loads something; the body says what, as below",
    },
    Call {
        method: Method::GET,
        name: "trace",
        example: "trace?from=0&to=20",
        verb: "trace --from 0 --to 20",
        does: "the steps from one to before another, one JSON object to a line, ten thousand at most; without `to`, up to the end",
    },
];

/// How many things that a cluster waits for are named.
const WAITS_FOR_MAX: usize = 8;

/// How many steps one answer tells of at most.
const TRACE_MAX: u64 = 10_000;

/// The cluster's time does not go beyond this: a hundred years, far from where dates end.
const VIRTUAL_MS_MAX: Ms = 100 * 365 * 86_400_000;

/// How many steps are taken before others get a turn.
const STEPS_PER_TURN: u64 = 512;

/// Who may tell the simulation what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever reaches the port: it is on loopback.
    Anyone,
    /// Whoever brings the token of a member of `system:masters`.
    Masters,
}

/// Answers a request for `/kubeloop/v1/{path}`.
pub async fn answer(
    (engine, access): (&Engine, Access),
    parts: &Parts,
    path: &str,
    body: &Bytes,
) -> Response<Body> {
    if path.is_empty() && parts.method == Method::GET {
        let mut response = Response::new(Body::from(manual()));
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, text);
        return response;
    }
    if let Err((code, why)) = permit(engine, access, parts).await {
        return respond(code, &json!({ "error": why }).to_string());
    }
    let query = Query(parts.uri.query().unwrap_or_default());
    match perform(engine, &parts.method, path, &query, body).await {
        Ok(text) => respond(StatusCode::OK, &text),
        Err((code, why)) => respond(code, &json!({ "error": why }).to_string()),
    }
}

async fn permit(engine: &Engine, access: Access, parts: &Parts) -> Result<(), Refused> {
    if access == Access::Anyone {
        return Ok(());
    }
    let headers = parts.headers.clone();
    let permitted = look(engine, move |port| port.permit_simulation(&headers)).await?;
    permitted.map_err(|status| {
        let code = StatusCode::from_u16(status.code()).expect("reasons have codes of HTTP");
        (code, status.message)
    })
}

/// What `GET /kubeloop/v1/` says.
fn manual() -> String {
    let mut text = "What the simulation itself can be told, under /kubeloop/v1/. `kubeloop ctl` says the same. No token
is needed where the server listens on loopback; elsewhere one of a member of system:masters, as the kubeconfig of --kubeconfig has it.

An answer is JSON: {\"step\", \"atMs\", \"revision\", \"settled\", \"waitsFor\"}, where the cluster is then. A refusal is {\"error\"}, with
400 for wrong words (a pod or node that is not there, too), 401 and 403 without such a token, 404 and 405 for calls that are none.

"
    .to_owned();
    for call in CALLS {
        let (method, example) = (&call.method, call.example);
        text += &format!(
            "{method} {example}\n    {}\n    kubeloop ctl {}\n",
            call.does, call.verb
        );
    }
    text += "\nFaults, and what each is told:\n\n";
    for fault in faults::ALL {
        let told = match fault.target {
            Target::Nothing => "",
            Target::Process => r#", "process": "kube-scheduler""#,
            Target::Node => r#", "node": "n1""#,
            Target::Container => r#", "pod": "default/web-0", "container": "nginx", "code": 1"#,
            Target::Pod => r#", "pod": "default/app=web", "cpuMilli": 900, "memoryMi": 128"#,
            Target::Image => r#", "image": "nginx:1.14.2""#,
            Target::Watch => r#", "process": "kubelet@n1", "kind": "Pod""#,
        };
        let more = if fault.name == "crash-after" {
            r#", "actions": 1"#
        } else {
            ""
        };
        text += &format!("    {{\"fault\": \"{}\"{told}{more}}}\n", fault.name);
    }
    text
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
    let Some(call) = CALLS.iter().find(|call| call.name == path) else {
        let why = format!("there is no /kubeloop/v1/{path}; GET /kubeloop/v1/ says what there is");
        return Err((StatusCode::NOT_FOUND, why));
    };
    if *method != call.method {
        let why = format!("/kubeloop/v1/{path} takes {}, not {method}", call.method);
        return Err((StatusCode::METHOD_NOT_ALLOWED, why));
    }
    must_save(engine, &call.method)?;
    let answer = carry_out(engine, path, query, body).await?;
    must_save(engine, &call.method)?;
    Ok(answer)
}

/// What is done while the cluster cannot be saved could be lost.
fn must_save(engine: &Engine, method: &Method) -> Result<(), Refused> {
    let trouble = engine.trouble().filter(|_| *method == Method::POST);
    trouble.map_or(Ok(()), |why| Err((StatusCode::INTERNAL_SERVER_ERROR, why)))
}

async fn carry_out(
    engine: &Engine,
    path: &str,
    query: &Query<'_>,
    body: &Bytes,
) -> Result<String, Refused> {
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
            let done = engine.seek(step).await.ok_or_else(ended)?;
            done.map_err(|len| wrong(format!("step={step}: only {len} steps were taken")))?;
        }
        "fault" => {
            let fault: Fault =
                serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))?;
            let done = look(engine, move |port| port.timeline.fault(fault).map(|_| ()));
            done.await?.map_err(wrong)?;
            engine.resume();
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
    done.ok_or_else(ended)
}

fn ended() -> Refused {
    let why = "the server could not do this, or is ending".to_owned();
    (StatusCode::INTERNAL_SERVER_ERROR, why)
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
    engine.resume();
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
