//! Is a schema structural? Every field has one type, told outside of `anyOf` and the like, so that unknown fields can be found.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{validation,complete}.go (`ValidateStructural`).
//! Left out: patterns with Unicode classes (`\p{L}`), which are refused as if they were malformed.

use crate::api::check::{Errors, Path};
use crate::api::custom::{Schema, check_pattern};
use crate::api::field::FieldError;
use serde_json::{Value, json};

/// Where in a structural schema a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

/// Everything that keeps the schema from being structural, in alphabetical order.
pub(super) fn check(schema: Schema<'_>, path: &Path<'_>) -> Vec<FieldError> {
    let mut errors = Errors::new();
    invariants(schema, Level::Root, path, &mut errors);
    complete(schema, Some(schema), path, path, &mut errors);
    let mut list = errors.into_list();
    list.sort_by_cached_key(ToString::to_string);
    list
}

fn invariants(s: Schema<'_>, level: Level, path: &Path<'_>, errors: &mut Errors) {
    if s.type_() == "array" && s.items().is_none() {
        errors.required(&path.child("items"), "must be specified");
    }
    if let Some(items) = s.items() {
        invariants(items, Level::Item, &path.child("items"), errors);
    }
    let properties = path.child("properties");
    for (name, property) in s.properties() {
        invariants(property, Level::Field, &properties.key(name), errors);
    }
    let additional = path.child("additionalProperties");
    if s.additional().is_some() && level == Level::Root {
        errors.forbidden(&additional, "must not be used at the root");
    }
    if let Some(schema) = s.additional_schema() {
        invariants(schema, Level::Field, &additional, errors);
    }
    extensions(s, path, errors);
    let int_or_string = is_int_or_string(s.list("anyOf"));
    let first = s.schemas("allOf").next();
    let first_is = first.is_some_and(|all| is_int_or_string(all.list("anyOf")));
    junctors(s, int_or_string, first_is, path, errors);
    own_type(s, level, path, errors);
    let embedded = s.is("x-kubernetes-embedded-resource");
    if embedded && s.additional().is_some() {
        let why = "must not be used if x-kubernetes-embedded-resource is set";
        errors.forbidden(&additional, why);
    }
    metadata(s, level, embedded, path, errors);
    if embedded && !s.preserves_unknown_fields() && !s.has("properties") {
        let why = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
        errors.required(&properties, why);
    }
}

/// `anyOf: [{type: integer}, {type: string}]`, the one place where types may stand there.
fn is_int_or_string(any_of: &[Value]) -> bool {
    any_of == [json!({"type": "integer"}), json!({"type": "string"})]
}

fn extensions(s: Schema<'_>, path: &Path<'_>, errors: &mut Errors) {
    if !s.is("x-kubernetes-int-or-string") {
        return;
    }
    for field in [
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-embedded-resource",
    ] {
        if s.is(field) {
            let why = "must be false if x-kubernetes-int-or-string is true";
            errors.invalid(&path.child(field), true, why);
        }
    }
}

fn own_type(s: Schema<'_>, level: Level, path: &Path<'_>, errors: &mut Errors) {
    let (type_, at) = (s.type_(), path.child("type"));
    if s.is("x-kubernetes-embedded-resource") && type_ != "object" {
        let why = "must be object if x-kubernetes-embedded-resource is true";
        if type_.is_empty() {
            errors.required(&at, why);
        } else {
            errors.invalid(&at, type_, why);
        }
    } else if type_.is_empty()
        && !s.is("x-kubernetes-int-or-string")
        && !s.preserves_unknown_fields()
    {
        let why = match level {
            Level::Root => "must not be empty at the root",
            Level::Item => "must not be empty for specified array items",
            Level::Field => "must not be empty for specified object fields",
        };
        errors.required(&at, why);
    }
    if level == Level::Root && !type_.is_empty() && type_ != "object" {
        errors.invalid(&at, type_, "must be object at the root");
    }
}

/// What may be said of `apiVersion`, `kind` and `metadata`, which all objects have.
fn metadata(s: Schema<'_>, level: Level, embedded: bool, path: &Path<'_>, errors: &mut Errors) {
    let is_resource = level == Level::Root || embedded;
    let properties = path.child("properties");
    for name in ["kind", "apiVersion"] {
        if let Some(field) = s.property(name).filter(|_| is_resource)
            && field.type_() != "string"
        {
            let at = properties.key(name);
            errors.invalid(&at.child("type"), field.type_(), "must be string");
        }
    }
    let Some(meta) = s.property("metadata") else {
        return;
    };
    let at = properties.key("metadata");
    if is_resource && meta.type_() != "object" {
        errors.invalid(&at.child("type"), meta.type_(), "must be object");
    }
    let is_name = |(name, _): (&str, _)| matches!(name, "name" | "generateName");
    let only_names = meta.properties().all(is_name);
    let says_more = meta
        .fields()
        .any(|field| !matches!(field, "properties" | "type" | "default"));
    if level == Level::Root && (!only_names || says_more) {
        let why = "must not specify anything other than name and generateName, but metadata is implicitly specified";
        errors.forbidden(&at, why);
    }
}

/// What stands under `anyOf`, `allOf`, `oneOf` and `not`, and the pattern.
fn junctors(
    v: Schema<'_>,
    skip_any_of: bool,
    skip_first_all_of: bool,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    if !skip_any_of {
        let at = path.child("anyOf");
        for (index, inner) in v.schemas("anyOf").enumerate() {
            nested(inner, false, &at.index(index), errors);
        }
    }
    let at = path.child("allOf");
    for (index, inner) in v.schemas("allOf").enumerate() {
        nested(
            inner,
            skip_first_all_of && index == 0,
            &at.index(index),
            errors,
        );
    }
    let at = path.child("oneOf");
    for (index, inner) in v.schemas("oneOf").enumerate() {
        nested(inner, false, &at.index(index), errors);
    }
    if let Some(inner) = v.schema("not") {
        nested(inner, false, &path.child("not"), errors);
    }
    let pattern = v.text("pattern");
    if let Err(why) = check_pattern(pattern) {
        let detail =
            format!("must be a valid regular expression, but isn't: error parsing regexp: {why}");
        errors.invalid(&path.child("pattern"), pattern, &detail);
    }
}

fn nested(v: Schema<'_>, skip_any_of: bool, path: &Path<'_>, errors: &mut Errors) {
    junctors(v, skip_any_of, false, path, errors);
    if let Some(items) = v.items() {
        nested(items, false, &path.child("items"), errors);
    }
    let properties = path.child("properties");
    for (name, property) in v.properties() {
        nested(property, false, &properties.key(name), errors);
    }
    const FORBIDDEN: [(&str, &str); 11] = [
        ("type", "must be empty to be structural"),
        ("additionalProperties", "must be undefined to be structural"),
        ("default", "must be undefined to be structural"),
        ("title", "must be empty to be structural"),
        ("description", "must be empty to be structural"),
        ("nullable", "must be false to be structural"),
        (
            "x-kubernetes-preserve-unknown-fields",
            "must be false to be structural",
        ),
        (
            "x-kubernetes-embedded-resource",
            "must be false to be structural",
        ),
        (
            "x-kubernetes-int-or-string",
            "must be false to be structural",
        ),
        (
            "x-kubernetes-list-map-keys",
            "must be empty to be structural",
        ),
        (
            "x-kubernetes-list-type",
            "must be undefined to be structural",
        ),
    ];
    for (field, why) in FORBIDDEN {
        if v.has(field) {
            errors.forbidden(&path.child(field), why);
        }
    }
    if v.has("x-kubernetes-map-type") {
        let why = "must be undefined to be structural";
        errors.forbidden(&path.child("x-kubernetes-map-type"), why);
    }
    if v.property("metadata").is_some() {
        let why = "must not be specified in a nested context";
        errors.forbidden(&properties.key("metadata"), why);
    }
}

/// Whatever is restricted under a junctor must be defined outside of it as well: `s` at `s_path` for `v` at `v_path`.
fn complete(
    v: Schema<'_>,
    s: Option<Schema<'_>>,
    s_path: &Path<'_>,
    v_path: &Path<'_>,
    errors: &mut Errors,
) {
    if let Some(not) = v.schema("not") {
        complete_inside(not, s, s_path, &v_path.child("not"), errors);
    }
    for junctor in ["allOf", "anyOf", "oneOf"] {
        let at = v_path.child(junctor);
        for (index, inner) in v.schemas(junctor).enumerate() {
            complete_inside(inner, s, s_path, &at.index(index), errors);
        }
    }
}

fn complete_inside(
    v: Schema<'_>,
    s: Option<Schema<'_>>,
    s_path: &Path<'_>,
    v_path: &Path<'_>,
    errors: &mut Errors,
) {
    let Some(s) = s else {
        return errors.required(s_path, &format!("because it is defined in {v_path}"));
    };
    complete(v, Some(s), s_path, v_path, errors);
    if let Some(items) = v.items() {
        let (s_items, v_items) = (s_path.child("items"), v_path.child("items"));
        complete_inside(items, s.items(), &s_items, &v_items, errors);
    }
    let (s_properties, v_properties) = (s_path.child("properties"), v_path.child("properties"));
    for (name, property) in v.properties() {
        let (s_at, v_at) = (s_properties.key(name), v_properties.key(name));
        complete_inside(property, s.property(name), &s_at, &v_at, errors);
    }
}
