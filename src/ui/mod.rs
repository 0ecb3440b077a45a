//! The only Yew: what a session looks like, and how a browser's events become its actions.
//!
//! State has three homes: the world (`Timeline` in `Session`), the visit (the rest of `Session`, [`settings::Settings`]), the keystroke (`use_state`).
//!
//! **Architecture invariant:** only `panels/` read contexts; only `player.rs` knows wall time; only `link.rs` reads or writes anything that
//! outlives the page.

mod dom;
pub mod i18n;
pub mod panels;
pub mod parts;
pub mod settings;
pub mod store;

use i18n::Language;
use panels::{Bar, Diagram, Dock, Editor, Timeline};
use settings::Settings;
use std::rc::Rc;
use store::{Configure, Dispatch, Shown, Store};
use yew::prelude::*;

/// What the page is made from.
#[derive(Clone, PartialEq, Properties)]
pub struct PageProps {
    /// Where its state lives.
    pub store: Store,
}

/// The page.
#[component]
pub fn Page(props: &PageProps) -> Html {
    let update = use_force_update();
    let store = &props.store;
    use_effect_with((), {
        let store = store.clone();
        move |()| store.listen(Callback::from(move |()| update.force_update()))
    });
    let dispatch = use_memo((), |()| store.dispatch());
    let configure = use_memo((), |()| store.configurer());
    let settings = store.settings().clone();
    let language = settings.language;
    let settings = Rc::new(settings);
    html! {
        <ContextProvider<Dispatch> context={(*dispatch).clone()}>
        <ContextProvider<Configure> context={(*configure).clone()}>
        <ContextProvider<Language> context={language}>
        <ContextProvider<Rc<Settings>> context={settings}>
        <ContextProvider<Shown> context={store.shown()}>
            <Layout />
        </ContextProvider<Shown>>
        </ContextProvider<Rc<Settings>>>
        </ContextProvider<Language>>
        </ContextProvider<Configure>>
        </ContextProvider<Dispatch>>
    }
}

/// The page's five regions.
#[component]
fn Layout() -> Html {
    let settings = store::use_settings();
    html! {
        <main class="app" data-view={settings.view.name()}>
            <Bar />
            <Editor />
            <Diagram />
            <Dock />
            <Timeline />
        </main>
    }
}
