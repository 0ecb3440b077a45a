//! Objects with hostile names, quantities, labels, owners, schedules, addresses and memories of who set what.

use super::case::{Case, hold};
use serde_json::{Value, json};

fn config_map(name: &'static str, metadata: &Value, want: &str) -> Case {
    Case::new(name, "POST /api/v1/namespaces/default/configmaps", want)
        .body(json!({"metadata": metadata, "data": {"a": "b"}}).to_string())
}

const NAME: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

#[test]
fn names() {
    let named = |case, name: &str, want: &str| config_map(case, &json!({"name": name}), want);
    let refused = |name: &str| {
        format!(
            "422 Invalid: ConfigMap {name:?} is invalid: metadata.name: Invalid value: {name:?}: {NAME}"
        )
    };
    let case = |case, name: &str| named(case, name, &refused(name));
    let long = "x".repeat(1_000_000);
    hold(vec![
        case("a slash", "a/b"),
        case("above", "../../secrets"),
        case("a blank", " "),
        case("capitals", "ABC"),
        case("a dash at the end", "a-"),
        case("two dots", "a..b"),
        case("letters of another script", "配置"),
        case("digits of another script", "٣"),
        case("a script", "<script>alert(1)</script>"),
        case("a format", "%s%n{}"),
        named(
            "a zero",
            "a\0b",
            "422 Invalid: ConfigMap \"a\\x00b\" is invalid: metadata.name: Invalid value: \"a\\x00b\": …",
        ),
        named(
            "a right-to-left mark",
            "a\u{202e}b",
            "422 Invalid: ConfigMap \"a\\u202eb\" is invalid: metadata.name: Invalid value: \"a\\u202eb\": …",
        ),
        named("a long one", &long, "422 Invalid: ConfigMap \"xxxxxxxxxx…"),
        named(
            "none",
            "",
            "422 Invalid: ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required",
        ),
        config_map(
            "none at all",
            &json!(null),
            "422 Invalid: ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required",
        ),
        config_map(
            "a number",
            &json!({"name": 7}),
            "400 BadRequest: ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string",
        ),
        config_map(
            "a beginning",
            &json!({"generateName": "A/"}),
            "422 Invalid: ConfigMap \"A/…",
        ),
        config_map(
            "a long beginning",
            &json!({"generateName": long}),
            "422 Invalid: …",
        ),
        config_map(
            "another namespace",
            &json!({"name": "a", "namespace": "../kube-system"}),
            "400 BadRequest: the namespace of the provided object does not match the namespace sent on the request",
        ),
        Case::new(
            "of a namespace",
            "POST /api/v1/namespaces",
            "422 Invalid: Namespace \"a.b\" is invalid: metadata.name: Invalid value: \"a.b\": …",
        )
        .body("{\"metadata\": {\"name\": \"a.b\"}}"),
    ]);
}

#[test]
fn metadata() {
    let with = |case, field: &str, value: Value, want: &str| {
        config_map(case, &json!({"name": "m", field: value}), want)
    };
    let entry = |fields: Value| json!([{"manager": "x", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields}]);
    let deep = (0..90).fold(json!({}), |inside, _| json!({"f:a": inside}));
    let owners: Vec<Value> = (0..5_000)
        .map(|n| json!({"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": format!("u{n}")}))
        .collect();
    let finalizers: Vec<String> = (0..20_000).map(|n| format!("example.com/f{n}")).collect();
    let labels: serde_json::Map<String, Value> =
        (0..50_000).map(|n| (format!("l{n}"), json!("v"))).collect();
    let invalid = "422 Invalid: ConfigMap \"m\" is invalid: ";
    hold(vec![
        with(
            "a label's key",
            "labels",
            json!({"a b": "c"}),
            &format!(
                "{invalid}metadata.labels: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
            ),
        ),
        with(
            "a label's value",
            "labels",
            json!({"a": "\0"}),
            &format!("{invalid}metadata.labels: Invalid value: \"\\x00\": …"),
        ),
        with(
            "labels of no text",
            "labels",
            json!({"a": [1]}),
            "400 BadRequest: …",
        ),
        with("many labels", "labels", labels.into(), "201"),
        Case::new(
            "not so fast",
            "DELETE /api/v1/namespaces/default/configmaps/m",
            "200",
        ),
        with(
            "long notes",
            "annotations",
            json!({"a": "x".repeat(262_145)}),
            &format!("{invalid}metadata.annotations: Too long: may not be more than 262144 bytes"),
        ),
        with(
            "a finalizer",
            "finalizers",
            json!(["x"]),
            &format!("{invalid}…"),
        ),
        with("many owners", "ownerReferences", owners.into(), "201"),
        Case::new(
            "nor so fast",
            "DELETE /api/v1/namespaces/default/configmaps/m",
            "200",
        ),
        with(
            "an owner without a name",
            "ownerReferences",
            json!([{}]),
            &format!("{invalid}…"),
        ),
        with(
            "owned by an unknown kind",
            "ownerReferences",
            json!([{"apiVersion": "a/b/c", "kind": "D", "name": "e", "uid": "f"}]),
            &format!("{invalid}…"),
        ),
        with(
            "a time",
            "creationTimestamp",
            json!("yesterday"),
            "400 BadRequest: …",
        ),
        with(
            "a revision",
            "resourceVersion",
            json!("5"),
            "500 : resourceVersion should not be set on objects to be created",
        ),
        with("a memory of nothing", "managedFields", json!([{}]), "201"),
        Case::new(
            "away",
            "DELETE /api/v1/namespaces/default/configmaps/m",
            "200",
        ),
        with(
            "a memory that is none",
            "managedFields",
            json!("x"),
            "400 BadRequest: …",
        ),
        with(
            "of fields that there cannot be",
            "managedFields",
            entry(json!({"x": 1, "f:": {}, "k:{": {}, "v:": {}, "i:x": {}, ".": 5})),
            "201",
        ),
        Case::new(
            "and away",
            "DELETE /api/v1/namespaces/default/configmaps/m",
            "200",
        ),
        with("of deep fields", "managedFields", entry(deep), "201"),
        Case::new(
            "patched over it",
            "PATCH /api/v1/namespaces/default/configmaps/m?fieldManager=y",
            "200",
        )
        .header("content-type", "application/apply-patch+yaml")
        .body(
            "{apiVersion: v1, kind: ConfigMap, data: {a: c, z: z}, metadata: {name: m}}"
                .replace("a: c, ", ""),
        ),
        Case::new(
            "last",
            "DELETE /api/v1/namespaces/default/configmaps/m",
            "200",
        ),
        with("many finalizers", "finalizers", finalizers.into(), "201"),
    ]);
}

#[test]
fn quantities() {
    let pod = |case, memory: Value, want: &str| {
        let body = json!({"metadata": {"name": "q"}, "spec": {"containers": [{"name": "c", "image": "i", "resources": {"limits": {"memory": memory}}}]}});
        Case::new(
            case,
            "POST /api/v1/namespaces/default/pods?dryRun=All",
            want,
        )
        .body(body.to_string())
    };
    let format = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    let suffix = "unable to parse quantity's suffix";
    let number = "unable to parse numeric part of quantity";
    let refused = |why: &str| {
        format!("400 BadRequest: Pod in version \"v1\" cannot be handled as a Pod: {why}")
    };
    hold(vec![
        pod("as large as can be written", json!("1e999999999"), "201"),
        pod("as small", json!("1e-999999999"), "201"),
        pod(
            "an exponent beyond numbers",
            json!("1e99999999999999999999"),
            &refused(suffix),
        ),
        pod("many digits", json!("9".repeat(1_000_000)), "201"),
        pod(
            "many places",
            json!(format!("0.{}1Ei", "0".repeat(1_000_000))),
            "201",
        ),
        pod("hexadecimal", json!("0x10"), &refused(format)),
        pod("digits of another script", json!("٣Gi"), &refused(format)),
        pod("two points", json!("1..2"), &refused(number)),
        pod("only a point", json!("."), &refused(number)),
        pod("only a suffix", json!("Gi"), &refused(format)),
        pod(
            "a suffix of letters",
            json!(format!("1{}", "E".repeat(100_000))),
            &refused(suffix),
        ),
        pod("a blank", json!("1 "), "201"),
        pod("nothing", json!(""), &refused(format)),
        pod("a list", json!([1]), "400 BadRequest: …"),
        pod(
            "below none",
            json!("-1"),
            "422 Invalid: Pod \"q\" is invalid: [spec.containers[0].resources.limits[memory]: Invalid value: \"-1\": must be greater than or equal to 0, spec.containers[0].resources.requests[memory]: Invalid value: \"-1\": must be greater than or equal to 0]",
        ),
    ]);
}

#[test]
fn workloads() {
    let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    let deployment = |case, replicas: Value, want: &str| {
        let body = json!({"metadata": {"name": "d"}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"a": "b"}}, "template": template}});
        Case::new(
            case,
            "POST /apis/apps/v1/namespaces/default/deployments",
            want,
        )
        .body(body.to_string())
    };
    let containers = |count: usize, name: &str| -> Vec<Value> {
        (0..count)
            .map(|n| json!({"name": name.replace('#', &n.to_string()), "image": "i"}))
            .collect()
    };
    let pod = |case, spec: Value, want: &str| {
        Case::new(
            case,
            "POST /api/v1/namespaces/default/pods?dryRun=All",
            want,
        )
        .body(json!({"metadata": {"name": "p"}, "spec": spec}).to_string())
    };
    let environment: Vec<Value> = (0..20_000)
        .map(|n| json!({"name": format!("E{n}"), "value": format!("$(E{})$(E{})", n - 1, n - 1)}))
        .collect();
    let cron = |case, schedule: &str, want: &str| {
        let body = json!({"metadata": {"name": "c"}, "spec": {"schedule": schedule, "jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}}}}});
        Case::new(
            case,
            "POST /apis/batch/v1/namespaces/default/cronjobs?dryRun=All",
            want,
        )
        .body(body.to_string())
    };
    let job = json!({"metadata": {"name": "j"}, "spec": {"completions": 2_147_483_647, "parallelism": 2_147_483_647, "completionMode": "Indexed", "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}}});
    hold(vec![
        deployment(
            "below none",
            json!(-1),
            "422 Invalid: Deployment.apps \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0",
        ),
        deployment(
            "more than fit",
            json!(2_147_483_648_u64),
            "400 BadRequest: …",
        ),
        deployment("half a pod", json!(0.5), "400 BadRequest: …"),
        deployment("as many as fit", json!(2_147_483_647), "201"),
        pod(
            "no containers",
            json!({"containers": []}),
            "422 Invalid: Pod \"p\" is invalid: spec.containers: Required value",
        ),
        pod(
            "many containers",
            json!({"containers": containers(4_000, "c#")}),
            "201",
        ),
        pod(
            "many of one name",
            json!({"containers": containers(4_000, "c")}),
            "422 Invalid: Pod \"p\" is invalid: [spec.containers[1].name: Duplicate value: \"c\", …",
        ),
        pod(
            "no names",
            json!({"containers": containers(4_000, "")}),
            "422 Invalid: Pod \"p\" is invalid: [spec.containers[0].name: Required value, …",
        ),
        pod(
            "variables of variables",
            json!({"containers": [{"name": "c", "image": "i", "env": environment}]}),
            "201",
        ),
        pod(
            "seconds",
            json!({"terminationGracePeriodSeconds": i64::MIN, "activeDeadlineSeconds": i64::MAX, "containers": containers(1, "c")}),
            "422 Invalid: …",
        ),
        cron("every second of every year", "* * * * *", "201"),
        cron("a day that never comes", "0 0 31 2 *", "201"),
        cron(
            "steps beyond numbers",
            "*/99999999999999999999 * * * *",
            "422 Invalid: CronJob.batch \"c\" is invalid: spec.schedule: Invalid value: …",
        ),
        cron(
            "steps of none",
            "*/0 * * * *",
            "422 Invalid: CronJob.batch \"c\" is invalid: spec.schedule: Invalid value: …",
        ),
        cron(
            "a long one",
            &format!("{} * * * *", ["1"; 100_000].join(",")),
            "201",
        ),
        cron("of another script", "٣ * * * *", "422 Invalid: …"),
        Case::new(
            "a large job",
            "POST /apis/batch/v1/namespaces/default/jobs",
            "422 Invalid: …",
        )
        .body(job.to_string()),
    ]);
}
