//! What is wrong with a pod's containers: names, images, ports, variables, mounts.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`validateContainers`, `validateInitContainers`, `validateContainerCommon`,
//! `validateContainerPorts`, `ValidateVolumeMounts`).

use super::super::names;
use super::super::normal::{list, text};
use super::validation::Holder;
use super::{env, probes, resources, security, volumes};
use crate::api::check::{Errors, Path};
use k8s_openapi::api::core::v1::{
    Container, ContainerPort, PodSpec, Volume, VolumeDevice, VolumeMount,
};

/// What a container's rules look at beyond the container.
pub(crate) struct Surroundings<'a> {
    /// The pod's specification.
    pub spec: &'a PodSpec,
    /// The pod's volumes, without those that are wrong in themselves.
    pub volumes: &'a [&'a Volume],
}

/// The main containers.
pub(crate) fn main(around: &Surroundings<'_>, path: &Path<'_>, errors: &mut Errors) {
    let containers = &around.spec.containers;
    if containers.is_empty() {
        errors.required(path, "");
        return;
    }
    for (index, container) in containers.iter().enumerate() {
        let path = path.index(index);
        common(container, around, &path, errors);
        if containers[..index].iter().any(|c| c.name == container.name) {
            errors.duplicate(&path.child("name"), container.name.as_str());
        }
        probes::all(container, around.spec, &path, errors);
        if container.restart_policy.is_some() {
            let detail = "may not be set for non-init containers";
            errors.forbidden(&path.child("restartPolicy"), detail);
        }
    }
    host_ports(containers, path, errors);
}

/// The init containers; those with `restartPolicy: Always` are sidecars and may have probes.
pub(crate) fn init(around: &Surroundings<'_>, path: &Path<'_>, errors: &mut Errors) {
    let containers = list(&around.spec.init_containers);
    for (index, container) in containers.iter().enumerate() {
        let item = path.index(index);
        common(container, around, &item, errors);
        errors.known(
            &item.child("restartPolicy"),
            container.restart_policy.as_deref(),
            &["Always"],
        );
        let mut others = around.spec.containers.iter().chain(&containers[..index]);
        if !container.name.is_empty() && others.any(|c| c.name == container.name) {
            errors.duplicate(&item.child("name"), container.name.as_str());
        }
        host_ports(&containers[index..=index], path, errors);
        if container.restart_policy.as_deref() == Some("Always") {
            probes::all(container, around.spec, &item, errors);
        } else {
            probes::none(container, &item, errors);
        }
    }
}

pub(super) fn common(
    container: &Container,
    around: &Surroundings<'_>,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let name_path = path.child("name");
    if container.name.is_empty() {
        errors.required(&name_path, "");
    } else {
        errors.invalid_text(&name_path, &container.name, names::label(&container.name));
    }
    if text(&container.image).is_empty() {
        errors.required(&path.child("image"), "");
    }
    errors.one_of(
        &path.child("terminationMessagePolicy"),
        container.termination_message_policy.as_deref(),
        &["File", "FallbackToLogsOnError"],
    );
    ports(list(&container.ports), &path.child("ports"), errors);
    env::variables(list(&container.env), &path.child("env"), errors);
    env::sources(list(&container.env_from), &path.child("envFrom"), errors);
    mounts(container, around, &path.child("volumeMounts"), errors);
    devices(container, around, &path.child("volumeDevices"), errors);
    errors.one_of(
        &path.child("imagePullPolicy"),
        container.image_pull_policy.as_deref(),
        &["Always", "IfNotPresent", "Never"],
    );
    if let Some(requirements) = &container.resources {
        resources::validate(requirements, &path.child("resources"), errors);
    }
    resources::resize_policy(
        list(&container.resize_policy),
        text(&around.spec.restart_policy),
        &path.child("resizePolicy"),
        errors,
    );
    if let Some(context) = &container.security_context {
        security::container(context, around.spec, &path.child("securityContext"), errors);
    }
}

fn ports(ports: &[ContainerPort], path: &Path<'_>, errors: &mut Errors) {
    for (index, port) in ports.iter().enumerate() {
        let path = path.index(index);
        let name = text(&port.name);
        if !name.is_empty() {
            let wrong = names::port_name(name);
            let same = |p: &ContainerPort| text(&p.name) == name;
            if wrong.is_empty() && ports[..index].iter().any(same) {
                errors.duplicate(&path.child("name"), name);
            }
            errors.invalid_text(&path.child("name"), name, wrong);
        }
        if port.container_port == 0 {
            errors.required(&path.child("containerPort"), "");
        } else {
            port_number(port.container_port, &path.child("containerPort"), errors);
        }
        if let Some(host_port) = port.host_port.filter(|p| *p != 0) {
            port_number(host_port, &path.child("hostPort"), errors);
        }
        let protocol = port.protocol.as_deref();
        errors.one_of(&path.child("protocol"), protocol, &["SCTP", "TCP", "UDP"]);
    }
}

/// `must be between 1 and 65535, inclusive`.
pub(crate) fn port_number(port: i32, path: &Path<'_>, errors: &mut Errors) {
    for detail in names::port_number(port) {
        errors.invalid(path, port, &detail);
    }
}

/// No two containers want the same port of the node.
fn host_ports(containers: &[Container], path: &Path<'_>, errors: &mut Errors) {
    let mut taken: Vec<(&str, &str, i32)> = Vec::new();
    for (index, container) in containers.iter().enumerate() {
        let path = path.index(index);
        let path = path.child("ports");
        for (index, port) in list(&container.ports).iter().enumerate() {
            let Some(number) = port.host_port.filter(|p| *p != 0) else {
                continue;
            };
            let (protocol, ip) = (text(&port.protocol), text(&port.host_ip));
            if taken.contains(&(protocol, ip, number)) {
                let path = path.index(index);
                errors.duplicate(&path.child("hostPort"), format!("{protocol}/{ip}/{number}"));
            } else {
                taken.push((protocol, ip, number));
            }
        }
    }
}

/// On the node's own network a container port is a host port.
pub(crate) fn host_network_ports(
    spec: &PodSpec,
    holder: Holder,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    if spec.host_network != Some(true) {
        return;
    }
    for (index, container) in spec.containers.iter().enumerate() {
        let path = path.index(index);
        let path = path.child("ports");
        for (index, port) in list(&container.ports).iter().enumerate() {
            let host_port = port.host_port.unwrap_or_default();
            let set = holder == Holder::Pod || host_port != 0;
            if set && host_port != port.container_port {
                let path = path.index(index);
                let detail = "must match `containerPort` when `hostNetwork` is true";
                errors.invalid(&path.child("hostPort"), host_port, detail);
            }
        }
    }
}

/// `nginx ` is no image of a pod, though a template may have it.
pub(crate) fn images_without_space(spec: &PodSpec, path: &Path<'_>, errors: &mut Errors) {
    let lists = [
        ("containers", spec.containers.as_slice()),
        ("initContainers", list(&spec.init_containers)),
    ];
    for (field, containers) in lists {
        let path = path.child(field);
        for (index, container) in containers.iter().enumerate() {
            image_without_space(container, &path.index(index), errors);
        }
    }
}

pub(crate) fn image_without_space(container: &Container, path: &Path<'_>, errors: &mut Errors) {
    let image = text(&container.image);
    if image.trim().len() != image.len() {
        let detail = "must not have leading or trailing whitespace";
        errors.invalid(&path.child("image"), image, detail);
    }
}

fn mounts(container: &Container, around: &Surroundings<'_>, path: &Path<'_>, errors: &mut Errors) {
    let (mounts, devices) = (
        list(&container.volume_mounts),
        list(&container.volume_devices),
    );
    for (index, mount) in mounts.iter().enumerate() {
        let item = path.index(index);
        let (name_path, mount_path) = (item.child("name"), item.child("mountPath"));
        if mount.name.is_empty() {
            errors.required(&name_path, "");
        }
        let volume = around.volumes.iter().find(|v| v.name == mount.name);
        if volume.is_none() {
            errors.not_found(&name_path, &mount.name);
        }
        if mount.mount_path.is_empty() {
            errors.required(&mount_path, "");
        }
        let same = |m: &VolumeMount| m.mount_path == mount.mount_path;
        if mounts[..index].iter().any(same) {
            errors.invalid(&mount_path, mount.mount_path.as_str(), "must be unique");
        }
        if devices.iter().any(|d| d.name == mount.name) {
            let detail = "must not already exist in volumeDevices";
            errors.invalid(&name_path, mount.name.as_str(), detail);
        }
        if devices.iter().any(|d| d.device_path == mount.mount_path) {
            let detail = "must not already exist as a path in volumeDevices";
            errors.invalid(&mount_path, mount.mount_path.as_str(), detail);
        }
        sub_paths(mount, path, &item, errors);
        propagation(mount, container, path, errors);
    }
}

/// Upstream names these fields without the mount's index.
fn sub_paths(mount: &VolumeMount, path: &Path<'_>, item: &Path<'_>, errors: &mut Errors) {
    let (sub_path, expression) = (text(&mount.sub_path), text(&mount.sub_path_expr));
    if !sub_path.is_empty() {
        volumes::descending_path(sub_path, &path.child("subPath"), errors);
    }
    if expression.is_empty() {
        return;
    }
    if !sub_path.is_empty() {
        let detail = "subPathExpr and subPath are mutually exclusive";
        errors.invalid(&item.child("subPathExpr"), expression, detail);
    }
    volumes::descending_path(expression, &path.child("subPathExpr"), errors);
}

fn propagation(mount: &VolumeMount, container: &Container, path: &Path<'_>, errors: &mut Errors) {
    let mode = mount.mount_propagation.as_deref();
    let mode_path = path.child("mountPropagation");
    errors.known(
        &mode_path,
        mode,
        &["Bidirectional", "HostToContainer", "None"],
    );
    let context = container.security_context.as_ref();
    let privileged = context.and_then(|c| c.privileged).unwrap_or_default();
    if mode == Some("Bidirectional") && !privileged {
        let detail = "Bidirectional mount propagation is available only to privileged containers";
        errors.forbidden(&mode_path, detail);
    }
    let path = path.child("recursiveReadOnly");
    let recursive = mount.recursive_read_only.as_deref();
    errors.known(&path, recursive, &["Disabled", "Enabled", "IfPossible"]);
    if !matches!(recursive, Some("Enabled" | "IfPossible")) {
        return;
    }
    if mount.read_only != Some(true) {
        errors.forbidden(&path, "may only be specified when readOnly is true");
    }
    if !matches!(mode, None | Some("None")) {
        let detail = "may only be specified when mountPropagation is None or not specified";
        errors.forbidden(&path, detail);
    }
}

fn devices(container: &Container, around: &Surroundings<'_>, path: &Path<'_>, errors: &mut Errors) {
    let (mounts, devices) = (
        list(&container.volume_mounts),
        list(&container.volume_devices),
    );
    for (index, device) in devices.iter().enumerate() {
        let item = path.index(index);
        let (name_path, device_path) = (item.child("name"), item.child("devicePath"));
        let (name, place) = (device.name.as_str(), device.device_path.as_str());
        if name.is_empty() {
            errors.required(&name_path, "");
        }
        let before = |same: &dyn Fn(&VolumeDevice) -> bool| devices[..index].iter().any(same);
        if !name.is_empty() && before(&|d| d.name == name) {
            errors.invalid(&name_path, name, "must be unique");
        }
        match around.volumes.iter().find(|v| v.name == name) {
            Some(v) if v.persistent_volume_claim.is_none() && v.ephemeral.is_none() => {
                let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                errors.invalid(&name_path, name, detail);
            }
            Some(_) => {}
            None => errors.not_found(&name_path, name),
        }
        if place.is_empty() {
            errors.required(&device_path, "");
        }
        if before(&|d| d.device_path == place) {
            errors.invalid(&device_path, place, "must be unique");
        }
        if volumes::has_backsteps(place) {
            errors.invalid(&device_path, place, "can not contain backsteps ('..')");
        }
        if mounts.iter().any(|m| m.name == name) {
            errors.invalid(&name_path, name, "must not already exist in volumeMounts");
        }
        if mounts.iter().any(|m| m.mount_path == place) {
            let detail = "must not already exist as a path in volumeMounts";
            errors.invalid(&device_path, place, detail);
        }
    }
}
