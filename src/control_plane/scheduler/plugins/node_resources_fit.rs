//! `NodeResourcesFit`, the filter: a node must have what the pod asks for. Its scores are in `least_allocated`.
//!
//! The real thing: pkg/scheduler/framework/plugins/noderesources/fit.go.
//! Left out: resources that the configuration tells it to ignore.

use super::super::framework::{
    ClusterEvent, Filter, FilterPlugin, PodToPlace, PreFilter, Reasons, Refusal,
};
use super::super::node_info::NodeInfo;
use super::super::requests::{PodUse, Resources};
use crate::api::{Name, quantity};
use k8s_openapi::api::core::v1::Node;

/// The plugin.
pub(super) struct NodeResourcesFit;

impl FilterPlugin for NodeResourcesFit {
    fn name(&self) -> &'static str {
        "NodeResourcesFit"
    }

    fn pre_filter<'a>(&self, pod: PodToPlace<'a>) -> PreFilter<'a> {
        PreFilter::Check(Box::new(Fit::of(pod.used)))
    }

    fn is_worth_another_try(&self, pod: PodToPlace<'_>, event: &ClusterEvent<'_>) -> bool {
        match event {
            ClusterEvent::NodeAdded(node) => fits_when_empty(pod.used, node),
            ClusterEvent::NodeUpdated { before, after } => {
                fits_when_empty(pod.used, after) && has_more_of_what(pod.used, before, after)
            }
            ClusterEvent::PodGone(_) | ClusterEvent::PodShrunk | ClusterEvent::OwnRequests => true,
            ClusterEvent::OwnTolerations => false,
        }
    }
}

struct Fit<'a> {
    asks: &'a Resources,
    asks_nothing: bool,
}

impl<'a> Fit<'a> {
    fn of(used: &'a PodUse) -> Self {
        let asks = &used.requests;
        let nothing = asks.milli_cpu == 0
            && asks.memory == 0
            && asks.ephemeral_storage == 0
            && asks.scalars.is_empty();
        Self {
            asks,
            asks_nothing: nothing,
        }
    }

    fn fits(&self, node: &NodeInfo) -> bool {
        let (has, taken) = (&node.allocatable, &node.requested);
        node.pods < node.pods_max
            && (self.asks_nothing
                || enough(self.asks.milli_cpu, has.milli_cpu, taken.milli_cpu)
                    && enough(self.asks.memory, has.memory, taken.memory)
                    && enough(
                        self.asks.ephemeral_storage,
                        has.ephemeral_storage,
                        taken.ephemeral_storage,
                    )
                    && self.asks.scalars.is_empty())
    }

    fn missing(&self, node: &NodeInfo) -> Vec<Name> {
        let mut missing = Vec::new();
        if node.pods >= node.pods_max {
            missing.push(Name::new_static("Too many pods"));
        }
        if self.asks_nothing {
            return missing;
        }
        let (asks, has, taken) = (self.asks, &node.allocatable, &node.requested);
        if !enough(asks.milli_cpu, has.milli_cpu, taken.milli_cpu) {
            missing.push(Name::new_static("Insufficient cpu"));
        }
        if !enough(asks.memory, has.memory, taken.memory) {
            missing.push(Name::new_static("Insufficient memory"));
        }
        if !enough(
            asks.ephemeral_storage,
            has.ephemeral_storage,
            taken.ephemeral_storage,
        ) {
            missing.push(Name::new_static("Insufficient ephemeral-storage"));
        }
        for (name, wanted) in &asks.scalars {
            let amount = |of: &Resources| of.scalars.get(name).copied().unwrap_or(0);
            if !enough(*wanted, amount(has), amount(taken)) {
                missing.push(format!("Insufficient {name}").into());
            }
        }
        missing
    }
}

impl Filter for Fit<'_> {
    fn check(&self, node: &NodeInfo) -> Result<(), Refusal> {
        if self.fits(node) {
            return Ok(());
        }
        let mut missing = self.missing(node);
        let reasons = match missing.len() {
            0 => return Ok(()),
            1 => Reasons::One(missing.remove(0)),
            _ => Reasons::Many(missing),
        };
        Err(Refusal::for_now(reasons))
    }
}

/// What is not asked for is never missing, even where more is taken than there is.
fn enough(asked: i64, there: i64, taken: i64) -> bool {
    asked == 0 || asked <= there - taken
}

fn allocatable(node: &Node) -> Resources {
    let status = node.status.as_ref();
    Resources::of(status.and_then(|status| status.allocatable.as_ref()))
}

fn pods_max(node: &Node) -> i64 {
    let status = node.status.as_ref();
    let list = status.and_then(|status| status.allocatable.as_ref());
    list.and_then(|list| list.get("pods"))
        .map_or(0, quantity::bytes)
}

fn fits_when_empty(used: &PodUse, node: &Node) -> bool {
    let mut empty = NodeInfo::of_pods_only(Name::default());
    empty.allocatable = allocatable(node);
    empty.pods_max = pods_max(node);
    Fit::of(used).check(&empty).is_ok()
}

fn has_more_of_what(used: &PodUse, before: &Node, after: &Node) -> bool {
    let (was, is, asks) = (allocatable(before), allocatable(after), &used.requests);
    let scalar = |of: &Resources, name: &str| of.scalars.get(name).copied().unwrap_or(0);
    pods_max(after) > pods_max(before)
        || asks.milli_cpu > 0 && is.milli_cpu > was.milli_cpu
        || asks.memory > 0 && is.memory > was.memory
        || asks.ephemeral_storage > 0 && is.ephemeral_storage > was.ephemeral_storage
        || asks
            .scalars
            .iter()
            .any(|(name, amount)| *amount > 0 && scalar(&is, name) > scalar(&was, name))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{asking, check};
    use super::*;

    #[test]
    fn nodes_must_have_what_is_asked_for() {
        // Upstream's fit_test.go, TestEnoughRequests and TestNotEnoughRequests. A node with 10 milli-CPU, 20 bytes, 5 of a device and 20 of storage.
        let node = "{status: {allocatable: {cpu: 10m, memory: 20, pods: 32, example.com/aaa: 5, ephemeral-storage: 20}}}";
        let full = "{status: {allocatable: {cpu: 10m, memory: 20, pods: 1}}}";
        let (cpu, memory) = ("Insufficient cpu", "Insufficient memory");
        let device = "Insufficient example.com/aaa";
        let table = [
            (
                "nothing asked always fits",
                node,
                vec![],
                "cpu: 10m, memory: 20",
                vec![],
            ),
            (
                "too much of both",
                node,
                vec!["cpu: 1m, memory: 1"],
                "cpu: 10m, memory: 20",
                vec![cpu, memory],
            ),
            (
                "both fit",
                node,
                vec!["cpu: 1m, memory: 1"],
                "cpu: 5m, memory: 5",
                vec![],
            ),
            (
                "only memory fits",
                node,
                vec!["cpu: 2m, memory: 1"],
                "cpu: 9m, memory: 5",
                vec![cpu],
            ),
            (
                "only CPU fits",
                node,
                vec!["cpu: 1m, memory: 2"],
                "cpu: 5m, memory: 19",
                vec![memory],
            ),
            (
                "exactly",
                node,
                vec!["cpu: 5m, memory: 1"],
                "cpu: 5m, memory: 19",
                vec![],
            ),
            ("a device", node, vec!["example.com/aaa: 1"], "", vec![]),
            (
                "more devices than there are",
                node,
                vec!["cpu: 1m, memory: 1, example.com/aaa: 10"],
                "",
                vec![device],
            ),
            (
                "devices all taken",
                node,
                vec!["cpu: 1m, memory: 1, example.com/aaa: 1"],
                "example.com/aaa: 5",
                vec![device],
            ),
            (
                "devices of two containers",
                node,
                vec!["example.com/aaa: 3", "example.com/aaa: 3"],
                "example.com/aaa: 2",
                vec![device],
            ),
            (
                "an unknown device",
                node,
                vec!["example.com/bbb: 1"],
                "",
                vec!["Insufficient example.com/bbb"],
            ),
            (
                "storage",
                node,
                vec!["ephemeral-storage: 25"],
                "",
                vec!["Insufficient ephemeral-storage"],
            ),
            (
                "nothing asked, no place for pods",
                full,
                vec![],
                "cpu: 5m",
                vec!["Too many pods"],
            ),
            (
                "too many pods and too little CPU",
                full,
                vec!["cpu: 6m"],
                "cpu: 5m",
                vec!["Too many pods", cpu],
            ),
            (
                "what is not asked for is not missing",
                node,
                vec!["memory: 1"],
                "cpu: 11m",
                vec![],
            ),
        ];
        for (name, node, asked, taken, want) in table {
            let got = check(
                &NodeResourcesFit,
                &asking(&asked),
                node,
                &[asking(&[taken])],
            );
            assert_eq!(got, want, "{name}");
        }
    }
}
