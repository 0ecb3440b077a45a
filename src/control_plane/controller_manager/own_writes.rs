//! What a controller has written and its cache does not show yet.
//!
//! A key often comes back within the millisecond that a write needs to travel back. Planning from the old object then would only earn a
//! 409, so the turn waits for the watch event of its own write, which brings the key back. After a few seconds it no longer waits: an
//! event may have been lost or held, and then the 409 and its back-off decide.
//!
//! The real thing: none in 1.33, where a worker is seldom faster than its cache and conflicts are retried; later versions wait, too.

use crate::api::time::Ms;
use crate::api::{Key, Name, Object, Revision, Verb};
use crate::component::{Action, Outcome, Seen, Turn, Wake};
use std::collections::BTreeMap;

/// How long a key is put off before the cache is taken as it is.
const PATIENCE_MS: Ms = 3000;
/// How long it is put off each time, should no event come.
const WAIT_MS: Ms = 1000;

/// The newest revision that was written of each object, by the key whose turn wrote it.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct OwnWrites {
    written: BTreeMap<Name, BTreeMap<Key, Revision>>,
    /// Since when.
    put_off: BTreeMap<Name, Ms>,
}

impl OwnWrites {
    /// Takes note of an answer: of objects that were created or updated, whichever part of them.
    pub(super) fn note(&mut self, key: &str, action: &Action, outcome: &Outcome) {
        let (Action::Api(request), Outcome::Api(answer)) = (action, outcome) else {
            return;
        };
        if !matches!(request.verb, Verb::Create | Verb::Update) {
            return;
        }
        let object = answer.result.as_ref().ok().and_then(|reply| reply.object());
        if let (Some(object), Some(revision)) = (object, answer.revision) {
            let objects = self.written.entry(key.into()).or_default();
            objects.insert(object.key(), revision);
        }
    }

    /// Must the key wait? Then the turn says for what, and when to come back at the latest.
    pub(super) fn must_wait(&mut self, key: &str, seen: &Seen<'_>, turn: &mut Turn) -> bool {
        let Some(objects) = self.written.get_mut(key) else {
            return false;
        };
        let cached = |key: &Key| seen.table(key.kind).get(&key.namespace, &key.name);
        objects.retain(|key, revision| cached(key).map_or(0, Object::revision) < *revision);
        let Some((awaited, revision)) = objects.first_key_value() else {
            self.forget(key);
            return false;
        };
        turn.saw_at(
            awaited.clone(),
            cached(awaited).map_or(0, Object::revision),
            "own write not yet seen, revision",
            i64::try_from(*revision).unwrap_or(i64::MAX),
        );
        let since_ms = *self.put_off.entry(key.into()).or_insert(seen.now_ms);
        if seen.now_ms - since_ms >= PATIENCE_MS {
            self.forget(key);
            return false;
        }
        turn.again(Wake::after(key, WAIT_MS));
        true
    }

    /// Has the key been put off?
    pub(super) fn is_awaited(&self, key: &str) -> bool {
        self.put_off.contains_key(key)
    }

    /// The object behind the key is gone.
    pub(super) fn forget(&mut self, key: &str) {
        self.written.remove(key);
        self.put_off.remove(key);
    }
}
