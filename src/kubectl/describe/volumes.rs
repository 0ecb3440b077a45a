//! A pod's volumes, and how it wants to be spread.
//!
//! The real thing: kubectl's pkg/describe/describe.go (`describeVolumes`, `describeTopologySpreadConstraints`).
//! Left out: volumes other than emptyDir, hostPath, configMap, secret, projected and persistentVolumeClaim.

use super::page::Page;
use super::pod_template::Within;
use crate::api::{quantity, selector};
use k8s_openapi::api::core::v1::{TopologySpreadConstraint, Volume};

pub(super) fn volumes(all: &[Volume], within: &Within<'_>, page: &mut Page) {
    let indent = within.indent();
    if all.is_empty() {
        return page.line(0, &format!("{indent}Volumes:\t<none>"));
    }
    page.line(0, &format!("{indent}Volumes:"));
    for volume in all {
        page.line(1, &format!("{}{}:", within.name_indent(), volume.name));
        for (name, value) in parts_of(volume) {
            page.field(2, name, &value);
        }
    }
}

/// What a volume is, name by name.
fn parts_of(volume: &Volume) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let flag = |is: Option<bool>| is.unwrap_or_default().to_string();
    let kind = |what: &str| ("Type", what.to_owned());
    if let Some(host) = &volume.host_path {
        return vec![
            kind("HostPath (bare host directory volume)"),
            ("Path", host.path.clone()),
            ("HostPathType", text(&host.type_)),
        ];
    }
    if let Some(dir) = &volume.empty_dir {
        let limit = dir
            .size_limit
            .clone()
            .filter(|limit| !quantity::is_zero(limit));
        return vec![
            kind("EmptyDir (a temporary directory that shares a pod's lifetime)"),
            ("Medium", text(&dir.medium)),
            (
                "SizeLimit",
                limit.map_or_else(|| "<unset>".to_owned(), |limit| limit.0),
            ),
        ];
    }
    if let Some(secret) = &volume.secret {
        return vec![
            kind("Secret (a volume populated by a Secret)"),
            ("SecretName", text(&secret.secret_name)),
            ("Optional", flag(secret.optional)),
        ];
    }
    if let Some(map) = &volume.config_map {
        return vec![
            kind("ConfigMap (a volume populated by a ConfigMap)"),
            ("Name", map.name.clone()),
            ("Optional", flag(map.optional)),
        ];
    }
    if let Some(claim) = &volume.persistent_volume_claim {
        return vec![
            kind(
                "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
            ),
            ("ClaimName", claim.claim_name.clone()),
            ("ReadOnly", flag(claim.read_only)),
        ];
    }
    let Some(projected) = &volume.projected else {
        return vec![kind("<unknown>")];
    };
    let mut parts = vec![kind(
        "Projected (a volume that contains injected data from multiple sources)",
    )];
    for source in projected.sources.iter().flatten() {
        if let Some(secret) = &source.secret {
            parts.push(("SecretName", secret.name.clone()));
            parts.push(("Optional", flag(secret.optional)));
        } else if source.downward_api.is_some() {
            parts.push(("DownwardAPI", "true".to_owned()));
        } else if let Some(map) = &source.config_map {
            parts.push(("ConfigMapName", map.name.clone()));
            parts.push(("Optional", flag(map.optional)));
        } else if let Some(token) = &source.service_account_token {
            let seconds = token.expiration_seconds.unwrap_or_default();
            parts.push(("TokenExpirationSeconds", seconds.to_string()));
        }
    }
    parts
}

pub(super) fn spread(
    all: Option<&[TopologySpreadConstraint]>,
    within: &Within<'_>,
    page: &mut Page,
) {
    let mut all: Vec<_> = all.unwrap_or_default().iter().collect();
    all.sort_by_key(|constraint| constraint.topology_key.clone());
    let texts = all.iter().map(|constraint| {
        let whose = constraint.label_selector.as_ref().map(selector::format);
        let whose = whose.map_or_else(String::new, |text| format!(" for selector {text}"));
        format!(
            "{}:{} when max skew {} is exceeded{whose}",
            constraint.topology_key, constraint.when_unsatisfiable, constraint.max_skew
        )
    });
    let texts: Vec<String> = texts.collect();
    if !texts.is_empty() {
        let name = format!("{}Topology Spread Constraints", within.indent());
        page.several(&name, &texts);
    }
}
