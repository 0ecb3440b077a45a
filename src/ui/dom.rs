//! What the page asks of the browser, in one place.

use super::settings::Theme;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Moves the keyboard to the element of this id, if it is there.
pub(super) fn focus(id: &str) {
    let element = gloo::utils::document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that has gone in the meantime needs no focus.
        let _ = element.focus();
    }
}

/// Scrolls what is around the element of this id until it can be seen, if it is there.
pub(super) fn reveal(id: &str) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
    if let Some(element) = gloo::utils::document().get_element_by_id(id) {
        element.scroll_into_view_with_scroll_into_view_options(&options);
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

/// Presses the element of this id, if it is there.
pub(super) fn press(id: &str) {
    let element = gloo::utils::document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.click();
    }
}

/// Is the page dark now?
#[must_use]
pub(super) fn is_dark(theme: Theme) -> bool {
    match theme {
        Theme::Light => false,
        Theme::Dark => true,
        Theme::System => {
            let query = gloo::utils::window().match_media("(prefers-color-scheme: dark)");
            query.ok().flatten().is_some_and(|query| query.matches())
        }
    }
}

/// Puts an attribute on `<html>`, or takes it away.
pub(super) fn set_root(name: &str, value: Option<&str>) {
    let root = gloo::utils::document_element();
    // Neither can fail: the names are our own.
    let _ = match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    };
}

/// Moves the keyboard to the first element that fits the selector.
pub(super) fn focus_within(selector: &str) {
    let element = gloo::utils::document()
        .query_selector(selector)
        .ok()
        .flatten();
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
