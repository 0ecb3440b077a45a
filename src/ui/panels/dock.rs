//! The dock below the diagram: tabs, and the open one.

use super::{ALL, Panel};
use crate::session::{Action, Tab};
use crate::ui::parts::{Icon, Loop};
use crate::ui::store::{use_dispatch, use_language, use_session};
use yew::prelude::*;

/// The dock.
#[component]
pub fn Dock() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let language = use_language();
    let session = shown.get();
    let open = session.tab;
    let panel = ALL
        .iter()
        .find(|panel| panel.tab == open)
        .unwrap_or(&ALL[0]);
    let tab = |panel: &Panel| {
        let selected = panel.tab == open;
        let count = (panel.count)(&session);
        html! {
            <button class="tab" role="tab" key={panel.tab.name()} id={id_of(panel.tab)} aria-selected={selected.to_string()}
                aria-controls={selected.then_some("panel")} tabindex={if selected { "0" } else { "-1" }}
                onclick={dispatch.on(Action::OpenTab(panel.tab))}>
                if panel.glyph == "loop" { <Loop /> } else { <Icon name={panel.glyph} /> }
                { (panel.title)(language) }
                if count > 0 { <span class="badge" data-tone="bad" data-count={count.to_string()}>{ count }</span> }
            </button>
        }
    };
    use_effect_with(open, |open| crate::ui::dom::reveal(&id_of(*open)));
    let onkeydown = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(tab) = neighbour(open, &event.key()) {
                event.prevent_default();
                dispatch.send(Action::OpenTab(tab));
                focus(tab);
            }
        })
    };
    html! {
        <section class="dock" id="dock" aria-label={crate::ui::i18n::page::details(language)}>
            <div class="dock-head"><div class="tabs" role="tablist" aria-label={crate::ui::i18n::page::details(language)} {onkeydown}>{ for ALL.iter().map(tab) }</div></div>
            <div class="dock-body" role="tabpanel" id="panel" aria-labelledby={id_of(open)} tabindex="0">{ (panel.view)() }</div>
        </section>
    }
}

/// The tab that this key goes to from `open`, as tab lists do everywhere.
fn neighbour(open: Tab, key: &str) -> Option<Tab> {
    let at = ALL.iter().position(|panel| panel.tab == open)?;
    let to = match key {
        "ArrowRight" => (at + 1) % ALL.len(),
        "ArrowLeft" => (at + ALL.len() - 1) % ALL.len(),
        "Home" => 0,
        "End" => ALL.len() - 1,
        _ => return None,
    };
    Some(ALL[to].tab)
}

fn focus(tab: Tab) {
    crate::ui::dom::focus(&id_of(tab));
}

fn id_of(tab: Tab) -> String {
    format!("tab-{}", tab.name())
}
