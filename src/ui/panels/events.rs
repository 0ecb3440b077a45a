//! Events, as `kubectl get events` prints them, newest first.

use crate::api::{Kind, time};
use crate::session::{Action, Selection, Session, Tab};
use crate::ui::i18n::panels as words;
use crate::ui::parts::Icon;
use crate::ui::store::{use_dispatch, use_language, use_session};
use k8s_openapi::api::core::v1::Event;
use yew::prelude::*;

/// So many events are shown; the filter finds the others.
const SHOWN_MAX: usize = 200;

/// How many warnings there are, for the badge.
pub(super) fn warnings(session: &Session) -> usize {
    let head = session.timeline().cluster().store().head();
    head.table(Kind::Event).warnings().min(100)
}

/// The events.
#[component]
pub fn Events() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let language = use_language();
    let filter = use_state(String::new);
    let oninput = {
        let filter = filter.clone();
        Callback::from(move |event: InputEvent| filter.set(crate::ui::dom::value_of(&event)))
    };
    let rows = use_memo(
        (shown.version(), language, (*filter).clone()),
        |(_, _, filter)| {
            let session = shown.get();
            let now_ms = session.timeline().cluster().now_ms();
            let mut events: Vec<&Event> = all(&session)
                .filter(|event| matches(event, filter))
                .collect();
            events.sort_by_key(|event| {
                std::cmp::Reverse((
                    last_ms(event),
                    event
                        .metadata
                        .resource_version
                        .as_deref()
                        .and_then(|v| v.parse::<u64>().ok()),
                ))
            });
            let hidden = events.len().saturating_sub(SHOWN_MAX);
            let row = |event: &&Event| {
                let warning = event.type_.as_deref() == Some("Warning");
                let count = event.count.unwrap_or(1);
                let about = &event.involved_object;
                let open = Kind::of(
                    about.api_version.as_deref().unwrap_or_default(),
                    about.kind.as_deref().unwrap_or_default(),
                )
                .map(|kind| {
                    let key = crate::api::Key::new(
                        kind,
                        about.namespace.clone().unwrap_or_default(),
                        about.name.clone().unwrap_or_default(),
                    );
                    let dispatch = dispatch.clone();
                    Callback::from(move |_: MouseEvent| {
                        dispatch.send(Action::Select(Some(Selection::Object(key.clone()))));
                        dispatch.send(Action::OpenTab(Tab::Objects));
                    })
                });
                html! {
                    <tr key={event.metadata.name.clone().unwrap_or_default()}>
                        <td>{ time::human_duration(now_ms.saturating_sub(last_ms(event))) }</td>
                        <td>if warning { <span class="pill" data-tone="bad"><Icon name="warn" class="i-s" />{ "Warning" }</span> } else { { event.type_.clone().unwrap_or_default() } }</td>
                        <td>{ event.reason.clone().unwrap_or_default() }</td>
                        <td><button class="link" onclick={open}>{ object(event) }</button></td>
                        <td class="wrap">{ event.message.clone().unwrap_or_default() }if count > 1 { { " " }<span class="pill num">{ words::times(language, count) }</span> }</td>
                    </tr>
                }
            };
            if events.is_empty() {
                return html! { <p class="later">{ words::no_events(language) }</p> };
            }
            html! {
                <>
                    <table class="table">
                        <caption class="vh">{ words::events(language) }</caption>
                        <thead><tr><th scope="col">{ words::last_seen(language) }</th><th scope="col">{ words::event_type(language) }</th><th scope="col">{ words::reason(language) }</th>
                            <th scope="col">{ words::object(language) }</th><th scope="col">{ words::message(language) }</th></tr></thead>
                        <tbody>{ for events.iter().take(SHOWN_MAX).map(row) }</tbody>
                    </table>
                    if hidden > 0 { <p class="later">{ words::more_rows(language, hidden) }</p> }
                </>
            }
        },
    );
    html! {
        <>
            <div class="filterbar"><label class="vh" for="events-filter">{ words::filter(language) }</label>
                <input id="events-filter" class="field small" placeholder={format!("/ {}", words::filter(language))} value={(*filter).clone()} {oninput} /></div>
            { (*rows).clone() }
        </>
    }
}

fn all(session: &Session) -> impl Iterator<Item = &Event> {
    session
        .timeline()
        .cluster()
        .store()
        .head()
        .table(Kind::Event)
        .iter()
        .filter_map(|object| object.get::<Event>())
}

fn last_ms(event: &Event) -> u64 {
    event.last_timestamp.as_ref().map_or(0, time::ms)
}

/// `pod/web-x`, as kubectl prints it.
fn object(event: &Event) -> String {
    let about = &event.involved_object;
    format!(
        "{}/{}",
        about
            .kind
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase(),
        about.name.as_deref().unwrap_or_default()
    )
}

fn matches(event: &Event, filter: &str) -> bool {
    let filter = filter.trim().to_ascii_lowercase();
    let text = || {
        format!(
            "{} {} {}",
            object(event),
            event.reason.as_deref().unwrap_or_default(),
            event.message.as_deref().unwrap_or_default()
        )
    };
    filter.is_empty() || text().to_ascii_lowercase().contains(&filter)
}
