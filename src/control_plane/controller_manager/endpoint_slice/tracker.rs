//! What the controller has written and not yet seen come back.
//!
//! The real thing: staging/src/k8s.io/endpointslice/util/endpointslice_tracker.go.

use crate::api::{Kind, Name, Object};
use crate::component::Seen;
use std::collections::BTreeMap;

/// How often a Service is put off before the cache is taken as it is: an event may have been lost.
const PATIENCE: u32 = 10;

/// What is remembered of all Services.
#[derive(Clone, Debug, PartialEq, Default)]
pub(in super::super) struct Tracker {
    /// By Service, the generations that its slices were written with; 0 for one that was deleted.
    written: BTreeMap<Name, BTreeMap<Name, i64>>,
    /// By Service, how often in a row it was put off.
    put_off: BTreeMap<Name, u32>,
}

impl Tracker {
    /// The first slice of the Service that the cache does not show as it was written; while there is one, the cache is stale.
    pub(in super::super) fn awaited(&mut self, key: &str, seen: &Seen<'_>) -> Option<Name> {
        let awaited = self.find_awaited(key, seen);
        if awaited.is_none() {
            self.put_off.remove(key);
            return None;
        }
        let times = self.put_off.entry(key.into()).or_default();
        *times += 1;
        if *times > PATIENCE {
            self.forget(key);
            return None;
        }
        awaited
    }

    fn find_awaited(&self, key: &str, seen: &Seen<'_>) -> Option<Name> {
        let (namespace, _) = key.split_once('/').unwrap_or_default();
        let table = seen.table(Kind::EndpointSlice);
        let slices = self.written.get(key)?;
        let is_stale = |(name, generation): &(&Name, &i64)| match table.get(namespace, name) {
            Some(_) if **generation == 0 => true,
            Some(slice) => generation_of(slice) < **generation,
            None => **generation != 0,
        };
        slices.iter().find(is_stale).map(|(name, _)| name.clone())
    }

    /// The API server took a slice.
    pub(in super::super) fn wrote(&mut self, key: &str, slice: &Object) {
        let slices = self.written.entry(key.into()).or_default();
        slices.insert(slice.name(), generation_of(slice));
    }

    /// The API server deleted a slice.
    pub(in super::super) fn deleted(&mut self, key: &str, slice: &str) {
        let slices = self.written.entry(key.into()).or_default();
        slices.insert(slice.into(), 0);
    }

    /// A slice has gone; `true` if that was this controller's doing.
    pub(in super::super) fn saw_deletion(&mut self, key: &str, slice: &str) -> bool {
        let slices = self.written.get_mut(key);
        slices.and_then(|s| s.remove(slice)) == Some(0)
    }

    /// Is this a slice as this controller wrote it?
    pub(in super::super) fn is_known(&self, key: &str, slice: &Object) -> bool {
        let known = self.written.get(key).and_then(|s| s.get(&slice.name()));
        known.is_some_and(|generation| generation_of(slice) <= *generation)
    }

    /// The Service is gone.
    pub(in super::super) fn forget(&mut self, key: &str) {
        self.written.remove(key);
        self.put_off.remove(key);
    }
}

fn generation_of(slice: &Object) -> i64 {
    slice.metadata().generation.unwrap_or(1).max(1)
}
