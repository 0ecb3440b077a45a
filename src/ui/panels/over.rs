//! What lies over the page: notices, refusals and the help dialog.

use crate::session::Action;
use crate::ui::i18n::{Language, page as words};
use crate::ui::parts::{Icon, Loop, icon};
use crate::ui::settings::{Change, Notice, Sheet};
use crate::ui::store::{use_configure, use_dispatch, use_language, use_session, use_settings};
use web_sys::HtmlDialogElement;
use yew::prelude::*;

/// Notices and dialogs.
#[component]
pub fn Over() -> Html {
    let shown = use_session();
    let settings = use_settings();
    let dispatch = use_dispatch();
    let configure = use_configure();
    let language = use_language();
    let refusal = shown.get().refusal.clone();
    html! {
        <>
            if let Some(notice) = &settings.notice {
                { message(&notice_text(notice, language), notice_tone(notice), configure.on(Change::Notice(None)), language) }
            } else if let Some(refusal) = refusal {
                { message(&refusal, "bad", dispatch.on(Action::Dismiss), language) }
            }
            if settings.sheet == Some(Sheet::Help) { <Help onclose={configure.on(Change::Sheet(None))} {language} /> }
        </>
    }
}

fn message(
    text: &str,
    tone: &'static str,
    onclose: Callback<MouseEvent>,
    language: Language,
) -> Html {
    let role = if tone == "bad" { "alert" } else { "status" };
    html! {
        <div class="note notice" {role} data-tone={tone}>
            { icon(if tone == "bad" { "warn" } else { "check" }) }<span>{ text }</span>
            <button class="button ghost small icon-only" aria-label={words::dismiss(language)} onclick={onclose}><Icon name="cross" class="i-s" /></button>
        </div>
    }
}

fn notice_tone(notice: &Notice) -> &'static str {
    match notice {
        Notice::LinkCopied => "ok",
        Notice::BadLink(_) | Notice::NotRestored(_) | Notice::LinkTooLong(_) => "bad",
    }
}

fn notice_text(notice: &Notice, language: Language) -> String {
    match notice {
        Notice::BadLink(why) => words::notice_bad_link(language, why),
        Notice::NotRestored(why) => words::notice_not_restored(language, why),
        Notice::LinkCopied => words::notice_link_copied(language).to_owned(),
        Notice::LinkTooLong(bytes) => words::notice_link_too_long(language, *bytes),
    }
}

/// What the help needs.
#[derive(Clone, PartialEq, Properties)]
struct HelpProps {
    onclose: Callback<Event>,
    language: Language,
}

/// The keys, and what the colours mean.
#[component]
fn Help(props: &HelpProps) -> Html {
    let language = props.language;
    let dialog = use_node_ref();
    use_effect_with((), {
        let dialog = dialog.clone();
        move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                // A dialog in the page can be shown.
                let _ = dialog.show_modal();
            }
        }
    });
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    let key = |(keys, what): &(&'static [&'static str], fn(Language) -> &'static str)| {
        html! { <><dt>{ for keys.iter().map(|key| html! { <kbd class="key">{ *key }</kbd> }) }</dt><dd>{ what(language) }</dd></> }
    };
    let colour = |(glyph, tone, what): &(
        &'static str,
        &'static str,
        fn(Language) -> &'static str,
    )| {
        html! { <li><span class="pill" data-tone={*tone}>{ icon(glyph) }{ what(language) }</span></li> }
    };
    html! {
        <dialog class="sheet" ref={dialog} aria-labelledby="help-title" onclose={props.onclose.clone()}>
            <header class="pane-head"><Loop /><h2 id="help-title">{ words::help(language) }</h2><span class="grow"></span>
                <button class="button ghost icon-only" aria-label={words::close(language)} onclick={close}><Icon name="cross" /></button></header>
            <div class="sheet-body">
                <p>{ words::help_lead(language) }</p>
                <h3>{ words::keys(language) }</h3>
                <dl class="keys">{ for KEYS.iter().map(key) }</dl>
                <h3>{ words::colours(language) }</h3>
                <ul class="colours">{ for COLOURS.iter().map(colour) }</ul>
            </div>
        </dialog>
    }
}

type Words = fn(Language) -> &'static str;

const KEYS: &[(&[&str], Words)] = &[
    (&["s", "→"], words::key_step),
    (&["n", "⇧→"], words::key_step_turn),
    (&["b", "←"], words::key_back),
    (&["Space"], words::key_run),
    (&["f"], words::key_settle),
    (&["w"], words::key_who),
    (&["[", "]"], words::key_marks),
    (&["Home", "End"], words::key_ends),
    (&["1", "…", "6"], words::key_tabs),
    (&[":"], words::key_terminal),
    (&["Ctrl", "↵"], words::key_apply),
    (&["Ctrl", "⇧", "↵"], words::key_diff),
    (&["e"], words::key_editor),
    (&["t"], words::key_theme),
    (&["l"], words::key_language),
    (&["p"], words::key_projector),
    (&["?"], words::key_help),
];

const COLOURS: &[(&str, &str, Words)] = &[
    ("observe", "observe", words::colour_observe),
    ("diff", "diff", words::colour_diff),
    ("act", "act", words::colour_act),
    ("check", "ok", words::colour_ok),
    ("wait", "wait", words::colour_wait),
    ("cross", "bad", words::colour_bad),
];
