//! ReplicaSet.
//!
//! The real thing: pkg/apis/apps/v1/defaults.go, pkg/registry/apps/replicaset/strategy.go.

use super::normal::{drop_empty, drop_zero};
use super::{Column, Stored, pod, stored};
use crate::api::time::Ms;
use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetStatus};

impl Stored for ReplicaSet {
    stored!(ReplicaSet);

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.replicas.get_or_insert(1);
        drop_zero(&mut spec.min_ready_seconds);
        drop_empty(&mut spec.selector.match_labels);
        drop_empty(&mut spec.selector.match_expressions);
        pod::defaults::template(spec.template.get_or_insert_default());
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Some(ReplicaSetStatus::default());
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        self.metadata.generation = old.metadata.generation;
        if self.spec != old.spec {
            self.metadata.generation = Some(old.metadata.generation.unwrap_or(0) + 1);
        }
    }

    fn prepare_status_update(&mut self, old: &Self) {
        self.metadata.generation = old.metadata.generation;
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
