//! Which pods go first when there are too many: those whose loss hurts least.
//!
//! The real thing: pkg/controller/controller_utils.go, `ActivePodsWithRanks`; pkg/controller/replicaset/replica_set.go,
//! `getPodsToDelete`, `getPodsRankedByRelatedPodsOnSameNode`, `getIndirectlyRelatedPods`.
//! Left out: pods of other owners that merely match a sibling's selector do not count as related. Where upstream breaks ties of age
//! within one power of two by uid before it looks at restarts, restarts come first here: upstream's order is not transitive.

use crate::api::owner::{controller_of, uid_of};
use crate::api::time::{self, Ms};
use crate::api::{Pod, Uid, pods};
use crate::component::Seen;
use k8s_openapi::api::apps::v1::ReplicaSet;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The `count` pods to delete first. `active` are all active pods of `set`.
pub(super) fn first_to_delete<'a>(
    set: &ReplicaSet,
    mut active: Vec<&'a Pod>,
    count: usize,
    seen: &Seen<'_>,
) -> Vec<&'a Pod> {
    if count >= active.len() {
        return active;
    }
    let on_node = related_on_node(set, seen);
    active.sort_by_cached_key(|pod| {
        let related = on_node.get(pods::node_name(pod)).copied().unwrap_or(0);
        rank(pod, related, seen.now_ms)
    });
    active.truncate(count);
    active
}

/// How many active pods of the set and of its siblings (the other ReplicaSets of its Deployment) each node has.
fn related_on_node<'a>(set: &ReplicaSet, seen: &Seen<'a>) -> BTreeMap<&'a str, usize> {
    let family = match controller_of(&set.metadata) {
        Some(owner) => seen
            .owned_by::<ReplicaSet>(Uid::parse(&owner.uid))
            .map(|sibling| uid_of(&sibling.metadata))
            .collect(),
        None => vec![uid_of(&set.metadata)],
    };
    let mut on_node = BTreeMap::new();
    for uid in family {
        for pod in seen.owned_by::<Pod>(uid).filter(|pod| pods::is_active(pod)) {
            *on_node.entry(pods::node_name(pod)).or_insert(0) += 1;
        }
    }
    on_node
}

/// Compared from left to right; the smallest goes first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    assigned: bool,
    phase: u8,
    ready: bool,
    cost: i32,
    doubled_up: Reverse<usize>,
    ready_for: Age,
    restarts: Reverse<(i32, i32)>,
    exists_for: Age,
    uid: Uid,
}

/// A power of two, so that of pods of about the same age any may go (`LogarithmicScaleDown`): younger ones first.
type Age = Option<u32>;

fn rank(pod: &Pod, related: usize, now_ms: Ms) -> Rank {
    let ready = pods::condition(pod, "Ready").filter(|c| c.status == "True");
    let ready_since = ready.and_then(|c| c.last_transition_time.as_ref());
    Rank {
        assigned: !pods::node_name(pod).is_empty(),
        phase: match pods::phase(pod) {
            "Pending" | "" => 0,
            "Unknown" => 1,
            _ => 2,
        },
        ready: ready.is_some(),
        cost: pods::deletion_cost(pod.metadata.annotations.as_ref()).unwrap_or(0),
        doubled_up: Reverse(related),
        ready_for: ready_since.and_then(|since| age(time::ms(since), now_ms)),
        restarts: Reverse(restarts(pod)),
        exists_for: pod
            .metadata
            .creation_timestamp
            .as_ref()
            .and_then(|since| age(time::ms(since), now_ms)),
        uid: uid_of(&pod.metadata),
    }
}

fn age(since_ms: Ms, now_ms: Ms) -> Age {
    // Upstream takes the logarithm of nanoseconds; a millionfold shifts all buckets alike but not their bounds.
    now_ms
        .checked_sub(since_ms)
        .and_then(|ms| (ms * 1_000_000).checked_ilog2())
}

/// The most restarts of any container, and of any sidecar.
fn restarts(pod: &Pod) -> (i32, i32) {
    let Some(status) = pod.status.as_ref() else {
        return (0, 0);
    };
    let spec = pod.spec.as_ref();
    let is_sidecar = |name: &str| {
        spec.iter()
            .flat_map(|s| s.init_containers.iter().flatten())
            .any(|c| c.name == name && c.restart_policy.as_deref() == Some("Always"))
    };
    let containers = status.container_statuses.iter().flatten();
    let sidecars = status.init_container_statuses.iter().flatten();
    (
        containers.map(|c| c.restart_count).max().unwrap_or(0),
        sidecars
            .filter(|c| is_sidecar(&c.name))
            .map(|c| c.restart_count)
            .max()
            .unwrap_or(0),
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::PodBuilder;
    use super::*;

    #[test]
    fn the_first_of_each_pair_goes_first() {
        let now_ms = 100_000;
        let base = || PodBuilder::new("p").on("n1").ready_since(0);
        let cases = [
            ("unassigned", PodBuilder::new("p").phase("Pending"), base()),
            (
                "Pending",
                PodBuilder::new("p").on("n1").phase("Pending"),
                base().phase("Running"),
            ),
            (
                "Unknown before Running",
                base().phase("Unknown"),
                base().phase("Running"),
            ),
            (
                "not ready",
                PodBuilder::new("p").on("n1").phase("Running"),
                base(),
            ),
            (
                "cheaper",
                base().annotation(pods::DELETION_COST, "-1"),
                base(),
            ),
            (
                "a cost that is none",
                base().annotation(pods::DELETION_COST, "+5"),
                base().annotation(pods::DELETION_COST, "1"),
            ),
            (
                "ready for a shorter time",
                base().ready_since(90_000),
                base().ready_since(10_000),
            ),
            ("more restarts", base().restarts(3), base().restarts(2)),
            (
                "created later",
                base().created(95_000),
                base().created(1_000),
            ),
        ];
        for (name, first, second) in cases {
            let (first, second) = (first.pod(), second.pod());
            assert!(rank(&first, 1, now_ms) < rank(&second, 1, now_ms), "{name}");
        }
        let pod = base().pod();
        assert!(
            rank(&pod, 2, now_ms) < rank(&pod, 1, now_ms),
            "doubled up on its node"
        );
    }
}
