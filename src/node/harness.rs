//! A node in a test: one kubelet, one machine, and just enough of an API to write to. Stories are text in, text out.

use super::container_runtime;
use super::kubelet::{Kubelet, KubeletMemory};
use crate::api::time::{Ms, time};
use crate::api::{
    Answer, Body, Change, Key, Kind, Name, Object, Pod, Reply, Request, Shared, Snapshot, Status,
    Stored, Subresource, Verb, yaml,
};
use crate::component::{
    Action, Component, Machine, Note, NoteType, Outcome, Seen, Turn, Urgency, Wake,
};
use expect_test::Expect;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{Node, PodStatus};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// An object from YAML.
pub(super) fn from_yaml<T: Stored>(text: &str) -> T {
    let (documents, errors) = yaml::parse(text);
    assert!(
        errors.is_empty(),
        "the test's YAML is well formed: {errors:?}"
    );
    serde_json::from_value(documents[0].value.clone()).expect("the test's YAML is of the kind")
}

/// Creates the pod, runs until nobody waits for anything, and tells what was done.
pub(super) fn check(pod: &str, want: &Expect) -> World {
    let mut world = World::new();
    world.create_pod(pod);
    world.settle();
    want.assert_eq(&world.story);
    world
}

/// One node's little world.
pub(super) struct World {
    pub(super) snapshot: Snapshot,
    pub(super) revision: u64,
    pub(super) machine: Machine,
    pub(super) memory: KubeletMemory,
    pub(super) now_ms: Ms,
    pub(super) queue: BTreeMap<Name, (Ms, Urgency)>,
    pub(super) story: String,
    pub(super) turns: usize,
    pub(super) refuse: Vec<&'static str>,
}

const NODE: &str = "n1";

impl World {
    /// A machine whose kubelet has registered itself.
    pub(super) fn new() -> Self {
        let mut world = Self::empty();
        world.start_kubelet();
        world.settle();
        world
    }

    /// A machine whose kubelet has not been started.
    pub(super) fn empty() -> Self {
        Self {
            snapshot: Snapshot::default(),
            revision: 0,
            machine: Machine::numbered(0),
            memory: KubeletMemory::default(),
            now_ms: 0,
            queue: BTreeMap::new(),
            story: String::new(),
            turns: 0,
            refuse: Vec::new(),
        }
    }

    /// The kubelet's process begins (again), with an empty memory.
    pub(super) fn start_kubelet(&mut self) {
        self.memory = KubeletMemory::default();
        self.queue.clear();
        let seen = Seen::new(&self.snapshot, self.now_ms).at(NODE, Some(&self.machine));
        let mut wakes = Kubelet.starts(&seen);
        let objects: Vec<Object> = [Kind::Pod, Kind::Node]
            .into_iter()
            .flat_map(|kind| self.snapshot.table(kind).iter().cloned())
            .collect();
        for object in objects {
            let change = self.change(None, Some(object), "somebody");
            let seen = Seen::new(&self.snapshot, self.now_ms).at(NODE, Some(&self.machine));
            wakes.extend(Kubelet.wakes(&change, &seen, &mut self.memory));
        }
        wakes.iter().for_each(|wake| self.enqueue(wake));
    }

    /// Makes a pod from YAML's `spec` (and annotations), as the API server and the scheduler would leave it.
    pub(super) fn create_pod(&mut self, yaml: &str) {
        let mut pod: Pod = from_yaml(yaml);
        pod.metadata.namespace = Some("default".to_owned());
        let number = self.revision;
        pod.metadata.uid = Some(format!("00000000-0000-4000-8000-{number:012x}"));
        pod.metadata.creation_timestamp = Some(time(self.now_ms));
        let mut object = Object::from(pod);
        object.set_defaults();
        object.prepare_create();
        if let Some(pod) = Pod::of_mut(&mut object) {
            pod.spec.get_or_insert_default().node_name = Some(NODE.to_owned());
        }
        self.put(object, "somebody");
    }

    /// `kubectl delete pod`.
    pub(super) fn delete_pod(&mut self, name: &str, grace_s: i64) {
        let mut object = self.object(name).expect("the test's pod exists");
        if let Some(pod) = Pod::of_mut(&mut object) {
            pod.metadata.deletion_timestamp =
                Some(time(self.now_ms + grace_s.unsigned_abs() * 1000));
            pod.metadata.deletion_grace_period_seconds = Some(grace_s);
        }
        self.put(object, "somebody");
    }

    /// Takes a pod out of the API without asking its kubelet.
    pub(super) fn force_delete_pod(&mut self, name: &str) {
        let before = self.snapshot.table_mut(Kind::Pod).remove("default", name);
        self.announce(before, None, "somebody");
    }

    /// Changes a pod's object.
    pub(super) fn change_pod(&mut self, name: &str, edit: impl FnOnce(&mut Pod)) {
        let mut object = self.object(name).expect("the test's pod exists");
        edit(Pod::of_mut(&mut object).expect("it is a pod"));
        self.put(object, "somebody");
    }

    pub(super) fn object(&self, name: &str) -> Option<Object> {
        self.snapshot.table(Kind::Pod).get("default", name).cloned()
    }

    pub(super) fn status(&self, name: &str) -> PodStatus {
        self.object(name)
            .and_then(|o| o.get::<Pod>().and_then(|pod| pod.status.clone()))
            .map(Shared::into_inner)
            .unwrap_or_default()
    }

    /// Runs everything that is due until then.
    pub(super) fn run_until(&mut self, until_ms: Ms) {
        while self.step(until_ms) {}
        self.now_ms = until_ms;
    }

    /// Runs until nobody waits for anything; returns when that was.
    pub(super) fn settle(&mut self) -> Ms {
        while self.is_working() {
            assert!(
                self.step(self.now_ms + 3_600_000),
                "what is due can be done"
            );
            assert!(self.turns < 1_000, "it settles");
        }
        self.now_ms
    }

    fn is_working(&self) -> bool {
        let machine = container_runtime::next_due(&self.machine).map(|(_, urgency)| urgency);
        machine == Some(Urgency::Work) || self.queue.values().any(|(_, u)| *u == Urgency::Work)
    }

    /// One turn or one finished operation; false if none is due by then.
    pub(super) fn step(&mut self, until_ms: Ms) -> bool {
        let key = self
            .queue
            .iter()
            .min_by_key(|(key, (due, _))| (*due, (*key).clone()))
            .map(|(key, (due, _))| (key.clone(), *due));
        let machine = container_runtime::next_due(&self.machine).map(|(due, _)| due);
        match (key, machine) {
            (Some((key, due)), at) if at.is_none_or(|at| due <= at) && due <= until_ms => {
                self.now_ms = self.now_ms.max(due);
                self.queue.remove(&key);
                self.turn(&key);
                true
            }
            (_, Some(due)) if due <= until_ms => {
                self.now_ms = self.now_ms.max(due);
                let finished = container_runtime::finish(&mut self.machine, self.now_ms);
                if let Some(finished) = finished {
                    self.enqueue(&Wake::now(finished.pod));
                }
                true
            }
            _ => false,
        }
    }

    fn turn(&mut self, key: &Name) {
        self.turns += usize::from(key.contains('/'));
        let seen = Seen::new(&self.snapshot, self.now_ms).at(NODE, Some(&self.machine));
        let turn = Kubelet.sync(key, &seen, &mut self.memory);
        self.tell(key, &turn);
        for planned in &turn.actions {
            let outcome = self.act(&planned.action);
            Kubelet.answered(key, &planned.action, &outcome, &mut self.memory);
            if !outcome.is_ok() {
                self.enqueue(&Wake::after(key.clone(), 1000));
                break;
            }
        }
        turn.again.iter().for_each(|wake| self.enqueue(wake));
    }

    fn tell(&mut self, key: &str, turn: &Turn) {
        if turn.actions.is_empty() || !key.contains('/') {
            return;
        }
        let reasons: Vec<&str> = turn.diff.iter().map(|d| d.reason).collect();
        let _ = writeln!(
            self.story,
            "{}.{:03} {key} {}",
            self.now_ms / 1000,
            self.now_ms % 1000,
            reasons.join(" ")
        );
        for planned in &turn.actions {
            let text = match &planned.action {
                Action::Api(request) => api_text(request),
                Action::Event(note) => event_text(note),
                Action::Runtime(call) => call.summary(),
                Action::Network(call) => call.summary(),
            };
            let _ = writeln!(self.story, "    {text}");
        }
    }

    fn act(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Api(request) => {
                let result = self.answer(request);
                Outcome::Api(Answer {
                    result,
                    warnings: Vec::new(),
                    revision: Some(self.revision),
                })
            }
            Action::Runtime(call) => Outcome::Machine(container_runtime::call(
                &mut self.machine,
                call,
                self.now_ms,
            )),
            Action::Event(_) | Action::Network(_) => Outcome::Machine(Ok(())),
        }
    }

    fn answer(&mut self, request: &Request) -> Result<Reply, Status> {
        let key = &request.key;
        let old = self.snapshot.get(key).cloned();
        if self
            .refuse
            .iter()
            .any(|words| request.summary().contains(words))
        {
            return Err(Status::new(crate::api::Reason::ServiceUnavailable, "down"));
        }
        let missing = || Status::not_found(key.kind, &key.name);
        match (request.verb, request.subresource, &request.body) {
            (Verb::Get, _, _) => old.map(Reply::Object).ok_or_else(missing),
            (Verb::Create, _, Body::Object(object)) => {
                if old.is_some() {
                    return Err(Status::already_exists(key.kind, &key.name));
                }
                let mut object = object.clone();
                object.metadata_mut().uid = Some(format!("uid-{}", key.name));
                Ok(Reply::Object(self.put(object, "system:node:n1")))
            }
            (Verb::Update, subresource, Body::Object(object)) => {
                let old = old.ok_or_else(missing)?;
                if object.revision() != old.revision() {
                    return Err(Status::conflict(key.kind, &key.name, "modified"));
                }
                let mut object = object.clone();
                if subresource == Some(Subresource::Status) {
                    object.prepare_status_update(&old);
                }
                Ok(Reply::Object(self.put(object, "system:node:n1")))
            }
            (Verb::Delete, _, _) => {
                let old = old.ok_or_else(missing)?;
                self.snapshot
                    .table_mut(key.kind)
                    .remove(&key.namespace, &key.name);
                self.announce(Some(old.clone()), None, "system:node:n1");
                Ok(Reply::Deleted(old))
            }
            _ => panic!("the kubelet asked for {}", request.summary()),
        }
    }

    pub(super) fn put(&mut self, mut object: Object, by: &str) -> Object {
        self.revision += 1;
        object.metadata_mut().resource_version = Some(self.revision.to_string());
        let before = self
            .snapshot
            .table_mut(object.kind())
            .insert(object.clone());
        self.announce(before, Some(object.clone()), by);
        object
    }

    fn announce(&mut self, before: Option<Object>, after: Option<Object>, by: &str) {
        let change = self.change(before, after, by);
        if !matches!(change.kind(), Kind::Pod | Kind::Node) {
            return;
        }
        let seen = Seen::new(&self.snapshot, self.now_ms).at(NODE, Some(&self.machine));
        let wakes = Kubelet.wakes(&change, &seen, &mut self.memory);
        wakes.iter().for_each(|wake| self.enqueue(wake));
    }

    fn change(&self, before: Option<Object>, after: Option<Object>, by: &str) -> Change {
        Change {
            revision: self.revision,
            at_ms: self.now_ms,
            by: by.into(),
            step: 0,
            before,
            after,
        }
    }

    pub(super) fn enqueue(&mut self, wake: &Wake) {
        let due = (self.now_ms + wake.after_ms, wake.urgency);
        let slot = self.queue.entry(wake.key.clone()).or_insert(due);
        *slot = (slot.0.min(due.0), slot.1.min(due.1));
    }

    pub(super) fn lease(&self) -> Option<&Lease> {
        let key = Key::new(Kind::Lease, "kube-node-lease", NODE);
        self.snapshot.get(&key).and_then(Lease::of)
    }

    pub(super) fn node(&self) -> Option<&Node> {
        self.snapshot
            .get(&Key::new(Kind::Node, "", NODE))
            .and_then(Node::of)
    }
}

fn api_text(request: &Request) -> String {
    let Body::Object(object) = &request.body else {
        return request.summary();
    };
    let status = object.get::<Pod>().and_then(|pod| pod.status.as_ref());
    let Some(status) = status else {
        return request.summary();
    };
    let mut text = format!("status {}", status.phase.as_deref().unwrap_or_default());
    let containers = status
        .init_container_statuses
        .iter()
        .chain(&status.container_statuses);
    for container in containers.flatten() {
        let state = container.state.clone().unwrap_or_default();
        let waiting = state.waiting.and_then(|w| w.reason);
        let over = state
            .terminated
            .map(|t| format!("{}({})", t.reason.unwrap_or_default(), t.exit_code));
        let state = waiting.or(over).unwrap_or_else(|| "Running".to_owned());
        let ready = if container.ready { " ready" } else { "" };
        let restarts = match container.restart_count {
            0 => String::new(),
            count => format!(" restarts={count}"),
        };
        let _ = write!(text, " | {} {state}{ready}{restarts}", container.name);
    }
    text
}

fn event_text(note: &Note) -> String {
    let kind = match note.note_type {
        NoteType::Normal => "Normal",
        NoteType::Warning => "Warning",
    };
    format!("{kind} {}: {}", note.reason, note.message)
}
