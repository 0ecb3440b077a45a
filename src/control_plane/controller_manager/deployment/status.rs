//! What the controller reports in a Deployment's status: the sums over its ReplicaSets, and whether it is available and getting on.
//!
//! The real thing: pkg/controller/deployment/progress.go, `syncRolloutStatus`; sync.go, `calculateStatus`;
//! util/deployment_util.go, `DeploymentComplete`, `DeploymentProgressing`, `DeploymentTimedOut`, `SetDeploymentCondition`.

use super::super::omit_zero;
use super::{Sync, available_of, name_of, replicas_of, total};
use crate::api::Request;
use crate::api::time::{self, Ms};
use crate::component::Datum;
use k8s_openapi::api::apps::v1::{
    Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet, ReplicaSetCondition,
};

const PROGRESSING: &str = "Progressing";
const REPLICA_FAILURE: &str = "ReplicaFailure";

impl Sync<'_> {
    /// The sums, and the Available condition.
    pub(super) fn count_status(&self) -> DeploymentStatus {
        let sum = |count: &dyn Fn(&ReplicaSet) -> i32| total(self.sets().map(count));
        let current = |set: &ReplicaSet| set.status.as_ref().map_or(0, |s| s.replicas);
        let ready = |set: &ReplicaSet| {
            set.status
                .as_ref()
                .and_then(|s| s.ready_replicas)
                .unwrap_or(0)
        };
        let available = sum(&available_of);
        let mut status = DeploymentStatus {
            observed_generation: self.deployment.metadata.generation,
            replicas: omit_zero(sum(&current)),
            updated_replicas: omit_zero(self.new.as_deref().map_or(0, current)),
            ready_replicas: omit_zero(sum(&ready)),
            available_replicas: omit_zero(available),
            unavailable_replicas: omit_zero((sum(&replicas_of) - available).max(0)),
            collision_count: self.status.collision_count,
            conditions: self.status.conditions.clone(),
            ..DeploymentStatus::default()
        };
        let (value, reason, message) = if available >= self.replicas() - self.max_unavailable() {
            (
                "True",
                "MinimumReplicasAvailable",
                "Deployment has minimum availability.",
            )
        } else {
            (
                "False",
                "MinimumReplicasUnavailable",
                "Deployment does not have minimum availability.",
            )
        };
        set_condition(
            &mut status,
            new_condition("Available", value, reason, message, self.seen.now_ms),
        );
        status
    }

    /// The status while a rollout is under way: also whether it gets on, and a timer for when it should have.
    pub(super) fn write_rollout_status(&mut self) {
        if !self.turn.actions.is_empty() && self.wrote_status() {
            return;
        }
        let mut status = self.count_status();
        self.judge_progress(&mut status);
        self.copy_failures(&mut status);
        self.watch_deadline(&status);
        self.write_status(status);
    }

    /// Plans the update of the status, if it says anything new.
    pub(super) fn write_status(&mut self, status: DeploymentStatus) {
        let old = self.deployment.status.clone().unwrap_or_default();
        let first = self.turn.diff.len();
        self.compare(&old, &status);
        let annotations = self.deployment.metadata.annotations.as_ref();
        let had = annotations.and_then(|a| a.get(super::new_set::REVISION));
        let revision = self.revision.clone().filter(|r| Some(r) != had);
        if let Some(revision) = &revision {
            let field = "metadata.annotations[deployment.kubernetes.io/revision]";
            let (wanted, had) = (revision.as_str(), had.map(String::as_str));
            self.turn
                .differs(self.object.key(), field, wanted, had, "RevisionOutOfDate");
        }
        if self.turn.diff.len() == first {
            return;
        }
        let mut update = self.deployment.clone();
        update.status = Some(status);
        if let Some(revision) = revision {
            let annotations = update.metadata.annotations.get_or_insert_default();
            annotations.insert(super::new_set::REVISION.to_owned(), revision);
        }
        self.turn.act(first, Request::update_status(update));
    }

    /// Has this turn planned an update of the status already (a hash collision)?
    fn wrote_status(&self) -> bool {
        self.turn
            .diff
            .iter()
            .any(|d| d.field == "status.collisionCount")
    }

    fn judge_progress(&self, status: &mut DeploymentStatus) {
        let Some(deadline_ms) = self.deadline_ms() else {
            remove_condition(status, PROGRESSING);
            return;
        };
        let current = condition(&self.status, PROGRESSING).cloned();
        let reason = current.as_ref().and_then(|c| c.reason.as_deref());
        if status.replicas == status.updated_replicas && reason == Some("NewReplicaSetAvailable") {
            return;
        }
        let (kind, name) = match self.new.as_deref() {
            Some(set) => ("ReplicaSet", name_of(set)),
            None => (
                "Deployment",
                self.deployment.metadata.name.as_deref().unwrap_or_default(),
            ),
        };
        let now_ms = self.seen.now_ms;
        if is_complete(self.deployment, self.replicas(), status) {
            let message = format!("{kind} {name:?} has successfully progressed.");
            let done = new_condition(
                PROGRESSING,
                "True",
                "NewReplicaSetAvailable",
                &message,
                now_ms,
            );
            set_condition(status, done);
        } else if is_progressing(&self.status, status) {
            let message = format!("{kind} {name:?} is progressing.");
            let mut moving =
                new_condition(PROGRESSING, "True", "ReplicaSetUpdated", &message, now_ms);
            // Replaced even if the reason is the same: its lastUpdateTime is what the deadline counts from.
            if let Some(current) = current.filter(|c| c.status == "True") {
                moving.last_transition_time = current.last_transition_time;
            }
            remove_condition(status, PROGRESSING);
            set_condition(status, moving);
        } else if has_timed_out(status, deadline_ms, now_ms) {
            let message = format!("{kind} {name:?} has timed out progressing.");
            let late = new_condition(
                PROGRESSING,
                "False",
                "ProgressDeadlineExceeded",
                &message,
                now_ms,
            );
            set_condition(status, late);
        }
    }

    /// A ReplicaSet that cannot make its pods is the Deployment's trouble too; the new one's before the old ones'.
    fn copy_failures(&self, status: &mut DeploymentStatus) {
        let failure = self.sets().find_map(|set| {
            let conditions = set.status.as_ref()?.conditions.as_ref()?;
            conditions.iter().find(|c| c.type_ == REPLICA_FAILURE)
        });
        match failure {
            Some(failure) => set_condition(status, from_replica_set(failure)),
            None => remove_condition(status, REPLICA_FAILURE),
        }
    }

    /// Comes back a second after the deadline, should nothing happen until then.
    fn watch_deadline(&mut self, status: &DeploymentStatus) {
        let Some(deadline_ms) = self.deadline_ms() else {
            return;
        };
        let Some(progressing) = condition(status, PROGRESSING) else {
            return;
        };
        let is_late = progressing.reason.as_deref() == Some("ProgressDeadlineExceeded");
        if is_late || is_complete(self.deployment, self.replicas(), status) {
            return;
        }
        let since = progressing.last_update_time.as_ref().map_or(0, time::ms);
        let left_ms = (since + deadline_ms).saturating_sub(self.seen.now_ms);
        self.wake_after(left_ms + 1000);
    }

    /// Notes each part of the status that is out of date.
    fn compare(&mut self, old: &DeploymentStatus, new: &DeploymentStatus) {
        let key = self.object.key();
        let numbers = [
            ("status.replicas", new.replicas, old.replicas),
            (
                "status.updatedReplicas",
                new.updated_replicas,
                old.updated_replicas,
            ),
            (
                "status.readyReplicas",
                new.ready_replicas,
                old.ready_replicas,
            ),
            (
                "status.availableReplicas",
                new.available_replicas,
                old.available_replicas,
            ),
            (
                "status.unavailableReplicas",
                new.unavailable_replicas,
                old.unavailable_replicas,
            ),
            (
                "status.collisionCount",
                new.collision_count,
                old.collision_count,
            ),
        ];
        for (field, new, old) in numbers {
            if new != old {
                self.turn.differs(
                    key.clone(),
                    field,
                    new.unwrap_or(0),
                    old.unwrap_or(0),
                    "StatusOutOfDate",
                );
            }
        }
        if new.observed_generation != old.observed_generation {
            let (new, old) = (new.observed_generation, old.observed_generation);
            self.turn.differs(
                key.clone(),
                "status.observedGeneration",
                new,
                old,
                "StatusOutOfDate",
            );
        }
        for type_ in ["Available", PROGRESSING, REPLICA_FAILURE] {
            let (new, old) = (condition(new, type_), condition(old, type_));
            if new != old {
                let field = format!("status.conditions[{type_}]");
                self.turn.differs(
                    key.clone(),
                    field,
                    in_words(new),
                    in_words(old),
                    "StatusOutOfDate",
                );
            }
        }
    }
}

/// All replicas are of the new template and available, no old ones are left, and all this is about the current spec.
pub(super) fn is_complete(
    deployment: &Deployment,
    replicas: i32,
    status: &DeploymentStatus,
) -> bool {
    let all = |count: Option<i32>| count.unwrap_or(0) == replicas;
    all(status.updated_replicas)
        && all(status.replicas)
        && all(status.available_replicas)
        && status.observed_generation >= deployment.metadata.generation
}

fn is_progressing(old: &DeploymentStatus, new: &DeploymentStatus) -> bool {
    let left = |s: &DeploymentStatus| s.replicas.unwrap_or(0) - s.updated_replicas.unwrap_or(0);
    new.updated_replicas > old.updated_replicas
        || left(new) < left(old)
        || new.ready_replicas > old.ready_replicas
        || new.available_replicas > old.available_replicas
}

fn has_timed_out(status: &DeploymentStatus, deadline_ms: Ms, now_ms: Ms) -> bool {
    let Some(progressing) = condition(status, PROGRESSING) else {
        return false;
    };
    match progressing.reason.as_deref() {
        Some("NewReplicaSetAvailable") => false,
        Some("ProgressDeadlineExceeded") => true,
        _ => progressing.last_update_time.as_ref().map_or(0, time::ms) + deadline_ms < now_ms,
    }
}

/// The condition of this type.
pub(super) fn condition<'a>(
    status: &'a DeploymentStatus,
    type_: &str,
) -> Option<&'a DeploymentCondition> {
    status
        .conditions
        .iter()
        .flatten()
        .find(|c| c.type_ == type_)
}

/// A condition that turned now.
pub(super) fn new_condition(
    type_: &str,
    value: &str,
    reason: &str,
    message: &str,
    now_ms: Ms,
) -> DeploymentCondition {
    DeploymentCondition {
        type_: type_.to_owned(),
        status: value.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_update_time: Some(time::time(now_ms)),
        last_transition_time: Some(time::time(now_ms)),
    }
}

/// Puts a condition in the place of the one of its type, at the end. One with the same status and reason stays as it is.
pub(super) fn set_condition(status: &mut DeploymentStatus, mut new: DeploymentCondition) {
    if let Some(old) = condition(status, &new.type_).filter(|old| old.status == new.status) {
        if old.reason == new.reason {
            return;
        }
        new.last_transition_time
            .clone_from(&old.last_transition_time);
    }
    remove_condition(status, &new.type_);
    status.conditions.get_or_insert_default().push(new);
}

fn remove_condition(status: &mut DeploymentStatus, type_: &str) {
    if let Some(conditions) = &mut status.conditions {
        conditions.retain(|c| c.type_ != type_);
    }
    if status.conditions.as_ref().is_some_and(Vec::is_empty) {
        status.conditions = None;
    }
}

fn from_replica_set(condition: &ReplicaSetCondition) -> DeploymentCondition {
    DeploymentCondition {
        type_: condition.type_.clone(),
        status: condition.status.clone(),
        reason: condition.reason.clone(),
        message: condition.message.clone(),
        last_update_time: condition.last_transition_time.clone(),
        last_transition_time: condition.last_transition_time.clone(),
    }
}

fn in_words(condition: Option<&DeploymentCondition>) -> Datum {
    condition
        .map(|c| format!("{} {}", c.status, c.reason.as_deref().unwrap_or_default()))
        .into()
}
