//! The two ways from an old template to a new one: rolling, and all at once.
//!
//! The real thing: pkg/controller/deployment/{rolling,recreate}.go; sync.go, `cleanupDeployment`.

use super::{Sync, available_of, by_age, replicas_of, revision_of, status, total};
use crate::api::Kind;
use crate::api::owner::uid_of;
use k8s_openapi::api::apps::v1::ReplicaSet;

impl Sync<'_> {
    /// Up with the new as far as the surge allows, then down with the old as far as availability allows.
    pub(super) fn roll_out_rolling(&mut self) {
        if self.new.is_none() {
            self.create_new();
            return;
        }
        if self.scale_new_up() || self.scale_old_down() {
            return;
        }
        if self.is_complete(&self.status) {
            self.clean_up();
        }
    }

    /// Down with the old, wait until the last of their pods is gone, then up with the new.
    pub(super) fn roll_out_recreating(&mut self) {
        let old = self.old.clone();
        let active = old.iter().filter(|set| replicas_of(set) > 0);
        if active.clone().next().is_some() {
            for set in active {
                self.resize(set, 0, "OldRevisionMustGoFirst");
            }
            return;
        }
        let running = self.old_pods_running();
        if running > 0 {
            self.turn
                .saw(self.object, "old pods still running", running);
            return;
        }
        if self.new.is_none() {
            self.create_new();
            return;
        }
        if !self.scale_new_up() && self.is_complete(&self.status) {
            self.clean_up();
        }
    }

    /// Deletes the oldest of the ReplicaSets without pods, beyond `spec.revisionHistoryLimit`.
    pub(super) fn clean_up(&mut self) {
        let Some(limit) = self.spec.revision_history_limit.filter(|l| *l != i32::MAX) else {
            return;
        };
        let mut alive: Vec<&ReplicaSet> = self.old.clone();
        alive.retain(|set| set.metadata.deletion_timestamp.is_none());
        let excess = alive
            .len()
            .saturating_sub(usize::try_from(limit).unwrap_or(0));
        if excess == 0 {
            return;
        }
        alive.sort_by(|a, b| {
            revision_of(a)
                .cmp(&revision_of(b))
                .then_with(|| by_age(a, b))
        });
        let count = alive.len();
        let doomed: Vec<ReplicaSet> = alive[..excess]
            .iter()
            .filter(|s| is_done(s))
            .map(|s| (*s).clone())
            .collect();
        if doomed.is_empty() {
            return;
        }
        let why = self.turn.differs(
            self.object.key(),
            "old ReplicaSets",
            limit,
            count,
            "RevisionHistoryLimitExceeded",
        );
        for set in &doomed {
            self.plan_delete(why, set);
        }
    }

    fn scale_new_up(&mut self) -> bool {
        let Some(new) = self.new.as_deref().cloned() else {
            return false;
        };
        let size = replicas_of(&new);
        let wanted = if size > self.replicas() {
            self.replicas()
        } else {
            self.new_replicas(size)
        };
        self.resize(&new, wanted, "RolloutContinues");
        wanted != size
    }

    /// Takes away what is broken first; what the rest can spare comes in the next turn, when these writes have been seen.
    fn scale_old_down(&mut self) -> bool {
        let old: Vec<ReplicaSet> = self
            .old
            .iter()
            .filter(|s| replicas_of(s) > 0)
            .map(|s| (*s).clone())
            .collect();
        let Some(new) = self.new.as_deref().filter(|_| !old.is_empty()) else {
            return false;
        };
        let all: i32 = total(self.sets().map(replicas_of));
        let available: i32 = total(self.sets().map(available_of));
        let min_available = self.replicas() - self.max_unavailable();
        let new_unavailable = replicas_of(new) - available_of(new);
        let spare = all
            .saturating_sub(min_available)
            .saturating_sub(new_unavailable);
        self.turn
            .saw(self.object, "pods available at least", min_available);
        self.turn.saw(self.object, "pods available", available);
        if spare <= 0 {
            return false;
        }
        let broken = |set: &ReplicaSet| replicas_of(set) - available_of(set);
        self.take_away(&old, spare, broken, "UnhealthyReplicas")
            || self.take_away(
                &old,
                available - min_available,
                replicas_of,
                "RolloutContinues",
            )
    }

    /// Takes up to `count` replicas away, oldest ReplicaSet first, at most `most` of each.
    fn take_away(
        &mut self,
        old: &[ReplicaSet],
        mut count: i32,
        most: impl Fn(&ReplicaSet) -> i32,
        reason: &'static str,
    ) -> bool {
        let mut taken = false;
        for set in old {
            let less = most(set).min(count);
            if less > 0 {
                self.resize(set, replicas_of(set) - less, reason);
                count -= less;
                taken = true;
            }
        }
        taken
    }

    /// Pods of old ReplicaSets that still run, or are still on their way out.
    fn old_pods_running(&self) -> i32 {
        let table = self.seen.table(Kind::Pod);
        let pods = |set: &&ReplicaSet| {
            let counts = table
                .tally(uid_of(&set.metadata))
                .map(crate::api::Tally::total);
            let reported = set.status.as_ref().map_or(0, |s| s.replicas);
            counts.map_or(0, |c| c.active + c.terminating).max(reported)
        };
        total(self.old.iter().map(pods))
    }

    fn is_complete(&self, status: &k8s_openapi::api::apps::v1::DeploymentStatus) -> bool {
        status::is_complete(self.deployment, self.replicas(), status)
    }
}

/// No pods, none wanted, and its own controller has seen that.
fn is_done(set: &ReplicaSet) -> bool {
    let status = set.status.as_ref();
    let observed = status.and_then(|s| s.observed_generation).unwrap_or(0);
    replicas_of(set) == 0
        && status.is_none_or(|s| s.replicas == 0)
        && set.metadata.generation.unwrap_or(0) <= observed
}
