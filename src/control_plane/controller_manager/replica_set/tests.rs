//! Table tests of the whole turn.

use super::super::testing::{PodBuilder, object, snapshot, story, sync, wakes};
use super::*;
use crate::api::{Answer, Snapshot, Status};
use crate::component::Component;
use expect_test::{Expect, expect};
use serde_json::json;

fn set(replicas: i32, status: serde_json::Value) -> ReplicaSet {
    object(json!({
        "metadata": { "name": "web", "uid": "rs-web" },
        "spec": {
            "replicas": replicas,
            "selector": { "matchLabels": { "app": "web" } },
            "template": {
                "metadata": { "labels": { "app": "web", "tier": "a" }, "annotations": { "note": "x" } },
                "spec": { "containers": [{ "name": "c", "image": "nginx:1.27" }] },
            },
        },
        "status": status,
    }))
}

fn full_status(count: i32) -> serde_json::Value {
    json!({ "replicas": count, "fullyLabeledReplicas": count, "readyReplicas": count, "availableReplicas": count, "observedGeneration": 1 })
}

fn own(name: &str, set: &ReplicaSet) -> PodBuilder {
    PodBuilder::new(name)
        .label("tier", "a")
        .owned_by(controller_reference(set))
}

fn check(name: &str, set: &ReplicaSet, pods: Vec<PodBuilder>, now_ms: u64, want: &Expect) {
    let objects = pods.into_iter().map(PodBuilder::object);
    let snapshot = snapshot(objects.chain([set.clone().into()]));
    let turn = sync(&ReplicaSetController, "default/web", &snapshot, now_ms);
    want.assert_eq(&format!("{name}\n{}", story(&turn)));
}

#[test]
fn too_few_and_too_many() {
    let two = set(2, json!({ "replicas": 0 }));
    check(
        "a new set",
        &two,
        vec![],
        0,
        &expect![[r#"
        a new set
        ? ReplicaSet default/web pods active: 2 != 0 TooFewReplicas
        ? ReplicaSet default/web status.observedGeneration: 1 != <none> StatusOutOfDate
        ! create pods default/web-*
        * Normal SuccessfulCreate Created pod: {created}
        ! create pods default/web-*
        * Normal SuccessfulCreate Created pod: {created}
        ! update replicasets/status default/web"#]],
    );
    let one = set(1, full_status(3));
    let three = vec![
        own("a", &one).on("n1").ready_since(0),
        own("b", &one).on("n1").phase("Pending"),
        own("c", &one).phase("Pending"),
        own("d", &one).on("n1").deleted(0),
    ];
    check(
        "scaled down",
        &one,
        three,
        60_000,
        &expect![[r#"
        scaled down
        ? ReplicaSet default/web pods active: 1 != 3 TooManyReplicas
        ? ReplicaSet default/web status.readyReplicas: 1 != 3 StatusOutOfDate
        ? ReplicaSet default/web status.availableReplicas: 1 != 3 StatusOutOfDate
        ! delete pods default/c
        * Normal SuccessfulDelete Deleted pod: c
        ! delete pods default/b
        * Normal SuccessfulDelete Deleted pod: b
        ! update replicasets/status default/web"#]],
    );
    let all_well = set(1, full_status(1));
    let ready = vec![own("a", &all_well).on("n1").ready_since(0)];
    check(
        "nothing to do",
        &all_well,
        ready,
        0,
        &expect![[r#"
        nothing to do
    "#]],
    );
}

#[test]
fn adopts_and_releases_before_it_counts() {
    let two = set(2, full_status(1));
    let pods = vec![
        PodBuilder::new("stray"),
        PodBuilder::new("dying-stray").deleted(0),
        own("mine-no-more", &two)
            .label("app", "other")
            .ready_since(0),
    ];
    check(
        "strays",
        &two,
        pods,
        0,
        &expect![[r#"
        strays
        ? Pod default/stray metadata.ownerReferences: ReplicaSet/web != <none> MatchingOrphan
        ? Pod default/mine-no-more metadata.ownerReferences: <none> != ReplicaSet/web NoLongerMatching
        ! patch pods default/stray
        ! patch pods default/mine-no-more"#]],
    );
}

#[test]
fn min_ready_seconds_come_back_when_the_next_pod_is_available() {
    let mut slow = set(2, full_status(2));
    slow.spec.as_mut().expect("a spec").min_ready_seconds = Some(10);
    let pods = vec![
        own("a", &slow).ready_since(0),
        own("b", &slow).ready_since(7_000),
    ];
    check(
        "one is available",
        &slow,
        pods,
        12_000,
        &expect![[r#"
        one is available
        ? ReplicaSet default/web status.availableReplicas: 1 != 2 StatusOutOfDate
        ! update replicasets/status default/web
        @ default/web in 5000ms Work"#]],
    );
}

#[test]
fn pods_are_made_from_the_template() {
    let one = set(1, json!({ "replicas": 0 }));
    let pod = new_pod(&one);
    let meta = pod.metadata();
    assert_eq!(meta.generate_name.as_deref(), Some("web-"));
    assert_eq!(meta.labels.as_ref().map(BTreeMap::len), Some(2));
    assert_eq!(
        meta.annotations
            .as_ref()
            .and_then(|a| a.get("note"))
            .map(String::as_str),
        Some("x")
    );
    assert_eq!(controller_of(meta), Some(&controller_reference(&one)));
}

#[test]
fn waits_for_its_own_pods_and_reports_refusals() {
    let one = set(1, json!({ "replicas": 0, "observedGeneration": 1 }));
    let empty: Snapshot = snapshot([one.clone().into()]);
    let (controller, mut memory) = (ReplicaSetController, Remembered::default());
    let seen = Seen::new(&empty, 0);
    let turn = controller.sync("default/web", &seen, &mut memory);
    let again = controller.sync("default/web", &seen, &mut memory);
    assert_eq!(
        story(&again),
        "@ default/web in 300001ms Work",
        "its pod is on its way"
    );

    let refusal = Answer {
        result: Err(Status::forbidden(Kind::Pod, "web-x", "exceeded quota")),
        warnings: Vec::new(),
        revision: None,
    };
    controller.answered(
        "default/web",
        &turn.actions[0].action,
        &Outcome::Api(refusal),
        &mut memory,
    );
    let turn = controller.sync("default/web", &seen, &mut memory);
    expect![[r#"
        ? ReplicaSet default/web status.conditions[ReplicaFailure]: FailedCreate != <none> StatusOutOfDate
        ? ReplicaSet default/web pods active: 1 != 0 TooFewReplicas
        * Warning FailedCreate Error creating: pods "web-x" is forbidden: exceeded quota
        ! update replicasets/status default/web
        ! create pods default/web-*
        * Normal SuccessfulCreate Created pod: {created}"#]]
    .assert_eq(&story(&turn));
}

#[test]
fn a_refusal_is_forgotten_once_nothing_is_to_be_done() {
    let mut one = set(
        1,
        json!({ "replicas": 1, "fullyLabeledReplicas": 1, "observedGeneration": 1, "conditions": [
            { "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota" },
        ] }),
    );
    one.metadata.generation = Some(1);
    let world = snapshot([one.clone().into(), own("a", &one).object()]);
    let failure = Failure {
        reason: "FailedCreate",
        message: "exceeded quota".to_owned(),
        is_reported: true,
    };
    let mut memory = Remembered::default();
    memory.failures.insert("default/web".into(), failure);
    let turn = ReplicaSetController.sync("default/web", &Seen::new(&world, 0), &mut memory);
    expect![[r#"
        ? ReplicaSet default/web status.conditions[ReplicaFailure]: <none> != FailedCreate StatusOutOfDate
        ! update replicasets/status default/web"#]]
    .assert_eq(&story(&turn));
    assert!(memory.failures.is_empty());
}

#[test]
fn events_wake_whom_they_concern() {
    let web = set(1, json!({ "replicas": 0 }));
    let snapshot = snapshot([web.clone().into()]);
    let mine = own("a", &web).object();
    let mut stale = controller_reference(&web);
    stale.uid = "an-earlier-web".to_owned();
    let cases = [
        ("mine is new", None, Some(mine.clone()), 1),
        ("mine is gone", Some(mine.clone()), None, 1),
        (
            "an orphan that matches",
            None,
            Some(PodBuilder::new("b").object()),
            1,
        ),
        (
            "an orphan that does not",
            None,
            Some(PodBuilder::new("b").label("app", "x").object()),
            0,
        ),
        (
            "an orphan as it was",
            Some(PodBuilder::new("b").object()),
            Some(PodBuilder::new("b").on("n1").object()),
            0,
        ),
        (
            "released",
            Some(mine),
            Some(PodBuilder::new("a").label("app", "x").object()),
            1,
        ),
        (
            "of an earlier set of that name",
            None,
            Some(PodBuilder::new("c").owned_by(stale).object()),
            0,
        ),
    ];
    for (name, before, after, want) in cases {
        let woken = wakes(&ReplicaSetController, before, after, &snapshot);
        assert_eq!(woken.len(), want, "{name}: {woken:?}");
    }
}
