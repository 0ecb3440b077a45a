//! EndpointSlice.
//!
//! The real thing: pkg/apis/discovery.

use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::api::discovery::v1::EndpointSlice;

impl Stored for EndpointSlice {
    stored!(EndpointSlice);

    fn columns() -> &'static [Column] {
        &[]
    }

    fn row(&self, _now_ms: Ms) -> Vec<String> {
        Vec::new()
    }
}
