//! What the status of a Job may become. Rules are applied to what changes, so that a status which was wrong does not stop the rest.
//!
//! The real thing: pkg/apis/batch/validation/validation.go (`validateJobStatus`, `ValidateJobStatusUpdate`),
//! pkg/registry/batch/job/strategy.go (`getStatusValidationOptions`).

use super::super::go;
use super::super::normal::{list, text};
use super::super::workload::{self, STATUS};
use super::{holds, indexes};
use crate::api::check::Errors;
use k8s_openapi::api::batch::v1::{Job, JobSpec, JobStatus, UncountedTerminatedPods};

/// A job before and after, with what has changed.
struct Transition<'a> {
    spec: &'a JobSpec,
    old: &'a JobStatus,
    new: &'a JobStatus,
}

impl Transition<'_> {
    fn has(&self, condition: &str) -> bool {
        holds(self.new, condition)
    }

    fn had(&self, condition: &str) -> bool {
        holds(self.old, condition)
    }

    /// Has the truth of this condition changed?
    fn turned(&self, condition: &str) -> bool {
        self.has(condition) != self.had(condition)
    }

    fn finished(&self) -> bool {
        self.has("Complete") || self.has("Failed")
    }

    fn finish_turned(&self) -> bool {
        self.finished() != (self.had("Complete") || self.had("Failed"))
    }

    fn changed<T: PartialEq>(&self, field: fn(&JobStatus) -> &T) -> bool {
        field(self.new) != field(self.old)
    }

    fn indexed(&self) -> bool {
        self.spec.completion_mode.as_deref() == Some("Indexed")
    }
}

/// Everything wrong with the status of `job` in the place of that of `old`.
pub(super) fn validate(job: &Job, old: &Job, errors: &mut Errors) {
    let none = (JobSpec::default(), JobStatus::default());
    let transition = Transition {
        spec: job.spec.as_ref().unwrap_or(&none.0),
        old: old.status.as_ref().unwrap_or(&none.1),
        new: job.status.as_ref().unwrap_or(&none.1),
    };
    if transition.new == transition.old {
        return;
    }
    counts(transition.new, errors);
    conditions(&transition, errors);
    finished(&transition, errors);
    completed_and_failed_indexes(&transition, errors);
    ready_and_success(&transition, errors);
    steps(&transition, errors);
}

fn counts(status: &JobStatus, errors: &mut Errors) {
    let counts = [
        ("active", status.active),
        ("succeeded", status.succeeded),
        ("failed", status.failed),
        ("ready", status.ready),
        ("terminating", status.terminating),
    ];
    workload::counts(&counts, errors);
    let Some(pods) = &status.uncounted_terminated_pods else {
        return;
    };
    let path = STATUS.child("uncountedTerminatedPods");
    let mut seen: Vec<&str> = Vec::new();
    for (field, uids) in [("succeeded", &pods.succeeded), ("failed", &pods.failed)] {
        let path = path.child(field);
        for (index, uid) in list(uids).iter().enumerate() {
            if uid.is_empty() {
                errors.invalid(&path.index(index), "", "must not be empty");
            } else if seen.contains(&uid.as_str()) {
                errors.duplicate(&path.index(index), uid.as_str());
            } else {
                seen.push(uid);
            }
        }
    }
}

/// Which conditions and times go together.
fn conditions(t: &Transition<'_>, errors: &mut Errors) {
    let path = STATUS.child("conditions");
    let mut never = |looked_at: bool, both: bool, detail: &str| {
        if looked_at && both {
            errors.invalid_whole(&path, detail);
        }
    };
    let complete = t.has("Complete");
    never(
        t.turned("Complete") || t.turned("Failed"),
        complete && t.has("Failed"),
        "cannot set Complete=True and Failed=true conditions",
    );
    never(
        t.turned("Complete") || t.turned("FailureTarget"),
        complete && t.has("FailureTarget"),
        "cannot set Complete=True and FailureTarget=true conditions",
    );
    let path = STATUS.child("completionTime");
    let end = t.new.completion_time.as_ref();
    let end_changed = t.changed(|s| &s.completion_time);
    let start_changed = t.changed(|s| &s.start_time);
    if t.turned("Complete") || end_changed {
        match end {
            Some(end) if !complete => errors.invalid_go(
                &path,
                &go::time(end),
                "cannot set completionTime when there is no Complete=True condition",
            ),
            None if complete => {
                errors.required(&path, "completionTime is required for Complete jobs");
            }
            _ => {}
        }
    }
    if (start_changed || end_changed)
        && let (Some(start), Some(end)) = (&t.new.start_time, end)
        && end.0 < start.0
    {
        let detail = "completionTime cannot be set before startTime";
        errors.invalid_go(&path, &go::time(end), detail);
    }
    let path = STATUS.child("conditions");
    if (t.turned("Failed") || t.turned("FailureTarget"))
        && t.has("Failed")
        && !t.has("FailureTarget")
    {
        let detail = "cannot set Failed=True condition without the FailureTarget=true condition";
        errors.invalid_whole(&path, detail);
    }
    if (t.turned("Complete") || t.turned("SuccessCriteriaMet"))
        && complete
        && !t.has("SuccessCriteriaMet")
    {
        let detail =
            "cannot set Complete=True condition without the SuccessCriteriaMet=true condition";
        errors.invalid_whole(&path, detail);
    }
}

/// A job that is over has no pods left, and began at some time.
fn finished(t: &Transition<'_>, errors: &mut Errors) {
    if !t.finished() {
        return;
    }
    let active = t.new.active.unwrap_or_default();
    if (t.finish_turned() || t.changed(|s| &s.active)) && active > 0 {
        let path = STATUS.child("active");
        errors.invalid(&path, active, "active>0 is invalid for finished job");
    }
    let never_began = t.spec.suspend == Some(true) && t.spec.completions == Some(0);
    let looked_at = (t.finish_turned() || t.changed(|s| &s.start_time)) && !never_began;
    if looked_at && t.new.start_time.is_none() {
        let path = STATUS.child("startTime");
        errors.required(&path, "startTime is required for finished job");
    }
    let looked_at = t.finish_turned() || t.changed(|s| &s.uncounted_terminated_pods);
    let uncounted = t.new.uncounted_terminated_pods.as_ref();
    let any = |pods: &&UncountedTerminatedPods| {
        !list(&pods.failed).is_empty() || !list(&pods.succeeded).is_empty()
    };
    if let Some(pods) = uncounted.filter(any).filter(|_| looked_at) {
        let uids = |list: Option<&[String]>| go::slice("types.UID", list, |uid| format!("{uid:?}"));
        let value = format!(
            "batch.UncountedTerminatedPods{{Succeeded:{}, Failed:{}}}",
            uids(pods.succeeded.as_deref()),
            uids(pods.failed.as_deref())
        );
        let detail = "uncountedTerminatedPods needs to be empty for finished job";
        errors.invalid_go(&STATUS.child("uncountedTerminatedPods"), &value, detail);
    }
}

fn completed_and_failed_indexes(t: &Transition<'_>, errors: &mut Errors) {
    let (completed_path, failed_path) = (
        STATUS.child("completedIndexes"),
        STATUS.child("failedIndexes"),
    );
    let completed = text(&t.new.completed_indexes);
    let failed = t.new.failed_indexes.as_deref();
    let completed_changed = completed != text(&t.old.completed_indexes);
    let failed_changed = t.changed(|s| &s.failed_indexes);
    let per_index = t.spec.backoff_limit_per_index.is_some();
    let mut check = |text: &str, field: &str| {
        let completions = t.spec.completions?;
        let why = indexes::count(text, completions).err()?;
        let detail = format!("error parsing {field}: {why}");
        errors.invalid(&STATUS.child(field), text, &detail);
        Some(())
    };
    if completed_changed {
        check(completed, "completedIndexes");
    }
    if let Some(failed) = failed.filter(|_| failed_changed && per_index) {
        check(failed, "failedIndexes");
    }
    if completed_changed && !completed.is_empty() && !t.indexed() {
        let detail = "cannot set non-empty completedIndexes when non-indexed completion mode";
        errors.invalid(&completed_path, completed, detail);
    }
    let Some(failed) = failed else { return };
    if failed_changed && !per_index {
        let detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null";
        errors.invalid(&failed_path, failed, detail);
    }
    if (failed_changed || completed_changed)
        && let Some(completions) = t.spec.completions
        && let Some(index) = indexes::overlap(completed, failed, completions)
    {
        let detail = format!("failedIndexes and completedIndexes overlap at index: {index}");
        errors.invalid(&failed_path, failed, &detail);
    }
}

fn ready_and_success(t: &Transition<'_>, errors: &mut Errors) {
    let terminating = t.new.terminating.unwrap_or_default();
    let looked_at = t.finish_turned() || t.changed(|s| &s.terminating);
    if looked_at && t.finished() && terminating > 0 {
        let detail = "terminating>0 is invalid for finished job";
        errors.invalid(&STATUS.child("terminating"), terminating, detail);
    }
    let ready = t.new.ready.unwrap_or_default();
    let looked_at = t.changed(|s| &s.ready) || t.changed(|s| &s.active);
    if looked_at && ready > t.new.active.unwrap_or_default() {
        let detail = "cannot set more ready pods than active";
        errors.invalid(&STATUS.child("ready"), ready, detail);
    }
    let path = STATUS.child("conditions");
    let met = t.has("SuccessCriteriaMet");
    if met && t.has("Failed") {
        let detail = "cannot set SuccessCriteriaMet=True and Failed=true conditions";
        errors.invalid_whole(&path, detail);
    }
    if met && t.has("FailureTarget") {
        let detail = "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions";
        errors.invalid_whole(&path, detail);
    }
    if t.spec.success_policy.is_some() && !met && t.has("Complete") {
        let detail =
            "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True";
        errors.invalid_whole(&path, detail);
    }
}

/// What never goes back.
fn steps(t: &Transition<'_>, errors: &mut Errors) {
    let path = STATUS.child("conditions");
    for condition in ["Failed", "Complete", "FailureTarget"] {
        if t.had(condition) && !t.has(condition) {
            let detail = format!("cannot disable the terminal {condition}=True condition");
            errors.invalid_whole(&path, &detail);
        }
    }
    let elastic = t.indexed() && t.spec.completions == t.spec.parallelism;
    let counters = [
        ("failed", t.old.failed, t.new.failed, true),
        ("succeeded", t.old.succeeded, t.new.succeeded, !elastic),
    ];
    for (field, was, is, looked_at) in counters {
        let is = is.unwrap_or_default();
        if looked_at && is < was.unwrap_or_default() {
            let detail = format!("cannot decrease the {field} counter");
            errors.invalid(&STATUS.child(field), is, &detail);
        }
    }
    if let (Some(was), Some(is)) = (&t.old.completion_time, &t.new.completion_time)
        && was != is
    {
        let path = STATUS.child("completionTime");
        errors.invalid_go(&path, &go::time(is), "completionTime cannot be mutated");
    }
    let began = t.old.start_time.is_some() && t.changed(|s| &s.start_time);
    if began && t.spec.suspend != Some(true) {
        let path = STATUS.child("startTime");
        errors.required(&path, "startTime cannot be removed for unsuspended job");
    }
    let (had_met, met) = (t.had("SuccessCriteriaMet"), t.has("SuccessCriteriaMet"));
    if had_met && !met {
        let detail = "cannot disable the SuccessCriteriaMet=True condition";
        errors.invalid_whole(&path, detail);
    }
    if t.had("Complete") && !had_met && met {
        let detail =
            "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions";
        errors.invalid_whole(&path, detail);
    }
}
