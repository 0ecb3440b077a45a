//! Short ways to ask one plugin about one request, for the plugins' table tests.
//!
//! The real thing: `admission.NewAttributesRecord` in plugin/pkg/admission/*/admission_test.go.

use super::{Attributes, Operation, Plugin, World};
use crate::api::{Object, Snapshot, Status, Stored, Subresource};
use crate::component::Rng;
use serde_json::Value;

/// An object of type `T`, with defaults.
pub(super) fn object<T: Stored>(json: Value) -> T {
    let mut object: T = serde_json::from_value(json).expect("a well-formed object");
    object.set_defaults();
    object
}

/// A store of these objects.
pub(super) fn snapshot(objects: impl IntoIterator<Item = Object>) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for object in objects {
        snapshot.table_mut(object.kind()).insert(object);
    }
    snapshot
}

/// A request about an object in `default`, by default to create it.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) operation: Operation,
    pub(super) subresource: Option<Subresource>,
    pub(super) old: Option<&'a Object>,
    pub(super) user: &'a str,
}

impl Case<'_> {
    /// Create it.
    pub(super) fn create() -> Self {
        Self {
            operation: Operation::Create,
            subresource: None,
            old: None,
            user: "kubernetes-admin",
        }
    }
}

fn world(head: &Snapshot) -> World<'_> {
    World {
        head,
        rng: Rng::new(1),
        now_ms: 0,
    }
}

fn attributes<'a>(case: &Case<'a>, object: &Object, name: &'a str) -> Attributes<'a> {
    Attributes {
        operation: case.operation,
        subresource: case.subresource,
        kind: object.kind(),
        namespace: if object.kind().info().namespaced {
            "default"
        } else {
            ""
        },
        name,
        old: case.old,
        user: case.user,
    }
}

/// The object after the plugin has had its way with it.
pub(super) fn admit(
    plugin: &dyn Plugin,
    case: &Case<'_>,
    object: impl Into<Object>,
    head: &Snapshot,
) -> Result<Object, String> {
    let mut object = object.into();
    let name = object.name();
    let attributes = attributes(case, &object.clone(), &name);
    let result = plugin.admit(&attributes, &mut object, &world(head));
    result.map(|()| object).map_err(message)
}

/// What must be stored with the object, or the refusal.
pub(super) fn validate(
    plugin: &dyn Plugin,
    case: &Case<'_>,
    object: impl Into<Object>,
    head: &Snapshot,
) -> Result<Vec<Object>, String> {
    let object = object.into();
    let name = object.name();
    let attributes = attributes(case, &object, &name);
    let given = (case.operation != Operation::Delete).then_some(&object);
    plugin
        .validate(&attributes, given, &world(head))
        .map_err(message)
}

fn message(status: Status) -> String {
    status.message
}
