//! HorizontalPodAutoscalers: defaults, every message, the row, the older version.

use super::*;
use serde_json::{Value, json};

fn autoscaler(fields: Value) -> HorizontalPodAutoscaler {
    let mut spec = json!({"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}});
    let Value::Object(fields) = fields else {
        panic!("fields are a map");
    };
    spec.as_object_mut().expect("a map").extend(fields);
    let json = json!({"metadata": {"name": "web"}, "spec": spec});
    let mut autoscaler: HorizontalPodAutoscaler =
        serde_json::from_value(json).expect("an autoscaler");
    autoscaler.set_defaults();
    autoscaler
}

fn texts(errors: &[FieldError]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn a_bare_autoscaler_gets_what_upstream_gives_it() {
    let json = serde_json::to_value(autoscaler(json!({})).spec).expect("plain data");
    assert_eq!(json["minReplicas"], 1);
    assert_eq!(json["behavior"], Value::Null);
    assert_eq!(
        json["metrics"],
        json!([{"resource": {"name": "cpu", "target": {"averageUtilization": 80, "type": "Utilization"}}, "type": "Resource"}])
    );
    let mut with =
        autoscaler(json!({"behavior": {"scaleUp": {"selectPolicy": "Min", "tolerance": "0.1"}}}));
    with.prepare_create();
    let json = serde_json::to_value(with.spec).expect("plain data");
    assert_eq!(
        json["behavior"],
        json!({
            "scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Min", "policies": [
                {"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]},
            "scaleDown": {"selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]},
        })
    );
}

fn check(cases: &[(&str, Value, &[&str])]) {
    for (name, fields, want) in cases {
        assert_eq!(
            texts(&autoscaler(fields.clone()).validate()),
            *want,
            "{name}"
        );
    }
}

#[test]
fn replicas_targets_and_behavior() {
    check(&[
        ("right", json!({}), &[]),
        (
            "none",
            json!({"minReplicas": 0, "maxReplicas": 0}),
            &[
                "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
                "spec.maxReplicas: Invalid value: 0: must be greater than 0",
                "spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas",
            ],
        ),
        (
            "crossed",
            json!({"minReplicas": 5}),
            &["spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`"],
        ),
        (
            "target",
            json!({"scaleTargetRef": {"kind": "", "name": "a/b"}}),
            &[
                "spec.scaleTargetRef.kind: Required value",
                "spec.scaleTargetRef.name: Invalid value: \"a/b\": may not contain '/'",
            ],
        ),
        (
            "behavior",
            json!({"behavior": {"scaleUp": {"stabilizationWindowSeconds": 3601, "selectPolicy": "Some", "policies": []},
                "scaleDown": {"stabilizationWindowSeconds": -1, "policies": [{"type": "Some", "value": 0, "periodSeconds": 1801}]}}}),
            &[
                "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600",
                "spec.behavior.scaleUp.selectPolicy: Unsupported value: \"Some\": supported values: \"Disabled\", \"Max\", \"Min\"",
                "spec.behavior.scaleUp.policies: Required value: must specify at least one Policy",
                "spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero",
                "spec.behavior.scaleDown.policies[0].type: Unsupported value: \"Some\": supported values: \"Percent\", \"Pods\"",
                "spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero",
                "spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800",
            ],
        ),
    ]);
    let mut old = autoscaler(json!({}));
    old.spec.get_or_insert_default().min_replicas = Some(0);
    let new = autoscaler(
        json!({"minReplicas": 0, "metrics": [{"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "Value", "value": "1"}}}]}),
    );
    assert_eq!(texts(&new.validate_update(&old)), [""; 0]);
}

#[test]
fn metrics_of_all_sorts() {
    let metric = |kind: &str, field: &str, source: Value| json!({"metrics": [{"type": kind, field: source}]});
    check(&[
        (
            "no type",
            json!({"metrics": [{"type": ""}]}),
            &[
                "spec.metrics[0].type: Required value: must specify a metric source type",
                "spec.metrics[0].type: Unsupported value: \"\": supported values: \"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\"",
                "spec.metrics[0].type: Unsupported value: \"\": supported values: \"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\"",
            ],
        ),
        (
            "another source",
            metric(
                "Pods",
                "resource",
                json!({"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}),
            ),
            &[
                "spec.metrics[0].pods: Required value: must populate information for the given metric source",
            ],
        ),
        (
            "two sources",
            json!({"metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}},
                "pods": {"metric": {"name": "q"}, "target": {"type": "AverageValue", "averageValue": "1"}}}]}),
            &["spec.metrics[0].pods: Forbidden: must populate the given metric source only"],
        ),
        (
            "resource",
            metric(
                "Resource",
                "resource",
                json!({"name": "", "target": {"type": "", "averageUtilization": 0, "averageValue": "-1"}}),
            ),
            &[
                "spec.metrics[0].resource.name: Required value: must specify a resource name",
                "spec.metrics[0].resource.target.type: Required value: must specify a metric target type",
                "spec.metrics[0].resource.target.type: Invalid value: \"\": must be either Utilization, Value, or AverageValue",
                "spec.metrics[0].resource.target.averageValue: Invalid value: resource.Quantity{i:resource.int64Amount{value:-1, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:\"-1\", Format:\"DecimalSI\"}: must be positive",
                "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
                "spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization",
            ],
        ),
        (
            "container",
            metric(
                "ContainerResource",
                "containerResource",
                json!({"name": "x", "container": "A", "target": {"type": "Utilization"}}),
            ),
            &[
                "spec.metrics[0].containerResource.name: Invalid value: \"x\": must be a standard resource type or fully qualified",
                "spec.metrics[0].containerResource.name: Invalid value: \"x\": must be a standard resource for containers",
                "spec.metrics[0].containerResource.container: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
                "spec.metrics[0].containerResource.target.averageUtilization: Required value: must set either a target raw value or a target utilization",
            ],
        ),
        (
            "pods",
            metric(
                "Pods",
                "pods",
                json!({"metric": {"name": ""}, "target": {"type": "Value"}}),
            ),
            &[
                "spec.metrics[0].pods.metric.name: Required value: must specify a metric name",
                "spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue",
            ],
        ),
        (
            "object",
            metric(
                "Object",
                "object",
                json!({"describedObject": {"kind": "Service", "name": ".."}, "metric": {"name": "a%b"}, "target": {"type": "Value"}}),
            ),
            &[
                "spec.metrics[0].object.describedObject.name: Invalid value: \"..\": may not be '..'",
                "spec.metrics[0].object.metric.name: Invalid value: \"a%b\": may not contain '%'",
                "spec.metrics[0].object.target.averageValue: Required value: must set either a target value or averageValue",
            ],
        ),
        (
            "external",
            metric(
                "External",
                "external",
                json!({"metric": {"name": "q"}, "target": {"type": "Value", "value": "1", "averageValue": "1"}}),
            ),
            &[
                "spec.metrics[0].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target",
            ],
        ),
        (
            "external without a target",
            metric(
                "External",
                "external",
                json!({"metric": {"name": "q"}, "target": {"type": "Value"}}),
            ),
            &[
                "spec.metrics[0].external.target.averageValue: Required value: must set either a target value for metric or a per-pod target",
            ],
        ),
    ]);
}

#[test]
fn a_row_shows_targets_beside_what_is() {
    let cpu =
        |target: Value| json!({"type": "Resource", "resource": {"name": "cpu", "target": target}});
    let share = || cpu(json!({"type": "Utilization", "averageUtilization": 80}));
    let pods = json!({"type": "Pods", "pods": {"metric": {"name": "q"}, "target": {"type": "AverageValue", "averageValue": "10"}}});
    let object = json!({"type": "Object", "object": {"describedObject": {"kind": "A", "name": "a"}, "metric": {"name": "q"}, "target": {"type": "Value", "value": "10k"}}});
    let external = json!({"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "AverageValue", "averageValue": "5"}}});
    for (name, metrics, current, want) in [
        (
            "nothing known",
            json!([share()]),
            json!([]),
            "cpu: <unknown>/80%",
        ),
        (
            "share",
            json!([share()]),
            json!([{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 20}}}]),
            "cpu: 20%/80%",
        ),
        (
            "amount",
            json!([cpu(json!({"type": "AverageValue", "averageValue": "200m"}))]),
            json!([{"type": "Resource", "resource": {"name": "cpu", "current": {"averageValue": "50m"}}}]),
            "cpu: 50m/200m",
        ),
        (
            "many",
            json!([pods, object, external]),
            json!([{"type": "Pods", "pods": {"metric": {"name": "q"}, "current": {"averageValue": "3"}}}, {"type": "Object", "object": {"describedObject": {"kind": "A", "name": "a"}, "metric": {"name": "q"}, "current": {"value": "1"}}}]),
            "3/10, 1/10k + 1 more...",
        ),
        ("per pod", json!([external]), json!([]), "<unknown>/5 (avg)"),
    ] {
        let mut autoscaler = autoscaler(json!({ "metrics": metrics }));
        let status = json!({"currentMetrics": current, "currentReplicas": 2, "desiredReplicas": 2});
        autoscaler.status = Some(serde_json::from_value(status).expect("a status"));
        let want = ["Deployment/web", want, "1", "3", "2", "<unknown>"];
        assert_eq!(autoscaler.row(0), want, "{name}");
    }
}

#[test]
fn the_older_version_knows_the_cpu() {
    let json = serde_json::to_value(autoscaler(json!({"minReplicas": 2}))).expect("plain data");
    let v1 = v1::from_v2(&json);
    assert_eq!(v1["apiVersion"], v1::API_VERSION);
    assert_eq!(
        v1["spec"],
        json!({"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "minReplicas": 2, "maxReplicas": 3, "targetCPUUtilizationPercentage": 80})
    );
    assert_eq!(
        v1["status"],
        json!({"currentReplicas": 0, "desiredReplicas": 0})
    );
    assert_eq!(v1["metadata"], json!({"name": "web"}));
    let bare = json!({"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}, "spec": {"maxReplicas": 3}});
    assert_eq!(v1::to_v2(&bare)["spec"]["metrics"], json["spec"]["metrics"]);
}

#[test]
fn the_older_version_keeps_the_rest_in_annotations() {
    let metrics = json!([
        {"type": "Pods", "pods": {"metric": {"name": "q", "selector": {"matchLabels": {"a": "b"}}}, "target": {"type": "AverageValue", "averageValue": "10"}}},
        {"type": "Object", "object": {"describedObject": {"kind": "Service", "name": "s"}, "metric": {"name": "q"}, "target": {"type": "Value", "value": "5"}}},
        {"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "AverageValue", "averageValue": "7"}}},
        {"type": "ContainerResource", "containerResource": {"name": "memory", "container": "c", "target": {"type": "AverageValue", "averageValue": "1Gi"}}},
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}},
    ]);
    let mut v2 = autoscaler(
        json!({"metrics": metrics, "behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}}}),
    );
    v2.metadata.annotations = Some([("own".to_owned(), "x".to_owned())].into());
    v2.status = serde_json::from_value(json!({
        "currentReplicas": 1, "desiredReplicas": 2,
        "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 20, "averageValue": "20m"}}}],
        "conditions": [{"type": "AbleToScale", "status": "True", "lastTransitionTime": "2025-01-01T00:00:00Z", "reason": "R", "message": "m"}],
    }))
    .expect("a status");
    let json = serde_json::to_value(&v2).expect("plain data");
    let v1 = v1::from_v2(&json);
    let note = |name: &str| {
        let notes = &v1["metadata"]["annotations"];
        notes[format!("autoscaling.alpha.kubernetes.io/{name}")].clone()
    };
    assert_eq!(v1["spec"]["targetCPUUtilizationPercentage"], 60);
    assert_eq!(v1["status"]["currentCPUUtilizationPercentage"], 20);
    for (name, want) in [
        (
            "metrics",
            r#"[{"type":"Pods","pods":{"metricName":"q","targetAverageValue":"10","selector":{"matchLabels":{"a":"b"}}}},{"type":"Object","object":{"target":{"kind":"Service","name":"s"},"metricName":"q","targetValue":"5"}},{"type":"External","external":{"metricName":"q","targetAverageValue":"7"}},{"type":"ContainerResource","containerResource":{"name":"memory","targetAverageValue":"1Gi","container":"c"}}]"#,
        ),
        (
            "behavior",
            r#"{"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":4,"PeriodSeconds":15},{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null},"ScaleDown":{"StabilizationWindowSeconds":60,"SelectPolicy":"Max","Policies":[{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null}}"#,
        ),
        (
            "current-metrics",
            r#"[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":20,"currentAverageValue":"20m"}}]"#,
        ),
        (
            "conditions",
            r#"[{"type":"AbleToScale","status":"True","lastTransitionTime":"2025-01-01T00:00:00Z","reason":"R","message":"m"}]"#,
        ),
    ] {
        assert_eq!(note(name), want, "{name}");
    }
    let back: HorizontalPodAutoscaler =
        serde_json::from_value(v1::to_v2(&v1)).expect("an autoscaler again");
    assert_eq!(back, v2);
}

#[test]
fn nonsense_does_not_stop_the_conversion() {
    for nonsense in [
        json!(null),
        json!("x"),
        json!([1]),
        json!({"metadata": "x", "spec": [], "status": 3}),
        json!({"metadata": {"annotations": [1]}, "spec": {"metrics": "x"}}),
        json!({"metadata": {"annotations": {"autoscaling.alpha.kubernetes.io/metrics": "[3, {\"object\": {\"target\": 3}}]", "autoscaling.alpha.kubernetes.io/behavior": "{\"ScaleUp\": [\"x\"]}", "autoscaling.alpha.kubernetes.io/conditions": "{"}}}),
    ] {
        let _ = v1::from_v2(&v1::to_v2(&nonsense));
        let _ = v1::to_v2(&v1::from_v2(&nonsense));
    }
}
