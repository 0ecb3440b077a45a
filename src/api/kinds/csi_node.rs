//! CSINode.
//!
//! The real thing: pkg/apis/storage/validation/validation.go (`ValidateCSINode`), pkg/registry/storage/csinode/strategy.go.

use super::cells::{age, column, number};
use super::normal::{drop_empty, list};
use super::pod::volumes::csi_driver as driver_name;
use super::{Column, Stored, go, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::labels;
use crate::api::time::Ms;
use k8s_openapi::api::storage::v1::{CSINode, CSINodeDriver};

/// How long a driver's own name for the node may be.
const NODE_ID_MAX: usize = 192;

impl Stored for CSINode {
    stored!(CSINode);

    const REVISION_REQUIRED: bool = true;

    fn set_defaults(&mut self) {
        for driver in &mut self.spec.drivers {
            drop_empty(&mut driver.topology_keys);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let spec = Path::root("spec");
        let path = spec.child("drivers");
        for (index, driver) in self.spec.drivers.iter().enumerate() {
            let earlier = &self.spec.drivers[..index];
            validate_driver(driver, earlier, &path.index(index), &mut errors);
        }
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = self.validate();
        for was in &old.spec.drivers {
            let is = self.spec.drivers.iter().find(|d| d.name == was.name);
            let Some(is) = is.filter(|is| *is != was) else {
                continue;
            };
            let mut more = Errors::new();
            more.invalid_go(
                &Path::root("CSINodeDriver"),
                &value(is),
                "field is immutable",
            );
            errors.extend(more.into_list());
        }
        errors
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[number("Drivers"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let drivers = self.spec.drivers.len().to_string();
        vec![drivers, age(&self.metadata, now_ms)]
    }
}

fn value(driver: &CSINodeDriver) -> String {
    let allocatable = match &driver.allocatable {
        None => "(*storage.VolumeNodeResources)(nil)",
        Some(_) => "(*storage.VolumeNodeResources)(0xc000000000)",
    };
    format!(
        "storage.CSINodeDriver{{Name:{:?}, NodeID:{:?}, TopologyKeys:{}, Allocatable:{allocatable}}}",
        driver.name,
        driver.node_id,
        go::list(driver.topology_keys.as_deref())
    )
}

fn validate_driver(
    driver: &CSINodeDriver,
    earlier: &[CSINodeDriver],
    path: &Path<'_>,
    errors: &mut Errors,
) {
    driver_name(&driver.name, &path.child("name"), errors);
    let id_path = path.child("nodeID");
    if driver.node_id.is_empty() {
        errors.required(&id_path, "");
    }
    if driver.node_id.len() > NODE_ID_MAX {
        let detail = format!("must be {NODE_ID_MAX} characters or less");
        errors.invalid(&id_path, driver.node_id.as_str(), &detail);
    }
    let count = driver.allocatable.as_ref().and_then(|a| a.count);
    let count_path = path.child("allocatable");
    errors.non_negative(&count_path.child("count"), count);
    if earlier.iter().any(|d| d.name == driver.name) {
        errors.duplicate(&path.child("name"), driver.name.as_str());
    }
    let keys = list(&driver.topology_keys);
    for (index, key) in keys.iter().enumerate() {
        if key.is_empty() {
            errors.required(path, "");
        }
        if keys[..index].contains(key) {
            errors.duplicate(path, key.as_str());
        }
        for why in labels::qualified_name(key) {
            errors.invalid_go(path, &go::list(Some(keys)), &why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn node(drivers: Value) -> CSINode {
        let json = json!({"spec": {"drivers": drivers}});
        serde_json::from_value(json).expect("a node")
    }

    #[test]
    fn drivers_are_refused() {
        for (name, drivers, want) in [
            ("fine", json!([{"name": "a.b", "nodeID": "n1"}]), vec![]),
            (
                "no id",
                json!([{"name": "a.b", "nodeID": ""}]),
                vec!["spec.drivers[0].nodeID: Required value"],
            ),
            (
                "twice",
                json!([{"name": "a.b", "nodeID": "n1"}, {"name": "a.b", "nodeID": "n1"}]),
                vec!["spec.drivers[1].name: Duplicate value: \"a.b\""],
            ),
        ] {
            let errors = node(drivers).validate();
            let got: Vec<String> = errors.iter().map(ToString::to_string).collect();
            assert_eq!(got, want, "{name}");
        }
        let old = node(json!([{"name": "a.b", "nodeID": "n1"}]));
        let new = node(json!([{"name": "a.b", "nodeID": "n2"}]));
        let got = new.validate_update(&old)[0].to_string();
        assert!(got.ends_with("field is immutable"), "{got}");
        assert_eq!(node(json!([])).validate_update(&old), []);
    }
}
