//! What is wrong with a StatefulSet.
//!
//! The real thing: pkg/apis/apps/validation/validation.go (`ValidateStatefulSetSpec`, `ValidateStatefulSetUpdate`,
//! `ValidateStatefulSetStatus`).
//! Left out: what its pods' spec may hold; 1.33 checks it only when a pod is made of it.

use super::super::normal::text;
use super::super::workload::{self, SPEC, STATUS};
use super::super::{go, names, pod, selectors};
use crate::api::check::{Errors, Path};
use k8s_openapi::api::apps::v1::{
    StatefulSet, StatefulSetSpec, StatefulSetStatus, StatefulSetUpdateStrategy,
};

const MAY_CHANGE: &str = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/// Everything wrong with a new StatefulSet.
pub(super) fn create(set: &StatefulSet, errors: &mut Errors) {
    let Some(spec) = &set.spec else { return };
    policies(spec, errors);
    // An existing set may keep a service name that was never right.
    let service = text(&spec.service_name);
    if !service.is_empty() {
        let path = SPEC.child("serviceName");
        errors.invalid_text(&path, service, names::label(service));
    }
    selector_and_template(spec, errors);
}

/// Everything wrong with replacing `old` by `set`.
pub(super) fn update(set: &StatefulSet, old: &StatefulSet, errors: &mut Errors) {
    let (Some(spec), Some(was)) = (&set.spec, &old.spec) else {
        return;
    };
    policies(spec, errors);
    selector_and_template(spec, errors);
    if fixed(spec) != fixed(was) {
        errors.forbidden(&SPEC, MAY_CHANGE);
    }
}

/// The part of a spec that stays.
fn fixed(spec: &StatefulSetSpec) -> StatefulSetSpec {
    StatefulSetSpec {
        selector: spec.selector.clone(),
        service_name: spec.service_name.clone(),
        pod_management_policy: spec.pod_management_policy.clone(),
        volume_claim_templates: spec.volume_claim_templates.clone(),
        ..StatefulSetSpec::default()
    }
}

fn policies(spec: &StatefulSetSpec, errors: &mut Errors) {
    let path = SPEC.child("podManagementPolicy");
    match text(&spec.pod_management_policy) {
        "" => errors.required(&path, ""),
        "OrderedReady" | "Parallel" => {}
        other => errors.invalid(&path, other, "must be 'OrderedReady' or 'Parallel'"),
    }
    if let Some(strategy) = &spec.update_strategy {
        update_strategy(strategy, &SPEC.child("updateStrategy"), errors);
    }
    if let Some(policy) = &spec.persistent_volume_claim_retention_policy {
        let path = SPEC.child("persistentVolumeClaimRetentionPolicy");
        let fields = [
            ("whenDeleted", &policy.when_deleted),
            ("whenScaled", &policy.when_scaled),
        ];
        for (field, value) in fields {
            errors.known(&path.child(field), Some(text(value)), &["Retain", "Delete"]);
        }
    }
    errors.non_negative(&SPEC.child("replicas"), spec.replicas);
    errors.non_negative(&SPEC.child("minReadySeconds"), spec.min_ready_seconds);
    if let Some(ordinals) = &spec.ordinals {
        errors.non_negative(&SPEC.child("ordinals.start"), ordinals.start);
    }
}

fn update_strategy(strategy: &StatefulSetUpdateStrategy, path: &Path<'_>, errors: &mut Errors) {
    let rolling_path = path.child("rollingUpdate");
    let rolling = strategy.rolling_update.as_ref();
    match text(&strategy.type_) {
        "" => errors.required(path, ""),
        "OnDelete" => {
            let Some(rolling) = rolling else { return };
            let value = format!(
                "apps.RollingUpdateStatefulSetStrategy{{Partition:{}, MaxUnavailable:(*intstr.IntOrString)(nil)}}",
                rolling.partition.unwrap_or_default()
            );
            let detail = "only allowed for updateStrategy 'RollingUpdate'";
            errors.invalid_go(&rolling_path, &value, detail);
        }
        "RollingUpdate" => {
            let partition = rolling.and_then(|r| r.partition);
            errors.non_negative(&rolling_path.child("partition"), partition);
        }
        other => {
            let pointer = go::pointer("apps.RollingUpdateStatefulSetStrategy", rolling);
            let value = format!(
                "apps.StatefulSetUpdateStrategy{{Type:{other:?}, RollingUpdate:{pointer}}}"
            );
            errors.invalid_go(path, &value, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }
}

fn selector_and_template(spec: &StatefulSetSpec, errors: &mut Errors) {
    let path = SPEC.child("selector");
    if !workload::is_said(&spec.selector) {
        errors.required(&path, "");
    }
    let before = errors.count();
    selectors::validate(&spec.selector, &path, errors);
    let after = errors.count();
    workload::selects_something(&spec.selector, "statefulset", &path, errors);
    let template_path = SPEC.child("template");
    if after > before {
        errors.invalid_go(&path, &go::selector(&spec.selector), "");
    } else {
        workload::labels_match(&spec.selector, &spec.template, &template_path, errors);
        pod::validation::template_metadata(&spec.template, &template_path, errors);
    }
    workload::runs_always(&spec.template, "StatefulSet", &template_path, errors);
}

/// Everything wrong with a status in the place of `old`.
pub(super) fn status(
    status: &StatefulSetStatus,
    old: Option<&StatefulSetStatus>,
    errors: &mut Errors,
) {
    let parts = [
        ("readyReplicas", status.ready_replicas),
        ("currentReplicas", status.current_replicas),
        ("updatedReplicas", status.updated_replicas),
        ("availableReplicas", status.available_replicas),
    ];
    workload::counts(&[("replicas", Some(status.replicas))], errors);
    workload::counts(&parts, errors);
    let generation = status.observed_generation;
    errors.non_negative(&STATUS.child("observedGeneration"), generation);
    workload::counts(&[("collisionCount", status.collision_count)], errors);
    workload::parts_of(&parts, status.replicas, errors);
    let (available, ready) = (status.available_replicas, status.ready_replicas);
    workload::available_are_ready(available, ready, "status.readyReplicas", errors);
    let was = old.and_then(|s| s.collision_count);
    workload::collisions_grow(status.collision_count, was, errors);
}
