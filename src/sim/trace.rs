//! A step as JSON: what `kubeloop run -o trace-json` prints, one per line, and `window.kubeloop.trace` returns. A stable format.
//!
//! ```json
//! {"step": 4, "atMs": 2, "event": "turn", "process": "replicaset-controller", "key": "default/web-5d4",
//!  "cause": {"type": "change", "object": "ReplicaSet default/web-5d4", "change": "ADDED", "revision": 41, "step": 2},
//!  "phase": "whole",
//!  "observed": [{"object": "ReplicaSet default/web-5d4", "field": "spec.replicas", "value": 3, "revision": 41}],
//!  "diff": [{"object": "ReplicaSet default/web-5d4", "field": "pods", "desired": 3, "actual": 0, "reason": "TooFewReplicas"}],
//!  "actions": [{"closes": 0, "request": "create pods default/web-5d4-*", "answer": "201 Pod default/web-5d4-x7k2p"}],
//!  "writes": [{"revision": 42, "type": "ADDED", "object": "Pod default/web-5d4-x7k2p"}]}
//! ```

use super::Cluster;
use super::step::{Cause, Phase, Step, StepEvent, TurnStep};
use crate::api::{Answer, Object, Reply, Verb};
use crate::component::{Action, CREATED_NAME, Datum, Outcome, Turn};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// A step as JSON. `cluster` is used for the writes and must be the one that took the step; writes that etcd has compacted since are left out.
#[must_use]
pub fn to_json(step: &Step, cluster: &Cluster) -> Value {
    let mut out = Map::new();
    out.insert("step".into(), step.index.into());
    out.insert("atMs".into(), step.at_ms.into());
    match &step.event {
        StepEvent::Delivered {
            process,
            key,
            change,
            revision,
            written_in,
            woke,
        } => {
            put(
                &mut out,
                json!({
                    "event": "delivered", "process": process.to_string(), "object": key.to_string(), "change": change.name(),
                    "revision": revision, "writtenIn": written_in, "woke": woke,
                }),
            );
        }
        StepEvent::Turn(turn) => turn_to_json(turn, &mut out),
        StepEvent::Machine { node, what, woke } => {
            put(
                &mut out,
                json!({ "event": "machine", "node": node, "what": what, "woke": woke }),
            );
        }
        StepEvent::Started { process } => put(
            &mut out,
            json!({ "event": "started", "process": process.to_string() }),
        ),
        StepEvent::User { request, answer } => {
            put(
                &mut out,
                json!({ "event": "user", "user": request.user, "request": request.summary(), "answer": answer_text(answer, Some(request.verb)) }),
            );
        }
        StepEvent::Fault(fault) => put(&mut out, json!({ "event": "fault", "fault": fault })),
        StepEvent::Waited { for_ms } => {
            put(&mut out, json!({ "event": "waited", "forMs": for_ms }));
        }
    }
    let changes = (step.revision_before + 1..=step.revision_after)
        .filter_map(|revision| cluster.store().change(revision));
    let writes: Vec<Value> = changes
        .map(|change| json!({ "revision": change.revision, "type": change.change_type().name(), "object": change.key().to_string() }))
        .collect();
    out.insert("writes".into(), writes.into());
    Value::Object(out)
}

/// `201 Pod default/web-x7k2p`, `200 …`, `409 Operation cannot be fulfilled …`.
#[must_use]
pub fn answer_text(answer: &Answer, verb: Option<Verb>) -> String {
    match &answer.result {
        Ok(Reply::Object(object)) => {
            let code = if verb == Some(Verb::Create) { 201 } else { 200 };
            format!("{code} {}", object.key())
        }
        Ok(Reply::Deleted(object)) => format!("200 {} deleted", object.key()),
        Ok(Reply::List(list)) => {
            format!(
                "200 {} objects at revision {}",
                list.items.len(),
                list.revision
            )
        }
        Err(status) => format!("{} {}", status.code(), status.message),
    }
}

/// What an action asks for, in one line: `create pods default/web-*`, `PullImage nginx:1.14.2`.
#[must_use]
pub fn action_text(action: &Action) -> String {
    match action {
        Action::Api(request) => request.summary(),
        Action::Event(note) => format!(
            "event {} {}: {}",
            note.about.key(),
            note.reason,
            note.message
        ),
        Action::Runtime(call) => call.summary(),
        Action::Network(call) => call.summary(),
    }
}

/// An action as it was carried out after these outcomes: an Event about an object that the turn has just created has the name that
/// the API server gave it.
#[must_use]
pub fn named<'a>(action: &'a Action, outcomes: &[Outcome]) -> Cow<'a, Action> {
    let Action::Event(note) = action else {
        return Cow::Borrowed(action);
    };
    if !note.message.contains(CREATED_NAME) {
        return Cow::Borrowed(action);
    }
    let created = outcomes.iter().rev().find_map(|outcome| match outcome {
        Outcome::Api(answer) => answer.result.as_ref().ok()?.object(),
        Outcome::Machine(_) | Outcome::Unsent => None,
    });
    let name = created.map(Object::name).unwrap_or_default();
    Cow::Owned(Action::Event(note.clone().naming(&name)))
}

/// What came of an action, in one line.
#[must_use]
pub fn outcome_text(action: &Action, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Api(answer) => answer_text(
            answer,
            if let Action::Api(request) = action {
                Some(request.verb)
            } else {
                None
            },
        ),
        Outcome::Machine(Ok(())) => "ok".to_owned(),
        Outcome::Unsent => "counted".to_owned(),
        Outcome::Machine(Err(error)) => error.0.clone(),
    }
}

fn turn_to_json(step: &TurnStep, out: &mut Map<String, Value>) {
    let phase = match step.phase {
        Phase::Whole => json!("whole"),
        Phase::Observe => json!("observe"),
        Phase::Diff => json!("diff"),
        Phase::Begin => json!("begin"),
        Phase::Act { from, to } => json!({ "act": from, "to": to }),
    };
    put(
        out,
        json!({
            "event": "turn", "process": step.process.to_string(), "key": step.key, "cause": cause_to_json(&step.cause), "phase": phase,
            "observed": observed(&step.turn), "diff": diff(&step.turn), "actions": actions(step),
        }),
    );
    if step.crashed {
        out.insert("crashed".into(), true.into());
    }
    if let Some(scheduling) = &step.turn.scheduling {
        let chosen = scheduling.chosen.as_deref();
        put(
            out,
            json!({ "scheduling": {
                "pod": scheduling.pod.to_string(), "nodes": scheduling.nodes_total, "evaluated": scheduling.nodes_evaluated,
                "chosen": chosen, "message": scheduling.message,
            }}),
        );
    }
}

fn observed(turn: &Turn) -> Vec<Value> {
    let fact = |f: &crate::component::Fact| json!({ "object": f.about.to_string(), "field": f.field, "value": datum(&f.value), "revision": f.revision });
    turn.observed.iter().map(fact).collect()
}

fn diff(turn: &Turn) -> Vec<Value> {
    let one = |d: &crate::component::Difference| json!({ "object": d.about.to_string(), "field": d.field, "desired": datum(&d.desired), "actual": datum(&d.actual), "reason": d.reason });
    turn.diff.iter().map(one).collect()
}

/// All that are planned, with what came of those that are done; of a step that goes on, its own.
fn actions(step: &TurnStep) -> Vec<Value> {
    let (planned, outcomes) = (&step.turn.actions, &step.outcomes);
    let own = if step.goes_on() {
        step.done()
    } else {
        0..planned.len()
    };
    let one = |(index, planned): (usize, &crate::component::Planned)| {
        let before = &outcomes[..index.min(outcomes.len())];
        let answer = outcomes
            .get(index)
            .map(|outcome| outcome_text(&planned.action, outcome));
        json!({ "closes": planned.closes, "request": action_text(&named(&planned.action, before)), "answer": answer })
    };
    let all = planned.iter().enumerate();
    all.take(own.end).skip(own.start).map(one).collect()
}

fn cause_to_json(cause: &Cause) -> Value {
    match cause {
        Cause::Start => json!({ "type": "start" }),
        Cause::Change {
            key,
            change,
            revision,
            step,
        } => {
            json!({ "type": "change", "object": key.to_string(), "change": change.name(), "revision": revision, "step": step })
        }
        Cause::Timer { step } => json!({ "type": "timer", "step": step }),
        Cause::Retry { step, failures } => {
            json!({ "type": "retry", "step": step, "failures": failures })
        }
        Cause::Machine { step } => json!({ "type": "machine", "step": step }),
    }
}

fn datum(value: &Datum) -> Value {
    match value {
        Datum::None => Value::Null,
        Datum::Bool(value) => (*value).into(),
        Datum::Int(value) => (*value).into(),
        Datum::Text(value) => value.as_str().into(),
        Datum::Duration(ms) => json!({ "ms": ms }),
        Datum::List(values) => values
            .iter()
            .map(|value| Value::from(value.as_str()))
            .collect(),
    }
}

fn put(out: &mut Map<String, Value>, fields: Value) {
    let Value::Object(fields) = fields else {
        unreachable!("only called with objects")
    };
    out.extend(fields);
}
