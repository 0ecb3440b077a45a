//! `create pods/binding`: the scheduler's only way to put a pod on a node, once.
//!
//! The real thing: pkg/registry/core/pod/storage/storage.go (`BindingREST`, `setPodNodeAndMetadata`).

use super::Call;
use crate::api::field::FieldError;
use crate::api::time::time;
use crate::api::{Body, Kind, Name, Pod, Reason, Reply, Status, Stored};
use k8s_openapi::api::core::v1::PodCondition;
use serde_json::Value;

pub(super) fn bind(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let node = node(&call.request.body)?;
    let mut object = call.existing()?.clone();
    let name = object.name();
    let Some(pod) = Pod::of(&object) else {
        return Err(call.not_allowed());
    };
    if let Some(why) = why_not(pod) {
        return Err(refusal(&name, &why));
    }
    let now = time(call.context.now_ms);
    let pod = Pod::of_mut(&mut object).expect("it was a pod a moment ago");
    pod.spec.get_or_insert_with(Default::default).node_name = Some(node.to_string());
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

/// The node that the binding names.
fn node(body: &Body) -> Result<Name, Status> {
    let node = match body {
        Body::Binding(node) => node.clone(),
        Body::Document(document) => {
            let target = document.pointer("/target/name").and_then(Value::as_str);
            target.unwrap_or_default().into()
        }
        _ => {
            let why = "the request has no binding in its body";
            return Err(Status::bad_request(why));
        }
    };
    if node.is_empty() {
        let error = FieldError::required("target.name", "");
        return Err(Status {
            message: format!("Binding \"\" is invalid: {error}"),
            ..Status::invalid(Kind::Pod, "", &[error])
        });
    }
    Ok(node)
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
