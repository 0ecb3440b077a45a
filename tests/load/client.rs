//! One client: writes objects of its own and some that others write too, and reads back whatever it is told was written.

use super::connection::{Answer, Connection, revision_of};
use super::history::hash;
use super::objects::{NAMESPACES, Resource};
use super::report::Class;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many objects of each kind a client has at most, and how often, in a hundred turns, it is such a kind's.
const SLOTS: [(Resource, u64, u64); 4] = [
    (Resource::ConfigMap, 4, 48),
    (Resource::Widget, 3, 30),
    (Resource::Pod, 2, 14),
    (Resource::Deployment, 1, 8),
];

/// How many ConfigMaps of a namespace everybody counts in.
const SHARED: u64 = 2;

/// A write that the server said was done.
#[derive(Debug)]
pub(crate) struct Acknowledged {
    pub(crate) resource: Resource,
    pub(crate) revision: u64,
    /// Of the answer's text.
    pub(crate) object: u64,
    pub(crate) at: Instant,
}

/// What a client did.
pub(crate) struct Done {
    namespace: &'static str,
    pub(crate) acknowledged: Vec<Acknowledged>,
    pub(crate) took: Vec<(Resource, Class, Duration)>,
    /// How many objects that nobody else writes it deleted.
    pub(crate) deleted: u64,
    /// How often somebody else had written first.
    pub(crate) conflicts: u64,
    /// How often it counted in an object that others count in.
    counted: BTreeMap<String, u64>,
    /// What it has, as it last heard.
    own: BTreeMap<(Resource, u64), Own>,
}

struct Own {
    name: String,
    object: Value,
}

/// Random numbers (splitmix64): the same for the same seed and client.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }
}

pub(crate) struct Client {
    index: usize,
    random: Random,
    until: Instant,
    version: u64,
    done: Done,
}

impl Client {
    pub(crate) fn new(index: usize, seed: u64, until: Instant) -> Self {
        Self {
            index,
            random: Random(seed.wrapping_mul(1_000_003).wrapping_add(index as u64)),
            until,
            version: 0,
            done: Done {
                namespace: NAMESPACES[index % NAMESPACES.len()],
                acknowledged: Vec::new(),
                took: Vec::new(),
                deleted: 0,
                conflicts: 0,
                counted: BTreeMap::new(),
                own: BTreeMap::new(),
            },
        }
    }

    /// Works until the time is over.
    pub(crate) async fn run(mut self, address: String, token: String) -> Done {
        let mut connection = Connection::open(&address, &token).await;
        while Instant::now() < self.until {
            match self.random.below(100) {
                0..6 => self.count(&mut connection).await,
                6..9 => self.list(&mut connection).await,
                _ => self.write(&mut connection).await,
            }
        }
        self.done
    }

    async fn ask(
        &mut self,
        connection: &mut Connection,
        (resource, class): (Resource, Class),
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let answer = connection.ask(class.method(), path, body).await;
        self.done.took.push((resource, class, answer.took));
        answer
    }

    /// Creates an object, changes it or deletes it.
    async fn write(&mut self, connection: &mut Connection) {
        let mut dice = self.random.below(100);
        let mut chosen = SLOTS[0];
        for slots in SLOTS {
            chosen = slots;
            if dice < slots.2 {
                break;
            }
            dice -= slots.2;
        }
        let (resource, slots, _) = chosen;
        let slot = self.random.below(slots);
        self.version += 1;
        let Some(own) = self.done.own.remove(&(resource, slot)) else {
            return self.create(connection, resource, slot).await;
        };
        match self.random.below(100) {
            0..45 => self.update(connection, resource, slot, own).await,
            45..80 => self.patch(connection, resource, slot, own).await,
            _ => self.delete(connection, resource, own).await,
        }
    }

    async fn create(&mut self, connection: &mut Connection, resource: Resource, slot: u64) {
        let kind = format!("{resource:?}").to_lowercase();
        let mut name = format!("{kind}-{}-{slot}", self.index);
        if !resource.is_exclusive() {
            // One that is still going does not hinder the next.
            name = format!("{name}-{}", self.version);
        }
        let path = resource.within(self.done.namespace);
        let object = resource.object(&name, self.version);
        let asked = (resource, Class::Create);
        let answer = self.ask(connection, asked, &path, Some(&object)).await;
        let said = answer.json();
        assert_eq!(answer.code, StatusCode::CREATED, "{name}: {said}");
        self.keep(connection, resource, slot, name, &answer).await;
    }

    async fn update(
        &mut self,
        connection: &mut Connection,
        resource: Resource,
        slot: u64,
        own: Own,
    ) {
        let path = format!("{}/{}", resource.within(self.done.namespace), own.name);
        let mut object = own.object.clone();
        let new = resource.object(&own.name, self.version);
        object["metadata"]["labels"] = new["metadata"]["labels"].clone();
        match resource {
            Resource::ConfigMap => object["data"] = new["data"].clone(),
            Resource::Widget => object["spec"] = new["spec"].clone(),
            Resource::Deployment => object["spec"]["replicas"] = new["spec"]["replicas"].clone(),
            Resource::Pod => {}
        }
        let asked = (resource, Class::Update);
        let answer = self.ask(connection, asked, &path, Some(&object)).await;
        if answer.code == StatusCode::CONFLICT && !resource.is_exclusive() {
            // The cluster had gone on with it.
            self.done.conflicts += 1;
            let asked = (resource, Class::Get);
            let read = self.ask(connection, asked, &path, None).await;
            assert_eq!(read.code, StatusCode::OK, "{path}");
            let object = read.json();
            let name = own.name;
            let own = Own { name, object };
            self.done.own.insert((resource, slot), own);
            return;
        }
        assert_eq!(answer.code, StatusCode::OK, "{path}: {}", answer.json());
        self.keep(connection, resource, slot, own.name, &answer)
            .await;
    }

    async fn patch(
        &mut self,
        connection: &mut Connection,
        resource: Resource,
        slot: u64,
        own: Own,
    ) {
        let path = format!("{}/{}", resource.within(self.done.namespace), own.name);
        let patch = resource.patch(self.version);
        let asked = (resource, Class::Patch);
        let answer = self.ask(connection, asked, &path, Some(&patch)).await;
        assert_eq!(answer.code, StatusCode::OK, "{path}: {}", answer.json());
        self.keep(connection, resource, slot, own.name, &answer)
            .await;
    }

    async fn delete(&mut self, connection: &mut Connection, resource: Resource, own: Own) {
        let path = format!("{}/{}", resource.within(self.done.namespace), own.name);
        let asked = (resource, Class::Delete);
        let answer = self.ask(connection, asked, &path, None).await;
        assert_eq!(answer.code, StatusCode::OK, "{path}: {}", answer.json());
        let read = self
            .ask(connection, (resource, Class::Get), &path, None)
            .await;
        if resource.is_exclusive() {
            self.done.deleted += 1;
            assert_eq!(read.code, StatusCode::NOT_FOUND, "{path} was deleted");
        } else if read.code == StatusCode::OK {
            let ends = &read.json()["metadata"]["deletionTimestamp"];
            assert!(ends.is_string(), "{path} is going");
        } else {
            assert_eq!(read.code, StatusCode::NOT_FOUND, "{path} was deleted");
        }
    }

    /// Notes a write that was acknowledged, and reads it back.
    async fn keep(
        &mut self,
        connection: &mut Connection,
        resource: Resource,
        slot: u64,
        name: String,
        answer: &Answer,
    ) {
        let object = answer.json();
        let revision = self.acknowledge(resource, answer, &object);
        let mut path = format!("{}/{name}", resource.within(self.done.namespace));
        if self.version.is_multiple_of(2) {
            path = format!("{path}?resourceVersion={revision}");
        }
        let read = self
            .ask(connection, (resource, Class::Get), &path, None)
            .await;
        assert_eq!(read.code, StatusCode::OK, "{path} was acknowledged");
        if resource.is_exclusive() {
            assert_eq!(read.body, answer.body, "{path} is as it was acknowledged");
        }
        let object = read.json();
        assert!(revision_of(&object) >= revision, "{path} at {revision}");
        self.done.own.insert((resource, slot), Own { name, object });
    }

    fn acknowledge(&mut self, resource: Resource, answer: &Answer, object: &Value) -> u64 {
        let revision = revision_of(object);
        self.done.acknowledged.push(Acknowledged {
            resource,
            revision,
            object: hash(answer.body.trim_ascii_end()),
            at: Instant::now(),
        });
        revision
    }

    /// Adds one to a number that others add to as well.
    async fn count(&mut self, connection: &mut Connection) {
        let resource = Resource::ConfigMap;
        let name = format!("shared-{}", self.random.below(SHARED));
        let within = resource.within(self.done.namespace);
        let path = format!("{within}/{name}");
        let read = self
            .ask(connection, (resource, Class::Get), &path, None)
            .await;
        let answer = if read.code == StatusCode::NOT_FOUND {
            let first = json!({"metadata": {"name": name}, "data": {"count": "1"}});
            let asked = (resource, Class::Create);
            self.ask(connection, asked, &within, Some(&first)).await
        } else {
            let mut object = read.json();
            let count = count_of(&object) + 1;
            object["data"]["count"] = count.to_string().into();
            let asked = (resource, Class::Update);
            self.ask(connection, asked, &path, Some(&object)).await
        };
        if answer.code == StatusCode::CONFLICT {
            self.done.conflicts += 1;
            return;
        }
        let object = answer.json();
        assert!(answer.code.is_success(), "{path}: {object}");
        self.acknowledge(resource, &answer, &object);
        *self.done.counted.entry(name).or_default() += 1;
    }

    /// Lists a kind, in the namespace or everywhere, and finds its own objects among them.
    async fn list(&mut self, connection: &mut Connection) {
        let index = self.random.below(SLOTS.len() as u64);
        let (resource, ..) = SLOTS[usize::try_from(index).expect("a few")];
        let (class, path) = if self.random.below(10) == 0 {
            (Class::ListCluster, resource.everywhere().to_owned())
        } else {
            (Class::ListNamespace, resource.within(self.done.namespace))
        };
        let answer = self.ask(connection, (resource, class), &path, None).await;
        assert_eq!(answer.code, StatusCode::OK, "{path}");
        if class == Class::ListNamespace {
            let list = answer.json();
            let items = list["items"].as_array().expect("a list");
            self.done.check_listed(resource, self.done.namespace, items);
        }
    }
}

impl Done {
    /// Is what this client has among what is listed?
    pub(crate) fn check_listed(&self, resource: Resource, namespace: &str, listed: &[Value]) {
        if namespace != self.namespace {
            return;
        }
        let named = |name: &str| listed.iter().find(|item| item["metadata"]["name"] == name);
        for ((_, slot), own) in self.own.iter().filter(|((r, _), _)| *r == resource) {
            let name = &own.name;
            let item = named(name).unwrap_or_else(|| panic!("{name} is not listed, slot {slot}"));
            if resource.is_exclusive() {
                let (is, want) = (revision_of(item), revision_of(&own.object));
                assert_eq!(is, want, "{name}: {item}");
            }
        }
    }

    /// How often it counted in this object.
    pub(crate) fn counted(&self, namespace: &str, name: &str) -> u64 {
        let own = (namespace == self.namespace).then(|| self.counted.get(name));
        own.flatten().copied().unwrap_or(0)
    }
}

/// The number in an object that everybody counts in.
pub(crate) fn count_of(object: &Value) -> u64 {
    let text = object["data"]["count"].as_str().unwrap_or_default();
    text.parse().unwrap_or(0)
}

impl Class {
    fn method(self) -> Method {
        match self {
            Self::Create => Method::POST,
            Self::Update => Method::PUT,
            Self::Patch => Method::PATCH,
            Self::Delete => Method::DELETE,
            Self::Get | Self::ListNamespace | Self::ListCluster => Method::GET,
        }
    }
}
