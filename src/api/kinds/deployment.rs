//! Deployment.
//!
//! The real thing: pkg/apis/apps/v1/defaults.go, pkg/registry/apps/deployment/strategy.go.

use super::cells::{age, column, containers, wide};
use super::normal::{drop_empty, drop_false, drop_zero, text_default};
use super::{Column, Stored, pod, stored};
use crate::api::selector;
use crate::api::time::Ms;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentStatus, DeploymentStrategy};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

impl Stored for Deployment {
    stored!(Deployment);

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.replicas.get_or_insert(1);
        strategy_defaults(spec.strategy.get_or_insert_default());
        spec.revision_history_limit.get_or_insert(10);
        spec.progress_deadline_seconds.get_or_insert(600);
        drop_zero(&mut spec.min_ready_seconds);
        drop_false(&mut spec.paused);
        drop_empty(&mut spec.selector.match_labels);
        drop_empty(&mut spec.selector.match_expressions);
        pod::defaults::template(&mut spec.template);
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Some(DeploymentStatus::default());
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        self.metadata.generation = old.metadata.generation;
        let changed =
            self.spec != old.spec || self.metadata.annotations != old.metadata.annotations;
        if changed {
            self.metadata.generation = Some(old.metadata.generation.unwrap_or(0) + 1);
        }
    }

    fn prepare_status_update(&mut self, old: &Self) {
        self.metadata.generation = old.metadata.generation;
        if self.spec != old.spec {
            self.spec.clone_from(&old.spec);
        }
        if self.metadata.labels != old.metadata.labels {
            self.metadata.labels.clone_from(&old.metadata.labels);
        }
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Ready"),
            column("Up-to-date"),
            column("Available"),
            column("Age"),
            wide("Containers"),
            wide("Images"),
            wide("Selector"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let (Some(spec), status) = (&self.spec, self.status.clone().unwrap_or_default()) else {
            return vec![String::new(); Self::columns().len()];
        };
        let (names, images) = containers(&spec.template);
        let count = |n: Option<i32>| n.unwrap_or_default().to_string();
        vec![
            format!("{}/{}", count(status.ready_replicas), count(spec.replicas)),
            count(status.updated_replicas),
            count(status.available_replicas),
            age(&self.metadata, now_ms),
            names,
            images,
            selector::format(&spec.selector),
        ]
    }
}

fn strategy_defaults(strategy: &mut DeploymentStrategy) {
    text_default(&mut strategy.type_, "RollingUpdate");
    if strategy.type_.as_deref() != Some("RollingUpdate") {
        return;
    }
    let quarter = || IntOrString::String("25%".to_owned());
    let rolling = strategy.rolling_update.get_or_insert_default();
    rolling.max_unavailable.get_or_insert_with(quarter);
    rolling.max_surge.get_or_insert_with(quarter);
}
