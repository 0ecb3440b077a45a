//! Not on the diagram: the world that the boxes live in. The cluster as one value, its clock, its faults, and the timeline of a run.
//!
//! **Architecture invariant:** only this layer knows all components at once.

mod acting;
mod agenda;
mod bootstrap;
mod breaking;
mod choices;
mod cluster;
mod delivery;
pub mod faults;
pub mod invariants;
mod load;
pub mod port;
mod process;
mod record;
mod recorder;
mod step;
mod timeline;
pub mod trace;

pub use agenda::{Agenda, Entry, Slot};
pub use cluster::{Cluster, ClusterOptions};
pub use faults::Fault;
pub use process::{Begun, Cursor, Process, ProcessId, ProcessState, Queued};
pub use record::{Input, Mark, MarkKind, RUN_VERSION, Run, Sample};
pub use recorder::Recorder;
pub use step::{Cause, Choice, Pace, Phase, Possible, Ready, Step, StepEvent, TurnStep};
pub use timeline::{Branch, Timeline};

use crate::component::AnyComponent;
use crate::control_plane::{controller_manager, scheduler};
use crate::node;

/// Every component, in the order of the diagram: scheduler, controllers, then what runs on every node.
pub fn components() -> impl Iterator<Item = &'static dyn AnyComponent> {
    scheduler::ALL
        .iter()
        .chain(controller_manager::ALL)
        .chain(node::ALL)
        .copied()
}
