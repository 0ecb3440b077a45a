//! Who owns whom.
//!
//! The real thing: apimachinery's `metav1.GetControllerOf`, `metav1.NewControllerRef`.

use super::{Name, Object, Revision, Stored, Uid};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

/// The one owner that controls this object, if any.
#[must_use]
pub fn controller_of(meta: &ObjectMeta) -> Option<&OwnerReference> {
    meta.owner_references
        .as_ref()?
        .iter()
        .find(|owner| owner.controller == Some(true))
}

/// Does the object with this uid control it?
#[must_use]
pub fn is_controlled_by(meta: &ObjectMeta, owner_uid: &str) -> bool {
    controller_of(meta).is_some_and(|owner| owner.uid == owner_uid)
}

/// The reference by which `owner` controls what it creates (`controller` and `blockOwnerDeletion` both true).
#[must_use]
pub fn controller_reference<T: Stored>(owner: &T) -> OwnerReference {
    let meta = owner.metadata();
    OwnerReference {
        api_version: T::API_VERSION.to_owned(),
        kind: T::STORED_AS.info().name.to_owned(),
        name: meta.name.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}

/// The name of an object, empty when it has none yet.
#[must_use]
pub fn name_of(meta: &ObjectMeta) -> Name {
    meta.name.as_deref().unwrap_or_default().into()
}

/// The namespace of an object, empty when it has none.
#[must_use]
pub fn namespace_of(meta: &ObjectMeta) -> Name {
    meta.namespace.as_deref().unwrap_or_default().into()
}

/// The revision of an object's last change, as its `resourceVersion` says; 0 if it was never stored.
#[must_use]
pub fn revision_of(meta: &ObjectMeta) -> Revision {
    let version = meta.resource_version.as_deref();
    version.and_then(|v| v.parse().ok()).unwrap_or(0)
}

/// The identity of an object; zero when it was never stored.
#[must_use]
pub fn uid_of(meta: &ObjectMeta) -> Uid {
    Uid::parse(meta.uid.as_deref().unwrap_or_default())
}

/// Uids of all owners of an object, controlling or not.
pub fn owner_uids(object: &Object) -> impl Iterator<Item = Uid> + '_ {
    object
        .metadata()
        .owner_references
        .iter()
        .flatten()
        .map(|owner| Uid::parse(&owner.uid))
}
