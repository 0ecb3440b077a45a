//! `watch`: every change of one kind from a revision on, as far back as the server remembers: to when it last started.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/storage/etcd3/watcher.go,
//! pkg/storage/cacher/watch_cache.go (`getAllEventsSinceLocked`).
//! Left out: the watch cache's own size. Upstream remembers of each kind the last 100 changes at least, and more while they are younger than
//! 75 seconds; here all kinds go back as far as etcd does, five to ten minutes.

use crate::api::{Change, Kind, Reason, Revision, Status};
use crate::control_plane::etcd::Store;

/// The changes of `kind` after revision `since`, oldest first.
///
/// # Errors
/// `410 Expired` if some of them were compacted away, or came before the server's start; the client must list again.
pub fn watch(
    store: &Store,
    kind: Kind,
    since: Revision,
) -> Result<impl Iterator<Item = &Change> + '_, Status> {
    let is_known = since >= store.remembered_since();
    let changes = store.since(since).filter(|_| is_known);
    let changes = changes.ok_or_else(|| expired(store, since))?;
    Ok(changes.filter(move |change| change.kind() == kind))
}

/// `410`: what came after this revision is not known any more.
pub(super) fn expired(store: &Store, since: Revision) -> Status {
    let oldest = store.remembered_since().max(store.oldest() - 1);
    let why = format!("too old resource version: {since} ({oldest})");
    Status::new(Reason::Expired, why)
}
