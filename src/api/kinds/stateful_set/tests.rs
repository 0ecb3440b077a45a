//! StatefulSets: defaults, generation, every message, the row.

use super::*;
use serde_json::{Value, json};

fn set(spec: Value) -> StatefulSet {
    let json = json!({"metadata": {"name": "web"}, "spec": spec});
    let mut set: StatefulSet = serde_json::from_value(json).expect("a stateful set");
    set.set_defaults();
    set
}

/// A right spec with these fields in the place of its own.
fn spec(fields: Value) -> Value {
    let mut spec = json!({
        "serviceName": "web",
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}},
    });
    let Value::Object(fields) = fields else {
        panic!("fields are a map");
    };
    spec.as_object_mut().expect("a map").extend(fields);
    spec
}

fn texts(errors: &[FieldError]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn a_bare_set_gets_what_upstream_gives_it() {
    let claims = json!([{"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "1024Mi"}}}}]);
    let got = set(spec(json!({"volumeClaimTemplates": claims})));
    let json = serde_json::to_value(&got).expect("plain data");
    for (pointer, want) in [
        ("/spec/podManagementPolicy", json!("OrderedReady")),
        (
            "/spec/updateStrategy",
            json!({"rollingUpdate": {"partition": 0}, "type": "RollingUpdate"}),
        ),
        (
            "/spec/persistentVolumeClaimRetentionPolicy",
            json!({"whenDeleted": "Retain", "whenScaled": "Retain"}),
        ),
        ("/spec/replicas", json!(1)),
        ("/spec/revisionHistoryLimit", json!(10)),
        (
            "/spec/volumeClaimTemplates/0",
            json!({
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
                "spec": {"resources": {"requests": {"storage": "1Gi"}}, "volumeMode": "Filesystem"}, "status": {"phase": "Pending"},
            }),
        ),
    ] {
        assert_eq!(json.pointer(pointer), Some(&want), "{pointer}");
    }
    let on_delete = set(spec(json!({"updateStrategy": {"type": "OnDelete"}})));
    let json = serde_json::to_value(on_delete.spec).expect("plain data");
    assert_eq!(json["updateStrategy"], json!({"type": "OnDelete"}));
}

#[test]
fn a_new_set_has_a_fresh_status_and_a_generation() {
    let mut old = set(spec(
        json!({"updateStrategy": {"rollingUpdate": {"maxUnavailable": 2}}}),
    ));
    old.prepare_create();
    let json = serde_json::to_value(&old).expect("plain data");
    assert_eq!(
        json["status"],
        json!({"availableReplicas": 0, "replicas": 0})
    );
    assert_eq!(
        json["spec"]["updateStrategy"]["rollingUpdate"],
        json!({"partition": 0})
    );
    let mut scaled = old.clone();
    scaled.set_replicas(3);
    scaled.prepare_update(&old);
    assert_eq!(scaled.metadata.generation, Some(2));
    assert_eq!(scaled.scale().map(|s| s.wanted), Some(3));
    let mut by_status = scaled.clone();
    by_status.prepare_status_update(&old);
    assert_eq!(by_status.spec, old.spec);
}

#[test]
fn says_what_upstream_says() {
    for (name, fields, want) in [
        ("right", json!({}), vec![]),
        (
            "policy",
            json!({"podManagementPolicy": "Some"}),
            vec![
                "spec.podManagementPolicy: Invalid value: \"Some\": must be 'OrderedReady' or 'Parallel'",
            ],
        ),
        (
            "strategy",
            json!({"updateStrategy": {"type": "Some"}}),
            vec![
                "spec.updateStrategy: Invalid value: apps.StatefulSetUpdateStrategy{Type:\"Some\", RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}: must be 'RollingUpdate' or 'OnDelete'",
            ],
        ),
        (
            "partition on delete",
            json!({"updateStrategy": {"type": "OnDelete", "rollingUpdate": {"partition": 2}}}),
            vec![
                "spec.updateStrategy.rollingUpdate: Invalid value: apps.RollingUpdateStatefulSetStrategy{Partition:2, MaxUnavailable:(*intstr.IntOrString)(nil)}: only allowed for updateStrategy 'RollingUpdate'",
            ],
        ),
        (
            "numbers",
            json!({"replicas": -1, "minReadySeconds": -2, "ordinals": {"start": -3}, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": -4}}}),
            vec![
                "spec.updateStrategy.rollingUpdate.partition: Invalid value: -4: must be greater than or equal to 0",
                "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0",
                "spec.ordinals.start: Invalid value: -3: must be greater than or equal to 0",
            ],
        ),
        (
            "retention",
            json!({"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Keep"}}),
            vec![
                "spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: \"Keep\": supported values: \"Retain\", \"Delete\"",
            ],
        ),
        (
            "service",
            json!({"serviceName": "web.b"}),
            vec!["spec.serviceName: Invalid value: \"web.b\": must not contain dots"],
        ),
        (
            "no selector",
            json!({"selector": {}}),
            vec![
                "spec.selector: Required value",
                "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"web\"}: `selector` does not match template `labels`",
            ],
        ),
        (
            "wrong selector",
            json!({"selector": {"matchExpressions": [{"key": "app", "operator": "Near"}]}}),
            vec![
                "spec.selector.matchExpressions[0].operator: Invalid value: \"Near\": not a valid selector operator",
                "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement{v1.LabelSelectorRequirement{Key:\"app\", Operator:\"Near\", Values:[]string(nil)}}}",
            ],
        ),
        (
            "runs once; its containers are nobody's business yet",
            json!({"template": {"metadata": {"labels": {"app": "web"}}, "spec": {"restartPolicy": "Never", "activeDeadlineSeconds": 5, "containers": []}}}),
            vec![
                "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
                "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported",
            ],
        ),
    ] {
        assert_eq!(texts(&set(spec(fields)).validate()), want, "{name}");
    }
}

#[test]
fn little_may_change() {
    let forbidden = "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
    let old = set(spec(json!({})));
    for (name, fields, want) in [
        (
            "what may change",
            json!({"replicas": 3, "revisionHistoryLimit": 2, "minReadySeconds": 5, "ordinals": {"start": 1}, "updateStrategy": {"type": "OnDelete"}}),
            vec![],
        ),
        ("service", json!({"serviceName": "b"}), vec![forbidden]),
        (
            "policy",
            json!({"podManagementPolicy": "Parallel"}),
            vec![forbidden],
        ),
        (
            "claims",
            json!({"volumeClaimTemplates": [{"metadata": {"name": "d"}}]}),
            vec![forbidden],
        ),
    ] {
        let errors = set(spec(fields)).validate_update(&old);
        assert_eq!(texts(&errors), want, "{name}");
    }
}

#[test]
fn the_status_adds_up() {
    let with = |status: Value| {
        let mut set = set(spec(json!({})));
        set.status = Some(serde_json::from_value(status).expect("a status"));
        set
    };
    let old = with(json!({"replicas": 0, "collisionCount": 2}));
    let new = with(
        json!({"replicas": 1, "readyReplicas": 1, "currentReplicas": 2, "availableReplicas": 2, "collisionCount": 1}),
    );
    assert_eq!(
        texts(&new.validate_status_update(&old)),
        [
            "status.currentReplicas: Invalid value: 2: cannot be greater than status.replicas",
            "status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas",
            "status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas",
            "status.collisionCount: Invalid value: 1: cannot be decremented",
        ]
    );
}

#[test]
fn rows_names_and_warnings() {
    let mut set = set(spec(json!({"replicas": 3, "revisionHistoryLimit": -1})));
    set.prepare_create();
    assert_eq!(set.row(0), ["0/3", "<unknown>", "c", "nginx:1.27"]);
    assert_eq!(set.warnings(None).len(), 1);
    assert_eq!(StatefulSet::validate_name("web"), None);
    assert!(StatefulSet::validate_name("web.1").is_some());
}

#[test]
fn claims_are_claims_whatever_they_say() {
    let claims = json!([{"apiVersion": "v2", "kind": "Disk", "metadata": {"name": "data"}}]);
    let document =
        json!({"metadata": {"name": "web"}, "spec": spec(json!({"volumeClaimTemplates": claims}))});
    let decoded = crate::api::decode::decode(crate::api::Kind::StatefulSet, &document);
    assert_eq!(decoded.problems, []);
    let claim = &decoded.object.to_json()["spec"]["volumeClaimTemplates"][0];
    assert_eq!(claim["kind"], "PersistentVolumeClaim");
}
