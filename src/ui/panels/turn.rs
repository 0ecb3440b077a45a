//! What just happened: observed, desired against actual, requests and their answers, and why.

use crate::ui::store::use_session;
use yew::prelude::*;

/// What just happened: observed, desired against actual, requests and their answers, and why.
#[component]
pub fn Turn() -> Html {
    let shown = use_session();
    let session = shown.get();
    html! { <p>{ session.timeline().cursor() }</p> }
}
