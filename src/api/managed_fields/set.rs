//! A set of fields, as a tree: which of a value's parts are in it, and the sets inside its parts.
//!
//! The real thing: sigs.k8s.io/structured-merge-diff/fieldpath/{set,serialize}.go.

use super::path::Step;
use super::schema::Schema;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A set of fields. A field can be in it without what is inside the field, and the other way round.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Set {
    members: BTreeSet<Step>,
    /// Never an empty set.
    children: BTreeMap<Step, Set>,
}

impl Set {
    /// Is nothing in it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.children.is_empty()
    }

    /// Adds the field at this path, but not the fields on the way. The whole value is no field.
    pub fn insert(&mut self, path: &[Step]) {
        match path {
            [] => {}
            [last] => {
                self.members.insert(last.clone());
            }
            [first, rest @ ..] => self.children.entry(first.clone()).or_default().insert(rest),
        }
    }

    /// Is this field of the value itself in it?
    #[must_use]
    pub fn has(&self, step: &Step) -> bool {
        self.members.contains(step)
    }

    /// The fields inside this one.
    #[must_use]
    pub fn inside(&self, step: &Step) -> Option<&Set> {
        self.children.get(step)
    }

    /// What is in either.
    #[must_use]
    pub fn union(mut self, other: &Self) -> Self {
        self.members.extend(other.members.iter().cloned());
        for (step, set) in &other.children {
            let own = self.children.remove(step).unwrap_or_default();
            self.children.insert(step.clone(), own.union(set));
        }
        self
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let both = |(step, set): (&Step, &Set)| {
            let set = set.intersection(other.children.get(step)?);
            (!set.is_empty()).then(|| (step.clone(), set))
        };
        Self {
            members: self.members.intersection(&other.members).cloned().collect(),
            children: self.children.iter().filter_map(both).collect(),
        }
    }

    /// What is in this one and not in the other. What is inside a field of the other stays.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let rest = |(step, set): (&Step, &Set)| {
            let Some(gone) = other.children.get(step) else {
                return Some((step.clone(), set.clone()));
            };
            let set = set.difference(gone);
            (!set.is_empty()).then(|| (step.clone(), set))
        };
        Self {
            members: self.members.difference(&other.members).cloned().collect(),
            children: self.children.iter().filter_map(rest).collect(),
        }
    }

    /// As [`Set::difference`], without what is inside a field of the other as well.
    #[must_use]
    pub fn recursive_difference(&self, other: &Self) -> Self {
        let rest = |(step, set): (&Step, &Set)| {
            if other.members.contains(step) {
                return None;
            }
            let Some(gone) = other.children.get(step) else {
                return Some((step.clone(), set.clone()));
            };
            let set = set.recursive_difference(gone);
            (!set.is_empty()).then(|| (step.clone(), set))
        };
        Self {
            members: self.members.difference(&other.members).cloned().collect(),
            children: self.children.iter().filter_map(rest).collect(),
        }
    }

    /// Only the fields that have nothing else of the set inside.
    #[must_use]
    pub fn leaves(&self) -> Self {
        let leaf = |step: &&Step| !self.children.contains_key(step);
        Self {
            members: self.members.iter().filter(leaf).cloned().collect(),
            children: self
                .children
                .iter()
                .map(|(step, set)| (step.clone(), set.leaves()))
                .collect(),
        }
    }

    /// The same, with the struct fields on the way to everything in it.
    #[must_use]
    pub fn with_declared(&self, schema: Schema<'_>) -> Self {
        let mut result = self.clone();
        for (step, set) in &self.children {
            let inside = match step {
                Step::Field(name) => {
                    if schema.declares(name) {
                        result.members.insert(step.clone());
                    }
                    schema.field(name)
                }
                _ => schema.element(),
            };
            result
                .children
                .insert(step.clone(), set.with_declared(inside));
        }
        result
    }

    /// The paths of everything in it, a value's own fields before what is inside them.
    #[must_use]
    pub fn paths(&self) -> Vec<Vec<Step>> {
        let mut paths = Vec::new();
        self.collect_paths(&mut Vec::new(), &mut paths);
        paths
    }

    fn collect_paths(&self, prefix: &mut Vec<Step>, paths: &mut Vec<Vec<Step>>) {
        for step in &self.members {
            paths.push(prefix.iter().chain([step]).cloned().collect());
        }
        for (step, set) in &self.children {
            prefix.push(step.clone());
            set.collect_paths(prefix, paths);
            prefix.pop();
        }
    }

    /// As `fieldsV1` spells it: a field in the set is an empty object, or has a `.` beside what is inside it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let steps: BTreeSet<&Step> = self.members.iter().chain(self.children.keys()).collect();
        let entry = |step: &Step| {
            let Some(Value::Object(inside)) = self.children.get(step).map(Self::to_json) else {
                return Value::Object(Map::new());
            };
            let own = self.members.contains(step);
            let own = own.then(|| (".".to_owned(), Value::Object(Map::new())));
            Value::Object(own.into_iter().chain(inside).collect())
        };
        let entries = steps.into_iter().map(|step| (step.encode(), entry(step)));
        Value::Object(entries.collect())
    }

    /// Reads what [`Set::to_json`] writes.
    ///
    /// # Errors
    /// What cannot be understood.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        let Value::Object(entries) = value else {
            return Err("a set of fields is an object".to_owned());
        };
        let mut set = Self::default();
        for (key, inside) in entries.iter().filter(|(key, _)| *key != ".") {
            let Some(step) = Step::decode(key)? else {
                continue;
            };
            let children = Self::from_json(inside)?;
            if children.is_empty() || inside.get(".").is_some() {
                set.members.insert(step.clone());
            }
            if !children.is_empty() {
                set.children.insert(step, children);
            }
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(value: Value) -> Set {
        Set::from_json(&value).expect("a set")
    }

    #[test]
    fn sets_read_what_they_write() {
        let cases = [
            json!({}),
            json!({"f:a": {}}),
            json!({"f:a": {".": {}, "f:b": {}}, "f:c": {"f:d": {}}}),
            json!({"f:ports": {".": {}, "k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}}}}),
            json!({"f:finalizers": {".": {}, "v:\"a/b\"": {}}}),
        ];
        for value in cases {
            assert_eq!(set(value.clone()).to_json(), value);
        }
        // Steps that nobody knows are dropped; order does not matter.
        let odd = set(json!({"x:y": {}, "f:b": {}, "f:a": {}}));
        assert_eq!(odd.to_json().to_string(), r#"{"f:a":{},"f:b":{}}"#);
        for wrong in [json!([]), json!({"f:a": 1}), json!({"a": {}})] {
            assert!(Set::from_json(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn algebra() {
        let a = || set(json!({"f:a": {".": {}, "f:b": {}}, "f:c": {"f:d": {}}}));
        let b = || set(json!({"f:a": {}, "f:c": {"f:d": {}, "f:e": {}}}));
        let cases = [
            (
                "union",
                a().union(&b()),
                json!({"f:a": {".": {}, "f:b": {}}, "f:c": {"f:d": {}, "f:e": {}}}),
            ),
            (
                "intersection",
                a().intersection(&b()),
                json!({"f:a": {}, "f:c": {"f:d": {}}}),
            ),
            (
                "parent - child",
                b().difference(&a()),
                json!({"f:c": {"f:e": {}}}),
            ),
            (
                "child - parent",
                a().difference(&b()),
                json!({"f:a": {"f:b": {}}}),
            ),
            (
                "recursive difference",
                a().recursive_difference(&b()),
                json!({}),
            ),
            (
                "leaves",
                a().leaves(),
                json!({"f:a": {"f:b": {}}, "f:c": {"f:d": {}}}),
            ),
        ];
        for (name, result, want) in cases {
            assert_eq!(result, set(want), "{name}");
        }
    }

    #[test]
    fn paths_are_listed_from_the_outside_in() {
        let set = set(json!({"f:a": {"f:b": {}}, "f:c": {".": {}, "v:1": {}}}));
        let texts: Vec<String> = set
            .paths()
            .iter()
            .map(|p| super::super::path::path_text(p))
            .collect();
        assert_eq!(texts, [".c", ".a.b", ".c[=1]"]);
    }
}
