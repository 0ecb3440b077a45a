//! The boxes of the control plane and what runs on nodes: queues, lag, health; etcd; and what the workloads want.

use crate::api::time::Ms;
use crate::api::{Key, Kind, Name, Object, Revision, User, owner};
use crate::sim::{Cluster, Possible, Process, ProcessId, ProcessState};
use k8s_openapi::api::apps::v1::{DeploymentCondition, ReplicaSetCondition};
use std::collections::BTreeSet;

/// At most so many goals are drawn.
pub const GOALS_MAX: usize = 12;

/// At most so many of the things that could happen next light a dot.
const READY_MAX: usize = 50;

/// How many of the latest writes etcd shows.
const WRITES: u64 = 3;

/// Is a process running?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Yes.
    Up,
    /// Stopped by a fault.
    Stopped,
    /// Crashed; it comes back.
    Crashed,
}

/// One process on the diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// Which.
    pub id: ProcessId,
    /// Keys that wait to be reconciled now.
    pub queue: usize,
    /// Keys that were put back after a failure, or wait for their time.
    pub back_off: usize,
    /// Keys that wait for something to happen.
    pub parked: usize,
    /// Events that have not reached it yet.
    pub lag: usize,
    /// Could it do something next?
    pub ready: bool,
    /// Is it running?
    pub health: Health,
    /// Is one of its watches held back?
    pub held: bool,
}

/// A process on a node.
pub type Agent = Station;

/// The scheduler never waits longer than this to try again without a reason; a key that is due later waits for something to happen.
const BACK_OFF_MAX_MS: Ms = 10_000;

/// The processes that could do something next.
pub(super) type ReadySet = BTreeSet<ProcessId>;

pub(super) fn ready_processes(cluster: &Cluster) -> ReadySet {
    let process = |possible| match possible {
        Possible::Deliver { process, .. }
        | Possible::Turn { process, .. }
        | Possible::GoOn { process, .. }
        | Possible::Restart { process } => Some(process),
        Possible::Machine { .. } => None,
    };
    cluster
        .ready(READY_MAX)
        .into_iter()
        .filter(|ready| ready.due_ms <= cluster.now_ms())
        .filter_map(|ready| process(ready.what))
        .collect()
}

impl Station {
    pub(super) fn of(cluster: &Cluster, process: &Process, ready: &ReadySet) -> Self {
        let now_ms = cluster.now_ms();
        let mut station = Self {
            id: process.id.clone(),
            queue: 0,
            back_off: 0,
            parked: 0,
            lag: process.lag(),
            ready: ready.contains(&process.id),
            health: match process.state {
                ProcessState::Up => Health::Up,
                ProcessState::Stopped => Health::Stopped,
                ProcessState::Crashed => Health::Crashed,
            },
            held: process.watches.iter().any(|cursor| cursor.held),
        };
        for (_, queued) in &process.queue {
            match queued.slot.due_ms {
                due_ms if due_ms <= now_ms => station.queue += 1,
                due_ms if due_ms <= now_ms + BACK_OFF_MAX_MS => station.back_off += 1,
                _ => station.parked += 1,
            }
        }
        station
    }
}

/// One of the latest writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The revision that it made.
    pub revision: Revision,
    /// Of what.
    pub key: Key,
    /// By whom.
    pub by: User,
}

/// etcd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vault {
    /// Its newest revision.
    pub revision: Revision,
    /// How many objects it holds.
    pub objects: usize,
    /// The latest writes, newest first.
    pub writes: Vec<Write>,
}

impl Vault {
    pub(super) fn of(cluster: &Cluster) -> Self {
        let store = cluster.store();
        let revision = store.revision();
        let latest = (revision.saturating_sub(WRITES - 1).max(1)..=revision).rev();
        let writes = latest.filter_map(|revision| store.change(revision));
        Self {
            revision,
            objects: Kind::ALL
                .iter()
                .map(|kind| store.head().table(*kind).len())
                .sum(),
            writes: writes
                .map(|change| Write {
                    revision: change.revision,
                    key: change.key(),
                    by: change.by.clone(),
                })
                .collect(),
        }
    }
}

/// How far a workload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoalTone {
    /// As many as wanted are ready.
    Reached,
    /// Not yet.
    Under,
    /// Its controller says that it does not get on.
    Stuck,
}

/// What a workload wants and has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// Which.
    pub key: Key,
    /// `spec.replicas`.
    pub desired: i32,
    /// `status.readyReplicas`.
    pub ready: i32,
    /// How far it is.
    pub tone: GoalTone,
}

/// The first goals, and how many there are.
pub(super) fn goals(cluster: &Cluster) -> (Vec<Goal>, usize) {
    let head = cluster.store().head();
    let deployments = head.table(Kind::Deployment);
    // Most ReplicaSets belong to a Deployment; those that nobody controls stand under the zero uid.
    let sets = head
        .table(Kind::ReplicaSet)
        .owned_by(crate::api::Uid::default());
    let own: Vec<&Object> = sets.collect();
    let total = deployments.len() + own.len();
    (
        deployments
            .iter()
            .chain(own)
            .take(GOALS_MAX)
            .filter_map(goal)
            .collect(),
        total,
    )
}

fn goal(object: &Object) -> Option<Goal> {
    let (desired, ready, stuck) = match object {
        Object::Deployment(deployment) => {
            let status = deployment.status.as_ref();
            let conditions = status
                .and_then(|status| status.conditions.as_deref())
                .unwrap_or_default();
            let stuck = |c: &DeploymentCondition| {
                (c.type_ == "Progressing" && c.status == "False")
                    || (c.type_ == "ReplicaFailure" && c.status == "True")
            };
            (
                deployment.spec.as_ref()?.replicas,
                status.and_then(|s| s.ready_replicas),
                conditions.iter().any(stuck),
            )
        }
        Object::ReplicaSet(set) if owner::controller_of(&set.metadata).is_none() => {
            let status = set.status.as_ref();
            let conditions = status
                .and_then(|status| status.conditions.as_deref())
                .unwrap_or_default();
            let stuck = |c: &ReplicaSetCondition| c.type_ == "ReplicaFailure" && c.status == "True";
            (
                set.spec.as_ref()?.replicas,
                status.and_then(|s| s.ready_replicas),
                conditions.iter().any(stuck),
            )
        }
        _ => return None,
    };
    let (desired, ready) = (desired.unwrap_or(1), ready.unwrap_or(0));
    let tone = match (ready == desired, stuck) {
        (_, true) => GoalTone::Stuck,
        (true, false) => GoalTone::Reached,
        (false, false) => GoalTone::Under,
    };
    Some(Goal {
        key: object.key(),
        desired,
        ready,
        tone,
    })
}

impl Station {
    /// Its name without what all of its sort have: `replicaset` for `replicaset-controller`, `scheduler` for `kube-scheduler`.
    #[must_use]
    pub fn short_name(&self) -> &'static str {
        short_name(self.id.component)
    }

    /// `kubelet@n1`.
    #[must_use]
    pub fn full_name(&self) -> Name {
        self.id.to_string().into()
    }
}

/// A component's name without `kube-` before a scheduler and `-controller` behind a controller.
#[must_use]
pub fn short_name(component: &'static str) -> &'static str {
    match component {
        "kube-scheduler" => "scheduler",
        name => name.strip_suffix("-controller").unwrap_or(name),
    }
}
