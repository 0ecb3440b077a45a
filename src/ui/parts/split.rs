//! A border that can be dragged, or moved with the arrow keys.

use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

/// Which way it divides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It stands upright and divides left from right.
    Upright,
    /// It lies and divides top from bottom.
    Lying,
}

/// What it moves.
#[derive(Clone, PartialEq, Properties)]
pub struct SplitProps {
    /// Which way it divides.
    pub way: Way,
    /// Its accessible name.
    pub label: AttrValue,
    /// The size of what it moves, in CSS pixels, if it was moved before.
    pub size_px: Option<u32>,
    /// The id of the element whose size it is.
    pub of: AttrValue,
    /// The size that is wanted.
    pub onsize: Callback<Option<u32>>,
}

/// How far an arrow key moves it.
const ARROW_PX: i32 = 16;

/// Nothing gets smaller than this.
const SIZE_MIN_PX: i32 = 120;

/// A border that can be moved. A double click puts it back.
#[component]
pub fn Split(props: &SplitProps) -> Html {
    let dragging = use_mut_ref(|| false);
    let size = {
        let (way, of) = (props.way, props.of.clone());
        move || {
            let rect = gloo::utils::document()
                .get_element_by_id(&of)?
                .get_bounding_client_rect();
            Some(match way {
                Way::Upright => (rect.width(), rect.left()),
                Way::Lying => (rect.height(), rect.bottom()),
            })
        }
    };
    let emit = {
        let (way, onsize) = (props.way, props.onsize.clone());
        move |px: i32| {
            let window = gloo::utils::window();
            let whole = if way == Way::Upright {
                window.inner_width()
            } else {
                window.inner_height()
            };
            let whole = pixels(
                whole
                    .ok()
                    .and_then(|whole| whole.as_f64())
                    .unwrap_or(1280.0),
            );
            let px = px.clamp(SIZE_MIN_PX, (whole * 3 / 4).max(SIZE_MIN_PX));
            onsize.emit(u32::try_from(px).ok());
        }
    };
    let onpointerdown = {
        let dragging = dragging.clone();
        Callback::from(move |event: PointerEvent| {
            *dragging.borrow_mut() = true;
            if let Some(target) = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok())
            {
                // Without capture the pointer can be lost at high speed; that is all.
                let _ = target.set_pointer_capture(event.pointer_id());
            }
        })
    };
    let onpointermove = {
        let (dragging, size, emit, way) = (dragging.clone(), size.clone(), emit.clone(), props.way);
        Callback::from(move |event: PointerEvent| {
            if !*dragging.borrow() {
                return;
            }
            if let Some((_, edge)) = size() {
                emit(match way {
                    Way::Upright => event.client_x() - pixels(edge),
                    Way::Lying => pixels(edge) - event.client_y(),
                });
            }
        })
    };
    let onpointerup = Callback::from(move |_: PointerEvent| *dragging.borrow_mut() = false);
    let onkeydown = {
        let (size, way) = (size, props.way);
        Callback::from(move |event: KeyboardEvent| {
            let by = match (way, event.key().as_str()) {
                (Way::Upright, "ArrowRight") | (Way::Lying, "ArrowUp") => ARROW_PX,
                (Way::Upright, "ArrowLeft") | (Way::Lying, "ArrowDown") => -ARROW_PX,
                _ => return,
            };
            event.prevent_default();
            if let Some((now, _)) = size() {
                emit(pixels(now) + by);
            }
        })
    };
    let ondblclick = props.onsize.reform(|_: MouseEvent| None);
    let orientation = match props.way {
        Way::Upright => "vertical",
        Way::Lying => "horizontal",
    };
    html! {
        <div class="split" role="separator" tabindex="0" aria-orientation={orientation} aria-label={props.label.clone()} aria-controls={props.of.clone()}
            aria-valuenow={props.size_px.unwrap_or(0).to_string()} {onpointerdown} {onpointermove} {onpointerup} {onkeydown} {ondblclick}></div>
    }
}

fn pixels(number: f64) -> i32 {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "screens are smaller than 2^31 pixels"
    )]
    let pixels = number.round() as i32;
    pixels
}
