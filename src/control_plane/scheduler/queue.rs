//! Pods that could not be scheduled: why, since when, how often, and what would make another try worth it.
//!
//! The cluster's generic work queue is the active queue (by time, then by priority) and the back-off queue (keys with a time in the future).
//! What is kept here is the third of upstream's queues, the pods that wait for something to happen.
//!
//! The real thing: pkg/scheduler/backend/queue/scheduling_queue.go (`PriorityQueue`).
//! Left out: taking pods out of back-off early when nothing else is to do (`SchedulerPopFromBackoffQ`, beta in 1.33): back-off is always
//! waited for; the rounding of back-off to whole seconds. Events during an attempt cannot be missed, because an attempt is one step.

use super::cycle::PluginSet;
use super::framework::{ClusterEvent, PodToPlace};
use super::plugins::FILTERS;
use super::requests::PodUse;
use crate::api::Name;
use crate::api::time::Ms;
use crate::component::{Seen, Wake};
use imbl::OrdMap;
use k8s_openapi::api::core::v1::Pod;

/// Back-off after the first attempt that failed; it doubles with each.
const BACK_OFF_FIRST_MS: Ms = 1_000;

/// Back-off never grows beyond this.
const BACK_OFF_MAX_MS: Ms = 10_000;

/// A pod that has waited this long is tried again whatever happened or did not.
const PARKED_MAX_MS: Ms = 5 * 60 * 1_000;

/// Pods whose last attempt failed, by `namespace/name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Queue(OrdMap<Name, Waiting>);

/// A pod whose last attempt failed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Waiting {
    /// How many attempts failed.
    pub(super) attempts: u32,
    /// When the last one did.
    pub(super) since_ms: Ms,
    /// The filters that refused it; empty if no filter was asked.
    pub(super) refused_by: PluginSet,
    /// Is it waiting for something to happen? If not, it waits for its back-off only.
    pub(super) parked: bool,
}

impl Waiting {
    fn back_off_ms(&self) -> Ms {
        let doubled = self.attempts.saturating_sub(1).min(16);
        (BACK_OFF_FIRST_MS << doubled).min(BACK_OFF_MAX_MS)
    }

    fn back_off_left_ms(&self, now_ms: Ms) -> Ms {
        (self.since_ms + self.back_off_ms()).saturating_sub(now_ms)
    }
}

impl Queue {
    /// What is known of a pod whose last attempt failed.
    #[must_use]
    pub(super) fn get(&self, key: &str) -> Option<&Waiting> {
        self.0.get(key)
    }

    /// No node would take the pod. Says when to come back at the latest.
    pub(super) fn park(
        &mut self,
        key: &str,
        refused_by: PluginSet,
        priority: i32,
        now_ms: Ms,
    ) -> Wake {
        let waiting = self.failed(key, refused_by, now_ms);
        // A pod that no plugin refused would wait for nothing in particular: it is tried again after its back-off.
        let after_ms = if waiting.parked {
            PARKED_MAX_MS
        } else {
            waiting.back_off_ms()
        };
        Wake {
            priority,
            ..Wake::housekeeping(key, after_ms)
        }
    }

    /// Something went wrong that has nothing to do with the nodes: the pod is tried again after its back-off.
    pub(super) fn back_off(&mut self, key: &str, priority: i32, now_ms: Ms) -> Wake {
        let waiting = self.failed(key, PluginSet::default(), now_ms);
        Wake {
            priority,
            ..Wake::after(key, waiting.back_off_ms())
        }
    }

    fn failed(&mut self, key: &str, refused_by: PluginSet, now_ms: Ms) -> &Waiting {
        let waiting = self.0.entry(key.into()).or_insert(Waiting {
            attempts: 0,
            since_ms: now_ms,
            refused_by,
            parked: true,
        });
        waiting.attempts += 1;
        waiting.since_ms = now_ms;
        waiting.refused_by = refused_by;
        waiting.parked = !refused_by.is_empty();
        waiting
    }

    /// The pod was scheduled, or is gone.
    pub(super) fn forget(&mut self, key: &str) {
        if !self.0.is_empty() {
            self.0.remove(key);
        }
    }

    /// Something happened in the cluster: which of the waiting pods are worth another try, and when?
    pub(super) fn on_event(&mut self, event: &ClusterEvent<'_>, seen: &Seen<'_>) -> Vec<Wake> {
        let mut woken = Vec::new();
        for (key, waiting) in &self.0 {
            let Some(wake) = try_again(key, waiting, event, seen) else {
                continue;
            };
            woken.push(wake);
        }
        for wake in &woken {
            self.unpark(&wake.key);
        }
        woken
    }

    /// Something happened to this waiting pod itself: is it worth another try?
    pub(super) fn on_own_event(
        &mut self,
        key: &str,
        event: &ClusterEvent<'_>,
        seen: &Seen<'_>,
    ) -> Option<Wake> {
        let (key, waiting) = self.0.get_key_value(key)?;
        let wake = try_again(key, waiting, event, seen)?;
        self.unpark(&wake.key);
        Some(wake)
    }

    fn unpark(&mut self, key: &str) {
        if let Some(waiting) = self.0.get_mut(key) {
            waiting.parked = false;
        }
    }
}

fn try_again(
    key: &Name,
    waiting: &Waiting,
    event: &ClusterEvent<'_>,
    seen: &Seen<'_>,
) -> Option<Wake> {
    let pod: &Pod = seen.at_key(key)?;
    let spec = pod.spec.as_ref()?;
    let after_no_nodes =
        waiting.refused_by.is_empty() && matches!(event, ClusterEvent::NodeAdded(_));
    if !after_no_nodes {
        if !waiting.parked {
            return None;
        }
        let used = PodUse::of(spec);
        let place = PodToPlace {
            pod,
            spec,
            used: &used,
        };
        let mut plugins = waiting.refused_by.iter();
        plugins.find(|index| FILTERS[*index].is_worth_another_try(place, event))?;
    }
    Some(Wake {
        priority: spec.priority.unwrap_or(0),
        ..Wake::after(key.clone(), waiting.back_off_left_ms(seen.now_ms))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_up_to_ten_seconds() {
        let mut queue = Queue::default();
        let mut plugins = PluginSet::default();
        plugins.insert(0);
        for want in [1_000, 2_000, 4_000, 8_000, 10_000, 10_000] {
            let wake = queue.park("default/p", plugins, 7, 100);
            assert_eq!((wake.after_ms, wake.priority), (300_000, 7));
            let waiting = queue.get("default/p").expect("it waits");
            assert_eq!(waiting.back_off_left_ms(100), want);
            assert_eq!(waiting.back_off_left_ms(1_000), want - 900);
        }
    }

    #[test]
    fn refused_by_nobody_is_tried_again_after_back_off() {
        let mut queue = Queue::default();
        let wake = queue.park("default/p", PluginSet::default(), 0, 0);
        assert_eq!(wake, Wake::housekeeping("default/p", 1_000));
    }
}
