//! `get`, `list`, `watch`.

use super::*;
use crate::api::ListOptions;
use crate::control_plane::apiserver::watch;

fn world() -> World {
    let mut world = World::new();
    for (name, app, node) in [("a", "web", "n1"), ("b", "web", ""), ("c", "db", "n1")] {
        let mut document = pod(name);
        document["metadata"]["labels"] = json!({"app": app});
        world.make(document);
        if !node.is_empty() {
            world
                .send(&Request::bind(key(Kind::Pod, name), node))
                .expect("bound");
        }
    }
    world
}

fn listing(kind: Kind, label_selector: &str, field_selector: &str) -> Request {
    Request {
        select: ListOptions {
            label_selector: label_selector.to_owned(),
            field_selector: field_selector.to_owned(),
            ..ListOptions::default()
        },
        ..Request::list(kind, "default")
    }
}

#[test]
fn lists_are_selected() {
    let mut world = world();
    let cases = [
        ("everything", "", "", vec!["a", "b", "c"]),
        ("by label", "app=web", "", vec!["a", "b"]),
        ("by several labels", "app in (db),!x", "", vec!["c"]),
        ("by name", "", "metadata.name=b", vec!["b"]),
        ("not by name", "", "metadata.name!=b", vec!["a", "c"]),
        ("by node", "", "spec.nodeName=n1", vec!["a", "c"]),
        ("on no node", "", "spec.nodeName=", vec!["b"]),
        ("by both", "app=web", "spec.nodeName=n1", vec!["a"]),
        ("by phase", "", "status.phase=Pending", vec!["a", "b", "c"]),
        (
            "in another namespace",
            "",
            "metadata.namespace=other",
            vec![],
        ),
    ];
    for (name, labels, fields, want) in cases {
        let reply = world.send(&listing(Kind::Pod, labels, fields)).expect(name);
        let Reply::List(list) = reply else {
            panic!("{name}: no list");
        };
        let names: Vec<String> = list.items.iter().map(|o| o.name().to_string()).collect();
        assert_eq!(names, want, "{name}");
        assert_eq!(list.revision, world.store.revision(), "{name}");
    }
}

#[test]
fn selectors_are_refused() {
    let mut world = world();
    let cases = [
        (
            "unknown field of a pod",
            listing(Kind::Pod, "", "spec.image=x"),
            "field label not supported: spec.image",
        ),
        (
            "unknown field of a kind without any",
            listing(Kind::ConfigMap, "", "data.a=1"),
            "\"data.a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
        ),
        (
            "no field selector",
            listing(Kind::Pod, "", "x"),
            "invalid selector: 'x'; can't understand 'x'",
        ),
        (
            "no label selector",
            listing(Kind::Pod, "a in", ""),
            "unable to parse requirement: found '' expected: '('",
        ),
    ];
    for (name, request, want) in cases {
        assert_eq!(world.refusal(&request), (400, want.to_owned()), "{name}");
    }
    let missing = world.refusal(&Request::get(key(Kind::Deployment, "x")));
    assert_eq!(
        missing,
        (404, "deployments.apps \"x\" not found".to_owned())
    );
}

#[test]
fn watches_go_on_where_a_list_ended_unless_that_was_long_ago() {
    let mut world = world();
    let since = world.store.revision();
    world.make(config_map("x"));
    world.make(pod("d"));
    let names = |store: &Store, since| -> Result<Vec<String>, Status> {
        Ok(watch(store, Kind::Pod, since)?
            .map(|c| c.object().name().to_string())
            .collect())
    };
    assert_eq!(names(&world.store, since), Ok(vec!["d".to_owned()]));
    world.store.compact(since + 1);
    let status = names(&world.store, since).expect_err("compacted");
    assert_eq!(status.code(), 410);
    assert_eq!(
        status.message,
        format!("too old resource version: {since} ({})", since + 1)
    );
    assert!(names(&world.store, since + 1).is_ok());
    // A server that starts anew knows what there is, and nothing of how it came to be.
    world.store.forget_what_was();
    let status = names(&world.store, since + 1).expect_err("before its start");
    let newest = since + 2;
    assert_eq!(
        (status.code(), status.message),
        (
            410,
            format!("too old resource version: {} ({newest})", since + 1)
        )
    );
    assert_eq!(names(&world.store, newest), Ok(Vec::new()));
}
