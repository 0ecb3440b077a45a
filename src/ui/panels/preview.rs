//! What Apply would change, before anyone presses it.

use crate::session::{Action, PreviewChange};
use crate::ui::i18n::{Language, panels as words};
use crate::ui::parts::{Icon, glyph_of_kind, text_diff};
use crate::ui::store::{use_dispatch, use_language, use_session};
use yew::prelude::*;

/// The preview, if the learner asked for one.
#[component]
pub fn Preview() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let language = use_language();
    let session = shown.get();
    let Some(preview) = &session.preview else {
        return html! {};
    };
    html! {
        <section class="preview" data-testid="preview" aria-label={words::would_change(language)} tabindex="0">
            <h3>{ words::would_change(language) }<span class="grow"></span>
                <button class="button small" onclick={dispatch.on(Action::ClosePreview)}>{ words::close(language) }</button></h3>
            { for preview.changes.iter().map(|change| one(language, change)) }
        </section>
    }
}

fn one(language: Language, change: &PreviewChange) -> Html {
    let outcome = if change.refusal.is_some() {
        words::would_be_refused(language)
    } else if change.before.is_empty() {
        words::would_create(language)
    } else if change.before == change.after {
        words::would_not_change(language)
    } else {
        ""
    };
    html! {
        <article key={change.key.to_string()}>
            <h4><Icon name={glyph_of_kind(change.key.kind)} class="i-s" />{ " " }<span class="mono">{ change.key.to_string() }</span>{ " " }<span class="dim">{ outcome }</span></h4>
            if let Some(refusal) = &change.refusal { <p class="refused">{ refusal.clone() }</p> }
            else if change.before != change.after { { text_diff(&change.before, &change.after) } }
        </article>
    }
}
