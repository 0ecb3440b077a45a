//! Custom resources: what a CustomResourceDefinition says of its objects, and holding them to it.
//!
//! A [`Definition`] is made once, when the definition is stored, and lies in the [`crate::api::Snapshot`]; whoever holds a snapshot (an
//! old revision's too) sees the kinds that were defined then.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go, pkg/apiserver/schema.

mod columns;
mod definition;
mod fields;
mod formats;
mod lists;
mod openapi;
mod pattern;
mod prune;
mod resource_names;
mod scale;
mod schema;
#[cfg(test)]
mod tests;
mod validate;
mod words;

pub use columns::{CustomColumn, value_at};
pub use definition::{Definition, Definitions, Named};
pub use fields::{fill_in, has_defaults};
pub use lists::{duplicates, embedded};
pub use openapi::openapi_v3;
pub(in crate::api) use pattern::check as check_pattern;
pub use prune::{prune, prune_content};
pub use scale::{ScalePaths, steps, type_name};
pub use schema::{Additional, Schema};
pub use validate::{validate_at, validate_content, validate_status};
pub(in crate::api) use words::go_syntax;
