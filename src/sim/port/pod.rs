//! What a client asks of a pod's containers: logs at once, everything else over a connection that is upgraded.
//!
//! The real thing: pkg/registry/core/pod/rest/{log,subresources}.go, staging/src/k8s.io/apimachinery/pkg/util/proxy/upgradeaware.go.
//! Left out: `portforward`: there is nothing that listens.

use super::exec::{Attach, Exec};
use super::log::Log;
use super::place::{self, Refused, place};
use super::{Cluster, Exchange, Port, User};
use crate::api::{Key, Kind, Status};
use crate::control_plane::apiserver::authorization::{Attributes, Resource as About};
use crate::control_plane::apiserver::http::{self as codec, LogOptions, PodAsk, PodCall};
use http::header::CONNECTION;
use http::{HeaderMap, Response, StatusCode};
use std::borrow::Cow;

/// Answers, or opens a stream.
///
/// # Errors
/// Those of the API server: no right, no such pod, no such container, no upgrade.
pub(super) fn answer(
    port: &Port,
    user: &User,
    headers: &HeaderMap,
    call: PodCall,
) -> Result<Exchange, Status> {
    let about = About {
        group: "",
        resource: "pods",
        subresource: call.asks.subresource(),
        namespace: &call.pod.namespace,
        name: Cow::Borrowed(&call.pod.name),
        ..About::default()
    };
    let attributes = Attributes::resource(call.verb.name(), about);
    port.permit(user, &attributes, Some(Kind::Pod))?;
    if let PodAsk::Log(options) = call.asks {
        return log(port.cluster(), &call.pod, &call.container, options);
    }
    match stream(port, headers, &call) {
        Ok(exchange) => Ok(exchange),
        Err(Refused::Server(status)) => Err(status),
        Err(Refused::Kubelet(why)) => {
            let mut response = codec::text(&why);
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            Ok(Exchange::Answered(response))
        }
    }
}

/// What a container has printed until now.
pub(super) fn look(cluster: &Cluster, call: PodCall) -> Result<Response<Vec<u8>>, Status> {
    let PodAsk::Log(options) = call.asks else {
        return Err(Status::bad_request("this is no log"));
    };
    match log(cluster, &call.pod, &call.container, options)? {
        Exchange::Answered(response) => Ok(response),
        _ => Err(Status::bad_request("nothing is followed here")),
    }
}

fn log(
    cluster: &Cluster,
    pod: &Key,
    container: &str,
    options: LogOptions,
) -> Result<Exchange, Status> {
    let follows = options.follows;
    let Some(mut log) = Log::open(pod, container, options, cluster)? else {
        let mut nothing = Response::new(Vec::new());
        *nothing.status_mut() = StatusCode::NO_CONTENT;
        return Ok(Exchange::Answered(nothing));
    };
    if follows {
        return Ok(Exchange::Log(Box::new(log)));
    }
    let mut response = codec::text("");
    log.poll(cluster, response.body_mut());
    Ok(Exchange::Answered(response))
}

fn stream(port: &Port, headers: &HeaderMap, call: &PodCall) -> Result<Exchange, Refused> {
    let cluster = port.cluster();
    if call.asks == PodAsk::PortForward {
        let pod = place::pod(cluster, &call.pod)?;
        if place::node_of(pod).is_empty() {
            let why = format!("pod {} does not have a host assigned", call.pod.name);
            return Err(Status::bad_request(why).into());
        }
        must_upgrade(headers)?;
        let why = "containers are simulated here, so there is no port to forward; Services and their endpoints can be looked at instead";
        return Err(Status::bad_request(why).into());
    }
    let place = place(cluster, &call.pod, &call.container)?;
    must_upgrade(headers)?;
    if let PodAsk::Exec {
        command,
        stdin,
        tty,
    } = &call.asks
    {
        let exec = Exec::new(&call.pod, command, *stdin, *tty).within(place)?;
        return Ok(Exchange::Exec(Box::new(exec)));
    }
    let attach = Attach::open(&place, cluster)?;
    Ok(Exchange::Attach(Box::new(attach)))
}

/// A stream needs a connection that becomes something else than HTTP.
fn must_upgrade(headers: &HeaderMap) -> Result<(), Status> {
    let asked = headers.get_all(CONNECTION).iter().any(|value| {
        let text = value.to_str().unwrap_or_default();
        text.to_ascii_lowercase().contains("upgrade")
    });
    if asked {
        return Ok(());
    }
    Err(Status::bad_request("Upgrade request required"))
}
