//! Ephemeral containers: what `kubectl debug` adds to a pod that runs. They are containers without ports, probes and resources, are added
//! through `pods/x/ephemeralcontainers` only, and stay as they are for the rest of the pod's life.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`validateEphemeralContainers`, `ValidatePodEphemeralContainersUpdate`),
//! pkg/registry/core/pod/strategy.go (`podEphemeralContainersStrategy`).

use super::super::difference;
use super::super::normal::{list, text};
use super::containers::{self, Surroundings};
use super::{defaults, update, validation};
use crate::api::Pod;
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use k8s_openapi::api::core::v1::{Container, EphemeralContainer, PodSpec, ResourceRequirements};

const FIELD: &str = "ephemeralContainers";
const NOT_HERE: &str = "cannot be set for an Ephemeral Container";

/// The struct with all fields that both kinds of container have.
macro_rules! with_fields_of {
    ($from:ident, $into:ident $(, $own:ident: $value:expr)?) => {
        $into {
            args: $from.args,
            command: $from.command,
            env: $from.env,
            env_from: $from.env_from,
            image: $from.image,
            image_pull_policy: $from.image_pull_policy,
            lifecycle: $from.lifecycle,
            liveness_probe: $from.liveness_probe,
            name: $from.name,
            ports: $from.ports,
            readiness_probe: $from.readiness_probe,
            resize_policy: $from.resize_policy,
            resources: $from.resources,
            restart_policy: $from.restart_policy,
            security_context: $from.security_context,
            startup_probe: $from.startup_probe,
            stdin: $from.stdin,
            stdin_once: $from.stdin_once,
            termination_message_path: $from.termination_message_path,
            termination_message_policy: $from.termination_message_policy,
            tty: $from.tty,
            volume_devices: $from.volume_devices,
            volume_mounts: $from.volume_mounts,
            working_dir: $from.working_dir,
            $($own: $value,)?
        }
    };
}

/// The same as a container, which it is for everyone who runs it.
#[must_use]
pub fn as_container(ephemeral: EphemeralContainer) -> Container {
    with_fields_of!(ephemeral, Container)
}

pub(super) fn set_defaults(ephemeral: &mut EphemeralContainer) {
    let target = ephemeral.target_container_name.take();
    let mut container = as_container(std::mem::take(ephemeral));
    defaults::container_defaults(&mut container);
    *ephemeral = with_fields_of!(
        container,
        EphemeralContainer,
        target_container_name: target.filter(|name| !name.is_empty())
    );
}

/// Everything wrong with a pod's ephemeral containers.
pub(super) fn validate(around: &Surroundings<'_>, path: &Path<'_>, errors: &mut Errors) {
    let spec = around.spec;
    let all = list(&spec.ephemeral_containers);
    let lasting = || list(&spec.init_containers).iter().chain(&spec.containers);
    for (index, ephemeral) in all.iter().enumerate() {
        let path = path.index(index);
        let container = as_container(ephemeral.clone());
        containers::common(&container, around, &path, errors);
        containers::image_without_space(&container, &path, errors);
        let name = &ephemeral.name;
        if lasting().any(|c| c.name == *name) || all[..index].iter().any(|c| c.name == *name) {
            errors.duplicate(&path.child("name"), name.as_str());
        }
        let target = text(&ephemeral.target_container_name);
        if !target.is_empty() && !lasting().any(|c| c.name == target) {
            errors.not_found(&path.child("targetContainerName"), target);
        }
        forbidden(&container, &path, errors);
    }
}

/// What a pod's own work needs, and a guest does not get.
fn forbidden(container: &Container, path: &Path<'_>, errors: &mut Errors) {
    let nothing = ResourceRequirements::default();
    let resources = container.resources.as_ref().unwrap_or(&nothing);
    for (field, is_set) in [
        ("ports", !list(&container.ports).is_empty()),
        ("resources", *resources != nothing),
        ("resizePolicy", !list(&container.resize_policy).is_empty()),
        ("restartPolicy", container.restart_policy.is_some()),
        ("livenessProbe", container.liveness_probe.is_some()),
        ("readinessProbe", container.readiness_probe.is_some()),
        ("startupProbe", container.startup_probe.is_some()),
        ("lifecycle", container.lifecycle.is_some()),
    ] {
        if is_set {
            errors.forbidden(&path.child(field), NOT_HERE);
        }
    }
    let mounts = path.child("volumeMounts");
    for (index, mount) in list(&container.volume_mounts).iter().enumerate() {
        let path = mounts.index(index);
        if !text(&mount.sub_path).is_empty() {
            errors.forbidden(&path.child("subPath"), NOT_HERE);
        }
        if !text(&mount.sub_path_expr).is_empty() {
            errors.forbidden(&path.child("subPathExpr"), NOT_HERE);
        }
    }
}

/// The old pod with the new one's ephemeral containers: whatever else somebody sends there is not looked at.
#[must_use]
pub fn updated(new: Pod, old: &Pod) -> Pod {
    let mut pod = update::unchanged(new.metadata, old);
    let spec: &mut PodSpec = pod.spec.get_or_insert_default();
    spec.ephemeral_containers = new
        .spec
        .and_then(|spec| spec.into_inner().ephemeral_containers);
    pod
}

/// Everything wrong with an update of a pod's ephemeral containers: they may become more, and that is all.
#[must_use]
pub fn validate_update(pod: &Pod, old: &Pod) -> Vec<FieldError> {
    let mut errors = Errors::new();
    if update::is_static(old) {
        let detail = "static pods do not support ephemeral containers";
        errors.forbidden(&Path::root(""), detail);
        return errors.into_list();
    }
    validation::whole_spec(pod, &mut errors);
    let containers = |pod: &Pod| -> Vec<EphemeralContainer> {
        let spec = pod.spec.as_ref();
        spec.and_then(|spec| spec.ephemeral_containers.clone())
            .unwrap_or_default()
    };
    let new = containers(pod);
    let spec = Path::root("spec");
    let path = spec.child(FIELD);
    for old in containers(old) {
        let name = &old.name;
        match new.iter().find(|container| container.name == *name) {
            None => {
                let detail = format!("existing ephemeral containers {name:?} may not be removed\n");
                errors.forbidden(&path, &detail);
            }
            Some(new) if *new != old => {
                let difference = difference::of("core.EphemeralContainer", &old, new);
                let detail = format!(
                    "existing ephemeral containers {name:?} may not be changed\n{difference}"
                );
                errors.forbidden(&path, &detail);
            }
            Some(_) => {}
        }
    }
    errors.into_list()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{pod, texts};
    use super::super::update::MIRROR_POD;
    use super::*;
    use crate::api::Stored as _;
    use serde_json::{Value, json};

    fn debugged(containers: &Value) -> Pod {
        let mut new = pod(json!({
            "containers": [{"name": "c", "image": "nginx:1"}],
            "volumes": [{"name": "v", "emptyDir": {}}],
            "ephemeralContainers": containers,
        }));
        new.set_defaults();
        new
    }

    #[test]
    fn they_may_only_become_more() {
        let old = debugged(&json!([{"name": "debugger", "image": "busybox"}]));
        let table: &[(&str, Value, &[&str])] = &[
            (
                "the same",
                json!([{"name": "debugger", "image": "busybox"}]),
                &[],
            ),
            (
                "one more, at a container",
                json!([{"name": "second", "image": "busybox", "targetContainerName": "c"}, {"name": "debugger", "image": "busybox"}]),
                &[],
            ),
            (
                "one less",
                json!([]),
                &[
                    "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"debugger\" may not be removed\n",
                ],
            ),
            (
                "another image",
                json!([{"name": "debugger", "image": "busybox:1"}]),
                &[
                    "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"debugger\" may not be changed\n",
                ],
            ),
            (
                "names that are taken",
                json!([{"name": "debugger", "image": "busybox"}, {"name": "debugger", "image": "busybox"}, {"name": "c", "image": "busybox"}]),
                &[
                    "spec.ephemeralContainers[1].name: Duplicate value: \"debugger\"",
                    "spec.ephemeralContainers[2].name: Duplicate value: \"c\"",
                ],
            ),
            (
                "a target that is not there, an image with a space",
                json!([{"name": "debugger", "image": "busybox"}, {"name": "d", "image": "a ", "targetContainerName": "debugger"}]),
                &[
                    "spec.ephemeralContainers[1].image: Invalid value: \"a \": must not have leading or trailing whitespace",
                    "spec.ephemeralContainers[1].targetContainerName: Not found: \"debugger\"",
                ],
            ),
            (
                "what only lasting containers have",
                json!([{"name": "debugger", "image": "busybox"}, {
                    "name": "d", "image": "a", "ports": [{"containerPort": 80}], "resources": {"limits": {"cpu": "1"}}, "restartPolicy": "Always",
                    "livenessProbe": {"tcpSocket": {"port": 80}}, "lifecycle": {"preStop": {"sleep": {"seconds": 1}}},
                    "volumeMounts": [{"name": "v", "mountPath": "/v", "subPath": "x"}],
                }]),
                &[
                    "spec.ephemeralContainers[1].ports: Forbidden: cannot be set for an Ephemeral Container",
                    "spec.ephemeralContainers[1].resources: Forbidden: cannot be set for an Ephemeral Container",
                    "spec.ephemeralContainers[1].restartPolicy: Forbidden: cannot be set for an Ephemeral Container",
                    "spec.ephemeralContainers[1].livenessProbe: Forbidden: cannot be set for an Ephemeral Container",
                    "spec.ephemeralContainers[1].lifecycle: Forbidden: cannot be set for an Ephemeral Container",
                    "spec.ephemeralContainers[1].volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container",
                ],
            ),
        ];
        for (name, containers, want) in table {
            let new = updated(debugged(containers), &old);
            let errors = texts(&validate_update(&new, &old));
            assert_eq!(errors.len(), want.len(), "{name}: {errors:#?}");
            for (error, want) in errors.iter().zip(*want) {
                assert!(error.starts_with(want), "{name}: {error}");
            }
        }
    }

    #[test]
    fn defaults_are_those_of_containers_and_nothing_else_of_the_pod_changes() {
        let old = debugged(&json!(null));
        let mut new = debugged(&json!([{"name": "d", "image": "busybox:1"}]));
        new.spec.get_or_insert_default().node_name = Some("elsewhere".to_owned());
        let new = updated(new, &old);
        let spec = new.spec.expect("a spec").into_inner();
        assert_eq!(spec.node_name, None);
        let containers = spec.ephemeral_containers.expect("one");
        assert_eq!(
            containers[0].image_pull_policy.as_deref(),
            Some("IfNotPresent")
        );
        assert_eq!(
            containers[0].termination_message_policy.as_deref(),
            Some("File")
        );
    }

    #[test]
    fn static_pods_take_none() {
        let mut old = debugged(&json!(null));
        old.metadata.annotations = Some([(MIRROR_POD.to_owned(), "x".to_owned())].into());
        assert_eq!(validate_update(&debugged(&json!([])), &old).len(), 1);
    }
}
