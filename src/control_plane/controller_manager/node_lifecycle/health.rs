//! Giving a node up: its conditions become Unknown, and its pods are no longer Ready.
//!
//! The real thing: pkg/controller/nodelifecycle/node_lifecycle_controller.go, `tryUpdateNodeHealth`;
//! pkg/controller/util/node/controller_utils.go, `MarkPodsNotReady`, `RecordNodeStatusChange`.

use super::clock::Clock;
use super::condition;
use crate::api::{Key, Object, Pod, Request, pods, time};
use crate::component::{Note, Seen, Turn};
use k8s_openapi::api::core::v1::{Node, NodeCondition};

/// The conditions that only the kubelet can vouch for.
const KUBELETS: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/// Plans the update of a node that has been silent for too long; `true` if there is one.
pub(super) fn declare_unknown(
    object: &Object,
    node: &Node,
    clock: &Clock,
    seen: &Seen<'_>,
    turn: &mut Turn,
) -> bool {
    let ready = condition(node, "Ready");
    let is_unknown = ready.is_some_and(|c| c.status == "Unknown");
    if is_unknown || !clock.is_overdue(node, seen.now_ms) {
        return false;
    }
    let reason = match ready {
        Some(_) => "KubeletStoppedPosting",
        None => "KubeletNeverPosted",
    };
    let field = "status.conditions[Ready].status";
    let why = turn.differs(
        object.key(),
        field,
        "Unknown",
        ready.map(|c| c.status.as_str()),
        reason,
    );
    let mut update = node.clone();
    let conditions = &mut update.status.get_or_insert_default().conditions;
    let conditions = conditions.get_or_insert_default();
    for type_ in KUBELETS {
        set_unknown(conditions, type_, node, seen.now_ms);
    }
    turn.act(why, Request::update_status(update));
    if ready.is_some_and(|c| c.status == "True") {
        let name = object.name();
        let message = format!("Node {name} status is now: NodeNotReady");
        turn.act(why, Note::normal(object.clone(), "NodeNotReady", message));
        mark_pods(&name, seen, turn);
    }
    true
}

/// Pods that still claim to be Ready on a node that has been given up.
pub(super) fn mark_pods_not_ready(node: &Node, seen: &Seen<'_>, turn: &mut Turn) {
    if condition(node, "Ready").is_some_and(|c| c.status == "Unknown") {
        mark_pods(
            node.metadata.name.as_deref().unwrap_or_default(),
            seen,
            turn,
        );
    }
}

fn mark_pods(node: &str, seen: &Seen<'_>, turn: &mut Turn) {
    let ready: Vec<&Object> = seen
        .table(crate::api::Kind::Pod)
        .on_node(node)
        .filter(|o| o.get::<Pod>().is_some_and(pods::is_ready))
        .collect();
    if ready.is_empty() {
        return;
    }
    let about = Key::new(crate::api::Kind::Node, "", node);
    let why = turn.differs(
        about,
        "pods ready on the node",
        0,
        ready.len(),
        "NodeIsNotReady",
    );
    for object in ready {
        let mut pod = object.get::<Pod>().expect("only pods were taken").clone();
        let conditions = pod
            .status
            .get_or_insert_default()
            .conditions
            .iter_mut()
            .flatten();
        for ready in conditions.filter(|c| c.type_ == "Ready") {
            "False".clone_into(&mut ready.status);
            ready.last_transition_time = Some(time::time(seen.now_ms));
        }
        turn.act(why, Request::update_status(pod));
        turn.act(
            why,
            Note::warning(object.clone(), "NodeNotReady", "Node is not ready"),
        );
    }
}

fn set_unknown(conditions: &mut Vec<NodeCondition>, type_: &str, node: &Node, now_ms: time::Ms) {
    let Some(condition) = conditions.iter_mut().find(|c| c.type_ == type_) else {
        conditions.push(NodeCondition {
            type_: type_.to_owned(),
            status: "Unknown".to_owned(),
            reason: Some("NodeStatusNeverUpdated".to_owned()),
            message: Some("Kubelet never posted node status.".to_owned()),
            last_heartbeat_time: node.metadata.creation_timestamp.clone(),
            last_transition_time: Some(time::time(now_ms)),
        });
        return;
    };
    if condition.status != "Unknown" {
        "Unknown".clone_into(&mut condition.status);
        condition.reason = Some("NodeStatusUnknown".to_owned());
        condition.message = Some("Kubelet stopped posting node status.".to_owned());
        condition.last_transition_time = Some(time::time(now_ms));
    }
}
