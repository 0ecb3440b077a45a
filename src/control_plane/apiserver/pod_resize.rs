//! `pods/x/resize`: other CPU and memory for containers that run.
//!
//! The real thing: pkg/registry/core/pod/storage/storage.go (`ResizeREST`), pkg/registry/core/pod/strategy.go.

use crate::api::field::FieldError;
use crate::api::kinds::pod_resize as rules;
use crate::api::{Object, Stored};
use k8s_openapi::api::core::v1::Pod;

/// Of what was sent, only the containers' resources are taken.
pub(super) fn prepare(object: &mut Object, old: &Object) {
    if let (Some(new), Some(old)) = (Pod::of_mut(object), Pod::of(old)) {
        *new = rules::updated(std::mem::take(new), old);
        new.prepare_update(old);
    }
}

/// Everything wrong with the new amounts.
pub(super) fn validate(object: &Object, old: &Object) -> Vec<FieldError> {
    match (Pod::of(object), Pod::of(old)) {
        (Some(new), Some(old)) => rules::validate_update(new, old),
        _ => Vec::new(),
    }
}
