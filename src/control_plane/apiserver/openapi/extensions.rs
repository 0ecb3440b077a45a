//! How lists and maps merge, said in the definitions: `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key` (strategic merge:
//! `kubectl apply`, `edit` and `diff` make their patches by them), `x-kubernetes-list-type`, `x-kubernetes-list-map-keys` and
//! `x-kubernetes-map-type` (server-side apply).
//!
//! Left out: `x-kubernetes-list-type: atomic`, which is what a list without it is.

use crate::api::Kind;
use crate::api::managed_fields::schema::Schema;
use crate::api::strategic::keys::{self, List};
use serde_json::{Map, Value, json};

/// A definition on the way down from a kind: its name, and what the two tables call its type.
#[derive(Clone, PartialEq)]
struct Place {
    name: String,
    owner: &'static str,
    schema: Schema<'static>,
}

/// Adds them to the definition of a kind and to all that it refers to.
pub(super) fn add(definitions: &mut Map<String, Value>, name: &str, kind: Kind) {
    let mut seen: Vec<Place> = Vec::new();
    let mut next = vec![Place {
        name: name.to_owned(),
        owner: keys::root(kind),
        schema: Schema::of(kind),
    }];
    let mut atomic = Vec::new();
    while let Some(place) = next.pop() {
        if seen.contains(&place) {
            continue;
        }
        let properties = definitions
            .get_mut(&place.name)
            .and_then(|schema| schema.get_mut("properties"));
        for (field, property) in properties
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            let rule = keys::rule(place.owner, field);
            let schema = place.schema.field(field);
            if let Value::Object(property) = &mut *property {
                add_strategy(property, rule);
                add_list_type(property, schema);
            }
            let Some(target) = reference(property) else {
                continue;
            };
            if schema == Schema::Atomic && property.get("items").is_none() {
                atomic.push(target.to_owned());
            }
            let inside = match property.get("items") {
                Some(_) => schema.element(),
                None => schema,
            };
            if !rule.inside.is_empty() || matches!(inside, Schema::Struct(_)) {
                next.push(Place {
                    name: target.to_owned(),
                    owner: rule.inside,
                    schema: inside,
                });
            }
        }
        seen.push(place);
    }
    for name in atomic {
        if let Some(Value::Object(definition)) = definitions.get_mut(&name) {
            definition.insert("x-kubernetes-map-type".to_owned(), json!("atomic"));
        }
    }
}

/// What strategic merge does with a field.
fn add_strategy(property: &mut Map<String, Value>, rule: keys::Rule) {
    let strategy = match (rule.list, rule.retain_keys) {
        (List::Replace, false) => return,
        (List::Replace, true) => "retainKeys",
        (List::Set | List::By(_), false) => "merge",
        (List::Set | List::By(_), true) => "merge,retainKeys",
    };
    property.insert("x-kubernetes-patch-strategy".to_owned(), json!(strategy));
    if let List::By(key) = rule.list {
        property.insert("x-kubernetes-patch-merge-key".to_owned(), json!(key));
    }
}

/// What server-side apply does with a field.
fn add_list_type(property: &mut Map<String, Value>, schema: Schema<'_>) {
    match schema {
        Schema::Set => {
            property.insert("x-kubernetes-list-type".to_owned(), json!("set"));
        }
        Schema::Keyed(keys, _) => {
            // `containerPort:0,protocol:TCP`: after a colon stands the value of a key that is left out.
            let keys = keys.split(',').filter_map(|key| key.split(':').next());
            property.insert("x-kubernetes-list-map-keys".to_owned(), keys.collect());
            property.insert("x-kubernetes-list-type".to_owned(), json!("map"));
        }
        Schema::Atomic if property.contains_key("additionalProperties") => {
            property.insert("x-kubernetes-map-type".to_owned(), json!("atomic"));
        }
        _ => {}
    }
}

/// The definition that a field's schema, or that of a list's entries, refers to.
fn reference(schema: &Value) -> Option<&str> {
    if let Some(items) = schema.get("items") {
        return reference(items);
    }
    let reference = match schema.get("allOf") {
        Some(all) => all.get(0)?.get("$ref"),
        None => schema.get("$ref"),
    };
    reference?.as_str()?.rsplit('/').next()
}
