//! Questions that everyone asks of a pod.
//!
//! The real thing: pkg/api/v1/pod/util.go (`IsPodReady`, `IsPodAvailable`, `IsPodTerminal`), pkg/controller/controller_utils.go (`IsPodActive`),
//! pkg/apis/core/helper/helpers.go (`GetDeletionCostFromPodAnnotations`).

use super::time::{self, Ms};
use crate::api::Pod;
use k8s_openapi::api::core::v1::PodCondition;
use std::collections::BTreeMap;

/// The annotation that makes a pod dearer or cheaper to delete.
pub const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// What deleting a pod with these annotations costs; 0 if they do not say.
///
/// # Errors
/// With what they say, if it is no number of 32 bits, or has a plus sign or zeros before it.
pub fn deletion_cost(annotations: Option<&BTreeMap<String, String>>) -> Result<i32, &str> {
    let Some(text) = annotations.and_then(|all| all.get(DELETION_COST)) else {
        return Ok(0);
    };
    let begins_well = text == "0" || text.starts_with(|c: char| matches!(c, '-' | '1'..='9'));
    let cost = text.parse().ok().filter(|_| begins_well);
    cost.ok_or(text)
}

/// The pod's phase; empty before anyone set it.
#[must_use]
pub fn phase(pod: &Pod) -> &str {
    pod.status
        .as_ref()
        .and_then(|status| status.phase.as_deref())
        .unwrap_or_default()
}

/// The node that it is bound to; empty if none.
#[must_use]
pub fn node_name(pod: &Pod) -> &str {
    pod.spec
        .as_ref()
        .and_then(|spec| spec.node_name.as_deref())
        .unwrap_or_default()
}

/// The condition of this type.
#[must_use]
pub fn condition<'a>(pod: &'a Pod, kind: &str) -> Option<&'a PodCondition> {
    let status = pod.status.as_ref()?;
    status.conditions.iter().flatten().find(|c| c.type_ == kind)
}

/// In which list of the spec the container of this name stands: `containers`, `initContainers`, `ephemeralContainers`. The real thing:
/// `fieldPath` in pkg/kubelet/container/ref.go.
#[must_use]
pub fn list_of(pod: &Pod, container: &str) -> &'static str {
    let spec = pod.spec.as_ref();
    let init = spec.and_then(|spec| spec.init_containers.as_deref());
    let ephemeral = spec.and_then(|spec| spec.ephemeral_containers.as_deref());
    if init.is_some_and(|all| all.iter().any(|c| c.name == container)) {
        "initContainers"
    } else if ephemeral.is_some_and(|all| all.iter().any(|c| c.name == container)) {
        "ephemeralContainers"
    } else {
        "containers"
    }
}

/// Is its Ready condition True?
#[must_use]
pub fn is_ready(pod: &Pod) -> bool {
    condition(pod, "Ready").is_some_and(|c| c.status == "True")
}

/// Has it Succeeded or Failed?
#[must_use]
pub fn is_finished(pod: &Pod) -> bool {
    matches!(phase(pod), "Succeeded" | "Failed")
}

/// Is it neither finished nor being deleted?
#[must_use]
pub fn is_active(pod: &Pod) -> bool {
    !is_finished(pod) && pod.metadata.deletion_timestamp.is_none()
}

/// When it becomes available if it stays Ready: `min_ready_ms` after its Ready condition turned True; `None` while it is not Ready.
#[must_use]
pub fn available_at_ms(pod: &Pod, min_ready_ms: Ms) -> Option<Ms> {
    let ready = condition(pod, "Ready").filter(|c| c.status == "True")?;
    if min_ready_ms == 0 {
        return Some(0);
    }
    let since = ready.last_transition_time.as_ref()?;
    Some(time::ms(since) + min_ready_ms)
}

/// Has it been Ready for `min_ready_ms`?
#[must_use]
pub fn is_available(pod: &Pod, min_ready_ms: Ms, now_ms: Ms) -> bool {
    available_at_ms(pod, min_ready_ms).is_some_and(|at| at <= now_ms)
}
