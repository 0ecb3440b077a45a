//! What the scheduler knows of one node: the node itself and the sum of what its pods take.
//!
//! The real thing: pkg/scheduler/framework/types.go (`NodeInfo`).
//! Left out: images and volumes on the node, nominated pods.

use super::requests::{HostPort, PodUse, Resources};
use crate::api::{Name, quantity};
use k8s_openapi::api::core::v1::{Node, Taint};
use std::sync::Arc;

/// A node and what is taken of it. Kept up with every change of the node and of its pods; never recounted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NodeInfo {
    /// The node's name.
    pub(super) name: Name,
    /// The node; `None` while only pods are known to be on it.
    pub(super) node: Option<Arc<Node>>,
    /// `spec.unschedulable`: the node is cordoned.
    pub(super) unschedulable: bool,
    /// Has it a taint with effect `NoSchedule` or `NoExecute`?
    pub(super) repels: bool,
    /// Has it a taint with effect `PreferNoSchedule`?
    pub(super) discourages: bool,
    /// What its pods may take together.
    pub(super) allocatable: Resources,
    /// How many pods it may hold.
    pub(super) pods_max: i64,
    /// What its pods asked for together.
    pub(super) requested: Resources,
    /// Their CPU, those without a request counted with the default for scoring.
    pub(super) scored_milli_cpu: i64,
    /// Their memory, those without a request counted with the default for scoring.
    pub(super) scored_memory: i64,
    /// How many pods are on it, those whose binding is still on its way included.
    pub(super) pods: i64,
    /// The ports that they listen on.
    pub(super) ports: Vec<HostPort>,
}

impl NodeInfo {
    /// A node that is not there (yet, or any more), for pods that say they are on it.
    #[must_use]
    pub(super) fn of_pods_only(name: Name) -> Self {
        Self {
            name,
            node: None,
            unschedulable: false,
            repels: false,
            discourages: false,
            allocatable: Resources::default(),
            pods_max: 0,
            requested: Resources::default(),
            scored_milli_cpu: 0,
            scored_memory: 0,
            pods: 0,
            ports: Vec::new(),
        }
    }

    /// Takes over the node as it is now.
    pub(super) fn set_node(&mut self, node: Arc<Node>) {
        let taints = taints(&node);
        self.unschedulable = is_unschedulable(&node);
        self.repels = taints.iter().any(repels);
        self.discourages = taints.iter().any(|t| t.effect == "PreferNoSchedule");
        let status = node.status.as_ref();
        let allocatable = status.and_then(|status| status.allocatable.as_ref());
        self.allocatable = Resources::of(allocatable);
        self.pods_max = allocatable
            .and_then(|list| list.get("pods"))
            .map_or(0, quantity::bytes);
        self.node = Some(node);
    }

    /// The node is gone; its pods may stay a while.
    pub(super) fn forget_node(&mut self) {
        self.node = None;
    }

    /// Counts a pod in.
    pub(super) fn add_pod(&mut self, pod: &PodUse) {
        self.requested.add(&pod.requests);
        self.scored_milli_cpu = self.scored_milli_cpu.wrapping_add(pod.scored_milli_cpu);
        self.scored_memory = self.scored_memory.wrapping_add(pod.scored_memory);
        self.pods += 1;
        self.ports.extend(pod.ports.iter().cloned());
    }

    /// Counts a pod that was counted in out again.
    pub(super) fn remove_pod(&mut self, pod: &PodUse) {
        self.requested.subtract(&pod.requests);
        self.scored_milli_cpu = self.scored_milli_cpu.wrapping_sub(pod.scored_milli_cpu);
        self.scored_memory = self.scored_memory.wrapping_sub(pod.scored_memory);
        self.pods -= 1;
        for port in &pod.ports {
            if let Some(index) = self.ports.iter().position(|p| p == port) {
                self.ports.swap_remove(index);
            }
        }
    }

    /// The node's taints.
    #[must_use]
    pub(super) fn taints(&self) -> &[Taint] {
        self.node.as_deref().map_or(&[], taints)
    }
}

/// A node's taints.
#[must_use]
pub(super) fn taints(node: &Node) -> &[Taint] {
    let spec = node.spec.as_ref();
    spec.and_then(|spec| spec.taints.as_deref()).unwrap_or(&[])
}

/// Is the node cordoned?
#[must_use]
pub(super) fn is_unschedulable(node: &Node) -> bool {
    let spec = node.spec.as_ref();
    spec.and_then(|spec| spec.unschedulable).unwrap_or(false)
}

/// Does the taint keep pods that do not tolerate it away?
#[must_use]
pub(super) fn repels(taint: &Taint) -> bool {
    matches!(&*taint.effect, "NoSchedule" | "NoExecute")
}
