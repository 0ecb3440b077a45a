//! The order in which nodes are looked at: zone by zone in turn, so that a cut-off search still spreads over all zones.
//!
//! The real thing: pkg/scheduler/backend/cache/node_tree.go; component-helpers/node/topology/helpers.go (`GetZoneKey`).

use crate::api::Name;
use imbl::Vector;
use k8s_openapi::api::core::v1::Node;
use std::sync::Arc;

/// Slots of nodes by zone, zones and nodes in the order in which they came.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct NodeTree {
    zones: Vector<(Name, Vector<usize>)>,
    order: Option<Arc<Vec<usize>>>,
    count: usize,
}

impl NodeTree {
    /// Adds a node's slot.
    pub(super) fn add(&mut self, zone: Name, slot: usize) {
        self.order = None;
        self.count += 1;
        if let Some((_, slots)) = self.zones.iter_mut().find(|(z, _)| *z == zone) {
            slots.push_back(slot);
            return;
        }
        self.zones.push_back((zone, Vector::unit(slot)));
    }

    /// Takes a node's slot out; a zone without nodes goes too.
    pub(super) fn remove(&mut self, zone: &str, slot: usize) {
        let Some(index) = self.zones.iter().position(|(z, _)| z == zone) else {
            return;
        };
        let slots = &mut self.zones[index].1;
        let Some(place) = slots.iter().position(|s| *s == slot) else {
            return;
        };
        slots.remove(place);
        self.order = None;
        self.count -= 1;
        if self.zones[index].1.is_empty() {
            self.zones.remove(index);
        }
    }

    /// How many nodes there are.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// All slots: the first of each zone, then the second of each, and so on. Made once after nodes came or went.
    pub(super) fn order(&mut self) -> Arc<Vec<usize>> {
        let order = self.order.get_or_insert_with(|| {
            let longest = self.zones.iter().map(|(_, s)| s.len()).max().unwrap_or(0);
            let turn = |n: usize| {
                self.zones
                    .iter()
                    .filter_map(move |(_, s)| s.get(n).copied())
            };
            Arc::new((0..longest).flat_map(turn).collect())
        });
        order.clone()
    }
}

/// Region and zone of a node as one text; empty if its labels name neither.
#[must_use]
pub(super) fn zone_of(node: &Node) -> Name {
    let labels = node.metadata.labels.as_ref();
    let label = |old: &str, new: &str| {
        labels
            .and_then(|labels| labels.get(old).or_else(|| labels.get(new)))
            .map_or("", String::as_str)
    };
    let region = label(
        "failure-domain.beta.kubernetes.io/region",
        "topology.kubernetes.io/region",
    );
    let zone = label(
        "failure-domain.beta.kubernetes.io/zone",
        "topology.kubernetes.io/zone",
    );
    if region.is_empty() && zone.is_empty() {
        return Name::default();
    }
    format!("{region}:\0:{zone}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_take_turns() {
        // Upstream's node_tree_test.go, TestNodeTree_List and TestNodeTree_List_Exhausted: nodes a, b and so on in zones of unequal size.
        type Case = (
            &'static str,
            &'static [(&'static str, usize)],
            &'static [usize],
        );
        let table: &[Case] = &[
            ("empty", &[], &[]),
            ("one", &[("z1", 0)], &[0]),
            ("one zone", &[("z1", 0), ("z1", 1)], &[0, 1]),
            ("two zones", &[("z1", 0), ("z1", 1), ("z2", 2)], &[0, 2, 1]),
            (
                "uneven zones",
                &[
                    ("z1", 0),
                    ("z2", 1),
                    ("z3", 2),
                    ("z3", 3),
                    ("z3", 4),
                    ("z1", 5),
                ],
                &[0, 1, 2, 5, 3, 4],
            ),
        ];
        for (name, nodes, want) in table {
            let mut tree = NodeTree::default();
            for (zone, slot) in *nodes {
                tree.add(Name::new(zone), *slot);
            }
            assert_eq!(&*tree.order(), want, "{name}");
            assert_eq!(tree.len(), want.len(), "{name}");
        }
    }

    #[test]
    fn an_empty_zone_goes() {
        let mut tree = NodeTree::default();
        for (zone, slot) in [("z1", 0), ("z2", 1), ("z1", 2)] {
            tree.add(zone.into(), slot);
        }
        assert_eq!(*tree.order(), [0, 1, 2]);
        tree.remove("z2", 1);
        tree.add("z2".into(), 3);
        tree.remove("z1", 0);
        assert_eq!(*tree.order(), [2, 3]);
    }
}
