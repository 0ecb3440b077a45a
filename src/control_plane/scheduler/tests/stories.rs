//! Which node a pod gets, and what is said when it gets none: the recorded facts of the conformance scenarios, and more.

use super::{Scheduler, World};
use crate::component::{Component as _, Seen};
use expect_test::{Expect, expect};

fn check(world: &mut World, want: &Expect) {
    want.assert_eq(&world.settle().trace());
}

#[test]
fn the_emptier_node_wins() {
    // Conformance scenario 001: LeastAllocated 40 and 65, BalancedAllocation 71 and 96.
    let requests = |cpu: &str, memory: &str| {
        format!(
            "containers: [{{name: c, resources: {{requests: {{cpu: {cpu}, memory: {memory}}}}}}}]"
        )
    };
    let mut world = World::default();
    world
        .plain_node("n1", "4", "8Gi")
        .plain_node("n2", "4", "8Gi");
    world.pod_with(
        "busy1",
        &format!("{{nodeName: n1, {}}}", requests("3", "2Gi")),
    );
    world.pod_with(
        "busy2",
        &format!("{{nodeName: n2, {}}}", requests("1", "2Gi")),
    );
    world.pod_with("probe", &format!("{{{}}}", requests("500m", "512Mi")));
    check(
        &mut world,
        &expect![[r#"
        0ms default/probe
          n1 TaintToleration 300 + NodeResourcesFit 40 + NodeResourcesBalancedAllocation 71 = 411
          n2 TaintToleration 300 + NodeResourcesFit 65 + NodeResourcesBalancedAllocation 96 = 461
          create pods/binding default/probe
          Scheduled: Successfully assigned default/probe to n2
    "#]],
    );
}

#[test]
fn taints_and_tolerations() {
    // Conformance scenario 004.
    let tolerating = |toleration: &str| {
        format!(
            "{{tolerations: [{toleration}], containers: [{{name: c, resources: {{requests: {{cpu: 500m}}}}}}]}}"
        )
    };
    let mut world = World::default();
    world.node("{metadata: {name: a}, spec: {taints: [{key: dedicated, value: user1, effect: NoSchedule}]}, status: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}}");
    world.plain_node("b", "200m", "8Gi");
    world.pod_with("plain", &tolerating(""));
    world.pod_with(
        "tolerant",
        &tolerating("{key: dedicated, operator: Equal, value: user1, effect: NoSchedule}"),
    );
    world.pod_with(
        "wrongvalue",
        &tolerating("{key: dedicated, operator: Equal, value: user2, effect: NoSchedule}"),
    );
    world.pod_with(
        "exists-anyeffect",
        &tolerating("{key: dedicated, operator: Exists}"),
    );
    check(
        &mut world,
        &expect![[r#"
        0ms default/plain
          a TaintToleration: ["node(s) had untolerated taint {dedicated: user1}"]
          b NodeResourcesFit: ["Insufficient cpu"]
          FailedScheduling: 0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {dedicated: user1}. preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.
          update pods/status default/plain
        0ms default/tolerant
          a the only one
          b NodeResourcesFit: ["Insufficient cpu"]
          create pods/binding default/tolerant
          Scheduled: Successfully assigned default/tolerant to a
        0ms default/wrongvalue
          a TaintToleration: ["node(s) had untolerated taint {dedicated: user1}"]
          b NodeResourcesFit: ["Insufficient cpu"]
          FailedScheduling: 0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {dedicated: user1}. preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.
          update pods/status default/wrongvalue
        0ms default/exists-anyeffect
          a the only one
          b NodeResourcesFit: ["Insufficient cpu"]
          create pods/binding default/exists-anyeffect
          Scheduled: Successfully assigned default/exists-anyeffect to a
    "#]],
    );
}

#[test]
fn pods_without_requests_alternate() {
    // Conformance scenario 021.
    let mut world = World::default();
    world
        .plain_node("n1", "4", "8Gi")
        .plain_node("n2", "4", "8Gi");
    let mut placed = Vec::new();
    for name in ["p1", "p2", "p3", "p4"] {
        world.pod_with(name, "{}").settle();
        placed.push(world.node_of(name));
    }
    placed.sort();
    assert_eq!(placed, ["n1", "n1", "n2", "n2"]);
}

#[test]
fn what_is_said_of_a_pod_without_a_node() {
    let daemon = "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [small]}]}]}}}, containers: [{name: c, resources: {requests: {cpu: 3}}}]}";
    let conflict = "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [small]}, {key: metadata.name, operator: In, values: [big]}]}]}}}}";
    let asking = |cpu: &str, more: &str| {
        format!("{{{more} containers: [{{name: c, resources: {{requests: {{cpu: {cpu}}}}}}}]}}")
    };
    let table = [
        (
            "too much",
            asking("5", ""),
            expect![
                "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod."
            ],
        ),
        (
            "never preempts",
            asking("5", "priority: 7, preemptionPolicy: Never,"),
            expect![
                "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never."
            ],
        ),
        (
            "lower priority, not enough",
            asking("5", "priority: 7,"),
            expect![
                "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: 0/3 nodes are available: 1 Insufficient cpu, 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling."
            ],
        ),
        (
            "lower priority, enough",
            asking("4", "priority: 7,"),
            expect![
                "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: not simulated"
            ],
        ),
        (
            "no such label",
            "{nodeSelector: {disk: ssd}}".to_owned(),
            expect![
                "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
            ],
        ),
        (
            "daemon",
            daemon.to_owned(),
            expect![
                "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."
            ],
        ),
        (
            "contradiction",
            conflict.to_owned(),
            expect![
                "0/3 nodes are available: pod affinity terms conflict. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
            ],
        ),
    ];
    for (name, spec, want) in table {
        let mut world = World::default();
        world
            .plain_node("big", "4", "8Gi")
            .plain_node("small", "2", "8Gi");
        world.node("{metadata: {name: cordoned}, spec: {unschedulable: true}, status: {allocatable: {cpu: 8, memory: 8Gi, pods: 110}}}");
        world.pod_with(
            "low",
            "{nodeName: big, containers: [{name: c, resources: {requests: {cpu: 1}}}]}",
        );
        world.pod_with(name, &spec).settle();
        let conditions = world
            .pod_now(name)
            .status
            .and_then(|s| s.into_inner().conditions);
        let condition = conditions.expect("a condition").remove(0);
        assert_eq!(condition.reason.as_deref(), Some("Unschedulable"), "{name}");
        want.assert_eq(&condition.message.expect("a message"));
    }
}

#[test]
fn what_is_not_simulated_is_said() {
    let mut world = World::default();
    world.plain_node("n1", "4", "8Gi");
    let spec = "{affinity: {podAntiAffinity: {}}, topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}], volumes: [{name: v, persistentVolumeClaim: {claimName: c}}], containers: [{name: c}]}";
    world.pod_with("p", spec);
    let seen = Seen::new(&world.snapshot, 0);
    let turn = Scheduler.sync("default/p", &seen, &mut world.memory);
    let facts: Vec<String> = turn
        .observed
        .iter()
        .map(|f| format!("{}={}", f.field, f.value))
        .collect();
    assert!(
        facts.contains(
            &"not simulated=[podAntiAffinity topologySpreadConstraints volumes]".to_owned()
        ),
        "{facts:?}"
    );
}

#[test]
fn a_long_reason_is_cut_in_the_event_only() {
    let mut world = World::default();
    for number in 0..40 {
        world.node(&format!("{{metadata: {{name: n{number}}}, spec: {{taints: [{{key: a-rather-long-key-{number}, value: v, effect: NoSchedule}}]}}}}"));
    }
    world.pod_with("p", "{}").settle();
    let trace = world.trace();
    let event = trace
        .lines()
        .find_map(|l| l.trim().strip_prefix("FailedScheduling: "))
        .expect("an event");
    assert_eq!((event.len(), event.ends_with(" ...")), (1024, true));
    let conditions = world
        .pod_now("p")
        .status
        .and_then(|s| s.into_inner().conditions)
        .expect("conditions");
    assert!(
        conditions[0]
            .message
            .as_ref()
            .is_some_and(|m| m.len() > 1024)
    );
}

#[test]
fn in_a_large_cluster_each_search_goes_on_where_the_last_one_ended() {
    let mut world = World::default();
    for number in 0..250 {
        world.plain_node(&format!("n{number}"), "4", "8Gi");
    }
    // Of 250 nodes, 48 % are enough.
    let searched = [0..120, 120..240, 240..360];
    for (pod, range) in ["p1", "p2", "p3"].into_iter().zip(searched) {
        world.asking(pod, "1");
        let seen = Seen::new(&world.snapshot, 0);
        let turn = Scheduler.sync(&format!("default/{pod}"), &seen, &mut world.memory);
        let scheduling = turn.scheduling.expect("a decision");
        assert!(scheduling.nodes.is_empty(), "too many to keep");
        let counts = (scheduling.nodes_total, scheduling.nodes_evaluated);
        assert_eq!(counts, (250, 120), "{pod}");
        let chosen = scheduling.chosen.as_ref().expect("a node");
        let number: usize = chosen[1..].parse().expect("a number");
        let found = range.contains(&number) || range.contains(&(number + 250));
        assert!(found, "{pod} went to {chosen}");
    }
}
