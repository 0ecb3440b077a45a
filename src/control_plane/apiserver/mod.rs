//! The API server: the only door. Every request of everyone goes through [`handle`], and nothing else writes to etcd.
//!
//! A request is authorized, decoded, defaulted, admitted, validated and stored, in this order; each verb has its own file.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go, pkg/endpoints/handlers.
//! Left out: webhooks, priority and fairness; warnings about deprecated fields.

mod admission;
mod apply;
pub mod authorization;
mod binding;
mod chunk;
mod compactor;
mod create;
mod custom;
mod custom_resources;
mod definitions;
mod delete;
pub mod discovery;
mod eviction;
mod field_managers;
pub mod http;
mod ip_addresses;
mod json_patch;
pub mod list;
mod metadata;
#[cfg(feature = "cli")]
pub mod openapi;
mod patch;
mod pod_parts;
#[cfg(feature = "cli")]
pub mod protobuf;
pub mod resources;
mod scale;
mod service_families;
mod service_ip;
mod storage_size;
mod update;
pub mod versions;
mod watch;

pub use authorization::Authorizer;
pub use compactor::Compactor;
pub use custom_resources::custom_resources;
pub use watch::watch;

use super::etcd::{Store, Writer};
use crate::api::decode::decode_body;
use crate::api::time::Ms;
use crate::api::{
    Answer, Body, CustomResourceDefinition, Key, Kind, Object, Reason, Reply, Request, Revision,
    Status, Stored, Subresource, User, Verb,
};
use crate::component::Rng;
use custom::Custom;

/// The identity of the API server when it acts by itself.
const SELF: &str = "system:apiserver";

/// How long an Event is kept after it was last written. The real thing: kube-apiserver's `--event-ttl`.
const EVENT_TTL_MS: Ms = 3_600_000;

/// What a request may touch: the store, the clock (read only) and chance.
pub struct Context<'a> {
    /// etcd.
    pub store: &'a mut Store,
    /// What the API server remembers of who may do what.
    pub authorizer: &'a mut Authorizer,
    /// For uids and generated names.
    pub rng: &'a mut Rng,
    /// Now.
    pub now_ms: Ms,
    /// The step of the cluster that the request belongs to; stamped on every change.
    pub step: u64,
}

/// Answers one request. Writes to the store only if the answer is not a refusal.
pub fn handle(mut request: Request, context: &mut Context<'_>) -> Answer {
    if let Err(refused) = authorization::permit(&request, context) {
        return Answer::refusal(refused);
    }
    let typed = request.body.take_object();
    let mut call = Call {
        request: &request,
        is_typed: typed.is_some(),
        typed,
        context,
        warnings: Vec::new(),
        revision: None,
        custom: None,
    };
    let result = call.answer();
    Answer {
        result,
        warnings: call.warnings,
        revision: call.revision,
    }
}

/// One request on its way through the server, with what it has brought about so far.
struct Call<'a, 'c> {
    request: &'a Request,
    /// Came the body from a component, as an object? It is not told of mistakes that it cannot make.
    is_typed: bool,
    /// That object, out of the request: what nobody else holds is changed in place.
    typed: Option<Object>,
    context: &'a mut Context<'c>,
    warnings: Vec<String>,
    revision: Option<Revision>,
    /// The definition, if the request is about custom objects.
    custom: Option<Custom>,
}

impl Call<'_, '_> {
    fn answer(&mut self) -> Result<Reply, Status> {
        if matches!(self.request.key.kind, Kind::Custom(_)) {
            self.custom = Custom::of(self.request, self.context.store.head())?;
            let deprecation = self.custom.as_ref().and_then(Custom::deprecation);
            self.warnings.extend(deprecation);
            let reply = self.dispatch()?;
            return Ok(match &self.custom {
                Some(custom) => custom.reply(reply),
                None => reply,
            });
        }
        let info = self.request.key.kind.info();
        let deprecation = resources::deprecation(info.group, info.name);
        self.warnings.extend(deprecation.map(str::to_owned));
        self.dispatch()
    }

    fn dispatch(&mut self) -> Result<Reply, Status> {
        use Subresource::{
            Binding, EphemeralContainers, Eviction, Finalize, Resize, Scale, Status as StatusPart,
        };
        match (self.request.verb, self.request.subresource) {
            (Verb::Get, None | Some(StatusPart | Scale | EphemeralContainers | Resize)) => {
                self.existing().map(|object| Reply::Object(object.clone()))
            }
            (Verb::List, None) => list::list(self),
            (Verb::Create, None) => create::create(self),
            (Verb::Create, Some(Binding)) => binding::bind(self),
            (Verb::Create, Some(Eviction)) => eviction::evict(self),
            (Verb::Update, None | Some(StatusPart | Finalize | EphemeralContainers | Resize)) => {
                update::update(self)
            }
            (Verb::Update, Some(Scale)) => scale::update(self),
            (
                Verb::Patch,
                None | Some(StatusPart | Scale | Finalize | EphemeralContainers | Resize),
            ) => patch::patch(self),
            (Verb::Delete, None) => delete::delete(self),
            (Verb::DeleteCollection, None) => delete::delete_collection(self),
            _ => Err(self.not_allowed()),
        }
    }

    /// `405`, for a verb that the resource does not have.
    fn not_allowed(&self) -> Status {
        Status::new(
            Reason::MethodNotAllowed,
            "the server does not allow this method on the requested resource",
        )
    }

    fn key(&self) -> &Key {
        &self.request.key
    }

    /// The object that the request names.
    fn existing(&self) -> Result<&Object, Status> {
        let key = self.key();
        self.context
            .store
            .head()
            .get(key)
            .ok_or_else(|| Status::not_found(key.kind, &key.name))
    }

    /// The object in the body: as the component made it, or decoded. To be asked for once.
    fn body(&mut self) -> Result<Object, Status> {
        if let Some(object) = self.typed.take() {
            return Ok(object);
        }
        match &self.request.body {
            Body::Document(document) => {
                let strictness = self.request.strictness();
                let (object, warnings) = match (&self.custom, versions::view_of(self.request)) {
                    (Some(custom), _) => custom.read_body(document, strictness)?,
                    (None, Some(view)) => versions::read_body(view, document, strictness)?,
                    (None, None) => decode_body(self.key().kind, document, strictness)?,
                };
                self.warnings.extend(warnings);
                Ok(object)
            }
            _ => Err(Status::bad_request("the request has no object in its body")),
        }
    }

    fn writer(&self) -> Writer {
        Writer {
            by: self.request.user.clone(),
            at_ms: self.context.now_ms,
            step: self.context.step,
        }
    }

    /// Stores an object, unless this is a dry run; returns it as stored.
    fn put(&mut self, object: Object) -> Object {
        if self.request.dry_run {
            return object;
        }
        let is_service = object.kind() == Kind::Service;
        if is_service {
            ip_addresses::take(self, &object);
        }
        let writer = self.writer();
        let change = self.context.store.put(object, &writer);
        let revision = change.revision;
        self.revision = Some(revision);
        let stored = change.object().clone();
        let before = is_service.then(|| change.before.clone()).flatten();
        if let Some(before) = before {
            ip_addresses::release(self, &before, Some(&stored));
        }
        if stored.kind() == Kind::Event {
            let until_ms = self.context.now_ms + EVENT_TTL_MS;
            self.context.store.lease(stored.key(), revision, until_ms);
        }
        if let Some(crd) = CustomResourceDefinition::of(&stored) {
            definitions::settle(self, crd);
        }
        stored
    }

    /// Stores the quotas that an object is charged to, just before the object: the server does that in its own name.
    fn put_charged(&mut self, quotas: Vec<Object>) {
        let by: User = SELF.into();
        for quota in quotas {
            let writer = Writer {
                by: by.clone(),
                ..self.writer()
            };
            if !self.request.dry_run {
                self.context.store.put(quota, &writer);
            }
        }
    }

    /// Removes an object from the store, unless this is a dry run.
    fn remove(&mut self, key: &Key) {
        if self.request.dry_run {
            return;
        }
        let writer = self.writer();
        let Some(change) = self.context.store.remove(key, &writer) else {
            return;
        };
        self.revision = Some(change.revision);
        let gone = change.object().clone();
        if key.kind == Kind::Service {
            ip_addresses::release(self, &gone, None);
        } else if let Kind::Custom(kind) = key.kind {
            definitions::finish(self, kind);
        } else if let Some(crd) = CustomResourceDefinition::of(&gone) {
            definitions::free_names(self, crd);
        }
    }
}

#[cfg(test)]
mod tests;
