//! The only Yew: what a session looks like, and how a browser's events become its actions.
//!
//! State has three homes: the world (`Timeline` in `Session`), the visit (the rest of `Session`, [`settings::Settings`]), the keystroke (`use_state`).
//!
//! **Architecture invariant:** only `panels/` read contexts; only `player.rs` knows wall time; only `link.rs` reads or writes anything that
//! outlives the page.

mod api;
mod codemirror;
mod crash;
mod dom;
pub mod i18n;
mod keys;
mod link;
mod memory;
pub mod panels;
pub mod parts;
mod player;
mod schema;
pub mod settings;
pub mod store;

use i18n::{Language, page as words};
use panels::{Bar, Diagram, Dock, Editor, Over, Timeline};
use parts::{Split, Way};
use settings::{Change, Settings, View};
use std::rc::Rc;
use store::{Configure, Dispatch, Shown, Store};
use yew::prelude::*;

/// Mounts the page on `#page`, and starts everything around it.
pub fn start() {
    let root = gloo::utils::document()
        .get_element_by_id("page")
        .expect("index.html has #page");
    let store = Store::new(link::session(), link::settings());
    crash::start(&store);
    root.set_class_name("");
    yew::Renderer::<Page>::with_root_and_props(
        root,
        PageProps {
            store: store.clone(),
        },
    )
    .render();
    player::start(&store);
    keys::start(&store);
    api::start(&store);
    link::start(&store);
}

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
    let drawn = store.shown().version();
    use_effect_with((), {
        let store = store.clone();
        move |()| {
            // What happened between the first rendering and now was not heard.
            if store.shown().version() != drawn {
                update.force_update();
            }
            store.listen(Callback::from(move |()| update.force_update()));
        }
    });
    let dispatch = use_memo((), |()| store.dispatch());
    let configure = use_memo((), |()| store.configurer());
    let settings = store.settings().clone();
    let language = settings.language;
    let settings = Rc::new(settings);
    html! {
        <ContextProvider<Store> context={store.clone()}>
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
        </ContextProvider<Store>>
    }
}

/// The page's five regions.
#[component]
fn Layout() -> Html {
    let settings = store::use_settings();
    let configure = store::use_configure();
    let language = store::use_language();
    let size =
        |name: &str, px: Option<u32>| px.map(|px| format!("{name}:{px}px;")).unwrap_or_default();
    let style = size("--editor-width", settings.editor_width_px)
        + &size("--dock-height", settings.dock_height_px);
    let onwidth = {
        let configure = configure.clone();
        Callback::from(move |px| configure.send(Change::EditorWidth(px)))
    };
    let onheight = {
        let configure = configure.clone();
        Callback::from(move |px| configure.send(Change::DockHeight(px)))
    };
    let view = |(view, glyph, name): (View, &'static str, &'static str)| {
        let current = (settings.view == view).then_some("page");
        html! { <button aria-current={current} onclick={configure.on(Change::View(view))}>{ parts::icon(glyph) }{ name }</button> }
    };
    let views = [
        (View::Editor, "edit", words::editor(language)),
        (View::Diagram, "diagram", words::diagram(language)),
        (View::Dock, "table", words::details(language)),
    ];
    html! {
        <main class="app" data-view={settings.view.name()} {style}>
            <Bar />
            <Editor />
            <Split way={Way::Upright} label={words::editor_width(language)} of="editor-pane" size_px={settings.editor_width_px} onsize={onwidth} />
            <Diagram />
            <Split way={Way::Lying} label={words::dock_height(language)} of="dock" size_px={settings.dock_height_px} onsize={onheight} />
            <Dock />
            <Timeline />
            <nav class="views" aria-label={words::views(language)}>{ for views.into_iter().map(view) }</nav>
            <Over />
        </main>
    }
}
