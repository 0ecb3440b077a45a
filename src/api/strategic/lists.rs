//! Merging of lists: as sets, or by a key.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go (`mergeSlice`).

use super::{DIRECTIVE, GoValue, PatchError, Target, merge_maps, order, without_directives};
use serde_json::{Map, Value};

/// The union, each value once.
pub(super) fn merge_sets(old: Vec<Value>, new: Vec<Value>) -> Vec<Value> {
    let mut merged: Vec<Value> = Vec::with_capacity(old.len() + new.len());
    for value in old.iter().chain(&new) {
        if !merged.contains(value) {
            merged.push(value.clone());
        }
    }
    order::arrange(merged, &new, &old, "")
}

/// Entries with the same key merge; the others are added, replaced or deleted as the patch's directives say.
pub(super) fn merge_by_key(
    old: Vec<Value>,
    new: Vec<Value>,
    key: &str,
    inside: &str,
    target: Target,
) -> Result<Vec<Value>, PatchError> {
    if old.is_empty() && new.is_empty() {
        return Ok(old);
    }
    let (mut merged, plain) = carry_out_directives(old, new, key)?;
    let old = merged.clone();
    for entry in plain.iter().cloned() {
        let value = key_of(&entry, key)?.clone();
        match position(&merged, key, &value)? {
            Some(index) => {
                let (was, is) = (into_map(merged[index].take())?, into_map(entry)?);
                merged[index] = Value::Object(merge_maps(was, is, inside, target)?);
            }
            None if target == Target::Object => merged.push(without_directives(entry)),
            None => merged.push(entry),
        }
    }
    Ok(order::arrange(merged, &plain, &old, key))
}

/// `$patch: delete` takes entries out of the old list, `$patch: replace` empties it. Returns the old list and the rest of the patch.
fn carry_out_directives(
    mut old: Vec<Value>,
    new: Vec<Value>,
    key: &str,
) -> Result<(Vec<Value>, Vec<Value>), PatchError> {
    let mut plain = Vec::with_capacity(new.len());
    let mut replaces = false;
    for entry in new {
        let map = entry
            .as_object()
            .ok_or_else(|| PatchError::wanted("map[string]interface {}", &entry))?;
        match map.get(DIRECTIVE).map(|d| (d, d.as_str())) {
            None => plain.push(entry),
            Some((_, Some("delete"))) => {
                let value = key_of(&entry, key)?;
                while let Some(index) = position(&old, key, value)? {
                    old.remove(index);
                }
            }
            Some((_, Some("replace"))) => replaces = true,
            Some((_, Some("merge"))) => {
                let why = "merging lists cannot yet be specified in the patch";
                return Err(PatchError::Unfit(why.to_owned()));
            }
            Some((directive, _)) => {
                let (directive, entry) = (GoValue(directive), GoValue(&entry));
                let why = format!("unknown patch type: {directive} in map: {entry}");
                return Err(PatchError::Unfit(why));
            }
        }
    }
    if replaces {
        return Ok((plain, Vec::new()));
    }
    Ok((old, plain))
}

fn into_map(value: Value) -> Result<Map<String, Value>, PatchError> {
    match value {
        Value::Object(map) => Ok(map),
        other => Err(PatchError::wanted("map[string]interface {}", &other)),
    }
}

/// The entry's value of the merge key, which it must have.
pub(super) fn key_of<'a>(entry: &'a Value, key: &str) -> Result<&'a Value, PatchError> {
    if !entry.is_object() {
        return Err(PatchError::wanted("map[string]interface {}", entry));
    }
    entry
        .get(key)
        .ok_or_else(|| PatchError::no_merge_key(entry, key))
}

/// The place of the entry with this value of the key.
pub(super) fn position(
    list: &[Value],
    key: &str,
    value: &Value,
) -> Result<Option<usize>, PatchError> {
    if let Some(index) = list.iter().position(|entry| !entry.is_object()) {
        return Err(PatchError::Unfit(format!(
            "value for key {index} is not a map."
        )));
    }
    Ok(list.iter().position(|entry| entry.get(key) == Some(value)))
}
