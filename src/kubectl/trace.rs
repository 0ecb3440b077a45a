//! A step in words, as `kubeloop run -o trace` prints it: who, why, what was seen, what differs, what was done and what came of it.
//!
//! ```text
//! #14   2.003s  replicaset-controller  default/web-5d4  because ReplicaSet default/web-5d4 was ADDED in step 11
//!     saw      ReplicaSet default/web-5d4  spec.replicas = 3  (revision 41)
//!     differs  ReplicaSet default/web-5d4  pods: is 0, should be 3  TooFewReplicas
//!     does     create pods default/web-5d4-*  ->  201 Pod default/web-5d4-x7k2p
//! ```
//!
//! The same as data is `sim::trace`; in fewer words, [`super::story`].

use crate::api::Name;
use crate::api::time::Ms;
use crate::component::{Action, Fact, Outcome, Turn};
use crate::sim::trace::{action_text, answer_text, named, outcome_text};
use crate::sim::{Cause, Phase, Possible, Ready, Step, StepEvent, TurnStep};
use std::borrow::Cow;
use std::fmt::Write as _;

/// A step in full.
#[must_use]
pub fn full(step: &Step) -> String {
    let mut out = format!(
        "#{:<5} {:>8}  {}\n",
        step.index,
        seconds(step.at_ms),
        headline(&step.event)
    );
    match &step.event {
        StepEvent::Turn(turn) => {
            if !turn.goes_on() {
                facts(&turn.turn.observed, &mut out);
                differences(&turn.turn, &mut out);
                scheduling(&turn.turn, &mut out);
            }
            for (action, outcome) in done(turn) {
                let _ = writeln!(out, "    does     {}", deed(&action, outcome));
            }
            if turn.crashed {
                out.push_str("    crashed before the rest\n");
            }
        }
        StepEvent::User { request, answer } => {
            let _ = writeln!(
                out,
                "    answer   {}",
                answer_text(answer, Some(request.verb))
            );
        }
        StepEvent::Delivered { woke, .. } | StepEvent::Machine { woke, .. } if !woke.is_empty() => {
            let _ = writeln!(out, "    wakes    {}", woke.join(" "));
        }
        StepEvent::Delivered { .. }
        | StepEvent::Machine { .. }
        | StepEvent::Started { .. }
        | StepEvent::Fault(_)
        | StepEvent::Waited { .. } => {}
    }
    out
}

/// Something that a cluster waits for, for people: `kubelet@n1 to look at default/web-x in 1.2s`.
#[must_use]
pub fn waits_for(ready: &Ready, now_ms: Ms) -> String {
    let what = match &ready.what {
        Possible::Deliver {
            process,
            key,
            change,
            ..
        } => format!("{process} to hear that {key} was {}", change.name()),
        Possible::Turn { process, key } => format!("{process} to look at {key}"),
        Possible::GoOn { process, key } => format!("{process} to go on with {key}"),
        Possible::Machine { node } => format!("{node} to finish what it is doing"),
        Possible::Restart { process } => format!("{process} to come back"),
    };
    match ready.due_ms.checked_sub(now_ms).filter(|ms| *ms > 0) {
        Some(ms) => format!("{what} in {}", seconds(ms)),
        None => what,
    }
}

/// `12.345s`.
#[must_use]
pub fn seconds(ms: Ms) -> String {
    format!("{}.{:03}s", ms / 1000, ms % 1000)
}

fn headline(event: &StepEvent) -> String {
    match event {
        StepEvent::Delivered {
            process,
            key,
            change,
            revision,
            written_in,
            ..
        } => format!(
            "{process}  hears that {key} was {} (revision {revision}, step {written_in})",
            change.name()
        ),
        StepEvent::Turn(turn) => {
            let phase = match turn.phase {
                Phase::Whole => String::new(),
                Phase::Observe => "  observes".to_owned(),
                Phase::Diff => "  compares".to_owned(),
                Phase::Begin => "  begins".to_owned(),
                Phase::Act { from, to } if to - from == 1 => format!("  acts ({to})"),
                Phase::Act { from, to } => format!("  acts ({}-{to})", from + 1),
            };
            format!(
                "{}  {}{phase}  {}",
                turn.process,
                turn.key,
                because(&turn.cause)
            )
        }
        StepEvent::Machine { node, what, .. } => format!("{node}  {what}"),
        StepEvent::Started { process } => format!("{process}  started"),
        StepEvent::User { request, .. } => {
            let user: &Name = &request.user;
            format!("{user}  {}", request.summary())
        }
        StepEvent::Fault(fault) => format!("fault  {fault:?}"),
        StepEvent::Waited { for_ms } => format!("{} pass", seconds(*for_ms)),
    }
}

fn because(cause: &Cause) -> String {
    match cause {
        Cause::Start => "because it has just started".to_owned(),
        Cause::Change {
            key, change, step, ..
        } => format!("because {key} was {} in step {step}", change.name()),
        Cause::Timer { step } => format!("because it asked to in step {step}"),
        Cause::Retry { step, failures } => {
            format!("again, because step {step} failed ({failures} in a row)")
        }
        Cause::Machine { step } => format!("because the machine reported in step {step}"),
    }
}

fn facts(facts: &[Fact], out: &mut String) {
    for fact in facts {
        let revision = match fact.revision {
            0 => String::new(),
            revision => format!("  (revision {revision})"),
        };
        let _ = writeln!(
            out,
            "    saw      {}  {} = {}{revision}",
            fact.about, fact.field, fact.value
        );
    }
}

fn differences(turn: &Turn, out: &mut String) {
    for difference in &turn.diff {
        let _ = writeln!(
            out,
            "    differs  {}  {}: is {}, should be {}  {}",
            difference.about,
            difference.field,
            difference.actual,
            difference.desired,
            difference.reason
        );
    }
}

/// Per node what the scheduler found.
fn scheduling(turn: &Turn, out: &mut String) {
    use crate::component::NodeVerdict::{OnlyOne, Refused, Scored};
    let Some(decision) = &turn.scheduling else {
        return;
    };
    for (node, verdict) in &decision.nodes {
        let text = match verdict {
            Refused { plugin, reasons } => format!("{plugin}: {}", reasons.join(", ")),
            Scored { total, .. } => {
                let parts: Vec<String> = decision
                    .scores_of(verdict)
                    .iter()
                    .map(|s| format!("{} {}", s.plugin, s.weighted))
                    .collect();
                format!("{total} = {}", parts.join(" + "))
            }
            OnlyOne => "the only one that fits".to_owned(),
        };
        let _ = writeln!(out, "    node     {node}  {text}");
    }
    if let Some(message) = &decision.message {
        let _ = writeln!(out, "    nowhere  {message}");
    }
}

/// What this step did, as it was carried out, with what came of it: all so far of a whole turn, some actions of a phase.
pub(super) fn done(step: &TurnStep) -> impl Iterator<Item = (Cow<'_, Action>, &Outcome)> {
    step.done().map(|index| {
        let action = named(&step.turn.actions[index].action, &step.outcomes[..index]);
        (action, &step.outcomes[index])
    })
}

/// Requests with their answers; of Events and calls to the machine only refusals.
fn deed(action: &Action, outcome: &Outcome) -> String {
    let text = action_text(action);
    let is_plain = !matches!(action, Action::Api(_));
    if is_plain && outcome.is_ok() {
        return text;
    }
    format!("{text}  ->  {}", outcome_text(action, outcome))
}
