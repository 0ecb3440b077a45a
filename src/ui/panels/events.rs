//! Events, as `kubectl get events` lists them.

use crate::ui::store::use_session;
use yew::prelude::*;

/// Events, as `kubectl get events` lists them.
#[component]
pub fn Events() -> Html {
    let shown = use_session();
    let session = shown.get();
    html! { <p>{ session.timeline().cursor() }</p> }
}

/// How many warnings there are, for the tab's badge.
#[must_use]
pub fn warnings(_session: &crate::session::Session) -> usize {
    0
}
