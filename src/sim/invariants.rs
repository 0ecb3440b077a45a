//! What must hold after every step of every run, whatever breaks. Tests call [`check`] after each step.
//!
//! The idea: TigerBeetle's state checkers.

use super::{Cluster, Step, StepEvent};
use crate::api::kinds::pod_resize;
use crate::api::{Change, Key, Kind, Object, Pod, Reason, Revision, owner, pods, quantity};
use crate::component::Outcome;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that does not hold any more after this step; empty if all is well. The cost grows with what the step wrote, not with the cluster.
#[must_use]
pub fn check(cluster: &Cluster, step: &Step) -> Vec<String> {
    let mut broken = Vec::new();
    let mut expected: Revision = step.revision_before + 1;
    for revision in step.revision_before + 1..=step.revision_after {
        let Some(change) = cluster.store().change(revision) else {
            broken.push(format!("revision {revision} is missing from the log"));
            continue;
        };
        if change.revision != expected {
            broken.push(format!(
                "revision {} where {expected} was expected",
                change.revision
            ));
        }
        expected += 1;
        check_change(cluster, change, &mut broken);
    }
    check_rights(step, &mut broken);
    broken
}

/// Components ask for nothing that the bootstrap roles do not allow them.
fn check_rights(step: &Step, broken: &mut Vec<String>) {
    let StepEvent::Turn(turn) = &step.event else {
        return;
    };
    for outcome in &turn.outcomes {
        let Outcome::Api(answer) = outcome else {
            continue;
        };
        if let Err(status) = &answer.result
            && status.reason == Reason::Forbidden
            && status.message.contains("forbidden: User \"system:")
        {
            broken.push(format!("{}: {}", turn.process, status.message));
        }
    }
}

/// What must hold of the whole cluster at rest: a look at everything, for the end of a test.
#[must_use]
pub fn check_all(cluster: &Cluster) -> Vec<String> {
    let mut broken = Vec::new();
    let mut ips: BTreeMap<String, Key> = BTreeMap::new();
    let head = cluster.store().head();
    for object in head.table(Kind::Pod).iter() {
        let Object::Pod(pod) = object else { continue };
        let status = pod.status.as_ref();
        let finished = pods::is_finished(pod);
        let host_network = pod
            .spec
            .as_ref()
            .is_some_and(|spec| spec.host_network == Some(true));
        let Some(ip) = status
            .and_then(|s| s.pod_ip.clone())
            .filter(|_| !finished && !host_network)
        else {
            continue;
        };
        if let Some(other) = ips.insert(ip.clone(), object.key()) {
            broken.push(format!(
                "{} and {other} both have the address {ip}",
                object.key()
            ));
        }
    }
    let mut cluster_ips = BTreeSet::new();
    for object in head.table(Kind::Service).iter() {
        let Object::Service(service) = object else {
            continue;
        };
        let ip = service
            .spec
            .as_ref()
            .and_then(|spec| spec.cluster_ip.clone())
            .filter(|ip| ip != "None" && !ip.is_empty());
        if let Some(ip) = ip
            && !cluster_ips.insert(ip.clone())
        {
            broken.push(format!("{} shares the cluster IP {ip}", object.key()));
        }
    }
    for object in head.table(Kind::Node).iter() {
        check_node_capacity(cluster, object, &mut broken);
    }
    broken
}

fn check_change(cluster: &Cluster, change: &Change, broken: &mut Vec<String>) {
    let key = change.key();
    if let (Some(before), Some(after)) = (&change.before, &change.after)
        && before.revision() >= after.revision()
    {
        broken.push(format!(
            "{key}: resourceVersion went from {} to {}",
            before.revision(),
            after.revision()
        ));
    }
    let Some(after) = &change.after else { return };
    if after.revision() != change.revision {
        broken.push(format!(
            "{key}: resourceVersion {} in revision {}",
            after.revision(),
            change.revision
        ));
    }
    let controllers = after
        .metadata()
        .owner_references
        .iter()
        .flatten()
        .filter(|o| o.controller == Some(true))
        .count();
    if controllers > 1 {
        broken.push(format!("{key}: {controllers} controlling owners"));
    }
    if let Object::Pod(pod) = after {
        check_pod(cluster, change, pod, broken);
    }
}

fn check_pod(cluster: &Cluster, change: &Change, pod: &Pod, broken: &mut Vec<String>) {
    let key = change.key();
    let node_of = |pod: &Pod| {
        pod.spec
            .as_ref()
            .and_then(|spec| spec.node_name.clone())
            .unwrap_or_default()
    };
    let node = node_of(pod);
    let was = change
        .before
        .as_ref()
        .and_then(|object| object.get::<Pod>())
        .map(node_of)
        .unwrap_or_default();
    if !was.is_empty() && was != node {
        broken.push(format!("{key} moved from {was} to {node}"));
    }
    let bound_now = was.is_empty() && !node.is_empty() && change.by == "system:kube-scheduler";
    let Some(object) = cluster
        .store()
        .head()
        .table(Kind::Node)
        .get("", &node)
        .filter(|_| bound_now)
    else {
        return;
    };
    check_node_capacity(cluster, object, broken);
}

/// The scheduler never puts more on a node than it can allocate: pods, CPU, memory. What users pin to a node themselves counts as well,
/// and is refused by the kubelet.
fn check_node_capacity(cluster: &Cluster, object: &Object, broken: &mut Vec<String>) {
    let Object::Node(node) = object else { return };
    let name = owner::name_of(&node.metadata);
    let Some(allocatable) = node
        .status
        .as_ref()
        .and_then(|status| status.allocatable.as_ref())
    else {
        return;
    };
    let (mut pods, mut cpu_milli, mut memory_bytes) = (0, 0, 0);
    for pod in cluster
        .store()
        .head()
        .table(Kind::Pod)
        .on_node(&name)
        .filter_map(Object::get::<Pod>)
    {
        if pods::is_finished(pod) {
            continue;
        }
        // A resize that the kubelet has not granted takes nothing yet.
        let spec = pod_resize::granted(pod);
        let request = |resource: &str| {
            let containers = spec.iter().flat_map(|spec| &spec.containers);
            let requests = containers.filter_map(|container| {
                container
                    .resources
                    .as_ref()?
                    .requests
                    .as_ref()?
                    .get(resource)
            });
            requests.cloned().collect::<Vec<_>>()
        };
        pods += 1;
        cpu_milli += request("cpu")
            .iter()
            .map(quantity::cpu_milli)
            .fold(0, i64::saturating_add);
        memory_bytes += request("memory")
            .iter()
            .map(quantity::bytes)
            .fold(0, i64::saturating_add);
    }
    let room = |resource: &str, number: fn(&Quantity) -> i64| {
        allocatable.get(resource).map_or(i64::MAX, number)
    };
    let used = [
        ("pods", pods, room("pods", quantity::bytes)),
        ("cpu", cpu_milli, room("cpu", quantity::cpu_milli)),
        ("memory", memory_bytes, room("memory", quantity::bytes)),
    ];
    for (resource, used, room) in used {
        if used > room {
            broken.push(format!(
                "node {name} has {used} of {resource} requested and room for {room}"
            ));
        }
    }
}
