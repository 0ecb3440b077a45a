//! What is wrong with a projected volume, and with files that hold fields of the pod.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`validateProjectedVolumeSource`, `validateDownwardAPIVolumeFile`).
//! Left out: what is inside of clusterTrustBundle projections; their feature is off by default.

use super::super::normal::list;
use super::env::{self, VOLUME_FIELDS, Whose};
use super::volumes::{files, local_path, mode, required};
use crate::api::check::{Errors, Path};
use k8s_openapi::api::core::v1::{DownwardAPIVolumeFile, ProjectedVolumeSource, VolumeProjection};

/// Upstream names the fields of these files without their index.
pub(super) fn downward_file(file: &DownwardAPIVolumeFile, path: &Path<'_>, errors: &mut Errors) {
    required(Some(&file.path), &path.child("path"), errors);
    local_path(&file.path, &path.child("path"), errors);
    if let Some(field) = &file.field_ref {
        env::field_selector(field, VOLUME_FIELDS, &path.child("fieldRef"), errors);
        if file.resource_field_ref.is_some() {
            let detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
            errors.invalid(path, "resource", detail);
        }
    } else if let Some(resource) = &file.resource_field_ref {
        let path = path.child("resourceFieldRef");
        env::resource_selector(resource, Whose::NamedContainer, &path, errors);
    } else {
        errors.required(path, "one of fieldRef and resourceFieldRef is required");
    }
    mode(file.mode, &path.child("mode"), errors);
}

/// `projected`.
pub(super) fn validate(source: &ProjectedVolumeSource, path: &Path<'_>, errors: &mut Errors) {
    mode(source.default_mode, &path.child("defaultMode"), errors);
    let sources_path = path.child("sources");
    let mut paths: Vec<&str> = Vec::new();
    for (index, source) in list(&source.sources).iter().enumerate() {
        let item = sources_path.index(index);
        let count = projection(source, path, &item, &mut paths, errors);
        if count > 1 {
            let detail = "may not specify more than 1 volume type per source";
            errors.forbidden(&item, detail);
        }
    }
}

/// One source of a projected volume; returns how many kinds of source it is.
fn projection<'a>(
    source: &'a VolumeProjection,
    path: &Path<'_>,
    item: &Path<'_>,
    paths: &mut Vec<&'a str>,
    errors: &mut Errors,
) -> usize {
    let mut place = |file: &'a str, shown: &str, errors: &mut Errors| {
        if paths.contains(&file) {
            errors.invalid(path, shown, "conflicting duplicate paths");
        } else if !file.is_empty() {
            paths.push(file);
        }
    };
    let mut count = 0;
    let named = [
        (
            "secret",
            source
                .secret
                .as_ref()
                .map(|s| (s.name.as_str(), list(&s.items))),
        ),
        (
            "configMap",
            source
                .config_map
                .as_ref()
                .map(|s| (s.name.as_str(), list(&s.items))),
        ),
    ];
    for (field, source) in named {
        let Some((name, items)) = source else {
            continue;
        };
        count += 1;
        files("name", name, None, items, &item.child(field), errors);
        items.iter().for_each(|i| place(&i.path, name, errors));
    }
    if let Some(downward) = &source.downward_api {
        count += 1;
        for file in list(&downward.items) {
            downward_file(file, &item.child("downwardAPI"), errors);
            place(&file.path, &file.path, errors);
        }
    }
    if let Some(token) = &source.service_account_token {
        count += 1;
        let seconds = token.expiration_seconds.unwrap_or_default();
        let seconds_path = item.child("serviceAccountToken");
        let seconds_path = seconds_path.child("expirationSeconds");
        if seconds < 600 {
            let detail = "may not specify a duration less than 10 minutes";
            errors.invalid(&seconds_path, seconds, detail);
        }
        if seconds > 1 << 32 {
            let detail = "may not specify a duration larger than 2^32 seconds";
            errors.invalid(&seconds_path, seconds, detail);
        }
        required(Some(&token.path), &path.child("path"), errors);
        local_path(&token.path, &path.child("path"), errors);
    }
    count + usize::from(source.cluster_trust_bundle.is_some())
}
