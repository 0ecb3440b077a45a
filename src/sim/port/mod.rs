//! The cluster behind HTTP, without a network: who may come in, what a request does, and what is answered. A value like all else here, so
//! that `kubeloop serve`, a test's in-process service and a replay see the same server.
//!
//! ```text
//!   headers ──▶ authentication ──▶ impersonation ──▶ http::read ──▶ Timeline ──▶ http::Form ──▶ response
//!                                                        └────────▶ Watch, Log, Exec: values that are asked for what is new
//! ```
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/server/config.go (`DefaultBuildHandlerChain`).
//! Left out: audit, priority and fairness, CORS, TLS (nothing leaves the machine).

#[cfg(test)]
mod binding_tests;
mod call;
mod credentials;
mod csv;
mod documents;
mod exec;
mod log;
mod measured;
mod place;
mod pod;
mod proxy;
mod reviews;

pub use call::{Client, Said, look, say};
pub use credentials::{Credentials, User};
pub use exec::{Attach, Exec, Frame, PROTOCOLS, closes_input, is_end};
pub use log::Log;

use super::{Cluster, Timeline};
use crate::api::{Kind, Reason, Status};
use crate::control_plane::apiserver::authorization::{self, Attributes, Verdict};
use crate::control_plane::apiserver::custom_resources;
use crate::control_plane::apiserver::http::{
    self as codec, Anew, Asked, Document, Encoded, Protobuf, Watch,
};
use crate::control_plane::apiserver::resources::Served;
use http::Response;

/// The group that may do everything.
const MASTERS: &str = "system:masters";

/// A cluster that answers HTTP.
#[derive(Debug)]
pub struct Port {
    /// The cluster and its history.
    pub timeline: Timeline,
    credentials: Credentials,
    address: String,
    protobuf: Option<Protobuf>,
    /// How many requests were handed on: endpoints take turns.
    proxied: usize,
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Exchange {
    /// It is answered.
    Answered(Response<Vec<u8>>),
    /// The client is told of changes, line by line.
    Watch(Box<Watch>),
    /// The client is told what a container prints.
    Log(Box<Log>),
    /// The client runs a command, over a WebSocket.
    Exec(Box<Exec>),
    /// The client sees what a container prints from now on, over a WebSocket.
    Attach(Box<Attach>),
}

impl Port {
    /// A server of this cluster; `address` is where clients reach it: host and port.
    #[must_use]
    pub fn new(timeline: Timeline, credentials: Credentials, address: &str) -> Self {
        Self {
            timeline,
            credentials,
            address: address.to_owned(),
            protobuf: None,
            proxied: 0,
        }
    }

    /// The same, able to read protobuf.
    #[must_use]
    pub fn with_protobuf(self, protobuf: Protobuf) -> Self {
        Self {
            protobuf: Some(protobuf),
            ..self
        }
    }

    /// The cluster as it is.
    #[must_use]
    pub fn cluster(&self) -> &Cluster {
        self.timeline.cluster()
    }

    /// Takes a request and answers it, or says what the client is to be told from now on.
    pub fn exchange(&mut self, request: &http::Request<Vec<u8>>) -> Exchange {
        self.exchange_with(request, &Anew)
    }

    /// The same, with what was put into words for others.
    pub fn exchange_with(
        &mut self,
        request: &http::Request<Vec<u8>>,
        encoded: &dyn Encoded,
    ) -> Exchange {
        match self.answer(request, encoded) {
            Ok(exchange) => exchange,
            Err(status) => Exchange::Answered(codec::refusal(&status)),
        }
    }

    fn answer(
        &mut self,
        request: &http::Request<Vec<u8>>,
        encoded: &dyn Encoded,
    ) -> Result<Exchange, Status> {
        let user = self
            .credentials
            .authenticate(request.headers(), self.cluster())?;
        if let Some(response) = credentials::acts_as_nobody(request) {
            return Ok(Exchange::Answered(response));
        }
        let user = user.impersonating(request.headers(), self.cluster())?;
        let snapshot = self.cluster().store().head();
        let custom = custom_resources(snapshot);
        let context = codec::Context {
            served: Served::with(&custom),
            snapshot,
            protobuf: self.protobuf,
        };
        let asked = codec::read(request, &user.name, &context)?;
        match asked {
            Asked::Call(call, form) => {
                let call = user.sign(*call);
                let (_, response) = call::call(&mut self.timeline, call, &form, encoded);
                Ok(Exchange::Answered(response))
            }
            Asked::Watch(watch) => {
                self.permit(
                    &user,
                    &Attributes::of(&user.sign(watch.request().clone())),
                    Some(watch.request().key.kind),
                )?;
                watch.check(self.cluster().store())?;
                Ok(Exchange::Watch(watch))
            }
            Asked::Review(review) => reviews::answer(self, &user, &review).map(Exchange::Answered),
            Asked::Pod(call) => pod::answer(self, &user, request.headers(), *call),
            Asked::Proxy(call) => proxy::answer(self, &user, &call).map(Exchange::Answered),
            Asked::Reading(reading) => {
                measured::answer(self, &user, &reading).map(Exchange::Answered)
            }
            Asked::Document(document) => {
                let headers = request.headers();
                self.document(&user, &document, headers, Served::with(&custom))
                    .map(Exchange::Answered)
            }
        }
    }

    /// May whoever sends these headers tell the simulation itself what to do? That is above the API, so no rule of RBAC can allow it.
    ///
    /// # Errors
    /// 401 for a token that nobody knows, 403 for whoever is not in `system:masters`.
    pub fn permit_simulation(&self, headers: &http::HeaderMap) -> Result<(), Status> {
        let user = self.credentials.authenticate(headers, self.cluster())?;
        if user.caller().identity.is_in(MASTERS) {
            return Ok(());
        }
        let why = format!(
            "User {:?} is not in {MASTERS:?}, and only those who are may tell the simulation what to do",
            user.name
        );
        Err(Status::new(Reason::Forbidden, why))
    }

    /// Asks the authorizers.
    fn permit(
        &self,
        user: &User,
        attributes: &Attributes<'_>,
        kind: Option<Kind>,
    ) -> Result<(), Status> {
        let caller = user.caller();
        let snapshot = self.cluster().store().head();
        match authorization::authorize(&caller, attributes, snapshot) {
            Verdict::Allowed(_) => Ok(()),
            Verdict::Denied(why) => Err(Status {
                kind,
                ..authorization::forbidden(&caller, attributes, &why)
            }),
        }
    }

    fn document(
        &self,
        user: &User,
        document: &Document,
        headers: &http::HeaderMap,
        served: Served<'_>,
    ) -> Result<Response<Vec<u8>>, Status> {
        self.permit(
            user,
            &Attributes::path(&document.verb, &document.path),
            None,
        )?;
        if let Some(response) = document.answer(headers, served, &self.address)? {
            return Ok(response);
        }
        Ok(documents::answer(self, document, headers, served).unwrap_or_else(codec::not_found))
    }
}

#[cfg(test)]
mod custom_tests;
#[cfg(test)]
mod field_validation_tests;
#[cfg(test)]
mod pod_tests;
#[cfg(test)]
mod proxy_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod views_tests;
