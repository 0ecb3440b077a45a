//! A panic never costs the learner their text: what happened is written down, and static/crash.js (outside of this program, which cannot
//! go on) shows it and offers to go on from the last good step, or to start over with the text.
//!
//! The state is kept in storage after everything that a person does (see `link.rs`), so nothing has to be saved from a program that has
//! just failed; only how far a run had come is noted here.
//!
//! `#!panic` in the address rehearses it: the next step panics, in the model's place.

use super::store::Store;
use crate::session::Action;
use js_sys::{Function, Reflect};
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use yew::Callback;

thread_local! {
    static LAST_GOOD_STEP: Cell<u64> = const { Cell::new(0) };
    static CRASHED: Cell<bool> = const { Cell::new(false) };
}

/// Watches for panics from now on.
pub(super) fn start(store: &Store) {
    // Yew would set one of its own otherwise, when it renders for the first time.
    yew::set_custom_panic_hook(Box::new(|info| report(&info.to_string())));
    let watched = store.clone();
    store.listen(Callback::from(move |()| {
        LAST_GOOD_STEP.set(watched.session().timeline().len());
    }));
    store.before(Callback::from(|action: Action| {
        let hash = gloo::utils::window().location().hash().unwrap_or_default();
        assert!(
            hash != "#!panic" || !matches!(action, Action::Step(_) | Action::StepTurn),
            "the address asks for a rehearsal of a panic"
        );
    }));
}

/// Hands what happened to static/crash.js. Only the first panic counts: everything after it is its consequence.
fn report(message: &str) {
    if CRASHED.replace(true) {
        return;
    }
    let global = js_sys::global();
    let show = Reflect::get(&global, &"kubeloopCrashed".into())
        .ok()
        .and_then(|show| show.dyn_into::<Function>().ok());
    if let Some(show) = show {
        #[allow(
            clippy::cast_precision_loss,
            reason = "a run has far fewer than 2^53 steps"
        )]
        let step = LAST_GOOD_STEP.get() as f64;
        // Nobody is left to hear of a failure.
        let _ = show.call2(&global, &message.into(), &step.into());
    }
}
