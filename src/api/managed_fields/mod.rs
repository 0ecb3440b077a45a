//! Who owns which field: `metadata.managedFields`, and server-side apply, which is built on it.
//!
//! A [`Set`](set::Set) is a set of fields; a [`Schema`](schema::Schema) says which parts of a value are fields of their own;
//! [`compare`] finds what a write has changed, [`apply`] lays a configuration over an object. All of this is as upstream does it.
//!
//! **How entries are stored is ours.** Components write millions of times, so an object carries its entries in a short form
//! ([`ledger`]): one manager of each part of an object may own "the rest", without a list. [`expanded`] gives the entries as clients read
//! them; whoever shows an object or lets a client change the entries goes through it.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/managedfields, sigs.k8s.io/structured-merge-diff.

pub mod apply;
pub mod compare;
pub mod ledger;
pub mod managers;
pub mod merge;
pub mod path;
pub mod schema;
mod server;
pub mod set;
mod table;
pub mod validate;

pub use ledger::expanded;

use super::{Object, zeros};
use serde_json::Value;

/// An object as JSON as clients read it: with its entries, and with what Go writes of fields that are not set.
#[must_use]
pub fn to_json(object: &Object) -> Value {
    let mut value = object.to_json();
    if object.metadata().managed_fields.is_some()
        && let Some(Value::Object(metadata)) = value.get_mut("metadata")
    {
        let entries = expanded(object);
        if entries.is_empty() {
            metadata.shift_remove("managedFields");
        } else {
            let entries = super::typed::to_json(&entries);
            metadata.insert("managedFields".to_owned(), entries);
        }
    }
    zeros::fill_in(object, &mut value);
    value
}

/// An object as JSON without its entries: as `kubectl get -o yaml` and the page show it.
#[must_use]
pub fn to_json_without(object: &Object) -> Value {
    let mut value = object.to_json();
    if let Some(Value::Object(metadata)) = value.get_mut("metadata") {
        metadata.shift_remove("managedFields");
    }
    value
}

#[cfg(test)]
mod tests;
