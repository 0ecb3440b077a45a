//! EndpointSlice.
//!
//! The real thing: pkg/apis/discovery.

use super::cells::{age, column, list};
use super::normal::{list as list_of, text, text_default};
use super::{Column, Stored, names, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::labels;
use crate::api::time::Ms;
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointPort, EndpointSlice};
use std::net::IpAddr;

/// How many endpoints one slice may have; the controller stops at 100.
const ENDPOINTS_MAX: usize = 1000;
const ADDRESSES_MAX: usize = 100;

impl Stored for EndpointSlice {
    stored!(EndpointSlice);

    fn set_defaults(&mut self) {
        for port in self.ports.iter_mut().flatten() {
            port.name.get_or_insert_default();
            text_default(&mut port.protocol, "TCP");
        }
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
    }

    fn prepare_update(&mut self, old: &Self) {
        let same = self.metadata.labels == old.metadata.labels
            && self.address_type == old.address_type
            && self.ports == old.ports
            && self.endpoints == old.endpoints;
        let generation = old.metadata.generation.unwrap_or(0);
        self.metadata.generation = Some(if same { generation } else { generation + 1 });
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        errors.one_of(
            &Path::root("addressType"),
            Some(&self.address_type),
            &["FQDN", "IPv4", "IPv6"],
        );
        let path = Path::root("endpoints");
        if self.endpoints.len() > ENDPOINTS_MAX {
            errors.too_many(&path, self.endpoints.len(), ENDPOINTS_MAX);
        } else {
            for (index, endpoint) in self.endpoints.iter().enumerate() {
                validate_endpoint(
                    endpoint,
                    &self.address_type,
                    &path.index(index),
                    &mut errors,
                );
            }
        }
        validate_ports(list_of(&self.ports), &Path::root("ports"), &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if self.address_type != old.address_type {
            let path = Path::root("addressType");
            errors.invalid(&path, self.address_type.as_str(), "field is immutable");
        }
        let mut errors = errors.into_list();
        errors.extend(self.validate());
        errors
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("AddressType"),
            column("Ports"),
            column("Endpoints"),
            column("Age"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let ports = self.ports.iter().flatten();
        let port = |p: &EndpointPort| match (p.port, &p.name) {
            (Some(port), _) => port.to_string(),
            (None, Some(name)) => name.clone(),
            (None, None) => "*".to_owned(),
        };
        let addresses = self.endpoints.iter().flat_map(|e| &e.addresses).cloned();
        vec![
            self.address_type.clone(),
            list(ports.map(port), "<unset>"),
            list(addresses, "<unset>"),
            age(&self.metadata, now_ms),
        ]
    }
}

fn validate_endpoint(endpoint: &Endpoint, kind: &str, path: &Path<'_>, errors: &mut Errors) {
    let addresses_path = path.child("addresses");
    let addresses = &endpoint.addresses;
    if addresses.is_empty() {
        errors.required(&addresses_path, "must contain at least 1 address");
    } else if addresses.len() > ADDRESSES_MAX {
        errors.too_many(&addresses_path, addresses.len(), ADDRESSES_MAX);
    }
    for (index, address) in addresses.iter().enumerate() {
        let path = addresses_path.index(index);
        let parsed: Option<IpAddr> = address.parse().ok();
        let wrong = match (kind, parsed) {
            ("IPv4", Some(IpAddr::V4(_))) | ("IPv6", Some(IpAddr::V6(_))) => {
                names::special_ip(address)
            }
            ("IPv4", _) => vec!["must be a valid IPv4 address".to_owned()],
            ("IPv6", _) => vec!["must be a valid IPv6 address".to_owned()],
            ("FQDN", _) => names::subdomain(address),
            _ => Vec::new(),
        };
        errors.invalid_text(&path, address, wrong);
    }
    if let Some(node) = &endpoint.node_name {
        errors.invalid_text(&path.child("nodeName"), node, names::subdomain(node));
    }
    if let Some(hostname) = &endpoint.hostname {
        errors.invalid_text(&path.child("hostname"), hostname, names::label(hostname));
    }
}

fn validate_ports(ports: &[EndpointPort], path: &Path<'_>, errors: &mut Errors) {
    for (index, port) in ports.iter().enumerate() {
        let path = path.index(index);
        let name = text(&port.name);
        if !name.is_empty() {
            errors.invalid_text(&path.child("name"), name, names::label(name));
        }
        if ports[..index].iter().any(|p| text(&p.name) == name) {
            errors.duplicate(&path.child("name"), name);
        }
        let protocol = port.protocol.as_deref();
        errors.one_of(&path.child("protocol"), protocol, &["SCTP", "TCP", "UDP"]);
        if let Some(protocol) = &port.app_protocol {
            let wrong = labels::qualified_name(protocol);
            errors.invalid_text(&path.child("appProtocol"), protocol, wrong);
        }
    }
}
