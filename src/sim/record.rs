//! What a timeline records: inputs, marks, and the samples of the convergence plot.

use super::cluster::{Cluster, ClusterOptions};
use super::faults::Fault;
use super::step::{Choice, Pace, Step};
use crate::api::time::Ms;
use crate::api::{Kind, Object, Request};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of [`Run`]'s format; another one is refused.
pub const RUN_VERSION: u32 = 1;

/// What a person did at one step; steps without an input are the default ones, a whole turn each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// Chose what happens next, or how much of it.
    Step {
        /// Which; the default one if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        choice: Option<Choice>,
        /// How much.
        pace: Pace,
    },
    /// Sent a request.
    Submit(Box<Request>),
    /// Broke or mended something.
    Fault(Fault),
    /// Let the clock run.
    WaitUntil(Ms),
}

/// A run as a value that can be saved, shared and replayed: `(options, inputs)`, and how far it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`RUN_VERSION`].
    pub version: u32,
    /// The cluster that it begins with.
    pub options: ClusterOptions,
    /// What a person did, by step.
    pub inputs: BTreeMap<u64, Input>,
    /// How many steps were taken.
    pub steps: u64,
    /// The step at which the person is looking.
    pub cursor: u64,
}

/// What a mark on the timeline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// The user sent a request.
    User,
    /// The user broke or mended something.
    Fault,
    /// From here on there was nothing left to do.
    Settled,
}

/// A step worth finding again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// After which step; the state at this cursor.
    pub step: u64,
    /// When.
    pub at_ms: Ms,
    /// What for.
    pub kind: MarkKind,
}

/// A point of the convergence plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// After which step.
    pub step: u64,
    /// When.
    pub at_ms: Ms,
    /// The replicas that all Deployments, and ReplicaSets without one, want.
    pub desired: i64,
    /// Those that are ready.
    pub ready: i64,
}

pub(super) fn default_step(cluster: &mut Cluster, pace: Pace) -> Result<Step, String> {
    cluster
        .step_default(pace)
        .ok_or_else(|| "nothing can happen".to_owned())
}

pub(super) fn perform(cluster: &mut Cluster, input: &Input) -> Result<Step, String> {
    match input {
        Input::Step { choice: None, pace } => default_step(cluster, *pace),
        Input::Step {
            choice: Some(choice),
            pace,
        } => cluster
            .step(*choice, *pace)
            .ok_or_else(|| "this cannot happen now".to_owned()),
        Input::Submit(request) => Ok(cluster.submit((**request).clone())),
        Input::Fault(fault) => cluster.fault(fault.clone()),
        Input::WaitUntil(at_ms) => cluster
            .wait_until(*at_ms)
            .ok_or_else(|| "no time passes".to_owned()),
    }
}

/// The sample of a cluster as it is.
pub(super) fn sample(cluster: &Cluster) -> Sample {
    let head = cluster.store().head();
    let deployments = head.table(Kind::Deployment).iter();
    let all = deployments.chain(head.table(Kind::ReplicaSet).iter());
    let counted = all.map(replicas);
    let (desired, ready) = counted.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    Sample {
        step: cluster.steps(),
        at_ms: cluster.now_ms(),
        desired,
        ready,
    }
}

/// The sample after a step, from the one before it and what the step wrote; `None` if it wrote nothing that counts.
pub(super) fn sample_after(last: Sample, cluster: &Cluster, step: &Step) -> Option<Sample> {
    let written = (step.revision_before + 1..=step.revision_after)
        .filter_map(|revision| cluster.store().change(revision))
        .filter(|change| matches!(change.kind(), Kind::Deployment | Kind::ReplicaSet));
    let (mut desired, mut ready) = (last.desired, last.ready);
    for change in written {
        let count = |object: &Option<Object>| object.as_ref().map_or((0, 0), replicas);
        let (was, is) = (count(&change.before), count(&change.after));
        desired += is.0 - was.0;
        ready += is.1 - was.1;
    }
    let is_new = (desired, ready) != (last.desired, last.ready);
    is_new.then(|| Sample {
        step: cluster.steps(),
        at_ms: cluster.now_ms(),
        desired,
        ready,
    })
}

/// How many replicas an object wants, and how many are ready.
fn replicas(object: &Object) -> (i64, i64) {
    let (wanted, ready) = match object {
        Object::Deployment(deployment) => (
            deployment.spec.as_ref().and_then(|spec| spec.replicas),
            deployment
                .status
                .as_ref()
                .and_then(|status| status.ready_replicas),
        ),
        Object::ReplicaSet(set) if crate::api::owner::controller_of(&set.metadata).is_none() => (
            set.spec.as_ref().and_then(|spec| spec.replicas),
            set.status.as_ref().and_then(|status| status.ready_replicas),
        ),
        _ => return (0, 0),
    };
    (
        i64::from(wanted.unwrap_or(1)),
        i64::from(ready.unwrap_or(0)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Timeline;

    #[test]
    fn samples_that_go_on_are_those_of_the_whole_cluster() {
        let mut timeline = Timeline::new(ClusterOptions::default());
        let workload = |name: &str, replicas: u32| {
            let labels = serde_json::json!({"app": name});
            let pod = serde_json::json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
            let text = serde_json::json!({
                "metadata": {"name": name, "namespace": "default"},
                "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": pod},
            });
            let object = Kind::Deployment.deserialize(text).expect("a deployment");
            Request::create(object).by("kubernetes-admin")
        };
        let settle = |timeline: &mut Timeline| {
            while !timeline.cluster().is_settled() {
                timeline.advance(Pace::Turn);
                let last = timeline.samples().last().expect("there is one");
                let whole = sample(timeline.cluster());
                assert_eq!((last.desired, last.ready), (whole.desired, whole.ready));
            }
        };
        timeline.submit(workload("a", 2));
        timeline.submit(workload("b", 3));
        settle(&mut timeline);
        let key = crate::api::Key::new(Kind::Deployment, "default", "b");
        timeline.submit(Request::delete(key, Default::default()).by("kubernetes-admin"));
        settle(&mut timeline);
        let seen = timeline.samples().iter().map(|s| (s.desired, s.ready));
        let seen: Vec<_> = seen.collect();
        assert!(seen.contains(&(5, 5)), "{seen:?}");
        assert_eq!(seen.last(), Some(&(2, 2)));
        timeline.seek(1);
        timeline.submit(workload("c", 1));
        settle(&mut timeline);
        let last = timeline.samples().last().expect("there is one");
        assert_eq!((last.desired, last.ready), (3, 3), "in another future");
    }
}
