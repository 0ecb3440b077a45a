//! The objects of one revision, with the indexes that components list by. Persistent: a clone is a few pointers.
//!
//! The real thing: client-go's informer store with indexers (tools/cache/thread_safe_store.go), and etcd's view of one revision.

use super::{CustomKind, Kind, Name, Object, Stored, Uid, claims, owner, pods};
use imbl::{OrdMap, OrdSet};
use k8s_openapi::api::core::v1::Pod;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::OnceLock;

/// Namespace and name: an object's place within its kind.
pub(super) type Place = (Name, Name);

/// All objects of one kind at one revision.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Table {
    objects: OrdMap<Place, Object>,
    by_owner: OrdSet<(Uid, Place)>,
    by_label: OrdSet<(Name, Name, Name)>,
    by_node: OrdSet<(Name, Place)>,
    by_claim: OrdMap<Name, Place>,
    tallies: OrdMap<Uid, Tally>,
}

/// How many pods a controller has, and in which state; kept up with every write so that nobody needs to count.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Tally {
    /// Per set of labels (nearly always one), the counts.
    pub groups: Vec<(BTreeMap<String, String>, PodCounts)>,
}

/// Numbers of pods. A pod is in exactly one of `active`, `terminating` and `finished`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PodCounts {
    /// Neither finished nor being deleted.
    pub active: i32,
    /// Of the active ones, those whose Ready condition is True.
    pub ready: i32,
    /// Being deleted, and not finished.
    pub terminating: i32,
    /// Phase Succeeded or Failed.
    pub finished: i32,
}

impl Tally {
    /// The sum over all groups.
    #[must_use]
    pub fn total(&self) -> PodCounts {
        self.sum(|_| true)
    }

    /// The sum over the pods whose labels satisfy `matches`.
    #[must_use]
    pub fn sum(&self, matches: impl Fn(&BTreeMap<String, String>) -> bool) -> PodCounts {
        let mut sum = PodCounts::default();
        for (_, counts) in self.groups.iter().filter(|(labels, _)| matches(labels)) {
            sum.active += counts.active;
            sum.ready += counts.ready;
            sum.terminating += counts.terminating;
            sum.finished += counts.finished;
        }
        sum
    }

    fn add(&mut self, pod: &Pod, by: i32) {
        let empty = BTreeMap::new();
        let labels = pod.metadata.labels.as_ref().unwrap_or(&empty);
        let index = self
            .groups
            .iter()
            .position(|(l, _)| l == labels)
            .unwrap_or_else(|| {
                self.groups.push((labels.clone(), PodCounts::default()));
                self.groups.len() - 1
            });
        let counts = &mut self.groups[index].1;
        if pods::is_finished(pod) {
            counts.finished += by;
        } else if pod.metadata.deletion_timestamp.is_some() {
            counts.terminating += by;
        } else {
            counts.active += by;
            counts.ready += if pods::is_ready(pod) { by } else { 0 };
        }
        if *counts == PodCounts::default() {
            self.groups.remove(index);
        }
    }
}

impl Table {
    /// The object of this name, if there is one.
    #[must_use]
    pub fn get(&self, namespace: &str, name: &str) -> Option<&Object> {
        self.objects.get(&(Name::from(namespace), Name::from(name)))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// All of them, by namespace and name.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Object> + '_ {
        self.objects.iter().map(|(_, object)| object)
    }

    /// Those of one namespace, by name; all of them if it is empty.
    pub fn in_namespace<'a>(&'a self, namespace: &str) -> impl Iterator<Item = &'a Object> {
        let from: Place = (namespace.into(), Name::default());
        let objects = self
            .objects
            .range((Bound::Included(from), Bound::Unbounded));
        objects
            .take_while(move |((ns, _), _)| namespace.is_empty() || ns == namespace)
            .map(|(_, object)| object)
    }

    /// Those which name this uid among their owners; with the zero uid, those that nobody controls.
    pub fn owned_by(&self, uid: Uid) -> impl Iterator<Item = &Object> + '_ {
        let from = (uid, (Name::default(), Name::default()));
        let entries = self
            .by_owner
            .range((Bound::Included(from), Bound::Unbounded));
        entries
            .take_while(move |(u, _)| *u == uid)
            .filter_map(|(_, place)| self.objects.get(place))
    }

    /// Those of a namespace that nobody controls, by name.
    pub fn orphans_in(&self, namespace: Name) -> impl Iterator<Item = &Object> + '_ {
        let from = (Uid::default(), (namespace.clone(), Name::default()));
        let entries = self
            .by_owner
            .range((Bound::Included(from), Bound::Unbounded));
        entries
            .take_while(move |(u, (ns, _))| *u == Uid::default() && *ns == namespace)
            .filter_map(|(_, place)| self.objects.get(place))
    }

    /// Those of a namespace with this label; much cheaper than looking through all.
    pub fn with_label<'a>(
        &'a self,
        namespace: &'a str,
        key: &str,
        value: &str,
    ) -> impl Iterator<Item = &'a Object> + 'a {
        let label = label_entry(key, value);
        let from = (Name::from(namespace), label.clone(), Name::default());
        let entries = self
            .by_label
            .range((Bound::Included(from), Bound::Unbounded));
        entries
            .take_while(move |(ns, l, _)| ns == namespace && *l == label)
            .filter_map(|(ns, _, name)| self.objects.get(&(ns.clone(), name.clone())))
    }

    /// Pods that are bound to this node (`spec.nodeName`); with an empty name, those bound to none.
    pub fn on_node<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a Object> + 'a {
        let from = (Name::from(node), (Name::default(), Name::default()));
        let entries = self
            .by_node
            .range((Bound::Included(from), Bound::Unbounded));
        entries
            .take_while(move |(n, _)| n == node)
            .filter_map(|(_, place)| self.objects.get(place))
    }

    /// Who holds what only one object may hold (see [`super::claims`]).
    #[must_use]
    pub fn holder(&self, claim: &str) -> Option<&Place> {
        self.by_claim.get(&Name::from(claim))
    }

    /// The numbers of pods that the object with this uid controls.
    #[must_use]
    pub fn tally(&self, controller: Uid) -> Option<&Tally> {
        self.tallies.get(&controller)
    }

    /// Puts an object in, in the place of the one with its name; returns that one.
    pub fn insert(&mut self, object: Object) -> Option<Object> {
        let place = (object.namespace(), object.name());
        let before = self.objects.insert(place.clone(), object.clone());
        self.reindex(&place, before.as_ref(), Some(&object));
        before
    }

    /// Takes an object out.
    pub fn remove(&mut self, namespace: &str, name: &str) -> Option<Object> {
        let place = (Name::from(namespace), Name::from(name));
        let before = self.objects.remove(&place)?;
        self.reindex(&place, Some(&before), None);
        Some(before)
    }

    fn reindex(&mut self, place: &Place, before: Option<&Object>, after: Option<&Object>) {
        let indexed = |o: &Object| !matches!(o.kind(), Kind::Event | Kind::Lease);
        if !before.or(after).is_some_and(indexed) {
            return;
        }
        self.reindex_owners(place, before, after);
        self.reindex_labels(place, before, after);
        if before.or(after).is_some_and(|o| o.kind() == Kind::Service) {
            self.reindex_claims(place, before, after);
        }
        let (was, is) = (before.and_then(Pod::of), after.and_then(Pod::of));
        if was.or(is).is_some() {
            self.reindex_pod(place, was, is);
        }
    }

    fn reindex_owners(&mut self, place: &Place, before: Option<&Object>, after: Option<&Object>) {
        if let (Some(before), Some(after)) = (before, after)
            && before.metadata().owner_references == after.metadata().owner_references
        {
            return;
        }
        for uid in before.into_iter().flat_map(index_uids) {
            self.by_owner.remove(&(uid, place.clone()));
        }
        for uid in after.into_iter().flat_map(index_uids) {
            self.by_owner.insert((uid, place.clone()));
        }
    }

    fn reindex_labels(&mut self, place: &Place, before: Option<&Object>, after: Option<&Object>) {
        let was = before.and_then(|o| o.metadata().labels.as_ref());
        let is = after.and_then(|o| o.metadata().labels.as_ref());
        if was == is {
            return;
        }
        for (key, value) in was.into_iter().flatten() {
            self.by_label
                .remove(&(place.0.clone(), label_entry(key, value), place.1.clone()));
        }
        for (key, value) in is.into_iter().flatten() {
            self.by_label
                .insert((place.0.clone(), label_entry(key, value), place.1.clone()));
        }
    }

    fn reindex_claims(&mut self, place: &Place, before: Option<&Object>, after: Option<&Object>) {
        for claim in before.into_iter().flat_map(claims::of) {
            if self.by_claim.get(&claim) == Some(place) {
                self.by_claim.remove(&claim);
            }
        }
        for claim in after.into_iter().flat_map(claims::of) {
            self.by_claim.insert(claim, place.clone());
        }
    }

    fn reindex_pod(&mut self, place: &Place, before: Option<&Pod>, after: Option<&Pod>) {
        let (was, is) = (before.map(pods::node_name), after.map(pods::node_name));
        if was != is {
            if let Some(node) = was {
                self.by_node.remove(&(node.into(), place.clone()));
            }
            if let Some(node) = is {
                self.by_node.insert((node.into(), place.clone()));
            }
        }
        if let (Some(before), Some(after)) = (before, after)
            && counts_alike(before, after)
        {
            return;
        }
        // First the new, then the old, so that a tally that stays is not thrown away and made again.
        for (pod, by) in [(after, 1), (before, -1)] {
            let Some(pod) = pod else { continue };
            let Some(controller) = owner::controller_of(&pod.metadata) else {
                continue;
            };
            let uid = Uid::parse(&controller.uid);
            let tally = self.tallies.entry(uid).or_default();
            tally.add(pod, by);
            if tally.groups.is_empty() {
                self.tallies.remove(&uid);
            }
        }
    }
}

/// Do both versions of a pod count the same, for the same controller?
fn counts_alike(before: &Pod, after: &Pod) -> bool {
    let class = |pod: &Pod| {
        (
            pods::is_finished(pod),
            pod.metadata.deletion_timestamp.is_some(),
            pods::is_ready(pod),
        )
    };
    class(before) == class(after)
        && before.metadata.owner_references == after.metadata.owner_references
        && before.metadata.labels == after.metadata.labels
}

fn label_entry(key: &str, value: &str) -> Name {
    let mut text = String::with_capacity(key.len() + value.len() + 1);
    text.push_str(key);
    text.push('=');
    text.push_str(value);
    text.into()
}

/// The uids that an object is indexed under: its owners, and zero if nobody controls it.
fn index_uids(object: &Object) -> Vec<Uid> {
    let mut uids: Vec<Uid> = owner::owner_uids(object).collect();
    if owner::controller_of(object.metadata()).is_none() {
        uids.push(Uid::default());
    }
    uids
}

/// All objects of all kinds: the cluster's desired and reported state at one revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    tables: Vec<Table>,
    custom: OrdMap<CustomKind, Table>,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            tables: vec![Table::default(); Kind::ALL.len()],
            custom: OrdMap::new(),
        }
    }
}

impl Snapshot {
    /// The objects of one kind.
    #[must_use]
    pub fn table(&self, kind: Kind) -> &Table {
        static EMPTY: OnceLock<Table> = OnceLock::new();
        match kind {
            Kind::Custom(kind) => match self.custom.get(&kind) {
                Some(table) => table,
                None => EMPTY.get_or_init(Table::default),
            },
            built_in => &self.tables[built_in.index()],
        }
    }

    /// The objects of one kind, to be changed.
    pub fn table_mut(&mut self, kind: Kind) -> &mut Table {
        match kind {
            Kind::Custom(kind) => self.custom.entry(kind).or_default(),
            built_in => &mut self.tables[built_in.index()],
        }
    }

    /// The custom kinds that there are or were objects of, by name.
    pub fn custom_kinds(&self) -> impl Iterator<Item = CustomKind> + '_ {
        self.custom.keys().copied()
    }

    /// The object at this key, if there is one.
    #[must_use]
    pub fn get(&self, key: &super::Key) -> Option<&Object> {
        self.table(key.kind)
            .objects
            .get(&(key.namespace.clone(), key.name.clone()))
    }

    /// All objects, by kind, namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = &Object> + '_ {
        let custom = self.custom.values();
        self.tables.iter().chain(custom).flat_map(Table::iter)
    }
}
