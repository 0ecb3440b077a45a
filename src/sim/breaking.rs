//! How things break and are mended: processes, cables, power, containers, images.

use super::agenda::{Entry, ProcessIndex};
use super::cluster::Cluster;
use super::process::{Cursor, Process, ProcessState};
use super::step::StepEvent;
use crate::api::time::Ms;
use crate::api::{Kind, Name};
use crate::component::Urgency;
use crate::node::{container_runtime, kubelet};
use imbl::OrdMap;
use std::sync::Arc;

/// How long a crashed process takes to come back.
const RESTART_MS: Ms = 1_000;

/// Does the API server answer?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ApiServer {
    Up,
    Down,
}

/// Can a node's pods be set up?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Runtime {
    Works,
    Broken,
}

impl Cluster {
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

    pub(super) fn find(&self, name: &str) -> Result<ProcessIndex, String> {
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

    pub(super) fn running(&self, name: &str) -> Result<ProcessIndex, String> {
        let process = self.find(name)?;
        if self.processes[process].state == ProcessState::Up {
            Ok(process)
        } else {
            Err(format!("{name} is not running"))
        }
    }

    pub(super) fn watch_of(&self, name: &str, kind: Kind) -> Result<(ProcessIndex, usize), String> {
        let process = self.find(name)?;
        let watch = self.processes[process]
            .watches
            .iter()
            .position(|cursor| cursor.kind == kind);
        watch
            .map(|watch| (process, watch))
            .ok_or_else(|| format!("{name} does not watch {}", kind.info().plural))
    }

    pub(super) fn stop(&mut self, name: &str) -> Result<(), String> {
        let process = self.find(name)?;
        if self.processes[process].state == ProcessState::Stopped {
            return Err(format!("{name} is stopped already"));
        }
        self.take_down(process, ProcessState::Stopped);
        Ok(())
    }

    pub(super) fn start_stopped(&mut self, name: &str) -> Result<(), String> {
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

    pub(super) fn take_down(&mut self, process: ProcessIndex, state: ProcessState) {
        for watch in 0..self.processes[process].watches.len() {
            self.unschedule_delivery(process, watch);
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
            if let Some(slot) = rest.map(|(slot, _, _)| slot) {
                self.agenda.remove(&slot);
            }
        }
        let down = self.process_mut(process);
        let fresh = Process::new(down.component, down.id.node.clone());
        let watched = std::mem::take(&mut down.watches);
        let turns = down.turns;
        *down = Process {
            state,
            turns,
            ..fresh
        };
        // It will list anew what it watched, kinds that were defined since among them; a hold outlives the process.
        let anew = |cursor: Cursor| Cursor {
            held: cursor.held,
            ..Cursor::new(cursor.kind, cursor.scope)
        };
        down.watches = watched.into_iter().map(anew).collect();
    }

    pub(super) fn set_api_server(&mut self, state: ApiServer) {
        let is_up = state == ApiServer::Up;
        if is_up && !self.api_server_up {
            self.store.forget_what_was();
        }
        self.api_server_up = is_up;
        for process in 0..self.processes.len() {
            self.reroute(process);
        }
    }

    /// Puts a process's deliveries on the agenda or takes them off, after the way to it has changed.
    pub(super) fn reroute(&mut self, process: ProcessIndex) {
        let reachable = self.api_server_up && self.is_connected(&self.processes[process].id.node);
        for watch in 0..self.processes[process].watches.len() {
            if reachable {
                self.schedule_delivery(process, watch);
            } else {
                self.unschedule_delivery(process, watch);
            }
        }
    }

    pub(super) fn on_node(&self, node: &str) -> Vec<ProcessIndex> {
        self.index
            .iter()
            .filter(|(id, _)| id.node == node)
            .map(|(_, process)| *process)
            .collect()
    }

    pub(super) fn machine_mut(
        &mut self,
        node: &str,
    ) -> Result<&mut crate::component::Machine, String> {
        let machine = self
            .machines
            .get_mut(&Name::from(node))
            .ok_or_else(|| format!("there is no node {node:?}"))?;
        Ok(Arc::make_mut(machine))
    }

    pub(super) fn has_power(&self, node: &str) -> bool {
        node.is_empty()
            || self
                .machines
                .get(node)
                .is_some_and(|machine| machine.powered)
    }

    pub(super) fn cut_node(&mut self, node: &str) -> Result<(), String> {
        let machine = self.machine_mut(node)?;
        if !std::mem::replace(&mut machine.connected, false) {
            return Err(format!("node {node} is cut off already"));
        }
        self.after_node_changed(node);
        Ok(())
    }

    pub(super) fn reconnect_node(&mut self, node: &str) -> Result<(), String> {
        let machine = self.machine_mut(node)?;
        if std::mem::replace(&mut machine.connected, true) {
            return Err(format!("node {node} is not cut off"));
        }
        self.after_node_changed(node);
        Ok(())
    }

    pub(super) fn kill_node(&mut self, node: &str) -> Result<(), String> {
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

    pub(super) fn start_node(&mut self, node: &str) -> Result<(), String> {
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

    pub(super) fn after_node_changed(&mut self, node: &str) {
        if self.is_connected(node) {
            self.machines_down.remove(&Name::from(node));
        } else {
            self.machines_down.insert(node.into());
        }
        for process in self.on_node(node) {
            self.reroute(process);
        }
    }

    pub(super) fn set_runtime(&mut self, node: &str, state: Runtime) -> Result<(), String> {
        let machine = self.machine_mut(node)?;
        let is_broken = state == Runtime::Broken;
        if machine.is_runtime_broken == is_broken {
            let how = if is_broken { "broken" } else { "working" };
            return Err(format!(
                "the container network of {node:?} is already {how}"
            ));
        }
        machine.is_runtime_broken = is_broken;
        self.wake_kubelet(&node.into(), &kubelet::NODE_STATUS.into());
        Ok(())
    }

    pub(super) fn kill_container(
        &mut self,
        pod: &str,
        container: &str,
        code: i32,
    ) -> Result<(), String> {
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

    pub(super) fn tell_machines_of_images(&mut self) {
        let broken = self.broken_images.clone();
        let nodes: Vec<Name> = self.machines.keys().cloned().collect();
        for node in nodes {
            if let Some(machine) = self.machines.get_mut(&node) {
                Arc::make_mut(machine).unpullable = broken.clone();
            }
        }
    }

    pub(super) fn drop_event(&mut self, name: &str, kind: Kind) -> Result<(), String> {
        let (process, watch) = self.watch_of(name, kind)?;
        self.unschedule_delivery(process, watch);
        let dropped = self.process_mut(process).watches[watch].advance();
        self.schedule_delivery(process, watch);
        dropped.map(|_| ()).ok_or_else(|| {
            format!(
                "no event about {} is on its way to {name}",
                kind.info().plural
            )
        })
    }
}
