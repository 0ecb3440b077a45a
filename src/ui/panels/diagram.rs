//! The diagram, which is the app: control plane above, nodes with their pods below.

use yew::prelude::*;

/// The diagram.
#[component]
pub fn Diagram() -> Html {
    html! { <section class="diagram" data-testid="diagram"></section> }
}
