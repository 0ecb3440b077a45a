//! Taking out fields that no schema knows.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning/algorithm.go.

use super::Schema;
use crate::api::json::LISTED_MAX;
use serde_json::{Map, Value};

/// Takes the unknown fields out of a value; returns their paths in alphabetical order. Without a schema all fields are unknown.
pub fn prune(value: &mut Value, schema: Option<Schema<'_>>) -> Vec<String> {
    let mut pruner = Pruner::default();
    pruner.value(value, schema);
    pruner.finish()
}

/// The same for an object as a whole, without its `apiVersion`, `kind` and `metadata`.
pub fn prune_content(content: &mut Map<String, Value>, schema: Option<Schema<'_>>) -> Vec<String> {
    let mut pruner = Pruner::default();
    match schema {
        Some(schema) if schema.preserves_unknown_fields() => pruner.known_fields(content, schema),
        Some(schema) => pruner.fields(content, schema, Kept::Nothing),
        // An object of a version without a schema keeps what it has: so it was before there were schemas.
        None => {}
    }
    pruner.finish()
}

/// Which fields are left alone besides the known ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Nothing,
    /// `apiVersion`, `kind` and `metadata` of an embedded object.
    Meta,
}

#[derive(Default)]
struct Pruner {
    path: String,
    unknown: Vec<String>,
}

impl Pruner {
    fn finish(mut self) -> Vec<String> {
        self.unknown.sort();
        self.unknown
    }

    fn note(&mut self) {
        if self.unknown.len() < LISTED_MAX {
            self.unknown.push(self.path.clone());
        }
    }

    fn inside(&mut self, step: &str, then: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(step);
        then(self);
        self.path.truncate(length);
    }

    fn value(&mut self, value: &mut Value, schema: Option<Schema<'_>>) {
        if let Some(schema) = schema.filter(|s| s.preserves_unknown_fields()) {
            return self.keep(value, schema);
        }
        match (value, schema) {
            (Value::Object(fields), Some(schema)) => {
                self.fields(fields, schema, kept(schema));
            }
            (Value::Object(fields), None) => {
                for (name, _) in std::mem::take(fields) {
                    self.inside(&name, Self::note);
                }
            }
            (Value::Array(items), schema) => {
                let like = schema.and_then(Schema::items);
                for (index, item) in items.iter_mut().enumerate() {
                    self.inside(&format!("[{index}]"), |this| this.value(item, like));
                }
            }
            _ => {}
        }
    }

    fn fields(&mut self, fields: &mut Map<String, Value>, schema: Schema<'_>, kept: Kept) {
        fields.retain(|name, value| {
            if kept == Kept::Meta && is_meta(name) {
                return true;
            }
            let property = schema.property(name);
            if property.is_none() && schema.additional().is_none() {
                self.inside(name, Self::note);
                return false;
            }
            let like = property.or_else(|| schema.additional_schema());
            self.inside(name, |this| this.value(value, like));
            true
        });
    }

    /// Unknown fields stay, here and in the items of lists; inside known fields the rules hold again.
    fn keep(&mut self, value: &mut Value, schema: Schema<'_>) {
        match value {
            Value::Object(fields) => self.known_fields(fields, schema),
            Value::Array(items) => {
                let Some(like) = schema.items() else { return };
                for (index, item) in items.iter_mut().enumerate() {
                    self.inside(&format!("[{index}]"), |this| this.keep(item, like));
                }
            }
            _ => {}
        }
    }

    fn known_fields(&mut self, fields: &mut Map<String, Value>, schema: Schema<'_>) {
        let kept = kept(schema);
        for (name, value) in fields.iter_mut() {
            if kept == Kept::Meta && is_meta(name) {
                continue;
            }
            let property = schema.property(name);
            if property.is_some() || schema.additional().is_some() {
                let like = property.or_else(|| schema.additional_schema());
                self.inside(name, |this| this.value(value, like));
            }
        }
    }
}

fn kept(schema: Schema<'_>) -> Kept {
    if schema.is("x-kubernetes-embedded-resource") {
        Kept::Meta
    } else {
        Kept::Nothing
    }
}

fn is_meta(name: &str) -> bool {
    matches!(name, "apiVersion" | "kind" | "metadata")
}
