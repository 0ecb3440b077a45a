//! What a schema in a definition may say at all, and how its parts must fit together.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go
//! (`ValidateCustomResourceDefinitionOpenAPISchema`, `specStandardValidatorV3`), pkg/apiserver/schema/defaulting/validation.go.
//! Left out: rules in CEL (`x-kubernetes-validations`): a definition with any is refused.

use super::structural;
use crate::api::check::{Errors, Path};
use crate::api::custom::{self, Schema};
use crate::api::kinds::go;
use serde_json::Value;

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// What is allowed at the root of a schema whose status is changed apart.
const AT_ROOT: [(&str, &str); 22] = [
    ("Description", "description"),
    ("Type", "type"),
    ("Format", "format"),
    ("Title", "title"),
    ("Maximum", "maximum"),
    ("ExclusiveMaximum", "exclusiveMaximum"),
    ("Minimum", "minimum"),
    ("ExclusiveMinimum", "exclusiveMinimum"),
    ("MaxLength", "maxLength"),
    ("MinLength", "minLength"),
    ("Pattern", "pattern"),
    ("MaxItems", "maxItems"),
    ("MinItems", "minItems"),
    ("UniqueItems", "uniqueItems"),
    ("MultipleOf", "multipleOf"),
    ("Required", "required"),
    ("Items", "items"),
    ("Properties", "properties"),
    ("ExternalDocs", "externalDocs"),
    ("Example", "example"),
    (
        "XPreserveUnknownFields",
        "x-kubernetes-preserve-unknown-fields",
    ),
    ("XValidations", "x-kubernetes-validations"),
];

/// Everything wrong with the schema of a version.
pub(super) fn check(schema: Schema<'_>, has_status: bool, path: &Path<'_>, errors: &mut Errors) {
    if has_status {
        root_with_status(schema, path, errors);
    }
    if schema.is("nullable") {
        let why = "nullable cannot be true at the root";
        errors.forbidden(&path.child("nullable"), why);
    }
    let wrong = structural::check(schema, path);
    if wrong.is_empty() {
        defaults(schema, Place::Root, path, errors);
    }
    errors.extend(wrong);
    node(schema, Inside::default(), path, errors);
}

fn root_with_status(schema: Schema<'_>, path: &Path<'_>, errors: &mut Errors) {
    let type_ = schema.type_();
    if !type_.is_empty() && type_ != "object" {
        let why = "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled";
        return errors.invalid(&path.child("type"), type_, why);
    }
    let known = |field: &str| AT_ROOT.iter().any(|(_, name)| *name == field);
    if schema.fields().any(|field| !known(field)) {
        let names = AT_ROOT.map(|(name, _)| name).join(" ");
        let why = format!(
            "only [{names}] fields are allowed at the root of the schema if the status subresource is enabled"
        );
        let shown: Vec<&str> = schema.fields().collect();
        errors.invalid_go(path, &format!("{shown:?}"), &why);
    }
}

/// Where a default stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Inside,
    /// In the metadata of the object or of an embedded one.
    Metadata,
}

/// A default must be a value that the field may have, with no unknown fields.
fn defaults(s: Schema<'_>, place: Place, path: &Path<'_>, errors: &mut Errors) {
    let embedded = place == Place::Root || s.is("x-kubernetes-embedded-resource");
    if let Some(value) = s.default_value().filter(|_| place != Place::Metadata) {
        let at = path.child("default");
        let mut pruned = value.clone();
        custom::prune(&mut pruned, Some(s));
        if pruned != *value {
            errors.invalid(&at, value.clone(), "must not have unknown fields");
        }
        errors.extend(custom::validate_at(value, s, &at.to_string()));
    }
    if let Some(items) = s.items() {
        defaults(items, inner(place), &path.child("items"), errors);
    }
    let properties = path.child("properties");
    for (name, property) in s.properties() {
        let is_meta = embedded && matches!(name, "metadata" | "apiVersion" | "kind");
        let place = if is_meta {
            Place::Metadata
        } else {
            inner(place)
        };
        defaults(property, place, &properties.key(name), errors);
    }
}

fn inner(place: Place) -> Place {
    match place {
        Place::Root | Place::Inside => Place::Inside,
        Place::Metadata => Place::Metadata,
    }
}

/// What a node must know of where it stands.
#[derive(Clone, Copy, Default)]
struct Inside<'a> {
    /// Not the root.
    deep: bool,
    /// In `metadata`, `apiVersion` or `kind`.
    metadata: bool,
    /// Why there may be no default.
    no_default: Option<&'a str>,
}

fn node(s: Schema<'_>, inside: Inside<'_>, path: &Path<'_>, errors: &mut Errors) {
    unsupported(s, inside, path, errors);
    let deep = Inside {
        deep: true,
        ..inside
    };
    if s.is("uniqueItems") {
        let why =
            "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
        errors.forbidden(&path.child("uniqueItems"), why);
    }
    let additional = path.child("additionalProperties");
    if s.has("properties")
        && s.additional()
            .is_some_and(|a| a != custom::Additional::Allowed(true))
    {
        let why = "additionalProperties and properties are mutual exclusive";
        errors.forbidden(&additional, why);
    }
    if let Some(schema) = s.additional_schema() {
        let no_default = if inside.metadata {
            Some("inside additionalProperties applying to object metadata")
        } else {
            deep.no_default
        };
        node(schema, Inside { no_default, ..deep }, &additional, errors);
    }
    let properties = path.child("properties");
    let is_resource = !inside.deep || s.is("x-kubernetes-embedded-resource");
    for (name, property) in s.properties() {
        let at = properties.key(name);
        let top = format!("in top-level {name}");
        let mut below = deep;
        if is_resource && matches!(name, "metadata" | "kind" | "apiVersion") {
            below.metadata = true;
            if !inside.deep {
                below.no_default = Some(&top);
            }
        }
        node(property, below, &at, errors);
    }
    if let Some(not) = s.schema("not") {
        node(not, deep, &path.child("not"), errors);
    }
    for junctor in ["allOf", "oneOf", "anyOf"] {
        let at = path.child(junctor);
        for (index, inner) in s.schemas(junctor).enumerate() {
            node(inner, deep, &at.index(index), errors);
        }
    }
    if let Some(items) = s.items() {
        node(items, deep, &path.child("items"), errors);
    }
    extensions(s, path, errors);
}

/// What upstream's validator for OpenAPI v3 refuses.
fn unsupported(s: Schema<'_>, inside: Inside<'_>, path: &Path<'_>, errors: &mut Errors) {
    let type_ = s.type_();
    if !type_.is_empty() && !TYPES.contains(&type_) {
        errors.not_supported(&path.child("type"), type_, &TYPES);
    }
    if let (Some(_), Some(reason)) = (s.default_value(), inside.no_default) {
        let why = format!("must not be set {reason}");
        errors.forbidden(&path.child("default"), &why);
    }
    for field in [
        "id",
        "additionalItems",
        "patternProperties",
        "definitions",
        "dependencies",
        "$ref",
    ] {
        if s.has(field) {
            let why = format!("{field} is not supported");
            errors.forbidden(&path.child(field), &why);
        }
    }
    if s.has("$schema") {
        let why = "OpenAPIV3Schema 'schema' is not supported";
        errors.invalid(path, "", why);
    }
    if type_ == "null" {
        let why = "type cannot be set to null, use nullable as an alternative";
        errors.forbidden(&path.child("type"), why);
    }
    if s.get("items").is_some_and(Value::is_array) {
        let why = "items must be a schema object and not an array";
        errors.forbidden(&path.child("items"), why);
    }
    if inside.metadata && s.is("x-kubernetes-embedded-resource") {
        let why = "must not be used inside of resource meta";
        errors.forbidden(&path.child("x-kubernetes-embedded-resource"), why);
    }
}

fn extensions(s: Schema<'_>, path: &Path<'_>, errors: &mut Errors) {
    if s.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(false)) {
        let at = path.child("x-kubernetes-preserve-unknown-fields");
        errors.invalid(&at, false, "must be true or undefined");
    }
    let map_type = s.text("x-kubernetes-map-type");
    if !map_type.is_empty() {
        needs_type(s, "object", "x-kubernetes-map-type", path, errors);
        let known = &["atomic", "granular"];
        errors.known(&path.child("x-kubernetes-map-type"), Some(map_type), known);
    }
    let list_type = s.text("x-kubernetes-list-type");
    if !list_type.is_empty() {
        needs_type(s, "array", "x-kubernetes-list-type", path, errors);
        if s.type_() == "array" && list_type == "set" {
            items_of_set(s, path, errors);
        }
        let known = &["atomic", "set", "map"];
        errors.known(
            &path.child("x-kubernetes-list-type"),
            Some(list_type),
            known,
        );
    }
    if s.has("x-kubernetes-list-map-keys") && list_type != "map" {
        let at = path.child("x-kubernetes-list-type");
        let why = "must be map if x-kubernetes-list-map-keys is non-empty";
        if list_type.is_empty() {
            errors.required(&at, why);
        } else {
            errors.invalid(&at, list_type, why);
        }
    }
    if list_type == "map" {
        items_of_map(s, path, errors);
    }
    nullable_items(s, list_type, path, errors);
    if s.has("x-kubernetes-validations") {
        let why = "rules in CEL are not simulated";
        errors.forbidden(&path.child("x-kubernetes-validations"), why);
    }
}

fn needs_type(s: Schema<'_>, wanted: &str, by: &str, path: &Path<'_>, errors: &mut Errors) {
    let (type_, at) = (s.type_(), path.child("type"));
    let why = format!("must be {wanted} if {by} is specified");
    if type_.is_empty() {
        errors.required(&at, &why);
    } else if type_ != wanted {
        errors.invalid(&at, type_, &why);
    }
}

fn items_of_set(s: Schema<'_>, path: &Path<'_>, errors: &mut Errors) {
    let Some(items) = s.items() else { return };
    let at = path.child("items");
    let why = "must be atomic as item of a list with x-kubernetes-list-type=set";
    let list_type = items.text("x-kubernetes-list-type");
    if items.type_() == "array" && !matches!(list_type, "" | "atomic") {
        errors.invalid(&at.child("x-kubernetes-list-type"), list_type, why);
    }
    if items.type_() == "object" && items.text("x-kubernetes-map-type") != "atomic" {
        errors.invalid(&at.child("x-kubernetes-map-type"), Value::Null, why);
    }
}

fn items_of_map(s: Schema<'_>, path: &Path<'_>, errors: &mut Errors) {
    let keys_at = path.child("x-kubernetes-list-map-keys");
    let items_at = path.child("items");
    if !s.has("x-kubernetes-list-map-keys") {
        let why = "must not be empty if x-kubernetes-list-type is map";
        errors.required(&keys_at, why);
    }
    let Some(items) = s.items() else {
        let why = "must have a schema if x-kubernetes-list-type is map";
        return errors.required(&items_at, why);
    };
    if items.type_() != "object" {
        let why = "must be object if parent array's x-kubernetes-list-type is map";
        return errors.invalid(&items_at.child("type"), items.type_(), why);
    }
    let keys: Vec<&str> = s.texts("x-kubernetes-list-map-keys").collect();
    let shown = || {
        let keys: Vec<String> = s
            .texts("x-kubernetes-list-map-keys")
            .map(str::to_owned)
            .collect();
        go::list(Some(&keys))
    };
    let properties = items_at.child("properties");
    for (index, key) in keys.iter().enumerate() {
        match items.property(key) {
            Some(field) if matches!(field.type_(), "array" | "object") => {
                let at = properties.key(key);
                let why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
                errors.invalid(&at.child("type"), items.type_(), why);
            }
            Some(_) => {}
            None => errors.invalid_go(
                &keys_at,
                &shown(),
                "entries must all be names of item properties",
            ),
        }
        if keys[..index].contains(key) {
            errors.invalid_go(&keys_at, &shown(), "must not contain duplicate entries");
        }
    }
}

/// Neither the items of sets and maps nor the keys of maps may be null; keys are required or have a default.
fn nullable_items(s: Schema<'_>, list_type: &str, path: &Path<'_>, errors: &mut Errors) {
    let Some(items) = s.items().filter(|_| matches!(list_type, "set" | "map")) else {
        return;
    };
    let at = path.child("items");
    if items.is("nullable") {
        let why = format!("cannot be nullable when x-kubernetes-list-type is {list_type}");
        errors.forbidden(&at.child("nullable"), &why);
    }
    if list_type != "map" {
        return;
    }
    let properties = at.child("properties");
    for key in s.texts("x-kubernetes-list-map-keys") {
        let Some(field) = items.property(key) else {
            continue;
        };
        let at = properties.key(key);
        let is_required = items.texts("required").any(|name| name == key);
        if !is_required && field.default_value().is_none() {
            let why = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
            errors.required(&at.child("default"), why);
        }
        if field.is("nullable") {
            let why = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable";
            errors.forbidden(&at.child("nullable"), why);
        }
    }
}
