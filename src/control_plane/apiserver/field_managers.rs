//! Who has set which field: noted with every write, as `metadata.managedFields`.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/fieldmanager.go (`Update`, `decodeLiveOrNew`), called by
//! staging/src/k8s.io/apiserver/pkg/endpoints/handlers/{create,update,patch}.go.

use super::Call;
use super::custom::Custom;
use crate::api::managed_fields::ledger::{self, Author, Write};
use crate::api::managed_fields::managers::Managers;
use crate::api::managed_fields::schema::Schema;
use crate::api::{Body, Kind, Object};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;

/// Notes the author of a new object, before admission adds what nobody owns.
pub(super) fn note_creation(call: &Call<'_, '_>, object: &mut Object) {
    ledger::note_creation(object, write(call));
}

/// Notes the author of a change. [`settle`] has chosen the entries to begin with.
pub(super) fn note_update(call: &Call<'_, '_>, object: &mut Object, old: &Object) {
    ledger::note_update(object, old, write(call));
}

/// The write of a request, to be noted.
pub(super) fn write<'a>(call: &'a Call<'_, '_>) -> Write<'a> {
    let author = match call.request.body {
        Body::Binding(_) | Body::Scale(_) => Author::Component,
        _ if call.is_typed => Author::Component,
        _ => Author::Client,
    };
    Write {
        author,
        manager: &call.request.field_manager,
        subresource: call.request.subresource,
        now_ms: call.context.now_ms,
        schema: schema(call.key().kind, call.custom.as_ref()),
    }
}

/// What is known of the lists and maps of a kind: of a custom one, what its definition says in the version that the client speaks.
pub(super) fn schema(kind: Kind, custom: Option<&Custom>) -> Schema<'_> {
    let root = custom.and_then(Custom::schema_json);
    root.map_or(Schema::of(kind), Schema::Resource)
}

/// Which entries does the changed object begin with: those of the stored one, or others that the author has put in?
pub(super) fn settle(call: &Call<'_, '_>, object: &mut Object, old: &Object) {
    let was = &old.metadata().managed_fields;
    if object.metadata().managed_fields == *was {
        return;
    }
    let given = object.metadata_mut().managed_fields.take();
    if !call.is_typed
        && call.request.subresource.is_none()
        && let Some(given) = given
    {
        if is_reset(&given) {
            return;
        }
        if let Ok(managers) = Managers::decode(&given)
            && !managers.is_empty()
            && !managers.same_but_for_times(&ledger::managers(old))
        {
            ledger::store(object, managers);
            return;
        }
    }
    object.metadata_mut().managed_fields.clone_from(was);
}

/// An empty list, or one with one empty entry: forget everything.
fn is_reset(given: &[ManagedFieldsEntry]) -> bool {
    match given {
        [] => true,
        [one] => *one == ManagedFieldsEntry::default(),
        _ => false,
    }
}
