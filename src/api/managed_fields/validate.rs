//! Is a configuration one that can be applied? Every field must exist and have the right type, and entries of lists must be told apart.
//!
//! The real thing: sigs.k8s.io/structured-merge-diff/typed/validate.go.
//! Beyond upstream: of all fields that do not exist, not only of the first in each struct.

use super::path::{Step, path_text};
use super::schema::{ListType, Schema};
use crate::api::Kind;
use crate::api::custom::{self, prune_content};
use crate::api::decode::{Flaw, Problem, decode};
use crate::api::strategic::GoValue;
use serde_json::Value;
use std::collections::BTreeSet;

/// Everything wrong with a configuration for objects of this kind, as one text: upstream's message.
#[must_use]
pub fn errors(kind: Kind, config: &Value, schema: Schema<'_>) -> Option<String> {
    let mut errors = Vec::new();
    entries(config, schema, &mut Vec::new(), &mut errors);
    for problem in decode(kind, config).problems {
        errors.push(said(&problem, config, schema));
    }
    if let (Schema::Resource(root), Some(fields)) = (schema, config.as_object()) {
        let mut content = fields.clone();
        for known in ["apiVersion", "kind", "metadata"] {
            content.shift_remove(known);
        }
        // The types of the other fields are checked when the whole object is.
        for path in prune_content(&mut content, Some(custom::Schema::root(root))) {
            let problem = Problem {
                flaw: Flaw::UnknownField,
                message: String::new(),
                known: Vec::new(),
                path,
            };
            errors.push(said(&problem, config, schema));
        }
    }
    match &errors[..] {
        [] => None,
        [one] => Some(one.clone()),
        many => Some(format!("errors:\n  {}", many.join("\n  "))),
    }
}

/// Walks through all lists that have keys or are sets.
fn entries(value: &Value, schema: Schema<'_>, path: &mut Vec<Step>, errors: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                path.push(Step::field(name));
                entries(value, schema.field(name), path, errors);
                path.pop();
            }
        }
        Value::Array(list) => {
            let mut seen = BTreeSet::new();
            for (index, entry) in list.iter().enumerate() {
                let step = if schema.list_type() == ListType::Atomic {
                    Step::Index(i64::try_from(index).expect("a list fits into memory"))
                } else {
                    match schema.step_to(entry) {
                        Ok(step) => step,
                        Err(why) => {
                            errors.push(format!("{}: element {index}: {why}", path_text(path)));
                            return;
                        }
                    }
                };
                if !seen.insert(step.clone()) {
                    let path = path_text(path);
                    errors.push(format!("{path}: duplicate entries for key {step}"));
                }
                path.push(step);
                entries(entry, schema.element(), path, errors);
                path.pop();
            }
        }
        _ => {}
    }
}

/// A problem of the reader in the words of server-side apply.
fn said(problem: &Problem, config: &Value, schema: Schema<'_>) -> String {
    let (path, value) = locate(&problem.path, config, schema);
    let why = match problem.flaw {
        Flaw::UnknownField | Flaw::Repeated => "field not declared in schema".to_owned(),
        Flaw::WrongType => wrong_type(&problem.message, value),
    };
    format!("{path}: {why}")
}

/// `spec.containers[0].image` as `.spec.containers[name="web"].image`, and what stands there.
fn locate<'v>(path: &str, config: &'v Value, schema: Schema<'_>) -> (String, Option<&'v Value>) {
    let (mut schema, mut value) = (schema, Some(config));
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some((index, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']'))
            && let Ok(index) = index.parse::<usize>()
        {
            let entry = value.and_then(|v| v.get(index));
            let step = entry.and_then(|entry| schema.step_to(entry).ok());
            let keyed = schema.list_type() != ListType::Atomic;
            let by_index = Step::Index(i64::try_from(index).unwrap_or(i64::MAX));
            steps.push(step.filter(|_| keyed).unwrap_or(by_index));
            (schema, value, rest) = (schema.element(), entry, after);
            continue;
        }
        let text = rest.strip_prefix('.').unwrap_or(rest);
        // Keys of maps may have dots: the longest that is there is meant.
        let ends = text.char_indices().filter(|(_, c)| ['.', '['].contains(c));
        let ends = ends
            .map(|(end, _)| end)
            .chain([text.len()])
            .filter(|end| *end > 0);
        let there = |end: &usize| value.is_some_and(|v| v.get(&text[..*end]).is_some());
        let mut ends: Vec<usize> = ends.collect();
        ends.sort_unstable();
        let Some(end) = ends
            .iter()
            .rev()
            .copied()
            .find(|e| there(e))
            .or_else(|| ends.first().copied())
        else {
            break;
        };
        let name = &text[..end];
        steps.push(Step::field(name));
        (value, rest) = (value.and_then(|v| v.get(name)), &text[end..]);
        schema = schema.field(name);
    }
    (path_text(&steps), value)
}

/// `expected numeric (int or float), got string`, from what the reader says the Go type is.
fn wrong_type(message: &str, value: Option<&Value>) -> String {
    let wanted = message
        .rsplit_once(" of type ")
        .map_or("", |(_, name)| name);
    let value = value.unwrap_or(&Value::Null);
    let shown = GoValue(value);
    let go_type = match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    };
    match wanted {
        "int32" | "int64" | "float64" => {
            format!("expected numeric (int or float), got {go_type}")
        }
        "bool" => format!("expected boolean, got &{{{shown}}}"),
        "string" | "[]uint8" => {
            format!("expected string, got &value.valueUnstructured{{Value:{value}}}")
        }
        list if list.starts_with("[]") => format!("expected list, got &{{{shown}}}"),
        _ if value.is_object() || value.is_array() => {
            format!("expected any scalar, got &{{{shown}}}")
        }
        _ => format!("expected map, got &{{{shown}}}"),
    }
}
