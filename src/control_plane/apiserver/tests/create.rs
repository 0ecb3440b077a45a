//! `create`.

use super::*;
use crate::api::{Pod, Uid};

#[test]
fn a_new_object_gets_its_identity() {
    let mut world = World::new();
    world.now_ms = 61_500;
    let object = world.make(pod("web"));
    let meta = object.metadata();
    assert_eq!(meta.resource_version.as_deref(), Some("3"));
    assert_eq!(meta.namespace.as_deref(), Some("default"));
    let created = meta.creation_timestamp.as_ref().map(|t| t.0.to_string());
    assert_eq!(created.as_deref(), Some("2025-01-01T00:01:01Z"));
    let uid = meta.uid.clone().unwrap_or_default();
    assert_eq!(Uid::parse(&uid).to_string(), uid);
    assert_eq!(&uid[14..15], "4", "a version 4 UUID");
    assert_eq!(world.get(Kind::Pod, "web"), Some(&object));
}

#[test]
fn names_are_generated() {
    let mut world = World::new();
    let mut document = config_map("");
    document["metadata"] = json!({"generateName": "a".repeat(70)});
    let object = world.make(document);
    let name = object.name();
    assert_eq!(name.len(), 63);
    let suffix = &name[58..];
    assert!(
        suffix
            .bytes()
            .all(|c| b"bcdfghjklmnpqrstvwxz2456789".contains(&c)),
        "{suffix}"
    );
}

#[test]
fn pods_tolerate_lost_nodes_for_five_minutes() {
    let mut world = World::new();
    world.make(pod("web"));
    let tolerations = world
        .typed::<Pod>("web")
        .spec
        .expect("a spec")
        .into_inner()
        .tolerations
        .expect("tolerations");
    let got: Vec<_> = tolerations
        .iter()
        .map(|t| (t.key.as_deref(), t.toleration_seconds))
        .collect();
    assert_eq!(
        got,
        [
            (Some("node.kubernetes.io/not-ready"), Some(300)),
            (Some("node.kubernetes.io/unreachable"), Some(300)),
        ]
    );
    let mut own = pod("own");
    own["spec"]["tolerations"] = json!([{"operator": "Exists"}]);
    world.make(own);
    assert_eq!(
        world
            .typed::<Pod>("own")
            .spec
            .expect("a spec")
            .tolerations
            .as_ref()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn dry_runs_write_nothing() {
    let mut world = World::new();
    let request = Request {
        dry_run: true,
        ..creation(config_map("a"))
    };
    let object = world.ask(&request).expect("it would work");
    assert!(object.metadata().uid.is_some());
    assert_eq!(world.get(Kind::ConfigMap, "a"), None);
}

#[test]
fn creations_are_refused() {
    let mut world = World::new();
    world.make(config_map("taken"));
    world.make(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "going"}}));
    let going = Key::new(Kind::Namespace, "", "going");
    world
        .send(&Request::delete(going, Default::default()))
        .expect("it is marked");
    let with = |path: &str, value: Value| {
        let mut document = config_map("x");
        document["metadata"][path] = value;
        document
    };
    let cases = [
        (
            "taken",
            config_map("taken"),
            409,
            "configmaps \"taken\" already exists",
        ),
        (
            "no name",
            config_map(""),
            422,
            "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required",
        ),
        (
            "no such namespace",
            with("namespace", json!("nowhere")),
            404,
            "namespaces \"nowhere\" not found",
        ),
        (
            "the namespace goes",
            with("namespace", json!("going")),
            403,
            "configmaps \"x\" is forbidden: unable to create new content in namespace going because it is being terminated",
        ),
        (
            "a bad label",
            with("labels", json!({"a": "b c"})),
            422,
            "ConfigMap \"x\" is invalid: metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ),
        (
            "a resource version",
            with("resourceVersion", json!("7")),
            500,
            "resourceVersion should not be set on objects to be created",
        ),
        (
            "a finalizer without a domain",
            with("finalizers", json!(["wait"])),
            422,
            "ConfigMap \"x\" is invalid: metadata.finalizers[0]: Invalid value: \"wait\": name is neither a standard finalizer name nor is it fully qualified",
        ),
        (
            "a priority without a class",
            {
                let mut document = pod("x");
                document["spec"]["priority"] = json!(7);
                document
            },
            403,
            "pods \"x\" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name",
        ),
        (
            "an unknown class",
            {
                let mut document = pod("x");
                document["spec"]["priorityClassName"] = json!("urgent");
                document
            },
            403,
            "pods \"x\" is forbidden: no PriorityClass with name urgent was found",
        ),
        (
            "two controllers",
            with(
                "ownerReferences",
                json!([
                    {"apiVersion": "v1", "kind": "A", "name": "a", "uid": "1", "controller": true},
                    {"apiVersion": "v1", "kind": "B", "name": "b", "uid": "2", "controller": true},
                ]),
            ),
            422,
            "Only one reference can have Controller set to true. Found \"true\" in references for A/a and B/b",
        ),
        (
            "a misspelt field",
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "date": {}}),
            400,
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"date\"",
        ),
    ];
    for (name, document, code, want) in cases {
        let (got_code, message) = world.refusal(&creation(document));
        assert_eq!(got_code, code, "{name}: {message}");
        assert!(message.ends_with(want), "{name}: {message}");
    }
    let elsewhere = Request {
        key: Key::new(Kind::ConfigMap, "default", "x"),
        ..creation(with("namespace", json!("other")))
    };
    let want =
        "the namespace of the provided object does not match the namespace sent on the request";
    assert_eq!(world.refusal(&elsewhere), (400, want.to_owned()));
}

#[test]
fn binding_puts_a_pod_on_a_node_once() {
    let mut world = World::new();
    world.make(pod("web"));
    world.now_ms = 5_000;
    let bind = Request::bind(key(Kind::Pod, "web"), "n1");
    world.send(&bind).expect("bound");
    let web: Pod = world.typed("web");
    let status = web.status.expect("a status");
    let condition = &status.conditions.as_ref().expect("conditions")[0];
    assert_eq!(
        (condition.type_.as_str(), condition.status.as_str()),
        ("PodScheduled", "True")
    );
    let node = web.spec.and_then(|s| s.into_inner().node_name);
    assert_eq!(node.as_deref(), Some("n1"));
    let again = world.refusal(&Request::bind(key(Kind::Pod, "web"), "n2"));
    let want = "Operation cannot be fulfilled on pods/binding \"web\": pod web is already assigned to node \"n1\"";
    assert_eq!(again, (409, want.to_owned()));
    assert_eq!(
        world.refusal(&Request::bind(key(Kind::Pod, "nobody"), "n1")),
        (404, "pods \"nobody\" not found".to_owned())
    );
}

#[test]
fn a_new_namespace_is_given_time_to_get_its_account() {
    let mut world = World::new();
    world.now_ms = 5_000;
    world.make(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}}));
    let pod_of = |name: &str| {
        let mut document = pod(name);
        document["metadata"]["namespace"] = json!("new");
        creation(document)
    };
    world.ask(&pod_of("early")).expect("the server waits");
    world.now_ms = 9_000;
    let want = "pods \"late\" is forbidden: error looking up service account new/default: serviceaccount \"default\" not found";
    assert_eq!(world.refusal(&pod_of("late")), (403, want.to_owned()));
}

#[test]
fn what_etcd_would_not_take_is_refused_in_its_words() {
    let mut world = World::new();
    let pod = |kib: usize| {
        let mut pod = pod("big");
        let variables: Vec<Value> = (0..kib)
            .map(|n| json!({"name": format!("N{n}"), "value": "x".repeat(1024)}))
            .collect();
        pod["spec"]["containers"][0]["env"] = variables.into();
        creation(pod)
    };
    let too_large = (500, "etcdserver: request is too large".to_owned());
    assert_eq!(world.refusal(&pod(1536)), too_large);
    let (code, message) = world.refusal(&pod(2100));
    let words =
        "rpc error: code = ResourceExhausted desc = trying to send message larger than max (";
    assert!(code == 500 && message.starts_with(words), "{message}");
    assert!(message.ends_with(" vs. 2097152)"), "{message}");
    let made = world.ask(&pod(1400)).expect("etcd takes it");
    assert_eq!(made.name(), "big");
}
