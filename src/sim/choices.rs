//! What could happen next, and what the cluster still waits for.

use super::agenda::{Entry, ProcessIndex, Slot};
use super::cluster::Cluster;
use super::step::{Choice, Possible, Ready};
use crate::api::{Kind, Object};
use crate::component::Urgency;

impl Cluster {
    /// Is nothing on its way? Heartbeats, resyncs and back-off of what will fail again may still go on for ever.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.agenda.plans() == 0 && self.is_at_rest()
    }

    /// Is nothing on its way but plans for a later time ([`Urgency::Plan`])? Where a settled cluster has found its end, one at rest may
    /// still have something to wait for.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.agenda.work() == 0 && !self.waits_for_node_lifecycle()
    }

    /// What keeps the cluster from being settled, earliest first; empty when it is settled. At most `limit` entries.
    #[must_use]
    pub fn waits_for(&self, limit: usize) -> Vec<Ready> {
        let work = self
            .agenda
            .iter()
            .filter(|(_, _, urgency)| *urgency != Urgency::Housekeeping);
        work.take(limit)
            .map(|(slot, entry, _)| self.describe(slot, entry))
            .collect()
    }

    /// What could happen next, the default choice first: everything that is due now, or else the next thing to come.
    /// Processes in the middle of a turn can only go on with it. At most `limit` entries.
    #[must_use]
    pub fn ready(&self, limit: usize) -> Vec<Ready> {
        let mut due_ms = None;
        let possible = self
            .agenda
            .iter()
            .filter(|(_, entry, _)| self.is_possible(entry));
        let due = possible.take_while(|(slot, _, _)| {
            let horizon = *due_ms.get_or_insert(slot.due_ms.max(self.now_ms));
            slot.due_ms <= horizon
        });
        due.take(limit)
            .map(|(slot, entry, _)| self.describe(slot, entry))
            .collect()
    }

    /// The next thing by default: the earliest. `None` only in a cluster with no processes at all.
    #[must_use]
    pub fn default_choice(&self) -> Option<Choice> {
        let (slot, entry) = self.agenda.first()?;
        if self.is_possible(entry) {
            return Some(slot);
        }
        self.agenda
            .iter()
            .find(|(_, entry, _)| self.is_possible(entry))
            .map(|(slot, _, _)| slot)
    }

    fn is_possible(&self, entry: &Entry) -> bool {
        match entry {
            Entry::Deliver { process, .. } | Entry::Key { process, .. } => {
                self.processes[*process].turn.is_none()
            }
            Entry::Turn { .. } | Entry::Machine { .. } | Entry::Restart { .. } => true,
        }
    }

    fn describe(&self, slot: Slot, entry: &Entry) -> Ready {
        let id = |process: &ProcessIndex| self.processes[*process].id.clone();
        let what = match entry {
            Entry::Deliver { process, watch } => {
                let event = &self.processes[*process].watches[*watch].pending[0];
                let change = event.change();
                Possible::Deliver {
                    process: id(process),
                    key: event.key().clone(),
                    change: change.change_type(),
                    revision: change.revision,
                }
            }
            Entry::Key { process, key } => Possible::Turn {
                process: id(process),
                key: key.clone(),
            },
            Entry::Turn { process } => {
                let begun = self.processes[*process]
                    .turn
                    .as_ref()
                    .expect("only a begun turn goes on");
                Possible::GoOn {
                    process: id(process),
                    key: begun.key.clone(),
                }
            }
            Entry::Machine { node } => Possible::Machine { node: node.clone() },
            Entry::Restart { process } => Possible::Restart {
                process: id(process),
            },
        };
        Ready {
            choice: slot,
            due_ms: slot.due_ms,
            what,
        }
    }

    /// A machine is gone and its Node does not say so yet: the node lifecycle controller has still to find out.
    fn waits_for_node_lifecycle(&self) -> bool {
        self.machines_down.iter().any(|node| {
            let Some(Object::Node(object)) = self.store.head().table(Kind::Node).get("", node)
            else {
                return false;
            };
            let conditions = object
                .status
                .as_ref()
                .and_then(|status| status.conditions.as_ref());
            conditions
                .into_iter()
                .flatten()
                .any(|c| c.type_ == "Ready" && c.status == "True")
        })
    }
}
