//! Objects: a table as `kubectl get -o wide` prints it, and the chosen one in detail.

mod detail;

use crate::api::{Kind, Object};
use crate::session::{Action, Selection, Session};
use crate::ui::i18n::panels as words;
use crate::ui::store::{use_dispatch, use_language, use_session};
use yew::prelude::*;

/// So many rows are shown; the filter finds the others.
const SHOWN_MAX: usize = 200;

/// The table and the detail.
#[component]
pub fn Objects() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let language = use_language();
    let chosen_kind = use_state(|| None::<Kind>);
    let filter = use_state(String::new);
    let selected = match &shown.get().selection {
        Some(Selection::Object(key)) => Some(key.clone()),
        Some(Selection::Node(node)) => Some(crate::api::Key::new(Kind::Node, "", node.clone())),
        _ => None,
    };
    let kind = chosen_kind
        .or(selected.as_ref().map(|key| key.kind))
        .unwrap_or(Kind::Pod);
    let oninput = {
        let filter = filter.clone();
        Callback::from(move |event: InputEvent| filter.set(crate::ui::dom::value_of(&event)))
    };
    let onchange = {
        let chosen_kind = chosen_kind.clone();
        Callback::from(move |event: Event| {
            let value = crate::ui::dom::value_of(&event);
            chosen_kind.set(Kind::named(&value));
        })
    };
    let memo_on = (shown.version(), language, kind, (*filter).clone());
    let table = use_memo(memo_on, |(_, _, kind, filter)| {
        let session = shown.get();
        let (rows, hidden) = rows(&session, *kind, filter);
        let now_ms = session.timeline().cluster().now_ms();
        let row = |object: &Object| {
            let key = object.key();
            let is_selected = selected.as_ref() == Some(&key);
            let select = dispatch.on(Action::Select(Some(Selection::Object(key.clone()))));
            html! {
                <tr key={key.to_string()} aria-selected={is_selected.then_some("true")}>
                    if kind.info().namespaced { <td>{ key.namespace.to_string() }</td> }
                    <td><button class="link" onclick={select}>{ key.name.to_string() }</button></td>
                    { for object.row(now_ms).into_iter().map(|cell| html! { <td>{ cell }</td> }) }
                </tr>
            }
        };
        html! {
            <>
                <table class="table">
                    <caption class="vh">{ kind.info().plural }</caption>
                    <thead><tr>
                        if kind.info().namespaced { <th scope="col">{ "NAMESPACE" }</th> }
                        <th scope="col">{ "NAME" }</th>
                        { for kind.columns().iter().map(|column| html! { <th scope="col">{ column.name.to_ascii_uppercase() }</th> }) }
                    </tr></thead>
                    <tbody>{ for rows.iter().map(row) }</tbody>
                </table>
                if rows.is_empty() { <p class="later">{ words::nothing_here(language) }</p> }
                if hidden > 0 { <p class="later">{ words::more_rows(language, hidden) }</p> }
            </>
        }
    });
    let session = shown.get();
    let option = |each: &Kind| {
        let count = session
            .timeline()
            .cluster()
            .store()
            .head()
            .table(*each)
            .len();
        html! { <option value={each.info().plural} selected={*each == kind}>{ format!("{} ({count})", each.info().plural) }</option> }
    };
    html! {
        <div class="objects">
            <div class="list" tabindex="0" role="region" aria-label={words::objects(language)}>
                <div class="filterbar">
                    <label class="vh" for="objects-kind">{ words::kind(language) }</label>
                    <select id="objects-kind" class="select small" {onchange}>{ for Kind::ALL.iter().map(option) }</select>
                    <label class="vh" for="objects-filter">{ words::filter(language) }</label>
                    <input id="objects-filter" class="field small" placeholder={format!("/ {}", words::filter(language))} value={(*filter).clone()} {oninput} />
                </div>
                { (*table).clone() }
            </div>
            <detail::Detail />
        </div>
    }
}

/// The objects that are shown, and how many are not.
fn rows(session: &Session, kind: Kind, filter: &str) -> (Vec<Object>, usize) {
    let filter = filter.trim().to_ascii_lowercase();
    let table = session.timeline().cluster().store().head().table(kind);
    let matches = |object: &&Object| {
        let text = || format!("{}/{}", object.namespace(), object.name()).to_ascii_lowercase();
        filter.is_empty() || text().contains(&filter)
    };
    let shown: Vec<Object> = table
        .iter()
        .filter(matches)
        .take(SHOWN_MAX)
        .cloned()
        .collect();
    let total = if filter.is_empty() {
        table.len()
    } else {
        table.iter().filter(matches).count()
    };
    let hidden = total - shown.len();
    (shown, hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_finds_by_namespace_and_name() {
        let session = Session::default();
        let (all, hidden) = rows(&session, Kind::Namespace, "");
        assert!(all.len() >= 4 && hidden == 0, "{}", all.len());
        let (some, hidden) = rows(&session, Kind::Namespace, "KUBE-S");
        assert_eq!((some.len(), hidden), (1, 0));
    }
}
