//! What makes a waiting pod worth another try, and when it gets it.

use super::{World, containers};
use expect_test::{Expect, expect};
use k8s_openapi::api::core::v1::{PodSchedulingGate, Toleration};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

fn check(world: &mut World, want: &Expect) {
    want.assert_eq(&world.settle().trace());
}

/// One node with 2 CPUs, 1 of them taken by `first`; `second` and `third` want 2 each and have been refused.
fn two_wait() -> World {
    let mut world = World::default();
    world.plain_node("n1", "2", "8Gi");
    world.asking("first", "1").settle();
    world.pod_with("second", &containers("2")).settle();
    let third = format!("{{priority: 5, {}", &containers("2")[1..]);
    world.pod_with("third", &third).settle();
    world.trace();
    world
}

#[test]
fn a_pod_that_goes_makes_room() {
    let mut world = two_wait();
    world.wait(300).delete_pod("first");
    check(
        &mut world,
        &expect![[r#"
        1000ms default/third
          n1 the only one
          create pods/binding default/third
          Scheduled: Successfully assigned default/third to n1
        1000ms default/second
          n1 NodeResourcesFit: ["Insufficient cpu"]
          FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.
    "#]],
    );
}

#[test]
fn what_cannot_help_wakes_nobody() {
    let mut world = two_wait();
    world.edit_node("n1", |node| {
        node.metadata
            .labels
            .get_or_insert_default()
            .insert("disk".to_owned(), "ssd".to_owned());
    });
    world.plain_node("small", "1", "8Gi");
    world.edit_pod("second", |pod| {
        pod.metadata
            .labels
            .get_or_insert_default()
            .insert("a".to_owned(), "b".to_owned());
    });
    world.edit_pod("second", |pod| {
        let spec = pod.spec.as_mut().expect("a spec");
        spec.tolerations = Some(vec![Toleration {
            operator: Some("Exists".to_owned()),
            ..Toleration::default()
        }]);
    });
    check(&mut world, &expect![""]);
}

#[test]
fn a_node_that_grows_or_comes_helps() {
    let mut world = two_wait();
    world.edit_node("n1", |node| {
        let status = node.status.as_mut().expect("a status");
        let allocatable = status.allocatable.as_mut().expect("an amount");
        allocatable.insert("cpu".to_owned(), Quantity("3".to_owned()));
    });
    check(
        &mut world,
        &expect![[r#"
        1000ms default/third
          n1 the only one
          create pods/binding default/third
          Scheduled: Successfully assigned default/third to n1
        1000ms default/second
          n1 NodeResourcesFit: ["Insufficient cpu"]
          FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.
    "#]],
    );
    world.plain_node("n2", "2", "8Gi");
    check(
        &mut world,
        &expect![[r#"
        3000ms default/second
          n1 NodeResourcesFit: ["Insufficient cpu"]
          n2 the only one
          create pods/binding default/second
          Scheduled: Successfully assigned default/second to n2
    "#]],
    );
}

#[test]
fn a_pod_that_shrinks_helps_itself_and_others() {
    let mut world = two_wait();
    let shrink = |to: &'static str| {
        move |pod: &mut crate::api::Pod| {
            let container = &mut pod.spec.as_mut().expect("a spec").containers[0];
            let requests = container
                .resources
                .as_mut()
                .and_then(|r| r.requests.as_mut());
            requests
                .expect("requests")
                .insert("cpu".to_owned(), Quantity(to.to_owned()));
        }
    };
    world.edit_pod("second", shrink("1"));
    check(
        &mut world,
        &expect![[r#"
        1000ms default/second
          n1 the only one
          create pods/binding default/second
          Scheduled: Successfully assigned default/second to n1
    "#]],
    );
    world.edit_pod("first", shrink("500m"));
    check(
        &mut world,
        &expect![[r#"
        1000ms default/third
          n1 NodeResourcesFit: ["Insufficient cpu"]
          FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. preemption: not simulated
    "#]],
    );
}

#[test]
fn cordon_and_uncordon() {
    // Conformance scenario 018.
    let mut world = World::default();
    world
        .plain_node("n1", "4", "8Gi")
        .plain_node("n2", "4", "8Gi");
    for node in ["n1", "n2"] {
        world.edit_node(node, |n| {
            n.spec.get_or_insert_default().unschedulable = Some(true)
        });
    }
    world.pod_with("homeless", "{}");
    check(
        &mut world,
        &expect![[r#"
        0ms default/homeless
          n1 NodeUnschedulable: ["node(s) were unschedulable"]
          n2 NodeUnschedulable: ["node(s) were unschedulable"]
          FailedScheduling: 0/2 nodes are available: 2 node(s) were unschedulable. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.
          update pods/status default/homeless
    "#]],
    );
    world.edit_node("n1", |n| {
        n.spec.get_or_insert_default().unschedulable = None
    });
    check(
        &mut world,
        &expect![[r#"
        1000ms default/homeless
          n1 the only one
          n2 NodeUnschedulable: ["node(s) were unschedulable"]
          create pods/binding default/homeless
          Scheduled: Successfully assigned default/homeless to n1
    "#]],
    );
}

#[test]
fn without_any_node() {
    let mut world = World::default();
    world.pod_with("p", "{}");
    check(
        &mut world,
        &expect![[r#"
        0ms default/p
          FailedScheduling: no nodes available to schedule pods
          update pods/status default/p
    "#]],
    );
    world.wait(3_000);
    expect![[r#"
        1000ms default/p
          FailedScheduling: no nodes available to schedule pods
        3000ms default/p
          FailedScheduling: no nodes available to schedule pods
    "#]]
    .assert_eq(&world.trace());
    world.plain_node("n1", "4", "8Gi");
    check(
        &mut world,
        &expect![[r#"
        7000ms default/p
          n1 the only one
          create pods/binding default/p
          Scheduled: Successfully assigned default/p to n1
    "#]],
    );
}

#[test]
fn nothing_happens_for_five_minutes() {
    let mut world = two_wait();
    world.wait(299_999);
    assert_eq!(world.trace(), "");
    world.wait(1);
    expect![[r#"
        300000ms default/third
          n1 NodeResourcesFit: ["Insufficient cpu"]
          FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. preemption: not simulated
        300000ms default/second
          n1 NodeResourcesFit: ["Insufficient cpu"]
          FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.
    "#]].assert_eq(&world.trace());
}

#[test]
fn gates_hold_a_pod_back() {
    let mut world = World::default();
    world.plain_node("n1", "4", "8Gi");
    world.pod_with("p", "{schedulingGates: [{name: wait}]}");
    check(&mut world, &expect![""]);
    world.edit_pod("p", |pod| {
        let gates: Vec<PodSchedulingGate> = Vec::new();
        pod.spec.as_mut().expect("a spec").scheduling_gates = Some(gates);
    });
    check(
        &mut world,
        &expect![[r#"
        0ms default/p
          n1 the only one
          create pods/binding default/p
          Scheduled: Successfully assigned default/p to n1
    "#]],
    );
}

#[test]
fn someone_elses_pods_are_left_alone() {
    let mut world = World::default();
    world.plain_node("n1", "1", "8Gi");
    world.pod_with("theirs", "{schedulerName: mine}");
    check(&mut world, &expect![""]);
    world.edit_pod("theirs", |pod| {
        pod.spec.as_mut().expect("a spec").node_name = Some("n1".to_owned());
        pod.spec.as_mut().expect("a spec").containers[0].resources =
            super::super::testing::asking(&["cpu: 1"])
                .spec
                .and_then(|s| s.containers[0].resources.clone());
    });
    world.asking("ours", "1");
    check(
        &mut world,
        &expect![[r#"
        0ms default/ours
          n1 NodeResourcesFit: ["Insufficient cpu"]
          FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.
          update pods/status default/ours
    "#]],
    );
}

#[test]
fn a_restart_forgets_nothing_that_counts() {
    let mut world = two_wait();
    world.asking("fourth", "500m").settle();
    let slot = world.memory.cache.slot_of("n1").expect("the node");
    let before = world.memory.cache.infos()[slot].clone();
    let objects: Vec<_> = world.snapshot.iter().cloned().collect();
    world.memory = super::SchedulerMemory::default();
    world.queue.clear();
    objects
        .into_iter()
        .for_each(|object| world.tell(None, Some(object)));
    let slot = world.memory.cache.slot_of("n1").expect("the node");
    assert_eq!(world.memory.cache.infos()[slot], before);
    world.trace();
    check(
        &mut world,
        &expect![[r#"
        0ms default/third
          n1 NodeResourcesFit: ["Insufficient cpu"]
          FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. preemption: not simulated
        0ms default/second
          n1 NodeResourcesFit: ["Insufficient cpu"]
          FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.
    "#]],
    );
}

#[test]
fn a_new_pod_of_an_old_name_is_a_new_pod() {
    let mut world = two_wait();
    // The deletion of the first `second` was lost on the way.
    let table = world.snapshot.table_mut(crate::api::Kind::Pod);
    table.remove("default", "second");
    world.pod(&format!(
        "{{metadata: {{name: second, uid: other}}, spec: {}}}",
        containers("1")
    ));
    check(
        &mut world,
        &expect![[r#"
        0ms default/second
          n1 the only one
          create pods/binding default/second
          Scheduled: Successfully assigned default/second to n1
    "#]],
    );
}
