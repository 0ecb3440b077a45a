//! Table tests of what roles and bindings may say.

use crate::api::{Kind, Object};
use serde_json::{Value, json};

fn object(kind: Kind, rest: Value) -> Object {
    let mut document = json!({"metadata": {"name": "x", "namespace": "default"}});
    if let (Some(fields), Value::Object(rest)) = (document.as_object_mut(), rest) {
        fields.extend(rest);
    }
    let mut object = kind.deserialize(document).expect("of its kind");
    object.set_defaults();
    object
}

fn errors(object: &Object) -> Vec<String> {
    object.validate().iter().map(ToString::to_string).collect()
}

#[test]
fn rules_say_what_on_what() {
    let urls =
        json!({"rules": [{"verbs": ["get"], "nonResourceURLs": ["/a"], "resources": ["pods"]}]});
    let cases: &[(&str, Kind, Value, &[&str])] = &[
        (
            "fine",
            Kind::Role,
            json!({"rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["a", "b"], "resourceNames": ["x"]}]}),
            &[],
        ),
        ("no rules", Kind::ClusterRole, json!({}), &[]),
        (
            "nothing",
            Kind::Role,
            json!({"rules": [{"verbs": []}]}),
            &[
                "rules[0].verbs: Required value: verbs must contain at least one value",
                "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
                "rules[0].resources: Required value: resource rules must supply at least one resource",
            ],
        ),
        (
            "urls in a namespace",
            Kind::Role,
            urls.clone(),
            &[
                "rules[0].nonResourceURLs: Invalid value: []string{\"/a\"}: namespaced rules cannot apply to non-resource URLs",
                "rules[0].nonResourceURLs: Invalid value: []string{\"/a\"}: rules cannot apply to both regular resources and non-resource URLs",
            ],
        ),
        (
            "urls and resources",
            Kind::ClusterRole,
            urls,
            &[
                "rules[0].nonResourceURLs: Invalid value: []string{\"/a\"}: rules cannot apply to both regular resources and non-resource URLs",
            ],
        ),
        (
            "an aggregation of nothing",
            Kind::ClusterRole,
            json!({"aggregationRule": {}}),
            &[
                "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil",
            ],
        ),
    ];
    for (name, kind, rest, want) in cases {
        assert_eq!(errors(&object(*kind, rest.clone())), *want, "{name}");
    }
}

#[test]
fn bindings_name_a_role_and_subjects() {
    let role = json!({"kind": "Role", "name": "r"});
    let subject = |subject: Value| json!({"roleRef": {"kind": "ClusterRole", "name": "r"}, "subjects": [subject]});
    let cases: &[(&str, Kind, Value, &[&str])] = &[
        (
            "a user",
            Kind::RoleBinding,
            subject(json!({"kind": "User", "name": "jane"})),
            &[],
        ),
        (
            "an account of this namespace",
            Kind::RoleBinding,
            subject(json!({"kind": "ServiceAccount", "name": "bot"})),
            &[],
        ),
        (
            "an account of no namespace",
            Kind::ClusterRoleBinding,
            subject(json!({"kind": "ServiceAccount", "name": "bot", "apiGroup": "x"})),
            &[
                "subjects[0].apiGroup: Unsupported value: \"x\": supported values: \"\"",
                "subjects[0].namespace: Required value",
            ],
        ),
        (
            "a role for the whole cluster",
            Kind::ClusterRoleBinding,
            json!({"roleRef": role}),
            &["roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\""],
        ),
        (
            "nobody",
            Kind::RoleBinding,
            subject(json!({"kind": "Robot", "name": ""})),
            &[
                "subjects[0].name: Required value",
                "subjects[0].kind: Unsupported value: \"Robot\": supported values: \"ServiceAccount\", \"User\", \"Group\"",
            ],
        ),
        (
            "a path",
            Kind::RoleBinding,
            json!({"roleRef": {"kind": "Role", "name": "a/b"}}),
            &["roleRef.name: Invalid value: \"a/b\": may not contain '/'"],
        ),
    ];
    for (name, kind, rest, want) in cases {
        assert_eq!(errors(&object(*kind, rest.clone())), *want, "{name}");
    }
}

#[test]
fn a_binding_keeps_its_role() {
    let bound = |name: &str| {
        object(
            Kind::RoleBinding,
            json!({"roleRef": {"kind": "ClusterRole", "name": name}}),
        )
    };
    let errors = bound("admin").validate_update(&bound("view"));
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let want = r#"roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"ClusterRole", Name:"admin"}: cannot change roleRef"#;
    assert_eq!(texts, [want]);
}

#[test]
fn rows_say_who_and_what() {
    let binding = object(
        Kind::RoleBinding,
        json!({"roleRef": {"kind": "Role", "name": "r"}, "subjects": [
            {"kind": "User", "name": "jane"}, {"kind": "Group", "name": "devs"}, {"kind": "User", "name": "joe"},
            {"kind": "ServiceAccount", "name": "bot", "namespace": "ci"},
        ]}),
    );
    assert_eq!(
        binding.row(0),
        ["Role/r", "<unknown>", "jane, joe", "devs", "ci/bot"]
    );
}
