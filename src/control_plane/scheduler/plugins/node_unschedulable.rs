//! `NodeUnschedulable`: no new pods on cordoned nodes, except those that tolerate it.
//!
//! The real thing: pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go.

use super::super::framework::{ClusterEvent, Filter, FilterPlugin, PodToPlace, PreFilter, Refusal};
use super::super::node_info::{NodeInfo, is_unschedulable};
use crate::api::Name;
use crate::api::taints::tolerates;
use k8s_openapi::api::core::v1::{Taint, Toleration};

const REASON: &str = "node(s) were unschedulable";

/// The plugin.
pub(super) struct NodeUnschedulable;

impl FilterPlugin for NodeUnschedulable {
    fn name(&self) -> &'static str {
        "NodeUnschedulable"
    }

    fn pre_filter<'a>(&self, pod: PodToPlace<'a>) -> PreFilter<'a> {
        PreFilter::Check(Box::new(Cordons {
            tolerated: tolerates_cordons(pod.tolerations()),
        }))
    }

    fn is_worth_another_try(&self, pod: PodToPlace<'_>, event: &ClusterEvent<'_>) -> bool {
        match event {
            ClusterEvent::NodeAdded(node) => !is_unschedulable(node),
            ClusterEvent::NodeUpdated { before, after } => {
                is_unschedulable(before) && !is_unschedulable(after)
            }
            ClusterEvent::OwnTolerations => tolerates_cordons(pod.tolerations()),
            ClusterEvent::PodGone(_) | ClusterEvent::PodShrunk | ClusterEvent::OwnRequests => false,
        }
    }
}

struct Cordons {
    tolerated: bool,
}

impl Filter for Cordons {
    fn check(&self, node: &NodeInfo) -> Result<(), Refusal> {
        if node.unschedulable && !self.tolerated {
            return Err(Refusal::for_good(Name::new_static(REASON)));
        }
        Ok(())
    }
}

/// Cordoning is tolerated as if it were the taint that the node controller adds for it.
fn tolerates_cordons(tolerations: &[Toleration]) -> bool {
    if tolerations.is_empty() {
        return false;
    }
    let taint = Taint {
        key: "node.kubernetes.io/unschedulable".to_owned(),
        effect: "NoSchedule".to_owned(),
        ..Taint::default()
    };
    tolerations.iter().any(|t| tolerates(t, &taint))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{check, pod_with};
    use super::*;

    #[test]
    fn cordoned_nodes() {
        // Upstream's node_unschedulable_test.go.
        let tolerant =
            "{tolerations: [{key: node.kubernetes.io/unschedulable, effect: NoSchedule}]}";
        let table = [
            (
                "not cordoned",
                "{}",
                "{spec: {unschedulable: false}}",
                vec![],
            ),
            (
                "cordoned",
                "{}",
                "{spec: {unschedulable: true}}",
                vec![REASON],
            ),
            (
                "tolerated",
                tolerant,
                "{spec: {unschedulable: true}}",
                vec![],
            ),
        ];
        for (name, pod, node, want) in table {
            let got = check(&NodeUnschedulable, &pod_with(pod), node, &[]);
            assert_eq!(got, want, "{name}");
        }
    }
}
