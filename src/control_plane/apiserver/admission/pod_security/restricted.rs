//! What only `restricted` forbids, or asks for.
//!
//! The real thing: staging/src/k8s.io/pod-security-admission/policy/check_{allowPrivilegeEscalation,capabilities_restricted,restrictedVolumes,
//! runAsNonRoot,runAsUser,seccompProfile_restricted}.go.

use super::baseline;
use super::checks::{Broken, Pod, broken_by, containers, either, quoted, setters};
use k8s_openapi::api::core::v1::{SecurityContext, Volume};
use std::collections::BTreeSet;

pub(super) fn allow_privilege_escalation(pod: &Pod<'_>) -> Option<Broken> {
    let is_off = |c: &SecurityContext| c.allow_privilege_escalation == Some(false);
    let names = pod.named(|part| !part.security.is_some_and(is_off));
    let names = if pod.is_windows() { Vec::new() } else { names };
    broken_by(
        &names,
        "allowPrivilegeEscalation != false",
        "must set securityContext.allowPrivilegeEscalation=false",
    )
}

pub(super) fn capabilities(pod: &Pod<'_>) -> Option<Broken> {
    if pod.is_windows() {
        return None;
    }
    let drops_all = |c: &SecurityContext| {
        let drop = c.capabilities.as_ref().and_then(|c| c.drop.as_ref());
        drop.is_some_and(|drop| drop.iter().any(|one| one == "ALL"))
    };
    let keeping = pod.named(|part| !part.security.is_some_and(drops_all));
    let (adding, capabilities) = baseline::added(pod, |one| one == "NET_BIND_SERVICE");
    let mut details = Vec::new();
    if !keeping.is_empty() {
        details.push(format!(
            "{} must set securityContext.capabilities.drop=[\"ALL\"]",
            containers(&keeping)
        ));
    }
    if !adding.is_empty() {
        details.push(format!(
            "{} must not include {} in securityContext.capabilities.add",
            containers(&adding),
            quoted(&capabilities)
        ));
    }
    (!details.is_empty()).then(|| Broken {
        reason: "unrestricted capabilities",
        detail: details.join("; "),
    })
}

/// The type of a volume that does not come with every cluster; `None` for those that do.
fn restricted_type(v: &Volume) -> Option<&'static str> {
    let is_plain = v.config_map.is_some()
        || v.csi.is_some()
        || v.downward_api.is_some()
        || v.empty_dir.is_some()
        || v.ephemeral.is_some()
        || v.persistent_volume_claim.is_some()
        || v.projected.is_some()
        || v.secret.is_some();
    let types = [
        (v.host_path.is_some(), "hostPath"),
        (v.gce_persistent_disk.is_some(), "gcePersistentDisk"),
        (v.aws_elastic_block_store.is_some(), "awsElasticBlockStore"),
        (v.git_repo.is_some(), "gitRepo"),
        (v.nfs.is_some(), "nfs"),
        (v.iscsi.is_some(), "iscsi"),
        (v.glusterfs.is_some(), "glusterfs"),
        (v.rbd.is_some(), "rbd"),
        (v.flex_volume.is_some(), "flexVolume"),
        (v.cinder.is_some(), "cinder"),
        (v.cephfs.is_some(), "cephfs"),
        (v.flocker.is_some(), "flocker"),
        (v.fc.is_some(), "fc"),
        (v.azure_file.is_some(), "azureFile"),
        (v.vsphere_volume.is_some(), "vsphereVolume"),
        (v.quobyte.is_some(), "quobyte"),
        (v.azure_disk.is_some(), "azureDisk"),
        (v.portworx_volume.is_some(), "portworxVolume"),
        (v.scale_io.is_some(), "scaleIO"),
        (v.storageos.is_some(), "storageos"),
    ];
    let known = types.iter().find(|(is, _)| *is).map(|(_, name)| *name);
    (!is_plain).then(|| known.unwrap_or("unknown"))
}

pub(super) fn volumes(pod: &Pod<'_>) -> Option<Broken> {
    let volumes = pod.spec.volumes.iter().flatten();
    let bad: Vec<(&str, &str)> = volumes
        .filter_map(|v| Some((v.name.as_str(), restricted_type(v)?)))
        .collect();
    let names: Vec<&str> = bad.iter().map(|(name, _)| *name).collect();
    let types: BTreeSet<&str> = bad.iter().map(|(_, kind)| *kind).collect();
    let (volume, use_) = (
        either(names.len(), "volume", "volumes"),
        either(names.len(), "uses", "use"),
    );
    let of = either(
        types.len(),
        "restricted volume type",
        "restricted volume types",
    );
    (!names.is_empty()).then(|| Broken {
        reason: "restricted volume types",
        detail: format!("{volume} {} {use_} {of} {}", quoted(&names), quoted(&types)),
    })
}

pub(super) fn run_as_non_root(pod: &Pod<'_>) -> Option<Broken> {
    const REASON: &str = "runAsNonRoot != true";
    let own = pod
        .spec
        .security_context
        .as_ref()
        .and_then(|c| c.run_as_non_root);
    let names = pod.saying(|c| c.run_as_non_root == Some(false));
    if let Some(who) = setters(own == Some(false), &names) {
        return Some(Broken {
            reason: REASON,
            detail: format!("{who} must not set securityContext.runAsNonRoot=false"),
        });
    }
    let silent = pod.named(|part| part.security.and_then(|c| c.run_as_non_root).is_none());
    (own != Some(true) && !silent.is_empty()).then(|| Broken {
        reason: REASON,
        detail: format!(
            "pod or {} must set securityContext.runAsNonRoot=true",
            containers(&silent)
        ),
    })
}

pub(super) fn run_as_user(pod: &Pod<'_>) -> Option<Broken> {
    let own = pod
        .spec
        .security_context
        .as_ref()
        .and_then(|c| c.run_as_user);
    let who = setters(own == Some(0), &pod.saying(|c| c.run_as_user == Some(0)))?;
    Some(Broken {
        reason: "runAsUser=0",
        detail: format!("{who} must not set runAsUser=0"),
    })
}

pub(super) fn seccomp_profile(pod: &Pod<'_>) -> Option<Broken> {
    if pod.is_windows() {
        return None;
    }
    if let Some(broken) = baseline::seccomp_profile(pod) {
        return Some(broken);
    }
    let own = pod
        .spec
        .security_context
        .as_ref()
        .and_then(|c| c.seccomp_profile.as_ref());
    let silent = pod.named(|part| {
        part.security
            .and_then(|c| c.seccomp_profile.as_ref())
            .is_none()
    });
    (own.is_none() && !silent.is_empty()).then(|| Broken {
        reason: "seccompProfile",
        detail: format!(
            "pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
            containers(&silent)
        ),
    })
}
