//! service-cidr-controller: a range of the Services' addresses is ready, and stays as long as addresses in it are in no other range.
//!
//! A stale cache is harmless: what it plans sets a finalizer or a condition to what it should be, whatever it was; and before a range goes,
//! ten seconds pass in which addresses that are still on their way arrive.
//!
//! The real thing: pkg/controller/servicecidrs/servicecidrs_controller.go, pkg/api/servicecidr/servicecidr.go.
//! Left out: upstream applies the condition anew with every address that is taken; the Events about what it cannot apply.

use crate::api::time::{self, Ms};
use crate::api::{
    Body, Change, Key, Kind, Name, Object, Patch, PatchType, Request, Stored, Subresource, User,
    Verb,
};
use crate::component::{Component, Place, Seen, Turn, Wake, Watch};
use k8s_openapi::api::networking::v1::{IPAddress, ServiceCIDR};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;

const NAME: &str = "service-cidr-controller";
const FINALIZER: &str = "networking.k8s.io/service-cidr-finalizer";
/// How long a range that nobody needs is kept, so that everyone who gives out addresses has heard that it goes.
const GRACE_MS: Ms = 10_000;
const READY: &str = "Kubernetes Service CIDR is ready";
const IN_USE: &str = "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";

/// See the file.
pub(super) struct ServiceCidrController;

impl Component for ServiceCidrController {
    type Memory = ();

    fn name(&self) -> &'static str {
        NAME
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:service-cidrs-controller")
    }

    fn watches(&self) -> &'static [Watch] {
        const { &[Watch::all(Kind::ServiceCIDR), Watch::all(Kind::IPAddress)] }
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, _memory: &mut ()) -> Vec<Wake> {
        let object = change.object();
        let mut wakes = Vec::new();
        if object.kind() == Kind::ServiceCIDR && change.after.is_some() {
            wakes.push(Wake::now(object.name()));
        }
        // Another range, or an address, matters to those that are to go.
        let ranges = seen.list::<ServiceCIDR>("");
        let going = ranges.filter(|range| range.metadata.deletion_timestamp.is_some());
        let names = going.filter_map(|range| range.metadata.name.as_deref());
        wakes.extend(names.filter(|name| *name != object.name()).map(Wake::now));
        wakes
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, _memory: &mut ()) -> Turn {
        let mut turn = Turn::default();
        let Some(object) = seen.table(Kind::ServiceCIDR).get("", key) else {
            return turn;
        };
        let Some(range) = ServiceCIDR::of(object) else {
            return turn;
        };
        let is_held = range
            .metadata
            .finalizers
            .iter()
            .flatten()
            .any(|f| f == FINALIZER);
        let Some(deleted) = &range.metadata.deletion_timestamp else {
            if !is_held {
                hold(object, &mut turn);
            }
            say(object, range, ("True", "", READY), seen.now_ms, &mut turn);
            return turn;
        };
        turn.saw(
            object,
            "metadata.deletionTimestamp",
            time::rfc3339(deleted.0),
        );
        if !may_go(key, range, seen) {
            say(
                object,
                range,
                ("False", "Terminating", IN_USE),
                seen.now_ms,
                &mut turn,
            );
            return turn;
        }
        let until_ms = time::ms(deleted) + GRACE_MS;
        if let Some(rest_ms) = until_ms.checked_sub(seen.now_ms).filter(|ms| *ms > 0) {
            turn.again.push(Wake::after(key, rest_ms));
        } else if is_held {
            let why = turn.differs(
                object.key(),
                "metadata.finalizers",
                None::<Name>,
                FINALIZER,
                "NoLongerInUse",
            );
            let gone = json!({"$deleteFromPrimitiveList/finalizers": [FINALIZER]});
            turn.act(why, patch(object, json!({"metadata": gone})));
        }
        turn
    }
}

/// Puts the finalizer on it.
fn hold(object: &Object, turn: &mut Turn) {
    let why = turn.differs(
        object.key(),
        "metadata.finalizers",
        FINALIZER,
        None::<Name>,
        "FinalizerMissing",
    );
    turn.act(
        why,
        patch(object, json!({"metadata": {"finalizers": [FINALIZER]}})),
    );
}

fn patch(object: &Object, body: Value) -> Request {
    Request::patch(object.key(), PatchType::StrategicMerge, body)
}

/// Applies the condition `Ready`, unless it says that already.
fn say(
    object: &Object,
    range: &ServiceCIDR,
    (status, reason, message): (&str, &str, &str),
    now_ms: Ms,
    turn: &mut Turn,
) {
    let conditions = range
        .status
        .iter()
        .flat_map(|s| s.conditions.iter().flatten());
    let ready = conditions.into_iter().find(|c| c.type_ == "Ready");
    let is_so = |c: &Condition| c.status == status && c.reason == reason && c.message == message;
    if ready.is_some_and(is_so) {
        return;
    }
    let was = ready.map(|c| c.status.clone());
    let why = turn.differs(
        object.key(),
        "status.conditions[Ready]",
        status,
        was,
        "StatusOutOfDate",
    );
    let mut condition = json!({"type": "Ready", "status": status, "message": message, "lastTransitionTime": time::time(now_ms)});
    if !reason.is_empty() {
        condition["reason"] = reason.into();
    }
    let info = Kind::ServiceCIDR.info();
    let body = json!({
        "apiVersion": info.api_version,
        "kind": info.name,
        "metadata": {"name": object.name()},
        "status": {"conditions": [condition]},
    });
    let patch = Patch {
        kind: PatchType::Apply,
        body: Arc::new(body),
        forces: true,
    };
    let key = Key::new(Kind::ServiceCIDR, "", object.name());
    turn.act(
        why,
        Request {
            subresource: Some(Subresource::Status),
            field_manager: NAME.into(),
            ..Request::new(Verb::Patch, key, Body::Patch(patch))
        },
    );
}

/// Is every part of it inside of another range, or no address in it alone?
fn may_go(name: &str, range: &ServiceCIDR, seen: &Seen<'_>) -> bool {
    let others = || {
        let all = seen.list::<ServiceCIDR>("");
        let others = all.filter(|other| other.metadata.name.as_deref() != Some(name));
        others.flat_map(prefixes)
    };
    let own: Vec<Prefix> = prefixes(range).collect();
    if own
        .iter()
        .all(|own| others().any(|other| other.contains(own)))
    {
        return true;
    }
    let managed = |address: &&IPAddress| {
        let labels = address.metadata.labels.as_ref();
        let by = labels.and_then(|l| l.get("ipaddress.kubernetes.io/managed-by"));
        by.is_some_and(|by| by == "ipallocator.k8s.io")
    };
    let addresses = seen.list::<IPAddress>("").filter(managed);
    let mut addresses = addresses.filter_map(|a| Prefix::of_address(a.metadata.name.as_deref()?));
    !addresses.any(|address| {
        own.iter().any(|own| own.contains(&address))
            && !others().any(|other| other.contains(&address))
    })
}

/// A range of addresses, or one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Prefix {
    first: u128,
    /// How many bits all have in common.
    bits: u32,
    /// How many bits an address has: 32 or 128.
    width: u32,
}

impl Prefix {
    fn of_address(text: &str) -> Option<Self> {
        let (first, width) = match text.parse().ok()? {
            IpAddr::V4(address) => (u32::from(address).into(), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        Some(Self {
            first,
            bits: width,
            width,
        })
    }

    fn read(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let address = Self::of_address(address)?;
        let bits = bits.parse().ok().filter(|bits| *bits <= address.width)?;
        Some(Self { bits, ..address })
    }

    /// Is all of `other` in it?
    fn contains(&self, other: &Self) -> bool {
        let differ = self.first ^ other.first;
        let free = self.width - self.bits;
        self.width == other.width
            && self.bits <= other.bits
            && differ.checked_shr(free).unwrap_or(0) == 0
    }
}

fn prefixes(range: &ServiceCIDR) -> impl Iterator<Item = Prefix> + '_ {
    let cidrs = range.spec.iter().flat_map(|s| s.cidrs.iter().flatten());
    cidrs.filter_map(|cidr| Prefix::read(cidr))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, snapshot, story, sync, wakes};
    use super::*;

    fn range(name: &str, cidr: &str, more: Value) -> Object {
        let mut json = json!({"metadata": {"name": name, "finalizers": [FINALIZER]}, "spec": {"cidrs": [cidr]},
            "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "", "message": READY, "lastTransitionTime": "2025-01-01T00:00:00Z"}]}});
        json_patch::merge(&mut json, &more);
        object::<ServiceCIDR>(json).into()
    }

    fn address(ip: &str) -> Object {
        let labels = json!({"ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io"});
        object::<IPAddress>(json!({"metadata": {"name": ip, "labels": labels}, "spec": {"parentRef": {"resource": "services", "name": "a"}}})).into()
    }

    fn going() -> Value {
        json!({"metadata": {"deletionTimestamp": "2025-01-01T00:00:00Z"}})
    }

    #[test]
    fn ranges_are_held_and_go_when_nobody_needs_them() {
        let mine = |more: Value| range("mine", "10.0.0.0/24", more);
        let hold = "? ServiceCIDR mine metadata.finalizers: networking.k8s.io/service-cidr-finalizer != <none> FinalizerMissing\n! patch servicecidrs mine";
        let ready = "? ServiceCIDR mine status.conditions[Ready]: True != <none> StatusOutOfDate\n! patch servicecidrs/status mine";
        let blocked = "? ServiceCIDR mine status.conditions[Ready]: False != True StatusOutOfDate\n! patch servicecidrs/status mine";
        let free = "? ServiceCIDR mine metadata.finalizers: <none> != networking.k8s.io/service-cidr-finalizer NoLongerInUse\n! patch servicecidrs mine";
        let other = |cidr: &str| range("other", cidr, json!({}));
        let cases = [
            ("as it should be", 0, vec![mine(json!({}))], ""),
            (
                "new",
                0,
                vec![mine(json!({"metadata": {"finalizers": null}}))],
                hold,
            ),
            (
                "says nothing",
                0,
                vec![mine(json!({"status": null}))],
                ready,
            ),
            (
                "too early",
                4_000,
                vec![mine(going())],
                "@ mine in 6000ms Work",
            ),
            ("late enough", 10_000, vec![mine(going())], free),
            (
                "in use",
                10_000,
                vec![mine(going()), address("10.0.0.7")],
                blocked,
            ),
            (
                "an address elsewhere",
                10_000,
                vec![mine(going()), address("10.0.1.7")],
                free,
            ),
            (
                "inside of another",
                10_000,
                vec![mine(going()), address("10.0.0.7"), other("10.0.0.0/16")],
                free,
            ),
            (
                "the address is in another",
                10_000,
                vec![mine(going()), address("10.0.0.7"), other("10.0.0.0/29")],
                free,
            ),
            (
                "beside another",
                10_000,
                vec![mine(going()), address("10.0.0.7"), other("10.0.0.8/29")],
                blocked,
            ),
            (
                "of another family",
                10_000,
                vec![mine(going()), address("10.0.0.7"), other("::/0")],
                blocked,
            ),
        ];
        for (name, now_ms, objects, want) in cases {
            let turn = sync(&ServiceCidrController, "mine", &snapshot(objects), now_ms);
            assert_eq!(story(&turn), want, "{name}");
        }
    }

    #[test]
    fn an_address_concerns_only_ranges_that_are_to_go() {
        for (more, want) in [(json!({}), 0), (going(), 1)] {
            let world = snapshot([range("mine", "10.0.0.0/24", more)]);
            let woken = wakes(
                &ServiceCidrController,
                Some(address("10.0.0.7")),
                None,
                &world,
            );
            assert_eq!(woken.len(), want);
        }
    }
}
