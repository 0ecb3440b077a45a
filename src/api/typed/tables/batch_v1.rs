//! The fields of the types of `k8s_openapi::api::batch::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::batch::v1 as of;

types! {
    CronJob "batch/v1/CronJob metadata spec status"
        { metadata spec status }
    CronJobSpec "CronJobSpec concurrencyPolicy failedJobsHistoryLimit jobTemplate schedule startingDeadlineSeconds successfulJobsHistoryLimit suspend \
        timeZone"
        { concurrency_policy failed_jobs_history_limit job_template schedule starting_deadline_seconds successful_jobs_history_limit suspend
        time_zone }
    CronJobStatus "CronJobStatus active lastScheduleTime lastSuccessfulTime"
        { active last_schedule_time last_successful_time }
    Job "batch/v1/Job metadata spec status"
        { metadata spec status }
    JobCondition "JobCondition lastProbeTime lastTransitionTime message reason status type"
        { last_probe_time last_transition_time message reason status type_ }
    JobSpec "JobSpec activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions managedBy manualSelector maxFailedIndexes \
        parallelism podFailurePolicy podReplacementPolicy selector successPolicy suspend template ttlSecondsAfterFinished"
        { active_deadline_seconds backoff_limit backoff_limit_per_index completion_mode completions managed_by manual_selector
        max_failed_indexes parallelism pod_failure_policy pod_replacement_policy selector success_policy suspend template
        ttl_seconds_after_finished }
    JobStatus "JobStatus active completedIndexes completionTime conditions failed failedIndexes ready startTime succeeded terminating \
        uncountedTerminatedPods"
        { active completed_indexes completion_time conditions failed failed_indexes ready start_time succeeded terminating
        uncounted_terminated_pods }
    JobTemplateSpec "JobTemplateSpec metadata spec"
        { metadata spec }
    PodFailurePolicy "PodFailurePolicy rules"
        { rules }
    PodFailurePolicyOnExitCodesRequirement "PodFailurePolicyOnExitCodesRequirement containerName operator values"
        { container_name operator values }
    PodFailurePolicyOnPodConditionsPattern "PodFailurePolicyOnPodConditionsPattern status type"
        { status type_ }
    PodFailurePolicyRule "PodFailurePolicyRule action onExitCodes onPodConditions"
        { action on_exit_codes on_pod_conditions }
    SuccessPolicy "SuccessPolicy rules"
        { rules }
    SuccessPolicyRule "SuccessPolicyRule succeededCount succeededIndexes"
        { succeeded_count succeeded_indexes }
    UncountedTerminatedPods "UncountedTerminatedPods failed succeeded"
        { failed succeeded }
}
