//! Everything that could happen, in the order of time: events to deliver, keys to reconcile, machines to look after.

use crate::api::Name;
use crate::api::time::Ms;
use crate::component::Urgency;
use imbl::{OrdMap, Vector};

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

/// The ordered set of entries, with counts of those that are work and of plans.
///
/// Nearly all of them are added at the end of what is due at one time, and taken from its beginning. So those that are due together and
/// have one rank stand in a queue; one that is taken out of the middle leaves a gap. The earliest queue, which most of them come to and
/// go from, stands outside of the map.
#[derive(Clone, Debug, Default)]
pub struct Agenda {
    /// Empty only if nothing is due ever.
    first: Vector<Queued>,
    first_key: QueueKey,
    later: OrdMap<QueueKey, Vector<Queued>>,
    work: usize,
    plans: usize,
    next_sequence: u64,
}

/// When, and with which rank.
type QueueKey = (Ms, i32);

/// An entry in its queue, or the gap that it left.
#[derive(Clone, Debug)]
struct Queued {
    sequence: u64,
    urgency: Urgency,
    entry: Option<Entry>,
}

impl PartialEq for Agenda {
    /// Gaps do not count.
    fn eq(&self, other: &Self) -> bool {
        self.work == other.work
            && self.plans == other.plans
            && self.next_sequence == other.next_sequence
            && self.iter().eq(other.iter())
    }
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
        self.count(urgency, 1);
        let queued = Queued {
            sequence: slot.sequence,
            urgency,
            entry: Some(entry),
        };
        let key = (due_ms, slot.rank);
        if let Some(queue) = self.queue_mut(key) {
            queue.push_back(queued);
        } else {
            self.begin(key, Vector::unit(queued));
        }
        slot
    }

    /// Puts a queue where there was none.
    fn begin(&mut self, key: QueueKey, queue: Vector<Queued>) {
        if self.first.is_empty() {
            (self.first_key, self.first) = (key, queue);
        } else if key < self.first_key {
            let first = std::mem::replace(&mut self.first, queue);
            let first_key = std::mem::replace(&mut self.first_key, key);
            self.later.insert(first_key, first);
        } else {
            self.later.insert(key, queue);
        }
    }

    /// Takes away a queue that has become empty.
    fn end(&mut self, key: QueueKey) {
        if key != self.first_key {
            self.later.remove(&key);
        } else if let Some(next) = self.later.get_min().map(|(next, _)| *next) {
            self.first_key = next;
            self.first = self.later.remove(&next).unwrap_or_default();
        }
    }

    fn queue_mut(&mut self, key: QueueKey) -> Option<&mut Vector<Queued>> {
        if key == self.first_key && !self.first.is_empty() {
            return Some(&mut self.first);
        }
        self.later.get_mut(&key)
    }

    /// Removes an entry; `None` if it is not there.
    pub fn remove(&mut self, slot: &Slot) -> Option<Entry> {
        let key = (slot.due_ms, slot.rank);
        let queue = self.queue_mut(key)?;
        let is_first = queue.front()?.sequence == slot.sequence;
        let (entry, urgency) = if is_first {
            let first = queue.pop_front()?;
            (first.entry, first.urgency)
        } else {
            let queued = find(queue, slot)?;
            (queued.entry.take(), queued.urgency)
        };
        let entry = entry?;
        while queue.front().is_some_and(|first| first.entry.is_none()) {
            queue.pop_front();
        }
        if queue.is_empty() {
            self.end(key);
        }
        self.count(urgency, -1);
        Some(entry)
    }

    /// Makes an entry work, or housekeeping; it keeps its place.
    pub fn set_urgency(&mut self, slot: &Slot, to: Urgency) {
        let queue = self.queue_mut((slot.due_ms, slot.rank));
        let Some(queued) = queue.and_then(|queue| find(queue, slot)) else {
            return;
        };
        if queued.entry.is_some() {
            let was = std::mem::replace(&mut queued.urgency, to);
            self.count(was, -1);
            self.count(to, 1);
        }
    }

    fn count(&mut self, urgency: Urgency, change: isize) {
        let counter = match urgency {
            Urgency::Work => &mut self.work,
            Urgency::Plan => &mut self.plans,
            Urgency::Housekeeping => return,
        };
        *counter = counter.wrapping_add_signed(change);
    }

    /// The earliest entry.
    #[must_use]
    pub fn first(&self) -> Option<(Slot, &Entry)> {
        // No queue begins with a gap.
        let first = self.first.front()?;
        let (due_ms, rank) = self.first_key;
        let slot = Slot {
            due_ms,
            rank,
            sequence: first.sequence,
        };
        Some((slot, first.entry.as_ref()?))
    }

    /// All entries, earliest first.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &Entry, Urgency)> + '_ {
        let first = (&self.first_key, &self.first);
        let queues = std::iter::once(first).chain(&self.later);
        queues.flat_map(|((due_ms, rank), queue)| {
            queue.iter().filter_map(|queued| {
                let slot = Slot {
                    due_ms: *due_ms,
                    rank: *rank,
                    sequence: queued.sequence,
                };
                Some((slot, queued.entry.as_ref()?, queued.urgency))
            })
        })
    }

    /// The number that the next entry will get.
    #[must_use]
    pub fn next_sequence(&self) -> u64 {
        self.next_sequence
    }

    /// How many entries are work.
    #[must_use]
    pub fn work(&self) -> usize {
        self.work
    }

    /// How many entries are plans: with those that are work they keep the cluster from being settled.
    #[must_use]
    pub fn plans(&self) -> usize {
        self.plans
    }
}

fn find<'a>(queue: &'a mut Vector<Queued>, slot: &Slot) -> Option<&'a mut Queued> {
    let at = queue
        .binary_search_by_key(&slot.sequence, |queued| queued.sequence)
        .ok()?;
    queue.get_mut(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(process: ProcessIndex) -> Entry {
        Entry::Turn { process }
    }

    fn order(agenda: &Agenda) -> Vec<ProcessIndex> {
        let processes = agenda.iter().map(|(_, entry, _)| match entry {
            Entry::Turn { process } => *process,
            other => unreachable!("only turns are added, not {other:?}"),
        });
        processes.collect()
    }

    #[test]
    fn earliest_first_then_the_highest_priority_then_the_order_of_arrival() {
        let mut agenda = Agenda::default();
        for (process, (due_ms, priority)) in
            [(5, 0), (1, 0), (1, 9), (1, 0)].into_iter().enumerate()
        {
            agenda.add(due_ms, priority, Urgency::Work, entry(process));
        }
        assert_eq!(order(&agenda), [2, 1, 3, 0]);
        let first = agenda.first().map(|(slot, _)| slot);
        assert_eq!(first, agenda.iter().next().map(|(slot, _, _)| slot));
    }

    #[test]
    fn what_was_taken_out_is_gone_and_counts_no_more() {
        let mut agenda = Agenda::default();
        let mut slots = Vec::new();
        for process in 0..5 {
            slots.push(agenda.add(1, 0, Urgency::Work, entry(process)));
        }
        for (remove, left, first) in [(2, 4, Some(0)), (1, 3, Some(0)), (0, 2, Some(3))] {
            assert_eq!(agenda.remove(&slots[remove]), Some(entry(remove)));
            assert_eq!(agenda.remove(&slots[remove]), None, "it is gone");
            agenda.set_urgency(&slots[remove], Urgency::Work);
            assert_eq!(agenda.work(), left);
            let slot = first.map(|first: usize| slots[first]);
            assert_eq!(agenda.first().map(|(slot, _)| slot), slot);
        }
        agenda.set_urgency(&slots[4], Urgency::Housekeeping);
        assert_eq!((agenda.work(), order(&agenda)), (1, vec![3, 4]));
    }

    #[test]
    fn in_any_order_it_is_a_sorted_list() {
        let mut rng = crate::component::Rng::new(7);
        let (mut agenda, mut list) = (Agenda::default(), Vec::new());
        for process in 0..2_000 {
            if rng.below(2) == 0 || list.is_empty() {
                let priority = i32::try_from(rng.below(2)).expect("small");
                let slot = agenda.add(rng.below(5), priority, Urgency::Work, entry(process));
                list.push((slot, entry(process)));
                list.sort_by_key(|(slot, _)| *slot);
            } else {
                let index = usize::try_from(rng.below(list.len() as u64)).expect("small");
                let (slot, gone) = list.remove(index);
                assert_eq!(agenda.remove(&slot), Some(gone));
            }
            let first = list.first().map(|(slot, entry)| (*slot, entry));
            assert_eq!(agenda.first(), first);
            assert!(
                agenda
                    .iter()
                    .map(|(slot, ..)| slot)
                    .eq(list.iter().map(|(slot, _)| *slot))
            );
        }
        assert_eq!(agenda.work(), list.len());
    }

    #[test]
    fn gaps_make_no_difference() {
        let after_a_gap = |gap_due_ms| {
            let mut agenda = Agenda::default();
            agenda.add(1, 0, Urgency::Work, entry(0));
            let gap = agenda.add(gap_due_ms, 0, Urgency::Work, entry(1));
            agenda.add(1, 0, Urgency::Work, entry(2));
            agenda.remove(&gap);
            agenda
        };
        assert!(after_a_gap(1) == after_a_gap(9));
        let mut other = after_a_gap(1);
        other.remove(&other.first().expect("two entries").0);
        assert!(other != after_a_gap(1));
    }
}
