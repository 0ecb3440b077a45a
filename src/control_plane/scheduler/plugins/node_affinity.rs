//! `NodeAffinity`: only nodes that `nodeSelector` and the required node affinity allow; rather those that the preferred terms name.
//!
//! The real thing: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go.
//! Left out: affinity added by the scheduler's configuration.

use super::super::framework::{
    Better, ClusterEvent, Filter, FilterPlugin, PodToPlace, PreFilter, Refusal, Score, ScorePlugin,
    stretch,
};
use super::super::node_info::NodeInfo;
use super::super::node_selector::matches_term;
use crate::api::Name;
use k8s_openapi::api::core::v1::{
    Node, NodeAffinity as Affinity, NodeSelectorTerm, PodSpec, PreferredSchedulingTerm,
};
use std::collections::BTreeMap;

const REASON: &str = "node(s) didn't match Pod's node affinity/selector";
const REASON_CONFLICT: &str = "pod affinity terms conflict";

/// The plugin.
pub(super) struct NodeAffinity;

impl FilterPlugin for NodeAffinity {
    fn name(&self) -> &'static str {
        "NodeAffinity"
    }

    fn pre_filter<'a>(&self, pod: PodToPlace<'a>) -> PreFilter<'a> {
        let Some(required) = Required::of(pod.spec) else {
            return PreFilter::Skip;
        };
        match required.named_nodes() {
            None => PreFilter::Check(Box::new(required)),
            Some(names) if names.is_empty() => {
                PreFilter::Refuse(Refusal::for_good(Name::new_static(REASON_CONFLICT)))
            }
            Some(names) => PreFilter::CheckOnly(names, Box::new(required)),
        }
    }

    fn is_worth_another_try(&self, pod: PodToPlace<'_>, event: &ClusterEvent<'_>) -> bool {
        let Some((before, after)) = event.node() else {
            return false;
        };
        let allowed = |node: &Node| Required::of(pod.spec).is_none_or(|r| r.allows(node));
        allowed(after) && !before.is_some_and(allowed)
    }
}

impl ScorePlugin for NodeAffinity {
    fn name(&self) -> &'static str {
        FilterPlugin::name(self)
    }

    fn weight(&self) -> i64 {
        2
    }

    fn pre_score<'a>(&self, pod: PodToPlace<'a>) -> Option<Box<dyn Score + 'a>> {
        let affinity = affinity(pod.spec)?;
        let terms = affinity
            .preferred_during_scheduling_ignored_during_execution
            .as_deref()?;
        Some(Box::new(Preferred(terms)))
    }
}

fn affinity(spec: &PodSpec) -> Option<&Affinity> {
    spec.affinity.as_ref()?.node_affinity.as_ref()
}

/// What a node must be.
struct Required<'a> {
    selector: Option<&'a BTreeMap<String, String>>,
    terms: Option<&'a [NodeSelectorTerm]>,
}

impl<'a> Required<'a> {
    fn of(spec: &'a PodSpec) -> Option<Self> {
        let selector = spec.node_selector.as_ref();
        let terms = affinity(spec)
            .and_then(|a| {
                a.required_during_scheduling_ignored_during_execution
                    .as_ref()
            })
            .map(|required| required.node_selector_terms.as_slice());
        (selector.is_some() || terms.is_some()).then_some(Self { selector, terms })
    }

    fn allows(&self, node: &Node) -> bool {
        let labels = node.metadata.labels.as_ref();
        let has = |(key, value): (&String, &String)| {
            labels.and_then(|labels| labels.get(key)) == Some(value)
        };
        self.selector.into_iter().flatten().all(has)
            && self
                .terms
                .is_none_or(|terms| terms.iter().any(|term| matches_term(term, node)))
    }

    /// The nodes that the terms name with `metadata.name`, if every term names some: then no other node can do.
    fn named_nodes(&self) -> Option<Vec<Name>> {
        let mut names: Vec<Name> = Vec::new();
        for term in self.terms.filter(|terms| !terms.is_empty())? {
            let fields = term.match_fields.iter().flatten();
            let mut named = fields
                .filter(|field| field.key == "metadata.name" && field.operator == "In")
                .map(|field| field.values.as_deref().unwrap_or(&[]));
            let first = named.next()?;
            let rest: Vec<&[String]> = named.collect();
            let in_all = |name: &&String| rest.iter().all(|values| values.contains(name));
            names.extend(first.iter().filter(in_all).map(Name::from));
        }
        names.sort();
        names.dedup();
        Some(names)
    }
}

impl Filter for Required<'_> {
    fn check(&self, node: &NodeInfo) -> Result<(), Refusal> {
        if node.node.as_deref().is_some_and(|node| self.allows(node)) {
            return Ok(());
        }
        Err(Refusal::for_good(Name::new_static(REASON)))
    }
}

struct Preferred<'a>(&'a [PreferredSchedulingTerm]);

impl Score for Preferred<'_> {
    fn score(&self, nodes: &[&NodeInfo], scores: &mut [i64]) {
        for (info, score) in nodes.iter().zip(scores) {
            let Some(node) = info.node.as_deref() else {
                *score = 0;
                continue;
            };
            let terms = self.0.iter();
            *score = terms
                .filter(|term| matches_term(&term.preference, node))
                .map(|term| i64::from(term.weight))
                .sum();
        }
    }

    fn normalize(&self, scores: &mut [i64]) {
        stretch(scores, Better::High);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{check, pod_with, scores};
    use super::*;

    #[test]
    fn nodes_must_match() {
        // Upstream's node_affinity_test.go, TestNodeAffinity.
        let required = |terms: &str| {
            format!(
                "{{affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{terms}]}}}}}}}}"
            )
        };
        let expressions = |list: &str| required(&format!("{{matchExpressions: [{list}]}}"));
        let (yes, no, conflict) = (vec![], vec![REASON], vec![REASON_CONFLICT]);
        let table: Vec<(&str, String, &str, Vec<&str>)> = vec![
            ("no selector", "{}".into(), "", yes.clone()),
            (
                "missing label",
                "{nodeSelector: {foo: bar}}".into(),
                "",
                no.clone(),
            ),
            (
                "same label",
                "{nodeSelector: {foo: bar}}".into(),
                "foo: bar",
                yes.clone(),
            ),
            (
                "labels are a superset",
                "{nodeSelector: {foo: bar}}".into(),
                "foo: bar, baz: blah",
                yes.clone(),
            ),
            (
                "labels are a subset",
                "{nodeSelector: {foo: bar, baz: blah}}".into(),
                "foo: bar",
                no.clone(),
            ),
            (
                "In",
                expressions("{key: foo, operator: In, values: [bar, value2]}"),
                "foo: bar",
                yes.clone(),
            ),
            (
                "Gt",
                expressions("{key: kernel-version, operator: Gt, values: ['0204']}"),
                "kernel-version: '0206'",
                yes.clone(),
            ),
            (
                "Lt, not a number",
                expressions("{key: kernel-version, operator: Lt, values: ['5']}"),
                "kernel-version: new",
                no.clone(),
            ),
            (
                "NotIn",
                expressions("{key: mem-type, operator: NotIn, values: [DDR, DDR2]}"),
                "mem-type: DDR3",
                yes.clone(),
            ),
            (
                "NotIn without the label",
                expressions("{key: mem-type, operator: NotIn, values: [DDR]}"),
                "",
                yes.clone(),
            ),
            (
                "Exists",
                expressions("{key: GPU, operator: Exists}"),
                "GPU: NVIDIA-GRID-K1",
                yes.clone(),
            ),
            (
                "DoesNotExist",
                expressions("{key: GPU, operator: DoesNotExist}"),
                "GPU: NVIDIA-GRID-K1",
                no.clone(),
            ),
            (
                "not In",
                expressions("{key: foo, operator: In, values: [value1, value2]}"),
                "foo: bar",
                no.clone(),
            ),
            ("no terms", required(""), "foo: bar", no.clone()),
            ("empty term", required("{}"), "foo: bar", no.clone()),
            (
                "both expressions",
                expressions(
                    "{key: GPU, operator: Exists}, {key: GPU, operator: NotIn, values: [AMD, INTEL]}",
                ),
                "GPU: NVIDIA",
                yes.clone(),
            ),
            (
                "one of two expressions",
                expressions(
                    "{key: GPU, operator: Exists}, {key: GPU, operator: In, values: [AMD]}",
                ),
                "GPU: NVIDIA",
                no.clone(),
            ),
            (
                "one of two terms",
                required(
                    "{matchExpressions: [{key: foo, operator: In, values: [bar]}]}, {matchExpressions: [{key: diff, operator: Exists}]}",
                ),
                "foo: bar",
                yes.clone(),
            ),
            (
                "affinity and selector",
                format!(
                    "{{nodeSelector: {{foo: other}}, {}",
                    &expressions("{key: foo, operator: Exists}")[1..]
                ),
                "foo: bar",
                no.clone(),
            ),
            (
                "field",
                required("{matchFields: [{key: metadata.name, operator: In, values: [node1]}]}"),
                "",
                yes.clone(),
            ),
            (
                "another field",
                required("{matchFields: [{key: metadata.name, operator: In, values: [node2]}]}"),
                "",
                no.clone(),
            ),
            (
                "field or expression",
                required(
                    "{matchFields: [{key: metadata.name, operator: In, values: [node2]}]}, {matchExpressions: [{key: foo, operator: In, values: [bar]}]}",
                ),
                "foo: bar",
                yes.clone(),
            ),
            (
                "field and expression",
                required(
                    "{matchFields: [{key: metadata.name, operator: In, values: [node1]}], matchExpressions: [{key: foo, operator: In, values: [not]}]}",
                ),
                "foo: bar",
                no,
            ),
            (
                "fields that exclude each other",
                required(
                    "{matchFields: [{key: metadata.name, operator: In, values: [node1]}, {key: metadata.name, operator: In, values: [node2]}]}",
                ),
                "",
                conflict,
            ),
        ];
        for (name, pod, labels, want) in table {
            let node = format!("{{metadata: {{name: node1, labels: {{{labels}}}}}}}");
            let got = check(&NodeAffinity, &pod_with(&pod), &node, &[]);
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn preferences_score() {
        // Upstream's node_affinity_test.go, TestNodeAffinityPriority.
        let preferring = |terms: &str| {
            format!(
                "{{affinity: {{nodeAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{terms}]}}}}}}"
            )
        };
        let foo = "{weight: 2, preference: {matchExpressions: [{key: foo, operator: In, values: [bar]}]}}";
        let key = "{weight: 4, preference: {matchExpressions: [{key: key, operator: In, values: [value]}]}}";
        let all = "{weight: 5, preference: {matchExpressions: [{key: foo, operator: In, values: [bar]}, {key: key, operator: In, values: [value]}, {key: az, operator: In, values: [az1]}]}}";
        let empty = "{weight: 1, preference: {}}";
        let nodes = [
            "foo: bar",
            "key: value",
            "az: az1",
            "foo: bar, key: value, az: az1",
        ];
        let table = [
            ("no affinity", "{}".to_owned(), None),
            (
                "only required",
                "{nodeSelector: {foo: bar}}".to_owned(),
                None,
            ),
            (
                "an empty preference",
                preferring(empty),
                Some(vec![0, 0, 0, 0]),
            ),
            (
                "one preference",
                preferring(foo),
                Some(vec![100, 0, 0, 100]),
            ),
            (
                "three preferences",
                preferring(&format!("{foo}, {key}, {all}")),
                Some(vec![18, 36, 0, 100]),
            ),
        ];
        for (name, pod, want) in table {
            let nodes =
                nodes.map(|labels| format!("{{metadata: {{name: node1, labels: {{{labels}}}}}}}"));
            let nodes: Vec<(&str, &[_])> = nodes.iter().map(|n| (n.as_str(), &[][..])).collect();
            let got = scores(&NodeAffinity, &pod_with(&pod), &nodes);
            assert_eq!(got, want, "{name}");
        }
    }
}
