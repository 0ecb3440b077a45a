//! HorizontalPodAutoscaler, as `autoscaling/v2` has it; [`v1`] is the older shape of the same.
//!
//! The real thing: pkg/apis/autoscaling/v2/defaults.go, pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go.
//! Left out: `tolerance` and zero as `minReplicas`, which 1.33 has only with features that are off by default.

mod columns;
mod metrics;
#[cfg(test)]
mod tests;
pub mod v1;
mod validation;

use super::normal::drop_empty;
use super::{Column, Stored, stored};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::autoscaling::v2::{
    HPAScalingPolicy, HPAScalingRules, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec,
    HorizontalPodAutoscalerStatus, MetricSpec, MetricTarget, ResourceMetricSource,
};

/// How busy the processors of the pods should be, if nobody says.
const CPU_UTILIZATION: i32 = 80;
/// How often a policy's limit applies, if nobody says.
const PERIOD_S: i32 = 15;

impl Stored for HorizontalPodAutoscaler {
    stored!(HorizontalPodAutoscaler);

    const UNSIMULATED: Option<&'static str> = Some("horizontal pod autoscaler");

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.min_replicas.get_or_insert(1);
        drop_empty(&mut spec.scale_target_ref.api_version);
        drop_empty(&mut spec.metrics);
        spec.metrics.get_or_insert_with(|| vec![cpu_metric()]);
        if let Some(behavior) = &mut spec.behavior {
            let up = [("Pods", 4), ("Percent", 100)];
            rules_defaults(behavior.scale_up.get_or_insert_default(), Some(0), &up);
            let down = [("Percent", 100)];
            rules_defaults(behavior.scale_down.get_or_insert_default(), None, &down);
        }
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.status = Some(HorizontalPodAutoscalerStatus::default());
        forget_tolerance(self.spec.as_mut());
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        forget_tolerance(self.spec.as_mut());
    }

    fn prepare_status_update(&mut self, old: &Self) {
        if self.spec != old.spec {
            self.spec.clone_from(&old.spec);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if let Some(spec) = &self.spec {
            validation::spec(spec, 1, &mut errors);
        }
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let had_zero = old.spec.as_ref().and_then(|s| s.min_replicas) == Some(0);
        if let Some(spec) = &self.spec {
            let replicas_min = i32::from(!had_zero);
            validation::spec(spec, replicas_min, &mut errors);
        }
        errors.into_list()
    }

    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if let Some(status) = &self.status {
            let counts = [
                ("currentReplicas", status.current_replicas),
                ("desiredReplicas", Some(status.desired_replicas)),
            ];
            super::workload::counts(&counts, &mut errors);
        }
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        columns::COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        columns::row(self, now_ms)
    }
}

fn cpu_metric() -> MetricSpec {
    MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: "cpu".to_owned(),
            target: MetricTarget {
                type_: "Utilization".to_owned(),
                average_utilization: Some(CPU_UTILIZATION),
                ..MetricTarget::default()
            },
        }),
        ..MetricSpec::default()
    }
}

fn rules_defaults(rules: &mut HPAScalingRules, window_s: Option<i32>, policies: &[(&str, i32)]) {
    rules.select_policy.get_or_insert_with(|| "Max".to_owned());
    if rules.stabilization_window_seconds.is_none() {
        rules.stabilization_window_seconds = window_s;
    }
    let policy = |(kind, value): &(&str, i32)| HPAScalingPolicy {
        type_: (*kind).to_owned(),
        value: *value,
        period_seconds: PERIOD_S,
    };
    rules
        .policies
        .get_or_insert_with(|| policies.iter().map(policy).collect());
}

fn forget_tolerance(spec: Option<&mut HorizontalPodAutoscalerSpec>) {
    let Some(behavior) = spec.and_then(|s| s.behavior.as_mut()) else {
        return;
    };
    let directions = [&mut behavior.scale_up, &mut behavior.scale_down];
    for rules in directions.into_iter().flatten() {
        rules.tolerance = None;
    }
}
