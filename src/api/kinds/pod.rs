//! Pod.
//!
//! The real thing: pkg/apis/core.

use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::Pod;

impl Stored for Pod {
    stored!(Pod);

    fn columns() -> &'static [Column] {
        &[]
    }

    fn row(&self, _now_ms: Ms) -> Vec<String> {
        Vec::new()
    }
}
