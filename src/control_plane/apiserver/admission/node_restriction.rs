//! NodeRestriction: a kubelet may change its own node and the pods on it, and nothing of other nodes.
//!
//! The real thing: plugin/pkg/admission/noderestriction/admission.go, staging/src/k8s.io/kubelet/pkg/apis/well_known_labels.go.
//! Left out: tokens of service accounts, pods' evictions, certificate requests and resource slices.

use super::{Attributes, Operation, Plugin, World};
use crate::api::{Kind, Object, Pod, Status, Stored, Subresource};
use k8s_openapi::api::core::v1::Node;
use std::collections::{BTreeMap, BTreeSet};

const MIRROR: &str = "kubernetes.io/config.mirror";

/// See the file.
pub(super) struct NodeRestriction;

impl Plugin for NodeRestriction {
    fn validate(
        &self,
        attributes: &Attributes<'_>,
        object: Option<&Object>,
        _world: &World<'_>,
    ) -> Result<Vec<Object>, Status> {
        let Some(node) = attributes.user.strip_prefix("system:node:") else {
            return Ok(Vec::new());
        };
        let why = match attributes.kind {
            Kind::Pod => pod(attributes, object, node),
            Kind::Node => own_node(attributes, object, node),
            Kind::PersistentVolumeClaim => claim(attributes, node),
            Kind::Lease => lease(attributes, object, node),
            Kind::CSINode => csi_node(attributes, object, node),
            _ => None,
        };
        match why {
            Some(why) => Err(attributes.forbidden(object, &why)),
            None => Ok(Vec::new()),
        }
    }
}

fn on_node(object: Option<&Object>) -> &str {
    let spec = object.and_then(Pod::of).and_then(|p| p.spec.as_ref());
    spec.and_then(|s| s.node_name.as_deref())
        .unwrap_or_default()
}

fn pod(attributes: &Attributes<'_>, object: Option<&Object>, node: &str) -> Option<String> {
    match (attributes.operation, attributes.subresource) {
        (Operation::Create, None) => new_pod(object?, node),
        (Operation::Delete, None) => (on_node(attributes.old) != node).then(|| {
            format!("node {node:?} can only delete pods with spec.nodeName set to itself")
        }),
        (Operation::Update, Some(Subresource::Status)) => {
            if on_node(attributes.old) != node {
                return Some(format!(
                    "node {node:?} can only update pod status for pods with spec.nodeName set to itself"
                ));
            }
            let labels = [object, attributes.old].map(|o| o.map(|o| &o.metadata().labels));
            (labels[0] != labels[1])
                .then(|| format!("node {node:?} cannot update labels through pod status"))
        }
        (operation, None) => Some(format!(
            "unexpected operation {:?}, node {node:?} can only create and delete mirror pods",
            operation.name()
        )),
        (Operation::Create, Some(Subresource::Eviction)) => None,
        (_, Some(subresource)) => Some(format!(
            "unexpected pod subresource {:?}, only 'status' and 'eviction' are allowed",
            subresource.name()
        )),
    }
}

/// A kubelet makes only pods that mirror those it runs by itself.
fn new_pod(object: &Object, node: &str) -> Option<String> {
    let annotations = object.metadata().annotations.as_ref();
    if !annotations.is_some_and(|a| a.contains_key(MIRROR)) {
        return Some(format!(
            "pod does not have {MIRROR:?} annotation, node {node:?} can only create mirror pods"
        ));
    }
    if on_node(Some(object)) != node {
        return Some(format!(
            "node {node:?} can only create pods with spec.nodeName set to itself"
        ));
    }
    let owners = object.metadata().owner_references.as_deref();
    let Some([owner]) = owners else {
        return Some(match owners {
            None | Some([]) => {
                format!("node {node:?} can only create pods with an owner reference set to itself")
            }
            Some(_) => format!(
                "node {node:?} can only create pods with a single owner reference set to itself"
            ),
        });
    };
    if (
        owner.api_version.as_str(),
        owner.kind.as_str(),
        owner.name.as_str(),
    ) != ("v1", "Node", node)
    {
        return Some(format!(
            "node {node:?} can only create pods with an owner reference set to itself"
        ));
    }
    let spec = Pod::of(object).and_then(|p| p.spec.as_ref())?;
    if spec
        .service_account_name
        .as_ref()
        .is_some_and(|n| !n.is_empty())
    {
        return Some(format!(
            "node {node:?} can not create pods that reference a service account"
        ));
    }
    let mut volumes = spec.volumes.iter().flatten();
    let reads = volumes.any(|v| v.secret.is_some() || v.config_map.is_some());
    reads.then(|| format!("node {node:?} can not create pods that reference secrets"))
}

fn own_node(attributes: &Attributes<'_>, object: Option<&Object>, node: &str) -> Option<String> {
    let name = match object {
        Some(object) if attributes.name.is_empty() => object.name(),
        _ => attributes.name.into(),
    };
    let new = object.and_then(Node::of);
    if attributes.operation == Operation::Create && attributes.subresource.is_none() {
        let labels = new
            .and_then(|n| n.metadata.labels.clone())
            .unwrap_or_default();
        let wrong: BTreeSet<&String> = labels.keys().filter(|l| !is_own_label(l)).collect();
        if !wrong.is_empty() {
            return Some(format!(
                "node {node:?} is not allowed to set the following labels: {}",
                listed(&wrong)
            ));
        }
    }
    if name != node {
        return Some(format!(
            "node {node:?} is not allowed to modify node {name:?}"
        ));
    }
    let old = attributes.old.and_then(Node::of);
    let (Operation::Update, Some(new), Some(old)) = (attributes.operation, new, old) else {
        return None;
    };
    let taints = |n: &Node| {
        n.spec
            .as_ref()
            .and_then(|s| s.taints.clone())
            .unwrap_or_default()
    };
    if taints(new) != taints(old) {
        return Some(format!("node {node:?} is not allowed to modify taints"));
    }
    let empty = BTreeMap::new();
    let is = new.metadata.labels.as_ref().unwrap_or(&empty);
    let was = old.metadata.labels.as_ref().unwrap_or(&empty);
    let keys = is.keys().chain(was.keys());
    let changed = keys.filter(|key| is.get(*key) != was.get(*key));
    let wrong: BTreeSet<&String> = changed.filter(|l| !is_own_label(l)).collect();
    (!wrong.is_empty()).then(|| {
        format!(
            "node {node:?} is not allowed to modify labels: {}",
            listed(&wrong)
        )
    })
}

fn listed(labels: &BTreeSet<&String>) -> String {
    let labels: Vec<&str> = labels.iter().map(|l| l.as_str()).collect();
    labels.join(", ")
}

/// May a kubelet set this label of its node? Those of Kubernetes only if they are meant for it.
fn is_own_label(label: &str) -> bool {
    const OWN: &[&str] = &[
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
        "node.kubernetes.io/instance-type",
        "beta.kubernetes.io/instance-type",
        "beta.kubernetes.io/os",
        "beta.kubernetes.io/arch",
        "kubernetes.io/os",
        "kubernetes.io/arch",
        "node.kubernetes.io/windows-build",
    ];
    let Some((domain, _)) = label.split_once('/') else {
        return true;
    };
    let under = |parent: &str| domain == parent || domain.ends_with(&format!(".{parent}"));
    if !under("kubernetes.io") && !under("k8s.io") {
        return true;
    }
    let meant = under("kubelet.kubernetes.io") || under("node.kubernetes.io");
    OWN.contains(&label) || meant
}

fn claim(attributes: &Attributes<'_>, node: &str) -> Option<String> {
    let status = attributes.subresource == Some(Subresource::Status);
    if attributes.operation == Operation::Update && status {
        return None;
    }
    if status {
        return Some(format!(
            "unexpected operation {:?}",
            attributes.operation.name()
        ));
    }
    Some(format!("node {node:?} may only update PVC status"))
}

fn lease(attributes: &Attributes<'_>, object: Option<&Object>, node: &str) -> Option<String> {
    if attributes.namespace != "kube-node-lease" {
        return Some(
            "can only access leases in the \"kube-node-lease\" system namespace".to_owned(),
        );
    }
    let created = object.filter(|_| attributes.operation == Operation::Create);
    let name = created.map_or_else(|| attributes.name.into(), Object::name);
    (name != node)
        .then(|| "can only access node lease with the same name as the requesting node".to_owned())
}

fn csi_node(attributes: &Attributes<'_>, object: Option<&Object>, node: &str) -> Option<String> {
    let created = object.filter(|_| attributes.operation == Operation::Create);
    let name = created.map_or_else(|| attributes.name.into(), Object::name);
    (name != node)
        .then(|| "can only access CSINode with the same name as the requesting node".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, object, snapshot, validate};
    use super::*;
    use k8s_openapi::api::coordination::v1::Lease;
    use serde_json::{Value, json};

    fn pod_on(node: &str, annotations: &Value) -> Object {
        let owner = json!([{"apiVersion": "v1", "kind": "Node", "name": node, "uid": "1"}]);
        object::<Pod>(json!({"metadata": {"name": "p", "annotations": annotations, "ownerReferences": owner}, "spec": {"nodeName": node, "containers": []}})).into()
    }

    fn node(name: &str, labels: &Value) -> Object {
        object::<Node>(json!({"metadata": {"name": name, "labels": labels}})).into()
    }

    fn ask(operation: Operation, object: Object, old: Option<&Object>) -> String {
        let case = Case {
            operation,
            old,
            user: "system:node:n1",
            ..Case::create()
        };
        let got = validate(&NodeRestriction, &case, object, &snapshot([]));
        let got = got.err().unwrap_or_default();
        let why = got
            .split_once("is forbidden: ")
            .map(|(_, why)| why.to_owned());
        why.unwrap_or(got)
    }

    #[test]
    fn a_kubelet_keeps_to_its_own() {
        use Operation::{Create, Delete, Update};
        let mirror = json!({MIRROR: "1"});
        let (mine, yours) = (pod_on("n1", &json!({})), pod_on("n2", &json!({})));
        let plain = node("n1", &json!({}));
        let master = json!({"node-role.kubernetes.io/control-plane": ""});
        for (name, operation, object, old, want) in [
            ("a mirror", Create, pod_on("n1", &mirror), None, ""),
            (
                "a pod",
                Create,
                mine.clone(),
                None,
                "pod does not have \"kubernetes.io/config.mirror\" annotation, node \"n1\" can only create mirror pods",
            ),
            (
                "a mirror elsewhere",
                Create,
                pod_on("n2", &mirror),
                None,
                "node \"n1\" can only create pods with spec.nodeName set to itself",
            ),
            ("its pod goes", Delete, mine.clone(), Some(&mine), ""),
            (
                "another's pod goes",
                Delete,
                yours.clone(),
                Some(&yours),
                "node \"n1\" can only delete pods with spec.nodeName set to itself",
            ),
            (
                "itself",
                Create,
                node("n1", &json!({"a": "b", "kubernetes.io/os": "linux"})),
                None,
                "",
            ),
            (
                "another",
                Create,
                node("n2", &json!({})),
                None,
                "node \"n1\" is not allowed to modify node \"n2\"",
            ),
            (
                "a role",
                Create,
                node("n1", &master),
                None,
                "node \"n1\" is not allowed to set the following labels: node-role.kubernetes.io/control-plane",
            ),
            (
                "a role later",
                Update,
                node("n1", &master),
                Some(&plain),
                "node \"n1\" is not allowed to modify labels: node-role.kubernetes.io/control-plane",
            ),
        ] {
            assert_eq!(ask(operation, object, old), want, "{name}");
        }
    }

    #[test]
    fn leases_have_the_nodes_name() {
        let lease: Lease = object(json!({"metadata": {"name": "n1"}}));
        let want = "can only access leases in the \"kube-node-lease\" system namespace";
        assert_eq!(ask(Operation::Create, lease.into(), None), want);
    }

    #[test]
    fn others_are_not_asked() {
        let case = Case::create();
        let got = validate(
            &NodeRestriction,
            &case,
            node("n2", &json!({})),
            &snapshot([]),
        );
        assert_eq!(got, Ok(Vec::new()));
    }
}
