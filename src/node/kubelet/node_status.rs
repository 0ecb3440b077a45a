//! The kubelet's own Node: registered at the start, looked at ten seconds after something may have changed, and reported every five minutes.
//!
//! The real thing: pkg/kubelet/kubelet_node_status.go (`registerWithAPIServer`, `tryUpdateNodeStatus`, `nodeStatusHasChanged`), nodestatus/setters.go.
//! Left out: the first moments in which a node is NotReady because its network or CSI node is not set up; pressure conditions (no machine runs out);
//! `status.volumesInUse`, `runtimeHandlers` and `features`. The node gets its `podCIDR` here, not from the node IPAM controller.

use super::super::container_runtime::image;
use super::memory::KubeletMemory;
use crate::api::time::{self, Ms};
use crate::api::{Answer, Key, Kind, Object, Reason, Reply, Request, Stored};
use crate::component::{Datum, Machine, Seen, Turn, Wake};
use k8s_openapi::api::core::v1::{
    ContainerImage, DaemonEndpoint, Node, NodeAddress, NodeCondition, NodeDaemonEndpoints,
    NodeSpec, NodeStatus, NodeSystemInfo,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

/// The key of this work.
pub const KEY: &str = "node-status";
/// `nodeStatusUpdateFrequency`. Looks that could find nothing new are left out.
pub(super) const LOOK_MS: Ms = 10_000;
/// `nodeStatusReportFrequency`.
const REPORT_MS: Ms = 300_000;
/// `nodeStatusMaxImages`.
const IMAGES_MAX: usize = 50;
/// The version that this model follows.
const VERSION: &str = "v1.33.0";

/// Type, status, reason and message of the conditions, in the order in which the kubelet sets them.
const CONDITIONS: [[&str; 4]; 4] = [
    [
        "MemoryPressure",
        "False",
        "KubeletHasSufficientMemory",
        "kubelet has sufficient memory available",
    ],
    [
        "DiskPressure",
        "False",
        "KubeletHasNoDiskPressure",
        "kubelet has no disk pressure",
    ],
    [
        "PIDPressure",
        "False",
        "KubeletHasSufficientPID",
        "kubelet has sufficient PID available",
    ],
    [
        "Ready",
        "True",
        "KubeletReady",
        "kubelet is posting ready status",
    ],
];

/// The condition of a node whose container network does not work.
const NOT_READY: [&str; 4] = [
    "Ready",
    "False",
    "KubeletNotReady",
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
];

pub(super) fn sync(seen: &Seen<'_>, memory: &KubeletMemory) -> Turn {
    let mut turn = Turn::default();
    let cached = seen.table(Kind::Node).get("", seen.node);
    let Some(cached) = cached else {
        if !memory.node.is_registered {
            register(seen, &mut turn);
        }
        turn.again(Wake::housekeeping(KEY, LOOK_MS));
        return turn;
    };
    let object = match &memory.node.latest {
        Some(latest) if latest.revision() > cached.revision() => latest,
        _ => cached,
    };
    let Some(node) = object.get::<Node>() else {
        return turn;
    };
    let old = node.status.clone().unwrap_or_default();
    let ready = condition(&old, "Ready").map(|c| c.status.clone());
    turn.saw(object, "status.conditions{Ready}", ready.clone());
    let mut new = old.clone();
    fill(&mut new, seen);
    let reported_ms = condition(&old, "Ready")
        .and_then(|c| c.last_heartbeat_time.as_ref())
        .map(time::ms);
    let is_report_due = reported_ms.is_none_or(|at| at + REPORT_MS <= seen.now_ms);
    if new == old && !is_report_due {
        let due_ms = reported_ms.map_or(0, |at| at + REPORT_MS);
        turn.again(Wake::housekeeping(KEY, due_ms.saturating_sub(seen.now_ms)));
        return turn;
    }
    turn.again(Wake::housekeeping(KEY, LOOK_MS));
    let closes = difference(
        &mut turn,
        object.key(),
        &old,
        &new,
        reported_ms.map(|at| seen.now_ms.saturating_sub(at)),
    );
    for condition in new.conditions.iter_mut().flatten() {
        if CONDITIONS.iter().any(|[of, ..]| *of == condition.type_) {
            condition.last_heartbeat_time = Some(time::time(seen.now_ms));
        }
    }
    let thin = Node {
        metadata: node.metadata.clone(),
        spec: node.spec.clone(),
        status: Some(new),
    };
    turn.act(closes, Request::update_status(thin));
    turn
}

/// What of the status has to change, for the trace.
fn difference(
    turn: &mut Turn,
    key: Key,
    old: &NodeStatus,
    new: &NodeStatus,
    age_ms: Option<Ms>,
) -> usize {
    let verdict = |status: &NodeStatus| condition(status, "Ready").map(|c| c.status.clone());
    if verdict(old) != verdict(new) {
        let field = "status.conditions{Ready}";
        return turn.differs(
            key,
            field,
            verdict(new),
            verdict(old),
            "NodeConditionOutOfDate",
        );
    }
    let count = |status: &NodeStatus| status.images.as_ref().map_or(0, Vec::len);
    if old.images != new.images {
        return turn.differs(
            key,
            "status.images",
            count(new),
            count(old),
            "NodeImagesOutOfDate",
        );
    }
    if old != new {
        return turn.differs(
            key,
            "status",
            "complete",
            "incomplete",
            "NodeStatusOutOfDate",
        );
    }
    let age = age_ms.map_or(Datum::None, Datum::Duration);
    let field = "status.conditions{Ready}.lastHeartbeatTime";
    turn.differs(key, field, Datum::Duration(0), age, "NodeReportDue")
}

/// Remembers the Node as the API server has it.
pub(super) fn answered(answer: &Answer, memory: &mut KubeletMemory) {
    match &answer.result {
        Ok(Reply::Object(object)) => {
            memory.node.is_registered = true;
            memory.node.latest = Some(object.clone());
        }
        Err(status) if status.reason == Reason::AlreadyExists => memory.node.is_registered = true,
        Err(_) | Ok(_) => {}
    }
}

/// Is it a request of this file?
pub(super) fn is_about(request: &Request) -> bool {
    request.key.kind == Kind::Node
}

fn register(seen: &Seen<'_>, turn: &mut Turn) {
    let machine = seen.machine();
    let mut node = Node::default();
    node.metadata.name = Some(seen.node.to_owned());
    let labels = [
        ("beta.kubernetes.io/arch", "amd64"),
        ("beta.kubernetes.io/os", "linux"),
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/hostname", seen.node),
        ("kubernetes.io/os", "linux"),
    ];
    node.metadata.labels = Some(
        labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    );
    let network = format!("{}.0/24", machine.pod_network);
    node.spec = Some(NodeSpec {
        pod_cidr: Some(network.clone()),
        pod_cidrs: Some(vec![network]),
        ..NodeSpec::default()
    });
    let mut status = NodeStatus::default();
    fill(&mut status, seen);
    for condition in status.conditions.iter_mut().flatten() {
        condition.last_heartbeat_time = Some(time::time(seen.now_ms));
    }
    node.status = Some(status);
    let key = Key::new(Kind::Node, "", seen.node);
    let missing = turn.differs(key, "", "registered", Datum::None, "NodeMissing");
    turn.act(missing, Request::create(node));
}

/// Brings a status up to date. What somebody else has said of the machine (its capacity, its addresses) stays.
fn fill(status: &mut NodeStatus, seen: &Seen<'_>) {
    let machine = seen.machine();
    if status.capacity.is_none() {
        status.capacity = Some(capacity(machine));
    }
    if status.allocatable.is_none() {
        status.allocatable.clone_from(&status.capacity);
    }
    if status.addresses.is_none() {
        let address = |type_: &str, address: &str| NodeAddress {
            type_: type_.to_owned(),
            address: address.to_owned(),
        };
        status.addresses = Some(vec![
            address("InternalIP", &machine.ip),
            address("Hostname", seen.node),
        ]);
    }
    if status.daemon_endpoints.is_none() {
        status.daemon_endpoints = Some(NodeDaemonEndpoints {
            kubelet_endpoint: Some(DaemonEndpoint { port: 10250 }),
        });
    }
    if status
        .node_info
        .as_ref()
        .is_none_or(|info| info.kubelet_version.is_empty())
    {
        status.node_info = Some(system_info(seen.node));
    }
    fill_images(status, machine);
    fill_conditions(status, machine, seen.now_ms);
}

fn capacity(machine: &Machine) -> BTreeMap<String, Quantity> {
    let capacity = &machine.capacity;
    let zero = || "0".to_owned();
    BTreeMap::from([
        ("cpu".to_owned(), Quantity(capacity.cpu.to_string())),
        (
            "ephemeral-storage".to_owned(),
            Quantity(capacity.ephemeral_storage.to_string()),
        ),
        ("hugepages-1Gi".to_owned(), Quantity(zero())),
        ("hugepages-2Mi".to_owned(), Quantity(zero())),
        ("memory".to_owned(), Quantity(capacity.memory.to_string())),
        ("pods".to_owned(), Quantity(capacity.pods.to_string())),
    ])
}

fn system_info(node: &str) -> NodeSystemInfo {
    let id: String = node.bytes().map(|byte| format!("{byte:02x}")).collect();
    NodeSystemInfo {
        architecture: "amd64".to_owned(),
        boot_id: format!("b{id}"),
        container_runtime_version: "containerd://2.1.0".to_owned(),
        kernel_version: "6.1.0-kubeloop".to_owned(),
        kube_proxy_version: String::new(),
        kubelet_version: VERSION.to_owned(),
        machine_id: id.clone(),
        operating_system: "linux".to_owned(),
        os_image: "KubeLoop".to_owned(),
        swap: None,
        system_uuid: id,
    }
}

/// The images that are here, the biggest first.
fn fill_images(status: &mut NodeStatus, machine: &Machine) {
    if status.images.as_ref().map_or(0, Vec::len) == machine.images.len().min(IMAGES_MAX) {
        return;
    }
    let mut images: Vec<ContainerImage> = machine
        .images
        .iter()
        .map(|name| ContainerImage {
            names: Some(vec![image::reference(name), name.to_string()]),
            size_bytes: i64::try_from(image::size_bytes(name)).ok(),
        })
        .collect();
    images.sort_by_key(|image| std::cmp::Reverse(image.size_bytes));
    images.truncate(IMAGES_MAX);
    status.images = Some(images);
}

fn fill_conditions(status: &mut NodeStatus, machine: &Machine, now_ms: Ms) {
    let conditions = status.conditions.get_or_insert_default();
    for healthy in CONDITIONS {
        let is_broken = machine.is_runtime_broken && healthy[0] == NOT_READY[0];
        let [type_, value, reason, message] = if is_broken { NOT_READY } else { healthy };
        let at = conditions.iter().position(|c| c.type_ == type_);
        if let Some(index) = at {
            let old = &mut conditions[index];
            if old.status == value && old.reason.as_deref() == Some(reason) {
                continue;
            }
            if old.status != value {
                value.clone_into(&mut old.status);
                old.last_transition_time = Some(time::time(now_ms));
            }
            old.reason = Some(reason.to_owned());
            old.message = Some(message.to_owned());
            continue;
        }
        conditions.push(NodeCondition {
            type_: type_.to_owned(),
            status: value.to_owned(),
            reason: Some(reason.to_owned()),
            message: Some(message.to_owned()),
            last_heartbeat_time: None,
            last_transition_time: Some(time::time(now_ms)),
        });
    }
}

fn condition<'a>(status: &'a NodeStatus, type_: &str) -> Option<&'a NodeCondition> {
    status
        .conditions
        .iter()
        .flatten()
        .find(|c| c.type_ == type_)
}

/// Did something of a Node change that the kubelet itself has to answer for?
pub(super) fn is_disputed(before: Option<&Object>, after: Option<&Object>) -> bool {
    let status = |object: Option<&Object>| {
        object
            .and_then(Node::of)
            .and_then(|n| n.status.as_ref())
            .cloned()
    };
    after.is_some() && status(before) != status(after)
}
