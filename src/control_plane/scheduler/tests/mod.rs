//! Stories of the scheduler alone: pods, nodes and time go in, every turn comes out as text.

mod bindings;
mod stories;
mod waiting;

use super::testing::{node, pod};
use super::{Scheduler, SchedulerMemory};
use crate::api::time::Ms;
use crate::api::{
    Answer, Body, Change, Kind, Name, Object, Pod, Reason, Reply, Request, Snapshot, Status,
    Stored, Subresource,
};
use crate::component::{
    Action, Component as _, NodeVerdict, Outcome, Scheduling, Seen, Turn, Urgency, Wake,
};
use k8s_openapi::api::core::v1::Node;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A cluster with nothing in it but the scheduler.
#[derive(Default)]
struct World {
    snapshot: Snapshot,
    memory: SchedulerMemory,
    now_ms: Ms,
    revision: u64,
    sequence: u64,
    queue: BTreeMap<(Ms, i32, u64), (Name, Urgency)>,
    refuses_bindings: bool,
    trace: String,
}

impl World {
    /// `kubectl apply` of a node.
    fn node(&mut self, yaml: &str) -> &mut Self {
        self.put(node(yaml).into())
    }

    /// `kubectl apply` of a node with so many CPUs and GiB.
    fn plain_node(&mut self, name: &str, cpu: &str, memory: &str) -> &mut Self {
        let allocatable = format!("{{cpu: {cpu}, memory: {memory}, pods: 110}}");
        self.node(&format!(
            "{{metadata: {{name: {name}}}, status: {{allocatable: {allocatable}}}}}"
        ))
    }

    /// `kubectl apply` of a pod.
    fn pod(&mut self, yaml: &str) -> &mut Self {
        let mut object = Object::from(pod(yaml));
        object.set_defaults();
        self.put(object)
    }

    /// `kubectl apply` of a pod with this name and spec; the container is filled in.
    fn pod_with(&mut self, name: &str, spec: &str) -> &mut Self {
        let mut pod = super::testing::pod_with(spec);
        pod.metadata.name = Some(name.to_owned());
        pod.metadata.uid = Some(name.to_owned());
        let mut object = Object::from(pod);
        object.set_defaults();
        self.put(object)
    }

    /// `kubectl apply` of a pod with one container that asks for this much CPU.
    fn asking(&mut self, name: &str, cpu: &str) -> &mut Self {
        self.pod_with(name, &containers(cpu))
    }

    /// `kubectl edit` of a node.
    fn edit_node(&mut self, name: &str, edit: impl FnOnce(&mut Node)) -> &mut Self {
        let mut object = self.object(Kind::Node, "", name);
        edit(Node::of_mut(&mut object).expect("a node"));
        self.put(object)
    }

    /// `kubectl edit` of a pod.
    fn edit_pod(&mut self, name: &str, edit: impl FnOnce(&mut Pod)) -> &mut Self {
        let mut object = self.object(Kind::Pod, "default", name);
        edit(Pod::of_mut(&mut object).expect("a pod"));
        self.put(object)
    }

    /// `kubectl delete --force` of a pod.
    fn delete_pod(&mut self, name: &str) -> &mut Self {
        let table = self.snapshot.table_mut(Kind::Pod);
        let before = table.remove("default", name);
        self.tell(before, None);
        self
    }

    /// Lets time pass, and takes the turns that are due.
    fn wait(&mut self, ms: Ms) -> &mut Self {
        self.take_turns(self.now_ms + ms);
        self.now_ms += ms;
        self
    }

    /// Takes turns until only housekeeping is left.
    fn settle(&mut self) -> &mut Self {
        while let Some(last) = self.last_work_ms() {
            self.take_turns(last);
        }
        self
    }

    /// What happened since the last call.
    fn trace(&mut self) -> String {
        std::mem::take(&mut self.trace)
    }

    fn object(&self, kind: Kind, namespace: &str, name: &str) -> Object {
        let object = self.snapshot.table(kind).get(namespace, name);
        object.expect("the story's object is there").clone()
    }

    fn pod_now(&self, name: &str) -> Pod {
        let object = self.object(Kind::Pod, "default", name);
        object.get::<Pod>().expect("a pod").clone()
    }

    fn node_of(&self, name: &str) -> String {
        let spec = self.pod_now(name).spec;
        spec.and_then(|spec| spec.into_inner().node_name)
            .unwrap_or_default()
    }

    fn put(&mut self, mut object: Object) -> &mut Self {
        self.revision += 1;
        object.metadata_mut().resource_version = Some(self.revision.to_string());
        let table = self.snapshot.table_mut(object.kind());
        let before = table.insert(object.clone());
        self.tell(before, Some(object));
        self
    }

    fn tell(&mut self, before: Option<Object>, after: Option<Object>) {
        let change = Change {
            revision: self.revision,
            at_ms: self.now_ms,
            by: Name::default(),
            step: 0,
            before,
            after,
        };
        let seen = Seen::new(&self.snapshot, self.now_ms);
        let wakes = Scheduler.wakes(&change, &seen, &mut self.memory);
        wakes.into_iter().for_each(|wake| self.enqueue(wake));
    }

    fn enqueue(&mut self, wake: Wake) {
        let due = self.now_ms + wake.after_ms;
        let queued = self.queue.iter().find(|(_, (key, _))| *key == wake.key);
        if let Some((at, (_, urgency))) = queued {
            let (at, urgency) = (*at, *urgency);
            if at.0 <= due && urgency <= wake.urgency {
                return;
            }
            self.queue.remove(&at);
        }
        self.sequence += 1;
        self.queue.insert(
            (due, -wake.priority, self.sequence),
            (wake.key, wake.urgency),
        );
    }

    fn last_work_ms(&self) -> Option<Ms> {
        let mut work = self.queue.iter().filter(|(_, (_, u))| *u == Urgency::Work);
        work.next_back().map(|((due, _, _), _)| *due)
    }

    fn take_turns(&mut self, until_ms: Ms) {
        while let Some(first) = self.queue.first_entry() {
            if first.key().0 > until_ms {
                return;
            }
            let ((due, _, _), (key, _)) = first.remove_entry();
            self.now_ms = self.now_ms.max(due);
            let seen = Seen::new(&self.snapshot, self.now_ms);
            let turn = Scheduler.sync(&key, &seen, &mut self.memory);
            self.carry_out(&key, &turn);
        }
    }

    fn carry_out(&mut self, key: &Name, turn: &Turn) {
        writeln!(self.trace, "{}ms {key}", self.now_ms).expect("text");
        if let Some(scheduling) = &turn.scheduling {
            self.trace_matrix(scheduling);
        }
        for planned in &turn.actions {
            let outcome = match &planned.action {
                Action::Api(request) => self.answer(request),
                Action::Event(note) => {
                    writeln!(self.trace, "  {}: {}", note.reason, note.message).expect("text");
                    continue;
                }
                other => panic!("the scheduler does not ask for {other:?}"),
            };
            Scheduler.answered(key, &planned.action, &outcome, &mut self.memory);
            if !outcome.is_ok() {
                writeln!(self.trace, "  refused").expect("text");
                self.enqueue(Wake::after(key.clone(), 5));
                return;
            }
        }
        turn.again
            .iter()
            .cloned()
            .for_each(|wake| self.enqueue(wake));
    }

    fn trace_matrix(&mut self, scheduling: &Scheduling) {
        for (node, verdict) in &scheduling.nodes {
            let text = match verdict {
                NodeVerdict::Refused { plugin, reasons } => format!("{plugin}: {reasons:?}"),
                NodeVerdict::OnlyOne => "the only one".to_owned(),
                NodeVerdict::Scored { total, .. } => {
                    let scores = scheduling.scores_of(verdict).iter();
                    let texts: Vec<String> = scores
                        .map(|s| format!("{} {}", s.plugin, s.weighted))
                        .collect();
                    format!("{} = {total}", texts.join(" + "))
                }
            };
            writeln!(self.trace, "  {node} {text}").expect("text");
        }
    }

    fn answer(&mut self, request: &Request) -> Outcome {
        writeln!(self.trace, "  {}", request.summary()).expect("text");
        let result = match (&request.subresource, &request.body) {
            (Some(Subresource::Binding), Body::Binding(_)) if self.refuses_bindings => {
                Err(Status::new(Reason::Conflict, "refused by the story"))
            }
            (Some(Subresource::Binding), Body::Binding(node)) => {
                let mut object = self.object(Kind::Pod, &request.key.namespace, &request.key.name);
                let pod = Pod::of_mut(&mut object).expect("a pod");
                pod.spec.get_or_insert_default().node_name = Some(node.to_string());
                Ok(object)
            }
            (Some(Subresource::Status), Body::Object(object)) => Ok(object.clone()),
            _ => panic!("the scheduler does not ask for {}", request.summary()),
        };
        if let Ok(object) = &result {
            self.put(object.clone());
        }
        Outcome::Api(Answer {
            result: result.map(Reply::Object),
            warnings: Vec::new(),
            revision: None,
        })
    }
}

fn containers(cpu: &str) -> String {
    format!("{{containers: [{{name: c, resources: {{requests: {{cpu: {cpu}}}}}}}]}}")
}
