//! Who may do what, as clients see it: refusals, and rights that nobody can give away without having them.

use super::*;
use crate::api::{Identity, PatchType};
use crate::control_plane::apiserver::authorization::bootstrap;

/// A cluster with its bootstrap roles and the namespace `default`.
fn world() -> World {
    let mut world = World::new();
    world.store = bootstrap::store();
    world.make(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}));
    world
}

fn rbac(kind: &str, name: &str, rest: Value) -> Value {
    let mut document = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name}});
    if let (Some(fields), Value::Object(rest)) = (document.as_object_mut(), rest) {
        fields.extend(rest);
    }
    document
}

fn role(kind: &str, name: &str, rules: Value) -> Value {
    rbac(kind, name, json!({ "rules": rules }))
}

fn bind(kind: &str, name: &str, role: &str, user: &str) -> Value {
    let (role_kind, role) = role.split_once('/').expect("Kind/name");
    rbac(
        kind,
        name,
        json!({"roleRef": {"kind": role_kind, "name": role}, "subjects": [{"kind": "User", "name": user}]}),
    )
}

fn pods(verbs: &[&str]) -> Value {
    json!([{"apiGroups": [""], "resources": ["pods"], "verbs": verbs}])
}

/// `kubectl create --as=USER`.
fn create(world: &mut World, user: &str, document: Value) -> Result<(), String> {
    let request = creation(document).by(user);
    world.send(&request).map(|_| ()).map_err(|s| s.message)
}

#[test]
fn what_no_rule_allows_is_refused() {
    let mut world = world();
    world.make(role("Role", "pod-reader", pods(&["get", "list"])));
    world.make(bind("RoleBinding", "read-pods", "Role/pod-reader", "jane"));
    let list = |kind: Kind, namespace: &str| Request::list(kind, namespace).by("jane");
    assert!(world.send(&list(Kind::Pod, "default")).is_ok());
    for (request, want) in [
        (
            list(Kind::Secret, "default"),
            r#"secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "default""#,
        ),
        (
            list(Kind::Pod, ""),
            r#"pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope"#,
        ),
        (
            Request::get(key(Kind::Secret, "x")).by("jane"),
            r#"secrets "x" is forbidden: User "jane" cannot get resource "secrets" in API group "" in the namespace "default""#,
        ),
        (
            creation(deployment("web")).by("jane"),
            r#"deployments.apps is forbidden: User "jane" cannot create resource "deployments" in API group "apps" in the namespace "default""#,
        ),
    ] {
        assert_eq!(world.refusal(&request), (403, want.to_owned()));
    }
    let status = world
        .send(&list(Kind::Secret, "default"))
        .expect_err("a refusal");
    assert_eq!(
        (status.kind, status.name.as_str()),
        (Some(Kind::Secret), "")
    );
}

#[test]
fn a_change_of_roles_counts_from_the_next_request_on() {
    let mut world = world();
    let list = Request::list(Kind::Pod, "default").by("jane");
    world.make(role("ClusterRole", "pod-reader", pods(&["list"])));
    assert!(world.send(&list).is_err(), "bound to nobody");
    world.make(bind(
        "ClusterRoleBinding",
        "b",
        "ClusterRole/pod-reader",
        "jane",
    ));
    for _ in 0..3 {
        assert!(world.send(&list).is_ok(), "bound, and remembered");
    }
    let known_as_another = Request {
        identity: Some(Arc::new(Identity::default())),
        ..Request::list(Kind::Secret, "default").by("jane")
    };
    assert!(world.send(&known_as_another).is_err());
    let role = Key::new(Kind::ClusterRole, "", "pod-reader");
    let patch = json!({"rules": []});
    let emptied = Request::patch(role, PatchType::Merge, patch).by("kubernetes-admin");
    assert!(world.send(&emptied).is_ok());
    assert!(
        world.send(&list).is_err(),
        "the role allows nothing any more"
    );
}

#[test]
fn an_identity_decides_and_not_the_name() {
    let mut world = world();
    let as_groups = |groups: &[&str]| Request {
        identity: Some(Arc::new(Identity {
            groups: groups.iter().map(|group| (*group).into()).collect(),
            ..Identity::default()
        })),
        ..Request::list(Kind::Secret, "").by("kubernetes-admin")
    };
    assert!(world.send(&as_groups(&["system:authenticated"])).is_err());
    assert!(world.send(&as_groups(&["system:masters"])).is_ok());
    assert!(
        world.send(&as_groups(&["system:authenticated"])).is_err(),
        "nothing is remembered of it"
    );
}

#[test]
fn nobody_gives_away_what_they_do_not_have() {
    let mut world = world();
    // jane may write roles and bindings in `default`, and read pods.
    world.make(role(
        "Role",
        "role-writer",
        json!([
            {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"], "verbs": ["create", "patch"]},
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
        ]),
    ));
    world.make(bind("RoleBinding", "writers", "Role/role-writer", "jane"));
    assert_eq!(
        create(&mut world, "jane", role("Role", "fine", pods(&["get"]))),
        Ok(())
    );
    assert_eq!(
        create(&mut world, "jane", role("Role", "more", pods(&["get", "list", "watch"]))),
        Err("roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"jane\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"list\" \"watch\"]}".to_owned())
    );
    assert_eq!(
        create(&mut world, "jane", bind("RoleBinding", "b", "ClusterRole/system:kube-dns", "joe")),
        Err("rolebindings.rbac.authorization.k8s.io \"b\" is forbidden: user \"jane\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"endpoints\"], Verbs:[\"list\" \"watch\"]}\n{APIGroups:[\"\"], Resources:[\"services\"], Verbs:[\"list\" \"watch\"]}".to_owned())
    );
    assert_eq!(
        create(
            &mut world,
            "jane",
            bind("RoleBinding", "b", "Role/absent", "joe")
        ),
        Err("roles.rbac.authorization.k8s.io \"absent\" not found".to_owned())
    );
    assert_eq!(
        create(
            &mut world,
            "jane",
            bind("RoleBinding", "b", "Role/fine", "joe")
        ),
        Ok(())
    );
    // An update that leaves the rules as they are asks for nothing; one that adds to them does.
    let patch =
        |body: Value| Request::patch(key(Kind::Role, "fine"), PatchType::Merge, body).by("jane");
    assert!(
        world
            .send(&patch(json!({"metadata": {"labels": {"a": "b"}}})))
            .is_ok()
    );
    let (code, message) = world.refusal(&patch(json!({"rules": pods(&["delete"])})));
    assert_eq!(code, 403);
    assert!(
        message.ends_with("{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\"]}"),
        "{message}"
    );
}

#[test]
fn escalate_and_bind_are_rights_of_their_own() {
    let mut world = world();
    world.make(role(
        "ClusterRole",
        "trusted",
        json!([
            {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"], "verbs": ["create", "escalate"]},
            {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterrolebindings"], "verbs": ["create"]},
            {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"], "resourceNames": ["view"], "verbs": ["bind"]},
        ]),
    ));
    world.make(bind(
        "ClusterRoleBinding",
        "t",
        "ClusterRole/trusted",
        "jane",
    ));
    let everything = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]);
    assert_eq!(
        create(&mut world, "jane", role("ClusterRole", "big", everything)),
        Ok(())
    );
    assert_eq!(
        create(
            &mut world,
            "jane",
            bind("ClusterRoleBinding", "v", "ClusterRole/view", "joe")
        ),
        Ok(())
    );
    let refused = create(
        &mut world,
        "jane",
        bind("ClusterRoleBinding", "e", "ClusterRole/big", "joe"),
    );
    assert!(
        refused.is_err_and(
            |why| why.ends_with("{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}")
        )
    );
}

#[test]
fn only_who_holds_everything_says_what_a_role_gathers() {
    let mut world = world();
    world.make(role(
        "ClusterRole",
        "writer",
        json!([{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"], "verbs": ["create", "patch"]}]),
    ));
    world.make(bind(
        "ClusterRoleBinding",
        "w",
        "ClusterRole/writer",
        "jane",
    ));
    let gathers = || {
        rbac(
            "ClusterRole",
            "mine",
            json!({"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}}),
        )
    };
    assert_eq!(
        create(&mut world, "jane", gathers()),
        Err("clusterroles.rbac.authorization.k8s.io \"mine\" is forbidden: must have cluster-admin privileges to use an aggregationRule".to_owned())
    );
    world.make(bind(
        "ClusterRoleBinding",
        "a",
        "ClusterRole/cluster-admin",
        "root",
    ));
    assert_eq!(create(&mut world, "root", gathers()), Ok(()));
}

#[test]
fn an_update_that_creates_needs_the_right_to_create() {
    let mut world = world();
    world.make(role(
        "Role",
        "updater",
        json!([{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["update", "patch"]}]),
    ));
    world.make(bind("RoleBinding", "u", "Role/updater", "jane"));
    let put = Request {
        verb: Verb::Update,
        ..creation(role("Role", "new", json!([])))
    };
    assert_eq!(
        world.refusal(&put.clone().by("jane")),
        (403, "roles.rbac.authorization.k8s.io \"new\" is forbidden: User \"jane\" cannot create resource \"roles\" in API group \"rbac.authorization.k8s.io\" in the namespace \"default\"".to_owned())
    );
    assert!(world.send(&put.by("kubernetes-admin")).is_ok());
    let mut apply = Request::patch(
        key(Kind::Role, "applied"),
        PatchType::Apply,
        role("Role", "applied", json!([])),
    );
    apply.field_manager = "kubectl".into();
    let (code, message) = world.refusal(&apply.by("jane"));
    assert_eq!(code, 403);
    assert!(message.contains("cannot create resource"), "{message}");
}

#[test]
fn an_application_that_creates_needs_the_right_to_create() {
    let mut world = world();
    world.make(role(
        "Role",
        "patcher",
        json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["patch"]}]),
    ));
    world.make(bind("RoleBinding", "p", "Role/patcher", "jane"));
    let apply = Request {
        field_manager: "ci".into(),
        ..Request::patch(key(Kind::ConfigMap, "x"), PatchType::Apply, config_map("x"))
    };
    assert_eq!(
        world.refusal(&apply.clone().by("jane")),
        (403, "configmaps \"x\" is forbidden: User \"jane\" cannot create resource \"configmaps\" in API group \"\" in the namespace \"default\"".to_owned())
    );
    assert!(world.send(&apply.clone().by("kubernetes-admin")).is_ok());
    assert!(world.send(&apply.by("jane")).is_ok());
}
