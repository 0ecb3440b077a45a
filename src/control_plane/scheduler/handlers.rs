//! The informers' handlers: every change of a node or pod goes into the cache, and wakes the pods that it may help.
//!
//! The real thing: pkg/scheduler/eventhandlers.go, pkg/scheduler/framework/events.go (which changes of an object count as which event).

use super::SCHEDULER_NAME;
use super::SchedulerMemory;
use super::cache::Effect;
use super::framework::ClusterEvent;
use super::node_info::{is_unschedulable, taints};
use super::requests::PodUse;
use crate::api::{Change, Name, Object, Pod, Uid, pods};
use crate::component::{Seen, Wake, queue_key};
use k8s_openapi::api::core::v1::Node;

/// A node came, changed or went.
pub(super) fn node_changed(
    change: &Change,
    seen: &Seen<'_>,
    memory: &mut SchedulerMemory,
) -> Vec<Wake> {
    let Some(Object::Node(after)) = &change.after else {
        memory.cache.remove_node(&change.object().name());
        return Vec::new();
    };
    memory.cache.set_node(after);
    let event = match &change.before {
        Some(Object::Node(before)) if !counts(before, after) => return Vec::new(),
        Some(Object::Node(before)) => ClusterEvent::NodeUpdated { before, after },
        _ => ClusterEvent::NodeAdded(after),
    };
    memory.queue.on_event(&event, seen)
}

/// Did anything change that a plugin looks at? Heartbeats and conditions do not count.
fn counts(before: &Node, after: &Node) -> bool {
    let allocatable = |node: &Node| node.status.as_ref().and_then(|s| s.allocatable.clone());
    is_unschedulable(before) != is_unschedulable(after)
        || taints(before) != taints(after)
        || before.metadata.labels != after.metadata.labels
        || allocatable(before) != allocatable(after)
}

/// A pod came, changed or went.
pub(super) fn pod_changed(
    change: &Change,
    seen: &Seen<'_>,
    memory: &mut SchedulerMemory,
) -> Vec<Wake> {
    let object = change.object();
    let Some(pod) = object.get::<Pod>() else {
        return Vec::new();
    };
    let node = pods::node_name(pod);
    // Upstream's informer does not even see finished pods: for it they are gone.
    let is_gone = change.after.is_none() || pods::is_finished(pod);
    if (is_gone || !node.is_empty()) && !memory.queue.is_empty() {
        memory.queue.forget(&queue_key(object));
    }
    if is_gone {
        return pod_gone(pod, seen, memory);
    }
    if !node.is_empty() {
        return pod_placed(pod, node, seen, memory);
    }
    pod_waits(&queue_key(object), pod, change, seen, memory)
        .into_iter()
        .collect()
}

fn pod_gone(pod: &Pod, seen: &Seen<'_>, memory: &mut SchedulerMemory) -> Vec<Wake> {
    match memory.cache.remove_pod(uid_of(pod)) {
        Some(used) => memory.queue.on_event(&ClusterEvent::PodGone(&used), seen),
        None => Vec::new(),
    }
}

fn pod_placed(pod: &Pod, node: &str, seen: &Seen<'_>, memory: &mut SchedulerMemory) -> Vec<Wake> {
    let used = PodUse::of_placed(pod);
    match memory.cache.set_pod(uid_of(pod), node, used) {
        Effect::Released => memory.queue.on_event(&ClusterEvent::PodShrunk, seen),
        Effect::Same | Effect::Taken => Vec::new(),
    }
}

/// A pod without a node: new ones and those that nobody waits for go to the queue, parked ones only if their change may help.
fn pod_waits(
    key: &Name,
    pod: &Pod,
    change: &Change,
    seen: &Seen<'_>,
    memory: &mut SchedulerMemory,
) -> Option<Wake> {
    let is_assumed = change.before.is_some() && memory.cache.is_assumed(uid_of(pod));
    if !is_ours(pod) || is_gated(pod) || is_assumed {
        return None;
    }
    let spec = pod.spec.as_ref()?;
    let before = change.before.as_ref().and_then(Object::get::<Pod>);
    let is_new = before.is_none_or(|before| before.metadata.uid != pod.metadata.uid);
    if is_new {
        memory.queue.forget(key);
    }
    if memory.queue.get(key).is_none() {
        return Some(Wake {
            priority: spec.priority.unwrap_or(0),
            ..Wake::now(key.clone())
        });
    }
    let before = before?.spec.as_ref()?;
    if before.tolerations != spec.tolerations {
        let event = ClusterEvent::OwnTolerations;
        return memory.queue.on_own_event(key, &event, seen);
    }
    if PodUse::of(spec).is_smaller_in_any(&PodUse::of(before)) {
        let event = ClusterEvent::OwnRequests;
        return memory.queue.on_own_event(key, &event, seen);
    }
    None
}

/// Does the pod ask for this scheduler?
pub(super) fn is_ours(pod: &Pod) -> bool {
    let spec = pod.spec.as_ref();
    let name = spec.and_then(|spec| spec.scheduler_name.as_deref());
    name.is_none_or(|name| name == SCHEDULER_NAME)
}

/// Is it not to be scheduled yet (`spec.schedulingGates`)? The real thing: plugins/schedulinggates.
pub(super) fn is_gated(pod: &Pod) -> bool {
    let spec = pod.spec.as_ref();
    let gates = spec.and_then(|spec| spec.scheduling_gates.as_deref());
    gates.is_some_and(|gates| !gates.is_empty())
}

/// The pod's identity.
pub(super) fn uid_of(pod: &Pod) -> Uid {
    Uid::parse(pod.metadata.uid.as_deref().unwrap_or_default())
}
