//! Node.
//!
//! The real thing: pkg/apis/core, pkg/registry/core/node/strategy.go. A new node keeps the status that it comes with: kubelets register with one.

use super::normal::{drop_empty, drop_false};
use super::{Column, Stored, stored};
use crate::api::quantity;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::Node;

impl Stored for Node {
    stored!(Node);

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        drop_false(&mut spec.unschedulable);
        drop_empty(&mut spec.taints);
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

    fn columns() -> &'static [Column] {
        &[]
    }

    fn row(&self, _now_ms: Ms) -> Vec<String> {
        Vec::new()
    }
}
