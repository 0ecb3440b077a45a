//! What every box on the architecture diagram has in common: it sees, it compares, and it *returns* what should be done.
//!
//! A [`Component`] cannot act. Its [`Turn`] is its only output, so the trace cannot forget anything: acting is returning a trace.
//! What a process remembers between turns is a value ([`Component::Memory`]) that lives in the cluster beside its work queue, and is
//! lost when the process crashes. Components themselves have no fields.
//!
//! **Architecture invariant:** components never import one another. They meet only in the API server.
//!
//! The real thing: client-go's informers, work queues and reconcilers, as in staging/src/k8s.io/sample-controller/controller.go.

mod calls;
mod machine;
mod memory;
mod rng;
mod scheduling;
mod seen;
mod turn;

pub use calls::{NetworkCall, Rule, RuleTarget, RuntimeCall, RuntimeError};
pub use machine::{
    Capacity, Container, ContainerId, ContainerState, Finished, Machine, Operation, Program, Pull,
    Sandbox, SandboxState,
};
pub use memory::{Memory, Remembered};
pub use rng::Rng;
pub use scheduling::{NodeVerdict, PluginScore, Scheduling};
pub use seen::{Caches, Seen, join, queue_key};
pub use turn::{
    Action, CREATED_NAME, Datum, Difference, Fact, Note, NoteType, Outcome, Planned, Turn, Urgency,
    Wake,
};

use crate::api::{Change, Kind, Name, User};

/// Which objects of a kind a component's informer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All of them.
    All,
    /// Pods bound to the component's own node (field selector `spec.nodeName`).
    OwnNode,
    /// The object with the name of the component's own node: its `Node`, its `Lease`.
    OwnName,
    /// Objects of namespaces that have a ResourceQuota. Upstream's informer has all; nothing would come of the others.
    UnderQuota,
    /// Pods whose volumes are claims. Upstream's informer has all pods; nothing would come of the others.
    WithClaim,
    /// Services without a selector, the Endpoints of those, and the slices that mirror them. Upstream's informers have all of these kinds;
    /// nothing would come of the others.
    WithoutSelector,
}

/// A kind that a component keeps an informer on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The kind.
    pub kind: Kind,
    /// Which of them.
    pub scope: Scope,
}

impl Watch {
    /// All objects of a kind.
    #[must_use]
    pub const fn all(kind: Kind) -> Self {
        Self {
            kind,
            scope: Scope::All,
        }
    }

    /// Those of a kind that are in this scope.
    #[must_use]
    pub const fn of(kind: Kind, scope: Scope) -> Self {
        Self { kind, scope }
    }
}

/// Where on the diagram a component runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// One process in the control plane, inside kube-controller-manager.
    ControllerManager,
    /// One process in the control plane, a box of its own.
    ControlPlane,
    /// One process on every node.
    EveryNode,
}

/// A box on the diagram. Written as a unit struct with no fields; registered in one line where its folder lists `ALL`.
pub trait Component: Send + Sync + 'static {
    /// What a process of this component remembers between turns; lost in a crash. `()` for most.
    type Memory: Remembered + Default;

    /// As the diagram and the logs name it: `replicaset-controller`, `kube-scheduler`, `kubelet`.
    fn name(&self) -> &'static str;

    /// Where it runs.
    fn place(&self) -> Place;

    /// Under which identity its requests go to the API server; `node` is empty in the control plane.
    fn user(&self, node: &str) -> User;

    /// The name that its Events carry in `source.component`; for the scheduler that is `default-scheduler`.
    fn reporter(&self) -> &'static str {
        self.name()
    }

    /// The kinds that it keeps informers on. Reading any other kind from [`Seen`] panics.
    fn watches(&self) -> &'static [Watch];

    /// Does it keep informers on custom kinds as well, on each from when it is defined?
    fn watches_custom_kinds(&self) -> bool {
        false
    }

    /// The keys to begin with when the process starts, besides those that the initial list wakes: its timers.
    fn starts(&self, _seen: &Seen<'_>) -> Vec<Wake> {
        Vec::new()
    }

    /// The informer's event handlers: which keys does this change concern? `seen` already includes the change. Also the place to keep expectations and caches up.
    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut Self::Memory) -> Vec<Wake>;

    /// The reconcile: look at one key, compare desired with actual, and return what should be done. Changes nothing but its own memory.
    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut Self::Memory) -> Turn;

    /// What came of one of the turn's actions. After a refusal the rest of the turn is dropped and the key comes back with back-off.
    fn answered(
        &self,
        _key: &str,
        _action: &Action,
        _outcome: &Outcome,
        _memory: &mut Self::Memory,
    ) {
    }
}

/// A [`Component`] whose memory's type is forgotten, so that all of them fit in one list. Implemented for every component.
pub trait AnyComponent: Send + Sync {
    /// See [`Component::name`].
    fn name(&self) -> &'static str;
    /// See [`Component::place`].
    fn place(&self) -> Place;
    /// See [`Component::user`].
    fn user(&self, node: &str) -> User;
    /// See [`Component::reporter`].
    fn reporter(&self) -> &'static str;
    /// The program that it is part of: what it is called in the User-Agent of its requests, and so in `managedFields`.
    fn program(&self) -> &'static str {
        match self.place() {
            Place::ControllerManager => "kube-controller-manager",
            _ => self.name(),
        }
    }
    /// See [`Component::watches`].
    fn watches(&self) -> &'static [Watch];
    /// See [`Component::watches_custom_kinds`].
    fn watches_custom_kinds(&self) -> bool;
    /// An empty memory of the right type.
    fn memory(&self) -> Memory;
    /// See [`Component::starts`].
    fn starts(&self, seen: &Seen<'_>) -> Vec<Wake>;
    /// See [`Component::wakes`].
    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut Memory) -> Vec<Wake>;
    /// See [`Component::sync`].
    fn sync(&self, key: &Name, seen: &Seen<'_>, memory: &mut Memory) -> Turn;
    /// See [`Component::answered`].
    fn answered(&self, key: &Name, action: &Action, outcome: &Outcome, memory: &mut Memory);
}

impl<C: Component> AnyComponent for C {
    fn name(&self) -> &'static str {
        Component::name(self)
    }

    fn place(&self) -> Place {
        Component::place(self)
    }

    fn user(&self, node: &str) -> User {
        Component::user(self, node)
    }

    fn reporter(&self) -> &'static str {
        Component::reporter(self)
    }

    fn watches(&self) -> &'static [Watch] {
        Component::watches(self)
    }

    fn watches_custom_kinds(&self) -> bool {
        Component::watches_custom_kinds(self)
    }

    fn memory(&self) -> Memory {
        Memory::new(C::Memory::default())
    }

    fn starts(&self, seen: &Seen<'_>) -> Vec<Wake> {
        Component::starts(self, seen)
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut Memory) -> Vec<Wake> {
        Component::wakes(self, change, seen, memory.get_mut::<C::Memory>())
    }

    fn sync(&self, key: &Name, seen: &Seen<'_>, memory: &mut Memory) -> Turn {
        Component::sync(self, key, seen, memory.get_mut::<C::Memory>())
    }

    fn answered(&self, key: &Name, action: &Action, outcome: &Outcome, memory: &mut Memory) {
        Component::answered(self, key, action, outcome, memory.get_mut::<C::Memory>());
    }
}
