//! Small steps that defaulting is made of: fill in a text, forget a value that means nothing, read one that is absent.
//!
//! Upstream's Go types cannot tell an absent field from `false`, `0`, `""` or an empty list (`omitempty`); ours can, so defaulting drops
//! such values. Otherwise applying `hostNetwork: false` would count as a change.
//!
//! The real thing: the `omitempty` tags of staging/src/k8s.io/api/core/v1/types.go.

use std::collections::BTreeMap;

/// Something that can be empty.
pub(super) trait Emptiness {
    /// Is nothing in it?
    fn nothing(&self) -> bool;
}

impl Emptiness for String {
    fn nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Emptiness for Vec<T> {
    fn nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<K, V> Emptiness for BTreeMap<K, V> {
    fn nothing(&self) -> bool {
        self.is_empty()
    }
}

/// Forgets an empty text, list or map.
pub(super) fn drop_empty<T: Emptiness>(value: &mut Option<T>) {
    if value.as_ref().is_some_and(Emptiness::nothing) {
        *value = None;
    }
}

/// Forgets a `false`.
pub(super) fn drop_false(value: &mut Option<bool>) {
    if *value == Some(false) {
        *value = None;
    }
}

/// Forgets a zero.
pub(super) fn drop_zero<T: Default + PartialEq>(value: &mut Option<T>) {
    if value.as_ref().is_some_and(|v| *v == T::default()) {
        *value = None;
    }
}

/// Fills in a text that is absent or empty.
pub(super) fn text_default(value: &mut Option<String>, default: &str) {
    if value.as_deref().unwrap_or_default().is_empty() {
        *value = Some(default.to_owned());
    }
}

/// The text, empty if it is absent: what Go's zero value would be.
pub(super) fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

/// The list, empty if it is absent.
pub(super) fn list<T>(value: &Option<Vec<T>>) -> &[T] {
    value.as_deref().unwrap_or_default()
}
