//! What a client asks of a pod, Service or node through the API server.
//!
//! The real thing: pkg/registry/core/{pod,node}/rest, pkg/registry/core/service/proxy.go, staging/src/k8s.io/apimachinery/pkg/util/net/util.go
//! (`SplitSchemeNamePort`).

use super::Reader;
use crate::api::{Kind, Name, Status, Verb};
use http::header::LOCATION;
use http::{HeaderValue, Method, Response, StatusCode};

/// A request that is handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyCall {
    /// A Pod, a Service or a Node.
    pub kind: Kind,
    /// Empty for nodes.
    pub namespace: Name,
    /// As the URL has it, and RBAC sees it: `web`, `web:http`, `https:web:443`.
    pub id: Name,
    /// As RBAC sees it.
    pub verb: Verb,
    /// As HTTP has it.
    pub method: Method,
    /// The path to hand on, with its slash and query; empty if the URL ends before it.
    pub path: String,
    /// Where a client is sent that left out the slash after `proxy`.
    redirect: Option<String>,
}

/// Whom an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemeNamePort<'a> {
    /// `https`, `http`, or empty for the latter.
    pub scheme: &'a str,
    /// The object.
    pub name: &'a str,
    /// A port's number or name; empty for the one that suggests itself.
    pub port: &'a str,
}

impl ProxyCall {
    /// Whom it is for.
    ///
    /// # Errors
    /// 400 for an id that has other than one to three parts, no name, or another scheme.
    pub fn target(&self) -> Result<SchemeNamePort<'_>, Status> {
        let parts: Vec<&str> = self.id.split(':').collect();
        let (scheme, name, port) = match parts[..] {
            [name] => ("", name, ""),
            [name, port] => ("", name, port),
            [scheme, name, port] => (scheme, name, port),
            _ => ("", "", ""),
        };
        if name.is_empty() || !matches!(scheme, "" | "http" | "https") {
            let kind = self.kind.info().singular;
            let why = format!("invalid {kind} request {:?}", self.id);
            return Err(Status::bad_request(why));
        }
        Ok(SchemeNamePort { scheme, name, port })
    }

    /// The answer to a client that left out the slash after `proxy`: relative links of the page behind would lead elsewhere.
    #[must_use]
    pub fn redirect(&self) -> Option<Response<Vec<u8>>> {
        let place = HeaderValue::from_str(self.redirect.as_ref()?).ok()?;
        let mut response = Response::new(Vec::new());
        *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
        response.headers_mut().insert(LOCATION, place);
        Some(response)
    }
}

pub(super) fn read(reader: &Reader<'_>, kind: Kind, verb: Verb) -> ProxyCall {
    let (target, uri) = (&reader.target, reader.request.uri());
    let method = reader.request.method().clone();
    let query = uri
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    let is_read = matches!(method, Method::GET | Method::HEAD);
    let redirect = (is_read && target.rest.is_empty()).then(|| format!("{}/{query}", uri.path()));
    ProxyCall {
        kind,
        namespace: target.namespace.as_str().into(),
        id: target.name.as_str().into(),
        verb,
        method,
        path: format!("{}{query}", target.rest),
        redirect,
    }
}
