//! What is wrong with a DaemonSet.
//!
//! The real thing: pkg/apis/apps/validation/validation.go (`ValidateDaemonSetSpec`, `validateDaemonSetStatus`).

use super::super::int_or_percent::{self, amount};
use super::super::workload::{self, SPEC, STATUS};
use super::super::{go, pod, selectors};
use crate::api::check::{Errors, Path};
use k8s_openapi::api::apps::v1::{
    DaemonSetSpec, DaemonSetStatus, DaemonSetUpdateStrategy, RollingUpdateDaemonSet,
};

/// Everything wrong with a spec.
pub(super) fn spec(spec: &DaemonSetSpec, errors: &mut Errors) {
    let before = errors.count();
    selectors::validate(&spec.selector, &SPEC.child("selector"), errors);
    let template_path = SPEC.child("template");
    if errors.count() == before {
        workload::labels_match(&spec.selector, &spec.template, &template_path, errors);
    }
    let selector_path = SPEC.child("selector");
    workload::selects_something(&spec.selector, "daemonset", &selector_path, errors);
    pod::validation::template(&spec.template, &template_path, errors);
    workload::runs_always(&spec.template, "DaemonSet", &template_path, errors);
    errors.non_negative(&SPEC.child("minReadySeconds"), spec.min_ready_seconds);
    if let Some(strategy) = &spec.update_strategy {
        update_strategy(strategy, &SPEC.child("updateStrategy"), errors);
    }
    let history_path = SPEC.child("revisionHistoryLimit");
    errors.non_negative(&history_path, spec.revision_history_limit);
}

fn update_strategy(strategy: &DaemonSetUpdateStrategy, path: &Path<'_>, errors: &mut Errors) {
    let rolling_path = path.child("rollingUpdate");
    let rolling = strategy.rolling_update.as_ref();
    match (strategy.type_.as_deref(), rolling) {
        (Some("OnDelete"), _) => {}
        (Some("RollingUpdate"), None) => errors.required(&rolling_path, ""),
        (Some("RollingUpdate"), Some(rolling)) => rolling_update(rolling, &rolling_path, errors),
        (kind, _) => {
            let pointer = go::pointer("apps.RollingUpdateDaemonSet", rolling);
            let value = format!(
                "apps.DaemonSetUpdateStrategy{{Type:{:?}, RollingUpdate:{pointer}}}",
                kind.unwrap_or_default()
            );
            errors.not_supported_go(path, &value, &["RollingUpdate", "OnDelete"]);
        }
    }
}

fn rolling_update(rolling: &RollingUpdateDaemonSet, path: &Path<'_>, errors: &mut Errors) {
    let unavailable = rolling.max_unavailable.clone().unwrap_or_default();
    let surge = rolling.max_surge.clone().unwrap_or_default();
    let (unavailable_path, surge_path) = (path.child("maxUnavailable"), path.child("maxSurge"));
    int_or_percent::check(&unavailable, &unavailable_path, errors);
    int_or_percent::check(&surge, &surge_path, errors);
    int_or_percent::at_most_all(&unavailable, &unavailable_path, errors);
    int_or_percent::at_most_all(&surge, &surge_path, errors);
    match (amount(&unavailable) != 0, amount(&surge) != 0) {
        (true, true) => {
            let detail = "may not be set when maxUnavailable is non-zero";
            errors.invalid_go(&surge_path, &go::int_or_string(&surge), detail);
        }
        (false, false) => errors.required(&unavailable_path, "cannot be 0 when maxSurge is 0"),
        (true, false) | (false, true) => {}
    }
}

/// Everything wrong with a status in the place of `old`.
pub(super) fn status(status: &DaemonSetStatus, old: Option<&DaemonSetStatus>, errors: &mut Errors) {
    let required = [
        ("currentNumberScheduled", status.current_number_scheduled),
        ("numberMisscheduled", status.number_misscheduled),
        ("desiredNumberScheduled", status.desired_number_scheduled),
        ("numberReady", status.number_ready),
    ];
    workload::counts(&required.map(|(field, count)| (field, Some(count))), errors);
    let generation = status.observed_generation;
    errors.non_negative(&STATUS.child("observedGeneration"), generation);
    let others = [
        ("updatedNumberScheduled", status.updated_number_scheduled),
        ("numberAvailable", status.number_available),
        ("numberUnavailable", status.number_unavailable),
        ("collisionCount", status.collision_count),
    ];
    workload::counts(&others, errors);
    let was = old.and_then(|s| s.collision_count);
    workload::collisions_grow(status.collision_count, was, errors);
}
