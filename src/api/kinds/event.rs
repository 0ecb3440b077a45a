//! Event.
//!
//! The real thing: pkg/apis/core.

use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::Event;

impl Stored for Event {
    stored!(Event);

    fn columns() -> &'static [Column] {
        &[]
    }

    fn row(&self, _now_ms: Ms) -> Vec<String> {
        Vec::new()
    }
}
