//! What is wrong with security contexts.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidateSecurityContext`, `validatePodSpecSecurityContext`).
//! Left out: Windows options.

use super::super::names::within;
use super::super::normal::{list, text};
use super::volumes::descending_path;
use crate::api::check::{Errors, Path};
use k8s_openapi::api::core::v1::{
    AppArmorProfile, PodSecurityContext, PodSpec, SeccompProfile, SecurityContext,
};

const ID_MAX: i64 = i32::MAX as i64;

/// The security context of a pod.
pub(super) fn pod(
    context: &PodSecurityContext,
    spec: &PodSpec,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    for (field, id) in [
        ("fsGroup", context.fs_group),
        ("runAsUser", context.run_as_user),
        ("runAsGroup", context.run_as_group),
    ] {
        user_or_group(id, &path.child(field), errors);
    }
    let groups_path = path.child("supplementalGroups");
    for (index, group) in list(&context.supplemental_groups).iter().enumerate() {
        user_or_group(Some(*group), &groups_path.index(index), errors);
    }
    if spec.share_process_namespace == Some(true) && spec.host_pid == Some(true) {
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        errors.invalid(&path.child("shareProcessNamespace"), true, detail);
    }
    sysctls(context, &path.child("sysctls"), errors);
    for (field, value, supported) in [
        (
            "fsGroupChangePolicy",
            &context.fs_group_change_policy,
            ["Always", "OnRootMismatch"],
        ),
        (
            "supplementalGroupsPolicy",
            &context.supplemental_groups_policy,
            ["Merge", "Strict"],
        ),
        (
            "seLinuxChangePolicy",
            &context.se_linux_change_policy,
            ["MountOption", "Recursive"],
        ),
    ] {
        errors.known(&path.child(field), value.as_deref(), &supported);
    }
    if let Some(profile) = &context.seccomp_profile {
        seccomp(profile, &path.child("seccompProfile"), errors);
    }
    if let Some(profile) = &context.app_armor_profile {
        app_armor(profile, &path.child("appArmorProfile"), errors);
    }
}

/// The security context of a container.
pub(super) fn container(
    context: &SecurityContext,
    spec: &PodSpec,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    user_or_group(context.run_as_user, &path.child("runAsUser"), errors);
    user_or_group(context.run_as_group, &path.child("runAsGroup"), errors);
    let mount = context.proc_mount.as_deref();
    let mount_path = path.child("procMount");
    errors.known(&mount_path, mount, &["Default", "Unmasked"]);
    if mount == Some("Unmasked") && spec.host_users != Some(false) {
        let detail = "`hostUsers` must be false to use `Unmasked`";
        errors.invalid(&mount_path, "Unmasked", detail);
    }
    if let Some(profile) = &context.seccomp_profile {
        seccomp(profile, &path.child("seccompProfile"), errors);
    }
    if context.allow_privilege_escalation == Some(false) {
        escalation(context, path, errors);
    }
    if let Some(profile) = &context.app_armor_profile {
        app_armor(profile, &path.child("appArmorProfile"), errors);
    }
}

fn escalation(context: &SecurityContext, path: &Path<'_>, errors: &mut Errors) {
    const VALUE: &str = "core.SecurityContext{…}";
    if context.privileged == Some(true) {
        let detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
        errors.invalid_go(path, VALUE, detail);
    }
    let added = context.capabilities.as_ref().and_then(|c| c.add.as_ref());
    if added.is_some_and(|a| a.iter().any(|c| c == "CAP_SYS_ADMIN")) {
        let detail =
            "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
        errors.invalid_go(path, VALUE, detail);
    }
}

fn user_or_group(id: Option<i64>, path: &Path<'_>, errors: &mut Errors) {
    if let Some(id) = id.filter(|id| !(0..=ID_MAX).contains(id)) {
        errors.invalid(path, id, &within(0, ID_MAX));
    }
}

fn sysctls(context: &PodSecurityContext, path: &Path<'_>, errors: &mut Errors) {
    let sysctls = list(&context.sysctls);
    for (index, sysctl) in sysctls.iter().enumerate() {
        let path = path.index(index);
        let path = path.child("name");
        let name = sysctl.name.as_str();
        if name.is_empty() {
            errors.required(&path, "");
        } else if !is_sysctl(name) {
            let detail = "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
            errors.invalid(&path, name, detail);
        } else if sysctls[..index].iter().any(|s| s.name == name) {
            errors.duplicate(&path, name);
        }
    }
}

fn is_sysctl(name: &str) -> bool {
    let edge = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let segment = |s: &str| {
        let bytes = s.as_bytes();
        let inner = |b: &u8| edge(b) || matches!(b, b'-' | b'_');
        bytes.first().is_some_and(edge) && bytes.last().is_some_and(edge) && bytes.iter().all(inner)
    };
    name.len() <= 253 && name.split(['.', '/']).all(segment)
}

const PROFILES: &[&str] = &["Localhost", "RuntimeDefault", "Unconfined"];

fn seccomp(profile: &SeccompProfile, path: &Path<'_>, errors: &mut Errors) {
    let kind = profile.type_.as_str();
    if kind.is_empty() {
        let detail = "type is required when seccompProfile is set";
        errors.required(&path.child("type"), detail);
    } else {
        errors.known(&path.child("type"), Some(kind), PROFILES);
    }
    let local_path = path.child("localhostProfile");
    match (kind, &profile.localhost_profile) {
        ("Localhost", None) => {
            errors.required(&local_path, "must be set when seccomp type is Localhost");
        }
        ("Localhost", Some(place)) => descending_path(place, &local_path, errors),
        (_, Some(_)) => {
            let detail = "can only be set when seccomp type is Localhost";
            errors.invalid_go(&local_path, "core.SeccompProfile{…}", detail);
        }
        (_, None) => {}
    }
}

fn app_armor(profile: &AppArmorProfile, path: &Path<'_>, errors: &mut Errors) {
    let local_path = path.child("localhostProfile");
    let local = profile.localhost_profile.as_deref();
    match profile.type_.as_str() {
        "Localhost" => {
            let name = text(&profile.localhost_profile);
            if name.trim() != name {
                errors.invalid(&local_path, name, "must not be padded with whitespace");
            } else if name.is_empty() {
                let detail = "must be set when AppArmor type is Localhost";
                errors.required(&local_path, detail);
            }
        }
        "RuntimeDefault" | "Unconfined" => {
            if let Some(local) = local {
                let detail = "can only be set when AppArmor type is Localhost";
                errors.invalid(&local_path, local, detail);
            }
        }
        "" => {
            let detail = "type is required when appArmorProfile is set";
            errors.required(&path.child("type"), detail);
        }
        kind => errors.not_supported(&path.child("type"), kind, PROFILES),
    }
}
