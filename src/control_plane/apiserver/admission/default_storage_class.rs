//! DefaultStorageClass: a claim that names no class gets the default one, if there is one.
//!
//! The real thing: plugin/pkg/admission/storage/storageclass/setdefault/admission.go, pkg/volume/util/storageclass.go (`GetDefaultClass`).

use super::{Attributes, Plugin, World};
use crate::api::kinds::storage_class;
use crate::api::{Kind, Object, Status, Stored};
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use k8s_openapi::api::storage::v1::StorageClass;

const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

/// See the file.
pub(super) struct DefaultStorageClass;

impl Plugin for DefaultStorageClass {
    fn admit(
        &self,
        attributes: &Attributes<'_>,
        object: &mut Object,
        world: &World<'_>,
    ) -> Result<(), Status> {
        if !attributes.creates(Kind::PersistentVolumeClaim) {
            return Ok(());
        }
        let Some(claim) = PersistentVolumeClaim::of(object) else {
            return Ok(());
        };
        let annotations = claim.metadata.annotations.as_ref();
        let annotated = annotations.is_some_and(|a| a.contains_key(CLASS_ANNOTATION));
        let spec = claim.spec.as_ref();
        if annotated || spec.is_some_and(|s| s.storage_class_name.is_some()) {
            return Ok(());
        }
        let is_default = |class: &StorageClass| storage_class::is_default(class);
        let Some(name) = world.default_class(is_default) else {
            return Ok(());
        };
        let claim = PersistentVolumeClaim::of_mut(object).expect("it was a claim a moment ago");
        claim.spec.get_or_insert_default().storage_class_name = Some(name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, admit, object, snapshot};
    use super::*;
    use serde_json::{Value, json};

    fn class(name: &str, created: &str, default: bool) -> Object {
        let json = json!({"metadata": {"name": name, "creationTimestamp": created, "annotations": {storage_class::IS_DEFAULT: default.to_string()}}, "provisioner": "a/b"});
        object::<StorageClass>(json).into()
    }

    #[test]
    fn claims_get_the_newest_default() {
        let (early, late) = ("2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z");
        let cases: [(&str, Vec<Object>, Value, Option<&str>); 5] = [
            ("no class", vec![], json!({}), None),
            (
                "none is the default",
                vec![class("a", early, false)],
                json!({}),
                None,
            ),
            (
                "the newest",
                vec![class("a", early, true), class("b", late, true)],
                json!({}),
                Some("b"),
            ),
            (
                "by name",
                vec![class("b", early, true), class("a", early, true)],
                json!({}),
                Some("a"),
            ),
            (
                "none is wanted",
                vec![class("a", early, true)],
                json!({"storageClassName": ""}),
                Some(""),
            ),
        ];
        for (name, classes, spec, want) in cases {
            let claim: PersistentVolumeClaim =
                object(json!({"metadata": {"name": "c"}, "spec": spec}));
            let head = snapshot(classes);
            let got = admit(&DefaultStorageClass, &Case::create(), claim, &head);
            let got = got.expect("never refused");
            let got = PersistentVolumeClaim::of(&got).and_then(|c| c.spec.clone());
            let got = got.and_then(|s| s.storage_class_name);
            assert_eq!(got.as_deref(), want, "{name}");
        }
    }
}
