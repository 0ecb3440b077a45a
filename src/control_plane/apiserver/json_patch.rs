//! JSON patches: operations one by one, within bounds.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go (`applyJSPatch`, `maxJSONPatchOperations`),
//! gopkg.in/evanphx/json-patch.v4 (`AccumulatedCopySizeLimit`).

use crate::api::decode::{Flaw, Problem, Strictness};
use crate::api::{Reason, Status};
use json_patch::{Patch, PatchOperation};
use serde_json::Value;

/// Longer patches are refused.
const OPERATIONS_MAX: usize = 10_000;

/// How many bytes all `copy` operations of a patch may add: without a bound, each could double the document.
const COPIED_BYTES_MAX: usize = 3 * 1024 * 1024;

/// How deep a patch may make a document: whoever reads one, reads it recursively.
const DEPTH_MAX: usize = 128;

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
    // Upstream reads a list of any objects as a patch; an operation that it does not know is found out when it is applied.
    let is_list = |patch: &Value| {
        patch
            .as_array()
            .is_some_and(|l| l.iter().all(Value::is_object))
    };
    let is_patch = is_list(&patch);
    let operations: Patch = serde_json::from_value(patch).map_err(|error| {
        let refusal = if is_patch {
            Refusal::Unfit
        } else {
            Refusal::Malformed
        };
        refusal(error.to_string())
    })?;
    if operations.0.len() > OPERATIONS_MAX {
        return Err(Refusal::TooLong(operations.0.len()));
    }
    let mut copied_bytes = 0;
    for operation in &operations.0 {
        check_size(document, operation, &mut copied_bytes).map_err(Refusal::Unfit)?;
        if is_passed_by_nothing(document, operation) {
            continue;
        }
        json_patch::patch(document, std::slice::from_ref(operation))
            .map_err(|error| Refusal::Unfit(error.to_string()))?;
    }
    Ok(())
}

/// Upstream, in github.com/evanphx/json-patch, what is not there passes a test for null: how controllers add the first finalizer.
fn is_passed_by_nothing(document: &Value, operation: &PatchOperation) -> bool {
    match operation {
        PatchOperation::Test(test) => {
            test.value.is_null() && document.pointer(test.path.as_str()).is_none()
        }
        _ => false,
    }
}

fn check_size(
    document: &Value,
    operation: &PatchOperation,
    copied_bytes: &mut usize,
) -> Result<(), String> {
    let nothing = Value::Null;
    let (at, value) = match operation {
        PatchOperation::Add(add) => (add.path.as_str(), &add.value),
        PatchOperation::Replace(replace) => (replace.path.as_str(), &replace.value),
        PatchOperation::Move(from) => {
            let moved = document.pointer(from.from.as_str());
            (from.path.as_str(), moved.unwrap_or(&nothing))
        }
        PatchOperation::Copy(copy) => {
            let copied = document.pointer(copy.from.as_str()).unwrap_or(&nothing);
            *copied_bytes += copied.to_string().len();
            if *copied_bytes > COPIED_BYTES_MAX {
                return Err(format!(
                    "Unable to complete the copy, the accumulated size increase of copy is {copied_bytes}, exceeding the limit {COPIED_BYTES_MAX}"
                ));
            }
            (copy.path.as_str(), copied)
        }
        PatchOperation::Remove(_) | PatchOperation::Test(_) => return Ok(()),
    };
    if at.matches('/').count() + depth(value) > DEPTH_MAX {
        return Err("exceeded max depth".to_owned());
    }
    Ok(())
}

fn depth(value: &Value) -> usize {
    let inside = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(fields) => fields.values().map(depth).max(),
        _ => return 0,
    };
    1 + inside.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patches_that_would_grow_without_bounds_are_refused() {
        let copies: Vec<Value> = (0..64)
            .map(|n| json!({"op": "copy", "from": "", "path": format!("/a{n}")}))
            .collect();
        let mut document = json!({"text": "x".repeat(1000)});
        let Err(Refusal::Unfit(why)) = apply(&mut document, copies.into()) else {
            panic!("it would have 2^64 times the size");
        };
        assert!(why.contains("exceeding the limit 3145728"), "{why}");

        let many = vec![json!({"op": "test", "path": "", "value": {}}); OPERATIONS_MAX + 1];
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
