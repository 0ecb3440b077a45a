//! `watch`: every change of one kind from a revision on.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/storage/etcd3/watcher.go,
//! pkg/storage/cacher/watch_cache.go (`getAllEventsSinceLocked`).

use crate::api::{Change, Kind, Reason, Revision, Status};
use crate::control_plane::etcd::Store;

/// The changes of `kind` after revision `since`, oldest first.
///
/// # Errors
/// `410 Expired` if some of them were compacted away; the client must list again.
pub fn watch(
    store: &Store,
    kind: Kind,
    since: Revision,
) -> Result<impl Iterator<Item = &Change> + '_, Status> {
    let changes = store.since(since).ok_or_else(|| expired(store, since))?;
    Ok(changes.filter(move |change| change.kind() == kind))
}

/// `410`: what came after this revision is not known any more.
pub(super) fn expired(store: &Store, since: Revision) -> Status {
    let why = format!("too old resource version: {since} ({})", store.oldest());
    Status::new(Reason::Expired, why)
}
