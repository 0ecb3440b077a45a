//! StatefulSet.
//!
//! The real thing: pkg/apis/apps/v1/defaults.go (`SetDefaults_StatefulSet`), pkg/registry/apps/statefulset/strategy.go.
//! Left out: maxUnavailable, which 1.33 forgets unless its feature is switched on.

#[cfg(test)]
mod tests;
mod validation;

use super::cells::{age, column, containers, wide};
use super::normal::{drop_empty, drop_zero, list, text_default};
use super::{Column, Scale, Stored, names, persistent_volume_claim, pod, stored, workload};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::time::Ms;
use crate::api::{quantity, selector};
use k8s_openapi::api::apps::v1::{StatefulSet, StatefulSetSpec, StatefulSetStatus};
use k8s_openapi::api::core::v1::PersistentVolumeClaim;

impl Stored for StatefulSet {
    stored!(StatefulSet);

    const UNSIMULATED: Option<&'static str> = Some("statefulset controller");

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        text_default(&mut spec.pod_management_policy, "OrderedReady");
        strategy_defaults(spec);
        let retention = spec
            .persistent_volume_claim_retention_policy
            .get_or_insert_default();
        text_default(&mut retention.when_deleted, "Retain");
        text_default(&mut retention.when_scaled, "Retain");
        spec.replicas.get_or_insert(1);
        spec.revision_history_limit.get_or_insert(10);
        drop_zero(&mut spec.min_ready_seconds);
        drop_empty(&mut spec.service_name);
        workload::selector_defaults(&mut spec.selector);
        drop_empty(&mut spec.volume_claim_templates);
        if let Some(ordinals) = &mut spec.ordinals {
            ordinals.start.get_or_insert(0);
        }
        let claims = spec.volume_claim_templates.iter_mut().flatten();
        claims.for_each(claim_defaults);
        pod::defaults::template(&mut spec.template);
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Some(StatefulSetStatus {
            available_replicas: Some(0),
            ..StatefulSetStatus::default()
        });
        let spec = self.spec.get_or_insert_default();
        forget_max_unavailable(spec);
        pod::forget_disabled(spec.template.spec.as_mut());
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        forget_max_unavailable(self.spec.get_or_insert_default());
        self.metadata.generation = workload::generation(&old.metadata, &old.spec, &self.spec);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        if self.spec != old.spec {
            self.spec.clone_from(&old.spec);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        validation::create(self, &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if self.spec != old.spec {
            validation::update(self, old, &mut errors);
        }
        errors.into_list()
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if let Some(status) = &self.status {
            validation::status(status, old.status.as_ref(), &mut errors);
        }
        errors.into_list()
    }

    /// The name begins the names of pods, which are host names.
    fn validate_name(name: &str) -> Option<String> {
        names::label(name).into_iter().next()
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
        let Some(spec) = &self.spec else {
            return Vec::new();
        };
        let old = old.map(|old| &old.metadata);
        let mut warnings = workload::template_warnings(&spec.template, &self.metadata, old);
        let path = workload::SPEC.child("volumeClaimTemplates");
        for (index, claim) in list(&spec.volume_claim_templates).iter().enumerate() {
            let spec = claim.spec.as_ref();
            let of_spec =
                |spec| persistent_volume_claim::warnings_of_spec(spec, &path.index(index));
            warnings.extend(spec.map(of_spec).unwrap_or_default());
        }
        if spec.revision_history_limit.unwrap_or(0) < 0 {
            let text = "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended";
            warnings.push(text.to_owned());
        }
        warnings
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Ready"),
            column("Age"),
            wide("Containers"),
            wide("Images"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let Some(spec) = &self.spec else {
            return vec![String::new(); Self::columns().len()];
        };
        let (names, images) = containers(&spec.template);
        let ready = self.status.as_ref().and_then(|s| s.ready_replicas);
        vec![
            format!(
                "{}/{}",
                ready.unwrap_or_default(),
                spec.replicas.unwrap_or_default()
            ),
            age(&self.metadata, now_ms),
            names,
            images,
        ]
    }
}

fn strategy_defaults(spec: &mut StatefulSetSpec) {
    let strategy = spec.update_strategy.get_or_insert_default();
    drop_empty(&mut strategy.type_);
    if strategy.type_.is_none() {
        strategy.type_ = Some("RollingUpdate".to_owned());
        strategy.rolling_update.get_or_insert_default();
    }
    if strategy.type_.as_deref() == Some("RollingUpdate")
        && let Some(rolling) = &mut strategy.rolling_update
    {
        rolling.partition.get_or_insert(0);
    }
}

/// The real thing: pkg/apis/core/v1/defaults.go (`SetDefaults_PersistentVolumeClaim`, `SetDefaults_PersistentVolumeClaimSpec`).
fn claim_defaults(claim: &mut PersistentVolumeClaim) {
    let status = claim.status.get_or_insert_default();
    text_default(&mut status.phase, "Pending");
    let spec = claim.spec.get_or_insert_default();
    spec.volume_mode
        .get_or_insert_with(|| "Filesystem".to_owned());
    if let Some(resources) = &mut spec.resources {
        quantity::canonicalize_all(&mut resources.requests);
        quantity::canonicalize_all(&mut resources.limits);
    }
}

fn forget_max_unavailable(spec: &mut StatefulSetSpec) {
    let strategy = spec.update_strategy.as_mut();
    if let Some(rolling) = strategy.and_then(|s| s.rolling_update.as_mut()) {
        rolling.max_unavailable = None;
    }
}
