//! What the API server fills into a service, and what an update leaves as it was.
//!
//! The real thing: pkg/apis/core/v1/defaults.go (`SetDefaults_Service`), pkg/registry/core/service/strategy.go (`dropTypeDependentFields`,
//! `patchAllocatedValues`), pkg/registry/core/service/storage/alloc.go (`initIPFamilyFields`).

use super::super::normal::{drop_empty, drop_false, drop_zero, text_default};
use super::{is, needs_health_check};
use k8s_openapi::api::core::v1::{ClientIPConfig, ServicePort, ServiceSpec, SessionAffinityConfig};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// Three hours: how long a client stays with its pod under `sessionAffinity: ClientIP`.
const STICKY_S: i32 = 10_800;

/// Defaults, before validation.
pub(super) fn spec(spec: &mut ServiceSpec) {
    text_default(&mut spec.session_affinity, "None");
    text_default(&mut spec.type_, "ClusterIP");
    affinity_defaults(spec);
    drop_empty(&mut spec.selector);
    drop_empty(&mut spec.ports);
    drop_empty(&mut spec.external_ips);
    drop_empty(&mut spec.cluster_ip);
    drop_empty(&mut spec.cluster_ips);
    drop_false(&mut spec.publish_not_ready_addresses);
    spec.ports.iter_mut().flatten().for_each(port_defaults);
    traffic_defaults(spec);
    family_defaults(spec);
}

/// Completes an update with what the old one had, and drops what its new type cannot have.
pub(super) fn carry_over(new: &mut ServiceSpec, old: &ServiceSpec) {
    keep_allocations(new, old);
    drop_dependent_fields(new, old);
    copy_cluster_ip(new);
}

fn affinity_defaults(spec: &mut ServiceSpec) {
    match spec.session_affinity.as_deref() {
        Some("None") => spec.session_affinity_config = None,
        Some("ClientIP") => {
            let config = spec.session_affinity_config.as_ref();
            let timeout = config.and_then(|c| c.client_ip.as_ref()?.timeout_seconds);
            let client_ip = ClientIPConfig {
                timeout_seconds: Some(timeout.unwrap_or(STICKY_S)),
            };
            spec.session_affinity_config = Some(SessionAffinityConfig {
                client_ip: Some(client_ip),
            });
        }
        _ => {}
    }
}

fn port_defaults(port: &mut ServicePort) {
    text_default(&mut port.protocol, "TCP");
    drop_zero(&mut port.node_port);
    drop_empty(&mut port.name);
    let missing = match &port.target_port {
        None | Some(IntOrString::Int(0)) => true,
        Some(IntOrString::String(name)) => name.is_empty(),
        Some(IntOrString::Int(_)) => false,
    };
    if missing {
        port.target_port = Some(IntOrString::Int(port.port));
    }
}

fn traffic_defaults(spec: &mut ServiceSpec) {
    let external_ips = spec
        .external_ips
        .as_ref()
        .is_some_and(|ips| !ips.is_empty());
    let outside =
        is(spec, &["LoadBalancer", "NodePort"]) || is(spec, &["ClusterIP"]) && external_ips;
    if outside {
        text_default(&mut spec.external_traffic_policy, "Cluster");
    }
    if is(spec, &["ClusterIP", "NodePort", "LoadBalancer"]) {
        text_default(&mut spec.internal_traffic_policy, "Cluster");
    }
    if is(spec, &["LoadBalancer"]) {
        spec.allocate_load_balancer_node_ports.get_or_insert(true);
    }
}

/// One IPv4 family, as a cluster with one pod network gives it; both for a headless service whose endpoints someone else writes.
/// Families that follow from addresses stay open: whether the cluster has them is seen when addresses are given out.
///
/// The real thing: pkg/registry/core/service/storage/alloc.go (`initIPFamilyFields`).
fn family_defaults(spec: &mut ServiceSpec) {
    if !is(spec, &["ClusterIP", "NodePort", "LoadBalancer"]) {
        return;
    }
    let headless = spec.cluster_ip.as_deref() == Some("None");
    let by_hand = headless && spec.selector.is_none();
    let policy = if by_hand {
        "RequireDualStack"
    } else {
        "SingleStack"
    };
    text_default(&mut spec.ip_family_policy, policy);
    drop_empty(&mut spec.ip_families);
    let mut addresses = spec
        .cluster_ip
        .iter()
        .chain(spec.cluster_ips.iter().flatten());
    if spec.ip_families.is_none() && addresses.any(|ip| ip.contains(':')) {
        return;
    }
    let wants_both = by_hand && spec.ip_family_policy.as_deref() != Some("SingleStack");
    let families = spec.ip_families.get_or_insert_default();
    if families.is_empty() {
        families.push("IPv4".to_owned());
    }
    if let ([only], true) = (&families[..], wants_both) {
        let other = if only == "IPv4" { "IPv6" } else { "IPv4" };
        families.push(other.to_owned());
    }
}

/// `clusterIP` and the first of `clusterIPs` always say the same. The real thing: `normalizeClusterIPs`.
pub(super) fn copy_cluster_ip(spec: &mut ServiceSpec) {
    if let (Some(ip), None) = (&spec.cluster_ip, &spec.cluster_ips) {
        spec.cluster_ips = Some(vec![ip.clone()]);
    }
}

/// What the API server allocated stays when an update leaves it out. The real thing: `patchAllocatedValues`.
fn keep_allocations(new: &mut ServiceSpec, old: &ServiceSpec) {
    const WITH_IP: &[&str] = &["ClusterIP", "NodePort", "LoadBalancer"];
    const WITH_NODE_PORT: &[&str] = &["NodePort", "LoadBalancer"];
    if is(new, WITH_IP) && is(old, WITH_IP) {
        if new.cluster_ip.is_none() && new.cluster_ips.is_none() {
            new.cluster_ip.clone_from(&old.cluster_ip);
            new.cluster_ips.clone_from(&old.cluster_ips);
        } else if new.cluster_ip != old.cluster_ip && new.cluster_ips == old.cluster_ips {
            // Only the singular was changed: the plural follows, and validation says what it thinks of that.
            new.cluster_ips = None;
        }
    }
    if is(new, WITH_NODE_PORT) && is(old, WITH_NODE_PORT) {
        keep_node_ports(new, old);
    }
    let unset = new.health_check_node_port.unwrap_or_default() == 0;
    if unset && needs_health_check(new) && needs_health_check(old) {
        new.health_check_node_port = old.health_check_node_port;
    }
}

fn keep_node_ports(new: &mut ServiceSpec, old: &ServiceSpec) {
    let used: Vec<i32> = new
        .ports
        .iter()
        .flatten()
        .filter_map(|p| p.node_port)
        .collect();
    for port in new
        .ports
        .iter_mut()
        .flatten()
        .filter(|p| p.node_port.is_none())
    {
        let same = |o: &&ServicePort| o.protocol == port.protocol && o.port == port.port;
        let was = old
            .ports
            .iter()
            .flatten()
            .find(same)
            .and_then(|o| o.node_port);
        port.node_port = was.filter(|n| !used.contains(n));
    }
}

/// A change of type takes along what only the old type has, unless the author set it anew. The real thing: `dropTypeDependentFields`.
fn drop_dependent_fields(new: &mut ServiceSpec, old: &ServiceSpec) {
    let needs_ip = |s: &ServiceSpec| is(s, &["ClusterIP", "NodePort", "LoadBalancer"]);
    if needs_ip(old) && !needs_ip(new) && new.cluster_ip == old.cluster_ip {
        new.cluster_ip = None;
        new.cluster_ips = None;
        new.ip_families = None;
        new.ip_family_policy = None;
    }
    let needs_node_port = |s: &ServiceSpec| is(s, &["NodePort", "LoadBalancer"]);
    let node_ports = |s: &ServiceSpec| -> Vec<Option<i32>> {
        s.ports.iter().flatten().map(|p| p.node_port).collect()
    };
    if needs_node_port(old) && !needs_node_port(new) && node_ports(new) == node_ports(old) {
        for port in new.ports.iter_mut().flatten() {
            port.node_port = None;
        }
    }
    let same = new.health_check_node_port == old.health_check_node_port;
    if needs_health_check(old) && !needs_health_check(new) && same {
        new.health_check_node_port = None;
    }
    if is(old, &["LoadBalancer"]) && !is(new, &["LoadBalancer"]) {
        let same = new.allocate_load_balancer_node_ports == old.allocate_load_balancer_node_ports;
        if same {
            new.allocate_load_balancer_node_ports = None;
        }
    }
    let same_policy = new.external_traffic_policy == old.external_traffic_policy;
    let no_external_ips = new.external_ips.is_none();
    if needs_node_port(old) && !needs_node_port(new) && same_policy && no_external_ips {
        new.external_traffic_policy = None;
    }
    if is(old, &["ExternalName"])
        && !is(new, &["ExternalName"])
        && new.external_name == old.external_name
    {
        new.external_name = None;
    }
}
