//! What is wrong with a Job, and with the job in a CronJob's template.
//!
//! The real thing: pkg/apis/batch/validation/validation.go (`ValidateJob`, `ValidateJobSpec`, `validateJobSpec`,
//! `validateGeneratedSelector`), pkg/api/job/warnings.go.

use super::super::normal::text;
use super::super::workload::{self, SPEC};
use super::super::{go, names, pod, selectors};
use super::{CONTROLLER_UID, JOB_NAME, failure_policy, success_policy};
use crate::api::check::{Errors, Path};
use crate::api::selector::{self, Labels};
use k8s_openapi::api::batch::v1::{Job, JobSpec};

/// Pods of an Indexed job at once.
const PARALLELISM_MAX: i32 = 100_000;
/// Indexes that may fail before the job does.
const FAILED_INDEXES_MAX: i32 = 100_000;
/// Above so many completions, the limits are lower.
const COMPLETIONS_SOFT_MAX: i32 = 100_000;
const HIGH_COMPLETIONS_PARALLELISM_MAX: i32 = 10_000;
const HIGH_COMPLETIONS_FAILED_INDEXES_MAX: i32 = 10_000;
const MANAGED_BY_BYTES_MAX: usize = 63;

/// Everything wrong with a job, but for its metadata.
pub(super) fn job(job: &Job, errors: &mut Errors) {
    let Some(spec) = &job.spec else { return };
    generated_selector(job, spec, errors);
    spec_with_selector(spec, errors);
    let indexed = spec.completion_mode.as_deref() == Some("Indexed");
    if let Some(completions) = spec.completions.filter(|c| indexed && *c > 0) {
        let name = job.metadata.name.as_deref().unwrap_or_default();
        let hostname = format!("{name}-{}", completions - 1);
        if !names::label(&hostname).is_empty() {
            let detail = format!("will not able to create pod with invalid DNS label: {hostname}");
            errors.invalid(&Path::root("metadata").child("name"), name, &detail);
        }
    }
}

/// The spec of a job that exists, selector included.
pub(super) fn spec_with_selector(spec: &JobSpec, errors: &mut Errors) {
    job_spec(spec, &SPEC, errors);
    let path = SPEC.child("selector");
    let labels = workload::template_labels(&spec.template);
    let before = errors.count();
    let matches = match &spec.selector {
        None => {
            errors.required(&path, "");
            false
        }
        Some(selector) => {
            selectors::validate(selector, &path, errors);
            errors.count() > before || selector::matches(selector, labels)
        }
    };
    if !matches {
        let template = SPEC.child("template");
        let metadata = template.child("metadata");
        let detail = "`selector` does not match template `labels`";
        errors.invalid_go(&metadata.child("labels"), &go::map(labels), detail);
    }
}

/// Unless the author takes care of the selector, it and the template's labels are those that the server made.
fn generated_selector(job: &Job, spec: &JobSpec, errors: &mut Errors) {
    let Some(selector) = spec.selector.as_ref() else {
        return;
    };
    if spec.manual_selector == Some(true) {
        return;
    }
    let uid = job.metadata.uid.as_deref().unwrap_or_default();
    let name = job.metadata.name.as_deref().unwrap_or_default();
    if uid.is_empty() {
        errors.required(&Path::root("metadata").child("uid"), "");
    }
    let template = SPEC.child("template");
    let metadata = template.child("metadata");
    let labels_path = metadata.child("labels");
    let labels = workload::template_labels(&spec.template);
    let wanted = [
        (CONTROLLER_UID[0], uid),
        (JOB_NAME[0], name),
        (CONTROLLER_UID[1], uid),
        (JOB_NAME[1], name),
    ];
    for (key, value) in wanted {
        let path = labels_path.key(key);
        let detail = format!("must be '{value}'");
        match labels.and_then(|l| l.get(key)) {
            None => errors.required(&path, &detail),
            Some(is) if is != value => errors.invalid_go(&path, &go::map(labels), &detail),
            Some(_) => {}
        }
    }
    let expected: Labels = wanted
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let mut wrong = Errors::new();
    selectors::validate(selector, &SPEC.child("selector"), &mut wrong);
    if wrong.count() == 0 && !selector::matches(selector, Some(&expected)) {
        let detail = "`selector` not auto-generated";
        errors.invalid_go(&SPEC.child("selector"), &go::selector(selector), detail);
    }
}

/// The part of a spec that a job and a CronJob's template have alike.
pub(in super::super) fn job_spec(spec: &JobSpec, path: &Path<'_>, errors: &mut Errors) {
    numbers(spec, path, errors);
    if let Some(manager) = &spec.managed_by {
        managed_by(manager, &path.child("managedBy"), errors);
    }
    match spec.completion_mode.as_deref() {
        Some("Indexed") => indexed(spec, path, errors),
        None | Some("NonIndexed") => non_indexed(spec, path, errors),
        Some(other) => {
            let modes = ["NonIndexed", "Indexed"];
            errors.not_supported(&path.child("completionMode"), other, &modes);
        }
    }
    if let Some(policy) = &spec.pod_failure_policy {
        failure_policy::validate(policy, spec, &path.child("podFailurePolicy"), errors);
    }
    if let Some(policy) = &spec.success_policy {
        success_policy::validate(policy, spec, &path.child("successPolicy"), errors);
    }
    if let Some(policy) = &spec.pod_replacement_policy {
        let supported: &[&str] = match spec.pod_failure_policy {
            Some(_) => &["Failed"],
            None => &["Failed", "TerminatingOrFailed"],
        };
        errors.known(&path.child("podReplacementPolicy"), Some(policy), supported);
    }
    let template_path = path.child("template");
    pod::validation::template(&spec.template, &template_path, errors);
    let pods_path = template_path.child("spec");
    restart_policy(spec, &pods_path.child("restartPolicy"), errors);
}

fn numbers(spec: &JobSpec, path: &Path<'_>, errors: &mut Errors) {
    errors.non_negative(&path.child("parallelism"), spec.parallelism);
    errors.non_negative(&path.child("completions"), spec.completions);
    let deadline_path = path.child("activeDeadlineSeconds");
    errors.non_negative(&deadline_path, spec.active_deadline_seconds);
    errors.non_negative(&path.child("backoffLimit"), spec.backoff_limit);
    let ttl_path = path.child("ttlSecondsAfterFinished");
    errors.non_negative(&ttl_path, spec.ttl_seconds_after_finished);
    let per_index_path = path.child("backoffLimitPerIndex");
    errors.non_negative(&per_index_path, spec.backoff_limit_per_index);
    errors.non_negative(&path.child("maxFailedIndexes"), spec.max_failed_indexes);
    if spec.max_failed_indexes.is_some() && spec.backoff_limit_per_index.is_none() {
        errors.required(&per_index_path, "when maxFailedIndexes is specified");
    }
}

/// `IsDomainPrefixedPath`: `acme.io/foo`.
fn managed_by(manager: &str, path: &Path<'_>, errors: &mut Errors) {
    match manager.split_once('/') {
        _ if manager.is_empty() => errors.required(path, ""),
        Some((host, rest)) if !host.is_empty() && !rest.is_empty() => {
            errors.invalid_text(path, host, names::subdomain(host));
            let fine = |b: u8| b.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&b);
            if !rest.bytes().all(fine) {
                let detail = r"Invalid path (regex used for validation is '[A-Za-z0-9/\-._~%!$&'()*+,;=:]+')";
                errors.invalid(path, rest, detail);
            }
        }
        _ => {
            let detail = "must be a domain-prefixed path (such as \"acme.io/foo\")";
            errors.invalid(path, manager, detail);
        }
    }
    if manager.len() > MANAGED_BY_BYTES_MAX {
        errors.too_long(path, MANAGED_BY_BYTES_MAX);
    }
}

fn indexed(spec: &JobSpec, path: &Path<'_>, errors: &mut Errors) {
    let completions_path = path.child("completions");
    let parallelism_path = path.child("parallelism");
    let failed_path = path.child("maxFailedIndexes");
    if spec.completions.is_none() {
        errors.required(&completions_path, "when completion mode is Indexed");
    }
    let above = |value: Option<i32>, max: i32| value.filter(|v| *v > max);
    if let Some(parallelism) = above(spec.parallelism, PARALLELISM_MAX) {
        let detail = format!(
            "must be less than or equal to {PARALLELISM_MAX} when completion mode is Indexed"
        );
        errors.invalid(&parallelism_path, parallelism, &detail);
    }
    let completions_max = spec.completions.unwrap_or(i32::MAX);
    if let Some(failed) = above(spec.max_failed_indexes, completions_max) {
        errors.invalid(
            &failed_path,
            failed,
            "must be less than or equal to completions",
        );
    }
    if let Some(failed) = above(spec.max_failed_indexes, FAILED_INDEXES_MAX) {
        let detail = format!("must be less than or equal to {FAILED_INDEXES_MAX}");
        errors.invalid(&failed_path, failed, &detail);
    }
    let many = above(spec.completions, COMPLETIONS_SOFT_MAX).is_some();
    if !many || spec.backoff_limit_per_index.is_none() {
        return;
    }
    if spec.max_failed_indexes.is_none() {
        let detail = format!("must be specified when completions is above {COMPLETIONS_SOFT_MAX}");
        errors.required(&failed_path, &detail);
    }
    let limit = |max: i32| {
        format!(
            "must be less than or equal to {max} when completions are above {COMPLETIONS_SOFT_MAX} and used with backoff limit per index"
        )
    };
    if let Some(parallelism) = above(spec.parallelism, HIGH_COMPLETIONS_PARALLELISM_MAX) {
        let detail = limit(HIGH_COMPLETIONS_PARALLELISM_MAX);
        errors.invalid(&parallelism_path, parallelism, &detail);
    }
    if let Some(failed) = above(spec.max_failed_indexes, HIGH_COMPLETIONS_FAILED_INDEXES_MAX) {
        let detail = limit(HIGH_COMPLETIONS_FAILED_INDEXES_MAX);
        errors.invalid(&failed_path, failed, &detail);
    }
}

fn non_indexed(spec: &JobSpec, path: &Path<'_>, errors: &mut Errors) {
    let fields = [
        ("backoffLimitPerIndex", spec.backoff_limit_per_index),
        ("maxFailedIndexes", spec.max_failed_indexes),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            errors.invalid(
                &path.child(field),
                value,
                "requires indexed completion mode",
            );
        }
    }
}

fn restart_policy(spec: &JobSpec, path: &Path<'_>, errors: &mut Errors) {
    let pods = spec.template.spec.as_ref();
    match pods.map_or("", |p| text(&p.restart_policy)) {
        "" | "Always" => errors.required(path, "valid values: \"OnFailure\", \"Never\""),
        "Never" => {}
        "OnFailure" => {
            if spec.pod_failure_policy.is_some() {
                let detail = "only \"Never\" is supported when podFailurePolicy is specified";
                errors.invalid(path, "OnFailure", detail);
            }
        }
        other => errors.not_supported(path, other, &["OnFailure", "Never"]),
    }
}

/// What the author of so large a job should know, or of such pods.
pub(in super::super) fn warnings(spec: &JobSpec, path: &Path<'_>) -> Vec<String> {
    let indexed = spec.completion_mode.as_deref() == Some("Indexed");
    let many = spec.completions.unwrap_or(0) > COMPLETIONS_SOFT_MAX;
    let wide = spec.parallelism.unwrap_or(0) > HIGH_COMPLETIONS_PARALLELISM_MAX;
    let mut warnings = Vec::new();
    if indexed && many && wide {
        warnings.push(format!(
            "{path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail"
        ));
    }
    let path = path.child("template");
    warnings.append(&mut pod::warnings::of_template(&spec.template, &path));
    warnings
}
