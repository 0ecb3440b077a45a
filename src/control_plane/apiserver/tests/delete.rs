//! `delete`, `deletecollection`.

use super::*;
use crate::api::time;
use crate::api::{ChangeType, DeleteOptions, ListOptions, Pod, Propagation};
use k8s_openapi::api::core::v1::ConfigMap;

fn bound_pod(world: &mut World, name: &str) {
    world.make(pod(name));
    world
        .send(&Request::bind(key(Kind::Pod, name), "n1"))
        .expect("bound");
}

fn with_grace(seconds: i64) -> DeleteOptions {
    DeleteOptions {
        grace_period_seconds: Some(seconds),
        ..DeleteOptions::default()
    }
}

/// Grace and time of deletion (in seconds) of a pod that waits.
fn deletion(world: &World, name: &str) -> Option<(i64, u64)> {
    let pod = world.get(Kind::Pod, name)?;
    let meta = pod.metadata();
    Some((
        meta.deletion_grace_period_seconds?,
        time::ms(meta.deletion_timestamp.as_ref()?) / 1000,
    ))
}

#[test]
fn a_running_pod_gets_its_grace() {
    let mut world = World::new();
    bound_pod(&mut world, "web");
    world.now_ms = 10_000;
    let delete = |options| Request::delete(key(Kind::Pod, "web"), options);
    world
        .send(&delete(DeleteOptions::default()))
        .expect("marked");
    assert_eq!(deletion(&world, "web"), Some((30, 40)), "its own 30 s");
    world.now_ms = 15_000;
    world.send(&delete(with_grace(60))).expect("answered");
    assert_eq!(
        deletion(&world, "web"),
        Some((30, 40)),
        "a longer grace changes nothing"
    );
    world
        .send(&delete(DeleteOptions::default()))
        .expect("answered");
    assert_eq!(
        deletion(&world, "web"),
        Some((30, 40)),
        "nor does another delete"
    );
    world.send(&delete(with_grace(12))).expect("answered");
    assert_eq!(
        deletion(&world, "web"),
        Some((12, 22)),
        "a shorter one counts from the first delete"
    );
    let last = world.send(&delete(with_grace(0))).expect("answered");
    assert!(matches!(last, Reply::Deleted(_)));
    assert_eq!(world.get(Kind::Pod, "web"), None);
    let types: Vec<_> = world
        .store
        .history(&key(Kind::Pod, "web"))
        .map(crate::api::Change::change_type)
        .collect();
    assert_eq!(types.last(), Some(&ChangeType::Deleted));
}

#[test]
fn pods_without_anything_to_stop_go_at_once() {
    let mut world = World::new();
    world.make(pod("unscheduled"));
    bound_pod(&mut world, "finished");
    let mut finished: Pod = world.typed("finished");
    finished.status.as_mut().expect("a status").phase = Some("Succeeded".to_owned());
    world
        .send(&Request::update_status(finished))
        .expect("finished");
    for name in ["unscheduled", "finished"] {
        world
            .send(&Request::delete(
                key(Kind::Pod, name),
                DeleteOptions::default(),
            ))
            .expect(name);
        assert_eq!(world.get(Kind::Pod, name), None, "{name}");
    }
}

#[test]
fn finalizers_hold_objects_back() {
    let mut world = World::new();
    let mut document = config_map("x");
    document["metadata"]["finalizers"] = json!(["example.com/wait"]);
    world.make(document);
    world.now_ms = 3_000;
    let reply = world
        .send(&Request::delete(
            key(Kind::ConfigMap, "x"),
            DeleteOptions::default(),
        ))
        .expect("marked");
    assert!(matches!(reply, Reply::Object(_)), "it waits");
    let mut x: ConfigMap = world.typed("x");
    assert_eq!(
        x.metadata.deletion_timestamp.as_ref().map(time::ms),
        Some(3_000)
    );
    assert_eq!(x.metadata.deletion_grace_period_seconds, Some(0));
    let mut more = x.clone();
    more.metadata.finalizers = Some(vec![
        "example.com/wait".to_owned(),
        "example.com/more".to_owned(),
    ]);
    let want = "ConfigMap \"x\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/more\"}";
    assert_eq!(
        world.refusal(&Request::update(more)),
        (422, want.to_owned())
    );
    let want = "object is being deleted: configmaps \"x\" already exists";
    assert_eq!(
        world.refusal(&creation(config_map("x"))),
        (409, want.to_owned())
    );
    x.metadata.finalizers = None;
    let reply = world.send(&Request::update(x)).expect("released");
    assert!(matches!(reply, Reply::Deleted(_)));
    assert_eq!(world.get(Kind::ConfigMap, "x"), None);
}

#[test]
fn propagation_is_a_finalizer() {
    let cases = [
        ("nothing said", None, None),
        ("background", Some(Propagation::Background), None),
        (
            "foreground",
            Some(Propagation::Foreground),
            Some(vec!["foregroundDeletion"]),
        ),
        ("orphan", Some(Propagation::Orphan), Some(vec!["orphan"])),
    ];
    for (name, propagation, want) in cases {
        let mut world = World::new();
        world.make(deployment("web"));
        let options = DeleteOptions {
            propagation,
            ..DeleteOptions::default()
        };
        world
            .send(&Request::delete(key(Kind::Deployment, "web"), options))
            .expect(name);
        let left = world.get(Kind::Deployment, "web");
        let finalizers = left.map(|o| o.metadata().finalizers.clone().unwrap_or_default());
        assert_eq!(
            finalizers,
            want.map(|w| w.into_iter().map(str::to_owned).collect()),
            "{name}"
        );
        if let Some(left) = left {
            assert_eq!(
                left.metadata().generation,
                Some(2),
                "{name}: marking raises the generation"
            );
        }
    }
}

#[test]
fn a_second_delete_may_change_the_propagation() {
    let mut world = World::new();
    world.make(deployment("web"));
    let delete = |propagation| {
        let options = DeleteOptions {
            propagation: Some(propagation),
            ..DeleteOptions::default()
        };
        Request::delete(key(Kind::Deployment, "web"), options)
    };
    world
        .send(&delete(Propagation::Foreground))
        .expect("marked");
    world.send(&delete(Propagation::Background)).expect("gone");
    assert_eq!(world.get(Kind::Deployment, "web"), None);
}

#[test]
fn deletes_are_refused() {
    let mut world = World::new();
    let x = world.make(config_map("x"));
    let uid = x.metadata().uid.clone().unwrap_or_default();
    let with_uid = DeleteOptions {
        precondition_uid: Some("1".to_owned()),
        ..DeleteOptions::default()
    };
    let with_revision = DeleteOptions {
        precondition_resource_version: Some("1".to_owned()),
        ..DeleteOptions::default()
    };
    let default_namespace = Key::new(Kind::Namespace, "", "default");
    let cases = [
        ("nobody", Request::delete(key(Kind::ConfigMap, "y"), DeleteOptions::default()), 404, "configmaps \"y\" not found".to_owned()),
        (
            "another uid",
            Request::delete(key(Kind::ConfigMap, "x"), with_uid),
            409,
            format!("Operation cannot be fulfilled on ConfigMap \"x\": the UID in the precondition (1) does not match the UID in record ({uid}). The object might have been deleted and then recreated"),
        ),
        (
            "another revision",
            Request::delete(key(Kind::ConfigMap, "x"), with_revision),
            409,
            "Operation cannot be fulfilled on ConfigMap \"x\": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (3). The object might have been modified".to_owned(),
        ),
        (
            "the default namespace",
            Request::delete(default_namespace, DeleteOptions::default()),
            403,
            "namespaces \"default\" is forbidden: this namespace may not be deleted".to_owned(),
        ),
    ];
    for (name, request, code, want) in cases {
        assert_eq!(world.refusal(&request), (code, want), "{name}");
    }
}

#[test]
fn a_collection_is_deleted_as_selected() {
    let mut world = World::new();
    for (name, app) in [("a", "web"), ("b", "db"), ("c", "web")] {
        let mut document = config_map(name);
        document["metadata"]["labels"] = json!({"app": app});
        world.make(document);
    }
    let request = Request {
        verb: Verb::DeleteCollection,
        select: ListOptions {
            label_selector: "app=web".to_owned(),
            ..ListOptions::default()
        },
        ..Request::list(Kind::ConfigMap, "default")
    };
    let Ok(Reply::List(gone)) = world.send(&request) else {
        panic!("a list")
    };
    assert_eq!(gone.items.len(), 2);
    assert!(world.get(Kind::ConfigMap, "b").is_some());
    assert!(world.get(Kind::ConfigMap, "a").is_none());
    let namespaces = Request {
        verb: Verb::DeleteCollection,
        ..Request::list(Kind::Namespace, "")
    };
    assert_eq!(
        world.refusal(&namespaces).0,
        405,
        "nobody deletes all namespaces at once"
    );
}
