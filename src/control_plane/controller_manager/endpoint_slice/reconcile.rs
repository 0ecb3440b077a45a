//! From the endpoints that should be published to as few writes as possible: keep, change, fill up, make and remove slices.
//!
//! The real thing: staging/src/k8s.io/endpointslice/reconciler.go, `reconcileByAddressType`, `reconcileByPortMapping`, `finalize`.

use super::desired::{Desired, Endpoints, Group, identity, labels, port_key};
use super::slices_of;
use crate::api::owner::controller_reference;
use crate::api::{DeleteOptions, Key, Kind, Name, Object, Request};
use crate::component::{Datum, Seen, Turn, Wake};
use k8s_openapi::api::core::v1::{Service, ServiceSpec};
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointPort, EndpointSlice};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How many endpoints a slice holds at most (`--max-endpoints-per-slice`).
const PER_SLICE_MAX: usize = 100;
/// How many addresses a difference spells out.
const SPELT_OUT_MAX: usize = 10;

/// The writes that are to be made.
#[derive(Default)]
struct Writes {
    create: Vec<EndpointSlice>,
    update: Vec<EndpointSlice>,
    delete: Vec<EndpointSlice>,
}

/// Compares the slices of a Service with its pods, and plans the writes.
pub(super) fn reconcile(
    key: &str,
    object: &Object,
    service: &Service,
    seen: &Seen<'_>,
    turn: &mut Turn,
) {
    let spec = service
        .spec
        .as_ref()
        .expect("a Service with a selector has a spec");
    let existing = slices_of(key, seen);
    let desired = Desired::of(service, spec, seen);
    let wanted: usize = desired.groups.values().map(|g| g.endpoints.len()).sum();
    let published: usize = existing.iter().map(|slice| slice.endpoints.len()).sum();
    turn.saw(object, "endpoints wanted", wanted)
        .saw(object, "endpoints published", published)
        .saw(object, "slices", existing.len());
    if desired.homeless > 0 {
        turn.saw(object, "pods on unknown nodes", desired.homeless);
        turn.again(Wake::housekeeping(key, 1000));
    }
    let writes = plan(service, spec, &existing, desired);
    act(object, service, &existing, writes, turn);
}

fn plan(
    service: &Service,
    spec: &ServiceSpec,
    existing: &[&EndpointSlice],
    desired: Desired,
) -> Writes {
    let mut writes = Writes::default();
    let mut by_ports: BTreeMap<String, Vec<&EndpointSlice>> = BTreeMap::new();
    for slice in existing {
        if is_owned_by(slice, service) && slice.address_type == "IPv4" {
            let ports = slice.ports.as_deref().unwrap_or_default();
            by_ports.entry(port_key(ports)).or_default().push(slice);
        } else {
            writes.delete.push((*slice).clone());
        }
    }
    for (ports, group) in desired.groups {
        let slices = by_ports.remove(&ports).unwrap_or_default();
        fit(service, spec, &slices, group, &mut writes);
    }
    for slice in by_ports.into_values().flatten() {
        writes.delete.push(slice.clone());
    }
    keep_a_placeholder(service, spec, existing, &mut writes);
    reuse(service, &mut writes);
    writes
}

/// Fits the endpoints of one set of ports into the slices that are there, changing as few as possible, and into new ones.
fn fit(
    service: &Service,
    spec: &ServiceSpec,
    slices: &[&EndpointSlice],
    group: Group,
    writes: &mut Writes,
) {
    let mut left = group.endpoints;
    let labels = labels(service, spec);
    let (mut unchanged, mut changed): (Vec<EndpointSlice>, Vec<EndpointSlice>) = Default::default();
    for slice in slices {
        let kept: Vec<Endpoint> = slice
            .endpoints
            .iter()
            .filter_map(|e| left.remove(&identity(e)))
            .collect();
        let same = kept == slice.endpoints;
        if kept.is_empty() && !same {
            writes.delete.push((*slice).clone());
            continue;
        }
        let same_labels = slice.metadata.labels.as_ref() == Some(&labels);
        let mut new = (*slice).clone();
        new.endpoints = kept;
        new.metadata.labels = Some(labels.clone());
        if same && same_labels {
            unchanged.push(new);
        } else {
            changed.push(new);
        }
    }
    changed.sort_by_key(|slice| Reverse(slice.endpoints.len()));
    for slice in &mut changed {
        fill(slice, &mut left);
    }
    while !left.is_empty() {
        let room = |slice: &EndpointSlice| {
            PER_SLICE_MAX
                .checked_sub(slice.endpoints.len() + left.len())
                .filter(|_| left.len() < PER_SLICE_MAX)
        };
        let fullest = (0..unchanged.len())
            .filter_map(|index| Some((room(&unchanged[index])?, index)))
            .min();
        let mut slice = match fullest {
            Some((_, index)) => unchanged.remove(index),
            None => new_slice(service, labels.clone(), group.ports.clone()),
        };
        fill(&mut slice, &mut left);
        if slice.metadata.name.is_some() {
            changed.push(slice);
        } else {
            writes.create.push(slice);
        }
    }
    writes.update.extend(changed);
}

fn fill(slice: &mut EndpointSlice, left: &mut Endpoints) {
    while slice.endpoints.len() < PER_SLICE_MAX
        && let Some((_, endpoint)) = left.pop_first()
    {
        slice.endpoints.push(endpoint);
    }
}

/// A Service always has a slice, be it empty: so everyone can tell that the controller has looked.
fn keep_a_placeholder(
    service: &Service,
    spec: &ServiceSpec,
    existing: &[&EndpointSlice],
    writes: &mut Writes,
) {
    if existing.len() != writes.delete.len() || !writes.create.is_empty() {
        return;
    }
    let labels = labels(service, spec);
    let is_placeholder = |slice: &EndpointSlice| {
        slice.endpoints.is_empty()
            && slice.ports.as_ref().is_none_or(Vec::is_empty)
            && slice.metadata.labels.as_ref() == Some(&labels)
            && is_owned_by(slice, service)
    };
    if writes.delete.len() == 1 && is_placeholder(&writes.delete[0]) {
        writes.delete.clear();
        return;
    }
    writes.create.push(new_slice(service, labels, Vec::new()));
}

/// Instead of deleting one slice and creating another, the one becomes the other.
fn reuse(service: &Service, writes: &mut Writes) {
    let mut index = 0;
    while index < writes.delete.len() && !writes.create.is_empty() {
        if !is_owned_by(&writes.delete[index], service) {
            index += 1;
            continue;
        }
        let old = writes.delete.remove(index);
        let mut new = writes.create.pop().expect("it is not empty");
        let labels = new.metadata.labels.take();
        new.metadata = ObjectMeta {
            labels,
            ..old.metadata
        };
        writes.update.push(new);
    }
}

fn act(
    object: &Object,
    service: &Service,
    existing: &[&EndpointSlice],
    writes: Writes,
    turn: &mut Turn,
) {
    let old = |name: Option<&String>| {
        existing
            .iter()
            .find(|slice| slice.metadata.name.as_ref() == name)
    };
    // Not while the Service is going: the garbage collector takes the slices away, and this would put them back.
    if service.metadata.deletion_timestamp.is_none() {
        for slice in writes.create {
            let why = turn.differs(
                object.key(),
                "EndpointSlice",
                in_words(&slice.endpoints),
                None::<Name>,
                "SliceNeeded",
            );
            turn.act(why, Request::create(slice));
        }
    }
    for slice in writes.update {
        let was = old(slice.metadata.name.as_ref())
            .map(|s| s.endpoints.as_slice())
            .unwrap_or_default();
        let reason = if was == slice.endpoints {
            "SliceOutOfDate"
        } else {
            "EndpointsOutOfDate"
        };
        let why = turn.differs(
            key_of(&slice),
            "endpoints",
            in_words(&slice.endpoints),
            in_words(was),
            reason,
        );
        turn.act(why, Request::update(slice));
    }
    for slice in writes.delete {
        let why = turn.differs(
            key_of(&slice),
            "endpoints",
            None::<Name>,
            in_words(&slice.endpoints),
            "SliceNotNeeded",
        );
        turn.act(
            why,
            Request::delete(key_of(&slice), DeleteOptions::default()),
        );
    }
}

fn new_slice(
    service: &Service,
    labels: crate::api::selector::Labels,
    ports: Vec<EndpointPort>,
) -> EndpointSlice {
    let name = service.metadata.name.as_deref().unwrap_or_default();
    EndpointSlice {
        metadata: ObjectMeta {
            generate_name: Some(format!("{name}-")),
            namespace: service.metadata.namespace.clone(),
            labels: Some(labels),
            owner_references: Some(vec![controller_reference(service)]),
            ..ObjectMeta::default()
        },
        address_type: "IPv4".to_owned(),
        endpoints: Vec::new(),
        ports: Some(ports),
    }
}

fn is_owned_by(slice: &EndpointSlice, service: &Service) -> bool {
    let mut owners = slice.metadata.owner_references.iter().flatten();
    owners.any(|owner| owner.kind == "Service" && Some(&owner.uid) == service.metadata.uid.as_ref())
}

fn key_of(slice: &EndpointSlice) -> Key {
    let (namespace, name) = (&slice.metadata.namespace, &slice.metadata.name);
    Key::new(
        Kind::EndpointSlice,
        namespace.as_deref().unwrap_or_default(),
        name.as_deref().unwrap_or_default(),
    )
}

/// `10.244.1.2`, `10.244.1.3 (not ready)`; only how many, if they are many.
pub(in super::super) fn in_words(endpoints: &[Endpoint]) -> Datum {
    if endpoints.len() > SPELT_OUT_MAX {
        return Datum::from(endpoints.len());
    }
    let word = |endpoint: &Endpoint| -> Name {
        let address = endpoint.addresses.first().map_or("", String::as_str);
        let conditions = endpoint.conditions.as_ref();
        let state = match conditions.map(|c| (c.ready, c.terminating)) {
            Some((Some(true), _)) | None => "",
            Some((_, Some(true))) => "(terminating)",
            Some(_) => "(not-ready)",
        };
        format!("{address}{state}").into()
    };
    Datum::List(endpoints.iter().map(word).collect())
}
