//! etcd beside a component's cache; what is stale is marked.

use crate::ui::store::use_session;
use yew::prelude::*;

/// etcd beside a component's cache; what is stale is marked.
#[component]
pub fn Truth() -> Html {
    let shown = use_session();
    let session = shown.get();
    html! { <p>{ session.timeline().cursor() }</p> }
}
