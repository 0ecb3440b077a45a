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
use crate::api::time::Ms;
use crate::api::{Name, Pod};
use crate::component::{Seen, Wake};
use imbl::{OrdMap, OrdSet};
use k8s_openapi::api::core::v1::PodSpec;

/// Back-off after the first attempt that failed; it doubles with each.
const BACK_OFF_FIRST_MS: Ms = 1_000;

/// Back-off never grows beyond this.
const BACK_OFF_MAX_MS: Ms = 10_000;

/// A pod that has waited this long is tried again whatever happened or did not.
const PARKED_MAX_MS: Ms = 5 * 60 * 1_000;

/// Pods whose last attempt failed.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Queue {
    /// By `namespace/name`.
    waiting: OrdMap<Name, Waiting>,
    /// Those that wait for something to happen; the others wait for their back-off only.
    parked: OrdSet<Name>,
}

/// A pod whose last attempt failed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Waiting {
    /// How many attempts failed.
    pub(super) attempts: u32,
    /// When the last one did.
    pub(super) since_ms: Ms,
    /// The filters that refused it; empty if no filter was asked.
    pub(super) refused_by: PluginSet,
}

impl Waiting {
    fn back_off_ms(&self) -> Ms {
        let doubled = self.attempts.saturating_sub(1).min(16);
        (BACK_OFF_FIRST_MS << doubled).min(BACK_OFF_MAX_MS)
    }

    fn back_off_left_ms(&self, now_ms: Ms) -> Ms {
        (self.since_ms + self.back_off_ms()).saturating_sub(now_ms)
    }

    /// Another try as soon as the back-off is over.
    fn wake(&self, key: &Name, spec: &PodSpec, now_ms: Ms) -> Wake {
        Wake {
            priority: spec.priority.unwrap_or(0),
            ..Wake::after(key.clone(), self.back_off_left_ms(now_ms))
        }
    }
}

impl Queue {
    /// What is known of a pod whose last attempt failed.
    #[must_use]
    pub(super) fn get(&self, key: &str) -> Option<&Waiting> {
        self.waiting.get(key)
    }

    /// No node would take the pod. Says when to come back at the latest.
    pub(super) fn park(
        &mut self,
        key: &str,
        refused_by: PluginSet,
        priority: i32,
        now_ms: Ms,
    ) -> Wake {
        let back_off_ms = self.failed(key, refused_by, now_ms);
        // A pod that no plugin refused would wait for nothing in particular: it is tried again after its back-off.
        let after_ms = if refused_by.is_empty() {
            back_off_ms
        } else {
            PARKED_MAX_MS
        };
        Wake {
            priority,
            ..Wake::housekeeping(key, after_ms)
        }
    }

    /// Something went wrong that has nothing to do with the nodes: the pod is tried again after its back-off.
    pub(super) fn back_off(&mut self, key: &str, priority: i32, now_ms: Ms) -> Wake {
        let back_off_ms = self.failed(key, PluginSet::default(), now_ms);
        Wake {
            priority,
            ..Wake::after(key, back_off_ms)
        }
    }

    /// Counts a failed attempt; says how long to back off.
    fn failed(&mut self, key: &str, refused_by: PluginSet, now_ms: Ms) -> Ms {
        let key = Name::from(key);
        if refused_by.is_empty() {
            self.parked.remove(&key);
        } else {
            self.parked.insert(key.clone());
        }
        let waiting = self.waiting.entry(key).or_insert(Waiting {
            attempts: 0,
            since_ms: now_ms,
            refused_by,
        });
        waiting.attempts += 1;
        waiting.since_ms = now_ms;
        waiting.refused_by = refused_by;
        waiting.back_off_ms()
    }

    /// Does no pod wait?
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The pod was scheduled, or is gone.
    pub(super) fn forget(&mut self, key: &str) {
        self.waiting.remove(key);
        self.parked.remove(key);
    }

    /// Something happened in the cluster: which of the waiting pods are worth another try, and when?
    pub(super) fn on_event(&mut self, event: &ClusterEvent<'_>, seen: &Seen<'_>) -> Vec<Wake> {
        let mut woken = Vec::new();
        for key in &self.parked {
            woken.extend(self.try_parked(key, event, seen));
        }
        for wake in &woken {
            self.parked.remove(&wake.key);
        }
        if matches!(event, ClusterEvent::NodeAdded(_)) {
            let unasked = self.waiting.iter();
            let unasked = unasked.filter(|(_, waiting)| waiting.refused_by.is_empty());
            woken.extend(unasked.filter_map(|(key, waiting)| {
                let pod: &Pod = seen.at_key(key)?;
                Some(waiting.wake(key, pod.spec.as_ref()?, seen.now_ms))
            }));
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
        let key = self.parked.get(key)?.clone();
        let wake = self.try_parked(&key, event, seen)?;
        self.parked.remove(&key);
        Some(wake)
    }

    fn try_parked(&self, key: &Name, event: &ClusterEvent<'_>, seen: &Seen<'_>) -> Option<Wake> {
        let waiting = self.waiting.get(key)?;
        let pod: &Pod = seen.at_key(key)?;
        let spec = pod.spec.as_ref()?;
        let used = PodUse::of(spec);
        let place = PodToPlace {
            pod,
            spec,
            used: &used,
        };
        let mut plugins = waiting.refused_by.iter();
        plugins.find(|index| FILTERS[*index].is_worth_another_try(place, event))?;
        Some(waiting.wake(key, spec, seen.now_ms))
    }
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
