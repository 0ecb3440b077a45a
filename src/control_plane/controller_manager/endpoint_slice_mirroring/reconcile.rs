//! From the Endpoints to the slices that mirror them: one for each set of ports and each family of addresses.
//!
//! The real thing: pkg/controller/endpointslicemirroring/reconciler.go, `reconcile`, `reconcileByPortMapping`, `finalize`; utils.go,
//! `newEndpointSlice`.

use super::SERVICE_NAME;
use super::desired::{Desired, Group, PER_SUBSET_MAX, SliceKey, key_of};
use crate::api::mirroring::{MANAGED_BY, MIRRORING_CONTROLLER};
use crate::api::owner::controller_reference;
use crate::api::selector::Labels;
use crate::api::{DeleteOptions, Key, Kind, Name, Object, Request};
use crate::component::{Datum, Note, Turn};
use k8s_openapi::api::core::v1::Endpoints;
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointSlice};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::BTreeMap;

/// Annotations of the Endpoints that their slices do not get.
const NOT_COPIED: [&str; 2] = [
    "endpoints.kubernetes.io/last-change-trigger-time",
    "kubectl.kubernetes.io/last-applied-configuration",
];

/// Compares the slices with the Endpoints, and plans the writes.
pub(super) fn reconcile(
    object: &Object,
    endpoints: &Endpoints,
    slices: Vec<&EndpointSlice>,
    turn: &mut Turn,
) {
    let desired = Desired::of(endpoints);
    turn.saw(object, "slices wanted", desired.groups.len());
    turn.saw(object, "slices", slices.len());
    let mut by_key: BTreeMap<SliceKey, Vec<&EndpointSlice>> = BTreeMap::new();
    for slice in slices {
        by_key.entry(key_of(slice)).or_default().push(slice);
    }
    let mut missing = Vec::new();
    let mut excess = Vec::new();
    for (key, group) in desired.groups {
        let there = by_key.remove(&key).unwrap_or_default();
        let Some((first, others)) = there.split_first() else {
            missing.push((key.0, group));
            continue;
        };
        excess.extend_from_slice(others);
        let new = mirrored(endpoints, key.0, group, Some(first));
        if new != **first {
            plan_update(first, new, turn);
        }
    }
    excess.extend(by_key.into_values().flatten());
    // Not while the Endpoints are going: the garbage collector takes the slices away, and this would put them back.
    let is_going = endpoints.metadata.deletion_timestamp.is_some();
    for (family, group) in missing {
        // Instead of deleting one slice and creating another, the one becomes the other.
        let reused = excess.iter().position(|old| old.address_type == family);
        if let Some(old) = reused.map(|index| excess.remove(index)) {
            plan_update(old, mirrored(endpoints, family, group, Some(old)), turn);
        } else if !is_going {
            let new = mirrored(endpoints, family, group, None);
            let why = turn.differs(
                object.key(),
                "EndpointSlice",
                in_words(&new.endpoints),
                None::<Name>,
                "SliceNeeded",
            );
            turn.act(why, Request::create(new));
        }
    }
    for slice in excess {
        plan_delete(slice, turn);
    }
    if desired.skipped > 0 {
        let message = format!(
            "A max of {PER_SUBSET_MAX} addresses can be mirrored to EndpointSlices per Endpoints subset. {} addresses were skipped",
            desired.skipped
        );
        let reason = "TooManyAddressesToMirror";
        turn.also(Note::warning(object.clone(), reason, message));
    }
}

fn plan_update(old: &EndpointSlice, new: EndpointSlice, turn: &mut Turn) {
    let (is, should_be) = (in_words(&old.endpoints), in_words(&new.endpoints));
    let reason = if old.endpoints == new.endpoints {
        "SliceOutOfDate"
    } else {
        "EndpointsOutOfDate"
    };
    let why = turn.differs(object_key(old), "endpoints", should_be, is, reason);
    turn.act(why, Request::update(new));
}

/// Plans the end of a slice that mirrors nothing any more.
pub(super) fn plan_delete(slice: &EndpointSlice, turn: &mut Turn) {
    let (key, is) = (object_key(slice), in_words(&slice.endpoints));
    let why = turn.differs(key.clone(), "endpoints", None::<Name>, is, "SliceNotNeeded");
    turn.act(why, Request::delete(key, DeleteOptions::default()));
}

/// The slice as it should be; in the place of one that is there, or a new one.
fn mirrored(
    endpoints: &Endpoints,
    family: &str,
    group: Group,
    old: Option<&EndpointSlice>,
) -> EndpointSlice {
    let name = endpoints.metadata.name.as_deref().unwrap_or_default();
    let place = match old {
        Some(old) => old.metadata.clone(),
        None => ObjectMeta {
            generate_name: Some(format!("{name}-")),
            namespace: endpoints.metadata.namespace.clone(),
            ..ObjectMeta::default()
        },
    };
    let mut labels: Labels = endpoints.metadata.labels.clone().unwrap_or_default();
    labels.insert(SERVICE_NAME.to_owned(), name.to_owned());
    labels.insert(MANAGED_BY.to_owned(), MIRRORING_CONTROLLER.to_owned());
    let mut annotations = endpoints.metadata.annotations.clone().unwrap_or_default();
    annotations.retain(|key, _| !NOT_COPIED.contains(&key.as_str()));
    EndpointSlice {
        metadata: ObjectMeta {
            labels: Some(labels),
            annotations: (!annotations.is_empty()).then_some(annotations),
            owner_references: Some(vec![controller_reference(endpoints)]),
            ..place
        },
        address_type: family.to_owned(),
        endpoints: group.endpoints,
        ports: Some(group.ports),
    }
}

fn object_key(slice: &EndpointSlice) -> Key {
    let (namespace, name) = (&slice.metadata.namespace, &slice.metadata.name);
    Key::new(
        Kind::EndpointSlice,
        namespace.as_deref().unwrap_or_default(),
        name.as_deref().unwrap_or_default(),
    )
}

fn in_words(endpoints: &[Endpoint]) -> Datum {
    super::super::endpoint_slice::reconcile::in_words(endpoints)
}
