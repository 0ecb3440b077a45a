//! `patch` with a configuration to apply.

use super::*;
use crate::api::managed_fields::{self, expanded};
use crate::api::{PatchType, Pod, Reason, Subresource};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::ConfigMap;

/// The request of a manager to apply this.
fn application(manager: &str, config: Value) -> Request {
    let Body::Document(document) = creation(config.clone()).body else {
        unreachable!("a creation has a document");
    };
    let key = creation((*document).clone()).key;
    Request {
        field_manager: manager.into(),
        ..Request::patch(key, PatchType::Apply, config)
    }
}

fn forced(request: Request) -> Request {
    let Body::Patch(patch) = request.body else {
        unreachable!("an application is a patch");
    };
    Request {
        body: Body::Patch(crate::api::Patch {
            forces: true,
            ..patch
        }),
        ..request
    }
}

/// `manager operation subresource: set`, one line per entry.
pub(super) fn managers(object: &Object) -> String {
    let entries = expanded(object).into_iter().map(|entry| {
        let subresource = entry.subresource.map_or(String::new(), |s| format!("/{s}"));
        let set = entry.fields_v1.map(|f| f.0).unwrap_or_default();
        format!(
            "{} {}{subresource}: {set}\n",
            entry.manager.unwrap_or_default(),
            entry.operation.unwrap_or_default()
        )
    });
    entries.collect()
}

fn config(data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data})
}

fn web(spec: Value) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})
}

#[test]
fn applying_creates_merges_and_removes() {
    let mut world = World::new();
    let made = world
        .ask(&application("a", config(json!({"one": "1", "two": "2"}))))
        .expect("created");
    assert_eq!(
        managers(&made),
        "a Apply: {\"f:data\":{\"f:one\":{},\"f:two\":{}}}\n"
    );
    world
        .ask(&application("b", config(json!({"two": "2", "three": "3"}))))
        .expect("merged");
    let map: ConfigMap = world.typed("x");
    assert_eq!(map.data.map(|d| d.len()), Some(3));
    let after = world
        .ask(&application("a", config(json!({"one": "1"}))))
        .expect("pruned");
    let map: ConfigMap = world.typed("x");
    let keys: Vec<String> = map.data.into_iter().flatten().map(|(k, _)| k).collect();
    assert_eq!(keys, ["one", "three", "two"], "two is b's, too");
    let want = "a Apply: {\"f:data\":{\"f:one\":{}}}\nb Apply: {\"f:data\":{\"f:three\":{},\"f:two\":{}}}\n";
    assert_eq!(managers(&after), want);
    world
        .ask(&application("b", config(json!({"three": "3"}))))
        .expect("pruned");
    let map: ConfigMap = world.typed("x");
    assert_eq!(
        map.data.map(|d| d.len()),
        Some(2),
        "nobody wants two any more"
    );
}

#[test]
fn applying_the_same_again_writes_nothing() {
    let mut world = World::new();
    let spec = || {
        json!({"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "c", "image": "nginx", "ports": [{"containerPort": 80}], "env": [{"name": "A", "value": "1"}]}]}}})
    };
    world.ask(&application("a", web(spec()))).expect("created");
    let revision = world.store.revision();
    world.now_ms = 60_000;
    world.ask(&application("a", web(spec()))).expect("the same");
    assert_eq!(world.store.revision(), revision);
    // Another who wants the same becomes a manager, too: that is a change, but no new generation.
    let shared = world.ask(&application("b", web(spec()))).expect("shared");
    assert!(world.store.revision() > revision);
    assert_eq!(shared.metadata().generation, Some(1));
    assert_eq!(expanded(&shared).len(), 2);
}

#[test]
fn lists_with_keys_are_merged() {
    let mut world = World::new();
    world
        .ask(&creation(deployment("web")))
        .map(|_| ())
        .expect("created");
    let containers =
        |containers: Value| web(json!({"template": {"spec": {"containers": containers}}}));
    world
        .ask(&application(
            "mesh",
            containers(json!([{"name": "proxy", "image": "envoy"}])),
        ))
        .expect("a second container");
    let more = json!([{"name": "c", "env": [{"name": "A", "value": "1"}], "ports": [{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}]}]);
    world
        .ask(&application("env", containers(more)))
        .expect("env and ports");
    let spec = || {
        world
            .typed::<Deployment>("web")
            .spec
            .and_then(|s| s.template.spec)
            .expect("a pod")
    };
    let names: Vec<String> = spec().containers.iter().map(|c| c.name.clone()).collect();
    assert_eq!(names, ["c", "proxy"]);
    let c = spec().containers[0].clone();
    let protocols: Vec<_> = c
        .ports
        .iter()
        .flatten()
        .map(|p| p.protocol.clone())
        .collect();
    assert_eq!(protocols, [Some("TCP".to_owned()), Some("UDP".to_owned())]);
    assert_eq!(
        (c.image.as_deref(), c.env.map(|e| e.len())),
        (Some("nginx:1.14.2"), Some(1))
    );
    world
        .ask(&application("mesh", web(json!({}))))
        .expect("taken back");
    assert_eq!(
        world
            .typed::<Deployment>("web")
            .spec
            .and_then(|s| s.template.spec)
            .expect("a pod")
            .containers
            .len(),
        1
    );
}

#[test]
fn conflicts_are_refused_and_forced() {
    let mut world = World::new();
    let client = |request| Request {
        field_manager: "kubectl-client-side-apply".into(),
        ..request
    };
    world
        .ask(&client(creation(deployment("web"))))
        .expect("created");
    let wanted = || {
        application(
            "ci",
            web(json!({"replicas": 5, "revisionHistoryLimit": 10})),
        )
    };
    let status = world.send(&wanted()).expect_err("a conflict");
    assert_eq!((status.code(), status.reason), (409, Reason::Conflict));
    assert_eq!(
        status.message,
        "Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using apps/v1: .spec.replicas"
    );
    let [cause] = &status.causes[..] else {
        panic!("one cause: {:?}", status.causes);
    };
    assert_eq!(cause.reason, "FieldManagerConflict");
    assert_eq!(
        cause.message,
        "conflict with \"kubectl-client-side-apply\" using apps/v1"
    );
    assert_eq!(cause.field, ".spec.replicas");
    let after = world.ask(&forced(wanted())).expect("forced");
    assert!(
        managers(&after).starts_with(
            "ci Apply: {\"f:spec\":{\"f:replicas\":{},\"f:revisionHistoryLimit\":{}}}\n"
        )
    );
    let scaled = Request {
        field_manager: "kubectl".into(),
        subresource: Some(Subresource::Scale),
        ..Request::new(Verb::Update, key(Kind::Deployment, "web"), Body::Scale(7))
    };
    let after = world.ask(&scaled).expect("scaled");
    assert!(managers(&after).contains("kubectl Update/scale: {\"f:spec\":{\"f:replicas\":{}}}\n"));
    let two = application(
        "ci",
        web(
            json!({"replicas": 5, "minReadySeconds": 1, "template": {"spec": {"containers": [{"name": "c", "image": "nginx:9"}]}}}),
        ),
    );
    assert_eq!(
        world.refusal(&two).1,
        "Apply failed with 2 conflicts: conflicts with \"kubectl\" with subresource \"scale\" using apps/v1:\n- .spec.replicas\nconflicts with \"kubectl-client-side-apply\" using apps/v1:\n- .spec.template.spec.containers[name=\"c\"].image"
    );
}

#[test]
fn applications_are_refused() {
    let mut world = World::new();
    world.make(config_map("x"));
    let cases: [(&str, Request, u16, &str); 8] = [
        (
            "no manager",
            application("", config(json!({}))),
            422,
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
        ),
        (
            "managed fields",
            application(
                "a",
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "managedFields": []}}),
            ),
            400,
            "metadata.managedFields must be nil",
        ),
        (
            "another kind",
            Request {
                key: key(Kind::ConfigMap, "x"),
                ..application("a", pod("x"))
            },
            400,
            "invalid object type: /v1, Kind=Pod",
        ),
        (
            "another name",
            Request {
                key: key(Kind::ConfigMap, "y"),
                ..application("a", config(json!({})))
            },
            400,
            "the name of the object (x) does not match the name on the URL (y)",
        ),
        (
            "a field that is not there",
            application("a", web(json!({"replica": 1}))),
            500,
            "failed to create typed patch object (/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema",
        ),
        (
            "twice",
            application(
                "a",
                web(json!({"template": {"spec": {"containers": [{"name": "c"}, {"name": "c"}]}}})),
            ),
            500,
            "failed to create typed patch object (/web; apps/v1, Kind=Deployment): .spec.template.spec.containers: duplicate entries for key [name=\"c\"]",
        ),
        (
            "a status of nothing",
            Request {
                subresource: Some(Subresource::Status),
                ..application("a", web(json!({})))
            },
            404,
            "deployments.apps \"web\" not found",
        ),
        (
            "stale",
            application(
                "a",
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "resourceVersion": "1"}, "data": {"z": "1"}}),
            ),
            409,
            "Operation cannot be fulfilled on configmaps \"x\": the object has been modified; please apply your changes to the latest version and try again",
        ),
    ];
    for (name, request, code, want) in cases {
        assert_eq!(world.refusal(&request), (code, want.to_owned()), "{name}");
    }
    // A dry run answers as if it were done.
    let dry = Request {
        dry_run: true,
        ..application("a", config(json!({"z": "1"})))
    };
    let revision = world.store.revision();
    assert_eq!(managers(&world.ask(&dry).expect("dry")).lines().count(), 2);
    assert_eq!(world.store.revision(), revision);
}

#[test]
fn finalizers_are_a_set_and_tolerations_one_value() {
    let mut world = World::new();
    let with = |finalizers: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "finalizers": finalizers}});
    world
        .ask(&application("a", with(json!(["a.io/x"]))))
        .expect("created");
    world
        .ask(&application("b", with(json!(["b.io/y"]))))
        .expect("added");
    let finalizers = |world: &World| world.typed::<ConfigMap>("x").metadata.finalizers;
    assert_eq!(
        finalizers(&world),
        Some(vec!["a.io/x".to_owned(), "b.io/y".to_owned()])
    );
    world
        .ask(&application("a", with(json!([]))))
        .expect("taken back");
    assert_eq!(finalizers(&world), Some(vec!["b.io/y".to_owned()]));
    let tolerant = |key: &str| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {
        "containers": [{"name": "c", "image": "x"}], "tolerations": [{"key": key, "operator": "Exists"}]}})
    };
    world
        .ask(&application("a", tolerant("one")))
        .expect("created");
    let (code, message) = world.refusal(&application("b", tolerant("two")));
    assert_eq!(
        (code, message.as_str()),
        (
            409,
            "Apply failed with 1 conflict: conflict with \"a\": .spec.tolerations"
        )
    );
    let pod: Pod = world.typed("p");
    assert_eq!(pod.metadata.managed_fields.as_ref().map(Vec::len), Some(1));
}

#[test]
fn the_status_is_applied_apart() {
    let mut world = World::new();
    world
        .ask(&application("a", web(deployment("web")["spec"].clone())))
        .expect("created");
    let status = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 9}, "status": {"conditions": [
        {"type": "Mine", "status": "True"}]}});
    let request = Request {
        subresource: Some(Subresource::Status),
        ..application("controller", status.clone())
    };
    let after = world.ask(&request).expect("applied");
    let line = "controller Apply/status: {\"f:status\":{\"f:conditions\":{\"k:{\\\"type\\\":\\\"Mine\\\"}\":{\".\":{},\"f:status\":{},\"f:type\":{}}}}}\n";
    assert!(managers(&after).contains(line), "{}", managers(&after));
    let web: Deployment = world.typed("web");
    assert_eq!(web.spec.and_then(|s| s.replicas), Some(3));
    // Through the object itself the status is ignored.
    let revision = world.store.revision();
    let mut ignored = deployment("web");
    ignored["status"] = json!({"replicas": 9});
    world.ask(&application("a", ignored)).expect("ignored");
    assert_eq!(world.store.revision(), revision);
}

#[test]
fn kubectl_takes_over_from_client_side_apply() {
    const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";
    let mut world = World::new();
    let with = |data: Value, last: Option<&str>| {
        let mut document = config(data);
        if let Some(last) = last {
            document["metadata"]["annotations"] = json!({ANNOTATION: last});
        }
        document
    };
    let last = config(json!({"a": "1"})).to_string();
    let client_side = Request {
        field_manager: "kubectl-client-side-apply".into(),
        ..creation(with(json!({"a": "1"}), Some(&last)))
    };
    world.ask(&client_side).expect("created");
    // The field is client-side apply's own: no conflict for kubectl, but one for others.
    let (code, _) = world.refusal(&application("other", config(json!({"a": "2"}))));
    assert_eq!(code, 409);
    let after = world
        .ask(&application("kubectl", config(json!({"a": "2"}))))
        .expect("taken over");
    let annotations = after.metadata().annotations.clone().unwrap_or_default();
    let want = "{\"apiVersion\":\"v1\",\"data\":{\"a\":\"2\"},\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"x\"}}\n";
    assert_eq!(annotations[ANNOTATION], want);
    // kubectl then moves what client-side apply owned to itself, by a JSON patch of the entries.
    let entries = managed_fields::to_json(&after)["metadata"]["managedFields"].clone();
    let mut entries: Vec<Value> = entries.as_array().cloned().unwrap_or_default();
    entries.retain(|e| e["manager"] != "kubectl-client-side-apply");
    entries[0]["fieldsV1"]["f:metadata"] =
        json!({"f:annotations": {"f:kubectl.kubernetes.io/last-applied-configuration": {}}});
    let patch = json!([
        {"op": "replace", "path": "/metadata/managedFields", "value": entries},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": after.metadata().resource_version}
    ]);
    let request = Request::patch(key(Kind::ConfigMap, "x"), PatchType::Json, patch);
    let after = world.ask(&request).expect("migrated");
    assert_eq!(
        managers(&after),
        "kubectl Apply: {\"f:data\":{\"f:a\":{}},\"f:metadata\":{\"f:annotations\":{\"f:kubectl.kubernetes.io/last-applied-configuration\":{}}}}\n"
    );
}
