//! PriorityClass.
//!
//! The real thing: pkg/apis/scheduling/{v1/{defaults,helpers}.go,validation/validation.go}, pkg/registry/scheduling/priorityclass.

use super::cells::{age, column, number};
use super::normal::{drop_empty, drop_false, text, text_default};
use super::{Column, Stored, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::scheduling::v1::PriorityClass;

/// The two classes that the API server makes itself: name, value, description.
pub const SYSTEM_CLASSES: [(&str, i32, &str); 2] = [
    (
        "system-node-critical",
        2_000_001_000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
    (
        "system-cluster-critical",
        2_000_000_000,
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
];

/// The largest value that a class of somebody else may have.
const VALUE_MAX: i32 = 1_000_000_000;

impl Stored for PriorityClass {
    stored!(PriorityClass);

    fn set_defaults(&mut self) {
        text_default(&mut self.preemption_policy, "PreemptLowerPriority");
        drop_false(&mut self.global_default);
        drop_empty(&mut self.description);
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let name = self.metadata.name.as_deref().unwrap_or_default();
        if name.starts_with("system-") {
            if let Err(why) = is_system_class(self, name) {
                let metadata = Path::root("metadata");
                let detail = format!(
                    "priority class names with 'system-' prefix are reserved for system use only. error: {why}"
                );
                errors.forbidden(&metadata.child("name"), &detail);
            }
        } else if self.value > VALUE_MAX {
            let detail = format!("maximum allowed value of a user defined priority is {VALUE_MAX}");
            errors.forbidden(&Path::root("value"), &detail);
        }
        errors.known(
            &Path::root("preemptionPolicy"),
            self.preemption_policy.as_deref(),
            &["PreemptLowerPriority", "Never"],
        );
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if self.value != old.value {
            let detail = "may not be changed in an update.";
            errors.forbidden(&Path::root("value"), detail);
        }
        if self.preemption_policy != old.preemption_policy {
            let policy = text(&self.preemption_policy);
            errors.invalid(
                &Path::root("preemptionPolicy"),
                policy,
                "field is immutable",
            );
        }
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            number("Value"),
            column("Global-Default"),
            column("Age"),
            column("PreemptionPolicy"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        vec![
            self.value.to_string(),
            self.global_default.unwrap_or_default().to_string(),
            age(&self.metadata, now_ms),
            text(&self.preemption_policy).to_owned(),
        ]
    }
}

/// `IsKnownSystemPriorityClass`: the error says why it is none.
fn is_system_class(class: &PriorityClass, name: &str) -> Result<(), String> {
    let known = SYSTEM_CLASSES.iter().find(|(known, ..)| *known == name);
    let Some((_, value, _)) = known else {
        return Err(format!("{name} is not a known system priority class"));
    };
    if class.value != *value {
        return Err(format!("value of {name} PriorityClass must be {value}"));
    }
    if class.global_default == Some(true) {
        return Err(format!(
            "globalDefault of {name} PriorityClass must be false"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn class(json: Value) -> PriorityClass {
        let mut class: PriorityClass = serde_json::from_value(json).expect("a class");
        class.set_defaults();
        class
    }

    #[test]
    fn classes_are_refused() {
        let cases = [
            (
                "high",
                json!({"metadata": {"name": "high"}, "value": 1_000_000_000}),
                vec![],
            ),
            (
                "too high",
                json!({"metadata": {"name": "high"}, "value": 1_000_000_001}),
                vec![
                    "value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
                ],
            ),
            (
                "reserved",
                json!({"metadata": {"name": "system-x"}, "value": 1}),
                vec![
                    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class",
                ],
            ),
            (
                "policy",
                json!({"metadata": {"name": "a"}, "value": 1, "preemptionPolicy": "Always"}),
                vec![
                    "preemptionPolicy: Unsupported value: \"Always\": supported values: \"PreemptLowerPriority\", \"Never\"",
                ],
            ),
        ];
        for (name, json, want) in cases {
            let errors = class(json).validate();
            let got: Vec<String> = errors.iter().map(ToString::to_string).collect();
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn the_value_stays() {
        let old = class(json!({"metadata": {"name": "a"}, "value": 1}));
        let new = class(json!({"metadata": {"name": "a"}, "value": 2}));
        let got = new.validate_update(&old)[0].to_string();
        assert_eq!(got, "value: Forbidden: may not be changed in an update.");
    }
}
