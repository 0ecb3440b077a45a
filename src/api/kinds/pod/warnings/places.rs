//! Warnings about where a pod may run: labels of former times, selectors that select nothing.
//!
//! The real thing: pkg/api/pod/warnings.go, pkg/api/node/util.go (`GetWarningsForNodeSelectorTerm`).

use crate::api::check::Path;
use crate::api::kinds::normal::list;
use crate::api::labels;
use k8s_openapi::api::core::v1::{
    Affinity, NodeSelectorTerm, PodAffinityTerm, PodSpec, WeightedPodAffinityTerm,
};

const NO_SELECTOR: &str = "a null labelSelector results in matching no pod";

/// Labels of nodes that have other names today.
const OLD_LABELS: &[(&str, &str)] = &[
    (
        "beta.kubernetes.io/arch",
        "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
    ),
    (
        "beta.kubernetes.io/os",
        "deprecated since v1.14; use \"kubernetes.io/os\" instead",
    ),
    (
        "failure-domain.beta.kubernetes.io/region",
        "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
    ),
    (
        "failure-domain.beta.kubernetes.io/zone",
        "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
    ),
    (
        "beta.kubernetes.io/instance-type",
        "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
    ),
    ("app.kubernetes.io/created-by", "deprecated since v1.9"),
    (
        "scheduler.alpha.kubernetes.io/preferAvoidPods",
        "deprecated since v1.22; use Taints and Tolerations instead",
    ),
    (
        "node-role.kubernetes.io/master",
        "use \"node-role.kubernetes.io/control-plane\" instead",
    ),
];

/// Node selector, node affinity, spreading.
pub(super) fn of_spec(spec: &PodSpec, path: &Path<'_>, warnings: &mut Vec<String>) {
    let selector = path.child("nodeSelector");
    for key in spec.node_selector.iter().flatten().map(|(key, _)| key) {
        if let Some(why) = old_label(key) {
            warnings.push(format!("{}: {why}", selector.key(key)));
        }
    }
    let affinity = spec.affinity.as_ref();
    if let Some(affinity) = affinity.and_then(|a| a.node_affinity.as_ref()) {
        let path = path.child("affinity");
        let path = path.child("nodeAffinity");
        let required = affinity
            .required_during_scheduling_ignored_during_execution
            .as_ref();
        let path_of_required = path.child("requiredDuringSchedulingIgnoredDuringExecution");
        let path_of_required = path_of_required.child("nodeSelectorTerms");
        let terms = required.map_or(&[][..], |selector| &selector.node_selector_terms);
        for (index, term) in terms.iter().enumerate() {
            warnings.append(&mut of_term(term, &path_of_required.index(index)));
        }
        let path = path.child("preferredDuringSchedulingIgnoredDuringExecution");
        let preferred = list(&affinity.preferred_during_scheduling_ignored_during_execution);
        for (index, term) in preferred.iter().enumerate() {
            let path = path.index(index);
            warnings.append(&mut of_term(&term.preference, &path.child("preference")));
        }
    }
    let path = path.child("topologySpreadConstraints");
    for (index, constraint) in list(&spec.topology_spread_constraints).iter().enumerate() {
        let path = path.index(index);
        let key = &constraint.topology_key;
        if let Some(why) = old_label(key) {
            warnings.push(format!("{}: {key} is {why}", path.child("topologyKey")));
        }
        if constraint.label_selector.is_none() {
            warnings.push(format!("{}: {NO_SELECTOR}", path.child("labelSelector")));
        }
    }
}

/// Affinity to pods, and against them.
pub(super) fn pod_affinity(affinity: &Affinity, path: &Path<'_>, warnings: &mut Vec<String>) {
    type Terms<'a> = (
        &'a str,
        &'a [PodAffinityTerm],
        &'a [WeightedPodAffinityTerm],
    );
    let near = affinity.pod_affinity.as_ref().map(|affinity| -> Terms<'_> {
        (
            "podAffinity",
            list(&affinity.required_during_scheduling_ignored_during_execution),
            list(&affinity.preferred_during_scheduling_ignored_during_execution),
        )
    });
    let far = affinity.pod_anti_affinity.as_ref();
    let far = far.map(|affinity| -> Terms<'_> {
        (
            "podAntiAffinity",
            list(&affinity.required_during_scheduling_ignored_during_execution),
            list(&affinity.preferred_during_scheduling_ignored_during_execution),
        )
    });
    for (field, required, preferred) in near.into_iter().chain(far) {
        let path = path.child(field);
        let of_required = path.child("requiredDuringSchedulingIgnoredDuringExecution");
        for (index, term) in required.iter().enumerate() {
            if term.label_selector.is_none() {
                let path = of_required.index(index);
                warnings.push(format!("{}: {NO_SELECTOR}", path.child("labelSelector")));
            }
        }
        let of_preferred = path.child("preferredDuringSchedulingIgnoredDuringExecution");
        for (index, term) in preferred.iter().enumerate() {
            if term.pod_affinity_term.label_selector.is_none() {
                let path = of_preferred.index(index);
                let path = path.child("podAffinityTerm");
                warnings.push(format!("{}: {NO_SELECTOR}", path.child("labelSelector")));
            }
        }
    }
}

/// `KEY is deprecated …` about the terms of a node selector; `None` of them if all are as one writes them today.
pub(in crate::api::kinds) fn of_term(term: &NodeSelectorTerm, path: &Path<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    let path = path.child("matchExpressions");
    for (index, expression) in list(&term.match_expressions).iter().enumerate() {
        let path = path.index(index);
        if let Some(why) = old_label(&expression.key) {
            let (path, key) = (path.child("key"), &expression.key);
            warnings.push(format!("{path}: {key} is {why}"));
        }
        let path = path.child("values");
        for (index, value) in list(&expression.values).iter().enumerate() {
            let path = path.index(index);
            let wrong = labels::label_value(value).into_iter();
            warnings.extend(wrong.map(|why| format!("{path}: {value} is invalid, {why}")));
        }
    }
    warnings
}

/// What to say of a node's label of former times.
pub(in crate::api::kinds) fn old_label(key: &str) -> Option<&'static str> {
    let found = OLD_LABELS.iter().find(|(old, _)| *old == key);
    found.map(|(_, why)| *why)
}
