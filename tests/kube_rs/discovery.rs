//! Who one is, and what there is: discovery, versions, reviews, impersonation.

use super::objects::config_map;
use super::world::{World, object, refusal};
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{Api, DynamicObject, ListParams, PostParams};
use kube::core::GroupVersionKind;
use kube::discovery::{self, Discovery, Scope, verbs};
use kube::{Client, ResourceExt as _};
use serde_json::json;

#[tokio::test]
async fn everything_is_discovered_in_both_ways() {
    let client = World::new().client();
    let version = client.apiserver_version().await.expect("a version");
    assert_eq!(
        (version.major.as_str(), version.minor.as_str()),
        ("1", "33")
    );
    let old = Discovery::new(client.clone())
        .run()
        .await
        .expect("group by group");
    let new = Discovery::new(client.clone())
        .run_aggregated()
        .await
        .expect("at once");
    let told = |found: &Discovery| {
        let mut all = Vec::new();
        for group in found.groups() {
            for version in group.versions() {
                for (resource, can) in group.versioned_resources(version) {
                    let mut verbs = can.operations.clone();
                    verbs.sort();
                    let is_namespaced = can.scope == Scope::Namespaced;
                    let mut parts: Vec<String> = can
                        .subresources
                        .iter()
                        .map(|(part, _)| part.plural.clone())
                        .collect();
                    parts.sort();
                    all.push((
                        resource.api_version,
                        resource.kind,
                        resource.plural,
                        is_namespaced,
                        verbs,
                        parts,
                    ));
                }
            }
        }
        all.sort();
        all
    };
    assert_eq!(told(&old), told(&new));
    assert!(told(&old).len() > 50, "{}", told(&old).len());
    let kind = GroupVersionKind::gvk("apps", "v1", "Deployment");
    let (resource, can) = new.resolve_gvk(&kind).expect("Deployments are known");
    assert!(
        can.supports_operation(verbs::WATCH)
            && can
                .subresources
                .iter()
                .any(|(part, _)| part.plural.ends_with("scale"))
    );
    let (pinned, _) = discovery::pinned_kind(&client, &kind)
        .await
        .expect("one kind");
    assert_eq!(pinned, resource);
    let group = discovery::group(&client, "autoscaling")
        .await
        .expect("a group");
    assert_eq!(group.preferred_version(), Some("v2"));
    for (resource, can) in new
        .groups()
        .flat_map(discovery::ApiGroup::recommended_resources)
    {
        if can.supports_operation(verbs::LIST) {
            let api = Api::<DynamicObject>::all_with(client.clone(), &resource);
            api.list(&ListParams::default().limit(2))
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", resource.plural));
        }
    }
}

async fn whoami(client: &Client) -> (String, Vec<String>) {
    let api = Api::<SelfSubjectReview>::all(client.clone());
    let review = api
        .create(&PostParams::default(), &SelfSubjectReview::default())
        .await
        .expect("a review");
    let user = review
        .status
        .and_then(|status| status.user_info)
        .expect("somebody");
    (
        user.username.unwrap_or_default(),
        user.groups.unwrap_or_default(),
    )
}

#[tokio::test]
async fn who_asks_is_known_and_may_be_another() {
    let world = World::new();
    let (name, groups) = whoami(&world.client()).await;
    assert_eq!(name, "kubernetes-admin");
    assert_eq!(groups, ["system:masters", "system:authenticated"]);
    let headers = [
        ("impersonate-user", "bob"),
        ("impersonate-group", "dev"),
        ("impersonate-group", "ops"),
    ];
    let bob = world.client_of("root", &headers);
    let (name, groups) = whoami(&bob).await;
    assert_eq!(
        (name.as_str(), groups),
        (
            "bob",
            vec!["dev".into(), "ops".into(), "system:authenticated".into()]
        )
    );
    let denied = Api::<Pod>::default_namespaced(bob)
        .list(&ListParams::default())
        .await;
    let want = r#"pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default""#;
    assert_eq!(
        refusal(denied.expect_err("bob has no rights")),
        (403, "Forbidden".into(), want.into())
    );
    let jane = world.client_of("jane", &[("impersonate-user", "kubernetes-admin")]);
    let denied = Api::<Pod>::default_namespaced(jane)
        .list(&ListParams::default())
        .await;
    let want = r#"users "kubernetes-admin" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope"#;
    assert_eq!(refusal(denied.expect_err("jane may not")).2, want);
    let nobody = world.client_of("wrong", &[]);
    let denied = Api::<Pod>::default_namespaced(nobody)
        .list(&ListParams::default())
        .await;
    assert_eq!(
        refusal(denied.expect_err("an unknown token")),
        (401, "Unauthorized".into(), "Unauthorized".into())
    );
}

#[tokio::test]
async fn what_one_may_do_can_be_asked() {
    let world = World::new();
    for (token, want) in [("root", true), ("jane", false)] {
        let api = Api::<SelfSubjectAccessReview>::all(world.client_of(token, &[]));
        let asked = object(json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {"namespace": "default", "verb": "create", "group": "apps", "resource": "deployments"}},
        }));
        let answer = api
            .create(&PostParams::default(), &asked)
            .await
            .expect("a review");
        assert_eq!(
            answer.status.map(|status| status.allowed),
            Some(want),
            "{token}"
        );
    }
}

#[tokio::test]
async fn objects_of_any_kind_are_dynamic() {
    let client = World::new().client();
    let kind = GroupVersionKind::gvk("", "v1", "ConfigMap");
    let (resource, _) = discovery::pinned_kind(&client, &kind)
        .await
        .expect("one kind");
    let api = Api::<DynamicObject>::default_namespaced_with(client.clone(), &resource);
    let map = DynamicObject::new("a", &resource).data(json!({"data": {"k": "1"}}));
    api.create(&PostParams::default(), &map)
        .await
        .expect("a new name");
    let typed = Api::<ConfigMap>::default_namespaced(client);
    let same = typed.get("a").await.expect("it is there");
    assert_eq!(same.data, config_map("a", &json!({"k": "1"})).data);
    assert_eq!(
        api.get("a")
            .await
            .expect("it is there")
            .types
            .expect("types")
            .kind,
        "ConfigMap"
    );
    assert_eq!(same.namespace().as_deref(), Some("default"));
}
