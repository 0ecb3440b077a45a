//! ReplicaSet.
//!
//! The real thing: pkg/apis/apps/v1/defaults.go, pkg/registry/apps/replicaset/strategy.go.

use super::cells::{age, column, containers, number, wide};
use super::normal::drop_zero;
use super::{Column, Scale, Stored, pod, stored, workload};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::selector;
use crate::api::time::Ms;
use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetStatus};

impl Stored for ReplicaSet {
    stored!(ReplicaSet);

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.replicas.get_or_insert(1);
        drop_zero(&mut spec.min_ready_seconds);
        workload::selector_defaults(&mut spec.selector);
        pod::defaults::template(spec.template.get_or_insert_default());
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        pod::forget_disabled(
            self.spec
                .as_mut()
                .and_then(|s| s.template.as_mut()?.spec.as_mut()),
        );
        self.status = Some(ReplicaSetStatus::default());
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        self.metadata.generation = old.metadata.generation;
        if self.spec != old.spec {
            self.metadata.generation = Some(old.metadata.generation.unwrap_or(0) + 1);
        }
    }

    fn prepare_status_update(&mut self, old: &Self) {
        self.metadata.generation = old.metadata.generation;
        if self.spec != old.spec {
            self.spec.clone_from(&old.spec);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        validate_spec(self, &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if self.spec == old.spec {
            return Vec::new();
        }
        validate_spec(self, &mut errors);
        if let (Some(new), Some(old)) = (&self.spec, &old.spec) {
            workload::selector_stays(&new.selector, &old.selector, &mut errors);
        }
        errors.into_list()
    }

    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let Some(status) = &self.status else {
            return Vec::new();
        };
        let parts = [
            ("fullyLabeledReplicas", status.fully_labeled_replicas),
            ("readyReplicas", status.ready_replicas),
            ("availableReplicas", status.available_replicas),
        ];
        workload::replica_counts(
            &parts,
            status.replicas,
            status.observed_generation,
            &mut errors,
        );
        errors.into_list()
    }

    fn scale(&self) -> Option<Scale> {
        let spec = self.spec.as_ref()?;
        Some(Scale {
            wanted: spec.replicas.unwrap_or_default(),
            is: self.status.as_ref().map_or(0, |s| s.replicas),
            selector: selector::text(&spec.selector),
        })
    }

    fn set_replicas(&mut self, replicas: i32) {
        self.spec.get_or_insert_default().replicas = Some(replicas);
    }

    fn warnings(&self, old: Option<&Self>) -> Vec<String> {
        let template = self.spec.as_ref().and_then(|spec| spec.template.as_ref());
        workload::warnings(&self.metadata, template, old.map(|old| &old.metadata))
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            number("Desired"),
            number("Current"),
            number("Ready"),
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
        let status = self.status.as_ref();
        let template = spec.template.clone().unwrap_or_default();
        let (names, images) = containers(&template);
        vec![
            spec.replicas.unwrap_or_default().to_string(),
            status.map_or(0, |s| s.replicas).to_string(),
            status
                .and_then(|s| s.ready_replicas)
                .unwrap_or_default()
                .to_string(),
            age(&self.metadata, now_ms),
            names,
            images,
            selector::format(&spec.selector),
        ]
    }

    fn selectable_fields() -> &'static [&'static str] {
        &["status.replicas"]
    }

    fn selectable_field(&self, path: &str) -> Option<String> {
        let replicas = || self.status.as_ref().map_or(0, |s| s.replicas).to_string();
        (path == "status.replicas").then(replicas)
    }
}

fn validate_spec(replica_set: &ReplicaSet, errors: &mut Errors) {
    let Some(spec) = &replica_set.spec else {
        return;
    };
    let path = Path::root("spec");
    errors.non_negative(&path.child("replicas"), spec.replicas);
    errors.non_negative(&path.child("minReadySeconds"), spec.min_ready_seconds);
    match &spec.template {
        Some(template) => {
            workload::selector_and_template(&spec.selector, template, &path, errors);
        }
        None => errors.required(&path.child("template"), ""),
    }
}
