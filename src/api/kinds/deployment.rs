//! Deployment.
//!
//! The real thing: pkg/apis/apps/v1/defaults.go, pkg/registry/apps/deployment/strategy.go.

use super::cells::{age, column, containers, wide};
use super::int_or_percent::{self, amount};
use super::normal::{drop_false, drop_zero, text_default};
use super::{Column, Scale, Stored, go, pod, stored, workload};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::selector;
use crate::api::time::Ms;
use k8s_openapi::api::apps::v1::{
    Deployment, DeploymentStatus, DeploymentStrategy, RollingUpdateDeployment,
};
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
        workload::selector_defaults(&mut spec.selector);
        pod::defaults::template(&mut spec.template);
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        pod::forget_disabled(self.spec.as_mut().and_then(|s| s.template.spec.as_mut()));
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

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        validate_spec(self, &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if self.spec == old.spec {
            return Vec::new();
        }
        validate_spec(self, &mut errors);
        if let (Some(new), Some(old)) = (&self.spec, &old.spec) {
            workload::selector_stays(&new.selector, &old.selector, &mut errors);
        }
        errors.into_list()
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let Some(status) = &self.status else {
            return Vec::new();
        };
        let replicas = status.replicas.unwrap_or_default();
        let parts = [
            ("updatedReplicas", status.updated_replicas),
            ("readyReplicas", status.ready_replicas),
            ("availableReplicas", status.available_replicas),
        ];
        let generation = status.observed_generation;
        errors.non_negative(&workload::STATUS.child("observedGeneration"), generation);
        workload::counts(&[("replicas", status.replicas)], &mut errors);
        workload::counts(&parts, &mut errors);
        let others = [
            ("unavailableReplicas", status.unavailable_replicas),
            ("collisionCount", status.collision_count),
        ];
        workload::counts(&others, &mut errors);
        workload::parts_of(&parts, replicas, &mut errors);
        let (available, ready) = (status.available_replicas, status.ready_replicas);
        workload::available_are_ready(available, ready, "readyReplicas", &mut errors);
        let was = old.status.as_ref().and_then(|s| s.collision_count);
        workload::collisions_grow(status.collision_count, was, &mut errors);
        errors.into_list()
    }

    fn scale(&self) -> Option<Scale> {
        let spec = self.spec.as_ref()?;
        Some(Scale {
            wanted: spec.replicas.unwrap_or_default(),
            is: self.status.as_ref().and_then(|s| s.replicas).unwrap_or(0),
            selector: selector::text(&spec.selector),
        })
    }

    fn set_replicas(&mut self, replicas: i32) {
        self.spec.get_or_insert_default().replicas = Some(replicas);
    }

    fn warnings(&self, old: Option<&Self>) -> Vec<String> {
        let template = self.spec.as_ref().map(|spec| &spec.template);
        workload::warnings(&self.metadata, template, old.map(|old| &old.metadata))
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

fn validate_spec(deployment: &Deployment, errors: &mut Errors) {
    let Some(spec) = &deployment.spec else { return };
    let path = Path::root("spec");
    errors.non_negative(&path.child("replicas"), spec.replicas);
    workload::selector_and_template(&spec.selector, &spec.template, &path, errors);
    if let Some(strategy) = &spec.strategy {
        validate_strategy(strategy, &path.child("strategy"), errors);
    }
    errors.non_negative(&path.child("minReadySeconds"), spec.min_ready_seconds);
    let history_path = path.child("revisionHistoryLimit");
    errors.non_negative(&history_path, spec.revision_history_limit);
    if let Some(deadline_s) = spec.progress_deadline_seconds {
        let path = path.child("progressDeadlineSeconds");
        errors.non_negative(&path, Some(deadline_s));
        if deadline_s <= spec.min_ready_seconds.unwrap_or_default() {
            let detail = "must be greater than minReadySeconds";
            errors.invalid(&path, deadline_s, detail);
        }
    }
}

fn validate_strategy(strategy: &DeploymentStrategy, path: &Path<'_>, errors: &mut Errors) {
    let rolling_path = path.child("rollingUpdate");
    match (strategy.type_.as_deref(), &strategy.rolling_update) {
        (Some("Recreate"), Some(_)) => {
            let detail = "may not be specified when strategy `type` is 'Recreate'";
            errors.forbidden(&rolling_path, detail);
        }
        (Some("Recreate"), None) => {}
        (Some("RollingUpdate"), None) => {
            let detail = "this should be defaulted and never be nil";
            errors.required(&rolling_path, detail);
        }
        (Some("RollingUpdate"), Some(rolling)) => {
            validate_rolling_update(rolling, &rolling_path, errors);
        }
        (kind, _) => {
            let value = format!(
                "apps.DeploymentStrategy{{Type:{:?}, RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}}",
                kind.unwrap_or_default()
            );
            errors.not_supported_go(path, &value, &["Recreate", "RollingUpdate"]);
        }
    }
}

fn validate_rolling_update(
    rolling: &RollingUpdateDeployment,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let value = |v: &Option<IntOrString>| v.clone().unwrap_or_default();
    let (unavailable, surge) = (value(&rolling.max_unavailable), value(&rolling.max_surge));
    let unavailable_path = path.child("maxUnavailable");
    int_or_percent::check(&unavailable, &unavailable_path, errors);
    int_or_percent::check(&surge, &path.child("maxSurge"), errors);
    if amount(&unavailable) == 0 && amount(&surge) == 0 {
        let value = go::int_or_string(&unavailable);
        let detail = "may not be 0 when `maxSurge` is 0";
        errors.invalid_go(&unavailable_path, &value, detail);
    }
    int_or_percent::at_most_all(&unavailable, &unavailable_path, errors);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn deployment(spec: Value) -> Deployment {
        let mut deployment: Deployment =
            serde_json::from_value(json!({ "metadata": {"name": "web"}, "spec": spec }))
                .expect("a deployment");
        deployment.set_defaults();
        deployment
    }

    fn template() -> Value {
        json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}})
    }

    fn texts(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_bare_deployment_gets_what_upstream_gives_it() {
        let got = deployment(
            json!({"selector": {"matchLabels": {"app": "web"}}, "template": template()}),
        );
        let spec = serde_json::to_value(got.spec).expect("plain data");
        assert_eq!(spec["replicas"], 1);
        assert_eq!(
            spec["strategy"],
            json!({"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}, "type": "RollingUpdate"})
        );
        assert_eq!(spec["revisionHistoryLimit"], 10);
        assert_eq!(spec["progressDeadlineSeconds"], 600);
        let recreate = deployment(
            json!({"strategy": {"type": "Recreate"}, "selector": {}, "template": template()}),
        );
        let spec = serde_json::to_value(recreate.spec).expect("plain data");
        assert_eq!(spec["strategy"], json!({"type": "Recreate"}));
    }

    #[test]
    fn generation_counts_changes_of_spec_and_annotations() {
        let mut old = deployment(
            json!({"selector": {"matchLabels": {"app": "web"}}, "template": template()}),
        );
        old.prepare_create();
        let mut same = old.clone();
        same.metadata.labels = Some([("a".to_owned(), "b".to_owned())].into());
        same.prepare_update(&old);
        assert_eq!(same.metadata.generation, Some(1));
        let mut scaled = old.clone();
        scaled.spec.as_mut().expect("kept").replicas = Some(3);
        scaled.prepare_update(&old);
        assert_eq!(scaled.metadata.generation, Some(2));
        let mut annotated = old.clone();
        annotated.metadata.annotations = Some([("a".to_owned(), "b".to_owned())].into());
        let mut by_status = annotated.clone();
        annotated.prepare_update(&old);
        assert_eq!(annotated.metadata.generation, Some(2));
        by_status.spec.as_mut().expect("kept").replicas = Some(9);
        by_status.prepare_status_update(&old);
        assert_eq!(by_status.metadata.generation, Some(1));
        assert_eq!(by_status.spec, old.spec);
        assert!(by_status.metadata.annotations.is_some());
    }

    #[test]
    fn says_what_upstream_says() {
        let selector = json!({"matchLabels": {"app": "web"}});
        for (name, spec, want) in [
            (
                "no selector",
                json!({"template": template()}),
                vec![
                    "spec.selector: Required value",
                    "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"web\"}: `selector` does not match template `labels`",
                ],
            ),
            (
                "other labels",
                json!({"selector": {"matchLabels": {"app": "b"}}, "template": template()}),
                vec![
                    "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"web\"}: `selector` does not match template `labels`",
                ],
            ),
            (
                "no template",
                json!({"selector": selector, "template": {"metadata": {"labels": {"app": "web"}}}}),
                vec!["spec.template.spec.containers: Required value"],
            ),
            (
                "both zero",
                json!({"selector": selector, "template": template(), "strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}}),
                vec![
                    "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}: may not be 0 when `maxSurge` is 0",
                ],
            ),
            (
                "negative",
                json!({"selector": selector, "template": template(), "replicas": -1}),
                vec!["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
            ),
            (
                "strategy",
                json!({"selector": selector, "template": template(), "strategy": {"type": "Blue"}}),
                vec![
                    "spec.strategy: Unsupported value: apps.DeploymentStrategy{Type:\"Blue\", RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}: supported values: \"Recreate\", \"RollingUpdate\"",
                ],
            ),
            (
                "recreate with numbers",
                json!({"selector": selector, "template": template(), "strategy": {"type": "Recreate", "rollingUpdate": {}}}),
                vec![
                    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
                ],
            ),
            (
                "deadline",
                json!({"selector": selector, "template": template(), "progressDeadlineSeconds": 5, "minReadySeconds": 5}),
                vec![
                    "spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds",
                ],
            ),
        ] {
            assert_eq!(texts(&deployment(spec).validate()), want, "{name}");
        }
    }

    #[test]
    fn the_selector_stays() {
        let spec = |app: &str| json!({"selector": {"matchLabels": {"app": app}}, "template": {"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}});
        let errors = deployment(spec("web2")).validate_update(&deployment(spec("web")));
        let want = r#"spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"web2"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable"#;
        assert_eq!(texts(&errors), [want]);
    }
}
