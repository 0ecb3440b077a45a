//! kube-controller-manager: one file per controller. Add one: its file, its `mod` line, its line in [`ALL`].
//!
//! Every controller here is level-triggered: `sync` reads what the caches say now and never what an event said. A stale cache is
//! therefore harmless: whatever it plans from an old object carries that object's resourceVersion or uid, so the API server refuses
//! it (409), the key comes back, and by then the cache has moved on. What has no such guard (creating and deleting pods) waits for
//! its own writes to come back first: see `replica_set::expectations`.
//!
//! The real thing: cmd/kube-controller-manager/app/controllermanager.go.
//! Left out: leader election; several workers per controller (a component does one key at a time); resyncs every 12 hours.

mod cluster_role_aggregation;
mod deployment;
mod endpoint_slice;
mod endpoint_slice_mirroring;
mod endpoints;
mod every_namespace;
mod garbage_collector;
mod namespace;
mod node_lifecycle;
mod own_writes;
mod ownership;
mod pod_garbage_collector;
mod pv_protection;
mod pvc_protection;
mod replica_set;
mod resource_quota;
mod root_ca_cert_publisher;
mod service_account;
mod service_cidrs;
mod service_pods;
mod taint_eviction;
#[cfg(test)]
mod testing;

use crate::component::AnyComponent;

/// Every controller, in the order of the diagram.
pub static ALL: &[&dyn AnyComponent] = &[
    &deployment::DeploymentController,
    &replica_set::ReplicaSetController,
    &node_lifecycle::NodeLifecycleController,
    &taint_eviction::TaintEvictionController,
    &garbage_collector::GarbageCollectorController,
    &endpoint_slice::EndpointSliceController,
    &endpoints::EndpointsController,
    &namespace::NamespaceController,
    &service_account::ServiceAccountController,
    &root_ca_cert_publisher::RootCaCertPublisher,
    &pod_garbage_collector::PodGarbageCollectorController,
    &cluster_role_aggregation::ClusterRoleAggregationController,
    &resource_quota::ResourceQuotaController,
    &pvc_protection::PvcProtectionController,
    &pv_protection::PvProtectionController,
    &endpoint_slice_mirroring::EndpointSliceMirroringController,
    &service_cidrs::ServiceCidrController,
];

/// A count as the API spells it: absent when it is zero (`omitempty`).
fn omit_zero(count: i32) -> Option<i32> {
    (count != 0).then_some(count)
}
