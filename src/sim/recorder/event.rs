//! The Event objects themselves, as the older recorder and the newer one fill them.
//!
//! The real thing: `makeEvent` in staging/src/k8s.io/client-go/tools/record/event.go and tools/events/event_recorder.go.

use super::Reporter;
use super::correlator::Correlated;
use super::series::Cached;
use crate::api::time::{Ms, micro_time, time};
use crate::component::{Note, NoteType};
use k8s_openapi::api::core::v1::{Event, EventSeries, EventSource, ObjectReference};

/// The host of the control plane, in the names of those who report from there.
const CONTROL_PLANE: &str = "control-plane";

/// Where the Events about an object are; those about what is in no namespace are in `default`.
pub(super) fn namespace(note: &Note) -> &str {
    let meta = note.about.metadata();
    meta.namespace.as_deref().unwrap_or("default")
}

/// `Normal` or `Warning`.
pub(super) fn type_name(note_type: NoteType) -> &'static str {
    match note_type {
        NoteType::Normal => "Normal",
        NoteType::Warning => "Warning",
    }
}

/// An Event with a count and the first and the last time.
pub(super) fn counted(note: &Note, told: Correlated, reporter: &Reporter<'_>, now_ms: Ms) -> Event {
    let mut event = bare(note, &told.event.name);
    event.message = Some(told.message);
    event.first_timestamp = Some(time(told.event.first_ms));
    event.last_timestamp = Some(time(now_ms));
    event.count = Some(told.event.count);
    event.reporting_component = Some(reporter.component.to_owned());
    event.reporting_instance = Some(reporter.node.to_owned());
    let host = (!reporter.node.is_empty()).then(|| reporter.node.to_owned());
    event.source = Some(EventSource {
        component: Some(reporter.component.to_owned()),
        host,
    });
    event
}

/// An Event with one time, or with a series.
pub(super) fn in_series(note: &Note, cached: &Cached, reporter: &Reporter<'_>) -> Event {
    let mut event = bare(note, &cached.name);
    event.message = Some(note.message.clone());
    event.event_time = Some(micro_time(cached.first_ms));
    event.action = Some(note.action.to_owned());
    event.reporting_component = Some(reporter.component.to_owned());
    let host = match reporter.node {
        "" => CONTROL_PLANE,
        node => node,
    };
    event.reporting_instance = Some(format!("{}-{host}", reporter.component));
    event.series = (cached.count > 1).then(|| EventSeries {
        count: Some(cached.count),
        last_observed_time: Some(micro_time(cached.last_ms)),
    });
    event
}

fn bare(note: &Note, name: &str) -> Event {
    let meta = note.about.metadata();
    let info = note.about.kind().info();
    let mut event = Event::default();
    event.metadata.name = Some(name.to_owned());
    event.metadata.namespace = Some(namespace(note).to_owned());
    event.involved_object = ObjectReference {
        api_version: Some(info.api_version.to_owned()),
        kind: Some(info.name.to_owned()),
        name: meta.name.clone(),
        namespace: meta.namespace.clone(),
        uid: meta.uid.clone(),
        resource_version: meta.resource_version.clone(),
        field_path: (!note.field_path.is_empty()).then(|| note.field_path.to_string()),
    };
    event.type_ = Some(type_name(note.note_type).to_owned());
    event.reason = Some(note.reason.to_owned());
    event
}
