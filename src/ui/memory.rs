//! The page's memory grows in large steps.
//!
//! The allocator asks for as much as it needs at the moment, often for 64 KiB. A browser makes a new `ArrayBuffer` every time, and now and then
//! collects its garbage because of that: in a long run this took three times as long as the model itself. So whenever the memory has
//! grown, room for what comes next is asked for at once, and given back to the allocator, which never gives it back to the browser.

use js_sys::{ArrayBuffer, WebAssembly};
use std::cell::Cell;
use std::hint::black_box;
use wasm_bindgen::JsCast;

/// Room is made for this share of what there is, and for no less than a page that shows a thousand pods takes in a second.
const SHARE: u32 = 4;
const ROOM_MIN_BYTES: u32 = 16 << 20;

thread_local! {
    /// How large the memory was when room was last made, in bytes.
    static KNOWN: Cell<u32> = const { Cell::new(0) };
}

/// Makes room if the memory has grown since the last call. To be called often, between pieces of work.
pub(super) fn make_room() {
    let size = size();
    if size <= KNOWN.get() {
        return;
    }
    let mut room: Vec<u8> = Vec::new();
    // Near the end of what a page may have there is no more; then it is done without.
    if room
        .try_reserve_exact((size / SHARE).max(ROOM_MIN_BYTES) as usize)
        .is_ok()
    {
        // Room that nobody looks at would not be asked for.
        drop(black_box(room));
    }
    KNOWN.set(self::size());
}

/// How large the memory is, in bytes.
fn size() -> u32 {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    memory
        .buffer()
        .unchecked_into::<ArrayBuffer>()
        .byte_length()
}
