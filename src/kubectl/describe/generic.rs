//! An object of a kind that nobody knows: its fields, as deep as they are.
//!
//! The real thing: kubectl's pkg/describe/describe.go (`genericDescriber`, `printUnstructuredContent`, `smartLabelFor`).

use super::page::Page;
use serde_json::Value;
use std::collections::BTreeMap;

/// Words that are written in capitals.
const CAPITALS: &[&str] = &["API", "URL", "UID", "OSB", "GUID"];

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

/// `creationTimestamp` becomes `Creation Timestamp`, `apiVersion` `API Version`, `podIPs` `Pod I Ps`.
fn label(field: &str) -> String {
    // Names that people gave (`app.kubernetes.io/name`) stay as they are.
    if !field.chars().all(|c| c.is_alphabetic() || c == '-') {
        return field.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let class = |c: char| (c == '-', c.is_uppercase());
    for c in field.chars() {
        match words.last_mut() {
            Some(word) if word.chars().last().map(class) == Some(class(c)) => word.push(c),
            // The last of several capitals begins a word.
            Some(word)
                if c.is_lowercase() && word.chars().last().is_some_and(char::is_uppercase) =>
            {
                let begin = word.pop().into_iter().chain([c]).collect();
                words.push(begin);
            }
            _ => words.push(c.to_string()),
        }
    }
    words.retain(|word| !word.is_empty());
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
