//! Strategic merge: patches that know which lists are maps by key. Applied ([`merge`]), computed ([`three_way`]) and combined.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go, pkg/util/mergepatch/errors.go.
//! Left out: `--overwrite=false` (conflict detection).

mod diff;
pub mod keys;
mod lists;
mod order;

pub use diff::{three_way, two_way};

use crate::api::json;
use keys::List;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;

/// `$patch: delete`, `$patch: replace`.
const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";
const SET_ORDER: &str = "$setElementOrder/";

/// Why a patch cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchError {
    /// The patch is malformed: answered with 400.
    Malformed(&'static str),
    /// The patch and the object do not fit together: answered with 500, as upstream does.
    Unfit(String),
}

impl PatchError {
    const RETAIN_KEYS: Self = Self::Malformed("invalid patch format of retainKeys");
    const SET_ORDER: Self = Self::Malformed("invalid patch format of setElementOrder list");
    const PRIMITIVES: Self = Self::Malformed("invalid patch format of primitive list");

    fn no_merge_key(entry: &Value, key: &str) -> Self {
        let entry = GoValue(entry);
        Self::Unfit(format!(
            "map: {entry} does not contain declared merge key: {key}"
        ))
    }

    fn wanted(what: &str, got: &Value) -> Self {
        let got = match got {
            Value::Null => "<nil>",
            Value::Bool(_) => "bool",
            Value::Number(_) => "int64",
            Value::String(_) => "string",
            Value::Array(_) => "[]interface {}",
            Value::Object(_) => "map[string]interface {}",
        };
        Self::Unfit(format!("expected a {what}, but received a {got}"))
    }
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(text) => f.write_str(text),
            Self::Unfit(text) => f.write_str(text),
        }
    }
}

/// What a patch is merged into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// An object: directives are carried out.
    Object,
    /// Another patch: directives are kept.
    Patch,
}

/// Applies a strategic merge patch to an object whose root is of the Go type `root`.
///
/// # Errors
/// [`PatchError`].
pub fn merge(object: Value, patch: Value, root: &str) -> Result<Value, PatchError> {
    let (Value::Object(object), Value::Object(patch)) = (object, patch) else {
        return Err(PatchError::Malformed("invalid JSON document"));
    };
    merge_maps(object, patch, root, Target::Object).map(Value::Object)
}

fn merge_maps(
    mut original: Map<String, Value>,
    mut patch: Map<String, Value>,
    owner: &str,
    target: Target,
) -> Result<Map<String, Value>, PatchError> {
    if let Some(directive) = patch.shift_remove(DIRECTIVE) {
        return match directive.as_str() {
            Some("replace") => Ok(patch),
            Some("delete") => Ok(Map::new()),
            _ => Err(unknown_directive(&directive, &patch)),
        };
    }
    retain_keys(&mut original, &mut patch, target)?;
    order::merge_ordered(&mut original, &mut patch, owner, target)?;
    if target == Target::Object {
        remove_nulls(&mut original, &mut patch);
    }
    for (name, value) in patch {
        let Some(field) = name.strip_prefix(DELETE_FROM) else {
            merge_field(&mut original, name, value, owner, target)?;
            continue;
        };
        if target == Target::Patch {
            original.insert(name, value);
            continue;
        }
        let Value::Array(gone) = value else {
            return Err(PatchError::PRIMITIVES);
        };
        if let Some(Value::Array(list)) = original.get_mut(field) {
            let gone: BTreeSet<String> = gone.iter().map(json::spelled).collect();
            list.retain(|v| !gone.contains(&json::spelled(v)));
        }
    }
    Ok(original)
}

/// Null takes away. All at once: one by one, each would move those behind it.
fn remove_nulls(original: &mut Map<String, Value>, patch: &mut Map<String, Value>) {
    if !patch.values().any(Value::is_null) {
        return;
    }
    let is_field = |name: &str| !name.starts_with(DELETE_FROM);
    original.retain(|name, _| !(is_field(name) && patch.get(name).is_some_and(Value::is_null)));
    patch.retain(|name, value| !(is_field(name) && value.is_null()));
}

fn merge_field(
    original: &mut Map<String, Value>,
    name: String,
    value: Value,
    owner: &str,
    target: Target,
) -> Result<(), PatchError> {
    if value.is_null() {
        original.shift_remove(&name);
        if target == Target::Patch {
            original.insert(name, value);
        }
        return Ok(());
    }
    let Some(slot) = original.get_mut(&name) else {
        let value = if target == Target::Object {
            without_directives(value)
        } else {
            value
        };
        original.insert(name, value);
        return Ok(());
    };
    let rule = keys::rule(owner, &name);
    *slot = match (slot.take(), value, rule.list) {
        (Value::Object(old), Value::Object(new), _) if !rule.replace => {
            Value::Object(merge_maps(old, new, rule.inside, target)?)
        }
        (Value::Array(old), Value::Array(new), List::Set) => {
            Value::Array(lists::merge_sets(old, new))
        }
        (Value::Array(old), Value::Array(new), List::By(key)) => {
            Value::Array(lists::merge_by_key(old, new, key, rule.inside, target)?)
        }
        (_, new, _) => new,
    };
    Ok(())
}

fn unknown_directive(directive: &Value, patch: &Map<String, Value>) -> PatchError {
    let patch = Value::Object(patch.clone());
    let (directive, patch) = (GoValue(directive), GoValue(&patch));
    PatchError::Unfit(format!("unknown patch type: {directive} in map: {patch}"))
}

/// What the patch adds where nothing was: its directives and nulls have nothing to act on.
fn without_directives(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.into_iter().filter(|(name, value)| {
                !value.is_null()
                    && name != DIRECTIVE
                    && name != RETAIN_KEYS
                    && !name.starts_with(SET_ORDER)
                    && !name.starts_with(DELETE_FROM)
            });
            Value::Object(kept.map(|(n, v)| (n, without_directives(v))).collect())
        }
        Value::Array(items) => {
            let kept = items.into_iter().filter(|v| !only_directs(v));
            Value::Array(kept.map(without_directives).collect())
        }
        plain => plain,
    }
}

/// An entry of a list that deletes another, or says how the list merges, and adds nothing.
fn only_directs(entry: &Value) -> bool {
    let directive = entry.get(DIRECTIVE);
    directive.is_some_and(|d| d == "delete" || entry.as_object().is_some_and(|o| o.len() == 1))
}

/// `$retainKeys`: fields that it does not name go.
fn retain_keys(
    original: &mut Map<String, Value>,
    patch: &mut Map<String, Value>,
    target: Target,
) -> Result<(), PatchError> {
    let Some(keys) = patch.shift_remove(RETAIN_KEYS) else {
        return Ok(());
    };
    if target == Target::Patch {
        original.entry(RETAIN_KEYS).or_insert(keys);
        return Ok(());
    }
    let Value::Array(keys) = keys else {
        return Err(PatchError::RETAIN_KEYS);
    };
    let keys: BTreeSet<&str> = keys.iter().filter_map(Value::as_str).collect();
    let named = |name: &str| keys.contains(name);
    let stray = |(name, value): (&String, &Value)| {
        !value.is_null()
            && !name.starts_with(DELETE_FROM)
            && !name.starts_with(SET_ORDER)
            && !named(name)
    };
    if patch.iter().any(stray) {
        return Err(PatchError::RETAIN_KEYS);
    }
    original.retain(|name, _| named(name));
    Ok(())
}

/// Prints a JSON value as Go's `%v` does: `map[a:1 b:[x y]]`, keys sorted.
#[derive(Clone, Copy, Debug)]
pub struct GoValue<'a>(pub &'a Value);

impl fmt::Display for GoValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("<nil>"),
            Value::String(text) => f.write_str(text),
            Value::Array(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let space = if index == 0 { "" } else { " " };
                    write!(f, "{space}{}", GoValue(item))?;
                }
                f.write_str("]")
            }
            Value::Object(entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_unstable_by_key(|(key, _)| *key);
                f.write_str("map[")?;
                for (index, (key, value)) in entries.into_iter().enumerate() {
                    let space = if index == 0 { "" } else { " " };
                    write!(f, "{space}{key}:{}", GoValue(value))?;
                }
                f.write_str("]")
            }
            plain => write!(f, "{plain}"),
        }
    }
}

#[cfg(test)]
mod tests;
