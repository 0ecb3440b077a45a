//! The pod status as the kubelet reports it: phase, conditions, addresses and containers.
//!
//! The real thing: pkg/kubelet/kubelet_pods.go (`generateAPIPodStatus`, `getPhase`, `convertToAPIContainerStatuses`), status/generate.go,
//! status/status_manager.go (`updateLastTransitionTime`, `mergePodStatus`).
//! Left out: `status.containerStatuses[].user`; a status is written as an update, not as a patch.

use super::containers;
use super::memory::PodMemory;
use super::view::{PodView, is_sidecar};
use crate::api::kinds::pod_resize::{IN_PROGRESS, PENDING};
use crate::api::time;
use crate::component::SandboxState;
use k8s_openapi::api::core::v1::{
    ContainerStatus, HostIP, PodCondition, PodIP, PodSpec, PodStatus,
};

/// Conditions that the kubelet owns; all others are somebody else's and stay.
const OWN: [&str; 5] = [
    "PodReadyToStartContainers",
    "Initialized",
    "Ready",
    "ContainersReady",
    "PodScheduled",
];

/// Those that it has only while the pod is being resized.
const OWN_AT_TIMES: [&str; 2] = [IN_PROGRESS, PENDING];

/// Will the pod's containers ever run again?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    /// They may.
    Open,
    /// They will not: the pod is being deleted, or is to be stopped for good.
    Terminal,
}

/// The status of a pod now; `old` is the newest one that is known.
pub(super) fn generate(
    view: &PodView<'_>,
    old: &PodStatus,
    memory: &PodMemory,
    outlook: Outlook,
) -> PodStatus {
    let spec = view.spec;
    let has_init = spec.init_containers.as_ref().is_some_and(|c| !c.is_empty());
    let regular = containers::statuses(
        view,
        &spec.containers,
        old.container_statuses.as_deref(),
        memory,
    );
    let init = has_init.then(|| {
        containers::statuses(
            view,
            spec.init_containers.as_deref().unwrap_or_default(),
            old.init_container_statuses.as_deref(),
            memory,
        )
    });
    let ephemeral = (!view.ephemeral.is_empty()).then(|| {
        let old = old.ephemeral_container_statuses.as_deref();
        containers::statuses(view, &view.ephemeral, old, memory)
    });
    let init_statuses = init.as_deref().unwrap_or_default();
    let was_terminal = matches!(old.phase.as_deref(), Some("Failed" | "Succeeded"));
    let phase = match old.phase.as_deref() {
        Some(terminal) if was_terminal => terminal,
        _ => phase(spec, &regular, init_statuses, outlook),
    };
    let is_terminal = matches!(phase, "Failed" | "Succeeded");
    let keeps_reason = old.phase.as_deref() == Some(phase);
    let sandbox_ready = !is_terminal && view.sandbox_state() == Some(SandboxState::Ready);
    let mut conditions: Vec<PodCondition> = Vec::with_capacity(OWN.len());
    let foreign = old
        .conditions
        .iter()
        .flatten()
        .filter(|c| !OWN.iter().chain(&OWN_AT_TIMES).any(|own| c.type_ == **own));
    conditions.extend(foreign.cloned());
    conditions.extend(memory.resize_condition());
    own_conditions(
        view,
        old,
        &mut conditions,
        &Containers {
            spec,
            phase,
            regular: &regular,
            init: init_statuses,
        },
        sandbox_ready,
    );
    let address = view
        .sandbox
        .map(|sandbox| sandbox.ip.to_string())
        .or_else(|| old.pod_ip.clone());
    let host = view.machine.ip.to_string();
    PodStatus {
        phase: Some(phase.to_owned()),
        reason: old.reason.clone().filter(|_| keeps_reason),
        message: old.message.clone().filter(|_| keeps_reason),
        conditions: Some(conditions),
        host_ips: Some(vec![HostIP { ip: host.clone() }]),
        host_ip: Some(host),
        pod_ips: address.as_ref().map(|ip| vec![PodIP { ip: ip.clone() }]),
        pod_ip: address,
        start_time: old
            .start_time
            .clone()
            .or_else(|| Some(time::time(view.now_ms))),
        qos_class: old.qos_class.clone(),
        container_statuses: Some(regular),
        init_container_statuses: init,
        ephemeral_container_statuses: ephemeral,
        ..PodStatus::default()
    }
}

/// What conditions are made from.
struct Containers<'a> {
    spec: &'a PodSpec,
    phase: &'a str,
    regular: &'a [ContainerStatus],
    init: &'a [ContainerStatus],
}

/// Status, reason and message of a condition.
type Verdict = (&'static str, Option<&'static str>, Option<String>);

fn own_conditions(
    view: &PodView<'_>,
    old: &PodStatus,
    conditions: &mut Vec<PodCondition>,
    containers: &Containers<'_>,
    sandbox_ready: bool,
) {
    let initialized = initialized(containers);
    let containers_ready = containers_ready(containers);
    let ready = if containers_ready.0 == "True" {
        gates(containers.spec, conditions)
    } else {
        containers_ready.clone()
    };
    let sandbox = if sandbox_ready { "True" } else { "False" };
    let verdicts = [
        (OWN[0], (sandbox, None, None)),
        (OWN[1], initialized),
        (OWN[2], ready),
        (OWN[3], containers_ready),
        (OWN[4], ("True", None, None)),
    ];
    for (type_, (status, reason, message)) in verdicts {
        let before = old.conditions.iter().flatten().find(|c| c.type_ == type_);
        let since = before
            .filter(|c| c.status == status)
            .and_then(|c| c.last_transition_time.clone())
            .unwrap_or_else(|| time::time(view.now_ms));
        conditions.push(PodCondition {
            type_: type_.to_owned(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            message,
            last_transition_time: Some(since),
            ..PodCondition::default()
        });
    }
}

fn find<'a>(statuses: &'a [ContainerStatus], name: &str) -> Option<&'a ContainerStatus> {
    statuses.iter().find(|status| status.name == name)
}

fn has_started(status: &ContainerStatus) -> bool {
    let ran = |state: &Option<k8s_openapi::api::core::v1::ContainerState>| {
        state
            .as_ref()
            .is_some_and(|s| s.running.is_some() || s.terminated.is_some())
    };
    ran(&status.state) || ran(&status.last_state)
}

/// `GeneratePodInitializedCondition`.
fn initialized(containers: &Containers<'_>) -> Verdict {
    let mut incomplete: Vec<&str> = Vec::new();
    for container in containers.spec.init_containers.iter().flatten() {
        let done = find(containers.init, &container.name).is_some_and(|status| {
            if is_sidecar(container) {
                status.started == Some(true)
            } else {
                status.ready
            }
        });
        if !done {
            incomplete.push(&container.name);
        }
    }
    if containers.phase == "Succeeded" {
        return ("True", Some("PodCompleted"), None);
    }
    if incomplete.is_empty() || containers.regular.iter().any(has_started) {
        return ("True", None, None);
    }
    let message = format!(
        "containers with incomplete status: [{}]",
        incomplete.join(" ")
    );
    ("False", Some("ContainersNotInitialized"), Some(message))
}

/// `GenerateContainersReadyCondition`.
fn containers_ready(containers: &Containers<'_>) -> Verdict {
    match containers.phase {
        "Succeeded" => return ("False", Some("PodCompleted"), None),
        "Failed" => return ("False", Some("PodFailed"), None),
        _ => {}
    }
    let sidecars = containers
        .spec
        .init_containers
        .iter()
        .flatten()
        .filter(|c| is_sidecar(c));
    let unready: Vec<&str> = sidecars
        .map(|c| (c, containers.init))
        .chain(
            containers
                .spec
                .containers
                .iter()
                .map(|c| (c, containers.regular)),
        )
        .filter(|(c, statuses)| !find(statuses, &c.name).is_some_and(|status| status.ready))
        .map(|(c, _)| c.name.as_str())
        .collect();
    if unready.is_empty() {
        return ("True", None, None);
    }
    let message = format!("containers with unready status: [{}]", unready.join(" "));
    ("False", Some("ContainersNotReady"), Some(message))
}

/// The readiness gates of `GeneratePodReadyCondition`: conditions that somebody else sets.
fn gates(spec: &PodSpec, conditions: &[PodCondition]) -> Verdict {
    let mut messages = Vec::new();
    for gate in spec.readiness_gates.iter().flatten() {
        let wanted = &gate.condition_type;
        match conditions.iter().find(|c| c.type_ == *wanted) {
            None => messages.push(format!(
                "corresponding condition of pod readiness gate {wanted:?} does not exist."
            )),
            Some(c) if c.status != "True" => messages.push(format!(
                "the status of pod readiness gate {wanted:?} is not \"True\", but {}",
                c.status
            )),
            Some(_) => {}
        }
    }
    if messages.is_empty() {
        return ("True", None, None);
    }
    (
        "False",
        Some("ReadinessGatesNotReady"),
        Some(messages.join(", ")),
    )
}

/// What a container's status means for the phase.
enum Life {
    Running,
    Stopped(i32),
    Waiting,
}

fn life(status: Option<&ContainerStatus>) -> Life {
    let Some(status) = status else {
        return Life::Waiting;
    };
    let state = status.state.as_ref();
    if state.is_some_and(|s| s.running.is_some()) {
        return Life::Running;
    }
    if let Some(over) = state.and_then(|s| s.terminated.as_ref()) {
        return Life::Stopped(over.exit_code);
    }
    status
        .last_state
        .as_ref()
        .and_then(|s| s.terminated.as_ref())
        .map_or(Life::Waiting, |over| Life::Stopped(over.exit_code))
}

fn is_over(status: &ContainerStatus) -> bool {
    status
        .state
        .as_ref()
        .is_some_and(|s| s.terminated.is_some())
}

/// `getPhase`.
pub(super) fn phase(
    spec: &PodSpec,
    regular: &[ContainerStatus],
    init: &[ContainerStatus],
    outlook: Outlook,
) -> &'static str {
    let policy = spec.restart_policy.as_deref().unwrap_or("Always");
    let (mut pending, mut pending_sidecars, mut running, mut waiting) = (0, 0, 0, 0);
    for container in spec.init_containers.iter().flatten() {
        let status = find(init, &container.name);
        match (is_sidecar(container), life(status)) {
            (true, Life::Running) => {
                running += 1;
                pending_sidecars += i32::from(status.and_then(|s| s.started) != Some(true));
            }
            (true, Life::Waiting) => {
                pending_sidecars += 1;
                waiting += 1;
            }
            (false, Life::Running | Life::Waiting) => pending += 1,
            (false, Life::Stopped(code)) if code != 0 && policy == "Never" => return "Failed",
            (_, Life::Stopped(_)) => {}
        }
    }
    let (mut stopped, mut succeeded) = (0, 0);
    for container in &spec.containers {
        let status = find(regular, &container.name);
        match life(status) {
            Life::Running => running += 1,
            Life::Waiting => waiting += 1,
            Life::Stopped(code) => {
                stopped += 1;
                succeeded += i32::from(code == 0 && status.is_some_and(is_over));
            }
        }
    }
    let was_initialized = regular.iter().any(has_started);
    if pending > 0 || (pending_sidecars > 0 && !was_initialized) || waiting > 0 {
        return "Pending";
    }
    if running > 0 {
        return "Running";
    }
    if stopped == 0 {
        return "Pending";
    }
    let ended = if stopped == succeeded {
        "Succeeded"
    } else {
        "Failed"
    };
    match (outlook, policy) {
        (Outlook::Terminal, _) | (Outlook::Open, "Never") => ended,
        (Outlook::Open, "OnFailure") if stopped == succeeded => ended,
        (Outlook::Open, _) => "Running",
    }
}
