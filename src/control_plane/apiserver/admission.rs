//! Admission: what is refused, and what is added, after a request was understood and before it is validated.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go (`NamespaceLifecycle`),
//! plugin/pkg/admission/defaulttolerationseconds/admission.go (`DefaultTolerationSeconds`), plugin/pkg/admission/priority/admission.go (`Priority`).
//! Left out: PriorityClass objects besides upstream's two system classes; every other plugin (ServiceAccount, LimitRanger, ResourceQuota, webhooks, …).

use super::Call;
use crate::api::{Cause, Kind, Name, Object, Status, Stored};
use k8s_openapi::api::core::v1::{Namespace, Pod, Toleration};

/// Namespaces that cannot be deleted.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

/// How long pods stay on a node that is not ready or cannot be reached, unless they say otherwise.
const TOLERATION_SECONDS: i64 = 300;

/// What all classes that there are say about preemption.
const PREEMPT: &str = "PreemptLowerPriority";

pub(super) fn admit_create(call: &Call<'_, '_>, object: &mut Object) -> Result<(), Status> {
    if call.key().kind.info().namespaced {
        admit_into_namespace(call, object)?;
    }
    add_tolerations(object);
    set_priority(object)
}

pub(super) fn admit_update(object: &mut Object) {
    add_tolerations(object);
}

pub(super) fn admit_delete(kind: Kind, name: &str) -> Result<(), Status> {
    if kind == Kind::Namespace && IMMORTAL.contains(&name) {
        return Err(Status::forbidden(
            kind,
            name,
            "this namespace may not be deleted",
        ));
    }
    Ok(())
}

fn admit_into_namespace(call: &Call<'_, '_>, object: &Object) -> Result<(), Status> {
    let namespace = &call.key().namespace;
    let table = call.context.store.head().table(Kind::Namespace);
    let Some(stored) = table.get("", namespace).and_then(Namespace::of) else {
        return Err(Status::not_found(Kind::Namespace, namespace));
    };
    let phase = stored.status.as_ref().and_then(|s| s.phase.as_deref());
    if phase != Some("Terminating") && stored.metadata.deletion_timestamp.is_none() {
        return Ok(());
    }
    let why = format!(
        "unable to create new content in namespace {namespace} because it is being terminated"
    );
    let mut status = Status::forbidden(call.key().kind, &spoken_name(object), &why);
    status.causes.push(Cause {
        reason: "NamespaceTerminating".to_owned(),
        message: format!("namespace {namespace} is being terminated"),
        field: "metadata.namespace".to_owned(),
    });
    Err(status)
}

/// The name in a refusal by admission: for an object without a name, its `generateName`.
fn spoken_name(object: &Object) -> Name {
    let name = object.name();
    if !name.is_empty() {
        return name;
    }
    let base = object.metadata().generate_name.as_deref();
    base.unwrap_or("Unknown").into()
}

/// A pod's priority is that of its class, and nothing else.
fn set_priority(object: &mut Object) -> Result<(), Status> {
    let Some(pod) = Pod::of_mut(object) else {
        return Ok(());
    };
    let spec = pod.spec.get_or_insert_default();
    let class = spec.priority_class_name.as_deref().unwrap_or_default();
    let priority = match class {
        "" => 0,
        "system-cluster-critical" => 2_000_000_000,
        "system-node-critical" => 2_000_001_000,
        other => {
            let why = format!("no PriorityClass with name {other} was found");
            return Err(Status::forbidden(Kind::Pod, &spoken_name(object), &why));
        }
    };
    if let Some(given) = spec.priority.filter(|given| *given != priority) {
        let why = format!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name"
        );
        return Err(Status::forbidden(Kind::Pod, &spoken_name(object), &why));
    }
    spec.priority = Some(priority);
    let policy = spec
        .preemption_policy
        .get_or_insert_with(|| PREEMPT.to_owned());
    if policy != PREEMPT {
        let why = format!(
            "the string value of PreemptionPolicy ({policy}) must not be provided in pod spec; priority admission controller computed {PREEMPT} from the given PriorityClass name"
        );
        return Err(Status::forbidden(Kind::Pod, &spoken_name(object), &why));
    }
    Ok(())
}

/// Pods tolerate `not-ready` and `unreachable` for five minutes, unless they say for how long.
fn add_tolerations(object: &mut Object) {
    let Some(pod) = Pod::of(object) else { return };
    let tolerations = || pod.spec.iter().flat_map(|s| s.tolerations.iter().flatten());
    let missing: Vec<&str> = [
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
    ]
    .into_iter()
    .filter(|key| !tolerations().any(|t| tolerates_no_execute(t, key)))
    .collect();
    if missing.is_empty() {
        return;
    }
    let pod = Pod::of_mut(object).expect("it was a pod a moment ago");
    let spec = pod.spec.get_or_insert_with(Default::default);
    let list = spec.tolerations.get_or_insert_with(Vec::new);
    list.extend(missing.into_iter().map(|key| Toleration {
        key: Some(key.to_owned()),
        operator: Some("Exists".to_owned()),
        effect: Some("NoExecute".to_owned()),
        toleration_seconds: Some(TOLERATION_SECONDS),
        value: None,
    }));
}

fn tolerates_no_execute(toleration: &Toleration, key: &str) -> bool {
    let names = toleration.key.as_deref().unwrap_or_default();
    let effect = toleration.effect.as_deref().unwrap_or_default();
    (names.is_empty() || names == key) && (effect.is_empty() || effect == "NoExecute")
}
