//! Warnings about a pod's volumes.
//!
//! The real thing: pkg/api/pod/warnings.go.

use crate::api::check::Path;
use crate::api::kinds::normal::list;
use crate::api::kinds::persistent_volume_claim;
use crate::api::kinds::pod::volumes;
use k8s_openapi::api::core::v1::{PodSpec, ProjectedVolumeSource};

const GONE_IN_25: &str = "deprecated in v1.22, non-functional in v1.25+";
const GONE_IN_31: &str = "deprecated in v1.28, non-functional in v1.31+";

/// Sorts of volumes of former times, by field: pods' and PersistentVolumes'.
const OLD_SOURCES: &[(&str, &str)] = &[
    (
        "photonPersistentDisk",
        "deprecated in v1.11, non-functional in v1.16+",
    ),
    (
        "gitRepo",
        "deprecated in v1.11, and disabled by default in v1.33+",
    ),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", GONE_IN_25),
    ("storageOS", GONE_IN_25),
    ("quobyte", GONE_IN_25),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", GONE_IN_31),
    ("rbd", GONE_IN_31),
];

/// Sorts of former times, and files upon files.
pub(super) fn of_spec(spec: &PodSpec, path: &Path<'_>, warnings: &mut Vec<String>) {
    let path = path.child("volumes");
    let all = list(&spec.volumes);
    for (index, volume) in all.iter().enumerate() {
        let path = path.index(index);
        warnings.extend(volumes::given(volume).filter_map(|field| of_source(field, &path)));
        let template = volume.ephemeral.as_ref();
        if let Some(template) = template.and_then(|e| e.volume_claim_template.as_ref()) {
            let path = path.child("ephemeral");
            let path = path.child("volumeClaimTemplate");
            let path = path.child("spec");
            let spec = &template.spec;
            warnings.append(&mut persistent_volume_claim::warnings_of_spec(spec, &path));
        }
    }
    let projected = || all.iter().filter_map(|v| v.projected.as_ref());
    let tokens: Vec<&str> = projected()
        .flat_map(|projected| list(&projected.sources))
        .filter_map(|source| source.service_account_token.as_ref())
        .map(|token| token.path.as_str())
        .collect();
    for (index, volume) in all.iter().enumerate() {
        let path = path.index(index);
        if let (Some(projected), false) = (&volume.projected, tokens.is_empty()) {
            beside_tokens(projected, &tokens, &path, warnings);
        }
    }
}

/// What is said of a volume with a source in this field, if it is one that is no longer there, or will not be.
pub(in crate::api::kinds) fn of_source(field: &str, path: &Path<'_>) -> Option<String> {
    // Two are spelled in another way where they are refused.
    let mut old = OLD_SOURCES.iter();
    let (field, why) = old.find(|(old, _)| old.eq_ignore_ascii_case(field))?;
    Some(format!("{}: {why}", path.child(field)))
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
