//! An object of a kind that nobody knows: its fields, as deep as they are.
//!
//! The real thing: kubectl's pkg/describe/describe.go (`genericDescriber`, `printUnstructuredContent`, `smartLabelFor`).

use super::page::Page;
use serde_json::Value;
use std::collections::BTreeMap;

/// Words that are written in capitals.
const CAPITALS: &[&str] = &[
    "API", "URL", "UID", "OSB", "GUID", "IP", "ID", "TTL", "CIDR", "DNS", "HTTP", "HTTPS", "URI",
];

pub(super) fn object(json: &Value, page: &mut Page) {
    let metadata = &json["metadata"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    page.field(0, "Name", &text(&metadata["name"]));
    page.field(0, "Namespace", &text(&metadata["namespace"]));
    let texts = |value: &Value| -> BTreeMap<String, String> {
        let fields = value.as_object().into_iter().flatten();
        fields
            .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect()
    };
    page.labels("Labels", Some(&texts(&metadata["labels"])));
    page.annotations("Annotations", Some(&texts(&metadata["annotations"])));
    fields(0, json, "", page);
}

/// Fields that stand above already, or are for machines.
fn is_skipped(path: &str) -> bool {
    matches!(
        path,
        ".metadata.managedFields"
            | ".metadata.name"
            | ".metadata.namespace"
            | ".metadata.labels"
            | ".metadata.annotations"
    )
}

fn fields(level: usize, value: &Value, path: &str, page: &mut Page) {
    let Some(map) = value.as_object() else {
        return;
    };
    let sorted: BTreeMap<&String, &Value> = map.iter().collect();
    for (field, value) in sorted {
        let path = format!("{path}.{field}");
        if is_skipped(&path) {
            continue;
        }
        let label = label(field);
        match value {
            Value::Object(_) => {
                page.line(level, &format!("{label}:"));
                fields(level + 1, value, &path, page);
            }
            Value::Array(items) => {
                page.line(level, &format!("{label}:"));
                for item in items {
                    match item {
                        Value::Object(_) => fields(level + 1, item, &path, page),
                        plain => page.line(level + 1, &shown(plain)),
                    }
                }
            }
            plain => page.field(level, &label, &shown(plain)),
        }
    }
}

/// As Go prints it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}

/// `creationTimestamp` becomes `Creation Timestamp`, `apiVersion` `API Version`.
fn label(field: &str) -> String {
    // Names that people gave (`app.kubernetes.io/name`) stay as they are.
    if !field.chars().all(|c| c.is_ascii_alphanumeric()) {
        return field.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut last_was_upper = false;
    for c in field.chars() {
        let begins = words.is_empty() || (c.is_ascii_uppercase() && !last_was_upper);
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
        last_was_upper = c.is_ascii_uppercase();
    }
    let words = words.into_iter().map(|word| {
        let capitals = word.to_ascii_uppercase();
        if CAPITALS.contains(&capitals.as_str()) {
            return capitals;
        }
        let first = word.chars().take(1).map(|c| c.to_ascii_uppercase());
        first.chain(word.chars().skip(1)).collect()
    });
    words.collect::<Vec<String>>().join(" ")
}
