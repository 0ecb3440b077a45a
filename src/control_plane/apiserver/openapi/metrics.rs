//! The types of metrics.k8s.io, which k8s-openapi does not have.
//!
//! The real thing: staging/src/k8s.io/metrics/pkg/apis/metrics/v1beta1/types.go.

use super::Dialect;
use super::schemas::type_fields;
use crate::control_plane::apiserver::resources::Resource;
use serde_json::{Value, json};

/// The schema of PodMetrics or NodeMetrics; `None` for anything else.
pub(super) fn schema(dialect: Dialect, resource: &Resource) -> Option<Value> {
    if resource.group != "metrics.k8s.io" {
        return None;
    }
    let usage = json!({
        "description": "The memory usage is the memory working set.",
        "type": "object",
        "additionalProperties": { "type": "string" },
    });
    let mut properties = type_fields();
    let metadata = dialect.reference("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
    let fields = [
        ("metadata", metadata),
        (
            "timestamp",
            json!({ "description": "The end of the interval in which metrics were gathered.", "type": "string", "format": "date-time" }),
        ),
        (
            "window",
            json!({ "description": "The length of that interval.", "type": "string" }),
        ),
    ];
    properties.extend(fields.map(|(name, field)| (name.to_owned(), field)));
    let description = if resource.kind == "PodMetrics" {
        let containers = json!({
            "description": "Metrics for all containers are collected within the same time window.",
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": { "description": "Container name corresponding to the one from pod.spec.containers.", "type": "string" },
                    "usage": usage,
                },
            },
        });
        properties.insert("containers".to_owned(), containers);
        "PodMetrics sets resource usage metrics of a pod."
    } else {
        properties.insert("usage".to_owned(), usage);
        "NodeMetrics sets resource usage metrics of a node."
    };
    Some(json!({ "description": description, "type": "object", "properties": properties }))
}
