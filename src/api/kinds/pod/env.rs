//! What is wrong with environment variables and where they come from.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidateEnv`, `ValidateEnvFrom`, `validateObjectFieldSelector`,
//! `validateContainerResourceFieldSelector`), pkg/apis/core/pods/helpers.go (`ConvertDownwardAPIFieldLabel`).

use super::super::names;
use super::super::normal::text;
use crate::api::check::{Errors, Path};
use crate::api::{labels, quantity};
use k8s_openapi::api::core::v1::{
    EnvFromSource, EnvVar, EnvVarSource, ObjectFieldSelector, ResourceFieldSelector,
};

/// `env`.
pub(super) fn variables(variables: &[EnvVar], path: &Path<'_>, errors: &mut Errors) {
    for (index, variable) in variables.iter().enumerate() {
        let path = path.index(index);
        if variable.name.is_empty() {
            errors.required(&path.child("name"), "");
        }
        let wrong = names::env_name(&variable.name);
        errors.invalid_text(&path.child("name"), &variable.name, wrong);
        if let Some(source) = &variable.value_from {
            value_from(
                source,
                text(&variable.value),
                &path.child("valueFrom"),
                errors,
            );
        }
    }
}

fn value_from(source: &EnvVarSource, value: &str, path: &Path<'_>, errors: &mut Errors) {
    let mut sources = 0;
    if let Some(field) = &source.field_ref {
        sources += 1;
        field_selector(field, ENV_FIELDS, &path.child("fieldRef"), errors);
    }
    if let Some(resource) = &source.resource_field_ref {
        sources += 1;
        resource_selector(
            resource,
            Whose::OwnContainer,
            &path.child("resourceFieldRef"),
            errors,
        );
    }
    if let Some(key) = &source.config_map_key_ref {
        sources += 1;
        key_selector(&key.name, &key.key, &path.child("configMapKeyRef"), errors);
    }
    if let Some(key) = &source.secret_key_ref {
        sources += 1;
        key_selector(&key.name, &key.key, &path.child("secretKeyRef"), errors);
    }
    if sources == 0 {
        let detail = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`";
        errors.invalid(path, "", detail);
    } else if !value.is_empty() {
        errors.invalid(path, "", "may not be specified when `value` is not empty");
    } else if sources > 1 {
        let detail = "may not have more than one field specified at a time";
        errors.invalid(path, "", detail);
    }
}

fn key_selector(name: &str, key: &str, path: &Path<'_>, errors: &mut Errors) {
    errors.invalid_text(&path.child("name"), name, names::subdomain(name));
    if key.is_empty() {
        errors.required(&path.child("key"), "");
    } else {
        errors.invalid_text(&path.child("key"), key, names::config_key(key));
    }
}

/// `envFrom`.
pub(super) fn sources(sources: &[EnvFromSource], path: &Path<'_>, errors: &mut Errors) {
    for (index, source) in sources.iter().enumerate() {
        let item = path.index(index);
        let prefix = text(&source.prefix);
        errors.invalid_text(&item.child("prefix"), prefix, names::env_name(prefix));
        let references = [
            (
                "configMapRef",
                source.config_map_ref.as_ref().map(|r| &r.name),
            ),
            ("secretRef", source.secret_ref.as_ref().map(|r| &r.name)),
        ];
        let mut count = 0;
        for (field, name) in references {
            let Some(name) = name else { continue };
            count += 1;
            let reference = item.child(field);
            if name.is_empty() {
                errors.required(&reference.child("name"), "");
            } else {
                errors.invalid_text(&reference.child("name"), name, names::subdomain(name));
            }
        }
        if count == 0 {
            errors.invalid(
                path,
                "",
                "must specify one of: `configMapRef` or `secretRef`",
            );
        } else if count > 1 {
            let detail = "may not have more than one field specified at a time";
            errors.invalid(path, "", detail);
        }
    }
}

/// The fields of a pod that a variable may hold.
const ENV_FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// The fields of a pod that a file may hold.
pub(super) const VOLUME_FIELDS: &[&str] = &[
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
];

const OTHER_FIELDS: &[&str] = &["spec.restartPolicy", "spec.schedulerName", "status.phase"];

/// A reference to one of the pod's own fields.
pub(super) fn field_selector(
    selector: &ObjectFieldSelector,
    supported: &[&str],
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let (version, field) = (text(&selector.api_version), selector.field_path.as_str());
    if version.is_empty() {
        errors.required(&path.child("apiVersion"), "");
        return;
    }
    if field.is_empty() {
        errors.required(&path.child("fieldPath"), "");
        return;
    }
    let field_path = path.child("fieldPath");
    if version != "v1" {
        let detail = format!("error converting fieldPath: unsupported pod version: {version}");
        errors.invalid(&field_path, field, &detail);
        return;
    }
    if let Some((map, key)) = subscript(field) {
        match map {
            "metadata.annotations" => {
                let key = key.to_ascii_lowercase();
                errors.invalid_text(path, &key, labels::qualified_name(&key));
            }
            "metadata.labels" => errors.invalid_text(path, key, labels::qualified_name(key)),
            _ => {
                let detail = format!(
                    "error converting fieldPath: field label does not support subscript: {field}"
                );
                errors.invalid(&field_path, field, &detail);
            }
        }
        return;
    }
    let field = if field == "spec.host" {
        "spec.nodeName"
    } else {
        field
    };
    if supported.contains(&field) {
        return;
    }
    let known = [ENV_FIELDS, VOLUME_FIELDS, OTHER_FIELDS];
    if known.iter().any(|fields| fields.contains(&field)) {
        errors.not_supported(&field_path, field, supported);
    } else {
        let detail = format!("error converting fieldPath: field label not supported: {field}");
        errors.invalid(&field_path, field, &detail);
    }
}

/// `metadata.labels['app']` as `metadata.labels` and `app`.
fn subscript(field: &str) -> Option<(&str, &str)> {
    let (map, key) = field.strip_suffix("']")?.split_once("['")?;
    (!map.is_empty()).then_some((map, key))
}

/// Whose resources a reference means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Those of the container that has the variable.
    OwnContainer,
    /// Those of the container that it names, as in a volume.
    NamedContainer,
}

const RESOURCES: &[&str] = &[
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

/// A reference to a container's own requests or limits.
pub(super) fn resource_selector(
    selector: &ResourceFieldSelector,
    whose: Whose,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let resource = selector.resource.as_str();
    let huge =
        resource.starts_with("requests.hugepages-") || resource.starts_with("limits.hugepages-");
    if whose == Whose::NamedContainer && text(&selector.container_name).is_empty() {
        errors.required(&path.child("containerName"), "");
    } else if resource.is_empty() {
        errors.required(&path.child("resource"), "");
    } else if !RESOURCES.contains(&resource) && !huge {
        errors.not_supported(&path.child("resource"), resource, RESOURCES);
    }
    let Some(divisor) = selector.divisor.as_ref().filter(|d| !quantity::is_zero(d)) else {
        return;
    };
    const SIZES: &[&str] = &[
        "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei",
    ];
    let (supported, listed, what) = match resource.split_once('.').map(|(_, name)| name) {
        Some("cpu") => (["1m", "1"].as_slice(), "1m and 1", "cpu"),
        Some("memory") => (SIZES, "", "memory"),
        Some("ephemeral-storage") => (SIZES, "", "local ephemeral storage"),
        Some(_) if huge => (SIZES, "", "hugepages"),
        _ => return,
    };
    if supported.contains(&divisor.0.as_str()) {
        return;
    }
    let sizes = SIZES.join(", ");
    let listed = if listed.is_empty() { &sizes } else { listed };
    let detail = format!("only divisor's values {listed} are supported with the {what} resource");
    errors.invalid(&path.child("divisor"), resource, &detail);
}
