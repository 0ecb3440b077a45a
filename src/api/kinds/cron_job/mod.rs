//! CronJob.
//!
//! The real thing: pkg/apis/batch/v1/defaults.go (`SetDefaults_CronJob`), pkg/registry/batch/cronjob/strategy.go,
//! pkg/apis/batch/validation/validation.go (`validateCronJobSpec`).

mod duration;
mod schedule;
#[cfg(test)]
mod tests;
mod time_zone;

use super::cells::{age, column, containers, number, since, wide};
use super::normal::{drop_empty, text, text_default};
use super::workload::{self, SPEC};
use super::{Column, Stored, go, job, pod, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::selector;
use crate::api::time::Ms;
use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, CronJobStatus, JobSpec, JobTemplateSpec};

/// The names of jobs get eleven characters more, and may have 63.
const NAME_LENGTH_MAX: usize = 52;

impl Stored for CronJob {
    stored!(CronJob);

    const UNSIMULATED: Option<&'static str> = Some("cronjob controller");

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        text_default(&mut spec.concurrency_policy, "Allow");
        spec.suspend.get_or_insert(false);
        spec.successful_jobs_history_limit.get_or_insert(3);
        spec.failed_jobs_history_limit.get_or_insert(1);
        let metadata = spec.job_template.metadata.get_or_insert_default();
        drop_empty(&mut metadata.labels);
        drop_empty(&mut metadata.annotations);
        job::spec_defaults(spec.job_template.spec.get_or_insert_default());
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Some(CronJobStatus::default());
        let job = self
            .spec
            .as_mut()
            .and_then(|s| s.job_template.spec.as_mut());
        pod::forget_disabled(job.and_then(|j| j.template.spec.as_mut()));
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
        if let Some(spec) = &self.spec {
            validate_spec(spec, None, &mut errors);
        }
        let name = text(&self.metadata.name);
        if name.len() > NAME_LENGTH_MAX {
            let detail = format!("must be no more than {NAME_LENGTH_MAX} characters");
            errors.invalid(&Path::root("metadata").child("name"), name, &detail);
        }
        errors.into_list()
    }

    /// A name that is too long stays.
    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if let Some(spec) = self.spec.as_ref().filter(|_| self.spec != old.spec) {
            validate_spec(spec, old.spec.as_ref(), &mut errors);
        }
        errors.into_list()
    }

    fn warnings(&self, old: Option<&Self>) -> Vec<String> {
        let mut warnings = match old {
            None => workload::name_warnings(&self.metadata),
            Some(_) => Vec::new(),
        };
        let Some(spec) = &self.spec else {
            return warnings;
        };
        if old.is_none_or(|old| old.spec != self.spec) {
            let job = spec.job_template.spec.as_ref();
            let path = workload::SPEC.child("jobTemplate");
            let of_job = |job| job::validation::warnings(job, &path.child("spec"));
            warnings.extend(job.map(of_job).unwrap_or_default());
        }
        if old.is_some() && spec.schedule.contains("TZ") {
            // Upstream's own path.
            let text = "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details";
            warnings.push(text.to_owned());
        }
        warnings
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Schedule"),
            column("Timezone"),
            column("Suspend"),
            number("Active"),
            column("Last Schedule"),
            column("Age"),
            wide("Containers"),
            wide("Images"),
            wide("Selector"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let none = (CronJobSpec::default(), CronJobStatus::default());
        let spec = self.spec.as_ref().unwrap_or(&none.0);
        let status = self.status.as_ref().unwrap_or(&none.1);
        let job = spec.job_template.spec.clone().unwrap_or_default();
        let (names, images) = containers(&job.template);
        let last = status.last_schedule_time.as_ref();
        let suspend = match spec.suspend {
            None => "<unset>",
            Some(true) => "True",
            Some(false) => "False",
        };
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "<none>".to_owned());
        vec![
            spec.schedule.clone(),
            or_none(spec.time_zone.clone()),
            suspend.to_owned(),
            status.active.as_ref().map_or(0, Vec::len).to_string(),
            or_none(last.map(|last| since(Some(last), now_ms))),
            age(&self.metadata, now_ms),
            names,
            images,
            or_none(job.selector.as_ref().map(selector::format)),
        ]
    }
}

fn validate_spec(spec: &CronJobSpec, old: Option<&CronJobSpec>, errors: &mut Errors) {
    validate_schedule(spec, old, &SPEC.child("schedule"), errors);
    let deadline_path = SPEC.child("startingDeadlineSeconds");
    errors.non_negative(&deadline_path, spec.starting_deadline_seconds);
    if let Some(zone) = &spec.time_zone
        && old.is_none_or(|old| old.time_zone != spec.time_zone)
    {
        for detail in time_zone::wrong(zone) {
            errors.invalid(&SPEC.child("timeZone"), zone.as_str(), &detail);
        }
    }
    let policy_path = SPEC.child("concurrencyPolicy");
    let policies = ["Allow", "Forbid", "Replace"];
    errors.one_of(&policy_path, spec.concurrency_policy.as_deref(), &policies);
    validate_template(&spec.job_template, &SPEC.child("jobTemplate"), errors);
    let successful_path = SPEC.child("successfulJobsHistoryLimit");
    errors.non_negative(&successful_path, spec.successful_jobs_history_limit);
    let failed_path = SPEC.child("failedJobsHistoryLimit");
    errors.non_negative(&failed_path, spec.failed_jobs_history_limit);
}

fn validate_schedule(
    spec: &CronJobSpec,
    old: Option<&CronJobSpec>,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let schedule = spec.schedule.as_str();
    if schedule.is_empty() {
        errors.required(path, "");
        return;
    }
    if let Err(why) = schedule::check(schedule) {
        errors.invalid(path, schedule, &why);
    }
    if !schedule.contains("TZ") {
        return;
    }
    let had_one = old.is_some_and(|old| old.schedule.contains("TZ"));
    let detail = match (had_one, &spec.time_zone) {
        (true, Some(_)) => "cannot use both timeZone field and TZ or CRON_TZ in schedule",
        (true, None) => return,
        (false, _) => "cannot use TZ or CRON_TZ in schedule, use timeZone field instead",
    };
    errors.invalid(path, schedule, detail);
}

fn validate_template(template: &JobTemplateSpec, path: &Path<'_>, errors: &mut Errors) {
    let path = path.child("spec");
    let none = JobSpec::default();
    let job = template.spec.as_ref().unwrap_or(&none);
    job::validation::job_spec(job, &path, errors);
    if let Some(selector) = &job.selector {
        let detail = "`selector` will be auto-generated";
        errors.invalid_go(&path.child("selector"), &go::selector(selector), detail);
    }
    if job.manual_selector == Some(true) {
        let path = path.child("manualSelector");
        errors.not_supported_go(&path, "true", &["nil", "false"]);
    }
}
