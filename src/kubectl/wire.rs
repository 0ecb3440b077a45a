//! What kubectl says on the wire: every request as HTTP, read back and answered by the codec that `kubeloop serve` uses.
//!
//! The real thing: what `kubectl -v=8` prints; recorded from kubectl 1.32 (`tests` below).
//! Left out: discovery and OpenAPI documents, which kubectl keeps on disk; the watch with which `delete` waits; credentials.

use super::server::text_of;
use super::{Accept, Server};
use crate::api::time::Ms;
use crate::api::{Answer, Kind, Request, Status, Verb};
use crate::sim::Timeline;
use crate::sim::port::{self, Client, Said};

/// How kubectl introduces itself: it is of 1.32, though the API that it speaks to is 1.33's.
const AGENT: &str = "kubectl/v1.32.0 (linux/amd64) kubernetes/70d3cc9";

impl Accept {
    /// kubectl, which wants an answer in this form.
    pub(super) fn client(self) -> Client<'static> {
        let (accept, more) = self.said();
        Client {
            agent: AGENT,
            accept,
            more,
        }
    }

    /// What stands in `Accept`, and in the query besides.
    fn said(self) -> (&'static str, &'static str) {
        const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
        match self {
            Self::Json => ("application/json", ""),
            Self::Any => ("application/json, */*", ""),
            Self::Typed => ("application/vnd.kubernetes.protobuf,application/json", ""),
            Self::TypedOrAny => ("application/vnd.kubernetes.protobuf, */*", ""),
            Self::Table => (TABLE, ""),
            Self::TableWithObjects => (TABLE, "includeObject=Object"),
        }
    }
}

/// A run that is asked over HTTP, and what was said.
#[derive(Debug)]
pub struct Wire<'a> {
    timeline: &'a mut Timeline,
    /// Everything that was said, in order.
    pub said: Vec<Said>,
}

impl<'a> Wire<'a> {
    /// To this run; nothing was said yet.
    pub fn new(timeline: &'a mut Timeline) -> Self {
        Self {
            timeline,
            said: Vec::new(),
        }
    }
}

impl Server for Wire<'_> {
    fn send_for(&mut self, request: Request, accept: Accept) -> Answer {
        // Without a limit, kinds are asked for in place of discovery.
        let discovers = request.verb == Verb::List
            && request.key.kind == Kind::CustomResourceDefinition
            && request.select.limit == 0;
        if discovers {
            return self.timeline.send(request);
        }
        match port::say(self.timeline, &request, accept.client()) {
            Ok(said) => {
                let answer = said.answer.clone();
                self.said.push(said);
                answer
            }
            Err(status) => Answer::refusal(status),
        }
    }

    fn look(&mut self, path: &str, accept: Accept) -> Result<String, Status> {
        let said = port::look(self.timeline.cluster(), path, accept.client())?;
        let text = text_of(&said);
        self.said.push(said);
        text
    }

    fn now_ms(&self) -> Ms {
        self.timeline.cluster().now_ms()
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
