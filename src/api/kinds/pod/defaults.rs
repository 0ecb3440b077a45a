//! What the API server fills into a pod, and into a pod template, when the author leaves it out.
//!
//! The real thing: pkg/apis/core/v1/defaults.go (`SetDefaults_Pod`, `SetDefaults_PodSpec`, `SetDefaults_Container`, …),
//! pkg/util/parsers/parsers.go (`ParseImageName`).

use super::super::normal::{drop_empty, drop_false, drop_zero, text_default};
use super::{ephemeral, volume_defaults};
use crate::api::Pod;
use crate::api::quantity;
use k8s_openapi::api::core::v1::{
    Container, EnvVar, HTTPGetAction, LifecycleHandler, PodSpec, PodTemplateSpec, Probe,
    ResourceRequirements,
};

/// Defaults of a pod: those of its spec, and the ones that templates do not get (requests from limits, service links, host ports).
pub(crate) fn pod(pod: &mut Pod) {
    let spec: &mut PodSpec = pod.spec.get_or_insert_default();
    pod_spec(spec);
    let init_containers = spec.init_containers.iter_mut().flatten();
    for container in spec.containers.iter_mut().chain(init_containers) {
        if let Some(resources) = &mut container.resources {
            requests_from_limits(resources);
        }
        if spec.host_network == Some(true) {
            host_ports(container);
        }
    }
    spec.enable_service_links.get_or_insert(true);
}

/// Defaults of a pod template, as Deployments and ReplicaSets carry it.
pub(crate) fn template(template: &mut PodTemplateSpec) {
    let metadata = template.metadata.get_or_insert_default();
    drop_empty(&mut metadata.labels);
    drop_empty(&mut metadata.annotations);
    pod_spec(template.spec.get_or_insert_default());
}

fn pod_spec(spec: &mut PodSpec) {
    text_default(&mut spec.dns_policy, "ClusterFirst");
    text_default(&mut spec.restart_policy, "Always");
    text_default(&mut spec.scheduler_name, "default-scheduler");
    spec.security_context.get_or_insert_default();
    spec.termination_grace_period_seconds.get_or_insert(30);
    service_account(spec);
    drop_zero_values(spec);
    quantity::canonicalize_all(&mut spec.overhead);
    for volume in spec.volumes.iter_mut().flatten() {
        volume_defaults::fill(volume);
    }
    for container in spec.init_containers.iter_mut().flatten() {
        container_defaults(container);
    }
    for container in &mut spec.containers {
        container_defaults(container);
    }
    drop_empty(&mut spec.ephemeral_containers);
    for container in spec.ephemeral_containers.iter_mut().flatten() {
        ephemeral::set_defaults(container);
    }
}

/// The deprecated `serviceAccount` and `serviceAccountName` always say the same; the latter wins.
pub(crate) fn service_account(spec: &mut PodSpec) {
    drop_empty(&mut spec.service_account_name);
    drop_empty(&mut spec.service_account);
    if spec.service_account_name.is_none() {
        spec.service_account_name.clone_from(&spec.service_account);
    } else if spec.service_account != spec.service_account_name {
        spec.service_account.clone_from(&spec.service_account_name);
    }
}

/// Upstream's types cannot tell `hostNetwork: false` or `volumes: []` from nothing; neither may a comparison of two specs.
fn drop_zero_values(spec: &mut PodSpec) {
    for flag in [
        &mut spec.host_network,
        &mut spec.host_pid,
        &mut spec.host_ipc,
    ] {
        drop_false(flag);
    }
    for text in [
        &mut spec.node_name,
        &mut spec.hostname,
        &mut spec.subdomain,
        &mut spec.priority_class_name,
    ] {
        drop_empty(text);
    }
    drop_empty(&mut spec.node_selector);
    drop_empty(&mut spec.volumes);
    drop_empty(&mut spec.init_containers);
    drop_empty(&mut spec.image_pull_secrets);
    drop_empty(&mut spec.tolerations);
    drop_empty(&mut spec.topology_spread_constraints);
    drop_empty(&mut spec.host_aliases);
    drop_empty(&mut spec.scheduling_gates);
    drop_empty(&mut spec.readiness_gates);
}

pub(super) fn container_defaults(container: &mut Container) {
    if container
        .image_pull_policy
        .as_deref()
        .unwrap_or_default()
        .is_empty()
    {
        let image = container.image.as_deref().unwrap_or_default();
        container.image_pull_policy = Some(pull_policy(image).to_owned());
    }
    text_default(
        &mut container.termination_message_path,
        "/dev/termination-log",
    );
    text_default(&mut container.termination_message_policy, "File");
    let resources = container.resources.get_or_insert_default();
    drop_empty(&mut resources.claims);
    quantity::canonicalize_all(&mut resources.limits);
    quantity::canonicalize_all(&mut resources.requests);
    for flag in [
        &mut container.stdin,
        &mut container.stdin_once,
        &mut container.tty,
    ] {
        drop_false(flag);
    }
    drop_empty(&mut container.working_dir);
    drop_empty(&mut container.command);
    drop_empty(&mut container.args);
    drop_empty(&mut container.ports);
    drop_empty(&mut container.env);
    drop_empty(&mut container.env_from);
    drop_empty(&mut container.volume_mounts);
    for port in container.ports.iter_mut().flatten() {
        text_default(&mut port.protocol, "TCP");
        drop_empty(&mut port.name);
        drop_empty(&mut port.host_ip);
        drop_zero(&mut port.host_port);
    }
    for variable in container.env.iter_mut().flatten() {
        variable_defaults(variable);
    }
    for mount in container.volume_mounts.iter_mut().flatten() {
        drop_false(&mut mount.read_only);
        drop_empty(&mut mount.sub_path);
        drop_empty(&mut mount.sub_path_expr);
    }
    for probe in [
        &mut container.liveness_probe,
        &mut container.readiness_probe,
        &mut container.startup_probe,
    ] {
        probe.iter_mut().for_each(probe_defaults);
    }
    if let Some(lifecycle) = &mut container.lifecycle {
        let hooks = [&mut lifecycle.post_start, &mut lifecycle.pre_stop];
        hooks.into_iter().flatten().for_each(hook_defaults);
    }
}

fn variable_defaults(variable: &mut EnvVar) {
    drop_empty(&mut variable.value);
    let Some(source) = &mut variable.value_from else {
        return;
    };
    if let Some(field) = &mut source.field_ref {
        text_default(&mut field.api_version, "v1");
    }
    if let Some(resource) = &mut source.resource_field_ref {
        let divisor = resource
            .divisor
            .get_or_insert_with(|| quantity::from_milli(0));
        quantity::canonicalize(divisor);
    }
}

fn probe_defaults(probe: &mut Probe) {
    for (value, default) in [
        (&mut probe.timeout_seconds, 1),
        (&mut probe.period_seconds, 10),
        (&mut probe.success_threshold, 1),
        (&mut probe.failure_threshold, 3),
    ] {
        if value.unwrap_or_default() == 0 {
            *value = Some(default);
        }
    }
    drop_zero(&mut probe.initial_delay_seconds);
    probe.http_get.iter_mut().for_each(http_get_defaults);
    if let Some(grpc) = &mut probe.grpc {
        grpc.service.get_or_insert_default();
    }
}

fn hook_defaults(hook: &mut LifecycleHandler) {
    hook.http_get.iter_mut().for_each(http_get_defaults);
}

fn http_get_defaults(get: &mut HTTPGetAction) {
    text_default(&mut get.path, "/");
    text_default(&mut get.scheme, "HTTP");
    drop_empty(&mut get.host);
    drop_empty(&mut get.http_headers);
}

fn requests_from_limits(resources: &mut ResourceRequirements) {
    let Some(limits) = &resources.limits else {
        return;
    };
    let missing = |name: &&String| !matches!(&resources.requests, Some(r) if r.contains_key(*name));
    if !limits.keys().any(|name| missing(&name)) {
        return;
    }
    let requests = resources.requests.get_or_insert_default();
    for (name, limit) in limits {
        requests
            .entry(name.clone())
            .or_insert_with(|| limit.clone());
    }
}

fn host_ports(container: &mut Container) {
    for port in container.ports.iter_mut().flatten() {
        if port.host_port.unwrap_or_default() == 0 && port.container_port != 0 {
            port.host_port = Some(port.container_port);
        }
    }
}

/// `Always` for the tag `latest` or no tag at all; `IfNotPresent` for others, digests included.
pub(super) fn pull_policy(image: &str) -> &'static str {
    let last = image.rsplit('/').next().unwrap_or_default();
    let (name, digest) = last
        .split_once('@')
        .map_or((last, None), |(n, d)| (n, Some(d)));
    let latest = match name.split_once(':') {
        Some((_, tag)) => tag == "latest",
        None => digest.is_none() && !image.is_empty(),
    };
    let parses = !image.bytes().any(|b| b.is_ascii_whitespace());
    if latest && parses {
        "Always"
    } else {
        "IfNotPresent"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Stored as _;
    use serde_json::{Value, json};

    fn defaulted(pod: Value) -> Value {
        let mut pod: Pod = serde_json::from_value(pod).expect("a pod");
        pod.set_defaults();
        serde_json::to_value(pod).expect("plain data")
    }

    #[test]
    fn a_bare_pod_gets_what_upstream_gives_it() {
        let got = defaulted(
            json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}}),
        );
        let want = json!({
            "containers": [{
                "image": "nginx:1.27", "imagePullPolicy": "IfNotPresent", "name": "c", "resources": {},
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
            }],
            "dnsPolicy": "ClusterFirst", "enableServiceLinks": true, "restartPolicy": "Always", "schedulerName": "default-scheduler",
            "securityContext": {}, "terminationGracePeriodSeconds": 30,
        });
        assert_eq!(got["spec"], want);
    }

    #[test]
    fn the_tag_decides_when_to_pull() {
        for (image, want) in [
            ("nginx", "Always"),
            ("nginx:latest", "Always"),
            ("nginx:1.27", "IfNotPresent"),
            ("localhost:5000/nginx", "Always"),
            ("localhost:5000/nginx:1", "IfNotPresent"),
            ("nginx@sha256:abc", "IfNotPresent"),
            ("nginx:latest@sha256:abc", "Always"),
        ] {
            assert_eq!(pull_policy(image), want, "{image}");
        }
    }

    #[test]
    fn fields_get_their_defaults() {
        for (name, spec, pointer, want) in [
            (
                "requests from limits",
                json!({"containers": [{"name": "c", "resources": {"limits": {"cpu": "0.5", "memory": "1Gi"}, "requests": {"cpu": "100m"}}}]}),
                "/containers/0/resources/requests",
                json!({"cpu": "100m", "memory": "1Gi"}),
            ),
            (
                "host ports",
                json!({"hostNetwork": true, "containers": [{"name": "c", "ports": [{"containerPort": 80}]}]}),
                "/containers/0/ports/0",
                json!({"containerPort": 80, "hostPort": 80, "protocol": "TCP"}),
            ),
            (
                "probe",
                json!({"containers": [{"name": "c", "readinessProbe": {"httpGet": {"port": 80}}}]}),
                "/containers/0/readinessProbe",
                json!({"failureThreshold": 3, "httpGet": {"path": "/", "port": 80, "scheme": "HTTP"}, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1}),
            ),
            (
                "volume without source",
                json!({"containers": [], "volumes": [{"name": "v"}]}),
                "/volumes/0",
                json!({"emptyDir": {}, "name": "v"}),
            ),
            (
                "config map mode",
                json!({"containers": [], "volumes": [{"name": "v", "configMap": {"name": "m"}}]}),
                "/volumes/0/configMap/defaultMode",
                json!(420),
            ),
            (
                "old service account",
                json!({"containers": [], "serviceAccount": "robot"}),
                "/serviceAccountName",
                json!("robot"),
            ),
            (
                "field reference",
                json!({"containers": [{"name": "c", "env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]}]}),
                "/containers/0/env/0/valueFrom/fieldRef/apiVersion",
                json!("v1"),
            ),
        ] {
            let got = defaulted(json!({ "spec": spec }));
            assert_eq!(got["spec"].pointer(pointer), Some(&want), "{name}");
        }
    }

    #[test]
    fn templates_do_not_get_what_only_pods_get() {
        let json = json!({"spec": {"hostNetwork": true, "containers": [{"name": "c", "ports": [{"containerPort": 80}], "resources": {"limits": {"cpu": "1"}}}]}});
        let mut pods: PodTemplateSpec = serde_json::from_value(json).expect("a template");
        template(&mut pods);
        let spec = pods.spec.expect("kept");
        assert_eq!(spec.enable_service_links, None);
        assert_eq!(
            spec.containers[0].ports.as_ref().expect("kept")[0].host_port,
            None
        );
        assert_eq!(
            spec.containers[0]
                .resources
                .as_ref()
                .expect("kept")
                .requests,
            None
        );
    }
}
