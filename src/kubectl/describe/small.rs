//! Services, ConfigMaps, Secrets, namespaces.
//!
//! The real thing: kubectl's pkg/describe/describe.go (`describeService`, `ConfigMapDescriber`, `describeSecret`, `describeNamespace`).

use super::page::Page;
use super::pod_template::number_or_name;
use crate::api::{Kind, Name, Object, Reply, Request, Stored, quantity};
use crate::kubectl::{Accept, CHUNK, Call};
use k8s_openapi::api::core::v1::{
    ConfigMap, LimitRange, Namespace, ResourceQuota, Secret, Service, ServicePort,
};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::{BTreeMap, BTreeSet};

/// More addresses are counted, not named.
const ENDPOINTS_SHOWN: usize = 3;

/// What all of a namespace begin with.
fn head(metadata: &ObjectMeta, page: &mut Page) {
    page.field(0, "Name", metadata.name.as_deref().unwrap_or_default());
    if let Some(namespace) = &metadata.namespace {
        page.field(0, "Namespace", namespace);
    }
    page.labels("Labels", metadata.labels.as_ref());
    page.annotations("Annotations", metadata.annotations.as_ref());
}

pub(super) fn config_map(map: &ConfigMap, page: &mut Page) {
    head(&map.metadata, page);
    page.line(0, "\nData\n====");
    for (key, value) in map.data.iter().flatten() {
        page.line(0, &format!("{key}:\n----\n{value}\n"));
    }
    page.line(0, "\nBinaryData\n====");
    for (key, value) in map.binary_data.iter().flatten() {
        page.line(0, &format!("{key}: {} bytes", value.0.len()));
    }
    page.line(0, "");
}

pub(super) fn secret(secret: &Secret, page: &mut Page) {
    head(&secret.metadata, page);
    let kind = secret.type_.as_deref().unwrap_or_default();
    page.line(0, &format!("\nType:\t{kind}"));
    page.line(0, "\nData\n====");
    for (key, value) in secret.data.iter().flatten() {
        page.field(0, key, &format!("{} bytes", value.0.len()));
    }
}

pub(super) fn service(service: &Service, call: &mut Call<'_>, page: &mut Page) {
    let name = service.metadata.name.as_deref().unwrap_or_default();
    let namespace = service.metadata.namespace.as_deref().unwrap_or_default();
    let mut request = Request::list(Kind::EndpointSlice, Name::from(namespace));
    request.select.label_selector = format!("kubernetes.io/service-name={name}");
    let slices: Vec<EndpointSlice> = match call.send_for(request, Accept::Typed) {
        Ok(Reply::List(list)) => {
            let all = list.items.iter();
            all.filter_map(EndpointSlice::of).cloned().collect()
        }
        _ => Vec::new(),
    };
    let spec = service.spec.clone().unwrap_or_default();
    head(&service.metadata, page);
    page.labels_in_one_line("Selector", spec.selector.as_ref());
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let joined = |all: &Option<Vec<String>>| match all.as_deref().unwrap_or_default() {
        [] => "<none>".to_owned(),
        all => all.join(","),
    };
    page.field(0, "Type", &text(&spec.type_));
    page.maybe(0, "IP Family Policy", spec.ip_family_policy.as_deref());
    page.field(0, "IP Families", &joined(&spec.ip_families));
    page.field(0, "IP", &text(&spec.cluster_ip));
    page.field(0, "IPs", &joined(&spec.cluster_ips));
    if spec
        .external_ips
        .as_ref()
        .is_some_and(|all| !all.is_empty())
    {
        page.field(0, "External IPs", &joined(&spec.external_ips));
    }
    page.maybe(
        0,
        "Desired LoadBalancer IP",
        spec.load_balancer_ip.as_deref(),
    );
    page.maybe(0, "External Name", spec.external_name.as_deref());
    let status = service.status.clone().unwrap_or_default();
    let ingress = status.load_balancer.and_then(|balancer| balancer.ingress);
    let ingress: Vec<String> = ingress
        .into_iter()
        .flatten()
        .filter_map(|one| one.ip.or(one.hostname))
        .collect();
    page.maybe(0, "LoadBalancer Ingress", Some(&ingress.join(", ")));
    for port in spec.ports.iter().flatten() {
        self::port(port, &slices, page);
    }
    page.field(0, "Session Affinity", &text(&spec.session_affinity));
    let policy = spec.external_traffic_policy.as_deref();
    page.maybe(0, "External Traffic Policy", policy);
    let policy = spec.internal_traffic_policy.as_deref();
    page.maybe(0, "Internal Traffic Policy", policy);
    if let Some(port) = spec.health_check_node_port.filter(|port| *port != 0) {
        page.field(0, "HealthCheck NodePort", &port.to_string());
    }
    if let Some(ranges) = spec
        .load_balancer_source_ranges
        .filter(|all| !all.is_empty())
    {
        page.field(0, "LoadBalancer Source Ranges", &ranges.join(","));
    }
    page.maybe(
        0,
        "Traffic Distribution",
        spec.traffic_distribution.as_deref(),
    );
}

fn port(port: &ServicePort, slices: &[EndpointSlice], page: &mut Page) {
    let name = port.name.as_deref().filter(|name| !name.is_empty());
    let shown = name.unwrap_or("<unset>");
    let protocol = port.protocol.as_deref().unwrap_or_default();
    page.field(0, "Port", &format!("{shown}\t{}/{protocol}", port.port));
    let target = port.target_port.as_ref().map(number_or_name);
    let target = target.unwrap_or_else(|| "0".to_owned());
    page.field(0, "TargetPort", &format!("{target}/{protocol}"));
    page.maybe(0, "AppProtocol", port.app_protocol.as_deref());
    if let Some(number) = port.node_port.filter(|number| *number != 0) {
        page.field(0, "NodePort", &format!("{shown}\t{number}/{protocol}"));
    }
    let endpoints = endpoints(slices, name.unwrap_or_default());
    page.field(0, "Endpoints", &endpoints);
}

/// Where the pods behind a port listen: `10.0.0.1:80,10.0.0.2:80 + 3 more...`.
fn endpoints(slices: &[EndpointSlice], name: &str) -> String {
    let mut all = Vec::new();
    for slice in slices {
        let ports = slice.ports.iter().flatten();
        let mut numbers = ports
            .filter(|port| port.name.as_deref().unwrap_or_default() == name)
            .map(|port| port.port)
            .peekable();
        if slice.ports.as_ref().is_none_or(Vec::is_empty) {
            continue;
        }
        let numbers: Vec<Option<i32>> = numbers.by_ref().collect();
        for number in numbers {
            let endpoints = slice.endpoints.iter();
            let ready = endpoints.filter(|endpoint| {
                let conditions = endpoint.conditions.as_ref();
                conditions.and_then(|c| c.ready) != Some(false)
            });
            for endpoint in ready {
                let Some(address) = endpoint.addresses.first() else {
                    continue;
                };
                all.push(match number {
                    Some(number) => format!("{address}:{number}"),
                    None => address.clone(),
                });
            }
        }
    }
    if all.is_empty() {
        return String::new();
    }
    let more = all.len().saturating_sub(ENDPOINTS_SHOWN);
    let shown = all[..all.len() - more].join(",");
    if more > 0 {
        return format!("{shown} + {more} more...");
    }
    shown
}

pub(super) fn namespace(namespace: &Namespace, call: &mut Call<'_>, page: &mut Page) {
    let metadata = &namespace.metadata;
    let name = metadata.name.as_deref().unwrap_or_default();
    let quotas = list(call, Kind::ResourceQuota, name);
    let limits = list(call, Kind::LimitRange, name);
    head(metadata, page);
    let status = namespace.status.clone().unwrap_or_default();
    page.field(0, "Status", status.phase.as_deref().unwrap_or_default());
    let conditions = status.conditions.unwrap_or_default();
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage");
        page.line(1, "----\t------\t------------------\t------\t-------");
        for condition in &conditions {
            let at = condition.last_transition_time.as_ref();
            let at = super::page::mail_time(at.map_or(0, crate::api::time::ms));
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let (kind, is) = (&condition.type_, &condition.status);
            let (reason, message) = (text(&condition.reason), text(&condition.message));
            page.line(1, &format!("{kind}\t{is}\t{at}\t{reason}\t{message}"));
        }
    }
    let quotas: Vec<&ResourceQuota> = quotas.iter().filter_map(ResourceQuota::of).collect();
    page.line(0, "");
    if quotas.is_empty() {
        page.line(0, "No resource quota.");
    } else {
        page.line(0, "Resource Quotas");
        for quota in quotas {
            self::quota(quota, page);
        }
    }
    let limits: Vec<&LimitRange> = limits.iter().filter_map(LimitRange::of).collect();
    page.line(0, "");
    if limits.is_empty() {
        return page.line(0, "No LimitRange resource.");
    }
    page.line(0, "Resource Limits");
    page.line(
        0,
        " Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio",
    );
    page.line(
        0,
        " ----\t--------\t---\t---\t---------------\t-------------\t-----------------------",
    );
    for limit in limits {
        self::limits(limit, page);
    }
}

fn list(call: &mut Call<'_>, kind: Kind, namespace: &str) -> Vec<Object> {
    let mut request = Request::list(kind, Name::from(namespace));
    request.select.limit = CHUNK;
    let list = call.list(request, Accept::Typed);
    list.map(|list| list.items).unwrap_or_default()
}

fn quota(quota: &ResourceQuota, page: &mut Page) {
    let name = quota.metadata.name.as_deref().unwrap_or_default();
    page.field(1, "Name", name);
    let scopes = quota.spec.as_ref().and_then(|spec| spec.scopes.clone());
    if let Some(mut scopes) = scopes.filter(|scopes| !scopes.is_empty()) {
        scopes.sort();
        page.field(1, "Scopes", &scopes.join(", "));
        for scope in &scopes {
            let help = match scope.as_str() {
                "Terminating" => {
                    "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system."
                }
                "NotTerminating" => {
                    "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate."
                }
                "BestEffort" => {
                    "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service."
                }
                "NotBestEffort" => {
                    "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service."
                }
                _ => continue,
            };
            page.line(1, &format!("* {help}"));
        }
    }
    page.line(1, "Resource\tUsed\tHard");
    page.line(1, "--------\t---\t---");
    let status = quota.status.clone().unwrap_or_default();
    let used = status.used.unwrap_or_default();
    for (name, hard) in status.hard.iter().flatten() {
        let used = used.get(name).map_or("0", |amount| amount.0.as_str());
        page.line(1, &format!("{name}\t{used}\t{}", hard.0));
    }
}

fn limits(range: &LimitRange, page: &mut Page) {
    for item in range.spec.iter().flat_map(|spec| &spec.limits) {
        let lists = [
            &item.min,
            &item.max,
            &item.default_request,
            &item.default,
            &item.max_limit_request_ratio,
        ];
        let names: BTreeSet<&String> = lists
            .iter()
            .flat_map(|list| list.iter().flat_map(BTreeMap::keys))
            .collect();
        for name in names {
            let amount = |list: &&Option<BTreeMap<String, Quantity>>| {
                let amount = list.as_ref().and_then(|list| list.get(name));
                let amount = amount.filter(|amount| !quantity::is_zero(amount));
                amount.map_or_else(|| "-".to_owned(), |amount| amount.0.clone())
            };
            let cells: Vec<String> = lists.iter().map(amount).collect();
            let text = format!(" {}\t{name}\t{}", item.type_, cells.join("\t"));
            page.line(0, &text);
        }
    }
}
