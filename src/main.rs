//! Mounts the page, nothing else.

use yew::prelude::*;

#[component]
fn Page() -> Html {
    html! { <main><h1>{ "KubeLoop" }</h1></main> }
}

fn main() {
    let root = gloo::utils::document()
        .get_element_by_id("page")
        .expect("index.html has #page");
    yew::Renderer::<Page>::with_root(root).render();
}
