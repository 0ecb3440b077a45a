//! What is wrong with changing a claim.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidatePersistentVolumeClaimUpdate`,
//! `ValidatePersistentVolumeClaimStatusUpdate`).

use super::super::normal::{list, text};
use super::super::persistent_volume::CLASS_ANNOTATION;
use super::difference;
use crate::api::check::{Errors, Path};
use crate::api::labels;
use crate::api::quantity::{self, ResourceList};
use k8s_openapi::api::core::v1::{PersistentVolumeClaim, PersistentVolumeClaimSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::cmp::Ordering;

const SPEC: Path<'static> = Path::root("spec");
const IMMUTABLE: &str = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";

/// Only the volume's name may be filled in, and the size of a bound claim may grow.
pub(super) fn validate(
    new: &PersistentVolumeClaim,
    old: &PersistentVolumeClaim,
    errors: &mut Errors,
) {
    let mut is = new.spec.clone().unwrap_or_default();
    let mut was = old.spec.clone().unwrap_or_default();
    if text(&was.volume_name).is_empty() {
        was.volume_name.clone_from(&is.volume_name);
    }
    storage_class(new, old, (&mut is, &was), errors);
    let bound = new.status.as_ref().and_then(|s| s.phase.as_deref()) == Some("Bound");
    let (new_size, old_size) = (size(new), size(old));
    if bound && let Some(requests) = is.resources.as_mut().and_then(|r| r.requests.as_mut()) {
        requests.insert("storage".to_owned(), old_size.clone());
    }
    if is != was {
        let detail = format!("{IMMUTABLE}\n{}", difference::of(&was, &is));
        errors.forbidden(&SPEC, &detail);
    }
    let capacity = old.status.as_ref().and_then(|s| s.capacity.as_ref());
    let zero = Quantity("0".to_owned());
    let actual = capacity.and_then(|c| c.get("storage")).unwrap_or(&zero);
    let shrinks = quantity::compare(&new_size, &old_size) == Ordering::Less;
    if shrinks && quantity::compare(&new_size, actual) != Ordering::Greater {
        let path = SPEC.child("resources");
        let path = path.child("requests");
        let detail = "field can not be less than status.capacity";
        errors.forbidden(&path.child("storage"), detail);
    }
    let mode = |c: &PersistentVolumeClaim| c.spec.as_ref().and_then(|s| s.volume_mode.clone());
    if mode(new) != mode(old) {
        let mode = mode(new).unwrap_or_default();
        errors.invalid(&Path::root("volumeMode"), mode, "field is immutable");
    }
}

fn size(claim: &PersistentVolumeClaim) -> Quantity {
    let resources = claim.spec.as_ref().and_then(|s| s.resources.as_ref());
    let requests = resources.and_then(|r| r.requests.as_ref());
    let amount = requests.and_then(|r| r.get("storage"));
    amount.cloned().unwrap_or_else(|| Quantity("0".to_owned()))
}

/// A claim without a class may be given one, and an annotation may become the field.
fn storage_class(
    new: &PersistentVolumeClaim,
    old: &PersistentVolumeClaim,
    (is, was): (&mut PersistentVolumeClaimSpec, &PersistentVolumeClaimSpec),
    errors: &mut Errors,
) {
    fn annotation(claim: &PersistentVolumeClaim) -> Option<&String> {
        claim.metadata.annotations.as_ref()?.get(CLASS_ANNOTATION)
    }
    let (new_note, old_note) = (annotation(new), annotation(old));
    let given = was.storage_class_name.is_none() && is.storage_class_name.is_some();
    if given
        && old_note.is_some()
        && is.storage_class_name.as_ref() == old_note
        && new_note.is_none_or(|note| Some(note) == old_note)
    {
        is.storage_class_name = None;
        return;
    }
    if new_note != old_note {
        let metadata = Path::root("metadata");
        let path = metadata.child("annotations");
        let value = new_note.map_or("", String::as_str);
        errors.invalid(&path.child(CLASS_ANNOTATION), value, "field is immutable");
    }
    if given && old_note.is_none_or(|note| Some(note) == is.storage_class_name.as_ref()) {
        is.storage_class_name.clone_from(&was.storage_class_name);
    }
}

const RESIZE_STATUSES: &[&str] = &[
    "ControllerResizeInProgress",
    "ControllerResizeInfeasible",
    "NodeResizeInProgress",
    "NodeResizeInfeasible",
    "NodeResizePending",
];

/// Everything wrong with a new status.
pub(super) fn status(claim: &PersistentVolumeClaim, errors: &mut Errors) {
    let modes = claim
        .spec
        .as_ref()
        .map_or(&[][..], |s| list(&s.access_modes));
    if modes.is_empty() {
        let path = Path::root("Spec");
        errors.required(&path.child("accessModes"), "");
    }
    let Some(status) = &claim.status else { return };
    let path = Path::root("status");
    amounts(status.capacity.as_ref(), &path.child("capacity"), errors);
    let statuses_path = path.child("allocatedResourceStatus");
    for (name, state) in status.allocated_resource_statuses.iter().flatten() {
        resource_key(name, &statuses_path, errors);
        if !RESIZE_STATUSES.contains(&state.as_str()) {
            errors.not_supported(&statuses_path, name, RESIZE_STATUSES);
        }
    }
    let allocated_path = path.child("allocatedResources");
    let allocated = status.allocated_resources.as_ref();
    for name in allocated.into_iter().flat_map(ResourceList::keys) {
        resource_key(name, &allocated_path, errors);
    }
    amounts(allocated, &allocated_path, errors);
}

fn amounts(amounts: Option<&ResourceList>, path: &Path<'_>, errors: &mut Errors) {
    for (name, amount) in amounts.into_iter().flatten() {
        if quantity::bytes(amount) < 0 {
            let detail = "must be a valid resource quantity";
            errors.invalid(&path.key(name), quantity::bytes(amount), detail);
        }
    }
}

fn resource_key(name: &str, path: &Path<'_>, errors: &mut Errors) {
    let wrong = labels::qualified_name(name);
    let native = !name.contains('/') || name.contains("kubernetes.io/");
    if wrong.is_empty() && native && name != "storage" {
        errors.not_supported(path, name, &["storage"]);
    }
    errors.invalid_text(path, name, wrong);
}

#[cfg(test)]
mod tests {
    use crate::api::Stored as _;
    use k8s_openapi::api::core::v1::PersistentVolumeClaim;
    use serde_json::{Value, json};

    fn claim(spec: &Value, status: Value) -> PersistentVolumeClaim {
        let mut json = json!({"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}, "status": status});
        for (field, value) in spec.as_object().expect("fields") {
            json["spec"][field] = value.clone();
        }
        let mut claim: PersistentVolumeClaim = serde_json::from_value(json).expect("a claim");
        claim.set_defaults();
        claim
    }

    #[test]
    fn little_may_change() {
        let sized = |size: &str| json!({"resources": {"requests": {"storage": size}}});
        let bound = json!({"phase": "Bound", "capacity": {"storage": "1Gi"}});
        let full = json!({"phase": "Bound", "capacity": {"storage": "2Gi"}});
        let pending = json!({"phase": "Pending"});
        let immutable = "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n  core.PersistentVolumeClaimSpec{\n";
        for (name, old, new, status, want) in [
            (
                "bind",
                json!({}),
                json!({"volumeName": "pv1"}),
                &pending,
                vec![],
            ),
            (
                "class",
                json!({}),
                json!({"storageClassName": "fast"}),
                &pending,
                vec![],
            ),
            ("grow", json!({}), sized("3Gi"), &bound, vec![]),
            ("recover", sized("3Gi"), sized("2Gi"), &bound, vec![]),
            (
                "grow unbound",
                json!({}),
                sized("3Gi"),
                &pending,
                vec![immutable],
            ),
            (
                "shrink",
                json!({}),
                sized("1Gi"),
                &full,
                vec![
                    "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity",
                ],
            ),
            (
                "another volume",
                json!({"volumeName": "pv1"}),
                json!({"volumeName": "pv2"}),
                &bound,
                vec![immutable],
            ),
            (
                "mode",
                json!({}),
                json!({"volumeMode": "Block"}),
                &bound,
                vec![
                    immutable,
                    "volumeMode: Invalid value: \"Block\": field is immutable",
                ],
            ),
        ] {
            let old = claim(&old, status.clone());
            let errors = claim(&new, status.clone()).validate_update(&old);
            assert_eq!(errors.len(), want.len(), "{name}: {errors:?}");
            for (error, want) in errors.iter().zip(want) {
                assert!(error.to_string().starts_with(want), "{name}: {error}");
            }
        }
    }

    #[test]
    fn the_difference_reads_as_in_the_reports() {
        let old = claim(
            &json!({"volumeName": "", "storageClassName": "gp2"}),
            json!({}),
        );
        let new = claim(
            &json!({"volumeName": "", "storageClassName": "gp3"}),
            json!({}),
        );
        let got = new.validate_update(&old)[0].to_string();
        let want = "  core.PersistentVolumeClaimSpec{\n  \t... // 2 identical fields\n  \tResources:        {Requests: {s\"storage\": {i: {...}, s: \"2Gi\", Format: \"BinarySI\"}}},\n  \tVolumeName:       \"\",\n- \tStorageClassName: &\"gp2\",\n+ \tStorageClassName: &\"gp3\",\n  \tVolumeMode:       &\"Filesystem\",\n  \tDataSource:       nil,\n  \t... // 2 identical fields\n  }\n";
        let (_, got) = got.split_once('\n').expect("several lines");
        assert_eq!(got, want);
    }
}
