//! One object, several versions: what is stored in one API version and shown in another.
//!
//! The real thing: pkg/apis/autoscaling/v1/conversion.go, pkg/apis/events/v1/conversion.go; for custom resources the `None` conversion of
//! staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/conversion/nop_converter.go.

use super::resources::Resource;
use crate::api::kinds::horizontal_pod_autoscaler::v1 as autoscaler;
use crate::api::{Kind, Status};
use serde_json::{Map, Value};

/// Fields of `events.k8s.io/v1` and what they are called where Events are stored.
const EVENT_FIELDS: [(&str, &str); 5] = [
    ("note", "message"),
    ("regarding", "involvedObject"),
    ("deprecatedSource", "source"),
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
];

/// A document as it is stored, from one in the version of this resource.
///
/// # Errors
/// `400` if the document says that it is of another version.
pub fn inward(resource: &Resource, document: Value) -> Result<Value, Status> {
    let is_view = |kind: &Kind| resource.is_view() && !matches!(kind, Kind::Custom(_));
    // Custom objects are read by their definitions.
    let Some(kind) = resource.stored_as.filter(is_view) else {
        return Ok(document);
    };
    let said = document.get("apiVersion").and_then(Value::as_str);
    let expected = resource.api_version();
    if said.is_some_and(|said| !said.is_empty() && said != expected) {
        return Err(Status::bad_request(format!(
            "the API version in the data ({}) does not match the expected API version ({expected})",
            said.unwrap_or_default()
        )));
    }
    let mut document = match kind {
        Kind::Event => renamed(document, |field| {
            swap(field, |(view, stored)| (view, stored))
        }),
        Kind::HorizontalPodAutoscaler => autoscaler::to_v2(&document),
        _ => document,
    };
    document["apiVersion"] = kind.info().api_version.into();
    Ok(document)
}

/// The document in the version of this resource.
#[must_use]
pub fn outward(resource: &Resource, document: Value) -> Value {
    let Some(kind) = resource.stored_as.filter(|_| resource.is_view()) else {
        return document;
    };
    let mut document = match kind {
        Kind::HorizontalPodAutoscaler => autoscaler::from_v2(&document),
        Kind::Event => renamed(document, |field| {
            swap(field, |(view, stored)| (stored, view))
        }),
        _ => document,
    };
    document["apiVersion"] = resource.api_version().into();
    document
}

/// The other name of an Event's field; `direction` says which of a pair is the one that it has.
fn swap(
    field: String,
    direction: impl Fn((&'static str, &'static str)) -> (&'static str, &'static str),
) -> String {
    if field == "count" {
        return field;
    }
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
