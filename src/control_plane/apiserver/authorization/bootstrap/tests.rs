//! The bootstrap objects beside upstream's lists of them.

use super::*;
use crate::api::{Kind, Stored};
use serde_json::json;

/// The names in testdata/cluster-roles.yaml.
const CLUSTER_ROLES: &str = "admin cluster-admin edit system:aggregate-to-admin system:aggregate-to-edit system:aggregate-to-view
system:auth-delegator system:basic-user system:certificates.k8s.io:certificatesigningrequests:nodeclient
system:certificates.k8s.io:certificatesigningrequests:selfnodeclient system:certificates.k8s.io:kube-apiserver-client-approver
system:certificates.k8s.io:kube-apiserver-client-kubelet-approver system:certificates.k8s.io:kubelet-serving-approver
system:certificates.k8s.io:legacy-unknown-approver system:discovery system:heapster system:kube-aggregator
system:kube-controller-manager system:kube-dns system:kube-scheduler system:kubelet-api-admin system:monitoring system:node
system:node-bootstrapper system:node-problem-detector system:node-proxier system:persistent-volume-provisioner
system:public-info-viewer system:service-account-issuer-discovery system:volume-scheduler view";

/// The names in testdata/controller-roles.yaml, without `system:controller:`.
const CONTROLLER_ROLES: &str = "attachdetach-controller certificate-controller clusterrole-aggregation-controller cronjob-controller
daemon-set-controller deployment-controller disruption-controller endpoint-controller endpointslice-controller
endpointslicemirroring-controller ephemeral-volume-controller expand-controller generic-garbage-collector horizontal-pod-autoscaler
job-controller legacy-service-account-token-cleaner namespace-controller node-controller persistent-volume-binder
pod-garbage-collector pv-protection-controller pvc-protection-controller replicaset-controller replication-controller
resourcequota-controller root-ca-cert-publisher route-controller selinux-warning-controller service-account-controller
service-cidrs-controller service-controller statefulset-controller ttl-after-finished-controller ttl-controller
validatingadmissionpolicy-status-controller";

/// The names in testdata/cluster-role-bindings.yaml.
const CLUSTER_ROLE_BINDINGS: &str = "cluster-admin system:basic-user system:discovery system:kube-controller-manager system:kube-dns
system:kube-scheduler system:monitoring system:node system:node-proxier system:public-info-viewer
system:service-account-issuer-discovery system:volume-scheduler";

fn names(kind: Kind) -> Vec<String> {
    let objects = objects().iter().filter(|o| o.kind() == kind);
    let mut names: Vec<String> = objects.map(|o| o.name().to_string()).collect();
    names.sort();
    names
}

fn with_controllers(names: &str) -> Vec<String> {
    let controllers = CONTROLLER_ROLES.split_whitespace();
    let controllers = controllers.map(|name| format!("{CONTROLLER}{name}"));
    let own = names.split_whitespace().map(str::to_owned);
    let mut all: Vec<String> = own.chain(controllers).collect();
    all.sort();
    all
}

#[test]
fn every_object_of_upstream_is_there_and_no_other() {
    assert_eq!(names(Kind::ClusterRole), with_controllers(CLUSTER_ROLES));
    let bindings = with_controllers(CLUSTER_ROLE_BINDINGS);
    assert_eq!(names(Kind::ClusterRoleBinding), bindings);
    assert_eq!(names(Kind::Role).len(), 7);
    assert_eq!(names(Kind::RoleBinding).len(), 7);
    assert_eq!(store().head().iter().count(), objects().len());
}

#[test]
fn every_object_is_valid_and_every_binding_has_its_role() {
    let store = store();
    for object in store.head().iter() {
        assert_eq!(object.validate(), [], "{}", object.key());
        let kind = object.kind();
        assert_eq!(kind.validate_name(&object.name()), None, "{}", object.key());
        let role = match (ClusterRoleBinding::of(object), RoleBinding::of(object)) {
            (Some(binding), _) => &binding.role_ref,
            (_, Some(binding)) => &binding.role_ref,
            _ => continue,
        };
        let kind = Kind::of("rbac.authorization.k8s.io/v1", &role.kind).expect("a kind");
        let found = store
            .head()
            .table(kind)
            .get(&object.namespace(), &role.name);
        assert!(found.is_some(), "{} has no role", object.key());
    }
}

#[test]
fn lists_are_in_the_order_of_the_alphabet() {
    for object in objects() {
        let rules = match (ClusterRole::of(object), Role::of(object)) {
            (Some(role), _) => role.rules.as_deref().unwrap_or_default(),
            (_, Some(role)) => role.rules.as_deref().unwrap_or_default(),
            _ => continue,
        };
        for rule in rules {
            let lists = [
                rule.api_groups.as_ref(),
                rule.resources.as_ref(),
                rule.resource_names.as_ref(),
                rule.non_resource_urls.as_ref(),
                Some(&rule.verbs),
            ];
            for list in lists.into_iter().flatten() {
                assert!(list.is_sorted(), "{}: {list:?}", object.key());
            }
        }
    }
}

#[test]
fn the_text_says_what_upstream_says() {
    let find = |kind: Kind, name: &str| {
        let mut found = objects()
            .iter()
            .filter(|o| o.kind() == kind && o.name() == name);
        found.next().expect("it is there").to_json()
    };
    let role = find(
        Kind::ClusterRole,
        "system:controller:certificate-controller",
    );
    assert_eq!(
        role["rules"][2],
        json!({"apiGroups": ["certificates.k8s.io"], "resourceNames": ["kubernetes.io/kube-apiserver-client-kubelet"], "resources": ["signers"], "verbs": ["approve"]})
    );
    assert_eq!(
        role["rules"][5],
        json!({"apiGroups": ["", "events.k8s.io"], "resources": ["events"], "verbs": ["create", "patch", "update"]})
    );
    assert_eq!(
        find(Kind::ClusterRole, "cluster-admin")["rules"][1],
        json!({"nonResourceURLs": ["*"], "verbs": ["*"]})
    );
    let edit = find(Kind::ClusterRole, "edit");
    assert_eq!(
        edit["aggregationRule"],
        json!({"clusterRoleSelectors": [{"matchLabels": {"rbac.authorization.k8s.io/aggregate-to-edit": "true"}}]})
    );
    assert_eq!(
        edit["metadata"]["labels"],
        json!({"kubernetes.io/bootstrapping": "rbac-defaults", "rbac.authorization.k8s.io/aggregate-to-admin": "true"})
    );
    let binding = find(
        Kind::ClusterRoleBinding,
        "system:controller:deployment-controller",
    );
    assert_eq!(
        binding["subjects"],
        json!([{"kind": "ServiceAccount", "name": "deployment-controller", "namespace": "kube-system"}])
    );
}
