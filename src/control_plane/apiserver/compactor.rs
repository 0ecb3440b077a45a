//! The compactor: every five minutes etcd forgets what was before the last five minutes; and what etcd forgets by itself.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/storage/etcd3/compact.go (`compactor`), etcd's lease/lessor.go.

use crate::api::Revision;
use crate::api::time::Ms;
use crate::control_plane::etcd::{Store, Writer};

/// Between two compactions. The real thing: `DefaultCompactInterval`.
const INTERVAL_MS: Ms = 300_000;

/// Who removes what has run out.
const ETCD: &str = "etcd";

/// What the API server remembers between compactions.
#[derive(Clone, Debug, PartialEq)]
pub struct Compactor {
    due_ms: Ms,
    /// The newest revision as of the last time.
    revision: Revision,
}

impl Compactor {
    /// One that was switched on now.
    #[must_use]
    pub fn new(now_ms: Ms) -> Self {
        Self {
            due_ms: now_ms + INTERVAL_MS,
            revision: 0,
        }
    }

    /// Does what is due by now; `step` is stamped on what runs out. Costs nothing when nothing is due.
    pub fn keep_house(&mut self, store: &mut Store, now_ms: Ms, step: u64) {
        if self.due_ms <= now_ms {
            let missed = (now_ms - self.due_ms) / INTERVAL_MS;
            if missed > 0 {
                // Nothing was written since the first of them.
                self.revision = store.revision();
            }
            store.compact(self.revision);
            self.revision = store.revision();
            self.due_ms += (missed + 1) * INTERVAL_MS;
        }
        if store.next_expiry_ms().is_some_and(|ms| ms <= now_ms) {
            store.expire(&Writer {
                by: ETCD.into(),
                at_ms: now_ms,
                step,
            });
        }
    }
}
