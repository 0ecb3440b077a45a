//! What an update of a Job may change: how many pods at once, and as long as it is suspended where they may run.
//!
//! The real thing: pkg/apis/batch/validation/validation.go (`ValidateJobSpecUpdate`, `validatePodTemplateUpdate`, `validateCompletions`).

use super::super::workload::SPEC;
use super::super::{go, go_template};
use super::{failure_policy, success_policy, validation};
use crate::api::check::Errors;
use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::{Affinity, PodTemplateSpec};

/// What a Go pointer to nothing is shown as.
const NULL: &str = "\"null\"";

/// Everything wrong with replacing the spec of `old` by that of `job`.
pub(super) fn spec(job: &Job, old: &Job, errors: &mut Errors) {
    let (Some(spec), Some(was)) = (&job.spec, &old.spec) else {
        return;
    };
    validation::spec_with_selector(spec, errors);
    completions(spec, was, errors);
    let show = |value: Option<String>| value.unwrap_or_else(|| NULL.to_owned());
    let mut fixed = |field: &str, changed: bool, value: &dyn Fn() -> String| {
        if changed {
            errors.invalid_go(&SPEC.child(field), &value(), "field is immutable");
        }
    };
    fixed("selector", spec.selector != was.selector, &|| {
        show(spec.selector.as_ref().map(go::selector))
    });
    let waits =
        was.suspend == Some(true) && old.status.as_ref().is_none_or(|s| s.start_time.is_none());
    let template_changed = if waits {
        spec.template != with_directives_of(&was.template, &spec.template)
    } else {
        spec.template != was.template
    };
    fixed("template", template_changed, &|| {
        go_template::template(&spec.template)
    });
    fixed(
        "completionMode",
        spec.completion_mode != was.completion_mode,
        &|| format!("{:?}", spec.completion_mode.as_deref().unwrap_or("null")),
    );
    fixed(
        "podFailurePolicy",
        spec.pod_failure_policy != was.pod_failure_policy,
        &|| {
            show(
                spec.pod_failure_policy
                    .as_ref()
                    .map(failure_policy::go_value),
            )
        },
    );
    fixed(
        "backoffLimitPerIndex",
        spec.backoff_limit_per_index != was.backoff_limit_per_index,
        &|| show(spec.backoff_limit_per_index.map(|limit| limit.to_string())),
    );
    fixed("managedBy", spec.managed_by != was.managed_by, &|| {
        format!("{:?}", spec.managed_by.as_deref().unwrap_or("null"))
    });
    fixed(
        "successPolicy",
        spec.success_policy != was.success_policy,
        &|| show(spec.success_policy.as_ref().map(success_policy::go_value)),
    );
}

/// Only an Indexed job may get more or fewer completions, and as many pods at once.
fn completions(spec: &JobSpec, was: &JobSpec, errors: &mut Errors) {
    if spec.completions == was.completions {
        return;
    }
    let path = SPEC.child("completions");
    let indexed = spec.completion_mode.as_deref() == Some("Indexed");
    match spec.completions {
        None if indexed => {}
        None => errors.invalid_go(&path, NULL, "field is immutable"),
        Some(completions) if !indexed => errors.invalid(&path, completions, "field is immutable"),
        Some(completions) => {
            if spec.parallelism != Some(completions) {
                let detail = "can only be modified in tandem with spec.parallelism";
                errors.invalid(&path, completions, detail);
            }
        }
    }
}

/// The old template with the parts of the new one that may change before the first pod has been made.
fn with_directives_of(old: &PodTemplateSpec, new: &PodTemplateSpec) -> PodTemplateSpec {
    let mut result = old.clone();
    let (metadata, new_metadata) = (
        result.metadata.get_or_insert_default(),
        new.metadata.clone().unwrap_or_default(),
    );
    metadata.labels = new_metadata.labels;
    metadata.annotations = new_metadata.annotations;
    let (Some(spec), Some(new)) = (&mut result.spec, &new.spec) else {
        return result;
    };
    let node_affinity = new.affinity.as_ref().and_then(|a| a.node_affinity.clone());
    match (&mut spec.affinity, &new.affinity) {
        (None, None) => {}
        (Some(affinity), Some(_)) => affinity.node_affinity = node_affinity,
        (slot @ None, Some(_)) => {
            *slot = Some(Affinity {
                node_affinity,
                ..Affinity::default()
            });
        }
        (slot @ Some(_), None) => {
            let mut rest = slot.take().unwrap_or_default();
            rest.node_affinity = None;
            *slot = Some(rest).filter(|rest| *rest != Affinity::default());
        }
    }
    spec.node_selector.clone_from(&new.node_selector);
    spec.tolerations.clone_from(&new.tolerations);
    spec.scheduling_gates.clone_from(&new.scheduling_gates);
    result
}
