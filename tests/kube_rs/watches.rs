//! Watches: `Api::watch`, `watcher` by list and by stream, `reflector`; what they do when they were away for too long.

use super::objects::config_map;
use super::world::{World, refusal, soon, until};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt as _;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use kube::core::PartialObjectMeta;
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher::{self, Event, watcher};
use kube::runtime::{WatchStreamExt as _, reflector};
use serde_json::json;
use std::pin::pin;

/// Longer than etcd keeps what was.
const COMPACTED_MS: u64 = 11 * 60 * 1000;

async fn make(api: &Api<ConfigMap>, names: &[&str]) {
    for name in names {
        let map = config_map(name, &json!({}));
        api.create(&PostParams::default(), &map)
            .await
            .expect("a new name");
    }
}

async fn touch(api: &Api<ConfigMap>, name: &str) {
    let patch = Patch::Merge(json!({"data": {"touched": name}}));
    api.patch(name, &PatchParams::default(), &patch)
        .await
        .expect("it is there");
}

/// What a watcher said, in a word each.
async fn next<K: kube::Resource>(
    stream: &mut (impl Stream<Item = watcher::Result<Event<K>>> + Unpin),
    count: usize,
) -> Vec<String> {
    let mut said = Vec::new();
    while said.len() < count {
        let event = soon(&format!("an event after {said:?}"), stream.next())
            .await
            .expect("it goes on");
        said.push(match event {
            Ok(Event::Init) => "init".to_owned(),
            Ok(Event::InitApply(object)) => format!("is {}", object.name_any()),
            Ok(Event::InitDone) => "done".to_owned(),
            Ok(Event::Apply(object)) => format!("put {}", object.name_any()),
            Ok(Event::Delete(object)) => format!("gone {}", object.name_any()),
            Err(error) => format!("error {error}"),
        });
    }
    said
}

#[tokio::test]
async fn a_watch_tells_every_change_in_order() {
    let api = Api::<ConfigMap>::default_namespaced(World::new().client());
    make(&api, &["a"]).await;
    let from = api
        .list(&Default::default())
        .await
        .expect("a list")
        .metadata
        .resource_version;
    let params = WatchParams::default().labels("of=test");
    let mut stream = pin!(
        api.watch(&params, &from.expect("a revision"))
            .await
            .expect("a watch")
    );
    make(&api, &["b"]).await;
    touch(&api, "a").await;
    let unlabelled = Patch::Merge(json!({"metadata": {"labels": {"of": null}}}));
    api.patch("b", &PatchParams::default(), &unlabelled)
        .await
        .expect("it is there");
    api.delete("a", &DeleteParams::default())
        .await
        .expect("it goes");
    let mut revisions = Vec::new();
    for (want, name) in [
        ("added", "b"),
        ("modified", "a"),
        ("deleted", "b"),
        ("deleted", "a"),
    ] {
        let event = soon(want, stream.try_next())
            .await
            .expect("no error")
            .expect("an event");
        let (got, object) = match event {
            WatchEvent::Added(object) => ("added", object),
            WatchEvent::Modified(object) => ("modified", object),
            WatchEvent::Deleted(object) => ("deleted", object),
            other => panic!("{other:?}"),
        };
        assert_eq!((got, object.name_any().as_str()), (want, name));
        revisions.push(
            object
                .resource_version()
                .and_then(|r| r.parse::<u64>().ok()),
        );
    }
    assert!(
        revisions.is_sorted() && revisions[0].is_some(),
        "{revisions:?}"
    );
}

#[tokio::test]
async fn a_watcher_lists_in_pages_or_streams_and_then_follows() {
    for config in [
        watcher::Config::default(),
        watcher::Config::default().page_size(1),
        watcher::Config::default().any_semantic(),
        watcher::Config::default().streaming_lists(),
    ] {
        let world = World::new();
        let api = Api::<ConfigMap>::default_namespaced(world.client());
        make(&api, &["a", "b"]).await;
        let mut stream = watcher(api.clone(), config.labels("of=test")).boxed();
        let first = next(&mut stream, 4).await;
        assert_eq!(first, ["init", "is a", "is b", "done"]);
        make(&api, &["c"]).await;
        touch(&api, "a").await;
        api.delete("b", &DeleteParams::default())
            .await
            .expect("it goes");
        assert_eq!(next(&mut stream, 3).await, ["put c", "put a", "gone b"]);
        // A connection that breaks costs nothing: the next one goes on where it ended.
        world.cut();
        touch(&api, "c").await;
        make(&api, &["d"]).await;
        assert_eq!(next(&mut stream, 2).await, ["put c", "put d"]);
    }
}

#[tokio::test]
async fn a_watcher_that_was_away_for_too_long_begins_anew() {
    for config in [
        watcher::Config::default(),
        watcher::Config::default().streaming_lists(),
    ] {
        let world = World::new();
        let api = Api::<ConfigMap>::default_namespaced(world.client());
        make(&api, &["a", "b"]).await;
        let config = config
            .labels("of=test")
            .disable_bookmarks_unless_streaming();
        let mut stream = watcher(api.clone(), config).boxed();
        assert_eq!(next(&mut stream, 4).await, ["init", "is a", "is b", "done"]);
        make(&api, &["c"]).await;
        assert_eq!(next(&mut stream, 1).await, ["put c"]);
        world.cut();
        api.delete("a", &DeleteParams::default())
            .await
            .expect("it goes");
        world.advance(COMPACTED_MS);
        touch(&api, "b").await;
        let again = next(&mut stream, 5).await;
        assert!(again[0].starts_with("error"), "{again:?}");
        assert!(again[0].contains("too old resource version"), "{again:?}");
        assert_eq!(again[1..], ["init", "is b", "is c", "done"]);
    }
}

/// Streaming lists end with a bookmark, so they cannot do without.
trait Bookmarks {
    fn disable_bookmarks_unless_streaming(self) -> Self;
}

impl Bookmarks for watcher::Config {
    fn disable_bookmarks_unless_streaming(self) -> Self {
        match self.initial_list_strategy {
            watcher::InitialListStrategy::ListWatch => self.disable_bookmarks(),
            watcher::InitialListStrategy::StreamingList => self,
        }
    }
}

#[tokio::test]
async fn what_was_compacted_away_is_gone() {
    let world = World::new();
    let api = Api::<ConfigMap>::default_namespaced(world.client());
    make(&api, &["a", "b", "c"]).await;
    let ours = kube::api::ListParams::default().labels("of=test").limit(1);
    let list = api.list(&ours).await.expect("a page");
    let token = list.metadata.continue_.expect("there is more");
    let revision = list.metadata.resource_version.expect("a revision");
    touch(&api, "a").await;
    world.advance(COMPACTED_MS);
    touch(&api, "a").await;
    let (code, reason, message) = refusal(
        api.list(&ours.continue_token(&token))
            .await
            .expect_err("too late"),
    );
    assert_eq!((code, reason.as_str()), (410, "Expired"));
    let want = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results.";
    assert!(message.starts_with(want), "{message}");
    let exactly = kube::api::ListParams::default()
        .at(&revision)
        .matching(kube::core::params::VersionMatch::Exact);
    let (code, reason, message) = refusal(api.list(&exactly).await.expect_err("too late"));
    assert_eq!((code, reason.as_str()), (410, "Expired"));
    assert_eq!(
        message,
        "The resourceVersion for the provided list is too old."
    );
    let mut watch = pin!(
        api.watch(&WatchParams::default(), &revision)
            .await
            .expect("it is told in the stream")
    );
    let told = soon("an error", watch.next()).await.expect("an event");
    let Ok(WatchEvent::Error(status)) = told else {
        panic!("{told:?}");
    };
    assert_eq!((status.code, status.reason.as_str()), (410, "Expired"));
    assert!(
        status.message.starts_with("too old resource version: "),
        "{}",
        status.message
    );
}

#[tokio::test]
async fn metadata_alone_can_be_watched() {
    let client = World::new().client();
    let api = Api::<ConfigMap>::default_namespaced(client.clone());
    let metadata = Api::<PartialObjectMeta<ConfigMap>>::default_namespaced(client);
    make(&api, &["a"]).await;
    let configs = [
        watcher::Config::default(),
        watcher::Config::default().streaming_lists(),
    ];
    for (round, config) in configs.into_iter().enumerate() {
        let mut stream = watcher(metadata.clone(), config.fields("metadata.name=a")).boxed();
        assert_eq!(next(&mut stream, 3).await, ["init", "is a", "done"]);
        let label = Patch::Merge(json!({"metadata": {"labels": {"watched": format!("{round}")}}}));
        api.patch("a", &PatchParams::default(), &label)
            .await
            .expect("it is there");
        assert_eq!(next(&mut stream, 1).await, ["put a"]);
    }
}

#[tokio::test]
async fn a_reflector_is_a_copy_of_what_there_is() {
    let world = World::new();
    let api = Api::<ConfigMap>::default_namespaced(world.client());
    make(&api, &["a", "b"]).await;
    let (reader, writer) = reflector::store();
    let stream = reflector(
        writer,
        watcher(api.clone(), watcher::Config::default().labels("of=test")),
    )
    .default_backoff()
    .touched_objects();
    let task = tokio::spawn(stream.for_each(|_| std::future::ready(())));
    soon("the first list", reader.wait_until_ready())
        .await
        .expect("it goes on");
    assert_eq!(reader.len(), 2);
    for round in 0..20 {
        make(&api, &[&format!("r{round}")]).await;
        if round % 5 == 0 {
            world.cut();
        }
    }
    api.delete("b", &DeleteParams::default())
        .await
        .expect("it goes");
    until("everything is there", || {
        let is = reader.len() == 21;
        async move { is }
    })
    .await;
    let a = reader
        .get(&ObjectRef::new("a").within("default"))
        .expect("a copy");
    assert_eq!(*a, api.get("a").await.expect("the original"));
    task.abort();
}
