//! What becomes of a CustomResourceDefinition once it is stored: its names are accepted, it is established, and before it goes its
//! objects go.
//!
//! Upstream controllers inside the API server do this a moment later; here it is done with the write, as one more write of the
//! server's own. Whoever asks after the request's answer finds what they would find upstream a second later.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/controller/{status/naming_controller,establish/establishing_controller,finalizer/crd_finalizer,apiapproval/apiapproval_controller}.go,
//! pkg/registry/customresourcedefinition/etcd.go (`Delete`).
//! Left out: the five seconds for which endpoints may lag behind; the condition NonStructuralSchema, which no definition of v1 can have.

use super::{Call, delete};
use crate::api::custom::Definition;
use crate::api::kinds::{CustomResourceDefinition, DefinitionFacts, approval_condition};
use crate::api::time;
use crate::api::{CustomKind, DeleteOptions, Key, Kind, Object, Reply, Stored};
use crate::control_plane::etcd::Writer;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinitionCondition as Condition, CustomResourceDefinitionNames as Names,
};

/// What holds a definition back until its objects are gone.
const FINALIZER: &str = "customresourcecleanup.apiextensions.k8s.io";
/// Who these writes are by.
const SERVER: &str = "system:apiserver";

/// Accepts the names of a definition that was just stored and establishes it, if that changes anything.
pub(super) fn settle(call: &mut Call<'_, '_>, crd: &CustomResourceDefinition) {
    let mut next = crd.clone();
    let accepted = names_of(crd);
    let (names, conflict) = accept(call, crd, accepted);
    let status = next.status.get_or_insert_default();
    status.accepted_names = Some(names);
    let now_ms = call.context.now_ms;
    if let Some((status, reason, message)) = approval_condition(crd) {
        set(
            &mut next,
            now_ms,
            "KubernetesAPIApprovalPolicyConformant",
            status,
            reason,
            &message,
        );
    }
    match &conflict {
        None => {
            set(
                &mut next,
                now_ms,
                "NamesAccepted",
                "True",
                "NoConflicts",
                "no conflicts found",
            );
            if Definition::kind_of(crd).is_some() && !crd.is("Established") {
                let why = "the initial names have been accepted";
                set(
                    &mut next,
                    now_ms,
                    "Established",
                    "True",
                    "InitialNamesAccepted",
                    why,
                );
            }
        }
        Some((reason, message)) => {
            set(&mut next, now_ms, "NamesAccepted", "False", reason, message);
            if crd.condition("Established").is_none() {
                let why = "not all names are accepted";
                set(
                    &mut next,
                    now_ms,
                    "Established",
                    "False",
                    "NotAccepted",
                    why,
                );
            }
        }
    }
    if next != *crd {
        write(call, next);
    }
}

fn write(call: &mut Call<'_, '_>, crd: CustomResourceDefinition) {
    let writer = Writer {
        by: SERVER.into(),
        ..call.writer()
    };
    let change = call.context.store.put(crd.into(), &writer);
    call.revision = Some(change.revision);
}

fn set(
    crd: &mut CustomResourceDefinition,
    now_ms: time::Ms,
    type_: &str,
    status: &str,
    reason: &str,
    message: &str,
) {
    let list = crd
        .status
        .get_or_insert_default()
        .conditions
        .get_or_insert_default();
    let new = Condition {
        last_transition_time: Some(time::time(now_ms)),
        message: Some(message.to_owned()),
        reason: Some(reason.to_owned()),
        status: status.to_owned(),
        type_: type_.to_owned(),
    };
    match list.iter_mut().find(|c| c.type_ == type_) {
        Some(old) if old.status == status => {
            let since = old.last_transition_time.take();
            *old = Condition {
                last_transition_time: since,
                ..new
            };
        }
        Some(old) => *old = new,
        None => list.push(new),
    }
}

fn names_of(crd: &CustomResourceDefinition) -> Names {
    let status = crd.status.as_ref();
    status
        .and_then(|s| s.accepted_names.clone())
        .unwrap_or_default()
}

/// The names that the definition may have, and why it may not have all of them, if so.
fn accept(
    call: &Call<'_, '_>,
    crd: &CustomResourceDefinition,
    accepted: Names,
) -> (Names, Option<(&'static str, String)>) {
    let (mut resources, mut kinds) = (Vec::new(), Vec::new());
    let table = call
        .context
        .store
        .head()
        .table(Kind::CustomResourceDefinition);
    for other in table.iter().filter_map(CustomResourceDefinition::of) {
        if other.spec.group != crd.spec.group || other.metadata.name == crd.metadata.name {
            continue;
        }
        let names = names_of(other);
        resources.extend([names.plural, names.singular.unwrap_or_default()]);
        resources.extend(names.short_names.unwrap_or_default());
        kinds.extend([names.kind, names.list_kind.unwrap_or_default()]);
    }
    let wanted = crd.spec.names.clone();
    let mut names = accepted.clone();
    let mut conflict = None;
    let mut taken = |wanted: &str, accepted: &str, used: &[String], reason: &'static str| {
        let is_taken = wanted != accepted && used.iter().any(|name| name == wanted);
        if is_taken {
            conflict = Some((reason, format!("{wanted:?} is already in use")));
        }
        is_taken
    };
    if !taken(
        &wanted.plural,
        &accepted.plural,
        &resources,
        "PluralConflict",
    ) {
        names.plural = wanted.plural;
    }
    let text = |name: &Option<String>| name.clone().unwrap_or_default();
    let (singular, had) = (text(&wanted.singular), text(&accepted.singular));
    if !taken(&singular, &had, &resources, "SingularConflict") {
        names.singular = wanted.singular;
    }
    let had = accepted.short_names.clone().unwrap_or_default();
    let short = wanted.short_names.iter().flatten();
    let mut new = short.filter(|name| !had.contains(name));
    if !new.any(|name| taken(name, "", &resources, "ShortNamesConflict")) {
        names.short_names = wanted.short_names;
    }
    if !taken(&wanted.kind, &accepted.kind, &kinds, "KindConflict") {
        names.kind = wanted.kind;
    }
    let (list_kind, had) = (text(&wanted.list_kind), text(&accepted.list_kind));
    if !taken(&list_kind, &had, &kinds, "ListKindConflict") {
        names.list_kind = wanted.list_kind;
    }
    names.categories = wanted.categories;
    (names, conflict)
}

/// The first request to delete a definition: it is marked, then its objects are deleted, and it goes with the last of them.
pub(super) fn delete(call: &mut Call<'_, '_>, object: Object) -> Reply {
    let Some(crd) = CustomResourceDefinition::of(&object) else {
        return Reply::Object(object);
    };
    let now_ms = call.context.now_ms;
    let mut marked = crd.clone();
    marked.metadata.deletion_timestamp = Some(time::time(now_ms));
    let finalizers = marked.metadata.finalizers.get_or_insert_default();
    if !finalizers.iter().any(|f| f == FINALIZER) {
        finalizers.push(FINALIZER.to_owned());
    }
    let why =
        "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon";
    set(
        &mut marked,
        now_ms,
        "Terminating",
        "True",
        "InstanceDeletionPending",
        why,
    );
    if call.request.dry_run {
        return Reply::Object(marked.into());
    }
    let kind = Definition::kind_of(crd);
    let stored = call.put(marked.into());
    if let Some(kind) = kind {
        delete_objects(call, kind);
        finish(call, kind);
    }
    Reply::Object(stored)
}

fn delete_objects(call: &mut Call<'_, '_>, kind: CustomKind) {
    let table = call.context.store.head().table(Kind::Custom(kind));
    let objects: Vec<Object> = table.iter().cloned().collect();
    if objects.is_empty() {
        return;
    }
    let Some(mut crd) = terminating(call, kind) else {
        return;
    };
    let why = "CustomResource deletion is in progress";
    let now_ms = call.context.now_ms;
    set(
        &mut crd,
        now_ms,
        "Terminating",
        "True",
        "InstanceDeletionInProgress",
        why,
    );
    write(call, crd);
    for object in objects {
        delete::delete_one(call, object, &DeleteOptions::default());
    }
}

/// The definition of this kind, if it is being deleted and waits for its objects.
fn terminating(call: &Call<'_, '_>, kind: CustomKind) -> Option<CustomResourceDefinition> {
    let name = kind.definition();
    let table = call
        .context
        .store
        .head()
        .table(Kind::CustomResourceDefinition);
    let crd = CustomResourceDefinition::of(table.get("", &name)?)?;
    let finalizers = crd.metadata.finalizers.as_deref().unwrap_or_default();
    let waits =
        crd.metadata.deletion_timestamp.is_some() && finalizers.iter().any(|f| f == FINALIZER);
    waits.then(|| crd.clone())
}

/// Lets a definition go whose last object is gone. Called whenever a custom object was removed.
pub(super) fn finish(call: &mut Call<'_, '_>, kind: CustomKind) {
    if !call
        .context
        .store
        .head()
        .table(Kind::Custom(kind))
        .is_empty()
    {
        return;
    }
    let Some(mut crd) = terminating(call, kind) else {
        return;
    };
    let finalizers = crd.metadata.finalizers.get_or_insert_default();
    finalizers.retain(|f| f != FINALIZER);
    let is_free = finalizers.is_empty();
    let name = crd.metadata.name.clone().unwrap_or_default();
    if is_free {
        let key = Key::new(Kind::CustomResourceDefinition, "", name);
        let writer = Writer {
            by: SERVER.into(),
            ..call.writer()
        };
        if let Some(change) = call.context.store.remove(&key, &writer) {
            call.revision = Some(change.revision);
        }
        return free_names(call, &crd);
    }
    let now_ms = call.context.now_ms;
    let why = "removed all instances";
    set(
        &mut crd,
        now_ms,
        "Terminating",
        "False",
        "InstanceDeletionCompleted",
        why,
    );
    write(call, crd);
}

/// A definition is gone: others of its group may now have the names that it had.
pub(super) fn free_names(call: &mut Call<'_, '_>, gone: &CustomResourceDefinition) {
    let table = call
        .context
        .store
        .head()
        .table(Kind::CustomResourceDefinition);
    let others = table.iter().filter_map(CustomResourceDefinition::of);
    let others = others.filter(|other| other.spec.group == gone.spec.group);
    let others: Vec<CustomResourceDefinition> = others.cloned().collect();
    for other in &others {
        settle(call, other);
    }
}
