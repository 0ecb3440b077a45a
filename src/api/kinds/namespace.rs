//! Namespace.
//!
//! The real thing: pkg/apis/core, pkg/registry/core/namespace/strategy.go.

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
        &[]
    }

    fn row(&self, _now_ms: Ms) -> Vec<String> {
        Vec::new()
    }
}
