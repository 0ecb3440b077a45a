//! The API: what can be said to a cluster and what can be stored in it. Types, not behaviour.
//!
//! **Architecture invariant:** nothing here knows a component, a clock or the network. Everything that is specific to one kind
//! (defaults, validation, columns) stands in that kind's own file under `kinds/`, behind the trait [`Stored`].
//!
//! The real thing: staging/src/k8s.io/{api,apimachinery}, pkg/apis.

mod answer;
mod change;
pub mod check;
pub mod claims;
pub mod custom;
pub mod decode;
pub mod field;
pub mod identity;
pub mod json;
pub mod kinds;
pub mod labels;
pub mod managed_fields;
pub mod mirroring;
mod object;
pub mod owner;
pub mod pods;
pub mod quantity;
pub mod quota;
mod request;
pub mod schema;
pub mod selector;
pub mod selectors;
mod shared;
mod snapshot;
mod status;
pub mod strategic;
mod subresource;
pub mod taints;
mod tally;
pub mod time;
pub mod typed;
mod verbs;
pub mod yaml;
pub mod zeros;

pub use answer::{Answer, List, Reply};
pub use change::{Change, ChangeType};
pub use identity::{Caller, Identity};
pub use kinds::{
    CustomKind, CustomNames, CustomObject, CustomResourceDefinition, Kind, KindInfo, Object, Pod,
    Scale, Stored, SubresourceInfo,
};
pub use object::{Key, Uid};
pub use request::{Request, User};
pub use shared::Shared;
pub use snapshot::{Snapshot, Table};
pub use status::{Cause, Reason, Status};
pub use subresource::Subresource;
pub use tally::{PodCounts, Tally};
pub use verbs::{
    Body, DeleteOptions, FieldValidation, ListOptions, Patch, PatchType, Propagation, Verb,
};

/// A name, namespace or other short string: cheap to clone, compared by content.
pub type Name = smol_str::SmolStr;

/// A revision of the store: grows by one with every write, never has gaps. Also every object's `resourceVersion`.
pub type Revision = u64;
