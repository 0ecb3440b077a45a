//! pv-protection-controller: lets a deleted volume go once no claim is bound to it.
//!
//! A stale cache is harmless: the update carries the resourceVersion of the volume that was not bound.
//!
//! The real thing: pkg/controller/volume/pvprotection/pv_protection_controller.go.

use super::pvc_protection::{is_held, release};
use crate::api::{Change, Kind, Stored, User};
use crate::component::{Component, Place, Seen, Turn, Wake, Watch, queue_key};
use k8s_openapi::api::core::v1::PersistentVolume;

const FINALIZER: &str = "kubernetes.io/pv-protection";

/// See the file.
pub(super) struct PvProtectionController;

impl Component for PvProtectionController {
    type Memory = ();

    fn name(&self) -> &'static str {
        "pv-protection-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        "system:serviceaccount:kube-system:pv-protection-controller".into()
    }

    fn watches(&self) -> &'static [Watch] {
        const { &[Watch::all(Kind::PersistentVolume)] }
    }

    fn wakes(&self, change: &Change, _seen: &Seen<'_>, _memory: &mut ()) -> Vec<Wake> {
        let held = change.after.iter().filter(|o| is_held(o, FINALIZER));
        held.map(|o| Wake::now(queue_key(o))).collect()
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, _memory: &mut ()) -> Turn {
        let mut turn = Turn::default();
        let stored = seen.table(Kind::PersistentVolume).get("", key);
        let Some(object) = stored.filter(|o| is_held(o, FINALIZER)) else {
            return turn;
        };
        let status = PersistentVolume::of(object).and_then(|v| v.status.as_ref());
        let phase = status.and_then(|s| s.phase.as_deref());
        turn.saw(object, "status.phase", phase);
        if phase != Some("Bound") {
            release(object, FINALIZER, &mut turn);
        }
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, snapshot, story, sync};
    use super::*;
    use serde_json::json;

    #[test]
    fn a_volume_goes_when_no_claim_has_it() {
        let free = "? PersistentVolume v metadata.finalizers: <none> != kubernetes.io/pv-protection NoLongerInUse\n! update persistentvolumes v";
        for (phase, want) in [("Bound", ""), ("Available", free), ("Released", free)] {
            let volume: PersistentVolume = object(
                json!({"metadata": {"name": "v", "finalizers": [FINALIZER], "deletionTimestamp": "2025-01-01T00:00:00Z"}, "status": {"phase": phase}}),
            );
            let head = snapshot([volume.into()]);
            let turn = sync(&PvProtectionController, "v", &head, 0);
            assert_eq!(story(&turn), want, "{phase}");
        }
    }
}
