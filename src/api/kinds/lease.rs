//! Lease.
//!
//! The real thing: pkg/apis/coordination.

use super::cells::{age, column};
use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::api::coordination::v1::Lease;

impl Stored for Lease {
    stored!(Lease);

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Holder"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let holder = self.spec.as_ref().and_then(|s| s.holder_identity.clone());
        vec![holder.unwrap_or_default(), age(&self.metadata, now_ms)]
    }
}
