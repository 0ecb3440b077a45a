//! Endpoints.
//!
//! The real thing: pkg/apis/core.

use super::cells::{age, column, list};
use super::normal::{drop_empty, text_default};
use super::{Column, Stored, names, normal, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::labels;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{EndpointAddress, EndpointSubset, Endpoints};

impl Stored for Endpoints {
    stored!(Endpoints);

    fn set_defaults(&mut self) {
        drop_empty(&mut self.subsets);
        let ports = self.subsets.iter_mut().flatten();
        for port in ports.flat_map(|s| s.ports.iter_mut().flatten()) {
            text_default(&mut port.protocol, "TCP");
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let path = Path::root("subsets");
        for (index, subset) in normal::list(&self.subsets).iter().enumerate() {
            validate_subset(subset, &path.index(index), &mut errors);
        }
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Endpoints"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let subsets = self.subsets.as_deref().unwrap_or_default();
        let absent = if subsets.is_empty() { "<none>" } else { "" };
        let addresses = subsets.iter().flat_map(addresses);
        vec![list(addresses, absent), age(&self.metadata, now_ms)]
    }
}

/// `10.0.0.1:80` for each port and ready address; bare addresses if the subset has no ports.
fn addresses(subset: &EndpointSubset) -> Vec<String> {
    let ready = subset.addresses.as_deref().unwrap_or_default();
    let ports = subset.ports.as_deref().unwrap_or_default();
    if ports.is_empty() {
        return ready.iter().map(|a| a.ip.clone()).collect();
    }
    let with_port = |port: i32| {
        ready.iter().map(move |a| {
            if a.ip.contains(':') {
                format!("[{}]:{port}", a.ip)
            } else {
                format!("{}:{port}", a.ip)
            }
        })
    };
    ports.iter().flat_map(|p| with_port(p.port)).collect()
}

fn validate_subset(subset: &EndpointSubset, path: &Path<'_>, errors: &mut Errors) {
    let ready = normal::list(&subset.addresses);
    let not_ready = normal::list(&subset.not_ready_addresses);
    if ready.is_empty() && not_ready.is_empty() {
        errors.required(path, "must specify `addresses` or `notReadyAddresses`");
    }
    for (field, addresses) in [("addresses", ready), ("notReadyAddresses", not_ready)] {
        let path = path.child(field);
        for (index, address) in addresses.iter().enumerate() {
            validate_address(address, &path.index(index), errors);
        }
    }
    let ports = normal::list(&subset.ports);
    let ports_path = path.child("ports");
    for (index, port) in ports.iter().enumerate() {
        let path = ports_path.index(index);
        let name = normal::text(&port.name);
        if !name.is_empty() {
            errors.invalid_text(&path.child("name"), name, names::label(name));
        } else if ports.len() > 1 {
            errors.required(&path.child("name"), "");
        }
        super::pod::containers::port_number(port.port, &path.child("port"), errors);
        let protocol = port.protocol.as_deref();
        errors.one_of(&path.child("protocol"), protocol, &["SCTP", "TCP", "UDP"]);
        if let Some(protocol) = &port.app_protocol {
            let wrong = labels::qualified_name(protocol);
            errors.invalid_text(&path.child("appProtocol"), protocol, wrong);
        }
    }
}

fn validate_address(address: &EndpointAddress, path: &Path<'_>, errors: &mut Errors) {
    let ip_path = path.child("ip");
    errors.invalid_text(&ip_path, &address.ip, names::ip(&address.ip));
    let hostname = normal::text(&address.hostname);
    if !hostname.is_empty() {
        errors.invalid_text(&path.child("hostname"), hostname, names::label(hostname));
    }
    if let Some(node) = &address.node_name {
        errors.invalid_text(&path.child("nodeName"), node, names::subdomain(node));
    }
    errors.invalid_text(&ip_path, &address.ip, names::special_ip(&address.ip));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_lists_three_addresses_with_each_port() {
        for (name, subsets, want) in [
            ("none", json!([]), "<none>"),
            (
                "not ready",
                json!([{"notReadyAddresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}]),
                "",
            ),
            (
                "no ports",
                json!([{"addresses": [{"ip": "10.0.0.1"}]}]),
                "10.0.0.1",
            ),
            (
                "two ports",
                json!([{"addresses": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}], "ports": [{"port": 80}, {"port": 443}]}]),
                "10.0.0.1:80,10.0.0.2:80,10.0.0.1:443 + 1 more...",
            ),
        ] {
            let endpoints: Endpoints =
                serde_json::from_value(json!({ "subsets": subsets })).expect("endpoints");
            assert_eq!(endpoints.row(0)[0], want, "{name}");
        }
    }
}
