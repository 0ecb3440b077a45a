//! What is wrong with a HorizontalPodAutoscaler's spec, but for its metrics.
//!
//! The real thing: pkg/apis/autoscaling/validation/validation.go (`validateHorizontalPodAutoscalerSpec`, `validateBehavior`,
//! `ValidateCrossVersionObjectReference`).

use super::super::names;
use super::super::normal::list;
use super::super::workload::SPEC;
use super::metrics;
use crate::api::check::{Errors, Path};
use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HPAScalingPolicy, HPAScalingRules, HorizontalPodAutoscalerSpec,
};

const PERIOD_MAX_S: i32 = 1800;
const STABILIZATION_WINDOW_MAX_S: i32 = 3600;

/// Everything wrong with a spec; `replicas_min` is the least that `minReplicas` may be.
pub(super) fn spec(spec: &HorizontalPodAutoscalerSpec, replicas_min: i32, errors: &mut Errors) {
    if let Some(min) = spec.min_replicas.filter(|min| *min < replicas_min) {
        let detail = format!("must be greater than or equal to {replicas_min}");
        errors.invalid(&SPEC.child("minReplicas"), min, &detail);
    }
    let path = SPEC.child("maxReplicas");
    if spec.max_replicas < 1 {
        errors.invalid(&path, spec.max_replicas, "must be greater than 0");
    }
    if spec.min_replicas.is_some_and(|min| spec.max_replicas < min) {
        let detail = "must be greater than or equal to `minReplicas`";
        errors.invalid(&path, spec.max_replicas, detail);
    }
    reference(
        &spec.scale_target_ref,
        &SPEC.child("scaleTargetRef"),
        errors,
    );
    metrics::validate(spec, &SPEC.child("metrics"), errors);
    if let Some(behavior) = &spec.behavior {
        let path = SPEC.child("behavior");
        let directions = [
            ("scaleUp", &behavior.scale_up),
            ("scaleDown", &behavior.scale_down),
        ];
        for (field, rules) in directions {
            if let Some(rules) = rules {
                scaling_rules(rules, &path.child(field), errors);
            }
        }
    }
}

/// Kind and name of something else, which stand in URLs.
pub(super) fn reference(
    reference: &CrossVersionObjectReference,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    for (field, value) in [("kind", &reference.kind), ("name", &reference.name)] {
        let path = path.child(field);
        if value.is_empty() {
            errors.required(&path, "");
        } else {
            errors.invalid_text(&path, value, names::path_segment(value));
        }
    }
}

fn scaling_rules(rules: &HPAScalingRules, path: &Path<'_>, errors: &mut Errors) {
    let window_path = path.child("stabilizationWindowSeconds");
    let window_s = rules.stabilization_window_seconds.unwrap_or_default();
    if window_s < 0 {
        let detail = "must be greater than or equal to zero";
        errors.invalid(&window_path, window_s, detail);
    }
    if window_s > STABILIZATION_WINDOW_MAX_S {
        let detail = format!("must be less than or equal to {STABILIZATION_WINDOW_MAX_S}");
        errors.invalid(&window_path, window_s, &detail);
    }
    let select = rules.select_policy.as_deref();
    errors.known(
        &path.child("selectPolicy"),
        select,
        &["Disabled", "Max", "Min"],
    );
    let policies_path = path.child("policies");
    let policies = list(&rules.policies);
    if policies.is_empty() {
        errors.required(&policies_path, "must specify at least one Policy");
    }
    for (index, policy) in policies.iter().enumerate() {
        scaling_policy(policy, &policies_path.index(index), errors);
    }
}

fn scaling_policy(policy: &HPAScalingPolicy, path: &Path<'_>, errors: &mut Errors) {
    let kind = Some(policy.type_.as_str());
    errors.known(&path.child("type"), kind, &["Percent", "Pods"]);
    let fields = [
        ("value", policy.value),
        ("periodSeconds", policy.period_seconds),
    ];
    for (field, number) in fields {
        if number <= 0 {
            errors.invalid(&path.child(field), number, "must be greater than zero");
        }
    }
    if policy.period_seconds > PERIOD_MAX_S {
        let detail = format!("must be less than or equal to {PERIOD_MAX_S}");
        errors.invalid(&path.child("periodSeconds"), policy.period_seconds, &detail);
    }
}
