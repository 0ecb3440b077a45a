//! The regions of the page, one file each. Only these read contexts; `parts/` are props in, HTML out.
//!
//! A tab of the dock is a file with a component, and one line in [`ALL`].

mod bar;
mod diagram;
mod dock;
mod editor;
mod events;
mod faults;
mod objects;
mod over;
mod preview;
mod terminal;
mod timeline;
mod truth;
mod turn;

pub use bar::Bar;
pub use diagram::Diagram;
pub use dock::Dock;
pub use editor::Editor;
pub use over::Over;
pub use terminal::LINE as TERMINAL_LINE;
pub use timeline::Timeline;

use super::i18n::{Language, panels as words};
use crate::session::{Session, Tab};
use yew::prelude::*;

/// A tab of the dock.
pub struct Panel {
    /// Which.
    pub tab: Tab,
    /// Its glyph in `icons.svg`.
    pub glyph: &'static str,
    /// Its name.
    pub title: fn(Language) -> &'static str,
    /// How many things in it want attention, for the badge; 0 shows none.
    pub count: fn(&Session) -> usize,
    /// What is in it.
    pub view: fn() -> Html,
}

/// Every tab of the dock, from left to right; the keys 1 to 6.
pub static ALL: &[Panel] = &[
    Panel {
        tab: Tab::Turn,
        glyph: "loop",
        title: words::what_just_happened,
        count: |_| 0,
        view: || html! { <turn::Turn /> },
    },
    Panel {
        tab: Tab::Objects,
        glyph: "table",
        title: words::objects,
        count: |_| 0,
        view: || html! { <objects::Objects /> },
    },
    Panel {
        tab: Tab::Events,
        glyph: "ev",
        title: words::events,
        count: events::warnings,
        view: || html! { <events::Events /> },
    },
    Panel {
        tab: Tab::Truth,
        glyph: "belief",
        title: words::truth_and_belief,
        count: |_| 0,
        view: || html! { <truth::Truth /> },
    },
    Panel {
        tab: Tab::Faults,
        glyph: "bolt",
        title: words::faults,
        count: faults::in_force,
        view: || html! { <faults::Faults /> },
    },
    Panel {
        tab: Tab::Terminal,
        glyph: "terminal",
        title: words::terminal,
        count: |_| 0,
        view: || html! { <terminal::Terminal /> },
    },
];
