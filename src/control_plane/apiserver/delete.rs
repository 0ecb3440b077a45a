//! `delete`: at once, after a grace period, or once the last finalizer is gone.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go (`BeforeDelete`), pkg/registry/generic/registry/store.go (`Delete`,
//! `updateForGracefulDeletionAndFinalizers`, `deletionFinalizersForGarbageCollection`), pkg/registry/core/pod/strategy.go (`CheckGracefulDelete`),
//! pkg/registry/core/namespace/storage/storage.go (`Delete`).

use super::metadata::{FOREGROUND, ORPHAN};
use super::{Call, admission, definitions, list, update};
use crate::api::kinds::priority_class::SYSTEM_CLASSES;
use crate::api::time::{self, Ms};
use crate::api::{
    Body, DeleteOptions, Kind, Object, Pod, Propagation, Reason, Reply, Status, Stored,
};
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

pub(super) fn delete(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let options = options(call);
    let object = call.existing()?.clone();
    admission::validate_delete(call, &object)?;
    keep_system_classes(&object)?;
    check_preconditions(&object, &options)?;
    Ok(delete_one(call, object, &options))
}

pub(super) fn delete_collection(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    if call.key().kind == Kind::Namespace {
        return Err(call.not_allowed());
    }
    let options = options(call);
    let objects = list::selected(call)?;
    for object in &objects {
        admission::validate_delete(call, object)?;
        keep_system_classes(object)?;
        check_preconditions(object, &options)?;
    }
    for object in &objects {
        delete_one(call, object.clone(), &options);
    }
    Ok(Reply::List((objects, call.context.store.revision()).into()))
}

fn options(call: &Call<'_, '_>) -> DeleteOptions {
    match &call.request.body {
        Body::Delete(options) => options.clone(),
        _ => DeleteOptions::default(),
    }
}

/// Removes the object, or marks it and lets it wait.
pub(super) fn delete_one(
    call: &mut Call<'_, '_>,
    object: Object,
    options: &DeleteOptions,
) -> Reply {
    if object.kind() == Kind::Namespace {
        return delete_namespace(call, object, options);
    }
    if object.kind() == Kind::CustomResourceDefinition
        && object.metadata().deletion_timestamp.is_none()
    {
        return definitions::delete(call, object);
    }
    let now_ms = call.context.now_ms;
    let grace = match grace(&object, options, now_ms) {
        Grace::Pending => return Reply::Object(object),
        other => other,
    };
    let mut changed = object.clone();
    let finalizers = finalizers(&object, options);
    let finalizers_change = !same_set(&finalizers, object.metadata());
    let held = !finalizers.is_empty();
    if finalizers_change {
        changed.metadata_mut().finalizers = (!finalizers.is_empty()).then_some(finalizers);
    }
    match grace {
        Grace::None | Grace::Pending => {
            if !held {
                call.remove(&object.key());
                return Reply::Deleted(changed);
            }
            mark_as_deleting(changed.metadata_mut(), now_ms);
        }
        Grace::Set { seconds, at_ms } => {
            let meta = changed.metadata_mut();
            if meta.deletion_timestamp.is_none() {
                meta.generation = raised(meta.generation);
            }
            meta.deletion_timestamp = Some(time::time(at_ms));
            meta.deletion_grace_period_seconds = Some(seconds);
        }
    }
    if changed != object {
        changed = call.put(changed);
    }
    if matches!(grace, Grace::Set { seconds: 0, .. }) && !held {
        call.remove(&changed.key());
        return Reply::Deleted(changed);
    }
    Reply::Object(changed)
}

/// What a delete does about time.
enum Grace {
    /// The kind has no grace, or none is left: remove it now.
    None,
    /// It is being deleted already, and this request changes nothing about that.
    Pending,
    /// Delete after so many seconds, at this instant.
    Set { seconds: i64, at_ms: Ms },
}

fn grace(object: &Object, options: &DeleteOptions, now_ms: Ms) -> Grace {
    let Some(pod) = Pod::of(object) else {
        return Grace::None;
    };
    let wanted = options.grace_period_seconds.map(at_least_now);
    if let Some(deletion) = &pod.metadata.deletion_timestamp {
        let period = pod
            .metadata
            .deletion_grace_period_seconds
            .map_or(0, at_least_now);
        if period == 0 {
            return Grace::None;
        }
        return match wanted {
            Some(seconds) if seconds < period => Grace::Set {
                seconds,
                at_ms: time::ms(deletion)
                    .saturating_sub(time::seconds_ms(period))
                    .saturating_add(time::seconds_ms(seconds)),
            },
            _ => Grace::Pending,
        };
    }
    let seconds = pod_grace_seconds(pod, wanted);
    Grace::Set {
        seconds,
        at_ms: now_ms.saturating_add(time::seconds_ms(seconds)),
    }
}

fn pod_grace_seconds(pod: &Pod, wanted: Option<i64>) -> i64 {
    let spec = pod.spec.as_ref();
    let scheduled = spec
        .and_then(|s| s.node_name.as_deref())
        .is_some_and(|n| !n.is_empty());
    let phase = pod.status.as_ref().and_then(|s| s.phase.as_deref());
    if !scheduled || matches!(phase, Some("Failed" | "Succeeded")) {
        return 0;
    }
    let own = || {
        spec.and_then(|s| s.termination_grace_period_seconds)
            .unwrap_or(0)
    };
    at_least_now(wanted.unwrap_or_else(own))
}

/// A negative grace period means one second.
fn at_least_now(seconds: i64) -> i64 {
    if seconds < 0 { 1 } else { seconds }
}

fn raised(generation: Option<i64>) -> Option<i64> {
    generation.map(|g| if g > 0 { g + 1 } else { g })
}

fn mark_as_deleting(meta: &mut ObjectMeta, now_ms: Ms) {
    if meta.deletion_timestamp.is_none() {
        meta.generation = raised(meta.generation);
    }
    let later = |t: &_| time::ms(t) > now_ms;
    if meta.deletion_timestamp.as_ref().is_none_or(later) {
        meta.deletion_timestamp = Some(time::time(now_ms));
    }
    meta.deletion_grace_period_seconds = Some(0);
}

/// The finalizers that the object must have while it waits: its own, and that of the propagation policy.
fn finalizers(object: &Object, options: &DeleteOptions) -> Vec<String> {
    let current = object.metadata().finalizers.as_deref().unwrap_or_default();
    if object.kind() == Kind::Event {
        return current.to_vec();
    }
    let has = |name: &str| current.iter().any(|f| f == name);
    let policy = options.propagation.unwrap_or_else(|| {
        if has(ORPHAN) {
            Propagation::Orphan
        } else if has(FOREGROUND) {
            Propagation::Foreground
        } else if object.kind().orphans_dependents() {
            Propagation::Orphan
        } else {
            Propagation::Background
        }
    });
    let mut wanted: Vec<String> = current
        .iter()
        .filter(|f| *f != ORPHAN && *f != FOREGROUND)
        .cloned()
        .collect();
    match policy {
        Propagation::Background => {}
        Propagation::Foreground => wanted.push(FOREGROUND.to_owned()),
        Propagation::Orphan => wanted.push(ORPHAN.to_owned()),
    }
    wanted
}

fn same_set(finalizers: &[String], meta: &ObjectMeta) -> bool {
    let current = meta.finalizers.as_deref().unwrap_or_default();
    finalizers.len() == current.len() && finalizers.iter().all(|f| current.contains(f))
}

/// A namespace is first marked as Terminating; it goes when the namespace controller has emptied it and taken away its finalizer.
fn delete_namespace(call: &mut Call<'_, '_>, object: Object, options: &DeleteOptions) -> Reply {
    let now_ms = call.context.now_ms;
    if object.metadata().deletion_timestamp.is_some() {
        if update::has_finalizers(&object) {
            return Reply::Object(object);
        }
        call.remove(&object.key());
        return Reply::Deleted(object);
    }
    let finalizers = finalizers(&object, options);
    let mut changed = object;
    let namespace = Namespace::of_mut(&mut changed).expect("the caller looked at the kind");
    namespace.metadata.deletion_timestamp = Some(time::time(now_ms));
    namespace.metadata.finalizers = (!finalizers.is_empty()).then_some(finalizers);
    namespace.status.get_or_insert_with(Default::default).phase = Some("Terminating".to_owned());
    Reply::Object(call.put(changed))
}

fn check_preconditions(object: &Object, options: &DeleteOptions) -> Result<(), Status> {
    let meta = object.metadata();
    let uid = meta.uid.as_deref().unwrap_or_default();
    let revision = meta.resource_version.as_deref().unwrap_or_default();
    if let Some(wanted) = options.precondition_uid.as_deref().filter(|w| *w != uid) {
        return Err(refusal(
            object,
            &format!(
                "the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated"
            ),
        ));
    }
    let wanted = options.precondition_resource_version.as_deref();
    if let Some(wanted) = wanted.filter(|w| *w != revision) {
        return Err(refusal(
            object,
            &format!(
                "the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({revision}). The object might have been modified"
            ),
        ));
    }
    Ok(())
}

/// The two PriorityClasses of the system stay. The real thing: pkg/registry/scheduling/priorityclass/storage/storage.go (`Delete`).
fn keep_system_classes(object: &Object) -> Result<(), Status> {
    let name = object.name();
    let is_system = SYSTEM_CLASSES.iter().any(|(system, ..)| *system == name);
    if object.kind() == Kind::PriorityClass && is_system {
        let why = "this is a system priority class and cannot be deleted";
        return Err(Status::forbidden(object.kind(), &name, why));
    }
    Ok(())
}

/// Upstream names the kind here, not the resource.
fn refusal(object: &Object, why: &str) -> Status {
    let info = object.kind().info();
    let dot = if info.group.is_empty() { "" } else { "." };
    let name = object.name();
    Status {
        message: format!(
            "Operation cannot be fulfilled on {}{dot}{} {name:?}: {why}",
            info.name, info.group
        ),
        kind: Some(object.kind()),
        name,
        ..Status::new(Reason::Conflict, "")
    }
}
