//! What is warned of, in upstream's words.

use super::*;
use serde_json::{Value, json};

fn of(mut spec: Value, annotations: &Value) -> (Vec<String>, Vec<String>) {
    if spec.get("containers").is_none() {
        spec["containers"] = json!([{"name": "c"}]);
    }
    let json = json!({"metadata": {"annotations": annotations}, "spec": spec});
    let pod: Pod = serde_json::from_value(json.clone()).expect("a pod");
    let template: PodTemplateSpec = serde_json::from_value(json).expect("a template");
    let path = Path::root("spec");
    (
        of_pod(&pod),
        of_template(&template, &path.child("template")),
    )
}

#[test]
fn what_does_not_do_what_it_says() {
    let table = [
        ("nothing", json!({}), json!({}), ""),
        (
            "labels of nodes",
            json!({
                "nodeSelector": {"beta.kubernetes.io/os": "linux", "disk": "ssd"},
                "affinity": {"nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [
                        {"key": "failure-domain.beta.kubernetes.io/zone", "operator": "In", "values": ["a b"]}]}]},
                    "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {"matchExpressions": [
                        {"key": "node-role.kubernetes.io/master", "operator": "Exists"}]}}],
                }},
            }),
            json!({}),
            "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead
spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead
spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values[0]: a b is invalid, a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].key: node-role.kubernetes.io/master is use \"node-role.kubernetes.io/control-plane\" instead",
        ),
        (
            "selectors of nothing",
            json!({
                "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "beta.kubernetes.io/arch", "whenUnsatisfiable": "DoNotSchedule"}],
                "affinity": {
                    "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "z"}]},
                    "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": {"topologyKey": "z"}}]},
                },
            }),
            json!({}),
            "spec.topologySpreadConstraints[0].topologyKey: beta.kubernetes.io/arch is deprecated since v1.14; use \"kubernetes.io/arch\" instead
spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod
spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null labelSelector results in matching no pod
spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod",
        ),
        (
            "annotations",
            json!({}),
            json!({
                "scheduler.alpha.kubernetes.io/critical-pod": "", "seccomp.security.alpha.kubernetes.io/pod": "docker/default",
                "container.seccomp.security.alpha.kubernetes.io/c": "docker/default",
            }),
            "metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the \"priorityClassName\" field instead
metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the \"seccompProfile\" field instead
metadata.annotations[container.seccomp.security.alpha.kubernetes.io/c]: non-functional in v1.27+; use the \"seccompProfile\" field instead",
        ),
        (
            "the field beside the annotation",
            json!({"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}, "appArmorProfile": {"type": "Localhost", "localhostProfile": "p"}}}),
            json!({
                "seccomp.security.alpha.kubernetes.io/pod": "docker/default",
                "container.apparmor.security.beta.kubernetes.io/c": "localhost/p",
            }),
            "",
        ),
        (
            "AppArmor",
            json!({}),
            json!({"container.apparmor.security.beta.kubernetes.io/c": "runtime/default"}),
            "metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the \"appArmorProfile\" field instead",
        ),
        (
            "volumes",
            json!({"volumes": [
                {"name": "git", "gitRepo": {"repository": "r"}},
                {"name": "own", "ephemeral": {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": "1.5"}}}}}},
                {"name": "all", "projected": {"sources": [
                    {"serviceAccountToken": {"path": "token"}}, {"configMap": {"items": [{"key": "k", "path": "token"}]}}]}},
            ]}),
            json!({}),
            "spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+
spec.volumes[1].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]: fractional byte value \"1500m\" is invalid, must be an integer
spec.volumes[2].projected.sources.configMap[0]: has duplicated path with ServiceAccountToken \"token\"",
        ),
        (
            "volumes of former times",
            json!({"volumes": [
                {"name": "a", "storageos": {"volumeName": "v"}},
                {"name": "b", "cephfs": {"monitors": ["m"]}},
                {"name": "c", "quobyte": {"registry": "r", "volume": "v"}},
                {"name": "d", "emptyDir": {}},
            ]}),
            json!({}),
            "spec.volumes[0].storageOS: deprecated in v1.22, non-functional in v1.25+
spec.volumes[1].cephfs: deprecated in v1.28, non-functional in v1.31+
spec.volumes[2].quobyte: deprecated in v1.22, non-functional in v1.25+",
        ),
        (
            "what stands twice",
            json!({
                "hostAliases": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.1"}],
                "imagePullSecrets": [{"name": "a"}, {"name": "a"}, {"name": ""}],
                "containers": [
                    {"name": "c", "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "$(A)2"}, {"name": "A", "value": "3"}],
                     "ports": [{"containerPort": 80, "protocol": "TCP"}], "resources": {"limits": {"memory": "100m"}}},
                    {"name": "d", "ports": [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 80, "hostPort": 8080, "protocol": "TCP"}]},
                ],
                "terminationGracePeriodSeconds": -1,
            }),
            json!({}),
            "spec.hostAliases[1].ip: duplicate ip \"10.0.0.1\"
spec.imagePullSecrets[1].name: duplicate name \"a\"
spec.imagePullSecrets[2].name: invalid empty name \"\"
spec.containers[0].resources.limits[memory]: fractional byte value \"100m\" is invalid, must be an integer
spec.containers[0].env[2]: hides previous definition of \"A\", which may be dropped when using apply
spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]
spec.containers[1].ports[1]: overlapping port definition with spec.containers[0].ports[0]
spec.containers[1].ports[1]: overlapping port definition with spec.containers[1].ports[0]
spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1",
        ),
    ];
    for (name, spec, annotations, want) in table {
        let (of_pod, of_template) = of(spec, &annotations);
        assert_eq!(of_pod.join("\n"), want, "{name}");
        let of_template: Vec<String> = of_template
            .iter()
            .map(|text| text.replace("spec.template.", ""))
            .collect();
        assert_eq!(of_template.join("\n"), want, "{name}, in a template");
    }
}
