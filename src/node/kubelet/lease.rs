//! The lease by which a node says that it is alive: renewed every 10 seconds, good for 40.
//!
//! The real thing: staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go; pkg/kubelet/util/nodelease.go.
//! Left out: jitter of the interval.

use super::memory::{KubeletMemory, LeaseMemory};
use crate::api::time::{self, Ms};
use crate::api::{Answer, Body, Key, Kind, Object, Reason, Reply, Request, Stored, Verb};
use crate::component::{Datum, Seen, Turn, Wake};
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::api::core::v1::Node;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

/// The key of this work.
pub(super) const KEY: &str = "lease";
/// Where leases of nodes live.
const NAMESPACE: &str = "kube-node-lease";
/// `nodeLeaseDurationSeconds`.
const DURATION_S: i32 = 40;
/// `nodeLeaseRenewIntervalFraction` of the duration.
const RENEW_MS: Ms = 10_000;
/// Between two attempts at most, while the lease cannot be renewed: `maxBackoff`.
const RETRY_MS: Ms = 7_000;
/// Between reading the lease of an earlier life and renewing it, or reading it again if it could not be read.
const READ_MS: Ms = 1_000;

pub(super) fn sync(seen: &Seen<'_>, memory: &KubeletMemory) -> Turn {
    let mut turn = Turn::default();
    let Some(node) = seen.get::<Node>("", seen.node) else {
        // The lease belongs to the Node; it comes with it.
        return turn;
    };
    let key = Key::new(Kind::Lease, NAMESPACE, seen.node);
    let is_overdue = match &memory.lease {
        LeaseMemory::Known(object) => seen.now_ms > renewed_ms(object) + RENEW_MS,
        LeaseMemory::Unknown | LeaseMemory::Exists => false,
    };
    let again_ms = if is_overdue { RETRY_MS } else { RENEW_MS };
    turn.again(Wake::housekeeping(KEY, again_ms));
    match &memory.lease {
        LeaseMemory::Unknown => {
            let lease = new(seen, node);
            let missing = turn.differs(
                key,
                "spec.holderIdentity",
                seen.node,
                Datum::None,
                "LeaseMissing",
            );
            turn.act(missing, Request::create(lease));
        }
        LeaseMemory::Exists => {
            let unread = turn.differs(key.clone(), "", "known", "unknown", "LeaseNotRead");
            turn.act(unread, Request::get(key));
            turn.again(Wake::housekeeping(KEY, READ_MS));
        }
        LeaseMemory::Known(object) => {
            let renewed_ms = renewed_ms(object);
            let age_ms = seen.now_ms.saturating_sub(renewed_ms);
            turn.saw_at(
                key.clone(),
                object.revision(),
                "spec.renewTime",
                Datum::Duration(age_ms),
            );
            let old = turn.differs(
                key,
                "spec.renewTime",
                Datum::Duration(0),
                Datum::Duration(age_ms),
                "LeaseRenewalDue",
            );
            turn.act(old, Request::update(renewed(object, seen)));
        }
    }
    turn
}

/// Remembers the lease as the API server has it.
pub(super) fn answered(action: &Request, answer: &Answer, memory: &mut KubeletMemory) {
    memory.lease = match (&answer.result, action.verb) {
        (Ok(Reply::Object(object)), _) => LeaseMemory::Known(object.clone()),
        (Err(status), Verb::Create) if status.reason == Reason::AlreadyExists => {
            LeaseMemory::Exists
        }
        (Err(status), Verb::Update) if status.reason == Reason::Conflict => LeaseMemory::Exists,
        (Err(status), _) if status.reason == Reason::NotFound => LeaseMemory::Unknown,
        _ => return,
    };
}

/// Is it a request of this file?
pub(super) fn is_about(request: &Request) -> bool {
    request.key.kind == Kind::Lease && !matches!(request.body, Body::Delete(_))
}

fn new(seen: &Seen<'_>, node: &Node) -> Lease {
    let mut lease = Lease::default();
    lease.metadata.name = Some(seen.node.to_owned());
    lease.metadata.namespace = Some(NAMESPACE.to_owned());
    lease.metadata.owner_references = Some(vec![OwnerReference {
        api_version: Node::STORED_AS.info().api_version.to_owned(),
        kind: Node::STORED_AS.info().name.to_owned(),
        name: seen.node.to_owned(),
        uid: node.metadata.uid.clone().unwrap_or_default(),
        ..OwnerReference::default()
    }]);
    lease.spec = Some(LeaseSpec {
        holder_identity: Some(seen.node.to_owned()),
        lease_duration_seconds: Some(DURATION_S),
        renew_time: Some(time::micro_time(seen.now_ms)),
        ..LeaseSpec::default()
    });
    lease
}

fn renewed(object: &Object, seen: &Seen<'_>) -> Object {
    let mut object = object.clone();
    if let Some(lease) = Lease::of_mut(&mut object) {
        let spec = lease.spec.get_or_insert_default();
        spec.holder_identity = Some(seen.node.to_owned());
        spec.renew_time = Some(time::micro_time(seen.now_ms));
    }
    object
}

fn renewed_ms(object: &Object) -> Ms {
    object
        .get::<Lease>()
        .and_then(|lease| lease.spec.as_ref()?.renew_time.as_ref())
        .map_or(0, |renewed| time::ms_of(renewed.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Snapshot;

    #[test]
    fn what_could_not_be_renewed_is_tried_again_sooner() {
        let mut node = Node::default();
        node.metadata.name = Some("n1".to_owned());
        let mut head = Snapshot::default();
        head.insert(node.clone().into());
        for (name, now_ms, want) in [
            ("in time", 10_000, RENEW_MS),
            ("overdue", 10_005, RETRY_MS),
            ("long overdue", 90_000, RETRY_MS),
        ] {
            let renewed = new(&Seen::new(&head, 0).at("n1", None), &node);
            let memory = KubeletMemory {
                lease: LeaseMemory::Known(renewed.into()),
                ..KubeletMemory::default()
            };
            let turn = sync(&Seen::new(&head, now_ms).at("n1", None), &memory);
            let again: Vec<Ms> = turn.again.iter().map(|wake| wake.after_ms).collect();
            assert_eq!(again, [want], "{name}");
        }
    }

    #[test]
    fn one_that_cannot_be_read_does_not_stop_the_clock() {
        let mut node = Node::default();
        node.metadata.name = Some("n1".to_owned());
        let mut head = Snapshot::default();
        head.insert(node.into());
        let memory = KubeletMemory {
            lease: LeaseMemory::Exists,
            ..KubeletMemory::default()
        };
        let turn = sync(&Seen::new(&head, 0).at("n1", None), &memory);
        assert_eq!(turn.actions.len(), 1, "it reads");
        assert!(turn.again.iter().all(|wake| wake.after_ms > 0));
    }
}
