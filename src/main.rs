//! Mounts the page, nothing else.

use kubeloop::session::Session;
use kubeloop::ui::{Page, PageProps, settings::Settings, store::Store};

fn main() {
    let root = gloo::utils::document()
        .get_element_by_id("page")
        .expect("index.html has #page");
    let store = Store::new(Session::default(), Settings::default());
    root.set_class_name("");
    yew::Renderer::<Page>::with_root_and_props(root, PageProps { store }).render();
}
