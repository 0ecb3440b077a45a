//! A step in as few words as possible, for stories: who, what differed, what was done.
//!
//! ```text
//!    0.003s  replicaset-controller default/web-5d4: pods active 0 -> 3 TooFewReplicas
//!              create pods default/web-5d4-x7k2p
//!              event SuccessfulCreate: Created pod: web-5d4-x7k2p
//!              update replicasets/status default/web-5d4: observedGeneration <none> -> 1
//! ```

use super::trace::{done, seconds};
use crate::api::{Body, Change, Reply, Request, Subresource};
use crate::component::{Action, Difference, Note, NoteType, Outcome};
use crate::sim::trace::{action_text, outcome_text};
use crate::sim::{Cluster, Step, StepEvent, TurnStep};
use std::fmt::Write as _;

/// `None` if the step did nothing that a reader cares about: deliveries, looks that found nothing to do, heartbeats.
#[must_use]
pub fn text(step: &Step, cluster: &Cluster) -> Option<String> {
    let at = seconds(step.at_ms);
    match &step.event {
        StepEvent::Turn(turn) => {
            let text = of_turn(turn, &at)?;
            (!is_heartbeat(step, cluster)).then_some(text)
        }
        StepEvent::Machine { node, what, .. } => Some(format!("{at:>9}  {node}: {what}\n")),
        StepEvent::Started { process } => Some(format!("{at:>9}  {process} started\n")),
        StepEvent::Delivered { .. }
        | StepEvent::User { .. }
        | StepEvent::Fault(_)
        | StepEvent::Waited { .. } => None,
    }
}

fn of_turn(step: &TurnStep, at: &str) -> Option<String> {
    let mut deeds = done(step).peekable();
    if deeds.peek().is_none() && !step.crashed {
        return None;
    }
    let (status, rest): (Vec<&Difference>, Vec<&Difference>) = step
        .turn
        .diff
        .iter()
        .partition(|d| d.reason == "StatusOutOfDate");
    let mut out = format!("{at:>9}  {} {}", step.process, step.key);
    if !rest.is_empty() && !step.goes_on() {
        let texts: Vec<String> = rest
            .iter()
            .map(|d| format!("{} {}", difference(d), d.reason))
            .collect();
        let _ = write!(out, ": {}", texts.join("; "));
    }
    out.push('\n');
    for (action, outcome) in deeds {
        let _ = writeln!(out, "             {}", deed(&action, outcome, &status));
    }
    if step.crashed {
        out.push_str("             crashed before the rest\n");
    }
    Some(out)
}

/// `replicas 2 -> 3`.
fn difference(difference: &Difference) -> String {
    let field = difference
        .field
        .strip_prefix("status.")
        .unwrap_or(&difference.field);
    let change = format!("{} -> {}", difference.actual, difference.desired);
    if field == "status" || field.is_empty() {
        change
    } else {
        format!("{field} {change}")
    }
}

fn deed(action: &Action, outcome: &Outcome, status: &[&Difference]) -> String {
    let mut text = match action {
        Action::Event(note) => event(note),
        Action::Api(request) => request_text(request, outcome),
        Action::Runtime(_) | Action::Network(_) => action_text(action),
    };
    if let Action::Api(request) = action
        && request.subresource == Some(Subresource::Status)
        && !status.is_empty()
    {
        let texts: Vec<String> = status.iter().map(|d| difference(d)).collect();
        let _ = write!(text, ": {}", texts.join(", "));
    }
    if !outcome.is_ok() {
        let _ = write!(
            text,
            "\n               refused: {}",
            outcome_text(action, outcome)
        );
    }
    text
}

/// `event Warning BackOff: …`.
fn event(note: &Note) -> String {
    let kind = match note.note_type {
        NoteType::Normal => "",
        NoteType::Warning => "Warning ",
    };
    format!("event {kind}{}: {}", note.reason, note.message)
}

/// The request, with the name that a new object got, and the node that a pod was bound to.
fn request_text(request: &Request, outcome: &Outcome) -> String {
    let created = match outcome {
        Outcome::Api(answer) => answer.result.as_ref().ok().and_then(Reply::object),
        Outcome::Machine(_) | Outcome::Unsent => None,
    };
    let mut request = request.clone();
    if let (Some(object), true) = (created, request.key.name.is_empty()) {
        request.key = object.key();
    }
    match &request.body {
        Body::Binding(node) => format!("{} -> {node}", request.summary()),
        _ => request.summary(),
    }
}

/// Did it only write that someone is still alive?
fn is_heartbeat(step: &Step, cluster: &Cluster) -> bool {
    let mut writes = (step.revision_before + 1..=step.revision_after)
        .map(|revision| cluster.store().change(revision));
    step.revision_after > step.revision_before
        && writes.all(|change| change.is_some_and(Change::is_heartbeat))
}
