//! Steps, turns and runs: how far one press goes, and where a run stops.

use super::Session;
use crate::api::{Kind, Reason};
use crate::component::Outcome;
use crate::sim::{Pace, Phase, Possible, ProcessId, Step, StepEvent};
use serde::{Deserialize, Serialize};

/// What a run runs towards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// On and on, until it is settled (or for ever, if it begins settled).
    On,
    /// Until nothing is on its way any more, as fast as possible.
    Settled,
}

/// Why a run ended before its goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The learner asked.
    Asked,
    /// A breakpoint.
    At(Breakpoint),
    /// Nothing can happen any more.
    Nothing,
}

/// Where runs stop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Breakpoint {
    /// A request is refused with 409 Conflict.
    Conflict,
    /// Any request of a component is refused.
    Refusal,
    /// A component writes: by its name, `replicaset-controller`.
    Writes(String),
    /// An object of this kind is deleted.
    Deleted(Kind),
    /// An Event of type Warning is recorded.
    Warning,
    /// Fewer replicas are ready than before.
    FewerReady,
}

/// Pressing Step over a turn passes over at most this many steps.
const TURN_STEPS_MAX: u32 = 10_000;

impl Session {
    pub(super) fn step(&mut self, pace: Pace) {
        if self.timeline.cursor() < self.timeline.len() {
            self.timeline.advance(pace);
        } else if self.timeline.step(pace).is_none() {
            self.stopped = Some(Stop::Nothing);
        }
    }

    /// To the end of the turn that is under way, or of the next one.
    pub(super) fn step_turn(&mut self) {
        for _ in 0..TURN_STEPS_MAX {
            let Some(step) = self.timeline.advance(Pace::Turn) else {
                self.stopped = Some(Stop::Nothing);
                return;
            };
            if step.is_stop() && !self.in_turn() {
                return;
            }
        }
    }

    /// To the end of the turn (or the learner's doing) before this one.
    pub(super) fn back_turn(&mut self) {
        let mut at = self.timeline.cursor();
        while at > 0 {
            at -= 1;
            self.timeline.seek(at);
            let ended = self.timeline.current().is_some_and(Step::is_stop) && !self.in_turn();
            if ended {
                return;
            }
        }
    }

    /// Is some process in the middle of a turn?
    #[must_use]
    pub fn in_turn(&self) -> bool {
        self.going_on().is_some()
    }

    /// Whose turn is under way, phase by phase: the one that the last step belongs to.
    #[must_use]
    pub fn going_on(&self) -> Option<ProcessId> {
        let StepEvent::Turn(step) = &self.timeline.current()?.event else {
            return None;
        };
        let process = self.timeline.cluster().process(&step.process)?;
        process.turn.is_some().then(|| step.process.clone())
    }

    /// Which phase Step would do next; `None` if it would deliver an event or finish something on a machine.
    #[must_use]
    pub fn next_phase(&self) -> Option<Phase> {
        let cluster = self.timeline.cluster();
        let next = cluster.ready(1).into_iter().next()?;
        match next.what {
            Possible::Turn { .. } => Some(Phase::Observe),
            Possible::GoOn { process, .. } => {
                let begun = cluster.process(&process)?.turn.as_ref()?;
                Some(if begun.diffed {
                    Phase::Act(begun.outcomes.len())
                } else {
                    Phase::Diff
                })
            }
            Possible::Deliver { .. } | Possible::Machine { .. } | Possible::Restart { .. } => None,
        }
    }

    pub(super) fn begin(&mut self, goal: Goal) {
        self.goal = Some(goal);
        if goal == Goal::Settled && self.timeline.cluster().is_settled() {
            self.goal = None;
        }
    }

    pub(super) fn end(&mut self, stop: Stop) {
        if self.goal.take().is_some() && !self.timeline.cluster().is_settled() {
            self.stopped = Some(stop);
        }
    }

    pub(super) fn run_slice(&mut self, steps_max: u32) {
        let settled_before = self.timeline.cluster().is_settled();
        for _ in 0..steps_max {
            if self.goal.is_none() {
                return;
            }
            let before = self.timeline.cursor();
            let Some(step) = self.timeline.advance(Pace::Turn) else {
                self.end(Stop::Nothing);
                return;
            };
            let hit = self
                .breakpoints
                .iter()
                .find(|breakpoint| breakpoint.holds(step))
                .cloned();
            debug_assert!(before < self.timeline.cursor(), "a step moves the cursor");
            if let Some(breakpoint) = hit {
                self.goal = None;
                self.stopped = Some(Stop::At(breakpoint));
                return;
            }
            if !settled_before && self.timeline.cluster().is_settled() {
                self.goal = None;
                return;
            }
        }
    }
}

impl Breakpoint {
    /// Is this the step at which to stop?
    #[must_use]
    pub fn holds(&self, step: &Step) -> bool {
        let StepEvent::Turn(turn) = &step.event else {
            return false;
        };
        let statuses = || {
            turn.outcomes.iter().filter_map(|outcome| match outcome {
                Outcome::Api(answer) => answer.result.as_ref().err(),
                Outcome::Machine(_) => None,
            })
        };
        match self {
            Self::Conflict => statuses().any(|status| status.reason == Reason::Conflict),
            Self::Refusal => statuses().next().is_some(),
            Self::Writes(name) => {
                turn.process.component == name && step.revision_after > step.revision_before
            }
            Self::Deleted(_) | Self::Warning | Self::FewerReady => false,
        }
    }
}
