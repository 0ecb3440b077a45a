//! Before the first step, when all is settled, and when something is awaited: "Why is nothing happening?"

use super::{Context, phases, seconds};
use crate::sim::{Possible, Ready};
use crate::ui::i18n::turn as words;
use crate::ui::parts::Loop;
use yew::prelude::*;

/// How many of the things that are awaited are named.
const WAITS_SHOWN: usize = 4;

/// The loop, for someone who has never seen it.
pub(super) fn start(context: &Context<'_>) -> Html {
    let language = context.language;
    let later = |text: &'static str| html! { <p class="later">{ text }</p> };
    html! {
        <article class="turn" data-testid="turn" data-kind="start">
            <header class="turn-head"><Loop class="big" /><div class="grow"><h2>{ words::start_head(language) }</h2><p class="because">{ words::start_lead(language) }</p></div></header>
            <div class="phases">
                { phases::phase(context, "observe", "idle", later(words::start_observe(language))) }
                { phases::phase(context, "diff", "idle", later(words::start_diff(language))) }
                { phases::phase(context, "act", "idle", later(words::start_act(language))) }
            </div>
        </article>
    }
}

/// Nothing is on its way: why, and what comes next all the same.
pub(super) fn settled(context: &Context<'_>) -> Html {
    let language = context.language;
    let cluster = context.session.timeline().cluster();
    let next = cluster.ready(1).into_iter().next();
    html! {
        <aside class="same">
            <h3>{ words::settled_head(language) }</h3>
            <p>{ words::settled_note(language) }
                if let Some(ready) = next { { " " }{ words::settled_next(language, &who(&ready), due_in(context, &ready)) } }
            </p>
        </aside>
    }
}

/// Something is on its way and not due yet: what, and when.
pub(super) fn waits(context: &Context<'_>) -> Html {
    let language = context.language;
    let cluster = context.session.timeline().cluster();
    if cluster
        .next_due_ms()
        .is_none_or(|due_ms| due_ms <= cluster.now_ms())
    {
        return html! {};
    }
    let waits = cluster.waits_for(WAITS_SHOWN);
    if waits.is_empty() {
        return html! {};
    }
    html! {
        <aside class="same">
            <h3>{ words::waits_head(language) }</h3>
            <ul>{ for waits.iter().map(|ready| html! { <li>{ words::waits_one(language, &who(ready), due_in(context, ready)) }</li> }) }</ul>
        </aside>
    }
}

fn due_in(context: &Context<'_>, ready: &Ready) -> String {
    seconds(
        ready
            .due_ms
            .saturating_sub(context.session.timeline().cluster().now_ms()),
    )
}

/// Who will do something, and about what.
fn who(ready: &Ready) -> String {
    match &ready.what {
        Possible::Deliver { process, key, .. } => format!("{process} ← {key}"),
        Possible::Turn { process, key } | Possible::GoOn { process, key } => {
            format!("{process} · {key}")
        }
        Possible::Machine { node } => node.to_string(),
        Possible::Restart { process } => process.to_string(),
    }
}
