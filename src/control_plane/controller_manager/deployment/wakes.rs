//! Whom a change concerns: a Deployment itself, the owner of a ReplicaSet, and for `Recreate` the owner's owner of the last pod to go.
//!
//! The real thing: pkg/controller/deployment/deployment_controller.go, `addReplicaSet`, `updateReplicaSet`, `deletePod`.

use super::super::ownership::controller;
use crate::api::owner::{controller_of, uid_of};
use crate::api::{Change, Kind, Pod, Stored, Tally, selector};
use crate::component::{Seen, Wake, join, queue_key};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};

/// The Deployments that a change concerns.
pub(super) fn wakes(change: &Change, seen: &Seen<'_>) -> Vec<Wake> {
    match change.kind() {
        Kind::Deployment => vec![Wake::now(queue_key(change.object()))],
        Kind::ReplicaSet => {
            let before = change.before.as_ref().and_then(ReplicaSet::of);
            let after = change.after.as_ref().and_then(ReplicaSet::of);
            set_wakes(before, after, seen)
        }
        _ => {
            // Only the end of a pod can let a `Recreate` go on; everything else about pods arrives through the ReplicaSets' status.
            let gone = change
                .after
                .is_none()
                .then_some(change.before.as_ref())
                .flatten();
            gone.and_then(Pod::of)
                .and_then(|pod| pod_wakes(pod, seen))
                .into_iter()
                .collect()
        }
    }
}

fn set_wakes(
    before: Option<&ReplicaSet>,
    after: Option<&ReplicaSet>,
    seen: &Seen<'_>,
) -> Vec<Wake> {
    let owner = |set: &ReplicaSet| {
        controller::<Deployment>(&set.metadata, seen).map(|(key, _)| Wake::now(key))
    };
    let Some(set) = after else {
        return before.and_then(owner).into_iter().collect();
    };
    let (was, is) = (
        before.and_then(|set| controller_of(&set.metadata)),
        controller_of(&set.metadata),
    );
    let mut wakes = Vec::new();
    if before.is_some() && was != is {
        wakes.extend(before.and_then(owner));
    }
    if is.is_some() {
        wakes.extend(owner(set));
        return wakes;
    }
    let labels = set.metadata.labels.as_ref();
    if before.is_none() || was != is || before.is_some_and(|b| b.metadata.labels.as_ref() != labels)
    {
        wakes.extend(adopters(set, seen));
    }
    wakes
}

/// The Deployments whose selector matches an orphan.
fn adopters(set: &ReplicaSet, seen: &Seen<'_>) -> Vec<Wake> {
    let namespace = set.metadata.namespace.as_deref().unwrap_or_default();
    let all = seen
        .table(Kind::Deployment)
        .in_namespace(namespace)
        .filter_map(Deployment::of);
    let matching = all.filter(|deployment| {
        deployment.spec.as_ref().is_some_and(|spec| {
            !selector::is_empty(&spec.selector)
                && selector::matches(&spec.selector, set.metadata.labels.as_ref())
        })
    });
    matching
        .map(|d| {
            Wake::now(join(
                namespace,
                d.metadata.name.as_deref().unwrap_or_default(),
            ))
        })
        .collect()
}

fn pod_wakes(pod: &Pod, seen: &Seen<'_>) -> Option<Wake> {
    let (_, set) = controller::<ReplicaSet>(&pod.metadata, seen)?;
    let (key, deployment) = controller::<Deployment>(&set.metadata, seen)?;
    let strategy = deployment.spec.as_ref()?.strategy.as_ref()?;
    if strategy.type_.as_deref() != Some("Recreate") {
        return None;
    }
    let pods = seen.table(Kind::Pod);
    let left = |set: &ReplicaSet| {
        let counts = pods.tally(uid_of(&set.metadata)).map(Tally::total);
        counts.map_or(0, |c| c.active + c.terminating)
    };
    let sets = seen.owned_by::<ReplicaSet>(uid_of(&deployment.metadata));
    let is_empty = sets.map(left).all(|pods| pods == 0);
    is_empty.then(|| Wake::now(key))
}
