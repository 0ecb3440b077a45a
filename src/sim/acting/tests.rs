//! Turns that take several steps, that crash on the way, and that are refused.

use super::*;
use crate::api::{Body, Key, Kind, Verb};
use crate::sim::{ClusterOptions, Fault, ProcessId, Step};
use serde_json::{Value, json};

const CONTROLLER: &str = "replicaset-controller";

fn create(cluster: &mut Cluster, kind: Kind, document: Value) {
    let key = Key::new(kind, "default", "");
    let request = Request::new(Verb::Create, key, Body::Document(Arc::new(document)));
    let step = cluster.submit(request.by("kubernetes-admin"));
    let answer = step.answer().expect("an answer");
    assert_eq!(answer.result.as_ref().err(), None);
}

fn create_replica_set(cluster: &mut Cluster, replicas: u32) {
    let document = json!({ "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": { "name": "web" }, "spec": {
        "replicas": replicas, "selector": { "matchLabels": { "app": "web" } },
        "template": { "metadata": { "labels": { "app": "web" } }, "spec": { "containers": [{ "name": "c", "image": "nginx" }] } },
    }});
    create(cluster, Kind::ReplicaSet, document);
}

/// The steps of the controller's first turn that does anything.
fn turn(cluster: &mut Cluster, pace: Pace) -> Vec<TurnStep> {
    let mut steps = Vec::new();
    for _ in 0..10_000 {
        let Some(Step { event, .. }) = cluster.step_default(pace) else {
            break;
        };
        if let StepEvent::Turn(step) = event
            && step.process.component == CONTROLLER
            && !step.turn.actions.is_empty()
        {
            steps.push(*step);
            let process = ProcessId {
                component: CONTROLLER,
                node: Name::default(),
            };
            if cluster.process(&process).is_some_and(|p| p.turn.is_none()) {
                return steps;
            }
        }
    }
    panic!("the controller takes a turn");
}

fn pods(cluster: &Cluster) -> usize {
    cluster.store().head().table(Kind::Pod).len()
}

#[test]
fn a_turn_with_many_actions_takes_several_steps() {
    let mut cluster = Cluster::booted(ClusterOptions::default());
    create_replica_set(&mut cluster, 70);
    let steps = turn(&mut cluster, Pace::Turn);
    let all = steps[0].turn.actions.len();
    assert!(all >= 70, "{all}");
    let mut done = 0;
    for step in &steps {
        let to = step.outcomes.len();
        let want = match done {
            0 => Phase::Begin,
            from => Phase::Act { from, to },
        };
        assert_eq!(step.phase, want);
        assert!(to - done <= ACTIONS_OF_A_STEP_MAX, "{done} to {to}");
        done = to;
    }
    assert_eq!((done, pods(&cluster)), (all, 70));
}

#[test]
fn a_crash_between_two_actions_comes_in_any_of_its_steps() {
    for (pace, steps_want) in [(Pace::Turn, 2), (Pace::Phase, 2 + 100)] {
        let mut cluster = Cluster::booted(ClusterOptions::default());
        create_replica_set(&mut cluster, 70);
        let fault = Fault::CrashAfter {
            process: CONTROLLER.into(),
            actions: 100,
        };
        cluster.fault(fault).expect("it runs");
        let steps = turn(&mut cluster, pace);
        let last = steps.last().expect("some");
        assert_eq!((last.crashed, last.outcomes.len()), (true, 100), "{pace:?}");
        assert_eq!(steps.len(), steps_want, "{pace:?}");
    }
}

#[test]
fn a_refusal_ends_the_turn_at_any_pace() {
    let quota = json!({ "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "few" }, "spec": { "hard": { "pods": "2" } } });
    for pace in [Pace::Turn, Pace::Phase] {
        let mut cluster = Cluster::booted(ClusterOptions::default());
        create(&mut cluster, Kind::ResourceQuota, quota.clone());
        for _ in 0..200 {
            cluster.step_default(Pace::Turn);
        }
        create_replica_set(&mut cluster, 5);
        let steps = turn(&mut cluster, pace);
        let last = steps.last().expect("some");
        assert!(last.outcomes.len() < last.turn.actions.len(), "{pace:?}");
        assert!(last.outcomes.last().is_some_and(|o| !o.is_ok()));
        assert_eq!(pods(&cluster), 2, "{pace:?}");
    }
}
