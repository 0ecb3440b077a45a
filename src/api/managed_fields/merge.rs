//! Lays one value over another, and takes fields out of one.
//!
//! The real thing: sigs.k8s.io/structured-merge-diff/typed/{merge,remove}.go.

use super::path::Step;
use super::schema::{ListType, Schema};
use super::set::Set;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// `live` with what `config` says on top. Nothing is taken away; where `config` names entries of a list, they come in its order.
///
/// # Panics
/// Never, if `config` passed [`super::validate::errors`].
#[must_use]
pub fn merge(live: &Value, config: &Value, schema: Schema<'_>) -> Value {
    match (live, config) {
        (Value::Object(old), Value::Object(new)) if !schema.is_atomic_map() => {
            if old.is_empty() && new.is_empty() {
                return config.clone();
            }
            let mut merged = old.clone();
            for (name, value) in new {
                let value = match old.get(name) {
                    Some(old) => merge(old, value, schema.field(name)),
                    None => value.clone(),
                };
                merged.insert(name.clone(), value);
            }
            Value::Object(merged)
        }
        (Value::Array(old), Value::Array(new)) if schema.list_type() != ListType::Atomic => {
            if old.is_empty() && new.is_empty() {
                return config.clone();
            }
            Value::Array(merge_lists(old, new, schema))
        }
        // "Nothing" over a map or list that is owned part by part takes nothing away.
        (Value::Object(_), Value::Null) if !schema.is_atomic_map() => live.clone(),
        (Value::Array(_), Value::Null) if schema.list_type() != ListType::Atomic => live.clone(),
        (_, new) => new.clone(),
    }
}

fn merge_lists(live: &[Value], config: &[Value], schema: Schema<'_>) -> Vec<Value> {
    let steps = |list: &[Value]| -> Vec<Option<Step>> {
        list.iter()
            .map(|entry| schema.step_to(entry).ok())
            .collect()
    };
    let (old, new) = (steps(live), steps(config));
    // Entries that are there more than once merge with nothing.
    let mut old_by_step: BTreeMap<&Step, Option<&Value>> = BTreeMap::new();
    for (step, entry) in old.iter().zip(live) {
        let Some(step) = step else { continue };
        old_by_step
            .entry(step)
            .and_modify(|known| *known = None)
            .or_insert(Some(entry));
    }
    let named: BTreeSet<&Step> = new.iter().flatten().collect();
    let mut shared: VecDeque<&Step> = new
        .iter()
        .flatten()
        .filter(|step| old_by_step.contains_key(step))
        .collect();
    let mut merged_steps: BTreeSet<&Step> = BTreeSet::new();
    let mut out = Vec::with_capacity(live.len().max(config.len()));
    let (mut left, mut right) = (0, 0);
    while left < old.len() || right < new.len() {
        let (l, r) = (old.get(left), new.get(right));
        if let (Some(Some(step)), Some(Some(other))) = (l, r)
            && step != other
            && named.contains(step)
            && shared.front().is_some_and(|next| *next != step)
        {
            // The config has it elsewhere: its turn comes there.
            left += 1;
            continue;
        }
        if let Some(step) = l
            && (step.is_none() || step.as_ref() != r.and_then(Option::as_ref))
        {
            let kept = step.as_ref().is_none_or(|step| !named.contains(step));
            if kept {
                out.push(live[left].clone());
                left += 1;
                continue;
            }
            if step
                .as_ref()
                .is_some_and(|step| merged_steps.contains(step))
            {
                left += 1;
            }
        } else if l.is_some() {
            left += 1;
        }
        let Some(step) = r else { continue };
        right += 1;
        let Some(step) = step else { continue };
        merged_steps.insert(step);
        if shared.front() == Some(&step) {
            shared.pop_front();
        }
        let entry = &config[right - 1];
        out.push(match old_by_step.get(step).copied().flatten() {
            Some(old) => merge(old, entry, schema.element()),
            None => entry.clone(),
        });
    }
    out
}

/// The value without these fields and entries. What becomes empty by that becomes `null`.
#[must_use]
pub fn without(value: &Value, gone: &Set, schema: Schema<'_>) -> Value {
    match value {
        Value::Object(fields) => {
            if fields.is_empty() || schema.is_atomic_map() {
                return Value::Null;
            }
            let mut kept = Map::new();
            for (name, value) in fields {
                let step = Step::field(name);
                if gone.has(&step) {
                    continue;
                }
                let value = match gone.inside(&step) {
                    Some(gone) => without(value, gone, schema.field(name)),
                    None => value.clone(),
                };
                kept.insert(name.clone(), value);
            }
            null_if(kept.is_empty(), Value::Object(kept))
        }
        Value::Array(entries) => {
            if schema.list_type() == ListType::Atomic {
                return Value::Null;
            }
            let mut kept = Vec::new();
            for entry in entries {
                let step = schema.step_to(entry).ok();
                if step.as_ref().is_some_and(|step| gone.has(step)) {
                    continue;
                }
                kept.push(match step.as_ref().and_then(|step| gone.inside(step)) {
                    Some(gone) => without(entry, gone, schema.element()),
                    None => entry.clone(),
                });
            }
            null_if(kept.is_empty(), Value::Array(kept))
        }
        plain => plain.clone(),
    }
}

fn null_if(empty: bool, value: Value) -> Value {
    if empty { Value::Null } else { value }
}
