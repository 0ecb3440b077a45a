//! Which pods stand behind which Services: what the two controllers that publish endpoints have in common.
//!
//! The real thing: staging/src/k8s.io/endpointslice/util/controller_utils.go (`GetPodsToUpdate…`, `ShouldPodBeInEndpoints`,
//! `podEndpointsChanged`), staging/src/k8s.io/endpointslice/utils.go (`FindPort`).

use crate::api::selector;
use crate::api::{Change, Kind, Name, Pod, Stored, pods};
use crate::component::{Seen, join};
use k8s_openapi::api::core::v1::{Container, Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeSet;

/// The Services that a pod's change may concern: none unless its address, readiness, labels or end changed.
pub(super) fn services_of(change: &Change, seen: &Seen<'_>) -> Vec<Name> {
    let before = change.before.as_ref().and_then(Pod::of);
    let after = change.after.as_ref().and_then(Pod::of);
    if let (Some(before), Some(after)) = (before, after)
        && !differs(before, after)
    {
        return Vec::new();
    }
    let mut names = BTreeSet::new();
    if let (Some(before), Some(after)) = (before, after)
        && before.metadata.labels != after.metadata.labels
    {
        names.extend(memberships(before, seen));
    }
    names.extend(
        after
            .or(before)
            .into_iter()
            .flat_map(|pod| memberships(pod, seen)),
    );
    names.into_iter().collect()
}

/// The keys of the Services of a pod's namespace that select it.
fn memberships(pod: &Pod, seen: &Seen<'_>) -> Vec<Name> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let labels = pod.metadata.labels.as_ref();
    let services = seen.table(Kind::Service).in_namespace(namespace);
    services
        .filter_map(Service::of)
        .filter(|service| {
            let selector = service.spec.as_ref().and_then(|s| s.selector.as_ref());
            selector.is_some_and(|wanted| !wanted.is_empty() && selector::includes(labels, wanted))
        })
        .map(|service| {
            join(
                namespace,
                service.metadata.name.as_deref().unwrap_or_default(),
            )
        })
        .collect()
}

fn differs(before: &Pod, after: &Pod) -> bool {
    before.metadata.deletion_timestamp != after.metadata.deletion_timestamp
        || pods::is_ready(before) != pods::is_ready(after)
        || pods::is_finished(before) != pods::is_finished(after)
        || addresses(before).ne(addresses(after))
        || before.metadata.labels != after.metadata.labels
}

/// The pods that a Service selects, by name.
pub(super) fn pods_of<'a>(service: &'a Service, seen: &Seen<'a>) -> Vec<&'a Pod> {
    let namespace = service.metadata.namespace.as_deref().unwrap_or_default();
    let Some(wanted) = selector_of(service) else {
        return Vec::new();
    };
    let Some((key, value)) = wanted.first_key_value() else {
        return Vec::new();
    };
    seen.table(Kind::Pod)
        .with_label(namespace, key, value)
        .filter_map(Pod::of)
        .filter(|pod| selector::includes(pod.metadata.labels.as_ref(), wanted))
        .collect()
}

/// What a Service selects; `None` if somebody else looks after its endpoints, or there are none to have.
pub(super) fn selector_of(service: &Service) -> Option<&selector::Labels> {
    let spec = service.spec.as_ref()?;
    if spec.type_.as_deref() == Some("ExternalName") {
        return None;
    }
    spec.selector
        .as_ref()
        .filter(|selector| !selector.is_empty())
}

/// Has the pod an address to publish, and is it not over?
pub(super) fn is_publishable(pod: &Pod) -> bool {
    !pods::is_finished(pod) && addresses(pod).next().is_some()
}

/// The pod's addresses.
pub(super) fn addresses(pod: &Pod) -> impl Iterator<Item = &str> {
    let status = pod.status.as_ref();
    let all = status.and_then(|s| s.pod_ips.as_ref());
    let single = status
        .and_then(|s| s.pod_ip.as_deref())
        .filter(|_| all.is_none());
    all.into_iter()
        .flatten()
        .map(|ip| ip.ip.as_str())
        .chain(single)
        .filter(|ip| !ip.is_empty())
}

/// The number of the container port that a Service's port means in this pod; a name means each pod's own.
pub(super) fn find_port(pod: &Pod, port: &ServicePort) -> Option<i32> {
    let name = match port.target_port.as_ref() {
        None => return Some(port.port),
        Some(IntOrString::Int(0)) => return Some(port.port),
        Some(IntOrString::Int(number)) => return Some(*number),
        Some(IntOrString::String(name)) => name,
    };
    let spec = pod.spec.as_ref()?;
    let is_sidecar = |c: &&Container| c.restart_policy.as_deref() == Some("Always");
    let sidecars = spec.init_containers.iter().flatten().filter(is_sidecar);
    let protocol = port.protocol.as_deref().unwrap_or("TCP");
    spec.containers
        .iter()
        .chain(sidecars)
        .flat_map(|container| container.ports.iter().flatten())
        .find(|p| {
            p.name.as_ref() == Some(name) && p.protocol.as_deref().unwrap_or("TCP") == protocol
        })
        .map(|p| p.container_port)
}

/// A pod with a `hostname` and the Service as its `subdomain` has a name of its own in DNS.
pub(super) fn hostname<'a>(pod: &'a Pod, service: &Service) -> Option<&'a str> {
    let spec = pod.spec.as_ref()?;
    let hostname = spec.hostname.as_deref().filter(|h| !h.is_empty())?;
    (spec.subdomain == service.metadata.name).then_some(hostname)
}

/// Has the Service no address of its own?
pub(super) fn is_headless(spec: &ServiceSpec) -> bool {
    matches!(spec.cluster_ip.as_deref(), None | Some("" | "None"))
}

/// Are pods published that are not Ready?
pub(super) fn publishes_not_ready(spec: &ServiceSpec) -> bool {
    spec.publish_not_ready_addresses == Some(true)
}
