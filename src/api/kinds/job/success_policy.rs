//! `successPolicy`: when an Indexed job has succeeded before all of its indexes have.
//!
//! The real thing: pkg/apis/batch/validation/validation.go (`validateSuccessPolicy`).

use super::indexes;
use crate::api::check::{Errors, Path};
use crate::api::kinds::go;
use k8s_openapi::api::batch::v1::{JobSpec, SuccessPolicy, SuccessPolicyRule};

const RULES_MAX: usize = 20;
const INDEXES_BYTES_MAX: usize = 64 * 1024;

/// Everything wrong with the policy of a job with this spec.
pub(super) fn validate(
    policy: &SuccessPolicy,
    spec: &JobSpec,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    if spec.completion_mode.as_deref() != Some("Indexed") {
        errors.invalid_go(path, &go_value(policy), "requires indexed completion mode");
        return;
    }
    let path = path.child("rules");
    if policy.rules.is_empty() {
        let detail = "at least one rules must be specified when the successPolicy is specified";
        errors.required(&path, detail);
    }
    if policy.rules.len() > RULES_MAX {
        errors.too_many(&path, policy.rules.len(), RULES_MAX);
    }
    let completions = spec.completions.unwrap_or_default();
    for (index, rule) in policy.rules.iter().enumerate() {
        validate_rule(rule, completions, &path.index(index), errors);
    }
}

fn validate_rule(rule: &SuccessPolicyRule, completions: i32, path: &Path<'_>, errors: &mut Errors) {
    if rule.succeeded_count.is_none() && rule.succeeded_indexes.is_none() {
        let detail = "at least one of succeededCount or succeededIndexes must be specified";
        errors.required(path, detail);
    }
    let named = rule.succeeded_indexes.as_ref().map(|text| {
        let path = path.child("succeededIndexes");
        if text.len() > INDEXES_BYTES_MAX {
            errors.too_long(&path, INDEXES_BYTES_MAX);
        }
        indexes::count(text, completions).unwrap_or_else(|why| {
            let detail = format!("error parsing succeededIndexes: {why}");
            errors.invalid(&path, text.as_str(), &detail);
            0
        })
    });
    let Some(count) = rule.succeeded_count else {
        return;
    };
    let path = path.child("succeededCount");
    errors.non_negative(&path, Some(count));
    if count > completions {
        let detail = format!(
            "must be less than or equal to {completions} (the number of specified completions)"
        );
        errors.invalid(&path, count, &detail);
    }
    if let Some(named) = named.filter(|named| i64::from(count) > *named) {
        let detail = format!(
            "must be less than or equal to {named} (the number of indexes in the specified succeededIndexes field)"
        );
        errors.invalid(&path, count, &detail);
    }
}

/// `batch.SuccessPolicy{…}`, as Go prints it.
pub(super) fn go_value(policy: &SuccessPolicy) -> String {
    let rules = go::slice("batch.SuccessPolicyRule", Some(&policy.rules), |rule| {
        format!(
            "batch.SuccessPolicyRule{{SucceededIndexes:{}, SucceededCount:{}}}",
            go::pointer("string", rule.succeeded_indexes.as_ref()),
            go::pointer("int32", rule.succeeded_count.as_ref())
        )
    });
    format!("batch.SuccessPolicy{{Rules:{rules}}}")
}
