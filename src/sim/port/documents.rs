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

#[cfg(feature = "cli")]
fn openapi(
    port: &Port,
    document: &Document,
    _headers: &HeaderMap,
    served: Served<'_>,
) -> Option<Response<Vec<u8>>> {
    use crate::control_plane::apiserver::openapi;
    let snapshot = port.cluster().store().head();
    let path = document.path.trim_matches('/');
    let value = match path {
        "openapi/v2" => openapi::v2(served, snapshot),
        "openapi/v3" => openapi::index(served, snapshot),
        _ => openapi::v3(served, snapshot, path.strip_prefix("openapi/v3/")?)?,
    };
    Some(codec::document(&value, "application/json"))
}

/// The page has no use for documents of a megabyte.
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
    say("apiserver_storage_objects", "[STABLE] Number of stored objects at the time of last check split by kind.", "gauge");
    for kind in Kind::ALL {
        let count = cluster.store().head().table(*kind).len();
        text.push_str(&format!("apiserver_storage_objects{{resource={:?}}} {count}\n", kind.info().resource()));
    }
    for (name, help, value) in [
        ("etcd_debugging_mvcc_current_revision", "The current revision of store.", cluster.store().revision()),
        ("kubeloop_steps_total", "Steps that the cluster has taken.", cluster.steps()),
        ("kubeloop_virtual_time_milliseconds", "The cluster's time since it was switched on.", cluster.now_ms()),
    ] {
        text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n"));
    }
    text
}
