//! Requests that the API server hands on to a pod, a Service or a node: the simulated container answers as it answers a probe.
//!
//! ```text
//!   services/web:http/proxy/ ──▶ Endpoints: an address with a port of that name ──┐
//!   pods/web-0:80/proxy/ ──▶ the pod's address, its first declared port ──────────┴──▶ the container that listens there
//! ```
//!
//! The real thing: pkg/registry/core/pod/strategy.go, pkg/registry/core/service/storage/storage.go, pkg/registry/core/node/strategy.go
//! (`ResourceLocation`), staging/src/k8s.io/apimachinery/pkg/util/proxy/transport.go.
//! Left out: what programs really answer (the body says who answered), TLS, WebSockets; of the kubelet's own pages all but `/healthz` and `/pods`.
//! The endpoints of a Service take turns, where upstream throws dice.

use super::{Port, User};
use crate::api::{Key, Kind, Object, Pod, Reason, Status, Uid, managed_fields};
use crate::component::{Container, Machine};
use crate::control_plane::apiserver::authorization::{Attributes, Resource as About};
use crate::control_plane::apiserver::http::{self as codec, ProxyCall, SchemeNamePort};
use crate::node::container_runtime;
use crate::sim::Cluster;
use http::{Response, StatusCode};
use k8s_openapi::api::core::v1::{EndpointAddress, Endpoints, Service};
use serde_json::{Value, json};
use std::borrow::Cow;

/// Where a kubelet listens.
const KUBELET_PORT: &str = "10250";

/// A pod's port.
struct Place {
    pod: Key,
    ip: String,
    /// As the request or the object spells it.
    port: String,
}

pub(super) fn answer(
    port: &mut Port,
    user: &User,
    call: &ProxyCall,
) -> Result<Response<Vec<u8>>, Status> {
    let about = About {
        group: "",
        resource: call.kind.info().plural,
        subresource: "proxy",
        namespace: &call.namespace,
        name: Cow::Borrowed(&call.id),
        ..About::default()
    };
    let attributes = Attributes::resource(call.verb.name(), about);
    port.permit(user, &attributes, Some(call.kind))?;
    let target = call.target()?;
    port.proxied = port.proxied.wrapping_add(1);
    let (cluster, turn) = (port.timeline.cluster(), port.proxied);
    let place = match call.kind {
        Kind::Node => return of_node(cluster, call, target),
        Kind::Service => of_service(cluster, call, target, turn)?,
        _ => of_pod(cluster, call, target)?,
    };
    if let Some(elsewhere) = call.redirect() {
        return Ok(elsewhere);
    }
    let default = if target.scheme == "https" { 443 } else { 80 };
    dial(cluster, &place, default, call).map_err(|why| unreachable(&why))
}

fn unreachable(why: &str) -> Status {
    let why = format!("error trying to reach service: {why}");
    Status::new(Reason::ServiceUnavailable, why)
}

/// The pod's address, and the port that was asked for or the first that it declares.
fn of_pod(
    cluster: &Cluster,
    call: &ProxyCall,
    target: SchemeNamePort<'_>,
) -> Result<Place, Status> {
    let key = Key::new(Kind::Pod, call.namespace.clone(), target.name);
    let pod = super::place::pod(cluster, &key)?;
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    let mut ports = containers.flat_map(|container| container.ports.iter().flatten());
    let port = match target.port {
        "" => ports.next().map(|port| port.container_port.to_string()),
        port => Some(port.to_owned()),
    };
    let ip = address(pod).ok_or_else(|| Status::bad_request("address not allowed"))?;
    Ok(Place {
        pod: key,
        ip,
        port: port.unwrap_or_default(),
    })
}

fn address(pod: &Pod) -> Option<String> {
    let ips = pod.status.as_ref()?.pod_ips.as_ref()?;
    ips.first().map(|first| first.ip.clone())
}

/// One of the Service's endpoints that has the port: by name, if the Service gives its ports names.
fn of_service(
    cluster: &Cluster,
    call: &ProxyCall,
    target: SchemeNamePort<'_>,
    turn: usize,
) -> Result<Place, Status> {
    let head = cluster.store().head();
    let find = |kind: Kind| {
        let key = Key::new(kind, call.namespace.clone(), target.name);
        head.get(&key)
            .ok_or_else(|| Status::not_found(kind, target.name))
    };
    let unavailable = |why: String| Status::new(Reason::ServiceUnavailable, why);
    let mut port = target.port.to_owned();
    if let Ok(number) = target.port.parse::<i64>() {
        let service = find(Kind::Service)?.get::<Service>();
        let ports = service.and_then(|service| service.spec.as_ref()?.ports.as_ref());
        let mut ports = ports.into_iter().flatten();
        let Some(found) = ports.find(|port| i64::from(port.port) == number) else {
            let name = target.name;
            let why = format!("no service port {number} found for service {name:?}");
            return Err(unavailable(why));
        };
        port = found.name.clone().unwrap_or_default();
    }
    let endpoints = find(Kind::Endpoints)?.get::<Endpoints>();
    let subsets = endpoints.and_then(|endpoints| endpoints.subsets.as_ref());
    let subsets = subsets.map_or(&[][..], Vec::as_slice);
    if subsets.is_empty() {
        let why = format!("no endpoints available for service {:?}", target.name);
        return Err(unavailable(why));
    }
    let places: Vec<Place> = subsets
        .iter()
        .flat_map(|subset| {
            let ports = subset.ports.iter().flatten();
            let ports = ports.filter(|p| p.name.as_deref().unwrap_or_default() == port);
            ports.flat_map(|port| {
                let addresses = subset.addresses.iter().flatten();
                addresses.filter_map(|at| pod_at(cluster, at, port.port))
            })
        })
        .collect();
    let count = places.len().max(1);
    places
        .into_iter()
        .nth(turn % count)
        .ok_or_else(|| unavailable(format!("no endpoints available for service {:?}", call.id)))
}

/// Only addresses that are pods' are proxied to.
fn pod_at(cluster: &Cluster, at: &EndpointAddress, port: i32) -> Option<Place> {
    let target = at.target_ref.as_ref()?;
    let (namespace, name) = (target.namespace.as_deref()?, target.name.as_deref()?);
    let key = Key::new(Kind::Pod, namespace, name);
    let pod = super::place::pod(cluster, &key).ok()?;
    (address(pod)? == at.ip).then(|| Place {
        pod: key,
        ip: at.ip.clone(),
        port: port.to_string(),
    })
}

/// Asks the container that listens there; the error is that of the connection.
fn dial(
    cluster: &Cluster,
    place: &Place,
    default: i32,
    call: &ProxyCall,
) -> Result<Response<Vec<u8>>, String> {
    let (ip, name) = (&place.ip, &place.port);
    let port = match name.as_str() {
        "" => default,
        text => match text.parse() {
            Ok(port @ 0..=65_535) => port,
            Ok(port) => return Err(format!("dial tcp: address {port}: invalid port")),
            Err(_) => return Err(format!("dial tcp: lookup tcp/{text}: unknown port")),
        },
    };
    let Ok(pod) = super::place::pod(cluster, &place.pod) else {
        return Err(format!("dial tcp {ip}:{port}: connect: no route to host"));
    };
    let node = super::place::node_of(pod);
    let machine = cluster.machine(node);
    let Some(machine) = machine.filter(|machine| machine.is_connected()) else {
        return Err(format!("dial tcp {ip}:{port}: connect: no route to host"));
    };
    let uid = Uid::parse(pod.metadata.uid.as_deref().unwrap_or_default());
    let answers = |container: &Container| {
        container_runtime::answers_http(container, port, &call.path, cluster.now_ms())
    };
    let mut containers = machine.containers_of(uid).map(|(_, container)| container);
    let answer = containers.find_map(|container| Some((container, answers(container)?)));
    let Some((container, code)) = answer else {
        return Err(format!("dial tcp {ip}:{port}: connect: connection refused"));
    };
    let code = StatusCode::from_u16(code).expect("programs answer with codes of HTTP");
    let text = format!(
        "{} {} {}: {code}\n{} at port {port} of pod {}, on node {node}\n",
        container.name, call.method, call.path, container.image, container.pod
    );
    let mut response = codec::text(&text);
    *response.status_mut() = code;
    Ok(response)
}

/// The kubelet's own pages; nothing else listens on a node.
fn of_node(
    cluster: &Cluster,
    call: &ProxyCall,
    target: SchemeNamePort<'_>,
) -> Result<Response<Vec<u8>>, Status> {
    let head = cluster.store().head();
    let key = Key::new(Kind::Node, "", target.name);
    if head.get(&key).is_none() {
        return Err(Status::not_found(Kind::Node, target.name));
    }
    if let Some(elsewhere) = call.redirect() {
        return Ok(elsewhere);
    }
    let port = match target.port {
        "" => KUBELET_PORT,
        port => port,
    };
    let machine = cluster.machine(target.name);
    let at = machine.map_or(target.name, |machine| machine.ip.as_str());
    if !machine.is_some_and(Machine::is_connected) {
        let why = format!("dial tcp {at}:{port}: connect: no route to host");
        return Err(unreachable(&why));
    }
    if port != KUBELET_PORT {
        let why = format!("dial tcp {at}:{port}: connect: connection refused");
        return Err(unreachable(&why));
    }
    let page = call.path.split('?').next().unwrap_or_default();
    Ok(match page {
        "/healthz" => codec::text("ok"),
        "/pods" | "/pods/" => {
            let pods = head.table(Kind::Pod).on_node(target.name);
            codec::document(&pod_list(pods), "application/json")
        }
        other => {
            let text = format!(
                "kubeloop: the kubelet's {other} is not simulated: it has /healthz and /pods\n"
            );
            let mut response = codec::text(&text);
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        }
    })
}

fn pod_list<'a>(pods: impl Iterator<Item = &'a Object>) -> Value {
    let items: Vec<Value> = pods.map(managed_fields::to_json).collect();
    json!({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items})
}
