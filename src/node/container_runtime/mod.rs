//! The container runtime: what stands behind the kubelet's calls, and takes its time.
//!
//! Not a component: it watches nothing and talks to nobody. The kubelet [`call`]s it; what takes time is completed later by [`finish`], which says
//! which pod its kubelet should look at again.
//!
//! The real thing: containerd's CRI plugin (internal/cri/server/*.go) and runc; pkg/kubelet/pleg for the waking.
//! Left out: cgroups, out-of-memory kills by themselves, image garbage collection, runtime classes, `exec` and `attach` as streams.

pub mod image;
mod probe;
mod program;
mod sandbox;
mod shell;

pub use probe::{
    ProbeAction, ProbeResult, Ran, answers_http, exec_command, probe, run_command,
    verdict_changes_ms,
};
pub use shell::Stream;

use crate::api::time::Ms;
use crate::api::{Name, Uid};
use crate::component::{
    Container, ContainerId, ContainerState, Finished, Machine, Operation, Pull, RuntimeCall,
    RuntimeError, SandboxState, Urgency,
};

/// How long a pull takes of an image that another pull has just brought.
const PULL_AGAIN_MS: Ms = 20;
/// How long a registry takes to say that it has no such image.
const PULL_REFUSED_MS: Ms = 700;
/// A program that runs longer than this is not waited for: its end does not keep the cluster from being settled.
const FAR_MS: Ms = 600_000;

/// Performs a call of the kubelet, or begins what takes time.
///
/// # Errors
/// In containerd's words, when it refuses.
pub fn call(machine: &mut Machine, call: &RuntimeCall, now_ms: Ms) -> Result<(), RuntimeError> {
    match call {
        RuntimeCall::PullImage { image, pod } => pull(machine, image, pod, now_ms),
        RuntimeCall::RunSandbox {
            pod_uid,
            pod,
            host_network,
        } => return sandbox::run(machine, *pod_uid, pod, host_network.as_ref(), now_ms),
        RuntimeCall::StartContainer { .. } => return start(machine, call, now_ms),
        // Cgroups are left out: nothing in a machine has a limit.
        RuntimeCall::UpdateContainerResources { .. } => {}
        RuntimeCall::StopContainer {
            container,
            grace_ms,
        } => stop(machine, *container, *grace_ms, now_ms),
        RuntimeCall::RemoveContainer { container } => remove_container(machine, *container),
        RuntimeCall::StopSandbox { pod_uid } => sandbox::stop(machine, *pod_uid, now_ms),
        RuntimeCall::RemoveSandbox { pod_uid } => sandbox::remove(machine, *pod_uid, now_ms),
    }
    Ok(())
}

/// When the next operation will be done, and whether anybody waits for one.
#[must_use]
pub fn next_due(machine: &Machine) -> Option<(Ms, Urgency)> {
    let near = machine.operations.get_min().map(|((due, _), _)| *due);
    let far = machine.far_exits.get_min().map(|((due, _), _)| *due);
    let urgency = if near.is_some() {
        Urgency::Work
    } else {
        Urgency::Housekeeping
    };
    near.into_iter().chain(far).min().map(|due| (due, urgency))
}

/// Completes the earliest operation that is due, if there is one.
pub fn finish(machine: &mut Machine, now_ms: Ms) -> Option<Finished> {
    let near = machine.operations.get_min().map(|(key, _)| *key);
    let far = machine.far_exits.get_min().map(|(key, _)| *key);
    let key = near.into_iter().chain(far).min()?;
    if key.0 > now_ms {
        return None;
    }
    let operation = match machine.operations.remove(&key) {
        Some(operation) => operation,
        None => machine.far_exits.remove(&key)?,
    };
    match operation {
        Operation::Pull { image, pod } => finish_pull(machine, image, pod),
        Operation::Sandbox { pod_uid, pod } => {
            machine.sandboxes.get_mut(&pod_uid)?.state = SandboxState::Ready;
            Some(finished(pod, "SandboxReady", Name::default(), None))
        }
        Operation::Start(id) => finish_start(machine, id, now_ms),
        Operation::Exit(id, code) | Operation::Stop(id, code) => {
            let reason = if code == 0 { "Completed" } else { "Error" };
            exit(machine, id, code, reason, now_ms)
        }
    }
}

/// The power goes: nothing runs any more, and what is under way is lost.
pub fn power_off(machine: &mut Machine, now_ms: Ms) {
    machine.powered = false;
    machine.operations.clear();
    machine.far_exits.clear();
    machine.pulls.clear();
    machine.pulling_until_ms = 0;
    machine.rules.clear();
    let running: Vec<ContainerId> = machine.containers.keys().copied().collect();
    for id in running {
        exit(machine, id, 255, "Unknown", now_ms);
    }
    let pods: Vec<Uid> = machine.sandboxes.keys().copied().collect();
    for pod in pods {
        if let Some(sandbox) = machine.sandboxes.get_mut(&pod) {
            sandbox.state = SandboxState::NotReady;
        }
    }
}

/// The power is back. Containers stay dead until the kubelet makes new ones; images are still here.
pub fn power_on(machine: &mut Machine) {
    machine.powered = true;
}

/// A fault: a pod's running container dies with this code.
///
/// # Errors
/// If the pod has no such container running here.
pub fn kill_container(
    machine: &mut Machine,
    pod: &str,
    container: &str,
    code: i32,
    now_ms: Ms,
) -> Result<(), String> {
    let id = machine
        .containers
        .iter()
        .find(|(_, c)| {
            let is_meant = container.is_empty() || c.name == container;
            c.pod == pod && is_meant && c.running_since().is_some()
        })
        .map(|(id, _)| *id);
    let id = id.ok_or_else(|| format!("container {container:?} of pod {pod:?} is not running"))?;
    let reason = if code == 0 { "Completed" } else { "Error" };
    exit(machine, id, code, reason, now_ms);
    Ok(())
}

/// What a container has printed so far, with the time of each line.
pub fn log(container: &Container, now_ms: Ms) -> impl Iterator<Item = (Ms, &Name)> {
    let (started_ms, until_ms) = match container.state {
        ContainerState::Created => (Ms::MAX, 0),
        ContainerState::Running { started_ms } => (started_ms, now_ms),
        ContainerState::Exited {
            started_ms,
            finished_ms,
            ..
        } => (started_ms, finished_ms),
    };
    container
        .program
        .output
        .iter()
        .map(move |(after_ms, line)| (started_ms.saturating_add(*after_ms), line))
        .filter(move |(at_ms, _)| *at_ms <= until_ms)
}

fn finished(pod: Name, event: &'static str, subject: Name, code: Option<i32>) -> Finished {
    Finished {
        pod,
        event,
        subject,
        code,
    }
}

fn schedule(machine: &mut Machine, due_ms: Ms, operation: Operation) {
    let number = machine.next_operation;
    machine.next_operation += 1;
    machine.operations.insert((due_ms, number), operation);
}

/// Pulls are serial (`serializeImagePulls`): this one begins when those before it are done.
fn pull(machine: &mut Machine, image: &Name, pod: &Name, now_ms: Ms) {
    let full = image::full_name(image);
    let started_ms = machine.pulling_until_ms.max(now_ms);
    let is_queued = machine
        .operations
        .values()
        .any(|operation| matches!(operation, Operation::Pull { image, .. } if *image == full));
    let takes_ms = if image::pull_error(&full, &machine.unpullable).is_some() {
        PULL_REFUSED_MS
    } else if is_queued || machine.images.contains(&full) {
        PULL_AGAIN_MS
    } else {
        image::pull_ms(&full)
    };
    let done_ms = started_ms + takes_ms;
    machine.pulling_until_ms = done_ms;
    machine.pulls.insert(
        (pod.clone(), full.clone()),
        Pull {
            asked_ms: now_ms,
            started_ms,
            done_ms,
            result: None,
        },
    );
    let pod = pod.clone();
    schedule(machine, done_ms, Operation::Pull { image: full, pod });
}

fn finish_pull(machine: &mut Machine, image: Name, pod: Name) -> Option<Finished> {
    let error = image::pull_error(&image, &machine.unpullable);
    let pull = machine.pulls.get_mut(&(pod.clone(), image.clone()))?;
    let event = if let Some(error) = error {
        pull.result = Some(Err(error.into()));
        "ImagePullFailed"
    } else {
        pull.result = Some(Ok(image::size_bytes(&image)));
        machine.images.insert(image.clone());
        "ImagePulled"
    };
    Some(finished(pod, event, image, None))
}

fn start(machine: &mut Machine, call: &RuntimeCall, now_ms: Ms) -> Result<(), RuntimeError> {
    let RuntimeCall::StartContainer {
        pod_uid,
        pod,
        name,
        image,
        command,
        ports,
        annotations,
    } = call
    else {
        unreachable!("only called to start a container");
    };
    let full = image::full_name(image);
    if !machine.images.contains(&full) {
        let text = format!("failed to get image from containerd \"{full}\": not found");
        return Err(RuntimeError(text));
    }
    let Some(sandbox) = machine.sandboxes.get_mut(pod_uid) else {
        return Err(RuntimeError("failed to find sandbox: not found".to_owned()));
    };
    let id = machine.next_container;
    let attempts = sandbox
        .containers
        .iter()
        .filter_map(|id| machine.containers.get(id))
        .filter(|container| container.name == *name)
        .map(|container| container.attempt + 1);
    let attempt = attempts.max().unwrap_or(0);
    sandbox.containers.push(id);
    machine.next_container += 1;
    let program = program::of(&full, command, ports, annotations);
    let due_ms = now_ms + program.starts_in_ms;
    let container = Container {
        pod_uid: *pod_uid,
        pod: pod.clone(),
        name: name.clone(),
        image: full,
        attempt,
        state: ContainerState::Created,
        program,
        stopping_since_ms: None,
    };
    machine.containers.insert(id, container.into());
    schedule(machine, due_ms, Operation::Start(id));
    Ok(())
}

fn finish_start(machine: &mut Machine, id: ContainerId, now_ms: Ms) -> Option<Finished> {
    let container = machine.containers.get_mut(&id)?;
    container.state = ContainerState::Running { started_ms: now_ms };
    let finished = finished(
        container.pod.clone(),
        "ContainerStarted",
        container.name.clone(),
        None,
    );
    if let Some((after_ms, code)) = container.program.exits {
        let due_ms = now_ms.saturating_add(after_ms);
        let operation = Operation::Exit(id, code);
        if after_ms > FAR_MS {
            let number = machine.next_operation;
            machine.next_operation += 1;
            machine.far_exits.insert((due_ms, number), operation);
        } else {
            schedule(machine, due_ms, operation);
        }
    }
    Some(finished)
}

/// SIGTERM, and SIGKILL after the grace period. A second call with less grace hurries it on.
fn stop(machine: &mut Machine, id: ContainerId, grace_ms: Ms, now_ms: Ms) {
    let Some(container) = machine.containers.get_mut(&id) else {
        return;
    };
    let ends = match (&container.state, container.program.stops) {
        (ContainerState::Exited { .. }, _) => return,
        (ContainerState::Created, _) => (0, 137),
        (ContainerState::Running { .. }, Some((ms, code))) if ms <= grace_ms => (ms, code),
        (ContainerState::Running { .. }, _) => (grace_ms, 137),
    };
    container.stopping_since_ms.get_or_insert(now_ms);
    let is_under_way = |o: &Operation| matches!(o, Operation::Stop(of, _) if *of == id);
    let earlier = machine.operations.iter().find(|(_, o)| is_under_way(o));
    if let Some((key, _)) = earlier {
        let key = *key;
        if key.0 <= now_ms + ends.0 {
            return;
        }
        machine.operations.remove(&key);
    }
    schedule(machine, now_ms + ends.0, Operation::Stop(id, ends.1));
}

/// A container is over, by whatever cause: what was still to come for it is dropped.
fn exit(
    machine: &mut Machine,
    id: ContainerId,
    code: i32,
    reason: &'static str,
    now_ms: Ms,
) -> Option<Finished> {
    let container = machine.containers.get_mut(&id)?;
    let started_ms = match container.state {
        ContainerState::Created => now_ms,
        ContainerState::Running { started_ms } => started_ms,
        ContainerState::Exited { .. } => return None,
    };
    container.state = ContainerState::Exited {
        started_ms,
        finished_ms: now_ms,
        code,
        reason,
    };
    let finished = finished(
        container.pod.clone(),
        "ContainerDied",
        container.name.clone(),
        Some(code),
    );
    forget_operations(machine, id);
    Some(finished)
}

fn forget_operations(machine: &mut Machine, id: ContainerId) {
    let is_of = |operation: &Operation| matches!(operation, Operation::Start(of) | Operation::Exit(of, _) | Operation::Stop(of, _) if *of == id);
    for operations in [&mut machine.operations, &mut machine.far_exits] {
        let stale = operations.iter().find(|(_, o)| is_of(o));
        let mut stale = stale.map(|(key, _)| *key);
        while let Some(key) = stale {
            operations.remove(&key);
            stale = operations
                .iter()
                .find(|(_, o)| is_of(o))
                .map(|(key, _)| *key);
        }
    }
}

fn remove_container(machine: &mut Machine, id: ContainerId) {
    let Some(container) = machine.containers.remove(&id) else {
        return;
    };
    forget_operations(machine, id);
    if let Some(sandbox) = machine.sandboxes.get_mut(&container.pod_uid) {
        sandbox.containers.retain(|other| *other != id);
    }
}
