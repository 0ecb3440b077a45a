//! Table tests of the whole turn.

use super::super::testing::{PodBuilder, change, object, snapshot, story};
use super::*;
use crate::api::{Answer, Snapshot, Status};
use expect_test::{Expect, expect};

fn check(key: &str, world: &Snapshot, now_ms: u64, memory: &mut Remembered, want: &Expect) -> Turn {
    let turn = PodGarbageCollectorController.sync(key, &Seen::new(world, now_ms), memory);
    want.assert_eq(&story(&turn));
    turn
}

#[test]
fn pods_of_a_vanished_node_go_after_patience_and_proof() {
    let world = snapshot([PodBuilder::new("p").on("n1").phase("Running").object()]);
    let mut memory = Remembered::default();
    check(
        "n1",
        &world,
        20_000,
        &mut memory,
        &expect!["@ n1 in 20000ms Work"],
    );
    let turn = check(
        "n1",
        &world,
        60_000,
        &mut memory,
        &expect![[r#"
        ? Node n1 metadata.name: n1 != <none> NodeNotInCache
        ! get nodes n1
        @ n1 in 20000ms Work"#]],
    );
    let answer = Answer {
        result: Err(Status::not_found(Kind::Node, "n1")),
        warnings: Vec::new(),
        revision: None,
    };
    let outcome = Outcome::Api(answer);
    PodGarbageCollectorController.answered("n1", &turn.actions[0].action, &outcome, &mut memory);
    check(
        "n1",
        &world,
        60_005,
        &mut memory,
        &expect![[r#"
        ? Pod default/p spec.nodeName: <none> != n1 NodeGone
        ! patch pods/status default/p
        ! delete pods default/p"#]],
    );
}

#[test]
fn terminating_pods_that_nobody_ends() {
    let tainted = json!({
        "metadata": { "name": "n1" },
        "spec": { "taints": [{ "key": OUT_OF_SERVICE, "effect": "NoExecute" }] },
        "status": { "conditions": [{ "type": "Ready", "status": "Unknown" }] },
    });
    let world = snapshot([
        object::<Node>(tainted).into(),
        PodBuilder::new("stays").on("n1").object(),
        PodBuilder::new("going").on("n1").deleted(0).object(),
        PodBuilder::new("nowhere").deleted(0).object(),
    ]);
    let mut memory = Remembered::default();
    check(
        "n1",
        &world,
        0,
        &mut memory,
        &expect![[r#"
        ? Pod default/going spec.nodeName: <none> != n1 NodeOutOfService
        ! patch pods/status default/going
        ! delete pods default/going"#]],
    );
    check(
        "default/nowhere",
        &world,
        0,
        &mut memory,
        &expect![[r#"
        ? Pod default/nowhere metadata.name: <none> != nowhere UnscheduledAndTerminating
        ! patch pods/status default/nowhere
        ! delete pods default/nowhere"#]],
    );
}

#[test]
fn only_odd_pods_wake_anybody() {
    let world = snapshot([object::<Node>(json!({ "metadata": { "name": "n1" } })).into()]);
    let bound = |node: &str| PodBuilder::new("p").on(node).object();
    let going = PodBuilder::new("p").deleted(0).object();
    let cases = [
        ("bound to a node", None, Some(bound("n1")), 0),
        ("bound to no node that is known", None, Some(bound("n2")), 1),
        ("deleted without a node", None, Some(going), 1),
        ("gone", Some(bound("n1")), None, 0),
    ];
    for (name, before, after, want) in cases {
        let seen = Seen::new(&world, 0);
        let mut memory = Remembered::default();
        let woken = PodGarbageCollectorController.wakes(&change(before, after), &seen, &mut memory);
        assert_eq!(woken.len(), want, "{name}");
    }
}

#[test]
fn finished_pods_are_counted() {
    let mut memory = Remembered::default();
    let (world, old) = (
        Snapshot::default(),
        PodBuilder::new("p").phase("Running").object(),
    );
    let done = PodBuilder::new("p").phase("Succeeded").object();
    let seen = Seen::new(&world, 0);
    for (before, after, want) in [
        (None, Some(old.clone()), 0),
        (Some(old), Some(done.clone()), 1),
        (Some(done), None, 0),
    ] {
        PodGarbageCollectorController.wakes(&change(before, after), &seen, &mut memory);
        assert_eq!(memory.terminated.len(), want);
    }
}
