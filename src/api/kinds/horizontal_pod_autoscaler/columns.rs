//! The row of a HorizontalPodAutoscaler in `kubectl get`.
//!
//! The real thing: pkg/printers/internalversion/printers.go (`printHorizontalPodAutoscaler`, `formatHPAMetrics`).

use super::super::Column;
use super::super::cells::{age, column};
use super::super::normal::list;
use crate::api::time::Ms;
use k8s_openapi::api::autoscaling::v2::{
    HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus,
    MetricSpec, MetricStatus, MetricTarget, MetricValueStatus,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

pub(super) const COLUMNS: &[Column] = &[
    column("Reference"),
    column("Targets"),
    column("MinPods"),
    column("MaxPods"),
    column("Replicas"),
    column("Age"),
];

/// How many metrics a cell lists before it says how many more there are.
const METRICS_MAX: usize = 2;

pub(super) fn row(autoscaler: &HorizontalPodAutoscaler, now_ms: Ms) -> Vec<String> {
    let none = (
        HorizontalPodAutoscalerSpec::default(),
        HorizontalPodAutoscalerStatus::default(),
    );
    let spec = autoscaler.spec.as_ref().unwrap_or(&none.0);
    let status = autoscaler.status.as_ref().unwrap_or(&none.1);
    let target = &spec.scale_target_ref;
    let min = spec.min_replicas;
    vec![
        format!("{}/{}", target.kind, target.name),
        metrics(list(&spec.metrics), list(&status.current_metrics)),
        min.map_or_else(|| "<unset>".to_owned(), |min| min.to_string()),
        spec.max_replicas.to_string(),
        status.current_replicas.unwrap_or_default().to_string(),
        age(&autoscaler.metadata, now_ms),
    ]
}

fn metrics(specs: &[MetricSpec], statuses: &[MetricStatus]) -> String {
    if specs.is_empty() {
        return "<none>".to_owned();
    }
    let shown = specs.iter().take(METRICS_MAX).enumerate();
    let shown: Vec<String> = shown
        .map(|(i, spec)| metric(spec, statuses.get(i)))
        .collect();
    let text = shown.join(", ");
    match specs.len().saturating_sub(METRICS_MAX) {
        0 => text,
        more => format!("{text} + {more} more..."),
    }
}

fn metric(spec: &MetricSpec, status: Option<&MetricStatus>) -> String {
    let text = match spec.type_.as_str() {
        "External" => {
            let current = status.and_then(|s| Some(&s.external.as_ref()?.current));
            spec.external.as_ref().map(|s| amount(&s.target, current))
        }
        "Object" => {
            let current = status.and_then(|s| Some(&s.object.as_ref()?.current));
            spec.object.as_ref().map(|s| amount(&s.target, current))
        }
        "Pods" => {
            let current = status.and_then(|s| Some(&s.pods.as_ref()?.current));
            let current = current.map(|c| text(c.average_value.as_ref()));
            spec.pods.as_ref().map(|s| {
                let wanted = text(s.target.average_value.as_ref());
                format!("{}/{wanted}", or_unknown(current))
            })
        }
        "Resource" => {
            let current = status.and_then(|s| Some(&s.resource.as_ref()?.current));
            let source = spec.resource.as_ref();
            source.map(|s| resource(&s.name, &s.target, current))
        }
        "ContainerResource" => {
            let current = status.and_then(|s| Some(&s.container_resource.as_ref()?.current));
            let source = spec.container_resource.as_ref();
            source.map(|s| resource(&s.name, &s.target, current))
        }
        _ => None,
    };
    text.unwrap_or_else(|| "<unknown type>".to_owned())
}

/// `10/20`, or per pod `10/20 (avg)`.
fn amount(target: &MetricTarget, current: Option<&MetricValueStatus>) -> String {
    if let Some(wanted) = &target.average_value {
        let current = current.and_then(|c| c.average_value.as_ref());
        return format!(
            "{}/{} (avg)",
            or_unknown(current.map(|c| c.0.clone())),
            wanted.0
        );
    }
    let current = current.map(|c| text(c.value.as_ref()));
    format!("{}/{}", or_unknown(current), text(target.value.as_ref()))
}

/// `cpu: 20%/80%`, or as an amount `cpu: 100m/200m`.
fn resource(name: &str, target: &MetricTarget, current: Option<&MetricValueStatus>) -> String {
    if let Some(wanted) = &target.average_value {
        let current = current.map(|c| text(c.average_value.as_ref()));
        return format!("{name}: {}/{}", or_unknown(current), wanted.0);
    }
    let percent = |share: i32| format!("{share}%");
    let current = current.and_then(|c| c.average_utilization).map(percent);
    let wanted = target.average_utilization.map(percent);
    let wanted = wanted.unwrap_or_else(|| "<auto>".to_owned());
    format!("{name}: {}/{wanted}", or_unknown(current))
}

/// An amount; Go prints a pointer to none so.
fn text(amount: Option<&Quantity>) -> String {
    amount.map_or_else(|| "<nil>".to_owned(), |amount| amount.0.clone())
}

fn or_unknown(text: Option<String>) -> String {
    text.unwrap_or_else(|| "<unknown>".to_owned())
}
