//! Setting the size of ReplicaSets: one that is scaled, or several that share a change in proportion to their sizes.
//!
//! The real thing: pkg/controller/deployment/sync.go, `scale`, `scaleReplicaSet`, `isScalingEvent`; util/deployment_util.go,
//! `GetReplicaSetProportion`, `FindActiveOrLatest`, `IsSaturated`.

use super::new_set::{DESIRED_REPLICAS, MAX_REPLICAS, set_replicas_annotations};
use super::{Sync, available_of, by_age, key_of, name_of, replicas_of, total};
use crate::api::Request;
use crate::component::Note;
use k8s_openapi::api::apps::v1::ReplicaSet;
use std::cmp::Reverse;

impl Sync<'_> {
    /// Has somebody changed `spec.replicas` since the active ReplicaSets were last sized?
    pub(super) fn is_scaling_event(&self) -> bool {
        let mut active = self.sets().filter(|set| replicas_of(set) > 0);
        active.any(|set| {
            annotation(set, DESIRED_REPLICAS).is_some_and(|desired| desired != self.replicas())
        })
    }

    /// Brings the ReplicaSets to the Deployment's size without moving the rollout on.
    pub(super) fn scale(&mut self) {
        let active: Vec<ReplicaSet> = self
            .sets()
            .filter(|set| replicas_of(set) > 0)
            .cloned()
            .collect();
        if active.len() <= 1 {
            let only = active.into_iter().next().or_else(|| self.latest());
            if let Some(set) = only.filter(|set| replicas_of(set) != self.replicas()) {
                self.resize(&set, self.replicas(), "DeploymentScaled");
            }
            return;
        }
        if self.is_saturated() {
            let old: Vec<&ReplicaSet> = self.old.clone();
            for set in old.into_iter().filter(|set| replicas_of(set) > 0) {
                self.resize(set, 0, "NewReplicaSetSaturated");
            }
            return;
        }
        if self.strategy() == "RollingUpdate" {
            self.scale_in_proportion(active);
        }
    }

    /// Plans a new size for a ReplicaSet, and its Event. Does nothing if it has that size already.
    pub(super) fn resize(&mut self, set: &ReplicaSet, size: i32, reason: &'static str) {
        if replicas_of(set) != size {
            self.size(set, size, reason);
        }
    }

    /// As [`Sync::resize`], and brings the annotations up to date even if the size is right.
    fn size(&mut self, set: &ReplicaSet, size: i32, reason: &'static str) {
        let old = replicas_of(set);
        let (desired, max) = (
            self.replicas(),
            self.replicas().saturating_add(self.max_surge()),
        );
        let mut update = set.clone();
        let annotations = update.metadata.annotations.get_or_insert_default();
        let annotations_change = set_replicas_annotations(annotations, desired, max);
        if old == size && !annotations_change {
            return;
        }
        update.spec.get_or_insert_default().replicas = Some(size);
        let why = if old == size {
            let field = format!("metadata.annotations[{MAX_REPLICAS}]");
            let actual = annotation(set, MAX_REPLICAS);
            self.turn
                .differs(key_of(set), field, max, actual, "AnnotationsOutOfDate")
        } else {
            self.turn
                .differs(key_of(set), "spec.replicas", size, old, reason)
        };
        self.turn.act(why, Request::update(update));
        if old == size {
            return;
        }
        let direction = if old < size { "up" } else { "down" };
        let message = format!(
            "Scaled {direction} replica set {} from {old} to {size}",
            name_of(set)
        );
        self.turn.act(
            why,
            Note::normal(self.object.clone(), "ScalingReplicaSet", message),
        );
    }

    /// The new ReplicaSet, or without one the youngest.
    fn latest(&self) -> Option<ReplicaSet> {
        let new = self.new.as_deref();
        new.or_else(|| self.old.last().copied()).cloned()
    }

    /// Has the new ReplicaSet all the replicas that the Deployment wants, and are they available?
    fn is_saturated(&self) -> bool {
        self.new.as_deref().is_some_and(|set| {
            replicas_of(set) == self.replicas()
                && annotation(set, DESIRED_REPLICAS) == Some(self.replicas())
                && available_of(set) == self.replicas()
        })
    }

    /// Shares what is to be added or removed among the active ReplicaSets by their sizes; what rounding leaves over goes to the largest.
    fn scale_in_proportion(&mut self, mut active: Vec<ReplicaSet>) {
        let allowed = match self.replicas() {
            0 => 0,
            replicas => replicas.saturating_add(self.max_surge()),
        };
        let to_add = allowed - total(active.iter().map(replicas_of));
        active.sort_by(by_age);
        if to_add > 0 {
            active.reverse();
        }
        active.sort_by_key(|set| Reverse(replicas_of(set)));
        let mut added = 0;
        let mut sizes = Vec::new();
        for set in &active {
            let share = self.proportion(set, to_add, added);
            sizes.push(replicas_of(set).saturating_add(share));
            added = share.saturating_add(added);
        }
        if let Some(largest) = sizes.first_mut() {
            *largest = largest.saturating_add(to_add.saturating_sub(added)).max(0);
        }
        for (set, size) in active.iter().zip(sizes) {
            self.size(set, size, "ScaledInProportion");
        }
    }

    fn proportion(&self, set: &ReplicaSet, to_add: i32, added: i32) -> i32 {
        if replicas_of(set) == 0 || to_add == 0 || to_add == added {
            return 0;
        }
        let fraction = self.fraction(set);
        if to_add > 0 {
            fraction.min(to_add.saturating_sub(added))
        } else {
            fraction.max(to_add.saturating_sub(added))
        }
    }

    /// How many replicas the set would have to gain to keep its share of the Deployment's maximum.
    fn fraction(&self, set: &ReplicaSet) -> i32 {
        let size = replicas_of(set);
        if self.replicas() == 0 {
            return -size;
        }
        let max = i64::from(self.replicas().saturating_add(self.max_surge()));
        let max_before = annotation(set, MAX_REPLICAS).filter(|max| *max != 0);
        let max_before = i64::from(max_before.unwrap_or(self.status.replicas.unwrap_or(0)));
        if max_before == 0 {
            return 0;
        }
        // Rounded half away from zero; all numbers here are positive.
        let rounded = (i64::from(size) * max)
            .saturating_mul(2)
            .saturating_add(max_before)
            .div_euclid(2 * max_before);
        i32::try_from(rounded).unwrap_or(i32::MAX) - size
    }
}

fn annotation(set: &ReplicaSet, name: &str) -> Option<i32> {
    set.metadata.annotations.as_ref()?.get(name)?.parse().ok()
}
