//! TaintNodesByCondition: a new node takes no pods until the node lifecycle controller has seen that it is ready.
//!
//! The real thing: plugin/pkg/admission/nodetaint/admission.go.

use super::{Attributes, Plugin, World};
use crate::api::{Kind, Object, Status, Stored};
use k8s_openapi::api::core::v1::{Node, Taint};

const NOT_READY: &str = "node.kubernetes.io/not-ready";

/// See the file.
pub(super) struct TaintNodesByCondition;

impl Plugin for TaintNodesByCondition {
    fn admit(
        &self,
        attributes: &Attributes<'_>,
        object: &mut Object,
        _world: &World<'_>,
    ) -> Result<(), Status> {
        if !attributes.creates(Kind::Node) {
            return Ok(());
        }
        let Some(node) = Node::of_mut(object) else {
            return Ok(());
        };
        let taints = node
            .spec
            .get_or_insert_default()
            .taints
            .get_or_insert_default();
        let is_it = |t: &Taint| t.key == NOT_READY && t.effect == "NoSchedule";
        if !taints.iter().any(is_it) {
            taints.push(Taint {
                key: NOT_READY.to_owned(),
                effect: "NoSchedule".to_owned(),
                ..Taint::default()
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, admit, object, snapshot};
    use super::*;
    use serde_json::json;

    #[test]
    fn a_new_node_waits() {
        let own = json!({"key": "a", "effect": "NoSchedule"});
        let ours = json!({"key": NOT_READY, "effect": "NoSchedule"});
        for (name, taints, want) in [
            ("bare", json!([]), json!([ours])),
            ("its own", json!([own]), json!([own, ours])),
            ("has it", json!([ours]), json!([ours])),
        ] {
            let node: Node =
                object(json!({"metadata": {"name": "n1"}, "spec": {"taints": taints}}));
            let got = admit(&TaintNodesByCondition, &Case::create(), node, &snapshot([]));
            let got = got.expect("never refused").to_json();
            assert_eq!(got["spec"]["taints"], want, "{name}");
        }
    }
}
