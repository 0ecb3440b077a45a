//! One pod as its kubelet sees it in one turn: what the API wants, and what the machine has.
//!
//! The real thing: `kubecontainer.PodStatus` (pkg/kubelet/container/runtime.go) beside `v1.Pod`.

use super::memory::PodMemory;
use crate::api::kinds::ephemeral_containers::as_container;
use crate::api::time::{self, Ms};
use crate::api::{Key, Name, Object, Pod, Stored, Uid};
use crate::component::{Container, ContainerId, Machine, Sandbox, SandboxState, Seen};
use k8s_openapi::api::core::v1::{Container as ContainerSpec, PodSpec, PodStatus};
use std::sync::LazyLock;

/// What a turn about one pod looks at.
pub(super) struct PodView<'a> {
    /// Now.
    pub(super) now_ms: Ms,
    /// The work queue's key: `namespace/name`.
    pub(super) queue_key: &'a str,
    /// The pod's place.
    pub(super) key: Key,
    /// The pod, as the informer's cache has it.
    pub(super) object: &'a Object,
    /// The same, typed.
    pub(super) pod: &'a Pod,
    /// What is wanted.
    pub(super) spec: &'a PodSpec,
    /// The ephemeral containers that are wanted.
    pub(super) ephemeral: Vec<ContainerSpec>,
    /// Its identity.
    pub(super) uid: Uid,
    /// The machine.
    pub(super) machine: &'a Machine,
    /// The pod's network namespace, if there is one.
    pub(super) sandbox: Option<&'a Sandbox>,
}

static NO_STATUS: LazyLock<PodStatus> = LazyLock::new(PodStatus::default);
static NO_SPEC: LazyLock<PodSpec> = LazyLock::new(PodSpec::default);

impl<'a> PodView<'a> {
    pub(super) fn new(
        queue_key: &'a str,
        object: &'a Object,
        pod: &'a Pod,
        uid: Uid,
        seen: &Seen<'a>,
    ) -> Self {
        let machine = seen.machine();
        let spec = pod.spec.as_deref().unwrap_or(&NO_SPEC);
        let ephemeral = spec.ephemeral_containers.iter().flatten().cloned();
        Self {
            now_ms: seen.now_ms,
            queue_key,
            key: object.key(),
            object,
            pod,
            spec,
            ephemeral: ephemeral.map(as_container).collect(),
            uid,
            machine,
            sandbox: machine.sandboxes.get(&uid).map(|sandbox| &**sandbox),
        }
    }

    /// The newest container of this name, running or not.
    pub(super) fn container(&self, name: &str) -> Option<(ContainerId, &'a Container)> {
        self.attempts(name).next()
    }

    /// All containers of this name that the machine still has, newest first.
    pub(super) fn attempts(
        &self,
        name: &str,
    ) -> impl Iterator<Item = (ContainerId, &'a Container)> {
        let machine = self.machine;
        let numbers = self.sandbox.map(|sandbox| &sandbox.containers[..]);
        numbers
            .unwrap_or_default()
            .iter()
            .rev()
            .filter_map(|id| Some((*id, &**machine.containers.get(id)?)))
            .filter(move |(_, c)| c.name == name)
    }

    /// Containers that are made and not over.
    pub(super) fn alive(&self) -> impl Iterator<Item = (ContainerId, &'a Container)> + use<'a> {
        let machine = self.machine;
        let numbers = self.sandbox.map(|sandbox| &sandbox.containers[..]);
        numbers
            .unwrap_or_default()
            .iter()
            .filter_map(|id| Some((*id, &**machine.containers.get(id)?)))
            .filter(|(_, c)| c.exit_code().is_none())
    }

    /// How far its sandbox is.
    pub(super) fn sandbox_state(&self) -> Option<SandboxState> {
        self.sandbox.map(|sandbox| sandbox.state)
    }

    /// The container of the spec with this name.
    pub(super) fn container_spec(&self, name: &str) -> Option<&'a ContainerSpec> {
        self.spec
            .init_containers
            .iter()
            .flatten()
            .chain(&self.spec.containers)
            .find(|container| container.name == name)
    }

    /// `Always`, `OnFailure` or `Never`.
    pub(super) fn restart_policy(&self) -> &'a str {
        self.spec.restart_policy.as_deref().unwrap_or("Always")
    }

    /// How long its containers may take to stop: what the deletion says, else the spec.
    pub(super) fn grace_ms(&self) -> Ms {
        let seconds = self
            .pod
            .metadata
            .deletion_grace_period_seconds
            .filter(|_| self.pod.metadata.deletion_timestamp.is_some())
            .or(self.spec.termination_grace_period_seconds)
            .unwrap_or(30);
        time::seconds_ms(seconds.max(1))
    }

    /// `name_namespace(uid)`, as the kubelet's messages name pods.
    pub(super) fn full_name(&self) -> String {
        let uid = self.pod.metadata.uid.as_deref().unwrap_or_default();
        format!("{}_{}({uid})", self.key.name, self.key.namespace)
    }

    /// The pod's key in the work queue, which is also how the machine names it.
    pub(super) fn name(&self) -> Name {
        self.sandbox
            .map_or_else(|| self.queue_key.into(), |sandbox| sandbox.pod.clone())
    }
}

/// The newest version of the pod that the kubelet knows: its cache, or what its own last write made.
pub(super) fn newest<'a>(view: &PodView<'a>, memory: &'a PodMemory) -> (&'a Pod, &'a PodStatus) {
    let cached = view.object.revision();
    let latest = memory.latest.as_ref().filter(|o| o.revision() > cached);
    let pod = latest.and_then(Pod::of).unwrap_or(view.pod);
    (pod, pod.status.as_deref().unwrap_or(&NO_STATUS))
}

/// Is it an init container that keeps running beside the others?
pub(super) fn is_sidecar(container: &ContainerSpec) -> bool {
    container.restart_policy.as_deref() == Some("Always")
}
