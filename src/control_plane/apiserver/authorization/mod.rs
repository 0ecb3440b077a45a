//! Authorization: may this user do this? The first question that the API server asks of a request.
//!
//! ```text
//!   system:masters ─▶ allowed      Node authorizer ─▶ allowed      RBAC ─▶ allowed      nobody ─▶ 403
//! ```
//!
//! [`authorize`] looks at the objects themselves, as upstream's informers do, and costs a few microseconds. Components ask the same few
//! questions again and again, so an [`Authorizer`] remembers what a user may do everywhere until a role or a binding changes.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/filters/authorization.go, pkg/authorization/{authorizer,union}, pkg/endpoints/handlers/responsewriters/errors.go.
//! Left out: webhooks, CEL conditions and `--authorization-config`; the modes are always Node and RBAC.

mod attributes;
pub mod bootstrap;
mod compare;
mod escalation;
pub mod impersonation;
mod known;
mod node;
mod rbac;
pub mod review;
mod rules_review;
pub mod token;

pub use attributes::{Attributes, Resource, Target};
pub(super) use escalation::confirm;
pub use known::Authorizer;
pub use rbac::Grant;

use super::Context;
use crate::api::identity::MASTERS;
use crate::api::{Caller, Reason, Request, Snapshot, Status, Verb};

/// The answer to one question.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict<'a> {
    /// Yes, and because of what.
    Allowed(Grant<'a>),
    /// No; what the authorizers had to say about it, often nothing.
    Denied(String),
}

impl Verdict<'_> {
    /// Is it a yes?
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }

    /// As a review's `status.reason` says it.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Allowed(grant) => grant.reason(),
            Self::Denied(why) => why.clone(),
        }
    }
}

/// Asks the authorizers in their order; the first that says yes decides.
#[must_use]
pub fn authorize<'a>(
    caller: &Caller<'_>,
    attributes: &Attributes<'_>,
    snapshot: &'a Snapshot,
) -> Verdict<'a> {
    if caller.identity.is_in(MASTERS) {
        return Verdict::Allowed(Grant::Masters);
    }
    let node = match node::authorize(caller, attributes, snapshot) {
        Verdict::Denied(why) => why,
        allowed @ Verdict::Allowed(_) => return allowed,
    };
    match rbac::authorize(caller, attributes, snapshot) {
        Verdict::Denied(why) if node.is_empty() => Verdict::Denied(why),
        Verdict::Denied(why) if why.is_empty() => Verdict::Denied(node),
        Verdict::Denied(why) => Verdict::Denied(format!("{node}\n{why}")),
        allowed @ Verdict::Allowed(_) => allowed,
    }
}

/// Refuses the request unless its user may make it.
pub(super) fn permit(request: &Request, context: &mut Context<'_>) -> Result<(), Status> {
    if context.authorizer.knows(request, context.store) {
        return Ok(());
    }
    let (caller, attributes) = (request.caller(), Attributes::of(request));
    match authorize(&caller, &attributes, context.store.head()) {
        Verdict::Allowed(grant) => {
            if request.identity.is_none() {
                context.authorizer.learn(request, &grant);
            }
            Ok(())
        }
        Verdict::Denied(why) => {
            let status = forbidden(&caller, &attributes, &why);
            Err(Status {
                kind: Some(request.key.kind),
                ..status
            })
        }
    }
}

/// Refuses an update or an application that would create its object unless its user may create it, too.
pub(super) fn permit_create(request: &Request, snapshot: &Snapshot) -> Result<(), Status> {
    let caller = request.caller();
    let attributes = Attributes {
        verb: Verb::Create.name(),
        ..Attributes::of(request)
    };
    match authorize(&caller, &attributes, snapshot) {
        Verdict::Allowed(_) => Ok(()),
        Verdict::Denied(why) => Err(Status {
            kind: Some(request.key.kind),
            ..forbidden(&caller, &attributes, &why)
        }),
    }
}

/// The refusal, in upstream's words: `pods "x" is forbidden: User "jane" cannot get resource "pods" in API group "" in the namespace "default"`.
#[must_use]
pub fn forbidden(caller: &Caller<'_>, attributes: &Attributes<'_>, why: &str) -> Status {
    let (user, verb) = (caller.name, attributes.verb);
    let because = if why.is_empty() {
        String::new()
    } else {
        format!(": {why}")
    };
    let resource = match &attributes.target {
        Target::Resource(resource) => resource,
        Target::Path(path) => {
            let message = format!("forbidden: User {user:?} cannot {verb} path {path:?}{because}");
            return Status::new(Reason::Forbidden, message);
        }
    };
    let place = match resource.namespace {
        "" => "at the cluster scope".to_owned(),
        namespace => format!("in the namespace {namespace:?}"),
    };
    let said = format!(
        "User {user:?} cannot {verb} resource {:?} in API group {:?} {place}{because}",
        resource.combined(),
        resource.group
    );
    let message = match &*resource.name {
        "" => format!("{} is forbidden: {said}", resource.qualified()),
        name => format!("{} {name:?} is forbidden: {said}", resource.qualified()),
    };
    Status {
        name: (&*resource.name).into(),
        ..Status::new(Reason::Forbidden, message)
    }
}

#[cfg(test)]
mod tests;
