//! The definitions of a document: the types of what is served, and all that they refer to.

use super::extensions;
use super::{Dialect, SchemaOf, metrics};
use crate::control_plane::apiserver::resources::{Resource, api_version};
use k8s_openapi::api::{
    authentication::v1 as authentication, authorization::v1 as authorization,
    autoscaling::v1 as autoscaling, core::v1 as core, events::v1 as events, policy::v1 as policy,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A document's definitions.
pub(super) struct Definitions {
    /// Name to schema, in alphabetical order.
    pub(super) all: Map<String, Value>,
    /// `apiVersion` and `kind` to name.
    names: BTreeMap<(String, String), String>,
}

impl Definitions {
    /// Those of these resources, their subresources and their lists.
    pub(super) fn of(dialect: Dialect, resources: &[&Resource], schema_of: SchemaOf<'_>) -> Self {
        let mut settings = SchemaSettings::draft2020_12();
        settings.definitions_path = dialect.definitions().into();
        settings.meta_schema = None;
        let mut generator = SchemaGenerator::new(settings);
        let mut names = BTreeMap::new();
        let mut written = BTreeMap::new();
        for resource in resources {
            let api_version = resource.api_version();
            let name = match resource.stored_as {
                Some(kind) if !resource.is_view() => kind.define(&mut generator),
                _ => define(&api_version, &resource.kind, &mut generator),
            };
            let name = name.unwrap_or_else(|| {
                let name = custom_name(resource);
                let schema = metrics::schema(dialect, resource);
                let schema = schema.unwrap_or_else(|| custom(dialect, schema_of(resource)));
                written.insert(name.clone(), schema);
                name
            });
            if resource.verbs.contains(&"list") {
                let list = resource.list_kind();
                let list_name = format!("{name}List");
                written.insert(list_name.clone(), list_of(dialect, &name, &resource.kind));
                names.insert((api_version.clone(), list), list_name);
            }
            names.insert((api_version, resource.kind.to_string()), name);
            for part in &resource.subresources {
                let api_version = self::api_version(&part.group, &part.version);
                if let Some(name) = define(&api_version, &part.kind, &mut generator) {
                    names.insert((api_version, part.kind.to_string()), name);
                }
            }
        }
        always(&mut generator, &mut names);
        written.extend(generator.take_definitions(false));
        let mut all: Map<String, Value> = written
            .into_iter()
            .map(|(name, schema)| (name.clone(), spelled(dialect, &name, schema)))
            .collect();
        for ((api_version, kind), name) in &names {
            let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
            let of_kind = json!({ "group": group, "version": version, "kind": kind });
            if let Some(Value::Object(schema)) = all.get_mut(name) {
                let kinds = schema
                    .entry("x-kubernetes-group-version-kind")
                    .or_insert_with(|| json!([]));
                kinds
                    .as_array_mut()
                    .expect("it is made as a list")
                    .push(of_kind);
            }
        }
        for kind in resources.iter().filter_map(|resource| resource.stored_as) {
            if let Some(name) = names.get(&(
                kind.info().api_version.to_owned(),
                kind.info().name.to_owned(),
            )) {
                extensions::add(&mut all, name, kind);
            }
        }
        Self { all, names }
    }

    /// The name of a kind's definition.
    pub(super) fn name(&self, api_version: &str, kind: &str) -> Option<&str> {
        let name = self.names.get(&(api_version.to_owned(), kind.to_owned()));
        name.map(String::as_str)
    }
}

/// Adds a type that is no stored kind's.
fn define(api_version: &str, kind: &str, generator: &mut SchemaGenerator) -> Option<String> {
    let add = match (api_version, kind) {
        ("v1", "Binding") => add::<core::Binding>,
        ("v1", "ComponentStatus") => add::<core::ComponentStatus>,
        ("authentication.k8s.io/v1", "SelfSubjectReview") => {
            add::<authentication::SelfSubjectReview>
        }
        ("authentication.k8s.io/v1", "TokenRequest") => add::<authentication::TokenRequest>,
        ("authentication.k8s.io/v1", "TokenReview") => add::<authentication::TokenReview>,
        ("authorization.k8s.io/v1", "LocalSubjectAccessReview") => {
            add::<authorization::LocalSubjectAccessReview>
        }
        ("authorization.k8s.io/v1", "SelfSubjectAccessReview") => {
            add::<authorization::SelfSubjectAccessReview>
        }
        ("authorization.k8s.io/v1", "SelfSubjectRulesReview") => {
            add::<authorization::SelfSubjectRulesReview>
        }
        ("authorization.k8s.io/v1", "SubjectAccessReview") => {
            add::<authorization::SubjectAccessReview>
        }
        ("autoscaling/v1", "HorizontalPodAutoscaler") => {
            add::<autoscaling::HorizontalPodAutoscaler>
        }
        ("autoscaling/v1", "Scale") => add::<autoscaling::Scale>,
        ("events.k8s.io/v1", "Event") => add::<events::Event>,
        ("policy/v1", "Eviction") => add::<policy::Eviction>,
        _ => return None,
    };
    Some(add(generator))
}

/// What every document refers to.
fn always(generator: &mut SchemaGenerator, names: &mut BTreeMap<(String, String), String>) {
    add::<meta::ObjectMeta>(generator);
    add::<meta::ListMeta>(generator);
    add::<meta::Patch>(generator);
    let mut add_kind = |kind: &str, add: fn(&mut SchemaGenerator) -> String| {
        names.insert(("v1".to_owned(), kind.to_owned()), add(generator));
    };
    add_kind("DeleteOptions", add::<meta::DeleteOptions>);
    add_kind("Status", add::<meta::Status>);
}

/// Adds a type and all that it refers to; returns its name.
pub(super) fn add<T: JsonSchema>(generator: &mut SchemaGenerator) -> String {
    generator.subschema_for::<T>();
    T::schema_name().into_owned()
}

const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const LIST_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const API_VERSION_TEXT: &str = "APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources";
const KIND_TEXT: &str = "Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds";

/// `stable.example.com`'s CronTab of v1: `com.example.stable.v1.CronTab`.
fn custom_name(resource: &Resource) -> String {
    let mut words: Vec<&str> = resource.group.split('.').collect();
    words.reverse();
    format!("{}.{}.{}", words.join("."), resource.version, resource.kind)
}

/// A custom resource's own schema, with the fields that all objects have.
fn custom(dialect: Dialect, schema: Option<Value>) -> Value {
    let mut schema = match schema {
        Some(Value::Object(schema)) => schema,
        _ => Map::from_iter([(
            "x-kubernetes-preserve-unknown-fields".to_owned(),
            json!(true),
        )]),
    };
    schema.insert("type".to_owned(), json!("object"));
    let properties = schema
        .entry("properties")
        .or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(properties) = properties {
        properties.extend(type_fields());
        properties.insert("metadata".to_owned(), dialect.reference(OBJECT_META));
    }
    Value::Object(schema)
}

/// The fields `apiVersion` and `kind`.
pub(super) fn type_fields() -> Map<String, Value> {
    let field = |text: &str| json!({ "description": text, "type": "string" });
    Map::from_iter([
        ("apiVersion".to_owned(), field(API_VERSION_TEXT)),
        ("kind".to_owned(), field(KIND_TEXT)),
    ])
}

/// The list of a definition.
fn list_of(dialect: Dialect, name: &str, kind: &str) -> Value {
    let mut properties = type_fields();
    let items = json!({ "type": "array", "items": dialect.reference(name), "description": format!("Items is the list of {kind}s.") });
    properties.insert("items".to_owned(), items);
    let mut metadata = dialect.reference(LIST_META);
    metadata["description"] = json!(
        "Standard list metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds"
    );
    properties.insert("metadata".to_owned(), metadata);
    json!({
        "description": format!("{kind}List is a list of {kind}s."),
        "type": "object",
        "required": ["items"],
        "properties": properties,
    })
}

/// Types whose `name` Rust's types need and Kubernetes' do not.
const NAME_IS_OPTIONAL: &[&str] = &[
    "ConfigMapEnvSource",
    "ConfigMapKeySelector",
    "ConfigMapProjection",
    "ConfigMapVolumeSource",
    "LocalObjectReference",
    "SecretEnvSource",
    "SecretKeySelector",
    "SecretProjection",
];

/// Takes back what k8s-openapi requires so that its structs have fewer `Option`s.
fn require_less(name: &str, schema: &mut Value) {
    let Value::Object(schema) = schema else {
        return;
    };
    let Some(Value::Array(required)) = schema.get_mut("required") else {
        return;
    };
    let type_name = name.rsplit('.').next().unwrap_or_default();
    let no_name = NAME_IS_OPTIONAL.contains(&type_name);
    required.retain(|field| field != "metadata" && !(no_name && field == "name"));
    if required.is_empty() {
        schema.shift_remove("required");
    }
}

/// A definition as the dialect spells it.
fn spelled(dialect: Dialect, name: &str, mut schema: Value) -> Value {
    let number_or_text = schema.get("x-kubernetes-int-or-string") == Some(&json!(true));
    if let (true, Value::Object(schema)) = (number_or_text, &mut schema) {
        schema.shift_remove("x-kubernetes-int-or-string");
        match (dialect, name) {
            (Dialect::V2, QUANTITY) => {
                schema.insert("type".to_owned(), json!("string"));
            }
            (Dialect::V2, _) => {
                schema.insert("type".to_owned(), json!("string"));
                schema.insert("format".to_owned(), json!("int-or-string"));
            }
            (Dialect::V3, QUANTITY) => {
                schema.insert(
                    "oneOf".to_owned(),
                    json!([{ "type": "string" }, { "type": "number" }]),
                );
            }
            (Dialect::V3, _) => {
                schema.insert("format".to_owned(), json!("int-or-string"));
                schema.insert(
                    "oneOf".to_owned(),
                    json!([{ "type": "integer" }, { "type": "string" }]),
                );
            }
        }
    }
    require_less(name, &mut schema);
    if dialect == Dialect::V3 {
        wrap_references(&mut schema);
    }
    schema
}

/// In version 3 nothing may stand beside a `$ref`: it moves into an `allOf`.
fn wrap_references(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(wrap_references);
            let is_reference = fields.get("$ref").is_some_and(Value::is_string);
            if is_reference && fields.len() > 1 {
                let reference = fields.shift_remove("$ref");
                fields.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(wrap_references),
        _ => {}
    }
}
