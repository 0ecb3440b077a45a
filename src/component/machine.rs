//! The physical side of a node: what is not in etcd, and what its kubelet, container runtime and kube-proxy observe and change.
//!
//! The real thing: the Container Runtime Interface (cri-api, runtime/v1/api.proto), the kernel, and the cable.
//! Left out: cgroups and real processes; a container is a program that behaves as its image and command say (see `node::container_runtime`).

use super::Rule;
use crate::api::time::Ms;
use crate::api::{Name, Shared, Uid};
use imbl::{OrdMap, OrdSet};
use std::sync::Arc;

/// Numbers containers on one machine, in the order in which they were made.
pub type ContainerId = u64;

/// One node's hardware and what runs on it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Machine {
    /// Off: nothing on it runs.
    pub powered: bool,
    /// Off: it runs, but no request leaves it and no watch event reaches it.
    pub connected: bool,
    /// Its container network does not work: no pod can be set up, and the kubelet says so.
    pub is_runtime_broken: bool,
    /// Its own address.
    pub ip: Name,
    /// The first three numbers of its pods' addresses: `10.244.1`.
    pub pod_network: Name,
    /// How big it is; what its kubelet reports as the node's capacity.
    pub capacity: Capacity,
    /// How many pod addresses were given out so far.
    pub addresses_given: u32,
    /// Images that are here, by their full name: `docker.io/library/nginx:1.14.2`.
    pub images: OrdSet<Name>,
    /// Images that no registry has for this machine, by their full name: a fault that one can choose.
    pub unpullable: OrdSet<Name>,
    /// What came of pulls, by pod (`namespace/name`) and image; until the pod is gone.
    pub pulls: OrdMap<(Name, Name), Pull>,
    /// Pulls are done one after the other; the last one that was asked for will be done then.
    pub pulling_until_ms: Ms,
    /// Containers, running or not, by number.
    pub containers: OrdMap<ContainerId, Shared<Container>>,
    /// Pod sandboxes: the pods' network namespaces, by the pod's uid.
    pub sandboxes: OrdMap<Uid, Shared<Sandbox>>,
    /// The same by the pod's `namespace/name`; an old pod's may still be there when a new one of its name comes.
    pub sandboxes_by_pod: OrdSet<(Name, Uid)>,
    /// The number of the next container.
    pub next_container: ContainerId,
    /// What is under way, by when it will be done.
    pub operations: OrdMap<(Ms, u64), Operation>,
    /// Ends of programs that run for long, by when: nobody waits for these.
    pub far_exits: OrdMap<(Ms, u64), Operation>,
    /// The number of the next operation.
    pub next_operation: u64,
    /// What kube-proxy programmed, by Service `namespace/name:port`.
    pub rules: OrdMap<Name, Arc<Rule>>,
}

/// How big a machine is, as quantities are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Processors: `4`.
    pub cpu: Name,
    /// Memory: `8Gi`.
    pub memory: Name,
    /// How many pods its kubelet will run at most.
    pub pods: u32,
    /// Disk for containers: `100Gi`.
    pub ephemeral_storage: Name,
}

impl Default for Capacity {
    fn default() -> Self {
        Self {
            cpu: Name::new_static("4"),
            memory: Name::new_static("8Gi"),
            pods: 110,
            ephemeral_storage: Name::new_static("100Gi"),
        }
    }
}

impl Machine {
    /// Does what runs on it reach the API server?
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.powered && self.connected
    }

    /// A machine that was just plugged in; `number` counts the cluster's machines from 0 and decides its addresses.
    #[must_use]
    pub fn numbered(number: u32) -> Self {
        let host = number + 2;
        let network = number + 1;
        Self {
            powered: true,
            connected: true,
            ip: format!("172.18.{}.{}", host / 256, host % 256).into(),
            pod_network: format!("10.{}.{}", 244 + network / 256 % 12, network % 256).into(),
            ..Self::default()
        }
    }

    /// The sandboxes of all pods of this `namespace/name`.
    pub fn sandboxes_of(&self, pod: &str) -> impl Iterator<Item = Uid> + '_ {
        let pod = Name::from(pod);
        let from = (pod.clone(), Uid::default());
        let places = self.sandboxes_by_pod.range(from..);
        places
            .take_while(move |(of, _)| *of == pod)
            .map(|(_, uid)| *uid)
    }

    /// The containers of one pod, oldest first.
    pub fn containers_of(
        &self,
        pod: Uid,
    ) -> impl DoubleEndedIterator<Item = (ContainerId, &Container)> {
        let numbers = self.sandboxes.get(&pod).map(|sandbox| &sandbox.containers);
        numbers
            .into_iter()
            .flatten()
            .filter_map(|id| Some((*id, &**self.containers.get(id)?)))
    }
}

/// A pod's network namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox {
    /// `namespace/name` of the pod.
    pub pod: Name,
    /// The pod's address.
    pub ip: Name,
    /// Is the address the node's own?
    pub host_network: bool,
    /// How far it is.
    pub state: SandboxState,
    /// The pod's containers, oldest first; those below `first_container` are left from an earlier sandbox of the same pod.
    pub containers: Vec<ContainerId>,
    /// The first container that may be its own.
    pub first_container: ContainerId,
}

/// The life of a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SandboxState {
    /// Being set up.
    Starting,
    /// Containers can be made in it.
    Ready,
    /// It was stopped, or lost with the power; its address is free again.
    NotReady,
}

/// One pull of one image for one pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// When the kubelet asked for it.
    pub asked_ms: Ms,
    /// When its turn came.
    pub started_ms: Ms,
    /// When it is done.
    pub done_ms: Ms,
    /// What came of it; nothing yet while it is under way. The size in bytes, or containerd's words.
    pub result: Option<Result<u64, Name>>,
}

/// One container.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// The pod's uid.
    pub pod_uid: Uid,
    /// `namespace/name` of the pod.
    pub pod: Name,
    /// Its name in the pod.
    pub name: Name,
    /// The image that it was made from, by its full name.
    pub image: Name,
    /// 0 for the first of its name in its pod, then 1, …
    pub attempt: u32,
    /// What it is doing.
    pub state: ContainerState,
    /// How it behaves.
    pub program: Arc<Program>,
    /// When it was asked to stop.
    pub stopping_since_ms: Option<Ms>,
}

impl Container {
    /// When it started, if it runs.
    #[must_use]
    pub fn running_since(&self) -> Option<Ms> {
        match self.state {
            ContainerState::Running { started_ms } => Some(started_ms),
            ContainerState::Created | ContainerState::Exited { .. } => None,
        }
    }

    /// Its exit code, if it is over.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        match self.state {
            ContainerState::Exited { code, .. } => Some(code),
            ContainerState::Created | ContainerState::Running { .. } => None,
        }
    }
}

/// How a simulated program behaves; all times count from its start.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Program {
    /// How long the runtime takes from the call to the running process.
    pub starts_in_ms: Ms,
    /// It exits by itself, then, with this code.
    pub exits: Option<(Ms, i32)>,
    /// After SIGTERM it exits, so much later, with this code; one that ignores the signal has to be killed.
    pub stops: Option<(Ms, i32)>,
    /// It listens on its ports from then on.
    pub listens_from_ms: Ms,
    /// Its ports; none means: whichever one asks for.
    pub ports: Vec<i32>,
    /// Paths that its web server answers with 200; none means: all. Others are 404.
    pub paths: Vec<Name>,
    /// From then on health checks fail (HTTP 500).
    pub fails_from_ms: Option<Ms>,
    /// Files that it makes (`true`) and removes.
    pub files: Vec<(Ms, Name, bool)>,
    /// What it prints.
    pub output: Vec<(Ms, Name)>,
}

/// The life of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerState {
    /// Made, not yet running.
    Created,
    /// Running since then.
    Running {
        /// When it started.
        started_ms: Ms,
    },
    /// Over.
    Exited {
        /// When it started.
        started_ms: Ms,
        /// When it ended.
        finished_ms: Ms,
        /// The exit code; 137 after SIGKILL, 143 after SIGTERM.
        code: i32,
        /// `Completed`, `Error`, `OOMKilled`, `Unknown`.
        reason: &'static str,
    },
}

/// Something that takes time on a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// An image is being pulled, for this pod (`namespace/name`).
    Pull {
        /// The image.
        image: Name,
        /// Whose kubelet worker waits for it.
        pod: Name,
    },
    /// A sandbox is being set up.
    Sandbox {
        /// The pod's uid.
        pod_uid: Uid,
        /// `namespace/name`.
        pod: Name,
    },
    /// A container is starting.
    Start(ContainerId),
    /// A container's program will end by itself.
    Exit(ContainerId, i32),
    /// A container was asked to stop and will be gone then; the code is 143, or 137 if it had to be killed.
    Stop(ContainerId, i32),
}

/// What has just been completed on a machine, and who should look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// `namespace/name` of the pod: the key that wakes its kubelet.
    pub pod: Name,
    /// What: `ImagePulled`, `ImagePullFailed`, `SandboxReady`, `ContainerStarted`, `ContainerDied`.
    pub event: &'static str,
    /// The image or the container.
    pub subject: Name,
    /// The exit code, of a container that died.
    pub code: Option<i32>,
}

impl Finished {
    /// For the trace: `ContainerDied default/web nginx exit code 1`.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut words = [self.event, " ", &self.pod].concat();
        if !self.subject.is_empty() {
            words.push(' ');
            words.push_str(&self.subject);
        }
        if let Some(code) = self.code {
            words.push_str(" exit code ");
            words.push_str(&code.to_string());
        }
        words
    }
}
