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
use super::{Column, Stored, persistent_volume_claim, pod, stored};
use crate::api::check::{Errors, Path};
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

    fn warnings(&self, _old: Option<&Self>) -> Vec<String> {
        warnings(self)
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

/// The real thing: pkg/api/persistentvolume/util.go (`GetWarningsForPersistentVolume`).
fn warnings(volume: &PersistentVolume) -> Vec<String> {
    const OPTIONS: &str = "volume.beta.kubernetes.io/mount-options";
    let mut warnings = persistent_volume_claim::old_class(&volume.metadata);
    let annotations = volume.metadata.annotations.as_ref();
    if annotations.is_some_and(|all| all.contains_key(OPTIONS)) {
        warnings.push(format!(
            "metadata.annotations[{OPTIONS}]: deprecated since v1.31; use \"mountOptions\" attribute instead"
        ));
    }
    let Some(spec) = &volume.spec else {
        return warnings;
    };
    if spec.persistent_volume_reclaim_policy.as_deref() == Some("Recycle") {
        let text = "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
        warnings.push(text.to_owned());
    }
    let required = spec
        .node_affinity
        .as_ref()
        .and_then(|a| a.required.as_ref());
    let path = Path::root("spec");
    let path_of_affinity = path.child("nodeAffinity");
    let path_of_required = path_of_affinity.child("required");
    let path_of_terms = path_of_required.child("nodeSelectorTerms");
    let terms = required.map_or(&[][..], |selector| &selector.node_selector_terms);
    for (index, term) in terms.iter().enumerate() {
        let path = path_of_terms.index(index);
        warnings.append(&mut pod::warnings::of_term(term, &path));
    }
    // Of these two nothing is said here, only where they stand in pods.
    let told = |field: &&str| !matches!(*field, "flocker" | "quobyte");
    let given = validation::given(spec).into_iter().filter(told);
    warnings.extend(given.filter_map(|field| pod::warnings::of_source(field, &path)));
    warnings
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn sources_of_former_times() {
        let cases: &[(&str, Value, &[&str])] = &[
            ("hostPath", json!({"path": "/data"}), &[]),
            (
                "cephfs",
                json!({"monitors": ["m"]}),
                &["spec.cephfs: deprecated in v1.28, non-functional in v1.31+"],
            ),
            (
                "storageos",
                json!({"volumeName": "v"}),
                &["spec.storageOS: deprecated in v1.22, non-functional in v1.25+"],
            ),
            (
                "glusterfs",
                json!({"endpoints": "e", "path": "/p"}),
                &["spec.glusterfs: deprecated in v1.25, non-functional in v1.26+"],
            ),
            ("flocker", json!({"datasetName": "d"}), &[]),
        ];
        for (field, source, want) in cases {
            let volume: PersistentVolume =
                serde_json::from_value(json!({"spec": {*field: source}})).expect("a volume");
            assert_eq!(volume.warnings(None), *want, "{field}");
        }
    }
}
