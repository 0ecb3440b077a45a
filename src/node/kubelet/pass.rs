//! One pass over one pod: bring its sandbox and containers to what the spec wants, and report.
//!
//! What takes time is begun and the turn ends; the runtime wakes the pod when it is done and the pass goes on. The status is written when a pass
//! begins and when it is over, not in between: upstream's pod worker is busy all the while.
//!
//! The real thing: pkg/kubelet/kubelet.go (`SyncPod`), kuberuntime/kuberuntime_manager.go (`computePodActions`, `SyncPod`),
//! kuberuntime_container.go (`startContainer`).
//! Left out: volumes are there at once; cgroups.

use super::images::{self, Image};
use super::memory::PodMemory;
use super::references::Found;
use super::status::{self, Outlook};
use super::stop::Stop;
use super::view::{self, PodView};
use super::{ephemeral, init, start};
use crate::api::{Name, Pod, Request};
use crate::component::{
    Action, Container, ContainerId, ContainerState, Datum, Note, Planned, RuntimeCall,
    SandboxState, Turn, Wake,
};
use k8s_openapi::api::core::v1::{Container as ContainerSpec, PodStatus};

/// A pass under way.
pub(super) struct Pass<'a> {
    /// What is seen.
    pub(super) view: PodView<'a>,
    /// What is remembered.
    pub(super) memory: &'a mut PodMemory,
    /// What comes of it.
    pub(super) turn: Turn,
    /// Something that takes time was begun in this turn.
    pub(super) has_begun: bool,
}

impl<'a> Pass<'a> {
    /// Goes on with the pod's life.
    pub(super) fn run(&mut self) {
        let was_passing = self.memory.is_passing;
        if !was_passing {
            self.resume_probes();
        }
        self.resize();
        if !was_passing {
            self.report(Outlook::Open);
        }
        let waiting_before = self.memory.waiting.len();
        let reasons_before: Vec<&'static str> =
            self.memory.waiting.iter().map(|w| w.reason).collect();
        self.step();
        let is_pending = self.has_begun || self.is_waiting_for_runtime();
        self.memory.is_passing = is_pending;
        if is_pending {
            return;
        }
        let reasons = self.memory.waiting.iter().map(|w| w.reason);
        if was_passing {
            self.report(Outlook::Open);
        } else if waiting_before != self.memory.waiting.len() || !reasons.eq(reasons_before) {
            // Why a container waits is in its status after the next look.
            self.turn.again(Wake::after(self.view.queue_key, 1000));
        }
    }

    /// A kubelet that has come back takes up the probes of what runs before it reports, so that what was ready stays ready.
    fn resume_probes(&mut self) {
        let spec = self.view.spec;
        for spec in spec
            .containers
            .iter()
            .chain(spec.init_containers.iter().flatten())
        {
            if let Some((id, container)) = self.current(&spec.name)
                && container.running_since().is_some()
                && container.stopping_since_ms.is_none()
            {
                self.probe_from_now_on(spec, id, container);
            }
        }
    }

    fn step(&mut self) {
        if !self.memory.hooks.is_empty() {
            let containers = &self.view.machine.containers;
            self.memory.hooks.retain(|hook| {
                let container = containers.get(&hook.container);
                container.is_some_and(|c| c.running_since().is_some())
            });
        }
        self.note_started();
        match self.view.sandbox_state() {
            Some(SandboxState::Starting) => {}
            Some(SandboxState::Ready) => {
                if !self.is_complete() {
                    ephemeral::step(self);
                    init::step(self);
                }
            }
            Some(SandboxState::NotReady) | None => self.run_sandbox(),
        }
        if self.is_complete() {
            self.complete();
        }
    }

    /// Is something under way on the machine that this pass waits for?
    fn is_waiting_for_runtime(&self) -> bool {
        self.view.sandbox_state() == Some(SandboxState::Starting)
            || !self.memory.pulling.is_empty()
            || self.is_in_post_start()
            || self
                .view
                .alive()
                .any(|(_, c)| c.state == ContainerState::Created)
    }

    fn run_sandbox(&mut self) {
        if self.is_complete() || !self.has_volumes() {
            return;
        }
        let state = if self.view.sandbox_state().is_none() {
            Datum::None
        } else {
            let message = "Pod sandbox changed, it will be killed and re-created.";
            self.note(Note::normal(
                self.view.object.clone(),
                "SandboxChanged",
                message,
            ));
            Datum::from("NotReady")
        };
        let closes = self.turn.differs(
            self.view.key.clone(),
            "sandbox",
            "Ready",
            state,
            "SandboxMissing",
        );
        let host_network =
            (self.view.spec.host_network == Some(true)).then(|| self.view.machine.ip.clone());
        let call = RuntimeCall::RunSandbox {
            pod_uid: self.view.uid,
            pod: self.view.queue_key.into(),
            host_network,
        };
        self.begin(closes, call);
    }

    /// One regular container or sidecar. False if those after it have to wait for it.
    pub(super) fn container(&mut self, spec: &ContainerSpec) -> bool {
        let (id, container) = match self.current(&spec.name) {
            None => {
                let old = self.view.container(&spec.name);
                if let Some((_, container)) = old
                    && !self.may_restart(spec, container)
                {
                    self.saw(spec, container);
                    return true;
                }
                return self.start(spec, Datum::None);
            }
            Some(found) => found,
        };
        self.saw(spec, container);
        match container.state {
            ContainerState::Created => false,
            ContainerState::Running { .. } => {
                self.keep(spec, id, container);
                !self.is_in_post_start()
            }
            ContainerState::Exited { finished_ms, .. } => {
                if !self.may_restart(spec, container) {
                    return true;
                }
                if !self.is_coming(spec) && self.backs_off(spec, finished_ms) {
                    return true;
                }
                self.start(spec, Datum::from("Exited"))
            }
        }
    }

    /// The newest container of this name in the present sandbox.
    pub(super) fn current(&self, name: &str) -> Option<(ContainerId, &'a Container)> {
        let first = self.view.sandbox?.first_container;
        self.view.container(name).filter(|(id, _)| *id >= first)
    }

    /// Was its image asked for already, to start it?
    pub(super) fn is_coming(&self, spec: &ContainerSpec) -> bool {
        self.memory.pulling.iter().any(|(of, _)| *of == spec.name)
    }

    /// Starts a container if its image is here. False if those after it have to wait.
    pub(super) fn start(&mut self, spec: &ContainerSpec, actual: Datum) -> bool {
        let environment = self.environment(spec);
        if environment == Found::Asked {
            self.has_begun = true;
            return false;
        }
        match images::ensure(self, spec) {
            Image::Coming => false,
            Image::Refused => true,
            Image::Here => {
                if let Found::Missing(words) = environment {
                    self.cannot_configure(spec, words);
                } else {
                    start::container(self, spec, actual);
                }
                true
            }
        }
    }

    /// Containers that were asked to start and did.
    fn note_started(&mut self) {
        let starting = std::mem::take(&mut self.memory.starting);
        for name in starting {
            let newest = self.view.container(&name).map(|(_, c)| &c.state);
            if newest.is_none_or(|state| *state == ContainerState::Created) {
                self.memory.starting.push(name);
                continue;
            }
            let message = format!("Started container {name}");
            self.note(
                Note::normal(self.view.object.clone(), "Started", message).of_container(&name),
            );
            self.begin_post_start(&name);
        }
    }

    /// Have all regular containers ended for good (or an init container, with a policy that never restarts)?
    pub(super) fn is_complete(&self) -> bool {
        if init::has_failed_for_good(self) {
            return true;
        }
        let ended = |spec: &ContainerSpec| {
            self.view
                .container(&spec.name)
                .is_some_and(|(_, c)| c.exit_code().is_some() && !self.may_restart(spec, c))
        };
        !self.view.spec.containers.is_empty() && self.view.spec.containers.iter().all(ended)
    }

    /// Nothing more will run: sidecars stop, and the network goes.
    fn complete(&mut self) {
        let alive: Vec<(ContainerId, Name)> = self
            .view
            .alive()
            .filter(|(_, c)| c.stopping_since_ms.is_none())
            .map(|(id, c)| (id, c.name.clone()))
            .collect();
        for (id, name) in &alive {
            let grace_ms = self.view.grace_ms();
            self.stop(Stop {
                spec: self.view.container_spec(name),
                container: *id,
                name,
                reason: "PodCompleted",
                desired: Datum::from("Exited"),
                message: format!("Stopping container {name}"),
                grace_ms,
            });
        }
        if self.view.alive().next().is_none() {
            self.stop_sandbox();
        }
    }

    /// Takes down the sandbox of a pod that will not need it any more.
    pub(super) fn stop_sandbox(&mut self) {
        if !matches!(
            self.view.sandbox_state(),
            Some(SandboxState::Ready | SandboxState::Starting)
        ) {
            return;
        }
        let closes = self.turn.differs(
            self.view.key.clone(),
            "sandbox",
            "NotReady",
            "Ready",
            "SandboxNotNeeded",
        );
        let pod_uid = self.view.uid;
        self.turn.act(closes, RuntimeCall::StopSandbox { pod_uid });
    }

    /// Writes the status if it differs from the newest one known.
    pub(super) fn report(&mut self, outlook: Outlook) {
        let (_, old) = view::newest(&self.view, self.memory);
        let new = status::generate(&self.view, old, self.memory, outlook);
        self.write(new);
    }

    /// Writes this status if it differs from the newest one known.
    pub(super) fn write(&mut self, new: PodStatus) {
        let (pod, old) = view::newest(&self.view, self.memory);
        if *old == new {
            return;
        }
        let desired = summary(Some(&new));
        let request = Request::update_status(Pod {
            metadata: pod.metadata.clone(),
            spec: None,
            status: Some(new.into()),
        });
        let closes = self.turn.differs(
            self.view.key.clone(),
            "status",
            desired,
            summary(Some(old)),
            "StatusOutOfDate",
        );
        self.turn.act(closes, request);
    }

    /// A fact about a container.
    pub(super) fn saw(&mut self, spec: &ContainerSpec, container: &Container) {
        let state = match &container.state {
            ContainerState::Created => Datum::from("Created"),
            ContainerState::Running { .. } => Datum::from("Running"),
            ContainerState::Exited { code, .. } => Datum::Text(format!("Exited({code})").into()),
        };
        self.turn.saw_at(
            self.view.key.clone(),
            0,
            format!("containers{{{}}}", spec.name),
            state,
        );
    }

    /// Records an Event.
    pub(super) fn note(&mut self, note: Note) {
        self.turn.actions.push(Planned {
            action: Action::Event(note),
            closes: None,
        });
    }

    /// Records a Warning about a container.
    pub(super) fn warn(&mut self, spec: &ContainerSpec, reason: &'static str, message: String) {
        let note = Note::warning(self.view.object.clone(), reason, message);
        self.note(note.of_container(&spec.name));
    }

    /// Calls the runtime for something that takes time.
    pub(super) fn begin(&mut self, closes: usize, call: RuntimeCall) {
        self.has_begun = true;
        self.turn.act(closes, call);
    }
}

/// `Running 1/2`: the phase and how many containers are ready.
fn summary(status: Option<&PodStatus>) -> Datum {
    let Some(status) = status else {
        return Datum::None;
    };
    let phase = status.phase.as_deref().unwrap_or("Pending");
    let containers = status.container_statuses.as_deref().unwrap_or_default();
    if containers.is_empty() {
        return Datum::Text(phase.into());
    }
    let ready = containers.iter().filter(|c| c.ready).count();
    let why = containers.iter().find_map(|c| {
        let state = c.state.as_ref()?;
        let waiting = state.waiting.as_ref().and_then(|w| w.reason.as_deref());
        waiting.or_else(|| state.terminated.as_ref()?.reason.as_deref())
    });
    let (ready, all) = (ready.to_string(), containers.len().to_string());
    let space = if why.is_some() { " " } else { "" };
    let words = [phase, " ", &ready, "/", &all, space, why.unwrap_or("")];
    Datum::Text(words.concat().into())
}
