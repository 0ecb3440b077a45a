//! How lists merge, said in the definitions: `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key`. `kubectl apply`, `edit` and
//! `diff` make their patches by them.

use crate::api::Kind;
use crate::api::strategic::keys::{self, List};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Adds them to the definition of a kind and to all that it refers to.
pub(super) fn add(definitions: &mut Map<String, Value>, name: &str, kind: Kind) {
    let mut seen = BTreeSet::new();
    let mut next = vec![(name.to_owned(), keys::root(kind))];
    while let Some((name, owner)) = next.pop() {
        if !seen.insert((name.clone(), owner)) {
            continue;
        }
        let properties = definitions
            .get_mut(&name)
            .and_then(|schema| schema.get_mut("properties"));
        let Some(Value::Object(properties)) = properties else {
            continue;
        };
        for (field, schema) in properties {
            let rule = keys::rule(owner, field);
            let strategy = match (rule.list, rule.retain_keys) {
                (List::Replace, false) => "",
                (List::Replace, true) => "retainKeys",
                (List::Set | List::By(_), false) => "merge",
                (List::Set | List::By(_), true) => "merge,retainKeys",
            };
            if let (Value::Object(schema), false) = (&mut *schema, strategy.is_empty()) {
                schema.insert("x-kubernetes-patch-strategy".to_owned(), json!(strategy));
                if let List::By(key) = rule.list {
                    schema.insert("x-kubernetes-patch-merge-key".to_owned(), json!(key));
                }
            }
            if let (Some(target), false) = (reference(schema), rule.inside.is_empty()) {
                next.push((target.to_owned(), rule.inside));
            }
        }
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
