//! `create pods/eviction`: a deletion that respects disruption budgets; what `kubectl drain` sends.
//!
//! The real thing: pkg/registry/core/pod/storage/eviction.go (`Create`, `checkAndDecrement`, `canIgnorePDB`).
//! Left out: whoever may allow disruptions again: no controller looks after budgets here.

use super::{Call, admission, delete};
use crate::api::selector;
use crate::api::time::time;
use crate::api::{
    Body, Cause, DeleteOptions, Kind, Object, Pod, Reason, Reply, Status, Stored, pods,
};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use serde_json::Value;
use std::collections::BTreeMap;

const VERSION: &str = "policy/v1";
const KIND: &str = "Eviction";

/// More evictions that nobody has confirmed than this are too many.
const DISRUPTED_PODS_MAX: usize = 2_000;

pub(super) fn evict(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let object = call.existing()?.clone();
    let Some(pod) = Pod::of(&object) else {
        return Err(call.not_allowed());
    };
    let options = options(call)?;
    let phase = pod.status.as_ref().and_then(|s| s.phase.as_deref());
    let leaves_anyway = pods::is_finished(pod)
        || phase == Some("Pending")
        || pod.metadata.deletion_timestamp.is_some();
    if !leaves_anyway {
        let budgets = budgets(call, pod);
        match budgets.as_slice() {
            [] => {}
            [budget] if is_no_loss(budget, pod) => {}
            [budget] => spend(call, budget, &object)?,
            _ => {
                let why = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
                return Err(Status::new(Reason::Unknown, why));
            }
        }
    }
    admission::validate_delete(call, &object)?;
    Ok(delete::delete_one(call, object, &options))
}

/// The options in the Eviction, which has to be about the pod of the address.
fn options(call: &Call<'_, '_>) -> Result<DeleteOptions, Status> {
    let Body::Document(document) = &call.request.body else {
        return Ok(DeleteOptions::default());
    };
    let text = |path: &str| document.pointer(path).and_then(Value::as_str);
    let (version, kind) = (text("/apiVersion"), text("/kind"));
    let said = (version.unwrap_or(VERSION), kind.unwrap_or(KIND));
    if !matches!(said, (VERSION | "policy/v1beta1", KIND)) {
        return Err(other_kind(said));
    }
    let name = text("/metadata/name").unwrap_or_default();
    if name != call.key().name {
        return Err(Status::bad_request(
            "name in URL does not match name in Eviction object",
        ));
    }
    let grace = document.pointer("/deleteOptions/gracePeriodSeconds");
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Ok(DeleteOptions {
        grace_period_seconds: grace.and_then(Value::as_i64),
        precondition_uid: owned(text("/deleteOptions/preconditions/uid")),
        precondition_resource_version: owned(text("/deleteOptions/preconditions/resourceVersion")),
        ..DeleteOptions::default()
    })
}

fn other_kind((version, kind): (&str, &str)) -> Status {
    let short = version.rsplit('/').next().unwrap_or_default();
    let why = if Kind::of(version, kind).is_some() {
        format!("converting ({short}.{kind}) to (policy.Eviction): unknown conversion")
    } else {
        format!(
            "no kind {kind:?} is registered for version {version:?} in scheme \"pkg/api/legacyscheme/scheme.go:30\""
        )
    };
    Status::bad_request(format!(
        "{kind} in version {short:?} cannot be handled as a Eviction: {why}"
    ))
}

/// A pod that is not ready is not among those that the budget counts: may it go whatever the budget says?
fn is_no_loss(budget: &PodDisruptionBudget, pod: &Pod) -> bool {
    let spec = budget.spec.as_ref();
    let policy = spec.and_then(|s| s.unhealthy_pod_eviction_policy.as_deref());
    let status = budget.status.as_ref();
    let (healthy, desired) = status.map_or((0, 0), |s| (s.current_healthy, s.desired_healthy));
    let is_enough = healthy >= desired && desired > 0;
    !pods::is_ready(pod) && (policy == Some("AlwaysAllow") || is_enough)
}

/// The disruption budgets that a pod is under.
fn budgets(call: &Call<'_, '_>, pod: &Pod) -> Vec<PodDisruptionBudget> {
    let table = call.context.store.head().table(Kind::PodDisruptionBudget);
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let all = table.in_namespace(namespace);
    let labels = pod.metadata.labels.as_ref();
    all.filter_map(PodDisruptionBudget::of)
        .filter(|budget| {
            let wanted = budget.spec.as_ref().and_then(|spec| spec.selector.as_ref());
            wanted.is_some_and(|wanted| selector::matches(wanted, labels))
        })
        .cloned()
        .collect()
}

/// Takes one disruption off the budget, if it allows one.
fn spend(
    call: &mut Call<'_, '_>,
    budget: &PodDisruptionBudget,
    pod: &Object,
) -> Result<(), Status> {
    let name = budget.metadata.name.as_deref().unwrap_or_default();
    let status = budget.status.clone().unwrap_or_default();
    let refuse = |message: String| {
        let mut refusal = Status::new(
            Reason::TooManyRequests,
            "Cannot evict pod as it would violate the pod's disruption budget.",
        );
        refusal.causes.push(Cause {
            reason: "DisruptionBudget".to_owned(),
            message,
            field: String::new(),
        });
        Err(refusal)
    };
    if status.observed_generation < budget.metadata.generation {
        return refuse(format!(
            "The disruption budget {name} is still being processed by the server."
        ));
    }
    let forbid = |why: &str| Err(Status::forbidden(Kind::PodDisruptionBudget, name, why));
    if status.disruptions_allowed < 0 {
        return forbid("pdb disruptions allowed is negative");
    }
    if status.disrupted_pods.as_ref().map_or(0, BTreeMap::len) > DISRUPTED_PODS_MAX {
        return forbid(
            "DisruptedPods map too big - too many evictions not confirmed by PDB controller",
        );
    }
    if status.disruptions_allowed == 0 {
        return refuse(format!(
            "The disruption budget {name} needs {} healthy pods and has {} currently",
            status.desired_healthy, status.current_healthy
        ));
    }
    let mut spent = budget.clone();
    let now = time(call.context.now_ms);
    let status = spent.status.get_or_insert_default();
    status.disruptions_allowed -= 1;
    if status.disruptions_allowed == 0 {
        say_that_none_is_allowed(status, &now);
    }
    let disrupted = status.disrupted_pods.get_or_insert_default();
    disrupted.insert(pod.name().to_string(), now);
    call.put(spent.into());
    Ok(())
}

/// The condition of a budget that allows no disruption any more. The real thing: component-helpers' apps/poddisruptionbudget/helpers.go.
fn say_that_none_is_allowed(status: &mut PodDisruptionBudgetStatus, now: &Time) {
    let mut insufficient = Condition {
        type_: "DisruptionAllowed".to_owned(),
        status: "False".to_owned(),
        reason: "InsufficientPods".to_owned(),
        message: String::new(),
        observed_generation: status.observed_generation,
        last_transition_time: now.clone(),
    };
    let conditions = status.conditions.get_or_insert_default();
    match conditions
        .iter_mut()
        .find(|c| c.type_ == insufficient.type_)
    {
        Some(old) => {
            if old.status == insufficient.status {
                insufficient.last_transition_time = old.last_transition_time.clone();
            }
            *old = insufficient;
        }
        None => conditions.push(insufficient),
    }
}
