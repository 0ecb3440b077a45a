//! PodTemplate.
//!
//! The real thing: pkg/registry/core/podtemplate/strategy.go, pkg/apis/core/validation/validation.go (`ValidatePodTemplate`).

use super::cells::{column, containers, labels};
use super::{Column, Stored, pod, stored, workload};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::PodTemplate;

impl Stored for PodTemplate {
    stored!(PodTemplate);

    fn set_defaults(&mut self) {
        pod::defaults::template(self.template.get_or_insert_default());
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        pod::forget_disabled(self.template.as_mut().and_then(|t| t.spec.as_mut()));
    }

    fn prepare_update(&mut self, old: &Self) {
        let generation = workload::generation(&old.metadata, &old.template, &self.template);
        self.metadata.generation = generation;
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let path = Path::root("template");
        let template = self.template.clone().unwrap_or_default();
        pod::validation::template(&template, &path, &mut errors);
        errors.into_list()
    }

    fn warnings(&self, old: Option<&Self>) -> Vec<String> {
        let is_old = old.is_some_and(|old| old.metadata.generation == self.metadata.generation);
        match &self.template {
            Some(template) if !is_old => {
                pod::warnings::of_template(template, &Path::root("template"))
            }
            _ => Vec::new(),
        }
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Containers"), column("Images"), column("Pod Labels")];
        COLUMNS
    }

    fn row(&self, _now_ms: Ms) -> Vec<String> {
        let template = self.template.clone().unwrap_or_default();
        let (names, images) = containers(&template);
        vec![names, images, labels(workload::template_labels(&template))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn template(pods: &Value) -> PodTemplate {
        let json = json!({"metadata": {"name": "web"}, "template": pods});
        let mut template: PodTemplate = serde_json::from_value(json).expect("a pod template");
        template.set_defaults();
        template
    }

    fn pods() -> Value {
        json!({"metadata": {"labels": {"app": "web", "tier": "a"}}, "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}, {"name": "d", "image": "busybox"}]}})
    }

    #[test]
    fn the_pod_is_filled_in_and_shown() {
        let got = template(&pods());
        let spec = serde_json::to_value(&got.template).expect("plain data");
        assert_eq!(spec["spec"]["restartPolicy"], "Always");
        assert_eq!(got.row(0), ["c,d", "nginx:1.27,busybox", "app=web,tier=a"]);
    }

    #[test]
    fn generation_counts_changes_of_the_template() {
        let mut old = template(&pods());
        old.prepare_create();
        assert_eq!(old.metadata.generation, Some(1));
        let mut other = template(&json!({"spec": {"containers": []}}));
        other.prepare_update(&old);
        assert_eq!(other.metadata.generation, Some(2));
    }

    #[test]
    fn a_template_is_checked_like_a_pod() {
        for (name, pods, want) in [
            (
                "no containers",
                json!({}),
                vec!["template.spec.containers: Required value"],
            ),
            (
                "bad label",
                json!({"metadata": {"labels": {"a": "b c"}}, "spec": pods()["spec"]}),
                vec!["template.labels: Invalid value: \"b c\": a valid label must be"],
            ),
        ] {
            let errors = template(&pods).validate();
            assert_eq!(errors.len(), want.len(), "{name}: {errors:?}");
            for (error, want) in errors.iter().zip(want) {
                assert!(error.to_string().starts_with(want), "{name}: {error}");
            }
        }
    }
}
