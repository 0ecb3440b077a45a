//! What a plugin can say. A plugin is asked once per pod for the state that it needs ([`PreFilter`], [`ScorePlugin::pre_score`]); what it
//! answers with is then asked about each node, without another look at what does not depend on the node.
//!
//! The real thing: pkg/scheduler/framework/interface.go.
//! Left out: Reserve, Permit, PreBind and PostBind (no built-in plugin in the registry uses them), PostFilter (preemption), extenders,
//! profiles and plugin arguments: the one profile is `default-scheduler` with upstream's defaults.

use super::node_info::NodeInfo;
use super::requests::PodUse;
use crate::api::{Name, Pod};
use k8s_openapi::api::core::v1::{Node, PodSpec, Toleration};

/// The highest score that a plugin may give a node after normalizing.
pub(super) const MAX_NODE_SCORE: i64 = 100;

/// The pod that is being scheduled, with what plugins ask for again and again.
#[derive(Clone, Copy, Debug)]
pub(super) struct PodToPlace<'a> {
    /// The pod.
    pub(super) pod: &'a Pod,
    /// Its spec.
    pub(super) spec: &'a PodSpec,
    /// What it takes from its node.
    pub(super) used: &'a PodUse,
}

impl<'a> PodToPlace<'a> {
    /// The pod's tolerations.
    #[must_use]
    pub(super) fn tolerations(&self) -> &'a [Toleration] {
        self.spec.tolerations.as_deref().unwrap_or(&[])
    }
}

/// Keeps pods off nodes on which they cannot run.
pub(super) trait FilterPlugin: Sync {
    /// The plugin's name: `NodeResourcesFit`.
    fn name(&self) -> &'static str;

    /// What there is to check for this pod; called once per attempt.
    fn pre_filter<'a>(&self, pod: PodToPlace<'a>) -> PreFilter<'a>;

    /// After this plugin refused the pod: may what happened have changed its mind? The real thing: `EventsToRegister` and queueing hints.
    fn is_worth_another_try(&self, pod: PodToPlace<'_>, event: &ClusterEvent<'_>) -> bool;
}

/// What a filter plugin says before it has seen any node.
pub(super) enum PreFilter<'a> {
    /// It has nothing to say about this pod, on no node.
    Skip,
    /// Every node has to be asked about.
    Check(Box<dyn Filter + 'a>),
    /// Only these nodes can do; they have to be asked about.
    CheckOnly(Vec<Name>, Box<dyn Filter + 'a>),
    /// The pod can run nowhere.
    Refuse(Refusal),
}

/// A filter for one pod.
pub(super) trait Filter {
    /// Can the pod run on this node?
    ///
    /// # Errors
    /// Why not.
    fn check(&self, node: &NodeInfo) -> Result<(), Refusal>;
}

/// Why a pod cannot run on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Could it run there if other pods went away?
    pub(super) curable: Curable,
    /// The reasons, in upstream's words.
    pub(super) reasons: Reasons,
}

/// Would it help to remove pods from the node?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curable {
    /// It might. Upstream's status code `Unschedulable`.
    ByPreemption,
    /// It would not. Upstream's status code `UnschedulableAndUnresolvable`.
    NotByPreemption,
}

/// One reason nearly always, which costs no memory then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reasons {
    /// The one reason.
    One(Name),
    /// Several.
    Many(Vec<Name>),
}

impl Reasons {
    /// The reasons.
    #[must_use]
    pub(super) fn as_slice(&self) -> &[Name] {
        match self {
            Self::One(reason) => std::slice::from_ref(reason),
            Self::Many(reasons) => reasons,
        }
    }
}

impl Refusal {
    /// Refused for one reason which other pods have nothing to do with.
    pub(super) fn for_good(reason: impl Into<Name>) -> Self {
        Self {
            curable: Curable::NotByPreemption,
            reasons: Reasons::One(reason.into()),
        }
    }

    /// Refused because of the pods that are there.
    #[must_use]
    pub(super) fn for_now(reasons: Reasons) -> Self {
        Self {
            curable: Curable::ByPreemption,
            reasons,
        }
    }
}

/// Says how well nodes suit a pod.
pub(super) trait ScorePlugin: Sync {
    /// The plugin's name: `TaintToleration`.
    fn name(&self) -> &'static str;

    /// How much its scores count.
    fn weight(&self) -> i64;

    /// What there is to score for this pod; `None` if all nodes are the same to it. Called once per attempt.
    fn pre_score<'a>(&self, pod: PodToPlace<'a>) -> Option<Box<dyn Score + 'a>>;
}

/// A scorer for one pod.
pub(super) trait Score {
    /// Writes the raw score of each node to the place with its index.
    fn score(&self, nodes: &[&NodeInfo], scores: &mut [i64]);

    /// Turns raw scores into 0 to [`MAX_NODE_SCORE`]; for those that are so already there is nothing to do.
    fn normalize(&self, _scores: &mut [i64]) {}
}

/// Which end of the raw scores is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Better {
    /// More is better.
    High,
    /// Less is better.
    Low,
}

/// Stretches scores so that the largest becomes [`MAX_NODE_SCORE`], and turns them round if less is better. The real thing:
/// `helper.DefaultNormalizeScore`.
pub(super) fn stretch(scores: &mut [i64], better: Better) {
    let max = scores.iter().copied().max().unwrap_or(0);
    for score in scores {
        let share = if max == 0 {
            0
        } else {
            MAX_NODE_SCORE * *score / max
        };
        *score = match better {
            Better::High => share,
            Better::Low => MAX_NODE_SCORE - share,
        };
    }
}

/// Something that happened in the cluster, for pods that no node would take. The real thing: `framework.ClusterEvent`.
#[derive(Clone, Copy, Debug)]
pub(super) enum ClusterEvent<'a> {
    /// A node came.
    NodeAdded(&'a Node),
    /// A node changed in something that matters: allocatable, labels, taints or `unschedulable`.
    NodeUpdated {
        /// As it was.
        before: &'a Node,
        /// As it is.
        after: &'a Node,
    },
    /// A pod left its node; what it took there.
    PodGone(&'a PodUse),
    /// A pod on a node asks for less than before.
    PodShrunk,
    /// The waiting pod itself has new tolerations.
    OwnTolerations,
    /// The waiting pod itself asks for less than before.
    OwnRequests,
}

impl<'a> ClusterEvent<'a> {
    /// The node that came or changed, as it was and as it is.
    #[must_use]
    pub(super) fn node(&self) -> Option<(Option<&'a Node>, &'a Node)> {
        match *self {
            Self::NodeAdded(node) => Some((None, node)),
            Self::NodeUpdated { before, after } => Some((Some(before), after)),
            Self::PodGone(_) | Self::PodShrunk | Self::OwnTolerations | Self::OwnRequests => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_stretched() {
        // Upstream's plugins/helper/normalize_score_test.go.
        let table = [
            (Better::High, vec![1, 2, 3, 4], vec![25, 50, 75, 100]),
            (Better::Low, vec![1, 2, 3, 4], vec![75, 50, 25, 0]),
            (Better::High, vec![1000, 10, 20, 30], vec![100, 1, 2, 3]),
            (Better::Low, vec![1000, 10, 20, 30], vec![0, 99, 98, 97]),
            (Better::High, vec![1, 1, 1, 1], vec![100, 100, 100, 100]),
            (Better::High, vec![0, 0], vec![0, 0]),
            (Better::Low, vec![0, 0], vec![100, 100]),
        ];
        for (better, mut scores, want) in table {
            let name = format!("{better:?} {scores:?}");
            stretch(&mut scores, better);
            assert_eq!(scores, want, "{name}");
        }
    }
}
