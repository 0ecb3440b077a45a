//! What Apply would change, below the editor.

use crate::ui::store::use_session;
use yew::prelude::*;

/// What Apply would change, below the editor.
#[component]
pub fn Preview() -> Html {
    let shown = use_session();
    let session = shown.get();
    html! { <p>{ session.timeline().cursor() }</p> }
}
