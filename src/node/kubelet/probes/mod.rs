//! Startup, readiness and liveness probes: when they are due, what they count, and what follows.
//!
//! The key of this work is `probe/NAMESPACE/NAME`; a change of a result wakes the pod's own key.
//!
//! The real thing: pkg/kubelet/prober/{worker.go (`doProbe`),prober.go,prober_manager.go}.
//! Left out: the random part of the first period; a pod that is being deleted is not probed any more. After a restart of the kubelet a container
//! stays as ready as its status said.

use super::memory::{KubeletMemory, PodMemory};
use super::pass::Pass;
use super::view;
use crate::api::owner::uid_of;
use crate::api::time::{self, Ms};
use crate::api::{Kind, Name, Pod, Stored};
use crate::component::{Container, ContainerId, Datum, Machine, Note, Seen, Turn, Urgency, Wake};
use crate::node::container_runtime::{self, ProbeAction};
use k8s_openapi::api::core::v1::{Container as ContainerSpec, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// Keys of this work begin so.
const PREFIX: &str = "probe/";
/// A change of a verdict later than this is not waited for.
const FAR_MS: Ms = 600_000;

/// Which probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProbeKind {
    /// Until it succeeds the others wait; if it fails the container restarts.
    Startup,
    /// Does the container get traffic?
    Readiness,
    /// If it fails the container restarts.
    Liveness,
}

impl ProbeKind {
    const ALL: [Self; 3] = [Self::Startup, Self::Readiness, Self::Liveness];

    fn of(self, spec: &ContainerSpec) -> Option<&Probe> {
        match self {
            Self::Startup => spec.startup_probe.as_ref(),
            Self::Readiness => spec.readiness_probe.as_ref(),
            Self::Liveness => spec.liveness_probe.as_ref(),
        }
    }

    /// As Events begin: `Readiness probe failed: …`.
    fn title(self) -> &'static str {
        match self {
            Self::Startup => "Startup",
            Self::Readiness => "Readiness",
            Self::Liveness => "Liveness",
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::Startup => "startupProbe",
            Self::Readiness => "readinessProbe",
            Self::Liveness => "livenessProbe",
        }
    }

    /// What holds before the first result.
    fn at_first(self) -> Verdict {
        match self {
            Self::Startup => Verdict::Unknown,
            Self::Readiness => Verdict::Failure,
            Self::Liveness => Verdict::Success,
        }
    }
}

/// What a probe has come to, by its thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not enough results yet.
    Unknown,
    /// Well.
    Success,
    /// Unwell.
    Failure,
}

/// One probe of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Probing {
    /// The container's number; a restarted container is another one.
    container: ContainerId,
    kind: ProbeKind,
    verdict: Verdict,
    /// The last results, all the same: which, and how many in a row.
    last: Verdict,
    in_a_row: i32,
    /// When it is due; nothing for one that waits for the container to be replaced.
    due_ms: Option<Ms>,
}

/// The pod's key behind a key of this work.
pub(super) fn pod_key(key: &str) -> Option<&str> {
    key.strip_prefix(PREFIX).filter(|pod| pod.contains('/'))
}

fn key_of(pod_key: &str) -> Name {
    [PREFIX, pod_key].concat().into()
}

/// `started` and `ready` of a running container.
pub(super) fn started_and_ready(
    spec: &ContainerSpec,
    container: ContainerId,
    memory: &PodMemory,
) -> (bool, bool) {
    let is_well = |kind: ProbeKind| {
        kind.of(spec).is_none()
            || find(memory, container, kind).is_some_and(|p| p.verdict == Verdict::Success)
    };
    (is_well(ProbeKind::Startup), is_well(ProbeKind::Readiness))
}

/// The probe for which a container has to be replaced, and the grace period that the probe gives it.
pub(super) fn failed(
    memory: &PodMemory,
    spec: &ContainerSpec,
    container: ContainerId,
) -> Option<(&'static str, Option<Ms>)> {
    let has_failed = |kind: ProbeKind| {
        find(memory, container, kind).is_some_and(|p| p.verdict == Verdict::Failure)
    };
    let (kind, words) = if has_failed(ProbeKind::Liveness) {
        (ProbeKind::Liveness, "liveness")
    } else if has_failed(ProbeKind::Startup) {
        (ProbeKind::Startup, "startup")
    } else {
        return None;
    };
    let grace_s = kind
        .of(spec)
        .and_then(|p| p.termination_grace_period_seconds);
    let grace_ms = grace_s.filter(|s| *s >= 0).map(time::seconds_ms);
    Some((words, grace_ms))
}

fn find(memory: &PodMemory, container: ContainerId, kind: ProbeKind) -> Option<&Probing> {
    memory
        .probes
        .iter()
        .find(|p| p.container == container && p.kind == kind)
}

impl Pass<'_> {
    /// Begins to probe a container that has started, if it has probes and is not probed yet.
    pub(super) fn probe_from_now_on(
        &mut self,
        spec: &ContainerSpec,
        id: ContainerId,
        container: &Container,
    ) {
        let has_probes = ProbeKind::ALL.iter().any(|kind| kind.of(spec).is_some());
        if !has_probes || self.memory.probes.iter().any(|p| p.container == id) {
            return;
        }
        let attempts: Vec<ContainerId> = self.view.attempts(&spec.name).map(|(id, _)| id).collect();
        self.memory
            .probes
            .retain(|p| !attempts.contains(&p.container));
        let started_ms = container.running_since().unwrap_or(self.view.now_ms);
        let (_, status) = view::newest(&self.view, self.memory);
        let reported = status
            .container_statuses
            .iter()
            .chain(&status.init_container_statuses)
            .flatten()
            .find(|s| s.name == spec.name)
            .filter(|s| s.restart_count == i32::try_from(container.attempt).unwrap_or(i32::MAX));
        let (was_started, was_ready) =
            reported.map_or((false, false), |s| (s.started == Some(true), s.ready));
        for kind in ProbeKind::ALL {
            let Some(probe) = kind.of(spec) else { continue };
            let is_known = match kind {
                ProbeKind::Startup => was_started,
                ProbeKind::Readiness => was_ready,
                ProbeKind::Liveness => false,
            };
            let delay_ms = seconds(probe.initial_delay_seconds, 0);
            self.memory.probes.push(Probing {
                container: id,
                kind,
                verdict: if is_known {
                    Verdict::Success
                } else {
                    kind.at_first()
                },
                last: Verdict::Unknown,
                in_a_row: 0,
                due_ms: Some((started_ms + delay_ms).max(self.view.now_ms)),
            });
        }
        let next = next_wake(self.memory, self.view.machine, self.view.now_ms);
        if let Some((after_ms, urgency)) = next {
            let key = key_of(self.view.queue_key);
            self.turn.again(Wake {
                urgency,
                ..Wake::after(key, after_ms)
            });
        }
    }
}

/// One turn of the probes of one pod: those that are due.
pub(super) fn sync(pod_key: &str, seen: &Seen<'_>, memory: &mut KubeletMemory) -> Turn {
    let mut turn = Turn::default();
    let (namespace, name) = pod_key.split_once('/').unwrap_or(("", pod_key));
    let Some(object) = seen.table(Kind::Pod).get(namespace, name) else {
        return turn;
    };
    let uid = uid_of(object.metadata());
    let (Some(pod), Some(memory)) = (Pod::of(object), memory.pods.get_mut(&uid)) else {
        return turn;
    };
    if pod.metadata.deletion_timestamp.is_some() {
        memory.probes.clear();
        return turn;
    }
    let machine = seen.machine();
    memory.probes.retain(|p| {
        machine
            .containers
            .get(&p.container)
            .is_some_and(|c| c.running_since().is_some())
    });
    let mut has_changed = false;
    for index in 0..memory.probes.len() {
        let probing = &memory.probes[index];
        let Some(container) = machine.containers.get(&probing.container) else {
            continue;
        };
        let Some(spec) = spec_of(pod, &container.name) else {
            continue;
        };
        if probing.due_ms.is_none_or(|due| due > seen.now_ms) {
            continue;
        }
        let is_waiting = probing.kind != ProbeKind::Startup
            && !started_and_ready(spec, probing.container, memory).0;
        let probing = &mut memory.probes[index];
        let Some(probe) = probing.kind.of(spec) else {
            probing.due_ms = None;
            continue;
        };
        let period_ms = seconds(probe.period_seconds, 10);
        probing.due_ms = Some(seen.now_ms + period_ms);
        if is_waiting || container.stopping_since_ms.is_some() {
            continue;
        }
        let address = machine
            .sandboxes
            .get(&uid)
            .map(|sandbox| sandbox.ip.clone())
            .unwrap_or_default();
        let action = action_of(probe, spec, &address);
        let timeout_ms = seconds(probe.timeout_seconds, 1);
        let result = container_runtime::probe(container, &action, timeout_ms, seen.now_ms);
        let field = format!("containers{{{}}}.{}", spec.name, probing.kind.field());
        let words = result
            .as_ref()
            .err()
            .cloned()
            .unwrap_or_else(|| "Success".to_owned());
        turn.saw_at(object.key(), 0, field, words);
        if let Err(words) = &result {
            let message = format!("{} probe failed: {words}", probing.kind.title());
            turn.also(Note::warning(object.clone(), "Unhealthy", message).of_container(&spec.name));
        }
        has_changed |= probing.count(result.is_ok(), probe);
        if probing.kind == ProbeKind::Startup && probing.verdict == Verdict::Success {
            // Those that waited for it are due at once.
            let id = probing.container;
            for other in memory.probes.iter_mut().filter(|p| p.container == id) {
                let is_startup = other.kind == ProbeKind::Startup;
                let delay_ms = other
                    .kind
                    .of(spec)
                    .map_or(0, |p| seconds(p.initial_delay_seconds, 0));
                let earliest_ms = container.running_since().unwrap_or(0) + delay_ms;
                other.due_ms = (!is_startup).then_some(earliest_ms.max(seen.now_ms));
            }
        }
    }
    if has_changed {
        turn.differs(
            object.key(),
            "status",
            "as probed",
            Datum::None,
            "ProbeResultChanged",
        );
        turn.again(Wake::now(pod_key));
    }
    if let Some((after_ms, urgency)) = next_wake(memory, machine, seen.now_ms) {
        turn.again(Wake {
            urgency,
            ..Wake::after(key_of(pod_key), after_ms)
        });
    }
    turn
}

impl Probing {
    /// Counts one result; true if the verdict changed.
    fn count(&mut self, is_success: bool, probe: &Probe) -> bool {
        let result = if is_success {
            Verdict::Success
        } else {
            Verdict::Failure
        };
        if self.last == result {
            self.in_a_row += 1;
        } else {
            self.last = result;
            self.in_a_row = 1;
        }
        let threshold = match result {
            Verdict::Success => probe.success_threshold.unwrap_or(1),
            Verdict::Failure | Verdict::Unknown => probe.failure_threshold.unwrap_or(3),
        };
        if self.in_a_row < threshold || self.verdict == result {
            return false;
        }
        self.verdict = result;
        let ends = result == Verdict::Failure && self.kind != ProbeKind::Readiness;
        if ends {
            self.due_ms = None;
        }
        true
    }

    /// Is it on its way to another verdict?
    fn is_undecided(&self, machine: &Machine, now_ms: Ms) -> bool {
        let will_change = machine
            .containers
            .get(&self.container)
            .and_then(|c| container_runtime::verdict_changes_ms(c, now_ms))
            .is_some_and(|at_ms| at_ms < now_ms + FAR_MS);
        will_change || self.last == Verdict::Unknown || self.last != self.verdict
    }
}

/// When the next probe is due, and whether anybody waits for it.
fn next_wake(memory: &PodMemory, machine: &Machine, now_ms: Ms) -> Option<(Ms, Urgency)> {
    let due_ms = memory.probes.iter().filter_map(|p| p.due_ms).min()?;
    let is_work = memory
        .probes
        .iter()
        .any(|p| p.due_ms.is_some() && p.is_undecided(machine, now_ms));
    let urgency = if is_work {
        Urgency::Work
    } else {
        Urgency::Housekeeping
    };
    Some((due_ms.saturating_sub(now_ms), urgency))
}

fn spec_of<'a>(pod: &'a Pod, name: &str) -> Option<&'a ContainerSpec> {
    let spec = pod.spec.as_ref()?;
    let init = spec.init_containers.iter().flatten();
    spec.containers.iter().chain(init).find(|c| c.name == name)
}

fn seconds(value: Option<i32>, default: i32) -> Ms {
    time::seconds_ms(value.filter(|s| *s > 0).unwrap_or(default))
}

fn action_of(probe: &Probe, spec: &ContainerSpec, address: &Name) -> ProbeAction {
    let host =
        |given: Option<&String>| given.map_or_else(|| address.clone(), |h| Name::from(h.as_str()));
    if let Some(exec) = &probe.exec {
        let words = exec.command.iter().flatten();
        return ProbeAction::Exec(words.map(|word| Name::from(word.as_str())).collect());
    }
    if let Some(get) = &probe.http_get {
        let path = get
            .path
            .as_deref()
            .filter(|path| !path.is_empty())
            .unwrap_or("/");
        let slash = if path.starts_with('/') { "" } else { "/" };
        return ProbeAction::Http {
            scheme: get
                .scheme
                .as_deref()
                .unwrap_or("HTTP")
                .to_ascii_lowercase()
                .into(),
            host: host(get.host.as_ref()),
            port: port_of(&get.port, spec),
            path: [slash, path].concat().into(),
        };
    }
    if let Some(socket) = &probe.tcp_socket {
        return ProbeAction::Tcp {
            host: host(socket.host.as_ref()),
            port: port_of(&socket.port, spec),
        };
    }
    ProbeAction::Grpc {
        host: address.clone(),
        port: probe.grpc.as_ref().map_or(0, |grpc| grpc.port),
    }
}

/// A port by number, or by the name that the container gives it.
fn port_of(port: &IntOrString, spec: &ContainerSpec) -> i32 {
    match port {
        IntOrString::Int(number) => *number,
        IntOrString::String(name) => spec
            .ports
            .iter()
            .flatten()
            .find(|p| p.name.as_ref() == Some(name))
            .map(|p| p.container_port)
            .or_else(|| name.parse().ok())
            .unwrap_or(0),
    }
}

#[cfg(test)]
mod tests;
