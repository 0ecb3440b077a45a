//! Parts of a pod that have a door of their own: `pods/x/ephemeralcontainers` and `pods/x/resize`.
//!
//! The real thing: pkg/registry/core/pod/storage/storage.go (`EphemeralContainersREST`, `ResizeREST`), pkg/registry/core/pod/strategy.go
//! (`podEphemeralContainersStrategy`, `podResizeStrategy`).

use crate::api::field::FieldError;
use crate::api::kinds::{ephemeral_containers, pod_resize};
use crate::api::{Object, Pod, Stored};

/// How `kubectl debug` gets a container into a pod that runs.
pub(super) const EPHEMERAL_CONTAINERS: PodPart = PodPart {
    updated: ephemeral_containers::updated,
    validate: ephemeral_containers::validate_update,
};

/// Other CPU and memory for containers that run.
pub(super) const RESIZE: PodPart = PodPart {
    updated: pod_resize::updated,
    validate: pod_resize::validate_update,
};

/// A part of a pod that is updated by itself.
pub(super) struct PodPart {
    /// The old pod with this part of the new one: of what was sent nothing else is taken.
    updated: fn(Pod, &Pod) -> Pod,
    /// Everything wrong with what became of the old pod.
    validate: fn(&Pod, &Pod) -> Vec<FieldError>,
}

impl PodPart {
    /// Carries over what the request cannot change.
    pub(super) fn prepare(&self, object: &mut Object, old: &Object) {
        if let (Some(new), Some(old)) = (Pod::of_mut(object), Pod::of(old)) {
            *new = (self.updated)(std::mem::take(new), old);
            new.prepare_update(old);
        }
    }

    /// Everything wrong with the update.
    pub(super) fn validate(&self, object: &Object, old: &Object) -> Vec<FieldError> {
        match (Pod::of(object), Pod::of(old)) {
            (Some(new), Some(old)) => (self.validate)(new, old),
            _ => Vec::new(),
        }
    }
}
