//! Tests of the API server as its clients see it: requests in, answers out.

mod apply;
mod authorization;
mod create;
mod custom;
mod definition;
mod delete;
mod eviction;
mod field_managers;
mod patch;
mod quota;
mod read;
mod service;
mod update;
mod workloads;

use super::{Authorizer, Context, handle};
use crate::api::time::Ms;
use crate::api::{Answer, Body, Key, Kind, Object, Reply, Request, Status, Stored, Verb};
use crate::component::Rng;
use crate::control_plane::etcd::Store;
use serde_json::{Value, json};
use std::sync::Arc;

/// A store with the namespace `default` and its service account, and a clock.
struct World {
    store: Store,
    authorizer: Authorizer,
    rng: Rng,
    now_ms: Ms,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            store: Store::default(),
            authorizer: Authorizer::default(),
            rng: Rng::new(1),
            now_ms: 0,
        };
        world.make(
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}),
        );
        world.make(
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}),
        );
        world
    }

    /// The answer; a request of nobody's is the administrator's.
    fn answer(&mut self, request: &Request) -> Answer {
        let mut request = request.clone();
        if request.user.is_empty() {
            request = request.by("kubernetes-admin");
        }
        let before = self.store.revision();
        let mut context = Context {
            store: &mut self.store,
            authorizer: &mut self.authorizer,
            rng: &mut self.rng,
            now_ms: self.now_ms,
            step: 1,
        };
        let answer = handle(request, &mut context);
        let wrote = self.store.revision() != before;
        let newest = wrote.then(|| self.store.revision());
        assert_eq!(answer.revision, newest, "an answer says what was written");
        answer
    }

    fn send(&mut self, request: &Request) -> Result<Reply, Status> {
        self.answer(request).result
    }

    /// The one object of the answer.
    fn ask(&mut self, request: &Request) -> Result<Object, Status> {
        let reply = self.send(request)?;
        Ok(reply.object().expect("one object").clone())
    }

    /// The message of the refusal, with its code.
    fn refusal(&mut self, request: &Request) -> (u16, String) {
        let before = self.store.clone();
        let status = self.send(request).expect_err("a refusal");
        assert_eq!(self.store, before, "a refusal writes nothing");
        (status.code(), status.message)
    }

    /// Creates what the document says.
    fn make(&mut self, document: Value) -> Object {
        let request = creation(document);
        self.ask(&request).expect("created")
    }

    fn get(&self, kind: Kind, name: &str) -> Option<&Object> {
        let key = Key::new(kind, "default", name);
        self.store.head().get(&key)
    }

    fn typed<T: Stored>(&self, name: &str) -> T {
        let object = self.get(T::STORED_AS, name).expect("it is there");
        T::of(object).expect("of its kind").clone()
    }
}

/// The request to create what the document says, in `default` if it says nothing else.
fn creation(document: Value) -> Request {
    let text = |path: &str| {
        document
            .pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let kind = Kind::of(&text("/apiVersion"), &text("/kind")).expect("a kind");
    let namespace = match text("/metadata/namespace") {
        none if none.is_empty() => "default".to_owned(),
        some => some,
    };
    let key = Key::new(kind, namespace, text("/metadata/name"));
    Request::new(Verb::Create, key, Body::Document(Arc::new(document)))
}

fn key(kind: Kind, name: &str) -> Key {
    Key::new(kind, "default", name)
}

fn pod(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "c", "image": "nginx"}]},
    })
}

fn config_map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}})
}

fn deployment(name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "c", "image": "nginx:1.14.2"}]},
            },
        },
    })
}
