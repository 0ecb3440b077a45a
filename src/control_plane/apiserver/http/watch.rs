//! A watch: a value that remembers how far its client has been told, and is asked for what is new.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/watch.go, pkg/storage/cacher/{cacher,cache_watcher}.go.
//! Left out: WebSocket watches.

use super::answer::{self, Form, status_json};
use super::media::Shape;
use super::options::Query;
use crate::api::time::Ms;
use crate::api::{Change, Kind, Object, Request, Revision, Status, Table};
use crate::control_plane::apiserver::chunk;
use crate::control_plane::apiserver::list::Selector;
use crate::control_plane::apiserver::watch::{expired, watch};
use crate::control_plane::etcd::Store;
use http::Response;
use serde_json::{Value, json};
use std::sync::Arc;

/// How long a watch lasts at most, if its client does not say.
const TIMEOUT_SECONDS: u64 = 1800;

/// One client's watch of one resource.
#[derive(Debug)]
pub struct Watch {
    request: Request,
    selector: Selector,
    form: Form,
    start: Start,
    told: Revision,
    wants_bookmarks: bool,
    /// How many seconds the client waits, at most.
    pub timeout_seconds: u64,
    headers_told: bool,
    /// What its client is warned of.
    pub(super) deprecation: Option<String>,
    /// What tells this form from others, if what it says of an object is the same for all who watch.
    shared_form: Option<Arc<str>>,
}

/// Which of a write's two objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// As it was, with the revision at which it went.
    Before,
    /// As it is now.
    After,
}

/// Remembers objects as text, so that a write is put into words once and not for each who watches.
pub trait Encoded {
    /// The object that a write left or replaced, in a form; `encode` makes it.
    fn text(
        &self,
        revision: Revision,
        side: Side,
        form: &Arc<str>,
        encode: &dyn Fn() -> Vec<u8>,
    ) -> Arc<[u8]>;
}

/// Remembers nothing: for one who watches alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anew;

impl Encoded for Anew {
    fn text(&self, _: Revision, _: Side, _: &Arc<str>, encode: &dyn Fn() -> Vec<u8>) -> Arc<[u8]> {
        encode().into()
    }
}

/// With what a watch begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// All objects as they are, then changes.
    Everything,
    /// The same, and a bookmark when that is done.
    EverythingAndBookmark,
    /// Changes after a revision.
    After(Revision),
    /// It has begun.
    Begun,
}

/// Is there more to come?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// Perhaps.
    Open,
    /// No: the client was told why.
    Closed,
}

impl Watch {
    pub(super) fn new(request: &Request, form: Form, query: &Query) -> Result<Self, Status> {
        let mut request = request.clone();
        // A watch of one object by its address is one by its name.
        if !request.key.name.is_empty() {
            let name = std::mem::take(&mut request.key.name);
            let term = format!("metadata.name={name}");
            let fields = &mut request.select.field_selector;
            *fields = match fields.as_str() {
                "" => term,
                others => format!("{others},{term}"),
            };
        }
        let selector = Selector::of(&request)?;
        let wants_bookmarks = query.is_set("allowWatchBookmarks");
        let revision = chunk::revision(&request.select.resource_version)?;
        let initial = query.is_set("sendInitialEvents");
        if initial && request.select.version_match != "NotOlderThan" {
            return Err(super::options::invalid(
                "ListOptions",
                "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
            ));
        }
        let start = match (initial, revision) {
            (true, _) => Start::EverythingAndBookmark,
            (false, 0) => Start::Everything,
            (false, revision) => Start::After(revision),
        };
        let timeout = query.number("timeoutSeconds")?.unwrap_or(0);
        let timeout_seconds = u64::try_from(timeout).ok().filter(|seconds| *seconds > 0);
        let shared_form = form.shared();
        Ok(Self {
            request,
            selector,
            shared_form,
            form,
            start,
            told: 0,
            wants_bookmarks,
            timeout_seconds: timeout_seconds.unwrap_or(TIMEOUT_SECONDS),
            headers_told: false,
            deprecation: None,
        })
    }

    /// Can the watch begin?
    ///
    /// # Errors
    /// `504` if it is to begin at a revision that nobody has written yet.
    pub fn check(&self, store: &Store) -> Result<(), Status> {
        match self.start {
            Start::After(revision) if revision > store.revision() => {
                Err(chunk::yet_to_come(revision, store.revision()))
            }
            _ => Ok(()),
        }
    }

    /// Adds to its response, of which only the beginning is there, what the client is warned of.
    pub fn warn<B>(&self, response: &mut Response<B>) {
        answer::warn(response, self.deprecation.as_slice());
    }

    /// What is watched, and by whom.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Writes what is new since the last time, as lines of JSON.
    pub fn poll(&mut self, store: &Store, now_ms: Ms, out: &mut Vec<u8>) -> Polled {
        self.poll_with(store, now_ms, &Anew, out)
    }

    /// The same, with what was put into words for others.
    pub fn poll_with(
        &mut self,
        store: &Store,
        now_ms: Ms,
        encoded: &dyn Encoded,
        out: &mut Vec<u8>,
    ) -> Polled {
        match self.start {
            Start::Begun => {}
            Start::After(revision) => self.told = revision,
            Start::Everything | Start::EverythingAndBookmark => {
                self.told = store.revision();
                self.tell_everything(store.head().table(self.kind()), now_ms, out);
                if self.start == Start::EverythingAndBookmark {
                    self.tell_bookmark(IsEndOfInitialEvents::Yes, out);
                }
            }
        }
        self.start = Start::Begun;
        if self.told >= store.revision() {
            return Polled::Open;
        }
        let changes = match watch(store, self.kind(), self.told) {
            Ok(changes) => changes,
            Err(status) => {
                refuse(&status, out);
                return Polled::Closed;
            }
        };
        // What there is to tell of is soon known; how far it has been told is known then as well.
        if store.changed(self.kind()) > self.told {
            for change in changes {
                self.tell(change, now_ms, encoded, out);
            }
        }
        self.told = store.revision();
        Polled::Open
    }

    /// Tells the client that what it was told is no longer so, and that it has to begin anew.
    pub fn expire(&self, store: &Store, out: &mut Vec<u8>) {
        refuse(&expired(store, self.told), out);
    }

    /// Tells a client that wants to know how far it has been told.
    pub fn bookmark(&mut self, out: &mut Vec<u8>) {
        if self.wants_bookmarks && self.start == Start::Begun {
            self.tell_bookmark(IsEndOfInitialEvents::No, out);
        }
    }

    fn kind(&self) -> Kind {
        self.request.key.kind
    }

    fn tell_everything(&mut self, table: &Table, now_ms: Ms, out: &mut Vec<u8>) {
        for object in self.selector.choose(table) {
            self.say("ADDED", &object, now_ms, out);
        }
    }

    /// A change as this client sees it: what no longer fits its selectors is gone for it.
    fn tell(&mut self, change: &Change, now_ms: Ms, encoded: &dyn Encoded, out: &mut Vec<u8>) {
        let fits = |object: Option<&Object>| object.is_some_and(|o| self.selector.fits(o));
        let (was, is) = (fits(change.before.as_ref()), fits(change.after.as_ref()));
        let (event, object, side) = match (was, is, &change.before, &change.after) {
            (false, true, _, Some(after)) => ("ADDED", after, Side::After),
            (true, true, _, Some(after)) => ("MODIFIED", after, Side::After),
            (true, false, Some(before), _) => ("DELETED", before, Side::Before),
            _ => return,
        };
        let as_told = || match side {
            Side::After => object.clone(),
            // As it was last, at the revision at which it went.
            Side::Before => {
                let mut gone = object.clone();
                gone.metadata_mut().resource_version = Some(change.revision.to_string());
                gone
            }
        };
        let Some(form) = &self.shared_form else {
            self.say(event, &as_told(), now_ms, out);
            return;
        };
        let encode = || {
            let value = self.form.one(&as_told(), now_ms);
            serde_json::to_vec(&value).expect("JSON values can be written to memory")
        };
        let text = encoded.text(change.revision, side, form, &encode);
        out.extend_from_slice(b"{\"type\":\"");
        out.extend_from_slice(event.as_bytes());
        out.extend_from_slice(b"\",\"object\":");
        out.extend_from_slice(&text);
        out.extend_from_slice(b"}\n");
    }

    fn say(&mut self, event: &str, object: &Object, now_ms: Ms, out: &mut Vec<u8>) {
        let mut value = self.form.one(object, now_ms);
        if self.form.wanted.shape == Shape::Table {
            // The columns are told once.
            if std::mem::replace(&mut self.headers_told, true) {
                value["columnDefinitions"] = Value::Null;
            }
            value["metadata"] = json!({"resourceVersion": object.metadata().resource_version});
        }
        line(&json!({"type": event, "object": value}), out);
    }

    fn tell_bookmark(&self, end: IsEndOfInitialEvents, out: &mut Vec<u8>) {
        let mut metadata =
            json!({"resourceVersion": self.told.to_string(), "creationTimestamp": null});
        if end == IsEndOfInitialEvents::Yes {
            metadata["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        let resource = &self.form.resource;
        let object = match self.form.wanted.shape {
            Shape::Object => {
                json!({"kind": resource.kind, "apiVersion": resource.api_version(), "metadata": metadata})
            }
            Shape::Metadata => {
                json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata})
            }
            Shape::Table => {
                json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "columnDefinitions": null, "rows": []})
            }
        };
        line(&json!({"type": "BOOKMARK", "object": object}), out);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IsEndOfInitialEvents {
    Yes,
    No,
}

fn refuse(status: &Status, out: &mut Vec<u8>) {
    line(
        &json!({"type": "ERROR", "object": status_json(status)}),
        out,
    );
}

fn line(value: &Value, out: &mut Vec<u8>) {
    serde_json::to_writer(&mut *out, value).expect("JSON values can be written to memory");
    out.push(b'\n');
}
