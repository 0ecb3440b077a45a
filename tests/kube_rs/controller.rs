//! A controller as people write them with `kube::runtime`: a custom resource that owns a ConfigMap and a Deployment.

use super::world::{World, object, refusal, soon, until};
use futures::StreamExt as _;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use kube::core::crd::CustomResourceExt as _;
use kube::runtime::controller::{Action, Controller};
use kube::runtime::finalizer::{Event, finalizer};
use kube::runtime::wait::{await_condition, conditions};
use kube::runtime::watcher;
use kube::{Client, CustomResource, Resource as _, ResourceExt as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

/// A page that is to be served.
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "web.example.com",
    version = "v1",
    kind = "Site",
    namespaced,
    shortname = "st",
    status = "SiteStatus",
    scale(
        spec_replicas_path = ".spec.replicas",
        status_replicas_path = ".status.ready"
    ),
    printcolumn(name = "Ready", type_ = "integer", json_path = ".status.ready")
)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SiteSpec {
    /// What the page says.
    text: String,
    /// How many serve it.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 10))]
    replicas: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// How it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SiteStatus {
    ready: i32,
    observed_generation: Option<i64>,
}

fn one() -> i32 {
    1
}

const MANAGER: &str = "site-controller";

struct Context {
    client: Client,
    cleanups: AtomicUsize,
    requeued: AtomicUsize,
}

#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("the API server: {0}")]
    Api(#[from] kube::Error),
    #[error("the finalizer: {0}")]
    Finalizer(#[source] Box<kube::runtime::finalizer::Error<Failed>>),
}

async fn reconcile(site: Arc<Site>, context: Arc<Context>) -> Result<Action, Failed> {
    let api = Api::<Site>::namespaced(
        context.client.clone(),
        &site.namespace().unwrap_or_default(),
    );
    let event = |event| async {
        match event {
            Event::Apply(site) => apply(&site, &context).await,
            Event::Cleanup(_) => {
                context.cleanups.fetch_add(1, Ordering::SeqCst);
                Ok(Action::await_change())
            }
        }
    };
    let done = finalizer(&api, "web.example.com/site", site, event).await;
    done.map_err(|error| Failed::Finalizer(Box::new(error)))
}

async fn apply(site: &Site, context: &Context) -> Result<Action, Failed> {
    let (client, name) = (context.client.clone(), site.name_any());
    let namespace = site.namespace().unwrap_or_default();
    let owner = site.controller_owner_ref(&()).expect("it has a uid");
    let params = PatchParams::apply(MANAGER).force();
    let page: ConfigMap = object(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "ownerReferences": [owner]},
        "data": {"index.html": site.spec.text},
    }));
    let maps = Api::<ConfigMap>::namespaced(client.clone(), &namespace);
    maps.patch(&name, &params, &Patch::Apply(page)).await?;
    let server: Deployment = object(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "ownerReferences": [owner]},
        "spec": {
            "replicas": site.spec.replicas,
            "selector": {"matchLabels": {"site": name}},
            "template": {
                "metadata": {"labels": {"site": name}},
                "spec": {"containers": [{"name": "web", "image": "nginx:1.14.2"}]},
            },
        },
    }));
    let deployments = Api::<Deployment>::namespaced(client.clone(), &namespace);
    let server = deployments
        .patch(&name, &params, &Patch::Apply(server))
        .await?;
    let ready = server
        .status
        .and_then(|status| status.ready_replicas)
        .unwrap_or(0);
    let status = json!({"apiVersion": "web.example.com/v1", "kind": "Site",
        "status": {"ready": ready, "observedGeneration": site.metadata.generation}});
    let sites = Api::<Site>::namespaced(client, &namespace);
    sites
        .patch_status(&name, &params, &Patch::Apply(status))
        .await?;
    if ready == site.spec.replicas {
        return Ok(Action::await_change());
    }
    context.requeued.fetch_add(1, Ordering::SeqCst);
    Ok(Action::requeue(Duration::from_millis(20)))
}

fn failed(_: Arc<Site>, _: &Failed, _: Arc<Context>) -> Action {
    Action::requeue(Duration::from_millis(20))
}

/// Runs the controller until it is aborted.
fn run(client: &Client, context: &Arc<Context>, config: &watcher::Config) -> JoinHandle<()> {
    let sites = Api::<Site>::all(client.clone());
    let controller = Controller::new(sites, config.clone())
        .owns(Api::<ConfigMap>::all(client.clone()), config.clone())
        .owns(Api::<Deployment>::all(client.clone()), config.clone())
        .run(reconcile, failed, Arc::clone(context));
    tokio::spawn(controller.for_each(|_| std::future::ready(())))
}

fn site(name: &str, text: &str, replicas: i32) -> Site {
    let (text, note) = (text.to_owned(), None);
    Site::new(
        name,
        SiteSpec {
            text,
            replicas,
            note,
        },
    )
}

async fn define(client: &Client) {
    let definitions = Api::<CustomResourceDefinition>::all(client.clone());
    let params = PatchParams::apply("installer");
    let definition = Patch::Apply(Site::crd());
    let applied = definitions
        .patch("sites.web.example.com", &params, &definition)
        .await;
    applied.expect("what the derive writes is a structural schema");
    let established = await_condition(
        definitions,
        "sites.web.example.com",
        conditions::is_crd_established(),
    );
    soon("the definition", established).await.expect("no error");
}

async fn has(api: &Api<Site>, name: &str, ready: i32) -> bool {
    let site = api.get(name).await.expect("it is there");
    let seen = site
        .status
        .as_ref()
        .and_then(|status| status.observed_generation);
    site.status.as_ref().map(|status| status.ready) == Some(ready)
        && seen == site.metadata.generation
}

#[tokio::test]
async fn a_controller_converges_repairs_and_cleans_up() {
    for config in [
        watcher::Config::default(),
        watcher::Config::default().streaming_lists(),
    ] {
        let world = World::new();
        let client = world.client();
        define(&client).await;
        let context = Arc::new(Context {
            client: client.clone(),
            cleanups: AtomicUsize::new(0),
            requeued: AtomicUsize::new(0),
        });
        let task = run(&client, &context, &config);
        let sites = Api::<Site>::default_namespaced(client.clone());
        let maps = Api::<ConfigMap>::default_namespaced(client.clone());
        let deployments = Api::<Deployment>::default_namespaced(client.clone());

        sites
            .create(&PostParams::default(), &site("home", "hello", 2))
            .await
            .expect("a new name");
        until("the site is up", || has(&sites, "home", 2)).await;
        let made = sites.get("home").await.expect("it is there");
        assert_eq!(made.finalizers(), ["web.example.com/site"]);

        maps.delete("home", &DeleteParams::default())
            .await
            .expect("it goes");
        until("the page is repaired", || async {
            maps.get_opt("home").await.expect("an answer").is_some()
        })
        .await;
        let broken = Patch::Merge(json!({"spec": {"replicas": 5}}));
        deployments
            .patch("home", &PatchParams::default(), &broken)
            .await
            .expect("anybody may");
        until("the replicas are repaired", || async {
            let spec = deployments.get("home").await.expect("it is there").spec;
            spec.and_then(|spec| spec.replicas) == Some(2)
        })
        .await;

        world.cut();
        let more = Patch::Merge(json!({"spec": {"text": "bye", "replicas": 4}}));
        sites
            .patch("home", &PatchParams::default(), &more)
            .await
            .expect("it is there");
        until("the change arrives", || has(&sites, "home", 4)).await;
        let page = maps
            .get("home")
            .await
            .expect("the page")
            .data
            .expect("data");
        assert_eq!(page.get("index.html").map(String::as_str), Some("bye"));

        sites
            .delete("home", &DeleteParams::default())
            .await
            .expect("it goes");
        until("the site is gone", || async {
            sites.get_opt("home").await.expect("an answer").is_none()
        })
        .await;
        assert_eq!(
            context.cleanups.load(Ordering::SeqCst),
            1,
            "the finalizer ran once"
        );
        let left = (
            maps.get_opt("home").await,
            deployments.get_opt("home").await,
        );
        assert!(
            matches!(left, (Ok(None), Ok(None))),
            "what it owned went with it: {left:?}"
        );
        task.abort();
    }
}

#[tokio::test]
async fn many_sites_under_two_controllers_come_to_rest() {
    let world = World::new();
    let client = world.client();
    define(&client).await;
    let context = Arc::new(Context {
        client: client.clone(),
        cleanups: AtomicUsize::new(0),
        requeued: AtomicUsize::new(0),
    });
    let config = watcher::Config::default();
    let tasks = [
        run(&client, &context, &config),
        run(&client, &context, &config),
    ];
    let sites = Api::<Site>::default_namespaced(client.clone());
    for number in 0..10 {
        let site = site(&format!("s{number}"), "hello", number % 3);
        sites
            .create(&PostParams::default(), &site)
            .await
            .expect("a new name");
    }
    for number in 0..10 {
        let name = format!("s{number}");
        until("a site is up", || has(&sites, &name, number % 3)).await;
    }
    let before = world.with(|port| port.cluster().store().revision());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let after = world.with(|port| port.cluster().store().revision());
    assert_eq!(
        before, after,
        "an apply that changes nothing writes nothing, so nobody is woken"
    );
    tasks.iter().for_each(JoinHandle::abort);
}

#[tokio::test]
async fn the_schema_that_was_derived_is_held() {
    let client = World::new().client();
    define(&client).await;
    let sites = Api::<Site>::default_namespaced(client.clone());
    let refused = sites
        .create(&PostParams::default(), &site("big", "x", 11))
        .await;
    let (code, reason, message) = refusal(refused.expect_err("too many"));
    assert_eq!((code, reason.as_str()), (422, "Invalid"));
    let want = "Site.web.example.com \"big\" is invalid: spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10";
    assert_eq!(message, want);
    sites
        .create(&PostParams::default(), &site("ok", "x", 3))
        .await
        .expect("a new name");
    let scale = sites.get_scale("ok").await.expect("a scale");
    assert_eq!(scale.spec.and_then(|spec| spec.replicas), Some(3));
    let five = Patch::Merge(json!({"spec": {"replicas": 5}}));
    sites
        .patch_scale("ok", &PatchParams::default(), &five)
        .await
        .expect("scaled");
    assert_eq!(sites.get("ok").await.expect("it is there").spec.replicas, 5);
}
