//! The API server: the only door. Every request of everyone goes through [`handle`], and nothing else writes to etcd.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go, pkg/endpoints/handlers.

use super::etcd::Store;
use crate::api::time::Ms;
use crate::api::{Answer, Reason, Request, Status};
use crate::component::Rng;

/// What a request may touch: the store, the clock (read only) and chance.
pub struct Context<'a> {
    /// etcd.
    pub store: &'a mut Store,
    /// For uids and generated names.
    pub rng: &'a mut Rng,
    /// Now.
    pub now_ms: Ms,
    /// The step of the cluster that the request belongs to; stamped on every change.
    pub step: u64,
}

/// Answers one request. Writes to the store only if the answer is not a refusal.
pub fn handle(request: &Request, _context: &mut Context<'_>) -> Answer {
    let refusal = Status::new(
        Reason::MethodNotAllowed,
        format!("not answered yet: {}", request.summary()),
    );
    Answer {
        result: Err(refusal),
        warnings: Vec::new(),
        revision: None,
    }
}
