//! endpointslice-mirroring-controller: copies the Endpoints that people keep for Services without a selector into EndpointSlices, which
//! is what kube-proxy and DNS read.
//!
//! Slices have generated names, so one that has not been heard of yet would be made again: what was written is remembered until the
//! cache shows it, as the endpointslice-controller does.
//!
//! The real thing: pkg/controller/endpointslicemirroring/endpointslicemirroring_controller.go, `syncEndpoints`; reconciler.go.
//! Left out: what is said of addresses that are none; the API server takes no such Endpoints.

mod desired;
mod reconcile;
#[cfg(test)]
mod tests;

use super::endpoint_slice::tracker::Tracker;
use super::endpoint_slice::{FOREIGN_CHANGE_MS, SERVICE_NAME};
use crate::api::mirroring::{has_no_selector, is_mirrored, takes_part};
use crate::api::{Change, Key, Kind, Name, Object, Stored, User, Verb};
use crate::component::{
    Action, Component, Outcome, Place, Scope, Seen, Turn, Wake, Watch, join, queue_key,
};
use k8s_openapi::api::core::v1::{Endpoints, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;

/// See the file.
pub(super) struct EndpointSliceMirroringController;

impl Component for EndpointSliceMirroringController {
    type Memory = Tracker;

    fn name(&self) -> &'static str {
        "endpointslice-mirroring-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:endpointslicemirroring-controller")
    }

    fn reporter(&self) -> &'static str {
        "endpoint-slice-mirroring-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        const {
            &[
                Watch::of(Kind::Service, Scope::WithoutSelector),
                Watch::of(Kind::Endpoints, Scope::WithoutSelector),
                Watch::of(Kind::EndpointSlice, Scope::WithoutSelector),
            ]
        }
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut Tracker) -> Vec<Wake> {
        let object = change.object();
        if change.kind() == Kind::EndpointSlice {
            return slice_wakes(change, memory);
        }
        let key = queue_key(object);
        let (namespace, name) = key.split_once('/').unwrap_or_default();
        let has_source = seen
            .get::<Endpoints>(namespace, name)
            .is_some_and(is_mirrored);
        if has_source || !slices_of(&key, seen).is_empty() {
            vec![Wake::now(key)]
        } else {
            Vec::new()
        }
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut Tracker) -> Turn {
        let mut turn = Turn::default();
        let slices = slices_of(key, seen);
        let Some((object, endpoints)) = source(key, seen, &mut turn) else {
            memory.forget(key);
            for slice in slices {
                reconcile::plan_delete(slice, &mut turn);
            }
            return turn;
        };
        if let Some(awaited) = memory.awaited(key, seen) {
            turn.saw(object, "slice not yet seen", awaited);
            turn.again(Wake::after(key, FOREIGN_CHANGE_MS));
            return turn;
        }
        reconcile::reconcile(object, endpoints, slices, &mut turn);
        turn
    }

    fn answered(&self, key: &str, action: &Action, outcome: &Outcome, memory: &mut Tracker) {
        let (Action::Api(request), Outcome::Api(answer)) = (action, outcome) else {
            return;
        };
        match &answer.result {
            Ok(_) if request.verb == Verb::Delete => memory.deleted(key, &request.key.name),
            Ok(reply) => {
                if let Some(object) = reply.object() {
                    memory.wrote(key, object);
                }
            }
            Err(_) => {}
        }
    }
}

/// The Endpoints behind a key, if they are to be mirrored: their Service is there and selects nothing, and they do not object.
fn source<'a>(key: &str, seen: &Seen<'a>, turn: &mut Turn) -> Option<(&'a Object, &'a Endpoints)> {
    let (namespace, name) = key.split_once('/').unwrap_or_default();
    let found = seen.table(Kind::Endpoints).get(namespace, name);
    let Some((object, endpoints)) = found.and_then(|o| Some((o, Endpoints::of(o)?))) else {
        let gone = Key::new(Kind::Endpoints, namespace, name);
        turn.saw_at(gone, 0, "metadata.name", None::<Name>);
        return None;
    };
    let Some(service) = seen.table(Kind::Service).get(namespace, name) else {
        let gone = Key::new(Kind::Service, namespace, name);
        turn.saw_at(gone, 0, "metadata.name", None::<Name>);
        return None;
    };
    if !Service::of(service).is_some_and(has_no_selector) {
        turn.saw(service, "spec.selector", true);
        return None;
    }
    turn.saw(service, "spec.selector", None::<Name>);
    is_mirrored(endpoints).then_some((object, endpoints))
}

/// A slice concerns its Endpoints: at once if it is what was waited for, in a while if somebody else changed it.
fn slice_wakes(change: &Change, memory: &mut Tracker) -> Vec<Wake> {
    let object = change.object();
    let labels = object.metadata().labels.as_ref();
    let service = labels.and_then(|labels| labels.get(SERVICE_NAME));
    let key = join(
        &object.namespace(),
        service.map(String::as_str).unwrap_or_default(),
    );
    match &change.after {
        None if memory.saw_deletion(&key, &object.name()) => Vec::new(),
        None => vec![Wake::now(key)],
        Some(slice) if memory.is_known(&key, slice) => vec![Wake::now(key)],
        Some(_) => vec![Wake::after(key, FOREIGN_CHANGE_MS)],
    }
}

/// The slices that mirror the Endpoints of this name.
fn slices_of<'a>(key: &str, seen: &Seen<'a>) -> Vec<&'a EndpointSlice> {
    let (namespace, name) = key.split_once('/').unwrap_or_default();
    let slices = seen
        .table(Kind::EndpointSlice)
        .with_label(namespace, SERVICE_NAME, name);
    slices
        .filter(|object| takes_part(object))
        .filter_map(EndpointSlice::of)
        .collect()
}
