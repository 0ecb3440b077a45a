//! Table tests of the whole turn.

use super::super::testing::{PodBuilder, object, snapshot, story};
use super::*;
use crate::api::{Answer, Snapshot};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

fn namespace(patch: Value) -> Namespace {
    let mut whole = json!({
        "metadata": { "name": "shop", "deletionTimestamp": "2025-01-01T00:00:00Z" },
        "spec": { "finalizers": ["kubernetes"] },
        "status": { "phase": "Terminating" },
    });
    json_patch::merge(&mut whole, &patch);
    object(whole)
}

fn check(world: &Snapshot, memory: &mut Remembered, want: &Expect) -> Turn {
    let turn = NamespaceController.sync("shop", &Seen::new(world, 2_000), memory);
    want.assert_eq(&story(&turn));
    turn
}

/// Answers the requests of a turn: the lists with these objects.
fn answer(turn: &Turn, left: &[Object], memory: &mut Remembered) {
    for planned in &turn.actions {
        let Action::Api(request) = &planned.action else {
            continue;
        };
        let of_kind = |o: &&Object| o.kind() == request.key.kind;
        let objects = left.iter().filter(of_kind).cloned().collect();
        let answer = Answer {
            result: Ok(Reply::List((objects, 1).into())),
            warnings: Vec::new(),
            revision: None,
        };
        NamespaceController.answered("shop", &planned.action, &Outcome::Api(answer), memory);
    }
}

#[test]
fn empties_a_namespace_and_lets_it_go() {
    let mut memory = Remembered::default();
    let mut world = snapshot([namespace(json!({})).into()]);
    let turn = NamespaceController.sync("shop", &Seen::new(&world, 2_000), &mut memory);
    assert_eq!(
        turn.actions.len(),
        2 * contents(&Seen::new(&Snapshot::default(), 0)).len(),
        "delete and list every kind"
    );

    let pod = PodBuilder::new("p").object();
    answer(&turn, &[pod], &mut memory);
    check(
        &world,
        &mut memory,
        &expect![[r#"
        ? Namespace shop status.conditions: [NamespaceContentRemaining] != <none> StatusOutOfDate
        ! update namespaces/status shop
        @ shop in 15000ms Work"#]],
    );

    let turn = NamespaceController.sync("shop", &Seen::new(&world, 20_000), &mut memory);
    answer(&turn, &[], &mut memory);
    let turn = check(
        &world,
        &mut memory,
        &expect![[r#"
            ? Namespace shop status.conditions: all well != <none> StatusOutOfDate
            ! update namespaces/status shop
            @ shop in 100ms Work"#]],
    );
    let Action::Api(Request {
        body: Body::Object(update),
        ..
    }) = &turn.actions[0].action
    else {
        panic!("it updates the status");
    };
    world.table_mut(Kind::Namespace).insert(update.clone());
    check(
        &world,
        &mut memory,
        &expect![[r#"
        ? Namespace shop spec.finalizers: <none> != kubernetes NamespaceIsEmpty
        ! update namespaces/finalize shop"#]],
    );
}

#[test]
fn finalizers_in_the_content_are_named() {
    let mut memory = Remembered::default();
    let world = snapshot([namespace(json!({})).into()]);
    let turn = NamespaceController.sync("shop", &Seen::new(&world, 0), &mut memory);
    let mut stuck = PodBuilder::new("p").phase("Failed").object();
    stuck.metadata_mut().finalizers = Some(vec!["example.com/hold".to_owned()]);
    answer(&turn, &[stuck], &mut memory);
    let turn = check(
        &world,
        &mut memory,
        &expect![[r#"
        ? Namespace shop status.conditions: [NamespaceContentRemaining NamespaceFinalizersRemaining] != <none> StatusOutOfDate
        ! update namespaces/status shop
        @ shop in 8000ms Work"#]],
    );
    let Action::Api(Request {
        body: Body::Object(update),
        ..
    }) = &turn.actions[0].action
    else {
        panic!("it updates the status");
    };
    let status = update
        .get::<Namespace>()
        .and_then(|n| n.status.clone())
        .unwrap_or_default();
    let messages: Vec<_> = status
        .conditions
        .into_iter()
        .flatten()
        .filter(|c| c.status == "True")
        .filter_map(|c| c.message)
        .collect();
    assert_eq!(
        messages,
        [
            "Some resources are remaining: pods. has 1 resource instances",
            "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
        ]
    );
}

#[test]
fn leaves_others_alone() {
    let cases = [
        (
            "in use",
            json!({ "metadata": { "deletionTimestamp": null }, "status": { "phase": "Active" } }),
            "",
        ),
        (
            "not yet declared",
            json!({ "status": { "phase": "Active" } }),
            "? Namespace shop status.phase: Terminating != Active NamespaceIsBeingDeleted\n! update namespaces/status shop\n@ shop in 100ms Work",
        ),
        (
            "let go already",
            json!({ "spec": { "finalizers": ["example.com/other"] } }),
            "",
        ),
    ];
    for (name, patch, want) in cases {
        let world = snapshot([namespace(patch).into()]);
        let turn =
            NamespaceController.sync("shop", &Seen::new(&world, 0), &mut Remembered::default());
        assert_eq!(story(&turn), want, "{name}");
    }
}
