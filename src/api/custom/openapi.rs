//! A custom resource as the OpenAPI v3 document describes it: what `kubectl explain` reads.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder/builder.go (`BuildOpenAPIV3`).
//! Left out: of the operations all but their kind; the fields of metadata.

use super::Definition;
use serde_json::{Map, Value, json};

const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// The document at `/openapi/v3/apis/GROUP/VERSION`, for all kinds of the group that have this version.
#[must_use]
pub fn openapi_v3(definitions: &[&Definition], version: &str) -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for definition in definitions {
        if definition.version(version).is_some_and(|v| v.served) {
            describe(definition, version, &mut paths, &mut schemas);
        }
    }
    let meta = json!({
        "type": "object",
        "description": "ObjectMeta is metadata that all persisted resources must have, which includes all objects users must create.",
    });
    schemas.insert(META.to_owned(), meta);
    json!({
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes CRD Swagger", "version": "v0.1.0"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

fn describe(
    definition: &Definition,
    version: &str,
    paths: &mut Map<String, Value>,
    schemas: &mut Map<String, Value>,
) {
    let info = definition.kind.info();
    let gvk = json!({"group": info.group, "kind": info.name, "version": version});
    let root = format!("/apis/{}/{version}", info.group);
    let collection = if info.namespaced {
        format!("{root}/namespaces/{{namespace}}/{}", info.plural)
    } else {
        format!("{root}/{}", info.plural)
    };
    let operation = |action: &str| json!({"x-kubernetes-action": action, "x-kubernetes-group-version-kind": gvk.clone()});
    let one = json!({"get": operation("get"), "put": operation("put"), "delete": operation("delete"), "patch": operation("patch")});
    paths.insert(format!("{collection}/{{name}}"), one);
    let all = json!({"get": operation("list"), "post": operation("post"), "delete": operation("deletecollection")});
    paths.insert(collection, all);
    let named = definition.schema_json(version).cloned();
    let mut schema = named.unwrap_or_else(|| json!({"type": "object"}));
    if !schema["properties"].is_object() {
        schema["properties"] = Value::Object(Map::new());
    }
    let properties = &mut schema["properties"];
    properties["apiVersion"] = json!({"type": "string", "description": "APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources"});
    properties["kind"] = json!({"type": "string", "description": "Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds"});
    properties["metadata"] = json!({
        "description": "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
        "allOf": [{"$ref": format!("#/components/schemas/{META}")}],
    });
    schema["x-kubernetes-group-version-kind"] = json!([gvk]);
    let reversed: Vec<&str> = info.group.rsplit('.').collect();
    let name = format!("{}.{version}.{}", reversed.join("."), info.name);
    schemas.insert(name, schema);
}
