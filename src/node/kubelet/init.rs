//! Which container comes next: init containers one after the other, sidecars before what follows them, then all regular ones.
//!
//! The real thing: pkg/kubelet/kuberuntime/kuberuntime_container.go (`computeInitContainerActions`).

use super::pass::Pass;
use super::probes;
use super::view::is_sidecar;
use crate::component::{ContainerState, Datum};
use k8s_openapi::api::core::v1::Container as ContainerSpec;

/// Goes through the pod's containers in their order, as far as it may go now.
pub(super) fn step(pass: &mut Pass<'_>) {
    let spec = pass.view.spec;
    let is_initialized = spec
        .containers
        .iter()
        .any(|c| pass.current(&c.name).is_some());
    for container in spec.init_containers.iter().flatten() {
        let goes_on = match (is_sidecar(container), is_initialized) {
            (true, true) => {
                pass.container(container);
                true
            }
            (true, false) => pass.container(container) && has_started(pass, container),
            (false, true) => true,
            (false, false) => has_succeeded(pass, container),
        };
        if !goes_on {
            return;
        }
    }
    for container in &spec.containers {
        if !pass.container(container) {
            return;
        }
    }
}

/// With `restartPolicy: Never`, an init container that failed ends the pod.
pub(super) fn has_failed_for_good(pass: &Pass<'_>) -> bool {
    let spec = pass.view.spec;
    pass.view.restart_policy() == "Never"
        && spec.init_containers.iter().flatten().any(|container| {
            !is_sidecar(container)
                && pass
                    .view
                    .container(&container.name)
                    .and_then(|(_, c)| c.exit_code())
                    .is_some_and(|code| code != 0)
        })
}

/// A sidecar counts as started when its startup probe has succeeded, or at once if it has none.
fn has_started(pass: &Pass<'_>, spec: &ContainerSpec) -> bool {
    let Some((id, container)) = pass.current(&spec.name) else {
        return false;
    };
    container.running_since().is_some() && probes::started_and_ready(spec, id, pass.memory).0
}

/// Runs an init container; true once it has succeeded.
fn has_succeeded(pass: &mut Pass<'_>, spec: &ContainerSpec) -> bool {
    let state = pass.current(&spec.name).map(|(_, c)| c.state.clone());
    match state {
        None => {
            pass.start(spec, Datum::None);
            false
        }
        Some(ContainerState::Created | ContainerState::Running { .. }) => false,
        Some(ContainerState::Exited { code: 0, .. }) => {
            pass.memory.waits_no_more(&spec.name);
            true
        }
        Some(ContainerState::Exited { finished_ms, .. }) => {
            let may_restart = pass.view.restart_policy() != "Never";
            if may_restart && (pass.is_coming(spec) || !pass.backs_off(spec, finished_ms)) {
                pass.start(spec, Datum::from("Exited"));
            }
            false
        }
    }
}
