//! What kube-proxy programs for which Service.

use super::super::harness::from_yaml;
use super::*;
use crate::api::Snapshot;
use crate::component::Action;

const SERVICE: &str = "
metadata: {name: web, namespace: default, uid: s}
spec: {clusterIP: 10.96.0.7, ports: [{name: http, port: 80, protocol: TCP}]}";
const SLICE: &str = "
metadata: {name: web-1, namespace: default, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{name: http, port: 8080, protocol: TCP}]
endpoints:
- {addresses: [10.244.2.3], nodeName: n2, conditions: {ready: true}, targetRef: {name: b}}
- {addresses: [10.244.1.2], nodeName: n1, conditions: {ready: true}, targetRef: {name: a}}
- {addresses: [10.244.1.9], nodeName: n1, conditions: {ready: false}, targetRef: {name: c}}";

fn world(service: &str, slice: &str) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let service: Service = from_yaml(service);
    snapshot.table_mut(Kind::Service).insert(service.into());
    if !slice.is_empty() {
        let slice: EndpointSlice = from_yaml(slice);
        snapshot.table_mut(Kind::EndpointSlice).insert(slice.into());
    }
    snapshot
}

/// One turn on n1, applied to the machine; what was done.
fn turn(snapshot: &Snapshot, machine: &mut Machine, key: &str) -> Vec<String> {
    let seen = Seen::new(snapshot, 0).at("n1", Some(machine));
    let turn = KubeProxy.sync(key, &seen, &mut KubeProxyMemory::default());
    let reasons: Vec<&str> = turn.diff.iter().map(|d| d.reason).collect();
    let mut done = vec![reasons.join(" ")];
    for planned in &turn.actions {
        if let Action::Network(call) = &planned.action {
            network_call(machine, call);
            done.push(call.summary());
        }
    }
    done
}

fn show(machine: &Machine) -> String {
    let lines = machine.rules.values().map(|rule| {
        let list = |targets: &[RuleTarget]| {
            let texts = targets
                .iter()
                .map(|t| format!("{}:{} {}@{}", t.ip, t.port, t.pod, t.node));
            texts.collect::<Vec<_>>().join(", ")
        };
        let external = rule.external_targets.as_deref().map(list);
        format!(
            "{} {}:{} -> [{}] {external:?}",
            rule.name,
            rule.cluster_ip,
            rule.port,
            list(&rule.targets)
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn rules_of_services() {
    let both = "default/web:http 10.96.0.7:80 -> [10.244.1.2:8080 a@n1, 10.244.2.3:8080 b@n2]";
    let near = "[10.244.1.2:8080 a@n1]";
    let draining = SLICE.replace(
        "{ready: true}",
        "{ready: false, serving: true, terminating: true}",
    );
    let table: &[(&str, String, &str, String)] = &[
        (
            "ready endpoints",
            SERVICE.into(),
            SLICE,
            format!("{both} None"),
        ),
        (
            "no endpoints: reject",
            SERVICE.into(),
            "",
            "default/web:http 10.96.0.7:80 -> [] None".into(),
        ),
        (
            "only draining endpoints",
            SERVICE.into(),
            &draining,
            format!("{both} None"),
        ),
        (
            "headless",
            SERVICE.replace("10.96.0.7", "None"),
            SLICE,
            String::new(),
        ),
        (
            "another port name",
            SERVICE.replace("name: http", "name: web"),
            SLICE,
            "default/web:web 10.96.0.7:80 -> [] None".into(),
        ),
        (
            "internal traffic stays on the node",
            SERVICE.replace("spec: {", "spec: {internalTrafficPolicy: Local, "),
            SLICE,
            format!("default/web:http 10.96.0.7:80 -> {near} None"),
        ),
        (
            "external traffic stays on the node",
            SERVICE.replace("spec: {", "spec: {externalTrafficPolicy: Local, "),
            SLICE,
            format!("{both} Some(\"10.244.1.2:8080 a@n1\")"),
        ),
    ];
    for (name, service, slice, want) in table {
        let mut machine = Machine::numbered(0);
        turn(&world(service, slice), &mut machine, "default/web");
        assert_eq!(show(&machine), *want, "{name}");
    }
}

#[test]
fn rules_follow_and_go() {
    let mut machine = Machine::numbered(0);
    let first = turn(&world(SERVICE, SLICE), &mut machine, "default/web");
    assert_eq!(
        first,
        ["RuleMissing", "SetRule default/web:http -> 2 targets"]
    );
    let again = turn(&world(SERVICE, SLICE), &mut machine, "default/web");
    assert_eq!(again, [""], "nothing differs");
    let none = turn(&world(SERVICE, ""), &mut machine, "default/web");
    assert_eq!(
        none,
        ["RuleOutOfDate", "SetRule default/web:http -> 0 targets"]
    );
    let other = turn(&Snapshot::default(), &mut machine, "default/we");
    assert_eq!(other, [""], "rules of other Services stay");
    let gone = turn(&Snapshot::default(), &mut machine, "default/web");
    assert_eq!(gone, ["RuleNotNeeded", "RemoveRule default/web:http"]);
    assert!(machine.rules.is_empty());
}
