//! The scheduler's decision in full: per node, per plugin, what the filters and the scores said.
//!
//! The real thing: what kube-scheduler logs at verbosity 10, and keeps in `framework.Diagnosis` and `NodePluginScores`.

use crate::api::{Key, Name};
use std::ops::Range;

/// What one score plugin said of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PluginScore {
    /// The plugin.
    pub plugin: &'static str,
    /// What its `Score` returned.
    pub raw: i64,
    /// After its `NormalizeScore`: 0 to 100.
    pub normalized: i64,
    /// Times the plugin's weight: what goes into the total.
    pub weighted: i64,
}

/// What was found about one node.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeVerdict {
    /// A filter refused it: which, and its reasons as upstream words them.
    Refused {
        /// The filter plugin.
        plugin: &'static str,
        /// `Insufficient cpu`, `node(s) were unschedulable`, …
        reasons: Vec<String>,
    },
    /// It passed all filters and was scored.
    Scored {
        /// Where its scores stand in [`Scheduling::scores`]: one per score plugin, in the framework's order.
        scores: Range<usize>,
        /// The sum of the weighted scores.
        total: i64,
    },
    /// It passed all filters and was not scored, being the only one that did.
    OnlyOne,
}

/// One scheduling cycle of one pod.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheduling {
    /// The pod.
    pub pod: Key,
    /// The filter plugins that looked (those that had nothing to say for this pod are skipped in `PreFilter`), in order.
    pub filters: Vec<&'static str>,
    /// Per node, in the order in which they were looked at. Left empty in large clusters.
    pub nodes: Vec<(Name, NodeVerdict)>,
    /// The scores of all nodes, node by node.
    pub scores: Vec<PluginScore>,
    /// How many nodes there are.
    pub nodes_total: usize,
    /// How many were looked at; large clusters are sampled (`percentageOfNodesToScore`).
    pub nodes_evaluated: usize,
    /// The winner.
    pub chosen: Option<Name>,
    /// Without a winner, upstream's summary: `0/3 nodes are available: 3 Insufficient cpu. …`.
    pub message: Option<String>,
}

impl Scheduling {
    /// What the score plugins said of a node on which this is the verdict; nothing if it was not scored.
    #[must_use]
    pub fn scores_of(&self, verdict: &NodeVerdict) -> &[PluginScore] {
        match verdict {
            NodeVerdict::Scored { scores, .. } => &self.scores[scores.clone()],
            NodeVerdict::Refused { .. } | NodeVerdict::OnlyOne => &[],
        }
    }
}
