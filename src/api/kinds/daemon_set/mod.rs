//! DaemonSet.
//!
//! The real thing: pkg/apis/apps/v1/defaults.go (`SetDefaults_DaemonSet`), pkg/apis/apps/v1/conversion.go
//! (`Convert_apps_DaemonSet_To_v1_DaemonSet`), pkg/registry/apps/daemonset/strategy.go.
//! Left out: refusing an annotation `deprecated.daemonset.template.generation` that is no number; it counts as none.

#[cfg(test)]
mod tests;
mod validation;

use super::cells::{age, column, containers, labels, number, wide};
use super::normal::{drop_zero, text_default};
use super::{Column, Stored, pod, stored, workload};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::selector;
use crate::api::time::Ms;
use k8s_openapi::api::apps::v1::{DaemonSet, DaemonSetSpec, DaemonSetStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// How often the template has changed: once a field of the spec, now an annotation that the server writes.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

impl Stored for DaemonSet {
    stored!(DaemonSet);

    const UNSIMULATED: Option<&'static str> = Some("daemonset controller");

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        let strategy = spec.update_strategy.get_or_insert_default();
        text_default(&mut strategy.type_, "RollingUpdate");
        if strategy.type_.as_deref() == Some("RollingUpdate") {
            let rolling = strategy.rolling_update.get_or_insert_default();
            rolling.max_unavailable.get_or_insert(IntOrString::Int(1));
            rolling.max_surge.get_or_insert(IntOrString::Int(0));
        }
        spec.revision_history_limit.get_or_insert(10);
        drop_zero(&mut spec.min_ready_seconds);
        workload::selector_defaults(&mut spec.selector);
        pod::defaults::template(&mut spec.template);
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Some(DaemonSetStatus::default());
        let generation = template_generation(&self.metadata).max(1);
        set_template_generation(&mut self.metadata, generation);
        let template = self.spec.as_mut().map(|s| &mut s.template);
        pod::forget_disabled(template.and_then(|t| t.spec.as_mut()));
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        let template = |spec: &Option<DaemonSetSpec>| spec.as_ref().map(|s| s.template.clone());
        let mut generation = template_generation(&old.metadata);
        if self.spec != old.spec && template(&self.spec) != template(&old.spec) {
            generation += 1;
        }
        set_template_generation(&mut self.metadata, generation);
        self.metadata.generation = workload::generation(&old.metadata, &old.spec, &self.spec);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        if self.spec != old.spec {
            self.spec.clone_from(&old.spec);
        }
        set_template_generation(&mut self.metadata, template_generation(&old.metadata));
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if let Some(spec) = &self.spec {
            validation::spec(spec, &mut errors);
        }
        errors.into_list()
    }

    /// Upstream checks the spec twice here, and so lists each cause twice.
    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        if self.spec == old.spec {
            return Vec::new();
        }
        let mut errors = self.validate();
        errors.extend_from_within(..);
        let mut more = Errors::new();
        if let (Some(new), Some(old)) = (&self.spec, &old.spec) {
            workload::selector_stays(&new.selector, &old.selector, &mut more);
        }
        errors.extend(more.into_list());
        errors
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if let Some(status) = &self.status {
            validation::status(status, old.status.as_ref(), &mut errors);
        }
        errors.into_list()
    }

    fn warnings(&self, old: Option<&Self>) -> Vec<String> {
        let of_spec = |spec: &DaemonSetSpec| {
            let old = old.map(|old| &old.metadata);
            workload::template_warnings(&spec.template, &self.metadata, old)
        };
        self.spec.as_ref().map(of_spec).unwrap_or_default()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            number("Desired"),
            number("Current"),
            number("Ready"),
            number("Up-to-date"),
            number("Available"),
            column("Node Selector"),
            column("Age"),
            wide("Containers"),
            wide("Images"),
            wide("Selector"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let Some(spec) = &self.spec else {
            return vec![String::new(); Self::columns().len()];
        };
        let status = self.status.clone().unwrap_or_default();
        let (names, images) = containers(&spec.template);
        let pods = spec.template.spec.as_ref();
        vec![
            status.desired_number_scheduled.to_string(),
            status.current_number_scheduled.to_string(),
            status.number_ready.to_string(),
            status.updated_number_scheduled.unwrap_or(0).to_string(),
            status.number_available.unwrap_or(0).to_string(),
            labels(pods.and_then(|p| p.node_selector.as_ref())),
            age(&self.metadata, now_ms),
            names,
            images,
            selector::format(&spec.selector),
        ]
    }
}

fn template_generation(metadata: &ObjectMeta) -> i64 {
    let annotations = metadata.annotations.as_ref();
    let text = annotations.and_then(|a| a.get(TEMPLATE_GENERATION));
    text.and_then(|t| t.parse().ok()).unwrap_or(0)
}

fn set_template_generation(metadata: &mut ObjectMeta, generation: i64) {
    let annotations = metadata.annotations.get_or_insert_default();
    annotations.insert(TEMPLATE_GENERATION.to_owned(), generation.to_string());
}
