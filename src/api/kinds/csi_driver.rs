//! CSIDriver.
//!
//! The real thing: pkg/apis/storage/{v1/defaults.go,validation/validation.go}, pkg/registry/storage/csidriver/strategy.go.
//! Left out: nodeAllocatableUpdatePeriodSeconds, whose feature is off by default: it is forgotten.

use super::cells::{age, column, or};
use super::normal::{drop_empty, list, text_default};
use super::pod::volumes::csi_driver as driver_name;
use super::{Column, Stored, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::storage::v1::{CSIDriver, CSIDriverSpec, TokenRequest};

const SPEC: Path<'static> = Path::root("spec");

impl Stored for CSIDriver {
    stored!(CSIDriver);

    const REVISION_REQUIRED: bool = true;

    fn set_defaults(&mut self) {
        let spec = &mut self.spec;
        spec.attach_required.get_or_insert(true);
        spec.pod_info_on_mount.get_or_insert(false);
        spec.storage_capacity.get_or_insert(false);
        spec.requires_republish.get_or_insert(false);
        spec.se_linux_mount.get_or_insert(false);
        text_default(&mut spec.fs_group_policy, "ReadWriteOnceWithFSType");
        drop_empty(&mut spec.volume_lifecycle_modes);
        spec.volume_lifecycle_modes
            .get_or_insert_with(|| vec!["Persistent".to_owned()]);
        drop_empty(&mut spec.token_requests);
        spec.node_allocatable_update_period_seconds = None;
    }

    fn prepare_update(&mut self, old: &Self) {
        let mutable = |s: &CSIDriverSpec| {
            (
                s.token_requests.clone(),
                s.requires_republish,
                s.se_linux_mount,
            )
        };
        self.metadata.generation = old.metadata.generation;
        if mutable(&self.spec) != mutable(&old.spec) {
            self.metadata.generation = Some(old.metadata.generation.unwrap_or(0) + 1);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let name = self.metadata.name.as_deref().unwrap_or_default();
        driver_name(name, &Path::root("name"), &mut errors);
        errors.one_of(
            &SPEC.child("fsGroupPolicy"),
            self.spec.fs_group_policy.as_deref(),
            &["File", "None", "ReadWriteOnceWithFSType"],
        );
        token_requests(list(&self.spec.token_requests), &mut errors);
        let path = SPEC.child("volumeLifecycleModes");
        for mode in list(&self.spec.volume_lifecycle_modes) {
            errors.known(&path, Some(mode), &["Ephemeral", "Persistent"]);
        }
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let (new, old) = (&self.spec, &old.spec);
        if new.attach_required != old.attach_required {
            let value = new.attach_required;
            errors.invalid(&SPEC.child("attachedRequired"), value, "field is immutable");
        }
        if new.volume_lifecycle_modes != old.volume_lifecycle_modes {
            let modes: Vec<String> = list(&new.volume_lifecycle_modes)
                .iter()
                .map(|m| format!("{m:?}"))
                .collect();
            let value = format!("[]storage.VolumeLifecycleMode{{{}}}", modes.join(", "));
            let path = SPEC.child("volumeLifecycleModes");
            errors.invalid_go(&path, &value, "field is immutable");
        }
        token_requests(list(&new.token_requests), &mut errors);
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("AttachRequired"),
            column("PodInfoOnMount"),
            column("StorageCapacity"),
            column("TokenRequests"),
            column("RequiresRepublish"),
            column("Modes"),
            column("Age"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let spec = &self.spec;
        let audiences: Vec<&str> = list(&spec.token_requests)
            .iter()
            .map(|t| t.audience.as_str())
            .collect();
        let tokens = spec.token_requests.as_ref().map(|_| audiences.join(","));
        let modes = list(&spec.volume_lifecycle_modes).join(",");
        vec![
            spec.attach_required.unwrap_or(true).to_string(),
            spec.pod_info_on_mount.unwrap_or_default().to_string(),
            spec.storage_capacity.unwrap_or_default().to_string(),
            tokens.unwrap_or_else(|| "<unset>".to_owned()),
            spec.requires_republish.unwrap_or_default().to_string(),
            or(Some(&modes), "<none>"),
            age(&self.metadata, now_ms),
        ]
    }
}

fn token_requests(requests: &[TokenRequest], errors: &mut Errors) {
    let path = SPEC.child("tokenRequests");
    for (index, request) in requests.iter().enumerate() {
        let path = path.index(index);
        let audience = request.audience.as_str();
        if requests[..index].iter().any(|r| r.audience == audience) {
            errors.duplicate(&path.child("audience"), audience);
            continue;
        }
        let Some(seconds) = request.expiration_seconds else {
            continue;
        };
        let path = path.child("expirationSeconds");
        if seconds < 600 {
            let detail = "may not specify a duration less than 10 minutes";
            errors.invalid(&path, seconds, detail);
        }
        if seconds > 1 << 32 {
            let detail = "may not specify a duration larger than 2^32 seconds";
            errors.invalid(&path, seconds, detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn driver(spec: Value) -> CSIDriver {
        let json = json!({"metadata": {"name": "csi.example.com"}, "spec": spec});
        let mut driver: CSIDriver = serde_json::from_value(json).expect("a driver");
        driver.set_defaults();
        driver
    }

    #[test]
    fn drivers_are_refused() {
        for (name, spec, want) in [
            ("bare", json!({}), vec![]),
            (
                "modes",
                json!({"volumeLifecycleModes": ["Always"], "fsGroupPolicy": "Maybe"}),
                vec![
                    "spec.fsGroupPolicy: Unsupported value: \"Maybe\": supported values: \"File\", \"None\", \"ReadWriteOnceWithFSType\"",
                    "spec.volumeLifecycleModes: Unsupported value: \"Always\": supported values: \"Ephemeral\", \"Persistent\"",
                ],
            ),
            (
                "tokens",
                json!({"tokenRequests": [{"audience": "a", "expirationSeconds": 5}, {"audience": "a"}]}),
                vec![
                    "spec.tokenRequests[0].expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes",
                    "spec.tokenRequests[1].audience: Duplicate value: \"a\"",
                ],
            ),
        ] {
            let errors = driver(spec).validate();
            let got: Vec<String> = errors.iter().map(ToString::to_string).collect();
            assert_eq!(got, want, "{name}");
        }
        let errors = driver(json!({"attachRequired": false})).validate_update(&driver(json!({})));
        assert_eq!(
            errors[0].to_string(),
            "spec.attachedRequired: Invalid value: false: field is immutable"
        );
    }

    #[test]
    fn a_row_has_the_defaults() {
        let row = driver(json!({})).row(0);
        assert_eq!(
            row[..6].join(" "),
            "true false false <unset> false Persistent"
        );
    }
}
