//! Faults on the things themselves.

use crate::ui::store::use_session;
use yew::prelude::*;

/// Faults on the things themselves.
#[component]
pub fn Faults() -> Html {
    let shown = use_session();
    let session = shown.get();
    html! { <p>{ session.timeline().cursor() }</p> }
}

/// How many faults are in force, for the tab's badge.
#[must_use]
pub fn in_force(_session: &crate::session::Session) -> usize {
    0
}
