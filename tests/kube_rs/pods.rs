//! Pods through `Api<Pod>`: logs, eviction, binding's effects, conditions that are waited for.

use super::objects::deployment;
use super::world::{World, object, refusal, soon};
use futures::{AsyncBufReadExt as _, TryStreamExt as _};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::ResourceExt as _;
use kube::api::{Api, DeleteParams, EvictParams, ListParams, LogParams, PostParams};
use kube::runtime::conditions;
use kube::runtime::wait::await_condition;
use serde_json::{Value, json};

fn pod(name: &str, command: &Value) -> Pod {
    object(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox", "command": command}]},
    }))
}

#[tokio::test]
async fn logs_are_read_and_followed() {
    let world = World::new();
    let pods = Api::<Pod>::default_namespaced(world.client());
    let says = json!(["sh", "-c", "echo one; echo two; echo three"]);
    pods.create(&PostParams::default(), &pod("talker", &says))
        .await
        .expect("a new name");
    let all = pods
        .logs("talker", &LogParams::default())
        .await
        .expect("a log");
    assert_eq!(all, "one\ntwo\nthree\n");
    let last = LogParams {
        tail_lines: Some(1),
        ..LogParams::default()
    };
    assert_eq!(pods.logs("talker", &last).await.expect("a log"), "three\n");
    let follow = LogParams {
        follow: true,
        ..LogParams::default()
    };
    let stream = pods.log_stream("talker", &follow).await.expect("a stream");
    let lines: Vec<String> = soon("the end of the log", stream.lines().try_collect())
        .await
        .expect("text");
    assert_eq!(lines, ["one", "two", "three"]);
    let other = LogParams {
        container: Some("d".into()),
        ..LogParams::default()
    };
    let (code, _, message) = refusal(
        pods.logs("talker", &other)
            .await
            .expect_err("no such container"),
    );
    assert_eq!(
        (code, message.as_str()),
        (400, "container d is not valid for pod talker")
    );
}

#[tokio::test]
async fn pods_are_evicted_within_their_budget() {
    let world = World::new();
    let client = world.client();
    let deployments = Api::<Deployment>::default_namespaced(client.clone());
    deployments
        .create(&PostParams::default(), &deployment("web", 2))
        .await
        .expect("a new name");
    let pods = Api::<Pod>::default_namespaced(client.clone());
    let ours = ListParams::default().labels("app=web");
    let first = pods.list(&ours).await.expect("pods").items[0].name_any();
    pods.evict(&first, &EvictParams::default())
        .await
        .expect("nothing protects it");
    world.advance(60_000);
    assert!(
        pods.get_opt(&first).await.expect("an answer").is_none(),
        "it is gone"
    );
    let budget: PodDisruptionBudget = object(json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"},
        "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}},
    }));
    let budgets = Api::<PodDisruptionBudget>::default_namespaced(client);
    budgets
        .create(&PostParams::default(), &budget)
        .await
        .expect("a new name");
    let first = pods.list(&ours).await.expect("pods").items[0].name_any();
    let refused = pods.evict(&first, &EvictParams::default()).await;
    let (code, reason, message) = refusal(refused.expect_err("it is needed"));
    assert_eq!(
        (code, reason.as_str()),
        (429, "TooManyRequests"),
        "{message}"
    );
}

#[tokio::test]
async fn conditions_are_waited_for() {
    let world = World::new();
    let client = world.client();
    let pods = Api::<Pod>::default_namespaced(client.clone());
    let running = tokio::spawn(await_condition(
        pods.clone(),
        "sleeper",
        conditions::is_pod_running(),
    ));
    let sleeps = json!(["sleep", "3600"]);
    let made = pods
        .create(&PostParams::default(), &pod("sleeper", &sleeps))
        .await
        .expect("a new name");
    let seen = soon("a running pod", running)
        .await
        .expect("no panic")
        .expect("no error");
    let phase = seen
        .and_then(|pod| pod.status)
        .and_then(|status| status.phase);
    assert_eq!(phase.as_deref(), Some("Running"));
    let uid = made.uid().expect("a uid");
    let gone = {
        let pods = pods.clone();
        tokio::spawn(
            async move { await_condition(pods, "sleeper", conditions::is_deleted(&uid)).await },
        )
    };
    pods.delete("sleeper", &DeleteParams::default().grace_period(0))
        .await
        .expect("it goes");
    soon("the end of a pod", gone)
        .await
        .expect("no panic")
        .expect("no error");

    let deployments = Api::<Deployment>::default_namespaced(client);
    let complete = tokio::spawn(await_condition(
        deployments.clone(),
        "web",
        conditions::is_deployment_completed(),
    ));
    deployments
        .create(&PostParams::default(), &deployment("web", 3))
        .await
        .expect("a new name");
    let seen = soon("a complete rollout", complete)
        .await
        .expect("no panic")
        .expect("no error");
    let ready = seen
        .and_then(|web| web.status)
        .and_then(|status| status.ready_replicas);
    assert_eq!(ready, Some(3));
}
