//! Evictions: what disruption budgets say of them.

use super::*;
use crate::api::Subresource;

/// A world with a running pod under a budget with this spec and status.
fn world_with(ready: &str, spec: Value, status: Value) -> World {
    let mut world = World::new();
    world.make(pod("web"));
    let mut budget = json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}}});
    let fields = spec.as_object().expect("every case is a map").clone();
    budget["spec"]
        .as_object_mut()
        .expect("it is written above")
        .extend(fields);
    world.make(budget);
    let running = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]});
    for (kind, name, status) in [
        (Kind::Pod, "web", running),
        (Kind::PodDisruptionBudget, "b", status),
    ] {
        let object = world.get(kind, name).expect("just made");
        let mut document = object.to_json();
        document["status"] = status;
        let request = Request {
            subresource: Some(Subresource::Status),
            ..Request::new(
                Verb::Update,
                key(kind, name),
                Body::Document(Arc::new(document)),
            )
        };
        world.ask(&request).expect("its status");
    }
    world
}

fn eviction(document: Value) -> Request {
    Request {
        subresource: Some(Subresource::Eviction),
        ..Request::new(
            Verb::Create,
            key(Kind::Pod, "web"),
            Body::Document(Arc::new(document)),
        )
    }
}

fn of_web() -> Value {
    json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web", "namespace": "default"}})
}

#[test]
fn a_budget_lets_go_what_it_allows_and_what_it_does_not_count() {
    let budget = "Cannot evict pod as it would violate the pod's disruption budget.";
    let spent = json!({"observedGeneration": 1, "disruptionsAllowed": 0, "desiredHealthy": 2, "currentHealthy": 2, "expectedPods": 2});
    let poor = json!({"observedGeneration": 1, "disruptionsAllowed": 0, "desiredHealthy": 2, "currentHealthy": 1, "expectedPods": 2});
    let rich = json!({"observedGeneration": 1, "disruptionsAllowed": 1, "desiredHealthy": 1, "currentHealthy": 2, "expectedPods": 2});
    let new = json!({"disruptionsAllowed": 1, "desiredHealthy": 1, "currentHealthy": 2, "expectedPods": 2});
    let plain = json!({"minAvailable": 2});
    let always = json!({"minAvailable": 2, "unhealthyPodEvictionPolicy": "AlwaysAllow"});
    let needs =
        |has: u32| format!("The disruption budget b needs 2 healthy pods and has {has} currently");
    let busy = "The disruption budget b is still being processed by the server.".to_owned();
    let cases = [
        ("one may go", "True", &plain, rich, None),
        ("none may go", "True", &plain, spent.clone(), Some(needs(2))),
        ("not looked at yet", "True", &plain, new, Some(busy)),
        (
            "not ready, enough others",
            "False",
            &plain,
            spent.clone(),
            None,
        ),
        (
            "not ready, too few others",
            "False",
            &plain,
            poor.clone(),
            Some(needs(1)),
        ),
        ("not ready, and may always go", "False", &always, poor, None),
        (
            "ready, if others may always go",
            "True",
            &always,
            spent,
            Some(needs(2)),
        ),
    ];
    for (name, ready, spec, status, want) in cases {
        let mut world = world_with(ready, spec.clone(), status);
        let Some(want) = want else {
            world.send(&eviction(of_web())).expect(name);
            continue;
        };
        let refusal = world.send(&eviction(of_web())).expect_err(name);
        assert_eq!(
            (refusal.code(), refusal.message.as_str()),
            (429, budget),
            "{name}"
        );
        assert_eq!(refusal.causes[0].message, want, "{name}");
    }
}

#[test]
fn a_budget_that_is_spent_says_so() {
    let condition = |status: &str, generation: u64| {
        json!({"type": "DisruptionAllowed", "status": status, "reason": "SufficientPods", "message": "old",
        "observedGeneration": generation, "lastTransitionTime": "2020-01-01T00:00:00Z"})
    };
    let cases = [
        ("the last", 1, json!([]), Some("new")),
        ("one of two", 2, json!([]), None),
        (
            "the last, as was said",
            1,
            json!([condition("True", 1)]),
            Some("new"),
        ),
        (
            "none was said to be left",
            1,
            json!([condition("False", 1)]),
            Some("old"),
        ),
    ];
    for (name, allowed, conditions, want) in cases {
        let status = json!({"observedGeneration": 1, "disruptionsAllowed": allowed, "desiredHealthy": 1, "currentHealthy": 2, "expectedPods": 2,
            "conditions": conditions});
        let mut world = world_with("True", json!({"minAvailable": 1}), status);
        world.send(&eviction(of_web())).expect(name);
        let budget = world.get(Kind::PodDisruptionBudget, "b").expect("it stays");
        let status = &budget.to_json()["status"];
        assert_eq!(status["disruptionsAllowed"], allowed - 1, "{name}");
        assert!(status["disruptedPods"]["web"].is_string(), "{name}");
        let condition = &status["conditions"][0];
        let Some(when) = want else {
            assert_eq!(condition, &Value::Null, "{name}");
            continue;
        };
        let told = [
            &condition["status"],
            &condition["reason"],
            &condition["message"],
        ];
        assert_eq!(told, ["False", "InsufficientPods", ""], "{name}");
        let is_old = condition["lastTransitionTime"] == "2020-01-01T00:00:00Z";
        assert_eq!(is_old, when == "old", "{name}");
    }
}

#[test]
fn an_eviction_is_one_and_of_this_pod() {
    let mut world = World::new();
    world.make(pod("web"));
    let cases = [
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}),
            "Pod in version \"v1\" cannot be handled as a Eviction: converting (v1.Pod) to (policy.Eviction): unknown conversion",
        ),
        (
            json!({"apiVersion": "policy/v2", "kind": "Eviction", "metadata": {"name": "web"}}),
            "Eviction in version \"v2\" cannot be handled as a Eviction: no kind \"Eviction\" is registered for version \"policy/v2\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"",
        ),
        (
            json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "other"}}),
            "name in URL does not match name in Eviction object",
        ),
    ];
    for (document, want) in cases {
        assert_eq!(world.refusal(&eviction(document)), (400, want.to_owned()));
    }
    world.send(&eviction(of_web())).expect("nothing holds it");
}
