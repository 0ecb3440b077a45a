//! What a kubelet process remembers; a crash loses all of it, and it is built up again from the machine and the API.
//!
//! The real thing: pkg/kubelet/{pod_workers.go,reason_cache.go}, status/status_manager.go, prober/results, and the two `flowcontrol.Backoff`s.

use super::back_off::BackOff;
use super::probes::Probing;
use super::resize::Resize;
use crate::api::time::Ms;
use crate::api::{Name, Object, Shared, Uid};
use imbl::OrdMap;

/// A kubelet's memory.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct KubeletMemory {
    /// Of each pod that it looks after.
    pub(super) pods: OrdMap<Uid, Shared<PodMemory>>,
    /// What the admitted pods that have not finished ask for together.
    pub(super) used: Requests,
    /// How far it is with its own node.
    pub(super) node: NodeMemory,
    /// How far it is with its lease.
    pub(super) lease: LeaseMemory,
}

/// Amounts of what pods ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Requests {
    /// How many pods.
    pub(super) pods: i64,
    /// Thousandths of a CPU.
    pub(super) milli_cpu: i64,
    /// Bytes.
    pub(super) memory: i64,
    /// Bytes of ephemeral storage.
    pub(super) storage: i64,
}

impl Requests {
    /// Adds `other`; as in Go, what is too large for 64 bits wraps around, and comes back when it is taken away.
    pub(super) fn add(&mut self, other: &Self) {
        self.pods = self.pods.wrapping_add(other.pods);
        self.milli_cpu = self.milli_cpu.wrapping_add(other.milli_cpu);
        self.memory = self.memory.wrapping_add(other.memory);
        self.storage = self.storage.wrapping_add(other.storage);
    }

    /// Takes `other` away again.
    pub(super) fn subtract(&mut self, other: &Self) {
        self.pods = self.pods.wrapping_sub(other.pods);
        self.milli_cpu = self.milli_cpu.wrapping_sub(other.milli_cpu);
        self.memory = self.memory.wrapping_sub(other.memory);
        self.storage = self.storage.wrapping_sub(other.storage);
    }

    /// At least `other` in each dimension.
    pub(super) fn raise(&mut self, other: &Self) {
        self.milli_cpu = self.milli_cpu.max(other.milli_cpu);
        self.memory = self.memory.max(other.memory);
        self.storage = self.storage.max(other.storage);
    }
}

/// What it remembers of its own Node.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct NodeMemory {
    /// The Node exists: it was created, or seen.
    pub(super) is_registered: bool,
    /// The newest version that one of its own writes has made.
    pub(super) latest: Option<Object>,
}

/// What it remembers of its lease.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) enum LeaseMemory {
    /// Nothing yet.
    #[default]
    Unknown,
    /// There is one already; it has to be read.
    Exists,
    /// As it was last written or read.
    Known(Object),
}

/// What it remembers of one pod.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct PodMemory {
    /// What it asks for, once it was admitted; given back when it has finished.
    pub(super) admitted: Option<Requests>,
    /// The version of the pod whose containers' resources were granted.
    pub(super) allocated: Option<Object>,
    /// The resize that was asked for since, until its containers have what they are to have.
    pub(super) resize: Option<Resize>,
    /// A pass over the pod is under way: something was begun and the status is written only when that is over.
    pub(super) is_passing: bool,
    /// It was deleted from the API by this kubelet.
    pub(super) is_deleted: bool,
    /// The newest version that one of its own status writes has made.
    pub(super) latest: Option<Object>,
    /// Pulls that were asked for: the container and its image's full name.
    pub(super) pulling: Vec<(Name, Name)>,
    /// Containers that were asked to start and have not been seen running yet.
    pub(super) starting: Vec<Name>,
    /// Why containers wait, as their status says it.
    pub(super) waiting: Vec<Waiting>,
    /// Back-off of restarts, by container.
    pub(super) crashes: BackOff,
    /// Back-off of pulls, by image.
    pub(super) pulls: BackOff,
    /// Probes of running containers.
    pub(super) probes: Vec<Probing>,
    /// Hooks under way: the container's number, and when the hook is over.
    pub(super) hooks: Vec<Hook>,
    /// ConfigMaps and Secrets that were asked for.
    pub(super) references: Vec<Reference>,
    /// When the containers were first asked to stop.
    pub(super) terminating_since_ms: Option<Ms>,
}

/// Why a container waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    /// The container.
    pub(super) container: Name,
    /// `CrashLoopBackOff`, `ErrImagePull`, …
    pub(super) reason: &'static str,
    /// In words.
    pub(super) message: String,
}

/// A hook that takes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hook {
    /// The container's number.
    pub(super) container: u64,
    /// Is it `postStart` or `preStop`?
    pub(super) kind: HookKind,
    /// When it began.
    pub(super) begun_ms: Ms,
    /// When it is over.
    pub(super) over_ms: Ms,
}

/// Which hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HookKind {
    /// After the start of the container.
    PostStart,
    /// The same, and it will fail.
    PostStartFails,
    /// Before it is asked to stop.
    PreStop,
}

/// A ConfigMap or Secret that a pod needs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reference {
    /// Which.
    pub(super) key: crate::api::Key,
    /// When it was last asked for.
    pub(super) asked_ms: Ms,
    /// What came of it; nothing while it was not answered.
    pub(super) found: Option<Option<Object>>,
}

impl PodMemory {
    /// Says why a container waits.
    pub(super) fn wait(&mut self, container: &str, reason: &'static str, message: String) {
        self.waits_no_more(container);
        self.waiting.push(Waiting {
            container: container.into(),
            reason,
            message,
        });
    }

    /// The container does not wait any more.
    pub(super) fn waits_no_more(&mut self, container: &str) {
        self.waiting.retain(|w| w.container != container);
    }

    /// Why a container waits, if it does.
    pub(super) fn why_waiting(&self, container: &str) -> Option<&Waiting> {
        self.waiting.iter().find(|w| w.container == container)
    }
}

impl KubeletMemory {
    /// Does it look after no pod?
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.pods.is_empty()
    }
}
