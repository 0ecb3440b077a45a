//! Faults: what can go wrong, as data. Each is one line in [`ALL`], which the page's menu, the command line and chaos read.
//!
//! The real thing: what kills, cuts and delays clusters; the "intermediate state", "stale state" and "unobserved state" patterns are
//! those of the Sieve paper (OSDI 2022).
//! Left out: disks that fill up, clocks that drift, packets that get lost between pods.

use super::agenda::{Entry, ProcessIndex};
use super::cluster::Cluster;
use super::process::{Process, ProcessId, ProcessState};
use super::step::{Step, StepEvent};
use crate::api::time::Ms;
use crate::api::{Kind, Name};
use crate::component::Urgency;
use crate::node::container_runtime;
use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long a crashed process takes to come back.
pub const RESTART_MS: Ms = 1_000;

/// What a fault is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "fault",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Fault {
    /// A process stops until it is started: `kube-scheduler`, `kubelet@n1`.
    Stop {
        /// Which.
        process: String,
    },
    /// A stopped process starts: it remembers nothing and lists everything.
    Start {
        /// Which.
        process: String,
    },
    /// A process crashes and comes back a second later, having forgotten everything.
    Crash {
        /// Which.
        process: String,
    },
    /// A process crashes in its next turn that acts, after so many of its actions.
    CrashAfter {
        /// Which.
        process: String,
        /// How many actions it still gets to do.
        actions: usize,
    },
    /// The API server stops answering.
    StopApiServer,
    /// The API server answers again.
    StartApiServer,
    /// A node's cable is pulled: it runs, but nobody hears from it and it hears nothing.
    CutNode {
        /// Which.
        node: String,
    },
    /// The cable is back.
    ReconnectNode {
        /// Which.
        node: String,
    },
    /// A node loses power: everything on it is gone.
    KillNode {
        /// Which.
        node: String,
    },
    /// A node gets power again.
    StartNode {
        /// Which.
        node: String,
    },
    /// A container's program exits.
    KillContainer {
        /// `namespace/name` of the pod.
        pod: String,
        /// The container's name; the first one if empty.
        #[serde(default)]
        container: String,
        /// The exit code.
        #[serde(default = "sigkill")]
        code: i32,
    },
    /// An image cannot be pulled any more, on any node.
    BreakImage {
        /// The image.
        image: String,
    },
    /// It can be pulled again.
    MendImage {
        /// The image.
        image: String,
    },
    /// A process hears nothing more of one kind: its cache grows stale.
    HoldWatch {
        /// Which.
        process: String,
        /// Of what: `Pod`.
        kind: Kind,
    },
    /// It catches up.
    ReleaseWatch {
        /// Which.
        process: String,
        /// Of what.
        kind: Kind,
    },
    /// The next event of one kind that a process has not been told of yet gets lost: its handlers never run.
    DropEvent {
        /// Which.
        process: String,
        /// Of what.
        kind: Kind,
    },
}

fn sigkill() -> i32 {
    137
}

/// What a fault needs to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing.
    Nothing,
    /// A process.
    Process,
    /// A node.
    Node,
    /// A pod's container.
    Container,
    /// An image.
    Image,
    /// A process and a kind that it watches.
    Watch,
}

/// A fault that can be chosen from a menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultInfo {
    /// As its data spells it: `kill-node`.
    pub name: &'static str,
    /// What it needs to be told.
    pub target: Target,
    /// The fault that undoes it, if one does.
    pub undone_by: Option<&'static str>,
}

/// Every fault.
pub const ALL: &[FaultInfo] = &[
    FaultInfo {
        name: "stop",
        target: Target::Process,
        undone_by: Some("start"),
    },
    FaultInfo {
        name: "start",
        target: Target::Process,
        undone_by: None,
    },
    FaultInfo {
        name: "crash",
        target: Target::Process,
        undone_by: None,
    },
    FaultInfo {
        name: "crash-after",
        target: Target::Process,
        undone_by: None,
    },
    FaultInfo {
        name: "stop-api-server",
        target: Target::Nothing,
        undone_by: Some("start-api-server"),
    },
    FaultInfo {
        name: "start-api-server",
        target: Target::Nothing,
        undone_by: None,
    },
    FaultInfo {
        name: "cut-node",
        target: Target::Node,
        undone_by: Some("reconnect-node"),
    },
    FaultInfo {
        name: "reconnect-node",
        target: Target::Node,
        undone_by: None,
    },
    FaultInfo {
        name: "kill-node",
        target: Target::Node,
        undone_by: Some("start-node"),
    },
    FaultInfo {
        name: "start-node",
        target: Target::Node,
        undone_by: None,
    },
    FaultInfo {
        name: "kill-container",
        target: Target::Container,
        undone_by: None,
    },
    FaultInfo {
        name: "break-image",
        target: Target::Image,
        undone_by: Some("mend-image"),
    },
    FaultInfo {
        name: "mend-image",
        target: Target::Image,
        undone_by: None,
    },
    FaultInfo {
        name: "hold-watch",
        target: Target::Watch,
        undone_by: Some("release-watch"),
    },
    FaultInfo {
        name: "release-watch",
        target: Target::Watch,
        undone_by: None,
    },
    FaultInfo {
        name: "drop-event",
        target: Target::Watch,
        undone_by: None,
    },
];

impl Cluster {
    /// Breaks or mends something, as a step of its own.
    ///
    /// # Errors
    /// In words for the learner, if there is no such process, node, pod, container, watch or event. Nothing has happened then.
    pub fn fault(&mut self, fault: Fault) -> Result<Step, String> {
        let revision_before = self.store.revision();
        match &fault {
            Fault::Stop { process } => self.stop(process)?,
            Fault::Start { process } => self.start_stopped(process)?,
            Fault::Crash { process } => {
                let process = self.running(process)?;
                self.crash(process);
            }
            Fault::CrashAfter { process, actions } => {
                let process = self.running(process)?;
                self.process_mut(process).crash_after_actions = Some(*actions);
            }
            Fault::StopApiServer => self.set_api_server(ApiServer::Down),
            Fault::StartApiServer => self.set_api_server(ApiServer::Up),
            Fault::CutNode { node } => self.cut_node(node)?,
            Fault::ReconnectNode { node } => self.reconnect_node(node)?,
            Fault::KillNode { node } => self.kill_node(node)?,
            Fault::StartNode { node } => self.start_node(node)?,
            Fault::KillContainer {
                pod,
                container,
                code,
            } => self.kill_container(pod, container, *code)?,
            Fault::BreakImage { image } => {
                self.broken_images.insert(image.into());
                self.tell_machines_of_images();
            }
            Fault::MendImage { image } => {
                self.broken_images
                    .remove(&Name::from(image))
                    .ok_or_else(|| format!("image {image:?} is not broken"))?;
                self.tell_machines_of_images();
            }
            Fault::HoldWatch { process, kind } => {
                let (process, watch) = self.watch_of(process, *kind)?;
                self.process_mut(process).watches[watch].held = true;
                self.unschedule_delivery(process, watch);
            }
            Fault::ReleaseWatch { process, kind } => {
                let (process, watch) = self.watch_of(process, *kind)?;
                self.process_mut(process).watches[watch].held = false;
                self.schedule_delivery(process, watch);
            }
            Fault::DropEvent { process, kind } => self.drop_event(process, *kind)?,
        }
        Ok(self.close_step(revision_before, StepEvent::Fault(fault)))
    }

    /// The process of this name: `kube-scheduler`, `kubelet@n1`.
    ///
    /// # Errors
    /// In words for the learner, with the names that there are.
    pub fn find_process(&self, name: &str) -> Result<ProcessId, String> {
        self.find(name)
            .map(|process| self.processes[process].id.clone())
    }

    /// Are any faults in force: something stopped, cut, dead, held or broken?
    #[must_use]
    pub fn is_broken(&self) -> bool {
        let broken = |process: &Process| {
            process.state == ProcessState::Stopped
                || process.watches.iter().any(|cursor| cursor.held)
        };
        !self.api_server_up
            || !self.machines_down.is_empty()
            || !self.broken_images.is_empty()
            || self.processes().any(broken)
    }

    /// A process loses its memory, its queue and its watches, and comes back after a while.
    pub(super) fn crash(&mut self, process: ProcessIndex) {
        self.take_down(process, ProcessState::Crashed);
        self.agenda.add(
            self.now_ms + RESTART_MS,
            0,
            Urgency::Work,
            Entry::Restart { process },
        );
    }

    /// A crashed process comes back, unless its node has no power (then it comes back with the node).
    pub(super) fn restart(&mut self, process: ProcessIndex) -> StepEvent {
        let id = self.processes[process].id.clone();
        if self.processes[process].state == ProcessState::Crashed && self.has_power(&id.node) {
            self.process_mut(process).state = ProcessState::Up;
            self.start(process);
        }
        StepEvent::Started { process: id }
    }

    fn find(&self, name: &str) -> Result<ProcessIndex, String> {
        let found = self.index.iter().find(|(id, _)| id.to_string() == name);
        found.map(|(_, process)| *process).ok_or_else(|| {
            let names: Vec<String> = self
                .index
                .keys()
                .take(12)
                .map(ToString::to_string)
                .collect();
            format!(
                "there is no process {name:?}; there are {}, …",
                names.join(", ")
            )
        })
    }

    fn running(&self, name: &str) -> Result<ProcessIndex, String> {
        let process = self.find(name)?;
        if self.processes[process].state == ProcessState::Up {
            Ok(process)
        } else {
            Err(format!("{name} is not running"))
        }
    }

    fn watch_of(&self, name: &str, kind: Kind) -> Result<(ProcessIndex, usize), String> {
        let process = self.find(name)?;
        let watch = self.processes[process]
            .watches
            .iter()
            .position(|cursor| cursor.kind == kind);
        watch
            .map(|watch| (process, watch))
            .ok_or_else(|| format!("{name} does not watch {}", kind.info().plural))
    }

    fn stop(&mut self, name: &str) -> Result<(), String> {
        let process = self.find(name)?;
        if self.processes[process].state == ProcessState::Stopped {
            return Err(format!("{name} is stopped already"));
        }
        self.take_down(process, ProcessState::Stopped);
        Ok(())
    }

    fn start_stopped(&mut self, name: &str) -> Result<(), String> {
        let process = self.find(name)?;
        if self.processes[process].state != ProcessState::Stopped {
            return Err(format!("{name} is not stopped"));
        }
        if !self.has_power(&self.processes[process].id.node.clone()) {
            return Err(format!("{name} cannot start: its node has no power"));
        }
        self.process_mut(process).state = ProcessState::Up;
        self.start(process);
        Ok(())
    }

    fn take_down(&mut self, process: ProcessIndex, state: ProcessState) {
        for watch in 0..self.processes[process].watches.len() {
            self.unschedule_delivery(process, watch);
            while self.advance_cursor(process, watch).is_some() {}
        }
        let queue = std::mem::replace(&mut self.process_mut(process).queue, OrdMap::new());
        for queued in queue.values() {
            self.agenda.remove(&queued.slot);
        }
        if self.processes[process].turn.is_some() {
            let rest = self
                .agenda
                .iter()
                .find(|(_, entry, _)| matches!(entry, Entry::Turn { process: p } if *p == process));
            if let Some(slot) = rest.map(|(slot, _, _)| *slot) {
                self.agenda.remove(&slot);
            }
        }
        let down = self.process_mut(process);
        let fresh = Process::new(down.component, down.id.node.clone());
        let held: Vec<bool> = down.watches.iter().map(|cursor| cursor.held).collect();
        let turns = down.turns;
        *down = Process {
            state,
            turns,
            ..fresh
        };
        for (cursor, held) in down.watches.iter_mut().zip(held) {
            cursor.held = held;
        }
    }

    fn set_api_server(&mut self, state: ApiServer) {
        self.api_server_up = state == ApiServer::Up;
        for process in 0..self.processes.len() {
            self.reroute(process);
        }
    }

    /// Puts a process's deliveries on the agenda or takes them off, after the way to it has changed.
    fn reroute(&mut self, process: ProcessIndex) {
        let reachable = self.api_server_up && self.is_connected(&self.processes[process].id.node);
        for watch in 0..self.processes[process].watches.len() {
            if reachable {
                self.schedule_delivery(process, watch);
            } else {
                self.unschedule_delivery(process, watch);
            }
        }
    }

    fn on_node(&self, node: &str) -> Vec<ProcessIndex> {
        self.index
            .iter()
            .filter(|(id, _)| id.node == node)
            .map(|(_, process)| *process)
            .collect()
    }

    fn machine_mut(&mut self, node: &str) -> Result<&mut crate::component::Machine, String> {
        let machine = self
            .machines
            .get_mut(&Name::from(node))
            .ok_or_else(|| format!("there is no node {node:?}"))?;
        Ok(Arc::make_mut(machine))
    }

    fn has_power(&self, node: &str) -> bool {
        node.is_empty()
            || self
                .machines
                .get(node)
                .is_some_and(|machine| machine.powered)
    }

    fn cut_node(&mut self, node: &str) -> Result<(), String> {
        let machine = self.machine_mut(node)?;
        if !std::mem::replace(&mut machine.connected, false) {
            return Err(format!("node {node} is cut off already"));
        }
        self.after_node_changed(node);
        Ok(())
    }

    fn reconnect_node(&mut self, node: &str) -> Result<(), String> {
        let machine = self.machine_mut(node)?;
        if std::mem::replace(&mut machine.connected, true) {
            return Err(format!("node {node} is not cut off"));
        }
        self.after_node_changed(node);
        Ok(())
    }

    fn kill_node(&mut self, node: &str) -> Result<(), String> {
        if !self.machine_mut(node)?.powered {
            return Err(format!("node {node} has no power already"));
        }
        let now_ms = self.now_ms;
        container_runtime::power_off(self.machine_mut(node)?, now_ms);
        self.schedule_machine(&node.into());
        for process in self.on_node(node) {
            if self.processes[process].state == ProcessState::Up {
                self.take_down(process, ProcessState::Crashed);
            }
        }
        self.after_node_changed(node);
        Ok(())
    }

    fn start_node(&mut self, node: &str) -> Result<(), String> {
        if self.machine_mut(node)?.powered {
            return Err(format!("node {node} has power"));
        }
        container_runtime::power_on(self.machine_mut(node)?);
        self.after_node_changed(node);
        for process in self.on_node(node) {
            if self.processes[process].state == ProcessState::Crashed {
                self.process_mut(process).state = ProcessState::Up;
                self.start(process);
            }
        }
        Ok(())
    }

    fn after_node_changed(&mut self, node: &str) {
        if self.is_connected(node) {
            self.machines_down.remove(&Name::from(node));
        } else {
            self.machines_down.insert(node.into());
        }
        for process in self.on_node(node) {
            self.reroute(process);
        }
    }

    fn kill_container(&mut self, pod: &str, container: &str, code: i32) -> Result<(), String> {
        let now_ms = self.now_ms;
        let on =
            |machine: &crate::component::Machine| machine.containers.values().any(|c| c.pod == pod);
        let node = self
            .machines
            .iter()
            .find(|(_, machine)| on(machine))
            .map(|(node, _)| node.clone());
        let node = node.ok_or_else(|| format!("pod {pod:?} has no container on any node"))?;
        container_runtime::kill_container(self.machine_mut(&node)?, pod, container, code, now_ms)?;
        self.schedule_machine(&node);
        self.wake_kubelet(&node, &pod.into());
        Ok(())
    }

    fn tell_machines_of_images(&mut self) {
        let broken = self.broken_images.clone();
        let nodes: Vec<Name> = self.machines.keys().cloned().collect();
        for node in nodes {
            if let Some(machine) = self.machines.get_mut(&node) {
                Arc::make_mut(machine).unpullable = broken.clone();
            }
        }
    }

    fn drop_event(&mut self, name: &str, kind: Kind) -> Result<(), String> {
        let (process, watch) = self.watch_of(name, kind)?;
        self.unschedule_delivery(process, watch);
        let dropped = self.advance_cursor(process, watch);
        self.schedule_delivery(process, watch);
        dropped.map(|_| ()).ok_or_else(|| {
            format!(
                "no event about {} is on its way to {name}",
                kind.info().plural
            )
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ApiServer {
    Up,
    Down,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_in_the_menu() {
        let samples = [
            Fault::Stop {
                process: "p".into(),
            },
            Fault::Start {
                process: "p".into(),
            },
            Fault::Crash {
                process: "p".into(),
            },
            Fault::CrashAfter {
                process: "p".into(),
                actions: 1,
            },
            Fault::StopApiServer,
            Fault::StartApiServer,
            Fault::CutNode { node: "n".into() },
            Fault::ReconnectNode { node: "n".into() },
            Fault::KillNode { node: "n".into() },
            Fault::StartNode { node: "n".into() },
            Fault::KillContainer {
                pod: "d/p".into(),
                container: String::new(),
                code: 1,
            },
            Fault::BreakImage { image: "i".into() },
            Fault::MendImage { image: "i".into() },
            Fault::HoldWatch {
                process: "p".into(),
                kind: Kind::Pod,
            },
            Fault::ReleaseWatch {
                process: "p".into(),
                kind: Kind::Pod,
            },
            Fault::DropEvent {
                process: "p".into(),
                kind: Kind::Pod,
            },
        ];
        let names: Vec<String> = samples
            .iter()
            .map(|fault| {
                serde_json::to_value(fault).expect("plain data")["fault"]
                    .as_str()
                    .expect("tagged")
                    .to_owned()
            })
            .collect();
        assert_eq!(names, ALL.iter().map(|info| info.name).collect::<Vec<_>>());
    }
}
