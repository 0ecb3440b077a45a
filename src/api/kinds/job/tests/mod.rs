//! Jobs: defaults, the generated selector, every message, the row.

mod policies;
mod status;

use super::*;
use serde_json::{Value, json};

/// A new job with these fields in its spec, as the API server has it before validation.
fn job(fields: Value) -> Job {
    let mut job = undefaulted(fields);
    job.set_defaults();
    job.prepare_create();
    job
}

fn undefaulted(fields: Value) -> Job {
    let mut spec = json!({"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "pi", "image": "perl"}]}}});
    let Value::Object(fields) = fields else {
        panic!("fields are a map");
    };
    spec.as_object_mut().expect("a map").extend(fields);
    let json = json!({"metadata": {"name": "pi"}, "spec": spec});
    let mut job: Job = serde_json::from_value(json).expect("a job");
    job.metadata.uid = None;
    job.set_defaults();
    job.metadata.uid = Some("u-1".to_owned());
    job
}

fn texts(errors: &[FieldError]) -> Vec<String> {
    let mut texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    texts.dedup();
    texts
}

#[test]
fn a_bare_job_gets_what_upstream_gives_it() {
    let json = serde_json::to_value(job(json!({}))).expect("plain data");
    for (field, want) in [
        ("completions", json!(1)),
        ("parallelism", json!(1)),
        ("backoffLimit", json!(6)),
        ("completionMode", json!("NonIndexed")),
        ("suspend", json!(false)),
        ("podReplacementPolicy", json!("TerminatingOrFailed")),
        ("manualSelector", json!(false)),
        (
            "selector",
            json!({"matchLabels": {"batch.kubernetes.io/controller-uid": "u-1"}}),
        ),
    ] {
        assert_eq!(json["spec"][field], want, "{field}");
    }
    let labels = json!({"batch.kubernetes.io/controller-uid": "u-1", "batch.kubernetes.io/job-name": "pi", "controller-uid": "u-1", "job-name": "pi"});
    assert_eq!(json["spec"]["template"]["metadata"]["labels"], labels);
    assert_eq!(json["metadata"]["labels"], labels);
    assert_eq!(json["metadata"]["generation"], 1);
}

#[test]
fn defaults_follow_from_what_is_there() {
    for (name, fields, field, want) in [
        (
            "work queue",
            json!({"parallelism": 3}),
            "completions",
            Value::Null,
        ),
        (
            "only completions",
            json!({"completions": 3}),
            "parallelism",
            json!(1),
        ),
        (
            "limit per index",
            json!({"backoffLimitPerIndex": 1}),
            "backoffLimit",
            json!(i32::MAX),
        ),
        (
            "failure policy",
            json!({"podFailurePolicy": {"rules": []}}),
            "podReplacementPolicy",
            json!("Failed"),
        ),
        (
            "own selector",
            json!({"manualSelector": true}),
            "selector",
            Value::Null,
        ),
    ] {
        let json = serde_json::to_value(job(fields).spec).expect("plain data");
        assert_eq!(json[field], want, "{name}");
    }
    let rule = json!({"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]});
    let spec = job(json!({"podFailurePolicy": {"rules": [rule]}})).spec;
    let policy = spec.and_then(|s| s.pod_failure_policy).expect("kept");
    let patterns = policy.rules[0].on_pod_conditions.as_deref();
    assert_eq!(patterns.expect("kept")[0].status, "True");
}

#[test]
fn labels_of_its_own_stay_as_they_are() {
    let mut own = undefaulted(json!({}));
    own.metadata.labels = Some([("a".to_owned(), "b".to_owned())].into());
    own.prepare_create();
    assert_eq!(own.metadata.labels.map(|l| l.len()), Some(1));
}

#[test]
fn numbers_and_modes() {
    check(&[
        ("right", json!({}), &[]),
        (
            "negative",
            json!({"parallelism": -1, "completions": -2, "activeDeadlineSeconds": -3, "backoffLimit": -4, "ttlSecondsAfterFinished": -5}),
            &[
                "spec.parallelism: Invalid value: -1: must be greater than or equal to 0",
                "spec.completions: Invalid value: -2: must be greater than or equal to 0",
                "spec.activeDeadlineSeconds: Invalid value: -3: must be greater than or equal to 0",
                "spec.backoffLimit: Invalid value: -4: must be greater than or equal to 0",
                "spec.ttlSecondsAfterFinished: Invalid value: -5: must be greater than or equal to 0",
            ],
        ),
        (
            "mode",
            json!({"completionMode": "Some"}),
            &[
                "spec.completionMode: Unsupported value: \"Some\": supported values: \"NonIndexed\", \"Indexed\"",
            ],
        ),
        (
            "indexed without an end",
            json!({"completionMode": "Indexed", "parallelism": 1}),
            &["spec.completions: Required value: when completion mode is Indexed"],
        ),
        (
            "not indexed",
            json!({"backoffLimitPerIndex": 1, "maxFailedIndexes": 1}),
            &[
                "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode",
                "spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode",
            ],
        ),
        (
            "no limit per index",
            json!({"completionMode": "Indexed", "completions": 1, "maxFailedIndexes": 2}),
            &[
                "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
                "spec.maxFailedIndexes: Invalid value: 2: must be less than or equal to completions",
            ],
        ),
        (
            "very many",
            json!({"completionMode": "Indexed", "completions": 100_001, "parallelism": 100_001, "backoffLimitPerIndex": 1}),
            &[
                "spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed",
                "spec.maxFailedIndexes: Required value: must be specified when completions is above 100000",
                "spec.parallelism: Invalid value: 100001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index",
            ],
        ),
        (
            "many failures",
            json!({"completionMode": "Indexed", "completions": 200_000, "maxFailedIndexes": 100_001, "backoffLimitPerIndex": 1}),
            &[
                "spec.maxFailedIndexes: Invalid value: 100001: must be less than or equal to 100000",
                "spec.maxFailedIndexes: Invalid value: 100001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index",
            ],
        ),
        (
            "manager",
            json!({"managedBy": "acme"}),
            &[
                "spec.managedBy: Invalid value: \"acme\": must be a domain-prefixed path (such as \"acme.io/foo\")",
            ],
        ),
        (
            "manager's path",
            json!({"managedBy": "acme.io/a b"}),
            &[
                "spec.managedBy: Invalid value: \"a b\": Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')",
            ],
        ),
        (
            "replacement",
            json!({"podReplacementPolicy": "Some"}),
            &[
                "spec.podReplacementPolicy: Unsupported value: \"Some\": supported values: \"Failed\", \"TerminatingOrFailed\"",
            ],
        ),
    ]);
}

fn check(cases: &[(&str, Value, &[&str])]) {
    for (name, fields, want) in cases {
        assert_eq!(texts(&job(fields.clone()).validate()), *want, "{name}");
    }
}

#[test]
fn templates_and_selectors() {
    let pods = |policy: &str| json!({"template": {"spec": {"restartPolicy": policy, "containers": [{"name": "pi", "image": "perl"}]}}});
    check(&[
        (
            "for ever",
            pods("Always"),
            &[
                "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"",
            ],
        ),
        (
            "restarted with a failure policy",
            {
                let mut fields = pods("OnFailure");
                fields["podFailurePolicy"] = json!({"rules": []});
                fields
            },
            &[
                "spec.template.spec.restartPolicy: Invalid value: \"OnFailure\": only \"Never\" is supported when podFailurePolicy is specified",
            ],
        ),
        (
            "somebody else's label",
            json!({"template": {"metadata": {"labels": {"job-name": "e"}}, "spec": pods("Never")["template"]["spec"]}}),
            &[
                "spec.template.metadata.labels[job-name]: Invalid value: map[string]string{\"batch.kubernetes.io/controller-uid\":\"u-1\", \"batch.kubernetes.io/job-name\":\"pi\", \"controller-uid\":\"u-1\", \"job-name\":\"e\"}: must be 'pi'",
            ],
        ),
        (
            "somebody else's selector",
            json!({"selector": {"matchLabels": {"a": "b"}}}),
            &[
                "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"a\":\"b\", \"batch.kubernetes.io/controller-uid\":\"u-1\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` not auto-generated",
                "spec.template.metadata.labels: Invalid value: map[string]string{\"batch.kubernetes.io/controller-uid\":\"u-1\", \"batch.kubernetes.io/job-name\":\"pi\", \"controller-uid\":\"u-1\", \"job-name\":\"pi\"}: `selector` does not match template `labels`",
            ],
        ),
        (
            "own selector, and none",
            json!({"manualSelector": true}),
            &[
                "spec.selector: Required value",
                "spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`",
            ],
        ),
    ]);
    let mut indexed = job(json!({"completionMode": "Indexed", "completions": 2}));
    indexed.metadata.name = Some("p.i".to_owned());
    let got = texts(&indexed.validate());
    let want = "metadata.name: Invalid value: \"p.i\": will not able to create pod with invalid DNS label: p.i-1";
    assert!(got.contains(&want.to_owned()), "{got:?}");
}

#[test]
fn what_an_update_may_change() {
    let image = |job: &mut Job| {
        let pods = job.spec.as_mut().and_then(|s| s.template.spec.as_mut());
        pods.expect("kept").containers[0].image = Some("perl:5".to_owned());
    };
    let place = |job: &mut Job| {
        let pods = job.spec.as_mut().and_then(|s| s.template.spec.as_mut());
        pods.expect("kept").node_selector = Some([("a".to_owned(), "b".to_owned())].into());
    };
    let old = job(json!({}));
    let mut new = old.clone();
    image(&mut new);
    let got = texts(&new.validate_update(&old));
    assert_eq!(got.len(), 1);
    assert!(got[0].starts_with(
        "spec.template: Invalid value: core.PodTemplateSpec{ObjectMeta:v1.ObjectMeta{"
    ));
    assert!(got[0].ends_with(": field is immutable"), "{got:?}");
    // Where its pods go may change as long as none has been made.
    let mut new = old.clone();
    place(&mut new);
    assert_eq!(new.validate_update(&old).len(), 1);
    let suspended = job(json!({"suspend": true}));
    let mut new = suspended.clone();
    place(&mut new);
    assert_eq!(texts(&new.validate_update(&suspended)), [""; 0]);
    image(&mut new);
    assert_eq!(new.validate_update(&suspended).len(), 1);
    for (name, old, new, want) in [
        (
            "pods at once",
            json!({}),
            json!({"parallelism": 3, "completions": 1}),
            vec![],
        ),
        (
            "completions",
            json!({}),
            json!({"completions": 3}),
            vec!["spec.completions: Invalid value: 3: field is immutable"],
        ),
        (
            "elastic",
            json!({"completionMode": "Indexed", "completions": 2, "parallelism": 2}),
            json!({"completionMode": "Indexed", "completions": 3, "parallelism": 3}),
            vec![],
        ),
        (
            "half elastic",
            json!({"completionMode": "Indexed", "completions": 2, "parallelism": 2}),
            json!({"completionMode": "Indexed", "completions": 3, "parallelism": 2}),
            vec![
                "spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism",
            ],
        ),
        (
            "policies",
            json!({"managedBy": "acme.io/a", "podFailurePolicy": {"rules": []}}),
            json!({}),
            vec![
                "spec.podFailurePolicy: Invalid value: \"null\": field is immutable",
                "spec.managedBy: Invalid value: \"null\": field is immutable",
            ],
        ),
        (
            "mode",
            json!({"completions": 1}),
            json!({"completions": 1, "completionMode": "Indexed", "backoffLimitPerIndex": 1, "successPolicy": {"rules": [{"succeededCount": 1}]}}),
            vec![
                "spec.completionMode: Invalid value: \"Indexed\": field is immutable",
                "spec.backoffLimitPerIndex: Invalid value: 1: field is immutable",
                "spec.successPolicy: Invalid value: batch.SuccessPolicy{Rules:[]batch.SuccessPolicyRule{batch.SuccessPolicyRule{SucceededIndexes:(*string)(nil), SucceededCount:(*int32)(0xc000000000)}}}: field is immutable",
            ],
        ),
    ] {
        let (old, mut new) = (job(old), job(new));
        new.prepare_update(&old);
        assert_eq!(new.metadata.generation, Some(2), "{name}");
        assert_eq!(texts(&new.validate_update(&old)), want, "{name}");
    }
}

fn with_status(fields: Value, status: &Value) -> Job {
    let mut job = job(fields);
    job.status = Some(serde_json::from_value(status.clone()).expect("a status"));
    job
}

#[test]
fn rows_and_fields() {
    let yes = |kind: &str| json!([{"type": kind, "status": "True"}]);
    for (spec, status, want) in [
        (json!({}), json!({}), "Running|0/1|"),
        (
            json!({"completions": 3}),
            json!({"succeeded": 1, "startTime": "2025-01-01T00:00:05Z"}),
            "Running|1/3|60s",
        ),
        (
            json!({"parallelism": 2}),
            json!({"conditions": yes("Suspended")}),
            "Suspended|0/1 of 2|",
        ),
        (
            json!({}),
            json!({"succeeded": 1, "startTime": "2025-01-01T00:00:05Z", "completionTime": "2025-01-01T00:00:12Z", "conditions": yes("Complete")}),
            "Complete|1/1|7s",
        ),
        (
            json!({}),
            json!({"conditions": yes("Failed")}),
            "Failed|0/1|",
        ),
        (
            json!({}),
            json!({"conditions": yes("FailureTarget")}),
            "FailureTarget|0/1|",
        ),
    ] {
        let job = with_status(spec, &status);
        let row = job.row(65_000);
        assert_eq!(row[..3].join("|"), want);
        assert_eq!(
            row[4..],
            ["pi", "perl", "batch.kubernetes.io/controller-uid=u-1"]
        );
    }
    let job = with_status(json!({}), &json!({"succeeded": 2}));
    assert_eq!(
        job.selectable_field("status.successful").as_deref(),
        Some("2")
    );
    let large = json!({"completionMode": "Indexed", "completions": 100_001, "parallelism": 10_001});
    let large = self::job(large);
    assert_eq!(large.warnings(None).len(), 1);
}
