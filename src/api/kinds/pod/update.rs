//! What an update of a pod may change: little.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidatePodUpdate`).
//! Left out: rules about a pod's status (`ValidatePodStatusUpdate`), which only kubelets write.

use super::super::names::within;
use super::super::normal::{list, text};
use super::super::{difference, go};
use super::{containers, scheduling, validation};
use crate::api::check::{Errors, Path};
use crate::api::{Pod, Shared, pods};
use k8s_openapi::api::core::v1::{
    Affinity, Container, NodeAffinity, NodeSelectorTerm, PodSpec, Toleration,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

const SPEC: Path<'static> = Path::root("spec");
/// By this annotation a pod is the mirror of one that only its kubelet knows.
pub(super) const MIRROR_POD: &str = "kubernetes.io/config.mirror";
const MAY_CHANGE: &str = "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// Everything wrong with replacing `old` by `pod`.
pub(super) fn validate(pod: &Pod, old: &Pod, errors: &mut Errors) {
    let (new_notes, old_notes) = (&pod.metadata.annotations, &old.metadata.annotations);
    // A cost that was wrong before may stay.
    if new_notes != old_notes && pods::deletion_cost(old_notes.as_ref()).is_ok() {
        validation::annotations(pod, errors);
    }
    let (Some(spec), Some(old_spec)) = (&pod.spec, &old.spec) else {
        validation::whole_spec(pod, errors);
        return;
    };
    if spec == old_spec {
        return;
    }
    validation::whole_spec(pod, errors);
    let lists = [
        (
            "containers",
            spec.containers.as_slice(),
            old_spec.containers.as_slice(),
        ),
        (
            "initContainers",
            list(&spec.init_containers),
            list(&old_spec.init_containers),
        ),
    ];
    for (field, new, old) in lists {
        let path = SPEC.child(field);
        if new.len() != old.len() {
            let detail = "pod updates may not add or remove containers";
            errors.forbidden(&path, detail);
            return;
        }
        images(new, &path, errors);
    }
    if deadline(spec, old_spec, errors) == Verdict::Stop {
        return;
    }
    tolerations(list(&spec.tolerations), list(&old_spec.tolerations), errors);
    gates(spec, old_spec, errors);
    unchangeable(spec, old_spec, errors);
}

/// The old pod as somebody sent it who may change a part of it only: with the uid and the version that were expected.
pub(super) fn unchanged(sent: Shared<ObjectMeta>, old: &Pod) -> Pod {
    let mut pod = old.clone();
    let (sent, meta) = (sent.into_inner(), &mut *pod.metadata);
    meta.uid = sent.uid;
    meta.resource_version = sent.resource_version;
    meta.managed_fields = sent.managed_fields;
    pod
}

/// Does it come from a file on its node? Then what is changed here changes nothing.
pub(super) fn is_static(pod: &Pod) -> bool {
    let annotations = pod.metadata.annotations.as_ref();
    annotations.is_some_and(|all| all.contains_key(MIRROR_POD))
}

fn images(containers: &[Container], path: &Path<'_>, errors: &mut Errors) {
    for (index, container) in containers.iter().enumerate() {
        let path = path.index(index);
        if text(&container.image).is_empty() {
            errors.required(&path.child("image"), "");
        }
        containers::image_without_space(container, &path, errors);
    }
}

/// Whether there is any sense in looking further.
#[derive(PartialEq, Eq)]
enum Verdict {
    GoOn,
    Stop,
}

fn deadline(spec: &PodSpec, old: &PodSpec, errors: &mut Errors) -> Verdict {
    let path = SPEC.child("activeDeadlineSeconds");
    match (spec.active_deadline_seconds, old.active_deadline_seconds) {
        (Some(new), _) if !(0..=i64::from(i32::MAX)).contains(&new) => {
            errors.invalid(&path, new, &within(0, i64::from(i32::MAX)));
            Verdict::Stop
        }
        (Some(new), Some(old)) if old < new => {
            let detail = "must be less than or equal to previous value";
            errors.invalid(&path, new, detail);
            Verdict::Stop
        }
        (None, Some(_)) => {
            let detail = "must not update from a positive integer to nil value";
            errors.invalid(&path, Value::Null, detail);
            Verdict::GoOn
        }
        (Some(_) | None, _) => Verdict::GoOn,
    }
}

fn tolerations(new: &[Toleration], old: &[Toleration], errors: &mut Errors) {
    let path = SPEC.child("tolerations");
    let kept = |old: &Toleration| {
        new.iter().any(|new| {
            let mut same = old.clone();
            same.toleration_seconds = new.toleration_seconds;
            same == *new
        })
    };
    if old.iter().all(kept) {
        scheduling::tolerations(new, &path, errors);
        return;
    }
    let detail = "existing toleration can not be modified except its tolerationSeconds";
    errors.forbidden(&path, detail);
}

fn gates(spec: &PodSpec, old: &PodSpec, errors: &mut Errors) {
    let path = SPEC.child("schedulingGates");
    for (index, gate) in list(&spec.scheduling_gates).iter().enumerate() {
        if !list(&old.scheduling_gates).contains(gate) {
            let path = path.index(index);
            let detail = format!(
                "only deletion is allowed, but found new scheduling gate '{}'",
                gate.name
            );
            errors.forbidden(&path.child("name"), &detail);
        }
    }
}

/// Everything else must stay as it is: compares after setting back what may change.
fn unchangeable(spec: &PodSpec, old: &PodSpec, errors: &mut Errors) {
    let mut munged = spec.clone();
    for (new, old) in munged.containers.iter_mut().zip(&old.containers) {
        new.image.clone_from(&old.image);
    }
    let init = munged.init_containers.iter_mut().flatten();
    for (new, old) in init.zip(list(&old.init_containers)) {
        new.image.clone_from(&old.image);
    }
    munged.active_deadline_seconds = old.active_deadline_seconds;
    munged.scheduling_gates.clone_from(&old.scheduling_gates);
    munged.tolerations.clone_from(&old.tolerations);
    let was_negative = old.termination_grace_period_seconds.is_some_and(|s| s < 0);
    if was_negative && munged.termination_grace_period_seconds == Some(1) {
        munged.termination_grace_period_seconds = old.termination_grace_period_seconds;
    }
    if !list(&old.scheduling_gates).is_empty() {
        gated(&mut munged, old, errors);
    }
    if munged != *old {
        let detail = format!(
            "pod updates may not change fields other than {MAY_CHANGE}\n{}",
            difference::of("core.PodSpec", old, &munged)
        );
        errors.forbidden(&SPEC, &detail);
    }
}

/// A pod that still waits at a gate may be narrowed to fewer nodes.
fn gated(munged: &mut PodSpec, old: &PodSpec, errors: &mut Errors) {
    let (new_selector, old_selector) = (&munged.node_selector, &old.node_selector);
    let kept = old_selector
        .iter()
        .flatten()
        .all(|(key, value)| new_selector.as_ref().and_then(|n| n.get(key)) == Some(value));
    if !kept {
        let detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
        let value = go::map(new_selector.as_ref());
        errors.invalid_go(&SPEC.child("nodeSelector"), &value, detail);
    }
    munged.node_selector.clone_from(&old.node_selector);
    let nodes =
        |affinity: &Option<Affinity>| affinity.as_ref().and_then(|a| a.node_affinity.clone());
    let (new, was) = (nodes(&munged.affinity), nodes(&old.affinity));
    if new == was {
        return;
    }
    only_narrower(new.as_ref(), was.as_ref(), errors);
    match (&mut munged.affinity, &old.affinity) {
        (Some(new), None) if new.pod_affinity.is_none() && new.pod_anti_affinity.is_none() => {
            munged.affinity = None;
        }
        (Some(new), _) => new.node_affinity = was,
        (none, _) => {
            *none = Some(Affinity {
                node_affinity: was,
                ..Affinity::default()
            });
        }
    }
}

fn only_narrower(new: Option<&NodeAffinity>, old: Option<&NodeAffinity>, errors: &mut Errors) {
    let terms = |a: Option<&NodeAffinity>| -> Vec<NodeSelectorTerm> {
        let required = a.and_then(|a| {
            a.required_during_scheduling_ignored_during_execution
                .clone()
        });
        required.map(|r| r.node_selector_terms).unwrap_or_default()
    };
    let (new, old) = (terms(new), terms(old));
    let path = SPEC.child("affinity");
    let path = path.child("nodeAffinity");
    let path = path.child("requiredDuringSchedulingIgnoredDuringExecution");
    let path = path.child("nodeSelectorTerms");
    if !old.is_empty() && new.len() != old.len() {
        let detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
        errors.invalid_go(&path, "[]core.NodeSelectorTerm{…}", detail);
        return;
    }
    for (index, (new, old)) in new.iter().zip(&old).enumerate() {
        let begins = list(&new.match_expressions).starts_with(list(&old.match_expressions))
            && list(&new.match_fields).starts_with(list(&old.match_fields));
        if !begins {
            let detail = "only additions are allowed (no mutations or deletions)";
            errors.invalid_go(&path.index(index), "core.NodeSelectorTerm{…}", detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{pod, texts};
    use super::*;
    use crate::api::Stored as _;
    use serde_json::json;

    #[test]
    fn an_update_may_change_little() {
        let old = pod(
            json!({"activeDeadlineSeconds": 60, "containers": [{"name": "c", "image": "nginx:1"}]}),
        );
        let begins = "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n  core.PodSpec{\n- \tRestartPolicy: \"Always\",\n+ \tRestartPolicy: \"Never\",\n";
        for (name, spec, want) in [
            (
                "image",
                json!({"activeDeadlineSeconds": 60, "containers": [{"name": "c", "image": "nginx:2"}]}),
                None,
            ),
            (
                "toleration",
                json!({"activeDeadlineSeconds": 60, "tolerations": [{"key": "a", "operator": "Exists"}], "containers": [{"name": "c", "image": "nginx:1"}]}),
                None,
            ),
            (
                "shorter",
                json!({"activeDeadlineSeconds": 30, "containers": [{"name": "c", "image": "nginx:1"}]}),
                None,
            ),
            (
                "longer",
                json!({"activeDeadlineSeconds": 90, "containers": [{"name": "c", "image": "nginx:1"}]}),
                Some(
                    "spec.activeDeadlineSeconds: Invalid value: 90: must be less than or equal to previous value",
                ),
            ),
            (
                "one more",
                json!({"activeDeadlineSeconds": 60, "containers": [{"name": "c", "image": "nginx:1"}, {"name": "d", "image": "nginx:1"}]}),
                Some("spec.containers: Forbidden: pod updates may not add or remove containers"),
            ),
            (
                "restart policy",
                json!({"activeDeadlineSeconds": 60, "restartPolicy": "Never", "containers": [{"name": "c", "image": "nginx:1"}]}),
                Some(begins),
            ),
        ] {
            let mut new = pod(spec);
            new.prepare_update(&old);
            let errors = texts(&new.validate_update(&old));
            match want {
                None => assert_eq!(errors, Vec::<String>::new(), "{name}"),
                Some(want) => assert!(errors[0].starts_with(want), "{name}: {}", errors[0]),
            }
            assert_eq!(errors.len(), usize::from(want.is_some()), "{name}");
            assert_eq!(new.metadata.generation, Some(2), "{name}");
        }
    }

    #[test]
    fn a_new_pod_begins_pending() {
        let json = json!({"metadata": {"name": "p"}, "spec": {"schedulingGates": [{"name": "quota"}], "containers": [{"name": "c", "image": "nginx"}]}, "status": {"phase": "Running", "podIP": "1.2.3.4"}});
        let mut pod: Pod = serde_json::from_value(json).expect("a pod");
        pod.set_defaults();
        pod.prepare_create();
        let status = serde_json::to_value(pod.status.as_deref()).expect("plain data");
        let want = json!({"phase": "Pending", "qosClass": "BestEffort", "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated", "message": "Scheduling is blocked due to non-empty scheduling gates"},
        ]});
        assert_eq!(status, want);
    }
}
