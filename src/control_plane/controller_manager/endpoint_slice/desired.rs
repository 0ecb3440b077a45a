//! The endpoints that a Service should have, grouped by the ports that its pods offer.
//!
//! The real thing: staging/src/k8s.io/endpointslice/utils.go, `podToEndpoint`, `getEndpointPorts`, `setEndpointSliceLabels`.

use super::super::service_pods::{
    addresses, find_port, hostname, is_headless, is_publishable, pods_of, publishes_not_ready,
};
use super::{CONTROLLER, MANAGED_BY, SERVICE_NAME};
use crate::api::Pod;
use crate::api::pods;
use crate::api::selector::Labels;
use crate::component::Seen;
use k8s_openapi::api::core::v1::{Node, ObjectReference, Service, ServiceSpec};
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointConditions, EndpointPort};
use std::collections::BTreeMap;

/// Marks the slices of Services without an address.
const HEADLESS: &str = "service.kubernetes.io/headless";

/// What makes two endpoints the same one, whatever their conditions: addresses, hostname, namespace and name of the pod.
pub(super) type Identity = (Vec<String>, Option<String>, String, String);

/// Endpoints by identity.
pub(super) type Endpoints = BTreeMap<Identity, Endpoint>;

/// Endpoints of the same ports; a named port may be another number in every pod.
pub(super) struct Group {
    pub(super) ports: Vec<EndpointPort>,
    pub(super) endpoints: Endpoints,
}

/// What should be published, by the ports' text.
pub(super) struct Desired {
    pub(super) groups: BTreeMap<String, Group>,
    /// Pods on nodes that the cache does not know; they are left out until it does.
    pub(super) homeless: usize,
}

impl Desired {
    /// What the caches call for.
    pub(super) fn of(service: &Service, spec: &ServiceSpec, seen: &Seen<'_>) -> Self {
        let mut desired = Self {
            groups: BTreeMap::new(),
            homeless: 0,
        };
        for pod in pods_of(service, seen)
            .into_iter()
            .filter(|pod| is_publishable(pod))
        {
            let ports = ports(spec, pod);
            let group = desired
                .groups
                .entry(port_key(&ports))
                .or_insert_with(|| Group {
                    ports,
                    endpoints: Endpoints::new(),
                });
            let node = seen.get::<Node>("", pods::node_name(pod));
            if node.is_none() && !publishes_not_ready(spec) {
                desired.homeless += 1;
                continue;
            }
            let endpoint = endpoint(pod, node, service, spec);
            group.endpoints.insert(identity(&endpoint), endpoint);
        }
        desired
    }
}

fn ports(spec: &ServiceSpec, pod: &Pod) -> Vec<EndpointPort> {
    let ports = spec.ports.iter().flatten();
    ports
        .filter_map(|port| {
            Some(EndpointPort {
                name: Some(port.name.clone().unwrap_or_default()),
                port: Some(find_port(pod, port)?),
                protocol: Some(port.protocol.clone().unwrap_or_else(|| "TCP".to_owned())),
                app_protocol: port.app_protocol.clone(),
            })
        })
        .collect()
}

/// A text that is the same for the same ports in any order.
pub(in super::super) fn port_key(ports: &[EndpointPort]) -> String {
    let mut parts: Vec<String> = ports
        .iter()
        .map(|p| {
            format!(
                "{}/{}/{}/{}",
                p.name.as_deref().unwrap_or_default(),
                p.protocol.as_deref().unwrap_or_default(),
                p.port.unwrap_or_default(),
                p.app_protocol.as_deref().unwrap_or_default()
            )
        })
        .collect();
    parts.sort();
    parts.join(",")
}

fn endpoint(pod: &Pod, node: Option<&Node>, service: &Service, spec: &ServiceSpec) -> Endpoint {
    let serving = pods::is_ready(pod);
    let terminating = pod.metadata.deletion_timestamp.is_some();
    let zone = node.and_then(|n| {
        n.metadata
            .labels
            .as_ref()?
            .get("topology.kubernetes.io/zone")
    });
    let node_name = pods::node_name(pod);
    Endpoint {
        addresses: addresses(pod)
            .filter(|ip| !ip.contains(':'))
            .map(str::to_owned)
            .collect(),
        conditions: Some(EndpointConditions {
            ready: Some(publishes_not_ready(spec) || serving && !terminating),
            serving: Some(serving),
            terminating: Some(terminating),
        }),
        hostname: hostname(pod, service).map(str::to_owned),
        node_name: (!node_name.is_empty()).then(|| node_name.to_owned()),
        target_ref: Some(ObjectReference {
            kind: Some("Pod".to_owned()),
            namespace: pod.metadata.namespace.clone(),
            name: pod.metadata.name.clone(),
            uid: pod.metadata.uid.clone(),
            ..ObjectReference::default()
        }),
        zone: zone.filter(|z| !z.is_empty()).cloned(),
        ..Endpoint::default()
    }
}

/// What an endpoint is recognised by.
pub(super) fn identity(endpoint: &Endpoint) -> Identity {
    let target = endpoint.target_ref.as_ref();
    let text = |value: Option<&String>| value.cloned().unwrap_or_default();
    let mut addresses = endpoint.addresses.clone();
    addresses.sort();
    (
        addresses,
        endpoint.hostname.clone(),
        text(target.and_then(|t| t.namespace.as_ref())),
        text(target.and_then(|t| t.name.as_ref())),
    )
}

/// The labels of a Service's slices: the Service's own, and three that are reserved.
pub(super) fn labels(service: &Service, spec: &ServiceSpec) -> Labels {
    let mut labels = service.metadata.labels.clone().unwrap_or_default();
    labels.remove(HEADLESS);
    if is_headless(spec) {
        labels.insert(HEADLESS.to_owned(), String::new());
    }
    let name = service.metadata.name.clone().unwrap_or_default();
    labels.insert(SERVICE_NAME.to_owned(), name);
    labels.insert(MANAGED_BY.to_owned(), CONTROLLER.to_owned());
    labels
}
