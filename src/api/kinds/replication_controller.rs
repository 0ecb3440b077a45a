//! ReplicationController: what ReplicaSets were before they had selectors with expressions.
//!
//! The real thing: pkg/apis/core/v1/defaults.go (`SetDefaults_ReplicationController`), pkg/registry/core/replicationcontroller/strategy.go,
//! pkg/apis/core/validation/validation.go (`ValidateReplicationController`).

use super::cells::{age, column, containers, labels, number, wide};
use super::normal::{drop_empty, drop_zero};
use super::{Column, Scale, Stored, pod, stored, workload};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{ReplicationController, ReplicationControllerStatus};

impl Stored for ReplicationController {
    stored!(ReplicationController);

    const UNSIMULATED: Option<&'static str> = Some("replication controller");
    const ORPHANS_DEPENDENTS: bool = true;

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.template.iter_mut().for_each(pod::defaults::template);
        drop_empty(&mut spec.selector);
        let template = spec.template.as_ref();
        if let Some(labels) = template.and_then(workload::template_labels) {
            spec.selector.get_or_insert_with(|| labels.clone());
            drop_empty(&mut self.metadata.labels);
            self.metadata.labels.get_or_insert_with(|| labels.clone());
        }
        spec.replicas.get_or_insert(1);
        drop_zero(&mut spec.min_ready_seconds);
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Some(ReplicationControllerStatus::default());
        let template = self.spec.as_mut().and_then(|s| s.template.as_mut());
        pod::forget_disabled(template.and_then(|t| t.spec.as_mut()));
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        self.metadata.generation = workload::generation(&old.metadata, &old.spec, &self.spec);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        if self.spec != old.spec {
            self.spec.clone_from(&old.spec);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        validate_spec(self, &mut errors);
        errors.into_list()
    }

    /// Upstream checks the spec twice here, and so lists each cause twice.
    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        if self.spec == old.spec {
            return Vec::new();
        }
        let mut errors = self.validate();
        errors.extend_from_within(..);
        errors
    }

    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let Some(status) = &self.status else {
            return Vec::new();
        };
        let parts = [
            ("fullyLabeledReplicas", status.fully_labeled_replicas),
            ("readyReplicas", status.ready_replicas),
            ("availableReplicas", status.available_replicas),
        ];
        let generation = status.observed_generation;
        workload::replica_counts(&parts, status.replicas, generation, &mut errors);
        errors.into_list()
    }

    fn scale(&self) -> Option<Scale> {
        let spec = self.spec.as_ref()?;
        let pairs = spec.selector.iter().flatten();
        let texts: Vec<String> = pairs.map(|(k, v)| format!("{k}={v}")).collect();
        Some(Scale {
            wanted: spec.replicas.unwrap_or_default(),
            is: self.status.as_ref().map_or(0, |s| s.replicas),
            selector: texts.join(","),
        })
    }

    fn set_replicas(&mut self, replicas: i32) {
        self.spec.get_or_insert_default().replicas = Some(replicas);
    }

    fn warnings(&self, old: Option<&Self>) -> Vec<String> {
        let template = self.spec.as_ref().and_then(|spec| spec.template.as_ref());
        workload::warnings(&self.metadata, template, old.map(|old| &old.metadata))
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            number("Desired"),
            number("Current"),
            number("Ready"),
            column("Age"),
            wide("Containers"),
            wide("Images"),
            wide("Selector"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let (spec, status) = (
            self.spec.clone().unwrap_or_default(),
            self.status.clone().unwrap_or_default(),
        );
        let (names, images) = containers(&spec.template.unwrap_or_default());
        vec![
            spec.replicas.unwrap_or_default().to_string(),
            status.replicas.to_string(),
            status.ready_replicas.unwrap_or_default().to_string(),
            age(&self.metadata, now_ms),
            names,
            images,
            labels(spec.selector.as_ref()),
        ]
    }

    fn selectable_fields() -> &'static [&'static str] {
        &["status.replicas"]
    }

    fn selectable_field(&self, path: &str) -> Option<String> {
        let replicas = || self.status.as_ref().map_or(0, |s| s.replicas).to_string();
        (path == "status.replicas").then(replicas)
    }
}

fn validate_spec(controller: &ReplicationController, errors: &mut Errors) {
    let Some(spec) = &controller.spec else { return };
    let path = workload::SPEC;
    errors.non_negative(&path.child("minReadySeconds"), spec.min_ready_seconds);
    if spec.selector.is_none() {
        errors.required(&path.child("selector"), "");
    }
    errors.non_negative(&path.child("replicas"), spec.replicas);
    let path = path.child("template");
    let Some(template) = &spec.template else {
        errors.required(&path, "");
        return;
    };
    workload::labels_include(spec.selector.as_ref(), template, &path, errors);
    pod::validation::template(template, &path, errors);
    workload::runs_always(template, "ReplicationController", &path, errors);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn controller(spec: Value) -> ReplicationController {
        let json = json!({"metadata": {"name": "web"}, "spec": spec});
        let mut controller: ReplicationController =
            serde_json::from_value(json).expect("a replication controller");
        controller.set_defaults();
        controller
    }

    fn template() -> Value {
        json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}})
    }

    fn texts(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn selector_and_labels_are_those_of_the_template() {
        let got = controller(json!({"template": template()}));
        let json = serde_json::to_value(&got).expect("plain data");
        assert_eq!(json["spec"]["selector"], json!({"app": "web"}));
        assert_eq!(json["metadata"]["labels"], json!({"app": "web"}));
        assert_eq!(json["spec"]["replicas"], 1);
        assert_eq!(
            got.row(0),
            ["1", "0", "0", "<unknown>", "c", "nginx:1.27", "app=web"]
        );
        let scale = got.scale().expect("it can be scaled");
        assert_eq!((scale.wanted, scale.selector.as_str()), (1, "app=web"));
    }

    #[test]
    fn says_what_upstream_says() {
        for (name, spec, want) in [
            ("right", json!({"template": template()}), vec![]),
            (
                "empty",
                json!({}),
                vec![
                    "spec.selector: Required value",
                    "spec.template: Required value",
                ],
            ),
            (
                "negative",
                json!({"replicas": -1, "minReadySeconds": -2, "template": template()}),
                vec![
                    "spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0",
                    "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                ],
            ),
            (
                "other labels",
                json!({"selector": {"app": "b"}, "template": template()}),
                vec![
                    "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"web\"}: `selector` does not match template `labels`",
                ],
            ),
            (
                "runs once",
                json!({"template": {"metadata": {"labels": {"app": "web"}}, "spec": {"restartPolicy": "Never", "activeDeadlineSeconds": 5, "containers": [{"name": "c", "image": "nginx"}]}}}),
                vec![
                    "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
                    "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicationController is not Supported",
                ],
            ),
        ] {
            let got = controller(spec);
            assert_eq!(texts(&got.validate()), want, "{name}");
            let twice = got.validate_update(&ReplicationController::default()).len();
            assert_eq!(twice, 2 * want.len(), "{name}");
        }
    }
}
