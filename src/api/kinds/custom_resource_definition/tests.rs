//! What is refused in a CustomResourceDefinition.

use super::{CustomResourceDefinition, Stored};
use crate::api::Kind;
use crate::api::decode::{decode, strict_error};
use serde_json::{Value, json};

/// A right definition of crontabs.
fn crontabs() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "crontabs.stable.example.com"},
        "spec": {
            "group": "stable.example.com", "scope": "Namespaced",
            "names": {"plural": "crontabs", "kind": "CronTab", "shortNames": ["ct"]},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object",
                "properties": {"spec": {"type": "object", "properties": {
                    "cronSpec": {"type": "string"}, "replicas": {"type": "integer"},
                }}},
            }}}],
        },
    })
}

/// The errors of the definition after `value` was put at the path.
fn errors(path: &str, value: &Value) -> Vec<String> {
    let mut document = crontabs();
    let (parent, last) = path.rsplit_once('/').expect("a path");
    let at = document.pointer_mut(parent).expect("it is there");
    match (at, value) {
        (Value::Array(items), _) => {
            let index: usize = last.parse().expect("an index");
            items.insert(index, value.clone());
        }
        (at, Value::Null) => {
            at.as_object_mut().expect("a map").shift_remove(last);
        }
        (at, _) => at[last] = value.clone(),
    }
    let decoded = decode(Kind::CustomResourceDefinition, &document);
    if !decoded.problems.is_empty() {
        return vec![strict_error(&decoded.problems)];
    }
    let mut object = decoded.object;
    object.set_defaults();
    object.prepare_create();
    let crd = CustomResourceDefinition::of(&object).expect("its kind");
    crd.validate().iter().map(ToString::to_string).collect()
}

#[test]
fn names_versions_and_columns() {
    let cases: &[(&str, Value, &[&str])] = &[
        ("/spec/scope", json!("Namespaced"), &[]),
        (
            "/spec/scope",
            json!("Galaxy"),
            &[
                r#"spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced""#,
            ],
        ),
        (
            "/spec/group",
            json!("example"),
            &[
                r#"metadata.name: Invalid value: "crontabs.stable.example.com": must be spec.names.plural+"."+spec.group"#,
                r#"spec.group: Invalid value: "example": should be a domain with at least one dot"#,
            ],
        ),
        (
            "/spec/names/kind",
            json!("Cron Tab"),
            &[
                r#"spec.names.singular: Invalid value: "cron tab": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"#,
                r#"spec.names.kind: Invalid value: "Cron Tab": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"#,
                r#"spec.names.listKind: Invalid value: "Cron TabList": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"#,
            ],
        ),
        (
            "/spec/names/listKind",
            json!("CronTab"),
            &[
                r#"spec.names.listKind: Invalid value: "CronTab": kind and listKind may not be the same"#,
            ],
        ),
        (
            "/spec/versions/0/storage",
            json!(false),
            &[
                r#"spec.versions: Invalid value: []apiextensions.CustomResourceDefinitionVersion{apiextensions.CustomResourceDefinitionVersion{Name:"v1", Served:true, Storage:false, Deprecated:false, DeprecationWarning:(*string)(nil), Schema:(*apiextensions.CustomResourceValidation)(nil), Subresources:(*apiextensions.CustomResourceSubresources)(nil), AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil), SelectableFields:[]apiextensions.SelectableField(nil)}}: must have exactly one version marked as storage version"#,
                "status.storedVersions: Invalid value: []string(nil): must have at least one stored version",
            ],
        ),
        (
            "/spec/versions/0/schema",
            Value::Null,
            &["spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required"],
        ),
        (
            "/spec/versions/0/additionalPrinterColumns",
            json!([{"name": "Spec", "type": "text", "jsonPath": "spec.cronSpec"}]),
            &[
                r#"spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string"#,
                r#"spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec.cronSpec": must be a simple json path starting with ."#,
            ],
        ),
        (
            "/spec/versions/0/subresources",
            json!({"scale": {"specReplicasPath": ".status.replicas", "statusReplicasPath": ".status.replicas"}}),
            &[
                r#"spec.subresources.scale.specReplicasPath: Invalid value: ".status.replicas": should be a json path under .spec"#,
            ],
        ),
        (
            "/spec/versions/0/selectableFields",
            json!([{"jsonPath": ".spec.cronSpec"}, {"jsonPath": ".spec"}, {"jsonPath": ".spec.cronSpec"}]),
            &[
                r#"spec.selectableFields[1].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."#,
                r#"spec.selectableFields[2].jsonPath: Duplicate value: ".spec.cronSpec""#,
            ],
        ),
        (
            "/spec/conversion",
            json!({"strategy": "Webhook"}),
            &["spec.conversion.strategy: Forbidden: conversion by webhook is not simulated"],
        ),
        (
            "/spec/preserveUnknownFields",
            json!(true),
            &[
                "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead",
            ],
        ),
        (
            "/spec/versions/0/deprecationWarning",
            json!("old"),
            &[
                r#"spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions"#,
            ],
        ),
        (
            "/spec/versions/0/colour",
            json!("red"),
            &[r#"strict decoding error: unknown field "spec.versions[0].colour""#],
        ),
    ];
    for (path, value, want) in cases {
        assert_eq!(errors(path, value), *want, "{path} = {value}");
    }
}

#[test]
fn schemas() {
    const SPEC: &str = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties";
    let cases: &[(&str, Value, &[&str])] = &[
        ("a", json!({"type": "string"}), &[]),
        (
            "no type",
            json!({}),
            &[
                "properties[no type].type: Required value: must not be empty for specified object fields",
            ],
        ),
        (
            "odd",
            json!({"type": "text"}),
            &[
                r#"properties[odd].type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string""#,
            ],
        ),
        (
            "list",
            json!({"type": "array"}),
            &["properties[list].items: Required value: must be specified"],
        ),
        ("unknown", json!({"type": "string", "minLenght": 1}), &[]),
        (
            "unique",
            json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true}),
            &[
                "properties[unique].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
            ],
        ),
        (
            "both",
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "string"}}),
            &[
                "properties[both].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive",
            ],
        ),
        (
            "ref",
            json!({"type": "string", "$ref": "#/x"}),
            &["properties[ref].$ref: Forbidden: $ref is not supported"],
        ),
        (
            "nested",
            json!({"type": "object", "anyOf": [{"type": "object", "properties": {"b": {"minLength": 1}}}]}),
            &["properties[nested].anyOf[0].type: Forbidden: must be empty to be structural"],
        ),
        (
            "either",
            json!({"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]}),
            &[],
        ),
        (
            "default",
            json!({"type": "object", "properties": {"b": {"type": "integer"}}, "default": {"b": "x", "c": 1}}),
            &[
                r#"properties[default].default: Invalid value: map[string]interface {}{"b":"x", "c":1}: must not have unknown fields"#,
                r#"properties[default].default.b: Invalid value: "string": b in body must be of type integer: "string""#,
            ],
        ),
        (
            "pattern",
            json!({"type": "string", "pattern": "^(a$"}),
            &[
                "properties[pattern].pattern: Invalid value: \"^(a$\": must be a valid regular expression, but isn't: error parsing regexp: ",
            ],
        ),
        (
            "keep",
            json!({"type": "object", "x-kubernetes-preserve-unknown-fields": false}),
            &[
                "properties[keep].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined",
            ],
        ),
        (
            "map",
            json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": {"type": "object", "properties": {"name": {"type": "string"}}}}),
            &[
                "properties[map].items.properties[name].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property",
            ],
        ),
        (
            "set",
            json!({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "object"}}),
            &[
                "properties[set].items.x-kubernetes-map-type: Invalid value: \"null\": must be atomic as item of a list with x-kubernetes-list-type=set",
            ],
        ),
        (
            "embedded",
            json!({"type": "object", "x-kubernetes-embedded-resource": true}),
            &[
                "properties[embedded].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
            ],
        ),
        (
            "cel",
            json!({"type": "string", "x-kubernetes-validations": [{"rule": "self != ''"}]}),
            &[
                "properties[cel].x-kubernetes-validations: Forbidden: rules in CEL are not simulated",
            ],
        ),
    ];
    let prefix = "spec.validation.openAPIV3Schema.properties[spec].";
    for (name, schema, want) in cases {
        let got = errors(&format!("{SPEC}/{name}"), schema);
        if *name == "unknown" {
            let path = "spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.unknown.minLenght";
            let refusal = format!("strict decoding error: unknown field {path:?}");
            assert_eq!(got, [refusal]);
            continue;
        }
        assert_eq!(got.len(), want.len(), "{name}: {got:#?}");
        for (got, want) in got.iter().zip(*want) {
            let got = got.strip_prefix(prefix).unwrap_or(got);
            assert!(got.starts_with(want), "{name}: {got}");
        }
    }
}

#[test]
fn the_root_of_a_schema() {
    const ROOT: &str = "/spec/versions/0/schema/openAPIV3Schema";
    let cases: &[(&str, Value, &[&str])] = &[
        (
            "/type",
            json!("string"),
            &[
                r#"spec.validation.openAPIV3Schema.type: Invalid value: "string": must be object at the root"#,
            ],
        ),
        (
            "/type",
            json!(7),
            &[
                "strict decoding error: json: cannot unmarshal number into Go struct field JSONSchemaProps.spec.versions.schema.openAPIV3Schema.type of type string",
            ],
        ),
        (
            "/nullable",
            json!(true),
            &[
                "spec.validation.openAPIV3Schema.nullable: Forbidden: nullable cannot be true at the root",
            ],
        ),
        (
            "/additionalProperties",
            json!(true),
            &[
                "spec.validation.openAPIV3Schema.additionalProperties: Forbidden: must not be used at the root",
            ],
        ),
        (
            "/properties/metadata",
            json!({"type": "object", "properties": {"labels": {"type": "object"}}}),
            &[
                "spec.validation.openAPIV3Schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified",
            ],
        ),
        (
            "/properties/metadata",
            json!({"type": "object", "properties": {"name": {"type": "string", "maxLength": 10}}}),
            &[],
        ),
        (
            "/anyOf",
            json!([{"properties": {"spec": {"properties": {"b": {"minLength": 1}}}}}]),
            &[
                "spec.validation.openAPIV3Schema.properties[spec].properties[b]: Required value: because it is defined in spec.validation.openAPIV3Schema.anyOf[0].properties[spec].properties[b]",
            ],
        ),
        (
            "/properties/kind",
            json!({"type": "integer"}),
            &[
                r#"spec.validation.openAPIV3Schema.properties[kind].type: Invalid value: "integer": must be string"#,
            ],
        ),
    ];
    for (path, value, want) in cases {
        let got = errors(&format!("{ROOT}{path}"), value);
        assert_eq!(got, *want, "{path} = {value}");
    }
}

#[test]
fn groups_of_the_community_need_approval() {
    let mut document = crontabs();
    document["metadata"]["name"] = json!("crontabs.apps.k8s.io");
    document["spec"]["group"] = json!("apps.k8s.io");
    let check = |document: &Value| -> Vec<String> {
        let mut object = decode(Kind::CustomResourceDefinition, document).object;
        object.set_defaults();
        let errors = object.validate();
        errors.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        check(&document),
        [
            r#"metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111"#
        ]
    );
    document["metadata"]["annotations"] =
        json!({"api-approved.kubernetes.io": "unapproved, a lesson"});
    assert_eq!(check(&document), Vec::<String>::new());
}
