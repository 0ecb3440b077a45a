//! How a write reaches those who watch: etcd's log, one cursor per informer, one event at a time.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/storage/cacher; client-go's tools/cache/reflector.go and shared_informer.go.

use super::agenda::{Entry, ProcessIndex};
use super::cluster::Cluster;
use super::process::{Cursor, InFlight, Informers, Pending, ProcessState};
use super::step::{Cause, StepEvent};
use crate::api::{Change, Kind, Name, Object, Revision, Snapshot, Table, mirroring};
use crate::component::{Machine, Scope, Seen, Urgency, Wake};
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
        let key = change.key();
        let kind = key.kind;
        let urgency = if change.is_heartbeat() {
            Urgency::Housekeeping
        } else {
            Urgency::Work
        };
        let audiences = audiences(&change, self.store.head());
        let event = Pending::new(InFlight {
            before,
            key,
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
        let running = Arc::make_mut(&mut self.processes[process]);
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
        let running = Arc::make_mut(&mut self.processes[process]);
        let machine = running.machine(&self.machines);
        let is_connected = running.id.node.is_empty() || machine.is_some_and(Machine::is_connected);
        let cursor = &mut running.watches[watch];
        if self.api_server_up && is_connected && !cursor.held && cursor.slot.is_none() {
            let entry = Entry::Deliver { process, watch };
            cursor.schedule(entry, self.now_ms, &mut self.agenda);
        }
    }

    /// Takes the next pending event of a watch off the agenda; it stays pending.
    pub(super) fn unschedule_delivery(&mut self, process: ProcessIndex, watch: usize) {
        if let Some(slot) = self.process_mut(process).watches[watch].slot.take() {
            self.agenda.remove(&slot);
        }
    }

    /// Delivers the first pending event of a watch: the cursor moves, the cache follows, the handlers wake keys.
    pub(super) fn deliver(&mut self, process: ProcessIndex, watch: usize) -> StepEvent {
        let running = Arc::make_mut(&mut self.processes[process]);
        let cursor = &mut running.watches[watch];
        let event = cursor
            .advance()
            .expect("a delivery on the agenda has an event pending");
        // What is delivered now can be reached, and so can the next.
        cursor.slot = None;
        let next = Entry::Deliver { process, watch };
        cursor.schedule(next, self.now_ms, &mut self.agenda);
        let informers = Informers {
            watches: &running.watches,
            head: self.store.head(),
        };
        let machine = running.machine(&self.machines);
        let seen = Seen::new(&informers, self.now_ms).at(&running.id.node, machine);
        let component = running.component;
        let wakes = component.wakes(event.change(), &seen, &mut running.memory);
        let woke: Vec<Name> = wakes.iter().map(|wake| wake.key.clone()).collect();
        for mut wake in wakes {
            if event.urgency() == Urgency::Housekeeping {
                wake.urgency = Urgency::Housekeeping;
            }
            let entry = Entry::Key {
                process,
                key: wake.key.clone(),
            };
            let cause = || event.cause();
            running.enqueue(wake, entry, cause, self.now_ms, &mut self.agenda);
        }
        StepEvent::Delivered {
            process: running.id.clone(),
            key: event.key().clone(),
            change: event.change().change_type(),
            revision: event.change().revision,
            written_in: event.change().step,
            woke,
        }
    }

    /// Adds a key to a work queue; see [`Process::enqueue`].
    pub(super) fn enqueue_key(&mut self, process: ProcessIndex, wake: Wake, cause: Cause) {
        let entry = Entry::Key {
            process,
            key: wake.key.clone(),
        };
        let running = Arc::make_mut(&mut self.processes[process]);
        running.enqueue(wake, entry, || cause, self.now_ms, &mut self.agenda);
    }

    /// Starts a process: it lists everything it watches and wakes the keys of what it finds, as a reflector's first list does.
    pub(super) fn start(&mut self, process: ProcessIndex) {
        let component = self.processes[process].component;
        let mut memory = component.memory();
        let mut wakes = Vec::new();
        {
            let running = &self.processes[process];
            let informers = self.informers(running);
            let seen = self.seen(&informers, running);
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
fn audiences(change: &Change, head: &Snapshot) -> [Option<(Scope, Name)>; 7] {
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
        is_mirrored(change, head).then(|| (Scope::WithoutSelector, Name::default())),
    ]
}

/// Is there a quota in the object's namespace?
fn is_under_quota(object: &Object, head: &Snapshot) -> bool {
    let quotas = head.table(Kind::ResourceQuota);
    let namespace = object.metadata().namespace.as_deref().unwrap_or_default();
    !namespace.is_empty() && !quotas.is_empty() && quotas.in_namespace(namespace).next().is_some()
}

/// Has it to do with a Service without a selector, or had it?
fn is_mirrored(change: &Change, head: &Snapshot) -> bool {
    let is_of_them = |object: &Object| match object.kind() {
        Kind::Service | Kind::EndpointSlice => mirroring::takes_part(object),
        Kind::Endpoints => mirroring::is_source(object, head),
        _ => false,
    };
    let either = [&change.before, &change.after];
    either.into_iter().flatten().any(is_of_them)
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
        Scope::WithoutSelector => Box::new(table.iter().filter(|o| mirroring::takes_part(o))),
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
