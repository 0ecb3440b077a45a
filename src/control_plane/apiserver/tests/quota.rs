//! Quotas, as clients meet them.

use super::*;
use crate::api::Subresource;
use k8s_openapi::api::core::v1::{ResourceQuota, ResourceQuotaStatus};

fn quota(world: &mut World, hard: Value) {
    world.make(json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": hard}}));
    let mut quota: ResourceQuota = world.typed("q");
    let hard = quota.spec.as_ref().and_then(|s| s.hard.clone());
    let zero = hard
        .clone()
        .map(|hard| hard.into_keys().map(|k| (k, crate::api::quota::number(0))));
    quota.status = Some(ResourceQuotaStatus {
        hard,
        used: zero.map(Iterator::collect),
    });
    world.send(&Request::update_status(quota)).expect("counted");
}

fn used(world: &World) -> String {
    let quota: ResourceQuota = world.typed("q");
    let used = quota.status.and_then(|s| s.used).unwrap_or_default();
    crate::api::quota::in_words(&used)
}

#[test]
fn usage_is_written_with_the_object_or_not_at_all() {
    let mut world = World::new();
    quota(&mut world, json!({"pods": "1"}));
    world.make(pod("a"));
    assert_eq!(used(&world), "pods=1");
    let want = "pods \"b\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1";
    assert_eq!(world.refusal(&creation(pod("b"))), (403, want.to_owned()));
    let dry = Request {
        dry_run: true,
        ..creation(config_map("c"))
    };
    world.ask(&dry).expect("maps are not limited");
    assert_eq!(used(&world), "pods=1");
}

#[test]
fn a_wrong_object_is_called_wrong_before_it_is_charged() {
    let mut world = World::new();
    quota(&mut world, json!({"pods": "0"}));
    let mut wrong = pod("a");
    wrong["spec"]["restartPolicy"] = json!("Sometimes");
    let (code, _) = world.refusal(&creation(wrong));
    assert_eq!(code, 422);
}

#[test]
fn the_system_classes_stay() {
    let mut world = World::new();
    let name = "system-node-critical";
    world.make(json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": 2_000_001_000}));
    let delete = Request::delete(key(Kind::PriorityClass, name), Default::default());
    let want = format!(
        "priorityclasses.scheduling.k8s.io {name:?} is forbidden: this is a system priority class and cannot be deleted"
    );
    assert_eq!(world.refusal(&delete), (403, want));
}

/// A resize of the pod `a`, which has one container.
fn resize(cpu: &str) -> Request {
    let patch =
        json!({"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": cpu}}}]}});
    Request {
        subresource: Some(Subresource::Resize),
        ..Request::new(
            Verb::Patch,
            key(Kind::Pod, "a"),
            Body::Patch(crate::api::Patch {
                kind: crate::api::PatchType::StrategicMerge,
                body: Arc::new(patch),
                forces: false,
            }),
        )
    }
}

#[test]
fn a_resize_is_charged_and_kept_within_its_range() {
    let mut world = World::new();
    quota(&mut world, json!({"requests.cpu": "2"}));
    let mut small = pod("a");
    small["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": "1"}});
    world.make(small);
    let resized = world.ask(&resize("1500m")).expect("there is room");
    assert_eq!(resized.metadata().generation, Some(2));
    assert_eq!(used(&world), "requests.cpu=1500m");
    let want = "pods \"a\" is forbidden: exceeded quota: q, requested: requests.cpu=1500m, used: requests.cpu=1500m, limited: requests.cpu=2";
    assert_eq!(world.refusal(&resize("3")), (403, want.to_owned()));
    world.make(
        json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "r"}, "spec": {
        "limits": [{"type": "Container", "min": {"cpu": "500m"}}]}}),
    );
    let want =
        "pods \"a\" is forbidden: minimum cpu usage per Container is 500m, but request is 100m";
    assert_eq!(world.refusal(&resize("100m")), (403, want.to_owned()));
}

#[test]
fn custom_objects_are_counted_like_others() {
    let mut world = World::new();
    world.make(super::definition::crontabs());
    let definitions = world.store.head().definitions();
    let kind = definitions.named("ct").expect("defined").kind;
    quota(
        &mut world,
        json!({"count/crontabs.stable.example.com": "1"}),
    );
    let of_name = |name: &str| {
        let document = json!({"apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": {"name": name},
            "spec": {"cronSpec": "* * * * */5", "image": "cron"}});
        let body = Body::Document(Arc::new(document));
        Request::new(Verb::Create, Key::new(kind, "default", ""), body)
            .speaking("stable.example.com/v1")
    };
    world.ask(&of_name("a")).expect("there is room for one");
    assert_eq!(used(&world), "count/crontabs.stable.example.com=1");
    let want = "crontabs.stable.example.com \"b\" is forbidden: exceeded quota: q, requested: count/crontabs.stable.example.com=1, used: count/crontabs.stable.example.com=1, limited: count/crontabs.stable.example.com=1";
    assert_eq!(world.refusal(&of_name("b")), (403, want.to_owned()));
}
