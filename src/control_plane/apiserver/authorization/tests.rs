//! Table tests of the authorizer, most of them upstream's (rbac_test.go, node_authorizer_test.go).

use super::*;
use crate::api::{Identity, Key, Kind, Object};
use serde_json::{Value, json};
use std::borrow::Cow;

/// A store of what the documents say.
fn snapshot(documents: &[Value]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for document in documents {
        let text = |field: &str| document[field].as_str().unwrap_or_default();
        let kind = Kind::of(text("apiVersion"), text("kind")).expect("a kind");
        let mut object: Object = kind.deserialize(document.clone()).expect("an object");
        object.set_defaults();
        snapshot.table_mut(kind).insert(object);
    }
    snapshot
}

fn role(namespace: &str, name: &str, rules: Value) -> Value {
    let kind = if namespace.is_empty() {
        "ClusterRole"
    } else {
        "Role"
    };
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, "rules": rules})
}

fn binding(namespace: &str, role: &str, subjects: &[&str]) -> Value {
    let kind = if namespace.is_empty() {
        "ClusterRoleBinding"
    } else {
        "RoleBinding"
    };
    let (role_kind, role) = role.split_once(':').expect("Kind:name");
    let subject = |text: &&str| match text.split_once(':').expect("Kind:name") {
        ("ServiceAccount", name) => match name.split_once(':') {
            Some((namespace, name)) => {
                json!({"kind": "ServiceAccount", "name": name, "namespace": namespace})
            }
            None => json!({"kind": "ServiceAccount", "name": name}),
        },
        (kind, name) => json!({"kind": kind, "name": name}),
    };
    let subjects: Vec<Value> = subjects.iter().map(subject).collect();
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": format!("{role}-{}", subjects.len()), "namespace": namespace},
        "roleRef": {"kind": role_kind, "name": role}, "subjects": subjects
    })
}

/// A question as one line: `user[,group…] verb namespace resource[/sub][.group] [name]`, or `user verb /path`.
fn ask(snapshot: &Snapshot, line: &str) -> Result<String, String> {
    let words: Vec<&str> = line.split(' ').collect();
    let mut names = words[0].split(',');
    let name = names.next().unwrap_or_default();
    let groups: Vec<_> = names.map(Into::into).collect();
    let caller = if groups.is_empty() {
        Caller::named(name)
    } else {
        let identity = Identity {
            groups,
            ..Identity::default()
        };
        Caller {
            name,
            identity: Cow::Owned(identity),
        }
    };
    let attributes = if words[2].starts_with('/') {
        Attributes::path(words[1], words[2])
    } else {
        let (path, group) = words[3].split_once('.').unwrap_or((words[3], ""));
        let (resource, subresource) = path.split_once('/').unwrap_or((path, ""));
        let name = words.get(4).copied().unwrap_or_default();
        let by_field = name.contains('=');
        Attributes::resource(
            words[1],
            Resource {
                group,
                resource,
                subresource,
                namespace: words[2].trim_matches('-'),
                name: Cow::Borrowed(if by_field { "" } else { name }),
                field_selector: if by_field { name } else { "" },
            },
        )
    };
    let verdict = authorize(&caller, &attributes, snapshot);
    if verdict.is_allowed() {
        Ok(verdict.reason())
    } else {
        Err(forbidden(&caller, &attributes, &verdict.reason()).message)
    }
}

#[test]
fn rules_allow_and_nothing_else_does() {
    let all = json!([{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]);
    let store = snapshot(&[
        role("", "admin", all.clone()),
        binding("ns1", "ClusterRole:admin", &["User:admin", "Group:admins"]),
        role("ns3", "local", all),
        binding(
            "ns3",
            "Role:local",
            &["ServiceAccount:bot", "ServiceAccount:ci:bot"],
        ),
        role(
            "",
            "paths",
            json!([{"verbs": ["get"], "nonResourceURLs": ["/apis", "/apis/*"]}]),
        ),
        binding("", "ClusterRole:paths", &["Group:system:authenticated"]),
        role(
            "ns2",
            "pods",
            json!([
                {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]},
                {"verbs": ["get"], "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["shared"]},
                {"verbs": ["get", "update"], "apiGroups": ["apps"], "resources": ["*/scale"]},
            ]),
        ),
        binding("ns2", "Role:pods", &["User:jane"]),
    ]);
    for line in [
        "admin get ns1 pods",
        "admin escalate ns1 anything/at-all.any.group x",
        "joe,admins delete ns1 deployments.apps web",
        "system:serviceaccount:ns3:bot get ns3 pods",
        "system:serviceaccount:ci:bot get ns3 pods",
        "jane get /apis",
        "jane get /apis/apps/v1",
        "jane get ns2 pods x",
        "jane get ns2 configmaps shared",
        "jane update ns2 deployments/scale.apps web",
        "joe,system:masters nuke - everything.example.org",
    ] {
        assert!(ask(&store, line).is_ok(), "{line}");
    }
    for line in [
        "admin get ns2 pods",
        "admin get - pods",
        "joe get ns1 pods",
        "system:serviceaccount:ns4:bot get ns3 pods",
        "system:serviceaccount:ns3:other get ns3 pods",
        "jane post /apis",
        "jane get /api",
        "jane get ns2 pods/log x",
        "jane watch ns2 pods",
        "jane get ns2 pods.metrics.k8s.io",
        "jane get ns2 configmaps other",
        "jane list ns2 configmaps",
        "jane get ns2 deployments.apps web",
        "jane get ns2 statefulsets/scale.batch web",
        "system:anonymous get /apis",
    ] {
        assert!(ask(&store, line).is_err(), "{line}");
    }
}

#[test]
fn a_yes_says_why_and_a_no_says_what() {
    let read = json!([{"verbs": ["list"], "apiGroups": [""], "resources": ["pods", "pods/log"]}]);
    let store = snapshot(&[
        role("default", "pod-reader", read.clone()),
        binding(
            "default",
            "Role:pod-reader",
            &["User:jane", "ServiceAccount:bot"],
        ),
        role("", "reader", read),
        binding("", "ClusterRole:reader", &["Group:ops"]),
        binding("default", "ClusterRole:gone", &["User:joe"]),
        binding("default", "Role:gone-too", &["User:joe", "User:max"]),
    ]);
    for (line, want) in [
        (
            "jane list default pods",
            r#"RBAC: allowed by RoleBinding "pod-reader-2/default" of Role "pod-reader" to User "jane""#,
        ),
        (
            "system:serviceaccount:default:bot list default pods",
            r#"RBAC: allowed by RoleBinding "pod-reader-2/default" of Role "pod-reader" to ServiceAccount "bot/default""#,
        ),
        (
            "max,ops list default pods",
            r#"RBAC: allowed by ClusterRoleBinding "reader-1" of ClusterRole "reader" to Group "ops""#,
        ),
        ("max,system:masters list default pods", ""),
    ] {
        assert_eq!(ask(&store, line).as_deref(), Ok(want), "{line}");
    }
    for (line, want) in [
        (
            "jane list - pods",
            r#"pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope"#,
        ),
        (
            "jane get default pods x",
            r#"pods "x" is forbidden: User "jane" cannot get resource "pods" in API group "" in the namespace "default""#,
        ),
        (
            "jane create default deployments.apps",
            r#"deployments.apps is forbidden: User "jane" cannot create resource "deployments" in API group "apps" in the namespace "default""#,
        ),
        (
            "jane get default pods/log x",
            r#"pods "x" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "default""#,
        ),
        (
            "jane get /x",
            r#"forbidden: User "jane" cannot get path "/x""#,
        ),
        (
            "max get default secrets",
            r#"secrets is forbidden: User "max" cannot get resource "secrets" in API group "" in the namespace "default": RBAC: role.rbac.authorization.k8s.io "gone-too" not found"#,
        ),
        (
            "joe get default secrets",
            r#"secrets is forbidden: User "joe" cannot get resource "secrets" in API group "" in the namespace "default": RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "gone-too" not found]"#,
        ),
    ] {
        assert_eq!(ask(&store, line), Err(want.to_owned()), "{line}");
    }
}

#[test]
fn a_kubelet_reads_what_its_pods_refer_to() {
    let store = snapshot(&[
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "default"}, "spec": {
        "nodeName": "n1", "serviceAccountName": "bot", "imagePullSecrets": [{"name": "pull"}],
        "initContainers": [{"name": "i", "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "env", "key": "a"}}}]}],
        "containers": [{"name": "c", "envFrom": [{"configMapRef": {"name": "from"}}]}],
        "volumes": [
            {"name": "a", "secret": {"secretName": "mounted"}},
            {"name": "b", "configMap": {"name": "mounted"}},
            {"name": "c", "projected": {"sources": [{"configMap": {"name": "projected"}}, {"secret": {"name": "projected"}}]}},
            {"name": "d", "persistentVolumeClaim": {"claimName": "claim"}},
            {"name": "e", "ephemeral": {}},
        ]}}),
        json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "disk"}, "spec": {"claimRef": {"namespace": "default", "name": "claim"}}}),
        json!({"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment", "metadata": {"name": "here"}, "spec": {"attacher": "csi", "nodeName": "n1", "source": {}}}),
    ]);
    for line in [
        "system:node:n1 get default secrets pull",
        "system:node:n1 get default secrets env",
        "system:node:n1 watch default secrets mounted",
        "system:node:n1 get default secrets projected",
        "system:node:n1 get default configmaps from",
        "system:node:n1 get default configmaps mounted",
        "system:node:n1 get default configmaps projected",
        "system:node:n1 get default persistentvolumeclaims claim",
        "system:node:n1 get default persistentvolumeclaims web-e",
        "system:node:n1 get - persistentvolumes disk",
        "system:node:n1 get - volumeattachments.storage.k8s.io here",
        "system:node:n1 create default serviceaccounts/token bot",
        "system:node:n1 get default pods web",
        "system:node:n1 list - pods spec.nodeName=n1",
        "system:node:n2 update default pods/status web",
        "system:node:n1 get - nodes n1",
        "system:node:n1 patch - nodes/status n1",
        "system:node:n1 update kube-node-lease leases.coordination.k8s.io n1",
        "system:node:n1 create kube-node-lease leases.coordination.k8s.io",
        "system:node:n1 create default events",
        "system:node:n1 list - services",
    ] {
        assert!(ask(&store, line).is_ok(), "{line}");
    }
    let unrelated = "no relationship found between node 'n2' and this object";
    for (line, want) in [
        ("system:node:n2 get default secrets pull", unrelated),
        (
            "system:node:n2 get default persistentvolumeclaims claim",
            unrelated,
        ),
        ("system:node:n2 get default pods web", unrelated),
        ("system:node:n2 get - persistentvolumes disk", unrelated),
        (
            "system:node:n2 get - volumeattachments.storage.k8s.io here",
            unrelated,
        ),
        ("system:node:n1 get default secrets", "No Object name found"),
        (
            "system:node:n1 update default secrets pull",
            "can only read resources of this type",
        ),
        (
            "system:node:n1 list default persistentvolumeclaims",
            "can only get individual resources of this type",
        ),
        (
            "system:node:n1 list - pods",
            "can only list/watch pods with spec.nodeName field selector",
        ),
        (
            "system:node:n1 get - nodes n2",
            "node 'n1' cannot read 'n2', only its own Node object",
        ),
        (
            "system:node:n1 list - nodes",
            "node 'n1' cannot read all nodes, only its own Node object",
        ),
        (
            "system:node:n1 update kube-node-lease leases.coordination.k8s.io n2",
            "can only access node lease with the same name as the requesting node",
        ),
        (
            "system:node:n1 get kube-system leases.coordination.k8s.io n1",
            "can only access leases in the \"kube-node-lease\" system namespace",
        ),
    ] {
        let refused = ask(&store, line).expect_err(line);
        assert!(refused.ends_with(&format!(": {want}")), "{refused}");
    }
    let plain = ask(&store, "system:node:n1 list - deployments.apps").expect_err("a refusal");
    assert!(plain.ends_with("at the cluster scope"), "{plain}");
    let impostor = ask(
        &store,
        "system:node:n1,system:authenticated create default events",
    );
    assert!(impostor.is_err(), "the name alone makes no kubelet");
}

#[test]
fn a_request_is_asked_about_as_its_address_says() {
    let cases = [
        (Request::list(Kind::Pod, ""), "pods is"),
        (
            Request::get(Key::new(Kind::Pod, "default", "x")),
            "pods \"x\" is",
        ),
        (
            Request::new(
                Verb::Create,
                Key::new(Kind::Pod, "default", "x"),
                Default::default(),
            ),
            "pods is",
        ),
        (
            Request::bind(Key::new(Kind::Pod, "default", "x"), "n1"),
            "pods \"x\" is",
        ),
        (
            Request::get(Key::new(Kind::Namespace, "", "team")),
            "namespaces \"team\" is",
        ),
    ];
    for (request, want) in cases {
        let request = request.by("jane");
        let refused = forbidden(&request.caller(), &Attributes::of(&request), "").message;
        assert!(refused.starts_with(want), "{refused}");
    }
    let mut narrowed = Request::list(Kind::ConfigMap, "default");
    narrowed.select.field_selector = "metadata.name=shared".to_owned();
    let Target::Resource(resource) = Attributes::of(&narrowed).target else {
        panic!("a resource");
    };
    assert_eq!(resource.name, "shared", "a list of one is about its name");
    let team = Request::get(Key::new(Kind::Namespace, "", "team"));
    let Target::Resource(resource) = Attributes::of(&team).target else {
        panic!("a resource");
    };
    assert_eq!(resource.namespace, "team", "a namespace is in itself");
}
