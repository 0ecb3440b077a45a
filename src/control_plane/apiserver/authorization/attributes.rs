//! What a request is about, as authorizers see it.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/authorization/authorizer/interfaces.go (`Attributes`), pkg/endpoints/request/requestinfo.go.

use crate::api::selectors::FieldSelector;
use crate::api::{Kind, Request, Subresource, Verb};
use std::borrow::Cow;

/// A verb and what it is to be done to.
#[derive(Clone, Debug, PartialEq)]
pub struct Attributes<'a> {
    /// `get`, `list`, `escalate`, …
    pub verb: &'a str,
    /// A resource or a path.
    pub target: Target<'a>,
}

/// What a request is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Target<'a> {
    /// Objects.
    Resource(Resource<'a>),
    /// A URL that stands for no object: `/healthz`.
    Path(&'a str),
}

/// Which objects.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Resource<'a> {
    /// The API group; empty for the core group.
    pub group: &'a str,
    /// The plural: `pods`.
    pub resource: &'a str,
    /// The part: `status`; empty for the whole.
    pub subresource: &'a str,
    /// The namespace; empty for cluster-scoped ones, and for all namespaces.
    pub namespace: &'a str,
    /// The name; empty for many, and for one that has none yet.
    pub name: Cow<'a, str>,
    /// How a list or watch is narrowed down; as `--field-selector` spells it.
    pub field_selector: &'a str,
}

impl Resource<'_> {
    /// As rules spell it: `pods/status`.
    #[must_use]
    pub fn combined(&self) -> Cow<'_, str> {
        if self.subresource.is_empty() {
            Cow::Borrowed(self.resource)
        } else {
            Cow::Owned(format!("{}/{}", self.resource, self.subresource))
        }
    }

    /// As messages spell it: `deployments.apps`.
    #[must_use]
    pub fn qualified(&self) -> Cow<'_, str> {
        if self.group.is_empty() {
            Cow::Borrowed(self.resource)
        } else {
            Cow::Owned(format!("{}.{}", self.resource, self.group))
        }
    }
}

impl<'a> Attributes<'a> {
    /// A verb on objects.
    #[must_use]
    pub fn resource(verb: &'a str, resource: Resource<'a>) -> Self {
        Self {
            verb,
            target: Target::Resource(resource),
        }
    }

    /// A verb on a URL that stands for no object; the verb is the HTTP method in small letters.
    #[must_use]
    pub fn path(verb: &'a str, path: &'a str) -> Self {
        Self {
            verb,
            target: Target::Path(path),
        }
    }

    /// What a request to the API server is about.
    #[must_use]
    pub fn of(request: &'a Request) -> Self {
        let info = request.key.kind.info();
        let name = name_of(request);
        // A namespace is in itself: a role in it may let someone read it.
        let namespace = if request.key.kind == Kind::Namespace && *name == *request.key.name {
            &request.key.name
        } else {
            &request.key.namespace
        };
        // The old form of a binding has a right of its own.
        let is_bindings =
            request.subresource == Some(Subresource::Binding) && request.key.name.is_empty();
        let subresource = request.subresource.filter(|_| !is_bindings);
        // A view has rules of its own: events are in two groups.
        let viewed = request.api_version.rsplit_once('/');
        let resource = Resource {
            group: viewed.map_or(info.group, |(group, _)| group),
            resource: if is_bindings { "bindings" } else { info.plural },
            subresource: subresource.map_or("", |part| part.name()),
            namespace,
            name,
            field_selector: &request.select.field_selector,
        };
        Self::resource(request.verb.name(), resource)
    }
}

/// The name in the request's address. One to be created has none; a list has one if it selects by it.
fn name_of(request: &Request) -> Cow<'_, str> {
    let selector = &request.select.field_selector;
    match request.verb {
        Verb::Create if request.subresource.is_none() => Cow::Borrowed(""),
        Verb::List | Verb::Watch if selector.contains("metadata.name") => {
            let parsed = FieldSelector::parse(selector).ok();
            let name = parsed
                .as_ref()
                .and_then(|fields| fields.exact("metadata.name"));
            Cow::Owned(name.unwrap_or_default().to_owned())
        }
        Verb::List | Verb::Watch | Verb::DeleteCollection => Cow::Borrowed(""),
        Verb::Get | Verb::Create | Verb::Update | Verb::Patch | Verb::Delete => {
            Cow::Borrowed(&request.key.name)
        }
    }
}
