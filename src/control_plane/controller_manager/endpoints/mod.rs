//! endpoints-controller: the same as the endpointslice-controller in the API of old, one object per Service, cut off at a thousand addresses.
//!
//! A stale cache is harmless: there is one object with a known name, and every update carries its resourceVersion.
//!
//! The real thing: pkg/controller/endpoint/endpoints_controller.go, `syncService`; pkg/api/v1/endpoints/util.go, `RepackSubsets`.
//! Left out: the annotation `endpoints.kubernetes.io/last-change-trigger-time`; subsets are in the order of their ports, where upstream
//! has them in the order of a hash.

#[cfg(test)]
mod tests;

use super::own_writes::OwnWrites;
use super::service_pods::{
    addresses, find_port, hostname, is_headless, is_publishable, pods_of, publishes_not_ready,
    selector_of, services_of,
};
use crate::api::selector::Labels;
use crate::api::{
    Change, DeleteOptions, Key, Kind, Name, Object, Pod, Request, Stored, User, mirroring, pods,
};
use crate::component::{
    Action, Component, Datum, Note, Outcome, Place, Seen, Turn, Wake, Watch, queue_key,
};
use k8s_openapi::api::core::v1::{
    EndpointAddress, EndpointPort, EndpointSubset, Endpoints, ObjectReference, Service, ServiceSpec,
};
use std::collections::BTreeMap;

/// Addresses beyond these are left out.
const CAPACITY_MAX: usize = 1000;
/// Says that some were left out.
const OVER_CAPACITY: &str = "endpoints.kubernetes.io/over-capacity";
/// Who looks after the object.
const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";
/// How this controller signs.
const CONTROLLER: &str = "endpoint-controller";
const HEADLESS: &str = "service.kubernetes.io/headless";
/// Services with more addresses than this gather changes for a while.
const LARGE: usize = 100;
/// How long they do.
const BATCH_MS: u64 = 100;
/// How many addresses a difference spells out.
const SPELT_OUT_MAX: usize = 10;

/// See the file.
pub(super) struct EndpointsController;

/// What the controller remembers between turns.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Remembered {
    /// Refusals that are still to be reported, by Service.
    failures: BTreeMap<Name, (&'static str, String)>,
    own_writes: OwnWrites,
}

impl Component for EndpointsController {
    type Memory = Remembered;

    fn name(&self) -> &'static str {
        "endpoints-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:endpoint-controller")
    }

    fn reporter(&self) -> &'static str {
        CONTROLLER
    }

    fn watches(&self) -> &'static [Watch] {
        const {
            &[
                Watch::all(Kind::Service),
                Watch::all(Kind::Endpoints),
                Watch::all(Kind::Pod),
            ]
        }
    }

    fn starts(&self, seen: &Seen<'_>) -> Vec<Wake> {
        // Endpoints whose Service went while nobody was looking. Those that hold who leads have none.
        let all = seen.table(Kind::Endpoints).iter();
        let has_leader = |object: &&Object| {
            let annotations = object.metadata().annotations.as_ref();
            annotations.is_some_and(|all| all.contains_key(mirroring::LEADER))
        };
        let all = all.filter(|object| !has_leader(object));
        all.map(|object| Wake::now(queue_key(object))).collect()
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut Remembered) -> Vec<Wake> {
        match change.kind() {
            Kind::Service => vec![Wake::now(queue_key(change.object()))],
            // Deleted by somebody else: made again. Changes by others stand until the Service has news, as upstream.
            Kind::Endpoints => {
                let key = queue_key(change.object());
                let matters = change.after.is_none() || memory.own_writes.is_awaited(&key);
                if matters {
                    vec![Wake::now(key)]
                } else {
                    Vec::new()
                }
            }
            Kind::Pod => {
                let wake = |key: Name| {
                    let is_large = seen
                        .at_key::<Endpoints>(&key)
                        .is_some_and(|e| count(e) > LARGE);
                    Wake::after(key, if is_large { BATCH_MS } else { 0 })
                };
                services_of(change, seen).into_iter().map(wake).collect()
            }
            _ => Vec::new(),
        }
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut Remembered) -> Turn {
        let mut turn = Turn::default();
        let (namespace, name) = key.split_once('/').unwrap_or_default();
        let found = seen.table(Kind::Service).get(namespace, name);
        let current = seen.get::<Endpoints>(namespace, name);
        let Some((object, service)) = found.and_then(|o| Some((o, Service::of(o)?))) else {
            memory.own_writes.forget(key);
            clean_up(namespace, name, current, &mut turn);
            return turn;
        };
        if let Some(failure) = memory.failures.remove(key) {
            report(failure, namespace, name, seen, &mut turn);
        }
        if selector_of(service).is_none() {
            turn.saw(object, "spec.selector", None::<Name>);
            return turn;
        }
        if !memory.own_writes.must_wait(key, seen, &mut turn) {
            compare(object, service, current, seen, &mut turn);
        }
        turn
    }

    fn answered(&self, key: &str, action: &Action, outcome: &Outcome, memory: &mut Remembered) {
        memory.own_writes.note(key, action, outcome);
        let (Action::Api(request), Outcome::Api(answer)) = (action, outcome) else {
            return;
        };
        let Err(status) = &answer.result else {
            return;
        };
        let reason = match request.verb {
            crate::api::Verb::Create => "FailedToCreateEndpoint",
            crate::api::Verb::Update => "FailedToUpdateEndpoint",
            _ => return,
        };
        memory
            .failures
            .insert(key.into(), (reason, status.message.clone()));
    }
}

/// Says of the Endpoints, be they there or not, why they could not be written.
fn report(
    (reason, why): (&'static str, String),
    namespace: &str,
    name: &str,
    seen: &Seen<'_>,
    turn: &mut Turn,
) {
    let verb = match reason {
        "FailedToCreateEndpoint" => "create endpoint for service",
        _ => "update endpoint",
    };
    let there = seen.table(Kind::Endpoints).get(namespace, name).cloned();
    let endpoints = there.unwrap_or_else(|| {
        let mut planned = Endpoints::default();
        planned.metadata.name = Some(name.to_owned());
        planned.metadata.namespace = Some(namespace.to_owned());
        planned.into()
    });
    let message = format!("Failed to {verb} {namespace}/{name}: {why}");
    turn.also(Note::warning(endpoints, reason, message));
}

/// The Service is gone: its Endpoints go with it, whoever wrote them. (Upstream's API server deletes them, too, with the Service.)
fn clean_up(namespace: &str, name: &str, current: Option<&Endpoints>, turn: &mut Turn) {
    turn.saw_at(
        Key::new(Kind::Service, namespace, name),
        0,
        "metadata.name",
        None::<Name>,
    );
    if current.is_none() {
        return;
    }
    let key = Key::new(Kind::Endpoints, namespace, name);
    let why = turn.differs(
        key.clone(),
        "metadata.name",
        None::<Name>,
        name,
        "ServiceGone",
    );
    turn.act(why, Request::delete(key, DeleteOptions::default()));
}

fn compare(
    object: &Object,
    service: &Service,
    current: Option<&Endpoints>,
    seen: &Seen<'_>,
    turn: &mut Turn,
) {
    let spec = service
        .spec
        .as_ref()
        .expect("a Service with a selector has a spec");
    let mut new = current.cloned().unwrap_or_default();
    new.metadata.name.clone_from(&service.metadata.name);
    new.metadata
        .namespace
        .clone_from(&service.metadata.namespace);
    let (subsets, truncated) = subsets(service, spec, seen);
    new.subsets = (!subsets.is_empty()).then_some(subsets);
    new.metadata.labels = Some(labels(service, spec));
    let annotations = new.metadata.annotations.get_or_insert_default();
    if truncated {
        annotations.insert(OVER_CAPACITY.to_owned(), "truncated".to_owned());
    } else {
        annotations.remove(OVER_CAPACITY);
    }
    if annotations.is_empty() {
        new.metadata.annotations = None;
    }
    turn.saw(object, "addresses wanted", count(&new));
    turn.saw(object, "addresses published", current.map(count));
    let key = Key::new(Kind::Endpoints, object.namespace(), object.name());
    match current {
        None => {
            let why = turn.differs(
                key,
                "subsets",
                in_words(&new),
                None::<Name>,
                "EndpointsNeeded",
            );
            turn.act(why, Request::create(new));
        }
        Some(current) if *current != new => {
            let why = turn.differs(
                key,
                "subsets",
                in_words(&new),
                in_words(current),
                "EndpointsOutOfDate",
            );
            turn.act(why, Request::update(new));
        }
        Some(_) => {}
    }
}

/// Addresses grouped by the ports that they offer; and whether some were too many.
fn subsets(service: &Service, spec: &ServiceSpec, seen: &Seen<'_>) -> (Vec<EndpointSubset>, bool) {
    type Group = (
        Vec<EndpointPort>,
        Vec<EndpointAddress>,
        Vec<EndpointAddress>,
    );
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let unready_too = publishes_not_ready(spec);
    let is_listed = |pod: &&Pod| {
        is_publishable(pod) && (unready_too || pod.metadata.deletion_timestamp.is_none())
    };
    for pod in pods_of(service, seen).into_iter().filter(is_listed) {
        let ports = ports(spec, pod);
        if ports.is_empty() && !(is_headless(spec) && spec.ports.iter().flatten().next().is_none())
        {
            continue;
        }
        let text = format!("{ports:?}");
        let (_, ready, not_ready) = groups
            .entry(text)
            .or_insert_with(|| (ports, Vec::new(), Vec::new()));
        let address = address(pod, service);
        if unready_too || pods::is_ready(pod) {
            ready.push(address);
        } else {
            not_ready.push(address);
        }
    }
    let total: usize = groups
        .values()
        .map(|(_, ready, not_ready)| ready.len() + not_ready.len())
        .sum();
    let mut room = CAPACITY_MAX;
    let mut subsets = Vec::new();
    for (ports, mut ready, not_ready) in groups.into_values() {
        ready.sort_by(by_ip);
        ready.truncate(room);
        room -= ready.len();
        subsets.push((ports, ready, not_ready));
    }
    let mut result = Vec::new();
    for (ports, ready, mut not_ready) in subsets {
        not_ready.sort_by(by_ip);
        not_ready.truncate(room);
        room -= not_ready.len();
        let some = |list: Vec<EndpointAddress>| (!list.is_empty()).then_some(list);
        result.push(EndpointSubset {
            addresses: some(ready),
            not_ready_addresses: some(not_ready),
            ports: (!ports.is_empty()).then_some(ports),
        });
    }
    result.retain(|s| s.addresses.is_some() || s.not_ready_addresses.is_some());
    (result, total > CAPACITY_MAX)
}

fn ports(spec: &ServiceSpec, pod: &Pod) -> Vec<EndpointPort> {
    let ports = spec.ports.iter().flatten();
    ports
        .filter_map(|port| {
            Some(EndpointPort {
                name: port.name.clone().filter(|name| !name.is_empty()),
                port: find_port(pod, port)?,
                protocol: Some(port.protocol.clone().unwrap_or_else(|| "TCP".to_owned())),
                app_protocol: port.app_protocol.clone(),
            })
        })
        .collect()
}

fn address(pod: &Pod, service: &Service) -> EndpointAddress {
    let node = pods::node_name(pod);
    EndpointAddress {
        ip: addresses(pod).next().unwrap_or_default().to_owned(),
        hostname: hostname(pod, service).map(str::to_owned),
        node_name: (!node.is_empty()).then(|| node.to_owned()),
        target_ref: Some(ObjectReference {
            kind: Some("Pod".to_owned()),
            namespace: pod.metadata.namespace.clone(),
            name: pod.metadata.name.clone(),
            uid: pod.metadata.uid.clone(),
            ..ObjectReference::default()
        }),
    }
}

fn by_ip(a: &EndpointAddress, b: &EndpointAddress) -> std::cmp::Ordering {
    let numbers = |ip: &str| {
        ip.split('.')
            .map(|n| n.parse().unwrap_or(u32::MAX))
            .collect::<Vec<_>>()
    };
    numbers(&a.ip)
        .cmp(&numbers(&b.ip))
        .then_with(|| a.ip.cmp(&b.ip))
}

fn labels(service: &Service, spec: &ServiceSpec) -> Labels {
    let mut labels = service.metadata.labels.clone().unwrap_or_default();
    labels.remove(HEADLESS);
    if is_headless(spec) {
        labels.insert(HEADLESS.to_owned(), String::new());
    }
    labels.insert(MANAGED_BY.to_owned(), CONTROLLER.to_owned());
    labels
}

fn count(endpoints: &Endpoints) -> usize {
    let number = |list: &Option<Vec<EndpointAddress>>| list.as_ref().map_or(0, Vec::len);
    let subsets = endpoints.subsets.iter().flatten();
    subsets
        .map(|s| number(&s.addresses) + number(&s.not_ready_addresses))
        .sum()
}

fn in_words(endpoints: &Endpoints) -> Datum {
    if count(endpoints) > SPELT_OUT_MAX {
        return Datum::from(count(endpoints));
    }
    let mut words = Vec::new();
    for subset in endpoints.subsets.iter().flatten() {
        words.extend(
            subset
                .addresses
                .iter()
                .flatten()
                .map(|a| Name::from(a.ip.as_str())),
        );
        let not_ready = subset.not_ready_addresses.iter().flatten();
        words.extend(not_ready.map(|a| Name::from(format!("{}(not-ready)", a.ip))));
    }
    Datum::List(words)
}
