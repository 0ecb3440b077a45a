//! What Deployments and ReplicaSets have in common: a selector, and a template that must satisfy it.
//!
//! The real thing: pkg/apis/apps/validation/validation.go (`ValidateDeploymentSpec`, `ValidatePodTemplateSpecForReplicaSet`).
//! Left out: telling `selector: {}` from no selector; both read as no selector.

use super::pod::validation;
use super::{go, selectors};
use crate::api::check::{Errors, Path};
use crate::api::selector;
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

/// The selector, then the template.
pub(super) fn selector_and_template(
    selector: &LabelSelector,
    template: &PodTemplateSpec,
    spec_path: &Path<'_>,
    errors: &mut Errors,
) {
    let selector_path = spec_path.child("selector");
    let empty = selector::is_empty(selector);
    if empty {
        errors.required(&selector_path, "");
    }
    let before = errors.count();
    selectors::validate(selector, &selector_path, errors);
    if errors.count() > before {
        let value = go::selector(selector);
        errors.invalid_go(&selector_path, &value, "invalid label selector");
        return;
    }
    let path = spec_path.child("template");
    let labels = template.metadata.as_ref().and_then(|m| m.labels.as_ref());
    if empty || !selector::matches(selector, labels) {
        let path = path.child("metadata");
        let detail = "`selector` does not match template `labels`";
        errors.invalid_go(&path.child("labels"), &go::map(labels), detail);
    }
    validation::template(template, &path, errors);
    let Some(pod) = &template.spec else { return };
    let path = path.child("spec");
    let restart_policy = pod.restart_policy.as_deref().unwrap_or_default();
    if restart_policy != "Always" {
        errors.not_supported(&path.child("restartPolicy"), restart_policy, &["Always"]);
    }
    if pod.active_deadline_seconds.is_some() {
        let detail = "activeDeadlineSeconds in ReplicaSet is not Supported";
        errors.forbidden(&path.child("activeDeadlineSeconds"), detail);
    }
}

/// The selector of an existing object stays.
pub(super) fn selector_stays(new: &LabelSelector, old: &LabelSelector, errors: &mut Errors) {
    if new != old {
        let spec = Path::root("spec");
        let value = go::selector(new);
        errors.invalid_go(&spec.child("selector"), &value, "field is immutable");
    }
}

/// Numbers of pods in a status: none negative, and no part greater than the whole.
pub(super) fn status_counts(
    counts: &[(&str, Option<i32>)],
    replicas: i32,
    observed_generation: Option<i64>,
    errors: &mut Errors,
) {
    let status = Path::root("status");
    errors.non_negative(&status.child("observedGeneration"), observed_generation);
    errors.non_negative(&status.child("replicas"), Some(replicas));
    for (field, count) in counts {
        errors.non_negative(&status.child(field), *count);
    }
    let of = |wanted: &str| {
        let found = counts.iter().find(|(field, _)| *field == wanted);
        found.and_then(|(_, count)| *count).unwrap_or_default()
    };
    for (field, count) in counts {
        let count = count.unwrap_or_default();
        if *field != "unavailableReplicas" && count > replicas {
            let detail = "cannot be greater than status.replicas";
            errors.invalid(&status.child(field), count, detail);
        }
    }
    if of("availableReplicas") > of("readyReplicas") {
        let detail = "cannot be greater than readyReplicas";
        let available = of("availableReplicas");
        errors.invalid(&status.child("availableReplicas"), available, detail);
    }
}
