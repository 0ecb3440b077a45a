//! What can be asked of the API server, and what goes with it: verbs, bodies, patches, options.
//!
//! The real thing: metav1's `*Options`; apimachinery's pkg/types/patch.go.

use super::{Name, Object};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verb {
    /// Read one.
    Get,
    /// Read many.
    List,
    /// Make one.
    Create,
    /// Replace one.
    Update,
    /// Change parts of one.
    Patch,
    /// Remove one.
    Delete,
    /// Remove many.
    DeleteCollection,
    /// Be told of every change.
    Watch,
}

impl Verb {
    /// As RBAC rules and audit logs spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::DeleteCollection => "deletecollection",
            Self::Watch => "watch",
        }
    }
}

/// How a patch is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PatchType {
    /// RFC 6902.
    Json,
    /// RFC 7386.
    Merge,
    /// Merge with lists by key, Kubernetes' own.
    StrategicMerge,
    /// Server-side apply: what one manager wants of the object, all of it.
    Apply,
}

/// A patch and how to read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Patch {
    /// How to read `body`.
    pub kind: PatchType,
    /// The patch document.
    pub body: Arc<Value>,
    /// For [`PatchType::Apply`]: take fields that others manage.
    #[serde(default)]
    pub forces: bool,
}

/// What a request carries.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub enum Body {
    /// Nothing.
    #[default]
    None,
    /// A typed object: from components, which make no spelling mistakes.
    Object(Object),
    /// A document from outside, to be decoded strictly: unknown fields and wrong types are errors with their path.
    Document(Arc<Value>),
    /// For `patch`.
    Patch(Patch),
    /// For `pods/binding`: the node.
    Binding(Name),
    /// For `scale`: the wanted replicas.
    Scale(i32),
    /// For `delete` and `deletecollection`.
    Delete(DeleteOptions),
}

impl Body {
    /// Takes the object out, if it is one.
    #[must_use]
    pub fn take_object(&mut self) -> Option<Object> {
        match std::mem::take(self) {
            Self::Object(object) => Some(object),
            other => {
                *self = other;
                None
            }
        }
    }
}

/// What becomes of the dependents of a deleted object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Propagation {
    /// They are deleted after it, by the garbage collector.
    Background,
    /// They are deleted before it: it waits with a finalizer.
    Foreground,
    /// They stay and lose the owner.
    Orphan,
}

/// `metav1.DeleteOptions`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeleteOptions {
    /// Overrides the object's own grace period; 0 deletes at once.
    pub grace_period_seconds: Option<i64>,
    /// What becomes of dependents; the kind's default if absent.
    pub propagation: Option<Propagation>,
    /// Refuse unless the uid is this.
    pub precondition_uid: Option<String>,
    /// Refuse unless the resourceVersion is this.
    pub precondition_resource_version: Option<String>,
}

/// `metav1.ListOptions`: which objects, how many of them, and as they were when.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListOptions {
    /// As `-l` spells it; empty selects all.
    pub label_selector: String,
    /// As `--field-selector` spells it; empty selects all.
    pub field_selector: String,
    /// At most so many objects in one answer; 0 is all of them.
    pub limit: u64,
    /// Where an earlier answer that was cut at `limit` ended, as that answer says it.
    pub continue_token: String,
    /// Not older than this revision, or exactly it: see `version_match`. Empty or `0`: as it is now.
    pub resource_version: String,
    /// `Exact`, `NotOlderThan`, or empty.
    pub version_match: String,
}

/// What to do about unknown and duplicate fields of a [`Body::Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum FieldValidation {
    /// Drop them.
    Ignore,
    /// Drop them and say so.
    Warn,
    /// Refuse.
    #[default]
    Strict,
}
