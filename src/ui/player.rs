//! The player: runs towards the session's goal in slices that leave the page free, and is the only one that knows wall time.
//!
//! A slice takes at most [`SLICE_MS`]. Slices follow one another as tasks of their own, so that presses and paints come between them;
//! what the page shows is renewed at most once a frame.

use super::memory;
use super::store::Store;
use crate::session::{Action, Goal, Speed};
use js_sys::{Function, Promise};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// How long the model may work before the page gets its turn.
pub(super) const SLICE_MS: f64 = 8.0;

/// How often the page is renewed while the model runs as fast as it can. What can be measured of a renewal, without the browser's own
/// painting, is to take no more than a sixteenth of the time.
const RENEW_MS: f64 = 150.0;
const RENEW_SHARE: f64 = 16.0;

/// How many steps are taken between two looks at the clock.
const STEPS_PER_LOOK: u32 = 8;

/// Now, in milliseconds since the page was opened.
#[must_use]
pub(super) fn now_ms() -> f64 {
    gloo::utils::window()
        .performance()
        .map_or(0.0, |performance| performance.now())
}

/// Watches the session, and runs whenever it has a goal.
pub(super) fn start(store: &Store) {
    let busy = Rc::new(Cell::new(false));
    let watched = store.clone();
    store.listen(yew::Callback::from(move |()| {
        if watched.session().goal.is_none() || busy.replace(true) {
            return;
        }
        let (store, busy) = (watched.clone(), busy.clone());
        spawn_local(async move {
            run(&store).await;
            busy.set(false);
        });
    }));
}

async fn run(store: &Store) {
    let (mut renewed_ms, mut pause_ms) = (now_ms(), RENEW_MS);
    loop {
        memory::make_room();
        let (goal, speed) = {
            let session = store.session();
            (session.goal, session.speed)
        };
        match (goal, speed) {
            (None, _) => return,
            (Some(Goal::On), Speed::Slow | Speed::Normal | Speed::Fast) => {
                store.with(|session| session.apply(Action::RunSlice { steps_max: 1 }));
                sleep(speed.gap_ms()).await;
            }
            (Some(_), _) => {
                let begun_ms = now_ms();
                store.quietly(|session| {
                    while session.goal.is_some() && now_ms() - begun_ms < SLICE_MS {
                        session.apply(Action::RunSlice {
                            steps_max: STEPS_PER_LOOK,
                        });
                    }
                });
                let done = store.session().goal.is_none();
                let begun_ms = now_ms();
                let renews = done || begun_ms - renewed_ms > pause_ms;
                if renews {
                    store.with(|_| ());
                }
                breathe().await;
                if renews {
                    renewed_ms = now_ms();
                    pause_ms = ((renewed_ms - begun_ms) * RENEW_SHARE).clamp(RENEW_MS, 1_000.0);
                }
            }
        }
    }
}

/// Works in slices until `work` says that it is done; the page gets its turns in between. `work` is called many times.
pub(super) async fn in_slices(store: &Store, mut work: impl FnMut() -> bool) {
    let mut renewed_ms = now_ms();
    loop {
        memory::make_room();
        let begun_ms = now_ms();
        let mut done = false;
        while !done && now_ms() - begun_ms < SLICE_MS {
            done = work();
        }
        if done || now_ms() - renewed_ms > RENEW_MS {
            store.with(|_| ());
            renewed_ms = now_ms();
        }
        if done {
            return;
        }
        breathe().await;
    }
}

/// Waits this long.
pub(super) async fn sleep(ms: u32) {
    let promise = Promise::new(&mut |resolve: Function, _| {
        let delay = i32::try_from(ms).unwrap_or(i32::MAX);
        // A window always has timers.
        let _ = gloo::utils::window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, delay);
    });
    let _ = JsFuture::from(promise).await;
}

/// Lets the browser do what waits: input, painting. Unlike a timer of 0 ms, it is not held up for four.
pub(super) async fn breathe() {
    let Ok(channel) = web_sys::MessageChannel::new() else {
        return sleep(0).await;
    };
    let promise = Promise::new(&mut |resolve: Function, _| {
        let heard = Closure::once_into_js(move |_: JsValue| {
            let _ = resolve.call0(&JsValue::NULL);
        });
        channel.port1().set_onmessage(Some(heard.unchecked_ref()));
    });
    if channel.port2().post_message(&JsValue::NULL).is_err() {
        return sleep(0).await;
    }
    let _ = JsFuture::from(promise).await;
    channel.port1().close();
}
