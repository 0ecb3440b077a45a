//! The objects of one revision, with the indexes that components list by. Persistent: a clone is a few pointers.
//!
//! The real thing: client-go's informer store with indexers (tools/cache/thread_safe_store.go), and etcd's view of one revision.

use super::custom::{Definition, Definitions};
use super::tally::{Tally, counts_alike};
use super::{CustomKind, Key, Kind, Name, Object, Stored, Uid, claims, owner, pods};
use crate::api::Pod;
use imbl::{OrdMap, OrdSet};
use k8s_openapi::api::core::v1::Event;
use std::sync::{Arc, OnceLock};

/// Namespace and name: an object's place within its kind.
pub(super) type Place = (Name, Name);

/// All objects of one kind at one revision. Every write leaves the table as it was behind, so a change copies a path through each map
/// that it touches: the maps are split by what they are asked for, which keeps those paths short and their nodes small.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Table {
    len: usize,
    /// By namespace, then by name.
    objects: OrdMap<Name, OrdMap<Name, Object>>,
    /// By owner and namespace; the zero uid for those that nobody controls.
    by_owner: OrdMap<(Uid, Name), OrdSet<Name>>,
    /// By namespace, key and value.
    by_label: OrdMap<(Name, Name, Name), OrdSet<Name>>,
    by_node: OrdMap<Name, OrdSet<Place>>,
    by_claim: OrdMap<Name, Place>,
    tallies: OrdMap<Uid, Arc<Tally>>,
    warnings: usize,
}

impl Table {
    /// The object of this name, if there is one.
    #[must_use]
    pub fn get(&self, namespace: &str, name: &str) -> Option<&Object> {
        self.objects.get(namespace)?.get(name)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All of them, by namespace and name.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Object> + '_ {
        self.objects.values().flat_map(OrdMap::values)
    }

    /// Those of one namespace, by name; all of them if it is empty.
    pub fn in_namespace<'a>(
        &'a self,
        namespace: &str,
    ) -> impl Iterator<Item = &'a Object> + use<'a> {
        let only = self
            .objects
            .get(namespace)
            .filter(|_| !namespace.is_empty());
        let all = namespace.is_empty().then(|| self.iter());
        let only = only.into_iter().flat_map(OrdMap::values);
        all.into_iter().flatten().chain(only)
    }

    /// Those which name this uid among their owners; with the zero uid, those that nobody controls.
    pub fn owned_by(&self, uid: Uid) -> impl Iterator<Item = &Object> + '_ {
        let namespaces = self.by_owner.range((uid, Name::default())..);
        namespaces
            .take_while(move |((u, _), _)| *u == uid)
            .flat_map(|((_, namespace), names)| self.those(namespace, names))
    }

    /// Those of a namespace that nobody controls, by name.
    pub fn orphans_in(&self, namespace: Name) -> impl Iterator<Item = &Object> + '_ {
        let found = self.by_owner.get_key_value(&(Uid::default(), namespace));
        found
            .into_iter()
            .flat_map(|((_, namespace), names)| self.those(namespace, names))
    }

    /// Those of a namespace with this label; much cheaper than looking through all.
    pub fn with_label(
        &self,
        namespace: &str,
        key: &str,
        value: &str,
    ) -> impl Iterator<Item = &Object> + '_ {
        let label = (namespace.into(), key.into(), value.into());
        let found = self.by_label.get_key_value(&label);
        found
            .into_iter()
            .flat_map(|((namespace, _, _), names)| self.those(namespace, names))
    }

    /// Pods that are bound to this node (`spec.nodeName`); with an empty name, those bound to none.
    pub fn on_node(&self, node: &str) -> impl Iterator<Item = &Object> + '_ {
        let places = self.by_node.get(node).into_iter().flatten();
        places.filter_map(|(namespace, name)| self.get(namespace, name))
    }

    /// How many pods are bound to this node; with an empty name, to none.
    #[must_use]
    pub fn count_on_node(&self, node: &str) -> usize {
        self.by_node.get(node).map_or(0, OrdSet::len)
    }

    /// The objects of these names.
    fn those<'a>(
        &'a self,
        namespace: &str,
        names: &'a OrdSet<Name>,
    ) -> impl Iterator<Item = &'a Object> + use<'a> {
        let objects = self.objects.get(namespace);
        names.iter().filter_map(move |name| objects?.get(name))
    }

    /// Who holds what only one object may hold (see [`super::claims`]).
    #[must_use]
    pub fn holder(&self, claim: &str) -> Option<&Place> {
        self.by_claim.get(claim)
    }

    /// The numbers of pods that the object with this uid controls.
    #[must_use]
    pub fn tally(&self, controller: Uid) -> Option<&Tally> {
        self.tallies.get(&controller).map(|tally| &**tally)
    }

    /// How many Events of type Warning there are.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.warnings
    }

    /// Puts an object in, in the place of the one with its name; returns that one.
    pub fn insert(&mut self, object: Object) -> Option<Object> {
        let place = (object.namespace(), object.name());
        let before = if let Some(in_namespace) = self.objects.get_mut(&place.0) {
            in_namespace.insert(place.1.clone(), object.clone())
        } else {
            let first = OrdMap::unit(place.1.clone(), object.clone());
            self.objects.insert(place.0.clone(), first);
            None
        };
        self.len += usize::from(before.is_none());
        self.reindex(&place, before.as_ref(), Some(&object));
        before
    }

    /// Takes an object out.
    pub fn remove(&mut self, namespace: &str, name: &str) -> Option<Object> {
        self.get(namespace, name)?;
        let in_namespace = self.objects.get_mut(namespace)?;
        let before = in_namespace.remove(name)?;
        if in_namespace.is_empty() {
            self.objects.remove(namespace);
        }
        self.len -= 1;
        let place = (Name::from(namespace), Name::from(name));
        self.reindex(&place, Some(&before), None);
        Some(before)
    }

    fn reindex(&mut self, place: &Place, before: Option<&Object>, after: Option<&Object>) {
        match before.or(after).map(Object::kind) {
            Some(Kind::Event) => {
                self.warnings += usize::from(after.is_some_and(is_warning));
                self.warnings -= usize::from(before.is_some_and(is_warning));
                return;
            }
            Some(Kind::Lease) | None => return,
            Some(_) => {}
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
            take_out(&mut self.by_owner, &(uid, place.0.clone()), &place.1);
        }
        for uid in after.into_iter().flat_map(index_uids) {
            put_in(&mut self.by_owner, (uid, place.0.clone()), &place.1);
        }
    }

    fn reindex_labels(&mut self, place: &Place, before: Option<&Object>, after: Option<&Object>) {
        let was = before.and_then(|o| o.metadata().labels.as_ref());
        let is = after.and_then(|o| o.metadata().labels.as_ref());
        if was == is {
            return;
        }
        for (key, value) in was.into_iter().flatten() {
            let label = (place.0.clone(), key.into(), value.into());
            take_out(&mut self.by_label, &label, &place.1);
        }
        for (key, value) in is.into_iter().flatten() {
            let label = (place.0.clone(), key.into(), value.into());
            put_in(&mut self.by_label, label, &place.1);
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
                take_out(&mut self.by_node, &Name::from(node), place);
            }
            if let Some(node) = is {
                put_in(&mut self.by_node, node.into(), place);
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
            let Some(tally) = self.tallies.get_mut(&uid) else {
                let mut tally = Tally::default();
                tally.add(pod, by);
                self.tallies.insert(uid, Arc::new(tally));
                continue;
            };
            let tally = Arc::make_mut(tally);
            tally.add(pod, by);
            if tally.is_empty() {
                self.tallies.remove(&uid);
            }
        }
    }
}

/// Adds to one of the sets of an index.
fn put_in<K: Ord + Clone, V: Ord + Clone>(index: &mut OrdMap<K, OrdSet<V>>, key: K, value: &V) {
    if let Some(set) = index.get_mut(&key) {
        set.insert(value.clone());
    } else {
        index.insert(key, OrdSet::unit(value.clone()));
    }
}

/// Takes out of one of the sets of an index; a set that is empty then goes, too.
fn take_out<K: Ord + Clone, V: Ord + Clone>(index: &mut OrdMap<K, OrdSet<V>>, key: &K, value: &V) {
    if let Some(set) = index.get_mut(key) {
        set.remove(value);
        if set.is_empty() {
            index.remove(key);
        }
    }
}

fn is_warning(object: &Object) -> bool {
    Event::of(object).is_some_and(|event| event.type_.as_deref() == Some("Warning"))
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
    /// What the CustomResourceDefinitions among the objects say, as far as they are established.
    definitions: OrdMap<CustomKind, Arc<Definition>>,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            tables: vec![Table::default(); Kind::ALL.len()],
            custom: OrdMap::new(),
            definitions: OrdMap::new(),
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

    /// Puts an object in, in the place of the one with its key; returns that one. A definition is in force from now on.
    pub fn insert(&mut self, object: Object) -> Option<Object> {
        if let Object::CustomResourceDefinition(crd) = &object
            && let Some(definition) = Definition::of(crd)
        {
            self.definitions
                .insert(definition.kind, Arc::new(definition));
        }
        self.table_mut(object.kind()).insert(object)
    }

    /// Takes an object out; a definition is in force no longer.
    pub fn remove(&mut self, key: &Key) -> Option<Object> {
        let before = self.table_mut(key.kind).remove(&key.namespace, &key.name)?;
        if let Object::CustomResourceDefinition(crd) = &before
            && let Some(kind) = Definition::kind_of(crd)
        {
            self.definitions.remove(&kind);
            if self.custom.get(&kind).is_some_and(Table::is_empty) {
                self.custom.remove(&kind);
            }
        }
        Some(before)
    }

    /// The custom kinds that are defined, by name.
    pub fn custom_kinds(&self) -> impl Iterator<Item = CustomKind> + '_ {
        self.definitions.keys().copied()
    }

    /// The definition of a custom kind, if it is in force.
    #[must_use]
    pub fn definition(&self, kind: CustomKind) -> Option<&Arc<Definition>> {
        self.definitions.get(&kind)
    }

    /// All definitions that are in force, to find kinds by the names that people use.
    #[must_use]
    pub fn definitions(&self) -> Definitions {
        Definitions::new(self.definitions.values().map(|d| Definition::clone(d)))
    }

    /// The schema of a version of a custom kind.
    #[must_use]
    pub fn schema_of(&self, kind: CustomKind, version: &str) -> Option<&serde_json::Value> {
        self.definition(kind)?.schema_json(version)
    }

    /// The object at this key, if there is one.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Object> {
        self.table(key.kind).get(&key.namespace, &key.name)
    }

    /// All objects, by kind, namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = &Object> + '_ {
        let custom = self.custom.values();
        self.tables.iter().chain(custom).flat_map(Table::iter)
    }
}
