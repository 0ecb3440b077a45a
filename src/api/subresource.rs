//! Parts of objects that a request may be about.
//!
//! The real thing: pkg/registry/*/rest/storage_*.go.

use serde::{Deserialize, Serialize};

/// A part of an object with rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subresource {
    /// `…/status`: only `.status` changes.
    Status,
    /// `…/scale`: replicas behind one shape for all scalable kinds.
    Scale,
    /// `pods/x/binding`: sets `spec.nodeName` once. Of a request that names no pod: `bindings`, whose body does.
    Binding,
    /// `namespaces/x/finalize`: only `.spec.finalizers` changes.
    Finalize,
    /// `pods/x/eviction`: a deletion that respects disruption budgets.
    Eviction,
    /// `pods/x/ephemeralcontainers`: only `.spec.ephemeralContainers` grows.
    EphemeralContainers,
    /// `pods/x/resize`: only containers' CPU and memory change.
    Resize,
}

impl Subresource {
    /// As URLs spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Scale => "scale",
            Self::Binding => "binding",
            Self::Finalize => "finalize",
            Self::Eviction => "eviction",
            Self::EphemeralContainers => "ephemeralcontainers",
            Self::Resize => "resize",
        }
    }
}
