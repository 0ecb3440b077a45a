//! The `scale` subresource: the wanted replicas behind one shape for all scalable kinds.
//!
//! The real thing: pkg/registry/{apps,core}/*/storage/storage.go (`ScaleREST`), pkg/apis/autoscaling/validation/validation.go.

use super::custom::Custom;
use super::{Call, metadata, update};
use crate::api::custom::ScalePaths;
use crate::api::decode::{Flaw, problems_in};
use crate::api::field::FieldError;
use crate::api::typed::to_json;
use crate::api::{Body, CustomObject, Kind, Object, Reason, Reply, Scale, Status};
use k8s_openapi::api::autoscaling::v1;
use serde_json::{Map, Value, json};

pub(super) fn update(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let old = call.existing()?.clone();
    let replicas = match &call.request.body {
        Body::Scale(replicas) => i64::from(*replicas),
        Body::Document(document) => {
            check_body(document, &old)?;
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

/// Is the body a scale, and of this object?
fn check_body(document: &Value, object: &Object) -> Result<(), Status> {
    let text = |place: &str| {
        let text = document.pointer(place).and_then(Value::as_str);
        text.unwrap_or_default()
    };
    let (version, kind) = (text("/apiVersion"), text("/kind"));
    if !matches!(kind, "" | "Scale") || !matches!(version, "" | "autoscaling/v1") {
        let why = if Kind::of(version, kind).is_some() {
            let short = version.rsplit('/').next().unwrap_or_default();
            format!("converting ({short}.{kind}) to (autoscaling.Scale): unknown conversion")
        } else {
            format!(
                "no kind {kind:?} is registered for version {version:?} in scheme \"pkg/api/legacyscheme/scheme.go:30\""
            )
        };
        return Err(cannot_be_handled(kind, version, &why));
    }
    let problems = problems_in(&mut v1::Scale::default(), document);
    if let Some(wrong) = problems.iter().find(|p| p.flaw == Flaw::WrongType) {
        return Err(cannot_be_handled("Scale", "v1", &wrong.message));
    }
    let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
    if !namespace.is_empty() && namespace != object.namespace() {
        return Err(metadata::namespace_mismatch());
    }
    if name.is_empty() {
        return Err(metadata::nameless(&object.name()));
    }
    if name != object.name() {
        return Err(metadata::name_mismatch(name, &object.name()));
    }
    Ok(())
}

fn cannot_be_handled(kind: &str, version: &str, why: &str) -> Status {
    let version = version.rsplit('/').next().unwrap_or_default();
    Status::bad_request(format!(
        "{kind} in version {version:?} cannot be handled as a Scale: {why}"
    ))
}

/// Sets `spec.replicas`, and nothing else.
pub(super) fn scale_to(
    call: &mut Call<'_, '_>,
    old: Object,
    replicas: i64,
) -> Result<Reply, Status> {
    if let (Some(custom), Object::Custom(was)) = (&call.custom, &old) {
        let mut changed = CustomObject::clone(was);
        let paths = custom.scale().ok_or_else(no_scale)?;
        let wanted = replicas.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        let wanted = i32::try_from(wanted).expect("clamped");
        paths
            .set(&mut changed, wanted)
            .map_err(Status::bad_request)?;
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
    Ok(written(object, scale))
}

fn written(object: &Object, scale: Scale) -> Value {
    let meta = object.metadata();
    let mut metadata = Map::new();
    for (field, text) in [
        ("name", &meta.name),
        ("namespace", &meta.namespace),
        ("uid", &meta.uid),
        ("resourceVersion", &meta.resource_version),
    ] {
        if let Some(text) = text.as_deref().filter(|text| !text.is_empty()) {
            metadata.insert(field.to_owned(), text.into());
        }
    }
    let created = to_json(&meta.creation_timestamp);
    metadata.insert("creationTimestamp".to_owned(), created);
    let mut spec = json!({});
    if scale.wanted != 0 {
        spec["replicas"] = scale.wanted.into();
    }
    let mut status = json!({"replicas": scale.is});
    if !scale.selector.is_empty() {
        status["selector"] = scale.selector.into();
    }
    json!({
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": metadata,
        "spec": spec,
        "status": status,
    })
}

/// The same of an object of any kind: where a custom one has its replicas, its definition says.
pub(super) fn document_in(call: &Call<'_, '_>, object: &Object) -> Result<Value, Status> {
    let paths = call.custom.as_ref().and_then(Custom::scale);
    match (paths, object) {
        (Some(paths), Object::Custom(inner)) => match paths.scale(inner) {
            Ok((scale, _)) => Ok(written(object, scale)),
            Err(why) => Err(internal(&why)),
        },
        _ => document(object),
    }
}

/// The scale of an object as it is answered: one that does not say how many replicas it wants has none.
pub(super) fn shown(object: &Object, paths: Option<&ScalePaths>) -> Result<Value, Status> {
    let (Some(paths), Object::Custom(inner)) = (paths, object) else {
        return document(object);
    };
    match paths.scale(inner) {
        Ok((scale, true)) => Ok(written(object, scale)),
        Ok((_, false)) => {
            let path = &paths.spec_replicas;
            Err(internal(&format!(
                "the spec replicas field {path:?} does not exist"
            )))
        }
        Err(why) => Err(internal(&why)),
    }
}

fn internal(why: &str) -> Status {
    let message = format!("Internal error occurred: {why}");
    Status::new(Reason::InternalError, message)
}

fn no_scale() -> Status {
    Status::new(
        Reason::NotFound,
        "the server could not find the requested resource",
    )
}
