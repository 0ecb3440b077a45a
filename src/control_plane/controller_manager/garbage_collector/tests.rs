//! Table tests of the whole turn, and of who is woken.

use super::super::testing::{PodBuilder, change, object, snapshot, story};
use super::*;
use crate::api::owner::controller_reference;
use crate::api::{Answer, Object, Reply, Snapshot, Status};
use expect_test::{Expect, expect};
use k8s_openapi::api::apps::v1::ReplicaSet;
use serde_json::json;

fn set(name: &str, finalizer: Option<&str>) -> ReplicaSet {
    let mut set: ReplicaSet = object(json!({
        "metadata": { "name": name },
        "spec": { "selector": { "matchLabels": { "app": "web" } }, "template": {} },
    }));
    if let Some(finalizer) = finalizer {
        set.metadata.finalizers = Some(vec![finalizer.to_owned()]);
        set.metadata.deletion_timestamp = Some(crate::api::time::time(0));
    }
    set
}

fn pod(name: &str, owners: &[&ReplicaSet]) -> Object {
    let mut pod = PodBuilder::new(name).pod();
    let references = owners
        .iter()
        .map(|owner| controller_reference(*owner))
        .collect();
    pod.metadata.owner_references = Some(references);
    pod.into()
}

fn check(key: &str, world: &Snapshot, memory: &mut Remembered, want: &Expect) -> Turn {
    let turn = GarbageCollectorController.sync(key, &Seen::new(world, 0), memory);
    want.assert_eq(&story(&turn));
    turn
}

fn woken(
    before: Option<Object>,
    after: Option<Object>,
    world: &Snapshot,
    memory: &mut Remembered,
) -> Vec<String> {
    let seen = Seen::new(world, 0);
    let wakes = GarbageCollectorController.wakes(&change(before, after), &seen, memory);
    wakes.iter().map(|wake| wake.key.to_string()).collect()
}

#[test]
fn dependents_of_a_deleted_owner_go_after_it() {
    let owner = set("web", None);
    let world = snapshot([
        pod("a", &[&owner]),
        pod("b", &[&owner]),
        PodBuilder::new("c").object(),
    ]);
    let mut memory = Remembered::default();
    let keys = woken(Some(owner.into()), None, &world, &mut memory);
    assert_eq!(keys, ["Pod/default/a", "Pod/default/b"]);
    check(
        "Pod/default/a",
        &world,
        &mut memory,
        &expect![[r#"
        ? Pod default/a metadata.ownerReferences: <none> != [ReplicaSet/web] OwnerGone
        ! delete pods default/a"#]],
    );
}

#[test]
fn an_owner_that_is_not_in_the_cache_is_asked_for() {
    let owner = set("web", None);
    let world = snapshot([pod("a", &[&owner])]);
    let mut memory = Remembered::default();
    let keys = woken(None, Some(pod("a", &[&owner])), &world, &mut memory);
    assert_eq!(keys, ["Pod/default/a"]);
    let turn = check(
        "Pod/default/a",
        &world,
        &mut memory,
        &expect![[r#"
        ? ReplicaSet default/web metadata.uid: replicaset-web != <none> OwnerNotInCache
        ! get replicasets default/web
        @ Pod/default/a in 0ms Work"#]],
    );
    let answer = |result| {
        Outcome::Api(Answer {
            result,
            warnings: Vec::new(),
            revision: None,
        })
    };
    let mut other = memory.clone();
    let missing = answer(Err(Status::not_found(Kind::ReplicaSet, "web")));
    GarbageCollectorController.answered("", &turn.actions[0].action, &missing, &mut memory);
    check(
        "Pod/default/a",
        &world,
        &mut memory,
        &expect![[r#"
        ? Pod default/a metadata.ownerReferences: <none> != [ReplicaSet/web] OwnerGone
        ! delete pods default/a"#]],
    );
    let there = answer(Ok(Reply::Object(owner.into())));
    GarbageCollectorController.answered("", &turn.actions[0].action, &there, &mut other);
    check("Pod/default/a", &world, &mut other, &expect![[""]]);
}

#[test]
fn foreground_holds_the_owner_until_its_dependents_are_gone() {
    let owner = set("web", Some("foregroundDeletion"));
    let mut world = snapshot([owner.clone().into(), pod("a", &[&owner])]);
    let mut memory = Remembered::default();
    let keys = woken(
        Some(set("web", None).into()),
        Some(owner.clone().into()),
        &world,
        &mut memory,
    );
    assert_eq!(keys, ["ReplicaSet/default/web", "Pod/default/a"]);
    check(
        "ReplicaSet/default/web",
        &world,
        &mut memory,
        &expect![[""]],
    );
    check(
        "Pod/default/a",
        &world,
        &mut memory,
        &expect![[r#"
        ? Pod default/a metadata.ownerReferences: <none> != [ReplicaSet/web] OwnerWaitsForIt
        ! delete pods default/a"#]],
    );
    let gone = world.table_mut(Kind::Pod).remove("default", "a");
    assert_eq!(
        woken(gone, None, &world, &mut memory),
        ["ReplicaSet/default/web"]
    );
    check(
        "ReplicaSet/default/web",
        &world,
        &mut memory,
        &expect![[r#"
            ? ReplicaSet default/web metadata.finalizers: <none> != foregroundDeletion NoDependentBlocks
            ! patch replicasets default/web"#]],
    );
}

#[test]
fn orphans_are_freed_before_their_owner_goes() {
    let owner = set("web", Some("orphan"));
    let world = snapshot([owner.clone().into(), pod("a", &[&owner])]);
    check(
        "ReplicaSet/default/web",
        &world,
        &mut Remembered::default(),
        &expect![[r#"
            ? ReplicaSet default/web dependents: 0 != 1 DependentsAreToStay
            ? ReplicaSet default/web metadata.finalizers: <none> != orphan DependentsAreFree
            ! patch pods default/a
            ! patch replicasets default/web"#]],
    );
}

#[test]
fn one_owner_that_remains_is_enough() {
    let (gone, there) = (set("gone", None), set("there", None));
    let world = snapshot([there.clone().into(), pod("a", &[&gone, &there])]);
    let mut memory = Remembered::default();
    memory.note_absent(&"default".into(), crate::api::Uid::parse("replicaset-gone"));
    check(
        "Pod/default/a",
        &world,
        &mut memory,
        &expect![[r#"
        ? Pod default/a metadata.ownerReferences: <none> != [ReplicaSet/gone] OwnerGoneButOthersRemain
        ! patch pods default/a"#]],
    );
}

#[test]
fn what_pods_go_through_every_day_wakes_nobody() {
    let owner = set("web", None);
    let world = snapshot([owner.clone().into()]);
    let mut memory = Remembered::default();
    let mine = pod("a", &[&owner]);
    let running = PodBuilder::new("a")
        .owned_by(controller_reference(&owner))
        .phase("Running")
        .object();
    let cases = [
        (
            "created by an owner that is there",
            None,
            Some(mine.clone()),
        ),
        ("its status", Some(mine.clone()), Some(running)),
        ("gone", Some(mine), None),
    ];
    for (name, before, after) in cases {
        assert_eq!(
            woken(before, after, &world, &mut memory),
            Vec::<String>::new(),
            "{name}"
        );
    }
}

#[test]
fn an_owner_in_another_namespace_is_none() {
    let mut elsewhere = set("web", None);
    elsewhere.metadata.namespace = Some("other".to_owned());
    let here = pod("a", &[&elsewhere]);
    let mut there = PodBuilder::new("b").pod();
    there.metadata.namespace = Some("other".to_owned());
    there.metadata.owner_references = Some(vec![controller_reference(&elsewhere)]);
    let namespaces = ["default", "other"].map(|name| {
        let namespace: k8s_openapi::api::core::v1::Namespace =
            object(json!({ "metadata": { "name": name } }));
        namespace.into()
    });
    let all = [here.clone(), there.clone().into()];
    let mut world = snapshot(namespaces.into_iter().chain(all));
    let mut memory = Remembered::default();
    let key = "Pod/default/a";
    let seen = Seen::new(&world, 0);
    let turn = GarbageCollectorController.sync(key, &seen, &mut memory);
    let answer = Outcome::Api(Answer {
        result: Err(Status::not_found(Kind::ReplicaSet, "web")),
        warnings: Vec::new(),
        revision: None,
    });
    GarbageCollectorController.answered("", &turn.actions[0].action, &answer, &mut memory);
    world.table_mut(Kind::ReplicaSet).insert(elsewhere.into());
    check(
        key,
        &world,
        &mut memory,
        &expect![[r#"
            ? Pod default/a metadata.ownerReferences: <none> != [ReplicaSet/web] OwnerGone
            * Warning OwnerRefInvalidNamespace ownerRef [apps/v1/ReplicaSet, namespace: default, name: web, uid: replicaset-web] does not exist in namespace "default"
            ! delete pods default/a"#]],
    );
    // What is proved of one namespace says nothing of the other.
    check("Pod/other/b", &world, &mut memory, &expect![[""]]);
}

#[test]
fn a_cluster_scoped_object_keeps_an_owner_that_it_cannot_have() {
    let owner = set("web", None);
    let volume: k8s_openapi::api::core::v1::PersistentVolume = object(json!({
        "metadata": { "name": "v", "ownerReferences": [controller_reference(&owner)] },
    }));
    let namespace: k8s_openapi::api::core::v1::Namespace =
        object(json!({ "metadata": { "name": "default" } }));
    let world = snapshot([owner.into(), volume.into(), namespace.into()]);
    check(
        "PersistentVolume//v",
        &world,
        &mut Remembered::default(),
        &expect![[
            r#"* Warning OwnerRefInvalidNamespace ownerRef [apps/v1/ReplicaSet, namespace: , name: web, uid: replicaset-web] does not exist in namespace """#
        ]],
    );
}
