//! The API as HTTP: a pure codec. A request is read into what it asks for ([`read`]); an [`Answer`](crate::api::Answer) is written as a response ([`Form::write`]);
//! a watch is a value that is asked for what is new ([`Watch::poll`]); what a client sends is written by [`write()`]. Nothing here opens a port:
//! `kubeloop serve`, the tests' in-process service and the page's terminal all use this.
//!
//! ```text
//!   Request ──write──▶ http::Request                                          (the client's half: the page's terminal)
//!   http::Request ──read──▶ Asked::Call(Request, Form) ──▶ handle ──▶ Answer ──write──▶ http::Response
//!                           Asked::Watch(Watch)        ──▶ poll, poll, …         ──▶ lines of JSON
//!                           Asked::Document            ──▶ (discovery, health, version)
//! ```
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/{installer.go,handlers,request}.
//! Left out: HTTP/2, compression, `X-Kubernetes-*` headers of priority and fairness, `Audit-Id`.

mod answer;
mod body;
mod client;
mod delete_options;
mod document;
mod media;
mod options;
mod pod;
mod proxy;
mod table;
mod target;
mod watch;

pub use answer::{Created, Form, refusal};
pub use body::Protobuf;
pub use client::write;
pub use document::{document, not_found, text};
pub use media::{Shape, Text, Wanted};
pub use pod::{LogOptions, PodAsk, PodCall};
pub use proxy::{ProxyCall, SchemeNamePort};
pub use table::{IncludeObject, plain_table};
pub use watch::{Anew, Encoded, Polled, Side, Watch};

use super::custom::Custom;
use super::resources::{Part, Resource, Served};
use super::versions;
use crate::api::json;
use crate::api::{
    Body, Key, Kind, ListOptions, Patch, PatchType, Reason, Request, Snapshot, Status, Subresource,
    User, Verb,
};
use http::Method;
use http::header::USER_AGENT;
use options::Query;
use serde_json::Value;
use std::sync::Arc;
use target::Target;

/// What a server needs to know to understand its clients.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What there is.
    pub served: Served<'a>,
    /// Where custom resources are defined.
    pub snapshot: &'a Snapshot,
    /// Reads protobuf bodies, where that is built in.
    pub protobuf: Option<Protobuf>,
}

/// What a request asks for.
#[derive(Debug)]
pub enum Asked {
    /// One call to the API, and how the answer is to look.
    Call(Box<Request>, Box<Form>),
    /// What changes from now on.
    Watch(Box<Watch>),
    /// Something that is created only to be answered: a review, a token.
    Review(Box<Review>),
    /// What a container says, or is told.
    Pod(Box<PodCall>),
    /// What a pod, Service or node answers.
    Proxy(Box<ProxyCall>),
    /// A resource that is measured rather than stored: metrics, component statuses.
    Reading(Box<Reading>),
    /// A path that is no resource: discovery, health, version, OpenAPI. Who may read it is for the caller to decide.
    Document(Document),
}

/// A path that is no resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// `/apis/apps/v1`.
    pub path: String,
    /// `verbose`: what follows the question mark.
    pub query: String,
    /// In lower case: `get`.
    pub verb: String,
}

/// An object that is created only to be answered.
#[derive(Clone, Debug)]
pub struct Review {
    /// `SelfSubjectAccessReview`, `TokenRequest`.
    pub kind: String,
    /// Whose token, of a `TokenRequest`; otherwise its namespace alone matters.
    pub key: Key,
    /// What was sent.
    pub document: Value,
    /// Who sent it.
    pub user: User,
    /// How the answer is to look.
    pub form: Form,
}

/// Something measured.
#[derive(Clone, Debug)]
pub struct Reading {
    /// `metrics.k8s.io`, or empty.
    pub group: String,
    /// `pods`, `nodes`, `componentstatuses`.
    pub resource: String,
    /// Of which object or namespace; its kind is that of what is measured.
    pub request: Request,
    /// How the answer is to look.
    pub form: Form,
}

/// Reads a request of this user.
///
/// # Errors
/// The refusal to be written with [`refusal`]: unknown paths, methods, media types, options, and bodies that cannot be read.
pub fn read(
    request: &http::Request<Vec<u8>>,
    user: &User,
    context: &Context<'_>,
) -> Result<Asked, Status> {
    let path = request.uri().path();
    let Some(target) = target::target(path) else {
        return Ok(Asked::Document(Document {
            path: path.to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            verb: request.method().as_str().to_ascii_lowercase(),
        }));
    };
    let served = context.served;
    let Some(resource) = served.find(&target.group, &target.version, &target.resource) else {
        return Err(answer::no_such_resource());
    };
    let reader = Reader {
        query: Query::parse(request.uri().query().unwrap_or_default()),
        request,
        context,
        target,
        resource,
        user,
    };
    reader.read()
}

/// One request while it is being read.
struct Reader<'a> {
    request: &'a http::Request<Vec<u8>>,
    context: &'a Context<'a>,
    query: Query,
    target: Target,
    resource: &'a Resource,
    user: &'a User,
}

impl Reader<'_> {
    fn read(&self) -> Result<Asked, Status> {
        let target = &self.target;
        if !self.resource.namespaced && !target.namespace.is_empty() {
            return Err(answer::no_such_resource());
        }
        let part = match target.subresource.as_str() {
            "" => None,
            name => Some(
                self.resource
                    .subresource(name)
                    .ok_or_else(answer::no_such_resource)?,
            ),
        };
        let verb = self.verb()?;
        let allowed = part.map_or(self.resource.verbs, |part| part.verbs);
        let is_stream = part.is_some_and(|part| pod::is_stream(part.name));
        // What a definition that is going away still allows, its own rules say.
        let is_custom = part.is_none() && matches!(self.resource.stored_as, Some(Kind::Custom(_)));
        if !is_stream && !is_custom && !allowed.contains(&verb.name()) {
            return Err(answer::not_allowed());
        }
        if let Some(part) = part
            && is_stream
        {
            return pod::read(self, part.name, verb).map(|call| Asked::Pod(Box::new(call)));
        }
        let Some(kind) = self.resource.stored_as else {
            return match self.resource.kind.as_str() {
                "Binding" => self.binding(),
                _ => self.not_stored(verb),
            };
        };
        if part.is_some_and(|part| part.name == "proxy") {
            return Ok(Asked::Proxy(Box::new(proxy::read(self, kind, verb))));
        }
        if part.is_some_and(|part| part.name == "token") {
            return self.review("TokenRequest", kind);
        }
        if verb == Verb::Watch {
            return self.watch(kind);
        }
        self.call(verb, kind, part)
    }

    /// The part of the object that is asked for.
    fn part(&self) -> Option<&Part> {
        self.resource.subresource(&self.target.subresource)
    }

    /// What the method means here.
    fn verb(&self) -> Result<Verb, Status> {
        let named = !self.target.name.is_empty();
        let watches = self.target.watches || self.query.is_set("watch");
        match *self.request.method() {
            Method::GET | Method::HEAD if watches && self.target.subresource.is_empty() => {
                Ok(Verb::Watch)
            }
            Method::GET | Method::HEAD if named => Ok(Verb::Get),
            Method::GET | Method::HEAD => Ok(Verb::List),
            Method::POST if named != self.target.subresource.is_empty() => Ok(Verb::Create),
            Method::PUT if named => Ok(Verb::Update),
            Method::PATCH if named => Ok(Verb::Patch),
            Method::DELETE if named => Ok(Verb::Delete),
            Method::DELETE => Ok(Verb::DeleteCollection),
            _ => Err(answer::not_allowed()),
        }
    }

    /// Which objects a list, a watch or the deletion of many is about; the names of fields are those of the version they are stored in.
    fn list_options(&self) -> Result<ListOptions, Status> {
        let mut options = self.query.list_options()?;
        if self.resource.is_view() {
            options.field_selector =
                versions::selector_inward(self.resource, &options.field_selector)?;
        }
        Ok(options)
    }

    fn form(&self) -> Result<Form, Status> {
        let mut form = Form::new(self.request, &self.query, self.resource, &self.target)?;
        if let Some(Kind::Custom(kind)) = self.resource.stored_as
            && let Some(definition) = self.context.snapshot.definition(kind)
        {
            form.columns = definition.columns(&self.resource.version);
            form.scale = definition.scale(&self.resource.version);
        }
        Ok(form)
    }

    /// The body as a document, which is expected to be of this kind.
    fn document(&self, kind: &str) -> Result<Option<json::Text>, Status> {
        let content_type = media::content_type(self.request.headers());
        let protobuf = self.context.protobuf;
        body::document(self.request.body(), &content_type, kind, protobuf)
    }

    fn bare(&self, verb: Verb, kind: Kind) -> Request {
        let target = &self.target;
        let key = Key::new(kind, target.namespace.as_str(), target.name.as_str());
        let mut request = Request::new(verb, key, Body::None).by(self.user.clone());
        if self.resource.is_view() || matches!(kind, Kind::Custom(_)) {
            request.api_version = self.resource.api_version().into();
        }
        request
    }

    fn call(&self, verb: Verb, kind: Kind, part: Option<&Part>) -> Result<Asked, Status> {
        let mut request = self.bare(verb, kind);
        request.subresource = part.and_then(|part| subresource(part.name));
        let needs_namespace = self.resource.namespaced && self.target.namespace.is_empty();
        match verb {
            Verb::Get | Verb::Watch => {}
            Verb::List => request.select = self.list_options()?,
            Verb::Create if needs_namespace => return Err(answer::not_allowed()),
            Verb::Create | Verb::Update => self.read_write(&mut request)?,
            Verb::Patch => self.read_patch(&mut request)?,
            Verb::Delete | Verb::DeleteCollection => self.read_delete(&mut request)?,
        }
        Ok(Asked::Call(Box::new(request), Box::new(self.form()?)))
    }

    fn read_write(&self, request: &mut Request) -> Result<(), Status> {
        let options = if request.verb == Verb::Create {
            "CreateOptions"
        } else {
            "UpdateOptions"
        };
        self.read_options(request, options)?;
        let kind = self.part().map_or(&self.resource.kind, |part| &part.kind);
        let Some(json::Text { value, repeats }) = self.document(kind)? else {
            return Err(Status::bad_request(format!(
                "the body of a {} is empty",
                request.verb.name()
            )));
        };
        request.repeats = repeats;
        request.body = Body::Document(Arc::new(value));
        Ok(())
    }

    fn read_options(&self, request: &mut Request, options: &str) -> Result<(), Status> {
        let user_agent = self.request.headers().get(USER_AGENT);
        let user_agent = user_agent
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        request.dry_run = self.query.dry_run(options)?;
        request.field_validation = self.query.field_validation(options)?;
        request.field_manager = self.query.field_manager(options, user_agent)?.into();
        Ok(())
    }

    fn read_patch(&self, request: &mut Request) -> Result<(), Status> {
        let content_type = media::content_type(self.request.headers());
        let kind = media::patch_type(&content_type)?;
        self.read_options(request, "PatchOptions")?;
        let forces = self.query.is_set("force");
        if forces && kind != PatchType::Apply {
            let why = "force: Forbidden: may not be specified for non-apply patch";
            return Err(options::invalid("PatchOptions", why));
        }
        if kind == PatchType::Apply && self.query.get("fieldManager").is_empty() {
            let why = "fieldManager: Required value: is required for apply patch";
            return Err(options::invalid("PatchOptions", why));
        }
        let text = body::patch(self.request.body(), kind)?;
        let text = text.ok_or_else(|| Status::bad_request("the patch is empty"))?;
        let json::Text { value, repeats } = text;
        request.repeats = repeats;
        request.body = Body::Patch(Patch {
            kind,
            body: Arc::new(value),
            forces,
        });
        Ok(())
    }

    fn read_delete(&self, request: &mut Request) -> Result<(), Status> {
        let content_type = media::content_type(self.request.headers());
        let document = body::options(self.request.body(), &content_type, self.context.protobuf)?;
        request.select = self.list_options()?;
        request.dry_run = self.query.dry_run("DeleteOptions")?;
        let listed = document.as_ref().and_then(|body| body.get("dryRun"));
        for value in listed.and_then(Value::as_array).into_iter().flatten() {
            if value != "All" {
                let why = format!("dryRun: Unsupported value: {value}: supported values: \"All\"");
                return Err(options::invalid("DeleteOptions", &why));
            }
            request.dry_run = true;
        }
        request.body = Body::Delete(self.query.delete_options(document.as_ref())?);
        Ok(())
    }

    fn watch(&self, kind: Kind) -> Result<Asked, Status> {
        let mut request = self.bare(Verb::Watch, kind);
        request.select = self.list_options()?;
        // A watch never reaches the one place where other requests are held to the definition.
        let custom = Custom::of(&request, self.context.snapshot)?;
        let mut form = self.form()?;
        form.is_stream = true;
        let mut watch = Watch::new(&request, form, &self.query)?;
        watch.deprecation = match custom {
            Some(custom) => custom.deprecation(),
            None => self.resource.deprecation().map(str::to_owned),
        };
        Ok(Asked::Watch(Box::new(watch)))
    }

    /// `bindings`: the old form of `pods/binding`, whose address names no pod.
    fn binding(&self) -> Result<Asked, Status> {
        if self.target.namespace.is_empty() {
            return Err(answer::not_allowed());
        }
        let mut request = self.bare(Verb::Create, Kind::Pod);
        request.subresource = Some(Subresource::Binding);
        self.read_write(&mut request)?;
        Ok(Asked::Call(Box::new(request), Box::new(self.form()?)))
    }

    /// Reviews, and what is measured.
    fn not_stored(&self, verb: Verb) -> Result<Asked, Status> {
        if verb == Verb::Create {
            return self.review(&self.resource.kind, Kind::Namespace);
        }
        let measured = if self.target.resource == "pods" {
            Kind::Pod
        } else {
            Kind::Node
        };
        let mut request = self.bare(verb, measured);
        request.select = self.list_options()?;
        Ok(Asked::Reading(Box::new(Reading {
            group: self.target.group.clone(),
            resource: self.target.resource.clone(),
            request,
            form: self.form()?,
        })))
    }

    fn review(&self, kind: &str, about: Kind) -> Result<Asked, Status> {
        let target = &self.target;
        let document = self.document(kind)?.map(|text| text.value);
        let document =
            document.ok_or_else(|| Status::bad_request("the body of a create is empty"))?;
        let key = Key {
            kind: about,
            namespace: target.namespace.as_str().into(),
            name: target.name.as_str().into(),
        };
        Ok(Asked::Review(Box::new(Review {
            kind: kind.to_owned(),
            key,
            document,
            user: self.user.clone(),
            form: self.form()?,
        })))
    }
}

/// Parts of objects that [`super::handle`] knows.
fn subresource(name: &str) -> Option<Subresource> {
    match name {
        "status" => Some(Subresource::Status),
        "scale" => Some(Subresource::Scale),
        "binding" => Some(Subresource::Binding),
        "finalize" => Some(Subresource::Finalize),
        "eviction" => Some(Subresource::Eviction),
        "ephemeralcontainers" => Some(Subresource::EphemeralContainers),
        "resize" => Some(Subresource::Resize),
        _ => None,
    }
}

/// `401`: credentials that nobody knows.
#[must_use]
pub fn unauthorized() -> Status {
    Status::new(Reason::Unauthorized, "Unauthorized")
}

#[cfg(test)]
mod tests;
