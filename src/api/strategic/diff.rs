//! Computing strategic merge patches: between two documents, and kubectl's three-way one.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go (`diffMaps`, `CreateThreeWayMergePatch`).

use super::keys::{self, List};
use super::lists::{Places, check_maps, key_of};
use super::order::arrange;
use super::{DELETE_FROM, DIRECTIVE, PatchError, RETAIN_KEYS, SET_ORDER, Target, merge_maps};
use crate::api::json;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Which differences a patch shall hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Take {
    Everything,
    /// Only what is new or different.
    Changes,
    /// Only what is gone.
    Deletions,
}

impl Take {
    fn changes(self) -> bool {
        self != Self::Deletions
    }

    fn deletions(self) -> bool {
        self != Self::Changes
    }
}

/// The patch that makes `modified` out of `original`.
///
/// # Errors
/// [`PatchError`], if an entry of a list lacks its merge key.
pub fn two_way(original: &Value, modified: &Value, root: &str) -> Result<Value, PatchError> {
    let patch = diff_maps(map(original)?, map(modified)?, root, Take::Everything)?;
    Ok(Value::Object(patch))
}

/// The patch by which `kubectl apply` brings the live object `current` to `modified`: what `modified` adds or changes, and the deletion of
/// what was in `original` (the configuration that was applied last) and is no more. What others added to the live object stays.
///
/// # Errors
/// [`PatchError`], if an entry of a list lacks its merge key.
pub fn three_way(
    original: &Value,
    modified: &Value,
    current: &Value,
    root: &str,
) -> Result<Value, PatchError> {
    let modified = map(modified)?;
    let changes = diff_maps(map(current)?, modified, root, Take::Changes)?;
    let deletions = diff_maps(map(original)?, modified, root, Take::Deletions)?;
    merge_maps(deletions, changes, root, Target::Patch).map(Value::Object)
}

fn map(value: &Value) -> Result<&Map<String, Value>, PatchError> {
    value
        .as_object()
        .ok_or(PatchError::Malformed("invalid JSON document"))
}

fn diff_maps(
    original: &Map<String, Value>,
    modified: &Map<String, Value>,
    owner: &str,
    take: Take,
) -> Result<Map<String, Value>, PatchError> {
    let mut patch = Map::new();
    for (name, new) in modified {
        let Some(old) = original.get(name) else {
            if take.changes() {
                patch.insert(name.clone(), new.clone());
            }
            continue;
        };
        let rule = keys::rule(owner, name);
        match (old, new, rule.list) {
            (Value::Object(old), Value::Object(new), _) => {
                let mut inner = diff_maps(old, new, rule.inside, take)?;
                if rule.retain_keys {
                    add_retain_keys(&mut inner, old, new);
                }
                if !inner.is_empty() {
                    patch.insert(name.clone(), Value::Object(inner));
                }
            }
            (Value::Array(old), Value::Array(new), List::By(key)) => {
                diff_by_key(&mut patch, name, (old, new), (key, rule), take)?;
            }
            (Value::Array(old), Value::Array(new), List::Set) => {
                diff_sets(&mut patch, name, old, new, take);
            }
            (old, new, _) => {
                if take.changes() && old != new {
                    patch.insert(name.clone(), new.clone());
                }
            }
        }
    }
    if take.deletions() {
        for name in original.keys().filter(|name| !modified.contains_key(*name)) {
            patch.insert(name.clone(), Value::Null);
        }
    }
    Ok(patch)
}

/// Names the fields to be kept, if there is anything to say at all.
fn add_retain_keys(
    patch: &mut Map<String, Value>,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
) {
    let mut kept: Vec<&String> = new
        .iter()
        .filter(|(_, v)| !v.is_null())
        .map(|(k, _)| k)
        .collect();
    kept.sort_unstable();
    let cleared = old
        .iter()
        .any(|(k, v)| !v.is_null() && !new.contains_key(k));
    if !kept.is_empty() && (!patch.is_empty() || cleared) {
        patch.insert(RETAIN_KEYS.to_owned(), json!(kept));
    }
}

fn diff_by_key(
    patch: &mut Map<String, Value>,
    name: &str,
    (old, new): (&Vec<Value>, &Vec<Value>),
    (key, rule): (&str, keys::Rule),
    take: Take,
) -> Result<(), PatchError> {
    if old.is_empty() {
        if take.changes() && !new.is_empty() {
            patch.insert(name.to_owned(), Value::Array(new.clone()));
        }
        return Ok(());
    }
    let mut changed = Vec::new();
    let (old_places, new_places) = (Places::of(old, key), Places::of(new, key));
    if let [first, ..] = new.as_slice() {
        key_of(first, key)?;
        check_maps(old)?;
    }
    for entry in new {
        let value = key_of(entry, key)?;
        let Some(index) = old_places.get(entry) else {
            if take.changes() {
                changed.push(entry.clone());
            }
            continue;
        };
        let (was, is) = (map(&old[index])?, map(entry)?);
        let mut inner = diff_maps(was, is, rule.inside, take)?;
        if rule.retain_keys {
            add_retain_keys(&mut inner, was, is);
        }
        if !inner.is_empty() {
            inner.insert(key.to_owned(), value.clone());
            changed.push(Value::Object(inner));
        }
    }
    let mut changed = arrange(changed, new, &[], key);
    if take.deletions() {
        for entry in old {
            let value = key_of(entry, key)?;
            if new_places.get(entry).is_none() {
                changed.push(json!({ key: value, DIRECTIVE: "delete" }));
            }
        }
    }
    let keys_of = |list: &[Value]| list.iter().map(|e| e.get(key).cloned()).collect::<Vec<_>>();
    let same_order = keys_of(old) == keys_of(new);
    if !changed.is_empty() || (take.changes() && !same_order) {
        let order: Vec<Value> = new.iter().map(|e| json!({ key: e.get(key) })).collect();
        patch.insert(format!("{SET_ORDER}{name}"), Value::Array(order));
    }
    if !changed.is_empty() {
        patch.insert(name.to_owned(), Value::Array(changed));
    }
    Ok(())
}

fn diff_sets(patch: &mut Map<String, Value>, name: &str, old: &[Value], new: &[Value], take: Take) {
    let only = |in_this: &[Value], not_in: &[Value]| -> Vec<Value> {
        let others: BTreeSet<String> = not_in.iter().map(json::spelled).collect();
        let only = in_this
            .iter()
            .filter(|v| !others.contains(&json::spelled(v)));
        only.cloned().collect()
    };
    let added = if take.changes() {
        only(new, old)
    } else {
        Vec::new()
    };
    let gone = if take.deletions() {
        only(old, new)
    } else {
        Vec::new()
    };
    if !old.is_empty() && (!gone.is_empty() || (take.changes() && old != new)) {
        patch.insert(format!("{SET_ORDER}{name}"), Value::Array(new.to_vec()));
    }
    if !gone.is_empty() {
        patch.insert(format!("{DELETE_FROM}{name}"), Value::Array(gone));
    }
    if !added.is_empty() {
        patch.insert(name.to_owned(), Value::Array(added));
    }
}
