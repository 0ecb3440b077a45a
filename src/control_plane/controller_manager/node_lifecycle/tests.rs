//! Table tests of the whole turn, and the story of a node that falls silent.

use super::super::testing::{PodBuilder, change, object, snapshot, story};
use super::*;
use crate::api::{Snapshot, time};
use expect_test::{Expect, expect};
use serde_json::Value;

fn node(name: &str, ready: &str, more: Value) -> Node {
    let mut whole = json!({
        "metadata": { "name": name },
        "status": { "conditions": [{ "type": "Ready", "status": ready, "lastHeartbeatTime": "2025-01-01T00:00:00Z" }] },
    });
    json_patch::merge(&mut whole, &more);
    object(whole)
}

fn lease(name: &str, renewed_ms: u64) -> Lease {
    let mut lease: Lease = object(json!({ "metadata": { "name": name, "namespace": LEASES } }));
    lease.spec.get_or_insert_default().renew_time = Some(time::micro_time(renewed_ms));
    lease
}

/// A controller that has heard of these objects at the beginning of time.
struct World {
    snapshot: Snapshot,
    memory: Remembered,
}

impl World {
    fn new(objects: Vec<Object>) -> Self {
        let mut world = Self {
            snapshot: snapshot([]),
            memory: Remembered::default(),
        };
        for object in objects {
            world.hear(object, 0);
        }
        for node in world.snapshot.table(Kind::Node).iter() {
            let name = node.name();
            let seen = Seen::new(&world.snapshot, 0);
            NodeLifecycleController.sync(&name, &seen, &mut world.memory);
        }
        world
    }

    fn hear(&mut self, object: Object, now_ms: u64) -> Vec<Wake> {
        let before = self
            .snapshot
            .table_mut(object.kind())
            .insert(object.clone());
        let seen = Seen::new(&self.snapshot, now_ms);
        NodeLifecycleController.wakes(&change(before, Some(object)), &seen, &mut self.memory)
    }

    fn check(&mut self, now_ms: u64, want: &Expect) {
        let seen = Seen::new(&self.snapshot, now_ms);
        let turn = NodeLifecycleController.sync("n1", &seen, &mut self.memory);
        want.assert_eq(&story(&turn));
    }
}

fn three() -> Vec<Object> {
    let names = ["n1", "n2", "n3"];
    names
        .iter()
        .map(|name| node(name, "True", json!({})).into())
        .collect()
}

#[test]
fn a_silent_node_is_given_up_and_tainted() {
    let mut world = World::new(three());
    world.hear(PodBuilder::new("p").on("n1").ready_since(0).object(), 0);
    assert!(
        world.hear(lease("n1", 10_000).into(), 10_000).is_empty(),
        "a heartbeat wakes nobody"
    );
    world.check(10_000, &expect!["@ n1 in 20000ms Housekeeping"]);
    world.check(30_000, &expect!["@ n1 in 5000ms Work"]);
    world.check(60_000, &expect!["@ n1 in 5000ms Work"]);
    world.check(
        65_000,
        &expect![[r#"
        ? Node n1 status.conditions[Ready].status: Unknown != True KubeletStoppedPosting
        ? Node n1 pods ready on the node: 0 != 1 NodeIsNotReady
        ! update nodes/status n1
        * Normal NodeNotReady Node n1 status is now: NodeNotReady
        ! update pods/status default/p
        * Warning NodeNotReady Node is not ready"#]],
    );
    let unknown = |taints: Value| node("n1", "Unknown", json!({ "spec": { "taints": taints } }));
    world.hear(unknown(json!([])).into(), 65_000);
    world.check(
        65_000,
        &expect![[r#"
        ? Node n1 pods ready on the node: 0 != 1 NodeIsNotReady
        ? Node n1 spec.taints: node.kubernetes.io/unreachable:NoSchedule != <none> TaintMissing
        ! update pods/status default/p
        * Warning NodeNotReady Node is not ready
        ! patch nodes n1
        @ n1 in 5000ms Housekeeping"#]],
    );
    let first = json!([{ "key": "node.kubernetes.io/unreachable", "effect": "NoSchedule" }]);
    world.hear(unknown(first).into(), 65_000);
    world.check(
        65_000,
        &expect![[r#"
        ? Node n1 pods ready on the node: 0 != 1 NodeIsNotReady
        ? Node n1 spec.taints: node.kubernetes.io/unreachable:NoExecute != <none> TaintMissing
        ! update pods/status default/p
        * Warning NodeNotReady Node is not ready
        ! patch nodes n1
        @ n1 in 5000ms Housekeeping"#]],
    );
}

#[test]
fn a_node_that_is_back_loses_its_taints_but_keeps_others() {
    let taints = json!([
        { "key": "gpu", "value": "x", "effect": "NoExecute" },
        { "key": "node.kubernetes.io/unreachable", "effect": "NoSchedule" },
        { "key": "node.kubernetes.io/unreachable", "effect": "NoExecute" },
    ]);
    let mut world = World::new(vec![
        node("n1", "True", json!({ "spec": { "taints": taints } })).into(),
    ]);
    world.check(
        0,
        &expect![[r#"
        ? Node n1 spec.taints: <none> != node.kubernetes.io/unreachable:NoSchedule TaintOutdated
        ! patch nodes n1
        @ n1 in 20000ms Housekeeping"#]],
    );
    let taints = json!([{ "key": "node.kubernetes.io/unreachable", "effect": "NoExecute" }]);
    world.hear(
        node(
            "n1",
            "False",
            json!({ "spec": { "taints": taints, "unschedulable": true } }),
        )
        .into(),
        0,
    );
    world.check(
        0,
        &expect![[r#"
        ? Node n1 spec.taints: node.kubernetes.io/not-ready:NoSchedule != <none> TaintMissing
        ? Node n1 spec.taints: node.kubernetes.io/unschedulable:NoSchedule != <none> TaintMissing
        ! patch nodes n1
        @ n1 in 20000ms Housekeeping"#]],
    );
}

#[test]
fn new_nodes_get_labels_and_a_word_of_welcome() {
    let mut world = World::new(Vec::new());
    let labels = json!({ "metadata": { "labels": { "kubernetes.io/os": "linux" } } });
    let woken = world.hear(node("n1", "True", labels).into(), 0);
    assert_eq!(woken, [Wake::now("n1")]);
    world.check(
        0,
        &expect![[r#"
        ? Node n1 metadata.labels[beta.kubernetes.io/os]: linux != <none> LabelOutOfDate
        * Normal RegisteredNode Node n1 event: Registered Node n1 in Controller
        ! patch nodes n1
        @ n1 in 20000ms Housekeeping"#]],
    );
    let gone = world.snapshot.table_mut(Kind::Node).remove("", "n1");
    let seen = Seen::new(&world.snapshot, 0);
    NodeLifecycleController.wakes(&change(gone, None), &seen, &mut world.memory);
    world.check(
        0,
        &expect!["* Normal RemovingNode Node n1 event: Removing Node n1 from Controller"],
    );
}

#[test]
fn nobody_is_evicted_when_all_are_down() {
    let mut world = World::new(three());
    for name in ["n1", "n2"] {
        world.hear(node(name, "Unknown", json!({})).into(), 0);
    }
    let woken = world.hear(node("n3", "Unknown", json!({})).into(), 0);
    assert_eq!(woken.len(), 3, "all are looked at again");
    let taints = json!([
        { "key": "node.kubernetes.io/unreachable", "effect": "NoSchedule" },
        { "key": "node.kubernetes.io/unreachable", "effect": "NoExecute" },
    ]);
    world.hear(
        node("n1", "Unknown", json!({ "spec": { "taints": taints } })).into(),
        0,
    );
    world.check(
        0,
        &expect![[r#"
        ? Node n1 spec.taints: <none> != node.kubernetes.io/unreachable:NoExecute TaintOutdated
        ! patch nodes n1
        @ n1 in 20000ms Housekeeping"#]],
    );
}

#[test]
fn one_node_of_a_zone_is_emptied_at_a_time() {
    let mut world = World::new(three());
    let taints = json!({ "spec": { "taints": [{ "key": "node.kubernetes.io/unreachable", "effect": "NoSchedule" }] } });
    for name in ["n1", "n2"] {
        world.hear(node(name, "Unknown", taints.clone()).into(), 0);
    }
    let seen = Seen::new(&world.snapshot, 0);
    let turn = NodeLifecycleController.sync("n2", &seen, &mut world.memory);
    assert_eq!(turn.actions.len(), 1, "the first one");
    world.check(
        1_000,
        &expect![[r#"
        @ n1 in 9000ms Work
        @ n1 in 19000ms Housekeeping"#]],
    );
    world.check(
        10_000,
        &expect![[r#"
        ? Node n1 spec.taints: node.kubernetes.io/unreachable:NoExecute != <none> TaintMissing
        ! patch nodes n1
        @ n1 in 10000ms Housekeeping"#]],
    );
}
