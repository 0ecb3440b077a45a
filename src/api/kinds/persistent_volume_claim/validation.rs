//! What is wrong with a claim.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidatePersistentVolumeClaimSpec`).

use super::super::normal::{list, text};
use super::super::persistent_volume::access_modes;
use super::super::{names, selectors};
use crate::api::check::{Errors, Path};
use crate::api::quantity;
use k8s_openapi::api::core::v1::PersistentVolumeClaimSpec;

/// Everything wrong with a claim's specification, in a claim or in a template of one.
pub(in super::super) fn spec(
    spec: &PersistentVolumeClaimSpec,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let modes_path = path.child("accessModes");
    let modes = list(&spec.access_modes);
    if modes.is_empty() {
        errors.required(&modes_path, "at least 1 access mode is required");
    }
    if let Some(selector) = &spec.selector {
        selectors::validate(selector, &path.child("selector"), errors);
    }
    access_modes(modes, &modes_path, errors);
    storage(spec, path, errors);
    let class = text(&spec.storage_class_name);
    if !class.is_empty() {
        let path = path.child("storageClassName");
        errors.invalid_text(&path, class, names::subdomain(class));
    }
    errors.known(
        &path.child("volumeMode"),
        spec.volume_mode.as_deref(),
        &["Block", "Filesystem"],
    );
    sources(spec, path, errors);
}

fn storage(spec: &PersistentVolumeClaimSpec, path: &Path<'_>, errors: &mut Errors) {
    let requests = spec.resources.as_ref().and_then(|r| r.requests.as_ref());
    let path = path.child("resources");
    let path = path.key("storage");
    let Some(amount) = requests.and_then(|r| r.get("storage")) else {
        errors.required(&path, "");
        return;
    };
    if quantity::is_negative(amount) || quantity::is_zero(amount) {
        errors.invalid(&path, amount.0.as_str(), "must be greater than zero");
    }
}

fn sources(spec: &PersistentVolumeClaimSpec, path: &Path<'_>, errors: &mut Errors) {
    if let Some(source) = &spec.data_source {
        let parts = (&source.api_group, &source.kind, &source.name);
        reference(parts, &path.child("dataSource"), errors);
    }
    if let Some(source) = &spec.data_source_ref {
        let parts = (&source.api_group, &source.kind, &source.name);
        reference(parts, &path.child("dataSourceRef"), errors);
    }
    if let (Some(a), Some(b)) = (&spec.data_source, &spec.data_source_ref)
        && (&a.api_group, &a.kind, &a.name) != (&b.api_group, &b.kind, &b.name)
    {
        let value = path.child("dataSource").to_string();
        errors.invalid_go(path, &value, "must match dataSourceRef");
    }
}

fn reference(
    (group, kind, name): (&Option<String>, &String, &String),
    path: &Path<'_>,
    errors: &mut Errors,
) {
    for (field, value) in [("name", name), ("kind", kind)] {
        if value.is_empty() {
            errors.required(&path.child(field), "");
        }
    }
    let group = text(group);
    if group.is_empty() && kind.as_str() != "PersistentVolumeClaim" {
        let detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
        errors.invalid(path, kind.as_str(), detail);
    }
    if !group.is_empty() {
        errors.invalid_text(&path.child("apiGroup"), group, names::subdomain(group));
    }
}

#[cfg(test)]
mod tests {
    use crate::api::Stored as _;
    use k8s_openapi::api::core::v1::PersistentVolumeClaim;
    use serde_json::{Value, json};

    fn claim(spec: Value) -> PersistentVolumeClaim {
        let mut claim: PersistentVolumeClaim =
            serde_json::from_value(json!({ "spec": spec })).expect("a claim");
        claim.set_defaults();
        claim
    }

    #[test]
    fn claims_are_refused() {
        let resources = json!({"requests": {"storage": "1Gi"}});
        for (name, spec, want) in [
            (
                "fine",
                json!({"accessModes": ["ReadWriteOnce"], "resources": resources}),
                vec![],
            ),
            (
                "empty",
                json!({}),
                vec![
                    "spec.accessModes: Required value: at least 1 access mode is required",
                    "spec.resources[storage]: Required value",
                ],
            ),
            (
                "nothing",
                json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "0"}}}),
                vec!["spec.resources[storage]: Invalid value: \"0\": must be greater than zero"],
            ),
            (
                "class and mode",
                json!({"accessModes": ["ReadWriteOnce"], "resources": resources, "storageClassName": "_", "volumeMode": "Maybe"}),
                vec![
                    "spec.storageClassName: Invalid value: \"_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
                    "spec.volumeMode: Unsupported value: \"Maybe\": supported values: \"Block\", \"Filesystem\"",
                ],
            ),
            (
                "source",
                json!({"accessModes": ["ReadWriteOnce"], "resources": resources, "dataSource": {"kind": "Pod", "name": "a"}}),
                vec![
                    "spec.dataSource: Invalid value: \"Pod\": must be 'PersistentVolumeClaim' when referencing the default apiGroup",
                ],
            ),
        ] {
            let errors = claim(spec).validate();
            let got: Vec<String> = errors.iter().map(ToString::to_string).collect();
            assert_eq!(got, want, "{name}");
        }
    }
}
