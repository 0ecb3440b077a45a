//! Which Endpoints are copied into EndpointSlices, and what bears witness to it.
//!
//! The real thing: pkg/controller/endpointslicemirroring/utils.go (`skipMirror`, `hasLeaderElection`),
//! endpointslicemirroring_controller.go (`shouldMirror`).

use super::{Object, Snapshot, Stored};
use crate::api::Kind;
use k8s_openapi::api::core::v1::{Endpoints, Service};

/// Who looks after a slice.
pub const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
/// How the endpointslice-mirroring-controller signs.
pub const MIRRORING_CONTROLLER: &str = "endpointslicemirroring-controller.k8s.io";
const SKIP: &str = "endpointslice.kubernetes.io/skip-mirror";
/// Endpoints with this annotation hold who leads among several processes, and no addresses.
pub const LEADER: &str = "control-plane.alpha.kubernetes.io/leader";

/// May these be mirrored? Not if they say so, nor if they only hold who leads.
#[must_use]
pub fn is_mirrored(endpoints: &Endpoints) -> bool {
    let (labels, annotations) = (&endpoints.metadata.labels, &endpoints.metadata.annotations);
    let skip = labels.as_ref().and_then(|labels| labels.get(SKIP));
    let leader = annotations.as_ref().and_then(|all| all.get(LEADER));
    skip.is_none_or(|text| text != "true") && leader.is_none()
}

/// Is it a Service whose endpoints no controller makes?
#[must_use]
pub fn has_no_selector(service: &Service) -> bool {
    let spec = service.spec.as_ref();
    let selector = spec.and_then(|spec| spec.selector.as_ref());
    selector.is_none_or(std::collections::BTreeMap::is_empty)
}

/// Is it a Service without a selector, or a slice that mirrors something?
#[must_use]
pub fn takes_part(object: &Object) -> bool {
    if let Some(service) = Service::of(object) {
        return has_no_selector(service);
    }
    let labels = object.metadata().labels.as_ref();
    let manager = labels.and_then(|labels| labels.get(MANAGED_BY));
    object.kind() == Kind::EndpointSlice
        && manager.is_some_and(|manager| manager == MIRRORING_CONTROLLER)
}

/// Are these Endpoints of a Service without a selector, and do they not object?
#[must_use]
pub fn is_source(object: &Object, head: &Snapshot) -> bool {
    let Some(endpoints) = Endpoints::of(object).filter(|e| is_mirrored(e)) else {
        return false;
    };
    let meta = &endpoints.metadata;
    let namespace = meta.namespace.as_deref().unwrap_or_default();
    let name = meta.name.as_deref().unwrap_or_default();
    let service = head.table(Kind::Service).get(namespace, name);
    service.and_then(Service::of).is_some_and(has_no_selector)
}
