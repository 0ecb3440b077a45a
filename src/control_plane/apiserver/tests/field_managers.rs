//! Who is noted for what.

use super::apply::managers;
use super::*;
use crate::api::managed_fields::expanded;
use crate::api::{PatchType, Pod, Subresource, time};
use k8s_openapi::api::apps::v1::{Deployment, DeploymentStatus};
use k8s_openapi::api::core::v1::{PodCondition, PodStatus};

fn by(manager: &str, request: Request) -> Request {
    Request {
        field_manager: manager.into(),
        ..request
    }
}

/// The set of one manager, as text.
fn set_of(object: &Object, manager: &str) -> String {
    let entry = expanded(object)
        .into_iter()
        .find(|e| e.manager.as_deref() == Some(manager));
    entry
        .and_then(|e| e.fields_v1)
        .map_or(String::new(), |f| f.0.to_string())
}

#[test]
fn a_deployment_is_noted_as_upstream_notes_it() {
    let mut world = World::new();
    let mut document = deployment("web");
    document["spec"]["template"]["spec"]["containers"][0]["ports"] = json!([{"containerPort": 80}]);
    document["spec"]["template"]["spec"]["containers"][0]["resources"] =
        json!({"limits": {"cpu": "1"}});
    let made = world
        .ask(&by("kubectl-create", creation(document)))
        .expect("created");
    let container = json!({
        ".": {}, "f:image": {}, "f:imagePullPolicy": {}, "f:name": {},
        "f:ports": {".": {}, "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}, "f:protocol": {}}},
        "f:resources": {".": {}, "f:limits": {".": {}, "f:cpu": {}}},
        "f:terminationMessagePath": {}, "f:terminationMessagePolicy": {},
    });
    let want = json!({"f:spec": {
        "f:progressDeadlineSeconds": {}, "f:replicas": {}, "f:revisionHistoryLimit": {}, "f:selector": {},
        "f:strategy": {"f:rollingUpdate": {".": {}, "f:maxSurge": {}, "f:maxUnavailable": {}}, "f:type": {}},
        "f:template": {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}, "f:spec": {
            "f:containers": {"k:{\"name\":\"c\"}": container},
            "f:dnsPolicy": {}, "f:restartPolicy": {}, "f:schedulerName": {}, "f:securityContext": {}, "f:terminationGracePeriodSeconds": {},
        }},
    }});
    assert_eq!(set_of(&made, "kubectl-create"), want.to_string());
}

#[test]
fn what_admission_adds_is_nobodys() {
    let mut world = World::new();
    world
        .ask(&by("kubectl-run", creation(pod("web"))))
        .expect("created");
    let by_client: Pod = world.typed("web");
    let want = json!({"f:metadata": {"f:labels": {".": {}, "f:app": {}}}, "f:spec": {
        "f:containers": {"k:{\"name\":\"c\"}": {".": {}, "f:image": {}, "f:imagePullPolicy": {}, "f:name": {}, "f:resources": {}, "f:terminationMessagePath": {}, "f:terminationMessagePolicy": {}}},
        "f:dnsPolicy": {}, "f:enableServiceLinks": {}, "f:restartPolicy": {}, "f:schedulerName": {}, "f:securityContext": {}, "f:terminationGracePeriodSeconds": {},
    }});
    assert_eq!(
        set_of(&by_client.clone().into(), "kubectl-run"),
        want.to_string()
    );
    // The same pod by a component, which keeps no list, reads the same.
    let mut copy: Pod = serde_json::from_value(pod("web-2")).expect("a pod");
    copy.metadata.namespace = Some("default".to_owned());
    let made = world
        .ask(&by("kube-controller-manager", Request::create(copy)))
        .expect("created");
    assert_eq!(set_of(&made, "kube-controller-manager"), want.to_string());
    assert!(
        made.metadata()
            .managed_fields
            .as_ref()
            .is_some_and(|m| m[0].fields_v1.is_none())
    );
}

#[test]
fn a_pods_life_among_components() {
    let mut world = World::new();
    let mut made: Pod = serde_json::from_value(pod("web")).expect("a pod");
    made.metadata.namespace = Some("default".to_owned());
    world
        .ask(&by("kube-controller-manager", Request::create(made)))
        .expect("created");
    world
        .send(&by(
            "kube-scheduler",
            Request::bind(key(Kind::Pod, "web"), "n1"),
        ))
        .expect("bound");
    world.now_ms = 5000;
    let mut running: Pod = world.typed("web");
    let status = running.status.get_or_insert_default();
    status.phase = Some("Running".to_owned());
    status.pod_ip = Some("10.0.0.1".to_owned());
    status
        .conditions
        .get_or_insert_default()
        .push(PodCondition {
            type_: "Ready".to_owned(),
            status: "True".to_owned(),
            ..PodCondition::default()
        });
    let after = world
        .ask(&by("kubelet", Request::update_status(running)))
        .expect("running");
    let kubelet = json!({"f:status": {
        "f:conditions": {"k:{\"type\":\"Ready\"}": {".": {}, "f:status": {}, "f:type": {}}},
        "f:phase": {}, "f:podIP": {},
    }});
    assert_eq!(set_of(&after, "kubelet"), kubelet.to_string());
    let entries = expanded(&after);
    let times: Vec<_> = entries
        .iter()
        .map(|e| (e.manager.clone().unwrap_or_default(), e.time.clone()))
        .collect();
    assert_eq!(
        times,
        [
            ("kube-controller-manager".to_owned(), Some(time::time(0))),
            ("kubelet".to_owned(), Some(time::time(5000))),
        ]
    );
    assert!(!set_of(&after, "kube-controller-manager").contains("nodeName"));
    // A user labels it: one field changes hands, the rest stays where it was.
    let label = Request::patch(
        key(Kind::Pod, "web"),
        PatchType::Merge,
        json!({"metadata": {"labels": {"app": "other", "new": "1"}}}),
    );
    let after = world.ask(&by("kubectl-label", label)).expect("labelled");
    assert_eq!(
        set_of(&after, "kubectl-label"),
        "{\"f:metadata\":{\"f:labels\":{\"f:app\":{},\"f:new\":{}}}}"
    );
    let manager = set_of(&after, "kube-controller-manager");
    assert!(
        manager.starts_with("{\"f:metadata\":{\"f:labels\":{}},\"f:spec\":{\"f:containers\""),
        "{manager}"
    );
    // Another component writes into the status: its field is no longer the kubelet's.
    let mut gone: Pod = world.typed("web");
    let status: &mut PodStatus = gone.status.get_or_insert_default();
    for condition in status
        .conditions
        .iter_mut()
        .flatten()
        .filter(|c| c.type_ == "Ready")
    {
        condition.status = "False".to_owned();
    }
    let after = world
        .ask(&by("kube-controller-manager", Request::update_status(gone)))
        .expect("not ready");
    let lines = managers(&after);
    assert!(lines.contains("kube-controller-manager Update/status: {\"f:status\":{\"f:conditions\":{\"k:{\\\"type\\\":\\\"Ready\\\"}\":{\"f:status\":{}}}}}\n"), "{lines}");
    assert!(
        !set_of(&after, "kubelet").contains("f:status\":{}"),
        "{lines}"
    );
}

#[test]
fn status_writes_note_metadata_apart() {
    let mut world = World::new();
    world
        .ask(&by(
            "kubectl-client-side-apply",
            creation(deployment("web")),
        ))
        .expect("created");
    let mut web: Deployment = world.typed("web");
    web.metadata.annotations = Some(
        [(
            "deployment.kubernetes.io/revision".to_owned(),
            "1".to_owned(),
        )]
        .into(),
    );
    web.status = Some(DeploymentStatus {
        observed_generation: Some(1),
        ..Default::default()
    });
    world
        .ask(&by("kube-controller-manager", Request::update_status(web)))
        .expect("written");
    let mut web: Deployment = world.typed("web");
    web.status = Some(DeploymentStatus {
        observed_generation: Some(1),
        replicas: Some(3),
        ..Default::default()
    });
    let after = world
        .ask(&by("kube-controller-manager", Request::update_status(web)))
        .expect("written");
    let want = json!({
        "f:metadata": {"f:annotations": {".": {}, "f:deployment.kubernetes.io/revision": {}}},
        "f:status": {"f:observedGeneration": {}, "f:replicas": {}},
    });
    assert_eq!(set_of(&after, "kube-controller-manager"), want.to_string());
    assert!(managers(&after).contains("kube-controller-manager Update/status: "));
}

#[test]
fn writes_that_change_nothing_note_nothing() {
    let mut world = World::new();
    world
        .ask(&by("a", creation(config_map("x"))))
        .expect("created");
    let revision = world.store.revision();
    world.now_ms = 9000;
    let same = Request::patch(
        key(Kind::ConfigMap, "x"),
        PatchType::Merge,
        json!({"data": {"a": "1"}}),
    );
    world.ask(&by("b", same)).expect("the same");
    let object = world.get(Kind::ConfigMap, "x").cloned().expect("there");
    let body = Body::Document(Arc::new(crate::api::managed_fields::to_json(&object)));
    let put = Request::new(Verb::Update, key(Kind::ConfigMap, "x"), body);
    world.ask(&by("c", put)).expect("the same");
    assert_eq!(world.store.revision(), revision);
}

#[test]
fn entries_can_be_reset_and_come_back_by_applying() {
    let mut world = World::new();
    world
        .ask(&by("a", creation(config_map("x"))))
        .expect("created");
    let reset = Request::patch(
        key(Kind::ConfigMap, "x"),
        PatchType::Merge,
        json!({"metadata": {"managedFields": [{}]}}),
    );
    let after = world.ask(&by("b", reset)).expect("reset");
    assert_eq!(managers(&after), "");
    let change = Request::patch(
        key(Kind::ConfigMap, "x"),
        PatchType::Merge,
        json!({"data": {"b": "2"}}),
    );
    let after = world.ask(&by("b", change)).expect("changed");
    assert_eq!(managers(&after), "", "nobody is noted any more");
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "1"}});
    let apply = Request::patch(key(Kind::ConfigMap, "x"), PatchType::Apply, config);
    let after = world.ask(&by("c", apply)).expect("applied");
    let want = "c Apply: {\"f:data\":{\"f:a\":{}}}\nbefore-first-apply Update: {\"f:data\":{\".\":{},\"f:a\":{},\"f:b\":{}}}\n";
    assert_eq!(managers(&after), want);
}

#[test]
fn entries_from_outside_are_believed_if_they_can_be_read() {
    let mut world = World::new();
    world
        .ask(&by("a", creation(config_map("x"))))
        .expect("created");
    let with = |fields: Value| {
        let entry = json!({"manager": "m", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields});
        Request::patch(
            key(Kind::ConfigMap, "x"),
            PatchType::Merge,
            json!({"metadata": {"managedFields": [entry]}}),
        )
    };
    let after = world
        .ask(&by("a", with(json!({"wrong": {}}))))
        .expect("ignored");
    assert_eq!(
        managers(&after),
        "a Update: {\"f:data\":{\".\":{},\"f:a\":{}}}\n"
    );
    let after = world
        .ask(&by("a", with(json!({"f:data": {"f:a": {}}}))))
        .expect("believed");
    assert_eq!(managers(&after), "m Update: {\"f:data\":{\"f:a\":{}}}\n");
    // Not through a subresource.
    let status = Request {
        subresource: Some(Subresource::Status),
        ..with(json!({"f:data": {}}))
    };
    let after = world.ask(&by("a", status)).expect("ignored");
    assert_eq!(managers(&after), "m Update: {\"f:data\":{\"f:a\":{}}}\n");
}

#[test]
fn the_eleventh_update_makes_ancient_changes() {
    let mut world = World::new();
    world
        .ask(&by("m0", creation(config_map("x"))))
        .expect("created");
    let mut last = None;
    for number in 1..=10u64 {
        world.now_ms = number * 1000;
        let change = json!({"data": {format!("k{number}"): "1"}});
        let request = Request::patch(key(Kind::ConfigMap, "x"), PatchType::Merge, change);
        last = Some(
            world
                .ask(&by(&format!("m{number}"), request))
                .expect("changed"),
        );
    }
    let object = last.expect("ten writes");
    let entries = expanded(&object);
    assert_eq!(entries.len(), 10);
    assert_eq!(
        set_of(&object, "ancient-changes"),
        "{\"f:data\":{\".\":{},\"f:a\":{},\"f:k1\":{}}}"
    );
}
