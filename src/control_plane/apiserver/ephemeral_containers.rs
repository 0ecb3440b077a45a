//! `pods/x/ephemeralcontainers`: how `kubectl debug` gets a container into a pod that runs.
//!
//! The real thing: pkg/registry/core/pod/storage/storage.go (`EphemeralContainersREST`), pkg/registry/core/pod/strategy.go.

use crate::api::field::FieldError;
use crate::api::kinds::ephemeral_containers as rules;
use crate::api::{Object, Stored};
use k8s_openapi::api::core::v1::Pod;

/// Of what was sent, only the ephemeral containers are taken.
pub(super) fn prepare(object: &mut Object, old: &Object) {
    if let (Some(new), Some(old)) = (Pod::of_mut(object), Pod::of(old)) {
        *new = rules::updated(std::mem::take(new), old);
        new.prepare_update(old);
    }
}

/// Everything wrong with the new ones, and with what was done to those that were there.
pub(super) fn validate(object: &Object, old: &Object) -> Vec<FieldError> {
    match (Pod::of(object), Pod::of(old)) {
        (Some(new), Some(old)) => rules::validate_update(new, old),
        _ => Vec::new(),
    }
}
