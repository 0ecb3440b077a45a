//! What a component may look at: its informers' caches, its clock, and (on a node) its machine. Read only.

use super::Machine;
use crate::api::time::Ms;
use crate::api::{CustomKind, Kind, Name, Object, Snapshot, Stored, Table, Uid};

/// How many kinds there are.
const KINDS: usize = Kind::ALL.len();

/// One component's view of the world at one moment: its belief, which may lag behind the truth.
#[derive(Clone)]
pub struct Seen<'a> {
    /// Now.
    pub now_ms: Ms,
    /// The node that the component runs on; empty in the control plane.
    pub node: &'a str,
    tables: [Option<&'a Table>; KINDS],
    /// Few components watch custom kinds, and then all of them.
    custom: Vec<(CustomKind, &'a Table)>,
    machine: Option<&'a Machine>,
}

impl<'a> Seen<'a> {
    /// A view with no informer yet; see [`Seen::with`].
    #[must_use]
    pub fn new(now_ms: Ms, node: &'a str, machine: Option<&'a Machine>) -> Self {
        Self {
            now_ms,
            node,
            tables: [None; KINDS],
            custom: Vec::new(),
            machine,
        }
    }

    /// A view of everything at one revision: for tests, and for asking "what would this component do if it knew the truth?".
    #[must_use]
    pub fn all(snapshot: &'a Snapshot, now_ms: Ms) -> Self {
        let mut seen = Self::new(now_ms, "", None);
        for kind in Kind::ALL {
            seen = seen.with(*kind, snapshot.table(*kind));
        }
        for kind in snapshot.custom_kinds().map(Kind::Custom) {
            seen = seen.with(kind, snapshot.table(kind));
        }
        seen
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

    /// The same view with this informer's cache.
    #[must_use]
    pub fn with(mut self, kind: Kind, table: &'a Table) -> Self {
        match kind {
            Kind::Custom(kind) => self.custom.push((kind, table)),
            built_in => self.tables[built_in.index()] = Some(table),
        }
        self
    }

    /// The custom kinds that the component keeps informers on.
    pub fn custom_kinds(&self) -> impl Iterator<Item = CustomKind> + '_ {
        self.custom.iter().map(|(kind, _)| *kind)
    }

    /// The cache of one kind.
    ///
    /// # Panics
    /// If the component keeps no informer on the kind: its `watches()` must name it.
    #[must_use]
    pub fn table(&self, kind: Kind) -> &'a Table {
        let table = match kind {
            Kind::Custom(kind) => self
                .custom
                .iter()
                .find(|(k, _)| *k == kind)
                .map(|(_, t)| *t),
            built_in => self.tables[built_in.index()],
        };
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
