//! Service.
//!
//! The real thing: pkg/apis/core/v1/defaults.go (`SetDefaults_Service`), pkg/registry/core/service/{strategy.go,storage/storage.go}.

use super::cells::{age, column, labels, or, wide};
use super::normal::{drop_empty, drop_false, drop_zero, text_default};
use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{
    ClientIPConfig, Service, ServicePort, ServiceSpec, ServiceStatus, SessionAffinityConfig,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// Three hours: how long a client stays with its pod under `sessionAffinity: ClientIP`.
const STICKY_S: i32 = 10_800;

impl Stored for Service {
    stored!(Service);

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
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
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        let status = ServiceStatus {
            load_balancer: Some(Default::default()),
            ..ServiceStatus::default()
        };
        self.status = Some(status);
        if let Some(spec) = &mut self.spec {
            copy_cluster_ip(spec);
        }
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        let (Some(new), Some(old)) = (&mut self.spec, &old.spec) else {
            return;
        };
        keep_allocations(new, old);
        drop_dependent_fields(new, old);
        copy_cluster_ip(new);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        if self.spec != old.spec {
            self.spec.clone_from(&old.spec);
        }
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Type"),
            column("Cluster-IP"),
            column("External-IP"),
            column("Port(s)"),
            column("Age"),
            wide("Selector"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let Some(spec) = &self.spec else {
            return vec![String::new(); Self::columns().len()];
        };
        let ports = spec.ports.iter().flatten().map(port_cell);
        vec![
            spec.type_.clone().unwrap_or_default(),
            or(spec.cluster_ip.as_deref(), "<none>"),
            external_cell(spec, self.status.as_ref()),
            or(Some(&ports.collect::<Vec<_>>().join(",")), "<none>"),
            age(&self.metadata, now_ms),
            labels(spec.selector.as_ref()),
        ]
    }

    fn selectable_fields() -> &'static [&'static str] {
        &["spec.clusterIP", "spec.type"]
    }

    fn selectable_field(&self, path: &str) -> Option<String> {
        let spec = self.spec.as_ref();
        let text = match path {
            "spec.clusterIP" => spec.and_then(|s| s.cluster_ip.clone()),
            "spec.type" => spec.and_then(|s| s.type_.clone()),
            _ => return None,
        };
        Some(text.unwrap_or_default())
    }
}

fn is(spec: &ServiceSpec, kinds: &[&str]) -> bool {
    kinds.contains(&spec.type_.as_deref().unwrap_or_default())
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

/// One IPv4 family, as a cluster with one pod network gives it; both for a headless service whose endpoints someone else writes. The real thing: pkg/registry/core/service/storage/alloc.go (`initIPFamilyFields`).
fn family_defaults(spec: &mut ServiceSpec) {
    if !is(spec, &["ClusterIP", "NodePort", "LoadBalancer"]) {
        return;
    }
    let headless = spec.cluster_ip.as_deref() == Some("None");
    let (policy, families) = if headless && spec.selector.is_none() {
        ("RequireDualStack", ["IPv4", "IPv6"].as_slice())
    } else {
        ("SingleStack", ["IPv4"].as_slice())
    };
    drop_empty(&mut spec.ip_families);
    if spec.ip_family_policy.is_none() && spec.ip_families.is_none() {
        spec.ip_family_policy = Some(policy.to_owned());
    }
    text_default(&mut spec.ip_family_policy, "SingleStack");
    spec.ip_families
        .get_or_insert_with(|| families.iter().map(|&f| f.to_owned()).collect());
}

/// `clusterIP` and the first of `clusterIPs` always say the same. The real thing: `normalizeClusterIPs`.
fn copy_cluster_ip(spec: &mut ServiceSpec) {
    let first = spec.cluster_ips.as_ref().and_then(|ips| ips.first());
    match (&spec.cluster_ip, first) {
        (Some(ip), None) => spec.cluster_ips = Some(vec![ip.clone()]),
        (None, Some(_)) | (None, None) | (Some(_), Some(_)) => {}
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
        if new.health_check_node_port.unwrap_or_default() == 0 {
            new.health_check_node_port = old.health_check_node_port;
        }
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

fn port_cell(port: &ServicePort) -> String {
    let protocol = port.protocol.as_deref().unwrap_or("TCP");
    match port.node_port.filter(|p| *p > 0) {
        Some(node_port) => format!("{}:{node_port}/{protocol}", port.port),
        None => format!("{}/{protocol}", port.port),
    }
}

fn external_cell(spec: &ServiceSpec, status: Option<&ServiceStatus>) -> String {
    let mut ips = spec.external_ips.clone().unwrap_or_default();
    match spec.type_.as_deref() {
        Some("ClusterIP" | "NodePort") => or(Some(&ips.join(",")), "<none>"),
        Some("LoadBalancer") => {
            let balancer = status.and_then(|s| s.load_balancer.as_ref()?.ingress.as_ref());
            let address = |i: &k8s_openapi::api::core::v1::LoadBalancerIngress| {
                let ip = i.ip.clone().filter(|ip| !ip.is_empty());
                ip.or_else(|| i.hostname.clone())
            };
            let mut all: Vec<String> = balancer.into_iter().flatten().filter_map(address).collect();
            all.sort();
            all.dedup();
            all.append(&mut ips);
            or(Some(&all.join(",")), "<pending>")
        }
        Some("ExternalName") => spec.external_name.clone().unwrap_or_default(),
        _ => "<unknown>".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn service(spec: Value) -> Service {
        let mut service: Service =
            serde_json::from_value(json!({ "spec": spec })).expect("a service");
        service.set_defaults();
        service
    }

    #[test]
    fn a_bare_service_gets_what_upstream_gives_it() {
        let got = service(json!({"selector": {"app": "web"}, "ports": [{"port": 80}]}));
        let want = json!({
            "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack",
            "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}],
            "selector": {"app": "web"}, "sessionAffinity": "None", "type": "ClusterIP",
        });
        assert_eq!(serde_json::to_value(got.spec).expect("plain data"), want);
    }

    #[test]
    fn rows_show_where_it_can_be_reached() {
        for (name, spec, want) in [
            (
                "new",
                json!({"ports": [{"port": 80}]}),
                "ClusterIP <none> <none> 80/TCP",
            ),
            (
                "headless",
                json!({"clusterIP": "None"}),
                "ClusterIP None <none> <none>",
            ),
            (
                "node port",
                json!({"type": "NodePort", "clusterIP": "10.96.0.9", "ports": [{"port": 80, "nodePort": 30080}]}),
                "NodePort 10.96.0.9 <none> 80:30080/TCP",
            ),
            (
                "balancer",
                json!({"type": "LoadBalancer", "ports": [{"port": 53, "protocol": "UDP"}]}),
                "LoadBalancer <none> <pending> 53/UDP",
            ),
            (
                "external",
                json!({"type": "ExternalName", "externalName": "db.example.com"}),
                "ExternalName <none> db.example.com <none>",
            ),
        ] {
            assert_eq!(service(spec).row(0)[..4].join(" "), want, "{name}");
        }
    }

    #[test]
    fn an_update_keeps_what_was_allocated() {
        let old = service(
            json!({"type": "NodePort", "clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"], "ports": [{"port": 80, "nodePort": 30080}]}),
        );
        let mut new = service(json!({"type": "NodePort", "ports": [{"port": 80}]}));
        new.prepare_update(&old);
        assert_eq!(new.spec, old.spec);
        let mut new = service(json!({"ports": [{"port": 80}]}));
        new.prepare_update(&old);
        let spec = new.spec.expect("kept");
        assert_eq!(spec.cluster_ip.as_deref(), Some("10.96.0.9"));
        assert_eq!(spec.ports.expect("kept")[0].node_port, None);
    }
}
