//! What becomes of a binding that the API server refuses.

use super::World;
use expect_test::{Expect, expect};

fn check(world: &mut World, want: &Expect) {
    want.assert_eq(&world.settle().trace());
}

#[test]
fn a_refused_binding_takes_nothing() {
    let mut world = World::default();
    world.plain_node("n1", "1", "8Gi");
    world.refuses_bindings = true;
    world.asking("p", "1").wait(0);
    world.refuses_bindings = false;
    check(
        &mut world,
        &expect![[r#"
        0ms default/p
          n1 the only one
          create pods/binding default/p
          refused
        5ms default/p
          FailedScheduling: running Bind plugin "DefaultBinder": refused by the story
          update pods/status default/p
        1005ms default/p
          n1 the only one
          create pods/binding default/p
          Scheduled: Successfully assigned default/p to n1
    "#]],
    );
    let conditions = world
        .pod_now("p")
        .status
        .and_then(|s| s.into_inner().conditions);
    let condition = conditions.expect("a condition").remove(0);
    assert_eq!(condition.reason.as_deref(), Some("SchedulerError"));
}

#[test]
fn every_refused_binding_is_told() {
    let mut world = World::default();
    world.plain_node("n1", "2", "8Gi");
    world.refuses_bindings = true;
    world.asking("first", "1").asking("second", "1").wait(0);
    world.refuses_bindings = false;
    check(
        &mut world,
        &expect![[r#"
        0ms default/first
          n1 the only one
          create pods/binding default/first
          refused
        0ms default/second
          n1 the only one
          create pods/binding default/second
          refused
        5ms default/first
          FailedScheduling: running Bind plugin "DefaultBinder": refused by the story
          update pods/status default/first
        5ms default/second
          FailedScheduling: running Bind plugin "DefaultBinder": refused by the story
          update pods/status default/second
        1005ms default/first
          n1 the only one
          create pods/binding default/first
          Scheduled: Successfully assigned default/first to n1
        1005ms default/second
          n1 the only one
          create pods/binding default/second
          Scheduled: Successfully assigned default/second to n1
    "#]],
    );
}

#[test]
fn someone_else_bound_it_first() {
    let mut world = World::default();
    world
        .plain_node("n1", "1", "8Gi")
        .plain_node("n2", "1", "8Gi");
    world.refuses_bindings = true;
    world.asking("p", "1").wait(0);
    world.edit_pod("p", |pod| {
        pod.spec.as_mut().expect("a spec").node_name = Some("n2".to_owned());
    });
    check(
        &mut world,
        &expect![[r#"
        0ms default/p
          n1 TaintToleration 300 + NodeResourcesFit 48 + NodeResourcesBalancedAllocation 50 = 398
          n2 TaintToleration 300 + NodeResourcesFit 48 + NodeResourcesBalancedAllocation 50 = 398
          create pods/binding default/p
          refused
        5ms default/p
          FailedScheduling: running Bind plugin "DefaultBinder": refused by the story
    "#]],
    );
}
