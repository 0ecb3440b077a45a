//! Warnings about ports that stand in each other's way, in whichever containers.
//!
//! The real thing: pkg/api/pod/warnings.go.

use super::About;
use crate::api::kinds::normal::{list, text};
use k8s_openapi::api::core::v1::ContainerPort;

/// Each port beside those before it.
pub(super) fn of_all(about: &About<'_>, warnings: &mut Vec<String>) {
    let mut all: Vec<(String, ContainerPort)> = Vec::new();
    about.containers(|container, path| {
        let path = path.child("ports");
        for (index, port) in list(&container.ports).iter().enumerate() {
            let path = path.index(index).to_string();
            if !text(&port.host_ip).is_empty() && host_port(port) == 0 {
                let shown = in_go(port);
                warnings.push(format!("{path}: hostIP set without hostPort: {shown}"));
            }
            let others = all.iter().filter(|(_, other)| {
                other.container_port == port.container_port && other.protocol == port.protocol
            });
            for (other_path, other) in others {
                if let Some(how) = clash(port, other) {
                    warnings.push(format!("{path}: {how} port definition with {other_path}"));
                }
            }
            all.push((path, port.clone()));
        }
    });
}

fn host_port(port: &ContainerPort) -> i32 {
    port.host_port.unwrap_or(0)
}

/// How two definitions of a port stand in each other's way.
fn clash(port: &ContainerPort, other: &ContainerPort) -> Option<&'static str> {
    let (ip, other_ip) = (text(&port.host_ip), text(&other.host_ip));
    let same_port = host_port(port) == host_port(other);
    if ip == other_ip && same_port {
        Some("duplicate")
    } else if host_port(port) == 0 || host_port(other) == 0 {
        Some("overlapping")
    } else if same_port && ip.is_empty() != other_ip.is_empty() {
        Some("dangerously ambiguous")
    } else {
        None
    }
}

/// A port as Go prints it with `%+v`.
fn in_go(port: &ContainerPort) -> String {
    format!(
        "{{Name:{} HostPort:{} ContainerPort:{} Protocol:{} HostIP:{}}}",
        text(&port.name),
        host_port(port),
        port.container_port,
        text(&port.protocol),
        text(&port.host_ip)
    )
}
