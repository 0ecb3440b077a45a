//! Everything wrong with an Event. What came by way of `events.k8s.io` is held to more than what came by the older way.
//!
//! The real thing: pkg/apis/core/validation/events.go.

use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::kinds::{go, names};
use crate::api::labels;
use k8s_openapi::api::core::v1::{Event, EventSource, ObjectReference};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, Time};

/// How long the names of what happened, why and who says so may be.
const NAME_LENGTH_MAX: usize = 128;
const MESSAGE_LENGTH_MAX: usize = 1024;
const UNSET: &str = "needs to be unset";
const NULL: &str = "\"null\"";

/// What every Event must be, whichever way it came.
pub(super) fn always(event: &Event) -> Vec<FieldError> {
    let mut errors = Errors::new();
    let own = text(&event.metadata.namespace);
    let about = text(&event.involved_object.namespace);
    let fits = match (about, &event.event_time) {
        ("", Some(_)) => matches!(own, "default" | "kube-system"),
        ("", None) => matches!(own, "" | "default"),
        (_, Some(_)) => true,
        (about, None) => own == about,
    };
    if !fits {
        let path = Path::root("involvedObject");
        let detail = "does not match event.namespace";
        errors.invalid(&path.child("namespace"), about, detail);
    }
    if event.event_time.is_some() {
        told_in_full(event, &mut errors);
    }
    let path = Path::root("namespace");
    errors.invalid_text(&path, own, names::subdomain(own));
    errors.into_list()
}

/// New Events, which have an `eventTime`, say who did what and why.
fn told_in_full(event: &Event, errors: &mut Errors) {
    let controller = text(&event.reporting_component);
    let path = Path::root("reportingController");
    if controller.is_empty() {
        errors.required(&path, "");
    }
    errors.invalid_text(&path, controller, labels::qualified_name(controller));
    for (field, value) in [
        ("reportingInstance", &event.reporting_instance),
        ("action", &event.action),
        ("reason", &event.reason),
    ] {
        let path = Path::root(field);
        if text(value).is_empty() {
            errors.required(&path, "");
        }
        too_long(&path, text(value), NAME_LENGTH_MAX, errors);
    }
    let path = Path::root("message");
    too_long(&path, text(&event.message), MESSAGE_LENGTH_MAX, errors);
}

fn too_long(path: &Path<'_>, text: &str, length_max: usize, errors: &mut Errors) {
    if text.len() > length_max {
        let detail = format!("can have at most {length_max} characters");
        errors.invalid(path, "", &detail);
    }
}

/// What is also wrong with a new one that came by way of `events.k8s.io`.
pub(super) fn created_as_v1(event: &Event) -> Vec<FieldError> {
    let mut errors = Errors::new();
    series(event, &mut errors);
    if event.event_time.is_none() {
        errors.required(&Path::root("eventTime"), "");
    }
    let kind = text(&event.type_);
    if !matches!(kind, "Normal" | "Warning") {
        let detail = format!("has invalid value: {kind}");
        errors.invalid(&Path::root("type"), "", &detail);
    }
    let source = event
        .source
        .as_ref()
        .is_some_and(|s| *s != EventSource::default());
    for (field, is_set) in [
        ("firstTimestamp", event.first_timestamp.is_some()),
        ("lastTimestamp", event.last_timestamp.is_some()),
        ("count", event.count.unwrap_or(0) != 0),
        ("source", source),
    ] {
        if is_set {
            errors.invalid(&Path::root(field), "", UNSET);
        }
    }
    errors.into_list()
}

/// What is also wrong with a change that came by way of `events.k8s.io`: only the series may go on.
pub(super) fn updated_as_v1(new: &Event, old: &Event) -> Vec<FieldError> {
    let mut errors = Errors::new();
    if new.series != old.series {
        series(new, &mut errors);
    }
    let mut same = |field: &str, shown: &dyn Fn(&Event) -> String| {
        if shown(new) != shown(old) {
            errors.invalid_go(&Path::root(field), &shown(new), "field is immutable");
        }
    };
    let quoted = |value: &Option<String>| format!("{:?}", text(value));
    same("involvedObject", &|e| reference(&e.involved_object));
    same("reason", &|e| quoted(&e.reason));
    same("message", &|e| quoted(&e.message));
    same("source", &|e| {
        let source = e.source.clone().unwrap_or_default();
        let (component, host) = (text(&source.component), text(&source.host));
        format!("core.EventSource{{Component:{component:?}, Host:{host:?}}}")
    });
    same("firstTimestamp", &|e| time(e.first_timestamp.as_ref()));
    same("lastTimestamp", &|e| time(e.last_timestamp.as_ref()));
    same("count", &|e| e.count.unwrap_or(0).to_string());
    same("type", &|e| quoted(&e.type_));
    same("eventTime", &|e| {
        let micro = e.event_time.as_ref().map(|t: &MicroTime| Time(t.0));
        time(micro.as_ref())
    });
    same("action", &|e| quoted(&e.action));
    same("related", &|e| {
        e.related.as_ref().map_or(NULL.to_owned(), reference)
    });
    same("reportingController", &|e| quoted(&e.reporting_component));
    same("reportingInstance", &|e| quoted(&e.reporting_instance));
    errors.into_list()
}

fn series(event: &Event, errors: &mut Errors) {
    let Some(series) = &event.series else { return };
    if series.count.unwrap_or(0) < 2 {
        errors.invalid(&Path::root("series.count"), "", "should be at least 2");
    }
    if series.last_observed_time.is_none() {
        errors.required(&Path::root("series.lastObservedTime"), "");
    }
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

fn time(time: Option<&Time>) -> String {
    time.map_or("0001-01-01 00:00:00 +0000 UTC".to_owned(), go::time)
}

fn reference(to: &ObjectReference) -> String {
    format!(
        "core.ObjectReference{{Kind:{:?}, Namespace:{:?}, Name:{:?}, UID:{:?}, APIVersion:{:?}, ResourceVersion:{:?}, FieldPath:{:?}}}",
        text(&to.kind),
        text(&to.namespace),
        text(&to.name),
        text(&to.uid),
        text(&to.api_version),
        text(&to.resource_version),
        text(&to.field_path),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::decode::decode;
    use crate::api::{Kind, Stored};
    use serde_json::{Value, json};

    /// A whole Event, with these fields in place of its own.
    fn event(changes: &Value) -> Event {
        let mut document = json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "default"},
            "involvedObject": {"kind": "Pod", "name": "p", "namespace": "default"}, "type": "Normal",
            "eventTime": "2025-01-01T00:00:00.000000Z", "reportingComponent": "a.b/c", "reportingInstance": "c-1",
            "action": "Look", "reason": "Seen", "message": "m",
        });
        for (field, value) in changes.as_object().expect("every case is a map") {
            document[field] = value.clone();
        }
        let object = decode(Kind::Event, &document).object;
        Event::of(&object).expect("an Event").clone()
    }

    fn said(errors: Vec<FieldError>) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn new_events_are_held_to_their_rules() {
        let space =
            "involvedObject.namespace: Invalid value: \"x\": does not match event.namespace";
        let cases: [(&str, Value, &[&str], &[&str]); 7] = [
            ("all is well", json!({}), &[], &[]),
            (
                "of the older way",
                json!({"eventTime": null, "type": "Odd", "count": 3, "action": null}),
                &[],
                &[
                    "eventTime: Required value",
                    "type: Invalid value: \"\": has invalid value: Odd",
                    "count: Invalid value: \"\": needs to be unset",
                ],
            ),
            (
                "elsewhere",
                json!({"eventTime": null, "involvedObject": {"namespace": "x"}}),
                &[space],
                &["eventTime: Required value"],
            ),
            (
                "elsewhere is fine for new ones",
                json!({"involvedObject": {"namespace": "x"}}),
                &[],
                &[],
            ),
            (
                "says little",
                json!({"reportingComponent": null, "reportingInstance": "", "action": "a".repeat(129), "reason": null}),
                &[
                    "reportingController: Required value",
                    "reportingController: Invalid value: \"\": name part must be non-empty",
                    "reportingController: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
                    "reportingInstance: Required value",
                    "action: Invalid value: \"\": can have at most 128 characters",
                    "reason: Required value",
                ],
                &[],
            ),
            (
                "a short series",
                json!({"series": {"count": 1}}),
                &[],
                &[
                    "series.count: Invalid value: \"\": should be at least 2",
                    "series.lastObservedTime: Required value",
                ],
            ),
            (
                "as components once wrote them",
                json!({"firstTimestamp": "2025-01-01T00:00:00Z", "source": {"component": "c"}}),
                &[],
                &[
                    "firstTimestamp: Invalid value: \"\": needs to be unset",
                    "source: Invalid value: \"\": needs to be unset",
                ],
            ),
        ];
        for (name, changes, want, want_as_v1) in cases {
            let event = event(&changes);
            assert_eq!(said(always(&event)), want, "{name}");
            assert_eq!(said(created_as_v1(&event)), want_as_v1, "{name} as v1");
        }
    }

    #[test]
    fn only_the_series_goes_on() {
        let series =
            json!({"series": {"count": 2, "lastObservedTime": "2025-01-01T00:00:01.000000Z"}});
        let to_other = json!({"involvedObject": {"kind": "Pod", "name": "q", "namespace": "default"}, "count": 2});
        let cases: [(&str, Value, &[&str]); 3] = [
            ("nothing", json!({}), &[]),
            ("the series", series, &[]),
            (
                "what it is about",
                to_other,
                &[
                    "involvedObject: Invalid value: core.ObjectReference{Kind:\"Pod\", Namespace:\"default\", Name:\"q\", UID:\"\", APIVersion:\"\", ResourceVersion:\"\", FieldPath:\"\"}: field is immutable",
                    "count: Invalid value: 2: field is immutable",
                ],
            ),
        ];
        for (name, changes, want) in cases {
            let got = updated_as_v1(&event(&changes), &event(&json!({})));
            assert_eq!(said(got), want, "{name}");
        }
    }
}
