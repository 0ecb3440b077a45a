//! The columns of `kubectl get` for custom resources: paths into the object.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor/tableconvertor.go,
//! pkg/apiserver/helpers.go (`getColumnsForVersion`), client-go's util/jsonpath.
//! Left out: of JSONPath, filters (`[?(…)]`), ranges and recursive descent: such a column stays empty.

use super::words::go_value;
use crate::api::time::{self, Ms};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceColumnDefinition;
use serde_json::Value;

/// A column of a table of custom resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomColumn {
    /// The heading.
    pub name: String,
    /// `string`, `integer`, `number`, `boolean` or `date`.
    pub type_: String,
    /// `int32` and the like; usually empty.
    pub format: String,
    /// For those who ask what it is.
    pub description: String,
    /// Above 0: only with `-o wide`.
    pub priority: i32,
    /// `.spec.replicas`.
    pub path: String,
}

impl CustomColumn {
    /// The columns that a definition names, or the one that all have.
    pub(super) fn all(own: &[CustomResourceColumnDefinition]) -> Vec<Self> {
        let column = |c: &CustomResourceColumnDefinition| Self {
            name: c.name.clone(),
            type_: c.type_.clone(),
            format: c.format.clone().unwrap_or_default(),
            description: c
                .description
                .clone()
                .filter(|d| !d.is_empty())
                .unwrap_or_else(|| {
                    format!(
                        "Custom resource definition column (in JSONPath format): {}",
                        c.json_path
                    )
                }),
            priority: c.priority.unwrap_or_default(),
            path: c.json_path.clone(),
        };
        if !own.is_empty() {
            return own.iter().map(column).collect();
        }
        let age = Self {
            name: "Age".to_owned(),
            type_: "date".to_owned(),
            format: String::new(),
            description: "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata".to_owned(),
            priority: 0,
            path: ".metadata.creationTimestamp".to_owned(),
        };
        vec![age]
    }

    /// The cell, as the table's JSON has it; null if there is nothing to show.
    #[must_use]
    pub fn cell(&self, object: &Value, now_ms: Ms) -> Value {
        let Some(value) = value_at(object, &self.path).filter(|v| !v.is_null()) else {
            return Value::Null;
        };
        match (self.type_.as_str(), value) {
            ("string", value) => Value::from(go_value(value)),
            ("integer", Value::Number(n)) => n.as_i64().map_or_else(
                || Value::from(n.as_f64().unwrap_or_default() as i64),
                Value::from,
            ),
            ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) => value.clone(),
            ("date", Value::String(text)) => Value::from(since(text, now_ms)),
            _ => Value::Null,
        }
    }

    /// The cell as kubectl prints it; nothing for null.
    #[must_use]
    pub fn text(&self, object: &Value, now_ms: Ms) -> String {
        match self.cell(object, now_ms) {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => go_value(&other),
        }
    }
}

fn since(text: &str, now_ms: Ms) -> String {
    match time::parse(text) {
        Some(then) => time::human_duration(now_ms.saturating_sub(time::ms_of(then))),
        None => "<invalid>".to_owned(),
    }
}

/// What stands at a simple JSONPath: `.spec.ports[0].name`, `.metadata.labels['a\.b']`, `.spec.list[*]` (the first).
#[must_use]
pub fn value_at<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let mut value = object;
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (step, after) = inside.split_once(']')?;
            value = match step.trim_matches(['\'', '"']) {
                "*" => value.as_array()?.first()?,
                name if name != step => value.get(unescape(name))?,
                index => at_index(value.as_array()?, index)?,
            };
            rest = after;
            continue;
        }
        let after_dot = rest.strip_prefix('.').unwrap_or(rest);
        let (name, after) = split_name(after_dot);
        if !name.is_empty() {
            value = value.get(unescape(name))?;
        } else if !after.starts_with('[') && !after.is_empty() {
            return None;
        }
        rest = after;
    }
    Some(value)
}

fn at_index<'a>(items: &'a [Value], index: &str) -> Option<&'a Value> {
    let index: i64 = index.parse().ok()?;
    let from_end = i64::try_from(items.len()).ok()? + index;
    let at = if index < 0 { from_end } else { index };
    items.get(usize::try_from(at).ok()?)
}

/// The name up to the next dot or bracket that is not escaped.
fn split_name(text: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = text.find(|c| {
        let ends = !escaped && matches!(c, '.' | '[');
        escaped = !escaped && c == '\\';
        ends
    });
    text.split_at(end.unwrap_or(text.len()))
}

fn unescape(name: &str) -> String {
    name.replace('\\', "")
}
