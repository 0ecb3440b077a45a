//! Paths that are no resources: discovery, health, the version, the list of all paths.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/server/{routes,healthz}, pkg/server/routes/index.go.
//! Left out: `/logs`, `/debug`, `/.well-known/openid-configuration`; most of the checks behind `/livez` and `/readyz`.

use super::media::{self, JSON};
use super::options::Query;
use super::{Document, answer};
use crate::api::Status;
use crate::control_plane::apiserver::discovery::{self, Root};
use crate::control_plane::apiserver::resources::Served;
use http::header::{CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

/// The version that the server says it is. kubectl 1.32 and client-go of 1.33 are both within one minor of it.
const MINOR: &str = "33";

impl Document {
    /// Answers what is the same for every cluster, and discovery. `None`: no such path, or one that the caller answers (OpenAPI, metrics).
    ///
    /// # Errors
    /// `405` for anything but reading.
    pub fn answer(
        &self,
        headers: &HeaderMap,
        served: Served<'_>,
        server_address: &str,
    ) -> Result<Option<Response<Vec<u8>>>, Status> {
        if !matches!(self.verb.as_str(), "get" | "head") {
            return Err(answer::not_allowed());
        }
        let path = self.path.trim_end_matches('/');
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let response = match parts.as_slice() {
            [endpoint @ ("healthz" | "livez" | "readyz"), rest @ ..] => {
                return Ok(health(endpoint, rest, &self.query));
            }
            ["version"] => indented(&version()),
            [] | [""] => indented(&json!({ "paths": paths(served) })),
            ["api" | "apis"] if wants_aggregated(headers).is_some() => {
                let form = wants_aggregated(headers).unwrap_or(discovery::Form::V2);
                let root = if parts == ["api"] {
                    Root::Api
                } else {
                    Root::Apis
                };
                let value = discovery::aggregated(served, root, form);
                let mut response = document(&value, &form.content_type());
                let headers = response.headers_mut();
                headers.insert(VARY, HeaderValue::from_static("Accept"));
                response
            }
            ["api"] => document(&discovery::core_versions(server_address), JSON),
            ["apis"] => document(&discovery::groups(served), JSON),
            ["api", version] => match discovery::resources(served, "", version) {
                Some(value) => document(&value, JSON),
                None => return Ok(None),
            },
            ["apis", group] => match discovery::group(served, group) {
                Some(value) => document(&value, JSON),
                None => return Ok(None),
            },
            ["apis", group, version] => match discovery::resources(served, group, version) {
                Some(value) => document(&value, JSON),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(response))
    }
}

/// The checks behind the health endpoints. All of them pass: a server that is down does not answer at all.
const CHECKS: [&str; 8] = [
    "ping",
    "log",
    "etcd",
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/bootstrap-controller",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "poststarthook/apiservice-openapiv3-controller",
];

/// `/livez`, `/readyz?verbose`, `/healthz/etcd`.
fn health(endpoint: &str, check: &[&str], query: &str) -> Option<Response<Vec<u8>>> {
    if !check.is_empty() {
        return CHECKS
            .contains(&check.join("/").as_str())
            .then(|| text("ok"));
    }
    let query = Query::parse(query);
    if query.all("verbose").next().is_none() {
        return Some(text("ok"));
    }
    let excluded: Vec<&str> = query.all("exclude").collect();
    let mut lines: Vec<String> = CHECKS
        .iter()
        .map(|check| {
            let excuse = if excluded.contains(check) {
                " excluded:"
            } else {
                ""
            };
            format!("[+]{check}{excuse} ok")
        })
        .collect();
    if endpoint == "readyz" {
        lines.push("[+]shutdown ok".to_owned());
    }
    Some(text(&format!(
        "{}\n{endpoint} check passed\n",
        lines.join("\n")
    )))
}

/// A JSON document for people's eyes.
fn indented(value: &Value) -> Response<Vec<u8>> {
    let mut response = document(value, JSON);
    *response.body_mut() = serde_json::to_vec_pretty(value).expect("JSON values can be written");
    response
}

/// The aggregated form that the client prefers to the plain one, if any.
fn wants_aggregated(headers: &HeaderMap) -> Option<discovery::Form> {
    for entry in media::accepted(headers) {
        if entry.parameter("as") == Some("APIGroupDiscoveryList") {
            match entry.parameter("v") {
                Some("v2") => return Some(discovery::Form::V2),
                Some("v2beta1") => return Some(discovery::Form::V2beta1),
                _ => {}
            }
        } else if matches!(entry.media, JSON | "*/*") {
            return None;
        }
    }
    None
}

fn version() -> Value {
    json!({
        "major": "1",
        "minor": MINOR,
        "gitVersion": format!("v1.{MINOR}.0+kubeloop"),
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "rustc",
        "platform": "linux/amd64",
    })
}

fn paths(served: Served<'_>) -> Vec<String> {
    let mut paths: Vec<String> = [
        "/api",
        "/apis",
        "/healthz",
        "/livez",
        "/metrics",
        "/openapi/v2",
        "/openapi/v3",
        "/readyz",
        "/version",
    ]
    .map(str::to_owned)
    .into();
    for resource in served.iter() {
        match resource.group.as_str() {
            "" => paths.push(format!("/api/{}", resource.version)),
            group => {
                paths.push(format!("/apis/{group}"));
                paths.push(format!("/apis/{group}/{}", resource.version));
            }
        }
    }
    paths.sort();
    paths.dedup();
    paths
}

/// A JSON document.
#[must_use]
pub fn document(value: &Value, media: &str) -> Response<Vec<u8>> {
    let mut response = text("");
    *response.body_mut() = serde_json::to_vec(value).expect("JSON values can be written");
    if let Ok(media) = HeaderValue::from_str(media) {
        response.headers_mut().insert(CONTENT_TYPE, media);
    }
    response
}

/// Plain text.
#[must_use]
pub fn text(body: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(body.as_bytes().to_vec());
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

/// No such path.
#[must_use]
pub fn not_found() -> Response<Vec<u8>> {
    let mut response = text("404 page not found\n");
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
