//! One scheduling cycle: which nodes can run the pod, which suits it best.
//!
//! Ties: upstream draws one of the best nodes by lot. Here the pod's uid is the lot, so that the same run always takes the same node while
//! pods still spread evenly over equal nodes.
//!
//! The real thing: pkg/scheduler/schedule_one.go (`schedulePod`, `findNodesThatFitPod`, `findNodesThatPassFilters`,
//! `numFeasibleNodesToFind`, `prioritizeNodes`, `selectHost`).
//! Left out: upstream's sixteen parallel workers, which may look at a few nodes more than they need; extenders; nominated nodes.

use super::cache::Cache;
use super::framework::{Filter, PodToPlace, PreFilter, Refusal};
use super::node_info::NodeInfo;
use super::plugins::{FILTERS, SCORES};
use super::slots::Slots;
use crate::api::{Name, Uid};
use crate::component::{NodeVerdict, PluginScore};

/// However many nodes there are, this many that can run the pod are looked for.
const FEASIBLE_NODES_MIN: usize = 100;

/// However many nodes there are, this share of them is looked for.
const FEASIBLE_PERCENT_MIN: usize = 5;

/// Where more nodes come into question than this, the verdicts are not kept.
const MATRIX_NODES_MAX: usize = 100;

/// What came of a cycle.
#[derive(Debug)]
pub(super) struct Decision {
    /// The node, or why there is none.
    pub(super) outcome: Result<Name, NoFit>,
    /// The filters that had something to check.
    pub(super) filters: Vec<&'static str>,
    /// What was found about each node, in the order in which they were looked at; empty in large clusters.
    pub(super) matrix: Vec<(Name, NodeVerdict)>,
    /// The scores that this refers to.
    pub(super) scores: Vec<PluginScore>,
    /// How many nodes were looked at.
    pub(super) evaluated: usize,
    /// How many of those could run the pod.
    pub(super) feasible: usize,
}

/// Why no node can run the pod; nothing in it if there are no nodes.
#[derive(Debug, Default)]
pub(super) struct NoFit {
    /// Said of all nodes at once, before any was looked at.
    pub(super) before: Option<Refusal>,
    /// Said of single nodes, by slot.
    pub(super) refused: Vec<(usize, Refused)>,
    /// The plugin because of which the other nodes were not even looked at.
    pub(super) narrowed_by: Option<&'static str>,
    /// The plugins that refused, as a set.
    pub(super) plugins: PluginSet,
}

/// A filter's refusal of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// The filter, as an index of [`FILTERS`].
    pub(super) filter: usize,
    /// Why.
    pub(super) refusal: Refusal,
}

/// A set of filter plugins, by their index in [`FILTERS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct PluginSet(u32);

impl PluginSet {
    /// Adds one.
    pub(super) fn insert(&mut self, index: usize) {
        self.0 |= 1 << index;
    }

    /// Is there none in it?
    #[must_use]
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in it.
    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        (0..FILTERS.len()).filter(move |index| self.0 & (1 << index) != 0)
    }
}

/// Runs one cycle. `start` says with which node to begin, and is moved on.
pub(super) fn run(pod: PodToPlace<'_>, uid: Uid, cache: &mut Cache, start: &mut usize) -> Decision {
    let order = cache.order();
    let mut asked = Asked::default();
    if order.is_empty() {
        return Decision::without_looking(Vec::new(), NoFit::default());
    }
    if let Some(no_fit) = asked.pre_filter(pod) {
        return Decision::without_looking(asked.names(), no_fit);
    }
    let narrowed: Option<Vec<usize>> = asked.only.as_ref().map(|(_, names)| {
        let slots = names.iter().filter_map(|name| cache.slot_of(name));
        slots.collect()
    });
    let nodes = narrowed.as_deref().unwrap_or(&order);
    let found = asked.search(cache.infos(), nodes, *start);
    let evaluated = found.feasible.len() + found.refused.len();
    *start = (*start + evaluated) % order.len();
    let scored = score(pod, &found.feasible);
    let (matrix, scores) = matrix(cache.infos(), &found, &scored);
    let best = scored.best(uid).map(|index| found.feasible[index]);
    Decision {
        filters: asked.names(),
        matrix,
        scores,
        evaluated,
        feasible: found.feasible.len(),
        outcome: best
            .map(|node| node.name.clone())
            .ok_or_else(|| asked.no_fit(found.refused)),
    }
}

impl Decision {
    fn without_looking(filters: Vec<&'static str>, no_fit: NoFit) -> Self {
        Self {
            outcome: Err(no_fit),
            filters,
            matrix: Vec::new(),
            scores: Vec::new(),
            evaluated: 0,
            feasible: 0,
        }
    }
}

/// The filters that have something to check for this pod.
#[derive(Default)]
struct Asked<'a> {
    filters: Vec<(usize, Box<dyn Filter + 'a>)>,
    only: Option<(usize, Vec<Name>)>,
}

impl<'a> Asked<'a> {
    fn pre_filter(&mut self, pod: PodToPlace<'a>) -> Option<NoFit> {
        for (index, plugin) in FILTERS.iter().enumerate() {
            match plugin.pre_filter(pod) {
                PreFilter::Skip => {}
                PreFilter::Check(filter) => self.filters.push((index, filter)),
                PreFilter::CheckOnly(names, filter) => {
                    self.filters.push((index, filter));
                    self.only = Some((index, names));
                }
                PreFilter::Refuse(refusal) => {
                    let mut plugins = PluginSet::default();
                    plugins.insert(index);
                    return Some(NoFit {
                        before: Some(refusal),
                        refused: Vec::new(),
                        narrowed_by: None,
                        plugins,
                    });
                }
            }
        }
        None
    }

    fn names(&self) -> Vec<&'static str> {
        let names = self.filters.iter().map(|(index, _)| FILTERS[*index].name());
        names.collect()
    }

    fn no_fit(&self, refused: Vec<(usize, Refused)>) -> NoFit {
        let narrowing = self.only.as_ref().map(|(by, _)| *by);
        let mut plugins = PluginSet::default();
        let filters = refused.iter().map(|(_, refused)| refused.filter);
        filters.chain(narrowing).for_each(|f| plugins.insert(f));
        NoFit {
            before: None,
            refused,
            narrowed_by: narrowing.map(|by| FILTERS[by].name()),
            plugins,
        }
    }

    /// Looks at one node after the other, beginning with the one after the last that the cycle before looked at, until enough are found.
    fn search<'n>(&self, infos: &'n Slots, nodes: &[usize], start: usize) -> Found<'n> {
        let enough = feasible_nodes_to_find(nodes.len());
        let mut found = Found {
            feasible: Vec::with_capacity(enough),
            refused: Vec::new(),
            looked_at: Vec::new(),
        };
        if nodes.is_empty() {
            return found;
        }
        let (after, before) = nodes.split_at(start % nodes.len());
        let keeps_matrix = nodes.len() <= MATRIX_NODES_MAX;
        for slot in before.iter().chain(after) {
            let node = &infos[*slot];
            if keeps_matrix {
                found.looked_at.push(*slot);
            }
            match self.refusal(node) {
                Some(refused) => found.refused.push((*slot, refused)),
                None => found.feasible.push(node),
            }
            if found.feasible.len() == enough {
                break;
            }
        }
        found
    }

    fn refusal(&self, node: &NodeInfo) -> Option<Refused> {
        for (index, filter) in &self.filters {
            if let Err(refusal) = filter.check(node) {
                return Some(Refused {
                    filter: *index,
                    refusal,
                });
            }
        }
        None
    }
}

struct Found<'n> {
    feasible: Vec<&'n NodeInfo>,
    refused: Vec<(usize, Refused)>,
    /// The slots in the order in which they were looked at; empty if these are too many to keep.
    looked_at: Vec<usize>,
}

/// How many nodes that can run the pod are enough: half of them, less in large clusters. The real thing: `numFeasibleNodesToFind`.
fn feasible_nodes_to_find(nodes_total: usize) -> usize {
    if nodes_total < FEASIBLE_NODES_MIN {
        return nodes_total;
    }
    let percent = 50usize.saturating_sub(nodes_total / 125);
    let share = nodes_total * percent.max(FEASIBLE_PERCENT_MIN) / 100;
    share.max(FEASIBLE_NODES_MIN)
}

/// The scores of the feasible nodes.
enum Scored {
    /// There is none.
    NoNode,
    /// There is but one, which needs no scores.
    OnlyOne,
    /// Per scorer that had something to say: which of [`SCORES`], raw and normalized scores by node; and the nodes' totals.
    Nodes(Vec<(usize, Vec<i64>, Vec<i64>)>, Vec<i64>),
}

fn score(pod: PodToPlace<'_>, nodes: &[&NodeInfo]) -> Scored {
    match nodes.len() {
        0 => return Scored::NoNode,
        1 => return Scored::OnlyOne,
        _ => {}
    }
    let mut totals = vec![0; nodes.len()];
    let mut by_plugin = Vec::with_capacity(SCORES.len());
    for (index, plugin) in SCORES.iter().enumerate() {
        let Some(scorer) = plugin.pre_score(pod) else {
            continue;
        };
        let mut raw = vec![0; nodes.len()];
        scorer.score(nodes, &mut raw);
        let mut normalized = raw.clone();
        scorer.normalize(&mut normalized);
        let weight = plugin.weight();
        for (total, score) in totals.iter_mut().zip(&normalized) {
            *total += score * weight;
        }
        by_plugin.push((index, raw, normalized));
    }
    Scored::Nodes(by_plugin, totals)
}

impl Scored {
    /// The node with the highest total; among equals the one that the uid points at.
    fn best(&self, uid: Uid) -> Option<usize> {
        let totals = match self {
            Self::NoNode => return None,
            Self::OnlyOne => return Some(0),
            Self::Nodes(_, totals) => totals,
        };
        let best = *totals.iter().max()?;
        let ties = totals.iter().filter(|total| **total == best).count();
        let lot = usize::try_from(mixed(uid) % u64::try_from(ties).ok()?).ok()?;
        let mut equals = totals.iter().enumerate().filter(|(_, t)| **t == best);
        equals.nth(lot).map(|(index, _)| index)
    }

    /// The verdict on a node, whose scores are added to all.
    fn verdict(&self, node: usize, all: &mut Vec<PluginScore>) -> NodeVerdict {
        let Self::Nodes(by_plugin, totals) = self else {
            return NodeVerdict::OnlyOne;
        };
        let from = all.len();
        all.extend(by_plugin.iter().map(|(plugin, raw, normalized)| {
            let plugin = SCORES[*plugin];
            PluginScore {
                plugin: plugin.name(),
                raw: raw[node],
                normalized: normalized[node],
                weighted: normalized[node] * plugin.weight(),
            }
        }));
        NodeVerdict::Scored {
            scores: from..all.len(),
            total: totals[node],
        }
    }
}

/// The uid's bits, mixed well (the finalizer of SplitMix64).
fn mixed(uid: Uid) -> u64 {
    let folded = uid.0 ^ (uid.0 >> 64);
    let mut z = u64::try_from(folded & u128::from(u64::MAX)).unwrap_or_default();
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// Every verdict, in the order in which the nodes were looked at, and the scores that these refer to.
fn matrix(
    infos: &Slots,
    found: &Found<'_>,
    scored: &Scored,
) -> (Vec<(Name, NodeVerdict)>, Vec<PluginScore>) {
    let plugins = match scored {
        Scored::Nodes(by_plugin, _) => by_plugin.len(),
        Scored::NoNode | Scored::OnlyOne => 0,
    };
    let mut scores = Vec::with_capacity(plugins * found.looked_at.len());
    let (mut refused, mut feasible) = (found.refused.iter().peekable(), 0);
    let verdicts = found.looked_at.iter().map(|slot| {
        let name = infos[*slot].name.clone();
        if let Some((_, refusal)) = refused.next_if(|(s, _)| s == slot) {
            return (name, refusal.verdict());
        }
        feasible += 1;
        (name, scored.verdict(feasible - 1, &mut scores))
    });
    (verdicts.collect(), scores)
}

impl Refused {
    fn verdict(&self) -> NodeVerdict {
        let reasons = self.refusal.reasons.as_slice();
        NodeVerdict::Refused {
            plugin: FILTERS[self.filter].name(),
            reasons: reasons.iter().map(ToString::to_string).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_nodes_are_enough() {
        // Upstream's schedule_one_test.go, TestNumFeasibleNodesToFind.
        for (nodes, want) in [
            (10, 10),
            (99, 99),
            (100, 100),
            (1000, 420),
            (5000, 500),
            (6000, 300),
        ] {
            assert_eq!(feasible_nodes_to_find(nodes), want, "{nodes} nodes");
        }
    }

    #[test]
    fn equals_are_drawn_evenly() {
        let scored = Scored::Nodes(Vec::new(), vec![7, 9, 9, 3, 9]);
        let mut drawn = [0; 5];
        for uid in 0..3000 {
            drawn[scored.best(Uid(uid)).expect("a best node")] += 1;
        }
        assert_eq!((drawn[0], drawn[3]), (0, 0));
        for node in [1, 2, 4] {
            assert!((900..1100).contains(&drawn[node]), "{drawn:?}");
        }
    }
}
