//! pod-garbage-collector-controller: removes pods that nobody else will: of nodes that are gone or out of service, never scheduled, or long finished.
//!
//! Upstream looks at all pods every 20 s. Here the events tell which pods and nodes need a look, and the look comes on the same 20 s grid.
//!
//! A stale cache is harmless for pods of vanished nodes: a node must have been missing for 40 s, and the API server is asked first.
//!
//! The real thing: pkg/controller/podgc/gc_controller.go.

#[cfg(test)]
mod tests;

use crate::api::time::{self, Ms};
use crate::api::{
    Change, DeleteOptions, Key, Kind, Name, Object, PatchType, Pod, Reason, Request, Stored,
    Subresource, User, Verb, pods,
};
use crate::component::{Action, Component, Outcome, Place, Seen, Turn, Wake, Watch, queue_key};
use imbl::{OrdMap, OrdSet};
use k8s_openapi::api::core::v1::Node;
use serde_json::json;

/// How often pods are collected (`gcCheckPeriod`).
const PERIOD_MS: Ms = 20_000;
/// How long a node must be missing (`quarantineTime`).
const QUARANTINE_MS: Ms = 40_000;
/// How many finished pods may stay (`--terminated-pod-gc-threshold`).
const TERMINATED_MAX: usize = 12_500;
/// The taint by which an administrator says that a node's pods cannot run any more.
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";
/// The key under which finished pods are counted; no node has such a name.
const TERMINATED: &str = "terminated pods";

/// See the file.
pub(super) struct PodGarbageCollectorController;

/// What the controller remembers between turns.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Remembered {
    /// Finished pods, oldest first: when they were created, and their keys.
    terminated: OrdSet<(Ms, Name)>,
    /// Nodes that pods name and the cache does not know: since when, and whether the API server agrees.
    missing: OrdMap<Name, Missing>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Missing {
    since_ms: Ms,
    is_proved: bool,
}

impl Component for PodGarbageCollectorController {
    type Memory = Remembered;

    fn name(&self) -> &'static str {
        "pod-garbage-collector-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:pod-garbage-collector")
    }

    fn watches(&self) -> &'static [Watch] {
        const { &[Watch::all(Kind::Node), Watch::all(Kind::Pod)] }
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut Remembered) -> Vec<Wake> {
        let wait_ms = next_tick_ms(seen.now_ms);
        if change.kind() == Kind::Pod {
            return pod_wakes(change, seen, memory, wait_ms);
        }
        let name = change.object().name();
        match change.after.as_ref().and_then(Node::of) {
            None => {
                let has_pods = seen.table(Kind::Pod).on_node(&name).next().is_some();
                if has_pods {
                    vec![Wake::after(name, wait_ms)]
                } else {
                    Vec::new()
                }
            }
            Some(node) => {
                memory.missing.remove(&name);
                if is_out_of_service(node) {
                    vec![Wake::after(name, wait_ms)]
                } else {
                    Vec::new()
                }
            }
        }
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut Remembered) -> Turn {
        let mut turn = Turn::default();
        if key == TERMINATED {
            collect_terminated(memory, &mut turn);
        } else if let Some((namespace, name)) = key.split_once('/') {
            collect_unscheduled(namespace, name, seen, &mut turn);
        } else {
            collect_of_node(key, seen, memory, &mut turn);
        }
        turn
    }

    fn answered(&self, key: &str, action: &Action, outcome: &Outcome, memory: &mut Remembered) {
        let (Action::Api(request), Outcome::Api(answer)) = (action, outcome) else {
            return;
        };
        if request.verb != Verb::Get {
            return;
        }
        match &answer.result {
            Err(status) if status.reason == Reason::NotFound => {
                if let Some(missing) = memory.missing.get_mut(key) {
                    missing.is_proved = true;
                }
            }
            _ => {
                memory.missing.remove(key);
            }
        }
    }
}

fn next_tick_ms(now_ms: Ms) -> Ms {
    (now_ms / PERIOD_MS + 1) * PERIOD_MS - now_ms
}

fn pod_wakes(change: &Change, seen: &Seen<'_>, memory: &mut Remembered, wait_ms: Ms) -> Vec<Wake> {
    count_terminated(change, memory);
    let mut wakes = Vec::new();
    if memory.terminated.len() > TERMINATED_MAX {
        wakes.push(Wake::after(TERMINATED, wait_ms));
    }
    let Some(pod) = change.after.as_ref().and_then(Pod::of) else {
        return wakes;
    };
    let node_name = pods::node_name(pod);
    let was = change.before.as_ref().and_then(Pod::of);
    let is_terminating = pod.metadata.deletion_timestamp.is_some();
    let newly_terminating =
        is_terminating && was.is_none_or(|p| p.metadata.deletion_timestamp.is_none());
    if node_name.is_empty() {
        if newly_terminating {
            wakes.push(Wake::after(queue_key(change.object()), wait_ms));
        }
        return wakes;
    }
    let newly_bound = was.is_none_or(|p| pods::node_name(p) != node_name);
    if !newly_bound && !newly_terminating {
        return wakes;
    }
    let node = seen.get::<Node>("", node_name);
    let concerns = match node {
        None => newly_bound,
        Some(node) => newly_terminating && is_out_of_service(node),
    };
    if concerns {
        wakes.push(Wake::after(node_name, wait_ms));
    }
    wakes
}

fn count_terminated(change: &Change, memory: &mut Remembered) {
    let entry = |object: &Object| {
        let pod = Pod::of(object).filter(|pod| pods::is_finished(pod))?;
        let created = pod.metadata.creation_timestamp.as_ref().map_or(0, time::ms);
        Some((created, queue_key(object)))
    };
    let (was, is) = (
        change.before.as_ref().and_then(entry),
        change.after.as_ref().and_then(entry),
    );
    if was == is {
        return;
    }
    if let Some(was) = was {
        memory.terminated.remove(&was);
    }
    if let Some(is) = is {
        memory.terminated.insert(is);
    }
}

/// Too many finished pods: the oldest go.
fn collect_terminated(memory: &mut Remembered, turn: &mut Turn) {
    let count = memory.terminated.len();
    let about = Key::new(Kind::Pod, "", "");
    turn.saw_at(about.clone(), 0, "pods finished", count);
    let excess = count.saturating_sub(TERMINATED_MAX);
    if excess == 0 {
        return;
    }
    let why = turn.differs(
        about,
        "pods finished",
        TERMINATED_MAX,
        count,
        "TooManyTerminatedPods",
    );
    for (_, key) in memory.terminated.iter().take(excess) {
        let (namespace, name) = key.split_once('/').unwrap_or_default();
        turn.act(why, delete_now(Key::new(Kind::Pod, namespace, name)));
    }
}

/// A pod that was deleted before it had a node: no kubelet will confirm its end.
fn collect_unscheduled(namespace: &str, name: &str, seen: &Seen<'_>, turn: &mut Turn) {
    let Some(object) = seen.table(Kind::Pod).get(namespace, name) else {
        turn.saw_at(
            Key::new(Kind::Pod, namespace, name),
            0,
            "metadata.name",
            None::<Name>,
        );
        return;
    };
    let pod = Pod::of(object).expect("the object is a pod");
    turn.saw(object, "spec.nodeName", pods::node_name(pod));
    if pod.metadata.deletion_timestamp.is_none() || !pods::node_name(pod).is_empty() {
        return;
    }
    let why = turn.differs(
        object.key(),
        "metadata.name",
        None::<Name>,
        name,
        "UnscheduledAndTerminating",
    );
    fail_and_delete(why, object, None, seen, turn);
}

fn collect_of_node(name: &str, seen: &Seen<'_>, memory: &mut Remembered, turn: &mut Turn) {
    let here: Vec<&Object> = seen.table(Kind::Pod).on_node(name).collect();
    let Some(node) = seen.get::<Node>("", name) else {
        return collect_orphaned(name, &here, seen, memory, turn);
    };
    memory.missing.remove(name);
    if !is_out_of_service(node) {
        return;
    }
    let is_terminating = |o: &&&Object| o.metadata().deletion_timestamp.is_some();
    let about = Key::new(Kind::Node, "", name);
    turn.saw_at(about, 0, "spec.taints", OUT_OF_SERVICE);
    for object in here.iter().filter(is_terminating) {
        let why = turn.differs(
            object.key(),
            "spec.nodeName",
            None::<Name>,
            name,
            "NodeOutOfService",
        );
        fail_and_delete(why, object, None, seen, turn);
    }
}

/// Pods of a node that is not there: first 40 s of patience, then a question to the API server, then they go.
fn collect_orphaned(
    name: &str,
    here: &[&Object],
    seen: &Seen<'_>,
    memory: &mut Remembered,
    turn: &mut Turn,
) {
    let about = Key::new(Kind::Node, "", name);
    turn.saw_at(about.clone(), 0, "metadata.name", None::<Name>);
    turn.saw_at(about.clone(), 0, "pods on the node", here.len());
    if here.is_empty() {
        memory.missing.remove(name);
        return;
    }
    let fresh = Missing {
        since_ms: seen.now_ms,
        is_proved: false,
    };
    let missing = *memory.missing.entry(name.into()).or_insert(fresh);
    let gone_ms = seen.now_ms - missing.since_ms;
    turn.saw_at(
        about.clone(),
        0,
        "missing for",
        crate::component::Datum::Duration(gone_ms),
    );
    if gone_ms < QUARANTINE_MS {
        turn.again(Wake::after(name, next_tick_ms(seen.now_ms)));
        return;
    }
    if !missing.is_proved {
        let why = turn.differs(
            about.clone(),
            "metadata.name",
            name,
            None::<Name>,
            "NodeNotInCache",
        );
        turn.act(why, Request::get(about));
        turn.again(Wake::after(name, PERIOD_MS));
        return;
    }
    for object in here {
        let why = turn.differs(
            object.key(),
            "spec.nodeName",
            None::<Name>,
            name,
            "NodeGone",
        );
        fail_and_delete(
            why,
            object,
            Some("PodGC: node no longer exists"),
            seen,
            turn,
        );
    }
}

/// A pod that nobody can ask any more counts as Failed, and goes without grace.
fn fail_and_delete(
    why: usize,
    object: &Object,
    disruption: Option<&str>,
    seen: &Seen<'_>,
    turn: &mut Turn,
) {
    if !Pod::of(object).is_some_and(pods::is_finished) {
        let mut status = json!({ "phase": "Failed" });
        if let Some(message) = disruption {
            status["conditions"] = json!([{
                "type": "DisruptionTarget",
                "status": "True",
                "reason": "DeletionByPodGC",
                "message": message,
                "lastTransitionTime": time::rfc3339(time::time(seen.now_ms).0),
            }]);
        }
        let body = json!({ "metadata": { "uid": object.metadata().uid }, "status": status });
        let patch = Request::patch(object.key(), PatchType::StrategicMerge, body);
        turn.act(
            why,
            Request {
                subresource: Some(Subresource::Status),
                ..patch
            },
        );
    }
    turn.act(why, delete_now(object.key()));
}

fn delete_now(pod: Key) -> Request {
    let options = DeleteOptions {
        grace_period_seconds: Some(0),
        ..DeleteOptions::default()
    };
    Request::delete(pod, options)
}

fn is_out_of_service(node: &Node) -> bool {
    let taints = node.spec.as_ref().and_then(|s| s.taints.as_ref());
    let is_tainted = taints
        .into_iter()
        .flatten()
        .any(|t| t.key == OUT_OF_SERVICE);
    let conditions = node.status.as_ref().and_then(|s| s.conditions.as_ref());
    let is_ready = conditions
        .into_iter()
        .flatten()
        .any(|c| c.type_ == "Ready" && c.status == "True");
    is_tainted && !is_ready
}
