//! Lists that are sets or maps, and whole objects inside of objects.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{listtype/validation,objectmeta/validation}.go.
//! Left out: the metadata of embedded objects is checked for its shape only.

use super::Schema;
use super::words::go_syntax;
use crate::api::field::{Fault, FieldError};
use crate::api::json;
use crate::api::kinds::names;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Everything twice in a list that has each once.
#[must_use]
pub fn duplicates(content: &Map<String, Value>, schema: Schema<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    fields(content, schema, "", &mut errors);
    errors
}

fn child(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn fields(
    content: &Map<String, Value>,
    schema: Schema<'_>,
    path: &str,
    errors: &mut Vec<FieldError>,
) {
    for (name, value) in content {
        if let Some(property) = schema.property(name) {
            value_in(value, property, &child(path, name), errors);
        } else if let Some(like) = schema.additional_schema() {
            value_in(value, like, &format!("{path}[{name}]"), errors);
        }
    }
}

fn value_in(value: &Value, schema: Schema<'_>, path: &str, errors: &mut Vec<FieldError>) {
    match value {
        Value::Object(content) => fields(content, schema, path, errors),
        Value::Array(items) => {
            match schema.text("x-kubernetes-list-type") {
                "set" => again(items, path, errors),
                "map" => map(items, schema, path, errors),
                _ => {}
            }
            if let Some(like) = schema.items() {
                for (index, item) in items.iter().enumerate() {
                    value_in(item, like, &format!("{path}[{index}]"), errors);
                }
            }
        }
        _ => {}
    }
}

/// The second of the same items; further ones are not told.
fn again(items: &[Value], path: &str, errors: &mut Vec<FieldError>) {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let before = times.entry(json::spelled(item)).or_default();
        if *before == 1 {
            errors.push(duplicate(format!("{path}[{index}]"), item));
        }
        *before += 1;
    }
}

fn duplicate(field: String, value: &Value) -> FieldError {
    FieldError {
        field,
        fault: Fault::Duplicate,
        body: format!("Duplicate value: {}", go_syntax(value)),
    }
}

fn map(items: &[Value], schema: Schema<'_>, path: &str, errors: &mut Vec<FieldError>) {
    let no_object = |item: &Value| !item.is_object() && !item.is_null();
    if let Some(index) = items.iter().position(no_object) {
        let why = "must be an object for an array of list-type map";
        let field = format!("{path}[{index}]");
        errors.push(FieldError::invalid(field, items[index].clone(), why));
        return;
    }
    let keys = items.iter().map(|item| {
        let names = schema.texts("x-kubernetes-list-map-keys");
        let pair = |name: &str| Some((name.to_owned(), item.get(name)?.clone()));
        Value::Object(names.filter_map(pair).collect())
    });
    again(&keys.collect::<Vec<_>>(), path, errors);
}

/// Everything wrong with the objects inside of an object.
#[must_use]
pub fn embedded(content: &Map<String, Value>, schema: Schema<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    embedded_in(content, schema, "", &mut errors);
    errors
}

fn embedded_in(
    content: &Map<String, Value>,
    schema: Schema<'_>,
    path: &str,
    errors: &mut Vec<FieldError>,
) {
    for (name, value) in content {
        if let Some(like) = schema.field(name) {
            embedded_value(value, like, &child(path, name), errors);
        }
    }
}

fn embedded_value(value: &Value, schema: Schema<'_>, path: &str, errors: &mut Vec<FieldError>) {
    match value {
        Value::Object(content) => {
            if schema.is("x-kubernetes-embedded-resource") {
                type_meta(content, path, errors);
            }
            embedded_in(content, schema, path, errors);
        }
        Value::Array(items) => {
            if let Some(like) = schema.items() {
                for (index, item) in items.iter().enumerate() {
                    embedded_value(item, like, &format!("{path}[{index}]"), errors);
                }
            }
        }
        _ => {}
    }
}

fn type_meta(content: &Map<String, Value>, path: &str, errors: &mut Vec<FieldError>) {
    for name in ["apiVersion", "kind"] {
        let field = child(path, name);
        let Some(value) = content.get(name) else {
            errors.push(FieldError::required(field, ""));
            continue;
        };
        let Some(text) = value.as_str() else {
            errors.push(FieldError::invalid(
                field,
                value.clone(),
                "must be a string",
            ));
            continue;
        };
        let wrong = names::label_1035(&text.to_ascii_lowercase());
        if text.is_empty() {
            errors.push(FieldError::invalid(field, text, "must not be empty"));
        } else if name == "kind" && !wrong.is_empty() {
            let why = format!(
                "may have mixed case, but should otherwise match: {}",
                wrong.join(",")
            );
            errors.push(FieldError::invalid(field, text, &why));
        } else if name == "apiVersion" && text.matches('/').count() > 1 {
            let why = format!("unexpected GroupVersion string: {text}");
            errors.push(FieldError::invalid(field, text, &why));
        }
    }
    if let Some(meta) = content.get("metadata").filter(|m| !m.is_object()) {
        let why = "invalid metadata: expected object";
        errors.push(FieldError::invalid(
            child(path, "metadata"),
            meta.clone(),
            why,
        ));
    }
}
