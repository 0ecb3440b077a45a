//! VolumeAttachment.
//!
//! The real thing: pkg/apis/storage/validation/validation.go (`ValidateVolumeAttachment`), pkg/registry/storage/volumeattachment/strategy.go.
//! Left out: errorCode, whose feature is off by default.

use super::cells::{age, column};
use super::persistent_volume::{Context, spec as volume_spec};
use super::pod::volumes::csi_driver as driver_name;
use super::storage_class::provisioner;
use super::{Column, Stored, names, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::storage::v1::{
    VolumeAttachment, VolumeAttachmentSource, VolumeAttachmentStatus,
};

const SPEC: Path<'static> = Path::root("spec");
const METADATA_BYTES_MAX: usize = 256 * 1024;
const MESSAGE_MAX: usize = 1024;

impl Stored for VolumeAttachment {
    stored!(VolumeAttachment);

    const UNSIMULATED: Option<&'static str> = Some("CSI attacher");

    const REVISION_REQUIRED: bool = true;

    fn set_defaults(&mut self) {
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.status = Some(VolumeAttachmentStatus::default());
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        self.spec.clone_from(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        all(self, &mut errors);
        // What v1 asks beyond the versions before it (`ValidateVolumeAttachmentV1`).
        driver_name(&self.spec.attacher, &SPEC.child("attacher"), &mut errors);
        if let Some(name) = &self.spec.source.persistent_volume_name {
            let path = SPEC.child("source");
            let path = path.child("persistentVolumeName");
            errors.invalid_text(&path, name, names::subdomain(name));
        }
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        all(self, &mut errors);
        if self.spec != old.spec {
            let value = format!(
                "storage.VolumeAttachmentSpec{{Attacher:{:?}, Source:storage.VolumeAttachmentSource{{…}}, NodeName:{:?}}}",
                self.spec.attacher, self.spec.node_name
            );
            errors.invalid_go(&SPEC, &value, "field is immutable");
        }
        errors.into_list()
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        self.validate_update(old)
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Attacher"),
            column("PV"),
            column("Node"),
            column("Attached"),
            column("Age"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let volume = self.spec.source.persistent_volume_name.clone();
        let attached = self.status.as_ref().is_some_and(|s| s.attached);
        vec![
            self.spec.attacher.clone(),
            volume.unwrap_or_default(),
            self.spec.node_name.clone(),
            attached.to_string(),
            age(&self.metadata, now_ms),
        ]
    }
}

fn all(attachment: &VolumeAttachment, errors: &mut Errors) {
    let spec = &attachment.spec;
    provisioner(&spec.attacher, &SPEC.child("attacher"), errors);
    source(&spec.source, &SPEC.child("source"), errors);
    let node = spec.node_name.as_str();
    errors.invalid_text(&SPEC.child("nodeName"), node, names::subdomain(node));
    let Some(status) = &attachment.status else {
        return;
    };
    let path = Path::root("status");
    let metadata_path = path.child("attachmentMetadata");
    let mut bytes = 0;
    for (key, value) in status.attachment_metadata.iter().flatten() {
        if key.is_empty() {
            errors.invalid(&metadata_path, "", "field can not be empty.");
        }
        bytes += key.len() + value.len();
    }
    if bytes > METADATA_BYTES_MAX {
        errors.too_long(&metadata_path, METADATA_BYTES_MAX);
    }
    for (field, error) in [
        ("attachError", &status.attach_error),
        ("detachError", &status.detach_error),
    ] {
        let message = error.as_ref().and_then(|e| e.message.as_ref());
        if message.is_some_and(|m| m.len() > MESSAGE_MAX) {
            let path = path.child(field);
            errors.too_long(&path.child("message"), MESSAGE_MAX);
        }
    }
}

fn source(source: &VolumeAttachmentSource, path: &Path<'_>, errors: &mut Errors) {
    const ONE: &str = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    match (&source.inline_volume_spec, &source.persistent_volume_name) {
        (None, None) => errors.required(path, ONE),
        (Some(_), Some(_)) => errors.forbidden(path, ONE),
        (None, Some(name)) if name.is_empty() => {
            let detail = "must specify non empty persistentVolumeName";
            errors.required(&path.child("persistentVolumeName"), detail);
        }
        (None, Some(_)) => {}
        (Some(inline), None) => {
            let path = path.child("inlineVolumeSpec");
            volume_spec(inline, Context::Inline, &path, errors);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn attachment(source: Value) -> VolumeAttachment {
        let spec = json!({"attacher": "csi.example.com", "nodeName": "n1", "source": source});
        serde_json::from_value(json!({ "spec": spec })).expect("an attachment")
    }

    #[test]
    fn attachments_are_refused() {
        for (name, source, want) in [
            ("fine", json!({"persistentVolumeName": "pv1"}), vec![]),
            (
                "nothing",
                json!({}),
                vec![
                    "spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName",
                ],
            ),
            (
                "an inline volume that is none",
                json!({"inlineVolumeSpec": {"accessModes": ["ReadWriteOnce"]}}),
                vec![
                    "spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes",
                    "spec.source.inlineVolumeSpec: Required value: must specify a volume type",
                ],
            ),
        ] {
            let errors = attachment(source).validate();
            let got: Vec<String> = errors.iter().map(ToString::to_string).collect();
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn the_spec_stays() {
        let old = attachment(json!({"persistentVolumeName": "pv1"}));
        let new = attachment(json!({"persistentVolumeName": "pv2"}));
        let got = new.validate_update(&old)[0].to_string();
        assert!(
            got.starts_with("spec: Invalid value: storage.VolumeAttachmentSpec{"),
            "{got}"
        );
    }
}
