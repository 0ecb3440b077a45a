//! What a component may look at: its informers' caches, its clock, and (on a node) its machine. Read only.

use super::Machine;
use crate::api::time::Ms;
use crate::api::{CustomKind, Kind, Name, Object, Snapshot, Stored, Table, Uid};

/// The informers' caches of one process: what [`Seen`] looks objects up in.
pub trait Caches {
    /// The cache of one kind; `None` if there is no informer on it.
    fn table(&self, kind: Kind) -> Option<&Table>;

    /// The custom kinds among them.
    fn custom_kinds(&self) -> Vec<CustomKind>;
}

/// Everything as it was at one revision: informers on every kind, and none of them lags.
impl Caches for Snapshot {
    fn table(&self, kind: Kind) -> Option<&Table> {
        Some(self.table(kind))
    }

    fn custom_kinds(&self) -> Vec<CustomKind> {
        self.custom_kinds().collect()
    }
}

/// One component's view of the world at one moment: its belief, which may lag behind the truth.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// Now.
    pub now_ms: Ms,
    /// The node that the component runs on; empty in the control plane.
    pub node: &'a str,
    caches: &'a dyn Caches,
    machine: Option<&'a Machine>,
}

impl<'a> Seen<'a> {
    /// The view that these caches give from the control plane.
    #[must_use]
    pub fn new(caches: &'a dyn Caches, now_ms: Ms) -> Self {
        Self {
            now_ms,
            node: "",
            caches,
            machine: None,
        }
    }

    /// The same view from a node and its machine.
    #[must_use]
    pub fn at(self, node: &'a str, machine: Option<&'a Machine>) -> Self {
        Self {
            node,
            machine,
            ..self
        }
    }

    /// The custom kinds that the component keeps informers on.
    #[must_use]
    pub fn custom_kinds(&self) -> Vec<CustomKind> {
        self.caches.custom_kinds()
    }

    /// The cache of one kind.
    ///
    /// # Panics
    /// If the component keeps no informer on the kind: its `watches()` must name it.
    #[must_use]
    pub fn table(&self, kind: Kind) -> &'a Table {
        let table = self.caches.table(kind);
        table.expect("a component reads only kinds that its watches() name")
    }

    /// One object.
    #[must_use]
    pub fn get<T: Stored>(&self, namespace: &str, name: &str) -> Option<&'a T> {
        self.table(T::STORED_AS)
            .get(namespace, name)
            .and_then(T::of)
    }

    /// One object of a kind without namespaces, or by `namespace/name` in one string as work queues hold it.
    #[must_use]
    pub fn at_key<T: Stored>(&self, key: &str) -> Option<&'a T> {
        let (namespace, name) = key.split_once('/').unwrap_or(("", key));
        self.get(namespace, name)
    }

    /// All objects of a kind in a namespace; in all if it is empty.
    pub fn list<T: Stored>(&self, namespace: &'a str) -> impl Iterator<Item = &'a T> + 'a {
        self.table(T::STORED_AS)
            .in_namespace(namespace)
            .filter_map(T::of)
    }

    /// The objects of a kind that name this uid among their owners; with the zero uid those that nobody controls.
    pub fn owned_by<T: Stored>(&self, owner: Uid) -> impl Iterator<Item = &'a T> + 'a {
        self.table(T::STORED_AS).owned_by(owner).filter_map(T::of)
    }

    /// The machine under the component's feet.
    ///
    /// # Panics
    /// In the control plane, which has none.
    #[must_use]
    pub fn machine(&self) -> &'a Machine {
        self.machine
            .expect("only components on a node look at their machine")
    }
}

/// `namespace/name` (or `name`), as work queues hold it.
#[must_use]
pub fn queue_key(object: &Object) -> Name {
    join(
        object.metadata().namespace.as_deref().unwrap_or_default(),
        object.metadata().name.as_deref().unwrap_or_default(),
    )
}

/// Most keys are much shorter than this.
const JOINED_MAX: usize = 128;

/// `namespace/name`, or `name` if the namespace is empty.
#[must_use]
pub fn join(namespace: &str, name: &str) -> Name {
    if namespace.is_empty() {
        return name.into();
    }
    // Put together on the stack: this is done for most events.
    let mut buffer = [0; JOINED_MAX];
    let length = namespace.len() + 1 + name.len();
    let Some(place) = buffer.get_mut(..length) else {
        return [namespace, "/", name].concat().into();
    };
    let (before, rest) = place.split_at_mut(namespace.len());
    before.copy_from_slice(namespace.as_bytes());
    rest[0] = b'/';
    rest[1..].copy_from_slice(name.as_bytes());
    str::from_utf8(place)
        .expect("two texts with a slash between them are a text")
        .into()
}
