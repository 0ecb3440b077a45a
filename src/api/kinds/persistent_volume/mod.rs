//! PersistentVolume.
//!
//! The real thing: pkg/apis/core/v1/defaults.go (`SetDefaults_PersistentVolume`), pkg/registry/core/persistentvolume/strategy.go,
//! pkg/apis/core/validation/validation.go (`ValidatePersistentVolume`).
//! Left out: what is inside of the volume types that `pod/volumes.rs` names; volumeAttributesClassName, whose feature is off by default:
//! it is forgotten. A new phase written to the status does not set lastPhaseTransitionTime.

mod validation;

pub(super) use validation::{Context, access_modes, spec};

use super::cells::{age, column, wide};
use super::normal::{drop_empty, list, text, text_default};
use super::{Column, Stored, stored};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::quantity;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeStatus};
use std::collections::BTreeMap;

/// Where classes were named before there was a field.
pub(super) const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

impl Stored for PersistentVolume {
    stored!(PersistentVolume);

    const UNSIMULATED: Option<&'static str> = Some("persistent volume binder");

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        text_default(&mut spec.persistent_volume_reclaim_policy, "Retain");
        text_default(&mut spec.volume_mode, "Filesystem");
        quantity::canonicalize_all(&mut spec.capacity);
        drop_empty(&mut spec.storage_class_name);
        drop_empty(&mut spec.mount_options);
        if let Some(host_path) = &mut spec.host_path {
            host_path.type_.get_or_insert_default();
        }
        let status = self.status.get_or_insert_default();
        text_default(&mut status.phase, "Pending");
    }

    fn prepare_create(&mut self) {
        self.status = Some(PersistentVolumeStatus {
            phase: Some("Pending".to_owned()),
            last_phase_transition_time: self.metadata.creation_timestamp.clone(),
            ..PersistentVolumeStatus::default()
        });
        self.spec
            .get_or_insert_default()
            .volume_attributes_class_name = None;
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        self.spec
            .get_or_insert_default()
            .volume_attributes_class_name = None;
    }

    fn prepare_status_update(&mut self, old: &Self) {
        self.spec.clone_from(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        validation::create(self, &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        validation::create(self, &mut errors);
        validation::update(self, old, &mut errors);
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Capacity"),
            column("Access Modes"),
            column("Reclaim Policy"),
            column("Status"),
            column("Claim"),
            column("StorageClass"),
            column("VolumeAttributesClass"),
            column("Reason"),
            column("Age"),
            wide("VolumeMode"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let spec = self.spec.clone().unwrap_or_default();
        let status = self.status.clone().unwrap_or_default();
        let capacity = spec.capacity.as_ref().and_then(|c| c.get("storage"));
        let phase = match self.metadata.deletion_timestamp {
            Some(_) => "Terminating",
            None => text(&status.phase),
        };
        let claim = spec
            .claim_ref
            .as_ref()
            .map(|c| format!("{}/{}", text(&c.namespace), text(&c.name)));
        let class = class(
            self.metadata.annotations.as_ref(),
            spec.storage_class_name.as_ref(),
        );
        vec![
            capacity.map_or("0", |q| q.0.as_str()).to_owned(),
            modes_cell(list(&spec.access_modes)),
            text(&spec.persistent_volume_reclaim_policy).to_owned(),
            phase.to_owned(),
            claim.unwrap_or_default(),
            class.to_owned(),
            or_unset(spec.volume_attributes_class_name),
            text(&status.reason).to_owned(),
            age(&self.metadata, now_ms),
            or_unset(spec.volume_mode),
        ]
    }
}

/// The text, or that there is none.
pub(super) fn or_unset(text: Option<String>) -> String {
    text.unwrap_or_else(|| "<unset>".to_owned())
}

/// The class that a volume or a claim names, by the annotation or by the field.
pub(super) fn class<'a>(
    annotations: Option<&'a BTreeMap<String, String>>,
    field: Option<&'a String>,
) -> &'a str {
    let annotation = annotations.and_then(|a| a.get(CLASS_ANNOTATION));
    annotation.or(field).map_or("", String::as_str)
}

/// `RWO,ROX`. The real thing: `GetAccessModesAsString`.
pub(super) fn modes_cell(modes: &[String]) -> String {
    let short = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let has = |name: &str| modes.iter().any(|mode| mode == name);
    let cells = short.iter().filter(|(name, _)| has(name));
    cells.map(|(_, cell)| *cell).collect::<Vec<_>>().join(",")
}
