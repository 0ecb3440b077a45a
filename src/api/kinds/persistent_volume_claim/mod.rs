//! PersistentVolumeClaim.
//!
//! The real thing: pkg/apis/core/v1/defaults.go (`SetDefaults_PersistentVolumeClaim`), pkg/registry/core/persistentvolumeclaim/strategy.go,
//! pkg/api/persistentvolumeclaim/util.go.
//! Left out: volumeAttributesClassName and sources in other namespaces, whose features are off by default: they are forgotten.

mod difference;
mod update;
mod validation;

pub(super) use validation::spec as validate_spec;

use super::cells::{age, column, wide};
use super::normal::{drop_empty, list, text, text_default};
use super::persistent_volume::{class, modes_cell, or_unset};
use super::{Column, Stored, pod, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::quantity;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{
    PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimStatus,
    TypedLocalObjectReference, TypedObjectReference,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

impl Stored for PersistentVolumeClaim {
    stored!(PersistentVolumeClaim);

    const UNSIMULATED: Option<&'static str> = Some("persistent volume binder");

    fn set_defaults(&mut self) {
        spec_defaults(self.spec.get_or_insert_default());
        let status = self.status.get_or_insert_default();
        text_default(&mut status.phase, "Pending");
        quantity::canonicalize_all(&mut status.capacity);
        quantity::canonicalize_all(&mut status.allocated_resources);
    }

    fn prepare_create(&mut self) {
        self.status = Some(PersistentVolumeClaimStatus {
            phase: Some("Pending".to_owned()),
            ..PersistentVolumeClaimStatus::default()
        });
        let spec = self.spec.get_or_insert_default();
        forget(spec);
        let known = spec.data_source.as_ref().is_some_and(is_known_source);
        if !known {
            spec.data_source = None;
        }
        pair_sources(spec);
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        let spec = self.spec.get_or_insert_default();
        forget(spec);
        pair_sources(spec);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        self.spec.clone_from(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if let Some(spec) = &self.spec {
            validation::spec(spec, &Path::root("spec"), &mut errors);
        }
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if let Some(spec) = &self.spec {
            validation::spec(spec, &Path::root("spec"), &mut errors);
        }
        update::validate(self, old, &mut errors);
        errors.into_list()
    }

    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        update::status(self, &mut errors);
        errors.into_list()
    }

    fn warnings(&self, _old: Option<&Self>) -> Vec<String> {
        let mut warnings = old_class(&self.metadata);
        if let Some(spec) = &self.spec {
            warnings.append(&mut warnings_of_spec(spec, &Path::root("spec")));
        }
        warnings
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Status"),
            column("Volume"),
            column("Capacity"),
            column("Access Modes"),
            column("StorageClass"),
            column("VolumeAttributesClass"),
            column("Age"),
            wide("VolumeMode"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let spec = self.spec.clone().unwrap_or_default();
        let status = self.status.clone().unwrap_or_default();
        let phase = match self.metadata.deletion_timestamp {
            Some(_) => "Terminating",
            None => text(&status.phase),
        };
        let (mut capacity, mut modes) = (String::new(), String::new());
        if !text(&spec.volume_name).is_empty() {
            let storage = status.capacity.as_ref().and_then(|c| c.get("storage"));
            capacity = storage.map_or("0", |q| q.0.as_str()).to_owned();
            modes = modes_cell(list(&status.access_modes));
        }
        vec![
            phase.to_owned(),
            text(&spec.volume_name).to_owned(),
            capacity,
            modes,
            class_of(self).to_owned(),
            or_unset(spec.volume_attributes_class_name),
            age(&self.metadata, now_ms),
            or_unset(spec.volume_mode),
        ]
    }
}

/// The class that a claim names; empty if it names none. The real thing: `GetPersistentVolumeClaimClass`.
#[must_use]
pub fn class_of(claim: &PersistentVolumeClaim) -> &str {
    let field = claim
        .spec
        .as_ref()
        .and_then(|s| s.storage_class_name.as_ref());
    class(claim.metadata.annotations.as_ref(), field)
}

/// A class in the annotation of former times.
pub(super) fn old_class(metadata: &ObjectMeta) -> Vec<String> {
    const KEY: &str = "volume.beta.kubernetes.io/storage-class";
    let annotations = metadata.annotations.as_ref();
    if annotations.is_none_or(|all| !all.contains_key(KEY)) {
        return Vec::new();
    }
    vec![format!(
        "metadata.annotations[{KEY}]: deprecated since v1.8; use \"storageClassName\" attribute instead"
    )]
}

/// Parts of bytes. The real thing: pkg/api/persistentvolumeclaim/util.go (`GetWarningsForPersistentVolumeClaimSpec`).
pub(super) fn warnings_of_spec(spec: &PersistentVolumeClaimSpec, path: &Path<'_>) -> Vec<String> {
    let Some(resources) = &spec.resources else {
        return Vec::new();
    };
    let path = path.child("resources");
    let lists = [
        (&resources.requests, "requests"),
        (&resources.limits, "limits"),
    ];
    let storage = lists.into_iter().filter_map(|(list, name)| {
        let amount = list.as_ref()?.get("storage");
        pod::warnings::fraction(amount, &path.child(name).key("storage"))
    });
    storage.collect()
}

/// What the API server fills into a claim's specification, in a claim or in a template of one.
pub(super) fn spec_defaults(spec: &mut PersistentVolumeClaimSpec) {
    text_default(&mut spec.volume_mode, "Filesystem");
    drop_empty(&mut spec.volume_name);
    if let Some(resources) = &mut spec.resources {
        quantity::canonicalize_all(&mut resources.requests);
        quantity::canonicalize_all(&mut resources.limits);
        drop_empty(&mut resources.requests);
        drop_empty(&mut resources.limits);
    }
}

/// Fields whose features are off by default.
fn forget(spec: &mut PersistentVolumeClaimSpec) {
    spec.volume_attributes_class_name = None;
    let elsewhere = |source: &TypedObjectReference| !text(&source.namespace).is_empty();
    if spec.data_source_ref.as_ref().is_some_and(elsewhere) {
        spec.data_source_ref = None;
    }
}

/// Another claim or a snapshot; other sources only `dataSourceRef` may name.
fn is_known_source(source: &TypedLocalObjectReference) -> bool {
    match source.kind.as_str() {
        "PersistentVolumeClaim" => text(&source.api_group).is_empty(),
        "VolumeSnapshot" => text(&source.api_group) == "snapshot.storage.k8s.io",
        _ => false,
    }
}

/// Each of the two fields for the source gives the other one. The real thing: `NormalizeDataSources`.
fn pair_sources(spec: &mut PersistentVolumeClaimSpec) {
    match (&spec.data_source, &spec.data_source_ref) {
        (Some(source), None) => {
            spec.data_source_ref = Some(TypedObjectReference {
                api_group: source.api_group.clone(),
                kind: source.kind.clone(),
                name: source.name.clone(),
                namespace: None,
            });
        }
        (None, Some(source)) => {
            spec.data_source = Some(TypedLocalObjectReference {
                api_group: source.api_group.clone(),
                kind: source.kind.clone(),
                name: source.name.clone(),
            });
        }
        _ => {}
    }
}
