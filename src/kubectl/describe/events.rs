//! What happened to an object, oldest first.
//!
//! The real thing: kubectl's pkg/describe/describe.go (`DescribeEvents`, `searchEvents`).

use super::page::Page;
use crate::api::{Kind, Name, Object, Request, Stored, time};
use crate::kubectl::events::interval;
use crate::kubectl::{Accept, Call};
use k8s_openapi::api::core::v1::Event;

/// Asks for what happened to an object, of this kind if that is to be said, and with this UID, and describes it.
pub(super) fn events(call: &mut Call<'_>, object: &Object, kind: &str, page: &mut Page) {
    let mut found = search(call, object, kind, &uid(object));
    if object.kind() == Kind::Node {
        // Kubelets call their node by its name.
        found.extend(search(call, object, kind, &object.name()));
    }
    if found.is_empty() {
        return page.field(0, "Events", "<none>");
    }
    found.sort_by_key(|event| event.last_timestamp.as_ref().map(time::ms));
    page.line(0, "Events:");
    page.line(1, "Type\tReason\tAge\tFrom\tMessage");
    page.line(1, "----\t------\t----\t----\t-------");
    let now_ms = call.server.now_ms();
    for event in &found {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let source = event.source.as_ref().and_then(|s| s.component.clone());
        let source = source.filter(|source| !source.is_empty());
        let source = source.or_else(|| event.reporting_component.clone());
        let message = text(&event.message);
        page.line(
            1,
            &format!(
                "{}\t{}\t{}\t{}\t{}",
                text(&event.type_),
                text(&event.reason),
                interval(event, now_ms),
                source.unwrap_or_default(),
                message.trim()
            ),
        );
    }
}

fn uid(object: &Object) -> String {
    object.metadata().uid.clone().unwrap_or_default()
}

fn search(call: &mut Call<'_>, object: &Object, kind: &str, uid: &str) -> Vec<Event> {
    let namespace = object.namespace();
    let mut request = Request::list(Kind::Event, Name::from(namespace.as_str()));
    let name = object.name();
    let kind = if kind.is_empty() {
        String::new()
    } else {
        format!("involvedObject.kind={kind},")
    };
    request.select.field_selector = format!(
        "involvedObject.name={name},involvedObject.namespace={namespace},{kind}involvedObject.uid={uid}"
    );
    // Whoever may not read events gets a description without them.
    let Ok(list) = call.list(request, Accept::Typed) else {
        return Vec::new();
    };
    list.items.iter().filter_map(Event::of).cloned().collect()
}
