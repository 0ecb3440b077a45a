//! Documents that need the cluster or are built in native builds only: OpenAPI, the server's own metrics.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/server/routes/{openapi,metrics}.go.
//! Left out: of the metrics, all but a few counts of the simulation.

use super::Port;
use crate::api::Kind;
use crate::control_plane::apiserver::http::{self as codec, Document};
use crate::control_plane::apiserver::resources::Served;
use http::{HeaderMap, Response};

pub(super) fn answer(
    port: &Port,
    document: &Document,
    headers: &HeaderMap,
    served: Served<'_>,
) -> Option<Response<Vec<u8>>> {
    if document.path == "/metrics" {
        return Some(codec::text(&metrics(port)));
    }
    openapi(port, document, headers, served)
}

/// The types of everything that is served, for `kubectl explain` and for clients that check what they send.
#[cfg(feature = "cli")]
fn openapi(
    port: &Port,
    document: &Document,
    headers: &HeaderMap,
    served: Served<'_>,
) -> Option<Response<Vec<u8>>> {
    use crate::control_plane::apiserver::openapi;
    use crate::control_plane::apiserver::resources::Resource;
    use http::HeaderValue;
    use http::header::{CONTENT_TYPE, ETAG};
    let snapshot = port.cluster().store().head();
    let custom = |resource: &Resource| {
        let Some(Kind::Custom(kind)) = resource.stored_as else {
            return None;
        };
        snapshot.schema_of(kind, &resource.version).cloned()
    };
    let path = document.path.trim_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let built = match parts.as_slice() {
        ["openapi", "v2"] if wants_protobuf(headers) => {
            let document = openapi::v2_protobuf(served, &custom);
            let mut response = Response::new(document.to_vec());
            let media = HeaderValue::from_static(OPENAPI_V2_MEDIA);
            response.headers_mut().insert(CONTENT_TYPE, media);
            return Some(response);
        }
        ["openapi", "v2"] => openapi::v2(served, &custom),
        ["openapi", "v3"] => {
            let index = openapi::index(served, &custom);
            return Some(codec::document(&index, "application/json"));
        }
        ["openapi", "v3", "api", version] => openapi::v3(served, &custom, "", version)?,
        ["openapi", "v3", "apis", group, version] => openapi::v3(served, &custom, group, version)?,
        _ => return None,
    };
    let mut response = Response::new(built.json.clone().into_bytes());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(tag) = HeaderValue::from_str(&format!("{:?}", built.hash)) {
        headers.insert(ETAG, tag);
    }
    Some(response)
}

/// What an answer says that it is: written so since `@` turned out to be no letter of media types.
#[cfg(feature = "cli")]
const OPENAPI_V2_MEDIA: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/// kubectl reads the old document in protobuf alone, and only for what it does not find in the new ones.
#[cfg(feature = "cli")]
const OPENAPI_V2_PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

#[cfg(feature = "cli")]
fn wants_protobuf(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(http::header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains(OPENAPI_V2_PROTOBUF))
}

/// The page has no use for documents of megabytes.
#[cfg(not(feature = "cli"))]
fn openapi(
    _port: &Port,
    _document: &Document,
    _headers: &HeaderMap,
    _served: Served<'_>,
) -> Option<Response<Vec<u8>>> {
    None
}

/// Counts in Prometheus' text format.
fn metrics(port: &Port) -> String {
    let cluster = port.cluster();
    let mut text = String::new();
    let mut say = |name: &str, help: &str, type_: &str| {
        text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {type_}\n"));
    };
    say(
        "apiserver_storage_objects",
        "[STABLE] Number of stored objects at the time of last check split by kind.",
        "gauge",
    );
    for kind in Kind::ALL {
        let count = cluster.store().head().table(*kind).len();
        text.push_str(&format!(
            "apiserver_storage_objects{{resource={:?}}} {count}\n",
            kind.info().resource()
        ));
    }
    for (name, help, value) in [
        (
            "etcd_debugging_mvcc_current_revision",
            "The current revision of store.",
            cluster.store().revision(),
        ),
        (
            "kubeloop_steps_total",
            "Steps that the cluster has taken.",
            cluster.steps(),
        ),
        (
            "kubeloop_virtual_time_milliseconds",
            "The cluster's time since it was switched on.",
            cluster.now_ms(),
        ),
    ] {
        text.push_str(&format!(
            "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n"
        ));
    }
    text
}
