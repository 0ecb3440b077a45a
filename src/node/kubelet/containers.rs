//! The status of each container, from the machine's containers, what was reported before, and what the kubelet remembers.
//!
//! The real thing: pkg/kubelet/kubelet_pods.go (`convertToAPIContainerStatuses`), prober/prober_manager.go (`UpdatePodStatus`).
//! Left out: `user`, `allocatedResourcesStatus`.

use super::super::container_runtime::image;
use super::memory::PodMemory;
use super::probes;
use super::view::{PodView, is_sidecar};
use crate::api::{Uid, time};
use crate::component::{Container, ContainerId, ContainerState as Is};
use k8s_openapi::api::core::v1::{
    Container as ContainerSpec, ContainerState, ContainerStateRunning, ContainerStateTerminated,
    ContainerStateWaiting, ContainerStatus, VolumeMountStatus,
};

/// The statuses of these containers of the spec, in the spec's order sorted by name as upstream does for regular ones.
pub(super) fn statuses(
    view: &PodView<'_>,
    specs: &[ContainerSpec],
    old: Option<&[ContainerStatus]>,
    memory: &PodMemory,
) -> Vec<ContainerStatus> {
    let old = old.unwrap_or_default();
    specs
        .iter()
        .map(|spec| {
            let before = old.iter().find(|status| status.name == spec.name);
            status(view, spec, before, memory)
        })
        .collect()
}

fn status(
    view: &PodView<'_>,
    spec: &ContainerSpec,
    before: Option<&ContainerStatus>,
    memory: &PodMemory,
) -> ContainerStatus {
    let mut attempts = view.attempts(&spec.name);
    let mut status = match attempts.next() {
        None => missing(view, spec, before),
        Some((id, container)) => {
            let mut status = present(view.uid, id, container, spec);
            let [granted, has] = memory.resources_of(spec);
            status.allocated_resources = granted.and_then(|r| r.requests.clone());
            status.resources = Some(has.cloned().unwrap_or_default());
            status.last_state = attempts
                .next()
                .and_then(|(id, container)| over(view.uid, id, container))
                .or_else(|| {
                    before
                        .filter(|b| b.container_id != status.container_id)
                        .and_then(|b| b.state.clone().filter(|s| s.terminated.is_some()))
                })
                .or_else(|| before.and_then(|b| b.last_state.clone()));
            status
        }
    };
    if let Some(waiting) = memory.why_waiting(&spec.name) {
        if status
            .state
            .as_ref()
            .is_some_and(|s| s.terminated.is_some())
        {
            status.last_state = status.state.take();
        }
        status.state = Some(wait(waiting.reason, Some(waiting.message.clone())));
    }
    set_ready(view, spec, &mut status, memory);
    if let Some(mounts) = &spec.volume_mounts {
        let mounted = mounts.iter().map(|mount| VolumeMountStatus {
            name: mount.name.clone(),
            mount_path: mount.mount_path.clone(),
            read_only: mount.read_only.filter(|only| *only),
            recursive_read_only: mount
                .read_only
                .filter(|only| *only)
                .map(|_| "Disabled".to_owned()),
        });
        status.volume_mounts = Some(mounted.collect());
    }
    status
}

/// No container of this name is on the machine (any more).
fn missing(
    view: &PodView<'_>,
    spec: &ContainerSpec,
    before: Option<&ContainerStatus>,
) -> ContainerStatus {
    let state = |status: &ContainerStatus| status.state.clone().unwrap_or_default();
    if let Some(before) = before
        && state(before).terminated.is_some()
    {
        return before.clone();
    }
    let has_init = view
        .spec
        .init_containers
        .as_ref()
        .is_some_and(|c| !c.is_empty());
    let reason = if has_init {
        "PodInitializing"
    } else {
        "ContainerCreating"
    };
    let mut status = ContainerStatus {
        name: spec.name.clone(),
        image: spec.image.clone().unwrap_or_default(),
        state: Some(wait(reason, None)),
        ..ContainerStatus::default()
    };
    let Some(before) = before else {
        return status;
    };
    status.restart_count = before.restart_count;
    status.last_state.clone_from(&before.last_state);
    let had_ended = before
        .last_state
        .as_ref()
        .is_some_and(|s| s.terminated.is_some());
    if state(before).running.is_some() && !had_ended {
        status.last_state = Some(ContainerState {
            terminated: Some(ContainerStateTerminated {
                exit_code: 137,
                reason: Some("ContainerStatusUnknown".to_owned()),
                message: Some("The container could not be located when the pod was deleted.  The container used to be Running".to_owned()),
                ..ContainerStateTerminated::default()
            }),
            ..ContainerState::default()
        });
        if view.pod.metadata.deletion_timestamp.is_none() {
            status.restart_count += 1;
        }
    }
    status
}

fn present(
    pod: Uid,
    id: ContainerId,
    container: &Container,
    spec: &ContainerSpec,
) -> ContainerStatus {
    let state = match &container.state {
        Is::Created => wait("ContainerCreating", None),
        Is::Running { started_ms } => ContainerState {
            running: Some(ContainerStateRunning {
                started_at: Some(time::time(*started_ms)),
            }),
            ..ContainerState::default()
        },
        Is::Exited { .. } => over(pod, id, container).unwrap_or_default(),
    };
    ContainerStatus {
        name: spec.name.clone(),
        restart_count: i32::try_from(container.attempt).unwrap_or(i32::MAX),
        image: container.image.to_string(),
        image_id: image::reference(&container.image),
        container_id: Some(container_id(pod, id)),
        state: Some(state),
        ..ContainerStatus::default()
    }
}

/// The `terminated` state of a container that is over.
fn over(pod: Uid, id: ContainerId, container: &Container) -> Option<ContainerState> {
    let Is::Exited {
        started_ms,
        finished_ms,
        code,
        reason,
    } = &container.state
    else {
        return None;
    };
    Some(ContainerState {
        terminated: Some(ContainerStateTerminated {
            container_id: Some(container_id(pod, id)),
            exit_code: *code,
            reason: Some((*reason).to_owned()),
            started_at: Some(time::time(*started_ms)),
            finished_at: Some(time::time(*finished_ms)),
            ..ContainerStateTerminated::default()
        }),
        ..ContainerState::default()
    })
}

fn wait(reason: &str, message: Option<String>) -> ContainerState {
    ContainerState {
        waiting: Some(ContainerStateWaiting {
            reason: Some(reason.to_owned()),
            message,
        }),
        ..ContainerState::default()
    }
}

/// `started` and `ready`, as the probes have it.
fn set_ready(
    view: &PodView<'_>,
    spec: &ContainerSpec,
    status: &mut ContainerStatus,
    memory: &PodMemory,
) {
    if view.ephemeral.iter().any(|c| c.name == spec.name) {
        return; // nobody asks whether a guest is ready
    }
    let state = status.state.as_ref();
    let is_init = !is_sidecar(spec)
        && view
            .spec
            .init_containers
            .iter()
            .flatten()
            .any(|c| c.name == spec.name);
    let running = state.is_some_and(|s| s.running.is_some());
    if is_init {
        let code = state
            .and_then(|s| s.terminated.as_ref())
            .map(|t| t.exit_code);
        status.ready = code == Some(0);
        status.started = Some(running);
        return;
    }
    let newest = view.container(&spec.name).map(|(id, _)| id);
    let (started, ready) = match newest {
        Some(id) if running => probes::started_and_ready(spec, id, memory),
        _ => (false, false),
    };
    status.started = Some(started);
    status.ready = started && ready;
}

/// `containerd://` and 64 hexadecimal digits, always the same for the same container.
fn container_id(pod: Uid, id: ContainerId) -> String {
    let mixed = pod
        .0
        .wrapping_add(u128::from(id) + 1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    format!(
        "containerd://{:032x}{:032x}",
        mixed ^ mixed >> 64,
        mixed.rotate_left(41) ^ pod.0
    )
}
