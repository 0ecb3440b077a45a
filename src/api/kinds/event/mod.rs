//! Event.
//!
//! The real thing: pkg/apis/core.

mod validation;

use super::cells::{column, since, wide};
use super::{Column, Stored, stored};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::Event;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, Time};

impl Stored for Event {
    stored!(Event);

    fn validate(&self) -> Vec<FieldError> {
        validation::always(self)
    }

    fn validate_update(&self, _old: &Self) -> Vec<FieldError> {
        validation::always(self)
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Last Seen"),
            column("Type"),
            column("Reason"),
            column("Object"),
            wide("Subobject"),
            wide("Source"),
            column("Message"),
            wide("First Seen"),
            wide("Count"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let micro = |t: &MicroTime| Time(t.0);
        let event_time = self.event_time.as_ref().map(micro);
        let first = self.first_timestamp.clone().or(event_time);
        let last = self.last_timestamp.clone().or_else(|| first.clone());
        let (last, count) = match &self.series {
            Some(series) => (series.last_observed_time.as_ref().map(micro), series.count),
            None => (last, self.count.filter(|c| *c != 0).or(Some(1))),
        };
        let object = &self.involved_object;
        vec![
            since(last.as_ref(), now_ms),
            self.type_.clone().unwrap_or_default(),
            self.reason.clone().unwrap_or_default(),
            self.about(),
            object.field_path.clone().unwrap_or_default(),
            self.reporter(),
            self.message
                .as_deref()
                .unwrap_or_default()
                .trim()
                .to_owned(),
            since(first.as_ref(), now_ms),
            count.unwrap_or_default().to_string(),
        ]
    }

    const NAME_FIRST: bool = false;

    fn selectable_fields() -> &'static [&'static str] {
        &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ]
    }

    fn selectable_field(&self, path: &str) -> Option<String> {
        let object = &self.involved_object;
        let source = self.source.as_ref().and_then(|s| s.component.as_ref());
        let reporter = self.reporting_component.as_ref();
        let text = match path {
            "involvedObject.kind" => object.kind.as_ref(),
            "involvedObject.namespace" => object.namespace.as_ref(),
            "involvedObject.name" => object.name.as_ref(),
            "involvedObject.uid" => object.uid.as_ref(),
            "involvedObject.apiVersion" => object.api_version.as_ref(),
            "involvedObject.resourceVersion" => object.resource_version.as_ref(),
            "involvedObject.fieldPath" => object.field_path.as_ref(),
            "reason" => self.reason.as_ref(),
            "reportingComponent" => reporter,
            "source" => source.filter(|s| !s.is_empty()).or(reporter),
            "type" => self.type_.as_ref(),
            _ => return None,
        };
        Some(text.cloned().unwrap_or_default())
    }
}

/// What is also wrong with an Event that came by way of `events.k8s.io`; `old` is what it replaces.
pub(super) fn errors_in_v1(event: &Event, old: Option<&Event>) -> Vec<FieldError> {
    match old {
        None => validation::created_as_v1(event),
        Some(old) => validation::updated_as_v1(event, old),
    }
}

/// Parts of an event's row.
trait Cells {
    fn about(&self) -> String;
    fn reporter(&self) -> String;
}

impl Cells for Event {
    /// `pod/web-1`.
    fn about(&self) -> String {
        let object = &self.involved_object;
        let kind = object
            .kind
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        match object.name.as_deref().filter(|n| !n.is_empty()) {
            Some(name) => format!("{kind}/{name}"),
            None => kind,
        }
    }

    /// `kubelet, n1`. The real thing: `formatEventSource`.
    fn reporter(&self) -> String {
        let source = self.source.clone().unwrap_or_default();
        let or = |text: Option<String>, other: &Option<String>| {
            let text = text.filter(|t| !t.is_empty());
            text.or_else(|| other.clone()).unwrap_or_default()
        };
        let component = or(source.component, &self.reporting_component);
        let instance = or(source.host, &self.reporting_instance);
        if instance.is_empty() {
            return component;
        }
        format!("{component}, {instance}")
    }
}
