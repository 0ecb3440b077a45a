//! Table tests of the whole turn.

use super::super::testing::{PodBuilder, change, object, snapshot, story, sync};
use super::*;
use crate::api::{Answer, Object, Reply, Snapshot};
use expect_test::{Expect, expect};
use k8s_openapi::api::core::v1::Node;
use serde_json::{Value, json};

fn service(patch: Value) -> Service {
    let mut whole = json!({
        "metadata": { "name": "web" },
        "spec": {
            "clusterIP": "10.96.0.7",
            "selector": { "app": "web" },
            "ports": [{ "port": 80, "protocol": "TCP", "targetPort": "http" }],
        },
    });
    json_patch::merge(&mut whole, &patch);
    object(whole)
}

fn pod(name: &str, ip: &str, port: i32) -> Object {
    ready_pod(PodBuilder::new(name).ready_since(0), ip, port)
}

fn ready_pod(pod: PodBuilder, ip: &str, port: i32) -> Object {
    let mut pod = pod.on("n1").pod();
    let status = pod.status.get_or_insert_default();
    status.pod_ip = Some(ip.to_owned());
    let ports = json!([{ "name": "http", "containerPort": port, "protocol": "TCP" }]);
    let spec = pod.spec.get_or_insert_default();
    spec.containers[0].ports = serde_json::from_value(ports).expect("ports");
    pod.into()
}

fn world(service: Service, pods: Vec<Object>) -> Snapshot {
    let labels = json!({ "topology.kubernetes.io/zone": "a" });
    let node: Node = object(json!({ "metadata": { "name": "n1", "labels": labels } }));
    snapshot([service.into(), node.into()].into_iter().chain(pods))
}

/// Takes turns, and lets each write reach the cache, until nothing differs; returns what was done.
fn run(world: &mut Snapshot) -> String {
    let mut lines = Vec::new();
    for _ in 0..5 {
        let turn = sync(&EndpointSliceController, "default/web", world, 0);
        if turn.actions.is_empty() {
            return lines.join("\n");
        }
        lines.push(story(&turn));
        for planned in &turn.actions {
            apply(&planned.action, world);
        }
    }
    panic!("it never comes to rest:\n{}", lines.join("\n"));
}

fn apply(action: &Action, world: &mut Snapshot) {
    let Action::Api(request) = action else {
        return;
    };
    let table = world.table_mut(Kind::EndpointSlice);
    let crate::api::Body::Object(object) = &request.body else {
        table.remove(&request.key.namespace, &request.key.name);
        return;
    };
    let mut object = object.clone();
    let count = table.len();
    object
        .metadata_mut()
        .name
        .get_or_insert_with(|| format!("web-{count}"));
    table.insert(object);
}

fn published(world: &Snapshot) -> String {
    let slices = world
        .table(Kind::EndpointSlice)
        .iter()
        .filter_map(EndpointSlice::of);
    let lines: Vec<String> = slices
        .map(|slice| {
            let ports: Vec<_> = slice
                .ports
                .iter()
                .flatten()
                .filter_map(|p| p.port)
                .collect();
            let endpoints: Vec<String> = slice
                .endpoints
                .iter()
                .map(|e| {
                    let c = e.conditions.clone().unwrap_or_default();
                    let flags = [c.ready, c.serving, c.terminating].map(|f| f == Some(true));
                    let name = e.target_ref.as_ref().and_then(|t| t.name.as_deref());
                    let zone = e.zone.as_deref().unwrap_or("-");
                    format!(
                        "{} {} {zone} {flags:?}",
                        name.unwrap_or_default(),
                        e.addresses.join(",")
                    )
                })
                .collect();
            format!("{ports:?} {}", endpoints.join("; "))
        })
        .collect();
    lines.join("\n")
}

fn check(world: &mut Snapshot, want: &Expect) {
    let done = run(world);
    want.assert_eq(&format!("{done}\n=\n{}", published(world)));
}

#[test]
fn a_named_port_may_differ_from_pod_to_pod() {
    let sick = ready_pod(PodBuilder::new("sick").phase("Running"), "10.244.0.4", 8080);
    let going = ready_pod(
        PodBuilder::new("going").ready_since(0).deleted(0),
        "10.244.0.5",
        8080,
    );
    let pods = vec![
        pod("a", "10.244.0.2", 8080),
        pod("b", "10.244.0.3", 9090),
        sick,
        going,
        PodBuilder::new("no-address").on("n1").object(),
        pod("over", "10.244.0.6", 8080),
    ];
    let mut world = world(service(json!({})), pods);
    let over = ready_pod(
        PodBuilder::new("over").phase("Succeeded"),
        "10.244.0.6",
        8080,
    );
    world.table_mut(Kind::Pod).insert(over);
    check(
        &mut world,
        &expect![[r#"
        ? Service default/web EndpointSlice: [10.244.0.2 10.244.0.4(not-ready) 10.244.0.5(terminating)] != <none> SliceNeeded
        ? Service default/web EndpointSlice: [10.244.0.3] != <none> SliceNeeded
        ! create endpointslices default/web-*
        ! create endpointslices default/web-*
        =
        [8080] a 10.244.0.2 a [true, true, false]; sick 10.244.0.4 a [false, false, false]; going 10.244.0.5 a [false, true, true]
        [9090] b 10.244.0.3 a [true, true, false]"#]],
    );
}

#[test]
fn without_pods_there_is_a_placeholder() {
    let mut world = world(service(json!({})), vec![]);
    check(
        &mut world,
        &expect![[r#"
        ? Service default/web EndpointSlice: [] != <none> SliceNeeded
        ! create endpointslices default/web-*
        =
        [] "#]],
    );
    world
        .table_mut(Kind::Pod)
        .insert(pod("a", "10.244.0.2", 8080));
    check(
        &mut world,
        &expect![[r#"
        ? EndpointSlice default/web-0 endpoints: [10.244.0.2] != [] EndpointsOutOfDate
        ! update endpointslices default/web-0
        =
        [8080] a 10.244.0.2 a [true, true, false]"#]],
    );
    world.table_mut(Kind::Pod).remove("default", "a");
    check(
        &mut world,
        &expect![[r#"
        ? EndpointSlice default/web-0 endpoints: [] != [10.244.0.2] EndpointsOutOfDate
        ! update endpointslices default/web-0
        =
        [] "#]],
    );
}

#[test]
fn a_hundred_to_a_slice() {
    let pods = (0..250)
        .map(|i| pod(&format!("p{i:03}"), &format!("10.244.1.{i}"), 80))
        .collect();
    let mut world = world(service(json!({})), pods);
    run(&mut world);
    let sizes = |world: &Snapshot| -> Vec<usize> {
        let slices = world
            .table(Kind::EndpointSlice)
            .iter()
            .filter_map(EndpointSlice::of);
        slices.map(|slice| slice.endpoints.len()).collect()
    };
    assert_eq!(sizes(&world), [100, 100, 50]);
    world
        .table_mut(Kind::Pod)
        .insert(pod("late", "10.244.2.1", 80));
    let one_more = run(&mut world);
    assert_eq!(one_more.matches("! update").count(), 1, "{one_more}");
    assert_eq!(
        sizes(&world),
        [100, 100, 51],
        "the fullest slice with room takes it"
    );
}

#[test]
fn not_ready_pods_are_published_on_demand_and_headless_services_are_marked() {
    let sick = ready_pod(PodBuilder::new("sick").phase("Running"), "10.244.0.4", 8080);
    let spec = json!({ "spec": { "publishNotReadyAddresses": true, "clusterIP": "None" } });
    let mut world = world(service(spec), vec![sick]);
    check(
        &mut world,
        &expect![[r#"
        ? Service default/web EndpointSlice: [10.244.0.4] != <none> SliceNeeded
        ! create endpointslices default/web-*
        =
        [8080] sick 10.244.0.4 a [true, false, false]"#]],
    );
    let slice = world
        .table(Kind::EndpointSlice)
        .iter()
        .next()
        .and_then(EndpointSlice::of);
    let labels = slice
        .and_then(|s| s.metadata.labels.clone())
        .unwrap_or_default();
    assert!(labels.contains_key("service.kubernetes.io/headless"));
}

#[test]
fn waits_for_its_own_slices() {
    let world = world(service(json!({})), vec![pod("a", "10.244.0.2", 8080)]);
    let (controller, mut memory) = (EndpointSliceController, Remembered::default());
    let seen = Seen::new(&world, 0);
    let turn = controller.sync("default/web", &seen, &mut memory);
    let Action::Api(request) = &turn.actions[0].action else {
        panic!("it creates a slice");
    };
    let crate::api::Body::Object(slice) = &request.body else {
        panic!("it creates a slice");
    };
    let mut slice = slice.clone();
    slice.metadata_mut().name = Some("web-x".to_owned());
    let answer = Answer {
        result: Ok(Reply::Object(slice.clone())),
        warnings: Vec::new(),
        revision: Some(2),
    };
    controller.answered(
        "default/web",
        &turn.actions[0].action,
        &Outcome::Api(answer),
        &mut memory,
    );
    let again = controller.sync("default/web", &seen, &mut memory);
    assert_eq!(
        story(&again),
        "@ default/web in 1000ms Work",
        "the slice is on its way"
    );
    let woken = controller.wakes(&change(None, Some(slice)), &seen, &mut memory);
    assert_eq!(woken, [Wake::now("default/web")], "its own slice has come");
}

#[test]
fn pods_wake_services_only_when_it_matters() {
    let world = world(service(json!({})), vec![]);
    let unready = ready_pod(PodBuilder::new("a").phase("Running"), "10.244.0.2", 80);
    let ready = pod("a", "10.244.0.2", 80);
    let mut relabelled = ready.clone();
    relabelled.metadata_mut().labels = None;
    let cases = [
        ("it became Ready", Some(unready), Some(ready.clone()), 1),
        (
            "nothing of interest",
            Some(ready.clone()),
            Some(ready.clone()),
            0,
        ),
        (
            "it lost its label",
            Some(ready.clone()),
            Some(relabelled),
            1,
        ),
        ("it is gone", Some(ready), None, 1),
        (
            "another app's",
            None,
            Some(PodBuilder::new("b").label("app", "x").object()),
            0,
        ),
    ];
    for (name, before, after, want) in cases {
        let seen = Seen::new(&world, 0);
        let change = change(before, after);
        let woken = EndpointSliceController.wakes(&change, &seen, &mut Remembered::default());
        assert_eq!(woken.len(), want, "{name}");
    }
}
