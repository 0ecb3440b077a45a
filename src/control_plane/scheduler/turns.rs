//! The turn on one pod: a binding, or the reason why there is none.
//!
//! The real thing: pkg/scheduler/schedule_one.go (`ScheduleOne`, `skipPodSchedule`).

use super::SchedulerMemory;
use super::cycle::{self, Decision};
use super::diagnosis;
use super::framework::PodToPlace;
use super::handlers::{is_gated, is_ours, uid_of};
use super::reports::{self, Why};
use super::requests::PodUse;
use crate::api::{Kind, Name, Object, Pod, Request, pods};
use crate::component::{Datum, Note, Scheduling, Seen, Turn};
use smol_str::format_smolstr;
use std::sync::Arc;

/// The fact that names what upstream would look at or do, and this scheduler does not.
const NOT_SIMULATED: &str = "not simulated";

/// Takes a turn on the pod of this key.
pub(super) fn schedule_one(key: &str, seen: &Seen<'_>, memory: &mut SchedulerMemory) -> Turn {
    let mut turn = Turn::default();
    let refused = reports::take_refused(&mut turn, key, seen, memory);
    let (namespace, name) = key.split_once('/').unwrap_or(("", key));
    let Some(object) = seen.table(Kind::Pod).get(namespace, name) else {
        memory.queue.forget(key);
        return turn;
    };
    let Some((pod, spec)) = object
        .get::<Pod>()
        .and_then(|p| Some((p, p.spec.as_ref()?)))
    else {
        return turn;
    };
    if let Some(refused) = refused {
        reports::refused_binding(&mut turn, key, object, &refused, seen.now_ms, memory);
        return turn;
    }
    if let Some(reason) = reason_to_skip(pod, memory) {
        skip(&mut turn, key, object, reason);
        return turn;
    }
    let used = PodUse::of(spec);
    let place = PodToPlace {
        pod,
        spec,
        used: &used,
    };
    observe(&mut turn, object, place, memory);
    let unscheduled = turn.differs(
        object.key(),
        "spec.nodeName",
        "a node",
        Datum::None,
        "Unscheduled",
    );
    let uid = uid_of(pod);
    let decision = cycle::run(place, uid, &mut memory.cache, &mut memory.next_start);
    turn.saw(object, "nodes feasible", decision.feasible);
    let message = match &decision.outcome {
        Ok(node) => {
            turn.act(unscheduled, Request::bind(object.key(), node.clone()));
            let message = format!("Successfully assigned {key} to {node}");
            let scheduled = Note::normal(object.clone(), "Scheduled", message);
            turn.also(scheduled.doing("Binding"));
            memory.cache.assume(key, uid, node, used);
            None
        }
        Err(no_fit) => {
            let message = diagnosis::message(place, no_fit, &memory.cache, seen);
            if message.ends_with(diagnosis::PREEMPTION_NOT_SIMULATED) {
                turn.saw(object, NOT_SIMULATED, "preemption");
            }
            reports::failure(&mut turn, object, Why::Unschedulable, &message, seen.now_ms);
            let priority = used.priority;
            let wake = memory
                .queue
                .park(key, no_fit.plugins, priority, seen.now_ms);
            turn.again(wake);
            Some(message)
        }
    };
    turn.scheduling = Some(Arc::new(record(object, decision, message, memory)));
    turn
}

/// Why a pod that is in the queue is not scheduled after all.
fn reason_to_skip(pod: &Pod, memory: &SchedulerMemory) -> Option<&'static str> {
    if !pods::node_name(pod).is_empty() {
        return Some("already bound");
    }
    if pods::is_finished(pod) {
        return Some("finished");
    }
    if !is_ours(pod) {
        return Some("another scheduler's");
    }
    if pod.metadata.deletion_timestamp.is_some() {
        return Some(DELETING);
    }
    if is_gated(pod) {
        return Some("gated");
    }
    memory
        .cache
        .is_assumed(uid_of(pod))
        .then_some("its binding is on its way")
}

const DELETING: &str = "being deleted";

fn skip(turn: &mut Turn, key: &str, object: &Object, reason: &'static str) {
    turn.saw(object, "skipped", reason);
    if reason == DELETING {
        let message = format!("skip schedule deleting pod: {key}");
        turn.also(reports::failed_scheduling(object, message));
    }
}

/// The facts that every decision rests on, and what in the pod's spec is not taken into account.
fn observe(turn: &mut Turn, object: &Object, pod: PodToPlace<'_>, memory: &SchedulerMemory) {
    turn.observed.reserve(6);
    turn.saw(object, "spec.nodeName", Datum::None);
    let requests = asked_for(pod.used);
    if !requests.is_empty() {
        turn.saw(object, "requests", Datum::List(requests));
    }
    if pod.used.priority != 0 {
        turn.saw(object, "spec.priority", pod.used.priority);
    }
    turn.saw(object, "nodes", memory.cache.nodes_total());
    if let Some(waiting) = memory.queue.get(&crate::component::queue_key(object)) {
        turn.saw(object, "attempts failed", i64::from(waiting.attempts));
    }
    let not_simulated = not_simulated(pod);
    if !not_simulated.is_empty() {
        turn.saw(object, NOT_SIMULATED, Datum::List(not_simulated));
    }
}

fn asked_for(used: &PodUse) -> Vec<Name> {
    let asks = &used.requests;
    let amounts = [
        ("cpu", asks.milli_cpu, "m"),
        ("memory", asks.memory, ""),
        ("ephemeral-storage", asks.ephemeral_storage, ""),
    ];
    let amounts = amounts.into_iter().filter(|(_, amount, _)| *amount != 0);
    let named = amounts.map(|(name, amount, unit)| format_smolstr!("{name}={amount}{unit}"));
    let scalars = asks.scalars.iter();
    named
        .chain(scalars.map(|(name, amount)| format_smolstr!("{name}={amount}")))
        .collect()
}

/// What the pod asks of upstream's scheduler that this one does not look at.
fn not_simulated(pod: PodToPlace<'_>) -> Vec<Name> {
    let affinity = pod.spec.affinity.as_ref();
    let volumes = pod.spec.volumes.iter().flatten();
    let bound_to_place = |v: &k8s_openapi::api::core::v1::Volume| {
        v.persistent_volume_claim.is_some()
            || v.ephemeral.is_some()
            || v.gce_persistent_disk.is_some()
            || v.aws_elastic_block_store.is_some()
            || v.rbd.is_some()
            || v.iscsi.is_some()
    };
    let asked = [
        (
            "podAffinity",
            affinity.is_some_and(|a| a.pod_affinity.is_some()),
        ),
        (
            "podAntiAffinity",
            affinity.is_some_and(|a| a.pod_anti_affinity.is_some()),
        ),
        (
            "topologySpreadConstraints",
            pod.spec
                .topology_spread_constraints
                .as_ref()
                .is_some_and(|c| !c.is_empty()),
        ),
        ("volumes", { volumes }.any(bound_to_place)),
        (
            "resourceClaims",
            pod.spec
                .resource_claims
                .as_ref()
                .is_some_and(|c| !c.is_empty()),
        ),
    ];
    let asked = asked.into_iter().filter(|(_, asked)| *asked);
    asked.map(|(name, _)| Name::new_static(name)).collect()
}

fn record(
    object: &Object,
    decision: Decision,
    message: Option<String>,
    memory: &SchedulerMemory,
) -> Scheduling {
    Scheduling {
        pod: object.key(),
        filters: decision.filters,
        nodes: decision.matrix,
        scores: decision.scores,
        nodes_total: memory.cache.nodes_total(),
        nodes_evaluated: decision.evaluated,
        chosen: decision.outcome.ok(),
        message,
    }
}
