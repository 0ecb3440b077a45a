//! What a recorder remembers, up to a limit: what was not used for the longest time is forgotten first.
//!
//! The real thing: github.com/golang/groupcache/lru.

use imbl::{OrdMap, Vector};
use std::sync::Arc;

/// How much is remembered. The real thing: `maxLruCacheEntries`.
const ENTRIES_MAX: usize = 4096;

/// How many outdated places in the order are put up with, besides as many as there are entries.
const OUTDATED_MAX: usize = 64;

/// Values by the hashes of their keys.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Recent<V> {
    /// Each with the number of its last use.
    entries: OrdMap<u64, (u64, Arc<V>)>,
    /// Uses, oldest first; only the last one of an entry counts.
    order: Vector<(u64, u64)>,
    uses: u64,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self {
            entries: OrdMap::new(),
            order: Vector::new(),
            uses: 0,
        }
    }
}

impl<V: Clone> Recent<V> {
    /// The value of a key, to be changed; a new one if there is none.
    pub(super) fn entry(&mut self, key: u64, new: impl FnOnce() -> V) -> &mut V {
        self.uses += 1;
        let uses = self.uses;
        self.order.push_back((key, uses));
        if let Some((used, _)) = self.entries.get_mut(&key) {
            *used = uses;
        } else {
            self.entries.insert(key, (uses, Arc::new(new())));
        }
        self.forget();
        let (_, value) = self.entries.get_mut(&key).expect("used last of all");
        Arc::make_mut(value)
    }

    fn forget(&mut self) {
        while let Some((key, use_)) = self.order.front().copied() {
            let is_last_use = self
                .entries
                .get(&key)
                .is_some_and(|(used, _)| *used == use_);
            if is_last_use && self.entries.len() <= ENTRIES_MAX {
                break;
            }
            if is_last_use {
                self.entries.remove(&key);
            }
            self.order.pop_front();
        }
        if self.order.len() > 2 * self.entries.len() + OUTDATED_MAX {
            let entries = &self.entries;
            self.order
                .retain(|(key, use_)| entries.get(key).is_some_and(|(used, _)| used == use_));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_the_longest_time_goes_first() {
        let mut recent = Recent::default();
        let many = ENTRIES_MAX as u64;
        for key in 0..many {
            *recent.entry(key, || 0) += 1;
        }
        *recent.entry(0, || 0) += 1;
        *recent.entry(many, || 0) += 1;
        assert_eq!(*recent.entry(0, || 0), 2, "used again, so still there");
        assert_eq!(*recent.entry(1, || 0), 0, "forgotten");
        assert_eq!(*recent.entry(many, || 0), 1);
        assert_eq!(recent.entries.len(), ENTRIES_MAX);
        for _ in 0..10 * many {
            recent.entry(5, || 0);
        }
        assert!(recent.order.len() <= 2 * ENTRIES_MAX + OUTDATED_MAX + 1);
    }
}
