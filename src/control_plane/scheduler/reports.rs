//! What is told of an attempt that failed: an Event, and the pod's condition `PodScheduled`.
//!
//! The real thing: pkg/scheduler/schedule_one.go (`handleSchedulingFailure`, `handleBindingCycleError`), pkg/api/v1/pod/util.go
//! (`UpdatePodCondition`).

use super::framework::ClusterEvent;
use super::{RefusedBinding, SchedulerMemory};
use crate::api::time::{Ms, time};
use crate::api::{Object, Pod, Request, pods};
use crate::component::{Note, Seen, Turn};
use k8s_openapi::api::core::v1::PodCondition;

/// An Event's message is cut here, the dots included.
const EVENT_MESSAGE_BYTES_MAX: usize = 1024;

/// The reason in the condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// No node would take the pod.
    Unschedulable,
    /// Something else went wrong.
    SchedulerError,
}

impl Why {
    fn reason(self) -> &'static str {
        match self {
            Self::Unschedulable => "Unschedulable",
            Self::SchedulerError => "SchedulerError",
        }
    }
}

/// The Event of a pod that could not be scheduled.
pub(super) fn failed_scheduling(object: &Object, message: String) -> Note {
    Note::warning(object.clone(), "FailedScheduling", message).doing("Scheduling")
}

/// The Event, and the pod's condition if that says something else.
pub(super) fn failure(turn: &mut Turn, object: &Object, why: Why, message: &str, now_ms: Ms) {
    let event = shortened(message);
    turn.also(failed_scheduling(object, event));
    let Some(pod) = object.get::<Pod>() else {
        return;
    };
    let before = pods::condition(pod, "PodScheduled");
    let same = |c: &PodCondition| {
        c.status == "False"
            && c.reason.as_deref() == Some(why.reason())
            && c.message.as_deref() == Some(message)
    };
    if before.is_some_and(same) {
        return;
    }
    let stale = turn.differs(
        object.key(),
        "status.conditions[PodScheduled]",
        message,
        before.and_then(|c| c.message.as_deref()),
        why.reason(),
    );
    turn.act(
        stale,
        Request::update_status(with_condition(pod, why, message, now_ms)),
    );
}

fn with_condition(pod: &Pod, why: Why, message: &str, now_ms: Ms) -> Pod {
    let mut pod = pod.clone();
    let before = pods::condition(&pod, "PodScheduled");
    let since = before
        .filter(|c| c.status == "False")
        .and_then(|c| c.last_transition_time.clone());
    let condition = PodCondition {
        type_: "PodScheduled".to_owned(),
        status: "False".to_owned(),
        reason: Some(why.reason().to_owned()),
        message: Some(message.to_owned()),
        last_transition_time: Some(since.unwrap_or_else(|| time(now_ms))),
        ..PodCondition::default()
    };
    let status = pod.status.get_or_insert_default();
    let conditions = status.conditions.get_or_insert_default();
    match conditions.iter_mut().find(|c| c.type_ == "PodScheduled") {
        Some(place) => *place = condition,
        None => conditions.push(condition),
    }
    pod
}

fn shortened(message: &str) -> String {
    const DOTS: &str = " ...";
    if message.len() <= EVENT_MESSAGE_BYTES_MAX {
        return message.to_owned();
    }
    let end = message.floor_char_boundary(EVENT_MESSAGE_BYTES_MAX - DOTS.len());
    format!("{}{DOTS}", &message[..end])
}

/// The refusal of this pod's binding, if it has not been reported yet. What the pod would have taken is free for others.
pub(super) fn take_refused(
    turn: &mut Turn,
    key: &str,
    seen: &Seen<'_>,
    memory: &mut SchedulerMemory,
) -> Option<RefusedBinding> {
    if memory.refused.is_empty() {
        return None;
    }
    let refused = memory.refused.remove(key)?;
    let event = ClusterEvent::PodGone(&refused.used);
    turn.again.extend(memory.queue.on_event(&event, seen));
    Some(refused)
}

/// Tells of a refused binding; the pod is tried again after its back-off, unless someone else has bound it.
pub(super) fn refused_binding(
    turn: &mut Turn,
    key: &str,
    object: &Object,
    refused: &RefusedBinding,
    now_ms: Ms,
    memory: &mut SchedulerMemory,
) {
    turn.saw(object, "binding", refused.why.as_str());
    let message = format!("running Bind plugin \"DefaultBinder\": {}", refused.why);
    let is_bound = |pod: &Pod| !pods::node_name(pod).is_empty();
    if object.get::<Pod>().is_some_and(is_bound) {
        let event = shortened(&message);
        turn.also(failed_scheduling(object, event));
        return;
    }
    failure(turn, object, Why::SchedulerError, &message, now_ms);
    let priority = refused.used.priority;
    turn.again(memory.queue.back_off(key, priority, now_ms));
}
