//! EndpointSlice.
//!
//! The real thing: pkg/apis/discovery.

use super::cells::{age, column, list};
use super::normal::text_default;
use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::api::discovery::v1::{EndpointPort, EndpointSlice};

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
