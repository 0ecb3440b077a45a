//! Faults: what can go wrong, as data. Each is one line in [`ALL`], which the page's menu, the command line and chaos read.
//!
//! The real thing: what kills, cuts and delays clusters; the "intermediate state", "stale state" and "unobserved state" patterns are
//! those of the Sieve paper (OSDI 2022).
//! Left out: disks that fill up, clocks that drift, packets that get lost between pods.

use super::breaking::{ApiServer, Runtime};
use super::cluster::Cluster;
use super::process::{Process, ProcessId, ProcessState};
use super::step::{Step, StepEvent};
use crate::api::{Kind, Name};
use serde::{Deserialize, Serialize};

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
    /// A node's container network breaks: its kubelet runs, and says that the node is not ready.
    BreakRuntime {
        /// Which.
        node: String,
    },
    /// It works again.
    MendRuntime {
        /// Which.
        node: String,
    },
    /// Pods get work: `kubectl top` shows it, autoscaling goes by it.
    Load {
        /// `namespace/name`, or `namespace/label=value` for all that have the label.
        pod: String,
        /// Thousandths of a core, all containers together.
        #[serde(default = "one_core")]
        cpu_milli: u64,
        /// Mebibytes, all containers together.
        #[serde(default = "much_memory")]
        memory_mi: u64,
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

fn one_core() -> u64 {
    1000
}

fn much_memory() -> u64 {
    256
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
    /// A pod.
    Pod,
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
        name: "break-runtime",
        target: Target::Node,
        undone_by: Some("mend-runtime"),
    },
    FaultInfo {
        name: "mend-runtime",
        target: Target::Node,
        undone_by: None,
    },
    FaultInfo {
        name: "load",
        target: Target::Pod,
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
            Fault::BreakRuntime { node } => self.set_runtime(node, Runtime::Broken)?,
            Fault::MendRuntime { node } => self.set_runtime(node, Runtime::Works)?,
            Fault::Load {
                pod,
                cpu_milli,
                memory_mi,
            } => self.set_load(pod, (*cpu_milli, *memory_mi))?,
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
            || self
                .machines
                .values()
                .any(|machine| machine.is_runtime_broken)
            || self.processes().any(broken)
    }
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
            Fault::BreakRuntime { node: "n".into() },
            Fault::MendRuntime { node: "n".into() },
            Fault::Load {
                pod: "d/p".into(),
                cpu_milli: 1,
                memory_mi: 1,
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
