//! The keyboard: one listener for the page. Where a person types, only Ctrl and ⌘ count.

use super::settings::{Change, Sheet, Theme, View};
use super::store::Store;
use super::{dom, player};
use crate::session::{Action, Goal, Tab};
use crate::sim::Pace;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, KeyboardEvent};

/// Listens from now on.
pub(super) fn start(store: &Store) {
    let store = store.clone();
    let heard = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        if !event.default_prevented() && press(&store, &event) {
            event.prevent_default();
        }
    });
    let window = gloo::utils::window();
    // A window always takes listeners.
    let _ = window.add_event_listener_with_callback("keydown", heard.as_ref().unchecked_ref());
    heard.forget();
}

/// Does what the key means; returns whether it means anything.
fn press(store: &Store, event: &KeyboardEvent) -> bool {
    let key = event.key();
    if event.ctrl_key() || event.meta_key() {
        if key != "Enter" {
            return false;
        }
        store.send(if event.shift_key() {
            Action::Preview
        } else {
            Action::Apply
        });
        return true;
    }
    if event.alt_key() || store.settings().sheet.is_some() {
        return false;
    }
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let within = |selector: &str| {
        target
            .as_ref()
            .is_some_and(|target| target.closest(selector).ok().flatten().is_some())
    };
    if within("input:not([type=range]), textarea, select, [contenteditable=true], .cm-editor") {
        return false;
    }
    let has_arrows = within(
        "[type=range], [role=tablist], [role=separator], .menu, [role=listbox], [role=tree]",
    );
    let has_space = within("button, summary, a, [role=tab], [role=option]");
    if let Some(action) = action(store, &key, event.shift_key(), has_arrows, has_space) {
        store.send(action);
        return true;
    }
    if let Some(change) = change(store, &key) {
        store.configure(change);
        return true;
    }
    match key.as_str() {
        "w" => dom::press("next-menu-button"),
        ":" => {
            store.configure(Change::View(View::Dock));
            store.send(Action::OpenTab(Tab::Terminal));
            spawn_local(async {
                player::sleep(0).await; // until it is there
                dom::focus(super::panels::TERMINAL_LINE);
            });
        }
        "e" => dom::focus_within("#editor :is(.cm-content, textarea)"),
        _ => return false,
    }
    true
}

fn action(
    store: &Store,
    key: &str,
    shift: bool,
    has_arrows: bool,
    has_space: bool,
) -> Option<Action> {
    let session = store.session();
    let timeline = session.timeline();
    let cursor = timeline.cursor();
    Some(match key {
        "s" => Action::Step(Pace::Phase),
        "n" => Action::StepTurn,
        "b" => Action::Back,
        "ArrowRight" if has_arrows => return None,
        "ArrowLeft" | "Home" | "End" if has_arrows => return None,
        "ArrowRight" if shift => Action::StepTurn,
        "ArrowRight" => Action::Step(Pace::Phase),
        "ArrowLeft" if shift => Action::BackTurn,
        "ArrowLeft" => Action::Back,
        "Home" => Action::Seek(0),
        "End" => Action::Seek(timeline.len()),
        "[" => Action::Seek(
            timeline
                .marks()
                .iter()
                .rev()
                .find(|mark| mark.step < cursor)
                .map_or(0, |mark| mark.step),
        ),
        "]" => Action::Seek(
            timeline
                .marks()
                .iter()
                .find(|mark| mark.step > cursor)
                .map_or(timeline.len(), |mark| mark.step),
        ),
        " " if has_space => return None,
        " " if session.goal.is_some() => Action::Pause,
        " " => Action::Run(Goal::On),
        "f" => Action::Run(Goal::Settled),
        "1" | "2" | "3" | "4" | "5" | "6" => {
            let index = usize::from(key.as_bytes()[0] - b'1');
            Action::OpenTab(super::panels::ALL.get(index)?.tab)
        }
        _ => return None,
    })
}

fn change(store: &Store, key: &str) -> Option<Change> {
    let settings = store.settings();
    Some(match key {
        "t" if dom::is_dark(settings.theme) => Change::Theme(Theme::Light),
        "t" => Change::Theme(Theme::Dark),
        "l" => Change::Language(settings.language.other()),
        "p" => Change::ToggleProjector,
        "?" => Change::Sheet(Some(Sheet::Help)),
        _ => return None,
    })
}
