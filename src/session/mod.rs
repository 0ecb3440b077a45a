//! One person using the playground: what is on their screen and what they can do about it. No Yew, so a test can be the user.
//!
//! [`Session::apply`] takes one [`Action`]; everything that the page shows is read from the [`Session`] afterwards.
//!
//! **Architecture invariant:** nothing here knows a browser, a clock on the wall or a language. Long runs are done in slices
//! ([`Action::RunSlice`]) whose number of steps the caller chooses.

mod action;
mod manifest;
mod restore;
mod running;
mod status;
mod terminal;

pub use action::{Action, Selection, Speed, Tab};
pub use manifest::{Applied, Preview, PreviewChange, Problem, Severity};
pub use restore::Restore;
pub use running::{Breakpoint, Goal, Stop};
pub use status::{Standing, Standstill};
pub use terminal::{Exchange, MANIFEST, Message, Ran};

use crate::api::Status;
use crate::sim::{ClusterOptions, Timeline};
use std::collections::BTreeSet;

/// The Deployment of the Kubernetes tutorial (Concepts › Workloads › Deployments), with which the page opens.
pub const FIRST_YAML: &str = include_str!("first.yaml");

/// Who a learner is to the API server: what `kubectl` with the cluster's own kubeconfig is.
pub const USER: &str = "kubernetes-admin";

/// What one person sees and can do.
#[derive(Debug)]
pub struct Session {
    timeline: Timeline,
    /// The text in the editor.
    pub yaml: String,
    /// What is wrong with it, and what the API server refused.
    pub problems: Vec<Problem>,
    /// What the last Apply did, one line per document, as kubectl prints it.
    pub applied: Vec<Applied>,
    /// What Apply would change, when the learner asked.
    pub preview: Option<Preview>,
    /// What the learner is looking at.
    pub selection: Option<Selection>,
    /// The open tab of the dock.
    pub tab: Tab,
    /// What the player is doing; `None` while it stands still.
    pub goal: Option<Goal>,
    /// How fast Run runs.
    pub speed: Speed,
    /// Why the last run ended before its goal.
    pub stopped: Option<Stop>,
    /// Where runs stop.
    pub breakpoints: BTreeSet<Breakpoint>,
    /// Why the last action did nothing, in the model's own words: a fault that is not possible, a branch that is not there.
    pub refusal: Option<String>,
    /// The API server's refusal of the last Apply, if it refused anything.
    pub refused: Option<Status>,
    terminal: Vec<Ran>,
    revision: u64,
}

impl Default for Session {
    fn default() -> Self {
        Self::new(
            Timeline::new(ClusterOptions::default()),
            FIRST_YAML.to_owned(),
        )
    }
}

impl Session {
    /// A session at the cursor of this run, with this text in the editor.
    #[must_use]
    pub fn new(timeline: Timeline, yaml: String) -> Self {
        let kinds = timeline.cluster().store().head().definitions();
        Self {
            timeline,
            problems: manifest::check(&yaml, &kinds),
            yaml,
            applied: Vec::new(),
            preview: None,
            selection: None,
            tab: Tab::default(),
            goal: None,
            speed: Speed::default(),
            stopped: None,
            breakpoints: BTreeSet::new(),
            refusal: None,
            refused: None,
            terminal: Vec::new(),
            revision: 0,
        }
    }

    /// The run.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Grows whenever the cluster that is shown changed: what heavy panels memoise on.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }
}

#[cfg(test)]
mod tests;
