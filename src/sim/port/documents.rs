//! Documents that need the cluster or are built in native builds only: OpenAPI, the server's own metrics.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/server/routes/{openapi,metrics}.go.
//! Left out: of the metrics, all but a few counts of the simulation.

use super::Port;
use crate::api::Kind;
use crate::control_plane::apiserver::http::{self as codec, Document};
use http::Response;

pub(super) fn answer(port: &Port, document: &Document) -> Option<Response<Vec<u8>>> {
    if document.path == "/metrics" {
        return Some(codec::text(&metrics(port)));
    }
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
