//! Merging of lists: as sets, or by a key.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go (`mergeSlice`).

use super::{DIRECTIVE, GoValue, PatchError, Target, merge_maps, order, without_directives};
use crate::api::json;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The union, each value once.
pub(super) fn merge_sets(old: Vec<Value>, new: Vec<Value>) -> Vec<Value> {
    let mut merged: Vec<Value> = Vec::with_capacity(old.len() + new.len());
    let mut seen = BTreeSet::new();
    for value in old.iter().chain(&new) {
        if seen.insert(json::spelled(value)) {
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
    let mut places = Places::of(&old, key);
    if let [first, ..] = plain.as_slice() {
        key_of(first, key)?;
        check_maps(&old)?;
    }
    for entry in plain.iter().cloned() {
        key_of(&entry, key)?;
        if let Some(index) = places.get(&entry) {
            let (was, is) = (into_map(merged[index].take())?, into_map(entry)?);
            merged[index] = Value::Object(merge_maps(was, is, inside, target)?);
            continue;
        }
        let entry = match target {
            Target::Object => without_directives(entry),
            Target::Patch => entry,
        };
        places.note(&entry, merged.len());
        merged.push(entry);
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
    let mut gone = BTreeSet::new();
    for entry in new {
        let map = entry
            .as_object()
            .ok_or_else(|| PatchError::wanted("map[string]interface {}", &entry))?;
        match map.get(DIRECTIVE).map(|d| (d, d.as_str())) {
            None => plain.push(entry),
            Some((_, Some("delete"))) => {
                let value = json::spelled(key_of(&entry, key)?);
                if gone.is_empty() {
                    check_maps(&old)?;
                }
                gone.insert(value);
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
    if !gone.is_empty() {
        let key_of = |entry: &Value| entry.get(key).map(json::spelled);
        old.retain(|entry| key_of(entry).is_none_or(|value| !gone.contains(&value)));
    }
    Ok((old, plain))
}

/// Entries with a key are maps.
pub(super) fn check_maps(list: &[Value]) -> Result<(), PatchError> {
    match list.iter().position(|entry| !entry.is_object()) {
        Some(index) => {
            let why = format!("value for key {index} is not a map.");
            Err(PatchError::Unfit(why))
        }
        None => Ok(()),
    }
}

/// Where the entries of a list stand, by what tells them apart: the value of their key, or themselves.
pub(super) struct Places<'k> {
    key: &'k str,
    first: BTreeMap<String, usize>,
}

impl<'k> Places<'k> {
    pub(super) fn of(list: &[Value], key: &'k str) -> Self {
        let first = BTreeMap::new();
        let mut places = Self { key, first };
        for (index, entry) in list.iter().enumerate() {
            places.note(entry, index);
        }
        places
    }

    /// The place of the first such entry.
    pub(super) fn get(&self, entry: &Value) -> Option<usize> {
        self.first.get(&self.identity(entry)?).copied()
    }

    fn note(&mut self, entry: &Value, index: usize) {
        if let Some(identity) = self.identity(entry) {
            self.first.entry(identity).or_insert(index);
        }
    }

    fn identity(&self, entry: &Value) -> Option<String> {
        if self.key.is_empty() {
            return Some(json::spelled(entry));
        }
        entry.get(self.key).map(json::spelled)
    }
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
