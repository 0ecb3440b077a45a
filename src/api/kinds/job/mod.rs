//! Job.
//!
//! The real thing: pkg/apis/batch/v1/defaults.go (`SetDefaults_Job`), pkg/registry/batch/job/strategy.go.

mod failure_policy;
mod indexes;
mod status;
mod success_policy;
#[cfg(test)]
mod tests;
mod update;
pub(super) mod validation;

use super::cells::{age, column, containers, wide};
use super::normal::{drop_empty, text_default};
use super::{Column, Stored, pod, stored, workload};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::selector;
use crate::api::time::{self, Ms};
use k8s_openapi::api::batch::v1::{Job, JobSpec, JobStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

/// Pods carry their job's name twice: under the first of the labels since long ago.
const JOB_NAME: [&str; 2] = ["job-name", "batch.kubernetes.io/job-name"];
/// And its uid, twice as well; the second is what a generated selector asks for.
const CONTROLLER_UID: [&str; 2] = ["controller-uid", "batch.kubernetes.io/controller-uid"];

/// Tries before a job has failed.
const BACKOFF_LIMIT: i32 = 6;

impl Stored for Job {
    stored!(Job);

    const UNSIMULATED: Option<&'static str> = Some("job controller");
    const ORPHANS_DEPENDENTS: bool = true;

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec_defaults(spec);
        if spec.completions.is_none() && spec.parallelism.is_none() {
            spec.completions = Some(1);
        }
        spec.parallelism.get_or_insert(1);
        let per_index = spec.backoff_limit_per_index.is_some();
        spec.backoff_limit
            .get_or_insert(if per_index { i32::MAX } else { BACKOFF_LIMIT });
        spec.completion_mode
            .get_or_insert_with(|| "NonIndexed".to_owned());
        spec.suspend.get_or_insert(false);
        let replace = if spec.pod_failure_policy.is_some() {
            "Failed"
        } else {
            "TerminatingOrFailed"
        };
        spec.pod_replacement_policy
            .get_or_insert_with(|| replace.to_owned());
        spec.manual_selector.get_or_insert(false);
        drop_empty(&mut self.metadata.labels);
        if self.metadata.uid.is_some() {
            take_labels(self);
        }
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        generate_selector(self);
        // Only now: a new job without labels takes those of its template with the generated ones among them.
        take_labels(self);
        self.metadata.generation = Some(1);
        self.status = Some(JobStatus::default());
        let template = self.spec.as_mut().map(|s| &mut s.template);
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
        validation::job(self, &mut errors);
        errors.into_list()
    }

    /// Upstream checks the job, and then its spec once more.
    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        if self.spec == old.spec {
            return Vec::new();
        }
        let mut errors = Errors::new();
        validation::job(self, &mut errors);
        update::spec(self, old, &mut errors);
        errors.into_list()
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        status::validate(self, old, &mut errors);
        errors.into_list()
    }

    fn warnings(&self, old: Option<&Self>) -> Vec<String> {
        let mut warnings = match old {
            None => workload::name_warnings(&self.metadata),
            Some(old) if old.spec == self.spec => return Vec::new(),
            Some(_) => Vec::new(),
        };
        let of_spec = |spec| validation::warnings(spec, &workload::SPEC);
        warnings.extend(self.spec.as_ref().map(of_spec).unwrap_or_default());
        warnings
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Status"),
            column("Completions"),
            column("Duration"),
            column("Age"),
            wide("Containers"),
            wide("Images"),
            wide("Selector"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let none = (JobSpec::default(), JobStatus::default());
        let spec = self.spec.as_ref().unwrap_or(&none.0);
        let status = self.status.as_ref().unwrap_or(&none.1);
        let (names, images) = containers(&spec.template);
        let selector = spec.selector.as_ref();
        vec![
            state(self, status).to_owned(),
            completions(spec, status),
            duration(status, now_ms),
            age(&self.metadata, now_ms),
            names,
            images,
            selector.map_or_else(|| "<none>".to_owned(), selector::format),
        ]
    }

    fn selectable_fields() -> &'static [&'static str] {
        &["status.successful"]
    }

    fn selectable_field(&self, path: &str) -> Option<String> {
        let succeeded = self.status.as_ref().and_then(|s| s.succeeded);
        (path == "status.successful").then(|| succeeded.unwrap_or_default().to_string())
    }

    fn no_such_field(field: &str) -> String {
        format!("field label {field:?} not supported for Job")
    }
}

/// What a job's spec gets wherever it stands, in a CronJob's template too.
pub(super) fn spec_defaults(spec: &mut JobSpec) {
    if let Some(selector) = &mut spec.selector {
        drop_empty(&mut selector.match_labels);
        drop_empty(&mut selector.match_expressions);
    }
    pod::defaults::template(&mut spec.template);
    let policy = spec.pod_failure_policy.as_mut();
    for rule in policy.into_iter().flat_map(|p| &mut p.rules) {
        for pattern in rule.on_pod_conditions.iter_mut().flatten() {
            let mut status = Some(std::mem::take(&mut pattern.status));
            text_default(&mut status, "True");
            pattern.status = status.unwrap_or_default();
        }
        drop_empty(&mut rule.on_pod_conditions);
    }
}

/// A job without labels shows those of its pods.
fn take_labels(job: &mut Job) {
    let template = job.spec.as_ref().map(|s| &s.template);
    if job.metadata.labels.is_none() {
        job.metadata.labels = template.and_then(workload::template_labels).cloned();
    }
}

/// Unless the author takes care of it, pods get labels that no other job's pods have, and the selector asks for them.
fn generate_selector(job: &mut Job) {
    let uid = job.metadata.uid.clone().unwrap_or_default();
    let name = job.metadata.name.clone().unwrap_or_default();
    let spec = job.spec.get_or_insert_default();
    if spec.manual_selector == Some(true) {
        return;
    }
    let labels = spec.template.metadata.get_or_insert_default();
    let labels = labels.labels.get_or_insert_default();
    for (keys, value) in [(JOB_NAME, &name), (CONTROLLER_UID, &uid)] {
        for key in keys {
            let entry = labels.entry(key.to_owned());
            entry.or_insert_with(|| value.clone());
        }
    }
    let selector = spec.selector.get_or_insert_with(LabelSelector::default);
    let wanted = selector.match_labels.get_or_insert_default();
    wanted.entry(CONTROLLER_UID[1].to_owned()).or_insert(uid);
}

/// Is the condition of this type True?
fn holds(status: &JobStatus, condition: &str) -> bool {
    let mut conditions = status.conditions.iter().flatten();
    conditions.any(|c| c.type_ == condition && c.status == "True")
}

fn state(job: &Job, status: &JobStatus) -> &'static str {
    let deleting = job.metadata.deletion_timestamp.is_some();
    let states = [
        (holds(status, "Complete"), "Complete"),
        (holds(status, "Failed"), "Failed"),
        (deleting, "Terminating"),
        (holds(status, "Suspended"), "Suspended"),
        (holds(status, "FailureTarget"), "FailureTarget"),
    ];
    let found = states.iter().find(|(is, _)| *is);
    found.map_or("Running", |(_, state)| state)
}

fn completions(spec: &JobSpec, status: &JobStatus) -> String {
    let succeeded = status.succeeded.unwrap_or_default();
    match (spec.completions, spec.parallelism.unwrap_or_default()) {
        (Some(wanted), _) => format!("{succeeded}/{wanted}"),
        (None, parallelism @ 2..) => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    }
}

fn duration(status: &JobStatus, now_ms: Ms) -> String {
    let Some(start) = &status.start_time else {
        return String::new();
    };
    let end_ms = status.completion_time.as_ref().map_or(now_ms, time::ms);
    time::human_duration(end_ms.saturating_sub(time::ms(start)))
}
