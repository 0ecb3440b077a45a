//! How a write reaches those who watch: etcd's log, one cursor per informer, one event at a time.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/storage/cacher; client-go's tools/cache/reflector.go and shared_informer.go.

use super::agenda::{Entry, ProcessIndex, Slot};
use super::cluster::{Cluster, WATCH_LATENCY_MS};
use super::process::{Cursor, InFlight, Pending, ProcessState, Queued};
use super::step::{Cause, StepEvent};
use crate::api::{Change, Kind, Name, Object, Revision, Snapshot, Table};
use crate::component::{Scope, Urgency, Wake};
use std::sync::Arc;

impl Cluster {
    /// Puts the writes since the last call on their way to the informers that they concern.
    pub(super) fn publish(&mut self) {
        for (revision, before) in self.store.take_unpublished() {
            let Some(before) = before else { continue };
            let change = self
                .store
                .change(revision)
                .expect("a fresh write is in the log")
                .clone();
            if change.kind() == Kind::Node && change.before.is_none() {
                self.add_machine(change.object().name());
            }
            if change.kind() == Kind::CustomResourceDefinition {
                self.watch_custom_kinds();
            }
            self.send(change, before);
        }
    }

    /// Lets those who watch every kind watch the kinds that have been defined since. Upstream they look for new ones every 30 seconds.
    fn watch_custom_kinds(&mut self) {
        let kinds: Vec<Kind> = self.store.head().custom_kinds().map(Kind::Custom).collect();
        for process in 0..self.processes.len() {
            if !self.processes[process].component.watches_custom_kinds() {
                continue;
            }
            for kind in &kinds {
                let watches = &self.processes[process].watches;
                if watches.iter().any(|cursor| cursor.kind == *kind) {
                    continue;
                }
                let watch = watches.len();
                let cursor = Cursor::new(*kind, Scope::All);
                self.process_mut(process).watches.push(cursor);
                let audience = (*kind, Scope::All, Name::default());
                let subscribers = self.subscribers.entry(audience).or_default();
                Arc::make_mut(subscribers).push((process, watch));
            }
        }
    }

    fn send(&mut self, change: Change, before: Table) {
        let kind = change.kind();
        let urgency = if change.is_heartbeat() {
            Urgency::Housekeeping
        } else {
            Urgency::Work
        };
        let audiences = audiences(&change, self.store.head());
        let event = Pending::new(InFlight {
            before,
            change,
            urgency,
        });
        for (scope, name) in audiences.into_iter().flatten() {
            let Some(subscribers) = self.subscribers.get(&(kind, scope, name)).cloned() else {
                continue;
            };
            for (process, watch) in subscribers.iter() {
                self.enqueue_event(*process, *watch, event.clone());
            }
        }
    }

    fn enqueue_event(&mut self, process: ProcessIndex, watch: usize, event: Pending) {
        let running = self.process_mut(process);
        if running.state != ProcessState::Up {
            return;
        }
        let cursor = &mut running.watches[watch];
        let is_work = event.urgency() == Urgency::Work;
        cursor.pending.push_back(event);
        cursor.pending_work += usize::from(is_work);
        let is_first_work = is_work && cursor.pending_work == 1;
        match cursor.slot {
            Some(slot) if is_first_work => self.agenda.set_urgency(&slot, Urgency::Work),
            Some(_) => {}
            None => self.schedule_delivery(process, watch),
        }
    }

    /// Puts the next pending event of a watch on the agenda, unless the watch is held or the way to it is cut.
    pub(super) fn schedule_delivery(&mut self, process: ProcessIndex, watch: usize) {
        let running = &self.processes[process];
        let cursor = &running.watches[watch];
        let Some(event) = cursor.pending.front() else {
            return;
        };
        let reachable = self.api_server_up && self.is_connected(&running.id.node);
        if cursor.slot.is_some() || cursor.held || !reachable {
            return;
        }
        let written_ms = event.change().at_ms;
        let urgency = if cursor.pending_work > 0 {
            Urgency::Work
        } else {
            Urgency::Housekeeping
        };
        let due_ms = (written_ms + WATCH_LATENCY_MS).max(self.now_ms);
        let slot = self
            .agenda
            .add(due_ms, 0, urgency, Entry::Deliver { process, watch });
        self.process_mut(process).watches[watch].slot = Some(slot);
    }

    /// Takes the next pending event of a watch off the agenda; it stays pending.
    pub(super) fn unschedule_delivery(&mut self, process: ProcessIndex, watch: usize) {
        if let Some(slot) = self.process_mut(process).watches[watch].slot.take() {
            self.agenda.remove(&slot);
        }
    }

    /// Delivers the first pending event of a watch: the cursor moves, the cache follows, the handlers wake keys.
    pub(super) fn deliver(&mut self, process: ProcessIndex, watch: usize) -> StepEvent {
        let running = self.process_mut(process);
        let cursor = &mut running.watches[watch];
        cursor.slot = None;
        let event = cursor
            .advance()
            .expect("a delivery on the agenda has an event pending");
        let change = event.change();
        // Taken out of the process meanwhile, so that it is changed in place and not copied.
        let mut memory = std::mem::take(&mut running.memory);
        self.schedule_delivery(process, watch);
        let running = &*self.processes[process];
        let wakes = running
            .component
            .wakes(change, &self.seen(running), &mut memory);
        let id = running.id.clone();
        self.process_mut(process).memory = memory;
        let woke: Vec<Name> = wakes.iter().map(|wake| wake.key.clone()).collect();
        for mut wake in wakes {
            if event.urgency() == Urgency::Housekeeping {
                wake.urgency = Urgency::Housekeeping;
            }
            self.enqueue_key(process, wake, Self::cause_of(change));
        }
        StepEvent::Delivered {
            process: id,
            key: change.key(),
            change: change.change_type(),
            revision: change.revision,
            written_in: change.step,
            woke,
        }
    }

    /// Adds a key to a work queue. One that is there already keeps the earlier time and the higher urgency.
    pub(super) fn enqueue_key(&mut self, process: ProcessIndex, wake: Wake, cause: Cause) {
        let due_ms = self.now_ms + wake.after_ms;
        let mut urgency = wake.urgency;
        if let Some(queued) = self.processes[process].queue.get(&wake.key) {
            urgency = urgency.min(queued.urgency);
            if queued.slot.due_ms <= due_ms && queued.slot.rank <= -wake.priority {
                if urgency < queued.urgency {
                    let slot = queued.slot;
                    self.agenda.set_urgency(&slot, urgency);
                    if let Some(queued) = self.process_mut(process).queue.get_mut(&wake.key) {
                        queued.urgency = urgency;
                    }
                }
                return;
            }
            let slot = queued.slot;
            self.agenda.remove(&slot);
        }
        let entry = Entry::Key {
            process,
            key: wake.key.clone(),
        };
        let slot: Slot = self.agenda.add(due_ms, wake.priority, urgency, entry);
        self.process_mut(process).queue.insert(
            wake.key,
            Queued {
                slot,
                urgency,
                cause,
            },
        );
    }

    /// Starts a process: it lists everything it watches and wakes the keys of what it finds, as a reflector's first list does.
    pub(super) fn start(&mut self, process: ProcessIndex) {
        let component = self.processes[process].component;
        let mut memory = component.memory();
        let mut wakes = Vec::new();
        {
            let running = &self.processes[process];
            let seen = self.seen(running);
            for cursor in &running.watches {
                for object in visible(
                    self.store.head().table(cursor.kind),
                    cursor.scope,
                    &running.id.node,
                ) {
                    wakes.extend(component.wakes(&found(object), &seen, &mut memory));
                }
            }
            wakes.extend(component.starts(&seen));
        }
        self.process_mut(process).memory = memory;
        for wake in wakes {
            self.enqueue_key(process, wake, Cause::Start);
        }
    }
}

/// Who may be concerned by a change, as keys of the subscribers' index.
fn audiences(change: &Change, head: &Snapshot) -> [Option<(Scope, Name)>; 6] {
    let node = |object: &Option<Object>| match object {
        Some(Object::Pod(pod)) => pod
            .spec
            .as_ref()
            .and_then(|spec| spec.node_name.as_deref())
            .map(Name::from),
        _ => None,
    };
    let (was, is) = (node(&change.before), node(&change.after));
    let left = was.filter(|was| Some(was) != is.as_ref());
    let object = change.object();
    let under_quota = is_under_quota(object, head);
    [
        Some((Scope::All, Name::default())),
        Some((Scope::OwnName, object.name())),
        left.map(|node| (Scope::OwnNode, node)),
        is.map(|node| (Scope::OwnNode, node)),
        under_quota.then(|| (Scope::UnderQuota, Name::default())),
        has_claim(object).then(|| (Scope::WithClaim, Name::default())),
    ]
}

/// Is there a quota in the object's namespace?
fn is_under_quota(object: &Object, head: &Snapshot) -> bool {
    let quotas = head.table(Kind::ResourceQuota);
    let namespace = object.metadata().namespace.as_deref().unwrap_or_default();
    !namespace.is_empty() && !quotas.is_empty() && quotas.in_namespace(namespace).next().is_some()
}

/// Is it a pod with a volume that is a claim?
fn has_claim(object: &Object) -> bool {
    let Object::Pod(pod) = object else {
        return false;
    };
    let mut volumes = pod.spec.iter().flat_map(|s| s.volumes.iter().flatten());
    volumes.any(|v| v.persistent_volume_claim.is_some() || v.ephemeral.is_some())
}

/// What a watch of this scope sees of a table.
fn visible<'a>(
    table: &'a Table,
    scope: Scope,
    node: &'a str,
) -> Box<dyn Iterator<Item = &'a Object> + 'a> {
    match scope {
        Scope::All => Box::new(table.iter()),
        Scope::OwnNode => Box::new(table.on_node(node)),
        Scope::OwnName => Box::new(table.get("", node).into_iter()),
        // A process that starts learns what it has to do from the quotas and the claims themselves.
        Scope::UnderQuota | Scope::WithClaim => Box::new(std::iter::empty()),
    }
}

/// An object that was found by a list, as the event that informers make of it: `ADDED`.
fn found(object: &Object) -> Change {
    let revision: Revision = object.revision();
    Change {
        revision,
        at_ms: 0,
        by: Name::default(),
        step: 0,
        before: None,
        after: Some(object.clone()),
    }
}
