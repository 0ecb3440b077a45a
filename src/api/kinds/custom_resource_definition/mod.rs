//! CustomResourceDefinition: how a cluster is taught a new kind.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions, pkg/registry/customresourcedefinition/strategy.go.
//! Left out: warnings about formats that nobody checks.

mod approval;
mod facts;
mod openapi;
mod structural;
#[cfg(test)]
mod tests;
mod validation;

pub use approval::approval_condition;
pub use facts::{DefinitionFacts, VersionFacts};
pub use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceDefinitionVersion,
};

use super::cells::column;
use super::{Column, Stored, stored};
use crate::api::field::FieldError;
use crate::api::time::{self, Ms};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1 as upstream;

impl Stored for CustomResourceDefinition {
    stored!(CustomResourceDefinition);

    const REVISION_REQUIRED: bool = true;

    fn set_defaults(&mut self) {
        let names = &mut self.spec.names;
        if names.singular.as_deref().unwrap_or_default().is_empty() {
            names.singular = Some(names.kind.to_ascii_lowercase());
        }
        if names.list_kind.as_deref().unwrap_or_default().is_empty() && !names.kind.is_empty() {
            names.list_kind = Some(format!("{}List", names.kind));
        }
        if self.spec.conversion.is_none() {
            self.spec.conversion = Some(upstream::CustomResourceConversion {
                strategy: "None".to_owned(),
                webhook: None,
            });
        }
        note_storage_version(self);
    }

    fn prepare_create(&mut self) {
        self.status = None;
        self.metadata.generation = Some(1);
        note_storage_version(self);
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        if self.spec != old.spec {
            self.metadata.generation = old.metadata.generation.map(|g| g + 1);
        }
        note_storage_version(self);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        self.spec.clone_from(&old.spec);
        let metadata = std::mem::replace(&mut self.metadata, old.metadata.clone());
        self.metadata.resource_version = metadata.resource_version;
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::validate(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::validate_update(self, old)
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Created At")];
        COLUMNS
    }

    fn row(&self, _now_ms: Ms) -> Vec<String> {
        let created = self.metadata.creation_timestamp.as_ref();
        vec![created.map_or("<unknown>".to_owned(), |t| time::rfc3339(t.0))]
    }
}

/// The storage version is one of those in which objects may lie in the store.
fn note_storage_version(crd: &mut CustomResourceDefinition) {
    let Some(version) = crd.storage_version().map(str::to_owned) else {
        return;
    };
    let status = crd.status.get_or_insert_default();
    let stored = status.stored_versions.get_or_insert_default();
    if !stored.contains(&version) {
        stored.push(version);
    }
}
