//! JSON patches: operations one by one, within bounds.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go (`applyJSPatch`, `maxJSONPatchOperations`),
//! gopkg.in/evanphx/json-patch.v4 (`Patch.Apply`, `AccumulatedCopySizeLimit`).
//!
//! Not the `json-patch` crate: it holds to RFC 6902, where upstream counts list indices from the end and has words of its own for what does
//! not fit, and a list of 10,000 inserts costs it the square of that.

mod document;

use crate::api::decode::{Flaw, Problem, Strictness};
use crate::api::json::name_of;
use crate::api::{Reason, Status};
use document::Document;
use serde_json::{Map, Value};

/// Longer patches are refused.
const OPERATIONS_MAX: usize = 10_000;

/// How many bytes all `copy` operations of a patch may add: without a bound, each could double the document.
const COPIED_BYTES_MAX: usize = 3 * 1024 * 1024;

/// Why a patch is not applied.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no JSON patch.
    Malformed(String),
    /// It has too many operations.
    TooLong(usize),
    /// It does not fit the object.
    Unfit(String),
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Malformed(why) => Self::bad_request(why),
            Refusal::TooLong(count) => Self::new(
                Reason::RequestEntityTooLarge,
                format!(
                    "Request entity too large: The allowed maximum operations in a JSON patch is {OPERATIONS_MAX}, got {count}"
                ),
            ),
            Refusal::Unfit(why) => Self::new(Reason::Invalid, why),
        }
    }
}

/// What a strict reader objects to in the operations themselves.
pub(super) fn flaws(patch: &Value, strictness: Strictness<'_>) -> Vec<Problem> {
    let mut unknown = Vec::new();
    for (index, operation) in patch.as_array().into_iter().flatten().enumerate() {
        for name in operation.as_object().into_iter().flat_map(|o| o.keys()) {
            if unknown.len() < crate::api::json::LISTED_MAX
                && !["op", "path", "from", "value"].contains(&name.as_str())
            {
                let path = format!("[{index}].{name}");
                unknown.push(Problem {
                    message: format!("unknown field {path:?}"),
                    path,
                    flaw: Flaw::UnknownField,
                    known: vec!["op", "path", "from", "value"],
                });
            }
        }
    }
    let mut flaws = strictness.with_repeated(unknown);
    for flaw in &mut flaws {
        flaw.message = format!("json patch {}", flaw.message);
    }
    flaws
}

/// Applies the operations, in order. A document that was not patched to the end is of no use.
pub(super) fn apply(document: &mut Value, patch: Value) -> Result<(), Refusal> {
    let operations = operations(patch)?;
    let mut patched = Document::new(document.take());
    let mut copies_left_bytes = COPIED_BYTES_MAX;
    for operation in operations {
        step(&mut patched, operation, &mut copies_left_bytes).map_err(Refusal::Unfit)?;
    }
    *document = patched.into_value();
    Ok(())
}

/// The operations, if it is a list of them; one that nobody knows is found out when it is applied.
fn operations(patch: Value) -> Result<Vec<Map<String, Value>>, Refusal> {
    let wrong = |found: &str, wanted: &str| {
        let why = format!("error decoding patch: json: cannot unmarshal {found} into Go {wanted}");
        Refusal::Malformed(why)
    };
    let Value::Array(items) = patch else {
        return Err(wrong(
            name_of(&patch),
            "value of type []handlers.jsonPatchOp",
        ));
    };
    let mut operations = Vec::with_capacity(items.len());
    for item in items {
        let operation = match item {
            Value::Object(fields) => fields,
            Value::Null => Map::new(),
            other => {
                return Err(wrong(name_of(&other), "value of type handlers.jsonPatchOp"));
            }
        };
        for field in ["op", "path", "from"] {
            match operation.get(field) {
                None | Some(Value::Null | Value::String(_)) => {}
                Some(other) => {
                    let wanted = format!("struct field jsonPatchOp.{field} of type string");
                    return Err(wrong(name_of(other), &wanted));
                }
            }
        }
        operations.push(operation);
    }
    if operations.len() > OPERATIONS_MAX {
        return Err(Refusal::TooLong(operations.len()));
    }
    Ok(operations)
}

/// One operation. The error is for us: a client is told only that something is wrong.
fn step(
    document: &mut Document,
    mut operation: Map<String, Value>,
    copies_left_bytes: &mut usize,
) -> Result<(), String> {
    let value = operation.remove("value").unwrap_or_default();
    let text = |field: &str| {
        let found = operation.get(field).and_then(Value::as_str);
        found.ok_or_else(|| format!("operation, missing {field} field"))
    };
    let path = text("path");
    match text("op").unwrap_or("unknown") {
        "add" => document.add(path?, value),
        "remove" => document.remove(path?),
        "replace" => document.replace(path?, value),
        "move" => document.relocate(text("from")?, path?),
        "copy" => document.copy(text("from")?, path?, copies_left_bytes),
        "test" => document.test(path?, &value),
        other => Err(format!("Unexpected kind: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patches_that_would_grow_without_bounds_are_refused() {
        let copies: Vec<Value> = (0..64)
            .map(|n| json!({"op": "copy", "from": "/all", "path": format!("/all/a{n}")}))
            .collect();
        let mut document = json!({"all": {"text": "x".repeat(1000)}});
        let Err(Refusal::Unfit(why)) = apply(&mut document, copies.into()) else {
            panic!("it would have 2^64 times the size");
        };
        assert!(why.contains("exceeding the limit"), "{why}");

        let many = vec![json!({"op": "test", "path": "/a", "value": null}); OPERATIONS_MAX + 1];
        assert_eq!(
            apply(&mut json!({}), many.into()),
            Err(Refusal::TooLong(OPERATIONS_MAX + 1))
        );

        let deep = (0..100).fold(json!(1), |inside, _| json!({ "a": inside }));
        let below = "/a".repeat(100);
        let patch = json!([{"op": "add", "path": "/a", "value": deep}, {"op": "add", "path": below, "value": deep}]);
        let why = apply(&mut json!({}), patch);
        assert_eq!(why, Err(Refusal::Unfit("exceeded max depth".to_owned())));
    }

    #[test]
    fn operations_are_read_strictly_too() {
        let patch = crate::api::json::read(
            br#"[{"op": "add", "path": "/a", "path": "/b", "value": {"x": 1, "x": 2}, "foo": {"y": 1, "y": 1}}]"#,
        )
        .expect("JSON");
        let strictness = Strictness {
            validation: crate::api::FieldValidation::Strict,
            repeats: patch.repeats.as_deref(),
        };
        let flaws = flaws(&patch.value, strictness);
        let messages: Vec<&str> = flaws.iter().map(|f| f.message.as_str()).collect();
        let want = [
            "json patch duplicate field \"[0].path\"",
            "json patch duplicate field \"[0].value.x\"",
            "json patch unknown field \"[0].foo\"",
        ];
        assert_eq!(messages, want);
    }
}
