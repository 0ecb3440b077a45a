//! What watches were told, and whether all of it fits: with one another, with what was acknowledged, and with what is there in the end.

use super::client::Acknowledged;
use super::connection::revision_of;
use super::objects::{LAST, NAMESPACES, Resource, Scope};
use super::watcher::Temper;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex};
use std::time::Instant;

pub(crate) fn hash(text: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A line of a watch.
#[derive(Debug, PartialEq)]
pub(crate) struct Event {
    kind: EventType,
    revision: u64,
    namespace: String,
    name: String,
    is_left: bool,
    /// Of the object's text.
    object: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum EventType {
    Added,
    Modified,
    Deleted,
    Error,
}

#[derive(Deserialize)]
struct Line {
    r#type: EventType,
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    metadata: Metadata,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    name: String,
    namespace: String,
    resource_version: String,
    labels: BTreeMap<String, String>,
}

/// The events that anybody was told of, each kept once however many watches had it.
#[derive(Default)]
pub(crate) struct History(Mutex<HashMap<u64, Arc<Event>>>);

impl History {
    fn event(&self, line: &[u8]) -> Arc<Event> {
        let name = hash(line);
        let known = || self.0.lock().expect("nobody panics while looking");
        if let Some(event) = known().get(&name) {
            return Arc::clone(event);
        }
        let parsed: Line = serde_json::from_slice(line)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(line)));
        let text = String::from_utf8_lossy(line);
        assert_ne!(parsed.r#type, EventType::Error, "{text}");
        let metadata = parsed.object.metadata;
        let object = text.split_once(",\"object\":").map(|(_, rest)| rest);
        let object = object.and_then(|rest| rest.strip_suffix('}'));
        let event = Arc::new(Event {
            kind: parsed.r#type,
            revision: metadata.resource_version.parse().expect("a revision"),
            is_left: metadata
                .labels
                .get("half")
                .is_some_and(|half| half == "left"),
            namespace: metadata.namespace,
            name: metadata.name,
            object: hash(object.expect("a type and an object").as_bytes()),
        });
        known().insert(name, Arc::clone(&event));
        event
    }

    /// What happened, as far as anybody was told of it.
    ///
    /// # Panics
    /// If two watches were told different things of one write, or an object's events do not follow from one another.
    pub(crate) fn of_all(&self, before: &[Before], told: &[Told]) -> All {
        let mut all = All::default();
        for (resource, object) in before {
            let event = Event::of(object);
            all.there.insert((*resource, key(&event)), Arc::new(event));
        }
        for told in told.iter().filter(|told| !told.scope.selects) {
            let events = all.events.entry(told.scope.resource).or_default();
            for (event, _) in &told.events {
                let known = events
                    .entry(event.revision)
                    .or_insert_with(|| Arc::clone(event));
                assert_eq!(known, event, "two watches, one revision");
            }
        }
        for (resource, events) in &all.events {
            for event in events.values() {
                let own = NAMESPACES.contains(&event.namespace.as_str());
                let was = all.there.remove(&(*resource, key(event)));
                if own {
                    let is_new = event.kind == EventType::Added;
                    assert_eq!(
                        was.is_none(),
                        is_new,
                        "{resource:?} {event:?} after {was:?}"
                    );
                }
                if event.kind != EventType::Deleted {
                    let known = Arc::clone(event);
                    all.there.insert((*resource, key(event)), known);
                }
            }
        }
        all
    }

    /// How many different events there were.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().expect("nobody panics while looking").len()
    }
}

fn key(event: &Event) -> (String, String) {
    (event.namespace.clone(), event.name.clone())
}

/// What one watch was told.
pub(crate) struct Told {
    pub(crate) scope: Scope,
    pub(crate) temper: Temper,
    from: u64,
    pub(crate) events: Vec<(Arc<Event>, Instant)>,
}

impl Told {
    pub(crate) fn new(scope: Scope, temper: Temper, from: u64) -> Self {
        Self {
            scope,
            temper,
            from,
            events: Vec::new(),
        }
    }

    /// The last revision that it was told of.
    pub(crate) fn revision(&self) -> u64 {
        self.events
            .last()
            .map_or(self.from, |(event, _)| event.revision)
    }

    /// Takes a line down.
    pub(crate) fn note(&mut self, history: &History, line: &[u8]) {
        let event = history.event(line);
        let (scope, last) = (self.scope, self.revision());
        assert!(event.revision > last, "{scope:?}: {event:?} after {last}");
        self.events.push((event, Instant::now()));
    }
}

/// What was there before anybody watched.
pub(crate) type Before = (Resource, Value);

impl Event {
    /// As if it had just been told of this object.
    fn of(object: &Value) -> Self {
        let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
        Self {
            kind: EventType::Added,
            revision: revision_of(object),
            namespace: text("namespace").to_owned(),
            name: text("name").to_owned(),
            is_left: false,
            object: 0,
        }
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }
}

/// What happened to all objects, by revision, and what was there in the end.
#[derive(Default)]
pub(crate) struct All {
    events: BTreeMap<Resource, BTreeMap<u64, Arc<Event>>>,
    there: BTreeMap<(Resource, (String, String)), Arc<Event>>,
}

/// An event as a watch is to be told of it: type, revision, object, and the object's text where that follows.
type Expected = (EventType, u64, String, Option<u64>);

impl All {
    /// Was this watch told exactly what happened in its scope, in order?
    pub(crate) fn check_watch(&self, told: &Told) {
        let want = self.expected(told);
        let mut want = want.iter();
        for (event, _) in &told.events {
            let next = want.next();
            let fits = next.is_some_and(|(kind, revision, name, object)| {
                *kind == event.kind
                    && *revision == event.revision
                    && *name == event.name
                    && object.is_none_or(|object| object == event.object)
            });
            assert!(fits, "{:?} was told {event:?}, not {next:?}", told.scope);
        }
        let lost = want.next();
        assert_eq!(lost, None, "{:?} was never told this", told.scope);
    }

    fn expected(&self, told: &Told) -> Vec<Expected> {
        let scope = told.scope;
        let empty = BTreeMap::new();
        let events = self.events.get(&scope.resource).unwrap_or(&empty);
        let mut left = BTreeMap::new();
        let mut expected = Vec::new();
        for event in events.range(told.from + 1..=told.revision()).map(|e| e.1) {
            if !scope.has(&event.namespace) {
                continue;
            }
            let is_there = event.kind != EventType::Deleted;
            let is = is_there && event.is_left;
            let was = left.insert(key(event), is).unwrap_or(false);
            let (kind, object) = match (scope.selects, was, is) {
                (false, _, _) => (event.kind, Some(event.object)),
                (true, false, true) => (EventType::Added, Some(event.object)),
                (true, true, true) => (EventType::Modified, Some(event.object)),
                (true, true, false) => (EventType::Deleted, None),
                (true, false, false) => continue,
            };
            expected.push((kind, event.revision, event.name.clone(), object));
        }
        expected
    }

    /// Was every write that somebody was told had happened seen to happen, and as it was acknowledged?
    pub(crate) fn check_acknowledged(&self, acknowledged: &[Acknowledged]) {
        for write in acknowledged {
            let events = self.events.get(&write.resource);
            let event = events.and_then(|events| events.get(&write.revision));
            let object = event.map(|event| event.object);
            assert_eq!(object, Some(write.object), "{write:?} came as {event:?}");
        }
    }

    /// Of what only clients write, as much went as they deleted.
    pub(crate) fn check_deleted(&self, want: u64) {
        let own = self.events.iter().filter(|(r, _)| r.is_exclusive());
        let events = own.flat_map(|(_, events)| events.values());
        let deleted = events.filter(|e| e.kind == EventType::Deleted).count();
        assert_eq!(deleted as u64, want, "objects deleted");
    }

    /// Is what is listed in the end what the events come to?
    pub(crate) fn check_listed(&self, resource: Resource, namespace: &str, listed: &[Value]) {
        let want: BTreeMap<&str, u64> = self
            .there
            .iter()
            .filter(|((r, (n, name)), _)| *r == resource && n == namespace && !is_last(name))
            .map(|((_, (_, name)), event)| (name.as_str(), event.revision))
            .collect();
        let got: BTreeMap<&str, u64> = listed
            .iter()
            .filter_map(|item| Some((item["metadata"]["name"].as_str()?, revision_of(item))))
            .filter(|(name, _)| !is_last(name))
            .collect();
        assert_eq!(got, want, "{resource:?} in {namespace}");
    }
}

/// What every watch ends with goes on after its end.
fn is_last(name: &str) -> bool {
    name.starts_with(LAST)
}
