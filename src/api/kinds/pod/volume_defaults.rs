//! What the API server fills into a pod's volumes.
//!
//! The real thing: pkg/apis/core/v1/defaults.go (`SetDefaults_Volume`, `SetDefaults_SecretVolumeSource`, …).
//! Left out: defaults of volume types that no cloud has any more (rbd, iscsi, scaleIO, azureDisk).

use super::super::normal::{drop_empty, drop_false, text_default};
use super::super::persistent_volume_claim;
use super::defaults::pull_policy;
use crate::api::quantity;
use k8s_openapi::api::core::v1::{Volume, VolumeProjection};

const MODE: i32 = 0o644;

/// Fills in what a volume leaves out; one without any source is an empty directory.
pub(super) fn fill(volume: &mut Volume) {
    if let Some(secret) = &mut volume.secret {
        secret.default_mode.get_or_insert(MODE);
    } else if let Some(config_map) = &mut volume.config_map {
        config_map.default_mode.get_or_insert(MODE);
    } else if let Some(projected) = &mut volume.projected {
        projected.default_mode.get_or_insert(MODE);
        let sources = projected.sources.iter_mut().flatten();
        sources.for_each(projection_defaults);
    } else if let Some(downward) = &mut volume.downward_api {
        downward.default_mode.get_or_insert(MODE);
        for field in downward.items.iter_mut().flatten() {
            if let Some(field) = &mut field.field_ref {
                text_default(&mut field.api_version, "v1");
            }
        }
    } else if let Some(host_path) = &mut volume.host_path {
        host_path.type_.get_or_insert_default();
    } else if let Some(empty_dir) = &mut volume.empty_dir {
        empty_dir
            .size_limit
            .iter_mut()
            .for_each(quantity::canonicalize);
        drop_empty(&mut empty_dir.medium);
    } else if let Some(claim) = &mut volume.persistent_volume_claim {
        drop_false(&mut claim.read_only);
    } else if let Some(ephemeral) = &mut volume.ephemeral {
        if let Some(claim) = &mut ephemeral.volume_claim_template {
            persistent_volume_claim::spec_defaults(&mut claim.spec);
        }
    } else if let Some(image) = &mut volume.image {
        let policy = pull_policy(image.reference.as_deref().unwrap_or_default());
        text_default(&mut image.pull_policy, policy);
    } else if !has_source(volume) {
        volume.empty_dir = Some(Default::default());
    }
}

fn projection_defaults(source: &mut VolumeProjection) {
    if let Some(token) = &mut source.service_account_token {
        token.expiration_seconds.get_or_insert(3600);
    }
    let Some(downward) = &mut source.downward_api else {
        return;
    };
    for file in downward.items.iter_mut().flatten() {
        if let Some(field) = &mut file.field_ref {
            text_default(&mut field.api_version, "v1");
        }
    }
}

/// Does the volume say where its content comes from? Compares with a bare one, so that no source is forgotten.
fn has_source(volume: &Volume) -> bool {
    let bare = Volume {
        name: volume.name.clone(),
        ..Volume::default()
    };
    *volume != bare
}
