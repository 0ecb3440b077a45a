//! Table tests of the whole turn, and of who is woken.

use super::super::testing::{object, snapshot, story, sync, wakes};
use super::*;
use crate::api::Snapshot;
use expect_test::expect;
use serde_json::{Value, json};

fn service(spec: Value) -> Object {
    let service: Service = object(json!({ "metadata": { "name": "db" }, "spec": spec }));
    service.into()
}

fn by_hand() -> Object {
    service(json!({ "ports": [{ "port": 80 }] }))
}

fn endpoints(patch: Value) -> Object {
    let mut whole = json!({
        "metadata": { "name": "db", "labels": { "tier": "data" }, "annotations": {
            "note": "x", "kubectl.kubernetes.io/last-applied-configuration": "{}",
        } },
        "subsets": [{
            "addresses": [{ "ip": "192.0.2.2" }, { "ip": "192.0.2.1", "hostname": "a", "nodeName": "n1" }],
            "notReadyAddresses": [{ "ip": "192.0.2.3" }],
            "ports": [{ "port": 5432, "protocol": "TCP" }],
        }],
    });
    json_patch::merge(&mut whole, &patch);
    let endpoints: Endpoints = object(whole);
    endpoints.into()
}

fn world(objects: impl IntoIterator<Item = Object>) -> Snapshot {
    snapshot(objects)
}

/// Takes turns, and lets each write reach the cache, until nothing differs; returns the slices.
fn settled(world: &mut Snapshot) -> String {
    for _ in 0..5 {
        let turn = sync(&EndpointSliceMirroringController, "default/db", world, 0);
        if turn.actions.is_empty() {
            return slices(world);
        }
        for planned in &turn.actions {
            let Action::Api(request) = &planned.action else {
                continue;
            };
            let table = world.table_mut(Kind::EndpointSlice);
            let crate::api::Body::Object(object) = &request.body else {
                table.remove(&request.key.namespace, &request.key.name);
                continue;
            };
            let mut object = object.clone();
            let count = table.len();
            let name = &mut object.metadata_mut().name;
            name.get_or_insert_with(|| format!("db-{count}"));
            table.insert(object);
        }
    }
    panic!("it never comes to rest: {}", slices(world));
}

fn slices(world: &Snapshot) -> String {
    let table = world.table(Kind::EndpointSlice);
    let slices = table.iter().filter_map(EndpointSlice::of);
    let line = |slice: &EndpointSlice| {
        let ports = slice.ports.iter().flatten();
        let ports: Vec<String> = ports
            .map(|p| {
                format!(
                    "{}:{}",
                    p.name.as_deref().unwrap_or("?"),
                    p.port.unwrap_or(0)
                )
            })
            .collect();
        let endpoints = slice.endpoints.iter().map(|e| {
            let ready = e.conditions.as_ref().and_then(|c| c.ready);
            format!("{}={}", e.addresses.join(","), ready.unwrap_or(false))
        });
        let endpoints: Vec<String> = endpoints.collect();
        let name = slice.metadata.name.as_deref().unwrap_or_default();
        format!(
            "{name} {} [{}] {}",
            slice.address_type,
            ports.join(" "),
            endpoints.join(" ")
        )
    };
    slices.map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn endpoints_of_services_without_a_selector_are_mirrored() {
    let several = json!({ "subsets": [
        { "addresses": [{ "ip": "192.0.2.1" }], "ports": [{ "name": "a", "port": 1 }] },
        { "addresses": [{ "ip": "192.0.2.1" }], "ports": [{ "name": "b", "port": 2 }] },
        { "notReadyAddresses": [{ "ip": "192.0.2.2" }], "ports": [{ "name": "a", "port": 1 }, { "name": "c", "port": 3 }] },
        { "addresses": [{ "ip": "192.0.2.2" }, { "ip": "2001:db8::1" }], "ports": [{ "name": "c", "port": 3 }] },
    ] });
    let cases = [
        (
            "one subset",
            by_hand(),
            endpoints(json!({})),
            "db-0 IPv4 [:5432] 192.0.2.1=true 192.0.2.2=true 192.0.2.3=false",
        ),
        (
            "subsets are packed anew",
            by_hand(),
            endpoints(several),
            "db-0 IPv4 [b:2] 192.0.2.1=true\n\
             db-1 IPv4 [a:1] 192.0.2.1=true 192.0.2.2=false\n\
             db-2 IPv4 [c:3] 192.0.2.2=false\n\
             db-3 IPv6 [c:3] 2001:db8::1=true",
        ),
        (
            "no ports",
            by_hand(),
            endpoints(json!({ "subsets": [{ "addresses": [{ "ip": "192.0.2.9" }] }] })),
            "db-0 IPv4 [] 192.0.2.9=true",
        ),
        (
            "no subsets",
            by_hand(),
            endpoints(json!({ "subsets": null })),
            "",
        ),
        (
            "not to be mirrored",
            by_hand(),
            endpoints(
                json!({ "metadata": { "labels": { "endpointslice.kubernetes.io/skip-mirror": "true" } } }),
            ),
            "",
        ),
        (
            "who leads is written there",
            by_hand(),
            endpoints(
                json!({ "metadata": { "annotations": { "control-plane.alpha.kubernetes.io/leader": "x" } } }),
            ),
            "",
        ),
        (
            "a selector",
            service(json!({ "selector": { "app": "db" }, "ports": [{ "port": 80 }] })),
            endpoints(json!({})),
            "",
        ),
    ];
    for (name, service, endpoints, want) in cases {
        let mut world = world([service, endpoints]);
        assert_eq!(sorted(&settled(&mut world)), sorted(want), "{name}");
    }
}

/// Without the slices' names, which are given in the order of their ports' text.
fn sorted(text: &str) -> Vec<&str> {
    let lines = text
        .lines()
        .map(|line| line.split_once(' ').map_or(line, |(_, rest)| rest));
    let mut lines: Vec<&str> = lines.collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_mirror_bears_the_labels_and_annotations_of_its_source() {
    let mut world = world([by_hand(), endpoints(json!({}))]);
    settled(&mut world);
    let table = world.table(Kind::EndpointSlice);
    let meta = table.iter().next().expect("a slice").metadata().clone();
    let text = |map: &Option<std::collections::BTreeMap<String, String>>| format!("{map:?}");
    assert_eq!(
        text(&meta.labels),
        r#"Some({"endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io", "kubernetes.io/service-name": "db", "tier": "data"})"#
    );
    assert_eq!(text(&meta.annotations), r#"Some({"note": "x"})"#);
    let owner = &meta.owner_references.expect("an owner")[0];
    assert_eq!(
        (owner.kind.as_str(), owner.controller),
        ("Endpoints", Some(true))
    );
}

#[test]
fn a_slice_follows_its_source() {
    let mut world = world([by_hand(), endpoints(json!({}))]);
    settled(&mut world);
    let other = json!({ "metadata": { "labels": { "tier": "x" } }, "subsets": [
        { "addresses": [{ "ip": "192.0.2.7" }], "ports": [{ "port": 1 }] },
    ] });
    world.table_mut(Kind::Endpoints).insert(endpoints(other));
    let turn = sync(&EndpointSliceMirroringController, "default/db", &world, 0);
    expect![[r#"
        ? EndpointSlice default/db-0 endpoints: [192.0.2.7] != [192.0.2.1 192.0.2.2 192.0.2.3(not-ready)] EndpointsOutOfDate
        ! update endpointslices default/db-0"#]]
    .assert_eq(&story(&turn));
    assert_eq!(settled(&mut world), "db-0 IPv4 [:1] 192.0.2.7=true");
    world.table_mut(Kind::Service).remove("default", "db");
    let turn = sync(&EndpointSliceMirroringController, "default/db", &world, 0);
    expect![[r#"
        ? EndpointSlice default/db-0 endpoints: <none> != [192.0.2.7] SliceNotNeeded
        ! delete endpointslices default/db-0"#]]
    .assert_eq(&story(&turn));
}

#[test]
fn a_thousand_addresses_are_mirrored() {
    let address = |n: usize| json!({ "ip": format!("192.0.{}.{}", n / 250, n % 250) });
    let addresses: Vec<Value> = (0..1002).map(address).collect();
    let subsets = json!({ "subsets": [{ "addresses": addresses, "ports": [{ "port": 1 }] }] });
    let world = world([by_hand(), endpoints(subsets)]);
    let turn = sync(&EndpointSliceMirroringController, "default/db", &world, 0);
    expect![[r#"
        ? Endpoints default/db EndpointSlice: 1000 != <none> SliceNeeded
        ! create endpointslices default/db-*
        * Warning TooManyAddressesToMirror A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 2 addresses were skipped"#]]
    .assert_eq(&story(&turn));
}

#[test]
fn only_what_is_or_was_mirrored_wakes() {
    let skipped =
        json!({ "metadata": { "labels": { "endpointslice.kubernetes.io/skip-mirror": "true" } } });
    let cases = [
        ("both are there", endpoints(json!({})), 1),
        ("nothing is to be mirrored", endpoints(skipped), 0),
    ];
    for (name, endpoints, want) in cases {
        let world = world([by_hand(), endpoints]);
        let woken = wakes(
            &EndpointSliceMirroringController,
            None,
            Some(by_hand()),
            &world,
        );
        assert_eq!(woken.len(), want, "{name}");
    }
}
