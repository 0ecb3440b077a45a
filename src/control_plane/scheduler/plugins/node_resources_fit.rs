//! `NodeResourcesFit`: a node must have what the pod asks for; the more is left over, the better (`LeastAllocated`).
//!
//! The real thing: pkg/scheduler/framework/plugins/noderesources/{fit,least_allocated,resource_allocation}.go.
//! Left out: the strategies MostAllocated and RequestedToCapacityRatio, ignored resources, weights other than 1 for CPU and memory.

use super::super::framework::{
    ClusterEvent, Filter, FilterPlugin, MAX_NODE_SCORE, PodToPlace, PreFilter, Reasons, Refusal,
    Score, ScorePlugin,
};
use super::super::node_info::NodeInfo;
use super::super::requests::{PodUse, Resources};
use crate::api::{Name, quantity};
use k8s_openapi::api::core::v1::Node;

/// The plugin.
pub struct NodeResourcesFit;

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

impl ScorePlugin for NodeResourcesFit {
    fn name(&self) -> &'static str {
        FilterPlugin::name(self)
    }

    fn weight(&self) -> i64 {
        1
    }

    fn pre_score<'a>(&self, pod: PodToPlace<'a>) -> Option<Box<dyn Score + 'a>> {
        Some(Box::new(LeastAllocated {
            milli_cpu: pod.used.scored_milli_cpu,
            memory: pod.used.scored_memory,
        }))
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

/// What the pod counts with in scores.
struct LeastAllocated {
    milli_cpu: i64,
    memory: i64,
}

impl Score for LeastAllocated {
    fn score(&self, nodes: &[&NodeInfo], scores: &mut [i64]) {
        for (node, score) in nodes.iter().zip(scores) {
            let (has, mut sum, mut weights) = (&node.allocatable, 0, 0);
            if has.milli_cpu != 0 {
                sum += left_over(self.milli_cpu + node.scored_milli_cpu, has.milli_cpu);
                weights += 1;
            }
            if has.memory != 0 {
                sum += left_over(self.memory + node.scored_memory, has.memory);
                weights += 1;
            }
            *score = if weights == 2 { sum / 2 } else { sum };
        }
    }
}

/// The share that would be left, 0 to [`MAX_NODE_SCORE`].
fn left_over(requested: i64, capacity: i64) -> i64 {
    if requested > capacity {
        return 0;
    }
    (capacity - requested) * MAX_NODE_SCORE / capacity
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{check, pod_with, scores};
    use super::*;
    use k8s_openapi::api::core::v1::Pod;

    fn asking(resources: &[&str]) -> Pod {
        let containers: Vec<String> = resources
            .iter()
            .map(|r| format!("{{name: c, resources: {{requests: {{{r}}}}}}}"))
            .collect();
        pod_with(&format!("{{containers: [{}]}}", containers.join(", ")))
    }

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

    #[test]
    fn the_emptier_the_better() {
        // Upstream's least_allocated_test.go, with CPU and memory of weight 1.
        let node = |cpu: i64, memory: i64| {
            format!("{{status: {{allocatable: {{cpu: {cpu}m, memory: {memory}}}}}}}")
        };
        let none = "cpu: 0, memory: 0";
        let two = ["cpu: 1000m, memory: 2000", "cpu: 2000m, memory: 3000"];
        let only_cpu = ["cpu: 1000m, memory: 0", "cpu: 2000m, memory: 0"];
        let table = [
            (
                "nothing asked, nothing taken",
                vec![none],
                vec![(node(4000, 10000), vec![]), (node(4000, 10000), vec![])],
                vec![100, 100],
            ),
            (
                "nothing taken, something asked",
                two.to_vec(),
                vec![(node(4000, 10000), vec![]), (node(6000, 10000), vec![])],
                vec![37, 50],
            ),
            (
                "something taken",
                vec![none],
                vec![
                    (
                        node(10000, 20000),
                        vec![asking(&only_cpu), asking(&only_cpu)],
                    ),
                    (node(10000, 20000), vec![asking(&only_cpu), asking(&two)]),
                ],
                vec![70, 57],
            ),
            (
                "both",
                two.to_vec(),
                vec![
                    (node(10000, 20000), vec![asking(&only_cpu)]),
                    (node(10000, 20000), vec![asking(&two)]),
                ],
                vec![57, 45],
            ),
            (
                "nodes of two sizes",
                two.to_vec(),
                vec![
                    (node(10000, 20000), vec![asking(&only_cpu)]),
                    (node(10000, 50000), vec![asking(&two)]),
                ],
                vec![57, 60],
            ),
            (
                "more asked than there is",
                only_cpu.to_vec(),
                vec![
                    (node(4000, 10000), vec![asking(&only_cpu)]),
                    (node(4000, 10000), vec![asking(&two)]),
                ],
                vec![50, 25],
            ),
            (
                "no capacity",
                vec![none],
                vec![
                    (node(0, 0), vec![asking(&only_cpu)]),
                    (node(0, 0), vec![asking(&two)]),
                ],
                vec![0, 0],
            ),
        ];
        for (name, asked, nodes, want) in table {
            let nodes: Vec<(&str, &[Pod])> =
                nodes.iter().map(|(n, p)| (n.as_str(), &p[..])).collect();
            let got = scores(&NodeResourcesFit, &asking(&asked), &nodes);
            assert_eq!(got, Some(want), "{name}");
        }
    }
}
