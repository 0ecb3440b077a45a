//! `NodeResourcesFit`, the scores: the more of a node would be left over, the better (`LeastAllocated`).
//!
//! The real thing: pkg/scheduler/framework/plugins/noderesources/{least_allocated,resource_allocation}.go.
//! Left out: the strategies MostAllocated and RequestedToCapacityRatio, resources other than CPU and memory, weights other than 1.

use super::super::framework::{FilterPlugin, MAX_NODE_SCORE, PodToPlace, Score, ScorePlugin};
use super::super::node_info::NodeInfo;
use super::node_resources_fit::NodeResourcesFit;

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
                sum += left_over(
                    self.milli_cpu.wrapping_add(node.scored_milli_cpu),
                    has.milli_cpu,
                );
                weights += 1;
            }
            if has.memory != 0 {
                sum += left_over(self.memory.wrapping_add(node.scored_memory), has.memory);
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
    let left = capacity.saturating_sub(requested);
    (left.saturating_mul(MAX_NODE_SCORE) / capacity).min(MAX_NODE_SCORE)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{asking, scores};
    use super::*;
    use crate::api::Pod;

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
