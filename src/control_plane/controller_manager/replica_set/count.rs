//! Counting a set's pods, without walking them wherever the cache's tally will do.
//!
//! The real thing: pkg/controller/replicaset/replica_set_utils.go, `calculateStatus`.

use super::{min_ready_ms, own_active, replicas, selector_of, template_labels};
use crate::api::owner::uid_of;
use crate::api::selector::{self, Labels};
use crate::api::time::Ms;
use crate::api::{Kind, Object, Pod, PodCounts, pods};
use crate::component::{Seen, Turn};
use k8s_openapi::api::apps::v1::ReplicaSet;

/// The numbers that a turn decides by.
pub(super) struct Counted {
    /// Active pods that match the selector.
    pub(super) active: i32,
    /// Of those, the ones that have all labels of the template.
    pub(super) fully_labeled: i32,
    /// Of those, the Ready ones.
    pub(super) ready: i32,
    /// Ready for at least `minReadySeconds`.
    pub(super) available: i32,
    /// When the next Ready pod becomes available.
    pub(super) next_available_ms: Option<Ms>,
    /// Active pods of the set with labels that the selector does not match.
    pub(super) strange: i32,
    /// Being deleted.
    pub(super) terminating: i32,
}

impl Counted {
    /// Counts the set's pods as the cache has them.
    pub(super) fn of(set: &ReplicaSet, seen: &Seen<'_>) -> Self {
        let uid = uid_of(&set.metadata);
        let selector = selector_of(set);
        let wanted = template_labels(set);
        let tally = seen.table(Kind::Pod).tally(uid);
        let sum = |matches: &dyn Fn(&Labels) -> bool| {
            tally.map_or(PodCounts::default(), |t| t.sum(matches))
        };
        let total = sum(&|_| true);
        let counts = sum(&|labels| selector::matches(selector, Some(labels)));
        let full = sum(&|labels| {
            selector::matches(selector, Some(labels))
                && wanted.is_none_or(|w| selector::includes(Some(labels), w))
        });
        let mut counted = Self {
            active: counts.active,
            fully_labeled: full.active,
            ready: counts.ready,
            available: counts.ready,
            next_available_ms: None,
            strange: total.active - counts.active,
            terminating: total.terminating,
        };
        let min_ready_ms = min_ready_ms(set);
        if min_ready_ms > 0 && counts.ready > 0 {
            counted.count_available(min_ready_ms, own_active(set, seen), seen.now_ms);
        }
        counted
    }

    fn count_available<'a>(
        &mut self,
        min_ready_ms: Ms,
        active: impl Iterator<Item = &'a Pod>,
        now_ms: Ms,
    ) {
        let (now, later): (Vec<Ms>, Vec<Ms>) = active
            .filter_map(|pod| pods::available_at_ms(pod, min_ready_ms))
            .partition(|at| *at <= now_ms);
        self.available = i32::try_from(now.len()).expect("a set has fewer than 2^31 pods");
        self.next_available_ms = later.into_iter().min();
    }

    /// Notes the numbers as facts.
    pub(super) fn observe(&self, object: &Object, set: &ReplicaSet, turn: &mut Turn) {
        turn.saw(object, "spec.replicas", replicas(set))
            .saw(object, "pods active", self.active)
            .saw(object, "pods ready", self.ready);
        if min_ready_ms(set) > 0 {
            turn.saw(object, "pods available", self.available);
        }
        if self.terminating > 0 {
            turn.saw(object, "pods terminating", self.terminating);
        }
        if set.metadata.deletion_timestamp.is_some() {
            turn.saw(object, "metadata.deletionTimestamp", true);
        }
    }
}
