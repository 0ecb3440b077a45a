//! What a pod asks of a node: resources and host ports, added up once per pod.
//!
//! The real thing: staging/src/k8s.io/component-helpers/resource/helpers.go (`PodRequests`), pkg/scheduler/framework/types.go
//! (`calculateResource`), pkg/scheduler/util/pod_resources.go (the defaults for scoring).
//! Left out: resources at the level of the whole pod (alpha in 1.33).

use crate::api::kinds::pod_resize;
use crate::api::{Name, Pod, quantity};
use k8s_openapi::api::core::v1::{Container, PodSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

/// What a container without a CPU request counts as when nodes are scored.
pub(super) const SCORED_MILLI_CPU: i64 = 100;

/// What a container without a memory request counts as when nodes are scored: 200 MiB.
pub(super) const SCORED_MEMORY_BYTES: i64 = 200 * 1024 * 1024;

/// Amounts of resources, of a pod or of a node.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Resources {
    /// Thousandths of a CPU.
    pub(super) milli_cpu: i64,
    /// Bytes.
    pub(super) memory: i64,
    /// Bytes.
    pub(super) ephemeral_storage: i64,
    /// Everything else by name: `nvidia.com/gpu`, `hugepages-2Mi`.
    pub(super) scalars: BTreeMap<Name, i64>,
}

impl Resources {
    /// Reads a resource list; `pods` is none of these.
    #[must_use]
    pub(super) fn of(list: Option<&BTreeMap<String, Quantity>>) -> Self {
        let mut resources = Self::default();
        for (name, amount) in list.into_iter().flatten() {
            match name.as_str() {
                "cpu" => resources.milli_cpu = quantity::cpu_milli(amount),
                "memory" => resources.memory = quantity::bytes(amount),
                "ephemeral-storage" => resources.ephemeral_storage = quantity::bytes(amount),
                "pods" => {}
                _ => {
                    resources
                        .scalars
                        .insert(name.into(), quantity::bytes(amount));
                }
            }
        }
        resources
    }

    /// Adds `other`; as in Go, what is too large for 64 bits wraps around, and comes back when it is taken away.
    pub(super) fn add(&mut self, other: &Self) {
        self.milli_cpu = self.milli_cpu.wrapping_add(other.milli_cpu);
        self.memory = self.memory.wrapping_add(other.memory);
        self.ephemeral_storage = self.ephemeral_storage.wrapping_add(other.ephemeral_storage);
        for (name, amount) in &other.scalars {
            let mine = self.scalars.entry(name.clone()).or_default();
            *mine = mine.wrapping_add(*amount);
        }
    }

    /// Takes `other`, which was added before, away again.
    pub(super) fn subtract(&mut self, other: &Self) {
        self.milli_cpu = self.milli_cpu.wrapping_sub(other.milli_cpu);
        self.memory = self.memory.wrapping_sub(other.memory);
        self.ephemeral_storage = self.ephemeral_storage.wrapping_sub(other.ephemeral_storage);
        for (name, amount) in &other.scalars {
            let Some(left) = self.scalars.get_mut(name) else {
                continue;
            };
            *left = left.wrapping_sub(*amount);
            if *left == 0 {
                self.scalars.remove(name);
            }
        }
    }

    /// The larger of the two in each dimension.
    fn max(&mut self, other: &Self) {
        self.milli_cpu = self.milli_cpu.max(other.milli_cpu);
        self.memory = self.memory.max(other.memory);
        self.ephemeral_storage = self.ephemeral_storage.max(other.ephemeral_storage);
        for (name, amount) in &other.scalars {
            let mine = self.scalars.entry(name.clone()).or_default();
            *mine = (*mine).max(*amount);
        }
    }
}

/// A port that a pod takes on its node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HostPort {
    /// The address it listens on; `0.0.0.0` for all.
    pub(super) ip: Name,
    /// `TCP`, `UDP` or `SCTP`.
    pub(super) protocol: Name,
    /// The port.
    pub(super) port: i32,
}

impl HostPort {
    /// Can the two not be on one node? The real thing: `HostPortInfo.CheckConflict`.
    #[must_use]
    pub(super) fn conflicts(&self, other: &Self) -> bool {
        let same_address = self.ip == other.ip || self.ip == ALL || other.ip == ALL;
        self.port == other.port && self.protocol == other.protocol && same_address
    }
}

const ALL: &str = "0.0.0.0";

/// What a pod takes from its node.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct PodUse {
    /// What it asks for: what filters count.
    pub(super) requests: Resources,
    /// CPU for scoring: containers without a request count as [`SCORED_MILLI_CPU`].
    pub(super) scored_milli_cpu: i64,
    /// Memory for scoring: containers without a request count as [`SCORED_MEMORY_BYTES`].
    pub(super) scored_memory: i64,
    /// The host's ports that it listens on.
    pub(super) ports: Vec<HostPort>,
    /// Its priority.
    pub(super) priority: i32,
}

impl PodUse {
    /// Adds up a pod.
    #[must_use]
    pub(super) fn of(spec: &PodSpec) -> Self {
        let overhead = Resources::of(spec.overhead.as_ref());
        let mut requests = at_its_widest(spec, requests_of);
        let mut scored = at_its_widest(spec, scored_of);
        requests.add(&overhead);
        scored.add(&overhead);
        Self {
            requests,
            scored_milli_cpu: scored.milli_cpu,
            scored_memory: scored.memory,
            ports: host_ports(spec),
            priority: spec.priority.unwrap_or(0),
        }
    }

    /// Adds up a pod that is on a node: one that is being resized counts as the larger of what it has and what it asks for.
    #[must_use]
    pub(super) fn of_placed(pod: &Pod) -> Self {
        pod_resize::counted(pod).map_or_else(Self::default, |spec| Self::of(&spec))
    }

    /// Does it ask for less than `other` of anything?
    #[must_use]
    pub(super) fn is_smaller_in_any(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.requests, &other.requests);
        mine.milli_cpu < theirs.milli_cpu
            || mine.memory < theirs.memory
            || mine.ephemeral_storage < theirs.ephemeral_storage
            || theirs
                .scalars
                .iter()
                .any(|(name, amount)| mine.scalars.get(name).copied().unwrap_or(0) < *amount)
    }
}

/// The most that the pod needs at any moment of its life: init containers run one after the other, before the others but beside the
/// sidecars (`restartPolicy: Always`) that began before them.
fn at_its_widest(spec: &PodSpec, of: fn(&Container) -> Resources) -> Resources {
    let mut running = Resources::default();
    for container in &spec.containers {
        running.add(&of(container));
    }
    let mut starting = Resources::default();
    let mut sidecars = Resources::default();
    for container in spec.init_containers.iter().flatten() {
        let mut moment = of(container);
        if is_sidecar(container) {
            running.add(&moment);
            sidecars.add(&moment);
            starting.max(&sidecars);
        } else {
            moment.add(&sidecars);
            starting.max(&moment);
        }
    }
    running.max(&starting);
    running
}

fn is_sidecar(container: &Container) -> bool {
    container.restart_policy.as_deref() == Some("Always")
}

fn requests_of(container: &Container) -> Resources {
    Resources::of(requests_list(container))
}

fn scored_of(container: &Container) -> Resources {
    let list = requests_list(container);
    let has = |name: &str| list.is_some_and(|list| list.contains_key(name));
    let mut resources = Resources::of(list);
    if !has("cpu") {
        resources.milli_cpu = SCORED_MILLI_CPU;
    }
    if !has("memory") {
        resources.memory = SCORED_MEMORY_BYTES;
    }
    resources
}

fn requests_list(container: &Container) -> Option<&BTreeMap<String, Quantity>> {
    container.resources.as_ref()?.requests.as_ref()
}

fn host_ports(spec: &PodSpec) -> Vec<HostPort> {
    let sidecars = spec.init_containers.iter().flatten();
    let containers = spec
        .containers
        .iter()
        .chain(sidecars.filter(|c| is_sidecar(c)));
    let ports = containers.flat_map(|c| c.ports.iter().flatten());
    ports
        .filter_map(|port| {
            let text = |text: &Option<String>, default: &'static str| match text.as_deref() {
                None | Some("") => Name::new_static(default),
                Some(text) => Name::new(text),
            };
            Some(HostPort {
                ip: text(&port.host_ip, ALL),
                protocol: text(&port.protocol, "TCP"),
                port: port.host_port.filter(|port| *port > 0)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::pod;
    use super::*;

    #[test]
    fn a_pod_needs_what_it_needs_at_its_widest_moment() {
        let c = |cpu: &str| {
            format!("{{name: c, resources: {{requests: {{cpu: {cpu}, memory: 1Mi}}}}}}")
        };
        let sidecar = |cpu: &str| {
            format!(
                "{{name: s, restartPolicy: Always, resources: {{requests: {{cpu: {cpu}, memory: 1Mi}}}}}}"
            )
        };
        // Upstream's own examples: the doc comment of noderesources' computePodResourceRequest, and component-helpers' helpers_test.go.
        let table = [
            (
                "containers are added",
                format!("{{containers: [{}, {}]}}", c("2"), c("1")),
                3000,
            ),
            (
                "init containers run one by one",
                format!(
                    "{{initContainers: [{}, {}], containers: [{}]}}",
                    c("2"),
                    c("3"),
                    c("1")
                ),
                3000,
            ),
            (
                "containers outweigh init containers",
                format!(
                    "{{initContainers: [{}], containers: [{}, {}]}}",
                    c("2"),
                    c("2"),
                    c("1")
                ),
                3000,
            ),
            (
                "a sidecar runs on",
                format!(
                    "{{initContainers: [{}], containers: [{}]}}",
                    sidecar("1"),
                    c("2")
                ),
                3000,
            ),
            (
                "an init container beside a sidecar",
                format!(
                    "{{initContainers: [{}, {}], containers: [{}]}}",
                    sidecar("1"),
                    c("5"),
                    c("2")
                ),
                6000,
            ),
            (
                "an init container before the sidecar",
                format!(
                    "{{initContainers: [{}, {}], containers: [{}]}}",
                    c("5"),
                    sidecar("1"),
                    c("2")
                ),
                5000,
            ),
            (
                "overhead on top",
                format!(
                    "{{overhead: {{cpu: 250m}}, initContainers: [{}], containers: [{}]}}",
                    c("3"),
                    c("1")
                ),
                3250,
            ),
        ];
        for (name, spec, want) in table {
            let pod = pod(&format!("{{metadata: {{name: p}}, spec: {spec}}}"));
            let used = PodUse::of(pod.spec.as_ref().expect("a spec"));
            assert_eq!(used.requests.milli_cpu, want, "{name}");
            assert_eq!(used.scored_milli_cpu, want, "{name}, scored");
        }
    }

    #[test]
    fn containers_without_requests_count_when_scored() {
        let table = [
            ("{}", 0, 100, 0, 209_715_200),
            ("{requests: {cpu: 1}}", 1000, 1000, 0, 209_715_200),
            ("{requests: {cpu: 0, memory: 0}}", 0, 0, 0, 0),
        ];
        for (resources, cpu, scored_cpu, memory, scored_memory) in table {
            let pod = pod(&format!(
                "{{metadata: {{name: p}}, spec: {{containers: [{{name: c, resources: {resources}}}]}}}}"
            ));
            let used = PodUse::of(pod.spec.as_ref().expect("a spec"));
            assert_eq!(used.requests.milli_cpu, cpu, "{resources}");
            assert_eq!(used.scored_milli_cpu, scored_cpu, "{resources}");
            assert_eq!(used.requests.memory, memory, "{resources}");
            assert_eq!(used.scored_memory, scored_memory, "{resources}");
        }
    }
}
