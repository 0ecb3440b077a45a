//! The taints that follow from a node's conditions: NoSchedule at once, NoExecute at the rate that its zone allows.
//!
//! The real thing: pkg/controller/nodelifecycle/node_lifecycle_controller.go, `doNoScheduleTaintingPass`, `processTaintBaseEviction`,
//! `doNoExecuteTaintingPass`, `markNodeAsReachable`.

use super::condition;
use super::zones::{Permit, Zones};
use crate::api::time::{self, Ms};
use crate::api::typed::to_json;
use crate::api::{Name, Object, PatchType, Request};
use crate::component::{Turn, Wake};
use k8s_openapi::api::core::v1::{Node, Taint};
use serde_json::json;

const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";
const NO_SCHEDULE: &str = "NoSchedule";
const NO_EXECUTE: &str = "NoExecute";

/// Which condition and status call for which NoSchedule taint.
const BY_CONDITION: [(&str, &str, &str); 6] = [
    ("Ready", "False", NOT_READY),
    ("Ready", "Unknown", UNREACHABLE),
    (
        "MemoryPressure",
        "True",
        "node.kubernetes.io/memory-pressure",
    ),
    ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
    (
        "NetworkUnavailable",
        "True",
        "node.kubernetes.io/network-unavailable",
    ),
    ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
];

/// Brings the controller's own taints up to date, those of others untouched: one patch per turn, NoSchedule first.
pub(super) fn sync(object: &Object, node: &Node, zones: &mut Zones, now_ms: Ms, turn: &mut Turn) {
    let taints = node
        .spec
        .as_ref()
        .and_then(|s| s.taints.as_deref())
        .unwrap_or_default();
    turn.saw(
        object,
        "spec.taints",
        crate::component::Datum::List(taints.iter().map(in_words).collect()),
    );
    let wanted = no_schedule(node);
    let is_ours = |t: &Taint| {
        t.effect == NO_SCHEDULE
            && (t.key == UNSCHEDULABLE || BY_CONDITION.iter().any(|(_, _, key)| *key == t.key))
    };
    if patch(object, taints, is_ours, &wanted, NO_SCHEDULE, now_ms, turn) {
        return;
    }
    no_execute(object, node, taints, zones, now_ms, turn);
}

fn no_schedule(node: &Node) -> Vec<&'static str> {
    let has =
        |type_: &str, status: &str| condition(node, type_).is_some_and(|c| c.status == status);
    let by_condition = BY_CONDITION
        .iter()
        .filter(|(type_, status, _)| has(type_, status));
    let mut keys: Vec<&'static str> = by_condition.map(|(_, _, key)| *key).collect();
    if node.spec.as_ref().and_then(|s| s.unschedulable) == Some(true) {
        keys.push(UNSCHEDULABLE);
    }
    keys
}

/// The taint that drives pods away: none while the node is Ready, and none while the whole cluster looks dead, for then the fault is
/// more likely the network's between the nodes and us.
fn no_execute(
    object: &Object,
    node: &Node,
    taints: &[Taint],
    zones: &mut Zones,
    now_ms: Ms,
    turn: &mut Turn,
) {
    let is_ours =
        |t: &Taint| t.effect == NO_EXECUTE && (t.key == NOT_READY || t.key == UNREACHABLE);
    let wanted = match condition(node, "Ready").map(|c| c.status.as_str()) {
        Some("False") => vec![NOT_READY],
        Some("Unknown") => vec![UNREACHABLE],
        Some(_) => Vec::new(),
        None => return,
    };
    let name = object.name();
    if !wanted.is_empty() && zones.all_disrupted() {
        turn.saw(object, "evictions", "AllZonesFullyDisrupted");
        patch(object, taints, is_ours, &[], NO_EXECUTE, now_ms, turn);
        return;
    }
    // Exchanging one for the other, or taking it off, is not rate limited.
    if !wanted.is_empty() && !taints.iter().any(is_ours) {
        match zones.permit(&name, now_ms) {
            Permit::Granted => {}
            Permit::Later(wait_ms) => {
                turn.saw(object, "evictions", "RateLimited");
                turn.again(Wake::after(name, wait_ms));
                return;
            }
            Permit::Never => {
                turn.saw(object, "evictions", "ZonePartiallyDisrupted");
                return;
            }
        }
    }
    patch(object, taints, is_ours, &wanted, NO_EXECUTE, now_ms, turn);
}

/// Plans to make `wanted` the only ones among the taints that are ours; `true` if that takes a write.
fn patch(
    object: &Object,
    taints: &[Taint],
    is_ours: impl Fn(&Taint) -> bool,
    wanted: &[&str],
    effect: &str,
    now_ms: Ms,
    turn: &mut Turn,
) -> bool {
    let keep = |t: &&Taint| !is_ours(t) || wanted.contains(&t.key.as_str());
    let mut new: Vec<Taint> = taints.iter().filter(keep).cloned().collect();
    let has = |key: &str| taints.iter().any(|t| is_ours(t) && t.key == key);
    let missing: Vec<&str> = wanted.iter().copied().filter(|key| !has(key)).collect();
    let first = turn.diff.len();
    for key in missing {
        turn.differs(
            object.key(),
            "spec.taints",
            format!("{key}:{effect}"),
            None::<Name>,
            "TaintMissing",
        );
        new.push(Taint {
            key: key.to_owned(),
            effect: effect.to_owned(),
            time_added: Some(time::time(now_ms)),
            value: None,
        });
    }
    for old in taints.iter().filter(|t| !keep(t)) {
        turn.differs(
            object.key(),
            "spec.taints",
            None::<Name>,
            in_words(old),
            "TaintOutdated",
        );
    }
    if turn.diff.len() == first {
        return false;
    }
    // Taints are one list without merge keys: the resourceVersion keeps this from undoing someone else's.
    let version = &object.metadata().resource_version;
    let body =
        json!({ "metadata": { "resourceVersion": version }, "spec": { "taints": to_json(&new) } });
    turn.act(
        first,
        Request::patch(object.key(), PatchType::StrategicMerge, body),
    );
    true
}

fn in_words(taint: &Taint) -> Name {
    match taint.value.as_deref() {
        None | Some("") => format!("{}:{}", taint.key, taint.effect).into(),
        Some(value) => format!("{}={value}:{}", taint.key, taint.effect).into(),
    }
}
