//! PodDisruptionBudget.
//!
//! The real thing: pkg/registry/policy/poddisruptionbudget/strategy.go, pkg/apis/policy/validation/validation.go.

use super::cells::{age, column, number};
use super::normal::{drop_empty, list};
use super::workload::{self, SPEC, STATUS};
use super::{Column, Stored, conditions, go, int_or_percent, selectors, stored};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::policy::v1::{
    PodDisruptionBudget, PodDisruptionBudgetSpec, PodDisruptionBudgetStatus,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

impl Stored for PodDisruptionBudget {
    stored!(PodDisruptionBudget);

    const UNSIMULATED: Option<&'static str> = Some("disruption controller");
    const REVISION_REQUIRED: bool = true;

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        // An empty selector selects all pods here, and none selects none.
        if let Some(selector) = &mut spec.selector {
            drop_empty(&mut selector.match_labels);
            drop_empty(&mut selector.match_expressions);
        }
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Some(PodDisruptionBudgetStatus::default());
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        self.metadata.generation = workload::generation(&old.metadata, &old.spec, &self.spec);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        if self.spec != old.spec {
            self.spec.clone_from(&old.spec);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if let Some(spec) = &self.spec {
            validate_spec(spec, &mut errors);
        }
        errors.into_list()
    }

    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let Some(status) = &self.status else {
            return Vec::new();
        };
        let conditions_path = STATUS.child("conditions");
        conditions::validate(list(&status.conditions), &conditions_path, &mut errors);
        let counts = [
            ("disruptionsAllowed", status.disruptions_allowed),
            ("currentHealthy", status.current_healthy),
            ("desiredHealthy", status.desired_healthy),
            ("expectedPods", status.expected_pods),
        ];
        let counts = counts.map(|(field, count)| (field, Some(count)));
        workload::counts(&counts, &mut errors);
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Min Available"),
            column("Max Unavailable"),
            number("Allowed Disruptions"),
            column("Age"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let spec = self.spec.as_ref();
        let cell = |value: Option<&IntOrString>| {
            value.map_or_else(|| "N/A".to_owned(), int_or_percent::text)
        };
        let allowed = self.status.as_ref().map_or(0, |s| s.disruptions_allowed);
        vec![
            cell(spec.and_then(|s| s.min_available.as_ref())),
            cell(spec.and_then(|s| s.max_unavailable.as_ref())),
            allowed.to_string(),
            age(&self.metadata, now_ms),
        ]
    }
}

fn validate_spec(spec: &PodDisruptionBudgetSpec, errors: &mut Errors) {
    if spec.min_available.is_some() && spec.max_unavailable.is_some() {
        let amount = |value| go::pointer("intstr.IntOrString", value);
        let policy = spec.unhealthy_pod_eviction_policy.as_ref();
        let value = format!(
            "policy.PodDisruptionBudgetSpec{{MinAvailable:{}, Selector:{}, MaxUnavailable:{}, UnhealthyPodEvictionPolicy:{}}}",
            amount(spec.min_available.as_ref()),
            go::pointer("v1.LabelSelector", spec.selector.as_ref()),
            amount(spec.max_unavailable.as_ref()),
            go::pointer("policy.UnhealthyPodEvictionPolicyType", policy)
        );
        let detail = "minAvailable and maxUnavailable cannot be both set";
        errors.invalid_go(&SPEC, &value, detail);
    }
    let numbers = [
        ("minAvailable", &spec.min_available),
        ("maxUnavailable", &spec.max_unavailable),
    ];
    for (field, value) in numbers {
        let Some(value) = value else { continue };
        let path = SPEC.child(field);
        int_or_percent::check(value, &path, errors);
        int_or_percent::at_most_all(value, &path, errors);
    }
    if let Some(selector) = &spec.selector {
        selectors::validate(selector, &SPEC.child("selector"), errors);
    }
    let policy = spec.unhealthy_pod_eviction_policy.as_deref();
    let path = SPEC.child("unhealthyPodEvictionPolicy");
    errors.known(&path, policy, &["AlwaysAllow", "IfHealthyBudget"]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn budget(spec: &Value) -> PodDisruptionBudget {
        let json = json!({"metadata": {"name": "web"}, "spec": spec});
        let mut budget: PodDisruptionBudget = serde_json::from_value(json).expect("a budget");
        budget.set_defaults();
        budget
    }

    fn texts(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn says_what_upstream_says() {
        let selector = json!({"matchLabels": {"app": "web"}});
        for (name, spec, want) in [
            (
                "right",
                json!({"selector": selector, "minAvailable": "50%"}),
                vec![],
            ),
            (
                "both",
                json!({"selector": selector, "minAvailable": 1, "maxUnavailable": 1}),
                vec![
                    "spec: Invalid value: policy.PodDisruptionBudgetSpec{MinAvailable:(*intstr.IntOrString)(0xc000000000), Selector:(*v1.LabelSelector)(0xc000000000), MaxUnavailable:(*intstr.IntOrString)(0xc000000000), UnhealthyPodEvictionPolicy:(*policy.UnhealthyPodEvictionPolicyType)(nil)}: minAvailable and maxUnavailable cannot be both set",
                ],
            ),
            (
                "negative",
                json!({"maxUnavailable": -1}),
                vec!["spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0"],
            ),
            (
                "more than all",
                json!({"minAvailable": "101%"}),
                vec![
                    "spec.minAvailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:\"101%\"}: must not be greater than 100%",
                ],
            ),
            (
                "policy",
                json!({"unhealthyPodEvictionPolicy": "Some"}),
                vec![
                    "spec.unhealthyPodEvictionPolicy: Unsupported value: \"Some\": supported values: \"AlwaysAllow\", \"IfHealthyBudget\"",
                ],
            ),
            (
                "selector",
                json!({"selector": {"matchExpressions": [{"key": "app", "operator": "In"}]}}),
                vec![
                    "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
                ],
            ),
        ] {
            assert_eq!(texts(&budget(&spec).validate()), want, "{name}");
        }
    }

    #[test]
    fn an_empty_selector_is_not_forgotten() {
        let json = serde_json::to_value(budget(&json!({"selector": {"matchLabels": {}}})));
        assert_eq!(json.expect("plain data")["spec"]["selector"], json!({}));
    }

    #[test]
    fn rows_and_generations() {
        let mut old = budget(&json!({"minAvailable": "50%"}));
        old.prepare_create();
        assert_eq!(old.row(0), ["50%", "N/A", "0", "<unknown>"]);
        let mut new = budget(&json!({"maxUnavailable": 1}));
        new.prepare_update(&old);
        assert_eq!(new.metadata.generation, Some(2));
        assert_eq!(new.row(0), ["N/A", "1", "0", "<unknown>"]);
        new.status.get_or_insert_default().expected_pods = -1;
        let want = "status.expectedPods: Invalid value: -1: must be greater than or equal to 0";
        assert_eq!(texts(&new.validate_status_update(&old)), [want]);
    }
}
