//! DaemonSets: defaults, both generations, every message, the row.

use super::*;
use serde_json::{Value, json};

fn set(fields: Value) -> DaemonSet {
    let mut spec = json!({
        "selector": {"matchLabels": {"app": "agent"}},
        "template": {"metadata": {"labels": {"app": "agent"}}, "spec": {"nodeSelector": {"disk": "ssd"}, "containers": [{"name": "c", "image": "agent:1"}]}},
    });
    let Value::Object(fields) = fields else {
        panic!("fields are a map");
    };
    spec.as_object_mut().expect("a map").extend(fields);
    let json = json!({"metadata": {"name": "agent"}, "spec": spec});
    let mut set: DaemonSet = serde_json::from_value(json).expect("a daemon set");
    set.set_defaults();
    set
}

fn texts(errors: &[FieldError]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

fn annotation(set: &DaemonSet) -> &str {
    let annotations = set.metadata.annotations.as_ref().expect("annotated");
    &annotations[TEMPLATE_GENERATION]
}

#[test]
fn a_bare_set_gets_what_upstream_gives_it() {
    let json = serde_json::to_value(set(json!({})).spec).expect("plain data");
    assert_eq!(
        json["updateStrategy"],
        json!({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}, "type": "RollingUpdate"})
    );
    assert_eq!(json["revisionHistoryLimit"], 10);
    let on_delete = set(json!({"updateStrategy": {"type": "OnDelete"}}));
    let json = serde_json::to_value(on_delete.spec).expect("plain data");
    assert_eq!(json["updateStrategy"], json!({"type": "OnDelete"}));
}

#[test]
fn two_generations_are_counted() {
    let mut old = set(json!({}));
    old.prepare_create();
    assert_eq!((old.metadata.generation, annotation(&old)), (Some(1), "1"));
    let mut limit = set(json!({"revisionHistoryLimit": 2}));
    limit.prepare_update(&old);
    assert_eq!(
        (limit.metadata.generation, annotation(&limit)),
        (Some(2), "1")
    );
    let mut image = old.clone();
    let pods = image.spec.as_mut().and_then(|s| s.template.spec.as_mut());
    pods.expect("kept").containers[0].image = Some("agent:2".to_owned());
    image.metadata.annotations = None;
    image.prepare_update(&old);
    assert_eq!(
        (image.metadata.generation, annotation(&image)),
        (Some(2), "2")
    );
}

#[test]
fn says_what_upstream_says() {
    let strategy = |rolling: Value| json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": rolling}});
    for (name, fields, want) in [
        ("right", json!({}), vec![]),
        (
            "no selector",
            json!({"selector": {}}),
            vec![
                "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"agent\"}: `selector` does not match template `labels`",
            ],
        ),
        (
            "numbers",
            json!({"minReadySeconds": -1, "revisionHistoryLimit": -2}),
            vec![
                "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
                "spec.revisionHistoryLimit: Invalid value: -2: must be greater than or equal to 0",
            ],
        ),
        (
            "strategy",
            json!({"updateStrategy": {"type": "Some"}}),
            vec![
                "spec.updateStrategy: Unsupported value: apps.DaemonSetUpdateStrategy{Type:\"Some\", RollingUpdate:(*apps.RollingUpdateDaemonSet)(nil)}: supported values: \"RollingUpdate\", \"OnDelete\"",
            ],
        ),
        (
            "both",
            strategy(json!({"maxSurge": "10%", "maxUnavailable": 1})),
            vec![
                "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:\"10%\"}: may not be set when maxUnavailable is non-zero",
            ],
        ),
        (
            "neither",
            strategy(json!({"maxSurge": 0, "maxUnavailable": 0})),
            vec![
                "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0",
            ],
        ),
        (
            "too much",
            strategy(json!({"maxUnavailable": "101%"})),
            vec![
                "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:\"101%\"}: must not be greater than 100%",
            ],
        ),
        (
            "runs once",
            json!({"template": {"metadata": {"labels": {"app": "agent"}}, "spec": {"restartPolicy": "Never", "activeDeadlineSeconds": 5, "containers": []}}}),
            vec![
                "spec.template.spec.containers: Required value",
                "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
                "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported",
            ],
        ),
    ] {
        assert_eq!(texts(&set(fields).validate()), want, "{name}");
    }
    let other = json!({"selector": {"matchLabels": {"app": "b"}}, "template": {"metadata": {"labels": {"app": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}});
    assert_eq!(
        texts(&set(other).validate_update(&set(json!({})))),
        [
            "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"b\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable"
        ]
    );
}

#[test]
fn the_status_has_no_negative_numbers() {
    let mut new = set(json!({}));
    new.status = Some(DaemonSetStatus {
        number_ready: -1,
        number_available: Some(-2),
        observed_generation: Some(-3),
        ..DaemonSetStatus::default()
    });
    let mut old = new.clone();
    old.status.get_or_insert_default().collision_count = Some(1);
    assert_eq!(
        texts(&new.validate_status_update(&old)),
        [
            "status.numberReady: Invalid value: -1: must be greater than or equal to 0",
            "status.observedGeneration: Invalid value: -3: must be greater than or equal to 0",
            "status.numberAvailable: Invalid value: -2: must be greater than or equal to 0",
            "status.collisionCount: Invalid value: 0: cannot be decremented",
        ]
    );
}

#[test]
fn a_row_shows_what_runs_where() {
    let mut set = set(json!({}));
    set.status = Some(DaemonSetStatus {
        desired_number_scheduled: 3,
        current_number_scheduled: 2,
        number_ready: 1,
        updated_number_scheduled: Some(2),
        number_available: Some(1),
        ..DaemonSetStatus::default()
    });
    let want = "3 2 1 2 1 disk=ssd <unknown> c agent:1 app=agent";
    assert_eq!(set.row(0).join(" "), want);
}
