//! CronJobs: defaults, every message, warnings, the row.

use super::*;
use serde_json::{Value, json};

fn cron_job(fields: Value) -> CronJob {
    let mut spec = json!({"schedule": "*/5 * * * *", "jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "OnFailure", "containers": [{"name": "c", "image": "busybox"}]}}}}});
    let Value::Object(fields) = fields else {
        panic!("fields are a map");
    };
    spec.as_object_mut().expect("a map").extend(fields);
    let json = json!({"metadata": {"name": "tick"}, "spec": spec});
    let mut job: CronJob = serde_json::from_value(json).expect("a cron job");
    job.set_defaults();
    job
}

fn texts(errors: &[FieldError]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn a_bare_cron_job_gets_what_upstream_gives_it() {
    let json = serde_json::to_value(cron_job(json!({})).spec).expect("plain data");
    for (field, want) in [
        ("concurrencyPolicy", json!("Allow")),
        ("suspend", json!(false)),
        ("successfulJobsHistoryLimit", json!(3)),
        ("failedJobsHistoryLimit", json!(1)),
    ] {
        assert_eq!(json[field], want, "{field}");
    }
    // The job inside gets its defaults when it is made; only its pods have theirs already.
    let job = &json["jobTemplate"]["spec"];
    assert_eq!(job["completions"], Value::Null);
    assert_eq!(job["template"]["spec"]["dnsPolicy"], "ClusterFirst");
}

#[test]
fn says_what_upstream_says() {
    for (name, fields, want) in [
        ("right", json!({"timeZone": "Asia/Shanghai"}), vec![]),
        (
            "no schedule",
            json!({"schedule": ""}),
            vec!["spec.schedule: Required value"],
        ),
        (
            "schedule",
            json!({"schedule": "* * * *"}),
            vec![
                "spec.schedule: Invalid value: \"* * * *\": expected exactly 5 fields, found 4: [* * * *]",
            ],
        ),
        (
            "zone in the schedule",
            json!({"schedule": "TZ=UTC * * * * *"}),
            vec![
                "spec.schedule: Invalid value: \"TZ=UTC * * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead",
            ],
        ),
        (
            "zone",
            json!({"timeZone": "Mars"}),
            vec!["spec.timeZone: Invalid value: \"Mars\": unknown time zone Mars"],
        ),
        (
            "policy",
            json!({"concurrencyPolicy": "Some"}),
            vec![
                "spec.concurrencyPolicy: Unsupported value: \"Some\": supported values: \"Allow\", \"Forbid\", \"Replace\"",
            ],
        ),
        (
            "numbers",
            json!({"startingDeadlineSeconds": -1, "successfulJobsHistoryLimit": -2, "failedJobsHistoryLimit": -3}),
            vec![
                "spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0",
                "spec.successfulJobsHistoryLimit: Invalid value: -2: must be greater than or equal to 0",
                "spec.failedJobsHistoryLimit: Invalid value: -3: must be greater than or equal to 0",
            ],
        ),
        (
            "template",
            json!({"jobTemplate": {"spec": {"backoffLimit": -1, "manualSelector": true, "selector": {}, "template": {"spec": {"containers": [{"name": "c", "image": "busybox"}]}}}}}),
            vec![
                "spec.jobTemplate.spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0",
                "spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"",
                "spec.jobTemplate.spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` will be auto-generated",
                "spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: \"nil\", \"false\"",
            ],
        ),
    ] {
        assert_eq!(texts(&cron_job(fields).validate()), want, "{name}");
    }
    let mut long = cron_job(json!({}));
    long.metadata.name = Some("a".repeat(53));
    let want = format!(
        "metadata.name: Invalid value: \"{}\": must be no more than 52 characters",
        "a".repeat(53)
    );
    assert_eq!(texts(&long.validate()), [want]);
    assert_eq!(texts(&long.validate_update(&cron_job(json!({})))), [""; 0]);
}

#[test]
fn what_was_accepted_once_may_stay() {
    let zoned = json!({"schedule": "TZ=UTC * * * * *"});
    let old = cron_job(zoned.clone());
    for (name, more, want) in [
        ("another field", json!({"suspend": true}), vec![]),
        (
            "both",
            json!({"timeZone": "UTC"}),
            vec![
                "spec.schedule: Invalid value: \"TZ=UTC * * * * *\": cannot use both timeZone field and TZ or CRON_TZ in schedule",
            ],
        ),
    ] {
        let mut fields = zoned.clone();
        let more = more.as_object().expect("a map").clone();
        fields.as_object_mut().expect("a map").extend(more);
        let new = cron_job(fields);
        assert_eq!(texts(&new.validate_update(&old)), want, "{name}");
        assert_eq!(new.warnings(Some(&old)).len(), 1, "{name}");
    }
}

#[test]
fn a_row_shows_when_it_ran() {
    let mut job = cron_job(json!({"timeZone": "UTC"}));
    let row = "*/5 * * * *|UTC|False|0|<none>|<unknown>|c|busybox|<none>";
    assert_eq!(job.row(0).join("|"), row);
    let status = json!({"active": [{"name": "a"}], "lastScheduleTime": "2025-01-01T00:01:00Z"});
    job.status = Some(serde_json::from_value(status).expect("a status"));
    job.spec.get_or_insert_default().suspend = Some(true);
    job.spec.get_or_insert_default().time_zone = None;
    let row = "*/5 * * * *|<none>|True|1|5s|<unknown>|c|busybox|<none>";
    assert_eq!(job.row(65_000).join("|"), row);
}
