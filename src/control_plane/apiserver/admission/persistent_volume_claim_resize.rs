//! PersistentVolumeClaimResize: only a bound claim may grow, and only if its class says that its volumes can.
//!
//! The real thing: plugin/pkg/admission/storage/persistentvolume/resize/admission.go.

use super::{Attributes, Operation, Plugin, World};
use crate::api::kinds::persistent_volume_claim::class_of;
use crate::api::{Kind, Object, Status, Stored, quantity};
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use k8s_openapi::api::storage::v1::StorageClass;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::cmp::Ordering;

/// See the file.
pub(super) struct PersistentVolumeClaimResize;

impl Plugin for PersistentVolumeClaimResize {
    fn validate(
        &self,
        attributes: &Attributes<'_>,
        object: Option<&Object>,
        world: &World<'_>,
    ) -> Result<Vec<Object>, Status> {
        let updates = attributes.operation == Operation::Update;
        if !updates || attributes.subresource.is_some() {
            return Ok(Vec::new());
        }
        let new = object.and_then(PersistentVolumeClaim::of);
        let old = attributes.old.and_then(PersistentVolumeClaim::of);
        let (Some(new), Some(old)) = (new, old) else {
            return Ok(Vec::new());
        };
        if quantity::compare(&size(new), &size(old)) != Ordering::Greater {
            return Ok(Vec::new());
        }
        let phase = old.status.as_ref().and_then(|s| s.phase.as_deref());
        if phase != Some("Bound") {
            let why = "Only bound persistent volume claims can be expanded";
            return Err(attributes.forbidden(object, why));
        }
        let name = class_of(new);
        let class = world.head.table(Kind::StorageClass).get("", name);
        let class = class.and_then(StorageClass::of);
        let may = class.is_some_and(|c| c.allow_volume_expansion == Some(true));
        if !may || name != class_of(old) {
            let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
            return Err(attributes.forbidden(object, why));
        }
        Ok(Vec::new())
    }
}

fn size(claim: &PersistentVolumeClaim) -> Quantity {
    let resources = claim.spec.as_ref().and_then(|s| s.resources.as_ref());
    let requests = resources.and_then(|r| r.requests.as_ref());
    let amount = requests.and_then(|r| r.get("storage"));
    amount.cloned().unwrap_or_else(|| Quantity("0".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, object, snapshot, validate};
    use super::*;
    use serde_json::json;

    #[test]
    fn claims_grow_only_where_volumes_can() {
        let claim = |size: &str, phase: &str| -> Object {
            let json = json!({"metadata": {"name": "c"}, "spec": {"storageClassName": "fast", "resources": {"requests": {"storage": size}}}, "status": {"phase": phase}});
            object::<PersistentVolumeClaim>(json).into()
        };
        let class = |grows: bool| -> Object {
            object::<StorageClass>(json!({"metadata": {"name": "fast"}, "provisioner": "a/b", "allowVolumeExpansion": grows})).into()
        };
        let refused = "persistentvolumeclaims \"c\" is forbidden: ";
        for (name, phase, grows, want) in [
            ("it can", "Bound", true, ""),
            (
                "not bound",
                "Pending",
                true,
                "Only bound persistent volume claims can be expanded",
            ),
            (
                "it cannot",
                "Bound",
                false,
                "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
            ),
        ] {
            let old = claim("1Gi", phase);
            let case = Case {
                operation: Operation::Update,
                old: Some(&old),
                ..Case::create()
            };
            let head = snapshot([class(grows)]);
            let got = validate(
                &PersistentVolumeClaimResize,
                &case,
                claim("2Gi", phase),
                &head,
            );
            let got = got.err().unwrap_or_default();
            assert_eq!(
                got.strip_prefix(refused).unwrap_or_default(),
                want,
                "{name}"
            );
            let same = validate(
                &PersistentVolumeClaimResize,
                &case,
                claim("1Gi", phase),
                &head,
            );
            assert_eq!(same, Ok(Vec::new()), "{name}");
        }
    }
}
