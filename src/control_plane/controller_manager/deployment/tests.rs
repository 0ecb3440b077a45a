//! Table tests of the whole turn: a Deployment of 4 (surge 1, one may be missing), and ReplicaSets in all states.

use super::super::testing::{PodBuilder, object, snapshot, story, sync, wakes};
use super::*;
use crate::api::{Answer, Snapshot, Status};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

const DONE: &str = r#"{"observedGeneration":1,"replicas":4,"updatedReplicas":4,"readyReplicas":4,"availableReplicas":4,"conditions":[
    {"type":"Available","status":"True","reason":"MinimumReplicasAvailable","message":"Deployment has minimum availability."},
    {"type":"Progressing","status":"True","reason":"NewReplicaSetAvailable","message":"ReplicaSet \"web-new\" has successfully progressed."}]}"#;

fn template(image: &str) -> Value {
    json!({ "metadata": { "labels": { "app": "web" } }, "spec": { "containers": [{ "name": "c", "image": image }] } })
}

fn deployment(patch: Value) -> Deployment {
    let mut whole = json!({
        "metadata": { "name": "web", "annotations": { "deployment.kubernetes.io/revision": "1" } },
        "spec": {
            "replicas": 4,
            "selector": { "matchLabels": { "app": "web" } },
            "template": template("nginx:2"),
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 1 } },
            "revisionHistoryLimit": 1,
            "progressDeadlineSeconds": 600,
        },
        "status": serde_json::from_str::<Value>(DONE).expect("it is JSON"),
    });
    json_patch::merge(&mut whole, &patch);
    object(whole)
}

/// A ReplicaSet of this revision and image with these replicas: desired, current, available.
fn set(name: &str, revision: i64, image: &str, counts: [i32; 3], desired: i32) -> ReplicaSet {
    let mut template = template(image);
    template["metadata"]["labels"]["pod-template-hash"] = json!(name);
    let [replicas, current, available] = counts;
    let mut set: ReplicaSet = object(json!({
        "metadata": {
            "name": format!("web-{name}"),
            "labels": { "app": "web", "pod-template-hash": name },
            "creationTimestamp": format!("2025-01-01T00:00:0{revision}Z"),
            "annotations": {
                "deployment.kubernetes.io/revision": revision.to_string(),
                "deployment.kubernetes.io/desired-replicas": desired.to_string(),
                "deployment.kubernetes.io/max-replicas": (desired + 1).to_string(),
            },
        },
        "spec": {
            "replicas": replicas,
            "selector": { "matchLabels": { "app": "web", "pod-template-hash": name } },
            "template": template,
        },
        "status": { "replicas": current, "readyReplicas": available, "availableReplicas": available, "observedGeneration": 1 },
    }));
    set.metadata.owner_references = Some(vec![controller_reference(&deployment(json!({})))]);
    set
}

fn cluster(deployment: &Deployment, sets: &[ReplicaSet]) -> Snapshot {
    let sets = sets.iter().cloned().map(Object::from);
    snapshot(sets.chain([deployment.clone().into()]))
}

fn check(deployment: &Deployment, sets: &[ReplicaSet], want: &Expect) {
    let turn = sync(
        &DeploymentController,
        "default/web",
        &cluster(deployment, sets),
        60_000,
    );
    want.assert_eq(&story(&turn));
}

#[test]
fn a_new_deployment_gets_a_replica_set() {
    let new = json!({ "status": null, "metadata": { "annotations": null } });
    check(
        &deployment(new),
        &[],
        &expect![[r#"
        ? Deployment default/web ReplicaSet for spec.template: web-b6d7864df != <none> NewReplicaSetNeeded
        ? Deployment default/web status.unavailableReplicas: 4 != 0 StatusOutOfDate
        ? Deployment default/web status.observedGeneration: 1 != <none> StatusOutOfDate
        ? Deployment default/web status.conditions[Available]: False MinimumReplicasUnavailable != <none> StatusOutOfDate
        ? Deployment default/web status.conditions[Progressing]: True NewReplicaSetCreated != <none> StatusOutOfDate
        ? Deployment default/web metadata.annotations[deployment.kubernetes.io/revision]: 1 != <none> RevisionOutOfDate
        ! create replicasets default/web-b6d7864df
        * Normal ScalingReplicaSet Scaled up replica set web-b6d7864df from 0 to 4
        ! update deployments/status default/web
        @ default/web in 601000ms Housekeeping"#]],
    );
}

#[test]
fn a_rollout_goes_up_then_down() {
    let d = deployment(json!({}));
    let old = |counts| set("old", 1, "nginx:1", counts, 4);
    let new = |counts| set("new", 2, "nginx:2", counts, 4);
    check(
        &d,
        &[old([4, 4, 4])],
        &expect![[r#"
        ? Deployment default/web ReplicaSet for spec.template: web-b6d7864df != <none> NewReplicaSetNeeded
        ? Deployment default/web status.updatedReplicas: 0 != 4 StatusOutOfDate
        ? Deployment default/web status.unavailableReplicas: 1 != 0 StatusOutOfDate
        ? Deployment default/web status.conditions[Progressing]: True NewReplicaSetCreated != True NewReplicaSetAvailable StatusOutOfDate
        ? Deployment default/web metadata.annotations[deployment.kubernetes.io/revision]: 2 != 1 RevisionOutOfDate
        ! create replicasets default/web-b6d7864df
        * Normal ScalingReplicaSet Scaled up replica set web-b6d7864df from 0 to 1
        ! update deployments/status default/web
        @ default/web in 601000ms Housekeeping"#]],
    );
    check(
        &d,
        &[old([4, 4, 4]), new([1, 1, 0])],
        &expect![[r#"
        ? ReplicaSet default/web-old spec.replicas: 3 != 4 RolloutContinues
        ? Deployment default/web status.replicas: 5 != 4 StatusOutOfDate
        ? Deployment default/web status.updatedReplicas: 1 != 4 StatusOutOfDate
        ? Deployment default/web status.unavailableReplicas: 1 != 0 StatusOutOfDate
        ? Deployment default/web metadata.annotations[deployment.kubernetes.io/revision]: 2 != 1 RevisionOutOfDate
        ! update replicasets default/web-old
        * Normal ScalingReplicaSet Scaled down replica set web-old from 4 to 3
        ! update deployments/status default/web
        @ default/web in 541000ms Housekeeping"#]],
    );
    check(
        &d,
        &[old([3, 3, 3]), new([1, 1, 0])],
        &expect![[r#"
        ? ReplicaSet default/web-new spec.replicas: 2 != 1 RolloutContinues
        ? Deployment default/web status.updatedReplicas: 1 != 4 StatusOutOfDate
        ? Deployment default/web status.readyReplicas: 3 != 4 StatusOutOfDate
        ? Deployment default/web status.availableReplicas: 3 != 4 StatusOutOfDate
        ? Deployment default/web status.unavailableReplicas: 1 != 0 StatusOutOfDate
        ? Deployment default/web metadata.annotations[deployment.kubernetes.io/revision]: 2 != 1 RevisionOutOfDate
        ! update replicasets default/web-new
        * Normal ScalingReplicaSet Scaled up replica set web-new from 1 to 2
        ! update deployments/status default/web
        @ default/web in 541000ms Housekeeping"#]],
    );
    check(
        &d,
        &[old([3, 3, 2]), new([2, 2, 2])],
        &expect![[r#"
        ? ReplicaSet default/web-old spec.replicas: 2 != 3 UnhealthyReplicas
        ? Deployment default/web status.replicas: 5 != 4 StatusOutOfDate
        ? Deployment default/web status.updatedReplicas: 2 != 4 StatusOutOfDate
        ? Deployment default/web status.unavailableReplicas: 1 != 0 StatusOutOfDate
        ? Deployment default/web metadata.annotations[deployment.kubernetes.io/revision]: 2 != 1 RevisionOutOfDate
        ! update replicasets default/web-old
        * Normal ScalingReplicaSet Scaled down replica set web-old from 3 to 2
        ! update deployments/status default/web
        @ default/web in 541000ms Housekeeping"#]],
    );
    check(
        &d,
        &[old([1, 1, 1]), new([4, 4, 3])],
        &expect![[r#"
        ? ReplicaSet default/web-old spec.replicas: 0 != 1 RolloutContinues
        ? Deployment default/web status.replicas: 5 != 4 StatusOutOfDate
        ? Deployment default/web status.unavailableReplicas: 1 != 0 StatusOutOfDate
        ? Deployment default/web metadata.annotations[deployment.kubernetes.io/revision]: 2 != 1 RevisionOutOfDate
        ! update replicasets default/web-old
        * Normal ScalingReplicaSet Scaled down replica set web-old from 1 to 0
        ! update deployments/status default/web
        @ default/web in 541000ms Housekeeping"#]],
    );
}

#[test]
fn at_the_end_nothing_differs_and_history_is_cut() {
    let d = deployment(
        json!({ "metadata": { "annotations": { "deployment.kubernetes.io/revision": "3" } } }),
    );
    let new = set("new", 3, "nginx:2", [4, 4, 4], 4);
    check(&d, std::slice::from_ref(&new), &expect![[""]]);
    let old = [
        set("a", 1, "nginx:0", [0, 0, 0], 4),
        set("b", 2, "nginx:1", [0, 0, 0], 4),
    ];
    check(
        &d,
        &[old[0].clone(), old[1].clone(), new],
        &expect![[r#"
        ? Deployment default/web old ReplicaSets: 1 != 2 RevisionHistoryLimitExceeded
        ! delete replicasets default/web-a"#]],
    );
}

#[test]
fn rolling_back_renumbers_the_old_replica_set() {
    let d = deployment(json!({ "metadata": { "annotations": { "note": "x" } } }));
    let sets = [
        set("again", 1, "nginx:2", [0, 0, 0], 4),
        set("last", 2, "nginx:1", [4, 4, 4], 4),
    ];
    let turn = sync(&DeploymentController, "default/web", &cluster(&d, &sets), 0);
    expect![[r#"
        ? ReplicaSet default/web-again metadata.annotations[deployment.kubernetes.io/revision]: 3 != 1 AnnotationsOutOfDate
        ? ReplicaSet default/web-again metadata.annotations[deployment.kubernetes.io/revision-history]: 1 != <none> AnnotationsOutOfDate
        ? ReplicaSet default/web-again metadata.annotations[note]: x != <none> AnnotationsOutOfDate
        ! update replicasets default/web-again"#]].assert_eq(&story(&turn));
}

#[test]
fn scaling_in_the_middle_of_a_rollout_is_shared() {
    let d = deployment(json!({ "spec": { "replicas": 8 } }));
    let sets = [
        set("old", 1, "nginx:1", [3, 3, 3], 4),
        set("new", 2, "nginx:2", [2, 2, 0], 4),
    ];
    check(
        &d,
        &sets,
        &expect![[r#"
        ? ReplicaSet default/web-old spec.replicas: 5 != 3 ScaledInProportion
        ? ReplicaSet default/web-new spec.replicas: 4 != 2 ScaledInProportion
        ? Deployment default/web status.replicas: 5 != 4 StatusOutOfDate
        ? Deployment default/web status.updatedReplicas: 2 != 4 StatusOutOfDate
        ? Deployment default/web status.readyReplicas: 3 != 4 StatusOutOfDate
        ? Deployment default/web status.availableReplicas: 3 != 4 StatusOutOfDate
        ? Deployment default/web status.unavailableReplicas: 2 != 0 StatusOutOfDate
        ? Deployment default/web status.conditions[Available]: False MinimumReplicasUnavailable != True MinimumReplicasAvailable StatusOutOfDate
        ? Deployment default/web metadata.annotations[deployment.kubernetes.io/revision]: 2 != 1 RevisionOutOfDate
        ! update replicasets default/web-old
        * Normal ScalingReplicaSet Scaled up replica set web-old from 3 to 5
        ! update replicasets default/web-new
        * Normal ScalingReplicaSet Scaled up replica set web-new from 2 to 4
        ! update deployments/status default/web"#]],
    );
    let down = deployment(json!({ "spec": { "replicas": 2 } }));
    check(
        &down,
        &sets,
        &expect![[r#"
        ? ReplicaSet default/web-old spec.replicas: 2 != 3 ScaledInProportion
        ? ReplicaSet default/web-new spec.replicas: 1 != 2 ScaledInProportion
        ? Deployment default/web status.replicas: 5 != 4 StatusOutOfDate
        ? Deployment default/web status.updatedReplicas: 2 != 4 StatusOutOfDate
        ? Deployment default/web status.readyReplicas: 3 != 4 StatusOutOfDate
        ? Deployment default/web status.availableReplicas: 3 != 4 StatusOutOfDate
        ? Deployment default/web status.unavailableReplicas: 2 != 0 StatusOutOfDate
        ? Deployment default/web metadata.annotations[deployment.kubernetes.io/revision]: 2 != 1 RevisionOutOfDate
        ! update replicasets default/web-old
        * Normal ScalingReplicaSet Scaled down replica set web-old from 3 to 2
        ! update replicasets default/web-new
        * Normal ScalingReplicaSet Scaled down replica set web-new from 2 to 1
        ! update deployments/status default/web"#]],
    );
    let only = [set("new", 2, "nginx:2", [4, 4, 4], 4)];
    check(
        &d,
        &only,
        &expect![[r#"
        ? ReplicaSet default/web-new spec.replicas: 8 != 4 DeploymentScaled
        ? Deployment default/web status.conditions[Available]: False MinimumReplicasUnavailable != True MinimumReplicasAvailable StatusOutOfDate
        ? Deployment default/web metadata.annotations[deployment.kubernetes.io/revision]: 2 != 1 RevisionOutOfDate
        ! update replicasets default/web-new
        * Normal ScalingReplicaSet Scaled up replica set web-new from 4 to 8
        ! update deployments/status default/web"#]],
    );
}

#[test]
fn recreate_waits_for_the_last_old_pod() {
    let d = deployment(
        json!({ "spec": { "strategy": { "type": "Recreate", "rollingUpdate": null } } }),
    );
    let old = set("old", 1, "nginx:1", [4, 4, 4], 4);
    check(
        &d,
        &[old],
        &expect![[r#"
        ? ReplicaSet default/web-old spec.replicas: 0 != 4 OldRevisionMustGoFirst
        ? Deployment default/web status.updatedReplicas: 0 != 4 StatusOutOfDate
        ! update replicasets default/web-old
        * Normal ScalingReplicaSet Scaled down replica set web-old from 4 to 0
        ! update deployments/status default/web
        @ default/web in 541000ms Housekeeping"#]],
    );
    let gone = set("old", 1, "nginx:1", [0, 0, 0], 4);
    let pod = PodBuilder::new("p")
        .owned_by(controller_reference(&gone))
        .deleted(0);
    let mut world = cluster(&d, std::slice::from_ref(&gone));
    world.table_mut(Kind::Pod).insert(pod.clone().object());
    let turn = sync(&DeploymentController, "default/web", &world, 60_000);
    expect![[r#"
        ? Deployment default/web status.replicas: 0 != 4 StatusOutOfDate
        ? Deployment default/web status.updatedReplicas: 0 != 4 StatusOutOfDate
        ? Deployment default/web status.readyReplicas: 0 != 4 StatusOutOfDate
        ? Deployment default/web status.availableReplicas: 0 != 4 StatusOutOfDate
        ? Deployment default/web status.conditions[Available]: False MinimumReplicasUnavailable != True MinimumReplicasAvailable StatusOutOfDate
        ! update deployments/status default/web
        @ default/web in 541000ms Housekeeping"#]].assert_eq(&story(&turn));
    world.table_mut(Kind::Pod).remove("default", "p");
    let turn = sync(&DeploymentController, "default/web", &world, 60_000);
    expect![[r#"
        ? Deployment default/web ReplicaSet for spec.template: web-b6d7864df != <none> NewReplicaSetNeeded
        ? Deployment default/web status.replicas: 0 != 4 StatusOutOfDate
        ? Deployment default/web status.updatedReplicas: 0 != 4 StatusOutOfDate
        ? Deployment default/web status.readyReplicas: 0 != 4 StatusOutOfDate
        ? Deployment default/web status.availableReplicas: 0 != 4 StatusOutOfDate
        ? Deployment default/web status.unavailableReplicas: 4 != 0 StatusOutOfDate
        ? Deployment default/web status.conditions[Available]: False MinimumReplicasUnavailable != True MinimumReplicasAvailable StatusOutOfDate
        ? Deployment default/web status.conditions[Progressing]: True NewReplicaSetCreated != True NewReplicaSetAvailable StatusOutOfDate
        ? Deployment default/web metadata.annotations[deployment.kubernetes.io/revision]: 2 != 1 RevisionOutOfDate
        ! create replicasets default/web-b6d7864df
        * Normal ScalingReplicaSet Scaled up replica set web-b6d7864df from 0 to 4
        ! update deployments/status default/web
        @ default/web in 601000ms Housekeeping"#]].assert_eq(&story(&turn));
    let woken = wakes(&DeploymentController, Some(pod.object()), None, &world);
    assert_eq!(
        woken,
        [Wake::now("default/web")],
        "the last old pod is gone"
    );
}

#[test]
fn pausing_stops_the_clock_and_the_deadline_strikes() {
    let sets = [set("new", 1, "nginx:2", [4, 4, 4], 4)];
    check(
        &deployment(json!({ "spec": { "paused": true } })),
        &sets,
        &expect![[r#"
            ? Deployment default/web status.conditions[Progressing]: Unknown DeploymentPaused != True NewReplicaSetAvailable StatusOutOfDate
            ! update deployments/status default/web"#]],
    );
    let late = json!({ "type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated", "message": "m", "lastUpdateTime": "2025-01-01T00:00:00Z" });
    let stuck = deployment(json!({
        "spec": { "progressDeadlineSeconds": 30 },
        "status": { "replicas": 4, "updatedReplicas": 4, "readyReplicas": null, "availableReplicas": null, "unavailableReplicas": 4, "conditions": [late] },
    }));
    check(
        &stuck,
        &[set("new", 1, "nginx:2", [4, 4, 0], 4)],
        &expect![[r#"
            ? Deployment default/web status.conditions[Available]: False MinimumReplicasUnavailable != <none> StatusOutOfDate
            ? Deployment default/web status.conditions[Progressing]: False ProgressDeadlineExceeded != True ReplicaSetUpdated StatusOutOfDate
            ! update deployments/status default/web"#]],
    );
}

#[test]
fn a_taken_name_asks_for_another_hash() {
    let d = deployment(json!({}));
    let first = sync(&DeploymentController, "default/web", &cluster(&d, &[]), 0);
    let Action::Api(request) = &first.actions[0].action else {
        panic!("it creates a ReplicaSet");
    };
    let mut other = set("x", 1, "nginx:9", [0, 0, 0], 4);
    other.metadata.name = Some(request.key.name.to_string());
    other.metadata.owner_references = None;
    other.metadata.labels = None;
    let turn = sync(
        &DeploymentController,
        "default/web",
        &cluster(&d, &[other]),
        0,
    );
    let collision = turn
        .diff
        .iter()
        .find(|d| d.field == "status.collisionCount");
    assert_eq!(
        collision.map(|d| d.desired.to_string()).as_deref(),
        Some("1")
    );
    assert_eq!(turn.actions.len(), 1, "only the status is written");
}

#[test]
fn a_refused_replica_set_is_reported() {
    let d = deployment(json!({}));
    let world = cluster(&d, &[]);
    let (controller, mut memory) = (DeploymentController, Remembered::default());
    let seen = Seen::new(&world, 0);
    let turn = controller.sync("default/web", &seen, &mut memory);
    let refusal = Answer {
        result: Err(Status::forbidden(Kind::ReplicaSet, "x", "no")),
        warnings: Vec::new(),
        revision: None,
    };
    let action = &turn.actions[0].action;
    controller.answered("default/web", action, &Outcome::Api(refusal), &mut memory);
    let turn = controller.sync("default/web", &seen, &mut memory);
    expect![[r#"
        ? Deployment default/web status.conditions[Progressing]: False ReplicaSetCreateError != True NewReplicaSetAvailable StatusOutOfDate
        * Warning ReplicaSetCreateError Failed to create new replica set "web-b6d7864df": replicasets.apps "x" is forbidden: no
        ! update deployments/status default/web
        @ default/web in 0ms Work"#]].assert_eq(&story(&turn));
    // Once the status says so, each turn tries anew: back-off grows with turns that fail, and ends with one that does not.
    let said = json!({ "status": { "conditions": [
        { "type": "Progressing", "status": "False", "reason": "ReplicaSetCreateError", "message": "no" },
    ] } });
    let world = cluster(&deployment(said), &[]);
    let failure = Failure {
        set: "web-b6d7864df".into(),
        message: "no".to_owned(),
    };
    memory.failures.insert("default/web".into(), failure);
    let turn = controller.sync("default/web", &Seen::new(&world, 0), &mut memory);
    let story = story(&turn);
    assert!(story.contains("* Warning ReplicaSetCreateError"), "{story}");
    assert!(story.contains("! create replicasets"), "{story}");
    assert!(!story.contains("in 0ms"), "{story}");
}
