//! Where the run stands, in one word and one number: what `data-testid=status` says.

use super::{Goal, Session, Stop};
use crate::api::time::Ms;

/// The word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standstill {
    /// Something can happen.
    Ready,
    /// The player is running.
    Running,
    /// Nothing is on its way: desired and actual agree, as far as they can.
    Settled,
    /// A run ended before its goal.
    Stopped,
}

impl Standstill {
    /// As the markup names it: `ready`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Settled => "settled",
            Self::Stopped => "stopped",
        }
    }
}

/// The word and what explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The word.
    pub word: Standstill,
    /// How many things could happen next; at most [`READY_MAX`].
    pub ready: usize,
    /// When the next thing is due, if nothing is due now.
    pub next_in_ms: Option<Ms>,
    /// Why a run stopped.
    pub stop: Option<Stop>,
    /// What is being run towards.
    pub goal: Option<Goal>,
}

/// How many of the things that could happen are counted and listed.
pub(super) const READY_MAX: usize = 50;

impl Session {
    /// Where the run stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let cluster = self.timeline.cluster();
        let word = if self.goal.is_some() {
            Standstill::Running
        } else if cluster.is_settled() && self.timeline.cursor() > 0 {
            Standstill::Settled
        } else if self.stopped.is_some() {
            Standstill::Stopped
        } else {
            Standstill::Ready
        };
        Standing {
            word,
            ready: cluster.ready(READY_MAX).len(),
            next_in_ms: cluster
                .next_due_ms()
                .and_then(|due| due.checked_sub(cluster.now_ms()))
                .filter(|ms| *ms > 0),
            stop: self.stopped.clone(),
            goal: self.goal,
        }
    }
}
