//! Steps, turns and runs: how far one press goes, and where a run stops.

use super::Session;
use crate::api::{Kind, Object, Reason};
use crate::component::Outcome;
use crate::sim::{Cluster, Pace, Phase, Possible, ProcessId, Step, StepEvent};
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
                    let from = begun.outcomes.len();
                    Phase::Act { from, to: from + 1 }
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
            if self.timeline.advance(Pace::Turn).is_none() {
                self.end(Stop::Nothing);
                return;
            }
            let (step, cluster) = (self.timeline.current(), self.timeline.cluster());
            let holds =
                |breakpoint: &&Breakpoint| step.is_some_and(|step| breakpoint.holds(step, cluster));
            let hit = self.breakpoints.iter().find(holds).cloned();
            if let Some(breakpoint) = hit {
                self.goal = None;
                self.stopped = Some(Stop::At(breakpoint));
                return;
            }
            if step.is_some_and(Step::is_part) {
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
    /// Is this the step at which to stop? `cluster` is as the step left it.
    #[must_use]
    pub fn holds(&self, step: &Step, cluster: &Cluster) -> bool {
        let turn = match &step.event {
            StepEvent::Turn(turn) => Some(turn),
            _ => None,
        };
        let refusals = || {
            let outcomes = turn.iter().flat_map(|turn| &turn.outcomes);
            outcomes.filter_map(|outcome| match outcome {
                Outcome::Api(answer) => answer.result.as_ref().err(),
                Outcome::Machine(_) | Outcome::Unsent => None,
            })
        };
        let writes = || {
            let revisions = step.revision_before + 1..=step.revision_after;
            revisions.filter_map(|revision| cluster.store().change(revision))
        };
        match self {
            Self::Conflict => refusals().any(|status| status.reason == Reason::Conflict),
            Self::Refusal => refusals().next().is_some(),
            Self::Writes(name) => turn.is_some_and(|turn| turn.process.component == name) && writes().next().is_some(),
            Self::Deleted(kind) => writes().any(|change| change.kind() == *kind && change.after.is_none()),
            Self::Warning => writes().any(|change| matches!(&change.after, Some(Object::Event(event)) if event.type_.as_deref() == Some("Warning"))),
            Self::FewerReady => writes().any(|change| ready(change.after.as_ref()) < ready(change.before.as_ref())),
        }
    }
}

/// How many replicas of a Deployment are ready; 0 of anything else.
fn ready(object: Option<&Object>) -> i32 {
    let Some(Object::Deployment(deployment)) = object else {
        return 0;
    };
    deployment
        .status
        .as_ref()
        .and_then(|status| status.ready_replicas)
        .unwrap_or(0)
}
