//! endpointslice-controller: publishes which addresses stand behind a Service, at most a hundred to a slice.
//!
//! A stale cache would be harmful: slices have generated names, so one that has not been heard of yet would be created again. The
//! controller therefore remembers what it has written and waits until its cache shows it (`tracker`).
//!
//! The real thing: pkg/controller/endpointslice/endpointslice_controller.go, `syncService`; staging/src/k8s.io/endpointslice.
//! Left out: topology hints and `trafficDistribution`; the annotation `endpoints.kubernetes.io/last-change-trigger-time`; address
//! families beside IPv4. Services with more than one slice gather changes for 100 ms (`--endpointslice-updates-batch-period`), as
//! upstream's writes take their time by themselves.

pub(super) mod desired;
pub(super) mod reconcile;
#[cfg(test)]
mod tests;
pub(super) mod tracker;

use super::service_pods;
use crate::api::mirroring::MANAGED_BY;
use crate::api::{Change, Key, Kind, Name, Stored, User, Verb};
use crate::component::{
    Action, Component, Note, Outcome, Place, Seen, Turn, Wake, Watch, join, queue_key,
};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use std::collections::BTreeMap;
use tracker::Tracker;

/// Which Service a slice belongs to.
pub(super) const SERVICE_NAME: &str = "kubernetes.io/service-name";
/// How this controller signs.
const CONTROLLER: &str = "endpointslice-controller.k8s.io";
/// How long changes of a large Service are gathered.
const BATCH_MS: u64 = 100;
/// How long after somebody else's change of a slice it is looked at (`endpointSliceChangeMinSyncDelay`).
pub(super) const FOREIGN_CHANGE_MS: u64 = 1000;

/// See the file.
pub(super) struct EndpointSliceController;

/// What the controller remembers between turns.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Remembered {
    tracker: Tracker,
    /// Refusals that are still to be reported, by Service.
    failures: BTreeMap<Name, String>,
}

impl Component for EndpointSliceController {
    type Memory = Remembered;

    fn name(&self) -> &'static str {
        "endpointslice-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:endpointslice-controller")
    }

    fn reporter(&self) -> &'static str {
        "endpoint-slice-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        const {
            &[
                Watch::all(Kind::Service),
                Watch::all(Kind::EndpointSlice),
                Watch::all(Kind::Pod),
                Watch::all(Kind::Node),
            ]
        }
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut Remembered) -> Vec<Wake> {
        match change.kind() {
            Kind::Service => vec![Wake::now(queue_key(change.object()))],
            Kind::EndpointSlice => slice_wakes(change, memory),
            Kind::Pod => service_pods::services_of(change, seen)
                .into_iter()
                .map(|key| {
                    let after_ms = batch_ms(&key, seen);
                    Wake::after(key, after_ms)
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut Remembered) -> Turn {
        let mut turn = Turn::default();
        let (namespace, name) = key.split_once('/').unwrap_or_default();
        let found = seen.table(Kind::Service).get(namespace, name);
        let Some((object, service)) = found.and_then(|o| Some((o, Service::of(o)?))) else {
            let gone = Key::new(Kind::Service, namespace, name);
            turn.saw_at(gone, 0, "metadata.name", None::<Name>);
            memory.tracker.forget(key);
            memory.failures.remove(key);
            return turn;
        };
        if let Some(message) = memory.failures.remove(key) {
            let message = format!("Error updating Endpoint Slices for Service {key}: {message}");
            turn.also(Note::warning(
                object.clone(),
                "FailedToUpdateEndpointSlices",
                message,
            ));
        }
        if service_pods::selector_of(service).is_none() {
            turn.saw(object, "spec.selector", None::<Name>);
            return turn;
        }
        if let Some(awaited) = memory.tracker.awaited(key, seen) {
            // The watch event of that slice brings the key back.
            turn.saw(object, "slice not yet seen", awaited);
            turn.again(Wake::after(key, FOREIGN_CHANGE_MS));
            return turn;
        }
        reconcile::reconcile(key, object, service, seen, &mut turn);
        turn
    }

    fn answered(&self, key: &str, action: &Action, outcome: &Outcome, memory: &mut Remembered) {
        let (Action::Api(request), Outcome::Api(answer)) = (action, outcome) else {
            return;
        };
        if request.key.kind != Kind::EndpointSlice {
            return;
        }
        match &answer.result {
            Ok(_) if request.verb == Verb::Delete => memory.tracker.deleted(key, &request.key.name),
            Ok(reply) => {
                if let Some(object) = reply.object() {
                    memory.tracker.wrote(key, object);
                }
            }
            Err(status) => {
                memory.failures.insert(key.into(), status.message.clone());
            }
        }
    }
}

/// A slice concerns its Service: at once if it is what was waited for, in a while if somebody else changed it.
fn slice_wakes(change: &Change, memory: &mut Remembered) -> Vec<Wake> {
    let label = |key: &str| {
        let labels = change.object().metadata().labels.as_ref();
        labels.and_then(|l| l.get(key)).map(String::as_str)
    };
    if label(MANAGED_BY) != Some(CONTROLLER) {
        return Vec::new();
    }
    let key = join(
        &change.object().namespace(),
        label(SERVICE_NAME).unwrap_or_default(),
    );
    let name = change.object().name();
    let Some(slice) = change.after.as_ref() else {
        let expected = memory.tracker.saw_deletion(&key, &name);
        return if expected {
            Vec::new()
        } else {
            vec![Wake::now(key)]
        };
    };
    if memory.tracker.is_known(&key, slice) {
        return vec![Wake::now(key)];
    }
    vec![Wake::after(key, FOREIGN_CHANGE_MS)]
}

/// Large Services gather changes: every turn of theirs looks at all their pods.
fn batch_ms(key: &str, seen: &Seen<'_>) -> u64 {
    let (namespace, name) = key.split_once('/').unwrap_or_default();
    let slices = seen
        .table(Kind::EndpointSlice)
        .with_label(namespace, SERVICE_NAME, name);
    if slices.take(2).count() > 1 {
        BATCH_MS
    } else {
        0
    }
}

/// The slices of a Service that this controller looks after, by name.
fn slices_of<'a>(key: &'a str, seen: &Seen<'a>) -> Vec<&'a EndpointSlice> {
    let (namespace, name) = key.split_once('/').unwrap_or_default();
    let slices = seen
        .table(Kind::EndpointSlice)
        .with_label(namespace, SERVICE_NAME, name);
    slices
        .filter_map(EndpointSlice::of)
        .filter(|slice| {
            let labels = slice.metadata.labels.as_ref();
            labels.and_then(|l| l.get(MANAGED_BY)).map(String::as_str) == Some(CONTROLLER)
                && slice.metadata.deletion_timestamp.is_none()
        })
        .collect()
}
