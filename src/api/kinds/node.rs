//! Node.
//!
//! The real thing: pkg/apis/core, pkg/registry/core/node/strategy.go. A new node keeps the status that it comes with: kubelets register with one.

use super::cells::{age, column, or, wide};
use super::normal::{drop_empty, drop_false, list, text};
use super::{Column, Stored, SubresourceInfo, names, pod, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use crate::api::{labels, quantity};
use k8s_openapi::api::core::v1::{Node, NodeSpec, Taint};
use std::collections::BTreeSet;

impl Stored for Node {
    stored!(Node);

    const SUBRESOURCES: &'static [SubresourceInfo] = &[SubresourceInfo::proxy("NodeProxyOptions")];

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        drop_false(&mut spec.unschedulable);
        drop_empty(&mut spec.taints);
        pod_cidr_defaults(spec);
        let status = self.status.get_or_insert_default();
        quantity::canonicalize_all(&mut status.capacity);
        quantity::canonicalize_all(&mut status.allocatable);
        if status.allocatable.is_none() {
            status.allocatable.clone_from(&status.capacity);
        }
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        if self.spec != old.spec {
            self.spec.clone_from(&old.spec);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        taints(self, &mut errors);
        status_resources(self, &mut errors);
        let spec = Path::root("spec");
        let path = spec.child("podCIDRs");
        let cidrs = self.spec.iter().flat_map(|s| list(&s.pod_cidrs));
        for (index, cidr) in cidrs.enumerate() {
            errors.invalid_text(&path.index(index), cidr, names::cidr(cidr));
        }
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if self.spec == old.spec {
            return Vec::new();
        }
        let spec = Path::root("spec");
        let (new, old) = (
            self.spec.clone().unwrap_or_default(),
            old.spec.clone().unwrap_or_default(),
        );
        let had = !list(&old.pod_cidrs).is_empty();
        if had && list(&old.pod_cidrs) != list(&new.pod_cidrs) {
            let detail = "node updates may not change podCIDR except from \"\" to valid";
            errors.forbidden(&spec.child("podCIDRs"), detail);
        }
        let provider = text(&old.provider_id);
        if !provider.is_empty() && provider != text(&new.provider_id) {
            let detail = "node updates may not change providerID except from \"\" to valid";
            errors.forbidden(&spec.child("providerID"), detail);
        }
        taints(self, &mut errors);
        if text(&old.external_id) != text(&new.external_id) {
            errors.forbidden(&spec.child("externalID"), "may not be updated");
        }
        errors.into_list()
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let resources = |n: &Self| {
            n.status
                .as_ref()
                .map(|s| (s.capacity.clone(), s.allocatable.clone()))
        };
        if resources(self) != resources(old) {
            status_resources(self, &mut errors);
        }
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Status"),
            column("Roles"),
            column("Age"),
            column("Version"),
            wide("Internal-IP"),
            wide("External-IP"),
            wide("OS-Image"),
            wide("Kernel-Version"),
            wide("Container-Runtime"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let info = self.status.as_ref().and_then(|s| s.node_info.as_ref());
        let unknown = |text: Option<&String>| or(text.map(String::as_str), "<unknown>");
        vec![
            self.readiness(),
            self.roles(),
            age(&self.metadata, now_ms),
            info.map(|i| i.kubelet_version.clone()).unwrap_or_default(),
            self.address("InternalIP"),
            self.address("ExternalIP"),
            unknown(info.map(|i| &i.os_image)),
            unknown(info.map(|i| &i.kernel_version)),
            unknown(info.map(|i| &i.container_runtime_version)),
        ]
    }

    fn selectable_fields() -> &'static [&'static str] {
        &["spec.unschedulable"]
    }

    fn selectable_field(&self, path: &str) -> Option<String> {
        (path == "spec.unschedulable").then(|| self.is_cordoned().to_string())
    }
}

/// The one range and the list of ranges say the same; where they do not, the one range counts.
fn pod_cidr_defaults(spec: &mut NodeSpec) {
    drop_empty(&mut spec.pod_cidrs);
    drop_empty(&mut spec.pod_cidr);
    let first = spec.pod_cidrs.as_ref().and_then(|all| all.first());
    match (&spec.pod_cidr, first) {
        (Some(one), first) if first != Some(one) => spec.pod_cidrs = Some(vec![one.clone()]),
        (None, Some(first)) => spec.pod_cidr = Some(first.clone()),
        _ => {}
    }
}

/// Upstream names the taints' place `metadata.taints`.
fn taints(node: &Node, errors: &mut Errors) {
    let metadata = Path::root("metadata");
    let path = metadata.child("taints");
    let taints = node.spec.as_ref().map_or(&[][..], |s| list(&s.taints));
    for (index, taint) in taints.iter().enumerate() {
        let path = path.index(index);
        let (key, value) = (taint.key.as_str(), text(&taint.value));
        errors.invalid_text(&path.child("key"), key, labels::qualified_name(key));
        let wrong = labels::label_value(value);
        if !wrong.is_empty() {
            errors.invalid(&path.child("value"), value, &wrong.join(";"));
        }
        pod::scheduling::taint_effect(&taint.effect, &path.child("effect"), errors);
        let same = |t: &Taint| t.key == taint.key && t.effect == taint.effect;
        if taints[..index].iter().any(same) {
            let value = format!(
                "core.Taint{{Key:{key:?}, Value:{value:?}, Effect:{:?}, TimeAdded:<nil>}}",
                taint.effect
            );
            let detail = "taints must be unique by key and effect pair";
            errors.duplicate_go(&path, &value, detail);
        }
    }
}

fn status_resources(node: &Node, errors: &mut Errors) {
    let Some(status) = &node.status else { return };
    let path = Path::root("status");
    for (field, amounts) in [
        ("capacity", &status.capacity),
        ("allocatable", &status.allocatable),
    ] {
        let path = path.child(field);
        for (name, amount) in amounts.iter().flatten() {
            pod::resources::amount_of(name, amount, &path.child(name), errors);
        }
    }
}

/// The parts of a node's row.
trait Cells {
    fn is_cordoned(&self) -> bool;
    fn readiness(&self) -> String;
    fn roles(&self) -> String;
    fn address(&self, kind: &str) -> String;
}

impl Cells for Node {
    fn is_cordoned(&self) -> bool {
        self.spec
            .as_ref()
            .and_then(|s| s.unschedulable)
            .unwrap_or_default()
    }

    /// `Ready`, `NotReady` or `Unknown`, with `,SchedulingDisabled` if it is cordoned.
    fn readiness(&self) -> String {
        let conditions = self.status.as_ref().and_then(|s| s.conditions.as_ref());
        let ready = conditions
            .into_iter()
            .flatten()
            .find(|c| c.type_ == "Ready");
        let word = match ready {
            Some(ready) if ready.status == "True" => "Ready",
            Some(_) => "NotReady",
            None => "Unknown",
        };
        let cordoned = if self.is_cordoned() {
            ",SchedulingDisabled"
        } else {
            ""
        };
        format!("{word}{cordoned}")
    }

    /// From the labels `node-role.kubernetes.io/ROLE` and `kubernetes.io/role=ROLE`.
    fn roles(&self) -> String {
        let labels = self.metadata.labels.iter().flatten();
        let role =
            |(key, value): (&String, &String)| match key.strip_prefix("node-role.kubernetes.io/") {
                Some(role) => Some(role.to_owned()).filter(|r| !r.is_empty()),
                None => (key == "kubernetes.io/role" && !value.is_empty()).then(|| value.clone()),
            };
        let roles: BTreeSet<String> = labels.filter_map(role).collect();
        let roles: Vec<String> = roles.into_iter().collect();
        or(Some(&roles.join(",")), "<none>")
    }

    fn address(&self, kind: &str) -> String {
        let addresses = self.status.as_ref().and_then(|s| s.addresses.as_ref());
        let found = addresses.into_iter().flatten().find(|a| a.type_ == kind);
        or(found.map(|a| a.address.as_str()), "<none>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_says_how_the_node_is() {
        for (name, node, want) in [
            ("new", json!({}), "Unknown <none>"),
            (
                "ready",
                json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}),
                "Ready <none>",
            ),
            (
                "lost",
                json!({"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}),
                "NotReady <none>",
            ),
            (
                "cordoned",
                json!({"spec": {"unschedulable": true}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}),
                "Ready,SchedulingDisabled <none>",
            ),
            (
                "roles",
                json!({"metadata": {"labels": {"node-role.kubernetes.io/worker": "", "kubernetes.io/role": "edge"}}}),
                "Unknown edge,worker",
            ),
        ] {
            let node: Node = serde_json::from_value(node).expect("a node");
            assert_eq!(node.row(0)[..2].join(" "), want, "{name}");
        }
    }

    #[test]
    fn one_range_of_addresses_is_also_the_first_of_several() {
        for (name, spec, want) in [
            ("none", json!({}), json!({})),
            (
                "one",
                json!({"podCIDR": "10.1.0.0/24"}),
                json!({"podCIDR": "10.1.0.0/24", "podCIDRs": ["10.1.0.0/24"]}),
            ),
            (
                "a list",
                json!({"podCIDRs": ["10.1.0.0/24", "fd00::/64"]}),
                json!({"podCIDR": "10.1.0.0/24", "podCIDRs": ["10.1.0.0/24", "fd00::/64"]}),
            ),
            (
                "another",
                json!({"podCIDR": "10.2.0.0/24", "podCIDRs": ["10.1.0.0/24"]}),
                json!({"podCIDR": "10.2.0.0/24", "podCIDRs": ["10.2.0.0/24"]}),
            ),
        ] {
            let mut node: Node = serde_json::from_value(json!({"spec": spec})).expect("a node");
            node.set_defaults();
            let got = serde_json::to_value(&node.spec).expect("plain data");
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn a_new_node_keeps_its_status_and_an_update_may_not_touch_it() {
        let mut node: Node = serde_json::from_value(
            json!({"status": {"capacity": {"cpu": "4", "memory": "8192Mi"}}}),
        )
        .expect("a node");
        node.set_defaults();
        node.prepare_create();
        let status = node.status.clone().expect("kept");
        let memory = status.allocatable.expect("from the capacity")["memory"]
            .0
            .clone();
        assert_eq!(memory, "8Gi");
        let mut update = Node::default();
        update.prepare_update(&node);
        assert_eq!(update.status, node.status);
    }
}
