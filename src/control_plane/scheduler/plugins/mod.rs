//! Every scheduling plugin, one file each. Add one: its file, its `mod` line, its line in [`FILTERS`] or [`SCORES`] (or both).
//!
//! The real thing: pkg/scheduler/apis/config/v1/default_plugins.go (`getDefaultPlugins`); the order and the weights are upstream's.
//! Left out: VolumeRestrictions, NodeVolumeLimits, VolumeBinding, VolumeZone, PodTopologySpread (with the default constraints that spread
//! the pods of one Service or ReplicaSet), InterPodAffinity, DefaultPreemption and ImageLocality. A pod that asks for one of them gets a
//! fact `not simulated` in its turn.

mod least_allocated;
mod node_affinity;
mod node_name;
mod node_ports;
mod node_resources_balanced_allocation;
mod node_resources_fit;
mod node_unschedulable;
mod taint_toleration;

use super::framework::{FilterPlugin, ScorePlugin};

/// The filters, in the order in which they are asked; the first refusal stands.
pub(super) static FILTERS: &[&dyn FilterPlugin] = &[
    &node_unschedulable::NodeUnschedulable,
    &node_name::NodeName,
    &taint_toleration::TaintToleration,
    &node_affinity::NodeAffinity,
    &node_ports::NodePorts,
    &node_resources_fit::NodeResourcesFit,
];

/// The scorers.
pub(super) static SCORES: &[&dyn ScorePlugin] = &[
    &taint_toleration::TaintToleration,
    &node_affinity::NodeAffinity,
    &node_resources_fit::NodeResourcesFit,
    &node_resources_balanced_allocation::NodeResourcesBalancedAllocation,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upstreams_order_and_weights() {
        let filters: Vec<&str> = FILTERS.iter().map(|plugin| plugin.name()).collect();
        assert_eq!(
            filters,
            [
                "NodeUnschedulable",
                "NodeName",
                "TaintToleration",
                "NodeAffinity",
                "NodePorts",
                "NodeResourcesFit"
            ]
        );
        let scores: Vec<(&str, i64)> = SCORES.iter().map(|p| (p.name(), p.weight())).collect();
        assert_eq!(
            scores,
            [
                ("TaintToleration", 3),
                ("NodeAffinity", 2),
                ("NodeResourcesFit", 1),
                ("NodeResourcesBalancedAllocation", 1)
            ]
        );
    }
}
