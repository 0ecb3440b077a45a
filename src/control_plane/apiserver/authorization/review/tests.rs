//! Table tests of reviews: documents in, documents out.

use super::*;
use crate::api::{Kind, Object};

fn store() -> Snapshot {
    let mut snapshot = super::super::bootstrap::store().head().clone();
    let documents = [
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "pod-reader", "namespace": "default"}, "rules": [
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
            {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["shared"], "verbs": ["get"]},
        ]}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "read-pods", "namespace": "default"},
            "roleRef": {"kind": "Role", "name": "pod-reader"}, "subjects": [{"kind": "User", "name": "jane"}]}),
    ];
    for document in documents {
        let kind = document["kind"].as_str().unwrap_or_default();
        let kind = Kind::of("rbac.authorization.k8s.io/v1", kind).expect("a kind");
        let mut object: Object = kind.deserialize(document).expect("an object");
        object.set_defaults();
        snapshot.table_mut(kind).insert(object);
    }
    snapshot
}

fn ask(kind: &str, spec: Value, asker: &str) -> Result<Value, String> {
    let review = Review::named(kind).expect("a review");
    let tokens = |token: &str, _: &[&str]| match token {
        "good" => Ok(Some(Authenticated {
            user: "jane".into(),
            identity: Identity::implied("jane"),
            audiences: vec!["api".to_owned()],
        })),
        "old" => Err("expired".to_owned()),
        _ => Ok(None),
    };
    let document = json!({"kind": kind, "spec": spec});
    let asker = Caller::named(asker);
    answer(review, &document, "default", &asker, &store(), &tokens).map_err(|s| s.message)
}

#[test]
fn access_reviews_say_yes_or_no_and_why() {
    let pods = |verb: &str, namespace: &str| json!({"resourceAttributes": {"verb": verb, "resource": "pods", "namespace": namespace}});
    let yes = r#"{"allowed":true,"reason":"RBAC: allowed by RoleBinding \"read-pods/default\" of Role \"pod-reader\" to User \"jane\""}"#;
    let with = |mut spec: Value, user: &str| {
        spec["user"] = json!(user);
        spec
    };
    for (name, kind, spec, asker, want) in [
        (
            "own",
            "SelfSubjectAccessReview",
            pods("list", "default"),
            "jane",
            yes,
        ),
        (
            "own, no",
            "SelfSubjectAccessReview",
            pods("delete", "default"),
            "jane",
            r#"{"allowed":false}"#,
        ),
        (
            "elsewhere",
            "SelfSubjectAccessReview",
            pods("list", "kube-system"),
            "jane",
            r#"{"allowed":false}"#,
        ),
        (
            "of another",
            "SubjectAccessReview",
            with(pods("list", "default"), "jane"),
            "kubernetes-admin",
            yes,
        ),
        (
            "a group is not implied by a name",
            "SubjectAccessReview",
            with(pods("list", "default"), "kubernetes-admin"),
            "kubernetes-admin",
            r#"{"allowed":false}"#,
        ),
        (
            "local",
            "LocalSubjectAccessReview",
            with(pods("get", "default"), "jane"),
            "kubernetes-admin",
            yes,
        ),
        (
            "a path",
            "SelfSubjectAccessReview",
            json!({"nonResourceAttributes": {"verb": "get", "path": "/version"}}),
            "jane",
            r#"{"allowed":true,"reason":"RBAC: allowed by ClusterRoleBinding \"system:discovery\" of ClusterRole \"system:discovery\" to Group \"system:authenticated\""}"#,
        ),
    ] {
        let answer = ask(kind, spec, asker).expect(name);
        assert_eq!(answer["status"].to_string(), want, "{name}");
        assert_eq!(answer["apiVersion"], "authorization.k8s.io/v1");
    }
}

#[test]
fn questions_without_sense_are_refused() {
    let pods =
        json!({"resourceAttributes": {"verb": "get", "resource": "pods", "namespace": "other"}});
    for (kind, spec, asker, want) in [
        (
            "SelfSubjectAccessReview",
            json!({}),
            "jane",
            "SelfSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes: Required value: exactly one of nonResourceAttributes or resourceAttributes must be specified",
        ),
        (
            "SubjectAccessReview",
            pods.clone(),
            "kubernetes-admin",
            "SubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.user: Required value: at least one of user or group must be specified",
        ),
        (
            "LocalSubjectAccessReview",
            json!({"user": "jane", "resourceAttributes": pods["resourceAttributes"]}),
            "kubernetes-admin",
            "LocalSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes.namespace: Invalid value: \"other\": must match metadata.namespace",
        ),
        (
            "SubjectAccessReview",
            pods,
            "jane",
            "subjectaccessreviews.authorization.k8s.io is forbidden: User \"jane\" cannot create resource \"subjectaccessreviews\" in API group \"authorization.k8s.io\" in the namespace \"default\"",
        ),
        (
            "SelfSubjectRulesReview",
            json!({}),
            "jane",
            "no namespace on request",
        ),
        (
            "TokenReview",
            json!({}),
            "kubernetes-admin",
            "token is required for TokenReview in authentication",
        ),
    ] {
        assert_eq!(ask(kind, spec, asker).expect_err(kind), want);
    }
}

#[test]
fn a_rules_review_lists_what_the_asker_may_do() {
    let answer = ask(
        "SelfSubjectRulesReview",
        json!({"namespace": "default"}),
        "jane",
    )
    .expect("an answer");
    let status = &answer["status"];
    assert_eq!(answer["spec"], json!({}));
    assert_eq!(
        status["resourceRules"],
        json!([
            {"verbs": ["create"], "apiGroups": ["authorization.k8s.io"], "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]},
            {"verbs": ["create"], "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"]},
            {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]},
            {"verbs": ["get"], "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["shared"]},
        ])
    );
    assert_eq!(status["nonResourceRules"].as_array().map(Vec::len), Some(2));
    assert_eq!(status["incomplete"], false);
    let node = ask(
        "SelfSubjectRulesReview",
        json!({"namespace": "default"}),
        "system:node:n1",
    )
    .expect("an answer");
    assert_eq!(node["status"]["incomplete"], true);
}

#[test]
fn someone_learns_who_they_are() {
    let answer = ask(
        "SelfSubjectReview",
        Value::Null,
        "system:serviceaccount:ci:bot",
    )
    .expect("an answer");
    assert_eq!(
        answer["status"],
        json!({"userInfo": {"username": "system:serviceaccount:ci:bot", "groups": ["system:serviceaccounts", "system:serviceaccounts:ci", "system:authenticated"]}})
    );
    assert_eq!(answer.get("spec"), None);
    for (token, want) in [
        (
            "good",
            json!({"authenticated": true, "user": {"username": "jane", "groups": ["system:authenticated"]}, "audiences": ["api"]}),
        ),
        ("bad", json!({"user": {}})),
        ("old", json!({"user": {}, "error": "expired"})),
    ] {
        let answer =
            ask("TokenReview", json!({"token": token}), "kubernetes-admin").expect("an answer");
        assert_eq!(answer["status"], want, "{token}");
    }
}
