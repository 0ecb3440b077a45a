//! What controllers use beside their objects: Events through `kube::runtime::events`, and Leases to agree on a leader.

use super::objects::config_map;
use super::world::{World, object, refusal};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::api::events::v1::Event as Recorded;
use kube::api::{Api, ListParams, Patch, PatchParams, PostParams};
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::{Resource as _, ResourceExt as _};
use serde_json::json;

#[tokio::test]
async fn events_are_published_once_and_then_counted() {
    let client = World::new().client();
    let maps = Api::<ConfigMap>::default_namespaced(client.clone());
    let map = maps
        .create(&PostParams::default(), &config_map("a", &json!({})))
        .await
        .expect("a new name");
    let reporter = Reporter {
        controller: "site-controller".into(),
        instance: Some("site-controller-0".into()),
    };
    let recorder = Recorder::new(client.clone(), reporter);
    let event = Event {
        type_: EventType::Warning,
        reason: "Broken".into(),
        note: Some("the page is broken".into()),
        action: "Check".into(),
        secondary: None,
    };
    for _ in 0..3 {
        recorder
            .publish(&event, &map.object_ref(&()))
            .await
            .expect("it is recorded");
    }
    let events = Api::<Recorded>::default_namespaced(client.clone());
    let about = ListParams::default().fields("regarding.name=a");
    let found = events.list(&about).await.expect("a list").items;
    let [found] = found.as_slice() else {
        panic!("one event: {found:?}");
    };
    assert_eq!(found.series.as_ref().map(|series| series.count), Some(3));
    assert_eq!(
        (found.note.as_deref(), found.action.as_deref()),
        (Some("the page is broken"), Some("Check"))
    );
    assert_eq!(
        found.reporting_controller.as_deref(),
        Some("site-controller")
    );
    assert_eq!(
        found.regarding.as_ref().and_then(|r| r.uid.clone()),
        map.uid()
    );
    let old = Api::<k8s_openapi::api::core::v1::Event>::default_namespaced(client);
    let same = old.get(&found.name_any()).await.expect("the same one");
    assert_eq!(same.message.as_deref(), Some("the page is broken"));
    assert_eq!(same.involved_object.name.as_deref(), Some("a"));
    assert_eq!(same.series.and_then(|series| series.count), Some(3));
}

fn lease(holder: &str, seconds: u32) -> Lease {
    object(json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "leader"},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": 15, "leaseTransitions": 0,
            "acquireTime": "2026-01-01T00:00:00.000000Z", "renewTime": format!("2026-01-01T00:00:{seconds:02}.123456Z")},
    }))
}

#[tokio::test]
async fn there_is_one_leader_at_a_time() {
    let client = World::new().client();
    let api = Api::<Lease>::namespaced(client, "kube-system");
    let post = PostParams::default();
    let first = api
        .create(&post, &lease("one", 0))
        .await
        .expect("nobody leads yet");
    let (code, reason, _) = refusal(
        api.create(&post, &lease("two", 0))
            .await
            .expect_err("one leads"),
    );
    assert_eq!((code, reason.as_str()), (409, "AlreadyExists"));

    let renewed = Lease {
        metadata: first.metadata.clone(),
        ..lease("one", 10)
    };
    let renewed = api
        .replace("leader", &post, &renewed)
        .await
        .expect("it leads");
    let time = renewed
        .spec
        .as_ref()
        .and_then(|spec| spec.renew_time.clone());
    let time = time.expect("a time").0.to_string();
    assert_eq!(time, "2026-01-01T00:00:10.123456Z", "to the microsecond");
    assert_eq!(renewed.metadata.generation, None, "leases have none");

    // Both see that it has run out; the first to write wins.
    let takes_over = |who: &str| Lease {
        metadata: renewed.metadata.clone(),
        ..lease(who, 40)
    };
    api.replace("leader", &post, &takes_over("two"))
        .await
        .expect("the first");
    let (code, reason, message) = refusal(
        api.replace("leader", &post, &takes_over("three"))
            .await
            .expect_err("the second"),
    );
    assert_eq!((code, reason.as_str()), (409, "Conflict"));
    let want = "Operation cannot be fulfilled on leases.coordination.k8s.io \"leader\": the object has been modified; please apply your changes to the latest version and try again";
    assert_eq!(message, want);

    let release = Patch::Merge(
        json!({"metadata": {"resourceVersion": renewed.resource_version()}, "spec": {"holderIdentity": ""}}),
    );
    let stale = api.patch("leader", &PatchParams::default(), &release).await;
    assert_eq!(refusal(stale.expect_err("it leads no more")).0, 409);
    let holder = api
        .get("leader")
        .await
        .expect("a lease")
        .spec
        .and_then(|spec| spec.holder_identity);
    assert_eq!(holder.as_deref(), Some("two"));

    let wrong: Lease = object(json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "wrong"},
        "spec": {"leaseDurationSeconds": 0, "leaseTransitions": -1},
    }));
    let (code, _, message) = refusal(api.create(&post, &wrong).await.expect_err("not a lease"));
    assert_eq!(code, 422);
    let want = "Lease.coordination.k8s.io \"wrong\" is invalid: [spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0]";
    assert_eq!(message, want);
}
