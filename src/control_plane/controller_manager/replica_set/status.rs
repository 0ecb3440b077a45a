//! What the controller reports in a ReplicaSet's status.
//!
//! The real thing: pkg/controller/replicaset/replica_set_utils.go, `calculateStatus`, `updateReplicaSetStatus`.

use super::super::omit_zero;
use super::Failure;
use super::count::Counted;
use crate::api::time::{self, Ms};
use crate::api::{Object, Request};
use crate::component::{Datum, Turn};
use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetCondition, ReplicaSetStatus};

/// Notes what the status says wrong, and plans the one update that puts it right. `failure` is the last refusal.
pub(super) fn update(
    object: &Object,
    set: &ReplicaSet,
    count: &Counted,
    failure: Option<&Failure>,
    now_ms: Ms,
    turn: &mut Turn,
) {
    let empty = ReplicaSetStatus::default();
    let old = set.status.as_ref().unwrap_or(&empty);
    let generation = set.metadata.generation;
    let numbers = [
        ("status.replicas", Some(count.active), Some(old.replicas)),
        (
            "status.fullyLabeledReplicas",
            omit_zero(count.fully_labeled),
            old.fully_labeled_replicas,
        ),
        (
            "status.readyReplicas",
            omit_zero(count.ready),
            old.ready_replicas,
        ),
        (
            "status.availableReplicas",
            omit_zero(count.available),
            old.available_replicas,
        ),
    ];
    let first = turn.diff.len();
    for (field, desired, actual) in numbers {
        let (desired, actual) = (desired.unwrap_or(0), actual.unwrap_or(0));
        if desired != actual {
            turn.differs(object.key(), field, desired, actual, "StatusOutOfDate");
        }
    }
    if old.observed_generation.unwrap_or(0) != generation.unwrap_or(0) {
        let (desired, actual) = (
            Datum::from(generation),
            Datum::from(old.observed_generation),
        );
        turn.differs(
            object.key(),
            "status.observedGeneration",
            desired,
            actual,
            "StatusOutOfDate",
        );
    }
    let known = old
        .conditions
        .iter()
        .flatten()
        .find(|c| c.type_ == "ReplicaFailure");
    if known.is_some() != failure.is_some() {
        let (desired, actual) = (
            failure.map(|f| f.reason),
            known.and_then(|c| c.reason.as_deref()),
        );
        turn.differs(
            object.key(),
            "status.conditions[ReplicaFailure]",
            desired,
            actual,
            "StatusOutOfDate",
        );
    }
    if turn.diff.len() == first {
        return;
    }
    let mut conditions = old.conditions.clone().unwrap_or_default();
    match failure {
        None => conditions.retain(|c| c.type_ != "ReplicaFailure"),
        Some(failure) if known.is_none() => conditions.push(ReplicaSetCondition {
            type_: "ReplicaFailure".to_owned(),
            status: "True".to_owned(),
            reason: Some(failure.reason.to_owned()),
            message: Some(failure.message.clone()),
            last_transition_time: Some(time::time(now_ms)),
        }),
        Some(_) => {}
    }
    let status = ReplicaSetStatus {
        replicas: count.active,
        fully_labeled_replicas: omit_zero(count.fully_labeled),
        ready_replicas: omit_zero(count.ready),
        available_replicas: omit_zero(count.available),
        observed_generation: generation,
        conditions: (!conditions.is_empty()).then_some(conditions),
        ..ReplicaSetStatus::default()
    };
    let new = ReplicaSet {
        status: Some(status),
        ..set.clone()
    };
    turn.act(first, Request::update_status(new));
}
