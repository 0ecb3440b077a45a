//! Startup, readiness and liveness probes.
use super::memory::PodMemory;
use crate::component::ContainerId;
use k8s_openapi::api::core::v1::Container as ContainerSpec;

/// State.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Probing {
    pub(super) container: ContainerId,
}

pub(super) fn started_and_ready(
    _spec: &ContainerSpec,
    _container: ContainerId,
    _memory: &PodMemory,
) -> (bool, bool) {
    (true, true)
}

/// Failed.
pub(super) fn failed(
    _memory: &PodMemory,
    _spec: &ContainerSpec,
    _id: ContainerId,
) -> Option<(&'static str, Option<u64>)> {
    None
}
