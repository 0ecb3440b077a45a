//! What is wrong with a service.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidateService`).
//! Left out: that a health check port must be there; the API server allocates it after validation here.

use super::super::normal::{list, text};
use super::super::pod::{containers, probes, validation::check_labels};
use super::super::{go, names};
use super::{is, needs_health_check};
use crate::api::check::{Errors, Path};
use crate::api::labels;
use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

const SPEC: Path<'static> = Path::root("spec");
const STICKY_MAX_S: i32 = 86_400;

/// Everything wrong with a new service.
pub(super) fn create(service: &Service, errors: &mut Errors) {
    let Some(spec) = &service.spec else { return };
    let headless = is_headless(spec);
    let ports = list(&spec.ports);
    if ports.is_empty() && !headless && !is(spec, &["ExternalName"]) {
        errors.required(&SPEC.child("ports"), "");
    }
    type_rules(spec, errors);
    let ports_path = SPEC.child("ports");
    for (index, port) in ports.iter().enumerate() {
        service_port(
            port,
            &ports[..index],
            ports.len(),
            &ports_path.index(index),
            errors,
        );
    }
    check_labels(spec.selector.as_ref(), &SPEC.child("selector"), errors);
    session_affinity(spec, errors);
    if !is(spec, &["ExternalName"]) {
        cluster_ips(spec, errors);
    }
    let external_path = SPEC.child("externalIPs");
    for (index, ip) in list(&spec.external_ips).iter().enumerate() {
        let path = external_path.index(index);
        let wrong = names::ip(ip);
        let wrong = if wrong.is_empty() {
            names::special_ip(ip)
        } else {
            wrong
        };
        errors.invalid_text(&path, ip, wrong);
    }
    errors.one_of(
        &SPEC.child("type"),
        spec.type_.as_deref(),
        &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
    );
    port_clashes(spec, errors);
    load_balancer(spec, errors);
    traffic(spec, errors);
}

fn type_rules(spec: &ServiceSpec, errors: &mut Errors) {
    let ips_path = SPEC.child("clusterIPs");
    if is_headless(spec) && is(spec, &["LoadBalancer", "NodePort"]) {
        let detail = format!(
            "may not be set to 'None' for {} services",
            text(&spec.type_)
        );
        errors.invalid(&ips_path.index(0), "None", &detail);
    }
    if !is(spec, &["ExternalName"]) {
        return;
    }
    for (field, set) in [
        ("clusterIPs", !list(&spec.cluster_ips).is_empty()),
        ("ipFamilies", !list(&spec.ip_families).is_empty()),
        ("ipFamilyPolicy", spec.ip_family_policy.is_some()),
    ] {
        if set {
            let detail = "may not be set for ExternalName services";
            errors.forbidden(&SPEC.child(field), detail);
        }
    }
    let name = text(&spec.external_name);
    let name = name.strip_suffix('.').unwrap_or(name);
    let path = SPEC.child("externalName");
    if name.is_empty() {
        errors.required(&path, "");
    } else {
        errors.invalid_text(&path, name, names::subdomain(name));
    }
}

fn service_port(
    port: &ServicePort,
    before: &[ServicePort],
    count: usize,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let name = text(&port.name);
    let name_path = path.child("name");
    if !name.is_empty() {
        errors.invalid_text(&name_path, name, names::label(name));
        if before.iter().any(|p| text(&p.name) == name) {
            errors.duplicate(&name_path, name);
        }
    } else if count > 1 {
        errors.required(&name_path, "");
    }
    containers::port_number(port.port, &path.child("port"), errors);
    let protocol = port.protocol.as_deref();
    errors.one_of(&path.child("protocol"), protocol, &["SCTP", "TCP", "UDP"]);
    let target = port
        .target_port
        .clone()
        .unwrap_or(IntOrString::Int(port.port));
    probes::port_or_name(&target, &path.child("targetPort"), errors);
    if let Some(protocol) = &port.app_protocol {
        let wrong = labels::qualified_name(protocol);
        errors.invalid_text(&path.child("appProtocol"), protocol, wrong);
    }
}

fn session_affinity(spec: &ServiceSpec, errors: &mut Errors) {
    let affinity = spec.session_affinity.as_deref();
    errors.one_of(
        &SPEC.child("sessionAffinity"),
        affinity,
        &["ClientIP", "None"],
    );
    let path = SPEC.child("sessionAffinityConfig");
    let config = spec.session_affinity_config.as_ref();
    if affinity == Some("None") && config.is_some() {
        errors.forbidden(&path, "must not be set when session affinity is None");
    }
    let timeout_s = config.and_then(|c| c.client_ip.as_ref()?.timeout_seconds);
    let wrong = timeout_s.filter(|s| *s <= 0 || *s > STICKY_MAX_S);
    if let Some(timeout_s) = wrong.filter(|_| affinity == Some("ClientIP")) {
        let path = path.child("clientIP");
        let detail = format!("must be greater than 0 and less than {STICKY_MAX_S}");
        errors.invalid(&path.child("timeoutSeconds"), timeout_s, &detail);
    }
}

/// `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy`; the real thing: `ValidateServiceClusterIPsRelatedFields`.
fn cluster_ips(spec: &ServiceSpec, errors: &mut Errors) {
    let path = SPEC.child("clusterIPs");
    let (ip, ips) = (text(&spec.cluster_ip), list(&spec.cluster_ips));
    let shown = || go::list(Some(ips));
    match ips.first() {
        None if !ip.is_empty() => errors.required(&path, ""),
        Some(_) if ip.is_empty() => {
            let detail = "must be empty when `clusterIP` is not specified";
            errors.invalid_go(&path, &shown(), detail);
        }
        Some(first) if first != ip => {
            errors.invalid_go(&path, &shown(), "first value must match `clusterIP`");
        }
        Some(_) | None => {}
    }
    let families = list(&spec.ip_families);
    let families_path = SPEC.child("ipFamilies");
    for (index, family) in families.iter().enumerate() {
        let path = families_path.index(index);
        errors.known(&path, Some(family), &["IPv4", "IPv6"]);
        if families[..index].contains(family) {
            errors.duplicate(&path, family.as_str());
        }
    }
    errors.known(
        &SPEC.child("ipFamilyPolicy"),
        spec.ip_family_policy.as_deref(),
        &["PreferDualStack", "RequireDualStack", "SingleStack"],
    );
    let before = errors.count();
    for (index, ip) in ips.iter().enumerate() {
        if index > 0 || ip != "None" {
            errors.invalid_text(&path.index(index), ip, names::ip(ip));
        } else if ips.len() > 1 {
            let detail = "'None' must be the first and only value";
            errors.invalid_go(&path, &shown(), detail);
        }
    }
    if ips.len() > 2 {
        errors.invalid_go(&path, &shown(), "may only hold up to 2 values");
    }
    if errors.count() > before || is_headless(spec) {
        return;
    }
    let is_v6 = |ip: &String| ip.contains(':');
    if ips.len() == 2 && is_v6(&ips[0]) == is_v6(&ips[1]) {
        let detail = "may specify no more than one IP for each IP family";
        errors.invalid_go(&path, &shown(), detail);
    }
    for (index, (ip, family)) in ips.iter().zip(families).enumerate() {
        if (family == "IPv6") != is_v6(ip) {
            let detail =
                format!("expected an {family} value as indicated by `ipFamilies[{index}]`");
            errors.invalid(&path.index(index), ip.as_str(), &detail);
        }
    }
}

fn port_clashes(spec: &ServiceSpec, errors: &mut Errors) {
    let ports = list(&spec.ports);
    let path = SPEC.child("ports");
    let node_port = |p: &ServicePort| p.node_port.filter(|n| *n != 0);
    for (index, port) in ports.iter().enumerate() {
        if is(spec, &["ClusterIP"]) && node_port(port).is_some() {
            let path = path.index(index);
            let detail = "may not be used when `type` is 'ClusterIP'";
            errors.forbidden(&path.child("nodePort"), detail);
        }
    }
    for (index, port) in ports.iter().enumerate() {
        let Some(number) = node_port(port) else {
            continue;
        };
        let same = |p: &ServicePort| p.protocol == port.protocol && node_port(p) == Some(number);
        if ports[..index].iter().any(same) {
            let path = path.index(index);
            errors.duplicate(&path.child("nodePort"), number);
        }
    }
    for (index, port) in ports.iter().enumerate() {
        let same = |p: &ServicePort| p.protocol == port.protocol && p.port == port.port;
        if ports[..index].iter().any(same) {
            let value = format!(
                "core.ServicePort{{Name:\"\", Protocol:{:?}, AppProtocol:(*string)(nil), Port:{}, TargetPort:{}, NodePort:0}}",
                text(&port.protocol),
                port.port,
                go::int_or_string(&IntOrString::Int(0))
            );
            errors.duplicate_go(&path.index(index), &value, "");
        }
    }
}

fn load_balancer(spec: &ServiceSpec, errors: &mut Errors) {
    const ONLY: &str = "may only be used when `type` is 'LoadBalancer'";
    let balanced = is(spec, &["LoadBalancer"]);
    let ranges = list(&spec.load_balancer_source_ranges);
    let path = SPEC.child("LoadBalancerSourceRanges");
    if !ranges.is_empty() && !balanced {
        errors.forbidden(&path, ONLY);
    }
    for (index, range) in ranges.iter().enumerate() {
        let range = range.trim();
        errors.invalid_text(&path.index(index), range, names::cidr(range));
    }
    if spec.allocate_load_balancer_node_ports.is_some() && !balanced {
        errors.forbidden(&SPEC.child("allocateLoadBalancerNodePorts"), ONLY);
    }
    let Some(class) = &spec.load_balancer_class else {
        return;
    };
    let path = SPEC.child("loadBalancerClass");
    if balanced {
        errors.invalid_text(&path, class, labels::qualified_name(class));
    } else {
        errors.forbidden(&path, ONLY);
    }
}

fn traffic(spec: &ServiceSpec, errors: &mut Errors) {
    const POLICIES: &[&str] = &["Cluster", "Local"];
    let has_external_ips = !list(&spec.external_ips).is_empty();
    let external =
        is(spec, &["LoadBalancer", "NodePort"]) || is(spec, &["ClusterIP"]) && has_external_ips;
    let policy = spec.external_traffic_policy.as_deref();
    let path = SPEC.child("externalTrafficPolicy");
    match policy.filter(|p| !p.is_empty()) {
        Some(policy) if !external => {
            let detail = "may only be set for externally-accessible services";
            errors.invalid(&path, policy, detail);
        }
        None if !external => {}
        policy => errors.one_of(&path, policy, POLICIES),
    }
    if let Some(port) = spec.health_check_node_port.filter(|p| *p != 0) {
        let path = SPEC.child("healthCheckNodePort");
        if needs_health_check(spec) {
            containers::port_number(port, &path, errors);
        } else {
            let detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
            errors.invalid(&path, port, detail);
        }
    }
    let path = SPEC.child("internalTrafficPolicy");
    let policy = spec.internal_traffic_policy.as_deref();
    if policy.is_none() && is(spec, &["NodePort", "LoadBalancer", "ClusterIP"]) {
        errors.required(&path, "");
    }
    errors.known(&path, policy, POLICIES);
    let distribution = spec.traffic_distribution.as_deref();
    let path = SPEC.child("trafficDistribution");
    errors.known(&path, distribution, &["PreferClose"]);
}

/// Is its cluster IP `None`?
pub(super) fn is_headless(spec: &ServiceSpec) -> bool {
    matches!(list(&spec.cluster_ips), [only] if only == "None")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::api::Stored as _;
    use serde_json::{Value, json};

    pub(in super::super) fn service(spec: Value) -> Service {
        let json = json!({"metadata": {"name": "web", "namespace": "default"}, "spec": spec});
        let mut service: Service = serde_json::from_value(json).expect("a service");
        service.set_defaults();
        service.prepare_create();
        service
    }

    #[test]
    fn says_what_upstream_says() {
        for (name, spec, want) in [
            ("fine", json!({"ports": [{"port": 80}]}), vec![]),
            (
                "headless without ports",
                json!({"clusterIP": "None"}),
                vec![],
            ),
            ("no ports", json!({}), vec!["spec.ports: Required value"]),
            (
                "two without names",
                json!({"ports": [{"port": 80}, {"port": 443}]}),
                vec![
                    "spec.ports[0].name: Required value",
                    "spec.ports[1].name: Required value",
                ],
            ),
            (
                "same name",
                json!({"ports": [{"name": "a", "port": 80}, {"name": "a", "port": 443}]}),
                vec!["spec.ports[1].name: Duplicate value: \"a\""],
            ),
            (
                "same port",
                json!({"ports": [{"name": "a", "port": 80}, {"name": "b", "port": 80}]}),
                vec![
                    "spec.ports[1]: Duplicate value: core.ServicePort{Name:\"\", Protocol:\"TCP\", AppProtocol:(*string)(nil), Port:80, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}, NodePort:0}",
                ],
            ),
            (
                "number",
                json!({"ports": [{"port": 70000}]}),
                vec![
                    "spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive",
                    "spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
                ],
            ),
            (
                "node port",
                json!({"ports": [{"port": 80, "nodePort": 30080}]}),
                vec![
                    "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
                ],
            ),
            (
                "type",
                json!({"type": "Public", "ports": [{"port": 80}]}),
                vec![
                    "spec.type: Unsupported value: \"Public\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"",
                ],
            ),
            (
                "external name",
                json!({"type": "ExternalName"}),
                vec!["spec.externalName: Required value"],
            ),
            (
                "address",
                json!({"clusterIP": "10.0.0.300", "ports": [{"port": 80}]}),
                vec![
                    "spec.clusterIPs[0]: Invalid value: \"10.0.0.300\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                ],
            ),
            (
                "affinity",
                json!({"sessionAffinity": "Cookie", "ports": [{"port": 80}]}),
                vec![
                    "spec.sessionAffinity: Unsupported value: \"Cookie\": supported values: \"ClientIP\", \"None\"",
                ],
            ),
            (
                "external policy",
                json!({"externalTrafficPolicy": "Local", "ports": [{"port": 80}]}),
                vec![
                    "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible services",
                ],
            ),
        ] {
            let got: Vec<String> = service(spec)
                .validate()
                .iter()
                .map(ToString::to_string)
                .collect();
            assert_eq!(got, want, "{name}");
        }
    }
}
