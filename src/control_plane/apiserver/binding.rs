//! `create pods/binding`: the scheduler's only way to put a pod on a node, once; and `create bindings`, its old form.
//!
//! The real thing: pkg/registry/core/pod/storage/storage.go (`BindingREST`, `LegacyBindingREST`, `setPodNodeAndMetadata`),
//! pkg/apis/core/validation/validation.go (`ValidatePodBinding`), staging/src/k8s.io/apiserver/pkg/endpoints/handlers/create.go.
//! Left out: a binding for one uid or revision of the pod only.

use super::Call;
use crate::api::field::FieldError;
use crate::api::time::time;
use crate::api::{Body, Key, Kind, Name, Pod, Reason, Reply, Status, Stored};
use k8s_openapi::api::core::v1::PodCondition;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn bind(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let Wanted {
        name,
        node,
        annotations,
    } = wanted(call)?;
    let key = Key {
        name: name.clone(),
        ..call.key().clone()
    };
    let found = call.context.store.head().get(&key).cloned();
    let mut object = found.ok_or_else(|| Status::not_found(key.kind, &name))?;
    let Some(pod) = Pod::of(&object) else {
        return Err(call.not_allowed());
    };
    if let Some(why) = why_not(pod) {
        return Err(refusal(&name, &why));
    }
    let now = time(call.context.now_ms);
    let pod = Pod::of_mut(&mut object).expect("it was a pod a moment ago");
    pod.spec.get_or_insert_with(Default::default).node_name = Some(node.to_string());
    if !annotations.is_empty() {
        let all = pod.metadata.annotations.get_or_insert_default();
        all.extend(annotations);
    }
    let status = pod.status.get_or_insert_with(Default::default);
    let conditions = status.conditions.get_or_insert_with(Vec::new);
    let scheduled = PodCondition {
        type_: "PodScheduled".to_owned(),
        status: "True".to_owned(),
        last_transition_time: Some(now),
        ..PodCondition::default()
    };
    match conditions.iter_mut().find(|c| c.type_ == scheduled.type_) {
        Some(condition) => *condition = scheduled,
        None => conditions.push(scheduled),
    }
    Ok(Reply::Object(call.put(object)))
}

/// What a binding asks for.
struct Wanted {
    /// Of the pod.
    name: Name,
    node: Name,
    /// To be added to those of the pod.
    annotations: BTreeMap<String, String>,
}

/// What the binding in the body asks for. It is in the address's namespace if it names none.
fn wanted(call: &Call<'_, '_>) -> Result<Wanted, Status> {
    let document = match &call.request.body {
        Body::Binding(node) => {
            let annotations = BTreeMap::new();
            let name = call.key().name.clone();
            return Ok(Wanted {
                name,
                node: node.clone(),
                annotations,
            });
        }
        Body::Document(document) => document,
        _ => {
            let why = "the request has no binding in its body";
            return Err(Status::bad_request(why));
        }
    };
    let text = |path: &str| document.pointer(path).and_then(Value::as_str);
    let text = |path: &str| text(path).unwrap_or_default();
    let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
    if !namespace.is_empty() && namespace != call.key().namespace {
        let why =
            "the namespace of the provided object does not match the namespace sent on the request";
        return Err(Status::bad_request(why));
    }
    if !call.key().name.is_empty() && name != call.key().name {
        let why = "name in URL does not match name in Binding object";
        return Err(Status::bad_request(why));
    }
    if name.is_empty() {
        return Err(Status::bad_request("Name parameter required."));
    }
    let (kind, node) = (text("/target/kind"), text("/target/name"));
    let mut errors = Vec::new();
    if !matches!(kind, "" | "Node") {
        errors.push(FieldError::not_supported(
            "target.kind",
            kind,
            &["Node", "<empty>"],
        ));
    }
    if node.is_empty() {
        errors.push(FieldError::required("target.name", ""));
    }
    // Upstream passes these on as they are, so that they come out as a 500.
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    match errors.as_slice() {
        [] => {}
        [only] => return Err(Status::new(Reason::Unknown, only.as_str())),
        several => {
            let why = format!("[{}]", several.join(", "));
            return Err(Status::new(Reason::Unknown, why));
        }
    }
    let annotations = document.pointer("/metadata/annotations");
    let annotations = annotations.and_then(Value::as_object).into_iter().flatten();
    let annotations = annotations.filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned())));
    Ok(Wanted {
        name: name.into(),
        node: node.into(),
        annotations: annotations.collect(),
    })
}

/// Why the pod cannot be bound.
fn why_not(pod: &Pod) -> Option<String> {
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    if pod.metadata.deletion_timestamp.is_some() {
        return Some(format!(
            "pod {name} is being deleted, cannot be assigned to a host"
        ));
    }
    let spec = pod.spec.as_ref()?;
    if let Some(node) = spec.node_name.as_deref().filter(|n| !n.is_empty()) {
        return Some(format!("pod {name} is already assigned to node {node:?}"));
    }
    let gated = spec
        .scheduling_gates
        .as_ref()
        .is_some_and(|g| !g.is_empty());
    gated.then(|| format!("pod {name} has non-empty .spec.schedulingGates"))
}

fn refusal(name: &str, why: &str) -> Status {
    Status {
        message: format!("Operation cannot be fulfilled on pods/binding {name:?}: {why}"),
        kind: Some(Kind::Pod),
        name: name.into(),
        ..Status::new(Reason::Conflict, "")
    }
}
