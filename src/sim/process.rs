//! A running component: its cursors, its work queue, its memory, and the turn that it is in.

use super::agenda::{Agenda, Entry, Slot};
use super::recorder::Recorder;
use super::step::Cause;
use crate::api::time::Ms;
use crate::api::{Change, CustomKind, Key, Kind, Name, Snapshot, Table, User};
use crate::component::{
    AnyComponent, Caches, Machine, Memory, Outcome, Scope, Turn, Urgency, Wake,
};
use imbl::{OrdMap, Vector};
use std::fmt;
use std::sync::Arc;

/// How long an event takes from etcd to an informer.
const WATCH_LATENCY_MS: Ms = 1;

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
    pub pending: Vector<Pending>,
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
    pub(super) key: Key,
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

    /// The object that was written.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.0.key
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
            pending: Vector::new(),
            pending_work: 0,
            slot: None,
            held: false,
        }
    }
}

impl Pending {
    /// What it is the cause of: the keys that it wakes.
    pub(super) fn cause(&self) -> Cause {
        let change = self.change();
        Cause::Change {
            key: self.key().clone(),
            change: change.change_type(),
            revision: change.revision,
            step: change.step,
        }
    }
}

impl Cursor {
    /// Puts the delivery of the next pending event on the agenda, if there is one.
    pub(super) fn schedule(&mut self, entry: Entry, now_ms: Ms, agenda: &mut Agenda) {
        let Some(event) = self.pending.front() else {
            return;
        };
        let urgency = if self.pending_work > 0 {
            Urgency::Work
        } else {
            Urgency::Housekeeping
        };
        let due_ms = (event.change().at_ms + WATCH_LATENCY_MS).max(now_ms);
        self.slot = Some(agenda.add(due_ms, 0, urgency, entry));
    }

    /// The informer's cache: the objects as they were before the first event that it has not been told of, else the truth.
    pub(super) fn cache<'a>(&'a self, head: &'a Snapshot) -> &'a Table {
        match self.pending.front() {
            Some(event) => event.before(),
            None => head.table(self.kind),
        }
    }
}

/// The caches of one process's informers.
pub(super) struct Informers<'a> {
    /// What they watch, and how far they have come.
    pub(super) watches: &'a [Cursor],
    /// The truth, which is the cache of those who have been told of everything.
    pub(super) head: &'a Snapshot,
}

impl Caches for Informers<'_> {
    fn table(&self, kind: Kind) -> Option<&Table> {
        let cursor = self.watches.iter().find(|cursor| cursor.kind == kind)?;
        Some(cursor.cache(self.head))
    }

    fn custom_kinds(&self) -> Vec<CustomKind> {
        let custom = self.watches.iter().filter_map(|cursor| match cursor.kind {
            Kind::Custom(kind) => Some(kind),
            _ => None,
        });
        custom.collect()
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

    /// The machine that it runs on, of all there are; `None` in the control plane.
    pub(super) fn machine<'a>(&self, all: &'a OrdMap<Name, Arc<Machine>>) -> Option<&'a Machine> {
        let node = &self.id.node;
        let on_node = (!node.is_empty()).then(|| all.get(node));
        on_node.flatten().map(|machine| &**machine)
    }

    /// Adds a key to the work queue. One that is there already keeps the earlier time and the higher urgency.
    pub(super) fn enqueue(
        &mut self,
        wake: Wake,
        entry: Entry,
        cause: impl FnOnce() -> Cause,
        now_ms: Ms,
        agenda: &mut Agenda,
    ) {
        let due_ms = now_ms + wake.after_ms;
        let mut urgency = wake.urgency;
        if let Some(queued) = self.queue.get(&wake.key) {
            let slot = queued.slot;
            urgency = urgency.min(queued.urgency);
            if slot.due_ms <= due_ms && slot.rank <= -wake.priority {
                if urgency < queued.urgency {
                    agenda.set_urgency(&slot, urgency);
                    let queued = self.queue.get_mut(&wake.key);
                    queued.expect("it was just there").urgency = urgency;
                }
                return;
            }
            agenda.remove(&slot);
        }
        let queued = Queued {
            slot: agenda.add(due_ms, wake.priority, urgency, entry),
            urgency,
            cause: cause(),
        };
        self.queue.insert(wake.key, queued);
    }

    /// How many events it has not been told of yet.
    #[must_use]
    pub fn lag(&self) -> usize {
        self.watches.iter().map(|cursor| cursor.pending.len()).sum()
    }
}
