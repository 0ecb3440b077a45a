//! Lease.
//!
//! The real thing: pkg/apis/coordination.

use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::api::coordination::v1::Lease;

impl Stored for Lease {
    stored!(Lease);

    fn columns() -> &'static [Column] {
        &[]
    }

    fn row(&self, _now_ms: Ms) -> Vec<String> {
        Vec::new()
    }
}
