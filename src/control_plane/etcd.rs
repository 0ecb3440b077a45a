//! etcd: the single source of truth. Every write makes the next revision; the log of writes has no gaps.
//!
//! Only the API server imports this file.
//!
//! The real thing: etcd's mvcc store (server/storage/mvcc), as used by staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go.
//! Left out: Raft and several members, disk; leases that are granted, renewed and shared (a key just has a time after which it goes). The log is cut at a fixed number of writes ([`LOG_MAX`]), besides the API server's compaction every five minutes.

use crate::api::time::Ms;
use crate::api::{Change, Key, Kind, Object, Revision, Snapshot, Table, User};
use imbl::Vector;

/// How many writes the log keeps at most; older ones are compacted away.
pub const LOG_MAX: usize = 20_000;

/// Who writes, when, and in which step; stamped on every change.
#[derive(Clone, Debug, PartialEq)]
pub struct Writer {
    /// Whose request it is.
    pub by: User,
    /// Now.
    pub at_ms: Ms,
    /// The step of the cluster that this write belongs to.
    pub step: u64,
}

/// All objects as they are now, and the log of how they came to be.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Store {
    head: Snapshot,
    revision: Revision,
    log: Vector<Change>,
    remembered_since: Revision,
    watched: Vec<Kind>,
    changed: Vec<Revision>,
    unpublished: Vec<(Revision, Option<Table>)>,
    /// When the writes of what does not stay for ever run out, earliest first.
    leases: Vector<(Ms, Key, Revision)>,
}

impl Store {
    /// Says which kinds anyone watches: only for those is it worth keeping what a write replaced.
    pub fn keep_for(&mut self, watched: Vec<Kind>) {
        self.watched = watched;
    }

    /// The writes since the last call, oldest first; for watched kinds with the objects of the kind as they were just before.
    pub fn take_unpublished(&mut self) -> Vec<(Revision, Option<Table>)> {
        std::mem::take(&mut self.unpublished)
    }

    /// The newest revision; 0 before the first write.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The oldest revision that the log still has; reading before it is `410 Gone`.
    #[must_use]
    pub fn oldest(&self) -> Revision {
        self.log
            .front()
            .map_or(self.revision + 1, |change| change.revision)
    }

    /// The newest revision when the API server last started: what was before, its watch cache does not know.
    #[must_use]
    pub fn remembered_since(&self) -> Revision {
        self.remembered_since
    }

    /// The API server has started: its watch cache, which is this log from here on, begins with what there is now.
    pub fn forget_what_was(&mut self) {
        self.remembered_since = self.revision;
    }

    /// The newest revision that changed an object of this kind; 0 if none ever did. Of custom kinds, at least that revision.
    #[must_use]
    pub fn changed(&self, kind: Kind) -> Revision {
        match kind {
            Kind::Custom(_) => self.revision,
            built_in => self.changed.get(built_in.index()).copied().unwrap_or(0),
        }
    }

    /// Everything as it is now.
    #[must_use]
    pub fn head(&self) -> &Snapshot {
        &self.head
    }

    /// The write that made this revision, if the log still has it.
    #[must_use]
    pub fn change(&self, revision: Revision) -> Option<&Change> {
        let index = revision.checked_sub(self.oldest())?;
        self.log.get(usize::try_from(index).ok()?)
    }

    /// The writes after this revision, oldest first; `None` if some of them were compacted away.
    pub fn since(&self, revision: Revision) -> Option<impl Iterator<Item = &Change> + '_> {
        (revision + 1 >= self.oldest())
            .then(|| (revision + 1..=self.revision).filter_map(|r| self.change(r)))
    }

    /// The writes that the log still has about one object, oldest first.
    pub fn history<'a>(&'a self, key: &'a Key) -> impl DoubleEndedIterator<Item = &'a Change> + 'a {
        self.log
            .iter()
            .filter(move |change| change.kind() == key.kind && change.key() == *key)
    }

    /// The objects of a kind as they were at a revision; `None` if the log does not reach back so far, or the revision is yet to come.
    #[must_use]
    pub fn table_at(&self, kind: Kind, revision: Revision) -> Option<Table> {
        if revision > self.revision || revision + 1 < self.oldest() {
            return None;
        }
        let mut table = self.head.table(kind).clone();
        for undone in (revision + 1..=self.revision).rev() {
            let change = self.change(undone).filter(|change| change.kind() == kind);
            match change.map(|change| (&change.before, change.key())) {
                None => {}
                Some((Some(before), _)) => {
                    table.insert(before.clone());
                }
                Some((None, key)) => {
                    table.remove(&key.namespace, &key.name);
                }
            }
        }
        Some(table)
    }

    /// Lets the object that this revision wrote go at this time, unless it is written again. All objects stay for the same length of time.
    pub fn lease(&mut self, key: Key, revision: Revision, until_ms: Ms) {
        self.leases.push_back((until_ms, key, revision));
    }

    /// When the next lease runs out.
    #[must_use]
    pub fn next_expiry_ms(&self) -> Option<Ms> {
        self.leases.front().map(|(until_ms, _, _)| *until_ms)
    }

    /// Removes what has run out by now.
    pub fn expire(&mut self, writer: &Writer) {
        while self
            .leases
            .front()
            .is_some_and(|(until_ms, _, _)| *until_ms <= writer.at_ms)
        {
            let Some((_, key, revision)) = self.leases.pop_front() else {
                return;
            };
            if self.head.get(&key).map(Object::revision) == Some(revision) {
                self.remove(&key, writer);
            }
        }
    }

    /// Stores an object, in the place of the one with its key if there is one, and stamps it with the new revision.
    pub fn put(&mut self, mut object: Object, writer: &Writer) -> &Change {
        let kind = object.kind();
        let revision = self.revision + 1;
        object.metadata_mut().resource_version = Some(revision.to_string());
        self.keep(kind, revision);
        let before = self.head.insert(object.clone());
        self.append(Change {
            revision,
            at_ms: writer.at_ms,
            by: writer.by.clone(),
            step: writer.step,
            before,
            after: Some(object),
        })
    }

    /// Removes an object; `None` if there is none.
    pub fn remove(&mut self, key: &Key, writer: &Writer) -> Option<&Change> {
        self.head.get(key)?;
        let revision = self.revision + 1;
        self.keep(key.kind, revision);
        let before = self.head.remove(key)?;
        Some(self.append(Change {
            revision,
            at_ms: writer.at_ms,
            by: writer.by.clone(),
            step: writer.step,
            before: Some(before),
            after: None,
        }))
    }

    /// Forgets the writes up to and including this revision.
    pub fn compact(&mut self, revision: Revision) {
        while self
            .log
            .front()
            .is_some_and(|change| change.revision <= revision)
        {
            self.log.pop_front();
        }
    }

    /// Remembers, before a write, what is to be told of it.
    fn keep(&mut self, kind: Kind, revision: Revision) {
        let watched = matches!(kind, Kind::Custom(_)) || self.watched.contains(&kind);
        let table = watched.then(|| self.head.table(kind).clone());
        self.unpublished.push((revision, table));
        if !matches!(kind, Kind::Custom(_)) {
            self.changed.resize(Kind::ALL.len(), 0);
            self.changed[kind.index()] = revision;
        }
    }

    fn append(&mut self, change: Change) -> &Change {
        self.revision = change.revision;
        self.log.push_back(change);
        if self.log.len() > LOG_MAX {
            self.log.pop_front();
        }
        self.log.back().expect("a change was just appended")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use k8s_openapi::api::core::v1::ConfigMap;

    fn config_map(name: &str) -> Object {
        let mut object = ConfigMap::default();
        object.metadata.name = Some(name.to_owned());
        object.metadata.namespace = Some("default".to_owned());
        object.into()
    }

    #[test]
    fn revisions_have_no_gaps_and_the_log_remembers_both_sides() {
        let writer = Writer {
            by: "me".into(),
            at_ms: 5,
            step: 1,
        };
        let mut store = Store::default();
        store.keep_for(vec![Kind::ConfigMap]);
        store.put(config_map("a"), &writer);
        store.put(config_map("b"), &writer);
        store.put(config_map("a"), &writer);
        let key = Key::new(Kind::ConfigMap, "default", "a");
        assert!(store.remove(&key, &writer).is_some());
        assert!(store.remove(&key, &writer).is_none(), "it is gone");
        let unpublished = store.take_unpublished();
        let sizes = unpublished
            .iter()
            .map(|(revision, before)| (*revision, before.as_ref().map(crate::api::Table::len)));
        let want = [(1, Some(0)), (2, Some(1)), (3, Some(2)), (4, Some(2))];
        assert_eq!(
            sizes.collect::<Vec<_>>(),
            want,
            "each write, with the objects as they were before it"
        );
        let history: Vec<_> = store
            .history(&key)
            .map(|c| (c.revision, c.change_type().name()))
            .collect();
        assert_eq!(history, [(1, "ADDED"), (3, "MODIFIED"), (4, "DELETED")]);
        assert_eq!(
            store
                .change(3)
                .and_then(|c| c.before.as_ref())
                .map(Object::revision),
            Some(1)
        );
        assert_eq!(
            store
                .since(2)
                .expect("not compacted")
                .map(|c| c.revision)
                .collect::<Vec<_>>(),
            [3, 4]
        );
        store.compact(2);
        assert_eq!((store.oldest(), store.since(1).is_none()), (3, true));
    }

    #[test]
    fn every_write_is_to_be_told_with_what_was_there_before_it() {
        let writer = Writer {
            by: "me".into(),
            at_ms: 5,
            step: 1,
        };
        let mut store = Store::default();
        store.keep_for(vec![Kind::ConfigMap]);
        store.put(config_map("a"), &writer);
        let key = Key::new(Kind::ConfigMap, "default", "a");
        store.remove(&key, &writer);
        store.remove(&key, &writer);
        let told: Vec<_> = store
            .take_unpublished()
            .into_iter()
            .map(|(revision, before)| (revision, before.map(|table| table.len())))
            .collect();
        assert_eq!(told, [(1, Some(0)), (2, Some(1))]);
    }
}
