//! The documents: that they hold together, and that what kubectl looks for is where it looks.

use super::*;
use std::collections::BTreeSet;

fn nothing(_: &Resource) -> Option<Value> {
    None
}

fn document(group: &str, version: &str) -> Value {
    let document = v3(Served::builtin(), &nothing, group, version).expect("it is served");
    serde_json::from_str(&document.json).expect("it is JSON")
}

/// All targets of `$ref`.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                found.insert(target.to_owned());
            }
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// The names of the definitions that say they are this kind.
fn definitions_of(definitions: &Value, group: &str, version: &str, kind: &str) -> Vec<String> {
    let wanted = json!({ "group": group, "version": version, "kind": kind });
    let definitions = definitions.as_object().expect("an object");
    let is_wanted = |schema: &Value| {
        let kinds = schema["x-kubernetes-group-version-kind"].as_array();
        kinds.is_some_and(|kinds| kinds.contains(&wanted))
    };
    let found = definitions.iter().filter(|(_, schema)| is_wanted(schema));
    found.map(|(name, _)| name.clone()).collect()
}

#[test]
fn every_document_holds_together() {
    let everything = v2(Served::builtin(), &nothing);
    let everything: Value = serde_json::from_str(&everything.json).expect("it is JSON");
    let mut documents = vec![everything];
    for (group, version) in group_versions(Resource::all().iter()) {
        documents.push(document(group, version));
    }
    for document in documents {
        let mut targets = BTreeSet::new();
        references(&document, &mut targets);
        assert!(!targets.is_empty());
        for target in targets {
            let pointer = target.strip_prefix('#').expect("it is in the document");
            assert!(document.pointer(pointer).is_some(), "{target}");
        }
    }
}

#[test]
fn every_kind_has_one_definition() {
    for resource in Resource::all() {
        let document = document(&resource.group, &resource.version);
        let schemas = &document["components"]["schemas"];
        let (group, version) = (&resource.group, &resource.version);
        let found = definitions_of(schemas, group, version, &resource.kind);
        assert_eq!(found.len(), 1, "{resource:?}: {found:?}");
        if resource.verbs.contains(&"list") {
            let list = definitions_of(schemas, group, version, &resource.list_kind());
            assert_eq!(list.len(), 1, "{resource:?}: {list:?}");
        }
        if let Some(kind) = resource.stored_as.filter(|_| !resource.is_view()) {
            assert!(found[0].ends_with(&format!(".{kind:?}")), "{found:?}");
        }
    }
}

/// `QueryParamVerifierV3` of client-go looks there before every `--validate=strict` and `--dry-run=server`.
#[test]
fn patches_say_that_fields_are_validated_and_dry_runs_done() {
    for resource in Resource::all() {
        if !resource.verbs.contains(&"patch") {
            continue;
        }
        let document = document(&resource.group, &resource.version);
        let wanted =
            json!({ "group": resource.group, "version": resource.version, "kind": resource.kind });
        let paths = document["paths"].as_object().expect("an object");
        let patch = paths.values().find_map(|path| {
            let patch = path.get("patch")?;
            (patch["x-kubernetes-group-version-kind"] == wanted).then_some(patch)
        });
        let parameters = patch.expect("a patch")["parameters"]
            .as_array()
            .expect("a list");
        let names: Vec<&str> = parameters
            .iter()
            .filter_map(|p| p["name"].as_str())
            .collect();
        assert_eq!(
            names,
            ["dryRun", "fieldManager", "fieldValidation", "force"]
        );
    }
}

#[test]
fn fields_are_as_a_real_server_describes_them() {
    let apps = document("apps", "v1");
    let core = |of: &str, field: &str| {
        format!("/components/schemas/io.k8s.api.core.v1.{of}/properties/{field}")
    };
    let table: Vec<(&str, String, Value)> = vec![
        (
            "a number",
            "/components/schemas/io.k8s.api.apps.v1.DeploymentSpec/properties/replicas".to_owned(),
            json!({ "description": "Number of desired pods. This is a pointer to distinguish between explicit zero and not specified. Defaults to 1.", "type": "integer", "format": "int32" }),
        ),
        (
            "a struct of which one field at a time may be set",
            "/components/schemas/io.k8s.api.apps.v1.DeploymentSpec/properties/strategy".to_owned(),
            json!({
                "description": "The deployment strategy to use to replace existing pods with new ones.",
                "allOf": [{ "$ref": "#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy" }],
                "x-kubernetes-patch-strategy": "retainKeys",
            }),
        ),
        ("a list with a key", core("PodSpec", "containers") + "/x-kubernetes-patch-merge-key", json!("name")),
        ("and how it merges", core("PodSpec", "containers") + "/x-kubernetes-patch-strategy", json!("merge")),
        ("volumes", core("PodSpec", "volumes") + "/x-kubernetes-patch-strategy", json!("merge,retainKeys")),
        ("ports", core("Container", "ports") + "/x-kubernetes-patch-merge-key", json!("containerPort")),
        (
            "a field that Rust needs and Kubernetes does not",
            "/components/schemas/io.k8s.api.core.v1.ConfigMapKeySelector/required".to_owned(),
            json!(["key"]),
        ),
        ("the same ports, to server-side apply", core("Container", "ports") + "/x-kubernetes-list-map-keys", json!(["containerPort", "protocol"])),
        ("a map that is one value", core("PodSpec", "nodeSelector") + "/x-kubernetes-map-type", json!("atomic")),
        (
            "a struct that is one value",
            "/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector/x-kubernetes-map-type".to_owned(),
            json!("atomic"),
        ),
        (
            "a set, to server-side apply",
            "/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta/properties/finalizers/x-kubernetes-list-type".to_owned(),
            json!("set"),
        ),
        (
            "a set",
            "/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta/properties/finalizers/x-kubernetes-patch-strategy".to_owned(),
            json!("merge"),
        ),
        (
            "a quantity",
            "/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity/oneOf".to_owned(),
            json!([{ "type": "string" }, { "type": "number" }]),
        ),
        (
            "a number or a text",
            "/components/schemas/io.k8s.apimachinery.pkg.util.intstr.IntOrString/format".to_owned(),
            json!("int-or-string"),
        ),
        (
            "a subresource of another group",
            "/paths/~1apis~1apps~1v1~1namespaces~1{namespace}~1deployments~1{name}~1scale/put/x-kubernetes-group-version-kind".to_owned(),
            json!({ "group": "autoscaling", "version": "v1", "kind": "Scale" }),
        ),
        (
            "an id",
            "/paths/~1apis~1apps~1v1~1namespaces~1{namespace}~1deployments~1{name}~1scale/patch/operationId".to_owned(),
            json!("patchAppsV1NamespacedDeploymentScale"),
        ),
        (
            "the id of a list of all namespaces",
            "/paths/~1apis~1apps~1v1~1deployments/get/operationId".to_owned(),
            json!("listAppsV1DeploymentForAllNamespaces"),
        ),
        (
            "the id of a deletion of many",
            "/paths/~1apis~1apps~1v1~1namespaces~1{namespace}~1deployments/delete/operationId".to_owned(),
            json!("deleteAppsV1CollectionNamespacedDeployment"),
        ),
    ];
    for (name, pointer, want) in table {
        assert_eq!(apps.pointer(&pointer), Some(&want), "{name}: {pointer}");
    }
}

#[test]
fn nobody_has_to_write_metadata() {
    let apps = document("apps", "v1");
    let deployment = &apps["components"]["schemas"]["io.k8s.api.apps.v1.Deployment"];
    assert!(deployment["properties"]["metadata"].is_object());
    assert_eq!(deployment.get("required"), None);
    let core = document("", "v1");
    let exec = "/api/v1/namespaces/{namespace}/pods/{name}/exec";
    let exec = &core["paths"][exec]["get"];
    assert_eq!(exec["operationId"], "connectCoreV1GetNamespacedPodExec");
    assert_eq!(exec["x-kubernetes-action"], "connect");
}

#[test]
fn version_two_spells_some_things_otherwise() {
    let document = v2(Served::builtin(), &nothing);
    let document: Value = serde_json::from_str(&document.json).expect("it is JSON");
    assert_eq!(document["swagger"], "2.0");
    let definitions = &document["definitions"];
    let int_or_string = &definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"];
    assert_eq!(
        (&int_or_string["type"], &int_or_string["format"]),
        (&json!("string"), &json!("int-or-string"))
    );
    let spec = &definitions["io.k8s.api.apps.v1.Deployment"]["properties"]["spec"];
    assert_eq!(
        spec["$ref"],
        "#/definitions/io.k8s.api.apps.v1.DeploymentSpec"
    );
    let create = &document["paths"]["/api/v1/namespaces/{namespace}/pods"]["post"];
    let parameters = create["parameters"].as_array().expect("a list");
    assert_eq!(parameters.last().map(|p| &p["in"]), Some(&json!("body")));
}

#[test]
fn the_index_names_each_document_by_its_hash() {
    let index = index(Served::builtin(), &nothing);
    let apps = v3(Served::builtin(), &nothing, "apps", "v1").expect("it is served");
    assert_eq!(apps.hash.len(), 128);
    assert_eq!(
        index["paths"]["apis/apps/v1"]["serverRelativeURL"],
        format!("/openapi/v3/apis/apps/v1?hash={}", apps.hash)
    );
    assert!(index["paths"]["api/v1"].is_object());
    assert_eq!(v3(Served::builtin(), &nothing, "nonsense", "v1"), None);
}

#[test]
fn a_custom_resource_is_described_by_its_own_schema() {
    let custom = [Resource {
        group: "stable.example.com".into(),
        kind: "CronTab".into(),
        plural: "crontabs".into(),
        stored_as: None,
        ..Resource::find("", "v1", "configmaps")
            .expect("built in")
            .clone()
    }];
    let schema = |_: &Resource| {
        let replicas = json!({ "type": "integer", "description": "How many." });
        Some(
            json!({ "type": "object", "properties": { "spec": { "type": "object", "properties": { "replicas": replicas } } } }),
        )
    };
    let served = Served::with(&custom);
    let document = v3(served, &schema, "stable.example.com", "v1").expect("it is served");
    let document: Value = serde_json::from_str(&document.json).expect("it is JSON");
    let schemas = &document["components"]["schemas"];
    let names = definitions_of(schemas, "stable.example.com", "v1", "CronTab");
    assert_eq!(names, ["com.example.stable.v1.CronTab"]);
    let properties = &schemas[&names[0]]["properties"];
    assert_eq!(
        properties["spec"]["properties"]["replicas"]["description"],
        "How many."
    );
    assert!(properties["metadata"].is_object() && properties["kind"].is_object());
    let item = "/apis/stable.example.com/v1/namespaces/{namespace}/crontabs/{name}";
    assert!(document["paths"][item]["patch"].is_object());
    // The built-in documents do not change.
    let index = index(served, &schema);
    assert_eq!(
        index["paths"].as_object().map(Map::len),
        Some(group_versions(served.iter()).len())
    );
    let whole = v2(served, &schema);
    assert!(whole.json.contains("com.example.stable.v1.CronTab"));
    assert!(!v2(Served::builtin(), &nothing).json.contains("CronTab"));
}
