//! Permissions, what is only ever sent, and the types whose JSON is not their fields.

use super::*;

#[test]
fn permissions() {
    let metadata = json!({ "name": "r", "creationTimestamp": null });
    let rules = vec![rbac::PolicyRule {
        verbs: texts(&["get"]),
        api_groups: texts(&[""]),
        resources: texts(&["pods"]),
        ..Default::default()
    }];
    let rules_json = json!([{ "verbs": ["get"], "apiGroups": [""], "resources": ["pods"] }]);
    let api_version = "rbac.authorization.k8s.io/v1";
    let role = rbac::Role {
        metadata: named("r"),
        rules: rules.clone(),
    };
    check(
        api_version,
        "Role",
        &role,
        json!({ "metadata": metadata, "rules": rules_json }),
    );
    let role = rbac::ClusterRole {
        metadata: named("r"),
        rules,
        aggregation_rule: Some(rbac::AggregationRule {
            cluster_role_selectors: vec![selector("a", "b").expect("one")],
        }),
    };
    check(
        api_version,
        "ClusterRole",
        &role,
        json!({
            "metadata": metadata,
            "rules": rules_json,
            "aggregationRule": { "clusterRoleSelectors": [{ "matchLabels": { "a": "b" } }] },
        }),
    );
    let subject = rbac::Subject {
        kind: text("ServiceAccount"),
        api_group: text(""),
        name: text("bob"),
        namespace: text("tr"),
    };
    let role_ref = rbac::RoleRef {
        api_group: text("rbac.authorization.k8s.io"),
        kind: text("Role"),
        name: text("r"),
    };
    let binding_json = json!({
        "metadata": metadata,
        "subjects": [{ "kind": "ServiceAccount", "name": "bob", "namespace": "tr" }],
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r" },
    });
    let binding = rbac::RoleBinding {
        metadata: named("r"),
        subjects: vec![subject.clone()],
        role_ref: Some(role_ref.clone()),
    };
    check(api_version, "RoleBinding", &binding, binding_json.clone());
    let binding = rbac::ClusterRoleBinding {
        metadata: named("r"),
        subjects: vec![subject],
        role_ref: Some(role_ref),
    };
    check(api_version, "ClusterRoleBinding", &binding, binding_json);
}

#[test]
fn requests_that_are_never_stored() {
    let metadata = Some(go_metadata());
    let metadata_json = json!({ "creationTimestamp": null });
    let token = authentication::TokenRequest {
        metadata: metadata.clone(),
        spec: Some(authentication::TokenRequestSpec {
            audiences: Vec::new(),
            expiration_seconds: Some(600),
            ..Default::default()
        }),
        status: Some(authentication::TokenRequestStatus {
            token: text(""),
            expiration_timestamp: Some(meta::Time::default()),
        }),
    };
    check(
        "authentication.k8s.io/v1",
        "TokenRequest",
        &token,
        json!({
            "metadata": metadata_json, "spec": { "expirationSeconds": 600 }, "status": { "expirationTimestamp": null },
        }),
    );
    let review = authorization::SelfSubjectAccessReview {
        metadata: metadata.clone(),
        spec: Some(authorization::SelfSubjectAccessReviewSpec {
            resource_attributes: Some(authorization::ResourceAttributes {
                namespace: text("tr"),
                verb: text("create"),
                group: text(""),
                version: text("*"),
                resource: text("pods"),
                ..Default::default()
            }),
            ..Default::default()
        }),
        status: Some(authorization::SubjectAccessReviewStatus {
            allowed: Some(false),
            ..Default::default()
        }),
    };
    check(
        "authorization.k8s.io/v1",
        "SelfSubjectAccessReview",
        &review,
        json!({
            "metadata": metadata_json,
            "spec": { "resourceAttributes": { "namespace": "tr", "verb": "create", "version": "*", "resource": "pods" } },
            "status": {},
        }),
    );
    let review = authorization::SubjectAccessReview {
        spec: Some(authorization::SubjectAccessReviewSpec {
            user: text("jane"),
            extra: BTreeMap::from([(
                "scopes".to_owned(),
                authorization::ExtraValue {
                    items: texts(&["a", "b"]),
                },
            )]),
            ..Default::default()
        }),
        ..Default::default()
    };
    check(
        "authorization.k8s.io/v1",
        "SubjectAccessReview",
        &review,
        json!({
            "spec": { "user": "jane", "extra": { "scopes": ["a", "b"] } },
        }),
    );
    let options = meta::DeleteOptions {
        grace_period_seconds: Some(0),
        preconditions: Some(meta::Preconditions {
            uid: text("u"),
            resource_version: None,
        }),
        propagation_policy: text("Background"),
        ..Default::default()
    };
    let options_json = json!({ "gracePeriodSeconds": 0, "preconditions": { "uid": "u" }, "propagationPolicy": "Background" });
    for api_version in ["v1", "apps/v1", "policy/v1"] {
        check(api_version, "DeleteOptions", &options, options_json.clone());
    }
    let eviction = policy::Eviction {
        metadata: named("p"),
        delete_options: Some(options),
    };
    check(
        "policy/v1",
        "Eviction",
        &eviction,
        json!({
            "metadata": { "name": "p", "creationTimestamp": null }, "deleteOptions": options_json,
        }),
    );
}

#[test]
fn types_with_json_of_their_own() {
    let event = core::Event {
        event_time: Some(meta::MicroTime {
            seconds: Some(1_735_689_600),
            nanos: Some(1_500_999),
        }),
        first_timestamp: Some(meta::Time::default()),
        count: Some(0),
        ..Default::default()
    };
    check(
        "v1",
        "Event",
        &event,
        json!({ "eventTime": "2025-01-01T00:00:00.001500Z", "firstTimestamp": null }),
    );
    let raw = |json: &str| RawExtension {
        raw: Some(json.into()),
    };
    let revision = apps::ControllerRevision {
        data: Some(raw(r#"{"spec":{"replicas":3}}"#)),
        revision: Some(0),
        metadata: Some(meta::ObjectMeta {
            managed_fields: vec![meta::ManagedFieldsEntry {
                fields_v1: Some(meta::FieldsV1 {
                    raw: Some(br#"{"f:data":{}}"#.to_vec()),
                }),
                ..Default::default()
            }],
            ..Default::default()
        }),
    };
    check(
        "apps/v1",
        "ControllerRevision",
        &revision,
        json!({
            "metadata": { "managedFields": [{ "fieldsV1": { "f:data": {} } }] }, "data": { "spec": { "replicas": 3 } },
        }),
    );
    let schema = |of: &str| apiextensions::JsonSchemaProps {
        r#type: text(of),
        ..Default::default()
    };
    let or_bool = |schema| apiextensions::JsonSchemaPropsOrBool {
        allows: Some(true),
        schema,
    };
    let schema = apiextensions::JsonSchemaProps {
        r#type: text("object"),
        maximum: Some(1.5),
        default: Some(apiextensions::Json {
            raw: Some(b"[1]".to_vec()),
        }),
        properties: BTreeMap::from([
            (
                "a".to_owned(),
                apiextensions::JsonSchemaProps {
                    items: Some(Box::new(apiextensions::JsonSchemaPropsOrArray {
                        schema: Some(Box::new(schema("string"))),
                        j_son_schemas: Vec::new(),
                    })),
                    additional_properties: Some(Box::new(or_bool(None))),
                    ..Default::default()
                },
            ),
            (
                "b".to_owned(),
                apiextensions::JsonSchemaProps {
                    additional_properties: Some(Box::new(or_bool(Some(Box::new(schema(
                        "integer",
                    )))))),
                    x_kubernetes_preserve_unknown_fields: Some(false),
                    ..Default::default()
                },
            ),
        ]),
        ..Default::default()
    };
    let version = apiextensions::CustomResourceDefinitionVersion {
        name: text("v1"),
        served: Some(true),
        schema: Some(apiextensions::CustomResourceValidation {
            open_apiv3_schema: Some(schema),
        }),
        ..Default::default()
    };
    let definition = apiextensions::CustomResourceDefinition {
        spec: Some(apiextensions::CustomResourceDefinitionSpec {
            versions: vec![version],
            ..Default::default()
        }),
        ..Default::default()
    };
    check(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        &definition,
        json!({ "spec": { "versions": [{
        "name": "v1", "served": true,
        "schema": { "openAPIV3Schema": {
            "type": "object", "default": [1], "maximum": 1.5,
            "properties": {
                "a": { "items": { "type": "string" }, "additionalProperties": true },
                "b": { "additionalProperties": { "type": "integer" }, "x-kubernetes-preserve-unknown-fields": false },
            },
        } },
    }] } }),
    );
}
