//! What Endpoints call for: their addresses by family and by the ports that they offer.
//!
//! The real thing: pkg/controller/endpointslicemirroring/{reconciler.go (`newDesiredCalc`),utils.go (`addressToEndpoint`)};
//! pkg/api/v1/endpoints/util.go, `RepackSubsets`.

use super::super::endpoint_slice::desired::port_key;
use k8s_openapi::api::core::v1::{EndpointAddress, EndpointPort, Endpoints as Source};
use k8s_openapi::api::discovery::v1::{
    Endpoint, EndpointConditions, EndpointPort as SlicePort, EndpointSlice,
};
use std::collections::BTreeMap;

/// How many addresses of one subset are mirrored (`--mirroring-max-endpoints-per-subset`).
pub(super) const PER_SUBSET_MAX: usize = 1000;

/// What keeps slices apart: the family of their addresses, and their ports.
pub(super) type SliceKey = (&'static str, String);

/// One slice to be.
pub(super) struct Group {
    pub(super) ports: Vec<SlicePort>,
    pub(super) endpoints: Vec<Endpoint>,
}

/// What should be published.
pub(super) struct Desired {
    pub(super) groups: BTreeMap<SliceKey, Group>,
    /// Addresses beyond the limit.
    pub(super) skipped: usize,
}

/// An address and the object behind it: the same address may stand for several.
type Host = (String, Option<String>);

impl Desired {
    /// What these Endpoints call for.
    pub(super) fn of(endpoints: &Source) -> Self {
        let mut desired = Self {
            groups: BTreeMap::new(),
            skipped: 0,
        };
        for (ports, addresses) in repacked(endpoints) {
            let ready = addresses.iter().filter(|(_, ready)| *ready);
            let not_ready = addresses.iter().filter(|(_, ready)| !*ready);
            let all = ready.chain(not_ready);
            desired.skipped += addresses.len().saturating_sub(PER_SUBSET_MAX);
            for (address, ready) in all.take(PER_SUBSET_MAX) {
                let ports: Vec<SlicePort> = ports.iter().map(slice_port).collect();
                let key = (family(&address.ip), port_key(&ports));
                let group = desired.groups.entry(key).or_insert_with(|| Group {
                    ports,
                    endpoints: Vec::new(),
                });
                group.endpoints.push(endpoint(address, *ready));
            }
        }
        desired
    }
}

/// The key of a slice that is there.
pub(super) fn key_of(slice: &EndpointSlice) -> SliceKey {
    let ports = slice.ports.as_deref().unwrap_or_default();
    let family = if slice.address_type == "IPv6" {
        "IPv6"
    } else {
        "IPv4"
    };
    (family, port_key(ports))
}

/// Every set of addresses once, with all ports that it offers. Not ready counts for more than ready.
fn repacked(endpoints: &Source) -> Vec<(Vec<EndpointPort>, Vec<(EndpointAddress, bool)>)> {
    let mut known: BTreeMap<Host, EndpointAddress> = BTreeMap::new();
    let mut by_port: BTreeMap<String, (Option<EndpointPort>, BTreeMap<Host, bool>)> =
        BTreeMap::new();
    for subset in endpoints.subsets.iter().flatten() {
        let ready = subset.addresses.iter().flatten().map(|a| (a, true));
        let not_ready = subset.not_ready_addresses.iter().flatten();
        let addresses: Vec<_> = ready.chain(not_ready.map(|a| (a, false))).collect();
        let ports = subset.ports.as_deref().unwrap_or_default();
        let none = ports.is_empty().then_some(None);
        for port in ports.iter().map(Some).chain(none) {
            let (_, hosts) = by_port
                .entry(format!("{port:?}"))
                .or_insert_with(|| (port.cloned(), BTreeMap::new()));
            for (address, is_ready) in &addresses {
                let target = address.target_ref.as_ref().and_then(|t| t.uid.clone());
                let host = (address.ip.clone(), target);
                known
                    .entry(host.clone())
                    .or_insert_with(|| (*address).clone());
                let all_ready = hosts.entry(host).or_insert(true);
                *all_ready &= is_ready;
            }
        }
    }
    let mut by_hosts: BTreeMap<BTreeMap<Host, bool>, Vec<EndpointPort>> = BTreeMap::new();
    for (port, hosts) in by_port.into_values() {
        by_hosts.entry(hosts).or_default().extend(port);
    }
    let with_addresses = |(hosts, ports): (BTreeMap<Host, bool>, Vec<EndpointPort>)| {
        let address = |(host, ready)| Some((known.get(&host)?.clone(), ready));
        (ports, hosts.into_iter().filter_map(address).collect())
    };
    by_hosts.into_iter().map(with_addresses).collect()
}

fn family(ip: &str) -> &'static str {
    if ip.contains(':') { "IPv6" } else { "IPv4" }
}

fn slice_port(port: &EndpointPort) -> SlicePort {
    SlicePort {
        name: Some(port.name.clone().unwrap_or_default()),
        port: Some(port.port),
        protocol: Some(port.protocol.clone().unwrap_or_else(|| "TCP".to_owned())),
        app_protocol: port.app_protocol.clone(),
    }
}

fn endpoint(address: &EndpointAddress, ready: bool) -> Endpoint {
    Endpoint {
        addresses: vec![address.ip.clone()],
        conditions: Some(EndpointConditions {
            ready: Some(ready),
            ..EndpointConditions::default()
        }),
        hostname: address.hostname.clone().filter(|name| !name.is_empty()),
        node_name: address.node_name.clone(),
        target_ref: address.target_ref.clone(),
        ..Endpoint::default()
    }
}
