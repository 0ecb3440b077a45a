//! kube-scheduler: takes one pod at a time and finds it a node.
//!
//! ```text
//!   Pod without node ──> work queue ──> cycle: PreFilter, Filter, Score ──> bind
//!        ^                                          │ no node
//!        └── something happened that may help <── queue: parked, with the plugins that refused it
//! ```
//!
//! Its memory holds the [`cache`] of nodes, which includes pods whose binding is on its way, and the [`queue`] of pods that wait.
//!
//! The real thing: pkg/scheduler/schedule_one.go, pkg/scheduler/eventhandlers.go.
//! Left out: preemption; more than one profile; what [`plugins`] leaves out.

mod cache;
mod cycle;
mod diagnosis;
mod framework;
mod handlers;
mod node_info;
mod node_selector;
mod node_tree;
mod plugins;
mod queue;
mod reports;
mod requests;
mod slots;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod turns;

use self::cache::Cache;
use self::queue::Queue;
use self::requests::PodUse;
use crate::api::{Change, Kind, Name, Object, Subresource, User};
use crate::component::{Action, AnyComponent, Component, Outcome, Place, Seen, Turn, Wake, Watch};
use imbl::OrdMap;
use std::sync::Arc;

/// The scheduler, as a list of one.
pub static ALL: &[&dyn AnyComponent] = &[&Scheduler];

/// The name by which pods ask for this scheduler, and under which it reports Events.
const SCHEDULER_NAME: &str = "default-scheduler";

/// The one box.
pub struct Scheduler;

/// What the scheduler's process remembers between turns.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SchedulerMemory {
    cache: Cache,
    queue: Queue,
    /// With which node the next search begins.
    next_start: usize,
    /// Bindings that were refused, by the pod's `namespace/name`, until they are reported.
    refused: OrdMap<Name, RefusedBinding>,
}

/// A binding that the API server refused.
#[derive(Clone, Debug, PartialEq)]
struct RefusedBinding {
    /// What the API server said.
    why: String,
    /// What the pod would have taken of its node, which is free again.
    used: Arc<PodUse>,
}

impl Component for Scheduler {
    type Memory = SchedulerMemory;

    fn name(&self) -> &'static str {
        "kube-scheduler"
    }

    fn place(&self) -> Place {
        Place::ControlPlane
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:kube-scheduler")
    }

    fn reporter(&self) -> &'static str {
        SCHEDULER_NAME
    }

    fn watches(&self) -> &'static [Watch] {
        const WATCHES: &[Watch] = &[Watch::all(Kind::Node), Watch::all(Kind::Pod)];
        WATCHES
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut SchedulerMemory) -> Vec<Wake> {
        match change.object() {
            Object::Node(_) => handlers::node_changed(change, seen, memory),
            Object::Pod(_) => handlers::pod_changed(change, seen, memory),
            _ => Vec::new(),
        }
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut SchedulerMemory) -> Turn {
        turns::schedule_one(key, seen, memory)
    }

    fn answered(
        &self,
        key: &str,
        action: &Action,
        outcome: &Outcome,
        memory: &mut SchedulerMemory,
    ) {
        let (Action::Api(request), Outcome::Api(answer)) = (action, outcome) else {
            return;
        };
        let Err(status) = &answer.result else {
            return;
        };
        if request.subresource != Some(Subresource::Binding) {
            return;
        }
        if let Some(used) = memory.cache.forget(key) {
            let why = status.message.clone();
            let refused = RefusedBinding { why, used };
            memory.refused.insert(key.into(), refused);
        }
    }
}
