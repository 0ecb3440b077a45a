//! `list`: the objects of a kind that selectors choose.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go (`ListPredicate`).
//! Left out: chunks (`limit`, `continue`); every list is whole.

use super::Call;
use crate::api::{Object, Reply, Status};

pub(super) fn list(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let objects = selected(call)?;
    Ok(Reply::List(objects, call.context.store.revision()))
}

/// The objects that the request's namespace and selectors choose, by namespace and name.
pub(super) fn selected(call: &Call<'_, '_>) -> Result<Vec<Object>, Status> {
    let key = call.key();
    let table = call.context.store.head().table(key.kind);
    Ok(table.in_namespace(&key.namespace).cloned().collect())
}
