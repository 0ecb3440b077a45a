//! A request and its answer as HTTP says them: `POST /api/v1/namespaces/default/pods`, `201 Created`.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go, the other way round; RFC 9110 for the phrases.

use crate::api::{Answer, Body, Kind, Reason, Request, Status, Verb};
use crate::component::{Action, Outcome};
use crate::sim::{Step, StepEvent};

/// `201 Created`, `409 Conflict`.
#[must_use]
pub fn code_text(request: &Request, answer: &Answer) -> String {
    match &answer.result {
        Ok(_) if request.verb == Verb::Create => "201 Created".to_owned(),
        Ok(_) => "200 OK".to_owned(),
        Err(status) => format!("{} {:?}", status.code(), status.reason),
    }
}

/// The stages of a request inside the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Who is it?
    Authentication,
    /// May they?
    Authorization,
    /// Should it be changed, or refused?
    Admission,
    /// Is it valid?
    Validation,
    /// Is it stored?
    Storage,
}

impl Stage {
    /// In the order of a request.
    pub const ALL: &'static [Self] = &[
        Self::Authentication,
        Self::Authorization,
        Self::Admission,
        Self::Validation,
        Self::Storage,
    ];

    /// As the diagram engraves it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentication => "authn",
            Self::Authorization => "authz",
            Self::Admission => "admission",
            Self::Validation => "validation",
            Self::Storage => "etcd",
        }
    }

    /// Where a refusal comes from.
    #[must_use]
    pub fn of_refusal(status: &Status) -> Option<Self> {
        match status.reason {
            Reason::Unauthorized => Some(Self::Authentication),
            Reason::Forbidden => Some(Self::Admission),
            Reason::BadRequest
            | Reason::Invalid
            | Reason::NotAcceptable
            | Reason::UnsupportedMediaType
            | Reason::MethodNotAllowed => Some(Self::Validation),
            Reason::NotFound
            | Reason::AlreadyExists
            | Reason::Conflict
            | Reason::Expired
            | Reason::RequestEntityTooLarge => Some(Self::Storage),
            Reason::TooManyRequests
            | Reason::InternalError
            | Reason::Unknown
            | Reason::ServiceUnavailable
            | Reason::Timeout => None,
        }
    }
}

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// `POST`.
    pub method: &'static str,
    /// `pods/web-x`: what fits on the diagram.
    pub what: String,
    /// `201 Created`.
    pub code: String,
    /// Was it refused, and where? `Some(None)`: nobody answered.
    pub refused: Option<Option<Stage>>,
    /// Did it write?
    pub wrote: bool,
    /// The kind that it is about.
    pub kind: Kind,
}

impl Exchange {
    /// The last request of a step, if it sent any.
    #[must_use]
    pub fn of(step: &Step) -> Option<Self> {
        match &step.event {
            StepEvent::User { request, answer } => Some(Self::new(request, answer)),
            StepEvent::Turn(turn) => {
                let answered = turn.turn.actions.iter().zip(&turn.outcomes).rev();
                let mut requests =
                    answered.filter_map(|(planned, outcome)| match (&planned.action, outcome) {
                        (Action::Api(request), Outcome::Api(answer)) => {
                            Some(Self::new(request, answer))
                        }
                        _ => None,
                    });
                requests.next()
            }
            _ => None,
        }
    }

    fn new(request: &Request, answer: &Answer) -> Self {
        let name = match (&answer.result, &request.body) {
            (Ok(reply), _) if reply.object().is_some() => reply
                .object()
                .map(super::super::api::kinds::Object::name)
                .unwrap_or_default(),
            (_, Body::Object(object)) => object.name(),
            _ => request.key.name.clone(),
        };
        let part = request
            .subresource
            .map_or(String::new(), |part| format!("/{}", part.name()));
        Self {
            method: request.method(),
            what: format!("{}/{name}{part}", request.key.kind.info().plural),
            code: code_text(request, answer),
            refused: answer.result.as_ref().err().map(Stage::of_refusal),
            wrote: answer.revision.is_some(),
            kind: request.key.kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Key;

    #[test]
    fn paths_are_those_of_the_api() {
        let pod = Key::new(Kind::Pod, "default", "web-x");
        let deployment = Key::new(Kind::Deployment, "default", "web");
        let table = [
            (
                Request::get(pod.clone()),
                "/api/v1/namespaces/default/pods/web-x",
            ),
            (
                Request::bind(pod, "n1"),
                "/api/v1/namespaces/default/pods/web-x/binding",
            ),
            (
                Request::get(deployment),
                "/apis/apps/v1/namespaces/default/deployments/web",
            ),
            (
                Request::get(Key::new(Kind::Node, "", "n1")),
                "/api/v1/nodes/n1",
            ),
            (Request::list(Kind::Pod, ""), "/api/v1/pods"),
        ];
        for (request, want) in table {
            assert_eq!(request.path(), want);
        }
    }
}
