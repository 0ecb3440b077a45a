//! Server-side apply as a controller uses it: fields have owners, conflicts are told, force takes over.

use super::world::{World, object, refusal};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Service};
use kube::ResourceExt as _;
use kube::api::{Api, ListParams, Patch, PatchParams};
use serde_json::{Value, json};

fn web(replicas: Option<i32>, image: &str) -> Value {
    let mut web = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": image}]},
            },
        },
    });
    if let Some(replicas) = replicas {
        web["spec"]["replicas"] = replicas.into();
    }
    web
}

#[tokio::test]
async fn fields_have_owners() {
    let api = Api::<Deployment>::default_namespaced(World::new().client());
    let one = PatchParams::apply("one");
    let two = PatchParams::apply("two");
    let applied = api
        .patch("web", &one, &Patch::Apply(web(Some(2), "nginx:1.14.2")))
        .await
        .expect("made");
    let managers: Vec<_> = applied
        .managed_fields()
        .iter()
        .filter_map(|m| m.manager.as_deref())
        .collect();
    assert_eq!(managers, ["one"]);
    let same = api
        .patch("web", &one, &Patch::Apply(web(Some(2), "nginx:1.14.2")))
        .await
        .expect("nothing to do");
    assert_eq!(
        same.metadata.generation, applied.metadata.generation,
        "nothing was asked for"
    );

    let (code, reason, message) = refusal(
        api.patch("web", &two, &Patch::Apply(web(Some(3), "nginx:1.16")))
            .await
            .expect_err("taken"),
    );
    assert_eq!((code, reason.as_str()), (409, "Conflict"));
    let want = "Apply failed with 2 conflicts: conflicts with \"one\":\n- .spec.replicas\n- .spec.template.spec.containers[name=\"web\"].image";
    assert_eq!(message, want);
    let forced = api
        .patch(
            "web",
            &two.clone().force(),
            &Patch::Apply(web(Some(3), "nginx:1.16")),
        )
        .await
        .expect("taken over");
    assert_eq!(forced.spec.as_ref().and_then(|spec| spec.replicas), Some(3));

    // Who no longer says it gives it up: the other one still owns it.
    let given_up = api
        .patch("web", &one, &Patch::Apply(web(None, "nginx:1.16")))
        .await
        .expect("agreed");
    assert_eq!(given_up.spec.and_then(|spec| spec.replicas), Some(3));
    let back = api
        .patch("web", &two, &Patch::Apply(web(None, "nginx:1.16")))
        .await
        .expect("agreed");
    assert_eq!(
        back.spec.and_then(|spec| spec.replicas),
        Some(1),
        "nobody owns it: the default"
    );
}

#[tokio::test]
async fn keys_that_are_no_longer_applied_go() {
    let api = Api::<ConfigMap>::default_namespaced(World::new().client());
    let map =
        |data: Value| Patch::Apply(json!({"apiVersion": "v1", "kind": "ConfigMap", "data": data}));
    let params = PatchParams::apply("me");
    api.patch("a", &params, &map(json!({"x": "1", "y": "2"})))
        .await
        .expect("made");
    api.patch(
        "a",
        &PatchParams::apply("you"),
        &map(json!({"y": "2", "z": "3"})),
    )
    .await
    .expect("agreed");
    let left = api
        .patch("a", &params, &map(json!({})))
        .await
        .expect("given up");
    let keys: Vec<String> = left.data.unwrap_or_default().into_keys().collect();
    assert_eq!(keys, ["y", "z"]);
    let dry = api
        .patch("a", &params.clone().dry_run(), &map(json!({"x": "9"})))
        .await
        .expect("it would be");
    assert!(dry.data.unwrap_or_default().contains_key("x"));
    assert!(
        !api.get("a")
            .await
            .expect("it is there")
            .data
            .unwrap_or_default()
            .contains_key("x")
    );
    let wrong = Patch::Apply(json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"x": 1}}));
    let (code, _, _) = refusal(
        api.patch("a", &params, &wrong)
            .await
            .expect_err("not a string"),
    );
    assert!(code == 400 || code == 500, "{code}");
    let named: ConfigMap =
        object(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}));
    let (code, _, message) = refusal(
        api.patch("a", &params, &Patch::Apply(named))
            .await
            .expect_err("another name"),
    );
    assert_eq!(code, 400);
    assert_eq!(
        message,
        "the name of the object (b) does not match the name on the URL (a)"
    );
}

#[tokio::test]
async fn lists_of_maps_are_merged_by_their_keys() {
    let api = Api::<Service>::default_namespaced(World::new().client());
    let service = |ports: Value| {
        Patch::Apply(json!({"apiVersion": "v1", "kind": "Service", "spec": {"ports": ports}}))
    };
    let http = json!([{"name": "http", "port": 80, "protocol": "TCP"}]);
    let dns = json!([{"name": "dns", "port": 53, "protocol": "UDP"}]);
    api.patch("s", &PatchParams::apply("one"), &service(http))
        .await
        .expect("made");
    let both = api
        .patch("s", &PatchParams::apply("two"), &service(dns))
        .await
        .expect("no conflict");
    let ports = both.spec.and_then(|spec| spec.ports).unwrap_or_default();
    let mut ports: Vec<i32> = ports.iter().map(|port| port.port).collect();
    ports.sort_unstable();
    assert_eq!(ports, [53, 80]);
    let left = api
        .patch("s", &PatchParams::apply("one"), &service(json!([])))
        .await
        .expect("given up");
    assert_eq!(
        left.spec
            .and_then(|spec| spec.ports)
            .map(|ports| ports.len()),
        Some(1)
    );
    assert!(
        api.list(&ListParams::default())
            .await
            .expect("a list")
            .items
            .len()
            >= 2
    );
}
