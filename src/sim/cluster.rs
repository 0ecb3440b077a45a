//! The cluster as one value: objects, caches, queues, memories, machines and clock. `Clone + PartialEq`; a clone is cheap.
//!
//! [`Cluster::ready`] lists what could happen, [`Cluster::step`] does exactly one of those things. Everything else (run, back, explore)
//! is built on these two. A run is `(options, inputs)`: the same inputs give the same steps, to the byte.
//!
//! **Architecture invariant:** only this folder knows all components. No wall clock, no threads, no chance but [`Rng`].
//!
//! Left out: the API server and etcd take no time and are one process; a request is answered in the step that sends it.

use super::agenda::{Agenda, Entry, ProcessIndex, Slot};
use super::bootstrap::OwnObjects;
use super::components;
use super::process::{Informers, Process, ProcessId};
use super::step::{Choice, Pace, Step, StepEvent};
use crate::api::time::Ms;
use crate::api::{Answer, Kind, Name, Reason, Request, Revision, Status, Table};
use crate::component::{AnyComponent, Machine, Place, Rng, Scope, Seen, Urgency};
use crate::control_plane::apiserver::{self, authorization};
use crate::control_plane::etcd::Store;
use imbl::{OrdMap, OrdSet};
use std::sync::Arc;

/// What a cluster begins with.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ClusterOptions {
    /// How many nodes: `n1`, `n2`, …
    pub nodes: u32,
    /// The seed of everything random: uids, name suffixes, ties.
    pub seed: u64,
    /// How late it is when it is switched on: 0 for lessons, whose text is to be the same every day.
    #[serde(default)]
    pub starts_at_ms: Ms,
}

impl Default for ClusterOptions {
    /// Three nodes, seed 1: what the page opens with.
    fn default() -> Self {
        Self {
            nodes: 3,
            seed: 1,
            starts_at_ms: 0,
        }
    }
}

/// The watches that are to be told of a kind's changes, by process and position.
pub(super) type Subscribers = Arc<Vec<(ProcessIndex, usize)>>;

/// The whole world.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    pub(super) options: ClusterOptions,
    pub(super) now_ms: Ms,
    pub(super) next_step: u64,
    pub(super) rng: Rng,
    pub(super) store: Store,
    pub(super) authorizer: apiserver::Authorizer,
    pub(super) compactor: apiserver::Compactor,
    pub(super) own_objects: OwnObjects,
    pub(super) processes: Vec<Arc<Process>>,
    pub(super) index: OrdMap<ProcessId, ProcessIndex>,
    pub(super) subscribers: OrdMap<(Kind, Scope, Name), Subscribers>,
    pub(super) agenda: Agenda,
    pub(super) machines: OrdMap<Name, Arc<Machine>>,
    pub(super) machine_slots: OrdMap<Name, (Slot, Urgency)>,
    pub(super) machines_down: OrdSet<Name>,
    pub(super) broken_images: OrdSet<Name>,
    pub(super) loads: OrdMap<Name, super::load::Load>,
    pub(super) api_server_up: bool,
}

impl Cluster {
    /// A cluster that has just been switched on: namespaces exist, nodes have power, nobody has done anything yet.
    #[must_use]
    pub fn new(options: ClusterOptions) -> Self {
        let mut cluster = Self {
            now_ms: options.starts_at_ms,
            next_step: 0,
            rng: Rng::new(options.seed),
            store: authorization::bootstrap::store(),
            authorizer: apiserver::Authorizer::default(),
            compactor: apiserver::Compactor::new(options.starts_at_ms),
            own_objects: OwnObjects::new(options.starts_at_ms),
            processes: Vec::new(),
            index: OrdMap::new(),
            subscribers: OrdMap::new(),
            agenda: Agenda::default(),
            machines: OrdMap::new(),
            machine_slots: OrdMap::new(),
            machines_down: OrdSet::new(),
            broken_images: OrdSet::new(),
            loads: OrdMap::new(),
            api_server_up: true,
            options,
        };
        cluster.store.keep_for(
            components()
                .flat_map(|c| c.watches().iter().map(|w| w.kind))
                .collect(),
        );
        cluster.make_own_objects();
        for component in components().filter(|c| c.place() != Place::EveryNode) {
            cluster.add_process(component, Name::default());
        }
        for number in 1..=cluster.options.nodes {
            cluster.add_machine(format!("n{number}").into());
        }
        cluster
    }

    /// A cluster whose nodes have registered and whose own objects are in place: where a learner begins. Its steps count from 0.
    #[must_use]
    pub fn booted(options: ClusterOptions) -> Self {
        let mut cluster = Self::new(options);
        while !cluster.boot(u32::MAX) {}
        cluster
    }

    /// Takes at most so many steps of the way from [`Cluster::new`] to [`Cluster::booted`]; returns whether it is there. For callers that
    /// must not be away for long.
    pub fn boot(&mut self, steps_max: u32) -> bool {
        for _ in 0..steps_max {
            if self.is_settled() {
                self.next_step = 0;
                // A sequence of its own: what a learner sees does not change with what a cluster creates for itself.
                self.rng = Rng::new(!self.options.seed);
                return true;
            }
            self.step_default(Pace::Turn);
        }
        false
    }

    /// What it began with.
    #[must_use]
    pub fn options(&self) -> &ClusterOptions {
        &self.options
    }

    /// Virtual time since the beginning.
    #[must_use]
    pub fn now_ms(&self) -> Ms {
        self.now_ms
    }

    /// How many steps have been taken: the number of the next one.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.next_step
    }

    /// etcd: the truth.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// All processes, control plane first, in the order of the diagram.
    pub fn processes(&self) -> impl Iterator<Item = &Process> + '_ {
        self.processes.iter().map(|process| &**process)
    }

    /// One process.
    #[must_use]
    pub fn process(&self, id: &ProcessId) -> Option<&Process> {
        self.index.get(id).map(|index| &*self.processes[*index])
    }

    /// The machines, by the names of their nodes.
    pub fn machines(&self) -> impl Iterator<Item = (&Name, &Machine)> + '_ {
        self.machines
            .iter()
            .map(|(name, machine)| (name, &**machine))
    }

    /// One machine.
    #[must_use]
    pub fn machine(&self, node: &str) -> Option<&Machine> {
        self.machines.get(node).map(|machine| &**machine)
    }

    /// Does the API server answer?
    #[must_use]
    pub fn api_server_up(&self) -> bool {
        self.api_server_up
    }

    /// Images that a fault made impossible to pull.
    pub fn broken_images(&self) -> impl Iterator<Item = &Name> + '_ {
        self.broken_images.iter()
    }

    /// What a process believes of one kind: its informer's cache, which may lag behind the truth. `None` if it does not watch the kind.
    #[must_use]
    pub fn belief(&self, id: &ProcessId, kind: Kind) -> Option<&Table> {
        let watches = &self.process(id)?.watches;
        let cursor = watches.iter().find(|cursor| cursor.kind == kind)?;
        Some(cursor.cache(self.store.head()))
    }

    /// Does exactly one of the things that could happen. `None` if there is no such choice (any more).
    pub fn step(&mut self, choice: Choice, pace: Pace) -> Option<Step> {
        let entry = self.agenda.remove(&choice)?;
        let revision_before = self.store.revision();
        self.pass_time(choice.due_ms);
        let event = match entry {
            Entry::Deliver { process, watch } => self.deliver(process, watch),
            Entry::Key { process, key } => self.take_turn(process, key, pace),
            Entry::Turn { process } => self.go_on(process, pace),
            Entry::Machine { node } => self.finish_operation(&node),
            Entry::Restart { process } => self.restart(process),
        };
        Some(self.close_step(revision_before, event))
    }

    /// Does the next thing by default. `None` only in a cluster with no processes at all.
    pub fn step_default(&mut self, pace: Pace) -> Option<Step> {
        self.step(self.default_choice()?, pace)
    }

    /// When the next thing is due.
    #[must_use]
    pub fn next_due_ms(&self) -> Option<Ms> {
        self.agenda
            .first()
            .map(|(slot, _)| slot.due_ms.max(self.now_ms))
    }

    /// A user's request: answered at once, as a step of its own.
    pub fn submit(&mut self, request: Request) -> Step {
        let revision_before = self.store.revision();
        let answer = self.answer(request.clone());
        let event = StepEvent::User {
            request: Box::new(request),
            answer: Box::new(answer),
        };
        self.close_step(revision_before, event)
    }

    /// A user's request that changes nothing (reads and dry runs): no step, no trace.
    #[must_use]
    pub fn ask(&self, request: &Request) -> Answer {
        let mut copy = self.clone();
        copy.answer(request.clone())
    }

    /// Lets time pass without anything happening, up to the next thing that is due: for a clock that runs ahead of the events.
    pub fn wait_until(&mut self, at_ms: Ms) -> Option<Step> {
        let until = at_ms.min(self.next_due_ms().unwrap_or(at_ms));
        let for_ms = until.checked_sub(self.now_ms).filter(|ms| *ms > 0)?;
        let revision_before = self.store.revision();
        self.pass_time(until);
        Some(self.close_step(revision_before, StepEvent::Waited { for_ms }))
    }

    /// A short summary of the whole state: clusters that ever came to differ differ in it, all but certainly.
    #[must_use]
    pub fn fingerprint(&self) -> u32 {
        let mut rng = self.rng.clone();
        let parts = [
            self.now_ms,
            self.store.revision(),
            self.agenda.next_sequence(),
            self.next_step,
        ];
        let mixed = parts.iter().fold(rng.next_u64(), |hash, part| {
            (hash ^ part)
                .wrapping_mul(0x0000_0100_0000_01b3)
                .rotate_left(17)
        });
        (mixed >> 32) as u32 ^ (mixed & 0xffff_ffff) as u32
    }

    /// It is this late now, if it was not later already.
    fn pass_time(&mut self, until_ms: Ms) {
        self.now_ms = self.now_ms.max(until_ms);
        let (now_ms, step) = (self.now_ms, self.next_step);
        self.compactor.keep_house(&mut self.store, now_ms, step);
        self.keep_own_objects();
        self.publish();
    }

    pub(super) fn close_step(&mut self, revision_before: Revision, event: StepEvent) -> Step {
        let index = self.next_step;
        self.next_step += 1;
        Step {
            index,
            at_ms: self.now_ms,
            event,
            revision_before,
            revision_after: self.store.revision(),
        }
    }

    /// Sends a request through the API server, and its writes to all informers concerned.
    pub(super) fn answer(&mut self, request: Request) -> Answer {
        if !self.api_server_up {
            let refused = "Get \"https://kubernetes:6443\": dial tcp 10.96.0.1:443: connect: connection refused";
            let result = Err(Status::new(Reason::ServiceUnavailable, refused));
            return Answer {
                result,
                warnings: Vec::new(),
                revision: None,
            };
        }
        let mut context = apiserver::Context {
            store: &mut self.store,
            authorizer: &mut self.authorizer,
            rng: &mut self.rng,
            now_ms: self.now_ms,
            step: self.next_step,
        };
        let answer = apiserver::handle(request, &mut context);
        self.publish();
        answer
    }

    /// The caches of a process's informers.
    pub(super) fn informers<'a>(&'a self, process: &'a Process) -> Informers<'a> {
        Informers {
            watches: &process.watches,
            head: self.store.head(),
        }
    }

    /// What a process sees.
    pub(super) fn seen<'a>(
        &'a self,
        informers: &'a Informers<'a>,
        process: &'a Process,
    ) -> Seen<'a> {
        Seen::new(informers, self.now_ms).at(&process.id.node, process.machine(&self.machines))
    }

    pub(super) fn process_mut(&mut self, process: ProcessIndex) -> &mut Process {
        Arc::make_mut(&mut self.processes[process])
    }

    pub(super) fn is_connected(&self, node: &str) -> bool {
        node.is_empty() || self.machine(node).is_some_and(Machine::is_connected)
    }

    /// Adds a machine with the components that run on every node.
    pub(super) fn add_machine(&mut self, node: Name) {
        if self.machines.contains_key(&node) {
            return;
        }
        let number = u32::try_from(self.machines.len()).expect("far fewer machines than 2^32") + 1;
        let ip = format!(
            "10.{}.{}.{}",
            128 + (number >> 16),
            number >> 8 & 0xff,
            number & 0xff
        );
        let pod_network = format!("10.{}.{}", 244 + (number >> 8) % 10, number & 0xff);
        let machine = Machine {
            powered: true,
            connected: true,
            ip: ip.into(),
            pod_network: pod_network.into(),
            unpullable: self.broken_images.clone(),
            ..Machine::default()
        };
        self.machines.insert(node.clone(), Arc::new(machine));
        for component in components().filter(|c| c.place() == Place::EveryNode) {
            self.add_process(component, node.clone());
        }
    }

    fn add_process(&mut self, component: &'static dyn AnyComponent, node: Name) {
        let process = Process::new(component, node.clone());
        let index = self.processes.len();
        for (watch, cursor) in process.watches.iter().enumerate() {
            let scope_name = match cursor.scope {
                Scope::All | Scope::UnderQuota | Scope::WithClaim | Scope::WithoutSelector => {
                    Name::default()
                }
                Scope::OwnNode | Scope::OwnName => node.clone(),
            };
            let subscribers = self
                .subscribers
                .entry((cursor.kind, cursor.scope, scope_name))
                .or_default();
            Arc::make_mut(subscribers).push((index, watch));
        }
        self.index.insert(process.id.clone(), index);
        self.processes.push(Arc::new(process));
        self.start(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Object;
    use k8s_openapi::api::rbac::v1::ClusterRole;

    #[test]
    fn a_cluster_boots_and_settles() {
        let cluster = Cluster::booted(ClusterOptions::default());
        assert!(cluster.is_settled());
        assert!(cluster.store().head().table(Kind::Namespace).len() >= 4);
    }

    #[test]
    fn roles_that_gather_are_full_from_the_beginning() {
        let cluster = Cluster::booted(ClusterOptions::default());
        let first = authorization::bootstrap::store();
        assert_eq!(
            cluster.store().changed(Kind::ClusterRole),
            first.changed(Kind::ClusterRole),
            "the controller finds nothing to do"
        );
        let table = cluster.store().head().table(Kind::ClusterRole);
        for (name, rules) in [("view", 10), ("edit", 23), ("admin", 25)] {
            let role = table.get("", name).and_then(Object::get::<ClusterRole>);
            let count = role.and_then(|role| role.rules.as_ref()).map(Vec::len);
            assert_eq!(count, Some(rules), "{name}");
        }
    }
}
