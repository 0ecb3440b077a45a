//! `Api`: every verb, with its parameters.

use super::world::{World, object, refusal};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v1::Scale;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{
    Api, DeleteParams, GetParams, ListParams, Patch, PatchParams, PostParams, Preconditions,
    PropagationPolicy,
};
use kube::core::params::VersionMatch;
use kube::{Client, ResourceExt as _};
use serde_json::{Value, json};

pub(crate) fn config_map(name: &str, data: &Value) -> ConfigMap {
    object(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"of": "test"}}, "data": data,
    }))
}

pub(crate) fn deployment(name: &str, replicas: i32) -> Deployment {
    object(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "web", "image": "nginx:1.14.2"}]},
            },
        },
    }))
}

fn maps(client: &Client) -> Api<ConfigMap> {
    Api::default_namespaced(client.clone())
}

#[tokio::test]
async fn objects_are_created_read_replaced_and_deleted() {
    let api = maps(&World::new().client());
    let post = PostParams::default();
    let mut made = api
        .create(&post, &config_map("a", &json!({"k": "1"})))
        .await
        .expect("a new name");
    assert!(made.uid().is_some() && made.creation_timestamp().is_some());
    let again = api.create(&post, &config_map("a", &json!({}))).await;
    let want = (
        409,
        "AlreadyExists".into(),
        "configmaps \"a\" already exists".into(),
    );
    assert_eq!(refusal(again.expect_err("the name is taken")), want);
    assert_eq!(api.get("a").await.expect("it is there"), made);
    assert!(api.get_opt("b").await.expect("an answer").is_none());
    let (code, reason, _) = refusal(api.get("b").await.expect_err("no such object"));
    assert_eq!((code, reason.as_str()), (404, "NotFound"));

    let old = made.clone();
    made.data = Some([("k".to_owned(), "2".to_owned())].into());
    let replaced = api.replace("a", &post, &made).await.expect("it is fresh");
    assert_ne!(replaced.resource_version(), old.resource_version());
    let (code, reason, message) = refusal(api.replace("a", &post, &old).await.expect_err("stale"));
    assert_eq!((code, reason.as_str()), (409, "Conflict"));
    let want = "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again";
    assert_eq!(message, want);

    let dry = PostParams {
        dry_run: true,
        ..post.clone()
    };
    api.create(&dry, &config_map("dry", &json!({})))
        .await
        .expect("it would be made");
    assert!(api.get_opt("dry").await.expect("an answer").is_none());
    let mut generated = config_map("", &json!({}));
    generated.metadata.name = None;
    generated.metadata.generate_name = Some("made-".into());
    let generated = api
        .create(&post, &generated)
        .await
        .expect("a name is found");
    assert_eq!(generated.name_any().len(), "made-".len() + 5);

    let wrong = DeleteParams::default().preconditions(Preconditions {
        uid: Some("another".into()),
        resource_version: None,
    });
    let (code, _, message) = refusal(api.delete("a", &wrong).await.expect_err("another object"));
    assert_eq!(code, 409);
    let why = "the UID in the precondition (another) does not match the UID in record (";
    assert!(message.contains(why), "{message}");
    let gone = api
        .delete("a", &DeleteParams::default())
        .await
        .expect("it goes");
    let status = gone.right().expect("nothing is left of it");
    assert_eq!(status.details.map(|details| details.uid), old.uid());
}

#[tokio::test]
async fn lists_come_in_chunks_and_as_of_revisions() {
    let api = maps(&World::new().client());
    for number in 0..7 {
        let mut map = config_map(&format!("m{number}"), &json!({}));
        let even = if number % 2 == 0 { "yes" } else { "no" };
        map.labels_mut().insert("even".into(), even.into());
        api.create(&PostParams::default(), &map)
            .await
            .expect("a new name");
    }
    let ours = ListParams::default().labels("of=test");
    let mut names = Vec::new();
    let mut page = ours.clone().limit(3);
    let mut revisions = Vec::new();
    loop {
        let list = api.list(&page).await.expect("a page");
        names.extend(list.items.iter().map(kube::ResourceExt::name_any));
        revisions.extend(list.metadata.resource_version.clone());
        // What is written meanwhile is not on later pages.
        let late = config_map(&format!("m3-late-{}", names.len()), &json!({}));
        api.create(&PostParams::default(), &late)
            .await
            .expect("a new name");
        match list.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => page = ours.clone().limit(3).continue_token(&token),
            None => break,
        }
    }
    assert_eq!(names, ["m0", "m1", "m2", "m3", "m4", "m5", "m6"]);
    assert!(
        revisions.iter().all(|revision| *revision == revisions[0]),
        "{revisions:?}"
    );

    let exactly = ListParams::default()
        .at(&revisions[0])
        .matching(VersionMatch::Exact)
        .labels("of=test");
    assert_eq!(api.list(&exactly).await.expect("as it was").items.len(), 7);
    assert_eq!(api.list(&ours).await.expect("as it is").items.len(), 10);
    let even = ours
        .clone()
        .labels("of=test,even in (yes)")
        .fields("metadata.name!=m2");
    let even = api.list(&even).await.expect("selectors are understood");
    let even: Vec<String> = even.items.iter().map(kube::ResourceExt::name_any).collect();
    assert_eq!(even, ["m0", "m4", "m6"]);
    let future = ListParams::default()
        .at("99999999")
        .matching(VersionMatch::NotOlderThan);
    let (code, reason, message) =
        refusal(api.list(&future).await.expect_err("nobody wrote that much"));
    assert_eq!((code, reason.as_str()), (504, "Timeout"));
    assert!(
        message.starts_with("Too large resource version: 99999999, current: "),
        "{message}"
    );
    assert!(api.get_with("m0", &GetParams::any()).await.is_ok());

    let metadata = api.list_metadata(&ours).await.expect("metadata alone");
    assert_eq!(metadata.items.len(), 10);
    let types = metadata.items[0]
        .types
        .as_ref()
        .map(|types| types.kind.as_str());
    assert_eq!(types, Some("PartialObjectMetadata"));
    assert_eq!(api.get_metadata("m0").await.expect("one").name_any(), "m0");

    let gone = api
        .delete_collection(&DeleteParams::default(), &ours)
        .await
        .expect("they go");
    assert_eq!(gone.left().map(|list| list.items.len()), Some(10));
    assert!(api.list(&ours).await.expect("a list").items.is_empty());
}

#[tokio::test]
async fn patches_of_all_types() {
    let api = Api::<Deployment>::default_namespaced(World::new().client());
    api.create(&PostParams::default(), &deployment("web", 1))
        .await
        .expect("a new name");
    let params = PatchParams::default();
    let merge = Patch::Merge(json!({"metadata": {"annotations": {"note": "hello", "gone": null}}}));
    let patched = api
        .patch("web", &params, &merge)
        .await
        .expect("a merge patch");
    assert_eq!(
        patched.annotations().get("note").map(String::as_str),
        Some("hello")
    );

    let strategic = Patch::Strategic(json!({"spec": {"template": {"spec": {"containers": [
        {"name": "web", "env": [{"name": "A", "value": "1"}]}, {"name": "side", "image": "busybox"}]}}}}));
    let patched = api
        .patch("web", &params, &strategic)
        .await
        .expect("a strategic merge patch");
    let pod = patched
        .spec
        .and_then(|spec| spec.template.spec)
        .expect("a template");
    let images: Vec<&str> = pod
        .containers
        .iter()
        .filter_map(|c| c.image.as_deref())
        .collect();
    assert_eq!(images.len(), 2, "lists are merged by name");
    assert!(images.contains(&"nginx:1.14.2"));

    let steps: json_patch::Patch = object(json!([
        {"op": "test", "path": "/spec/replicas", "value": 1},
        {"op": "replace", "path": "/spec/replicas", "value": 2},
    ]));
    let raw = |steps: &json_patch::Patch| serde_json::to_value(steps).expect("plain data");
    let uri = "/apis/apps/v1/namespaces/default/deployments/web";
    let send = |steps: Value| {
        let request =
            http::Request::patch(uri).header("content-type", "application/json-patch+json");
        request
            .body(steps.to_string().into_bytes())
            .expect("a request")
    };
    let client = api.clone().into_client();
    let patched: Deployment = client
        .request(send(raw(&steps)))
        .await
        .expect("a JSON patch");
    assert_eq!(patched.spec.and_then(|spec| spec.replicas), Some(2));
    let (code, reason, _) = refusal(
        client
            .request::<Deployment>(send(raw(&steps)))
            .await
            .expect_err("the test fails"),
    );
    assert_eq!((code, reason.as_str()), (422, "Invalid"));

    let apply = Patch::Apply(
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"labels": {"tier": "front"}}}),
    );
    let applied = api
        .patch("web", &PatchParams::apply("me"), &apply)
        .await
        .expect("an apply");
    assert_eq!(
        applied.labels().get("tier").map(String::as_str),
        Some("front")
    );
    let metadata = api
        .patch_metadata("web", &params, &merge)
        .await
        .expect("a patch");
    assert_eq!(
        metadata.annotations().get("note").map(String::as_str),
        Some("hello")
    );
    let stale = Patch::Merge(json!({"metadata": {"resourceVersion": "1"}}));
    assert_eq!(
        refusal(api.patch("web", &params, &stale).await.expect_err("stale")).0,
        409
    );

    let strict = PatchParams::default().validation_strict();
    let unknown = Patch::Merge(json!({"spec": {"replica": 3}}));
    let (code, _, message) = refusal(
        api.patch("web", &strict, &unknown)
            .await
            .expect_err("no such field"),
    );
    assert_eq!(code, 422);
    assert!(
        message.contains("unknown field \"spec.replica\""),
        "{message}"
    );
}

#[tokio::test]
async fn scale_and_status_are_parts_of_their_own() {
    let api = Api::<Deployment>::default_namespaced(World::new().client());
    api.create(&PostParams::default(), &deployment("web", 1))
        .await
        .expect("a new name");
    let scale = api.get_scale("web").await.expect("a scale");
    assert_eq!(scale.spec.as_ref().and_then(|spec| spec.replicas), Some(1));
    assert_eq!(
        scale.status.and_then(|status| status.selector).as_deref(),
        Some("app=web")
    );
    let three = Patch::Merge(json!({"spec": {"replicas": 3}}));
    let scale = api
        .patch_scale("web", &PatchParams::default(), &three)
        .await
        .expect("scaled");
    assert_eq!(scale.spec.and_then(|spec| spec.replicas), Some(3));
    let mut scale: Scale = api.get_scale("web").await.expect("a scale");
    assert_eq!(
        scale.status.as_ref().map(|status| status.replicas),
        Some(3),
        "pods came"
    );
    scale.spec.as_mut().expect("a spec").replicas = Some(2);
    api.replace_scale("web", &PostParams::default(), &scale)
        .await
        .expect("scaled");
    let status = api
        .get_status("web")
        .await
        .expect("a status")
        .status
        .expect("written");
    assert_eq!((status.replicas, status.ready_replicas), (Some(2), Some(2)));
    let both = Patch::Merge(json!({"spec": {"replicas": 9}, "status": {"conditions": [
        {"type": "Mine", "status": "True", "reason": "Because", "message": ""}]}}));
    let patched = api
        .patch_status("web", &PatchParams::default(), &both)
        .await
        .expect("a status");
    assert_eq!(
        patched.spec.and_then(|spec| spec.replicas),
        Some(2),
        "the spec is not the status'"
    );
}

#[tokio::test]
async fn what_owns_others_takes_them_along_or_leaves_them() {
    let client = World::new().client();
    let api = Api::<Deployment>::default_namespaced(client.clone());
    let sets = Api::<k8s_openapi::api::apps::v1::ReplicaSet>::default_namespaced(client.clone());
    for (policy, left) in [
        (PropagationPolicy::Background, 0),
        (PropagationPolicy::Foreground, 0),
        (PropagationPolicy::Orphan, 1),
    ] {
        let name = format!("{policy:?}").to_lowercase();
        api.create(&PostParams::default(), &deployment(&name, 1))
            .await
            .expect("a new name");
        let params = DeleteParams {
            propagation_policy: Some(policy),
            ..DeleteParams::default()
        };
        api.delete(&name, &params).await.expect("it goes");
        assert!(
            api.get_opt(&name).await.expect("an answer").is_none(),
            "{name}"
        );
        let of = ListParams::default().labels(&format!("app={name}"));
        assert_eq!(
            sets.list(&of).await.expect("a list").items.len(),
            left,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_namespace_ends_with_all_that_is_in_it() {
    let client = World::new().client();
    let spaces = Api::<Namespace>::all(client.clone());
    let space =
        object(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}}));
    spaces
        .create(&PostParams::default(), &space)
        .await
        .expect("a new name");
    let inside = Api::<ConfigMap>::namespaced(client.clone(), "team");
    inside
        .create(&PostParams::default(), &config_map("a", &json!({})))
        .await
        .expect("a new name");
    let going = spaces
        .delete("team", &DeleteParams::default())
        .await
        .expect("it goes");
    let going = going.left().expect("it is still ending");
    assert_eq!(
        going.status.and_then(|status| status.phase).as_deref(),
        Some("Terminating")
    );
    assert!(spaces.get_opt("team").await.expect("an answer").is_none());
    assert!(inside.get_opt("a").await.expect("an answer").is_none());
    let late = inside
        .create(&PostParams::default(), &config_map("b", &json!({})))
        .await;
    let (code, _, message) = refusal(late.expect_err("no such namespace"));
    assert_eq!(
        (code, message.as_str()),
        (404, "namespaces \"team\" not found")
    );
}

#[tokio::test]
async fn an_entry_is_changed_or_made() {
    let api = maps(&World::new().client());
    let mut entry = api
        .entry("a")
        .await
        .expect("an answer")
        .or_insert(|| config_map("a", &json!({"k": "1"})));
    entry.commit(&PostParams::default()).await.expect("made");
    entry
        .get_mut()
        .data
        .get_or_insert_default()
        .insert("k".into(), "2".into());
    entry.commit(&PostParams::default()).await.expect("changed");
    let data = api.get("a").await.expect("it is there").data.expect("data");
    assert_eq!(data.get("k").map(String::as_str), Some("2"));
}
