//! One step of the cluster, as data: who did what, why, and what came of it.

use super::agenda::Slot;
use super::faults::Fault;
use super::process::ProcessId;
use crate::api::time::Ms;
use crate::api::{Answer, ChangeType, Key, Name, Request, Revision};
use crate::component::{Outcome, Turn};
use std::ops::Range;
use std::sync::Arc;

/// Which of the things that could happen shall happen: named by its place in the agenda.
pub type Choice = Slot;

/// How much of a turn one step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Pace {
    /// Observe, diff and act, to the end.
    Turn,
    /// One phase: observe; then diff; then one action at a time.
    Phase,
}

/// Something that could happen now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// How to choose it.
    pub choice: Choice,
    /// When it is due; at most now, or the next thing to come if nothing is due.
    pub due_ms: Ms,
    /// What it is.
    pub what: Possible,
}

/// What could happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possible {
    /// An event reaches an informer.
    Deliver {
        /// Whose.
        process: ProcessId,
        /// The object that changed.
        key: Key,
        /// How.
        change: ChangeType,
        /// To which revision the informer moves.
        revision: Revision,
    },
    /// A key is reconciled.
    Turn {
        /// By whom.
        process: ProcessId,
        /// Which.
        key: Name,
    },
    /// A turn goes on where it stopped.
    GoOn {
        /// Whose.
        process: ProcessId,
        /// Of which key.
        key: Name,
    },
    /// Something on a machine is finished.
    Machine {
        /// The node.
        node: Name,
    },
    /// A crashed process comes back.
    Restart {
        /// Which.
        process: ProcessId,
    },
}

/// Why something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The process has just started and looks at everything.
    Start,
    /// An event.
    Change {
        /// The object that changed.
        key: Key,
        /// How.
        change: ChangeType,
        /// The revision.
        revision: Revision,
        /// The step that wrote it.
        step: u64,
    },
    /// The process had asked to be woken then.
    Timer {
        /// The step in which it asked.
        step: u64,
    },
    /// The turn before failed; back-off is over.
    Retry {
        /// The step that failed.
        step: u64,
        /// How many times in a row.
        failures: u32,
    },
    /// The container runtime reported something.
    Machine {
        /// The step in which it did.
        step: u64,
    },
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its number, from 0.
    pub index: u64,
    /// When it happened.
    pub at_ms: Ms,
    /// What happened.
    pub event: StepEvent,
    /// The newest revision before it. What it wrote are the revisions after this, up to `revision_after`.
    pub revision_before: Revision,
    /// The newest revision after it.
    pub revision_after: Revision,
}

/// What happened in a step.
#[derive(Clone, Debug, PartialEq)]
pub enum StepEvent {
    /// An event reached an informer.
    Delivered {
        /// Whose.
        process: ProcessId,
        /// The object that changed.
        key: Key,
        /// How.
        change: ChangeType,
        /// To which revision the informer moved.
        revision: Revision,
        /// The step that wrote it.
        written_in: u64,
        /// The keys that it woke.
        woke: Vec<Name>,
    },
    /// A component took a turn, or a phase of one.
    Turn(Box<TurnStep>),
    /// Something on a machine was finished.
    Machine {
        /// The node.
        node: Name,
        /// What, in a few words: `pulled nginx:1.14.2`.
        what: String,
        /// The keys of the kubelet that it woke.
        woke: Vec<Name>,
    },
    /// A crashed or stopped process came (back) up.
    Started {
        /// Which.
        process: ProcessId,
    },
    /// The user sent a request.
    User {
        /// What.
        request: Box<Request>,
        /// What came of it.
        answer: Box<Answer>,
    },
    /// The user broke or mended something.
    Fault(Fault),
    /// The user let time pass.
    Waited {
        /// How long.
        for_ms: Ms,
    },
}

/// A turn, or a phase of one.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnStep {
    /// Whose.
    pub process: ProcessId,
    /// The key.
    pub key: Name,
    /// Why.
    pub cause: Cause,
    /// Which part of it this step was.
    pub phase: Phase,
    /// What was seen, what differs, and what is to be done.
    pub turn: Arc<Turn>,
    /// What came of the actions so far, in order.
    pub outcomes: Vec<Outcome>,
    /// Did the process crash in it?
    pub crashed: bool,
}

impl TurnStep {
    /// Does it only carry out what an earlier step found?
    #[must_use]
    pub fn goes_on(&self) -> bool {
        matches!(self.phase, Phase::Act { .. })
    }

    /// Which of the turn's actions this step did.
    #[must_use]
    pub fn done(&self) -> Range<usize> {
        let so_far = self.outcomes.len();
        match self.phase {
            Phase::Whole | Phase::Begin => 0..so_far,
            Phase::Observe | Phase::Diff => 0..0,
            Phase::Act { from, to } => from..to.min(so_far),
        }
    }
}

/// A part of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// All of it.
    Whole,
    /// It looked.
    Observe,
    /// It compared.
    Diff,
    /// It looked, compared, and did the first of many actions.
    Begin,
    /// It did the actions from this index up to that one, exclusive.
    Act {
        /// The first.
        from: usize,
        /// The one after the last.
        to: usize,
    },
}

impl Step {
    /// The API server's answer, if the step was a person's request.
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        match &self.event {
            StepEvent::User { answer, .. } => Some(answer),
            _ => None,
        }
    }

    /// Is this step a part of a turn, like those in which a turn with many actions is taken?
    #[must_use]
    pub fn is_part(&self) -> bool {
        matches!(&self.event, StepEvent::Turn(turn) if turn.phase != Phase::Whole)
    }

    /// Is this step the end of a turn, or something that a person did? What "Step over" stops at.
    #[must_use]
    pub fn is_stop(&self) -> bool {
        match &self.event {
            StepEvent::Turn(_) | StepEvent::User { .. } | StepEvent::Fault(_) => true,
            StepEvent::Delivered { .. }
            | StepEvent::Machine { .. }
            | StepEvent::Started { .. }
            | StepEvent::Waited { .. } => false,
        }
    }
}
