//! What a node's components ask of their machine: calls to the container runtime and changes to its network.
//!
//! The real thing: the Container Runtime Interface (cri-api, runtime/v1/api.proto); pkg/proxy's rules.
//! Left out: streaming calls (exec, attach, port-forward).

use super::ContainerId;
use crate::api::time::Ms;
use crate::api::{Name, Uid};
use std::sync::Arc;

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
        /// With `hostNetwork` the node's own address, instead of one of the pod network.
        host_network: Option<Name>,
    },
    /// Give a running container other resources.
    UpdateContainerResources {
        /// Its number.
        container: ContainerId,
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
        /// Ports that the container declares.
        ports: Vec<i32>,
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
    /// Take down a pod's network namespace and free its address; what its containers left stays.
    StopSandbox {
        /// The pod's uid.
        pod_uid: Uid,
    },
    /// Remove everything of a pod: its sandbox and its containers, which must have exited.
    RemoveSandbox {
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
            Self::UpdateContainerResources { container } => {
                format!("UpdateContainerResources #{container}")
            }
            Self::StopContainer {
                container,
                grace_ms,
            } => format!("StopContainer #{container} grace {}s", grace_ms / 1000),
            Self::RemoveContainer { container } => format!("RemoveContainer #{container}"),
            Self::StopSandbox { pod_uid } => format!("StopPodSandbox {pod_uid}"),
            Self::RemoveSandbox { pod_uid } => format!("RemovePodSandbox {pod_uid}"),
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
    /// Addresses outside the cluster that lead to it: its load balancer's, and `externalIPs`.
    pub external_ips: Vec<Name>,
    /// The same client goes to the same target (`sessionAffinity: ClientIP`).
    pub sticky: bool,
    /// The targets, each equally likely. None: traffic is rejected.
    pub targets: Vec<RuleTarget>,
    /// For what comes in by the node port or an external address, if that differs (`externalTrafficPolicy: Local`). None in it: dropped.
    pub external_targets: Option<Vec<RuleTarget>>,
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
