//! Whom a pod's change concerns: the set that controls it, the one that did, or for an orphan those that would have it.
//!
//! The real thing: pkg/controller/replicaset/replica_set.go, `addPod`, `updatePod`, `deletePod`.

use super::super::ownership;
use super::expectations::Expectations;
use super::{pod_name, selector_of};
use crate::api::owner::controller_of;
use crate::api::{Change, Kind, Pod, Stored, selector};
use crate::component::{Seen, Wake, join};
use k8s_openapi::api::apps::v1::ReplicaSet;

/// The sets that a pod's change concerns; notes that what was expected has come.
pub(super) fn pod_wakes(
    change: &Change,
    seen: &Seen<'_>,
    expectations: &mut Expectations,
) -> Vec<Wake> {
    let before = change.before.as_ref().and_then(Pod::of);
    match (before, change.after.as_ref().and_then(Pod::of)) {
        (_, Some(pod)) if pod.metadata.deletion_timestamp.is_some() => {
            pod_is_going(pod, seen, expectations)
        }
        (None, Some(pod)) => pod_is_new(pod, seen, expectations),
        (Some(before), Some(pod)) => pod_has_changed(before, pod, seen),
        (Some(pod), None) => pod_is_going(pod, seen, expectations),
        (None, None) => Vec::new(),
    }
}

fn pod_is_new(pod: &Pod, seen: &Seen<'_>, expectations: &mut Expectations) -> Vec<Wake> {
    if controller_of(&pod.metadata).is_none() {
        return adopters(pod, seen);
    }
    let Some((key, _)) = ownership::controller::<ReplicaSet>(&pod.metadata, seen) else {
        return Vec::new();
    };
    expectations.creation_observed(&key);
    vec![Wake::now(key)]
}

fn pod_has_changed(before: &Pod, pod: &Pod, seen: &Seen<'_>) -> Vec<Wake> {
    let mut wakes = Vec::new();
    let (was, is) = (
        controller_of(&before.metadata),
        controller_of(&pod.metadata),
    );
    if was != is {
        // Whoever has lost it counts again.
        let loser = ownership::controller::<ReplicaSet>(&before.metadata, seen);
        wakes.extend(loser.map(|(key, _)| Wake::now(key)));
    }
    if is.is_some() {
        let owner = ownership::controller::<ReplicaSet>(&pod.metadata, seen);
        wakes.extend(owner.map(|(key, _)| Wake::now(key)));
    } else if was != is || before.metadata.labels != pod.metadata.labels {
        wakes.extend(adopters(pod, seen));
    }
    wakes
}

/// Deleted, or marked for deletion: for the count that is the same.
fn pod_is_going(pod: &Pod, seen: &Seen<'_>, expectations: &mut Expectations) -> Vec<Wake> {
    let Some((key, _)) = ownership::controller::<ReplicaSet>(&pod.metadata, seen) else {
        return Vec::new();
    };
    expectations.deletion_observed(&key, &pod_name(pod));
    vec![Wake::now(key)]
}

/// The sets whose selector matches an orphan.
fn adopters(pod: &Pod, seen: &Seen<'_>) -> Vec<Wake> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    seen.table(Kind::ReplicaSet)
        .in_namespace(namespace)
        .filter_map(ReplicaSet::of)
        .filter(|set| selector::matches(selector_of(set), pod.metadata.labels.as_ref()))
        .map(|set| {
            Wake::now(join(
                namespace,
                set.metadata.name.as_deref().unwrap_or_default(),
            ))
        })
        .collect()
}
