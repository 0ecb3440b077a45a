//! The order of merged lists: `$setElementOrder` first, then the patch's order, then that of the object.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go (`mergePatchIntoOriginal`, `normalizeElementOrder`).

use super::keys::{self, List};
use super::lists::{self, Places, key_of};
use super::{DIRECTIVE, GoValue, PatchError, SET_ORDER, Target, only_directs, without_directives};
use serde_json::{Map, Value};

/// Carries out each `$setElementOrder/FIELD` of the patch together with the FIELD it is about; takes both out of the patch.
pub(super) fn merge_ordered(
    original: &mut Map<String, Value>,
    patch: &mut Map<String, Value>,
    owner: &str,
    target: Target,
) -> Result<(), PatchError> {
    let directives: Vec<String> = patch
        .keys()
        .filter(|name| name.starts_with(SET_ORDER))
        .cloned()
        .collect();
    for directive in directives {
        let wanted = patch
            .shift_remove(&directive)
            .expect("the name is from the patch");
        if target == Target::Patch {
            match original.get(&directive) {
                Some(other) if *other != wanted => return Err(PatchError::SET_ORDER),
                _ => original.insert(directive.clone(), wanted.clone()),
            };
        }
        let Value::Array(wanted) = wanted else {
            return Err(PatchError::wanted("[]interface {}", &wanted));
        };
        let field = &directive[SET_ORDER.len()..];
        let (old, new) = (take_list(original, field)?, take_list(patch, field)?);
        let rule = keys::rule(owner, field);
        let key = match rule.list {
            List::By(key) => key,
            List::Set | List::Replace => "",
        };
        check_order(new.as_deref().unwrap_or_default(), &wanted, key)?;
        let serverside = old.clone().unwrap_or_default();
        let merged = match (old, new, rule.list) {
            (None, None, _) => continue,
            (Some(list), None, _) => list,
            (None, Some(list), _) if target == Target::Object => {
                let kept = list.into_iter().filter(|entry| !only_directs(entry));
                kept.map(without_directives).collect()
            }
            (None, Some(list), _) => list,
            (Some(old), Some(new), List::By(key)) => {
                lists::merge_by_key(old, new, key, rule.inside, target)?
            }
            (Some(old), Some(new), List::Set) => lists::merge_sets(old, new),
            (Some(_), Some(new), List::Replace) => new,
        };
        let arranged = arrange(merged, &wanted, &serverside, key);
        original.insert(field.to_owned(), Value::Array(arranged));
    }
    Ok(())
}

fn take_list(map: &mut Map<String, Value>, field: &str) -> Result<Option<Vec<Value>>, PatchError> {
    match map.shift_remove(field) {
        None => Ok(None),
        Some(Value::Array(list)) => Ok(Some(list)),
        Some(other) => Err(PatchError::wanted("[]interface {}", &other)),
    }
}

/// The patch's entries must be among the ordered ones, in that order.
fn check_order(new: &[Value], wanted: &[Value], key: &str) -> Result<(), PatchError> {
    if new.is_empty() || wanted.is_empty() {
        return Ok(());
    }
    let mut rest = wanted.iter();
    for entry in new.iter().filter(|e| e.get(DIRECTIVE).is_none()) {
        let same = |other: &Value| identity(entry, key) == identity(other, key);
        if !key.is_empty() {
            key_of(entry, key)?;
        }
        if !rest.any(same) {
            let (new, wanted) = (Value::from(new.to_vec()), Value::from(wanted.to_vec()));
            return Err(PatchError::Unfit(format!(
                "The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n",
                GoValue(&new),
                GoValue(&wanted)
            )));
        }
    }
    Ok(())
}

/// What an entry is told apart by: the value of its key, or itself.
fn identity<'a>(entry: &'a Value, key: &str) -> Option<&'a Value> {
    if key.is_empty() {
        Some(entry)
    } else {
        entry.get(key)
    }
}

/// Puts entries that `patch_order` names in its order, the others in that of `server_order`, and interleaves the two by `server_order`.
pub(super) fn arrange(
    merged: Vec<Value>,
    patch_order: &[Value],
    server_order: &[Value],
    key: &str,
) -> Vec<Value> {
    let (patched, served) = (Places::of(patch_order, key), Places::of(server_order, key));
    let deletes =
        |entry: &Value| !key.is_empty() && entry.get(DIRECTIVE).is_some_and(|d| d == "delete");
    let entries = merged.into_iter().map(|entry| Placed {
        by_patch: patched.get(&entry),
        by_server: served.get(&entry),
        deletes: deletes(&entry),
        entry,
    });
    let (mut patched, mut others): (Vec<Placed>, Vec<Placed>) =
        entries.partition(|placed| placed.by_patch.is_some());
    patched.sort_by_key(|p| (p.deletes, p.by_patch.unwrap_or(usize::MAX)));
    others.sort_by_key(|p| (p.deletes, p.by_server.unwrap_or(usize::MAX)));
    let mut result = Vec::with_capacity(patched.len() + others.len());
    let (mut patched, mut others) = (
        patched.into_iter().peekable(),
        others.into_iter().peekable(),
    );
    loop {
        let other_first = match (others.peek(), patched.peek()) {
            (None, None) => return result,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(other), Some(patch)) => {
                matches!((other.by_server, patch.by_server), (Some(a), Some(b)) if a < b)
            }
        };
        let next = if other_first {
            others.next()
        } else {
            patched.next()
        };
        result.extend(next.map(|placed| placed.entry));
    }
}

/// An entry of a merged list, and where the two orders put it.
struct Placed {
    by_patch: Option<usize>,
    by_server: Option<usize>,
    deletes: bool,
    entry: Value,
}
