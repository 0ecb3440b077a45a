//! Filling in what an object leaves out, and taking out nulls that may not be there.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting/{algorithm,prunenulls}.go.

use super::Schema;
use serde_json::{Map, Value};

/// Fills in the defaults of a value's fields; a null that may not be there counts as absent.
pub fn fill_in(fields: &mut Map<String, Value>, schema: Schema<'_>) {
    without_nulls(fields, schema);
    defaults(fields, schema);
}

/// Is there any default in the schema?
#[must_use]
pub fn has_defaults(schema: Schema<'_>) -> bool {
    schema.any(&|s| s.default_value().is_some())
}

fn is_wrong_null(value: &Value, schema: Option<Schema<'_>>) -> bool {
    value.is_null() && schema.is_some_and(|s| !s.is("nullable"))
}

fn without_nulls(fields: &mut Map<String, Value>, schema: Schema<'_>) {
    fields.retain(|name, value| {
        let like = schema.field(name);
        let has_default = like.is_some_and(|s| s.default_value().is_some());
        if is_wrong_null(value, like) && !has_default {
            return false;
        }
        without_nulls_in(value, like);
        true
    });
}

fn without_nulls_in(value: &mut Value, schema: Option<Schema<'_>>) {
    let Some(schema) = schema else { return };
    match value {
        Value::Object(fields) => without_nulls(fields, schema),
        Value::Array(items) => {
            for item in items {
                without_nulls_in(item, schema.items());
            }
        }
        _ => {}
    }
}

fn defaults(fields: &mut Map<String, Value>, schema: Schema<'_>) {
    for (name, property) in schema.properties() {
        let Some(default) = property.default_value() else {
            continue;
        };
        let is_absent = fields
            .get(name)
            .is_none_or(|value| is_wrong_null(value, Some(property)));
        if is_absent {
            fields.insert(name.to_owned(), default.clone());
        }
    }
    for (name, value) in fields.iter_mut() {
        if let Some(like) = schema.field(name) {
            one(value, like);
        }
    }
    fields.sort_keys();
}

fn one(value: &mut Value, schema: Schema<'_>) {
    if is_wrong_null(value, Some(schema))
        && let Some(default) = schema.default_value()
    {
        *value = default.clone();
    }
    match value {
        Value::Object(fields) => defaults(fields, schema),
        Value::Array(items) => {
            if let Some(like) = schema.items() {
                for item in items {
                    one(item, like);
                }
            }
        }
        _ => {}
    }
}
