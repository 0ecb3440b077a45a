//! Objects: table, YAML, history of revisions with diffs, owners.

use crate::ui::store::use_session;
use yew::prelude::*;

/// Objects: table, YAML, history of revisions with diffs, owners.
#[component]
pub fn Objects() -> Html {
    let shown = use_session();
    let session = shown.get();
    html! { <p>{ session.timeline().cursor() }</p> }
}
