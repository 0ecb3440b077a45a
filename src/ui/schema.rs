//! What could stand at a place in the YAML, and what stands there: completion and hover in the editor.

use js_sys::Array;

/// The fields and values that fit at this byte.
#[must_use]
pub fn completions(_text: &str, _offset: usize) -> Array {
    Array::new()
}

/// What the field at this byte is for.
#[must_use]
pub fn explain(_text: &str, _offset: usize) -> Option<String> {
    None
}
