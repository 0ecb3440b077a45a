//! `update`, of an object or of its status: what may not change is carried over, what has not changed is not written.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/registry/rest/update.go (`BeforeUpdate`), pkg/registry/generic/registry/store.go (`Update`,
//! `ShouldDeleteDuringUpdate`), pkg/registry/core/namespace/storage/storage.go.

use super::admission::{self, Operation};
use super::{
    Call, authorization, create, custom, field_managers, metadata, pod_parts, service_ip,
    storage_size,
};
use crate::api::field::FieldError;
use crate::api::kinds::views;
use crate::api::{Kind, Object, Reply, Status, Stored, Subresource};
use k8s_openapi::api::core::v1::Namespace;

const MODIFIED: &str =
    "the object has been modified; please apply your changes to the latest version and try again";

pub(super) fn update(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let mut object = call.body()?;
    let key = call.key();
    metadata::agree_on_namespace(key, &mut object)?;
    if object.metadata().name.as_deref() != Some(&*key.name) {
        if object.name().is_empty() {
            return Err(metadata::nameless(&key.name));
        }
        return Err(metadata::name_mismatch(&object.name(), &key.name));
    }
    if call.existing().is_err()
        && call.request.subresource.is_none()
        && may_create_on_update(key.kind)
    {
        authorization::permit_create(call.request, call.context.store.head())?;
        return create::create_object(call, object);
    }
    let old = call.existing()?.clone();
    check_preconditions(&object, &old)?;
    complete(call, &mut object, &old)?;
    replace(call, object, &old)
}

/// Kinds that an `update` of a missing object creates.
fn may_create_on_update(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Endpoints
            | Kind::Event
            | Kind::Lease
            | Kind::Service
            | Kind::Role
            | Kind::RoleBinding
            | Kind::ClusterRole
            | Kind::ClusterRoleBinding
    )
}

/// The uid and the revision that the author started from, if the body has them.
fn check_preconditions(object: &Object, old: &Object) -> Result<(), Status> {
    let kind = old.kind();
    let (new_meta, old_meta) = (object.metadata(), old.metadata());
    let uid = new_meta.uid.as_deref().unwrap_or_default();
    let old_uid = old_meta.uid.as_deref().unwrap_or_default();
    if !uid.is_empty() && uid != old_uid {
        let why = format!(
            "StorageError: invalid object, Code: 4, Key: {}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in object meta: {old_uid}",
            storage_key(old)
        );
        return Err(Status::conflict(kind, &old.name(), &why));
    }
    check_revision(object, old)
}

/// Has the object changed since its author read it?
pub(super) fn check_revision(object: &Object, old: &Object) -> Result<(), Status> {
    let revision = object.metadata().resource_version.as_deref();
    check_revision_text(revision, old)?;
    if revision.is_none_or(str::is_empty) && old.kind().revision_required() {
        let detail = "must be specified for an update";
        let error = FieldError {
            body: format!("Invalid value: 0x0: {detail}"),
            ..FieldError::invalid("metadata.resourceVersion", 0, detail)
        };
        return Err(Status::invalid(old.kind(), &old.name(), &[error]));
    }
    Ok(())
}

/// Is this the revision of the object as it is? A client that names none does not care.
pub(super) fn check_revision_text(revision: Option<&str>, old: &Object) -> Result<(), Status> {
    let wanted = revision.filter(|r| !r.is_empty());
    if wanted.is_none() || wanted == old.metadata().resource_version.as_deref() {
        return Ok(());
    }
    Err(Status::conflict(old.kind(), &old.name(), MODIFIED))
}

/// Where etcd keeps the object: `/registry/pods/default/web`.
fn storage_key(object: &Object) -> String {
    let folder = match object.kind() {
        Kind::Service => "services/specs",
        Kind::Endpoints => "services/endpoints",
        Kind::Node => "minions",
        Kind::Ingress => "ingress",
        Kind::Custom(kind) => &format!("{}/{}", kind.info().group, kind.info().plural),
        other => other.info().plural,
    };
    let namespace = object.namespace();
    if namespace.is_empty() {
        format!("/registry/{folder}/{}", object.name())
    } else {
        format!("/registry/{folder}/{namespace}/{}", object.name())
    }
}

/// Puts `object` in the place of `old`: the common end of update, patch, scale and finalize.
pub(super) fn replace(
    call: &mut Call<'_, '_>,
    mut object: Object,
    old: &Object,
) -> Result<Reply, Status> {
    prepare(call, &mut object, old);
    authorization::confirm(call.request, &object, Some(old), call.context.store.head())?;
    field_managers::settle(call, &mut object, old);
    if object == *old {
        return Ok(Reply::Object(old.clone()));
    }
    field_managers::note_update(call, &mut object, old);
    finish(call, object, old)
}

/// Fills in what the author left out, where more than a status or a number was written, and lets the admission plugins change it.
pub(super) fn complete(
    call: &mut Call<'_, '_>,
    object: &mut Object,
    old: &Object,
) -> Result<(), Status> {
    let part = call.request.subresource;
    // What a node has, it has for its pods, unless it says otherwise.
    let is_node =
        part == Some(Subresource::Status) && object.kind() == Kind::Node && !call.is_typed;
    let is_whole = matches!(
        part,
        None | Some(Subresource::EphemeralContainers | Subresource::Resize)
    );
    if is_whole || is_node {
        object.set_defaults();
    }
    match part {
        None => admission::admit(call, Operation::Update, object, Some(old)),
        Some(_) => Ok(()),
    }
}

/// Carries over what the request cannot change.
pub(super) fn prepare(call: &Call<'_, '_>, object: &mut Object, old: &Object) {
    carry_over(object, old);
    match call.request.subresource {
        Some(Subresource::Status) => object.prepare_status_update(old),
        Some(Subresource::Finalize) => *object = with_spec_finalizers_of(object, old),
        Some(Subresource::EphemeralContainers) => {
            pod_parts::EPHEMERAL_CONTAINERS.prepare(object, old);
        }
        Some(Subresource::Resize) => pod_parts::RESIZE.prepare(object, old),
        Some(Subresource::Scale | Subresource::Binding | Subresource::Eviction) | None => {
            object.prepare_update(old);
        }
    }
    if let Some(custom) = &call.custom {
        custom.prepare_update(object, old, call.request.subresource);
    }
    let meta = object.metadata_mut();
    meta.resource_version
        .clone_from(&old.metadata().resource_version);
}

/// Validates and stores an object that is different from the old one.
pub(super) fn finish(
    call: &mut Call<'_, '_>,
    mut object: Object,
    old: &Object,
) -> Result<Reply, Status> {
    let mut errors = Vec::new();
    let kind = old.kind();
    metadata::validate_update(kind, object.metadata(), old.metadata(), &mut errors);
    let part = call.request.subresource;
    errors.extend(match (&call.custom, part) {
        (Some(custom), _) => custom.validate_update(&object, old, part),
        (None, Some(Subresource::Status)) => object.validate_status_update(old),
        (None, Some(Subresource::EphemeralContainers)) => {
            pod_parts::EPHEMERAL_CONTAINERS.validate(&object, old)
        }
        (None, Some(Subresource::Resize)) => pod_parts::RESIZE.validate(&object, old),
        (None, _) => object.validate_update(old),
    });
    let version = &call.request.api_version;
    errors.extend(views::errors(version, &object, Some(old)));
    if !errors.is_empty() {
        return Err(Status::invalid(old.kind(), &old.name(), &errors));
    }
    if call.request.subresource.is_none() && !call.is_typed {
        call.warnings.extend(object.warnings(Some(old)));
    }
    let charged = admission::validate(call, Operation::Update, &object, Some(old))?;
    if !call.is_typed {
        let said = admission::warnings(call, Operation::Update, &object, Some(old));
        call.warnings.extend(said);
    }
    if is_finished_by(&object, old) {
        call.remove(&old.key());
        return Ok(Reply::Deleted(object));
    }
    custom::warn_of_finalizers(call, &object, Some(old));
    service_ip::allocate(call, &mut object)?;
    storage_size::check(call, &object)?;
    call.put_charged(charged);
    Ok(Reply::Object(call.put(object)))
}

/// What an update cannot change, and is not refused for trying.
fn carry_over(object: &mut Object, old: &Object) {
    let was = old.metadata();
    let meta = object.metadata_mut();
    metadata::drop_empty(meta);
    if meta.uid.as_deref().unwrap_or_default().is_empty() {
        meta.uid.clone_from(&was.uid);
    }
    meta.creation_timestamp.clone_from(&was.creation_timestamp);
    meta.generation = was.generation;
    meta.self_link = None;
    if was.deletion_timestamp.is_some() {
        meta.deletion_timestamp.clone_from(&was.deletion_timestamp);
    }
    if meta.namespace.as_deref().unwrap_or_default().is_empty() {
        meta.namespace.clone_from(&was.namespace);
    }
    if meta.deletion_grace_period_seconds.is_none() {
        meta.deletion_grace_period_seconds = was.deletion_grace_period_seconds;
    }
}

fn with_spec_finalizers_of(object: &Object, old: &Object) -> Object {
    let mut result = old.clone();
    if let (Some(new), Some(target)) = (Namespace::of(object), Namespace::of_mut(&mut result)) {
        let finalizers = new.spec.as_ref().and_then(|s| s.finalizers.clone());
        target.spec.get_or_insert_with(Default::default).finalizers = finalizers;
    }
    result
}

/// Was this update the removal of the last finalizer of an object that waited to be deleted?
fn is_finished_by(object: &Object, old: &Object) -> bool {
    let was = old.metadata();
    let waits =
        was.deletion_timestamp.is_some() && was.deletion_grace_period_seconds.unwrap_or(0) == 0;
    waits && !has_finalizers(object)
}

/// Does anything hold the object back from being removed?
pub(super) fn has_finalizers(object: &Object) -> bool {
    let in_metadata = object
        .metadata()
        .finalizers
        .as_ref()
        .is_some_and(|f| !f.is_empty());
    let in_spec = Namespace::of(object)
        .and_then(|n| n.spec.as_ref())
        .and_then(|s| s.finalizers.as_ref())
        .is_some_and(|f| !f.is_empty());
    in_metadata || in_spec
}
