//! Everything that could happen, in the order of time: events to deliver, keys to reconcile, machines to look after.

use crate::api::Name;
use crate::api::time::Ms;
use crate::component::Urgency;
use imbl::OrdMap;

/// The position of an entry: when, then by priority (highest first), then in the order of arrival. Also how a [`super::Choice`] names it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Slot {
    /// When it may happen.
    pub due_ms: Ms,
    /// Minus the priority, so that the highest sorts first.
    pub rank: i32,
    /// A number that grows with every entry.
    pub sequence: u64,
}

/// A process, by its position in the cluster's list.
pub(super) type ProcessIndex = usize;

/// Something that could happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The next pending event of one of a process's watches.
    Deliver {
        /// To whom.
        process: ProcessIndex,
        /// By which of its watches.
        watch: usize,
    },
    /// A key in a process's work queue.
    Key {
        /// Whose.
        process: ProcessIndex,
        /// Which.
        key: Name,
    },
    /// The rest of a turn that was begun phase by phase.
    Turn {
        /// Whose.
        process: ProcessIndex,
    },
    /// The earliest operation of a machine.
    Machine {
        /// The node's name.
        node: Name,
    },
    /// A crashed process comes back.
    Restart {
        /// Whose.
        process: ProcessIndex,
    },
}

/// The ordered set of entries, with a count of those that are work.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Agenda {
    entries: OrdMap<Slot, (Entry, Urgency)>,
    work: usize,
    next_sequence: u64,
}

impl Agenda {
    /// Adds an entry and returns its slot.
    pub fn add(&mut self, due_ms: Ms, priority: i32, urgency: Urgency, entry: Entry) -> Slot {
        let slot = Slot {
            due_ms,
            rank: -priority,
            sequence: self.next_sequence,
        };
        self.next_sequence += 1;
        self.work += usize::from(urgency == Urgency::Work);
        self.entries.insert(slot, (entry, urgency));
        slot
    }

    /// Removes an entry; `None` if it is not there.
    pub fn remove(&mut self, slot: &Slot) -> Option<(Entry, Urgency)> {
        let (entry, urgency) = self.entries.remove(slot)?;
        self.work -= usize::from(urgency == Urgency::Work);
        Some((entry, urgency))
    }

    /// Makes an entry work, if it was housekeeping.
    pub fn raise(&mut self, slot: &Slot) {
        if let Some((_, urgency)) = self.entries.get_mut(slot)
            && *urgency == Urgency::Housekeeping
        {
            *urgency = Urgency::Work;
            self.work += 1;
        }
    }

    /// The earliest entry.
    #[must_use]
    pub fn first(&self) -> Option<(&Slot, &Entry, Urgency)> {
        self.entries
            .get_min()
            .map(|(slot, (entry, urgency))| (slot, entry, *urgency))
    }

    /// All entries, earliest first.
    pub fn iter(&self) -> impl Iterator<Item = (&Slot, &Entry, Urgency)> + '_ {
        self.entries
            .iter()
            .map(|(slot, (entry, urgency))| (slot, entry, *urgency))
    }

    /// The number that the next entry will get.
    #[must_use]
    pub fn next_sequence(&self) -> u64 {
        self.next_sequence
    }

    /// How many entries are work, that is, keep the cluster from being settled.
    #[must_use]
    pub fn work(&self) -> usize {
        self.work
    }
}
