//! Pod.
//!
//! The real thing: pkg/apis/core, pkg/registry/core/pod/strategy.go.
//! Left out: pod-level resources and resource claims, which 1.33 forgets unless their features are switched on.

mod columns;
pub(super) mod containers;
pub(super) mod defaults;
mod disabled;
mod env;
pub mod ephemeral;
mod object;
pub(super) mod probes;
mod projected;
mod qos;
pub mod resize;
pub(super) mod resources;
pub(super) mod scheduling;
mod security;
#[cfg(test)]
mod tests;
mod update;
pub(super) mod validation;
mod volume_defaults;
pub(super) mod volumes;
pub(super) mod warnings;

pub(super) use disabled::forget_disabled;
pub use object::Pod;

use super::{Column, Stored, SubresourceInfo, stored};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{PodAffinityTerm, PodCondition, PodSpec, PodStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use std::collections::BTreeMap;

/// A subresource of pods whose body is of the core group.
const fn subresource(
    name: &'static str,
    kind: &'static str,
    verbs: &'static [&'static str],
) -> SubresourceInfo {
    SubresourceInfo {
        name,
        group: "",
        version: "v1",
        kind,
        verbs,
    }
}

impl Stored for Pod {
    stored!(Pod);

    const SUBRESOURCES: &'static [SubresourceInfo] = &[
        subresource("attach", "PodAttachOptions", &["create", "get"]),
        subresource("binding", "Binding", &["create"]),
        subresource("ephemeralcontainers", "Pod", &["get", "patch", "update"]),
        SubresourceInfo {
            group: "policy",
            ..subresource("eviction", "Eviction", &["create"])
        },
        subresource("exec", "PodExecOptions", &["create", "get"]),
        subresource("log", "Pod", &["get"]),
        subresource("portforward", "PodPortForwardOptions", &["create", "get"]),
        SubresourceInfo::proxy("PodProxyOptions"),
        subresource("resize", "Pod", &["get", "patch", "update"]),
    ];

    fn set_defaults(&mut self) {
        defaults::pod(self);
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        let spec: &mut PodSpec = self.spec.get_or_insert_default();
        defaults::service_account(spec);
        forget_disabled(&mut *spec);
        let status = PodStatus {
            phase: Some("Pending".to_owned()),
            qos_class: Some(qos::class(spec).to_owned()),
            conditions: gated(spec),
            ..PodStatus::default()
        };
        self.status = Some(status.into());
        if spec.affinity.is_some() {
            merge_label_keys(spec, self.metadata.labels.as_ref());
        }
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        self.metadata.generation = old.metadata.generation;
        if self.spec != old.spec {
            self.metadata.generation = Some(old.metadata.generation.unwrap_or(0) + 1);
        }
    }

    fn prepare_status_update(&mut self, old: &Self) {
        if self.spec != old.spec {
            self.spec.clone_from(&old.spec);
        }
        let (new, old_metadata) = (&mut self.metadata, &old.metadata);
        new.generation = old_metadata.generation;
        if new.owner_references != old_metadata.owner_references {
            new.owner_references
                .clone_from(&old_metadata.owner_references);
        }
        let status = self.status.get_or_insert_default();
        if status.qos_class.is_none() {
            let was = old.status.as_ref().and_then(|s| s.qos_class.clone());
            status.qos_class = was;
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        validation::create(self, &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        update::validate(self, old, &mut errors);
        errors.into_list()
    }

    fn warnings(&self, _old: Option<&Self>) -> Vec<String> {
        warnings::of_pod(self)
    }

    fn columns() -> &'static [Column] {
        columns::COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        columns::row(self, now_ms)
    }

    fn selectable_fields() -> &'static [&'static str] {
        &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ]
    }

    fn selectable_field(&self, path: &str) -> Option<String> {
        let (spec, status) = (self.spec.as_ref(), self.status.as_ref());
        let text = match path {
            "spec.nodeName" => spec.and_then(|s| s.node_name.as_deref()),
            "spec.restartPolicy" => spec.and_then(|s| s.restart_policy.as_deref()),
            "spec.schedulerName" => spec.and_then(|s| s.scheduler_name.as_deref()),
            "spec.serviceAccountName" => spec.and_then(|s| s.service_account_name.as_deref()),
            "spec.hostNetwork" => {
                let host = spec.and_then(|s| s.host_network).unwrap_or_default();
                Some(if host { "true" } else { "false" })
            }
            "status.phase" => status.and_then(|s| s.phase.as_deref()),
            "status.podIP" => status.and_then(|s| Some(s.pod_ips.as_ref()?.first()?.ip.as_str())),
            "status.nominatedNodeName" => status.and_then(|s| s.nominated_node_name.as_deref()),
            _ => return None,
        };
        Some(text.unwrap_or_default().to_owned())
    }
}

/// A pod with scheduling gates says at once why it is not scheduled. The real thing: `applySchedulingGatedCondition`.
fn gated(spec: &PodSpec) -> Option<Vec<PodCondition>> {
    spec.scheduling_gates
        .as_ref()
        .filter(|gates| !gates.is_empty())?;
    Some(vec![PodCondition {
        type_: "PodScheduled".to_owned(),
        status: "False".to_owned(),
        reason: Some("SchedulingGated".to_owned()),
        message: Some("Scheduling is blocked due to non-empty scheduling gates".to_owned()),
        ..PodCondition::default()
    }])
}

/// Turns `matchLabelKeys` and `mismatchLabelKeys` into expressions with the pod's own values. The real thing: `mutatePodAffinity`.
fn merge_label_keys(spec: &mut PodSpec, labels: Option<&BTreeMap<String, String>>) {
    let (Some(affinity), Some(labels)) = (&mut spec.affinity, labels) else {
        return;
    };
    if let Some(pods) = &mut affinity.pod_affinity {
        let preferred = pods
            .preferred_during_scheduling_ignored_during_execution
            .iter_mut()
            .flatten();
        preferred.for_each(|term| merge_into_term(&mut term.pod_affinity_term, labels));
        let required = pods
            .required_during_scheduling_ignored_during_execution
            .iter_mut()
            .flatten();
        required.for_each(|term| merge_into_term(term, labels));
    }
    if let Some(pods) = &mut affinity.pod_anti_affinity {
        let preferred = pods
            .preferred_during_scheduling_ignored_during_execution
            .iter_mut()
            .flatten();
        preferred.for_each(|term| merge_into_term(&mut term.pod_affinity_term, labels));
        let required = pods
            .required_during_scheduling_ignored_during_execution
            .iter_mut()
            .flatten();
        required.for_each(|term| merge_into_term(term, labels));
    }
}

fn merge_into_term(term: &mut PodAffinityTerm, labels: &BTreeMap<String, String>) {
    let Some(selector) = &mut term.label_selector else {
        return;
    };
    add_keys(selector, "In", term.match_label_keys.as_deref(), labels);
    add_keys(
        selector,
        "NotIn",
        term.mismatch_label_keys.as_deref(),
        labels,
    );
}

fn add_keys(
    selector: &mut LabelSelector,
    operator: &str,
    keys: Option<&[String]>,
    labels: &BTreeMap<String, String>,
) {
    for key in keys.unwrap_or_default() {
        let Some(value) = labels.get(key) else {
            continue;
        };
        let requirement = LabelSelectorRequirement {
            key: key.clone(),
            operator: operator.to_owned(),
            values: Some(vec![value.clone()]),
        };
        selector
            .match_expressions
            .get_or_insert_default()
            .push(requirement);
    }
}
