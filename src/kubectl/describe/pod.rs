//! A pod.
//!
//! The real thing: kubectl's pkg/describe/describe.go (`describePod`).
//! Left out: resources of a whole pod, seccomp profiles.

use super::page::{Page, mail_time};
use super::pod_template::{Within, containers};
use super::volumes::{spread, volumes};
use crate::api::{Pod, pods, time};
use k8s_openapi::api::core::v1::Container;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

pub(super) fn pod(pod: &Pod, now_ms: time::Ms, page: &mut Page) {
    let metadata = &pod.metadata;
    let spec = pod.spec.clone().unwrap_or_default();
    let status = pod.status.clone().unwrap_or_default();
    page.field(0, "Name", metadata.name.as_deref().unwrap_or_default());
    let namespace = metadata.namespace.as_deref().unwrap_or_default();
    page.field(0, "Namespace", namespace);
    if let Some(priority) = spec.priority {
        page.field(0, "Priority", &priority.to_string());
    }
    page.maybe(
        0,
        "Priority Class Name",
        spec.priority_class_name.as_deref(),
    );
    page.maybe(0, "Runtime Class Name", spec.runtime_class_name.as_deref());
    page.maybe(0, "Service Account", spec.service_account_name.as_deref());
    let node = match pods::node_name(pod) {
        "" => "<none>".to_owned(),
        node => format!("{node}/{}", status.host_ip.as_deref().unwrap_or_default()),
    };
    page.field(0, "Node", &node);
    if let Some(started) = &status.start_time {
        page.field(0, "Start Time", &mail_time(time::ms(started)));
    }
    page.labels("Labels", metadata.labels.as_ref());
    page.annotations("Annotations", metadata.annotations.as_ref());
    let phase = pods::phase(pod);
    match &metadata.deletion_timestamp {
        Some(deleted) if !matches!(phase, "Failed" | "Succeeded") => {
            let since = time::human_duration(now_ms.saturating_sub(time::ms(deleted)));
            page.field(0, "Status", &format!("Terminating (lasts {since})"));
            let grace = metadata.deletion_grace_period_seconds.unwrap_or_default();
            page.field(0, "Termination Grace Period", &format!("{grace}s"));
        }
        _ => page.field(0, "Status", phase),
    }
    page.maybe(0, "Reason", status.reason.as_deref());
    page.maybe(0, "Message", status.message.as_deref());
    page.field(0, "IP", status.pod_ip.as_deref().unwrap_or_default());
    let ips = status.pod_ips.as_deref().unwrap_or_default();
    if ips.is_empty() {
        page.field(0, "IPs", "<none>");
    } else {
        page.line(0, "IPs:");
        for ip in ips {
            page.field(1, "IP", &ip.ip);
        }
    }
    controlled_by(metadata, page);
    page.maybe(
        0,
        "NominatedNodeName",
        status.nominated_node_name.as_deref(),
    );
    if let Some(init) = spec.init_containers.as_ref().filter(|all| !all.is_empty()) {
        let statuses = status.init_container_statuses.as_deref();
        let within = Within::Pod(pod, statuses.unwrap_or_default());
        containers("Init Containers", init, &within, page);
    }
    let statuses = status.container_statuses.as_deref();
    let within = Within::Pod(pod, statuses.unwrap_or_default());
    containers("Containers", &spec.containers, &within, page);
    let late: Vec<Container> = spec
        .ephemeral_containers
        .iter()
        .flatten()
        .map(|late| Container {
            name: late.name.clone(),
            image: late.image.clone(),
            command: late.command.clone(),
            args: late.args.clone(),
            env: late.env.clone(),
            env_from: late.env_from.clone(),
            volume_mounts: late.volume_mounts.clone(),
            ..Container::default()
        })
        .collect();
    if !late.is_empty() {
        let statuses = status.ephemeral_container_statuses.as_deref();
        let within = Within::Pod(pod, statuses.unwrap_or_default());
        containers("Ephemeral Containers", &late, &within, page);
    }
    let conditions = status.conditions.as_deref().unwrap_or_default();
    let gates = spec.readiness_gates.as_deref().unwrap_or_default();
    if !gates.is_empty() {
        page.line(0, "Readiness Gates:");
        page.line(1, "Type\tStatus");
        for gate in gates {
            let kind = &gate.condition_type;
            let found = pods::condition(pod, kind);
            let is = found.map_or("<none>", |condition| condition.status.as_str());
            page.line(1, &format!("{kind} \t{is} "));
        }
    }
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus");
        for condition in conditions {
            let (kind, is) = (&condition.type_, &condition.status);
            page.line(1, &format!("{kind} \t{is} "));
        }
    }
    volumes(spec.volumes.as_deref().unwrap_or_default(), &within, page);
    let class = status.qos_class.as_deref().unwrap_or_default();
    page.field(0, "QoS Class", class);
    page.labels("Node-Selectors", spec.node_selector.as_ref());
    page.tolerations("Tolerations", spec.tolerations.as_ref());
    spread(spec.topology_spread_constraints.as_deref(), &within, page);
}

/// `Controlled By:  ReplicaSet/web-5d4`.
pub(super) fn controlled_by(metadata: &ObjectMeta, page: &mut Page) {
    let mut owners = metadata.owner_references.iter().flatten();
    if let Some(owner) = owners.find(|owner| owner.controller == Some(true)) {
        page.field(
            0,
            "Controlled By",
            &format!("{}/{}", owner.kind, owner.name),
        );
    }
}
