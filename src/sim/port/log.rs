//! What a container has printed, and what it prints from now on.
//!
//! The real thing: pkg/registry/core/pod/strategy.go (`LogLocation`, `containerLogs`), pkg/kubelet/kuberuntime/logs/logs.go.

use super::Cluster;
use crate::api::time::{self, Ms};
use crate::api::{Key, Kind, Name, Object, Reason, Status, Uid};
use crate::component::{Container, ContainerId, ContainerState, Machine};
use crate::control_plane::apiserver::http::LogOptions;
use crate::node::container_runtime;
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};

/// One client's reading of one container's log.
#[derive(Debug)]
pub struct Log {
    options: LogOptions,
    node: Name,
    container: ContainerId,
    told: usize,
    bytes: u64,
}

/// A container that a client talks about: where it runs, and the pod.
pub(super) struct Place<'a> {
    pub(super) node: Name,
    pub(super) machine: &'a Machine,
    pub(super) pod: &'a Pod,
    /// The container's name.
    pub(super) name: String,
}

/// Finds a pod's container by its name; the only one if the name is empty.
pub(super) fn place<'a>(cluster: &'a Cluster, key: &Key, name: &str) -> Result<Place<'a>, Status> {
    let head = cluster.store().head();
    let object = head
        .get(key)
        .ok_or_else(|| Status::not_found(Kind::Pod, &key.name))?;
    let pod = Object::get::<Pod>(object).expect("a pod's key leads to a pod");
    let spec = pod.spec.as_ref();
    let containers = || spec.into_iter().flat_map(|spec| &spec.containers);
    let init = || {
        spec.into_iter()
            .flat_map(|spec| spec.init_containers.iter().flatten())
    };
    let ephemeral = || {
        spec.into_iter()
            .flat_map(|spec| spec.ephemeral_containers.iter().flatten())
    };
    let names = || {
        let all = init().chain(containers()).map(|c| c.name.as_str());
        all.chain(ephemeral().map(|c| c.name.as_str()))
    };
    let name = if name.is_empty() {
        let mut all = containers();
        let first = all.next().map(|c| c.name.clone()).unwrap_or_default();
        let annotated = pod.metadata.annotations.as_ref();
        let annotated = annotated.and_then(|a| a.get("kubectl.kubernetes.io/default-container"));
        if all.next().is_some() && annotated.is_none() {
            let list: Vec<&str> = containers().map(|c| c.name.as_str()).collect();
            let mut why = format!(
                "a container name must be specified for pod {}, choose one of: [{}]",
                key.name,
                list.join(" ")
            );
            let init: Vec<&str> = init().map(|c| c.name.as_str()).collect();
            if !init.is_empty() {
                why.push_str(&format!(
                    " or one of the init containers: [{}]",
                    init.join(" ")
                ));
            }
            return Err(Status::bad_request(why));
        }
        annotated.cloned().unwrap_or(first)
    } else if names().any(|known| known == name) {
        name.to_owned()
    } else {
        let why = format!("container {name} is not valid for pod {}", key.name);
        return Err(Status::bad_request(why));
    };
    let node = spec.and_then(|s| s.node_name.clone()).unwrap_or_default();
    let machine = cluster.machine(&node).ok_or_else(|| {
        if node.is_empty() {
            Status::bad_request(format!("pod {} does not have a host assigned", key.name))
        } else {
            Status::not_found(Kind::Node, &node)
        }
    })?;
    if !machine.powered || !machine.connected {
        let why = format!(
            "Get \"https://{}:10250/containerLogs/{}/{}/{name}\": dial tcp {}:10250: connect: no route to host",
            machine.ip, key.namespace, key.name, machine.ip
        );
        return Err(Status::new(Reason::InternalError, why));
    }
    Ok(Place {
        node: node.into(),
        machine,
        pod,
        name,
    })
}

/// The containers of this name that the runtime still has, oldest first.
pub(super) fn attempts<'a>(place: &Place<'a>) -> Vec<(ContainerId, &'a Container)> {
    let uid = Uid::parse(place.pod.metadata.uid.as_deref().unwrap_or_default());
    let all = place.machine.containers_of(uid);
    all.filter(|(_, container)| container.name == place.name)
        .collect()
}

impl Log {
    /// Opens a container's log.
    ///
    /// # Errors
    /// 404 for no such pod; 400 for a container that does not exist, has not started, or never ended before.
    pub fn open(options: LogOptions, cluster: &Cluster) -> Result<Self, Status> {
        let place = place(cluster, &options.pod, &options.container)?;
        let attempts = attempts(&place);
        let started = |(_, container): &&(ContainerId, &Container)| {
            container.state != ContainerState::Created
        };
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
        let Some((container, _)) = chosen else {
            let (name, pod) = (&place.name, &options.pod.name);
            let why = if options.previous {
                format!("previous terminated container {name:?} in pod {pod:?} not found")
            } else {
                let reason = waiting_reason(place.pod, name);
                format!("container {name:?} in pod {pod:?} is waiting to start: {reason}")
            };
            return Err(Status::bad_request(why));
        };
        let mut log = Self {
            options,
            node: place.node.clone(),
            container: *container,
            told: 0,
            bytes: 0,
        };
        log.skip(cluster);
        Ok(log)
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
        machine.containers.get(&self.container)
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
