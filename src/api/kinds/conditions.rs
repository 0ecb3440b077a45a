//! What is wrong with conditions of the common shape, `metav1.Condition`.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go (`ValidateConditions`).

use crate::api::check::{Errors, Path};
use crate::api::labels;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

const REASON_BYTES_MAX: usize = 1024;
const MESSAGE_BYTES_MAX: usize = 32 * 1024;
const REASON: &str = "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";

/// All of them, each type once.
pub(super) fn validate(conditions: &[Condition], path: &Path<'_>, errors: &mut Errors) {
    for (index, condition) in conditions.iter().enumerate() {
        let path = path.index(index);
        let kind = condition.type_.as_str();
        if conditions[..index].iter().any(|c| c.type_ == kind) {
            errors.duplicate(&path.child("type"), kind);
        }
        errors.invalid_text(&path.child("type"), kind, labels::qualified_name(kind));
        let status = Some(condition.status.as_str());
        errors.known(&path.child("status"), status, &["False", "True", "Unknown"]);
        if let Some(generation) = condition.observed_generation.filter(|g| *g < 0) {
            let detail = "must be greater than or equal to zero";
            errors.invalid(&path.child("observedGeneration"), generation, detail);
        }
        reason(&condition.reason, &path.child("reason"), errors);
        if condition.message.len() > MESSAGE_BYTES_MAX {
            errors.too_long(&path.child("message"), MESSAGE_BYTES_MAX);
        }
    }
}

fn reason(reason: &str, path: &Path<'_>, errors: &mut Errors) {
    if reason.is_empty() {
        errors.required(path, "must be set");
        return;
    }
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let fine = reason.starts_with(|c: char| c.is_ascii_alphabetic())
        && reason.bytes().all(|b| word(b) || matches!(b, b',' | b':'))
        && reason.bytes().last().is_some_and(word);
    if !fine {
        errors.invalid(path, reason, REASON);
    }
    if reason.len() > REASON_BYTES_MAX {
        errors.too_long(path, REASON_BYTES_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_complete_and_each_there_once() {
        let good = Condition {
            type_: "Ready".to_owned(),
            status: "True".to_owned(),
            reason: "AllGood".to_owned(),
            message: String::new(),
            observed_generation: None,
            last_transition_time: crate::api::time::time(0),
        };
        let bad = Condition {
            status: "Yes".to_owned(),
            reason: String::new(),
            observed_generation: Some(-1),
            ..good.clone()
        };
        let odd = Condition {
            type_: "A".to_owned(),
            reason: "1st".to_owned(),
            ..good.clone()
        };
        let mut errors = Errors::new();
        validate(&[good, bad, odd], &Path::root("conditions"), &mut errors);
        let got: Vec<String> = errors.into_list().iter().map(ToString::to_string).collect();
        assert_eq!(
            got,
            [
                "conditions[1].type: Duplicate value: \"Ready\"".to_owned(),
                "conditions[1].status: Unsupported value: \"Yes\": supported values: \"False\", \"True\", \"Unknown\"".to_owned(),
                "conditions[1].observedGeneration: Invalid value: -1: must be greater than or equal to zero".to_owned(),
                "conditions[1].reason: Required value: must be set".to_owned(),
                format!("conditions[2].reason: Invalid value: \"1st\": {REASON}"),
            ]
        );
    }
}
