//! A pod as a row of `kubectl get pods`: the STATUS that everyone knows is computed here.
//!
//! The real thing: pkg/printers/internalversion/printers.go (`printPod`).

use super::super::Column;
use super::super::cells::{age, column, or, since, wide};
use crate::api::Pod;
use crate::api::time::{self, Ms};
use k8s_openapi::api::core::v1::{Container, ContainerState, ContainerStatus, PodStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

pub(super) const COLUMNS: &[Column] = &[
    column("Ready"),
    column("Status"),
    column("Restarts"),
    column("Age"),
    wide("IP"),
    wide("Node"),
    wide("Nominated Node"),
    wide("Readiness Gates"),
];

pub(super) fn row(pod: &Pod, now_ms: Ms) -> Vec<String> {
    let summary = Summary::of(pod);
    let (spec, status) = (pod.spec.as_ref(), pod.status.as_ref());
    let ip = status.and_then(|s| s.pod_ips.as_ref()?.first().map(|ip| ip.ip.as_str()));
    vec![
        format!("{}/{}", summary.ready, summary.containers),
        summary.reason,
        restarts(summary.restarts, summary.restarted_at.as_ref(), now_ms),
        age(&pod.metadata, now_ms),
        or(ip, "<none>"),
        or(spec.and_then(|s| s.node_name.as_deref()), "<none>"),
        or(
            status.and_then(|s| s.nominated_node_name.as_deref()),
            "<none>",
        ),
        readiness_gates(pod),
    ]
}

fn restarts(count: i32, at: Option<&Time>, now_ms: Ms) -> String {
    match at {
        Some(at) if count != 0 => format!("{count} ({} ago)", since(Some(at), now_ms)),
        _ => count.to_string(),
    }
}

fn readiness_gates(pod: &Pod) -> String {
    let gates = pod.spec.as_ref().and_then(|s| s.readiness_gates.as_deref());
    let gates = gates.unwrap_or_default();
    if gates.is_empty() {
        return "<none>".to_owned();
    }
    let is_true = |kind: &str| condition(pod.status.as_deref(), kind, "True");
    let open = gates.iter().filter(|g| is_true(&g.condition_type)).count();
    format!("{open}/{}", gates.len())
}

fn condition(status: Option<&PodStatus>, kind: &str, value: &str) -> bool {
    let mut conditions = status.iter().flat_map(|s| s.conditions.iter().flatten());
    conditions.any(|c| c.type_ == kind && c.status == value)
}

/// What the row says of the containers together.
struct Summary {
    reason: String,
    ready: usize,
    containers: usize,
    restarts: i32,
    restarted_at: Option<Time>,
}

impl Summary {
    fn of(pod: &Pod) -> Self {
        let status = pod.status.clone().unwrap_or_default();
        let init = pod
            .spec
            .iter()
            .flat_map(|s| s.init_containers.iter().flatten());
        let sidecars: Vec<&Container> = init.filter(|c| is_sidecar(c)).collect();
        let phase = status.phase.clone().unwrap_or_default();
        let mut summary = Self {
            reason: status
                .reason
                .clone()
                .filter(|r| !r.is_empty())
                .unwrap_or(phase),
            ready: 0,
            containers: pod.spec.as_ref().map_or(0, |s| s.containers.len()) + sidecars.len(),
            restarts: 0,
            restarted_at: None,
        };
        let gated = |c: &&_| is_gated(c);
        if status.conditions.iter().flatten().find(gated).is_some() {
            summary.reason = "SchedulingGated".to_owned();
        }
        let initializing = summary.add_init(pod, &status, &sidecars);
        if !initializing || condition(Some(&status), "Initialized", "True") {
            summary.add_main(&status, &sidecars);
        }
        summary.mark_deletion(pod, &status);
        summary
    }

    /// Goes through the init containers until one is not done; returns whether there is such a one.
    fn add_init(&mut self, pod: &Pod, status: &PodStatus, sidecars: &[&Container]) -> bool {
        let statuses = status
            .init_container_statuses
            .as_deref()
            .unwrap_or_default();
        let total = pod
            .spec
            .as_ref()
            .and_then(|s| s.init_containers.as_ref())
            .map_or(0, Vec::len);
        for (index, container) in statuses.iter().enumerate() {
            self.add_restarts(container);
            let state = container.state.as_ref();
            let terminated = state.and_then(|s| s.terminated.as_ref());
            let waiting = state.and_then(|s| s.waiting.as_ref()?.reason.as_deref());
            if terminated.is_some_and(|t| t.exit_code == 0) {
                continue;
            }
            let sidecar = sidecars.iter().any(|c| c.name == container.name);
            if sidecar && container.started == Some(true) {
                self.ready += usize::from(container.ready);
                continue;
            }
            self.reason = match (terminated, waiting) {
                (Some(_), _) => format!("Init:{}", end_of(state)),
                (None, Some(why)) if !why.is_empty() && why != "PodInitializing" => {
                    format!("Init:{why}")
                }
                _ => format!("Init:{index}/{total}"),
            };
            return true;
        }
        false
    }

    fn add_main(&mut self, status: &PodStatus, sidecars: &[&Container]) {
        self.restarts = 0;
        self.restarted_at = None;
        let init = status.init_container_statuses.iter().flatten();
        for container in init.filter(|s| sidecars.iter().any(|c| c.name == s.name)) {
            self.add_restarts(container);
        }
        let mut some_run = false;
        for container in status.container_statuses.iter().flatten().rev() {
            self.add_restarts(container);
            let state = container.state.as_ref();
            let waiting = state.and_then(|s| s.waiting.as_ref()?.reason.clone());
            if let Some(why) = waiting.filter(|why| !why.is_empty()) {
                self.reason = why;
            } else if state.is_some_and(|s| s.terminated.is_some()) {
                self.reason = end_of(state);
            } else if container.ready && state.is_some_and(|s| s.running.is_some()) {
                some_run = true;
                self.ready += 1;
            }
        }
        // One that has completed beside one that still runs does not make the pod completed.
        if self.reason == "Completed" && some_run {
            let ready = condition(Some(status), "Ready", "True");
            self.reason = if ready { "Running" } else { "NotReady" }.to_owned();
        }
    }

    fn add_restarts(&mut self, container: &ContainerStatus) {
        self.restarts += container.restart_count;
        let last = container.last_state.as_ref();
        let ended_at = last.and_then(|s| s.terminated.as_ref()?.finished_at.as_ref());
        if let Some(at) = ended_at {
            let later = self
                .restarted_at
                .as_ref()
                .is_none_or(|was| time::ms(was) < time::ms(at));
            if later {
                self.restarted_at = Some(at.clone());
            }
        }
    }

    fn mark_deletion(&mut self, pod: &Pod, status: &PodStatus) {
        if pod.metadata.deletion_timestamp.is_none() {
            return;
        }
        if status.reason.as_deref() == Some("NodeLost") {
            self.reason = "Unknown".to_owned();
        } else if !matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")) {
            self.reason = "Terminating".to_owned();
        }
    }
}

fn is_sidecar(container: &Container) -> bool {
    container.restart_policy.as_deref() == Some("Always")
}

fn is_gated(condition: &k8s_openapi::api::core::v1::PodCondition) -> bool {
    condition.type_ == "PodScheduled" && condition.reason.as_deref() == Some("SchedulingGated")
}

/// `Error`, `OOMKilled`, `Signal:9`, `ExitCode:1`.
fn end_of(state: Option<&ContainerState>) -> String {
    let Some(end) = state.and_then(|s| s.terminated.as_ref()) else {
        return String::new();
    };
    if let Some(reason) = end.reason.as_ref().filter(|r| !r.is_empty()) {
        return reason.clone();
    }
    match end.signal {
        Some(signal) if signal != 0 => format!("Signal:{signal}"),
        _ => format!("ExitCode:{}", end.exit_code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn cells(pod: Value) -> String {
        let pod: Pod = serde_json::from_value(pod).expect("a pod");
        row(&pod, 65_000)[..4].join(" ")
    }

    #[test]
    fn status_tells_what_is_going_on() {
        let running = json!({"name": "c", "image": "i", "imageID": "", "ready": true, "restartCount": 0, "state": {"running": {}}});
        let back_off = json!({"name": "c", "image": "i", "imageID": "", "ready": false, "restartCount": 3,
            "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2025-01-01T00:01:00Z"}}, "state": {"waiting": {"reason": "CrashLoopBackOff"}}});
        let done = json!({"name": "d", "image": "i", "imageID": "", "ready": false, "restartCount": 0, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}});
        let failed = json!({"name": "d", "image": "i", "imageID": "", "ready": false, "restartCount": 0, "state": {"terminated": {"exitCode": 3}}});
        let init_waits = json!({"name": "i", "image": "i", "imageID": "", "ready": false, "restartCount": 0, "state": {"waiting": {"reason": "PodInitializing"}}});
        let sidecar = json!({"name": "s", "image": "i", "imageID": "", "ready": true, "started": true, "restartCount": 2, "state": {"running": {}}});
        let one = json!({"containers": [{"name": "c"}]});
        let two = json!({"containers": [{"name": "c"}, {"name": "d"}]});
        let with_init = json!({"containers": [{"name": "c"}], "initContainers": [{"name": "i"}]});
        let with_sidecar = json!({"containers": [{"name": "c"}], "initContainers": [{"name": "s", "restartPolicy": "Always"}]});
        for (name, spec, status, meta, want) in [
            (
                "new",
                &one,
                json!({"phase": "Pending"}),
                json!({}),
                "0/1 Pending 0",
            ),
            (
                "running",
                &one,
                json!({"phase": "Running", "containerStatuses": [running]}),
                json!({}),
                "1/1 Running 0",
            ),
            (
                "crash loop",
                &one,
                json!({"phase": "Running", "containerStatuses": [back_off]}),
                json!({}),
                "0/1 CrashLoopBackOff 3 (5s ago)",
            ),
            (
                "completed",
                &one,
                json!({"phase": "Succeeded", "containerStatuses": [done]}),
                json!({}),
                "0/1 Completed 0",
            ),
            (
                "exit code",
                &one,
                json!({"phase": "Failed", "containerStatuses": [failed]}),
                json!({}),
                "0/1 ExitCode:3 0",
            ),
            (
                "one done, one runs, ready",
                &two,
                json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [done, running]}),
                json!({}),
                "1/2 Running 0",
            ),
            (
                "one done, one runs, not ready",
                &two,
                json!({"phase": "Running", "containerStatuses": [done, running]}),
                json!({}),
                "1/2 NotReady 0",
            ),
            (
                "init waits",
                &with_init,
                json!({"phase": "Pending", "initContainerStatuses": [init_waits]}),
                json!({}),
                "0/1 Init:0/1 0",
            ),
            (
                "init failed",
                &with_init,
                json!({"phase": "Pending", "initContainerStatuses": [failed]}),
                json!({}),
                "0/1 Init:ExitCode:3 0",
            ),
            (
                "sidecar",
                &with_sidecar,
                json!({"phase": "Running", "initContainerStatuses": [sidecar], "containerStatuses": [running]}),
                json!({}),
                "2/2 Running 2",
            ),
            (
                "terminating",
                &one,
                json!({"phase": "Running", "containerStatuses": [running]}),
                json!({"deletionTimestamp": "2025-01-01T00:00:30Z"}),
                "1/1 Terminating 0",
            ),
            (
                "node lost",
                &one,
                json!({"phase": "Running", "reason": "NodeLost", "containerStatuses": [running]}),
                json!({"deletionTimestamp": "2025-01-01T00:00:30Z"}),
                "1/1 Unknown 0",
            ),
            (
                "evicted",
                &one,
                json!({"phase": "Failed", "reason": "Evicted"}),
                json!({}),
                "0/1 Evicted 0",
            ),
            (
                "gated",
                &one,
                json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]}),
                json!({}),
                "0/1 SchedulingGated 0",
            ),
        ] {
            let mut metadata = json!({"creationTimestamp": "2025-01-01T00:00:00Z"});
            metadata
                .as_object_mut()
                .expect("a map")
                .extend(meta.as_object().expect("a map").clone());
            let got = cells(json!({"metadata": metadata, "spec": spec, "status": status}));
            assert_eq!(got, format!("{want} 65s"), "{name}");
        }
    }
}
