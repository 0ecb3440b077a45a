//! `kubectl events`: what happened, oldest first.
//!
//! The real thing: kubectl's pkg/cmd/events/events.go, event_printer.go.
//! Left out: `-w`.

use super::flags::{switch, value};
use super::{Accept, Call, Command, printers};
use crate::api::custom::Definitions;
use crate::api::time::{self, Ms};
use crate::api::{Kind, Request, Stored};
use k8s_openapi::api::core::v1::Event;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

pub(super) const EVENTS: Command = Command {
    name: "events",
    about: "List events",
    usage: "events [--for TYPE/NAME] [--types Normal,Warning] [-A]",
    flags: &[
        value("for", "", "TYPE/NAME", "only those about this object"),
        value("types", "", "TYPES", "only those of these types"),
        switch("all-namespaces", "A", "in all namespaces"),
        switch("no-headers", "", "no line with the columns' names"),
    ],
    run: events,
};

fn events(call: &mut Call<'_>) -> Result<(), String> {
    let everywhere = call.given.is_set("all-namespaces");
    let namespace = if everywhere {
        String::new()
    } else {
        call.namespace()
    };
    let mut request = Request::list(Kind::Event, namespace.as_str());
    if let Some(text) = call.given.get("for").map(str::to_owned) {
        let (kind, name) = about(&text, &call.kinds())?;
        let (kind, api_version) = (kind.info().name, kind.info().api_version);
        request.select.field_selector = format!(
            "involvedObject.kind={kind},involvedObject.apiVersion={api_version},involvedObject.name={name}"
        );
    }
    let list = match call.list(request, Accept::Typed) {
        Ok(list) => list,
        Err(why) => {
            call.refuse(why);
            return Ok(());
        }
    };
    let types = call.given.all("types");
    let mut events: Vec<&Event> = list.items.iter().filter_map(Event::of).collect();
    events.retain(|event| {
        let type_ = event.type_.as_deref().unwrap_or_default();
        types.is_empty()
            || types
                .iter()
                .any(|wanted| wanted.eq_ignore_ascii_case(type_))
    });
    if events.is_empty() {
        call.out.warn(if everywhere {
            "No events found.".to_owned()
        } else {
            format!("No events found in {namespace} namespace.")
        });
        return Ok(());
    }
    events.sort_by_key(|event| last_seen(event));
    let now_ms = call.server.now_ms();
    let mut rows: Vec<Vec<String>> = events
        .iter()
        .map(|event| row(event, everywhere, now_ms))
        .collect();
    if !call.given.is_set("no-headers") {
        let names = [
            "NAMESPACE",
            "LAST SEEN",
            "TYPE",
            "REASON",
            "OBJECT",
            "MESSAGE",
        ];
        let skipped = usize::from(!everywhere);
        rows.insert(
            0,
            names[skipped..]
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        );
    }
    call.out.stdout.push_str(&printers::tabulate(&rows));
    Ok(())
}

fn about(text: &str, kinds: &Definitions) -> Result<(Kind, String), String> {
    let (kind, name) = text
        .split_once('/')
        .ok_or("--for must be in resource/name form")?;
    let named = kinds
        .named(kind)
        .ok_or_else(|| format!("the server doesn't have a resource type {kind:?}"))?;
    Ok((named.kind, name.to_owned()))
}

fn row(event: &Event, with_namespace: bool, now_ms: Ms) -> Vec<String> {
    let object = &event.involved_object;
    let about = format!(
        "{}/{}",
        object.kind.as_deref().unwrap_or_default(),
        object.name.as_deref().unwrap_or_default()
    );
    let namespace = with_namespace.then(|| event.metadata.namespace.clone().unwrap_or_default());
    let cells = [
        interval(event, now_ms),
        event.type_.clone().unwrap_or_default(),
        event.reason.clone().unwrap_or_default(),
        about,
        event
            .message
            .as_deref()
            .unwrap_or_default()
            .trim()
            .to_owned(),
    ];
    namespace.into_iter().chain(cells).collect()
}

/// `5s`, or `5s (x3 over 2m)` of one that came back.
pub(super) fn interval(event: &Event, now_ms: Ms) -> String {
    let since = |then: Option<&Time>| {
        then.map_or_else(
            || "<unknown>".to_owned(),
            |then| time::human_duration(now_ms.saturating_sub(time::ms(then))),
        )
    };
    let first_time = event.event_time.as_ref().map(|then| Time(then.0));
    let first = since(first_time.as_ref().or(event.first_timestamp.as_ref()));
    let last = since(last_time(event).as_ref());
    let series = event.series.as_ref().and_then(|series| series.count);
    match series.or(event.count.filter(|count| *count > 1)) {
        Some(count) => format!("{last} (x{count} over {first})"),
        None => first,
    }
}

/// When it was seen last: in its series, as an old Event says it, or when it happened.
fn last_time(event: &Event) -> Option<Time> {
    let series = event.series.as_ref();
    let series = series.and_then(|series| series.last_observed_time.as_ref());
    let series = series.map(|then| Time(then.0));
    let once = event.event_time.as_ref().map(|then| Time(then.0));
    series.or_else(|| event.last_timestamp.clone()).or(once)
}

fn last_seen(event: &Event) -> Option<Ms> {
    last_time(event).as_ref().map(time::ms)
}
