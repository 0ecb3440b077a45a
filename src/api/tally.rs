//! How many pods a controller has: counted with every write, so that nobody walks them.
//!
//! The real thing: none; upstream's controllers list their pods from the cache and count them in every reconcile.

use super::pods;
use crate::api::Pod;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many pods a controller has, and in which state; kept up with every write so that nobody needs to count.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Tally {
    /// Per set of labels (nearly always one), the counts.
    groups: Vec<(Arc<BTreeMap<String, String>>, PodCounts)>,
}

/// Numbers of pods. A pod is in exactly one of `active`, `terminating` and `finished`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PodCounts {
    /// Neither finished nor being deleted.
    pub active: i32,
    /// Of the active ones, those whose Ready condition is True.
    pub ready: i32,
    /// Being deleted, and not finished.
    pub terminating: i32,
    /// Phase Succeeded or Failed.
    pub finished: i32,
}

impl Tally {
    /// The sum over all groups.
    #[must_use]
    pub fn total(&self) -> PodCounts {
        self.sum(|_| true)
    }

    /// The sum over the pods whose labels satisfy `matches`.
    #[must_use]
    pub fn sum(&self, matches: impl Fn(&BTreeMap<String, String>) -> bool) -> PodCounts {
        let mut sum = PodCounts::default();
        for (_, counts) in self.groups.iter().filter(|(labels, _)| matches(labels)) {
            sum.active += counts.active;
            sum.ready += counts.ready;
            sum.terminating += counts.terminating;
            sum.finished += counts.finished;
        }
        sum
    }

    /// Is there no pod left?
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Counts a pod in (1) or out (-1).
    pub(super) fn add(&mut self, pod: &Pod, by: i32) {
        let empty = BTreeMap::new();
        let labels = pod.metadata.labels.as_ref().unwrap_or(&empty);
        let index = self
            .groups
            .iter()
            .position(|(l, _)| **l == *labels)
            .unwrap_or_else(|| {
                let labels = Arc::new(labels.clone());
                self.groups.push((labels, PodCounts::default()));
                self.groups.len() - 1
            });
        let counts = &mut self.groups[index].1;
        if pods::is_finished(pod) {
            counts.finished += by;
        } else if pod.metadata.deletion_timestamp.is_some() {
            counts.terminating += by;
        } else {
            counts.active += by;
            counts.ready += if pods::is_ready(pod) { by } else { 0 };
        }
        if *counts == PodCounts::default() {
            self.groups.remove(index);
        }
    }
}

/// Do both versions of a pod count the same, for the same controller?
pub(super) fn counts_alike(before: &Pod, after: &Pod) -> bool {
    let class = |pod: &Pod| {
        (
            pods::is_finished(pod),
            pod.metadata.deletion_timestamp.is_some(),
            pods::is_ready(pod),
        )
    };
    class(before) == class(after)
        && before.metadata.owner_references == after.metadata.owner_references
        && before.metadata.labels == after.metadata.labels
}
