//! Who owns whom, and whom a change concerns.
//!
//! The real thing: pkg/controller/garbagecollector/graph_builder.go, `processGraphChanges`, `processTransitions`.

use super::{Remembered, all_kinds, queue_name, takes_part};
use crate::api::owner::{owner_uids, uid_of};
use crate::api::{Change, CustomKind, Key, Kind, Name, Object, Uid};
use crate::component::{Seen, Wake};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

/// The finalizer of an owner whose dependents go first.
pub(super) const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer of an owner whose dependents stay.
pub(super) const ORPHAN: &str = "orphan";

/// The objects to look at after a change. For a pod that merely changes its status this is a few comparisons.
pub(super) fn wakes(change: &Change, seen: &Seen<'_>, memory: &mut Remembered) -> Vec<Wake> {
    let mut keys: Vec<Key> = Vec::new();
    match (&change.before, &change.after) {
        (before, Some(object)) => {
            added_or_changed(before.as_ref(), object, seen, &mut keys);
        }
        (Some(object), None) => gone(object, seen, memory, &mut keys),
        (None, None) => {}
    }
    keys.iter().map(|key| Wake::now(queue_name(key))).collect()
}

fn added_or_changed(
    before: Option<&Object>,
    object: &Object,
    seen: &Seen<'_>,
    keys: &mut Vec<Key>,
) {
    let (was, is) = (before.map(Object::metadata), object.metadata());
    let old = was
        .and_then(|m| m.owner_references.as_deref())
        .unwrap_or_default();
    let new = is.owner_references.as_deref().unwrap_or_default();
    if old != new {
        let has_come = |r: &&OwnerReference| old.iter().all(|o| o.uid != r.uid);
        let to_judge =
            |r: &OwnerReference| find_owner(object, r, seen).is_none_or(waits_for_dependents);
        if new.iter().filter(has_come).any(to_judge) {
            keys.push(object.key());
        }
        // An owner that waits may go on once this one no longer blocks it.
        let blocks = |r: &&OwnerReference| r.block_owner_deletion == Some(true);
        let still = |r: &&OwnerReference| new.iter().filter(blocks).any(|n| n.uid == r.uid);
        for freed in old.iter().filter(blocks).filter(|r| !still(r)) {
            keys.extend(waiting_owner(object, freed, seen));
        }
    }
    if is.deletion_timestamp.is_none() {
        return;
    }
    let newly = |finalizer: &str| {
        is_ending(is, finalizer) && !was.is_some_and(|meta| is_ending(meta, finalizer))
    };
    if newly(FOREGROUND) {
        keys.push(object.key());
        keys.extend(dependents(uid_of(is), seen).map(Object::key));
    }
    if newly(ORPHAN) {
        keys.push(object.key());
    }
}

fn gone(object: &Object, seen: &Seen<'_>, memory: &mut Remembered, keys: &mut Vec<Key>) {
    let uid = uid_of(object.metadata());
    memory.present.remove(&uid);
    let before = keys.len();
    keys.extend(dependents(uid, seen).map(Object::key));
    if keys.len() > before {
        memory.note_absent(&object.namespace(), uid);
    }
    for reference in object.metadata().owner_references.iter().flatten() {
        keys.extend(waiting_owner(object, reference, seen));
    }
}

/// All objects that name this uid among their owners.
pub(super) fn dependents<'a>(uid: Uid, seen: &Seen<'a>) -> impl Iterator<Item = &'a Object> {
    let tables: Vec<_> = all_kinds(seen).map(|kind| seen.table(kind)).collect();
    tables
        .into_iter()
        .flat_map(move |table| table.owned_by(uid))
        .filter(move |object| owner_uids(object).any(|owner| owner == uid))
}

/// Where the owner that a reference names should be; `None` if this cluster does not know its kind.
pub(super) fn place_of(
    object: &Object,
    reference: &OwnerReference,
    seen: &Seen<'_>,
) -> Option<Key> {
    let kind = Kind::of(&reference.api_version, &reference.kind)
        .or_else(|| custom_kind(reference, seen))?;
    let namespace = object.metadata().namespace.as_deref().unwrap_or_default();
    Some(Key::new(
        kind,
        namespace,
        Name::from(reference.name.as_str()),
    ))
}

/// The custom kind that a reference names, in whichever version.
fn custom_kind(reference: &OwnerReference, seen: &Seen<'_>) -> Option<Kind> {
    let (group, _) = reference.api_version.split_once('/')?;
    let is_it = |kind: &CustomKind| {
        let info = kind.info();
        info.group == group && info.name == reference.kind
    };
    seen.custom_kinds()
        .into_iter()
        .find(is_it)
        .map(Kind::Custom)
}

/// The owner that a reference names, if the caches know it: same place and same uid.
pub(super) fn find_owner<'a>(
    object: &Object,
    reference: &OwnerReference,
    seen: &Seen<'a>,
) -> Option<&'a Object> {
    let place = place_of(object, reference, seen).filter(|key| takes_part(key.kind))?;
    let owner = seen.table(place.kind).get(&place.namespace, &place.name)?;
    (owner.metadata().uid.as_deref() == Some(&reference.uid)).then_some(owner)
}

fn waiting_owner(object: &Object, reference: &OwnerReference, seen: &Seen<'_>) -> Option<Key> {
    let owner = find_owner(object, reference, seen)?;
    waits_for_dependents(owner).then(|| owner.key())
}

/// Is it being deleted after its dependents?
pub(super) fn waits_for_dependents(object: &Object) -> bool {
    is_ending(object.metadata(), FOREGROUND)
}

/// Is it being deleted, and held by this finalizer?
pub(super) fn is_ending(meta: &ObjectMeta, finalizer: &str) -> bool {
    meta.deletion_timestamp.is_some() && has_finalizer(meta, finalizer)
}

/// Has it this finalizer?
pub(super) fn has_finalizer(meta: &ObjectMeta, finalizer: &str) -> bool {
    meta.finalizers.iter().flatten().any(|f| f == finalizer)
}

/// The object with an owner's uid, kind and name in a namespace other than the one where it is looked for: owners are of the same
/// namespace, or of none.
pub(super) fn misplaced_owner<'a>(
    object: &Object,
    reference: &OwnerReference,
    seen: &Seen<'a>,
) -> Option<&'a Object> {
    let place = place_of(object, reference, seen).filter(|key| takes_part(key.kind))?;
    let table = seen.table(place.kind);
    let namespaces = seen.table(Kind::Namespace).iter();
    let mut found = namespaces.filter_map(|namespace| table.get(&namespace.name(), &place.name));
    found.find(|owner| owner.metadata().uid.as_deref() == Some(&reference.uid))
}
