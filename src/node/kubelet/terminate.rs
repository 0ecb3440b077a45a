//! The end of a pod: containers asked to stop, the last status, and the pod's removal from the API.
//!
//! The real thing: pkg/kubelet/kubelet.go (`SyncTerminatingPod`, `SyncTerminatedPod`), status/status_manager.go (`syncPod`, `canBeDeleted`),
//! kuberuntime_container.go (`killContainersWithSyncResult`, `terminationOrdering`).

use super::pass::Pass;
use super::status::Outlook;
use super::stop::Stop;
use super::view::is_sidecar;
use crate::api::{DeleteOptions, Request};
use crate::component::{Container, ContainerId, Datum, RuntimeCall, SandboxState};

/// One turn of a pod that is being deleted.
pub(super) fn step(pass: &mut Pass<'_>) {
    if pass.memory.is_deleted {
        return;
    }
    pass.memory.is_passing = false;
    let alive: Vec<(ContainerId, &Container)> = pass.view.alive().collect();
    if !alive.is_empty() {
        stop(pass, &alive);
        return;
    }
    pass.report(Outlook::Terminal);
    remove(pass);
}

/// Asks all regular containers to stop; sidecars only when those are gone, the last one first.
fn stop(pass: &mut Pass<'_>, alive: &[(ContainerId, &Container)]) {
    let now_ms = pass.view.now_ms;
    let since_ms = *pass.memory.terminating_since_ms.get_or_insert(now_ms);
    let grace_ms = pass.view.grace_ms();
    let left_ms = grace_ms
        .saturating_sub(now_ms - since_ms)
        .max(2000)
        .min(grace_ms);
    let is_last = |c: &Container| pass.view.container_spec(&c.name).is_some_and(is_sidecar);
    let only_sidecars = alive.iter().all(|(_, c)| is_last(c));
    let regular: Vec<_> = alive.iter().filter(|(_, c)| !is_last(c)).collect();
    let now: Vec<(ContainerId, &Container)> = if regular.is_empty() {
        alive.last().copied().into_iter().collect()
    } else {
        regular.into_iter().copied().collect()
    };
    for (id, container) in now {
        if container.stopping_since_ms.is_some() {
            hurry(pass, id, container, since_ms, grace_ms);
            continue;
        }
        let name = &container.name;
        pass.stop(Stop {
            spec: pass.view.container_spec(name),
            container: id,
            name,
            reason: "PodTerminating",
            desired: Datum::None,
            message: format!("Stopping container {name}"),
            grace_ms: if only_sidecars { left_ms } else { grace_ms },
        });
    }
}

/// Somebody has shortened the grace period of a container that is stopping already.
fn hurry(
    pass: &mut Pass<'_>,
    id: ContainerId,
    container: &Container,
    since_ms: u64,
    grace_ms: u64,
) {
    let ends_ms = pass
        .view
        .machine
        .operations
        .iter()
        .find(|(_, o)| matches!(o, crate::component::Operation::Stop(of, _) if *of == id))
        .map(|((due_ms, _), _)| *due_ms);
    let limit_ms = (since_ms + grace_ms).max(pass.view.now_ms);
    if ends_ms.is_none_or(|ends| ends <= limit_ms) {
        return;
    }
    let closes = pass.turn.differs(
        pass.view.key.clone(),
        "metadata.deletionGracePeriodSeconds",
        Datum::Duration(grace_ms),
        container.name.clone(),
        "GracePeriodShortened",
    );
    let grace_ms = limit_ms - pass.view.now_ms;
    pass.turn.act(
        closes,
        RuntimeCall::StopContainer {
            container: id,
            grace_ms,
        },
    );
}

/// Nothing runs any more: the machine forgets the pod, and so does the API.
fn remove(pass: &mut Pass<'_>) {
    let pod_uid = pass.view.uid;
    if let Some(state) = pass.view.sandbox_state() {
        let actual = match state {
            SandboxState::Starting => "Starting",
            SandboxState::Ready => "Ready",
            SandboxState::NotReady => "NotReady",
        };
        let closes = pass.turn.differs(
            pass.view.key.clone(),
            "sandbox",
            Datum::None,
            actual,
            "PodTerminated",
        );
        pass.turn.act(closes, RuntimeCall::StopSandbox { pod_uid });
        pass.turn
            .act(closes, RuntimeCall::RemoveSandbox { pod_uid });
    }
    let closes = pass.turn.differs(
        pass.view.key.clone(),
        "",
        Datum::None,
        "terminated",
        "PodNotDeleted",
    );
    let options = DeleteOptions {
        grace_period_seconds: Some(0),
        precondition_uid: pass.view.pod.metadata.uid.clone(),
        ..DeleteOptions::default()
    };
    let request = Request::delete(pass.view.key.clone(), options);
    pass.turn.act(closes, request);
}
