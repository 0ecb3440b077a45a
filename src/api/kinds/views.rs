//! Built-in kinds that are also served in another group or version than the one in which they are stored.
//!
//! The real thing: pkg/apis/autoscaling/v1/conversion.go, pkg/apis/events/v1/conversion.go.
//! Left out: versions that are alpha or beta.

use super::horizontal_pod_autoscaler::v1 as autoscaler;
use super::{Kind, Object, Stored, event};
use crate::api::decode::{Problem, problems_in};
use crate::api::field::FieldError;
use k8s_openapi::api::{autoscaling as scaling, core, events};
use serde_json::{Map, Value};

/// Fields of `events.k8s.io/v1` and what they are called where Events are stored.
const EVENT_FIELDS: [(&str, &str); 7] = [
    ("note", "message"),
    ("regarding", "involvedObject"),
    ("reportingController", "reportingComponent"),
    ("deprecatedCount", "count"),
    ("deprecatedSource", "source"),
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
];

/// A kind in another version.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// What is stored.
    pub kind: Kind,
    /// The group of the view.
    pub group: &'static str,
    /// The version of the view.
    pub version: &'static str,
}

/// All of them.
pub const ALL: &[View] = &[
    View {
        kind: Kind::HorizontalPodAutoscaler,
        group: "autoscaling",
        version: "v1",
    },
    View {
        kind: Kind::Event,
        group: "events.k8s.io",
        version: "v1",
    },
];

/// What is stored of objects that say this: `autoscaling/v1`, `HorizontalPodAutoscaler`.
#[must_use]
pub fn kind_of(api_version: &str, kind: &str) -> Option<Kind> {
    let (group, version) = api_version.split_once('/')?;
    let view = ALL.iter().find(|view| {
        view.group == group && view.version == version && view.kind.info().name == kind
    });
    view.map(|view| view.kind)
}

/// Must a request about this kind say that it means this version?
#[must_use]
pub fn is_spoken(kind: Kind, api_version: &str) -> bool {
    matches!(kind, Kind::Custom(_)) || kind_of(api_version, kind.info().name) == Some(kind)
}

/// What is wrong with a document in another version than the stored one; `None` if the kind has none.
#[must_use]
pub fn problems(kind: Kind, document: &Value) -> Option<Vec<Problem>> {
    match kind {
        Kind::Event => Some(problems_in(&mut events::v1::Event::default(), document)),
        Kind::HorizontalPodAutoscaler => {
            let mut blank = scaling::v1::HorizontalPodAutoscaler::default();
            Some(problems_in(&mut blank, document))
        }
        _ => None,
    }
}

/// A document as it is stored, from one in another version.
#[must_use]
pub fn inward(kind: Kind, mut document: Value) -> Value {
    let mut document = match kind {
        Kind::Event => {
            if let Some(fields) = document.as_object_mut() {
                // In this version they are unknown fields, and must not stand in the way of those that are renamed.
                fields.retain(|field, _| EVENT_FIELDS.iter().all(|(_, stored)| stored != field));
            }
            renamed(document, |field| {
                swap(field, |(view, stored)| (view, stored))
            })
        }
        Kind::HorizontalPodAutoscaler => autoscaler::to_v2(&document),
        _ => document,
    };
    document["apiVersion"] = kind.info().api_version.into();
    document
}

/// What is wrong with an object because it came in this version, beyond what is wrong in the stored one; `old` is what it replaces.
#[must_use]
pub fn errors(api_version: &str, object: &Object, old: Option<&Object>) -> Vec<FieldError> {
    match core::v1::Event::of(object) {
        Some(new) if api_version.starts_with("events.k8s.io/") => {
            event::errors_in_v1(new, old.and_then(core::v1::Event::of))
        }
        _ => Vec::new(),
    }
}

/// A stored document in another version.
#[must_use]
pub fn outward(kind: Kind, api_version: &str, mut document: Value) -> Value {
    let mut document = match kind {
        Kind::HorizontalPodAutoscaler => autoscaler::from_v2(&document),
        Kind::Event => {
            if let Some(fields) = document.as_object_mut() {
                // Only in the older version they are always there.
                fields.retain(|field, value| !field.starts_with("reporting") || *value != "");
            }
            renamed(document, |field| {
                swap(field, |(view, stored)| (stored, view))
            })
        }
        _ => document,
    };
    document["apiVersion"] = api_version.into();
    document
}

/// The other name of an Event's field; `direction` says which of a pair is the one that it has.
fn swap(
    field: String,
    direction: impl Fn((&'static str, &'static str)) -> (&'static str, &'static str),
) -> String {
    let pairs = EVENT_FIELDS.iter().map(|pair| direction(*pair));
    let mut fits = pairs.filter(|(is, _)| *is == field);
    fits.next()
        .map_or(field.clone(), |(_, becomes)| becomes.to_owned())
}

/// The same fields under other names, in their order.
fn renamed(document: Value, name: impl Fn(String) -> String) -> Value {
    match document {
        Value::Object(fields) => {
            let fields = fields
                .into_iter()
                .map(|(field, value)| (name(field), value));
            Value::Object(fields.collect::<Map<String, Value>>())
        }
        other => other,
    }
}
