//! `podFailurePolicy`: what a failed pod means for its job.
//!
//! The real thing: pkg/apis/batch/validation/validation.go (`validatePodFailurePolicy`).

use crate::api::check::{Errors, Path};
use crate::api::kinds::go;
use crate::api::kinds::normal::{list, text};
use crate::api::labels;
use k8s_openapi::api::batch::v1::{
    JobSpec, PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement,
    PodFailurePolicyOnPodConditionsPattern, PodFailurePolicyRule,
};

const RULES_MAX: usize = 20;
const EXIT_CODES_MAX: usize = 255;
const PATTERNS_MAX: usize = 20;

const ACTIONS: [&str; 4] = ["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS: [&str; 2] = ["In", "NotIn"];
const STATUSES: [&str; 3] = ["False", "True", "Unknown"];

/// Everything wrong with the policy of a job with this spec.
pub(super) fn validate(
    policy: &PodFailurePolicy,
    spec: &JobSpec,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let path = path.child("rules");
    if policy.rules.len() > RULES_MAX {
        errors.too_many(&path, policy.rules.len(), RULES_MAX);
    }
    for (index, rule) in policy.rules.iter().enumerate() {
        validate_rule(rule, spec, &path.index(index), errors);
    }
}

fn validate_rule(
    rule: &PodFailurePolicyRule,
    spec: &JobSpec,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let action_path = path.child("action");
    if rule.action == "FailIndex" && spec.backoff_limit_per_index.is_none() {
        let detail = "requires the backoffLimitPerIndex to be set";
        errors.invalid(&action_path, "FailIndex", detail);
    }
    one_of(&action_path, &rule.action, &ACTIONS, errors);
    let patterns = list(&rule.on_pod_conditions);
    if let Some(codes) = &rule.on_exit_codes {
        exit_codes(codes, spec, &path.child("onExitCodes"), errors);
    }
    conditions(patterns, &path.child("onPodConditions"), errors);
    match (&rule.on_exit_codes, patterns) {
        (Some(_), [_, ..]) => errors.invalid_whole(
            path,
            "specifying both OnExitCodes and OnPodConditions is not supported",
        ),
        (None, []) => errors.invalid_whole(
            path,
            "specifying one of OnExitCodes and OnPodConditions is required",
        ),
        _ => {}
    }
}

/// Like [`Errors::one_of`], which does not say what would be right.
fn one_of(path: &Path<'_>, value: &str, supported: &[&str], errors: &mut Errors) {
    if value.is_empty() {
        let quoted: Vec<String> = supported.iter().map(|s| format!("{s:?}")).collect();
        errors.required(path, &format!("valid values: [{}]", quoted.join(" ")));
    } else {
        errors.known(path, Some(value), supported);
    }
}

fn conditions(
    patterns: &[PodFailurePolicyOnPodConditionsPattern],
    path: &Path<'_>,
    errors: &mut Errors,
) {
    if patterns.len() > PATTERNS_MAX {
        errors.too_many(path, patterns.len(), PATTERNS_MAX);
    }
    for (index, pattern) in patterns.iter().enumerate() {
        let path = path.index(index);
        let kind = pattern.type_.as_str();
        errors.invalid_text(&path.child("type"), kind, labels::qualified_name(kind));
        one_of(&path.child("status"), &pattern.status, &STATUSES, errors);
    }
}

fn exit_codes(
    codes: &PodFailurePolicyOnExitCodesRequirement,
    spec: &JobSpec,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    one_of(&path.child("operator"), &codes.operator, &OPERATORS, errors);
    let pods = spec.template.spec.as_ref();
    let names = || {
        let all = pods.map(|p| p.containers.iter().chain(list(&p.init_containers)));
        all.into_iter().flatten().map(|c| c.name.as_str())
    };
    if codes.container_name.is_some() && !names().any(|n| n == text(&codes.container_name)) {
        let detail = "must be one of the container or initContainer names in the pod template";
        errors.invalid(
            &path.child("containerName"),
            text(&codes.container_name),
            detail,
        );
    }
    let path = path.child("values");
    let shown = || go::slice("int32", Some(&codes.values), ToString::to_string);
    if codes.values.is_empty() {
        errors.invalid_go(&path, &shown(), "at least one value is required");
    } else if codes.values.len() > EXIT_CODES_MAX {
        errors.too_many(&path, codes.values.len(), EXIT_CODES_MAX);
    }
    for (index, code) in codes.values.iter().enumerate() {
        let path = path.index(index);
        if codes.operator == "In" && *code == 0 {
            errors.invalid(&path, 0, "must not be 0 for the In operator");
        }
        if codes.values[..index].contains(code) {
            errors.duplicate(&path, *code);
        }
    }
    if !codes.values.is_sorted() {
        errors.invalid_go(&path, &shown(), "must be ordered");
    }
}

/// `batch.PodFailurePolicy{…}`, as Go prints it.
pub(super) fn go_value(policy: &PodFailurePolicy) -> String {
    let pattern = |pattern: &PodFailurePolicyOnPodConditionsPattern| {
        format!(
            "batch.PodFailurePolicyOnPodConditionsPattern{{Type:{:?}, Status:{:?}}}",
            pattern.type_, pattern.status
        )
    };
    let rules = go::slice("batch.PodFailurePolicyRule", Some(&policy.rules), |rule| {
        let kind = "batch.PodFailurePolicyOnExitCodesRequirement";
        let codes = go::pointer(kind, rule.on_exit_codes.as_ref());
        let kind = "batch.PodFailurePolicyOnPodConditionsPattern";
        let patterns = go::slice(kind, rule.on_pod_conditions.as_deref(), pattern);
        format!(
            "batch.PodFailurePolicyRule{{Action:{:?}, OnExitCodes:{codes}, OnPodConditions:{patterns}}}",
            rule.action
        )
    });
    format!("batch.PodFailurePolicy{{Rules:{rules}}}")
}
