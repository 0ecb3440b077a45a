//! Namespace.
//!
//! The real thing: pkg/apis/core, pkg/registry/core/namespace/strategy.go.

use super::cells::{age, column};
use super::{Column, Stored, SubresourceInfo, names, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::labels;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{Namespace, NamespaceStatus};

const FINALIZER: &str = "kubernetes";
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

impl Stored for Namespace {
    stored!(Namespace);

    const VERBS: &'static [&'static str] = &[
        "create", "delete", "get", "list", "patch", "update", "watch",
    ];

    const SUBRESOURCES: &'static [SubresourceInfo] = &[SubresourceInfo {
        name: "finalize",
        group: "",
        version: "v1",
        kind: "Namespace",
        verbs: &["update"],
    }];

    fn set_defaults(&mut self) {
        self.spec.get_or_insert_default();
        let status = self.status.get_or_insert_default();
        if status.phase.as_deref().unwrap_or_default().is_empty() {
            status.phase = Some("Active".to_owned());
        }
        let Some(name) = self.metadata.name.as_ref().filter(|n| !n.is_empty()) else {
            return;
        };
        let labels = self.metadata.labels.get_or_insert_default();
        if labels.get(NAME_LABEL) != Some(name) {
            labels.insert(NAME_LABEL.to_owned(), name.clone());
        }
    }

    fn prepare_create(&mut self) {
        self.status = Some(NamespaceStatus {
            phase: Some("Active".to_owned()),
            ..NamespaceStatus::default()
        });
        let finalizers = self
            .spec
            .get_or_insert_default()
            .finalizers
            .get_or_insert_default();
        if !finalizers.iter().any(|f| f == FINALIZER) {
            finalizers.push(FINALIZER.to_owned());
        }
        // A generated name is known only now (the real thing: `Canonicalize`).
        if let Some(name) = self.metadata.name.clone().filter(|n| !n.is_empty()) {
            let labels = self.metadata.labels.get_or_insert_default();
            labels.insert(NAME_LABEL.to_owned(), name);
        }
    }

    fn prepare_update(&mut self, old: &Self) {
        self.spec.clone_from(&old.spec);
        self.status.clone_from(&old.status);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        self.spec.clone_from(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let path = Path::root("spec");
        let path = path.child("finalizers");
        let finalizers = self.spec.iter().flat_map(|s| s.finalizers.iter().flatten());
        for finalizer in finalizers {
            errors.invalid_text(&path, finalizer, labels::qualified_name(finalizer));
            let standard = ["kubernetes", "orphan", "foregroundDeletion"];
            if !finalizer.contains('/') && !standard.contains(&finalizer.as_str()) {
                let detail = "name is neither a standard finalizer name nor is it fully qualified";
                errors.invalid(&path, finalizer.as_str(), detail);
            }
        }
        errors.into_list()
    }

    fn validate_update(&self, _old: &Self) -> Vec<FieldError> {
        Vec::new()
    }

    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let phase = self.status.as_ref().and_then(|s| s.phase.as_deref());
        let (wanted, detail) = match self.metadata.deletion_timestamp {
            None => (
                "Active",
                "may only be 'Active' if `deletionTimestamp` is empty",
            ),
            Some(_) => (
                "Terminating",
                "may only be 'Terminating' if `deletionTimestamp` is not empty",
            ),
        };
        if phase != Some(wanted) {
            let path = Path::root("status");
            errors.invalid(&path.child("Phase"), phase.unwrap_or_default(), detail);
        }
        errors.into_list()
    }

    fn validate_name(name: &str) -> Option<String> {
        names::label(name).into_iter().next()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Status"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let phase = self.status.as_ref().and_then(|s| s.phase.clone());
        vec![phase.unwrap_or_default(), age(&self.metadata, now_ms)]
    }

    fn selectable_fields() -> &'static [&'static str] {
        &["status.phase"]
    }

    fn selectable_field(&self, path: &str) -> Option<String> {
        let phase = || {
            self.status
                .as_ref()
                .and_then(|s| s.phase.clone())
                .unwrap_or_default()
        };
        (path == "status.phase").then(phase)
    }
}
