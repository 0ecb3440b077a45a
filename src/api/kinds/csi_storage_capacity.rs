//! CSIStorageCapacity.
//!
//! The real thing: pkg/apis/storage/validation/validation.go (`ValidateCSIStorageCapacity`), pkg/registry/storage/csistoragecapacity/strategy.go.

use super::cells::column;
use super::{Column, Stored, go, names, selectors, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::quantity;
use crate::api::time::Ms;
use k8s_openapi::api::storage::v1::CSIStorageCapacity;

impl Stored for CSIStorageCapacity {
    stored!(CSIStorageCapacity);

    const REVISION_REQUIRED: bool = true;

    fn set_defaults(&mut self) {
        let amounts = [&mut self.capacity, &mut self.maximum_volume_size];
        amounts
            .into_iter()
            .flatten()
            .for_each(quantity::canonicalize);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if let Some(selector) = &self.node_topology {
            selectors::validate(selector, &Path::root("nodeTopology"), &mut errors);
        }
        let class = self.storage_class_name.as_str();
        let path = Path::root("storageClassName");
        errors.invalid_text(&path, class, names::subdomain(class));
        for (field, amount) in [
            ("capacity", &self.capacity),
            ("maximumVolumeSize", &self.maximum_volume_size),
        ] {
            if let Some(amount) = amount.as_ref().filter(|a| quantity::is_negative(a)) {
                let detail = "must be greater than or equal to 0";
                errors.invalid(&Path::root(field), amount.0.as_str(), detail);
            }
        }
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = self.validate();
        let mut more = Errors::new();
        if self.node_topology != old.node_topology {
            let value = self
                .node_topology
                .as_ref()
                .map_or_else(|| "null".to_owned(), go::selector);
            let path = Path::root("nodeTopology");
            more.invalid_go(&path, &value, "field is immutable");
        }
        if self.storage_class_name != old.storage_class_name {
            let path = Path::root("storageClassName");
            let class = self.storage_class_name.as_str();
            more.invalid(&path, class, "field is immutable");
        }
        errors.extend(more.into_list());
        errors
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("StorageClassName"), column("Capacity")];
        COLUMNS
    }

    fn row(&self, _now_ms: Ms) -> Vec<String> {
        let capacity = self.capacity.as_ref().map(|q| q.0.clone());
        vec![
            self.storage_class_name.clone(),
            capacity.unwrap_or_else(|| "<unset>".to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn capacity(json: Value) -> CSIStorageCapacity {
        serde_json::from_value(json).expect("a capacity")
    }

    #[test]
    fn what_was_asked_stays() {
        let old = capacity(json!({"storageClassName": "fast", "capacity": "1Gi"}));
        let new = capacity(json!({"storageClassName": "slow", "capacity": "-1Gi"}));
        let errors = new.validate_update(&old);
        let got: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let want = [
            "capacity: Invalid value: \"-1Gi\": must be greater than or equal to 0",
            "storageClassName: Invalid value: \"slow\": field is immutable",
        ];
        assert_eq!(got, want);
    }
}
