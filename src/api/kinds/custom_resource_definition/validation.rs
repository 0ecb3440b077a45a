//! Everything wrong with a CustomResourceDefinition.
//!
//! What all versions say alike is blamed at the place where upstream's internal type keeps it: `spec.validation` instead of
//! `spec.versions[0].schema`, `spec.additionalPrinterColumns`, `spec.subresources`, `spec.selectableFields`.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go.
//! Left out: conversion by webhook (refused); what upstream tolerates in definitions from before it had a rule.

use super::{
    CustomResourceDefinition, CustomResourceDefinitionVersion, DefinitionFacts, VersionFacts,
};
use super::{approval, openapi};
use crate::api::check::{Errors, Path};
use crate::api::custom::Schema;
use crate::api::field::FieldError;
use crate::api::kinds::{go, names};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1 as upstream;

const COLUMN_TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS: [&str; 8] = [
    "byte",
    "date",
    "date-time",
    "double",
    "float",
    "int32",
    "int64",
    "password",
];
const SELECTABLE_MAX: usize = 8;

type Crd = CustomResourceDefinition;
type Version = CustomResourceDefinitionVersion;

/// Everything wrong with a new definition.
pub(super) fn validate(crd: &Crd) -> Vec<FieldError> {
    validated(crd, None).into_list()
}

/// Everything wrong with a definition that is new, or stands in the place of an old one.
fn validated(crd: &Crd, old: Option<&Crd>) -> Errors {
    let mut errors = Errors::new();
    name(crd, &mut errors);
    spec(crd, &mut errors);
    let empty = upstream::CustomResourceDefinitionStatus::default();
    let status = crd.status.as_ref().unwrap_or(&empty);
    let path = Path::root("status");
    if let Some(accepted) = &status.accepted_names {
        spelled(accepted, &path.child("acceptedNames"), &mut errors);
    }
    let stored = status.stored_versions.as_deref().unwrap_or_default();
    stored_versions(crd, stored, &path.child("storedVersions"), &mut errors);
    approval::validate(crd, old, &mut errors);
    if crd.spec.preserve_unknown_fields == Some(true) {
        let path = Path::root("spec");
        let why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
        errors.invalid(&path.child("preserveUnknownFields"), true, why);
    }
    errors
}

/// What besides may not be done to a definition that is there.
pub(super) fn validate_update(crd: &Crd, old: &Crd) -> Vec<FieldError> {
    let mut errors = validated(crd, Some(old));
    let path = Path::root("spec");
    let names = path.child("names");
    let (new, was) = (&crd.spec, &old.spec);
    let mut same = |path: &Path<'_>, new: &str, was: &str| {
        if new != was {
            errors.invalid(path, new, "field is immutable");
        }
    };
    if old.is("Established") {
        same(&path.child("scope"), &new.scope, &was.scope);
        same(&names.child("kind"), &new.names.kind, &was.names.kind);
    }
    same(&path.child("group"), &new.group, &was.group);
    same(&names.child("plural"), &new.names.plural, &was.names.plural);
    errors.into_list()
}

/// `metadata.name` itself is checked where all metadata is.
fn name(crd: &Crd, errors: &mut Errors) {
    let wanted = format!("{}.{}", crd.spec.names.plural, crd.spec.group);
    let name = crd.metadata.name.as_deref().unwrap_or_default();
    if !name.is_empty() && name != wanted {
        let path = Path::root("metadata");
        let why = "must be spec.names.plural+\".\"+spec.group";
        errors.invalid(&path.child("name"), name, why);
    }
}

fn spec(crd: &Crd, errors: &mut Errors) {
    let (spec, path) = (&crd.spec, Path::root("spec"));
    let at = path.child("group");
    let wrong = names::subdomain(&spec.group);
    if spec.group.is_empty() {
        errors.required(&at, "");
    } else if !wrong.is_empty() {
        errors.invalid(&at, spec.group.as_str(), &wrong.join(","));
    } else if !spec.group.contains('.') {
        let why = "should be a domain with at least one dot";
        errors.invalid(&at, spec.group.as_str(), why);
    }
    let scopes = &["Cluster", "Namespaced"];
    errors.one_of(&path.child("scope"), Some(&spec.scope), scopes);
    let versions = path.child("versions");
    for (index, version) in spec.versions.iter().enumerate() {
        if version.schema_props().is_none() {
            let at = versions.index(index);
            let schema = at.child("schema");
            errors.required(&schema.child("openAPIV3Schema"), "schemas are required");
        }
    }
    for (index, version) in spec.versions.iter().enumerate() {
        one_version(&spec.versions, version, &versions.index(index), errors);
    }
    all_versions(&spec.versions, &versions, errors);
    let at = path.child("names");
    let given = &spec.names;
    let needed = [
        ("plural", Some(given.plural.as_str())),
        ("singular", given.singular.as_deref()),
        ("kind", Some(&given.kind)),
        ("listKind", given.list_kind.as_deref()),
    ];
    for (field, value) in needed {
        if value.unwrap_or_default().is_empty() {
            errors.required(&at.child(field), "");
        }
    }
    spelled(given, &at, errors);
    if let Some(first) = spec.versions.first() {
        alike(&spec.versions, first, &path, errors);
    }
    if let Some(conversion) = &spec.conversion {
        let at = path.child("conversion");
        let strategies = &["None", "Webhook"];
        let strategy = Some(conversion.strategy.as_str());
        errors.one_of(&at.child("strategy"), strategy, strategies);
        if strategy == Some("Webhook") {
            let why = "conversion by webhook is not simulated";
            errors.forbidden(&at.child("strategy"), why);
        } else if conversion.webhook.is_some() {
            let why = "should not be set when strategy is not set to Webhook";
            errors.forbidden(&at.child("webhookClientConfig"), why);
        }
    }
}

/// The names, unique; exactly one is stored.
fn all_versions(versions: &[Version], path: &Path<'_>, errors: &mut Errors) {
    let shown = || versions_in_go(versions);
    let twice = |(index, version): (usize, &Version)| {
        versions[..index].iter().any(|v| v.name == version.name)
    };
    if versions.iter().enumerate().any(twice) {
        errors.invalid_go(path, &shown(), "must contain unique version names");
    }
    if versions.iter().filter(|v| v.storage).count() != 1 {
        let why = "must have exactly one version marked as storage version";
        errors.invalid_go(path, &shown(), why);
    }
}

/// What all versions have alike lies outside of them in Go.
fn versions_in_go(all: &[Version]) -> String {
    let part = |name: &str, is_there: bool| {
        go::pointer(&format!("apiextensions.{name}"), is_there.then_some(&()))
    };
    let list = |name: &str, length: usize| {
        // Their fields would follow.
        let entries = vec![format!("apiextensions.{name}{{…}}"); length];
        let list = (length > 0).then_some(entries.as_slice());
        go::slice(&format!("apiextensions.{name}"), list, Clone::clone)
    };
    let version = |v: &Version| {
        let schema = v.schema.is_some() && !same(all, |v| &v.schema);
        let subresources = v.subresources.is_some() && !same(all, |v| &v.subresources);
        let columns = v.additional_printer_columns.as_ref().map_or(0, Vec::len);
        let columns = if same(all, |v| &v.additional_printer_columns) {
            0
        } else {
            columns
        };
        let fields = v.selectable_fields.as_ref().map_or(0, Vec::len);
        let fields = if same(all, |v| &v.selectable_fields) {
            0
        } else {
            fields
        };
        format!(
            "apiextensions.CustomResourceDefinitionVersion{{Name:{:?}, Served:{}, Storage:{}, Deprecated:{}, DeprecationWarning:{}, Schema:{}, Subresources:{}, AdditionalPrinterColumns:{}, SelectableFields:{}}}",
            v.name,
            v.served,
            v.storage,
            v.deprecated.unwrap_or(false),
            go::pointer("string", v.deprecation_warning.as_ref()),
            part("CustomResourceValidation", schema),
            part("CustomResourceSubresources", subresources),
            list("CustomResourceColumnDefinition", columns),
            list("SelectableField", fields),
        )
    };
    let all = (!all.is_empty()).then_some(all);
    go::slice(
        "apiextensions.CustomResourceDefinitionVersion",
        all,
        version,
    )
}

fn one_version(all: &[Version], version: &Version, path: &Path<'_>, errors: &mut Errors) {
    let wrong = names::label_1035(&version.name);
    if !wrong.is_empty() {
        errors.invalid(&path.child("name"), version.name.as_str(), &wrong.join(","));
    }
    deprecation(version, path, errors);
    if !same(all, |v| &v.schema)
        && let Some(json) = version.schema_json()
        && let Some(schema) = Schema::of(&json)
    {
        let at = path.child("schema");
        let at = at.child("openAPIV3Schema");
        openapi::check(schema, version.has_status(), &at, errors);
    }
    if !same(all, |v| &v.subresources) {
        subresources(version, &path.child("subresources"), errors);
    }
    if !same(all, |v| &v.additional_printer_columns) {
        columns(version, &path.child("additionalPrinterColumns"), errors);
    }
    if !same(all, |v| &v.selectable_fields) {
        selectable(version, &path.child("selectableFields"), errors);
    }
}

/// What all versions say alike, once.
fn alike(all: &[Version], first: &Version, path: &Path<'_>, errors: &mut Errors) {
    if same(all, |v| &v.schema)
        && let Some(json) = first.schema_json()
        && let Some(schema) = Schema::of(&json)
    {
        let at = path.child("validation");
        let has_status = all.iter().any(VersionFacts::has_status);
        openapi::check(schema, has_status, &at.child("openAPIV3Schema"), errors);
    }
    if same(all, |v| &v.subresources) {
        subresources(first, &path.child("subresources"), errors);
    }
    if same(all, |v| &v.additional_printer_columns) {
        columns(first, &path.child("additionalPrinterColumns"), errors);
    }
    if same(all, |v| &v.selectable_fields) {
        selectable(first, &path.child("selectableFields"), errors);
    }
}

fn same<T: PartialEq>(all: &[Version], part: impl Fn(&Version) -> &T) -> bool {
    all.iter().all(|v| part(v) == part(&all[0]))
}

fn deprecation(version: &Version, path: &Path<'_>, errors: &mut Errors) {
    let Some(warning) = &version.deprecation_warning else {
        return;
    };
    let at = path.child("deprecationWarning");
    let mut wrong = |why: &str| errors.invalid(&at, warning.as_str(), why);
    if version.deprecated != Some(true) {
        return wrong("can only be set for deprecated versions");
    }
    if warning.len() > 256 {
        wrong("must be <= 256 characters long");
    }
    if warning.is_empty() {
        wrong("must not be an empty string");
    }
    if let Some(index) = warning.find(char::is_control) {
        wrong(&format!(
            "must only contain printable UTF-8 characters; non-printable character found at index {index}"
        ));
    }
}

/// How names may be spelled, in the spec and in the status.
fn spelled(names: &upstream::CustomResourceDefinitionNames, path: &Path<'_>, errors: &mut Errors) {
    let mut label = |path: &Path<'_>, text: &str, prefix: &str| {
        let lower = text.to_ascii_lowercase();
        let checked = if prefix.is_empty() { text } else { &lower };
        let wrong = names::label_1035(checked);
        if !text.is_empty() && !wrong.is_empty() {
            errors.invalid(path, text, &format!("{prefix}{}", wrong.join(",")));
        }
    };
    let mixed = "may have mixed case, but should otherwise match: ";
    let list_kind = names.list_kind.as_deref().unwrap_or_default();
    label(&path.child("plural"), &names.plural, "");
    let singular = names.singular.as_deref().unwrap_or_default();
    label(&path.child("singular"), singular, "");
    label(&path.child("kind"), &names.kind, mixed);
    label(&path.child("listKind"), list_kind, mixed);
    let at = path.child("shortNames");
    for (index, text) in names.short_names.iter().flatten().enumerate() {
        label(&at.index(index), text, "");
    }
    let at = path.child("categories");
    for (index, text) in names.categories.iter().flatten().enumerate() {
        label(&at.index(index), text, "");
    }
    if !names.kind.is_empty() && names.kind == list_kind {
        let why = "kind and listKind may not be the same";
        errors.invalid(&path.child("listKind"), list_kind, why);
    }
}

fn subresources(version: &Version, path: &Path<'_>, errors: &mut Errors) {
    let Some(scale) = version.subresources.as_ref().and_then(|s| s.scale.as_ref()) else {
        return;
    };
    let spec = path.child("scale.specReplicasPath");
    replicas_path(&spec, &scale.spec_replicas_path, ".spec", errors);
    let status = path.child("scale.statusReplicasPath");
    replicas_path(&status, &scale.status_replicas_path, ".status", errors);
    let selector = scale.label_selector_path.as_deref().unwrap_or_default();
    let at = path.child("scale.labelSelectorPath");
    if selector.is_empty() || !simple_path(selector, &at, errors) {
        return;
    }
    if !selector.starts_with(".spec.") && !selector.starts_with(".status.") {
        let why = "should be a json path under either .spec or .status";
        errors.invalid(&at, selector, why);
    }
}

fn replicas_path(at: &Path<'_>, text: &str, under: &str, errors: &mut Errors) {
    if text.is_empty() {
        errors.required(at, "");
    } else if simple_path(text, at, errors) && !text.starts_with(&format!("{under}.")) {
        errors.invalid(at, text, &format!("should be a json path under {under}"));
    }
}

/// `.spec.replicas`: dots and names, no more.
fn simple_path(text: &str, at: &Path<'_>, errors: &mut Errors) -> bool {
    if text.starts_with('.') {
        return true;
    }
    errors.invalid(at, text, "must be a simple json path starting with .");
    false
}

fn columns(version: &Version, path: &Path<'_>, errors: &mut Errors) {
    let columns = version.additional_printer_columns.iter().flatten();
    for (index, column) in columns.enumerate() {
        let path = path.index(index);
        if column.name.is_empty() {
            errors.required(&path.child("name"), "");
        }
        let (at, type_) = (path.child("type"), column.type_.as_str());
        let why = format!("must be one of {}", COLUMN_TYPES.join(","));
        if type_.is_empty() {
            errors.required(&at, &why);
        } else if !COLUMN_TYPES.contains(&type_) {
            errors.invalid(&at, type_, &why);
        }
        let format = column.format.as_deref().unwrap_or_default();
        if !format.is_empty() && !COLUMN_FORMATS.contains(&format) {
            let why = format!("must be one of {}", COLUMN_FORMATS.join(","));
            errors.invalid(&path.child("format"), format, &why);
        }
        let at = path.child("JSONPath");
        if column.json_path.is_empty() {
            errors.required(&at, "");
        } else {
            simple_path(&column.json_path, &at, errors);
        }
    }
}

fn selectable(version: &Version, path: &Path<'_>, errors: &mut Errors) {
    let fields = version.selectable_fields.as_deref().unwrap_or_default();
    let json = version.schema_json();
    let Some(root) = json.as_ref().and_then(Schema::of) else {
        return;
    };
    let mut seen: Vec<&str> = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let (at, text) = (path.index(index), field.json_path.as_str());
        let at = at.child("jsonPath");
        if text.is_empty() {
            errors.required(&at, "");
            continue;
        }
        let names = text.strip_prefix('.').unwrap_or_default();
        let found = names.split('.').try_fold(root, Schema::property);
        let Some(found) = found else {
            let why = format!("is an invalid path: does not refer to a valid field: {text}");
            errors.invalid(&at, text, &why);
            continue;
        };
        if names == "metadata" || names.starts_with("metadata.") {
            errors.invalid(&at, text, "must not point to fields in metadata");
        }
        if !matches!(found.type_(), "string" | "boolean" | "integer") {
            let why = "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
            errors.invalid(&at, text, why);
        }
        if seen.contains(&text) {
            errors.duplicate(&at, text);
        } else {
            seen.push(text);
        }
    }
    if seen.len() > SELECTABLE_MAX {
        errors.too_many(path, seen.len(), SELECTABLE_MAX);
    }
}

fn stored_versions(crd: &Crd, stored: &[String], path: &Path<'_>, errors: &mut Errors) {
    if stored.is_empty() {
        let why = "must have at least one stored version";
        return errors.invalid_go(path, &go::list(None), why);
    }
    let has = |name: &str| stored.iter().any(|s| s == name);
    for version in crd
        .spec
        .versions
        .iter()
        .filter(|v| v.storage && !has(&v.name))
    {
        let why = format!("must have the storage version {}", version.name);
        errors.invalid_go(path, &go::list(Some(stored)), &why);
    }
    for (index, name) in stored.iter().enumerate() {
        if crd.spec.versions.iter().all(|v| v.name != *name) {
            let why = format!(
                "missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {name} and removes {name} from status.storedVersions"
            );
            errors.invalid(&path.index(index), name.as_str(), &why);
        }
    }
}
