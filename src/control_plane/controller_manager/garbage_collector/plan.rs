//! What becomes of one object: freed, held, cut loose from some owners, or deleted.
//!
//! The real thing: pkg/controller/garbagecollector/garbagecollector.go, `attemptToDeleteItem`, `classifyReferences`,
//! `processDeletingDependentsItem`, `attemptToOrphanWorker`.

use super::graph::{
    FOREGROUND, ORPHAN, dependents, find_owner, has_finalizer, is_ending, misplaced_owner,
    place_of, waits_for_dependents,
};
use super::{Remembered, queue_name};
use crate::api::owner::uid_of;
use crate::api::typed::to_json;
use crate::api::{DeleteOptions, Name, Object, PatchType, Propagation, Request, Uid};
use crate::component::{Datum, Note, Seen, Turn, Wake};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use serde_json::{Value, json};

/// Plans the turn about an object that is in the cache.
pub(super) fn plan(object: &Object, seen: &Seen<'_>, memory: &mut Remembered, turn: &mut Turn) {
    let meta = object.metadata();
    if meta.deletion_timestamp.is_some() {
        turn.saw(object, "metadata.deletionTimestamp", true);
        let finalizers = meta
            .finalizers
            .iter()
            .flatten()
            .map(|f| f.as_str().into())
            .collect();
        turn.saw(object, "metadata.finalizers", Datum::List(finalizers));
    }
    if is_ending(meta, ORPHAN) {
        return orphan_dependents(object, seen, turn);
    }
    if is_ending(meta, FOREGROUND) {
        return hold_or_release(object, seen, turn);
    }
    if meta.deletion_timestamp.is_none() {
        judge(object, seen, memory, turn);
    }
}

/// How things stand with an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It is there.
    Solid,
    /// It is there, and waits for this one to be gone.
    Waiting,
    /// It is proved to be gone.
    Dangling,
    /// The caches do not know it.
    Unproved,
}

impl Standing {
    fn in_words(self) -> &'static str {
        match self {
            Self::Solid => "Present",
            Self::Waiting => "WaitsForDependents",
            Self::Dangling => "Absent",
            Self::Unproved => "NotInCache",
        }
    }
}

fn standing(
    object: &Object,
    reference: &OwnerReference,
    seen: &Seen<'_>,
    memory: &Remembered,
) -> Standing {
    let uid = Uid::parse(&reference.uid);
    let Some(place) = place_of(object, reference, seen) else {
        return Standing::Solid;
    };
    // A cluster-scoped object cannot have an owner in a namespace; upstream leaves it alone, too.
    if place.namespace.is_empty() && place.kind.info().namespaced {
        return Standing::Solid;
    }
    if memory.absent.contains(&(place.namespace, uid)) {
        return Standing::Dangling;
    }
    match find_owner(object, reference, seen) {
        Some(owner) if waits_for_dependents(owner) => Standing::Waiting,
        Some(_) => Standing::Solid,
        None if memory.present.contains(&uid) => Standing::Solid,
        None => Standing::Unproved,
    }
}

fn judge(object: &Object, seen: &Seen<'_>, memory: &mut Remembered, turn: &mut Turn) {
    let meta = object.metadata();
    let references = meta.owner_references.as_deref().unwrap_or_default();
    let standings: Vec<(&OwnerReference, Standing)> = references
        .iter()
        .map(|reference| (reference, standing(object, reference, seen, memory)))
        .collect();
    for (reference, standing) in &standings {
        let field = format!("metadata.ownerReferences[{}]", in_words(reference));
        turn.saw(object, field, standing.in_words());
    }
    let with = |wanted: Standing| {
        standings
            .iter()
            .filter(move |(_, s)| *s == wanted)
            .map(|(r, _)| *r)
    };
    if with(Standing::Unproved).next().is_some() {
        return prove(object, with(Standing::Unproved), seen, memory, turn);
    }
    for (reference, _) in &standings {
        warn_of_namespace(object, reference, seen, memory, turn);
    }
    let loose: Vec<&OwnerReference> = with(Standing::Dangling)
        .chain(with(Standing::Waiting))
        .collect();
    if loose.is_empty() {
        return;
    }
    if with(Standing::Solid).next().is_some() {
        let why = differs(object, &loose, "OwnerGoneButOthersRemain", turn);
        let uids = loose.iter().map(|r| r.uid.as_str());
        turn.act(why, remove_owners(object, uids));
        return;
    }
    if with(Standing::Waiting).next().is_some() && dependents(uid_of(meta), seen).next().is_some() {
        let why = differs(object, &loose, "OwnerWaitsForIt", turn);
        unblock_cycle(object, seen, why, turn);
        turn.act(why, delete(object, Propagation::Foreground));
        return;
    }
    let (reason, propagation) = (
        if with(Standing::Waiting).next().is_some() {
            "OwnerWaitsForIt"
        } else {
            "OwnerGone"
        },
        if has_finalizer(meta, ORPHAN) {
            Propagation::Orphan
        } else if has_finalizer(meta, FOREGROUND) {
            Propagation::Foreground
        } else {
            Propagation::Background
        },
    );
    let why = differs(object, &loose, reason, turn);
    turn.act(why, delete(object, propagation));
}

/// Says so if an owner that was looked for in vain, or could not be, is there, but in another namespace.
fn warn_of_namespace(
    object: &Object,
    reference: &OwnerReference,
    seen: &Seen<'_>,
    memory: &Remembered,
    turn: &mut Turn,
) {
    let Some(place) = place_of(object, reference, seen) else {
        return;
    };
    let namespace = place.namespace;
    let is_impossible = namespace.is_empty() && place.kind.info().namespaced;
    let asked = (namespace.clone(), Uid::parse(&reference.uid));
    if !is_impossible && !memory.denied.contains(&asked) {
        return;
    }
    if misplaced_owner(object, reference, seen).is_none() {
        return;
    }
    let OwnerReference {
        api_version,
        kind,
        name,
        uid,
        ..
    } = reference;
    let message = format!(
        "ownerRef [{api_version}/{kind}, namespace: {namespace}, name: {name}, uid: {uid}] does not exist in namespace {namespace:?}"
    );
    turn.also(Note::warning(
        object.clone(),
        "OwnerRefInvalidNamespace",
        message,
    ));
}

fn differs(
    object: &Object,
    loose: &[&OwnerReference],
    reason: &'static str,
    turn: &mut Turn,
) -> usize {
    let owners = loose.iter().map(|r| in_words(r)).collect();
    turn.differs(
        object.key(),
        "metadata.ownerReferences",
        None::<Name>,
        Datum::List(owners),
        reason,
    )
}

/// Asks the API server for owners that the caches do not know, and comes back with the answer.
fn prove<'a>(
    object: &Object,
    unproved: impl Iterator<Item = &'a OwnerReference>,
    seen: &Seen<'_>,
    memory: &mut Remembered,
    turn: &mut Turn,
) {
    for reference in unproved {
        let place =
            place_of(object, reference, seen).expect("owners of unknown kinds are not in doubt");
        let why = turn.differs(
            place.clone(),
            "metadata.uid",
            reference.uid.as_str(),
            None::<Name>,
            "OwnerNotInCache",
        );
        memory
            .asked
            .insert(place.clone(), Uid::parse(&reference.uid));
        let api_version = reference.api_version.as_str();
        turn.act(why, Request::get(place).speaking(api_version));
    }
    turn.again(Wake::now(queue_name(&object.key())));
}

/// An owner that goes after its dependents: once none of them blocks it any more, its finalizer comes off.
fn hold_or_release(object: &Object, seen: &Seen<'_>, turn: &mut Turn) {
    let uid = uid_of(object.metadata());
    let blocks = |dependent: &&Object| {
        let references = dependent.metadata().owner_references.iter().flatten();
        references
            .filter(|r| Uid::parse(&r.uid) == uid)
            .any(|r| r.block_owner_deletion == Some(true))
    };
    if let Some(first) = dependents(uid, seen).find(blocks) {
        turn.saw(object, "still blocked by", first.key().to_string());
        return;
    }
    remove_finalizer(object, FOREGROUND, "NoDependentBlocks", turn);
}

/// An owner whose dependents stay: they lose the reference to it, then it loses the finalizer.
fn orphan_dependents(object: &Object, seen: &Seen<'_>, turn: &mut Turn) {
    let meta = object.metadata();
    let uid = meta.uid.as_deref().unwrap_or_default();
    let kept: Vec<&Object> = dependents(uid_of(meta), seen).collect();
    if !kept.is_empty() {
        let why = turn.differs(
            object.key(),
            "dependents",
            0,
            kept.len(),
            "DependentsAreToStay",
        );
        for dependent in kept {
            turn.act(why, remove_owners(dependent, std::iter::once(uid)));
        }
    }
    remove_finalizer(object, ORPHAN, "DependentsAreFree", turn);
}

fn remove_finalizer(object: &Object, finalizer: &str, reason: &'static str, turn: &mut Turn) {
    let meta = object.metadata();
    let why = turn.differs(
        object.key(),
        "metadata.finalizers",
        None::<Name>,
        finalizer,
        reason,
    );
    let left: Vec<&String> = meta
        .finalizers
        .iter()
        .flatten()
        .filter(|f| *f != finalizer)
        .collect();
    let body =
        json!({ "metadata": { "resourceVersion": meta.resource_version, "finalizers": left } });
    turn.act(why, merge_patch(object, body));
}

/// Should one of its own dependents wait for it in turn, the two would wait for ever: it gives up blocking its owners.
fn unblock_cycle(object: &Object, seen: &Seen<'_>, why: usize, turn: &mut Turn) {
    let meta = object.metadata();
    if !dependents(uid_of(meta), seen).any(waits_for_dependents) {
        return;
    }
    let mut references = meta.owner_references.clone().unwrap_or_default();
    for reference in &mut references {
        reference.block_owner_deletion = Some(false);
    }
    let body = json!({ "metadata": { "ownerReferences": to_json(&references), "uid": meta.uid } });
    let patch = match object {
        Object::Custom(_) => merge_patch(object, body),
        _ => Request::patch(object.key(), PatchType::StrategicMerge, body),
    };
    turn.act(why, patch);
}

/// The server knows no merge keys of custom kinds: for them the whole list is sent, as it was seen.
fn remove_owners<'a>(object: &Object, uids: impl Iterator<Item = &'a str>) -> Request {
    if matches!(object, Object::Custom(_)) {
        let meta = object.metadata();
        let gone: Vec<&str> = uids.collect();
        let references = meta.owner_references.iter().flatten();
        let left: Vec<_> = references.filter(|r| !gone.contains(&&*r.uid)).collect();
        let body = json!({ "metadata": {
            "ownerReferences": left, "uid": meta.uid, "resourceVersion": meta.resource_version,
        } });
        return merge_patch(object, body);
    }
    let references: Vec<Value> = uids
        .map(|uid| json!({ "$patch": "delete", "uid": uid }))
        .collect();
    let body =
        json!({ "metadata": { "ownerReferences": references, "uid": object.metadata().uid } });
    Request::patch(object.key(), PatchType::StrategicMerge, body)
}

fn merge_patch(object: &Object, body: Value) -> Request {
    Request::patch(object.key(), PatchType::Merge, body).speaking(&object.api_version())
}

fn delete(object: &Object, propagation: Propagation) -> Request {
    let meta = object.metadata();
    let options = DeleteOptions {
        propagation: Some(propagation),
        precondition_uid: meta.uid.clone(),
        precondition_resource_version: meta.resource_version.clone(),
        ..DeleteOptions::default()
    };
    Request::delete(object.key(), options).speaking(&object.api_version())
}

fn in_words(reference: &OwnerReference) -> Name {
    format!("{}/{}", reference.kind, reference.name).into()
}
