//! Endpoints.
//!
//! The real thing: pkg/apis/core.

use super::cells::{age, column, list};
use super::normal::{drop_empty, text_default};
use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{EndpointSubset, Endpoints};

impl Stored for Endpoints {
    stored!(Endpoints);

    fn set_defaults(&mut self) {
        drop_empty(&mut self.subsets);
        let ports = self.subsets.iter_mut().flatten();
        for port in ports.flat_map(|s| s.ports.iter_mut().flatten()) {
            text_default(&mut port.protocol, "TCP");
        }
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
        ready.iter().map(move |a| match a.ip.contains(':') {
            true => format!("[{}]:{port}", a.ip),
            false => format!("{}:{port}", a.ip),
        })
    };
    ports.iter().flat_map(|p| with_port(p.port)).collect()
}
