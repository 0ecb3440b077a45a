//! Resizing a pod in place: granting other amounts if the node has them, and giving them to the containers.
//!
//! ```text
//!   spec changed ──▶ more than the node has at all: PodResizePending (Infeasible)
//!                ──▶ more than others leave:        PodResizePending (Deferred), asked again every minute
//!                ──▶ granted: allocatedResources, PodResizeInProgress ──▶ UpdateContainerResources, or a restart ──▶ resources
//! ```
//!
//! The real thing: pkg/kubelet/kubelet.go (`handlePodResourcesResize`, `canResizePod`), pkg/kubelet/allocation, status/status_manager.go
//! (`SetPodResizePendingCondition`), kuberuntime/kuberuntime_manager.go (`computePodResizeAction`, `doPodResizeAction`).
//! Left out: cgroups, and what can go wrong with them (the reason `Error`); limits that are lower than what is in use.

use super::admission;
use super::memory::{KubeletMemory, PodMemory, Requests};
use super::pass::Pass;
use crate::api::kinds::pod_resize::{DEFERRED, IN_PROGRESS, INFEASIBLE, PENDING, same_resources};
use crate::api::time::{self, Ms};
use crate::api::{Name, Object, Pod, Uid, quantity};
use crate::component::{ContainerId, Datum, RuntimeCall, Seen, Wake};
use k8s_openapi::api::core::v1::{Container, Node, PodCondition, PodSpec, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// How often a kubelet looks at each pod anyway.
const RESYNC_MS: Ms = 60_000;

/// How long it takes until the kubelet has seen what the runtime did.
const RELIST_MS: Ms = 1000;

/// A resize that is not over.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Resize {
    /// Not granted.
    Pending {
        /// Why.
        reason: &'static str,
        /// In words.
        message: String,
        /// Since when for this reason.
        since_ms: Ms,
    },
    /// Granted, and on its way to the containers.
    InProgress {
        /// Since when.
        since_ms: Ms,
        /// The version of the pod whose resources the containers still have.
        before: Object,
        /// What is to be done to which containers.
        steps: Vec<Step>,
    },
}

/// What is to be done to one container.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    /// Its number; another one of the same name has what it is to have.
    container: ContainerId,
    name: Name,
    how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Update,
    Updated,
    Restart,
    Restarting,
}

/// Looks whether the pod asks for other amounts than it was granted, and grants them if it can.
pub(super) fn consider(
    object: &Object,
    pod: &Pod,
    uid: Uid,
    seen: &Seen<'_>,
    memory: &mut KubeletMemory,
) {
    let (Some(spec), Some(mine)) = (&pod.spec, memory.pods.get(&uid)) else {
        return;
    };
    let Some(admitted) = mine.admitted else {
        return;
    };
    let allocated = mine.allocated.clone().or_else(|| reported(pod));
    let generation = pod.metadata.generation;
    let differs = allocated.as_ref().is_some_and(|allocated| {
        let is_newer = allocated.metadata().generation != generation;
        is_newer && spec_of(allocated).is_some_and(|old| !same_resources(spec, old))
    });
    if !differs {
        let mine = memory.pods.entry(uid).or_default();
        mine.allocated = Some(object.clone());
        if matches!(mine.resize, Some(Resize::Pending { .. })) {
            mine.resize = None;
        }
        return;
    }
    let wanted = admission::requests(spec);
    let mut others = memory.used;
    others.subtract(&admitted);
    let now_ms = seen.now_ms;
    let verdict = fits(spec, &wanted, &others, seen);
    let running = running(spec, uid, seen);
    let mine = memory.pods.entry(uid).or_default();
    if let Err((reason, message)) = verdict {
        mine.allocated = allocated;
        mine.defer(reason, message, now_ms);
        return;
    }
    mine.grant(object, allocated, running, now_ms);
    mine.admitted = Some(wanted);
    memory.used.subtract(&admitted);
    memory.used.add(&wanted);
}

fn spec_of(object: &Object) -> Option<&PodSpec> {
    object.get::<Pod>().and_then(|pod| pod.spec.as_deref())
}

/// A kubelet that was started anew learns from the status what it had granted; upstream's has a file for that.
fn reported(pod: &Pod) -> Option<Object> {
    let status = pod.status.as_ref()?;
    let regular = status.container_statuses.iter().flatten();
    let all = regular.chain(status.init_container_statuses.iter().flatten());
    let mut all = all.filter(|s| s.resources.is_some()).peekable();
    all.peek()?;
    let mut granted = pod.clone();
    let spec = granted.spec.as_deref_mut()?;
    for status in all {
        let init = spec.init_containers.iter_mut().flatten();
        let mut containers = spec.containers.iter_mut().chain(init);
        let container = containers.find(|container| container.name == status.name);
        if let Some(container) = container {
            let is_empty = |r: &&ResourceRequirements| **r != ResourceRequirements::default();
            let has = status.resources.as_ref().filter(is_empty);
            if has.is_some() || container.resources.is_some() {
                container.resources = Some(has.cloned().unwrap_or_default());
            }
        }
    }
    granted.metadata.generation = None;
    Some(granted.into())
}

/// `canResizePod`.
fn fits(
    spec: &PodSpec,
    wanted: &Requests,
    others: &Requests,
    seen: &Seen<'_>,
) -> Result<(), (&'static str, String)> {
    let node = seen.get::<Node>("", seen.node);
    let allocatable = node.and_then(|node| node.status.as_ref()?.allocatable.as_ref());
    let room = |name: &str, number: fn(&Quantity) -> i64| {
        let amount = allocatable.and_then(|all| all.get(name));
        amount.map_or(0, number)
    };
    let (cpu, memory) = (
        room("cpu", quantity::cpu_milli),
        room("memory", quantity::bytes),
    );
    let too_much = if wanted.memory > memory {
        Some(("memory", wanted.memory, memory))
    } else if wanted.milli_cpu > cpu {
        Some(("cpu", wanted.milli_cpu, cpu))
    } else {
        None
    };
    if let Some((name, wanted, room)) = too_much {
        let message = format!(
            "Node didn't have enough capacity: {name}, requested: {wanted}, capacity: {room}"
        );
        return Err((INFEASIBLE, message));
    }
    match admission::check(spec, wanted, others, seen) {
        Some(refusal) => Err((DEFERRED, refusal.message)),
        None => Ok(()),
    }
}

/// The pod's running containers, with what the spec says of them.
fn running<'a>(spec: &'a PodSpec, uid: Uid, seen: &Seen<'_>) -> Vec<(ContainerId, &'a Container)> {
    let all = spec.containers.iter();
    let all = all.chain(spec.init_containers.iter().flatten());
    let newest = |name: &str| {
        let mut containers = seen.machine().containers_of(uid).rev();
        containers.find(|(_, container)| container.name == name)
    };
    let runs = |container: &'a Container| {
        let (id, found) = newest(&container.name)?;
        found.running_since().map(|_| (id, container))
    };
    all.filter_map(runs).collect()
}

fn resources_in<'a>(spec: &'a PodSpec, name: &str) -> Option<&'a ResourceRequirements> {
    let all = spec.containers.iter();
    let mut all = all.chain(spec.init_containers.iter().flatten());
    all.find(|container| container.name == name)?
        .resources
        .as_ref()
}

/// Does a change between the two need a restart?
fn needs_restart(container: &Container, before: Option<&ResourceRequirements>) -> bool {
    let amounts = |resources: Option<&ResourceRequirements>, name: &str| {
        let get = |list: Option<&quantity::ResourceList>| list.and_then(|l| l.get(name).cloned());
        resources.map(|r| (get(r.requests.as_ref()), get(r.limits.as_ref())))
    };
    let policies = container.resize_policy.iter().flatten();
    let mut restarting = policies.filter(|policy| policy.restart_policy == "RestartContainer");
    restarting.any(|policy| {
        let name = &policy.resource_name;
        amounts(before, name) != amounts(container.resources.as_ref(), name)
    })
}

impl PodMemory {
    fn defer(&mut self, reason: &'static str, message: String, now_ms: Ms) {
        let since_ms = match &self.resize {
            Some(Resize::Pending {
                reason: was,
                since_ms,
                ..
            }) if *was == reason => *since_ms,
            _ => now_ms,
        };
        self.resize = Some(Resize::Pending {
            reason,
            message,
            since_ms,
        });
    }

    fn grant(
        &mut self,
        object: &Object,
        allocated: Option<Object>,
        running: Vec<(ContainerId, &Container)>,
        now_ms: Ms,
    ) {
        let before = match self.resize.take() {
            // A second resize overtakes the first.
            Some(Resize::InProgress { before, .. }) => Some(before),
            Some(Resize::Pending { .. }) | None => allocated,
        };
        let Some(before) = before else { return };
        let steps = running.into_iter().filter_map(|(id, container)| {
            let had = spec_of(&before).and_then(|spec| resources_in(spec, &container.name));
            if had == container.resources.as_ref() {
                return None;
            }
            let how = if needs_restart(container, had) {
                How::Restart
            } else {
                How::Update
            };
            Some(Step {
                container: id,
                name: container.name.as_str().into(),
                how,
            })
        });
        let steps = steps.collect();
        self.allocated = Some(object.clone());
        self.resize = Some(Resize::InProgress {
            since_ms: now_ms,
            before,
            steps,
        });
    }

    /// What a container was granted, and what it has, where that is not what the spec says.
    pub(super) fn resources_of<'a>(
        &'a self,
        container: &'a Container,
    ) -> [Option<&'a ResourceRequirements>; 2] {
        let of = |object: &'a Object| {
            spec_of(object).and_then(|spec| resources_in(spec, &container.name))
        };
        match (&self.resize, &self.allocated) {
            (Some(Resize::Pending { .. }), Some(allocated)) => [of(allocated); 2],
            (Some(Resize::InProgress { before, steps, .. }), _) => {
                let is_changing = steps.iter().any(|step| step.name == container.name);
                let has = if is_changing {
                    of(before)
                } else {
                    container.resources.as_ref()
                };
                [container.resources.as_ref(), has]
            }
            _ => [container.resources.as_ref(); 2],
        }
    }

    /// The condition that tells of the resize.
    pub(super) fn resize_condition(&self) -> Option<PodCondition> {
        let (type_, since_ms, reason, message) = match self.resize.as_ref()? {
            Resize::Pending {
                reason,
                message,
                since_ms,
            } => (PENDING, since_ms, Some(*reason), Some(message.clone())),
            Resize::InProgress { since_ms, .. } => (IN_PROGRESS, since_ms, None, None),
        };
        let since = Some(time::time(*since_ms));
        Some(PodCondition {
            type_: type_.to_owned(),
            status: "True".to_owned(),
            reason: reason.map(str::to_owned),
            message,
            last_probe_time: since.clone(),
            last_transition_time: since,
            ..PodCondition::default()
        })
    }
}

impl Pass<'_> {
    /// Goes on with the resize: asks again for what was not granted, and ends what is done.
    pub(super) fn resize(&mut self) {
        let now_ms = self.view.now_ms;
        let (key, view) = (self.view.queue_key, &self.view);
        match &mut self.memory.resize {
            None => {}
            Some(Resize::Pending { reason, .. }) => {
                self.turn
                    .saw_at(view.key.clone(), 0, "resize", Datum::from(*reason));
                self.turn.again(Wake::housekeeping(key, RESYNC_MS));
            }
            Some(Resize::InProgress {
                since_ms, steps, ..
            }) => {
                let over_ms = *since_ms + RELIST_MS;
                steps.retain(|step| {
                    let newest = view.container(&step.name);
                    let is_same = newest.is_some_and(|(id, c)| {
                        let is_alive = step.how == How::Restarting || c.exit_code().is_none();
                        id == step.container && is_alive
                    });
                    let is_updated = step.how == How::Updated && now_ms >= over_ms;
                    is_same && !is_updated
                });
                if !steps.is_empty() {
                    let waits_for_update = steps.iter().any(|step| step.how != How::Restarting);
                    if waits_for_update {
                        self.turn.again(Wake::after(key, RELIST_MS));
                    }
                } else if now_ms >= over_ms {
                    self.memory.resize = None;
                } else {
                    self.turn.again(Wake::after(key, over_ms - now_ms));
                }
            }
        }
    }

    /// Gives a running container its new resources. The words of the restart, if it has to be replaced for that.
    pub(super) fn resize_container(&mut self, name: &str, id: ContainerId) -> Option<String> {
        let Some(Resize::InProgress { steps, .. }) = &mut self.memory.resize else {
            return None;
        };
        let step = steps.iter_mut().find(|step| step.container == id)?;
        match step.how {
            How::Update => {
                step.how = How::Updated;
                let closes = self.turn.differs(
                    self.view.key.clone(),
                    format!("containers{{{name}}}.resources"),
                    "granted",
                    "before",
                    "ContainerResized",
                );
                let call = RuntimeCall::UpdateContainerResources { container: id };
                self.turn.act(closes, call);
                None
            }
            How::Restart => {
                step.how = How::Restarting;
                Some(format!("Container {name} resize requires restart"))
            }
            How::Updated | How::Restarting => None,
        }
    }
}
