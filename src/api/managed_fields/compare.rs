//! What is different between two values, and which fields one value has.
//!
//! The real thing: sigs.k8s.io/structured-merge-diff/typed/{compare,tofieldset}.go.

use super::path::Step;
use super::schema::{ListType, Schema};
use super::set::Set;
use serde_json::Value;
use std::collections::BTreeMap;

/// The fields that are different. No field is in two of the sets.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Only the old value has them.
    pub removed: Set,
    /// Both have them, and they differ.
    pub modified: Set,
    /// Only the new value has them.
    pub added: Set,
}

impl Comparison {
    /// The same without these fields and all that is inside them.
    #[must_use]
    pub fn without(&self, fields: &Set) -> Self {
        Self {
            removed: self.removed.recursive_difference(fields),
            modified: self.modified.recursive_difference(fields),
            added: self.added.recursive_difference(fields),
        }
    }

    /// What the author of the new value has set.
    #[must_use]
    pub fn taken(&self) -> Set {
        self.modified.clone().union(&self.added)
    }
}

/// Compares an old value with a new one.
#[must_use]
pub fn compare(old: &Value, new: &Value, schema: Schema<'_>) -> Comparison {
    let mut walk = Walk::default();
    walk.step(schema, Some(old), Some(new));
    walk.comparison
}

#[derive(Default)]
struct Walk {
    path: Vec<Step>,
    comparison: Comparison,
}

type Side<'v> = Option<&'v Value>;

impl Walk {
    fn step(&mut self, schema: Schema<'_>, old: Side<'_>, new: Side<'_>) {
        let something = |side: Side<'_>| side.is_some_and(|value| !value.is_null());
        let is_map = |side: Side<'_>| side.is_some_and(Value::is_object);
        let is_list = |side: Side<'_>| side.is_some_and(Value::is_array);
        let all = |is: fn(&Value) -> bool| {
            let fits = |side: Side<'_>| !something(side) || side.is_some_and(is);
            fits(old) && fits(new)
        };
        let empty = is_empty(old) && is_empty(new);
        if !empty && (is_map(old) || is_map(new)) && all(Value::is_object) {
            if schema.is_atomic_map() {
                return self.leaf(old, new);
            }
            self.maps(schema, old, new);
        } else if !empty && (is_list(old) || is_list(new)) && all(Value::is_array) {
            if schema.list_type() == ListType::Atomic {
                return self.leaf(old, new);
            }
            self.lists(schema, old, new);
        } else {
            return self.leaf(old, new);
        }
        match (old, new) {
            (None, _) => self.comparison.added.insert(&self.path),
            (_, None) => self.comparison.removed.insert(&self.path),
            _ => {}
        }
    }

    fn leaf(&mut self, old: Side<'_>, new: Side<'_>) {
        match (old, new) {
            (None, _) => self.comparison.added.insert(&self.path),
            (_, None) => self.comparison.removed.insert(&self.path),
            (Some(old), Some(new)) if old != new => self.comparison.modified.insert(&self.path),
            _ => {}
        }
    }

    fn maps(&mut self, schema: Schema<'_>, old: Side<'_>, new: Side<'_>) {
        let always = schema.always_there();
        let mut fields: BTreeMap<&str, (Side<'_>, Side<'_>)> = BTreeMap::new();
        for (name, empty) in &always {
            fields.insert(name, (old.map(|_| empty), new.map(|_| empty)));
        }
        for (name, value) in old.and_then(Value::as_object).into_iter().flatten() {
            fields.entry(name).or_default().0 = Some(value);
        }
        for (name, value) in new.and_then(Value::as_object).into_iter().flatten() {
            fields.entry(name).or_default().1 = Some(value);
        }
        for (name, (old, new)) in fields {
            self.path.push(Step::field(name));
            self.step(schema.field(name), old, new);
            self.path.pop();
        }
    }

    fn lists(&mut self, schema: Schema<'_>, old: Side<'_>, new: Side<'_>) {
        let mut entries: BTreeMap<Step, (Vec<&Value>, Vec<&Value>)> = BTreeMap::new();
        for value in old.and_then(Value::as_array).into_iter().flatten() {
            if let Ok(step) = schema.step_to(value) {
                entries.entry(step).or_default().0.push(value);
            }
        }
        for value in new.and_then(Value::as_array).into_iter().flatten() {
            if let Ok(step) = schema.step_to(value) {
                entries.entry(step).or_default().1.push(value);
            }
        }
        for (step, (old, new)) in entries {
            self.path.push(step);
            self.entries(schema.element(), &old, &new);
            self.path.pop();
        }
    }

    /// One entry of a list, or all with the same key: entries that are there more than once are compared as a whole.
    fn entries(&mut self, schema: Schema<'_>, old: &[&Value], new: &[&Value]) {
        match (old, new) {
            ([] | [_], [] | [_]) => {
                self.step(schema, old.first().copied(), new.first().copied());
            }
            ([_, _, ..], [_, _, ..]) => {
                if old != new {
                    self.comparison.modified.insert(&self.path);
                }
            }
            ([_, _, ..], _) => {
                if let [new] = new {
                    self.step(schema, None, Some(new));
                }
                self.comparison.removed.insert(&self.path);
            }
            (_, _) => {
                if let [old] = old {
                    self.step(schema, Some(old), None);
                }
                self.comparison.added.insert(&self.path);
            }
        }
    }
}

fn is_empty(side: Side<'_>) -> bool {
    match side {
        None | Some(Value::Null) => true,
        Some(Value::Object(fields)) => fields.is_empty(),
        Some(Value::Array(entries)) => entries.is_empty(),
        Some(_) => false,
    }
}

/// The fields that a value has, as its author would own them: what is in it, entries of lists, keys of maps, but no structs.
#[must_use]
pub fn fields(value: &Value, schema: Schema<'_>) -> Set {
    let mut set = Set::default();
    collect(value, schema, &mut Vec::new(), &mut set);
    set
}

fn collect(value: &Value, schema: Schema<'_>, path: &mut Vec<Step>, set: &mut Set) {
    match value {
        Value::Object(_) if schema.is_atomic_map() => set.insert(path),
        Value::Object(fields) => {
            for (name, value) in fields {
                path.push(Step::field(name));
                collect(value, schema.field(name), path, set);
                let nothing =
                    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
                if nothing || !schema.declares(name) {
                    set.insert(path);
                }
                path.pop();
            }
        }
        Value::Array(_) if schema.list_type() == ListType::Atomic => set.insert(path),
        Value::Array(entries) => {
            let steps: Vec<_> = entries.iter().map(|e| schema.step_to(e).ok()).collect();
            let mut times: BTreeMap<&Step, u32> = BTreeMap::new();
            for step in steps.iter().flatten() {
                *times.entry(step).or_default() += 1;
            }
            for (entry, step) in entries.iter().zip(&steps) {
                let Some(step) = step else { continue };
                path.push(step.clone());
                if times[step] == 1 {
                    collect(entry, schema.element(), path, set);
                }
                set.insert(path);
                path.pop();
            }
        }
        _ => set.insert(path),
    }
}
