//! Addresses and ports of Services.

use super::*;
use crate::api::DeleteOptions;
use k8s_openapi::api::core::v1::Service;
use std::collections::BTreeSet;

fn service(name: &str, spec: Value) -> Value {
    let mut spec = spec;
    spec["selector"] = json!({"app": "web"});
    spec["ports"] = spec.get("ports").cloned().unwrap_or(json!([{"port": 80}]));
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec})
}

fn ip(world: &World, name: &str) -> String {
    let service: Service = world.typed(name);
    service.spec.and_then(|s| s.cluster_ip).unwrap_or_default()
}

fn node_ports(world: &World, name: &str) -> Vec<i32> {
    let service: Service = world.typed(name);
    let ports = service.spec.and_then(|s| s.ports).unwrap_or_default();
    ports.iter().filter_map(|p| p.node_port).collect()
}

#[test]
fn every_service_has_an_address_of_its_own() {
    let mut world = World::new();
    world.make(service("kubernetes", json!({})));
    assert_eq!(ip(&world, "kubernetes"), "10.96.0.1");
    let mut seen = BTreeSet::new();
    for number in 0..50 {
        let name = format!("s{number}");
        world.make(service(&name, json!({"type": "NodePort"})));
        let ip = ip(&world, &name);
        assert!(seen.insert(ip.clone()), "{ip} twice");
        let octets: Vec<u8> = ip.split('.').filter_map(|o| o.parse().ok()).collect();
        assert!(octets[0] == 10 && (96..112).contains(&octets[1]), "{ip}");
        assert!((30_000..=32_767).contains(&node_ports(&world, &name)[0]));
    }
    world.make(service("headless", json!({"clusterIP": "None"})));
    assert_eq!(ip(&world, "headless"), "None");
}

#[test]
fn what_is_taken_is_refused_until_it_is_free() {
    let mut world = World::new();
    let wanted = || json!({"type": "NodePort", "clusterIP": "10.96.0.10", "ports": [{"port": 80, "nodePort": 30_080}]});
    world.make(service("a", wanted()));
    let cases = [
        (
            "address",
            json!({"clusterIP": "10.96.0.10"}),
            "Service \"b\" is invalid: spec.clusterIPs: Invalid value: []string{\"10.96.0.10\"}: failed to allocate IP 10.96.0.10: provided IP is already allocated",
        ),
        (
            "address elsewhere",
            json!({"clusterIP": "10.0.0.10"}),
            "Service \"b\" is invalid: spec.clusterIPs: Invalid value: []string{\"10.0.0.10\"}: failed to allocate IP 10.0.0.10: the provided IP (10.0.0.10) is not in the valid range. The range of valid IPs is 10.96.0.0/12",
        ),
        (
            "port",
            json!({"type": "NodePort", "ports": [{"port": 80, "nodePort": 30_080}]}),
            "Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated",
        ),
        (
            "port elsewhere",
            json!({"type": "NodePort", "ports": [{"port": 80, "nodePort": 80}]}),
            "Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767",
        ),
    ];
    for (name, spec, want) in cases {
        assert_eq!(
            world.refusal(&creation(service("b", spec))),
            (422, want.to_owned()),
            "{name}"
        );
    }
    world
        .send(&Request::delete(
            key(Kind::Service, "a"),
            DeleteOptions::default(),
        ))
        .expect("gone");
    world.make(service("b", wanted()));
    assert_eq!(ip(&world, "b"), "10.96.0.10");
}

#[test]
fn an_update_keeps_what_it_does_not_mention() {
    let mut world = World::new();
    world.make(service("a", json!({"type": "NodePort"})));
    let (ip_before, ports_before) = (ip(&world, "a"), node_ports(&world, "a"));
    let put = |document: Value| Request {
        key: key(Kind::Service, "a"),
        verb: Verb::Update,
        ..creation(document)
    };
    world
        .send(&put(service("a", json!({"type": "NodePort"}))))
        .expect("updated");
    assert_eq!(
        (ip(&world, "a"), node_ports(&world, "a")),
        (ip_before.clone(), ports_before)
    );
    world.send(&put(service("a", json!({})))).expect("updated");
    assert_eq!(
        (ip(&world, "a"), node_ports(&world, "a")),
        (ip_before, vec![])
    );
}

#[test]
fn one_port_number_for_two_protocols() {
    let mut world = World::new();
    let ports = json!([{"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "dns-tcp", "port": 53, "protocol": "TCP"}]);
    world.make(service("dns", json!({"type": "NodePort", "ports": ports})));
    let ports = node_ports(&world, "dns");
    assert_eq!(ports[0], ports[1]);
}

#[test]
fn a_local_load_balancer_gets_a_port_for_health_checks() {
    let mut world = World::new();
    let local = json!({"type": "LoadBalancer", "externalTrafficPolicy": "Local"});
    world.make(service("lb", local.clone()));
    let port = |world: &World| {
        world
            .typed::<Service>("lb")
            .spec
            .and_then(|s| s.health_check_node_port)
    };
    let first = port(&world).expect("a port");
    assert!((30_000..=32_767).contains(&first));
    assert!(!node_ports(&world, "lb").contains(&first));
    let put = |document: Value| Request {
        key: key(Kind::Service, "lb"),
        verb: Verb::Update,
        ..creation(document)
    };
    world.send(&put(service("lb", local))).expect("updated");
    assert_eq!(port(&world), Some(first), "an update keeps it");
    world.send(&put(service("lb", json!({})))).expect("updated");
    assert_eq!(port(&world), None, "another type has none");
}

#[test]
fn families_that_the_cluster_has_not_are_refused() {
    let required = "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services";
    let table = [
        ("one", json!({"ipFamilies": ["IPv4"]}), ""),
        (
            "both if possible",
            json!({"ipFamilyPolicy": "PreferDualStack"}),
            "",
        ),
        (
            "the other",
            json!({"ipFamilies": ["IPv6"]}),
            "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster",
        ),
        (
            "both",
            json!({"ipFamilyPolicy": "RequireDualStack"}),
            required,
        ),
        (
            "both without a policy",
            json!({"ipFamilies": ["IPv4", "IPv6"]}),
            "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
        ),
        (
            "an address",
            json!({"clusterIP": "fd00::1"}),
            "spec.clusterIPs[0]: Invalid value: []string{\"fd00::1\"}: IPv6 is not configured on this cluster",
        ),
        (
            "headless",
            json!({"clusterIP": "None", "ipFamilyPolicy": "RequireDualStack"}),
            required,
        ),
    ];
    for (name, spec, want) in table {
        let answer = World::new().send(&creation(service("a", spec)));
        let got = answer.err().map(|status| status.message);
        let want = (!want.is_empty()).then(|| format!("Service \"a\" is invalid: {want}"));
        assert_eq!(got, want, "{name}");
    }
}

#[test]
fn an_address_is_an_object_as_long_as_a_service_has_it() {
    let mut world = World::new();
    let addresses = |world: &World| -> Vec<String> {
        let table = world.store.head().table(Kind::IPAddress);
        let rows = table
            .iter()
            .map(|o| format!("{} {}", o.name(), o.row(0)[0]));
        rows.collect()
    };
    let ask = |world: &mut World, name: &str, spec: Value| {
        let patch = json!({"spec": spec});
        let request = Request::patch(
            key(Kind::Service, name),
            crate::api::PatchType::Merge,
            patch,
        );
        world.ask(&request).expect("a change")
    };
    world.make(service("kubernetes", json!({})));
    world.make(service("a", json!({"clusterIP": "10.96.0.10"})));
    world.make(service("headless", json!({"clusterIP": "None"})));
    let of_both = [
        "10.96.0.1 services/default/kubernetes",
        "10.96.0.10 services/default/a",
    ];
    assert_eq!(addresses(&world), of_both);
    let dry = Request {
        dry_run: true,
        ..Request::delete(key(Kind::Service, "a"), DeleteOptions::default())
    };
    world.send(&dry).expect("it could go");
    ask(&mut world, "a", json!({"ports": [{"port": 81}]}));
    assert_eq!(addresses(&world), of_both);
    let address = world
        .store
        .head()
        .table(Kind::IPAddress)
        .get("", "10.96.0.10");
    let address = crate::api::managed_fields::to_json(address.expect("it is there"));
    let labels = json!({"ipaddress.kubernetes.io/ip-family": "IPv4", "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io"});
    assert_eq!(address["metadata"]["labels"], labels);
    assert_eq!(address["metadata"]["generation"], 1);
    assert_eq!(
        address["metadata"]["managedFields"][0]["manager"],
        "kube-apiserver"
    );
    let away = json!({"type": "ExternalName", "externalName": "example.com"});
    ask(&mut world, "a", away);
    assert_eq!(addresses(&world), of_both[..1]);
    let gone = Request::delete(key(Kind::Service, "kubernetes"), DeleteOptions::default());
    world.send(&gone).expect("it goes");
    assert_eq!(addresses(&world), Vec::<String>::new());
    let mine = json!({"apiVersion": "networking.k8s.io/v1", "kind": "IPAddress", "metadata": {"name": "10.96.0.20"},
        "spec": {"parentRef": {"resource": "gateways", "name": "g"}}});
    world.make(mine);
    let request = Request::new(
        Verb::Create,
        key(Kind::Service, ""),
        Body::Document(Arc::new(service("b", json!({"clusterIP": "10.96.0.20"})))),
    );
    let (code, why) = world.refusal(&request);
    assert!(
        code == 422 && why.ends_with("provided IP is already allocated"),
        "{why}"
    );
}
