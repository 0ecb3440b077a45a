//! Table tests of the whole turn.

use super::super::testing::{PodBuilder, object, snapshot, story, sync};
use super::*;
use expect_test::{Expect, expect};
use serde_json::json;

fn service() -> Service {
    object(json!({
        "metadata": { "name": "web" },
        "spec": {
            "clusterIP": "10.96.0.7",
            "selector": { "app": "web" },
            "ports": [{ "port": 80, "protocol": "TCP", "targetPort": 8080 }],
        },
    }))
}

fn pod(builder: PodBuilder, ip: &str) -> Object {
    let mut pod = builder.on("n1").pod();
    pod.status.get_or_insert_default().pod_ip = Some(ip.to_owned());
    pod.into()
}

fn check(objects: Vec<Object>, want: &Expect) -> Turn {
    let turn = sync(&EndpointsController, "default/web", &snapshot(objects), 0);
    want.assert_eq(&story(&turn));
    turn
}

#[test]
fn ready_and_not_ready_go_into_one_object() {
    let pods = vec![
        service().into(),
        pod(PodBuilder::new("b").ready_since(0), "10.244.0.10"),
        pod(PodBuilder::new("a").ready_since(0), "10.244.0.9"),
        pod(PodBuilder::new("sick").phase("Running"), "10.244.0.3"),
        pod(
            PodBuilder::new("going").ready_since(0).deleted(0),
            "10.244.0.4",
        ),
    ];
    let turn = check(
        pods.clone(),
        &expect![[r#"
        ? Endpoints default/web subsets: [10.244.0.9 10.244.0.10 10.244.0.3(not-ready)] != <none> EndpointsNeeded
        ! create endpoints default/web"#]],
    );
    let Action::Api(Request {
        body: crate::api::Body::Object(made),
        ..
    }) = &turn.actions[0].action
    else {
        panic!("it creates Endpoints");
    };
    let all = pods.into_iter().chain([made.clone()]).collect();
    check(all, &expect![[""]]);
    check(
        vec![made.clone()],
        &expect![[r#"
        ? Endpoints default/web metadata.name: <none> != web ServiceGone
        ! delete endpoints default/web"#]],
    );
}

#[test]
fn refusals_are_told_of_the_endpoints_and_whatever_is_left_of_a_service_goes() {
    let world = snapshot([service().into()]);
    let refused = |reason: &'static str| {
        let mut memory = Remembered::default();
        let why = "no".to_owned();
        memory.failures.insert("default/web".into(), (reason, why));
        let turn = EndpointsController.sync("default/web", &Seen::new(&world, 0), &mut memory);
        story(&turn)
            .lines()
            .find(|l| l.starts_with('*'))
            .map(str::to_owned)
    };
    let cases = [
        (
            "FailedToCreateEndpoint",
            "* Warning FailedToCreateEndpoint Failed to create endpoint for service default/web: no",
        ),
        (
            "FailedToUpdateEndpoint",
            "* Warning FailedToUpdateEndpoint Failed to update endpoint default/web: no",
        ),
    ];
    for (reason, want) in cases {
        assert_eq!(refused(reason).as_deref(), Some(want));
    }
    let by_hand: Endpoints = object(serde_json::json!({ "metadata": { "name": "web" } }));
    check(
        vec![by_hand.into()],
        &expect![[r#"
            ? Endpoints default/web metadata.name: <none> != web ServiceGone
            ! delete endpoints default/web"#]],
    );
}

#[test]
fn a_thousand_at_most() {
    let pods = (0..1200).map(|i| {
        pod(
            PodBuilder::new(&format!("p{i}")).ready_since(0),
            &format!("10.244.{}.{}", i / 250, i % 250),
        )
    });
    let world = snapshot(pods.chain([service().into()]));
    let turn = sync(&EndpointsController, "default/web", &world, 0);
    let Action::Api(Request {
        body: crate::api::Body::Object(made),
        ..
    }) = &turn.actions[0].action
    else {
        panic!("it creates Endpoints");
    };
    assert_eq!(made.get::<Endpoints>().map(count), Some(CAPACITY_MAX));
    let annotations = made.metadata().annotations.clone().unwrap_or_default();
    assert_eq!(
        annotations.get(OVER_CAPACITY).map(String::as_str),
        Some("truncated")
    );
}
