//! What is wrong with a label selector.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go (`ValidateLabelSelector`).

use super::normal::list;
use super::pod::validation::check_labels;
use crate::api::check::{Errors, Path};
use crate::api::labels;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

/// Both parts of a selector.
pub(super) fn validate(selector: &LabelSelector, path: &Path<'_>, errors: &mut Errors) {
    check_labels(
        selector.match_labels.as_ref(),
        &path.child("matchLabels"),
        errors,
    );
    let expressions_path = path.child("matchExpressions");
    for (index, requirement) in list(&selector.match_expressions).iter().enumerate() {
        let path = expressions_path.index(index);
        let values = list(&requirement.values);
        let values_path = path.child("values");
        match requirement.operator.as_str() {
            "In" | "NotIn" if values.is_empty() => {
                let detail = "must be specified when `operator` is 'In' or 'NotIn'";
                errors.required(&values_path, detail);
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                errors.forbidden(&values_path, detail);
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            operator => {
                let detail = "not a valid selector operator";
                errors.invalid(&path.child("operator"), operator, detail);
            }
        }
        let key = requirement.key.as_str();
        errors.invalid_text(&path.child("key"), key, labels::qualified_name(key));
        for (index, value) in values.iter().enumerate() {
            errors.invalid_text(&values_path.index(index), value, labels::label_value(value));
        }
    }
}
