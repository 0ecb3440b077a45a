//! The physical side of a node: what is not in etcd, and what its kubelet, container runtime and kube-proxy observe and change.
//!
//! The real thing: the Container Runtime Interface (cri-api, runtime/v1/api.proto), the kernel, and the cable.
//! Left out: cgroups and real processes; a container is a program that behaves as its image and command say (see `node::container_runtime`).

use crate::api::time::Ms;
use crate::api::{Name, Uid};
use imbl::{OrdMap, OrdSet};
use std::sync::Arc;

/// Numbers containers on one machine, in the order in which they were made.
pub type ContainerId = u64;

/// One node's hardware and what runs on it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Machine {
    /// Off: nothing on it runs.
    pub powered: bool,
    /// Off: it runs, but no request leaves it and no watch event reaches it.
    pub connected: bool,
    /// Its own address.
    pub ip: Name,
    /// The first three numbers of its pods' addresses: `10.244.1`.
    pub pod_network: Name,
    /// How many pod addresses were given out so far.
    pub addresses_given: u32,
    /// Images that are here.
    pub images: OrdSet<Name>,
    /// Images that the registry refuses since a fault broke them.
    pub unpullable: OrdSet<Name>,
    /// Containers, running or not, by number.
    pub containers: OrdMap<ContainerId, Container>,
    /// Pod sandboxes: the pods' network namespaces, by the pod's uid.
    pub sandboxes: OrdMap<Uid, Sandbox>,
    /// The number of the next container.
    pub next_container: ContainerId,
    /// What is under way, by when it will be done.
    pub operations: OrdMap<(Ms, u64), Operation>,
    /// The number of the next operation.
    pub next_operation: u64,
    /// What kube-proxy programmed, by Service `namespace/name:port`.
    pub rules: OrdMap<Name, Arc<Rule>>,
}

/// A pod's network namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox {
    /// `namespace/name` of the pod.
    pub pod: Name,
    /// The pod's address.
    pub ip: Name,
}

/// One container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// The pod's uid.
    pub pod_uid: Uid,
    /// `namespace/name` of the pod.
    pub pod: Name,
    /// Its name in the pod.
    pub name: Name,
    /// The image that it was made from.
    pub image: Name,
    /// 0 for the first of its name in its pod, then 1, …
    pub attempt: u32,
    /// What it is doing.
    pub state: ContainerState,
    /// What it will do by itself: exit with this code, this long after its start.
    pub exits: Option<(Ms, i32)>,
    /// How long it takes to exit after SIGTERM.
    pub stops_in_ms: Ms,
}

/// The life of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerState {
    /// Made, not yet running.
    Created,
    /// Running since then.
    Running {
        /// When it started.
        started_ms: Ms,
    },
    /// Over.
    Exited {
        /// When it started.
        started_ms: Ms,
        /// When it ended.
        finished_ms: Ms,
        /// The exit code; 137 after SIGKILL, 143 after SIGTERM.
        code: i32,
        /// `Completed`, `Error`, `OOMKilled`.
        reason: &'static str,
    },
}

/// Something that takes time on a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// An image is being pulled, for this pod (`namespace/name`).
    Pull {
        /// The image.
        image: Name,
        /// Whose kubelet worker waits for it.
        pod: Name,
    },
    /// A sandbox is being set up.
    Sandbox {
        /// The pod's uid.
        pod_uid: Uid,
        /// `namespace/name`.
        pod: Name,
    },
    /// A container is starting.
    Start(ContainerId),
    /// A container's program will end by itself.
    Exit(ContainerId, i32),
    /// A container was asked to stop and will be gone then; the code is 143, or 137 if it had to be killed.
    Stop(ContainerId, i32),
}

/// A call to the container runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuntimeCall {
    /// Fetch an image.
    PullImage {
        /// The image.
        image: Name,
        /// `namespace/name` of the pod that wants it.
        pod: Name,
    },
    /// Set up a pod's network namespace.
    RunSandbox {
        /// The pod's uid.
        pod_uid: Uid,
        /// `namespace/name`.
        pod: Name,
        /// Use the node's own address (`hostNetwork`) and skip the pod network.
        host_network: Option<Name>,
    },
    /// Make and start a container.
    StartContainer {
        /// The pod's uid.
        pod_uid: Uid,
        /// `namespace/name`.
        pod: Name,
        /// Its name in the pod.
        name: Name,
        /// Its image, which must be here.
        image: Name,
        /// `command` and `args` together; empty runs what the image says.
        command: Vec<Name>,
        /// The pod's annotations under `kubeloop.dev/`, which steer the simulated program.
        annotations: Vec<(Name, Name)>,
    },
    /// Ask a container to stop (SIGTERM), and kill it after the grace period.
    StopContainer {
        /// Which.
        container: ContainerId,
        /// How long it may take.
        grace_ms: Ms,
    },
    /// Remove what is left of an exited container.
    RemoveContainer {
        /// Which.
        container: ContainerId,
    },
    /// Take down a pod's network namespace; its containers must have exited.
    StopSandbox {
        /// The pod's uid.
        pod_uid: Uid,
    },
}

impl RuntimeCall {
    /// For the trace: `PullImage nginx:1.14.2`.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::PullImage { image, .. } => format!("PullImage {image}"),
            Self::RunSandbox { pod, .. } => format!("RunPodSandbox {pod}"),
            Self::StartContainer { pod, name, .. } => format!("StartContainer {pod}/{name}"),
            Self::StopContainer {
                container,
                grace_ms,
            } => format!("StopContainer #{container} grace {}s", grace_ms / 1000),
            Self::RemoveContainer { container } => format!("RemoveContainer #{container}"),
            Self::StopSandbox { pod_uid } => format!("StopPodSandbox {pod_uid}"),
        }
    }
}

/// Why the container runtime refused: its words, as the kubelet shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeError(pub String);

/// A change to a node's network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkCall {
    /// Program (or replace) the rule of one Service port.
    SetRule(Arc<Rule>),
    /// Remove the rule of this name.
    RemoveRule(Name),
}

/// Where a node sends traffic for one Service port: what kube-proxy's chain `KUBE-SVC-…` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `namespace/service:port-name`.
    pub name: Name,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: Name,
    /// The Service's virtual address.
    pub cluster_ip: Name,
    /// The Service's port.
    pub port: i32,
    /// The port open on every node, for NodePort and LoadBalancer.
    pub node_port: Option<i32>,
    /// The same client goes to the same target (`sessionAffinity: ClientIP`).
    pub sticky: bool,
    /// The targets, each equally likely. None: traffic is rejected.
    pub targets: Vec<RuleTarget>,
}

/// One target of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTarget {
    /// A pod's address.
    pub ip: Name,
    /// The port there.
    pub port: i32,
    /// The node that it is on.
    pub node: Name,
    /// The pod's name, where the target is a pod.
    pub pod: Name,
}

impl NetworkCall {
    /// For the trace: `SetRule default/web:http -> 3 targets`.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::SetRule(rule) => {
                format!("SetRule {} -> {} targets", rule.name, rule.targets.len())
            }
            Self::RemoveRule(name) => format!("RemoveRule {name}"),
        }
    }
}
