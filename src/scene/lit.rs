//! What a step lights up: who was at work, in which phase, and which wires carried something.

use crate::api::{Key, Kind, Name};
use crate::component::{Action, Outcome};
use crate::sim::{Phase, ProcessId, Step, StepEvent, TurnStep};

/// The part of the loop that is lit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LitPhase {
    /// It heard or looked.
    Observe,
    /// It compared.
    Diff,
    /// It acted.
    Act,
}

impl LitPhase {
    /// As the markup names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Diff => "diff",
            Self::Act => "act",
        }
    }
}

/// What travels on a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// An event, from etcd through the API server to a component.
    Event,
    /// A request, from a component through the API server to etcd.
    Request,
}

/// What a step lights up.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Lit {
    /// The step; wires are keyed by it, so that they start again.
    pub step: u64,
    /// Who was at work, and in which phase.
    pub process: Option<(ProcessId, LitPhase)>,
    /// What travelled between that process and the API server.
    pub lane: Option<Lane>,
    /// A person's request came through the door.
    pub user: bool,
    /// What travelled between the API server and etcd.
    pub vault: Option<Lane>,
    /// Was the request refused?
    pub refused: bool,
    /// The pods that it is about.
    pub pods: Vec<Key>,
    /// The node whose machine finished something.
    pub machine: Option<Name>,
}

impl Lit {
    /// What this step lights up.
    #[must_use]
    pub fn of(step: &Step) -> Self {
        let wrote = step.revision_after > step.revision_before;
        let lit = Self {
            step: step.index,
            ..Self::default()
        };
        match &step.event {
            StepEvent::Delivered { process, key, .. } => Self {
                process: Some((process.clone(), LitPhase::Observe)),
                lane: Some(Lane::Event),
                vault: Some(Lane::Event),
                pods: pods([key]),
                ..lit
            },
            StepEvent::Turn(turn) => Self {
                process: Some((turn.process.clone(), phase(turn))),
                lane: sent(turn).then_some(Lane::Request),
                vault: (sent(turn) && wrote).then_some(Lane::Request),
                refused: last_refused(turn),
                pods: subjects(turn),
                ..lit
            },
            StepEvent::Machine { node, .. } => Self {
                machine: Some(node.clone()),
                ..lit
            },
            StepEvent::User { request, answer } => Self {
                user: true,
                vault: wrote.then_some(Lane::Request),
                refused: answer.result.is_err(),
                pods: pods([&request.key]),
                ..lit
            },
            StepEvent::Started { process } => Self {
                process: Some((process.clone(), LitPhase::Observe)),
                ..lit
            },
            StepEvent::Fault(_) | StepEvent::Waited { .. } => lit,
        }
    }
}

fn phase(turn: &TurnStep) -> LitPhase {
    match turn.phase {
        Phase::Observe => LitPhase::Observe,
        Phase::Diff => LitPhase::Diff,
        Phase::Begin | Phase::Act { .. } => LitPhase::Act,
        Phase::Whole if !turn.outcomes.is_empty() => LitPhase::Act,
        Phase::Whole if !turn.turn.diff.is_empty() => LitPhase::Diff,
        Phase::Whole => LitPhase::Observe,
    }
}

/// The actions of this step with what came of them: all of the turn's, or those of this phase.
fn done(turn: &TurnStep) -> impl Iterator<Item = (&Action, &Outcome)> {
    turn.done()
        .map(|index| (&turn.turn.actions[index].action, &turn.outcomes[index]))
}

fn sent(turn: &TurnStep) -> bool {
    done(turn).any(|(action, _)| matches!(action, Action::Api(_) | Action::Event(_)))
}

fn last_refused(turn: &TurnStep) -> bool {
    done(turn)
        .last()
        .is_some_and(|(_, outcome)| !outcome.is_ok())
}

fn subjects(turn: &TurnStep) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    if matches!(turn.process.component, "kubelet" | "kube-scheduler")
        && let Some((namespace, name)) = turn.key.split_once('/')
    {
        keys.push(Key::new(Kind::Pod, namespace, name));
    }
    for (action, outcome) in done(turn) {
        let written = match (action, outcome) {
            (Action::Api(_), Outcome::Api(answer)) => answer
                .result
                .as_ref()
                .ok()
                .and_then(|reply| reply.object())
                .map(super::super::api::kinds::Object::key),
            _ => None,
        };
        keys.extend(written.filter(|key| key.kind == Kind::Pod && !keys.contains(key)));
    }
    keys
}

fn pods<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Vec<Key> {
    keys.into_iter()
        .filter(|key| key.kind == Kind::Pod)
        .cloned()
        .collect()
}
