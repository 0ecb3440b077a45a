//! What is wrong with the metrics of a HorizontalPodAutoscaler.
//!
//! The real thing: pkg/apis/autoscaling/validation/validation.go (`validateMetrics`, `validateMetricSpec`, `validate…Source`).

use super::super::normal::list;
use super::super::{go, names, resource_names};
use super::validation::reference;
use crate::api::check::{Errors, Path};
use crate::api::quantity;
use k8s_openapi::api::autoscaling::v2::{
    ContainerResourceMetricSource, ExternalMetricSource, HorizontalPodAutoscalerSpec,
    MetricIdentifier, MetricSpec, MetricTarget, ObjectMetricSource, PodsMetricSource,
};

const TYPES: [&str; 5] = [
    "ContainerResource",
    "External",
    "Object",
    "Pods",
    "Resource",
];

/// Everything wrong with a spec's metrics.
pub(super) fn validate(spec: &HorizontalPodAutoscalerSpec, path: &Path<'_>, errors: &mut Errors) {
    let metrics = list(&spec.metrics);
    for (index, metric) in metrics.iter().enumerate() {
        validate_metric(metric, &path.index(index), errors);
    }
    let from_outside = |m: &MetricSpec| matches!(m.type_.as_str(), "Object" | "External");
    if spec.min_replicas == Some(0) && !metrics.iter().any(from_outside) {
        let detail = "must specify at least one Object or External metric to support scaling to zero replicas";
        errors.forbidden(path, detail);
    }
}

fn validate_metric(metric: &MetricSpec, path: &Path<'_>, errors: &mut Errors) {
    let type_path = path.child("type");
    let kind = metric.type_.as_str();
    if kind.is_empty() {
        errors.required(&type_path, "must specify a metric source type");
    }
    errors.known(&type_path, Some(kind), &TYPES);
    let present = [
        ("object", metric.object.is_some()),
        ("external", metric.external.is_some()),
        ("pods", metric.pods.is_some()),
        ("resource", metric.resource.is_some()),
        ("containerResource", metric.container_resource.is_some()),
    ];
    let mut present: Vec<&str> = present
        .into_iter()
        .filter_map(|(field, is)| is.then_some(field))
        .collect();
    // Only the first of several is looked into.
    if let Some(field) = present.first() {
        validate_source(metric, field, &path.child(field), errors);
    }
    let expected = match kind {
        "Object" => "object",
        "Pods" => "pods",
        "Resource" => "resource",
        "External" => "external",
        "ContainerResource" => "containerResource",
        other => {
            errors.not_supported(&type_path, other, &TYPES);
            ""
        }
    };
    if !expected.is_empty() && !present.contains(&expected) {
        let detail = "must populate information for the given metric source";
        errors.required(&path.child(expected), detail);
    }
    if present.len() != 1 {
        present.sort_unstable();
        for field in present.into_iter().filter(|field| *field != expected) {
            let detail = "must populate the given metric source only";
            errors.forbidden(&path.child(field), detail);
        }
    }
}

fn validate_source(metric: &MetricSpec, field: &str, path: &Path<'_>, errors: &mut Errors) {
    match field {
        "object" => metric.object.iter().for_each(|s| object(s, path, errors)),
        "external" => metric
            .external
            .iter()
            .for_each(|s| external(s, path, errors)),
        "pods" => metric.pods.iter().for_each(|s| pods(s, path, errors)),
        "resource" => metric.resource.iter().for_each(|source| {
            if source.name.is_empty() {
                errors.required(&path.child("name"), "must specify a resource name");
            }
            utilization_or_value(&source.target, &path.child("target"), errors);
        }),
        _ => {
            let source = metric.container_resource.iter();
            source.for_each(|s| container_resource(s, path, errors));
        }
    }
}

fn object(source: &ObjectMetricSource, path: &Path<'_>, errors: &mut Errors) {
    let described = &source.described_object;
    reference(described, &path.child("describedObject"), errors);
    identifier(&source.metric, &path.child("metric"), errors);
    let path = path.child("target");
    target(&source.target, &path, errors);
    if source.target.value.is_none() && source.target.average_value.is_none() {
        let detail = "must set either a target value or averageValue";
        errors.required(&path.child("averageValue"), detail);
    }
}

fn external(source: &ExternalMetricSource, path: &Path<'_>, errors: &mut Errors) {
    identifier(&source.metric, &path.child("metric"), errors);
    let path = path.child("target");
    target(&source.target, &path, errors);
    match (&source.target.value, &source.target.average_value) {
        (None, None) => {
            let detail = "must set either a target value for metric or a per-pod target";
            errors.required(&path.child("averageValue"), detail);
        }
        (Some(_), Some(_)) => {
            let detail = "may not set both a target value for metric and a per-pod target";
            errors.forbidden(&path.child("value"), detail);
        }
        _ => {}
    }
}

fn pods(source: &PodsMetricSource, path: &Path<'_>, errors: &mut Errors) {
    identifier(&source.metric, &path.child("metric"), errors);
    let path = path.child("target");
    target(&source.target, &path, errors);
    if source.target.average_value.is_none() {
        let detail = "must specify a positive target averageValue";
        errors.required(&path.child("averageValue"), detail);
    }
}

fn container_resource(
    source: &ContainerResourceMetricSource,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let name_path = path.child("name");
    if source.name.is_empty() {
        errors.required(&name_path, "must specify a resource name");
    } else {
        resource_names::of_container(&source.name, &name_path, errors);
    }
    let container_path = path.child("container");
    if source.container.is_empty() {
        errors.required(&container_path, "must specify a container");
    } else {
        let wrong = names::label(&source.container);
        errors.invalid_text(&container_path, &source.container, wrong);
    }
    utilization_or_value(&source.target, &path.child("target"), errors);
}

/// A share of what the pods ask for, or an amount, but not both.
fn utilization_or_value(wanted: &MetricTarget, path: &Path<'_>, errors: &mut Errors) {
    target(wanted, path, errors);
    match (wanted.average_utilization, &wanted.average_value) {
        (None, None) => {
            let detail = "must set either a target raw value or a target utilization";
            errors.required(&path.child("averageUtilization"), detail);
        }
        (Some(_), Some(_)) => {
            let detail = "may not set both a target raw value and a target utilization";
            errors.forbidden(&path.child("averageValue"), detail);
        }
        _ => {}
    }
}

fn target(target: &MetricTarget, path: &Path<'_>, errors: &mut Errors) {
    let type_path = path.child("type");
    let kind = target.type_.as_str();
    if kind.is_empty() {
        errors.required(&type_path, "must specify a metric target type");
    }
    if !matches!(kind, "Utilization" | "Value" | "AverageValue") {
        let detail = "must be either Utilization, Value, or AverageValue";
        errors.invalid(&type_path, kind, detail);
    }
    let amounts = [
        ("value", &target.value),
        ("averageValue", &target.average_value),
    ];
    for (field, amount) in amounts {
        let Some(amount) = amount else { continue };
        if quantity::is_zero(amount) || quantity::is_negative(amount) {
            let value = go::quantity(amount);
            errors.invalid_go(&path.child(field), &value, "must be positive");
        }
    }
    if let Some(utilization) = target.average_utilization.filter(|u| *u < 1) {
        let path = path.child("averageUtilization");
        errors.invalid(&path, utilization, "must be greater than 0");
    }
}

fn identifier(metric: &MetricIdentifier, path: &Path<'_>, errors: &mut Errors) {
    let path = path.child("name");
    if metric.name.is_empty() {
        errors.required(&path, "must specify a metric name");
    } else {
        errors.invalid_text(&path, &metric.name, names::path_segment(&metric.name));
    }
}
