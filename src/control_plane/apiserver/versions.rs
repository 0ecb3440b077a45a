//! One object, several versions: what is stored in one API version and shown in another.
//!
//! The real thing: pkg/apis/autoscaling/v1/conversion.go, pkg/apis/events/v1/conversion.go; for custom resources the `None` conversion of
//! staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/conversion/nop_converter.go.

use super::resources::Resource;
use crate::api::decode::{Flaw, Strictness, problems_in};
use crate::api::kinds::horizontal_pod_autoscaler::v1 as autoscaler;
use crate::api::{Kind, Request, Status};
use k8s_openapi::api::{autoscaling as scaling, events};
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

/// The resource that a request is about, if it is a built-in kind in another version than the stored one.
#[must_use]
pub fn view_of(request: &Request) -> Option<&'static Resource> {
    let (group, version) = request.api_version.rsplit_once('/')?;
    let resource = Resource::find(group, version, request.key.kind.info().plural)?;
    resource.is_view().then_some(resource)
}

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
    if !document.is_object() {
        // Whoever reads it says what it is instead.
        return Ok(document);
    }
    let said = document.get("apiVersion").and_then(Value::as_str);
    let expected = resource.api_version();
    if said.is_some_and(|said| !said.is_empty() && said != expected) {
        return Err(Status::bad_request(format!(
            "the API version in the data ({}) does not match the expected API version ({expected})",
            said.unwrap_or_default()
        )));
    }
    let mut document = match kind {
        Kind::Event => {
            let mut document = document;
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
    Ok(document)
}

/// Is a document what it should be in the version of this resource? Answers with what is to be warned of, because it is lost when the
/// document is converted; `None` where nothing is converted.
///
/// # Errors
/// `400`: wrong types, and (if it is to be strict) unknown fields and those that stand twice.
pub fn check(
    resource: &Resource,
    document: &Value,
    strictness: Strictness<'_>,
) -> Result<Option<Vec<String>>, Status> {
    let problems = match resource.stored_as.filter(|_| resource.is_view()) {
        Some(Kind::Event) => problems_in(&mut events::v1::Event::default(), document),
        Some(Kind::HorizontalPodAutoscaler) => problems_in(
            &mut scaling::v1::HorizontalPodAutoscaler::default(),
            document,
        ),
        _ => return Ok(None),
    };
    let refusal = |why: &str| {
        let (kind, version) = (&resource.kind, &resource.version);
        Status::bad_request(format!(
            "{kind} in version {version:?} cannot be handled as a {kind}: {why}"
        ))
    };
    if let Some(wrong) = problems.iter().find(|p| p.flaw == Flaw::WrongType) {
        return Err(refusal(&wrong.message));
    }
    let problems = strictness.with_repeated(problems);
    let warnings = strictness.judge(&problems).map_err(|why| refusal(&why))?;
    Ok(Some(warnings))
}

/// The document in the version of this resource.
#[must_use]
pub fn outward(resource: &Resource, mut document: Value) -> Value {
    if matches!(resource.stored_as, Some(Kind::Custom(_))) {
        // The None conversion.
        document["apiVersion"] = resource.api_version().into();
        return document;
    }
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

/// A field selector in the names of the stored version, from one in the names of this resource's.
///
/// # Errors
/// `400` if it names a field that cannot be selected by in this version.
pub fn selector_inward(resource: &Resource, selector: &str) -> Result<String, Status> {
    if resource.stored_as != Some(Kind::Event) || selector.is_empty() {
        return Ok(selector.to_owned());
    }
    let terms = selector.split(',').map(|term| {
        let end = term.find(['=', '!']).unwrap_or(term.len());
        let (field, rest) = term.split_at(end);
        let stored = match (field, field.strip_prefix("regarding.")) {
            (_, Some(part)) => format!("involvedObject.{part}"),
            ("reportingController", _) => "reportingComponent".to_owned(),
            ("reason" | "type" | "metadata.name" | "metadata.namespace", _) => field.to_owned(),
            _ => {
                let why = format!("field label not supported: {field}");
                return Err(Status::bad_request(why));
            }
        };
        Ok(stored + rest)
    });
    let terms: Result<Vec<String>, Status> = terms.collect();
    Ok(terms?.join(","))
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_view_comes_back_as_it_was_stored() {
        let event = json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "reason": "Pulled", "message": "m", "count": 2,
            "involvedObject": {"kind": "Pod"}, "source": {"component": "kubelet"}, "reportingComponent": "kubelet",
        });
        let shown = json!({
            "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "e"}, "reason": "Pulled", "note": "m", "deprecatedCount": 2,
            "regarding": {"kind": "Pod"}, "deprecatedSource": {"component": "kubelet"}, "reportingController": "kubelet",
        });
        let scaler = json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"},
            "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 5, "metrics": [
                {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]},
        });
        let percent = json!(50);
        for (group, plural, stored, check) in [
            ("events.k8s.io", "events", &event, ("/note", &json!("m"))),
            (
                "autoscaling",
                "horizontalpodautoscalers",
                &scaler,
                ("/spec/targetCPUUtilizationPercentage", &percent),
            ),
        ] {
            let resource = Resource::find(group, "v1", plural).expect(plural);
            let view = outward(resource, stored.clone());
            assert_eq!(view.pointer(check.0), Some(check.1), "{view}");
            assert_eq!(inward(resource, view).as_ref(), Ok(stored), "{plural}");
        }
        let resource = Resource::find("events.k8s.io", "v1", "events").expect("events");
        assert_eq!(outward(resource, event), shown);
        let wrong = inward(resource, json!({"apiVersion": "v1", "kind": "Event"}));
        assert_eq!(wrong.expect_err("another version").code(), 400);
    }

    #[test]
    fn events_are_selected_by_the_names_of_their_version() {
        let events = Resource::find("events.k8s.io", "v1", "events").expect("events");
        for (selector, want) in [
            (
                "regarding.name=web,type!=Normal",
                Ok("involvedObject.name=web,type!=Normal"),
            ),
            (
                "reportingController==kubelet",
                Ok("reportingComponent==kubelet"),
            ),
            (
                "involvedObject.name=web",
                Err("field label not supported: involvedObject.name"),
            ),
        ] {
            let got = selector_inward(events, selector);
            let got = got.as_deref().map_err(|status| status.message.as_str());
            assert_eq!(got, want, "{selector}");
        }
    }
}
