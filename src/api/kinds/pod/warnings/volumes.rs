//! Warnings about a pod's volumes.
//!
//! The real thing: pkg/api/pod/warnings.go.

use crate::api::check::Path;
use crate::api::kinds::normal::list;
use crate::api::kinds::persistent_volume_claim;
use k8s_openapi::api::core::v1::{PodSpec, ProjectedVolumeSource, Volume};

/// Sorts of former times, and files upon files.
pub(super) fn of_spec(spec: &PodSpec, path: &Path<'_>, warnings: &mut Vec<String>) {
    let path = path.child("volumes");
    let volumes = list(&spec.volumes);
    for (index, volume) in volumes.iter().enumerate() {
        let path = path.index(index);
        for (field, why) in old_sources(volume) {
            warnings.push(format!("{}: {why}", path.child(field)));
        }
        let template = volume.ephemeral.as_ref();
        if let Some(template) = template.and_then(|e| e.volume_claim_template.as_ref()) {
            let path = path.child("ephemeral");
            let path = path.child("volumeClaimTemplate");
            let path = path.child("spec");
            let spec = &template.spec;
            warnings.append(&mut persistent_volume_claim::warnings_of_spec(spec, &path));
        }
    }
    let projected = || volumes.iter().filter_map(|v| v.projected.as_ref());
    let tokens: Vec<&str> = projected()
        .flat_map(|projected| list(&projected.sources))
        .filter_map(|source| source.service_account_token.as_ref())
        .map(|token| token.path.as_str())
        .collect();
    for (index, volume) in volumes.iter().enumerate() {
        let path = path.index(index);
        if let (Some(projected), false) = (&volume.projected, tokens.is_empty()) {
            beside_tokens(projected, &tokens, &path, warnings);
        }
    }
}

/// Sorts of volumes that are no longer there, or will not be.
fn old_sources(volume: &Volume) -> impl Iterator<Item = (&'static str, &'static str)> {
    const GONE_IN_25: &str = "deprecated in v1.22, non-functional in v1.25+";
    const GONE_IN_31: &str = "deprecated in v1.28, non-functional in v1.31+";
    let all = [
        (
            volume.photon_persistent_disk.is_some(),
            "photonPersistentDisk",
            "deprecated in v1.11, non-functional in v1.16+",
        ),
        (
            volume.git_repo.is_some(),
            "gitRepo",
            "deprecated in v1.11, and disabled by default in v1.33+",
        ),
        (
            volume.scale_io.is_some(),
            "scaleIO",
            "deprecated in v1.16, non-functional in v1.22+",
        ),
        (volume.flocker.is_some(), "flocker", GONE_IN_25),
        (volume.storageos.is_some(), "storageOS", GONE_IN_25),
        (volume.quobyte.is_some(), "quobyte", GONE_IN_25),
        (
            volume.glusterfs.is_some(),
            "glusterfs",
            "deprecated in v1.25, non-functional in v1.26+",
        ),
        (volume.cephfs.is_some(), "cephfs", GONE_IN_31),
        (volume.rbd.is_some(), "rbd", GONE_IN_31),
    ];
    let there = all.into_iter().filter(|(is_there, _, _)| *is_there);
    there.map(|(_, field, why)| (field, why))
}

/// Files that a service account's token would lie upon.
fn beside_tokens(
    projected: &ProjectedVolumeSource,
    tokens: &[&str],
    path: &Path<'_>,
    warnings: &mut Vec<String>,
) {
    let path = path.child("projected");
    let path = path.child("sources");
    let mut look = |field: &str, index: usize, file: &str| {
        if tokens.contains(&file) {
            let path = path.child(field);
            warnings.push(format!(
                "{}: has duplicated path with ServiceAccountToken {file:?}",
                path.index(index)
            ));
        }
    };
    for source in list(&projected.sources) {
        let items = source.config_map.iter().flat_map(|map| list(&map.items));
        for (index, item) in items.enumerate() {
            look("configMap", index, &item.path);
        }
        let items = source.secret.iter().flat_map(|secret| list(&secret.items));
        for (index, item) in items.enumerate() {
            look("secrets", index, &item.path);
        }
        let items = source.downward_api.iter().flat_map(|api| list(&api.items));
        for (index, item) in items.enumerate() {
            look("downwardAPI", index, &item.path);
        }
    }
}
