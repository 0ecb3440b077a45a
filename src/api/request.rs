//! One call to the API server. The only way to change the cluster's desired state, for everyone.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go.

use super::decode::Strictness;
use super::json::Repeats;
use super::kinds::views;
use super::{
    Body, Caller, DeleteOptions, FieldValidation, Identity, Key, Kind, ListOptions, Name, Object,
    Patch, PatchType, Subresource, Verb,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// Who is asking: `system:kube-scheduler`, `system:node:n1`, `kubernetes-admin`.
pub type User = Name;

/// One API call: who wants what done to which object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Who is asking.
    pub user: User,
    /// What is known of them besides the name; without it, what the name implies ([`Identity::implied`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Arc<Identity>>,
    /// What is asked.
    pub verb: Verb,
    /// Of which object; an empty name with `create` (the body has it, or `generateName`), `list` and `deletecollection`.
    pub key: Key,
    /// Of which part.
    pub subresource: Option<Subresource>,
    /// In which version the client speaks of it (`autoscaling/v1`); empty for the version in which it is stored.
    #[serde(default)]
    pub api_version: Name,
    /// With what.
    pub body: Body,
    /// Which ones, for `list` and `deletecollection`.
    pub select: ListOptions,
    /// What to do about unknown fields, and about those that stand twice.
    pub field_validation: FieldValidation,
    /// What stands twice in the text that the body was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Arc<Repeats>>,
    /// Answer as if it were done, and change nothing.
    pub dry_run: bool,
    /// Who manages the fields that it sets: `kubectl-client-side-apply`. If the client names nobody, its program's name, which the HTTP
    /// layer takes from the User-Agent.
    pub field_manager: Name,
}

impl Request {
    /// A request with nothing but the essentials.
    #[must_use]
    pub fn new(verb: Verb, key: Key, body: Body) -> Self {
        Self {
            user: User::default(),
            identity: None,
            verb,
            key,
            subresource: None,
            api_version: Name::default(),
            body,
            select: ListOptions::default(),
            field_validation: FieldValidation::default(),
            repeats: None,
            dry_run: false,
            field_manager: Name::default(),
        }
    }

    /// Does it change nothing, whatever is answered?
    #[must_use]
    pub fn only_reads(&self) -> bool {
        matches!(self.verb, Verb::Get | Verb::List) || self.dry_run
    }

    /// How strictly the body is to be read.
    #[must_use]
    pub fn strictness(&self) -> Strictness<'_> {
        Strictness {
            validation: self.field_validation,
            repeats: self.repeats.as_deref(),
        }
    }

    /// `get` of one object.
    #[must_use]
    pub fn get(key: Key) -> Self {
        Self::new(Verb::Get, key, Body::None)
    }

    /// `list` of a kind in one namespace, or in all if it is empty.
    pub fn list(kind: Kind, namespace: impl Into<Name>) -> Self {
        Self::new(Verb::List, Key::new(kind, namespace, ""), Body::None)
    }

    /// `create` of a typed object in the namespace that its metadata names.
    #[must_use]
    pub fn create(object: impl Into<Object>) -> Self {
        let object = object.into();
        Self::new(Verb::Create, object.key(), Body::Object(object))
    }

    /// `update` of a typed object.
    #[must_use]
    pub fn update(object: impl Into<Object>) -> Self {
        let object = object.into();
        Self::new(Verb::Update, object.key(), Body::Object(object))
    }

    /// `update` of the status of a typed object.
    #[must_use]
    pub fn update_status(object: impl Into<Object>) -> Self {
        Self {
            subresource: Some(Subresource::Status),
            ..Self::update(object)
        }
    }

    /// `patch` of one object.
    #[must_use]
    pub fn patch(key: Key, kind: PatchType, body: Value) -> Self {
        Self::new(
            Verb::Patch,
            key,
            Body::Patch(Patch {
                kind,
                body: Arc::new(body),
                forces: false,
            }),
        )
    }

    /// `delete` of one object.
    #[must_use]
    pub fn delete(key: Key, options: DeleteOptions) -> Self {
        Self::new(Verb::Delete, key, Body::Delete(options))
    }

    /// `create pods/binding`: put the pod on the node.
    pub fn bind(pod: Key, node: impl Into<Name>) -> Self {
        Self {
            subresource: Some(Subresource::Binding),
            ..Self::new(Verb::Create, pod, Body::Binding(node.into()))
        }
    }

    /// The same request, from this user.
    #[must_use]
    pub fn by(self, user: impl Into<User>) -> Self {
        Self {
            user: user.into(),
            ..self
        }
    }

    /// Who is asking, as the authorizer sees them.
    #[must_use]
    pub fn caller(&self) -> Caller<'_> {
        match &self.identity {
            Some(identity) => Caller {
                name: &self.user,
                identity: Cow::Borrowed(identity),
            },
            None => Caller::named(&self.user),
        }
    }

    /// The same request, about objects in this version: of custom kinds, and of those built-in ones that are served in more than one.
    #[must_use]
    pub fn speaking(mut self, api_version: &str) -> Self {
        if views::is_spoken(self.key.kind, api_version) {
            self.api_version = api_version.into();
        }
        self
    }

    /// The HTTP method that kubectl and client-go send it with.
    #[must_use]
    pub fn method(&self) -> &'static str {
        match self.verb {
            Verb::Get | Verb::List | Verb::Watch => "GET",
            Verb::Create => "POST",
            Verb::Update => "PUT",
            Verb::Patch => "PATCH",
            Verb::Delete | Verb::DeleteCollection => "DELETE",
        }
    }

    /// The URL's path: `/apis/apps/v1/namespaces/default/deployments/web/status`.
    #[must_use]
    pub fn path(&self) -> String {
        let info = self.key.kind.info();
        let api_version = match self.api_version.as_str() {
            "" => info.api_version,
            said => said,
        };
        let root = if api_version.contains('/') {
            "/apis/"
        } else {
            "/api/"
        };
        let mut path = format!("{root}{api_version}");
        if info.namespaced && !self.key.namespace.is_empty() {
            path.push_str(&format!("/namespaces/{}", self.key.namespace));
        }
        path.push_str(&format!("/{}", info.plural));
        let to_collection = self.verb == Verb::Create && self.subresource.is_none();
        if !to_collection && !self.key.name.is_empty() {
            path.push_str(&format!("/{}", self.key.name));
        }
        if let Some(subresource) = self.subresource {
            path.push_str(&format!("/{}", subresource.name()));
        }
        path
    }

    /// Why no client can put it into a URL: a name that is missing, or is no part of a path.
    ///
    /// The real thing: client-go's rest/request.go (`Namespace`, `Name`), apimachinery's pkg/api/validation/path/name.go.
    #[must_use]
    pub fn path_error(&self) -> Option<String> {
        let Key {
            kind,
            namespace,
            name,
        } = &self.key;
        let wrong = segment_errors(namespace);
        if kind.info().namespaced && !wrong.is_empty() {
            return Some(format!("invalid namespace {namespace:?}: [{wrong}]"));
        }
        let is_of_many = matches!(
            self.verb,
            Verb::List | Verb::Watch | Verb::DeleteCollection | Verb::Create
        );
        if is_of_many && self.subresource.is_none() {
            return None;
        }
        if name.is_empty() {
            return Some("resource name may not be empty".to_owned());
        }
        let wrong = segment_errors(name);
        (!wrong.is_empty()).then(|| format!("invalid resource name {name:?}: [{wrong}]"))
    }

    /// `create pods default/web-x`: for the trace.
    #[must_use]
    pub fn summary(&self) -> String {
        let resource = self.key.kind.info().plural;
        let sub = self
            .subresource
            .map_or(String::new(), |s| format!("/{}", s.name()));
        let name = match (&self.key.name, &self.body) {
            (name, Body::Object(object)) if name.is_empty() => {
                format!(
                    "{}*",
                    object
                        .metadata()
                        .generate_name
                        .as_deref()
                        .unwrap_or_default()
                )
            }
            (name, _) => name.to_string(),
        };
        if self.key.namespace.is_empty() {
            format!("{} {resource}{sub} {name}", self.verb.name())
        } else {
            format!(
                "{} {resource}{sub} {}/{name}",
                self.verb.name(),
                self.key.namespace
            )
        }
    }
}

/// Why this cannot be a part of a path; empty if it can.
fn segment_errors(name: &str) -> String {
    if matches!(name, "." | "..") {
        return format!("may not be '{name}'");
    }
    let found = ["/", "%"]
        .into_iter()
        .filter(|forbidden| name.contains(forbidden));
    let wrong: Vec<String> = found.map(|it| format!("may not contain '{it}'")).collect();
    wrong.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_api() {
        let pod = || Key::new(Kind::Pod, "default", "web");
        let web = || Key::new(Kind::Deployment, "default", "web");
        let cases = [
            (
                Request::get(pod()),
                "GET /api/v1/namespaces/default/pods/web",
            ),
            (
                Request::bind(pod(), "n1"),
                "POST /api/v1/namespaces/default/pods/web/binding",
            ),
            (Request::list(Kind::Node, ""), "GET /api/v1/nodes"),
            (
                Request::new(Verb::Create, web(), Body::None),
                "POST /apis/apps/v1/namespaces/default/deployments",
            ),
            (
                Request::delete(web(), DeleteOptions::default()),
                "DELETE /apis/apps/v1/namespaces/default/deployments/web",
            ),
        ];
        for (request, want) in cases {
            assert_eq!(format!("{} {}", request.method(), request.path()), want);
        }
    }
    #[test]
    fn names_that_are_no_part_of_a_path_are_told() {
        let pod = |namespace: &str, name: &str| Request::get(Key::new(Kind::Pod, namespace, name));
        let map = |name: &str| {
            let key = Key::new(Kind::ConfigMap, "default", name);
            Request::new(Verb::Create, key, Body::None)
        };
        let node = |name: &str| Request::get(Key::new(Kind::Node, "a/b", name));
        let cases = [
            (pod("default", "web"), None),
            (
                pod("default", "a/b"),
                Some("invalid resource name \"a/b\": [may not contain '/']"),
            ),
            (
                pod("default", "%/"),
                Some("invalid resource name \"%/\": [may not contain '/' may not contain '%']"),
            ),
            (
                pod("default", ".."),
                Some("invalid resource name \"..\": [may not be '..']"),
            ),
            (pod("default", ""), Some("resource name may not be empty")),
            (
                pod("a%b", "a%b"),
                Some("invalid namespace \"a%b\": [may not contain '%']"),
            ),
            (
                Request::list(Kind::Pod, "."),
                Some("invalid namespace \".\": [may not be '.']"),
            ),
            (Request::list(Kind::Pod, ""), None),
            // A new object's name stands in its document only, and nodes are in no namespace.
            (map("a/b"), None),
            (node("n1"), None),
        ];
        for (request, want) in cases {
            let error = request.path_error();
            assert_eq!(error.as_deref(), want, "{}", request.summary());
        }
    }
}
