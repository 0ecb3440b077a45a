//! ConfigMap.
//!
//! The real thing: pkg/apis/core.

use super::cells::{age, column};
use super::normal::drop_empty;
use super::{Column, Stored, names, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::ConfigMap;
use std::collections::BTreeMap;

/// What all values of a ConfigMap or Secret may weigh together: 1 MiB.
pub(super) const BYTES_MAX: usize = 1024 * 1024;
/// What is said of every change of an immutable one.
pub(super) const IMMUTABLE: &str = "field is immutable when `immutable` is set";

impl Stored for ConfigMap {
    stored!(ConfigMap);

    fn set_defaults(&mut self) {
        drop_empty(&mut self.data);
        drop_empty(&mut self.binary_data);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let mut bytes = 0;
        let data_path = Path::root("data");
        for (key, value) in self.data.iter().flatten() {
            let path = data_path.key(key);
            errors.invalid_text(&path, key, names::config_key(key));
            if self
                .binary_data
                .as_ref()
                .is_some_and(|b| b.contains_key(key))
            {
                let detail = "duplicate of key present in binaryData";
                errors.invalid(&path, key.as_str(), detail);
            }
            bytes += value.len();
        }
        let binary_path = Path::root("binaryData");
        for (key, value) in self.binary_data.iter().flatten() {
            errors.invalid_text(&binary_path.key(key), key, names::config_key(key));
            bytes += value.0.len();
        }
        if bytes > BYTES_MAX {
            errors.too_long(&Path::root("[]"), BYTES_MAX);
        }
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if old.immutable == Some(true) {
            for (field, changed) in [
                ("immutable", self.immutable != Some(true)),
                ("data", self.data != old.data),
                ("binaryData", self.binary_data != old.binary_data),
            ] {
                if changed {
                    errors.forbidden(&Path::root(field), IMMUTABLE);
                }
            }
        }
        let mut errors = errors.into_list();
        errors.extend(self.validate());
        errors
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_immutable_one_stays() {
        let map = |value: serde_json::Value| -> ConfigMap {
            serde_json::from_value(value).expect("a config map")
        };
        let old = map(json!({"data": {"a": "1"}, "immutable": true}));
        for (name, new, want) in [
            (
                "same",
                json!({"data": {"a": "1"}, "immutable": true}),
                vec![],
            ),
            (
                "data",
                json!({"data": {"a": "2"}, "immutable": true}),
                vec!["data: Forbidden: field is immutable when `immutable` is set"],
            ),
            (
                "thawed",
                json!({"data": {"a": "1"}}),
                vec!["immutable: Forbidden: field is immutable when `immutable` is set"],
            ),
        ] {
            let errors: Vec<String> = map(new)
                .validate_update(&old)
                .iter()
                .map(ToString::to_string)
                .collect();
            assert_eq!(errors, want, "{name}");
        }
    }

    #[test]
    fn keys_are_file_names() {
        let map: ConfigMap =
            serde_json::from_value(json!({"data": {"a/b": ""}})).expect("a config map");
        let got = map.validate()[0].to_string();
        assert!(
            got.starts_with("data[a/b]: Invalid value: \"a/b\": a valid config key must consist"),
            "{got}"
        );
    }
}
