//! What `metadata` may hold, at creation and afterwards.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go; pkg/apis/core/validation/validation.go (`ValidateObjectMeta`).

use crate::api::field::{Fault, FieldError};
use crate::api::kinds::go;
use crate::api::{Key, Kind, Object, Status, labels};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use serde_json::Value;

/// The finalizer of an object whose dependents go first.
pub(super) const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer of an object whose dependents are to be left alone.
pub(super) const ORPHAN: &str = "orphan";

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
        object.metadata_mut().namespace = None;
        return Ok(());
    }
    Err(namespace_mismatch())
}

pub(super) fn namespace_mismatch() -> Status {
    Status::bad_request(
        "the namespace of the provided object does not match the namespace sent on the request",
    )
}

/// The body of an update says whose it is.
pub(super) fn nameless(url: &str) -> Status {
    Status::bad_request(format!(
        "the name of the object ({url} based on URL) was undeterminable: name must be provided"
    ))
}

/// What says nothing is not there: Go leaves empty lists and maps out.
pub(super) fn drop_empty(meta: &mut ObjectMeta) {
    meta.owner_references.take_if(|list| list.is_empty());
    meta.finalizers.take_if(|list| list.is_empty());
    meta.labels.take_if(|map| map.is_empty());
    meta.annotations.take_if(|map| map.is_empty());
}

pub(super) fn name_mismatch(body: &str, url: &str) -> Status {
    Status::bad_request(format!(
        "the name of the object ({body}) does not match the name on the URL ({url})"
    ))
}

/// Everything wrong with the metadata of a new object.
pub(super) fn validate(kind: Kind, meta: &ObjectMeta, errors: &mut Vec<FieldError>) {
    let name = meta.name.as_deref().unwrap_or_default();
    let base = meta.generate_name.as_deref().unwrap_or_default();
    if !base.is_empty()
        && let Some(detail) = kind.validate_name(&masked(base))
    {
        errors.push(FieldError::invalid("metadata.generateName", base, &detail));
    }
    if name.is_empty() {
        let detail = "name or generateName is required";
        errors.push(FieldError::required("metadata.name", detail));
    } else if let Some(detail) = kind.validate_name(name) {
        errors.push(FieldError::invalid("metadata.name", name, &detail));
    }
    let namespaced = kind.info().namespaced;
    match meta.namespace.as_deref().unwrap_or_default() {
        "" if namespaced => errors.push(FieldError::required("metadata.namespace", "")),
        "" => {}
        _ if namespaced => {}
        _ => errors.push(FieldError::forbidden(
            "metadata.namespace",
            "not allowed on this type",
        )),
    }
    validate_parts(kind, meta, errors);
}

/// A generated name may end in `-`, because letters follow; the real thing: `maskTrailingDash`.
fn masked(base: &str) -> String {
    match base.strip_suffix('-') {
        Some(rest) if base.len() > 1 => format!("{rest}a"),
        _ => base.to_owned(),
    }
}

/// Everything wrong with replacing the metadata `old` by `new`. What an update silently cannot change was carried over before.
pub(super) fn validate_update(
    kind: Kind,
    new: &ObjectMeta,
    old: &ObjectMeta,
    errors: &mut Vec<FieldError>,
) {
    if old.deletion_timestamp.is_some() {
        let before = old.finalizers.as_deref().unwrap_or_default();
        let mut extra: Vec<&String> = new
            .finalizers
            .iter()
            .flatten()
            .filter(|f| !before.contains(f))
            .collect();
        extra.sort();
        if !extra.is_empty() {
            let list: Vec<String> = extra.iter().map(|f| format!("{f:?}")).collect();
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                list.join(", ")
            );
            errors.push(FieldError::forbidden("metadata.finalizers", &detail));
        }
    }
    for (field, new, old) in [
        ("name", &new.name, &old.name),
        ("namespace", &new.namespace, &old.namespace),
        ("uid", &new.uid, &old.uid),
    ] {
        if new != old {
            let text = new.as_deref().unwrap_or_default();
            errors.push(immutable(field, text.into()));
        }
    }
    if new.deletion_timestamp != old.deletion_timestamp {
        let time = new.deletion_timestamp.as_ref();
        errors.push(match time.map(go::time) {
            Some(time) => invalid_go("metadata.deletionTimestamp", &time, IMMUTABLE),
            None => immutable("deletionTimestamp", Value::Null),
        });
    }
    let grace = new.deletion_grace_period_seconds;
    if grace != old.deletion_grace_period_seconds {
        errors.push(immutable("deletionGracePeriodSeconds", grace.into()));
    }
    if new.labels != old.labels
        || new.annotations != old.annotations
        || new.owner_references != old.owner_references
        || new.finalizers != old.finalizers
    {
        validate_parts(kind, new, errors);
    }
}

const IMMUTABLE: &str = "field is immutable";

fn immutable(field: &str, value: Value) -> FieldError {
    FieldError::invalid(format!("metadata.{field}"), value, IMMUTABLE)
}

/// With the value as Go prints it.
fn invalid_go(field: &str, value: &str, detail: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        fault: Fault::Invalid,
        body: format!("Invalid value: {value}: {detail}"),
    }
}

fn validate_parts(kind: Kind, meta: &ObjectMeta, errors: &mut Vec<FieldError>) {
    labels::validate(meta.labels.as_ref(), "metadata.labels", errors);
    labels::validate_annotations(meta.annotations.as_ref(), "metadata.annotations", errors);
    validate_owners(meta, errors);
    validate_finalizers(kind, meta, errors);
}

fn validate_owners(meta: &ObjectMeta, errors: &mut Vec<FieldError>) {
    const FIELD: &str = "metadata.ownerReferences";
    let mut controller: Option<&OwnerReference> = None;
    for owner in meta.owner_references.iter().flatten() {
        let parts = [
            (
                "apiVersion",
                &owner.api_version,
                "version must not be empty",
            ),
            ("kind", &owner.kind, "must not be empty"),
            ("name", &owner.name, "must not be empty"),
            ("uid", &owner.uid, "must not be empty"),
        ];
        for (part, value, detail) in parts {
            // A version that cannot be taken apart has no parts.
            let is_none = part == "apiVersion" && value.matches('/').count() > 1;
            if value.is_empty() || is_none {
                let field = format!("{FIELD}.{part}");
                errors.push(FieldError::invalid(field, value.as_str(), detail));
            }
        }
        if owner.api_version == "v1" && owner.kind == "Event" {
            let detail = "/v1, Kind=Event is disallowed from being an owner";
            errors.push(invalid_go(FIELD, &go::owner_reference(owner), detail));
        }
        if owner.controller != Some(true) {
            continue;
        }
        let Some(first) = controller else {
            controller = Some(owner);
            continue;
        };
        let [first, this] = [first, owner].map(|o| format!("{}/{}", o.kind, o.name));
        let detail = format!(
            "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {this}"
        );
        let all = go::owner_references(meta.owner_references.as_deref());
        errors.push(invalid_go(FIELD, &all, &detail));
    }
}

fn validate_finalizers(kind: Kind, meta: &ObjectMeta, errors: &mut Vec<FieldError>) {
    const FIELD: &str = "metadata.finalizers";
    let finalizers = meta.finalizers.as_deref().unwrap_or_default();
    for finalizer in finalizers {
        for why in labels::qualified_name(finalizer) {
            errors.push(FieldError::invalid(FIELD, finalizer.as_str(), &why));
        }
    }
    for (index, finalizer) in finalizers.iter().enumerate() {
        let standard = ["kubernetes", ORPHAN, FOREGROUND].contains(&finalizer.as_str());
        // What is defined by users may be held by anyone.
        let is_free = matches!(kind, Kind::Custom(_) | Kind::CustomResourceDefinition);
        if !finalizer.contains('/') && !standard && !is_free {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            let field = format!("{FIELD}[{index}]");
            errors.push(FieldError::invalid(field, finalizer.as_str(), detail));
        }
    }
    let has = |name: &str| finalizers.iter().any(|f| f == name);
    if has(ORPHAN) && has(FOREGROUND) {
        let detail = format!("finalizer {ORPHAN} and {FOREGROUND} cannot be both set");
        let all = go::list(meta.finalizers.as_deref());
        errors.push(invalid_go(FIELD, &all, &detail));
    }
}
