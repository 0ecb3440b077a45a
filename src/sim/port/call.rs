//! One call: a request that was read from HTTP, done by a cluster, and its answer written as HTTP.

use crate::api::{Answer, Object, Reply, Request, Verb};
use crate::control_plane::apiserver::http::{Anew, Created, Encoded, Form};
use crate::sim::Timeline;
use http::Response;

/// Sends a request to the API server, and gives its answer as the model and as the client has it; one that changes something is a step of
/// its own. `encoded` is what was put into words for others.
pub fn call(
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
