//! A running component: its cursors, its work queue, its memory, and the turn that it is in.

use super::agenda::Slot;
use super::recorder::Recorder;
use super::step::Cause;
use crate::api::{Change, Kind, Name, Table, User};
use crate::component::{AnyComponent, Memory, Outcome, Scope, Turn, Urgency};
use imbl::OrdMap;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

/// Which process: the component and, on a node, the node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId {
    /// The component's name: `kubelet`.
    pub component: &'static str,
    /// The node's name; empty in the control plane.
    pub node: Name,
}

impl fmt::Display for ProcessId {
    /// `kubelet@n1`, `replicaset-controller`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.node.is_empty() {
            f.write_str(self.component)
        } else {
            write!(f, "{}@{}", self.component, self.node)
        }
    }
}

/// Is it running?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessState {
    /// Running.
    Up,
    /// Stopped by a fault, until it is started.
    Stopped,
    /// Crashed; it comes back by itself.
    Crashed,
}

/// One process of one component.
#[derive(Clone)]
pub struct Process {
    /// The code.
    pub component: &'static dyn AnyComponent,
    /// Who it is.
    pub id: ProcessId,
    /// The identity under which its requests go to the API server.
    pub user: User,
    /// Is it running?
    pub state: ProcessState,
    /// Its informers' cursors, in the order of [`AnyComponent::watches`].
    pub watches: Vec<Cursor>,
    /// Its work queue.
    pub queue: OrdMap<Name, Queued>,
    /// How often each key failed in a row.
    pub failures: OrdMap<Name, u32>,
    /// What it remembers.
    pub memory: Memory,
    /// Its event recorder's memory.
    pub recorder: Recorder,
    /// The turn that was begun phase by phase.
    pub turn: Option<Begun>,
    /// A fault that waits: the next turn crashes the process after this many actions.
    pub crash_after_actions: Option<usize>,
    /// How many turns it has taken since the cluster began.
    pub turns: u64,
}

impl PartialEq for Process {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.state == other.state
            && self.watches == other.watches
            && self.queue == other.queue
            && self.failures == other.failures
            && self.memory == other.memory
            && self.recorder == other.recorder
            && self.turn == other.turn
            && self.crash_after_actions == other.crash_after_actions
            && self.turns == other.turns
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

/// How far one informer has come: the events that are on their way to it. Its cache is the store as it was before the first of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// What it watches.
    pub kind: Kind,
    /// Which of them.
    pub scope: Scope,
    /// Events that it has not been told of yet, oldest first.
    pub pending: VecDeque<Pending>,
    /// How many of those are work.
    pub pending_work: usize,
    /// Where the delivery of the first one stands in the agenda; `None` while nothing is pending or the watch is held.
    pub slot: Option<Slot>,
    /// A fault: nothing is delivered until it is released.
    pub held: bool,
}

/// An event on its way to some informers, shared by all of them.
#[derive(Clone, Debug)]
pub struct Pending(Arc<InFlight>);

/// A write, with the objects of its kind as they were just before it: the cache of those who have not been told of it.
#[derive(Debug, PartialEq)]
pub(super) struct InFlight {
    pub(super) before: Table,
    pub(super) change: Change,
    pub(super) urgency: Urgency,
}

impl Pending {
    pub(super) fn new(event: InFlight) -> Self {
        Self(Arc::new(event))
    }

    /// The write that it tells of.
    #[must_use]
    pub fn change(&self) -> &Change {
        &self.0.change
    }

    /// The objects of the kind as they were just before it.
    #[must_use]
    pub fn before(&self) -> &Table {
        &self.0.before
    }

    /// Does it keep the cluster from being settled?
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        self.0.urgency
    }
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Cursor {
    /// Moves past the first pending event without telling the component; that is all that a lost event is.
    pub(super) fn advance(&mut self) -> Option<Pending> {
        let event = self.pending.pop_front()?;
        self.pending_work -= usize::from(event.urgency() == Urgency::Work);
        Some(event)
    }

    /// A cursor that has seen everything there is.
    #[must_use]
    pub fn new(kind: Kind, scope: Scope) -> Self {
        Self {
            kind,
            scope,
            pending: VecDeque::new(),
            pending_work: 0,
            slot: None,
            held: false,
        }
    }
}

/// A key in a work queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// Where it stands in the agenda.
    pub slot: Slot,
    /// Does it keep the cluster from being settled?
    pub urgency: Urgency,
    /// Why it is there.
    pub cause: Cause,
}

/// A turn between its phases.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// The key.
    pub key: Name,
    /// Why.
    pub cause: Cause,
    /// What was seen and what is to be done.
    pub turn: Arc<Turn>,
    /// What came of the actions so far.
    pub outcomes: Vec<Outcome>,
    /// Has the learner been shown the differences yet?
    pub diffed: bool,
    /// The memory as the turn left it; becomes the process's own with the first action, so that looking changes nothing.
    pub memory: Option<Memory>,
}

impl Process {
    /// A process that has just been started, with an empty memory and no events pending.
    #[must_use]
    pub fn new(component: &'static dyn AnyComponent, node: Name) -> Self {
        let cursor = |watch: &crate::component::Watch| Cursor::new(watch.kind, watch.scope);
        Self {
            component,
            user: component.user(&node),
            id: ProcessId {
                component: component.name(),
                node,
            },
            state: ProcessState::Up,
            watches: component.watches().iter().map(cursor).collect(),
            queue: OrdMap::new(),
            failures: OrdMap::new(),
            memory: component.memory(),
            recorder: Recorder::default(),
            turn: None,
            crash_after_actions: None,
            turns: 0,
        }
    }

    /// How many events it has not been told of yet.
    #[must_use]
    pub fn lag(&self) -> usize {
        self.watches.iter().map(|cursor| cursor.pending.len()).sum()
    }
}
