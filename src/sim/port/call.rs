//! One call: a request that was read from HTTP, done by a cluster, and its answer written as HTTP.

use super::{measured, pod};
use crate::api::{Answer, Object, Reply, Request, Status, User, Verb};
use crate::control_plane::apiserver::custom_resources;
use crate::control_plane::apiserver::http::{
    self as codec, Anew, Asked, Context, Created, Encoded, Form,
};
use crate::control_plane::apiserver::resources::Served;
use crate::sim::{Cluster, Timeline};
use http::Response;
use http::header::{ACCEPT, USER_AGENT};

/// What a client's own library adds to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client<'a> {
    /// How it introduces itself: `kubectl/v1.32.0`.
    pub agent: &'a str,
    /// In which forms it takes its answer.
    pub accept: &'a str,
    /// What the query says besides: `includeObject=Object`.
    pub more: &'a str,
}

/// A call as it went over the wire.
#[derive(Clone, Debug)]
pub struct Said {
    /// What the client wrote.
    pub request: http::Request<Vec<u8>>,
    /// What the server wrote.
    pub response: Response<Vec<u8>>,
    /// The same answer, as the model has it; nothing of one that is no object.
    pub answer: Answer,
}

/// Writes a request as this client would, reads it as the server does, has it done, and writes the answer.
///
/// # Errors
/// `400` for what cannot be written as HTTP: a name that fits into no URL.
pub fn say(timeline: &mut Timeline, request: &Request, client: Client<'_>) -> Result<Said, Status> {
    let written = codec::write(request, client.agent, client.accept, client.more)?;
    let asked = read(&written, &request.user, timeline.cluster());
    let done = asked.and_then(|asked| match asked {
        Asked::Call(call, form) => Ok(self::call(timeline, *call, &form, &Anew)),
        _ => Err(Status::bad_request("this is no call to the API")),
    });
    Ok(said(written, done))
}

/// Reads, as an administrator, what is no object: a log, what is measured. `path` is all of a URL behind the host.
///
/// # Errors
/// `400` for what is no URL.
pub fn look(cluster: &Cluster, path: &str, client: Client<'_>) -> Result<Said, Status> {
    let written = http::Request::builder()
        .uri(path)
        .header(USER_AGENT, client.agent)
        .header(ACCEPT, client.accept)
        .body(Vec::new())
        .map_err(|error| Status::bad_request(error.to_string()))?;
    let asked = read(&written, &User::default(), cluster);
    let found = asked.and_then(|asked| match asked {
        Asked::Pod(call) => pod::look(cluster, *call),
        Asked::Reading(reading) => measured::look(cluster, &reading),
        _ => Err(Status::bad_request("this is no reading")),
    });
    let found = found.map(|response| (Answer::nothing(), response));
    Ok(said(written, found))
}

/// What the server reads in what a client wrote.
fn read(written: &http::Request<Vec<u8>>, user: &User, cluster: &Cluster) -> Result<Asked, Status> {
    let snapshot = cluster.store().head();
    let custom = custom_resources(snapshot);
    let context = Context {
        served: Served::with(&custom),
        snapshot,
        protobuf: None,
    };
    codec::read(written, user, &context)
}

/// The call as it went over the wire; a refusal is an answer, too.
fn said(
    request: http::Request<Vec<u8>>,
    done: Result<(Answer, Response<Vec<u8>>), Status>,
) -> Said {
    let (answer, response) = done.unwrap_or_else(|status| {
        let response = codec::refusal(&status);
        (Answer::refusal(status), response)
    });
    Said {
        request,
        response,
        answer,
    }
}

/// Sends a request to the API server, and gives its answer as the model and as the client has it; one that changes something is a step of
/// its own. `encoded` is what was put into words for others.
pub(super) fn call(
    timeline: &mut Timeline,
    request: Request,
    form: &Form,
    encoded: &dyn Encoded,
) -> (Answer, Response<Vec<u8>>) {
    let only_reads = request.only_reads();
    let is_create = request.verb == Verb::Create;
    let head = timeline.cluster().store().head();
    let existed = head.get(&request.key).is_some();
    let answer: Answer = if only_reads {
        timeline.cluster().ask(&request)
    } else {
        let step = timeline.submit(request);
        step.answer().expect("a request is answered").clone()
    };
    let made = answer
        .result
        .as_ref()
        .is_ok_and(|reply| is_create || (!existed && !only_reads && reply.object().is_some()));
    let created = if made { Created::Yes } else { Created::No };
    // What a dry run would have made has the revision of what it would have changed.
    let cluster = timeline.cluster();
    let is_stored = |object: &Object| {
        let stored = cluster.store().head().get(&object.key());
        stored.is_some_and(|stored| stored.ptr_eq(object))
    };
    let encoded = match &answer.result {
        Ok(Reply::Object(object)) if !is_stored(object) => &Anew,
        _ => encoded,
    };
    let response = form.write(&answer, created, cluster.now_ms(), encoded);
    (answer, response)
}
