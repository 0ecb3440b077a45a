//! `autoscaling/v1`: the older shape of a HorizontalPodAutoscaler, which knows the CPU's utilization and keeps all else in annotations.
//! Both ways are for documents, at the edge where a client speaks the older version; what is stored is always `autoscaling/v2`.
//!
//! The real thing: pkg/apis/autoscaling/v1/{conversion,defaults}.go, pkg/apis/autoscaling/{annotations,helpers}.go.

use super::CPU_UTILIZATION;
use serde_json::{Map, Value, json};

/// The version that these functions speak.
pub const API_VERSION: &str = "autoscaling/v1";
/// The version that is stored.
const HUB: &str = "autoscaling/v2";

const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";
const CURRENT_METRICS: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";

/// An `autoscaling/v2` document as `autoscaling/v1` shows it.
#[must_use]
pub fn from_v2(v2: &Value) -> Value {
    let mut metadata = v2.get("metadata").cloned().unwrap_or_else(|| json!({}));
    let (spec, status) = (&v2["spec"], &v2["status"]);
    let mut notes = Vec::new();
    let all = list(&spec["metrics"]);
    let others: Vec<Value> = all
        .iter()
        .filter(|m| cpu_utilization(m, "target").is_none())
        .map(|m| metric_from_v2(m, &SPECS))
        .collect();
    if !others.is_empty() {
        notes.push((METRICS, Value::from(others).to_string()));
    }
    if let Some(behavior) = spec.get("behavior").filter(|b| b.is_object()) {
        notes.push((BEHAVIOR, rename(behavior, &BEHAVIOR_FIELDS).to_string()));
    }
    let current = list(&status["currentMetrics"]);
    if !current.is_empty() {
        let current = current.iter().map(|m| metric_from_v2(m, &STATUSES));
        notes.push((CURRENT_METRICS, current.collect::<Value>().to_string()));
    }
    let conditions = list(&status["conditions"]);
    if !conditions.is_empty() {
        let conditions = conditions.iter().map(|c| pick(c, &CONDITION_FIELDS));
        notes.push((CONDITIONS, conditions.collect::<Value>().to_string()));
    }
    annotate(&mut metadata, notes);
    let mut v1 = json!({"apiVersion": API_VERSION, "kind": v2["kind"], "metadata": metadata});
    let mut v1_spec = pick(spec, &["scaleTargetRef", "minReplicas", "maxReplicas"]);
    // Upstream looks at the first metric of the CPU, be it a share or an amount.
    let first = all.iter().find(|m| is_cpu(m));
    put(
        &mut v1_spec,
        "targetCPUUtilizationPercentage",
        first.and_then(|m| cpu_utilization(m, "target")),
    );
    v1["spec"] = v1_spec;
    if status.is_object() {
        let fields = [
            "observedGeneration",
            "lastScaleTime",
            "currentReplicas",
            "desiredReplicas",
        ];
        let mut v1_status = pick(status, &fields);
        for count in ["currentReplicas", "desiredReplicas"] {
            if v1_status.get(count).is_none() {
                v1_status[count] = 0.into();
            }
        }
        let utilization = current
            .iter()
            .filter_map(|m| cpu_utilization(m, "current"))
            .next_back();
        put(
            &mut v1_status,
            "currentCPUUtilizationPercentage",
            utilization,
        );
        v1["status"] = v1_status;
    }
    v1
}

/// An `autoscaling/v1` document as `autoscaling/v2` means it; annotations that cannot be read are forgotten, and so are fields that the
/// older version does not have: a caller who wants to refuse them looks for them first.
#[must_use]
pub fn to_v2(v1: &Value) -> Value {
    let mut metadata = v1.get("metadata").cloned().unwrap_or_else(|| json!({}));
    let (spec, status) = (&v1["spec"], &v1["status"]);
    let note = |name: &str| -> Option<Value> {
        let text = v1.pointer("/metadata/annotations")?.get(name)?.as_str()?;
        serde_json::from_str(text).ok()
    };
    let mut metrics: Vec<Value> = match note(METRICS) {
        Some(Value::Array(metrics)) => metrics.iter().map(|m| metric_to_v2(m, &SPECS)).collect(),
        _ => Vec::new(),
    };
    if let Some(share) = spec
        .get("targetCPUUtilizationPercentage")
        .filter(|s| !s.is_null())
    {
        metrics.push(cpu(share));
    }
    if metrics.is_empty() {
        metrics.push(cpu(&CPU_UTILIZATION.into()));
    }
    let mut v2_spec = pick(spec, &["scaleTargetRef", "minReplicas", "maxReplicas"]);
    v2_spec["metrics"] = metrics.into();
    if let Some(behavior) = note(BEHAVIOR).filter(Value::is_object) {
        let behavior = restore(&behavior, &BEHAVIOR_FIELDS);
        if behavior.as_object().is_some_and(|b| !b.is_empty()) {
            v2_spec["behavior"] = behavior;
        }
    }
    let mut v2 = json!({"apiVersion": HUB, "kind": v1["kind"]});
    let (current, conditions) = (note(CURRENT_METRICS), note(CONDITIONS));
    annotate(&mut metadata, Vec::new());
    v2["metadata"] = metadata;
    v2["spec"] = v2_spec;
    if status.is_object() || current.is_some() || conditions.is_some() {
        let fields = [
            "observedGeneration",
            "lastScaleTime",
            "currentReplicas",
            "desiredReplicas",
        ];
        let mut v2_status = pick(status, &fields);
        let utilization = status.get("currentCPUUtilizationPercentage");
        if let Some(Value::Array(current)) = current {
            let current = current.iter().map(|m| metric_to_v2(m, &STATUSES));
            v2_status["currentMetrics"] = current.collect();
        } else if let Some(share) = utilization.filter(|s| !s.is_null()) {
            let resource = json!({"name": "cpu", "current": {"averageUtilization": share}});
            v2_status["currentMetrics"] = json!([{"type": "Resource", "resource": resource}]);
        }
        if let Some(Value::Array(conditions)) = conditions {
            v2_status["conditions"] = conditions.into();
        }
        v2["status"] = v2_status;
    }
    v2
}

/// What a source of metrics is called, and how its fields are spelled in both versions, in the order of the older one.
struct Source {
    name: &'static str,
    /// Older name, and the path in the newer version.
    fields: &'static [(&'static str, &'static [&'static str])],
    /// Amounts that the older version has even if the newer one has none.
    always: &'static [&'static str],
}

const SPECS: [Source; 5] = [
    Source {
        name: "object",
        fields: &[
            ("target", &["describedObject"]),
            ("metricName", &["metric", "name"]),
            ("targetValue", &["target", "value"]),
            ("selector", &["metric", "selector"]),
            ("averageValue", &["target", "averageValue"]),
        ],
        always: &["targetValue"],
    },
    Source {
        name: "pods",
        fields: &[
            ("metricName", &["metric", "name"]),
            ("targetAverageValue", &["target", "averageValue"]),
            ("selector", &["metric", "selector"]),
        ],
        always: &["targetAverageValue"],
    },
    Source {
        name: "resource",
        fields: &[
            ("name", &["name"]),
            (
                "targetAverageUtilization",
                &["target", "averageUtilization"],
            ),
            ("targetAverageValue", &["target", "averageValue"]),
        ],
        always: &[],
    },
    Source {
        name: "containerResource",
        fields: &[
            ("name", &["name"]),
            (
                "targetAverageUtilization",
                &["target", "averageUtilization"],
            ),
            ("targetAverageValue", &["target", "averageValue"]),
            ("container", &["container"]),
        ],
        always: &[],
    },
    Source {
        name: "external",
        fields: &[
            ("metricName", &["metric", "name"]),
            ("metricSelector", &["metric", "selector"]),
            ("targetValue", &["target", "value"]),
            ("targetAverageValue", &["target", "averageValue"]),
        ],
        always: &[],
    },
];

const STATUSES: [Source; 5] = [
    Source {
        name: "object",
        fields: &[
            ("target", &["describedObject"]),
            ("metricName", &["metric", "name"]),
            ("currentValue", &["current", "value"]),
            ("selector", &["metric", "selector"]),
            ("averageValue", &["current", "averageValue"]),
        ],
        always: &["currentValue"],
    },
    Source {
        name: "pods",
        fields: &[
            ("metricName", &["metric", "name"]),
            ("currentAverageValue", &["current", "averageValue"]),
            ("selector", &["metric", "selector"]),
        ],
        always: &["currentAverageValue"],
    },
    Source {
        name: "resource",
        fields: &[
            ("name", &["name"]),
            (
                "currentAverageUtilization",
                &["current", "averageUtilization"],
            ),
            ("currentAverageValue", &["current", "averageValue"]),
        ],
        always: &["currentAverageValue"],
    },
    Source {
        name: "containerResource",
        fields: &[
            ("name", &["name"]),
            (
                "currentAverageUtilization",
                &["current", "averageUtilization"],
            ),
            ("currentAverageValue", &["current", "averageValue"]),
            ("container", &["container"]),
        ],
        always: &["currentAverageValue"],
    },
    Source {
        name: "external",
        fields: &[
            ("metricName", &["metric", "name"]),
            ("metricSelector", &["metric", "selector"]),
            ("currentValue", &["current", "value"]),
            ("currentAverageValue", &["current", "averageValue"]),
        ],
        always: &["currentValue"],
    },
];

fn metric_from_v2(metric: &Value, sources: &[Source]) -> Value {
    let mut result = json!({"type": metric["type"]});
    for source in sources {
        let Some(inside) = metric.get(source.name).filter(|i| i.is_object()) else {
            continue;
        };
        let mut fields = Map::new();
        for (name, path) in source.fields {
            let found = path.iter().try_fold(inside, |value, step| value.get(step));
            let value = found.filter(|value| !value.is_null());
            let value = value.map(|value| match *name {
                "target" => pick(value, &["kind", "name", "apiVersion"]),
                "selector" | "metricSelector" => pick(value, &["matchLabels", "matchExpressions"]),
                _ => value.clone(),
            });
            let absent = || source.always.contains(name).then(|| json!("0"));
            if let Some(value) = value.or_else(absent) {
                fields.insert((*name).to_owned(), value);
            }
        }
        result[source.name] = fields.into();
    }
    result
}

fn metric_to_v2(metric: &Value, sources: &[Source]) -> Value {
    let mut result = json!({"type": metric["type"]});
    for source in sources {
        let Some(inside) = metric.get(source.name).filter(|i| i.is_object()) else {
            continue;
        };
        let mut fields = json!({});
        for (name, path) in source.fields {
            let Some(value) = inside.get(name).filter(|value| !value.is_null()) else {
                continue;
            };
            let place = path
                .iter()
                .fold(&mut fields, |value, step| &mut value[*step]);
            *place = value.clone();
        }
        if let Some(target) = fields.get_mut("target") {
            let kind = target_type(source.name, target);
            target["type"] = kind.into();
        }
        result[source.name] = fields;
    }
    result
}

/// The older version does not say whether a target is a share, an amount, or an amount per pod; it follows from which is there.
fn target_type(source: &str, target: &Value) -> &'static str {
    let has = |field: &str| target.get(field).is_some();
    match source {
        "resource" | "containerResource" if has("averageUtilization") => "Utilization",
        "object" if !has("averageValue") => "Value",
        "external" if has("value") => "Value",
        _ => "AverageValue",
    }
}

/// Names of the fields of `behavior` in JSON, and in Go, where upstream takes them from for its annotation; in Go's order.
const BEHAVIOR_FIELDS: [(&str, &str); 9] = [
    ("scaleUp", "ScaleUp"),
    ("scaleDown", "ScaleDown"),
    ("stabilizationWindowSeconds", "StabilizationWindowSeconds"),
    ("selectPolicy", "SelectPolicy"),
    ("policies", "Policies"),
    ("tolerance", "Tolerance"),
    ("type", "Type"),
    ("value", "Value"),
    ("periodSeconds", "PeriodSeconds"),
];

const CONDITION_FIELDS: [&str; 5] = ["type", "status", "lastTransitionTime", "reason", "message"];

/// With Go's names, in Go's order; pointers that are nil are `null`.
fn rename(value: &Value, names: &[(&str, &str)]) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| rename(item, names)).collect(),
        Value::Object(fields) => {
            let group = match fields {
                f if f.contains_key("periodSeconds") => 6..9,
                f if f.contains_key("scaleUp") || f.contains_key("scaleDown") => 0..2,
                _ => 2..6,
            };
            let entries = names[group].iter().map(|(json, go)| {
                let inside = fields.get(*json).map(|inside| rename(inside, names));
                ((*go).to_owned(), inside.unwrap_or(Value::Null))
            });
            Value::Object(entries.collect())
        }
        plain => plain.clone(),
    }
}

/// Back from Go's names, which Go reads in any case.
fn restore(value: &Value, names: &[(&str, &str)]) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| restore(item, names)).collect(),
        Value::Object(fields) => {
            let entries = fields.iter().filter(|(_, value)| !value.is_null());
            let entries = entries.filter_map(|(name, value)| {
                let (json, _) = names.iter().find(|(_, go)| go.eq_ignore_ascii_case(name))?;
                Some(((*json).to_owned(), restore(value, names)))
            });
            Value::Object(entries.collect())
        }
        plain => plain.clone(),
    }
}

fn cpu(share: &Value) -> Value {
    let target = json!({"type": "Utilization", "averageUtilization": share});
    json!({"type": "Resource", "resource": {"name": "cpu", "target": target}})
}

fn is_cpu(metric: &Value) -> bool {
    metric["type"] == "Resource" && metric["resource"]["name"] == "cpu"
}

/// The share of the CPU that this metric is about, if that is what it is about.
fn cpu_utilization(metric: &Value, inside: &str) -> Option<Value> {
    let share = &metric["resource"][inside]["averageUtilization"];
    (is_cpu(metric) && !share.is_null()).then(|| share.clone())
}

/// The annotations of the round trip are those that were just made, and no others.
fn annotate(metadata: &mut Value, notes: Vec<(&str, String)>) {
    let Value::Object(metadata) = metadata else {
        return;
    };
    let annotations = metadata.entry("annotations").or_insert(Value::Null);
    if annotations.is_null() {
        *annotations = json!({});
    }
    let Value::Object(entries) = annotations else {
        return;
    };
    for name in [METRICS, BEHAVIOR, CURRENT_METRICS, CONDITIONS] {
        entries.shift_remove(name);
    }
    let notes = notes
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.into()));
    entries.extend(notes);
    if entries.is_empty() {
        metadata.shift_remove("annotations");
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// These fields, in this order, as far as they are there.
fn pick(value: &Value, fields: &[&str]) -> Value {
    let entries = fields.iter().filter_map(|field| {
        let inside = value.get(field).filter(|inside| !inside.is_null())?;
        Some(((*field).to_owned(), inside.clone()))
    });
    Value::Object(entries.collect())
}

fn put(object: &mut Value, field: &str, value: Option<Value>) {
    if let Some(value) = value {
        object[field] = value;
    }
}
