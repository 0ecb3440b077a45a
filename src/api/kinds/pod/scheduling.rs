//! What is wrong with the fields that say where a pod may run.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`validateAffinity`, `ValidateTolerations`, `validateTopologySpreadConstraints`,
//! `validateSchedulingGates`), staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go (`ValidateLabelSelector`).

use super::super::names;
use super::super::normal::{list, text};
use super::super::selectors;
use crate::api::check::{Errors, Path};
use crate::api::labels;
use k8s_openapi::api::core::v1::{
    Affinity, NodeSelectorRequirement, NodeSelectorTerm, PodAffinityTerm, PodSpec, Toleration,
    TopologySpreadConstraint, WeightedPodAffinityTerm,
};

const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// `tolerations`.
pub(crate) fn tolerations(tolerations: &[Toleration], path: &Path<'_>, errors: &mut Errors) {
    for (index, toleration) in tolerations.iter().enumerate() {
        let path = path.index(index);
        let operator_path = path.child("operator");
        let key = text(&toleration.key);
        let (operator, value) = (text(&toleration.operator), text(&toleration.value));
        let effect = text(&toleration.effect);
        if !key.is_empty() {
            errors.invalid_text(&path.child("key"), key, labels::qualified_name(key));
        } else if operator != "Exists" {
            let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.invalid(&operator_path, operator, detail);
        }
        if toleration.toleration_seconds.is_some() && effect != "NoExecute" {
            let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            errors.invalid(&path.child("effect"), effect, detail);
        }
        match operator {
            "Equal" | "" => {
                let wrong = labels::label_value(value);
                if !wrong.is_empty() {
                    errors.invalid(&operator_path, value, &wrong.join(";"));
                }
            }
            "Exists" if value.is_empty() => {}
            "Exists" => {
                let detail = "value must be empty when `operator` is 'Exists'";
                errors.invalid(&operator_path, value, detail);
            }
            _ => errors.not_supported(&operator_path, operator, &["Equal", "Exists"]),
        }
        let effect = Some(effect).filter(|e| !e.is_empty());
        errors.known(&path.child("effect"), effect, EFFECTS);
    }
}

/// The effect of a taint, which must be there.
pub(crate) fn taint_effect(effect: &str, path: &Path<'_>, errors: &mut Errors) {
    errors.one_of(path, Some(effect), EFFECTS);
}

/// `affinity`.
pub(crate) fn affinity(affinity: &Affinity, path: &Path<'_>, errors: &mut Errors) {
    const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
    if let Some(nodes) = &affinity.node_affinity {
        let path = path.child("nodeAffinity");
        if let Some(required) = &nodes.required_during_scheduling_ignored_during_execution {
            let path = path.child(REQUIRED);
            node_terms(
                &required.node_selector_terms,
                &path.child("nodeSelectorTerms"),
                errors,
            );
        }
        let path = path.child(PREFERRED);
        let preferred = &nodes.preferred_during_scheduling_ignored_during_execution;
        for (index, term) in list(preferred).iter().enumerate() {
            let path = path.index(index);
            weight(term.weight, &path.child("weight"), errors);
            node_term(
                &term.preference,
                Values::Any,
                &path.child("preference"),
                errors,
            );
        }
    }
    let pods = affinity.pod_affinity.as_ref().map(|a| {
        let required = list(&a.required_during_scheduling_ignored_during_execution);
        (
            required,
            list(&a.preferred_during_scheduling_ignored_during_execution),
        )
    });
    let away = affinity.pod_anti_affinity.as_ref().map(|a| {
        let required = list(&a.required_during_scheduling_ignored_during_execution);
        (
            required,
            list(&a.preferred_during_scheduling_ignored_during_execution),
        )
    });
    for (field, terms) in [("podAffinity", pods), ("podAntiAffinity", away)] {
        let Some((required, preferred)) = terms else {
            continue;
        };
        let path = path.child(field);
        let required_path = path.child(REQUIRED);
        for (index, term) in required.iter().enumerate() {
            pod_term(term, &required_path.index(index), errors);
        }
        weighted_terms(preferred, &path.child(PREFERRED), errors);
    }
}

fn weighted_terms(terms: &[WeightedPodAffinityTerm], path: &Path<'_>, errors: &mut Errors) {
    for (index, term) in terms.iter().enumerate() {
        let path = path.index(index);
        weight(term.weight, &path.child("weight"), errors);
        pod_term(
            &term.pod_affinity_term,
            &path.child("podAffinityTerm"),
            errors,
        );
    }
}

fn weight(weight: i32, path: &Path<'_>, errors: &mut Errors) {
    if !(1..=100).contains(&weight) {
        errors.invalid(path, weight, "must be in the range 1-100");
    }
}

/// The terms of a required node affinity, of a pod or of a volume.
pub(crate) fn node_terms(terms: &[NodeSelectorTerm], path: &Path<'_>, errors: &mut Errors) {
    if terms.is_empty() {
        errors.required(path, "must have at least one node selector term");
    }
    for (index, term) in terms.iter().enumerate() {
        node_term(term, Values::LabelValues, &path.index(index), errors);
    }
}

/// Whether a requirement's values must be possible values of labels.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    LabelValues,
    Any,
}

fn node_term(term: &NodeSelectorTerm, values: Values, path: &Path<'_>, errors: &mut Errors) {
    let expressions_path = path.child("matchExpressions");
    for (index, requirement) in list(&term.match_expressions).iter().enumerate() {
        node_requirement(requirement, values, &expressions_path.index(index), errors);
    }
    let fields_path = path.child("matchFields");
    for (index, requirement) in list(&term.match_fields).iter().enumerate() {
        node_field(requirement, &fields_path.index(index), errors);
    }
}

fn node_requirement(
    requirement: &NodeSelectorRequirement,
    values_rule: Values,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let values = list(&requirement.values);
    let values_path = path.child("values");
    match requirement.operator.as_str() {
        "In" | "NotIn" if values.is_empty() => {
            let detail = "must be specified when `operator` is 'In' or 'NotIn'";
            errors.required(&values_path, detail);
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
            errors.forbidden(&values_path, detail);
        }
        "Gt" | "Lt" if values.len() != 1 => {
            let detail = "must be specified single value when `operator` is 'Lt' or 'Gt'";
            errors.required(&values_path, detail);
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
        operator => {
            let detail = "not a valid selector operator";
            errors.invalid(&path.child("operator"), operator, detail);
        }
    }
    let key = requirement.key.as_str();
    errors.invalid_text(&path.child("key"), key, labels::qualified_name(key));
    if values_rule == Values::LabelValues {
        for (index, value) in values.iter().enumerate() {
            errors.invalid_text(&values_path.index(index), value, labels::label_value(value));
        }
    }
}

/// `matchFields` knows only the node's name.
fn node_field(requirement: &NodeSelectorRequirement, path: &Path<'_>, errors: &mut Errors) {
    let values = list(&requirement.values);
    let values_path = path.child("values");
    match requirement.operator.as_str() {
        "In" | "NotIn" if values.len() != 1 => {
            let detail =
                "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
            errors.required(&values_path, detail);
        }
        "In" | "NotIn" => {}
        operator => {
            let detail = "not a valid selector operator";
            errors.invalid(&path.child("operator"), operator, detail);
        }
    }
    if requirement.key != "metadata.name" {
        let detail = "not a valid field selector key";
        errors.invalid(&path.child("key"), requirement.key.as_str(), detail);
        return;
    }
    for (index, value) in values.iter().enumerate() {
        errors.invalid_text(&values_path.index(index), value, names::subdomain(value));
    }
}

fn pod_term(term: &PodAffinityTerm, path: &Path<'_>, errors: &mut Errors) {
    for (field, selector) in [
        ("labelSelector", &term.label_selector),
        ("namespaceSelector", &term.namespace_selector),
    ] {
        if let Some(selector) = selector {
            selectors::validate(selector, &path.child(field), errors);
        }
    }
    for name in list(&term.namespaces) {
        errors.invalid_text(&path.child("namespace"), name, names::label(name));
    }
    let (matching, other) = (
        list(&term.match_label_keys),
        list(&term.mismatch_label_keys),
    );
    for (field, keys) in [("matchLabelKeys", matching), ("mismatchLabelKeys", other)] {
        let path = path.child(field);
        if !keys.is_empty() && term.label_selector.is_none() {
            let detail = "must not be specified when labelSelector is not set";
            errors.forbidden(&path, detail);
            continue;
        }
        for (index, key) in keys.iter().enumerate() {
            errors.invalid_text(&path.index(index), key, labels::qualified_name(key));
        }
    }
    let keys_path = path.child("matchLabelKeys");
    for (index, key) in matching
        .iter()
        .enumerate()
        .filter(|(_, k)| other.contains(k))
    {
        let detail = "exists in both matchLabelKeys and mismatchLabelKeys";
        errors.invalid(&keys_path.index(index), key.as_str(), detail);
    }
    let key_path = path.child("topologyKey");
    let key = term.topology_key.as_str();
    if key.is_empty() {
        errors.required(&key_path, "can not be empty");
    }
    errors.invalid_text(&key_path, key, labels::qualified_name(key));
}

/// `topologySpreadConstraints`.
pub(crate) fn spread(spec: &PodSpec, path: &Path<'_>, errors: &mut Errors) {
    let constraints = list(&spec.topology_spread_constraints);
    for (index, constraint) in constraints.iter().enumerate() {
        let path = path.index(index);
        if constraint.max_skew <= 0 {
            let detail = "must be greater than zero";
            errors.invalid(&path.child("maxSkew"), constraint.max_skew, detail);
        }
        if constraint.topology_key.is_empty() {
            errors.required(&path.child("topologyKey"), "can not be empty");
        }
        let action = constraint.when_unsatisfiable.as_str();
        errors.known(
            &path.child("whenUnsatisfiable"),
            Some(action),
            &["DoNotSchedule", "ScheduleAnyway"],
        );
        let same = |other: &TopologySpreadConstraint| {
            other.topology_key == constraint.topology_key && other.when_unsatisfiable == action
        };
        if constraints[index + 1..].iter().any(same) {
            let value = format!("{{{}, {action}}}", constraint.topology_key);
            errors.duplicate(&path.child("{topologyKey, whenUnsatisfiable}"), value);
        }
        min_domains(constraint, &path.child("minDomains"), errors);
        for (field, policy) in [
            ("nodeAffinityPolicy", &constraint.node_affinity_policy),
            ("nodeTaintsPolicy", &constraint.node_taints_policy),
        ] {
            errors.known(&path.child(field), policy.as_deref(), &["Honor", "Ignore"]);
        }
        spread_keys(constraint, &path.child("matchLabelKeys"), errors);
        if let Some(selector) = &constraint.label_selector {
            selectors::validate(selector, &path.child("labelSelector"), errors);
        }
    }
}

fn min_domains(constraint: &TopologySpreadConstraint, path: &Path<'_>, errors: &mut Errors) {
    let Some(domains) = constraint.min_domains else {
        return;
    };
    if domains <= 0 {
        errors.invalid(path, domains, "must be greater than zero");
    }
    if constraint.when_unsatisfiable != "DoNotSchedule" {
        let detail = format!(
            "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}",
            constraint.when_unsatisfiable
        );
        errors.invalid(path, domains, &detail);
    }
}

fn spread_keys(constraint: &TopologySpreadConstraint, path: &Path<'_>, errors: &mut Errors) {
    let keys = list(&constraint.match_label_keys);
    if keys.is_empty() {
        return;
    }
    let selector = constraint.label_selector.as_ref();
    if selector.is_none() {
        let detail = "must not be specified when labelSelector is not set";
        errors.forbidden(path, detail);
    }
    let selected = |key: &String| {
        selector.is_some_and(|s| {
            s.match_labels.as_ref().is_some_and(|l| l.contains_key(key))
                || list(&s.match_expressions).iter().any(|e| e.key == *key)
        })
    };
    for (index, key) in keys.iter().enumerate() {
        let path = path.index(index);
        errors.invalid_text(&path, key, labels::qualified_name(key));
        if selected(key) {
            let detail = "exists in both matchLabelKeys and labelSelector";
            errors.invalid(&path, key.as_str(), detail);
        }
    }
}

/// `readinessGates` and `schedulingGates`.
pub(crate) fn gates(spec: &PodSpec, path: &Path<'_>, errors: &mut Errors) {
    let readiness_path = path.child("readinessGates");
    for (index, gate) in list(&spec.readiness_gates).iter().enumerate() {
        let kind = gate.condition_type.as_str();
        let path = readiness_path.index(index);
        errors.invalid_text(
            &path.child("conditionType"),
            kind,
            labels::qualified_name(kind),
        );
    }
    let gates = list(&spec.scheduling_gates);
    let gates_path = path.child("schedulingGates");
    for (index, gate) in gates.iter().enumerate() {
        let path = gates_path.index(index);
        errors.invalid_text(&path, &gate.name, labels::qualified_name(&gate.name));
        if gates[..index].iter().any(|g| g.name == gate.name) {
            errors.duplicate(&path, gate.name.as_str());
        }
    }
}

/// A pod with users of its own cannot share the node's namespaces.
pub(crate) fn host_users(spec: &PodSpec, path: &Path<'_>, errors: &mut Errors) {
    if spec.host_users != Some(false) {
        return;
    }
    for (field, shared) in [
        ("hostNetwork", spec.host_network),
        ("HostPID", spec.host_pid),
        ("HostIPC", spec.host_ipc),
    ] {
        if shared == Some(true) {
            let detail = "when `pod.Spec.HostUsers` is false";
            errors.forbidden(&path.child(field), detail);
        }
    }
}
