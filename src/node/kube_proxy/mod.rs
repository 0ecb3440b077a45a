//! kube-proxy: for every Service port, where this node sends its traffic.
//!
//! Its keys are Services, `namespace/name`. What it programs stands in [`Machine::rules`], which the pod network follows; a crash of the process
//! leaves the rules in place.
//!
//! The real thing: pkg/proxy/iptables/proxier.go (`syncProxyRules`), pkg/proxy/{servicechangetracker,endpointslicecache,topology}.go.
//! Left out: topology hints and `trafficDistribution`, `loadBalancerSourceRanges`, health check node ports, conntrack; IPVS and nftables, whose rules say the same.

#[cfg(test)]
mod tests;

use crate::api::time::Ms;
use crate::api::{Change, Key, Kind, Name, Object, Stored, User};
use crate::component::{
    Component, Datum, Machine, NetworkCall, Place, Rule, RuleTarget, Seen, Turn, Wake, Watch, join,
    queue_key,
};
use imbl::OrdMap;
use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointSlice};
use std::ops::Bound;
use std::sync::Arc;

/// kube-proxy.
pub struct KubeProxy;

/// `minSyncPeriod`: changes that come faster are taken together.
const SYNC_MIN_MS: Ms = 1000;
/// The label by which an EndpointSlice names its Service.
const SERVICE_LABEL: &str = "kubernetes.io/service-name";

/// When each Service was last synced.
pub type KubeProxyMemory = OrdMap<Name, Ms>;

/// Applies a change to a machine's network.
pub fn network_call(machine: &mut Machine, call: &NetworkCall) {
    match call {
        NetworkCall::SetRule(rule) => {
            machine.rules.insert(rule.name.clone(), Arc::clone(rule));
        }
        NetworkCall::RemoveRule(name) => {
            machine.rules.remove(name);
        }
    }
}

impl Component for KubeProxy {
    type Memory = KubeProxyMemory;

    fn name(&self) -> &'static str {
        "kube-proxy"
    }

    fn place(&self) -> Place {
        Place::EveryNode
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:kube-proxy")
    }

    fn watches(&self) -> &'static [Watch] {
        const WATCHES: &[Watch] = &[Watch::all(Kind::Service), Watch::all(Kind::EndpointSlice)];
        WATCHES
    }

    fn starts(&self, seen: &Seen<'_>) -> Vec<Wake> {
        // Rules that were left behind, whether their Services are still there or not.
        let services = seen.machine().rules.keys().map(|rule| service_of(rule));
        let mut keys: Vec<Name> = services.map(Name::from).collect();
        keys.dedup();
        keys.into_iter().map(Wake::now).collect()
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut KubeProxyMemory) -> Vec<Wake> {
        let object = change.object();
        let key = match object {
            Object::Service(_) => queue_key(object),
            Object::EndpointSlice(slice) => {
                let labels = slice.metadata.labels.as_ref();
                let Some(service) = labels.and_then(|l| l.get(SERVICE_LABEL)) else {
                    return Vec::new();
                };
                join(
                    slice.metadata.namespace.as_deref().unwrap_or_default(),
                    service,
                )
            }
            _ => return Vec::new(),
        };
        let next_ms = memory.get(&key).map_or(0, |last| last + SYNC_MIN_MS);
        vec![Wake::after(key, next_ms.saturating_sub(seen.now_ms))]
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut KubeProxyMemory) -> Turn {
        let mut turn = Turn::default();
        let (namespace, name) = key.split_once('/').unwrap_or(("", key));
        let service = seen.table(Kind::Service).get(namespace, name);
        match service {
            Some(_) => memory.insert(key.into(), seen.now_ms),
            None => memory.remove(key),
        };
        let wanted = service.map_or_else(Vec::new, |object| {
            rules(object, namespace, name, seen, &mut turn)
        });
        program(key, &wanted, service, seen, &mut turn);
        turn
    }
}

/// The rules of one Service.
fn rules(
    object: &Object,
    namespace: &str,
    name: &str,
    seen: &Seen<'_>,
    turn: &mut Turn,
) -> Vec<Rule> {
    let Some(spec) = object.get::<Service>().and_then(|s| s.spec.as_ref()) else {
        return Vec::new();
    };
    let address = spec.cluster_ip.as_deref().unwrap_or_default();
    turn.saw(object, "spec.clusterIP", address);
    let has_address =
        !matches!(address, "" | "None") && spec.type_.as_deref() != Some("ExternalName");
    if !has_address {
        return Vec::new();
    }
    let slices: Vec<&EndpointSlice> = seen
        .table(Kind::EndpointSlice)
        .with_label(namespace, SERVICE_LABEL, name)
        .filter_map(EndpointSlice::of)
        .filter(|slice| slice.address_type == "IPv4")
        .collect();
    let external = external_addresses(object, spec);
    let service = join(namespace, name);
    spec.ports
        .iter()
        .flatten()
        .map(|port| {
            let rule = rule(&service, spec, port, &slices, &external, seen.node);
            let field = format!("endpoints ready for port {}", port.port);
            turn.saw_at(object.key(), 0, field, rule.targets.len());
            rule
        })
        .collect()
}

fn rule(
    service: &Name,
    spec: &ServiceSpec,
    port: &ServicePort,
    slices: &[&EndpointSlice],
    external: &[Name],
    node: &str,
) -> Rule {
    let all = endpoints(port, slices);
    let name = match port.name.as_deref() {
        None | Some("") => service.clone(),
        Some(port) => format!("{service}:{port}").into(),
    };
    let local = |policy: Option<&String>| policy.is_some_and(|p| p == "Local");
    let targets = targets(&all, node, local(spec.internal_traffic_policy.as_ref()));
    let external_targets =
        local(spec.external_traffic_policy.as_ref()).then(|| self::targets(&all, node, true));
    Rule {
        name,
        protocol: port.protocol.as_deref().unwrap_or("TCP").into(),
        cluster_ip: spec.cluster_ip.as_deref().unwrap_or_default().into(),
        port: port.port,
        node_port: port.node_port.filter(|number| *number > 0),
        external_ips: external.to_vec(),
        sticky: spec.session_affinity.as_deref() == Some("ClientIP"),
        targets,
        external_targets,
    }
}

/// Addresses outside the cluster that lead to it: of its load balancer, and `externalIPs`.
fn external_addresses(object: &Object, spec: &ServiceSpec) -> Vec<Name> {
    let balancer = object
        .get::<Service>()
        .and_then(|s| s.status.as_ref()?.load_balancer.as_ref()?.ingress.as_ref());
    let given = balancer
        .into_iter()
        .flatten()
        .filter_map(|i| i.ip.as_deref());
    let chosen = spec.external_ips.iter().flatten().map(String::as_str);
    given.chain(chosen).map(Name::from).collect()
}

/// One endpoint with the port that the Service's port leads to.
type Found<'a> = (&'a Endpoint, i32);

fn endpoints<'a>(port: &ServicePort, slices: &[&'a EndpointSlice]) -> Vec<Found<'a>> {
    let name = port.name.as_deref().unwrap_or_default();
    let protocol = port.protocol.as_deref().unwrap_or("TCP");
    let mut found = Vec::new();
    for slice in slices {
        let number = slice.ports.iter().flatten().find(|p| {
            p.name.as_deref().unwrap_or_default() == name
                && p.protocol.as_deref().unwrap_or("TCP") == protocol
        });
        let Some(number) = number.and_then(|p| p.port) else {
            continue;
        };
        found.extend(slice.endpoints.iter().map(|endpoint| (endpoint, number)));
    }
    found
}

/// Endpoints that are ready; with none, those that are terminating and still serve. The real thing: `CategorizeEndpoints`.
fn targets(all: &[Found<'_>], node: &str, only_local: bool) -> Vec<RuleTarget> {
    let is_near =
        |(endpoint, _): &&Found<'_>| !only_local || endpoint.node_name.as_deref() == Some(node);
    let is_ready = |(endpoint, _): &&Found<'_>| {
        endpoint.conditions.as_ref().and_then(|c| c.ready) != Some(false)
    };
    let still_serves = |(endpoint, _): &&Found<'_>| {
        let conditions = endpoint.conditions.as_ref();
        conditions.and_then(|c| c.terminating) == Some(true)
            && conditions.and_then(|c| c.serving) != Some(false)
    };
    let mut targets: Vec<RuleTarget> = all
        .iter()
        .filter(is_near)
        .filter(is_ready)
        .map(target)
        .collect();
    if targets.is_empty() {
        targets = all
            .iter()
            .filter(is_near)
            .filter(still_serves)
            .map(target)
            .collect();
    }
    targets.sort_by(|a, b| (&a.ip, a.port).cmp(&(&b.ip, b.port)));
    targets.dedup_by(|a, b| a.ip == b.ip && a.port == b.port);
    targets
}

fn target((endpoint, port): &Found<'_>) -> RuleTarget {
    RuleTarget {
        ip: endpoint
            .addresses
            .first()
            .map(Name::from)
            .unwrap_or_default(),
        port: *port,
        node: endpoint.node_name.as_deref().unwrap_or_default().into(),
        pod: endpoint
            .target_ref
            .as_ref()
            .and_then(|t| t.name.as_deref())
            .unwrap_or_default()
            .into(),
    }
}

/// Compares what is wanted of a Service with what is programmed.
fn program(
    service: &str,
    wanted: &[Rule],
    object: Option<&Object>,
    seen: &Seen<'_>,
    turn: &mut Turn,
) {
    let (namespace, name) = service.split_once('/').unwrap_or(("", service));
    let key = object.map_or_else(|| Key::new(Kind::Service, namespace, name), Object::key);
    let machine = seen.machine();
    for rule in wanted {
        let present = machine.rules.get(&rule.name);
        if present.is_some_and(|present| **present == *rule) {
            continue;
        }
        let reason = if present.is_some() {
            "RuleOutOfDate"
        } else {
            "RuleMissing"
        };
        let closes = turn.differs(
            key.clone(),
            format!("rules{{{}}}", rule.name),
            addresses(rule),
            present.map(|present| addresses(present)),
            reason,
        );
        turn.act(closes, NetworkCall::SetRule(Arc::new(rule.clone())));
    }
    let from = Bound::Included(Name::from(service));
    let present = machine.rules.range((from, Bound::Unbounded));
    let own = present
        .map(|(name, _)| name)
        .take_while(|name| name.starts_with(service))
        .filter(|name| service_of(name) == service);
    for name in own {
        if wanted.iter().any(|rule| rule.name == *name) {
            continue;
        }
        let closes = turn.differs(
            key.clone(),
            format!("rules{{{name}}}"),
            Datum::None,
            name.clone(),
            "RuleNotNeeded",
        );
        turn.act(closes, NetworkCall::RemoveRule(name.clone()));
    }
}

/// More targets than this are only counted in the trace.
const SHOWN_MAX: usize = 16;

/// For the trace: the targets, or `REJECT` without any.
fn addresses(rule: &Rule) -> Datum {
    if rule.targets.is_empty() {
        return Datum::from("REJECT");
    }
    if rule.targets.len() > SHOWN_MAX {
        return Datum::from(rule.targets.len());
    }
    let target = |t: &RuleTarget| Name::from(format!("{}:{}", t.ip, t.port));
    Datum::List(rule.targets.iter().map(target).collect())
}

/// The Service of a rule's name: `default/web` of `default/web:http`.
fn service_of(rule: &str) -> &str {
    rule.split_once(':').map_or(rule, |(service, _)| service)
}
