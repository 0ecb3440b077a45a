//! Secret.
//!
//! The real thing: pkg/apis/core.

use super::cells::{age, column};
use super::normal::{drop_empty, text_default};
use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use std::collections::BTreeMap;

impl Stored for Secret {
    stored!(Secret);

    fn set_defaults(&mut self) {
        text_default(&mut self.type_, "Opaque");
        // `stringData` can be written and is never read back: it lands in `data`.
        for (key, text) in self.string_data.take().into_iter().flatten() {
            let data = self.data.get_or_insert_default();
            data.insert(key, ByteString(text.into_bytes()));
        }
        drop_empty(&mut self.data);
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Type"), column("Data"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        vec![
            self.type_.clone().unwrap_or_default(),
            self.data.as_ref().map_or(0, BTreeMap::len).to_string(),
            age(&self.metadata, now_ms),
        ]
    }

    fn selectable_fields() -> &'static [&'static str] {
        &["type"]
    }

    fn selectable_field(&self, path: &str) -> Option<String> {
        (path == "type").then(|| self.type_.clone().unwrap_or_default())
    }
}
