//! `TaintToleration`: no pods on nodes whose taints they do not tolerate; rather not on nodes with `PreferNoSchedule` taints.
//!
//! The real thing: pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go.

use super::super::framework::{
    Better, ClusterEvent, Filter, FilterPlugin, PodToPlace, PreFilter, Refusal, Score, ScorePlugin,
    stretch,
};
use super::super::node_info::{NodeInfo, repels, taints};
use crate::api::taints::{find_untolerated, tolerates};
use k8s_openapi::api::core::v1::{Node, Toleration};

/// The plugin.
pub(super) struct TaintToleration;

impl FilterPlugin for TaintToleration {
    fn name(&self) -> &'static str {
        "TaintToleration"
    }

    fn pre_filter<'a>(&self, pod: PodToPlace<'a>) -> PreFilter<'a> {
        PreFilter::Check(Box::new(Tolerations(pod.tolerations())))
    }

    fn is_worth_another_try(&self, pod: PodToPlace<'_>, event: &ClusterEvent<'_>) -> bool {
        let repelled = |node: &Node| {
            let taints = taints(node).iter().filter(|t| repels(t));
            find_untolerated(taints, pod.tolerations()).is_some()
        };
        match (event.node(), event) {
            (Some((before, after)), _) => before.is_none_or(repelled) && !repelled(after),
            (None, event) => matches!(event, ClusterEvent::OwnTolerations),
        }
    }
}

impl ScorePlugin for TaintToleration {
    fn name(&self) -> &'static str {
        FilterPlugin::name(self)
    }

    fn weight(&self) -> i64 {
        3
    }

    fn pre_score<'a>(&self, pod: PodToPlace<'a>) -> Option<Box<dyn Score + 'a>> {
        Some(Box::new(Tolerations(pod.tolerations())))
    }
}

struct Tolerations<'a>(&'a [Toleration]);

impl Filter for Tolerations<'_> {
    fn check(&self, node: &NodeInfo) -> Result<(), Refusal> {
        if !node.repels {
            return Ok(());
        }
        let taints = node.taints().iter().filter(|t| repels(t));
        let Some(taint) = find_untolerated(taints, self.0) else {
            return Ok(());
        };
        let value = taint.value.as_deref().unwrap_or_default();
        Err(Refusal::for_good(format!(
            "node(s) had untolerated taint {{{}: {value}}}",
            taint.key
        )))
    }
}

impl Score for Tolerations<'_> {
    fn score(&self, nodes: &[&NodeInfo], scores: &mut [i64]) {
        for (node, score) in nodes.iter().zip(scores) {
            *score = if node.discourages {
                self.count_untolerated_preferences(node)
            } else {
                0
            };
        }
    }

    fn normalize(&self, scores: &mut [i64]) {
        stretch(scores, Better::Low);
    }
}

impl Tolerations<'_> {
    /// Only tolerations of effect `PreferNoSchedule`, or of any, count here.
    fn count_untolerated_preferences(&self, node: &NodeInfo) -> i64 {
        let mild = |t: &&Toleration| {
            matches!(
                t.effect.as_deref().unwrap_or_default(),
                "" | "PreferNoSchedule"
            )
        };
        let taints = node.taints().iter();
        let untolerated = taints
            .filter(|taint| taint.effect == "PreferNoSchedule")
            .filter(|taint| !self.0.iter().filter(mild).any(|t| tolerates(t, taint)));
        i64::try_from(untolerated.count()).expect("a node has few taints")
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{check, pod_with, scores};
    use super::*;

    #[test]
    fn taints_repel() {
        // Upstream's taint_toleration_test.go, TestTaintTolerationFilter.
        let user1 = "{spec: {taints: [{key: dedicated, value: user1, effect: NoSchedule}]}}";
        let foo = "{spec: {taints: [{key: foo, value: bar, effect: NoSchedule}]}}";
        let mild = "{spec: {taints: [{key: dedicated, value: user1, effect: PreferNoSchedule}]}}";
        let refused = |what: &str| vec![format!("node(s) had untolerated taint {{{what}}}")];
        let table = [
            ("no tolerations", "{}", user1, refused("dedicated: user1")),
            (
                "the same toleration",
                "{tolerations: [{key: dedicated, value: user1, effect: NoSchedule}]}",
                user1,
                vec![],
            ),
            (
                "another value",
                "{tolerations: [{key: dedicated, operator: Equal, value: user2, effect: NoSchedule}]}",
                user1,
                refused("dedicated: user1"),
            ),
            (
                "the key exists",
                "{tolerations: [{key: foo, operator: Exists, effect: NoSchedule}]}",
                foo,
                vec![],
            ),
            (
                "several of both",
                "{tolerations: [{key: dedicated, operator: Equal, value: user2, effect: NoSchedule}, {key: foo, operator: Exists, effect: NoSchedule}]}",
                "{spec: {taints: [{key: dedicated, value: user2, effect: NoSchedule}, {key: foo, value: bar, effect: NoSchedule}]}}",
                vec![],
            ),
            (
                "another effect",
                "{tolerations: [{key: foo, operator: Equal, value: bar, effect: PreferNoSchedule}]}",
                foo,
                refused("foo: bar"),
            ),
            (
                "any effect",
                "{tolerations: [{key: foo, operator: Equal, value: bar}]}",
                foo,
                vec![],
            ),
            ("a mild taint", "{}", mild, vec![]),
            (
                "a mild taint beside a tolerated one",
                "{tolerations: [{key: dedicated, value: user1, effect: NoSchedule}]}",
                mild,
                vec![],
            ),
        ];
        for (name, pod, node, want) in table {
            let got = check(&TaintToleration, &pod_with(pod), node, &[]);
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn mild_taints_cost_points() {
        // Upstream's taint_toleration_test.go, TestTaintTolerationScore.
        let tainted = |taints: &str| format!("{{spec: {{taints: [{taints}]}}}}");
        let foo = "{key: foo, value: bar, effect: PreferNoSchedule}";
        let other = "{key: foo, value: blah, effect: PreferNoSchedule}";
        let cpu = "{key: cpu-type, value: arm64, effect: PreferNoSchedule}";
        let disk = "{key: disk-type, value: ssd, effect: PreferNoSchedule}";
        let hard = "{key: cpu-type, value: arm64, effect: NoSchedule}";
        let hard_disk = "{key: disk-type, value: ssd, effect: NoSchedule}";
        let table = [
            (
                "tolerated taints cost nothing",
                format!("{{tolerations: [{foo}]}}"),
                vec![tainted(foo), tainted(other)],
                vec![100, 0],
            ),
            (
                "the number of tolerated taints does not matter",
                format!("{{tolerations: [{cpu}, {disk}]}}"),
                vec![
                    tainted(""),
                    tainted(cpu),
                    tainted(&format!("{cpu}, {disk}")),
                ],
                vec![100, 100, 100],
            ),
            (
                "the more that are not tolerated, the worse",
                format!("{{tolerations: [{foo}]}}"),
                vec![
                    tainted(""),
                    tainted(cpu),
                    tainted(&format!("{cpu}, {disk}")),
                ],
                vec![100, 50, 0],
            ),
            (
                "only mild taints are looked at",
                format!("{{tolerations: [{hard}, {hard_disk}]}}"),
                vec![
                    tainted(""),
                    tainted(hard),
                    tainted(&format!("{cpu}, {disk}")),
                ],
                vec![100, 100, 0],
            ),
            (
                "no taints at all",
                "{}".to_owned(),
                vec![tainted(""), tainted(cpu)],
                vec![100, 0],
            ),
        ];
        for (name, pod, nodes, want) in table {
            let nodes: Vec<(&str, &[_])> = nodes.iter().map(|n| (n.as_str(), &[][..])).collect();
            let got = scores(&TaintToleration, &pod_with(&pod), &nodes);
            assert_eq!(got, Some(want), "{name}");
        }
    }
}
