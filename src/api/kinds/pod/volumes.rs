//! What is wrong with a pod's volumes.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidateVolumes`, `validateVolumeSource` and what it calls).
//! Left out: what is inside of iscsi, fc, rbd, cephfs, flex, azure, vsphere, portworx, scaleIO, storageos, quobyte, cinder, flocker and
//! glusterfs volumes; they are accepted as they are.

use super::super::normal::{list, text};
use super::super::{names, persistent_volume_claim};
use super::projected;
use crate::api::check::{Errors, Path};
use crate::api::quantity;
use k8s_openapi::api::core::v1::{
    EphemeralVolumeSource, HostPathVolumeSource, KeyToPath, NFSVolumeSource, Volume,
};

const MODE_WRONG: &str = "must be a number between 0 and 0777 (octal), both inclusive";

/// Checks all volumes; returns those that are right, since a mount of a wrong one is wrong too.
pub(super) fn validate<'a>(
    volumes: &'a [Volume],
    path: &Path<'_>,
    errors: &mut Errors,
) -> Vec<&'a Volume> {
    let mut fine: Vec<&Volume> = Vec::new();
    for (index, volume) in volumes.iter().enumerate() {
        let path = path.index(index);
        let name_path = path.child("name");
        let before = errors.count();
        sources(volume, &path, errors);
        if volume.name.is_empty() {
            errors.required(&name_path, "");
        } else {
            errors.invalid_text(&name_path, &volume.name, names::label(&volume.name));
        }
        if fine.iter().any(|v| v.name == volume.name) {
            errors.duplicate(&name_path, volume.name.as_str());
        }
        if errors.count() == before {
            fine.push(volume);
        }
    }
    fine
}

/// Each source that is set, by field, in upstream's order.
pub(super) fn given(volume: &Volume) -> impl Iterator<Item = &'static str> {
    let fields = [
        ("emptyDir", volume.empty_dir.is_some()),
        ("hostPath", volume.host_path.is_some()),
        ("gitRepo", volume.git_repo.is_some()),
        ("gcePersistentDisk", volume.gce_persistent_disk.is_some()),
        (
            "awsElasticBlockStore",
            volume.aws_elastic_block_store.is_some(),
        ),
        ("secret", volume.secret.is_some()),
        ("nfs", volume.nfs.is_some()),
        ("iscsi", volume.iscsi.is_some()),
        ("glusterfs", volume.glusterfs.is_some()),
        ("flocker", volume.flocker.is_some()),
        (
            "persistentVolumeClaim",
            volume.persistent_volume_claim.is_some(),
        ),
        ("rbd", volume.rbd.is_some()),
        ("cinder", volume.cinder.is_some()),
        ("cephFS", volume.cephfs.is_some()),
        ("quobyte", volume.quobyte.is_some()),
        ("downwardAPI", volume.downward_api.is_some()),
        ("fc", volume.fc.is_some()),
        ("flexVolume", volume.flex_volume.is_some()),
        ("configMap", volume.config_map.is_some()),
        ("azureFile", volume.azure_file.is_some()),
        ("vsphereVolume", volume.vsphere_volume.is_some()),
        (
            "photonPersistentDisk",
            volume.photon_persistent_disk.is_some(),
        ),
        ("portworxVolume", volume.portworx_volume.is_some()),
        ("azureDisk", volume.azure_disk.is_some()),
        ("storageos", volume.storageos.is_some()),
        ("projected", volume.projected.is_some()),
        ("scaleIO", volume.scale_io.is_some()),
        ("csi", volume.csi.is_some()),
        ("ephemeral", volume.ephemeral.is_some()),
        ("image", volume.image.is_some()),
    ];
    fields
        .into_iter()
        .filter(|(_, set)| *set)
        .map(|(field, _)| field)
}

fn sources(volume: &Volume, path: &Path<'_>, errors: &mut Errors) {
    let mut given = given(volume);
    let Some(first) = given.next() else {
        errors.required(path, "must specify a volume type");
        return;
    };
    source(first, volume, &path.child(first), errors);
    for field in given {
        let detail = "may not specify more than 1 volume type";
        errors.forbidden(&path.child(field), detail);
    }
}

fn source(field: &str, volume: &Volume, path: &Path<'_>, errors: &mut Errors) {
    match field {
        "emptyDir" => {
            let limit = volume
                .empty_dir
                .as_ref()
                .and_then(|e| e.size_limit.as_ref());
            if limit.is_some_and(quantity::is_negative) {
                let detail = "SizeLimit field must be a valid resource quantity";
                errors.forbidden(&path.child("sizeLimit"), detail);
            }
        }
        "hostPath" => volume
            .host_path
            .iter()
            .for_each(|v| host_path(v, path, errors)),
        "nfs" => volume.nfs.iter().for_each(|v| nfs(v, path, errors)),
        "secret" => {
            let Some(secret) = &volume.secret else { return };
            let name = text(&secret.secret_name);
            files(
                "secretName",
                name,
                secret.default_mode,
                list(&secret.items),
                path,
                errors,
            );
        }
        "configMap" => {
            let Some(map) = &volume.config_map else {
                return;
            };
            files(
                "name",
                &map.name,
                map.default_mode,
                list(&map.items),
                path,
                errors,
            );
        }
        "persistentVolumeClaim" => {
            let claim = volume.persistent_volume_claim.as_ref();
            required(
                claim.map(|c| &c.claim_name),
                &path.child("claimName"),
                errors,
            );
        }
        "gitRepo" => {
            let repository = volume.git_repo.as_ref().map(|g| &g.repository);
            required(repository, &path.child("repository"), errors);
        }
        "awsElasticBlockStore" => {
            let id = volume
                .aws_elastic_block_store
                .as_ref()
                .map(|v| &v.volume_id);
            required(id, &path.child("volumeID"), errors);
        }
        "gcePersistentDisk" => {
            let name = volume.gce_persistent_disk.as_ref().map(|v| &v.pd_name);
            required(name, &path.child("pdName"), errors);
        }
        "downwardAPI" => {
            let Some(downward) = &volume.downward_api else {
                return;
            };
            mode(downward.default_mode, &path.child("defaultMode"), errors);
            for file in list(&downward.items) {
                projected::downward_file(file, path, errors);
            }
        }
        "projected" => volume
            .projected
            .iter()
            .for_each(|v| projected::validate(v, path, errors)),
        "csi" => {
            let Some(csi) = &volume.csi else { return };
            csi_driver(&csi.driver, &path.child("driver"), errors);
        }
        "ephemeral" => volume
            .ephemeral
            .iter()
            .for_each(|v| ephemeral(v, path, errors)),
        _ => {}
    }
}

/// The text must be there.
pub(in super::super) fn required(value: Option<&String>, path: &Path<'_>, errors: &mut Errors) {
    if value.is_none_or(String::is_empty) {
        errors.required(path, "");
    }
}

pub(super) fn mode(mode: Option<i32>, path: &Path<'_>, errors: &mut Errors) {
    if let Some(mode) = mode.filter(|mode| !(0..=0o777).contains(mode)) {
        errors.invalid(path, mode, MODE_WRONG);
    }
}

/// A Secret or ConfigMap whose keys become files.
pub(super) fn files(
    name_field: &str,
    name: &str,
    default_mode: Option<i32>,
    items: &[KeyToPath],
    path: &Path<'_>,
    errors: &mut Errors,
) {
    if name.is_empty() {
        errors.required(&path.child(name_field), "");
    }
    mode(default_mode, &path.child("defaultMode"), errors);
    let items_path = path.child("items");
    for (index, item) in items.iter().enumerate() {
        key_to_path(item, &items_path.index(index), errors);
    }
}

fn key_to_path(item: &KeyToPath, path: &Path<'_>, errors: &mut Errors) {
    required(Some(&item.key), &path.child("key"), errors);
    required(Some(&item.path), &path.child("path"), errors);
    local_path(&item.path, &path.child("path"), errors);
    mode(item.mode, &path.child("mode"), errors);
}

/// A path on the node.
pub(in super::super) fn host_path(
    source: &HostPathVolumeSource,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    if source.path.is_empty() {
        errors.required(&path.child("path"), "");
        return;
    }
    if has_backsteps(&source.path) {
        let place = source.path.as_str();
        errors.invalid(&path.child("path"), place, "must not contain '..'");
    }
    errors.known(
        &path.child("type"),
        source.type_.as_deref(),
        &[
            "",
            "BlockDevice",
            "CharDevice",
            "Directory",
            "DirectoryOrCreate",
            "File",
            "FileOrCreate",
            "Socket",
        ],
    );
}

/// A directory that an NFS server exports.
pub(in super::super) fn nfs(source: &NFSVolumeSource, path: &Path<'_>, errors: &mut Errors) {
    required(Some(&source.server), &path.child("server"), errors);
    required(Some(&source.path), &path.child("path"), errors);
    if !source.path.starts_with('/') {
        let place = source.path.as_str();
        errors.invalid(&path.child("path"), place, "must be an absolute path");
    }
}

/// `ValidateCSIDriverName`.
pub(in super::super) fn csi_driver(driver: &str, path: &Path<'_>, errors: &mut Errors) {
    if driver.is_empty() {
        errors.required(path, "");
    }
    if driver.len() > 63 {
        errors.too_long(path, 63);
    }
    errors.invalid_text(path, driver, names::subdomain(&driver.to_ascii_lowercase()));
}

fn ephemeral(source: &EphemeralVolumeSource, path: &Path<'_>, errors: &mut Errors) {
    let path = path.child("volumeClaimTemplate");
    let Some(claim) = &source.volume_claim_template else {
        errors.required(&path, "");
        return;
    };
    persistent_volume_claim::validate_spec(&claim.spec, &path.child("spec"), errors);
}

/// A pod without a service account can have no token of one.
pub(super) fn no_token_without_account(volumes: &[Volume], path: &Path<'_>, errors: &mut Errors) {
    for (index, volume) in volumes.iter().enumerate() {
        let Some(projected) = &volume.projected else {
            continue;
        };
        let path = path.index(index);
        let path = path.child("projected");
        let path = path.child("sources");
        for (index, source) in list(&projected.sources).iter().enumerate() {
            if source.service_account_token.is_some() {
                let path = path.index(index);
                let detail = "must not be specified when serviceAccountName is not set";
                errors.forbidden(&path.child("serviceAccountToken"), detail);
            }
        }
    }
}

/// Has the path a `..` in it?
#[must_use]
pub(in super::super) fn has_backsteps(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

/// `validateLocalDescendingPath`: relative, and nowhere upwards.
pub(super) fn descending_path(place: &str, path: &Path<'_>, errors: &mut Errors) {
    if place.starts_with('/') {
        errors.invalid(path, place, "must be a relative path");
    }
    if has_backsteps(place) {
        errors.invalid(path, place, "must not contain '..'");
    }
}

pub(super) fn local_path(place: &str, path: &Path<'_>, errors: &mut Errors) {
    descending_path(place, path, errors);
    if place.starts_with("..") && !place.starts_with("../") && place != ".." {
        errors.invalid(path, place, "must not start with '..'");
    }
}
