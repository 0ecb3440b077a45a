//! `window.kubeloop`: what tutorials and tests drive the page with. Promises and plain JSON; a refusal rejects with its `Status`.
//!
//! | call | resolves to |
//! |---|---|
//! | `apply(yaml)` | `[{object, effect, line}]`, one per document |
//! | `step(n = 1)` | the steps taken, as `trace` gives them |
//! | `settle()` | `{settled, step, atMs, waitsFor}` |
//! | `seek(i)` | `{step, len, atMs}` |
//! | `get(kind, namespace?)` | the list, as the API server gives it: `{kind: "PodList", items: […]}` |
//! | `trace(from, to)` | the steps from `from` to `to` (exclusive), as `kubeloop run -o trace-json` prints them |
//! | `kubectl(line)` | `{stdout, stderr, code, requests}`: the line as the terminal runs it; of each request `{method, url, status}` |
//! | `fault(spec)` | the step; `spec` as in `{"fault": "kill-node", "node": "n1"}` |
//! | `reset({nodes, seed})` | `{step, len, atMs}` |

use super::player;
use super::store::Store;
use crate::api::{Kind, Reason, Reply, Request, Status};
use crate::session::{Action, Exchange, Goal, Restore, Severity, USER};
use crate::sim::{ClusterOptions, Fault, Step, Timeline, trace};
use js_sys::{Function, Object, Promise, Reflect};
use serde::Serialize;
use serde_json::{Value, json};
use std::future::Future;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// At most so many steps are given back at once.
const STEPS_MAX: usize = 10_000;

/// Puts `kubeloop` on the window.
pub(super) fn start(store: &Store) {
    let api = Object::new();
    offer(&api, "apply", store, |store, yaml, _| async move {
        apply(&store, &text(&yaml))
    });
    offer(&api, "step", store, |store, n, _| async move {
        step(&store, whole(&n).unwrap_or(1)).await
    });
    offer(&api, "settle", store, |store, _, _| async move {
        settle(&store).await
    });
    offer(&api, "seek", store, |store, to, _| async move {
        let to = whole(&to).ok_or_else(|| bad("seek(i): i is the number of a step"))?;
        store.send(Action::Seek(to));
        Ok(place(&store))
    });
    offer(&api, "get", store, |store, kind, namespace| async move {
        get(&store, &text(&kind), &text(&namespace))
    });
    offer(&api, "trace", store, |store, from, to| async move {
        trace_of(
            &store,
            whole(&from).unwrap_or(0),
            whole(&to).unwrap_or(u64::MAX),
        )
        .await
    });
    offer(&api, "kubectl", store, |store, line, _| async move {
        Ok(kubectl(&store, &text(&line)))
    });
    offer(&api, "fault", store, |store, spec, _| async move {
        fault(&store, &spec)
    });
    offer(&api, "reset", store, |store, world, _| async move {
        reset(&store, &world).await
    });
    // A window takes any property.
    let _ = Reflect::set(&js_sys::global(), &"kubeloop".into(), &api);
}

type Answer = Result<Value, Status>;

fn offer<F, W>(api: &Object, name: &str, store: &Store, call: F)
where
    F: Fn(Store, JsValue, JsValue) -> W + 'static,
    W: Future<Output = Answer> + 'static,
{
    let store = store.clone();
    let function = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(move |first, second| {
        let work = call(store.clone(), first, second);
        future_to_promise(async move {
            match work.await {
                Ok(value) => Ok(to_js(&value)),
                Err(status) => Err(rejection(&status)),
            }
        })
    });
    let function: Function = function.into_js_value().unchecked_into();
    let _ = Reflect::set(api, &name.into(), &function);
}

fn apply(store: &Store, yaml: &str) -> Answer {
    store.send(Action::EditYaml(yaml.to_owned()));
    store.send(Action::Apply);
    let session = store.session();
    let errors: Vec<_> = session
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .collect();
    if let Some(first) = errors.first() {
        let mut status = session
            .refused
            .clone()
            .unwrap_or_else(|| Status::bad_request(first.message.clone()));
        if status.causes.is_empty() {
            status.causes = errors
                .iter()
                .map(|problem| crate::api::Cause {
                    reason: "FieldValueInvalid".to_owned(),
                    message: problem.message.clone(),
                    field: format!("{}:{}", problem.line, problem.column),
                })
                .collect();
        }
        return Err(status);
    }
    let applied = session.applied.iter();
    Ok(applied.map(|applied| json!({ "object": applied.key.to_string(), "effect": applied.effect.name(), "line": applied.line })).collect())
}

fn kubectl(store: &Store, line: &str) -> Value {
    store.send(Action::Kubectl(line.to_owned()));
    let session = store.session();
    let Some(ran) = session.terminal().last() else {
        return json!({ "stdout": "", "stderr": "", "code": 0, "requests": [] });
    };
    let request = |exchange: &Exchange| {
        let (method, url) = exchange.sent.head.split_once(' ').unwrap_or_default();
        json!({ "method": method, "url": url, "status": exchange.received.head })
    };
    let requests: Vec<Value> = ran.exchanges.iter().map(request).collect();
    json!({ "stdout": ran.stdout, "stderr": ran.stderr, "code": ran.code, "requests": requests })
}

async fn step(store: &Store, count: u64) -> Answer {
    let from = store.session().timeline().cursor();
    let to = from.saturating_add(count);
    player::in_slices(store, || {
        store.quietly(|session| {
            session.apply(Action::Step(crate::sim::Pace::Turn));
            session.timeline().cursor() >= to || session.stopped.is_some()
        })
    })
    .await;
    trace_of(store, from, to).await
}

async fn settle(store: &Store) -> Answer {
    store.send(Action::Run(Goal::Settled));
    while store.session().goal.is_some() {
        player::sleep(1).await;
    }
    let session = store.session();
    let cluster = session.timeline().cluster();
    let waits: Vec<String> = cluster
        .waits_for(10)
        .iter()
        .map(|ready| format!("{:?}", ready.what))
        .collect();
    Ok(
        json!({ "settled": cluster.is_settled(), "step": session.timeline().cursor(), "atMs": cluster.now_ms(), "waitsFor": waits }),
    )
}

fn get(store: &Store, kind: &str, namespace: &str) -> Answer {
    let found = Kind::named(kind).or_else(|| {
        Kind::ALL
            .iter()
            .copied()
            .find(|known| known.info().name == kind)
    });
    let kind = found.ok_or_else(|| {
        Status::new(
            Reason::NotFound,
            format!("the server doesn't have a resource type {kind:?}"),
        )
    })?;
    let session = store.session();
    let answer = session
        .timeline()
        .cluster()
        .ask(&Request::list(kind, namespace).by(USER));
    match answer.result? {
        Reply::List(list) => {
            let info = kind.info();
            let items: Vec<Value> = list
                .items
                .iter()
                .map(crate::api::managed_fields::to_json)
                .collect();
            Ok(json!({
                "kind": format!("{}List", info.name), "apiVersion": info.api_version,
                "metadata": { "resourceVersion": list.revision.to_string() }, "items": items,
            }))
        }
        Reply::Object(object) | Reply::Deleted(object) => {
            Ok(crate::api::managed_fields::to_json(&object))
        }
    }
}

async fn trace_of(store: &Store, from: u64, to: u64) -> Answer {
    const STEPS_PER_LOOK: u64 = 16;
    let mut copy: Timeline = store.session().timeline().clone();
    let to = to.min(copy.len());
    if let Some(step) = copy
        .current()
        .filter(|step| (step.index, step.index + 1) == (from, to))
    {
        return Ok(json!([trace::to_json(step, copy.cluster())]));
    }
    copy.seek(from);
    let mut steps: Vec<Value> = Vec::new();
    player::in_slices(store, || {
        for _ in 0..STEPS_PER_LOOK {
            if copy.cursor() >= to || steps.len() >= STEPS_MAX {
                return true;
            }
            copy.advance(crate::sim::Pace::Turn);
            steps.extend(
                copy.current()
                    .map(|step: &Step| trace::to_json(step, copy.cluster())),
            );
        }
        false
    })
    .await;
    Ok(steps.into())
}

fn fault(store: &Store, spec: &JsValue) -> Answer {
    let spec: Value = from_js(spec)?;
    let fault: Fault =
        serde_json::from_value(spec).map_err(|error| bad(&format!("fault(spec): {error}")))?;
    store.send(Action::Fault(fault));
    let session = store.session();
    if let Some(why) = &session.refusal {
        return Err(Status::bad_request(why.clone()));
    }
    let step = session
        .timeline()
        .current()
        .map(|step| trace::to_json(step, session.timeline().cluster()));
    Ok(step.unwrap_or(Value::Null))
}

async fn reset(store: &Store, world: &JsValue) -> Answer {
    let world = if world.is_undefined() || world.is_null() {
        json!({})
    } else {
        from_js(world)?
    };
    let number = |name: &str, or: u64| match world.get(name) {
        None | Some(Value::Null) => Ok(or),
        Some(value) => value
            .as_u64()
            .ok_or_else(|| bad(&format!("reset({{nodes, seed}}): {name} is a whole number"))),
    };
    let default = ClusterOptions::default();
    let nodes = number("nodes", default.nodes.into())?;
    let nodes = u32::try_from(nodes)
        .ok()
        .filter(|nodes| *nodes <= 5_000)
        .ok_or_else(|| bad("reset({nodes}): at most 5000"))?;
    let seed = number("seed", default.seed)?;
    let fresh = Restore::fresh(ClusterOptions {
        nodes,
        seed,
        ..ClusterOptions::default()
    });
    let timeline = super::link::taken_again(store, fresh)
        .await
        .map_err(|why| bad(&why))?;
    store.send(Action::Load(Box::new(timeline)));
    Ok(place(store))
}

fn place(store: &Store) -> Value {
    let session = store.session();
    let timeline = session.timeline();
    json!({ "step": timeline.cursor(), "len": timeline.len(), "atMs": timeline.cluster().now_ms() })
}

fn bad(why: &str) -> Status {
    Status::bad_request(why)
}

fn text(value: &JsValue) -> String {
    value.as_string().unwrap_or_default()
}

/// A whole number, if it is one.
fn whole(value: &JsValue) -> Option<u64> {
    let number = value.as_f64()?;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked: whole, not negative, below 2^53"
    )]
    (number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number))
        .then_some(number as u64)
}

fn to_js(value: &Value) -> JsValue {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .unwrap_or(JsValue::NULL)
}

fn from_js(value: &JsValue) -> Result<Value, Status> {
    serde_wasm_bindgen::from_value(value.clone()).map_err(|error| bad(&error.to_string()))
}

/// The Status as the API server would send it, as an Error, so that it has a stack and a message.
fn rejection(status: &Status) -> JsValue {
    let error = js_sys::Error::new(&status.message);
    error.set_name("Status");
    let fields = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": format!("{:?}", status.reason), "code": status.code(),
        "details": { "name": status.name, "kind": status.kind.map(|kind| kind.info().plural), "causes": status.causes },
    });
    if let Some(fields) = fields.as_object() {
        for (name, value) in fields {
            let _ = Reflect::set(&error, &name.as_str().into(), &to_js(value));
        }
    }
    error.into()
}
