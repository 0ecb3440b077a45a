//! ConfigMap.
//!
//! The real thing: pkg/apis/core.

use super::cells::{age, column};
use super::normal::drop_empty;
use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::ConfigMap;
use std::collections::BTreeMap;

impl Stored for ConfigMap {
    stored!(ConfigMap);

    fn set_defaults(&mut self) {
        drop_empty(&mut self.data);
        drop_empty(&mut self.binary_data);
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Data"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let data = self.data.as_ref().map_or(0, BTreeMap::len);
        let binary = self.binary_data.as_ref().map_or(0, BTreeMap::len);
        vec![(data + binary).to_string(), age(&self.metadata, now_ms)]
    }
}
