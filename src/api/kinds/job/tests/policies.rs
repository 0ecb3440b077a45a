//! What a failed pod, and a part of the indexes, may mean for a job.

use super::*;

#[test]
fn policies() {
    let failure = |rule: Value| json!({"podFailurePolicy": {"rules": [rule]}});
    let success = |rules: Value| json!({"completionMode": "Indexed", "completions": 5, "successPolicy": {"rules": rules}});
    check(&[
        (
            "failure",
            failure(
                json!({"action": "FailJob", "onExitCodes": {"containerName": "pi", "operator": "In", "values": [1, 42]}}),
            ),
            &[],
        ),
        (
            "nothing",
            failure(json!({})),
            &[
                "spec.podFailurePolicy.rules[0].action: Required value: valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]",
                "spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
            ],
        ),
        (
            "both",
            failure(
                json!({"action": "Some", "onExitCodes": {"operator": "In", "values": [1]}, "onPodConditions": [{"type": "A", "status": "True"}]}),
            ),
            &[
                "spec.podFailurePolicy.rules[0].action: Unsupported value: \"Some\": supported values: \"Count\", \"FailIndex\", \"FailJob\", \"Ignore\"",
                "spec.podFailurePolicy.rules[0]: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported",
            ],
        ),
        (
            "codes",
            failure(
                json!({"action": "FailIndex", "onExitCodes": {"containerName": "x", "operator": "In", "values": [3, 0, 3]}}),
            ),
            &[
                "spec.podFailurePolicy.rules[0].action: Invalid value: \"FailIndex\": requires the backoffLimitPerIndex to be set",
                "spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: \"x\": must be one of the container or initContainer names in the pod template",
                "spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator",
                "spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 3",
                "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: []int32{3, 0, 3}: must be ordered",
            ],
        ),
        (
            "no codes",
            failure(json!({"action": "Ignore", "onExitCodes": {"operator": "", "values": []}})),
            &[
                "spec.podFailurePolicy.rules[0].onExitCodes.operator: Required value: valid values: [\"In\" \"NotIn\"]",
                "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: []int32{}: at least one value is required",
            ],
        ),
        (
            "conditions",
            failure(
                json!({"action": "Ignore", "onPodConditions": [{"type": "A", "status": "Yes"}]}),
            ),
            &[
                "spec.podFailurePolicy.rules[0].onPodConditions[0].status: Unsupported value: \"Yes\": supported values: \"False\", \"True\", \"Unknown\"",
            ],
        ),
        (
            "success",
            success(json!([{"succeededIndexes": "0,2-3", "succeededCount": 2}])),
            &[],
        ),
        (
            "success of what has no indexes",
            json!({"successPolicy": {"rules": [{"succeededCount": 1}]}}),
            &[
                "spec.successPolicy: Invalid value: batch.SuccessPolicy{Rules:[]batch.SuccessPolicyRule{batch.SuccessPolicyRule{SucceededIndexes:(*string)(nil), SucceededCount:(*int32)(0xc000000000)}}}: requires indexed completion mode",
            ],
        ),
        (
            "no rules",
            success(json!([])),
            &[
                "spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified",
            ],
        ),
        (
            "rules",
            success(
                json!([{}, {"succeededIndexes": "0,9"}, {"succeededCount": 6}, {"succeededIndexes": "1", "succeededCount": 2}]),
            ),
            &[
                "spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified",
                "spec.successPolicy.rules[1].succeededIndexes: Invalid value: \"0,9\": error parsing succeededIndexes: too large index: \"9\"",
                "spec.successPolicy.rules[2].succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)",
                "spec.successPolicy.rules[3].succeededCount: Invalid value: 2: must be less than or equal to 1 (the number of indexes in the specified succeededIndexes field)",
            ],
        ),
    ]);
}
