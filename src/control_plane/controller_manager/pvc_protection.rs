//! pvc-protection-controller: lets a deleted claim go once no pod uses it.
//!
//! A stale cache is harmless: the update carries the resourceVersion of the claim, and a pod that would begin to use a claim on its way out is not started by its kubelet.
//!
//! The real thing: pkg/controller/volume/pvcprotection/pvc_protection_controller.go.
//! Left out: the look at the API server's own list of pods before the finalizer is removed.

use crate::api::{Change, Kind, Object, Pod, Request, Stored, User};
use crate::component::{Component, Place, Scope, Seen, Turn, Wake, Watch, join, queue_key};

const FINALIZER: &str = "kubernetes.io/pvc-protection";

/// See the file.
pub(super) struct PvcProtectionController;

impl Component for PvcProtectionController {
    type Memory = ();

    fn name(&self) -> &'static str {
        "pvc-protection-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        "system:serviceaccount:kube-system:pvc-protection-controller".into()
    }

    fn watches(&self) -> &'static [Watch] {
        const {
            &[
                Watch::all(Kind::PersistentVolumeClaim),
                Watch {
                    kind: Kind::Pod,
                    scope: Scope::WithClaim,
                },
            ]
        }
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, _memory: &mut ()) -> Vec<Wake> {
        if let Some(claim) = &change.after
            && claim.kind() == Kind::PersistentVolumeClaim
        {
            return if waits(claim) {
                vec![Wake::now(queue_key(claim))]
            } else {
                Vec::new()
            };
        }
        let Some(pod) = change.before.as_ref().filter(|_| change.after.is_none()) else {
            return Vec::new();
        };
        let namespace = pod.namespace();
        let claims = claims(pod).filter(|name| {
            let claim = seen
                .table(Kind::PersistentVolumeClaim)
                .get(&namespace, name);
            claim.is_some_and(waits)
        });
        claims
            .map(|name| Wake::now(join(&namespace, &name)))
            .collect()
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, _memory: &mut ()) -> Turn {
        let mut turn = Turn::default();
        let (namespace, name) = key.split_once('/').unwrap_or(("", key));
        let stored = seen.table(Kind::PersistentVolumeClaim).get(namespace, name);
        let Some(object) = stored.filter(|o| waits(o)) else {
            return turn;
        };
        let scheduled = |pod: &&Object| {
            let spec = Pod::of(pod).and_then(|p| p.spec.as_ref());
            spec.and_then(|s| s.node_name.as_deref())
                .is_some_and(|n| !n.is_empty())
        };
        let mut pods = seen.table(Kind::Pod).in_namespace(namespace);
        let user = pods.find(|pod| scheduled(pod) && claims(pod).any(|c| c == name));
        if let Some(user) = user {
            turn.saw(user, "spec.volumes", name.to_owned());
            return turn;
        }
        release(object, FINALIZER, &mut turn);
        turn
    }
}

/// Is it deleted, and held back by our finalizer?
fn waits(object: &Object) -> bool {
    is_held(object, FINALIZER)
}

/// Is the object deleted, and held back by this finalizer?
pub(super) fn is_held(object: &Object, finalizer: &str) -> bool {
    let meta = object.metadata();
    let has = meta.finalizers.iter().flatten().any(|f| f == finalizer);
    meta.deletion_timestamp.is_some() && has
}

/// Plans to take the finalizer away.
pub(super) fn release(object: &Object, finalizer: &'static str, turn: &mut Turn) {
    let why = turn.differs(
        object.key(),
        "metadata.finalizers",
        None::<crate::api::Name>,
        finalizer,
        "NoLongerInUse",
    );
    let mut update = object.clone();
    let finalizers = update.metadata_mut().finalizers.get_or_insert_default();
    finalizers.retain(|f| f != finalizer);
    turn.act(why, Request::update(update));
}

/// The claims that a pod's volumes name, or are made for.
fn claims(pod: &Object) -> impl Iterator<Item = String> + '_ {
    let spec = Pod::of(pod).and_then(|p| p.spec.as_ref());
    let volumes = spec.into_iter().flat_map(|s| s.volumes.iter().flatten());
    volumes.filter_map(|volume| match &volume.persistent_volume_claim {
        Some(claim) => Some(claim.claim_name.clone()),
        None => volume
            .ephemeral
            .as_ref()
            .map(|_| format!("{}-{}", pod.name(), volume.name)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, snapshot, story, sync, wakes};
    use super::*;
    use k8s_openapi::api::core::v1::PersistentVolumeClaim;
    use serde_json::{Value, json};

    fn claim(deleted: Value) -> Object {
        object::<PersistentVolumeClaim>(json!({"metadata": {"name": "c", "finalizers": [FINALIZER], "deletionTimestamp": deleted}})).into()
    }

    fn pod(node: &str) -> Object {
        let volume = json!({"name": "v", "persistentVolumeClaim": {"claimName": "c"}});
        object::<Pod>(json!({"metadata": {"name": "p"}, "spec": {"nodeName": node, "containers": [], "volumes": [volume]}})).into()
    }

    #[test]
    fn a_claim_goes_when_nobody_uses_it() {
        let now = json!("2025-01-01T00:00:00Z");
        let free = "? PersistentVolumeClaim default/c metadata.finalizers: <none> != kubernetes.io/pvc-protection NoLongerInUse\n! update persistentvolumeclaims default/c";
        for (name, objects, want) in [
            ("it stays", vec![claim(Value::Null)], ""),
            ("in use", vec![claim(now.clone()), pod("n1")], ""),
            ("not yet in use", vec![claim(now.clone()), pod("")], free),
            ("free", vec![claim(now.clone())], free),
        ] {
            let turn = sync(&PvcProtectionController, "default/c", &snapshot(objects), 0);
            assert_eq!(story(&turn), want, "{name}");
        }
        let head = snapshot([claim(now)]);
        let woken = wakes(&PvcProtectionController, Some(pod("n1")), None, &head);
        assert_eq!(woken.len(), 1, "the last user is gone");
    }
}
