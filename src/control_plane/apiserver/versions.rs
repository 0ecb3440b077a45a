//! One object, several versions: what is stored in one API version and shown in another.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/runtime/codec.go (`codec.Decode`); for custom resources the `None` conversion of
//! staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/conversion/nop_converter.go.

use super::resources::Resource;
use crate::api::decode::{Flaw, Strictness, decode_body};
use crate::api::kinds::views;
use crate::api::{Kind, Object, Request, Status};
use serde_json::Value;

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
    Ok(views::inward(kind, document))
}

/// The stored object that a document in the version of this resource makes, and what is to be warned of.
///
/// # Errors
/// As those of [`inward`] and of reading a document of the stored version.
pub fn read_body(
    resource: &Resource,
    document: &Value,
    strictness: Strictness<'_>,
) -> Result<(Object, Vec<String>), Status> {
    let checked = check(resource, document, strictness)?;
    let kind = resource.stored_as.expect("what is a view is stored");
    let document = inward(resource, document.clone())?;
    match checked {
        // What the text had twice is among these.
        Some(mut warnings) => {
            let (object, more) = decode_body(kind, &document, strictness.validation.into())?;
            // Fields that neither version knows were found before.
            let more = more.into_iter().filter(|one| !warnings.contains(one));
            let more: Vec<String> = more.collect();
            warnings.extend(more);
            Ok((object, warnings))
        }
        None => decode_body(kind, &document, strictness),
    }
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
    let viewed = resource.stored_as.filter(|_| resource.is_view());
    let Some(problems) = viewed.and_then(|kind| views::problems(kind, document)) else {
        return Ok(None);
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
    views::outward(kind, &resource.api_version(), document)
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
