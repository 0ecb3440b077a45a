//! What the page asks of the browser, in one place.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Moves the keyboard to the element of this id, if it is there.
pub fn focus(id: &str) {
    let element = gloo::utils::document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that has gone in the meantime needs no focus.
        let _ = element.focus();
    }
}

/// What is in the field, or chosen in the list, that an event is about.
pub(super) fn value_of(event: &web_sys::Event) -> String {
    let value = event
        .target()
        .and_then(|target| js_sys::Reflect::get(&target, &"value".into()).ok());
    value
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}
