//! Who answers the commands' requests: a cluster, or a run of one.
//!
//! The real thing: kubectl's pkg/cmd/util/factory_client_access.go, whose clients differ in what they `Accept`.

use crate::api::custom::{Definition, Definitions};
use crate::api::time::Ms;
use crate::api::{Answer, Kind, Object, Reply, Request, Status};
use crate::sim::port::{self, Said};
use crate::sim::{Cluster, StepEvent, Timeline};

/// Someone who answers requests: a cluster, or a run of one.
pub trait Server {
    /// Sends a request; one that changes something is a step of its own.
    fn send(&mut self, request: Request) -> Answer {
        self.send_for(request, Accept::Json)
    }

    /// The same, for an answer in this form; what is answered says the same in all of them.
    fn send_for(&mut self, request: Request, accept: Accept) -> Answer;

    /// Reads what is no object: a log, what is measured. `path` is all of a URL behind the host.
    ///
    /// # Errors
    /// The server's refusal.
    fn look(&mut self, path: &str, accept: Accept) -> Result<String, Status>;

    /// Now, for ages.
    fn now_ms(&self) -> Ms;
}

/// In which form an answer is wanted: what kubectl says in `Accept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Accept {
    /// Objects, as the server has them.
    #[default]
    Json,
    /// Objects, in whatever form.
    Any,
    /// Objects of built-in kinds, which kubectl knows as types.
    Typed,
    /// The same, and whatever else there is.
    TypedOrAny,
    /// Rows of what `get` prints.
    Table,
    /// Rows, and the objects that they are about.
    TableWithObjects,
}

impl Server for Cluster {
    fn send_for(&mut self, request: Request, _: Accept) -> Answer {
        if request.only_reads() {
            return self.ask(&request);
        }
        answer_of(&self.submit(request).event)
    }

    fn look(&mut self, path: &str, accept: Accept) -> Result<String, Status> {
        text_of(&port::look(self, path, accept.client())?)
    }

    fn now_ms(&self) -> Ms {
        Cluster::now_ms(self)
    }
}

impl Server for Timeline {
    fn send_for(&mut self, request: Request, _: Accept) -> Answer {
        if request.only_reads() {
            return self.cluster().ask(&request);
        }
        answer_of(&self.submit(request).event)
    }

    fn look(&mut self, path: &str, accept: Accept) -> Result<String, Status> {
        text_of(&port::look(self.cluster(), path, accept.client())?)
    }

    fn now_ms(&self) -> Ms {
        self.cluster().now_ms()
    }
}

/// The kinds that the cluster behind `send` defines: kubectl's discovery.
pub fn definitions(send: &mut dyn FnMut(Request) -> Answer) -> Definitions {
    let answer = send(Request::list(Kind::CustomResourceDefinition, ""));
    let Ok(Reply::List(list)) = answer.result else {
        return Definitions::default();
    };
    Definitions::new(list.items.iter().filter_map(|object| match object {
        Object::CustomResourceDefinition(crd) => Definition::of(crd),
        _ => None,
    }))
}

fn answer_of(event: &StepEvent) -> Answer {
    let StepEvent::User { answer, .. } = event else {
        unreachable!("a submitted request is a user's step");
    };
    (**answer).clone()
}

/// What was read, or why not.
pub(super) fn text_of(said: &Said) -> Result<String, Status> {
    said.answer.result.clone()?;
    Ok(String::from_utf8_lossy(said.response.body()).into_owned())
}
