//! Namespace.
//!
//! The real thing: pkg/apis/core, pkg/registry/core/namespace/strategy.go.

use super::cells::{age, column};
use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{Namespace, NamespaceStatus};

const FINALIZER: &str = "kubernetes";
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

impl Stored for Namespace {
    stored!(Namespace);

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
