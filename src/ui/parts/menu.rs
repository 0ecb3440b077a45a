//! A button that opens a list: closes on Escape, on a choice and on a press elsewhere; arrow keys move.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement};
use yew::prelude::*;

/// What it opens with, and what is in it.
#[derive(Clone, PartialEq, Properties)]
pub struct MenuProps {
    /// The element's id: `next-menu`; its button is `next-menu-button`.
    pub id: AttrValue,
    /// The accessible name of the list.
    pub label: AttrValue,
    /// What the button shows.
    pub button: Html,
    /// The tooltip of the button.
    pub title: AttrValue,
    /// The accessible name of the button, where its text is not enough.
    #[prop_or_default]
    pub button_label: Option<AttrValue>,
    /// More classes of the button.
    #[prop_or_default]
    pub button_class: Classes,
    /// The class around it all.
    #[prop_or_default]
    pub class: Classes,
    /// Draws the entries, buttons of the class `menu-item`, when the menu is open.
    pub entries: Callback<(), Html>,
}

/// A button that opens a list.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let open = use_state(|| false);
    let place = use_node_ref();
    let button_id = format!("{}-button", props.id);
    use_effect_with(*open, {
        let place = place.clone();
        move |open| {
            if *open && let Some(first) = items(&place).into_iter().next() {
                let _ = first.focus();
            }
        }
    });
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let close = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(false))
    };
    let onkeydown = {
        let (open, place, button_id) = (open.clone(), place.clone(), button_id.clone());
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" if *open => {
                event.stop_propagation();
                open.set(false);
                crate::ui::dom::focus(&button_id);
            }
            key @ ("ArrowDown" | "ArrowUp" | "Home" | "End") if *open => {
                event.prevent_default();
                event.stop_propagation();
                move_focus(&place, key);
            }
            _ => {}
        })
    };
    let onfocusout = {
        let (open, place) = (open.clone(), place.clone());
        Callback::from(move |event: FocusEvent| {
            let to = event
                .related_target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            let inside = place
                .cast::<Element>()
                .is_some_and(|place| place.contains(to.as_deref()));
            if !inside {
                open.set(false);
            }
        })
    };
    html! {
        <div class={classes!("coached", props.class.clone())} ref={place} {onkeydown} {onfocusout}>
            <button class={classes!("button", props.button_class.clone())} id={button_id} title={props.title.clone()} aria-label={props.button_label.clone()}
                aria-haspopup="true" aria-expanded={open.to_string()} onclick={toggle}>{ props.button.clone() }</button>
            if *open {
                <div class="menu" role="group" id={props.id.clone()} aria-label={props.label.clone()} onclick={close}>{ props.entries.emit(()) }</div>
            }
        </div>
    }
}

fn items(place: &NodeRef) -> Vec<HtmlElement> {
    let Some(place) = place.cast::<Element>() else {
        return Vec::new();
    };
    let Ok(list) = place.query_selector_all(".menu .menu-item") else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|index| list.item(index)?.dyn_into().ok())
        .collect()
}

fn move_focus(place: &NodeRef, key: &str) {
    let items = items(place);
    let active = gloo::utils::document().active_element();
    let at = items
        .iter()
        .position(|item| Some(item.as_ref()) == active.as_ref());
    let last = items.len().saturating_sub(1);
    let to = match (key, at) {
        ("Home", _) | ("ArrowDown", None) => 0,
        ("ArrowDown", Some(at)) => (at + 1).min(last),
        ("ArrowUp", Some(at)) => at.saturating_sub(1),
        _ => last,
    };
    if let Some(item) = items.get(to) {
        let _ = item.focus();
    }
}
