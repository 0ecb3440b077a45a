//! What the kinds with a pod template have in common: a selector, a template that must satisfy it, counts of pods in the status.
//!
//! The real thing: pkg/apis/apps/validation/validation.go (`ValidateDeploymentSpec`, `ValidatePodTemplateSpecForReplicaSet`,
//! `ValidateReplicaSetStatus`).

use super::normal::drop_empty;
use super::pod::{validation, warnings as pod_warnings};
use super::{go, names, selectors};
use crate::api::check::{Errors, Path};
use crate::api::{Object, selector};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where every workload's wishes stand.
pub(super) const SPEC: Path<'static> = Path::root("spec");
/// Where every workload's counts stand.
pub(super) const STATUS: Path<'static> = Path::root("status");

const MISMATCH: &str = "`selector` does not match template `labels`";

/// The selector, then the template, as Deployments and ReplicaSets have them.
pub(super) fn selector_and_template(
    selector: &LabelSelector,
    template: &PodTemplateSpec,
    spec_path: &Path<'_>,
    errors: &mut Errors,
) {
    let selector_path = spec_path.child("selector");
    if !is_said(selector) {
        errors.required(&selector_path, "");
    }
    let before = errors.count();
    selectors::validate(selector, &selector_path, errors);
    let after = errors.count();
    selects_something(selector, "deployment", &selector_path, errors);
    if after > before {
        let value = go::selector(selector);
        errors.invalid_go(&selector_path, &value, "invalid label selector");
        return;
    }
    let path = spec_path.child("template");
    labels_match(selector, template, &path, errors);
    validation::template(template, &path, errors);
    runs_always(template, "ReplicaSet", &path, errors);
}

/// Drops the empty parts of a selector, but keeps `{}` apart from none: as an empty list or map, which is never stored.
pub(super) fn selector_defaults(selector: &mut LabelSelector) {
    if !selector::is_empty(selector) {
        drop_empty(&mut selector.match_labels);
        drop_empty(&mut selector.match_expressions);
    }
}

/// Notes that the author wrote `selector: {}`, of which the type keeps no trace.
pub(in crate::api) fn say_empty_selector(object: &mut Object) {
    let selector = match object {
        Object::Deployment(o) => Arc::make_mut(o).spec.as_mut().map(|s| &mut s.selector),
        Object::ReplicaSet(o) => Arc::make_mut(o).spec.as_mut().map(|s| &mut s.selector),
        Object::StatefulSet(o) => Arc::make_mut(o).spec.as_mut().map(|s| &mut s.selector),
        Object::DaemonSet(o) => Arc::make_mut(o).spec.as_mut().map(|s| &mut s.selector),
        _ => None,
    };
    if let Some(selector) = selector {
        selector.match_expressions.get_or_insert_default();
    }
}

/// Did the author write a selector, be it an empty one?
pub(super) fn is_said(selector: &LabelSelector) -> bool {
    selector.match_labels.is_some() || selector.match_expressions.is_some()
}

/// A selector that asks for nothing is refused.
pub(super) fn selects_something(
    selector: &LabelSelector,
    of: &str,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    if is_said(selector) && selector::is_empty(selector) {
        let shown = LabelSelector {
            match_expressions: None,
            ..selector.clone()
        };
        let detail = format!("empty selector is invalid for {of}");
        errors.invalid_go(path, &go::selector(&shown), &detail);
    }
}

/// Would the pods of this template be selected? No selector selects nothing, an empty one everything.
pub(super) fn labels_match(
    selector: &LabelSelector,
    template: &PodTemplateSpec,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let labels = template_labels(template);
    if !is_said(selector) || !selector::matches(selector, labels) {
        let path = path.child("metadata");
        errors.invalid_go(&path.child("labels"), &go::map(labels), MISMATCH);
    }
}

/// [`labels_match`] for a selector that is a map, as ReplicationControllers have it; an empty one is complained of elsewhere.
pub(super) fn labels_include(
    selector: Option<&BTreeMap<String, String>>,
    template: &PodTemplateSpec,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let labels = template_labels(template);
    if selector.is_some_and(|wanted| !selector::includes(labels, wanted)) {
        let path = path.child("metadata");
        errors.invalid_go(&path.child("labels"), &go::map(labels), MISMATCH);
    }
}

/// The labels that pods of this template have.
pub(super) fn template_labels(template: &PodTemplateSpec) -> Option<&BTreeMap<String, String>> {
    template.metadata.as_ref().and_then(|m| m.labels.as_ref())
}

/// Pods of a controller that replaces them run for ever: no other restart policy, no deadline.
pub(super) fn runs_always(
    template: &PodTemplateSpec,
    controller: &str,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let Some(pod) = &template.spec else { return };
    let path = path.child("spec");
    let restart_policy = pod.restart_policy.as_deref().unwrap_or_default();
    if restart_policy != "Always" {
        errors.not_supported(&path.child("restartPolicy"), restart_policy, &["Always"]);
    }
    if pod.active_deadline_seconds.is_some() {
        let detail = format!("activeDeadlineSeconds in {controller} is not Supported");
        errors.forbidden(&path.child("activeDeadlineSeconds"), &detail);
    }
}

/// The selector of an existing object stays.
pub(super) fn selector_stays(new: &LabelSelector, old: &LabelSelector, errors: &mut Errors) {
    if new != old {
        let value = go::selector(new);
        errors.invalid_go(&SPEC.child("selector"), &value, "field is immutable");
    }
}

/// The generation of an object after an update: one more if what it wishes for has changed.
pub(super) fn generation<T: PartialEq>(old: &ObjectMeta, was: &T, is: &T) -> Option<i64> {
    if was == is {
        return old.generation;
    }
    Some(old.generation.unwrap_or(0) + 1)
}

/// Numbers in a status: none is negative.
pub(super) fn counts(counts: &[(&str, Option<i32>)], errors: &mut Errors) {
    for (field, count) in counts {
        errors.non_negative(&STATUS.child(field), *count);
    }
}

/// Numbers of pods in a status: no part is greater than the whole.
pub(super) fn parts_of(parts: &[(&str, Option<i32>)], replicas: i32, errors: &mut Errors) {
    for (field, count) in parts {
        let count = count.unwrap_or_default();
        if count > replicas {
            let detail = "cannot be greater than status.replicas";
            errors.invalid(&STATUS.child(field), count, detail);
        }
    }
}

/// A pod that is available is ready; `ready_field` is what the message calls the number of the ready ones.
pub(super) fn available_are_ready(
    available: Option<i32>,
    ready: Option<i32>,
    ready_field: &str,
    errors: &mut Errors,
) {
    let available = available.unwrap_or_default();
    if available > ready.unwrap_or_default() {
        let detail = format!("cannot be greater than {ready_field}");
        errors.invalid(&STATUS.child("availableReplicas"), available, &detail);
    }
}

/// All that a ReplicaSet's and a ReplicationController's status must satisfy.
pub(super) fn replica_counts(
    parts: &[(&str, Option<i32>); 3],
    replicas: i32,
    observed_generation: Option<i64>,
    errors: &mut Errors,
) {
    counts(&[("replicas", Some(replicas))], errors);
    counts(parts, errors);
    errors.non_negative(&STATUS.child("observedGeneration"), observed_generation);
    parts_of(parts, replicas, errors);
    let [_, (_, ready), (_, available)] = parts;
    available_are_ready(*available, *ready, "readyReplicas", errors);
}

/// The number of collisions of names only grows.
pub(super) fn collisions_grow(new: Option<i32>, old: Option<i32>, errors: &mut Errors) {
    let value = new.unwrap_or_default();
    if old.is_some_and(|old| new.is_none() || value < old) {
        errors.invalid(
            &STATUS.child("collisionCount"),
            value,
            "cannot be decremented",
        );
    }
}

/// What the author of a workload is warned of: its name, when it is new, and its template.
pub(super) fn warnings(
    metadata: &ObjectMeta,
    template: Option<&PodTemplateSpec>,
    old: Option<&ObjectMeta>,
) -> Vec<String> {
    let mut warnings = match old {
        None => name_warnings(metadata),
        Some(_) => Vec::new(),
    };
    if let Some(template) = template {
        warnings.append(&mut template_warnings(template, metadata, old));
    }
    warnings
}

/// What a template's author is warned of, if it is new: at the beginning, and when an update changes the generation.
pub(super) fn template_warnings(
    template: &PodTemplateSpec,
    metadata: &ObjectMeta,
    old: Option<&ObjectMeta>,
) -> Vec<String> {
    if old.is_some_and(|old| old.generation == metadata.generation) {
        return Vec::new();
    }
    pod_warnings::of_template(template, &SPEC.child("template"))
}

/// A name that pods' names are made of had better be a label.
pub(super) fn name_warnings(metadata: &ObjectMeta) -> Vec<String> {
    let wrong = names::label(metadata.name.as_deref().unwrap_or_default());
    if wrong.is_empty() {
        return Vec::new();
    }
    let wrong = wrong.join(" ");
    vec![format!(
        "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [{wrong}]"
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up() {
        let status = |replicas, parts: [i32; 3], generation| {
            let [labeled, ready, available] = parts.map(Some);
            let mut errors = Errors::new();
            let parts = [
                ("fullyLabeledReplicas", labeled),
                ("readyReplicas", ready),
                ("availableReplicas", available),
            ];
            replica_counts(&parts, replicas, Some(generation), &mut errors);
            let list = errors.into_list();
            list.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        for (name, got, want) in [
            ("right", status(3, [3, 2, 1], 1), vec![]),
            (
                "more than there are",
                status(1, [2, 2, 2], 1),
                vec![
                    "status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas",
                    "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
                    "status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas",
                ],
            ),
            (
                "available but not ready",
                status(3, [3, 1, 2], 1),
                vec![
                    "status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas",
                ],
            ),
            (
                "negative",
                status(0, [0, 0, -1], -1),
                vec![
                    "status.availableReplicas: Invalid value: -1: must be greater than or equal to 0",
                    "status.observedGeneration: Invalid value: -1: must be greater than or equal to 0",
                ],
            ),
        ] {
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn collisions_are_never_forgotten() {
        for (new, old, want) in [
            (Some(1), None, 0),
            (Some(1), Some(1), 0),
            (Some(0), Some(1), 1),
            (None, Some(0), 1),
            (None, None, 0),
        ] {
            let mut errors = Errors::new();
            collisions_grow(new, old, &mut errors);
            assert_eq!(errors.count(), want, "{new:?} {old:?}");
        }
    }

    #[test]
    fn a_name_with_dots_is_warned_of() {
        let named = |name: &str| {
            name_warnings(&ObjectMeta {
                name: Some(name.to_owned()),
                ..ObjectMeta::default()
            })
        };
        assert_eq!(named("web"), [""; 0]);
        assert_eq!(
            named("web.1"),
            [
                "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]"
            ]
        );
    }
}
