//! StorageObjectInUseProtection: claims and volumes get a finalizer, so that none goes while it is used.
//!
//! The real thing: plugin/pkg/admission/storage/storageobjectinuseprotection/admission.go.

use super::{Attributes, Plugin, World};
use crate::api::{Kind, Object, Status};

/// See the file.
pub(super) struct StorageObjectInUseProtection;

impl Plugin for StorageObjectInUseProtection {
    fn admit(
        &self,
        attributes: &Attributes<'_>,
        object: &mut Object,
        _world: &World<'_>,
    ) -> Result<(), Status> {
        let finalizer = if attributes.creates(Kind::PersistentVolumeClaim) {
            "kubernetes.io/pvc-protection"
        } else if attributes.creates(Kind::PersistentVolume) {
            "kubernetes.io/pv-protection"
        } else {
            return Ok(());
        };
        let finalizers = object.metadata_mut().finalizers.get_or_insert_default();
        if !finalizers.iter().any(|f| f == finalizer) {
            finalizers.push(finalizer.to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, admit, object, snapshot};
    use super::*;
    use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
    use serde_json::json;

    #[test]
    fn storage_is_protected_once() {
        let head = snapshot([]);
        let metadata =
            json!({"metadata": {"name": "a", "finalizers": ["kubernetes.io/pvc-protection"]}});
        let claim: PersistentVolumeClaim = object(metadata);
        let volume: PersistentVolume = object(json!({"metadata": {"name": "a"}}));
        for (given, want) in [
            (Object::from(claim), "kubernetes.io/pvc-protection"),
            (volume.into(), "kubernetes.io/pv-protection"),
        ] {
            let got = admit(&StorageObjectInUseProtection, &Case::create(), given, &head);
            let got = got.expect("never refused").metadata().finalizers.clone();
            assert_eq!(got, Some(vec![want.to_owned()]));
        }
    }
}
