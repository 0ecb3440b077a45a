//! Stories of one node of 4 CPUs: pods that are resized in place.

use super::harness::World;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{ContainerStatus, PodStatus, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// A pod that asks for so much CPU and runs.
fn world(cpu: &str, policy: &str) -> World {
    let mut world = World::new();
    create(&mut world, "web", cpu, policy);
    world.story.clear();
    world
}

fn create(world: &mut World, name: &str, cpu: &str, policy: &str) {
    world.create_pod(&format!(
        "
metadata: {{name: {name}}}
spec:
  containers:
  - name: c
    image: nginx:1.14.2
    resources: {{requests: {{cpu: {cpu}}}}}
    resizePolicy: [{{resourceName: cpu, restartPolicy: {policy}}}]
"
    ));
    world.settle();
}

/// `kubectl patch --subresource resize`.
fn resize(world: &mut World, cpu: &str) {
    world.change_pod("web", |pod| {
        pod.metadata.generation = pod.metadata.generation.map(|number| number + 1);
        let spec = pod.spec.as_mut().expect("a spec");
        let requests = [("cpu".to_owned(), Quantity(cpu.to_owned()))].into();
        spec.containers[0].resources = Some(ResourceRequirements {
            requests: Some(requests),
            ..ResourceRequirements::default()
        });
    });
}

/// What the status says: granted, in use, restarts, and the resize's condition.
fn said(status: &PodStatus) -> String {
    let first = |status: &PodStatus| -> ContainerStatus {
        let all = status.container_statuses.clone().unwrap_or_default();
        all.into_iter().next().unwrap_or_default()
    };
    let container = first(status);
    let cpu = |list: Option<&std::collections::BTreeMap<String, Quantity>>| {
        let amount = list.and_then(|list| list.get("cpu"));
        amount.map_or("-".to_owned(), |amount| amount.0.clone())
    };
    let has = container.resources.unwrap_or_default().requests;
    let conditions = status.conditions.iter().flatten();
    let mut resizing = conditions.filter(|c| c.type_.starts_with("PodResize"));
    let condition = resizing.next().map_or(String::new(), |c| {
        let (reason, message) = (c.reason.as_deref(), c.message.as_deref());
        let words = [reason, message].into_iter().flatten();
        format!(" {} {}", c.type_, words.collect::<Vec<_>>().join(": "))
    });
    format!(
        "granted {} has {} restarts {}{condition}",
        cpu(container.allocated_resources.as_ref()),
        cpu(has.as_ref()),
        container.restart_count,
    )
}

#[test]
fn what_fits_is_granted_and_given_without_a_restart() {
    let mut world = world("1", "NotRequired");
    let begun = world.now_ms;
    resize(&mut world, "2");
    assert!(world.step(begun), "the kubelet is woken");
    let is = said(&world.status("web"));
    assert_eq!(is, "granted 2 has 1 restarts 0 PodResizeInProgress ");
    let settled = world.settle();
    let is = said(&world.status("web"));
    assert_eq!(is, "granted 2 has 2 restarts 0");
    assert_eq!(settled - begun, 1000);
    assert!(
        world.story.contains("UpdateContainerResources #0"),
        "{}",
        world.story
    );
    create(&mut world, "other", "2500m", "NotRequired");
    let other = world.status("other");
    assert_eq!(other.reason.as_deref(), Some("OutOfcpu"), "it counts");
}

#[test]
fn a_policy_may_ask_for_a_restart() {
    let mut world = world("1", "RestartContainer");
    resize(&mut world, "2");
    world.settle();
    assert_eq!(said(&world.status("web")), "granted 2 has 2 restarts 1");
    let words = "Normal Killing: Container c resize requires restart";
    assert!(world.story.contains(words), "{}", world.story);
    assert!(
        world.story.contains("Started container c"),
        "{}",
        world.story
    );
    assert!(!world.story.contains("UpdateContainer"), "{}", world.story);
}

#[test]
fn what_the_node_can_never_have_is_infeasible() {
    let mut world = world("1", "NotRequired");
    resize(&mut world, "5");
    world.settle();
    let pending = "granted 1 has 1 restarts 0 PodResizePending Infeasible: Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000";
    assert_eq!(said(&world.status("web")), pending);
    // A kubelet that has forgotten everything does not grant it either.
    world.start_kubelet();
    world.settle();
    assert_eq!(said(&world.status("web")), pending);
    resize(&mut world, "1");
    world.settle();
    assert_eq!(said(&world.status("web")), "granted 1 has 1 restarts 0");
}

#[test]
fn what_others_have_is_deferred_until_they_give_it_back() {
    const MINUTE_MS: Ms = 60_000;
    let mut world = world("1", "NotRequired");
    create(&mut world, "other", "2500m", "NotRequired");
    resize(&mut world, "2");
    world.settle();
    let pending = "granted 1 has 1 restarts 0 PodResizePending Deferred: Node didn't have enough resource: cpu, requested: 2000, used: 2500, capacity: 4000";
    assert_eq!(said(&world.status("web")), pending);
    world.run_until(world.now_ms + MINUTE_MS);
    assert_eq!(said(&world.status("web")), pending);
    world.delete_pod("other", 1);
    world.settle();
    world.run_until(world.now_ms + 2 * MINUTE_MS);
    assert_eq!(said(&world.status("web")), "granted 2 has 2 restarts 0");
}

#[test]
fn a_second_resize_overtakes_the_first() {
    let mut world = world("1", "NotRequired");
    resize(&mut world, "2");
    world.step(world.now_ms);
    resize(&mut world, "3");
    world.settle();
    assert_eq!(said(&world.status("web")), "granted 3 has 3 restarts 0");
    resize(&mut world, "500m");
    world.settle();
    assert_eq!(
        said(&world.status("web")),
        "granted 500m has 500m restarts 0"
    );
}
