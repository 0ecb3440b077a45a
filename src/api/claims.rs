//! What only one object may hold at a time: a Service's cluster addresses and node ports. [`super::Table::holder`] finds who does.
//!
//! The real thing: pkg/registry/core/service/{ipallocator,portallocator}; upstream keeps bitmaps and IPAddress objects, this is an index over the Services.

use super::{Name, Object, Stored};
use k8s_openapi::api::core::v1::Service;

/// Everything that the object holds.
#[must_use]
pub fn of(object: &Object) -> Vec<Name> {
    let Some(spec) = Service::of(object).and_then(|s| s.spec.as_ref()) else {
        return Vec::new();
    };
    let first = spec.cluster_ip.iter();
    let ips = first.chain(spec.cluster_ips.iter().flatten());
    let mut claims: Vec<Name> = ips
        .filter(|ip| !ip.is_empty() && *ip != "None")
        .map(Name::from)
        .collect();
    let ports = spec.ports.iter().flatten().filter_map(|p| p.node_port);
    let health = spec.health_check_node_port;
    claims.extend(ports.chain(health).filter(|p| *p != 0).map(node_port));
    claims.sort_unstable();
    claims.dedup();
    claims
}

/// How the claim on a node port is written.
#[must_use]
pub fn node_port(port: i32) -> Name {
    smol_str::format_smolstr!("port {port}")
}
