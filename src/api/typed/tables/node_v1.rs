//! The fields of the types of `k8s_openapi::api::node::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::node::v1 as of;

types! {
    Overhead "Overhead podFixed"
        { pod_fixed }
    RuntimeClass "node.k8s.io/v1/RuntimeClass handler metadata overhead scheduling"
        { handler metadata overhead scheduling }
    Scheduling "Scheduling nodeSelector tolerations"
        { node_selector tolerations }
}
