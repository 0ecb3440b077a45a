//! DefaultTolerationSeconds: pods stay for five minutes on a node that is not ready or cannot be reached, unless they say for how long.
//!
//! The real thing: plugin/pkg/admission/defaulttolerationseconds/admission.go.

use super::{Attributes, Operation, Plugin, World};
use crate::api::{Object, Pod, Status, Stored};
use k8s_openapi::api::core::v1::Toleration;

const TOLERATION_SECONDS: i64 = 300;

/// See the file.
pub(super) struct DefaultTolerationSeconds;

impl Plugin for DefaultTolerationSeconds {
    fn admit(
        &self,
        attributes: &Attributes<'_>,
        object: &mut Object,
        _world: &World<'_>,
    ) -> Result<(), Status> {
        if attributes.subresource.is_none() && attributes.operation != Operation::Delete {
            add_tolerations(object);
        }
        Ok(())
    }
}

fn add_tolerations(object: &mut Object) {
    let Some(pod) = Pod::of(object) else { return };
    let tolerations = || pod.spec.iter().flat_map(|s| s.tolerations.iter().flatten());
    let missing: Vec<&str> = [
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
    ]
    .into_iter()
    .filter(|key| !tolerations().any(|t| tolerates_no_execute(t, key)))
    .collect();
    if missing.is_empty() {
        return;
    }
    let pod = Pod::of_mut(object).expect("it was a pod a moment ago");
    let spec = pod.spec.get_or_insert_default();
    let list = spec.tolerations.get_or_insert_default();
    list.extend(missing.into_iter().map(|key| Toleration {
        key: Some(key.to_owned()),
        operator: Some("Exists".to_owned()),
        effect: Some("NoExecute".to_owned()),
        toleration_seconds: Some(TOLERATION_SECONDS),
        value: None,
    }));
}

fn tolerates_no_execute(toleration: &Toleration, key: &str) -> bool {
    let names = toleration.key.as_deref().unwrap_or_default();
    let effect = toleration.effect.as_deref().unwrap_or_default();
    (names.is_empty() || names == key) && (effect.is_empty() || effect == "NoExecute")
}
