//! Table tests of the whole turn.

use super::super::testing::{PodBuilder, change, object, snapshot, story};
use super::*;
use crate::api::Snapshot;
use expect_test::{Expect, expect};

const TAINT: &str = r#"[{"key":"gpu","value":"broken","effect":"NoExecute"}]"#;

fn node(taints: &str) -> Object {
    let taints: serde_json::Value = serde_json::from_str(taints).expect("JSON");
    object::<Node>(json!({ "metadata": { "name": "n1" }, "spec": { "taints": taints } })).into()
}

fn pod(name: &str, tolerations: &str) -> Object {
    let mut pod = PodBuilder::new(name).on("n1").pod();
    let tolerations = serde_json::from_str(tolerations).expect("JSON");
    pod.spec.get_or_insert_default().tolerations = Some(tolerations);
    pod.into()
}

fn check(key: &str, world: &Snapshot, now_ms: u64, memory: &mut Remembered, want: &Expect) {
    let turn = TaintEvictionController.sync(key, &Seen::new(world, now_ms), memory);
    want.assert_eq(&story(&turn));
}

#[test]
fn at_once_later_or_never() {
    let mut world = snapshot([
        node(TAINT),
        pod("plain", "[]"),
        pod("forever", r#"[{"key":"gpu","operator":"Exists"}]"#),
        pod(
            "awhile",
            r#"[{"key":"gpu","operator":"Exists","tolerationSeconds":15}]"#,
        ),
        pod(
            "schedonly",
            r#"[{"key":"gpu","operator":"Exists","effect":"NoSchedule"}]"#,
        ),
    ]);
    let mut memory = Remembered::default();
    check(
        "n1",
        &world,
        0,
        &mut memory,
        &expect![[r#"
        ? Pod default/plain spec.nodeName: <none> != n1 TaintNotTolerated
        ? Pod default/schedonly spec.nodeName: <none> != n1 TaintNotTolerated
        * Normal TaintManagerEviction Marking for deletion Pod default/plain
        ! patch pods/status default/plain
        ! delete pods default/plain
        * Normal TaintManagerEviction Marking for deletion Pod default/schedonly
        ! patch pods/status default/schedonly
        ! delete pods default/schedonly
        @ default/awhile in 15000ms Plan"#]],
    );
    check(
        "default/awhile",
        &world,
        5_000,
        &mut memory,
        &expect!["@ default/awhile in 10000ms Plan"],
    );
    check(
        "default/awhile",
        &world,
        15_000,
        &mut memory.clone(),
        &expect![[r#"
            ? Pod default/awhile spec.nodeName: <none> != n1 TolerationEnded
            * Normal TaintManagerEviction Marking for deletion Pod default/awhile
            ! patch pods/status default/awhile
            ! delete pods default/awhile"#]],
    );
    world.table_mut(Kind::Node).insert(node("[]"));
    check(
        "n1",
        &world,
        10_000,
        &mut memory,
        &expect!["* Normal TaintManagerEviction Cancelling deletion of Pod default/awhile"],
    );
}

#[test]
fn only_what_matters_wakes() {
    let world = snapshot([node(TAINT)]);
    let (clean, tainted) = (node("[]"), node(TAINT));
    let bound = pod("p", "[]");
    let loose = PodBuilder::new("p").object();
    let running = PodBuilder::new("p").on("n1").phase("Running").object();
    let cases = [
        ("a new taint", Some(clean.clone()), Some(tainted.clone()), 1),
        ("a healthy node", None, Some(clean), 0),
        ("the same taint", Some(tainted.clone()), Some(tainted), 0),
        (
            "bound to the tainted node",
            Some(loose),
            Some(bound.clone()),
            1,
        ),
        (
            "something else about it",
            Some(bound.clone()),
            Some(running),
            0,
        ),
        ("gone, and nothing was planned", Some(bound), None, 0),
    ];
    for (name, before, after, want) in cases {
        let change = change(before, after);
        let seen = Seen::new(&world, 0);
        let woken = TaintEvictionController.wakes(&change, &seen, &mut Remembered::default());
        assert_eq!(woken.len(), want, "{name}");
    }
}
