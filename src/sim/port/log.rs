//! What a container has printed, and what it prints from now on.
//!
//! The real thing: pkg/registry/core/pod/strategy.go (`LogLocation`, `containerLogs`), pkg/kubelet/kuberuntime/logs/logs.go.

use super::Cluster;
use super::place::{self, Place};
use crate::api::time::{self, Ms};
use crate::api::{Key, Name, Pod, Reason, Status};
use crate::component::{Container, ContainerId, ContainerState};
use crate::control_plane::apiserver::http::LogOptions;
use crate::node::container_runtime;
use k8s_openapi::api::core::v1::ContainerStatus;

/// One client's reading of one container's log.
#[derive(Debug)]
pub struct Log {
    options: LogOptions,
    node: Name,
    container: ContainerId,
    told: usize,
    bytes: u64,
}

impl Log {
    /// Opens a container's log; `None` if the pod is nowhere yet, and its log therefore empty.
    ///
    /// # Errors
    /// 404 for no such pod; 400 for a container that does not exist, has not started, or never ended before.
    pub fn open(
        pod: &Key,
        container: &str,
        options: LogOptions,
        cluster: &Cluster,
    ) -> Result<Option<Self>, Status> {
        if !place::is_assigned(cluster, pod, container)? {
            return Ok(None);
        }
        let place = place::place(cluster, pod, container)?;
        if !place.is_reachable() {
            let (ip, name) = (&place.machine.ip, &place.name);
            let url = format!(
                "https://{ip}:10250/containerLogs/{}/{}/{name}",
                pod.namespace, pod.name
            );
            let why = format!("Get \"{url}\": dial tcp {ip}:10250: connect: no route to host");
            return Err(Status::new(Reason::Unknown, why));
        }
        let container = chosen(&place, &options)?;
        let mut log = Self {
            options,
            node: place.node.clone(),
            container,
            told: 0,
            bytes: 0,
        };
        log.skip(cluster);
        Ok(Some(log))
    }

    /// What this container prints from now on.
    pub(super) fn from_now(node: Name, container: ContainerId, cluster: &Cluster) -> Self {
        let options = LogOptions {
            follows: true,
            tail_lines: Some(0),
            ..LogOptions::default()
        };
        let mut log = Self {
            options,
            node,
            container,
            told: 0,
            bytes: 0,
        };
        log.skip(cluster);
        log
    }

    /// Passes over what the client does not want to see of the past.
    fn skip(&mut self, cluster: &Cluster) {
        let Some(container) = self.container(cluster) else {
            return;
        };
        let now_ms = cluster.now_ms();
        let since_ms = match (self.options.since_seconds, self.options.since_time.as_str()) {
            (Some(seconds), _) => now_ms.saturating_sub(seconds.saturating_mul(1000)),
            (None, "") => 0,
            (None, text) => text.parse().map_or(0, time::ms_of),
        };
        let lines: Vec<Ms> = container_runtime::log(container, now_ms)
            .map(|(at, _)| at)
            .collect();
        let first = lines.iter().take_while(|at| **at < since_ms).count();
        let tail = self
            .options
            .tail_lines
            .map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        self.told = first.max(lines.len().saturating_sub(tail));
    }

    fn container<'a>(&self, cluster: &'a Cluster) -> Option<&'a Container> {
        let machine = cluster.machine(&self.node)?;
        machine
            .containers
            .get(&self.container)
            .map(|container| &**container)
    }

    /// Writes the lines that are new since the last time. False once there is nothing more to come.
    pub fn poll(&mut self, cluster: &Cluster, out: &mut Vec<u8>) -> bool {
        let Some(container) = self.container(cluster) else {
            return false;
        };
        let lines = container_runtime::log(container, cluster.now_ms()).skip(self.told);
        for (at_ms, line) in lines {
            self.told += 1;
            let stamp = if self.options.timestamps {
                format!("{} ", time::rfc3339(time::time(at_ms).0))
            } else {
                String::new()
            };
            let line = format!("{stamp}{line}\n");
            let room = self
                .options
                .limit_bytes
                .map_or(u64::MAX, |limit| limit - self.bytes);
            let fits = usize::try_from(room).unwrap_or(usize::MAX).min(line.len());
            out.extend_from_slice(&line.as_bytes()[..fits]);
            self.bytes += fits as u64;
            if fits < line.len() {
                return false;
            }
        }
        container.exit_code().is_none()
    }
}

/// The newest container of that name that has started; or the one before it.
fn chosen(place: &Place<'_>, options: &LogOptions) -> Result<ContainerId, Status> {
    let attempts = place.attempts();
    let started =
        |(_, container): &&(ContainerId, &Container)| container.state != ContainerState::Created;
    let chosen = if options.previous {
        let ended: Vec<_> = attempts.iter().filter(started).collect();
        let newest_runs = ended
            .last()
            .is_some_and(|(_, c)| c.running_since().is_some());
        let skip = usize::from(newest_runs || ended.len() > 1);
        ended.into_iter().rev().nth(skip)
    } else {
        attempts.iter().rev().find(started)
    };
    if let Some((container, _)) = chosen {
        return Ok(*container);
    }
    let (name, pod) = (
        &place.name,
        place.pod.metadata.name.as_deref().unwrap_or_default(),
    );
    Err(Status::bad_request(if options.previous {
        format!("previous terminated container {name:?} in pod {pod:?} not found")
    } else {
        let reason = waiting_reason(place.pod, name);
        format!("container {name:?} in pod {pod:?} is waiting to start: {reason}")
    }))
}

fn waiting_reason(pod: &Pod, name: &str) -> String {
    let status = pod.status.as_ref();
    let all = status.into_iter().flat_map(|s| {
        let init = s.init_container_statuses.iter().flatten();
        init.chain(s.container_statuses.iter().flatten())
    });
    let reason = |status: &ContainerStatus| {
        let waiting = status.state.as_ref()?.waiting.as_ref()?;
        match (waiting.reason.as_deref(), waiting.message.as_deref()) {
            (Some(reason @ ("ErrImagePull" | "ImagePullBackOff")), _) => {
                Some(format!("trying and failing to pull image ({reason})"))
            }
            (Some(reason), _) => Some(reason.to_owned()),
            (None, message) => message.map(str::to_owned),
        }
    };
    all.filter(|status| status.name == name)
        .find_map(reason)
        .unwrap_or_else(|| "ContainerCreating".to_owned())
}
