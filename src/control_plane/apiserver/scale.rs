//! The `scale` subresource: the wanted replicas behind one shape for all scalable kinds.
//!
//! The real thing: pkg/registry/{apps,core}/*/storage/storage.go (`ScaleREST`), pkg/apis/autoscaling/validation/validation.go.

use super::custom::Custom;
use super::{Call, update};
use crate::api::field::FieldError;
use crate::api::{Body, CustomObject, Object, Reason, Reply, Status};
use serde_json::{Value, json};

pub(super) fn update(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let old = call.existing()?.clone();
    let replicas = match &call.request.body {
        Body::Scale(replicas) => i64::from(*replicas),
        Body::Document(document) => {
            let revision = document.pointer("/metadata/resourceVersion");
            update::check_revision_text(revision.and_then(Value::as_str), &old)?;
            let replicas = document.pointer("/spec/replicas");
            replicas.and_then(Value::as_i64).unwrap_or(0)
        }
        _ => {
            let why = "the request has no scale in its body";
            return Err(Status::bad_request(why));
        }
    };
    scale_to(call, old, replicas)
}

/// Sets `spec.replicas`, and nothing else.
pub(super) fn scale_to(
    call: &mut Call<'_, '_>,
    old: Object,
    replicas: i64,
) -> Result<Reply, Status> {
    if let (Some(custom), Object::Custom(was)) = (call.custom.clone(), &old) {
        let mut changed = CustomObject::clone(was);
        let wanted = replicas.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        custom.set_replicas(&mut changed, i32::try_from(wanted).expect("clamped"));
        return update::replace(call, changed.into(), &old);
    }
    let Some(valid) = i32::try_from(replicas).ok().filter(|r| *r >= 0) else {
        let detail = "must be greater than or equal to 0";
        let error = FieldError::invalid("spec.replicas", replicas, detail);
        let name = old.name();
        return Err(Status {
            message: format!("Scale.autoscaling {name:?} is invalid: {error}"),
            ..Status::invalid(old.kind(), &name, &[error])
        });
    };
    if old.scale().is_none() {
        return Err(no_scale());
    }
    let mut object = old.clone();
    object.set_replicas(valid);
    update::replace(call, object, &old)
}

/// The object's scale as `autoscaling/v1` has it.
pub(super) fn document(object: &Object) -> Result<Value, Status> {
    let scale = object.scale().ok_or_else(no_scale)?;
    let meta = object.metadata();
    let metadata = json!({
        "name": object.name(),
        "namespace": object.namespace(),
        "uid": meta.uid,
        "resourceVersion": meta.resource_version,
        "creationTimestamp": meta.creation_timestamp,
    });
    let mut spec = json!({});
    if scale.wanted != 0 {
        spec["replicas"] = scale.wanted.into();
    }
    let mut status = json!({"replicas": scale.is});
    if !scale.selector.is_empty() {
        status["selector"] = scale.selector.into();
    }
    Ok(json!({
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": metadata,
        "spec": spec,
        "status": status,
    }))
}

/// The same of an object of any kind: where a custom one has its replicas, its definition says.
pub(super) fn document_in(call: &Call<'_, '_>, object: &Object) -> Result<Value, Status> {
    match (&call.custom, object) {
        (Some(custom), Object::Custom(inner)) => custom_document(custom, inner),
        _ => document(object),
    }
}

fn custom_document(custom: &Custom, object: &CustomObject) -> Result<Value, Status> {
    let Some((wanted, is, selector)) = custom.scale_of(object) else {
        let path = custom.replicas_path();
        let why =
            format!("Internal error occurred: the spec replicas field {path:?} does not exist");
        return Err(Status::new(Reason::InternalError, why));
    };
    let meta = &object.metadata;
    let mut status = json!({"replicas": is});
    if let Some(selector) = selector {
        status["selector"] = selector.into();
    }
    Ok(json!({
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": {
            "name": meta.name, "namespace": meta.namespace, "uid": meta.uid,
            "resourceVersion": meta.resource_version, "creationTimestamp": meta.creation_timestamp,
        },
        "spec": {"replicas": wanted},
        "status": status,
    }))
}

fn no_scale() -> Status {
    Status::new(
        Reason::NotFound,
        "the server could not find the requested resource",
    )
}
