//! What `metadata` may hold, at creation and afterwards.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go, pkg/util/validation/validation.go.

use crate::api::field::FieldError;
use crate::api::{Key, Kind, Object, Status};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

/// The body's namespace is that of the request; a body without one gets it.
pub(super) fn agree_on_namespace(key: &Key, object: &mut Object) -> Result<(), Status> {
    let namespace = object.metadata().namespace.as_deref().unwrap_or_default();
    if namespace == key.namespace {
        return Ok(());
    }
    if namespace.is_empty() {
        object.metadata_mut().namespace = Some(key.namespace.to_string());
        return Ok(());
    }
    if !key.kind.info().namespaced {
        return Ok(());
    }
    Err(Status::bad_request(
        "the namespace of the provided object does not match the namespace sent on the request",
    ))
}

pub(super) fn name_mismatch(body: &str, url: &str) -> Status {
    Status::bad_request(format!(
        "the name of the object ({body}) does not match the name on the URL ({url})"
    ))
}

/// Everything wrong with the metadata of a new object.
pub(super) fn validate(kind: Kind, meta: &ObjectMeta, errors: &mut Vec<FieldError>) {
    let name = meta.name.as_deref().unwrap_or_default();
    if name.is_empty() {
        errors.push(FieldError::required(
            "metadata.name",
            "name or generateName is required",
        ));
    } else if let Some(detail) = kind.validate_name(name) {
        errors.push(FieldError::invalid("metadata.name", name, &detail));
    }
}

/// Everything wrong with replacing the metadata `old` by `new`.
pub(super) fn validate_update(_new: &ObjectMeta, _old: &ObjectMeta, _errors: &mut Vec<FieldError>) {
}
