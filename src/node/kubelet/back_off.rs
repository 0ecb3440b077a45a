//! Back-off of what failed: 10 s, doubling to five minutes, forgotten after ten minutes without a failure.
//!
//! The real thing: staging/src/k8s.io/client-go/util/flowcontrol/backoff.go (`Next`, `IsInBackOffSince`, `hasExpired`); pkg/kubelet/kubelet.go (`MaxContainerBackOff`, `backOffPeriod`).
//! Left out: jitter; the garbage collection of entries (they go with their pod).

use crate::api::Name;
use crate::api::time::Ms;

/// The first back-off.
const FIRST_MS: Ms = 10_000;
/// The longest.
const MAX_MS: Ms = 300_000;
/// A failure so much later than the last back-off begins anew.
const EXPIRES_MS: Ms = 2 * MAX_MS;

/// Back-offs by what failed: a container, an image.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct BackOff(Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    of: Name,
    delay_ms: Ms,
    updated_ms: Ms,
}

impl BackOff {
    /// How long it is still in back-off, counted from the failure; `None` if it may be tried.
    pub(super) fn remaining_ms(&self, of: &str, failed_ms: Ms, now_ms: Ms) -> Option<Ms> {
        let entry = self.0.iter().find(|entry| entry.of == of)?;
        if failed_ms.saturating_sub(entry.updated_ms) > EXPIRES_MS {
            return None;
        }
        (failed_ms + entry.delay_ms)
            .checked_sub(now_ms)
            .filter(|ms| *ms > 0)
    }

    /// The same, counted from the last try itself.
    pub(super) fn remaining_since_update_ms(&self, of: &str, now_ms: Ms) -> Option<Ms> {
        let entry = self.0.iter().find(|entry| entry.of == of)?;
        (entry.updated_ms + entry.delay_ms)
            .checked_sub(now_ms)
            .filter(|ms| *ms > 0)
    }

    /// It failed then and is tried now: the next failure has to wait twice as long.
    pub(super) fn next(&mut self, of: &str, failed_ms: Ms, now_ms: Ms) {
        let Some(entry) = self.0.iter_mut().find(|entry| entry.of == of) else {
            self.0.push(Entry {
                of: of.into(),
                delay_ms: FIRST_MS,
                updated_ms: now_ms,
            });
            return;
        };
        let is_expired = failed_ms.saturating_sub(entry.updated_ms) > EXPIRES_MS;
        entry.delay_ms = if is_expired {
            FIRST_MS
        } else {
            (entry.delay_ms * 2).min(MAX_MS)
        };
        entry.updated_ms = now_ms;
    }

    /// The back-off that holds now.
    pub(super) fn delay_ms(&self, of: &str) -> Ms {
        self.0
            .iter()
            .find(|entry| entry.of == of)
            .map_or(0, |entry| entry.delay_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_of_a_container_that_always_fails_at_once() {
        let mut back_off = BackOff::default();
        let mut now_ms = 0;
        let mut waits = Vec::new();
        for _ in 0..8 {
            let failed_ms = now_ms;
            let wait_ms = back_off.remaining_ms("c", failed_ms, now_ms).unwrap_or(0);
            now_ms += wait_ms;
            waits.push(wait_ms / 1000);
            assert_eq!(back_off.remaining_ms("c", failed_ms, now_ms), None);
            back_off.next("c", failed_ms, now_ms);
        }
        assert_eq!(waits, [0, 10, 20, 40, 80, 160, 300, 300]);
    }

    #[test]
    fn ten_minutes_without_a_failure_are_forgiven() {
        for (ran_ms, want_ms) in [(600_000, Some(20_000)), (600_001, None)] {
            let mut back_off = BackOff::default();
            back_off.next("c", 0, 0);
            back_off.next("c", 0, 0);
            assert_eq!(back_off.remaining_ms("c", ran_ms, ran_ms), want_ms);
            back_off.next("c", ran_ms, ran_ms);
            let want = if want_ms.is_some() { 40_000 } else { 10_000 };
            assert_eq!(back_off.delay_ms("c"), want);
        }
    }
}
