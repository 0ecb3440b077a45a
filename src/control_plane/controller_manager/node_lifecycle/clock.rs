//! When a node was last heard of, by the controller's own clock, so that the nodes' clocks need not agree.
//!
//! The real thing: pkg/controller/nodelifecycle/node_lifecycle_controller.go, `nodeHealthData`, `tryUpdateNodeHealth`.

use super::{LEASES, condition};
use crate::api::Object;
use crate::api::time::{self, Ms};
use crate::component::{Datum, Seen, Turn, Wake};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Node;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, Time};

/// How often nodes are looked at (`--node-monitor-period`).
const MONITOR_PERIOD_MS: Ms = 5_000;
/// After this long without a sign of life a node is given up (`--node-monitor-grace-period`).
const GRACE_MS: Ms = 50_000;
/// The same for a node that has never posted a status (`--node-startup-grace-period`).
const STARTUP_GRACE_MS: Ms = 60_000;
/// A lease is renewed every 10 s; one this old is late, and what becomes of the node is then work in flight.
const LATE_MS: Ms = 15_000;

/// One node's signs of life.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Clock {
    /// Has its arrival been announced?
    pub(super) registered: bool,
    /// When the controller last heard of it.
    pub(super) heard_ms: Ms,
    renewed: Option<MicroTime>,
    beat: Option<Time>,
}

impl Clock {
    /// The clock with all that the caches say, which is nothing new unless an event was lost.
    pub(super) fn read(node: &Node, seen: &Seen<'_>, known: Option<&Self>) -> Self {
        let mut clock = known.cloned().unwrap_or_else(|| Self::of_new(node, seen));
        clock.hear_status(node, seen.now_ms);
        let name = node.metadata.name.as_deref().unwrap_or_default();
        if let Some(lease) = seen.get::<Lease>(LEASES, name) {
            clock.hear_lease(lease, seen.now_ms);
        }
        clock
    }

    /// A node met for the first time counts from now, or from its creation if it has never posted a status.
    fn of_new(node: &Node, seen: &Seen<'_>) -> Self {
        let created = node.metadata.creation_timestamp.as_ref();
        let heard_ms = match condition(node, "Ready") {
            Some(_) => seen.now_ms,
            None => created.map_or(seen.now_ms, time::ms),
        };
        Self {
            heard_ms,
            ..Self::default()
        }
    }

    /// Takes note of the status that the kubelet posted.
    pub(super) fn hear_status(&mut self, node: &Node, now_ms: Ms) {
        let beat = condition(node, "Ready").and_then(|c| c.last_heartbeat_time.clone());
        if beat.is_some() && beat != self.beat {
            self.heard_ms = now_ms;
            self.beat = beat;
        }
    }

    /// Takes note of a renewed lease.
    pub(super) fn hear_lease(&mut self, lease: &Lease, now_ms: Ms) {
        let renewed = lease.spec.as_ref().and_then(|spec| spec.renew_time.clone());
        if renewed.as_ref().map(|t| t.0) > self.renewed.as_ref().map(|t| t.0) {
            self.heard_ms = now_ms;
            self.renewed = renewed;
        }
    }

    /// Notes how long ago the node was heard of, and how long that may be.
    pub(super) fn observe(&self, object: &Object, now_ms: Ms, turn: &mut Turn) {
        let node = object.get::<Node>().expect("the object is a node");
        let ready = condition(node, "Ready").map(|c| c.status.as_str());
        turn.saw(object, "status.conditions[Ready].status", ready)
            .saw(
                object,
                "last sign of life",
                Datum::Duration(now_ms.saturating_sub(self.heard_ms)),
            )
            .saw(object, "grace period", Datum::Duration(grace_ms(node)));
    }

    /// Has the node been silent for too long?
    pub(super) fn is_overdue(&self, node: &Node, now_ms: Ms) -> bool {
        now_ms > self.heard_ms + grace_ms(node)
    }

    /// When to look again: housekeeping while the node is fresh or given up, work while its fate is open.
    pub(super) fn next_look(&self, key: &str, node: &Node, now_ms: Ms) -> Wake {
        let next_tick_ms = |from: Ms| (from / MONITOR_PERIOD_MS + 1) * MONITOR_PERIOD_MS;
        let is_given_up = condition(node, "Ready").is_some_and(|c| c.status == "Unknown");
        let late_ms = self.heard_ms + LATE_MS;
        if now_ms < late_ms || is_given_up {
            let at_ms = next_tick_ms(late_ms.max(now_ms));
            return Wake::housekeeping(key, at_ms - now_ms);
        }
        Wake::after(key, next_tick_ms(now_ms) - now_ms)
    }
}

fn grace_ms(node: &Node) -> Ms {
    match condition(node, "Ready") {
        Some(_) => GRACE_MS,
        None => STARTUP_GRACE_MS,
    }
}
