//! What a job's status may become.

use super::*;

#[test]
fn what_a_status_may_become() {
    let yes = |kinds: &[&str]| -> Value {
        kinds
            .iter()
            .map(|kind| json!({"type": kind, "status": "True"}))
            .collect()
    };
    let (start, end) = ("2025-01-01T00:00:10Z", "2025-01-01T00:00:20Z");
    let indexed =
        || json!({"completionMode": "Indexed", "completions": 5, "backoffLimitPerIndex": 1});
    for (name, spec, old, new, want) in [
        (
            "complete",
            json!({}),
            json!({"startTime": start, "active": 1}),
            json!({"startTime": start, "completionTime": end, "succeeded": 1, "conditions": yes(&["SuccessCriteriaMet", "Complete"])}),
            vec![],
        ),
        (
            "half complete",
            json!({}),
            json!({}),
            json!({"active": 1, "conditions": yes(&["Complete"])}),
            vec![
                "status.completionTime: Required value: completionTime is required for Complete jobs",
                "status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
                "status.active: Invalid value: 1: active>0 is invalid for finished job",
                "status.startTime: Required value: startTime is required for finished job",
            ],
        ),
        (
            "both ways over",
            json!({}),
            json!({"startTime": start}),
            json!({"startTime": start, "completionTime": end, "conditions": yes(&["Complete", "Failed", "FailureTarget", "SuccessCriteriaMet"])}),
            vec![
                "status.conditions: Invalid value: cannot set Complete=True and Failed=true conditions",
                "status.conditions: Invalid value: cannot set Complete=True and FailureTarget=true conditions",
                "status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions",
                "status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions",
            ],
        ),
        (
            "failed all of a sudden",
            json!({}),
            json!({"startTime": start}),
            json!({"startTime": start, "terminating": 1, "uncountedTerminatedPods": {"failed": ["a"]}, "conditions": yes(&["Failed"])}),
            vec![
                "status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition",
                "status.uncountedTerminatedPods: Invalid value: batch.UncountedTerminatedPods{Succeeded:[]types.UID(nil), Failed:[]types.UID{\"a\"}}: uncountedTerminatedPods needs to be empty for finished job",
                "status.terminating: Invalid value: 1: terminating>0 is invalid for finished job",
            ],
        ),
        (
            "times",
            json!({}),
            json!({}),
            json!({"startTime": end, "completionTime": start}),
            vec![
                "status.completionTime: Invalid value: 2025-01-01 00:00:10 +0000 UTC: cannot set completionTime when there is no Complete=True condition",
                "status.completionTime: Invalid value: 2025-01-01 00:00:10 +0000 UTC: completionTime cannot be set before startTime",
            ],
        ),
        (
            "backwards",
            json!({}),
            json!({"startTime": start, "failed": 2, "succeeded": 2, "conditions": yes(&["FailureTarget"])}),
            json!({"failed": 1, "succeeded": 1, "ready": 1}),
            vec![
                "status.ready: Invalid value: 1: cannot set more ready pods than active",
                "status.conditions: Invalid value: cannot disable the terminal FailureTarget=True condition",
                "status.failed: Invalid value: 1: cannot decrease the failed counter",
                "status.succeeded: Invalid value: 1: cannot decrease the succeeded counter",
                "status.startTime: Required value: startTime cannot be removed for unsuspended job",
            ],
        ),
        (
            "indexes",
            indexed(),
            json!({}),
            json!({"completedIndexes": "1,7", "failedIndexes": "1"}),
            vec![
                "status.completedIndexes: Invalid value: \"1,7\": error parsing completedIndexes: too large index: \"7\"",
                "status.failedIndexes: Invalid value: \"1\": failedIndexes and completedIndexes overlap at index: 1",
            ],
        ),
        (
            "indexes of what has none",
            json!({}),
            json!({}),
            json!({"completedIndexes": "0", "failedIndexes": ""}),
            vec![
                "status.completedIndexes: Invalid value: \"0\": cannot set non-empty completedIndexes when non-indexed completion mode",
                "status.failedIndexes: Invalid value: \"\": cannot set non-null failedIndexes when backoffLimitPerIndex is null",
            ],
        ),
        (
            "numbers and pods",
            json!({}),
            json!({}),
            json!({"active": -1, "uncountedTerminatedPods": {"succeeded": ["a", ""], "failed": ["a"]}}),
            vec![
                "status.active: Invalid value: -1: must be greater than or equal to 0",
                "status.uncountedTerminatedPods.succeeded[1]: Invalid value: \"\": must not be empty",
                "status.uncountedTerminatedPods.failed[0]: Duplicate value: \"a\"",
                "status.ready: Invalid value: 0: cannot set more ready pods than active",
            ],
        ),
    ] {
        let (old, new) = (with_status(spec.clone(), &old), with_status(spec, &new));
        assert_eq!(texts(&new.validate_status_update(&old)), want, "{name}");
    }
}
