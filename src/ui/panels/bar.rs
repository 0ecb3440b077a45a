//! The bar: step controls, who runs next, status; and the page's own tools.

use yew::prelude::*;

/// The bar.
#[component]
pub fn Bar() -> Html {
    html! { <header class="bar"><h1 class="brand">{ "KubeLoop" }</h1></header> }
}
