//! Expectations: how a controller avoids creating the same pod twice because it has not heard of the first one yet.
//!
//! Having asked for pods to be created or deleted, it does not count again until it has seen each of them appear or go in its own
//! cache, or until five minutes have passed.
//!
//! The real thing: pkg/controller/controller_utils.go, `ControllerExpectations`, `UIDTrackingControllerExpectations`.

use crate::api::Name;
use crate::api::time::Ms;
use std::collections::{BTreeMap, BTreeSet};

/// After this long an expectation is given up (`ExpectationsTimeout`).
pub(in super::super) const TIMEOUT_MS: Ms = 5 * 60 * 1000;

/// What is awaited, by the controlling object's key.
#[derive(Clone, Debug, PartialEq, Default)]
pub(in super::super) struct Expectations {
    awaited: BTreeMap<Name, Awaited>,
}

/// What one object's last writes should lead to.
#[derive(Clone, Debug, PartialEq, Default)]
struct Awaited {
    creations: usize,
    deletions: BTreeSet<Name>,
    creations_unanswered: usize,
    deletions_unanswered: BTreeSet<Name>,
    since_ms: Ms,
}

impl Expectations {
    /// How much longer the object must wait; `None` if it need not.
    pub(in super::super) fn wait_ms(&self, key: &str, now_ms: Ms) -> Option<Ms> {
        let awaited = self.awaited.get(key)?;
        if awaited.creations == 0 && awaited.deletions.is_empty() {
            return None;
        }
        // One millisecond past the timeout, as upstream asks for more than five minutes.
        (awaited.since_ms + TIMEOUT_MS + 1)
            .checked_sub(now_ms)
            .filter(|wait| *wait > 0)
    }

    /// How many creations and deletions are awaited.
    pub(in super::super) fn counts(&self, key: &str) -> (usize, usize) {
        let awaited = self.awaited.get(key);
        awaited.map_or((0, 0), |a| (a.creations, a.deletions.len()))
    }

    /// `count` pods are about to be asked for.
    pub(in super::super) fn expect_creations(&mut self, key: &str, count: usize, now_ms: Ms) {
        let awaited = Awaited {
            creations: count,
            creations_unanswered: count,
            since_ms: now_ms,
            ..Awaited::default()
        };
        self.awaited.insert(key.into(), awaited);
    }

    /// These pods are about to be deleted.
    pub(in super::super) fn expect_deletions(
        &mut self,
        key: &str,
        pods: BTreeSet<Name>,
        now_ms: Ms,
    ) {
        let awaited = Awaited {
            deletions: pods.clone(),
            deletions_unanswered: pods,
            since_ms: now_ms,
            ..Awaited::default()
        };
        self.awaited.insert(key.into(), awaited);
    }

    /// A pod of this object has appeared.
    pub(in super::super) fn creation_observed(&mut self, key: &str) {
        if let Some(awaited) = self.awaited.get_mut(key) {
            awaited.creations = awaited.creations.saturating_sub(1);
        }
    }

    /// A pod of this object is going, or gone.
    pub(in super::super) fn deletion_observed(&mut self, key: &str, pod: &str) {
        if let Some(awaited) = self.awaited.get_mut(key) {
            awaited.deletions.remove(pod);
        }
    }

    /// The API server created one.
    pub(in super::super) fn creation_answered(&mut self, key: &str) {
        if let Some(awaited) = self.awaited.get_mut(key) {
            awaited.creations_unanswered = awaited.creations_unanswered.saturating_sub(1);
        }
    }

    /// The API server accepted to delete one.
    pub(in super::super) fn deletion_answered(&mut self, key: &str, pod: &str) {
        if let Some(awaited) = self.awaited.get_mut(key) {
            awaited.deletions_unanswered.remove(pod);
        }
    }

    /// The API server refused: neither this one nor the rest of the turn will come about.
    pub(in super::super) fn refused(&mut self, key: &str) {
        let Some(awaited) = self.awaited.get_mut(key) else {
            return;
        };
        awaited.creations = awaited
            .creations
            .saturating_sub(awaited.creations_unanswered);
        awaited.creations_unanswered = 0;
        for pod in std::mem::take(&mut awaited.deletions_unanswered) {
            awaited.deletions.remove(&pod);
        }
    }

    /// The object is gone, or a new one has its name.
    pub(in super::super) fn forget(&mut self, key: &str) {
        self.awaited.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_until_all_is_seen_refused_or_too_old() {
        let mut expectations = Expectations::default();
        assert_eq!(expectations.wait_ms("a", 0), None, "nothing is awaited");
        expectations.expect_creations("a", 3, 0);
        expectations.creation_answered("a");
        expectations.creation_observed("a");
        assert_eq!(expectations.wait_ms("a", 1000), Some(TIMEOUT_MS - 999));
        assert_eq!(expectations.wait_ms("a", TIMEOUT_MS + 1), None, "too old");
        expectations.refused("a");
        assert_eq!(
            expectations.wait_ms("a", 1000),
            None,
            "the rest was dropped"
        );

        let pods = BTreeSet::from(["x".into(), "y".into()]);
        expectations.expect_deletions("a", pods, 0);
        expectations.deletion_answered("a", "x");
        expectations.refused("a");
        assert_eq!(
            expectations.counts("a"),
            (0, 1),
            "x is still on its way out"
        );
        expectations.deletion_observed("a", "x");
        assert_eq!(expectations.wait_ms("a", 0), None);
    }
}
