//! Lease.
//!
//! The real thing: pkg/apis/coordination.

use super::cells::{age, column};
use super::{Column, Stored, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::coordination::v1::Lease;

impl Stored for Lease {
    stored!(Lease);

    const REVISION_REQUIRED: bool = true;

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let Some(spec) = &self.spec else {
            return Vec::new();
        };
        let path = Path::root("spec");
        if let Some(seconds) = spec.lease_duration_seconds.filter(|s| *s <= 0) {
            let path = path.child("leaseDurationSeconds");
            errors.invalid(&path, seconds, "must be greater than 0");
        }
        errors.non_negative(&path.child("leaseTransitions"), spec.lease_transitions);
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Holder"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let holder = self.spec.as_ref().and_then(|s| s.holder_identity.clone());
        vec![holder.unwrap_or_default(), age(&self.metadata, now_ms)]
    }
}
