//! Cluster addresses and node ports of Services: taken when they are made, free again when they are gone.
//!
//! What an update keeps of them is the kind's own business (`api::kinds::service`).
//!
//! Which are taken is read off the Services themselves (`Table::holder`), so nothing can leak.
//!
//! The real thing: pkg/registry/core/service/storage/{alloc,storage}.go (`allocateCreate`, `allocateUpdate`),
//! pkg/registry/core/service/ipallocator, portallocator.
//! Left out: other ranges than the default one, which ServiceCIDRs could add; the `kubernetes` Service always gets the range's first address.

use super::{Call, ip_addresses, service_families};
use crate::api::field::FieldError;
use crate::api::{Kind, Object, Reason, Status, Stored, claims};
use k8s_openapi::api::core::v1::{Service, ServiceSpec};
use std::net::Ipv4Addr;

/// 10.96.0.0/12, kubeadm's default.
const RANGE: u32 = 10 << 24 | 96 << 16;
const RANGE_BITS: u32 = 12;
const RANGE_TEXT: &str = "10.96.0.0/12";
/// How many addresses there are, the first (the network) and the last (broadcast) included.
const RANGE_SIZE: u32 = 1 << (32 - RANGE_BITS);
/// Addresses below this offset are taken by chance only when the others are gone, so that people can choose among them.
const BY_CHANCE_FROM: u32 = 257;
const PORT_MIN: i32 = 30_000;
const PORT_MAX: i32 = 32_767;
/// Likewise for ports.
const PORT_BY_CHANCE_FROM: i32 = 30_086;

/// Gives a Service the addresses and ports that it needs and has not, and refuses those that somebody else has.
pub(super) fn allocate(call: &mut Call<'_, '_>, object: &mut Object) -> Result<(), Status> {
    let Some(service) = Service::of(object) else {
        return Ok(());
    };
    let mut spec = service.spec.clone().unwrap_or_default();
    if has_cluster_ip(&spec) {
        service_families::check(&object.name(), &mut spec)?;
        allocate_ip(call, object, &mut spec)?;
    }
    if has_node_ports(&spec) {
        allocate_ports(call, object, &mut spec)?;
    }
    if has_health_port(&spec) {
        allocate_health_port(call, object, &mut spec)?;
    }
    let service = Service::of_mut(object).expect("it was a service a moment ago");
    service.spec = Some(spec);
    Ok(())
}

fn has_cluster_ip(spec: &ServiceSpec) -> bool {
    spec.type_.as_deref() != Some("ExternalName")
}

fn has_node_ports(spec: &ServiceSpec) -> bool {
    match spec.type_.as_deref() {
        Some("NodePort") => true,
        Some("LoadBalancer") => spec.allocate_load_balancer_node_ports != Some(false),
        _ => false,
    }
}

/// A load balancer that keeps traffic on its node asks every node whether it has a pod, on this port.
fn has_health_port(spec: &ServiceSpec) -> bool {
    spec.type_.as_deref() == Some("LoadBalancer")
        && spec.external_traffic_policy.as_deref() == Some("Local")
}

fn allocate_health_port(
    call: &mut Call<'_, '_>,
    object: &Object,
    spec: &mut ServiceSpec,
) -> Result<(), Status> {
    let given = spec.health_check_node_port.filter(|port| *port != 0);
    let Some(port) = given else {
        let mine: Vec<i32> = spec
            .ports
            .iter()
            .flatten()
            .filter_map(|p| p.node_port)
            .collect();
        spec.health_check_node_port = Some(free_port(call, object, &mine)?);
        return Ok(());
    };
    let Some(why) = why_not_port(call, object, port) else {
        return Ok(());
    };
    let why = format!("failed to allocate requested HealthCheck NodePort {port}: {why}");
    Err(Status::new(
        Reason::InternalError,
        format!("Internal error occurred: {why}"),
    ))
}

/// Why the Service cannot have this node port.
fn why_not_port(call: &Call<'_, '_>, object: &Object, port: i32) -> Option<String> {
    if !(PORT_MIN..=PORT_MAX).contains(&port) {
        return Some(format!(
            "provided port is not in the valid range. The range of valid ports is {PORT_MIN}-{PORT_MAX}"
        ));
    }
    let taken = is_taken(call, object, &claims::node_port(port));
    taken.then(|| "provided port is already allocated".to_owned())
}

/// Is the claim held by another Service than this?
fn is_taken(call: &Call<'_, '_>, object: &Object, claim: &str) -> bool {
    let holder = call.context.store.head().table(Kind::Service).holder(claim);
    holder.is_some_and(|(ns, name)| *ns != object.namespace() || *name != object.name())
}

fn allocate_ip(
    call: &mut Call<'_, '_>,
    object: &Object,
    spec: &mut ServiceSpec,
) -> Result<(), Status> {
    let given = spec.cluster_ip.as_deref().unwrap_or_default();
    if given == "None" {
        spec.cluster_ips = Some(vec!["None".to_owned()]);
        return Ok(());
    }
    let ip = if given.is_empty() {
        free_ip(call, object)?
    } else {
        check_ip(call, object, given)?;
        given.to_owned()
    };
    spec.cluster_ip = Some(ip.clone());
    spec.cluster_ips = Some(vec![ip]);
    Ok(())
}

fn check_ip(call: &Call<'_, '_>, object: &Object, ip: &str) -> Result<(), Status> {
    let address: Option<Ipv4Addr> = ip.parse().ok();
    let offset = address.map(|a| u32::from(a).wrapping_sub(RANGE));
    let why = if !offset.is_some_and(|o| (1..RANGE_SIZE - 1).contains(&o)) {
        format!(
            "the provided IP ({ip}) is not in the valid range. The range of valid IPs is {RANGE_TEXT}"
        )
    } else if is_taken(call, object, ip) || ip_addresses::is_of_another(call, object, ip) {
        "provided IP is already allocated".to_owned()
    } else {
        return Ok(());
    };
    let detail = format!("failed to allocate IP {ip}: {why}");
    let error = FieldError {
        body: format!("Invalid value: []string{{{ip:?}}}: {detail}"),
        ..FieldError::invalid("spec.clusterIPs", ip, &detail)
    };
    Err(Status::invalid(Kind::Service, &object.name(), &[error]))
}

/// An address by chance, or the next free one after it.
fn free_ip(call: &mut Call<'_, '_>, object: &Object) -> Result<String, Status> {
    let text = |offset: u32| Ipv4Addr::from(RANGE + offset).to_string();
    if object.namespace() == "default"
        && object.name() == "kubernetes"
        && !is_taken(call, object, &text(1))
    {
        return Ok(text(1));
    }
    let by_chance = RANGE_SIZE - 1 - BY_CHANCE_FROM;
    let start = u32::try_from(call.context.rng.below(by_chance.into())).expect("below a u32");
    let upper = (0..by_chance).map(|i| BY_CHANCE_FROM + (start + i) % by_chance);
    upper
        .chain(1..BY_CHANCE_FROM)
        .map(text)
        .find(|ip| !is_taken(call, object, ip) && !ip_addresses::is_of_another(call, object, ip))
        .ok_or_else(|| {
            let why = "failed to allocate a serviceIP: range is full";
            Status::new(
                Reason::InternalError,
                format!("Internal error occurred: {why}"),
            )
        })
}

fn allocate_ports(
    call: &mut Call<'_, '_>,
    object: &Object,
    spec: &mut ServiceSpec,
) -> Result<(), Status> {
    let mut ports = spec.ports.take().unwrap_or_default();
    let mut errors = Vec::new();
    for (index, port) in ports.iter().enumerate() {
        let Some(number) = port.node_port.filter(|n| *n != 0) else {
            continue;
        };
        let Some(detail) = why_not_port(call, object, number) else {
            continue;
        };
        let field = format!("spec.ports[{index}].nodePort");
        errors.push(FieldError::invalid(field, number, &detail));
    }
    if !errors.is_empty() {
        return Err(Status::invalid(Kind::Service, &object.name(), &errors));
    }
    for index in 0..ports.len() {
        if ports[index].node_port.unwrap_or(0) != 0 {
            continue;
        }
        let (port, protocol) = (ports[index].port, &ports[index].protocol);
        let twin = ports
            .iter()
            .find(|p| p.port == port && p.protocol != *protocol && p.node_port.unwrap_or(0) != 0);
        let number = if let Some(number) = twin.and_then(|p| p.node_port) {
            number
        } else {
            let mine: Vec<i32> = ports.iter().filter_map(|p| p.node_port).collect();
            free_port(call, object, &mine)?
        };
        ports[index].node_port = Some(number);
    }
    spec.ports = Some(ports);
    Ok(())
}

fn free_port(call: &mut Call<'_, '_>, object: &Object, mine: &[i32]) -> Result<i32, Status> {
    let by_chance = PORT_MAX + 1 - PORT_BY_CHANCE_FROM;
    let below = u64::try_from(by_chance).expect("positive");
    let start = i32::try_from(call.context.rng.below(below)).expect("below an i32");
    let upper = (0..by_chance).map(|i| PORT_BY_CHANCE_FROM + (start + i) % by_chance);
    upper
        .chain(PORT_MIN..PORT_BY_CHANCE_FROM)
        .find(|port| !mine.contains(port) && !is_taken(call, object, &claims::node_port(*port)))
        .ok_or_else(|| {
            let why = "failed to allocate a nodePort: range is full";
            Status::new(
                Reason::InternalError,
                format!("Internal error occurred: {why}"),
            )
        })
}
