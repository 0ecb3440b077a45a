//! How many nodes of each zone are Ready, and how fast nodes may therefore be emptied.
//!
//! Kept up with every node event, so that no turn has to look at all nodes.
//!
//! The real thing: pkg/controller/nodelifecycle/node_lifecycle_controller.go, `handleDisruption`, `ComputeZoneState`,
//! `ReducedQPSFunc`; component-helpers' node/topology `GetZoneKey`.

use super::condition;
use crate::api::Name;
use crate::api::time::Ms;
use imbl::OrdMap;
use k8s_openapi::api::core::v1::Node;
use std::collections::BTreeMap;

/// One node per zone in this time (`--node-eviction-rate` 0.1 per second).
const INTERVAL_MS: Ms = 10_000;
/// The same in a large zone most of which is down (`--secondary-node-eviction-rate` 0.01 per second); a small one stops.
const SECONDARY_INTERVAL_MS: Ms = 100_000;
/// A zone of more nodes than this is large (`--large-cluster-size-threshold`).
const LARGE_ZONE: usize = 50;
/// A zone with this share of its nodes not Ready, in percent, is partially disrupted (`--unhealthy-zone-threshold` 0.55).
const UNHEALTHY_PERCENT: usize = 55;

/// All zones.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Zones {
    nodes: OrdMap<Name, NodeState>,
    zones: BTreeMap<Name, Zone>,
}

#[derive(Clone, Debug, PartialEq)]
struct NodeState {
    zone: Name,
    is_ready: bool,
}

#[derive(Clone, Debug, PartialEq, Default)]
struct Zone {
    ready: usize,
    not_ready: usize,
    /// The last node that was allowed to be tainted, and when the next one will be.
    last: Option<(Name, Ms)>,
}

/// May a node be tainted NoExecute now?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permit {
    /// Yes.
    Granted,
    /// Yes, after this long.
    Later(Ms),
    /// Not until more nodes of the zone are Ready.
    Never,
}

impl Zones {
    /// Takes note of a node as it is now.
    pub(super) fn note(&mut self, name: &str, node: &Node) {
        let labels = node.metadata.labels.as_ref();
        let label = |key: &str| labels.and_then(|l| l.get(key)).map_or("", String::as_str);
        if labels.is_some_and(|l| l.contains_key("node.kubernetes.io/exclude-disruption")) {
            return self.forget(name);
        }
        let (region, zone) = (
            label("topology.kubernetes.io/region"),
            label("topology.kubernetes.io/zone"),
        );
        let new = NodeState {
            zone: format!("{region}:{zone}").into(),
            is_ready: condition(node, "Ready").is_some_and(|c| c.status == "True"),
        };
        if self.nodes.get(name) == Some(&new) {
            return;
        }
        self.forget(name);
        *self
            .zones
            .entry(new.zone.clone())
            .or_default()
            .count(new.is_ready) += 1;
        self.nodes.insert(name.into(), new);
    }

    /// A node is gone.
    pub(super) fn forget(&mut self, name: &str) {
        let Some(old) = self.nodes.remove(name) else {
            return;
        };
        let zone = self.zones.entry(old.zone.clone()).or_default();
        *zone.count(old.is_ready) -= 1;
        if zone.ready + zone.not_ready == 0 {
            self.zones.remove(&old.zone);
        }
    }

    /// Is there no Ready node in the whole cluster? Then nobody is evicted.
    pub(super) fn all_disrupted(&self) -> bool {
        !self.zones.is_empty() && self.zones.values().all(|zone| zone.ready == 0)
    }

    /// Asks for a node's turn to be tainted, and takes it if it is granted. The one that had it last keeps it: its write may have been refused.
    pub(super) fn permit(&mut self, name: &str, now_ms: Ms) -> Permit {
        let Some(node) = self.nodes.get(name) else {
            return Permit::Granted;
        };
        let zone = self.zones.entry(node.zone.clone()).or_default();
        let Some(interval_ms) = zone.interval_ms() else {
            return Permit::Never;
        };
        if let Some((last, next_ms)) = &zone.last
            && last != name
            && now_ms < *next_ms
        {
            return Permit::Later(next_ms - now_ms);
        }
        zone.last = Some((name.into(), now_ms + interval_ms));
        Permit::Granted
    }
}

impl Zone {
    fn count(&mut self, is_ready: bool) -> &mut usize {
        if is_ready {
            &mut self.ready
        } else {
            &mut self.not_ready
        }
    }

    /// The time between two nodes; `None` stops it. A zone without any Ready node, among others that have some, goes at full rate.
    fn interval_ms(&self) -> Option<Ms> {
        let total = self.ready + self.not_ready;
        let is_partial = self.ready > 0
            && self.not_ready > 2
            && self.not_ready * 100 >= UNHEALTHY_PERCENT * total;
        match (is_partial, total > LARGE_ZONE) {
            (false, _) => Some(INTERVAL_MS),
            (true, true) => Some(SECONDARY_INTERVAL_MS),
            (true, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(ready: usize, not_ready: usize) -> Zone {
        Zone {
            ready,
            not_ready,
            last: None,
        }
    }

    #[test]
    fn the_more_nodes_are_down_the_slower() {
        let cases = [
            ("one of three", zone(2, 1), Some(INTERVAL_MS)),
            ("two of three", zone(1, 2), Some(INTERVAL_MS)),
            ("three of four", zone(1, 3), None),
            ("all of a zone", zone(0, 4), Some(INTERVAL_MS)),
            (
                "most of a large zone",
                zone(20, 40),
                Some(SECONDARY_INTERVAL_MS),
            ),
            ("some of a large zone", zone(40, 20), Some(INTERVAL_MS)),
        ];
        for (name, zone, want) in cases {
            assert_eq!(zone.interval_ms(), want, "{name}");
        }
    }
}
