//! Truth and belief: etcd beside what one component's caches hold, and the events that are on their way to it.

use crate::api::{Kind, Object, managed_fields};
use crate::session::{Action, Selection, Session};
use crate::sim::{Fault, Process, ProcessId};
use crate::ui::i18n::{Language, panels as words};
use crate::ui::parts::{Icon, glyph_of_kind};
use crate::ui::store::{Dispatch, use_dispatch, use_language, use_session};
use serde_json::Value;
use std::collections::BTreeSet;
use yew::prelude::*;

/// So many differing objects are shown.
const SHOWN_MAX: usize = 100;

/// So many differing fields of one object are shown.
const FIELDS_MAX: usize = 8;

/// Truth beside belief.
#[component]
pub fn Truth() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let language = use_language();
    let chosen = use_state(String::new);
    let session = shown.get();
    let cluster = session.timeline().cluster();
    let selected = match &session.selection {
        Some(Selection::Process(id)) => Some(id.to_string()),
        _ => None,
    };
    let names: Vec<String> = cluster
        .processes()
        .map(|process| process.id.to_string())
        .collect();
    let wanted = if chosen.is_empty() {
        selected.unwrap_or_else(|| laggard(&session))
    } else {
        (*chosen).clone()
    };
    let Some(process) = cluster
        .processes()
        .find(|process| process.id.to_string() == wanted)
        .or_else(|| cluster.processes().next())
    else {
        return html! {};
    };
    let name = process.id.to_string();
    let onchange = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| chosen.set(crate::ui::dom::value_of(&event)))
    };
    let lag = process.lag();
    html! {
        <>
            <div class="truth-head">
                <label for="truth-process">{ words::beside(language) }</label>
                <select id="truth-process" class="select" {onchange}>{ for names.iter().map(|each| html! { <option value={each.clone()} selected={*each == name}>{ each.clone() }</option> }) }</select>
                if lag == 0 { <span>{ words::up_to_date(language) }</span> } else { <span class="lag stale">{ words::behind(language, lag) }</span> }
            </div>
            { watches(process, language, &dispatch) }
            { table(&session, process, language) }
        </>
    }
}

/// The process that is furthest behind; the scheduler if none is.
fn laggard(session: &Session) -> String {
    let cluster = session.timeline().cluster();
    let furthest = cluster
        .processes()
        .max_by_key(|process| process.lag())
        .filter(|process| process.lag() > 0);
    furthest.map_or_else(
        || "kube-scheduler".to_owned(),
        |process| process.id.to_string(),
    )
}

fn watches(process: &Process, language: Language, dispatch: &Dispatch) -> Html {
    let name = process.id.to_string();
    let one = |cursor: &crate::sim::Cursor| {
        let (kind, process) = (cursor.kind, name.clone());
        let toggle = if cursor.held {
            Fault::ReleaseWatch {
                process: process.clone(),
                kind,
            }
        } else {
            Fault::HoldWatch {
                process: process.clone(),
                kind,
            }
        };
        let label = if cursor.held {
            words::release(language)
        } else {
            words::hold(language)
        };
        html! {
            <li class="watch-row" key={kind.info().plural}>
                <Icon name={glyph_of_kind(kind)} class="i-s" /><span class="grow">{ kind.info().plural }
                    if cursor.held { { " · " }<b>{ words::held(language) }</b> }
                    if !cursor.pending.is_empty() { { " · " }<span class="lag stale">{ words::behind(language, cursor.pending.len()) }</span> }
                </span>
                <button class="button small" onclick={dispatch.on(Action::Fault(toggle))}>{ label }</button>
                if !cursor.pending.is_empty() { <button class="button small" onclick={dispatch.on(Action::Fault(Fault::DropEvent { process, kind }))}>{ words::drop_next(language) }</button> }
            </li>
        }
    };
    html! { <section class="fault-group"><h3><Icon name="belief" />{ words::watched(language) }</h3><ul>{ for process.watches.iter().map(one) }</ul></section> }
}

fn table(session: &Session, process: &Process, language: Language) -> Html {
    let stale = stale(session, process);
    if stale.is_empty() {
        return html! {};
    }
    let name = process.id.to_string();
    let head_revision = session.timeline().cluster().store().revision();
    html! {
        <table class="truth">
            <caption class="vh">{ words::truth_and_belief(language) }</caption>
            <thead><tr><th scope="col">{ words::object(language) }</th><th scope="col" class="t">{ words::truth_at(language, head_revision) }</th><th scope="col" class="b">{ words::belief_of(language, &name) }</th></tr></thead>
            <tbody>{ for stale.iter().map(|row| stale_row(row, language)) }</tbody>
        </table>
    }
}

/// An object about which truth and belief differ.
#[derive(Debug, PartialEq)]
struct Stale {
    truth: Option<Object>,
    belief: Option<Object>,
}

/// Only objects with an event on its way can differ: those are looked at, not all.
fn stale(session: &Session, process: &Process) -> Vec<Stale> {
    let cluster = session.timeline().cluster();
    let mut stale = Vec::new();
    for cursor in &process.watches {
        let pending = cursor.pending.iter().take(SHOWN_MAX);
        let keys: BTreeSet<_> = pending.map(|event| event.change().key()).collect();
        for key in keys {
            let truth = cluster.store().head().get(&key).cloned();
            let belief = belief(cluster, &process.id, cursor.kind, &key.namespace, &key.name);
            if truth != belief {
                stale.push(Stale { truth, belief });
            }
        }
    }
    stale.truncate(SHOWN_MAX);
    stale
}

fn belief(
    cluster: &crate::sim::Cluster,
    id: &ProcessId,
    kind: Kind,
    namespace: &str,
    name: &str,
) -> Option<Object> {
    cluster.belief(id, kind)?.get(namespace, name).cloned()
}

fn stale_row(row: &Stale, language: Language) -> Html {
    let Some(object) = row.truth.as_ref().or(row.belief.as_ref()) else {
        return html! {};
    };
    let key = object.key();
    let subject = html! { <td><Icon name={glyph_of_kind(key.kind)} class="i-s" />{ " " }{ key.name.to_string() }</td> };
    let at = |object: &Object| format!(" @{}", object.revision());
    let (truth, belief) = match (&row.truth, &row.belief) {
        (Some(truth), None) => (
            html! { at(truth) },
            html! { <span class="missing">{ words::unknown_yet(language) }</span> },
        ),
        (None, Some(belief)) => (
            html! { words::gone_in_truth(language) },
            html! { <><span class="stale">{ words::still_there(language) }</span>{ at(belief) }</> },
        ),
        (Some(truth), Some(belief)) => {
            let fields = differing_fields(
                &managed_fields::to_json_without(truth),
                &managed_fields::to_json_without(belief),
            );
            let side = |pick: fn(&Field) -> &str, class: &'static str, at: String| {
                html! { <>{ for fields.iter().map(|field| html! { <div>{ field.path.clone() }{ ": " }<span {class}>{ pick(field).to_owned() }</span></div> }) }<div>{ at }</div></> }
            };
            (
                side(|field| &field.truth, "", at(truth)),
                side(|field| &field.belief, "stale", at(belief)),
            )
        }
        (None, None) => return html! {},
    };
    html! { <tr key={key.to_string()} data-stale="">{ subject }<td>{ truth }</td><td>{ belief }</td></tr> }
}

/// A field in which two versions of an object differ.
#[derive(Debug, PartialEq, Eq)]
struct Field {
    path: String,
    truth: String,
    belief: String,
}

/// The fields that differ, but for the revision itself; the first few.
fn differing_fields(truth: &Value, belief: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    compare("", truth, belief, &mut fields);
    fields.retain(|field| field.path != "metadata.resourceVersion");
    fields.truncate(FIELDS_MAX);
    fields
}

fn compare(path: &str, truth: &Value, belief: &Value, fields: &mut Vec<Field>) {
    if truth == belief {
        return;
    }
    let (Value::Object(is), Value::Object(was)) = (truth, belief) else {
        let text = |value: &Value| {
            if value.is_null() {
                "–".to_owned()
            } else {
                value.to_string()
            }
        };
        fields.push(Field {
            path: path.to_owned(),
            truth: text(truth),
            belief: text(belief),
        });
        return;
    };
    let names: BTreeSet<&String> = is.keys().chain(was.keys()).collect();
    for name in names {
        let below = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        compare(
            &below,
            is.get(name).unwrap_or(&Value::Null),
            was.get(name).unwrap_or(&Value::Null),
            fields,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Key, Request};
    use crate::sim::ClusterOptions;
    use serde_json::json;

    #[test]
    fn fields_that_differ_are_named() {
        let truth =
            json!({ "metadata": { "resourceVersion": "2" }, "spec": { "nodeName": "n2", "x": 1 } });
        let belief = json!({ "metadata": { "resourceVersion": "1" }, "spec": { "x": 1 } });
        let fields = differing_fields(&truth, &belief);
        assert_eq!(
            fields,
            [Field {
                path: "spec.nodeName".to_owned(),
                truth: "\"n2\"".to_owned(),
                belief: "–".to_owned()
            }]
        );
    }

    #[test]
    fn a_component_that_has_not_heard_of_a_pod_does_not_know_it() {
        let mut session = Session::new(
            crate::sim::Timeline::new(ClusterOptions::default()),
            String::new(),
        );
        let pod: Object = serde_json::from_value(json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p", "namespace": "default" },
            "spec": { "containers": [{ "name": "c", "image": "nginx" }] },
        }))
        .expect("a pod");
        session.apply(Action::Submit(Box::new(Request::create(pod))));
        let cluster = session.timeline().cluster();
        let scheduler = cluster
            .processes()
            .find(|process| process.id.component == "kube-scheduler")
            .expect("there is a scheduler");
        let stale = stale(&session, scheduler);
        assert_eq!(stale.len(), 1);
        assert_eq!(
            stale[0].truth.as_ref().map(Object::key),
            Some(Key::new(Kind::Pod, "default", "p"))
        );
        assert_eq!(stale[0].belief, None);
    }
}
