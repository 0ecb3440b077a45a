//! `NodeResourcesBalancedAllocation`: rather a node whose CPU and memory would be used up at the same rate.
//!
//! Counted in `f64`, with upstream's operations in upstream's order: the score is cut to a whole number at the end, and integers would cut
//! differently where the binary fraction falls just short of it (`(1 - 0.1) * 100`). These operations are exact in IEEE 754, so every
//! machine gets the same.
//!
//! The real thing: pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go.
//! Left out: resources other than CPU and memory.

use super::super::framework::{MAX_NODE_SCORE, PodToPlace, Score, ScorePlugin};
use super::super::node_info::NodeInfo;

/// The plugin.
pub(super) struct NodeResourcesBalancedAllocation;

impl ScorePlugin for NodeResourcesBalancedAllocation {
    fn name(&self) -> &'static str {
        "NodeResourcesBalancedAllocation"
    }

    fn weight(&self) -> i64 {
        1
    }

    fn pre_score<'a>(&self, pod: PodToPlace<'a>) -> Option<Box<dyn Score + 'a>> {
        let asks = &pod.used.requests;
        if asks.milli_cpu == 0 && asks.memory == 0 {
            return None;
        }
        Some(Box::new(Balance {
            milli_cpu: asks.milli_cpu,
            memory: asks.memory,
        }))
    }
}

/// What the pod asks for, without the defaults for scoring.
struct Balance {
    milli_cpu: i64,
    memory: i64,
}

impl Score for Balance {
    fn score(&self, nodes: &[&NodeInfo], scores: &mut [i64]) {
        for (node, score) in nodes.iter().zip(scores) {
            let (has, taken) = (&node.allocatable, &node.requested);
            *score = if has.milli_cpu == 0 || has.memory == 0 {
                MAX_NODE_SCORE
            } else {
                balance(
                    fraction(self.milli_cpu.wrapping_add(taken.milli_cpu), has.milli_cpu),
                    fraction(self.memory.wrapping_add(taken.memory), has.memory),
                )
            };
        }
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "upstream loses it too, and the scores must be upstream's"
)]
fn fraction(requested: i64, capacity: i64) -> f64 {
    (requested as f64 / capacity as f64).min(1.0)
}

/// The standard deviation of two numbers is half their distance.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "cut to a whole number between 0 and 100, as upstream does"
)]
fn balance(cpu: f64, memory: f64) -> i64 {
    let deviation = ((cpu - memory) / 2.0).abs();
    ((1.0 - deviation) * MAX_NODE_SCORE as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{asking, scores};
    use super::*;
    use crate::api::Pod;

    #[test]
    fn the_more_even_the_better() {
        // Upstream's balanced_allocation_test.go, TestNodeResourcesBalancedAllocation.
        let node = |cpu: i64, memory: i64| {
            format!("{{status: {{allocatable: {{cpu: {cpu}m, memory: {memory}}}}}}}")
        };
        let two = ["cpu: 1000m, memory: 2000", "cpu: 2000m, memory: 3000"];
        let only_cpu = ["cpu: 1000m, memory: 0", "cpu: 2000m, memory: 0"];
        let table = [
            (
                "best effort is skipped",
                vec!["cpu: 0"],
                vec![(node(4000, 10000), vec![]), (node(4000, 10000), vec![])],
                None,
            ),
            (
                "nothing taken",
                two.to_vec(),
                vec![(node(4000, 10000), vec![]), (node(6000, 10000), vec![])],
                Some(vec![87, 100]),
            ),
            (
                "something taken",
                two.to_vec(),
                vec![
                    (node(10000, 20000), vec![asking(&only_cpu)]),
                    (node(10000, 20000), vec![asking(&two)]),
                ],
                Some(vec![82, 95]),
            ),
            (
                "nodes of two sizes",
                two.to_vec(),
                vec![
                    (node(10000, 20000), vec![asking(&only_cpu)]),
                    (node(10000, 50000), vec![asking(&two)]),
                ],
                Some(vec![82, 80]),
            ),
            (
                "more than there is",
                only_cpu.to_vec(),
                vec![
                    (node(6000, 10000), vec![asking(&only_cpu)]),
                    (node(6000, 10000), vec![asking(&two)]),
                ],
                Some(vec![50, 75]),
            ),
        ];
        for (name, asked, nodes, want) in table {
            let nodes: Vec<(&str, &[Pod])> =
                nodes.iter().map(|(n, p)| (n.as_str(), &p[..])).collect();
            let got = scores(&NodeResourcesBalancedAllocation, &asking(&asked), &nodes);
            assert_eq!(got, want, "{name}");
        }
    }
}
