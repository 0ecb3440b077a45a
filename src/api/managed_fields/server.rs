//! What the API server itself puts into objects: nobody owns it. Needed only to say what "the rest" of an object is.
//!
//! The real thing: admission and the strategies' `PrepareForCreate` come after the field manager, so their fields have no owner;
//! pkg/registry/*/*/strategy.go (`GetResetFields`).

use super::set::Set;
use crate::api::{Kind, Object, Subresource};
use serde_json::{Value, json};

/// Where admission mounts a pod's token.
const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Is nothing but what [`without_additions`] takes out added to a new object of this kind after its author's fields were noted?
/// Only then may a component own "the rest" of it.
#[must_use]
pub(super) fn additions_are_known(object: &Object) -> bool {
    if let Object::Pod(pod) = object {
        return pod
            .spec
            .as_ref()
            .is_none_or(|spec| spec.node_name.is_none());
    }
    if matches!(object, Object::Custom(_)) {
        return false;
    }
    let name = object.kind().info().name;
    ![
        "Service",
        "Namespace",
        "Job",
        "PersistentVolume",
        "PersistentVolumeClaim",
    ]
    .contains(&name)
}

/// The document of an object without what the server has put in.
#[must_use]
pub(super) fn without_additions(object: &Object, mut document: Value) -> Value {
    if let Some(metadata) = document.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("deletionTimestamp");
        metadata.shift_remove("deletionGracePeriodSeconds");
        let of_deletion = |f: &Value| *f == "foregroundDeletion" || *f == "orphan";
        drop_entries(metadata, "finalizers", of_deletion);
    }
    if object.kind() != Kind::Pod {
        return document;
    }
    let Some(spec) = document.get_mut("spec").and_then(Value::as_object_mut) else {
        return document;
    };
    for field in ["nodeName", "priority", "preemptionPolicy"] {
        spec.shift_remove(field);
    }
    if spec.get("serviceAccountName") == Some(&json!("default")) {
        spec.shift_remove("serviceAccountName");
        spec.shift_remove("serviceAccount");
    }
    drop_entries(spec, "tolerations", |t| {
        let key = t.get("key").and_then(Value::as_str).unwrap_or_default();
        let key = key.strip_prefix("node.kubernetes.io/");
        matches!(key, Some("not-ready" | "unreachable"))
            && t.get("tolerationSeconds") == Some(&json!(300))
    });
    let is_token = |v: &Value| {
        let name = v.get("name").and_then(Value::as_str).unwrap_or_default();
        name.starts_with("kube-api-access-")
    };
    drop_entries(spec, "volumes", is_token);
    for list in ["containers", "initContainers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            if let Value::Object(container) = container {
                let mounts_token = |m: &Value| m.get("mountPath") == Some(&json!(TOKEN_PATH));
                drop_entries(container, "volumeMounts", mounts_token);
            }
        }
    }
    document
}

/// Drops entries of a list, and the list if none is left.
fn drop_entries(
    owner: &mut serde_json::Map<String, Value>,
    field: &str,
    gone: impl Fn(&Value) -> bool,
) {
    if let Some(Value::Array(list)) = owner.get_mut(field) {
        list.retain(|entry| !gone(entry));
        if list.is_empty() {
            owner.shift_remove(field);
        }
    }
}

/// The fields of an object's status that nobody who writes the status owns.
#[must_use]
pub(super) fn additions_to_status(object: &Object) -> Set {
    let Object::Pod(pod) = object else {
        return Set::default();
    };
    // Binding writes the condition, and creation the rest; the first change makes the phase somebody's.
    let bound = json!({"k:{\"type\":\"PodScheduled\"}": {}, ".": {}});
    let mut status = json!({"f:qosClass": {}, "f:conditions": bound});
    let phase = pod.status.as_ref().and_then(|s| s.phase.as_deref());
    if phase == Some("Pending") {
        status["f:phase"] = json!({});
    }
    Set::from_json(&json!({"f:status": status})).expect("the set is spelled out above")
}

/// The fields that a write of this kind ignores, whatever it says.
#[must_use]
pub fn reset(kind: Kind, subresource: Option<Subresource>) -> Set {
    let fields = match (subresource, kind.info().name) {
        (Some(Subresource::Status), "Deployment") => {
            json!({"f:spec": {}, "f:metadata": {"f:labels": {}}})
        }
        (Some(Subresource::Status), "Pod") => {
            json!({"f:spec": {}, "f:metadata": {"f:deletionTimestamp": {}, "f:ownerReferences": {}}})
        }
        (Some(Subresource::Status), _) => json!({"f:spec": {}}),
        _ => json!({"f:status": {}}),
    };
    Set::from_json(&fields).expect("the set is spelled out above")
}
