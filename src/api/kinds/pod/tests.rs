//! What is said of pods that are wrong. The texts are upstream's, many of them recorded from a real API server.

use crate::api::Pod;
use crate::api::Stored as _;
use crate::api::field::FieldError;
use serde_json::{Value, json};

pub(super) fn pod(spec: Value) -> Pod {
    let json = json!({"metadata": {"name": "p", "namespace": "default"}, "spec": spec});
    let mut pod: Pod = serde_json::from_value(json).expect("a pod");
    pod.set_defaults();
    pod.prepare_create();
    pod
}

pub(super) fn texts(errors: &[FieldError]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

/// Each case: what is tried, the pod's spec, all errors in order.
type Case<'a> = (&'a str, Value, &'a [&'a str]);

fn check(cases: &[Case<'_>]) {
    for (name, spec, want) in cases {
        assert_eq!(texts(&pod(spec.clone()).validate()), *want, "{name}");
    }
}

#[test]
fn containers() {
    check(&[
        (
            "fine",
            json!({"containers": [{"name": "c", "image": "nginx"}]}),
            &[],
        ),
        (
            "none",
            json!({"containers": []}),
            &["spec.containers: Required value"],
        ),
        (
            "several at once",
            json!({"restartPolicy": "Sometimes", "containers": [
                {"name": "c", "image": "nginx", "ports": [{"containerPort": 70000}], "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}},
                {"name": "c", "image": "nginx"},
            ]}),
            &[
                "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
                "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1",
                "spec.containers[1].name: Duplicate value: \"c\"",
                "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"",
            ],
        ),
        (
            "no image, capital name",
            json!({"containers": [{"name": "C"}]}),
            &[
                "spec.containers[0].name: Invalid value: \"C\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
                "spec.containers[0].image: Required value",
            ],
        ),
        (
            "image with a space",
            json!({"containers": [{"name": "c", "image": "nginx "}]}),
            &[
                "spec.containers[0].image: Invalid value: \"nginx \": must not have leading or trailing whitespace",
            ],
        ),
        (
            "pull policy",
            json!({"containers": [{"name": "c", "image": "nginx", "imagePullPolicy": "Often"}]}),
            &[
                "spec.containers[0].imagePullPolicy: Unsupported value: \"Often\": supported values: \"Always\", \"IfNotPresent\", \"Never\"",
            ],
        ),
        (
            "port name and protocol",
            json!({"containers": [{"name": "c", "image": "nginx", "ports": [{"name": "HTTP", "containerPort": 80, "protocol": "HTTP"}]}]}),
            &[
                "spec.containers[0].ports[0].name: Invalid value: \"HTTP\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
                "spec.containers[0].ports[0].name: Invalid value: \"HTTP\": must contain at least one letter (a-z)",
                "spec.containers[0].ports[0].protocol: Unsupported value: \"HTTP\": supported values: \"SCTP\", \"TCP\", \"UDP\"",
            ],
        ),
        (
            "host ports",
            json!({"containers": [{"name": "c", "image": "nginx", "ports": [{"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 80}]}]}),
            &["spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//80\""],
        ),
        (
            "main container with a restart policy",
            json!({"containers": [{"name": "c", "image": "nginx", "restartPolicy": "Always"}]}),
            &[
                "spec.containers[0].restartPolicy: Forbidden: may not be set for non-init containers",
            ],
        ),
        (
            "init container with a probe",
            json!({"containers": [{"name": "c", "image": "nginx"}], "initContainers": [{"name": "c", "image": "nginx", "readinessProbe": {"exec": {"command": ["true"]}}}]}),
            &[
                "spec.initContainers[0].name: Duplicate value: \"c\"",
                "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
            ],
        ),
        (
            "sidecar with a probe",
            json!({"containers": [{"name": "c", "image": "nginx"}], "initContainers": [{"name": "s", "image": "nginx", "restartPolicy": "Always", "readinessProbe": {"exec": {"command": ["true"]}}}]}),
            &[],
        ),
    ]);
}

#[test]
fn resources() {
    let with = |resources: Value| json!({"containers": [{"name": "c", "image": "nginx", "resources": resources}]});
    check(&[
        (
            "extended",
            with(json!({"limits": {"nvidia.com/gpu": "1"}})),
            &[],
        ),
        (
            "unknown",
            with(json!({"limits": {"gpu": "1"}, "requests": {"gpu": "1"}})),
            &[
                "spec.containers[0].resources.limits[gpu]: Invalid value: \"gpu\": must be a standard resource type or fully qualified",
                "spec.containers[0].resources.limits[gpu]: Invalid value: \"gpu\": must be a standard resource for containers",
                "spec.containers[0].resources.requests[gpu]: Invalid value: \"gpu\": must be a standard resource type or fully qualified",
                "spec.containers[0].resources.requests[gpu]: Invalid value: \"gpu\": must be a standard resource for containers",
            ],
        ),
        (
            "negative",
            with(json!({"requests": {"cpu": "-1"}})),
            &[
                "spec.containers[0].resources.requests[cpu]: Invalid value: \"-1\": must be greater than or equal to 0",
            ],
        ),
        (
            "no overcommitment of devices",
            with(json!({"requests": {"nvidia.com/gpu": "1"}})),
            &[
                "spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources",
            ],
        ),
        (
            "less than the limit of devices",
            with(json!({"limits": {"nvidia.com/gpu": "2"}, "requests": {"nvidia.com/gpu": "1"}})),
            &[
                "spec.containers[0].resources.requests: Invalid value: \"1\": must be equal to nvidia.com/gpu limit of 2",
            ],
        ),
    ]);
}

#[test]
fn probes_and_hooks() {
    let with = |field: &str, value: Value| json!({"terminationGracePeriodSeconds": 10, "containers": [{"name": "c", "image": "nginx", field: value}]});
    check(&[
        (
            "named port",
            with("livenessProbe", json!({"httpGet": {"port": "http"}})),
            &[],
        ),
        (
            "no handler",
            with("livenessProbe", json!({})),
            &["spec.containers[0].livenessProbe: Required value: must specify a handler type"],
        ),
        (
            "two handlers",
            with(
                "readinessProbe",
                json!({"exec": {"command": ["true"]}, "tcpSocket": {"port": 80}}),
            ),
            &[
                "spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type",
            ],
        ),
        (
            "must succeed once",
            with(
                "livenessProbe",
                json!({"tcpSocket": {"port": 80}, "successThreshold": 2}),
            ),
            &["spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"],
        ),
        (
            "negative",
            with(
                "startupProbe",
                json!({"tcpSocket": {"port": 0}, "periodSeconds": -1}),
            ),
            &[
                "spec.containers[0].startupProbe.tcpSocket.port: Invalid value: 0: must be between 1 and 65535, inclusive",
                "spec.containers[0].startupProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0",
            ],
        ),
        (
            "no command",
            with("lifecycle", json!({"preStop": {"exec": {}}})),
            &["spec.containers[0].lifecycle.preStop.exec.command: Required value"],
        ),
        (
            "sleeps too long",
            with("lifecycle", json!({"preStop": {"sleep": {"seconds": 11}}})),
            &[
                "spec.containers[0].lifecycle.preStop.sleep: Invalid value: 11: must be non-negative and less than terminationGracePeriodSeconds (10)",
            ],
        ),
    ]);
}

#[test]
fn variables() {
    let with = |env: Value| json!({"containers": [{"name": "c", "image": "nginx", "env": [env]}]});
    check(&[
        (
            "field",
            with(
                json!({"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}}),
            ),
            &[],
        ),
        (
            "nameless",
            with(json!({"value": "x"})),
            &["spec.containers[0].env[0].name: Required value"],
        ),
        (
            "value twice",
            with(
                json!({"name": "A", "value": "x", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}),
            ),
            &[
                "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when `value` is not empty",
            ],
        ),
        (
            "nothing",
            with(json!({"name": "A", "valueFrom": {}})),
            &[
                "spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
            ],
        ),
        (
            "field that is none",
            with(json!({"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.colour"}}})),
            &[
                "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"spec.colour\": error converting fieldPath: field label not supported: spec.colour",
            ],
        ),
        (
            "field for files only",
            with(json!({"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels"}}})),
            &[
                "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: \"metadata.labels\": supported values: \"metadata.name\", \"metadata.namespace\", \"metadata.uid\", \"spec.nodeName\", \"spec.serviceAccountName\", \"status.hostIP\", \"status.hostIPs\", \"status.podIP\", \"status.podIPs\"",
            ],
        ),
        (
            "from nothing",
            json!({"containers": [{"name": "c", "image": "nginx", "envFrom": [{}]}]}),
            &[
                "spec.containers[0].envFrom: Invalid value: \"\": must specify one of: `configMapRef` or `secretRef`",
            ],
        ),
    ]);
}

#[test]
fn volumes() {
    let with = |volume: Value, mount: Value| json!({"volumes": [volume], "containers": [{"name": "c", "image": "nginx", "volumeMounts": [mount]}]});
    let mount = json!({"name": "v", "mountPath": "/x"});
    check(&[
        (
            "mount of nothing",
            json!({"containers": [{"name": "c", "image": "nginx", "volumeMounts": [{"name": "nope", "mountPath": "/x"}]}]}),
            &["spec.containers[0].volumeMounts[0].name: Not found: \"nope\""],
        ),
        (
            "empty dir",
            with(json!({"name": "v", "emptyDir": {}}), mount.clone()),
            &[],
        ),
        (
            "two sources",
            with(
                json!({"name": "v", "emptyDir": {}, "hostPath": {"path": "/"}}),
                mount.clone(),
            ),
            &[
                "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type",
                "spec.containers[0].volumeMounts[0].name: Not found: \"v\"",
            ],
        ),
        (
            "nameless claim",
            with(
                json!({"name": "v", "persistentVolumeClaim": {"claimName": ""}}),
                mount.clone(),
            ),
            &[
                "spec.volumes[0].persistentVolumeClaim.claimName: Required value",
                "spec.containers[0].volumeMounts[0].name: Not found: \"v\"",
            ],
        ),
        (
            "mode",
            with(
                json!({"name": "v", "configMap": {"name": "m", "defaultMode": 777_777}}),
                mount.clone(),
            ),
            &[
                "spec.volumes[0].configMap.defaultMode: Invalid value: 777777: must be a number between 0 and 0777 (octal), both inclusive",
                "spec.containers[0].volumeMounts[0].name: Not found: \"v\"",
            ],
        ),
        (
            "upwards",
            with(
                json!({"name": "v", "emptyDir": {}}),
                json!({"name": "v", "mountPath": "/x", "subPath": "../y"}),
            ),
            &[
                "spec.containers[0].volumeMounts.subPath: Invalid value: \"../y\": must not contain '..'",
            ],
        ),
        (
            "no place",
            with(
                json!({"name": "v", "emptyDir": {}}),
                json!({"name": "v", "mountPath": ""}),
            ),
            &["spec.containers[0].volumeMounts[0].mountPath: Required value"],
        ),
        (
            "projected",
            with(
                json!({"name": "v", "projected": {"sources": [{"configMap": {"name": "a", "items": [{"key": "k", "path": "p"}]}}, {"secret": {"name": "b", "items": [{"key": "k", "path": "p"}]}}]}}),
                mount,
            ),
            &[
                "spec.volumes[0].projected: Invalid value: \"b\": conflicting duplicate paths",
                "spec.containers[0].volumeMounts[0].name: Not found: \"v\"",
            ],
        ),
    ]);
}

#[test]
fn placement() {
    let with = |field: &str, value: Value| json!({"containers": [{"name": "c", "image": "nginx"}], field: value});
    check(&[
        (
            "node selector",
            with("nodeSelector", json!({"disk": "s s d"})),
            &[
                "spec.nodeSelector: Invalid value: \"s s d\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
            ],
        ),
        (
            "toleration",
            with(
                "tolerations",
                json!([{"operator": "Equal", "effect": "Never"}, {"key": "a", "operator": "Exists", "value": "x", "tolerationSeconds": 3}]),
            ),
            &[
                "spec.tolerations[0].operator: Invalid value: \"Equal\": operator must be Exists when `key` is empty, which means \"match all values and all keys\"",
                "spec.tolerations[0].effect: Unsupported value: \"Never\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"",
                "spec.tolerations[1].effect: Invalid value: \"\": effect must be 'NoExecute' when `tolerationSeconds` is set",
                "spec.tolerations[1].operator: Invalid value: \"x\": value must be empty when `operator` is 'Exists'",
            ],
        ),
        (
            "node affinity",
            with(
                "affinity",
                json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In"}, {"key": "zone", "operator": "Near"}]}]}}}),
            ),
            &[
                "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
                "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[1].operator: Invalid value: \"Near\": not a valid selector operator",
            ],
        ),
        (
            "pod anti-affinity",
            with(
                "affinity",
                json!({"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 0, "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname"}}]}}),
            ),
            &[
                "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100",
            ],
        ),
        (
            "spread",
            with(
                "topologySpreadConstraints",
                json!([{"maxSkew": 0, "topologyKey": "zone", "whenUnsatisfiable": "Cry"}]),
            ),
            &[
                "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero",
                "spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: \"Cry\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\"",
            ],
        ),
        (
            "dns",
            with("dnsPolicy", json!("Sometimes")),
            &[
                "spec.dnsPolicy: Unsupported value: \"Sometimes\": supported values: \"ClusterFirstWithHostNet\", \"ClusterFirst\", \"Default\", \"None\"",
            ],
        ),
        (
            "dns none",
            with("dnsPolicy", json!("None")),
            &["spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"],
        ),
        (
            "deadline",
            with("activeDeadlineSeconds", json!(0)),
            &[
                "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive",
            ],
        ),
        (
            "host network",
            json!({"hostNetwork": true, "containers": [{"name": "c", "image": "nginx", "ports": [{"containerPort": 80, "hostPort": 81}]}]}),
            &[
                "spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true",
            ],
        ),
        (
            "user",
            with("securityContext", json!({"runAsUser": -1})),
            &[
                "spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
            ],
        ),
    ]);
}
