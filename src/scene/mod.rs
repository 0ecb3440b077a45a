//! What is drawn where, as plain data: no words, no markup, no pixels.
//!
//! [`Scene::of`] is called after every step; what has not changed since the last call is shared (`Rc`), so that the page compares pointers.
//! It follows the store's log instead of walking all pods: a step costs what it wrote, at any size of cluster.

mod http;
mod lit;
mod nodes;
mod pod;
mod stations;

pub use http::{Exchange, Stage, code_text};
pub use lit::{Lane, Lit, LitPhase};
pub use nodes::{Limbo, NodeView, Nodes, Readiness};
pub use pod::{PodView, Tone};
pub use stations::{Agent, GOALS_MAX, Goal, GoalTone, Health, Station, Vault, Write, short_name};

use crate::component::Place;
use crate::sim::{Cluster, Timeline};
use std::rc::Rc;

/// How much of nodes and pods is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// Every pod with its name.
    Full,
    /// Every pod as a small shape.
    Cells,
    /// Every node as a number.
    Tiles,
}

/// Up to so many nodes, pods have names.
pub const FULL_NODES_MAX: usize = 12;
/// Up to so many pods, they have names.
pub const FULL_PODS_MAX: usize = 240;
/// Up to so many pods, each is drawn.
pub const CELLS_PODS_MAX: usize = 3_000;
/// Up to so many nodes, their pods are drawn.
pub const CELLS_NODES_MAX: usize = 1_500;

impl Density {
    /// For a cluster of this size.
    #[must_use]
    pub fn for_size(nodes: usize, pods: usize) -> Self {
        if nodes <= FULL_NODES_MAX && pods <= FULL_PODS_MAX {
            Self::Full
        } else if nodes <= CELLS_NODES_MAX && pods <= CELLS_PODS_MAX {
            Self::Cells
        } else {
            Self::Tiles
        }
    }

    /// As the markup names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Cells => "cells",
            Self::Tiles => "tiles",
        }
    }
}

/// The whole diagram at one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// How much is drawn.
    pub density: Density,
    /// The boxes of the control plane that are processes of their own: the scheduler.
    pub boxes: Vec<Station>,
    /// The controllers inside the controller manager.
    pub controllers: Vec<Station>,
    /// etcd.
    pub vault: Vault,
    /// Does the API server answer?
    pub door_open: bool,
    /// The last request of the step and its answer.
    pub exchange: Option<Exchange>,
    /// Desired and ready replicas, per workload; at most [`GOALS_MAX`].
    pub goals: Vec<Goal>,
    /// How many workloads there are.
    pub goals_total: usize,
    /// The nodes by name, each shared with the scene before if it is the same.
    pub nodes: Vec<Rc<NodeView>>,
    /// What runs on each node; in the order of `nodes`, and only where it is drawn ([`Density::Full`]).
    pub agents: Vec<Vec<Agent>>,
    /// Pods that have no node.
    pub limbo: Rc<Limbo>,
    /// How many pods there are.
    pub pods: usize,
    /// What the current step lights up.
    pub lit: Lit,
}

impl Scene {
    /// The scene at the cursor. `nodes` remembers the scene before.
    #[must_use]
    pub fn of(timeline: &Timeline, nodes: &mut Nodes) -> Self {
        let cluster = timeline.cluster();
        nodes.follow(cluster);
        let density = nodes.density();
        let control = || {
            cluster
                .processes()
                .take_while(|process| process.id.node.is_empty())
        };
        let ready = stations::ready_processes(cluster);
        let station = |process| Station::of(cluster, process, &ready);
        let (goals, goals_total) = stations::goals(cluster);
        let views = nodes.views();
        let agents = match density {
            Density::Full => agents(cluster, &views, &ready),
            Density::Cells | Density::Tiles => Vec::new(),
        };
        Self {
            density,
            boxes: control()
                .filter(|p| p.component.place() == Place::ControlPlane)
                .map(station)
                .collect(),
            controllers: control()
                .filter(|p| p.component.place() == Place::ControllerManager)
                .map(station)
                .collect(),
            vault: Vault::of(cluster),
            door_open: cluster.api_server_up(),
            exchange: timeline.current().and_then(Exchange::of),
            goals,
            goals_total,
            agents,
            nodes: views,
            limbo: nodes.limbo(),
            pods: nodes.pods(),
            lit: timeline.current().map(Lit::of).unwrap_or_default(),
        }
    }
}

fn agents(
    cluster: &Cluster,
    nodes: &[Rc<NodeView>],
    ready: &stations::ReadySet,
) -> Vec<Vec<Agent>> {
    let mut agents: Vec<Vec<Agent>> = vec![Vec::new(); nodes.len()];
    for process in cluster
        .processes()
        .skip_while(|process| process.id.node.is_empty())
    {
        if let Some(at) = nodes.iter().position(|node| node.name == process.id.node) {
            agents[at].push(Station::of(cluster, process, ready));
        }
    }
    agents
}

#[cfg(test)]
mod tests;
