//! node-lifecycle-controller: decides that a node is gone when nothing has been heard of it for too long, and taints nodes by their conditions.
//!
//! One key per node. A heartbeat (a renewed lease, a posted status) only resets a clock in memory and wakes nobody; a timer per node
//! looks at that clock on the five-second grid on which upstream monitors all nodes.
//!
//! A stale cache is harmless: every write carries the node's resourceVersion. A cache that is *cut off* is not, here as upstream: a
//! controller that no longer hears the leases takes healthy nodes for dead.
//!
//! The real thing: pkg/controller/nodelifecycle/node_lifecycle_controller.go.
//! Left out: pods that a kubelet reports while its own node says Ready=False are not marked NotReady again (upstream does that for pods
//! bound in that state); the monitor's ticks are skipped while a node's lease is fresh.

mod clock;
mod health;
mod taints;
#[cfg(test)]
mod tests;
mod zones;

use crate::api::{Change, Key, Kind, Name, Object, PatchType, Pod, Request, Stored, User};
use crate::component::{Component, Note, Place, Seen, Turn, Wake, Watch};
use clock::Clock;
use imbl::OrdMap;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{Node, NodeCondition};
use serde_json::json;
use zones::Zones;

/// The namespace of the nodes' leases.
const LEASES: &str = "kube-node-lease";

/// Deprecated labels that follow the stable ones: (stable, deprecated).
const LABELS: [(&str, &str); 2] = [
    ("kubernetes.io/os", "beta.kubernetes.io/os"),
    ("kubernetes.io/arch", "beta.kubernetes.io/arch"),
];

/// See the file.
pub(super) struct NodeLifecycleController;

/// What the controller remembers between turns.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Remembered {
    /// When each node was last heard of.
    clocks: OrdMap<Name, Clock>,
    zones: Zones,
    /// Nodes that are gone, until that has been said.
    removed: OrdMap<Name, Object>,
}

impl Component for NodeLifecycleController {
    type Memory = Remembered;

    fn name(&self) -> &'static str {
        "node-lifecycle-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:node-controller")
    }

    fn reporter(&self) -> &'static str {
        "node-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        const {
            &[
                Watch::all(Kind::Node),
                Watch::all(Kind::Lease),
                Watch::all(Kind::Pod),
            ]
        }
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut Remembered) -> Vec<Wake> {
        match change.kind() {
            Kind::Node => node_wakes(change, seen, memory),
            Kind::Lease => {
                lease_heard(change, seen, memory);
                Vec::new()
            }
            _ => pod_wakes(change, seen),
        }
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut Remembered) -> Turn {
        let mut turn = Turn::default();
        let object = seen.table(Kind::Node).get("", key);
        let Some((object, node)) = object.and_then(|o| Some((o, Node::of(o)?))) else {
            turn.saw_at(
                Key::new(Kind::Node, "", key),
                0,
                "metadata.name",
                None::<Name>,
            );
            if let Some(gone) = memory.removed.remove(key) {
                let message = format!("Node {key} event: Removing Node {key} from Controller");
                turn.also(Note::normal(gone, "RemovingNode", message));
            }
            return turn;
        };
        let mut clock = Clock::read(node, seen, memory.clocks.get(key));
        if !clock.registered {
            let message = format!("Node {key} event: Registered Node {key} in Controller");
            turn.also(Note::normal(object.clone(), "RegisteredNode", message));
        }
        clock.registered = true;
        memory.clocks.insert(key.into(), clock.clone());
        clock.observe(object, seen.now_ms, &mut turn);
        if health::declare_unknown(object, node, &clock, seen, &mut turn) {
            return turn;
        }
        health::mark_pods_not_ready(node, seen, &mut turn);
        if !sync_labels(object, node, &mut turn) {
            taints::sync(object, node, &mut memory.zones, seen.now_ms, &mut turn);
        }
        turn.again(clock.next_look(key, node, seen.now_ms));
        turn
    }
}

fn node_wakes(change: &Change, seen: &Seen<'_>, memory: &mut Remembered) -> Vec<Wake> {
    let name = change.object().name();
    let was_stopped = memory.zones.all_disrupted();
    let Some(node) = change.after.as_ref().and_then(Node::of) else {
        memory.clocks.remove(&name);
        memory.zones.forget(&name);
        memory.removed.insert(name.clone(), change.object().clone());
        return vec![Wake::now(name)];
    };
    memory.zones.note(&name, node);
    if let Some(clock) = memory.clocks.get_mut(&name) {
        clock.hear_status(node, seen.now_ms);
    }
    let is_stopped = memory.zones.all_disrupted();
    if was_stopped != is_stopped {
        return disruption_changed(seen, memory, is_stopped);
    }
    if change.is_heartbeat() {
        return Vec::new();
    }
    vec![Wake::now(name)]
}

/// All nodes became unready, or the first one came back: everybody's taints are looked at again, and coming back gives all a fresh start.
fn disruption_changed(seen: &Seen<'_>, memory: &mut Remembered, is_stopped: bool) -> Vec<Wake> {
    if !is_stopped {
        let names: Vec<Name> = memory.clocks.keys().cloned().collect();
        for name in names {
            if let Some(clock) = memory.clocks.get_mut(&name) {
                clock.heard_ms = seen.now_ms;
            }
        }
    }
    let nodes = seen.table(Kind::Node).iter();
    nodes.map(|node| Wake::now(node.name())).collect()
}

fn lease_heard(change: &Change, seen: &Seen<'_>, memory: &mut Remembered) {
    let Some(lease) = change.after.as_ref().and_then(Lease::of) else {
        return;
    };
    let (namespace, name) = (
        lease.metadata.namespace.as_deref(),
        lease.metadata.name.as_deref(),
    );
    if namespace != Some(LEASES) {
        return;
    }
    if let Some(clock) = memory.clocks.get_mut(name.unwrap_or_default()) {
        clock.hear_lease(lease, seen.now_ms);
    }
}

/// A pod that turns up on a node that is not Ready cannot be Ready either.
fn pod_wakes(change: &Change, seen: &Seen<'_>) -> Vec<Wake> {
    let node_of = |object: &Option<Object>| -> Option<Name> {
        let pod = object.as_ref().and_then(Pod::of)?;
        let node = pod.spec.as_ref()?.node_name.as_deref()?;
        Some(node.into())
    };
    let Some(name) = node_of(&change.after).filter(|n| Some(n) != node_of(&change.before).as_ref())
    else {
        return Vec::new();
    };
    let is_unknown = seen
        .get::<Node>("", &name)
        .and_then(|node| condition(node, "Ready"))
        .is_some_and(|ready| ready.status == "Unknown");
    if is_unknown {
        vec![Wake::now(name)]
    } else {
        Vec::new()
    }
}

/// The deprecated labels get the values of the stable ones; `true` if that takes a write.
fn sync_labels(object: &Object, node: &Node, turn: &mut Turn) -> bool {
    let empty = crate::api::selector::Labels::new();
    let labels = node.metadata.labels.as_ref().unwrap_or(&empty);
    let mut missing = serde_json::Map::new();
    let mut why = None;
    for (stable, deprecated) in LABELS {
        let (wanted, had) = (labels.get(stable), labels.get(deprecated));
        let Some(value) = wanted.filter(|value| Some(*value) != had) else {
            continue;
        };
        let field = format!("metadata.labels[{deprecated}]");
        let had = had.map(String::as_str);
        let index = turn.differs(object.key(), field, value.as_str(), had, "LabelOutOfDate");
        why.get_or_insert(index);
        missing.insert(deprecated.to_owned(), json!(value));
    }
    let Some(why) = why else {
        return false;
    };
    let body = json!({ "metadata": { "labels": missing } });
    turn.act(
        why,
        Request::patch(object.key(), PatchType::StrategicMerge, body),
    );
    true
}

/// The condition of this type.
fn condition<'a>(node: &'a Node, type_: &str) -> Option<&'a NodeCondition> {
    let status = node.status.as_ref()?;
    status
        .conditions
        .iter()
        .flatten()
        .find(|c| c.type_ == type_)
}
