//! One object: its YAML, its revisions with what each changed and who wrote it, and its owners.

use crate::api::{Change, Key, Kind, Object, Uid, managed_fields, owner, yaml};
use crate::session::{Action, Selection, Session};
use crate::ui::i18n::{Language, panels as words};
use crate::ui::parts::{self, Icon, glyph_of_kind, text_diff};
use crate::ui::store::{Dispatch, use_dispatch, use_language, use_session};
use yew::prelude::*;

/// So many revisions are shown, newest first.
const REVISIONS_MAX: usize = 50;

/// So many dependents are shown.
const OWNED_MAX: usize = 100;

#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Yaml,
    Revisions,
    Owners,
}

/// The chosen object.
#[component]
pub(super) fn Detail() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let language = use_language();
    let view = use_state(|| View::Yaml);
    let session = shown.get();
    let key = match &session.selection {
        Some(Selection::Object(key)) => key.clone(),
        Some(Selection::Node(node)) => Key::new(Kind::Node, "", node.clone()),
        _ => {
            return html! { <div class="detail"><p class="later">{ words::pick_one(language) }</p></div> };
        }
    };
    let tab = |each: View, name: &'static str| {
        let view = view.clone();
        let selected = *view == each;
        let onclick = Callback::from(move |_: MouseEvent| view.set(each));
        html! { <button class="tab" role="tab" aria-selected={selected.to_string()} {onclick}>{ name }</button> }
    };
    let object = session.timeline().cluster().store().head().get(&key);
    html! {
        <div class="detail" role="region" tabindex="0" aria-label={key.to_string()}>
            <div class="detail-head"><Icon name={glyph_of_kind(key.kind)} /><b class="cut grow" title={key.to_string()}>{ key.name.to_string() }</b>
                <div class="tabs" role="tablist" aria-label={words::views(language)}>
                    { tab(View::Yaml, words::yaml(language)) }{ tab(View::Revisions, words::revisions(language)) }{ tab(View::Owners, words::owners(language)) }
                </div>
            </div>
            if let Some(object) = object { <Commands object={object.key()} replicas={replicas(object)} {language} dispatch={dispatch.clone()} /> }
            { match (*view, object) {
                (View::Revisions, _) => revisions(&session, &key, language, &dispatch),
                (_, None) => html! { <p class="later">{ words::gone(language) }</p> },
                (View::Yaml, Some(object)) => html! { <pre class="yaml mono">{ parts::yaml(&yaml::to_yaml(&managed_fields::to_json_without(object))) }</pre> },
                (View::Owners, Some(object)) => owners(&session, object, language, &dispatch),
            } }
        </div>
    }
}

/// What `spec.replicas` is, for the kinds that can be scaled.
fn replicas(object: &Object) -> Option<i32> {
    match object {
        Object::Deployment(deployment) => deployment.spec.as_ref()?.replicas,
        Object::ReplicaSet(set) => set.spec.as_ref()?.replicas,
        _ => None,
    }
}

#[derive(Clone, PartialEq, Properties)]
struct CommandsProps {
    object: Key,
    replicas: Option<i32>,
    language: Language,
    dispatch: Dispatch,
}

/// Delete and scale, each beside what a person would type.
#[component]
fn Commands(props: &CommandsProps) -> Html {
    let wanted = use_state(|| None::<i32>);
    let CommandsProps {
        object,
        replicas,
        language,
        dispatch,
    } = props.clone();
    let info = object.kind.info();
    let resource = if info.group.is_empty() {
        info.singular.to_owned()
    } else {
        format!("{}.{}", info.singular, info.group)
    };
    let delete = format!("kubectl delete {resource} {}", object.name);
    let number = wanted.or(replicas).unwrap_or(0);
    let scale = format!(
        "kubectl scale {resource} {} --replicas={number}",
        object.name
    );
    let oninput = {
        let wanted = wanted.clone();
        Callback::from(move |event: InputEvent| {
            let text = crate::ui::dom::value_of(&event);
            wanted.set(text.parse().ok().filter(|number| *number >= 0));
        })
    };
    html! {
        <div class="filterbar">
            if replicas.is_some() {
                <label for="detail-replicas">{ words::replicas(language) }</label>
                <input id="detail-replicas" class="field small num" type="number" min="0" value={number.to_string()} {oninput} />
                <button class="button small" title={scale} onclick={dispatch.on(Action::Scale(object.clone(), number))}>{ words::scale(language) }</button>
            }
            <button class="button small danger" title={delete} onclick={dispatch.on(Action::Delete(object.clone()))}>{ words::delete(language) }</button>
        </div>
    }
}

fn revisions(session: &Session, key: &Key, language: Language, dispatch: &Dispatch) -> Html {
    let store = session.timeline().cluster().store();
    let history: Vec<&Change> = store.history(key).rev().take(REVISIONS_MAX).collect();
    let from_the_start = history.last().is_some_and(|change| change.before.is_none());
    let text = |object: &Option<Object>| {
        object
            .as_ref()
            .map(|object| yaml::to_yaml(&managed_fields::to_json_without(object)))
            .unwrap_or_default()
    };
    let one = |change: &&Change| {
        let link = dispatch.on(Action::Seek(change.step + 1));
        html! {
            <li key={change.revision.to_string()}>
                <div class="rev"><span class="num mono">{ change.revision }</span><Icon name={glyph_of_kind(change.kind())} class="i-s" />
                    <span>{ change.by.to_string() }{ " · " }<span class="verb">{ change.change_type().name() }</span></span>
                    <button class="link num" onclick={link}>{ crate::ui::i18n::turn::step(language, change.step) }</button></div>
                { text_diff(&text(&change.before), &text(&change.after)) }
            </li>
        }
    };
    html! {
        <div class="history">
            <ol>{ for history.iter().map(one) }</ol>
            if !from_the_start { <p class="later">{ words::compacted(language) }</p> }
        </div>
    }
}

fn owners(session: &Session, object: &Object, language: Language, dispatch: &Dispatch) -> Html {
    let head = session.timeline().cluster().store().head();
    let entry = |key: Key| {
        let select = dispatch.on(Action::Select(Some(Selection::Object(key.clone()))));
        html! { <li class="owner"><Icon name={glyph_of_kind(key.kind)} class="i-s" /><button class="link" onclick={select}>{ key.to_string() }</button></li> }
    };
    let above = object
        .metadata()
        .owner_references
        .iter()
        .flatten()
        .filter_map(|reference| {
            let kind = Kind::of(&reference.api_version, &reference.kind)?;
            Some(Key::new(kind, object.namespace(), reference.name.as_str()))
        });
    let above: Vec<Key> = above.collect();
    let uid = owner::uid_of(object.metadata());
    let below: Vec<Key> = if uid == Uid::default() {
        Vec::new()
    } else {
        Kind::ALL
            .iter()
            .flat_map(|kind| head.table(*kind).owned_by(uid))
            .map(Object::key)
            .take(OWNED_MAX)
            .collect()
    };
    let nobody = || html! { <li class="later">{ words::nobody(language) }</li> };
    html! {
        <div class="owner-tree filterbar">
            <section><h3>{ words::owned_by(language) }</h3><ul>{ for above.iter().cloned().map(entry) }if above.is_empty() { { nobody() } }</ul></section>
            <section><h3>{ words::owns(language) }</h3><ul>{ for below.iter().cloned().map(entry) }if below.is_empty() { { nobody() } }</ul></section>
        </div>
    }
}
