//! The editor: YAML with its errors at their lines, Apply, and what it would change.

use super::preview::Preview;
use yew::prelude::*;

/// The editor.
#[component]
pub fn Editor() -> Html {
    html! { <section class="editor-pane"><Preview /></section> }
}
