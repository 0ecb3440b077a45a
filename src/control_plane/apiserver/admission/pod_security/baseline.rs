//! What `baseline` forbids, and `restricted`, too.
//!
//! The real thing: staging/src/k8s.io/pod-security-admission/policy/check_{appArmorProfile,capabilities_baseline,hostNamespaces,hostPathVolumes,
//! hostPorts,privileged,procMount,seLinuxOptions,seccompProfile_baseline,sysctls,windowsHostProcess}.go.
//! Left out: the annotations that said before 1.19 what `seccompProfile` says.

use super::checks::{Broken, Part, Pod, broken_by, either, quoted, setters};
use k8s_openapi::api::core::v1::{SELinuxOptions, SecurityContext};
use std::collections::BTreeSet;

pub(super) fn app_armor_profile(pod: &Pod<'_>) -> Option<Broken> {
    const PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
    let is_bad = |kind: &str| !matches!(kind, "RuntimeDefault" | "Localhost");
    let mut values = BTreeSet::new();
    let own = pod.spec.security_context.as_ref();
    let own = own.and_then(|c| c.app_armor_profile.as_ref());
    let own = own.filter(|p| is_bad(&p.type_));
    values.extend(own.map(|p| p.type_.clone()));
    let bad = |c: &SecurityContext| {
        c.app_armor_profile
            .as_ref()
            .is_some_and(|p| is_bad(&p.type_))
    };
    let names = pod.saying(bad);
    let all = pod
        .parts
        .iter()
        .filter_map(|part| part.security?.app_armor_profile.as_ref());
    values.extend(all.map(|p| p.type_.clone()).filter(|kind| is_bad(kind)));
    let mut who: Vec<String> = setters(own.is_some(), &names).into_iter().collect();
    let mut values: Vec<String> = values.into_iter().collect();
    let is_allowed =
        |v: &str| v.is_empty() || v == "runtime/default" || v.starts_with("localhost/");
    let annotations = pod.annotations.into_iter().flatten();
    let annotations = annotations.filter(|(k, v)| k.starts_with(PREFIX) && !is_allowed(v));
    let annotations: Vec<String> = annotations.map(|(k, v)| format!("{k}={v:?}")).collect();
    if !annotations.is_empty() {
        who.push(either(annotations.len(), "annotation", "annotations").to_owned());
        values.extend(annotations);
    }
    (!who.is_empty()).then(|| Broken {
        reason: either(
            values.len(),
            "forbidden AppArmor profile",
            "forbidden AppArmor profiles",
        ),
        detail: format!(
            "{} must not set AppArmor profile type to {}",
            who.join(" and "),
            quoted(&values)
        ),
    })
}

/// Capabilities that containers add though they may not, and which containers these are.
pub(super) fn added<'a>(
    pod: &Pod<'a>,
    may: impl Fn(&str) -> bool,
) -> (Vec<&'a str>, BTreeSet<String>) {
    let of = |c: &SecurityContext| -> Vec<String> {
        let add = c.capabilities.as_ref().and_then(|c| c.add.clone());
        add.unwrap_or_default()
            .into_iter()
            .filter(|one| !may(one))
            .collect()
    };
    let names = pod.saying(|c| !of(c).is_empty());
    let all = pod.parts.iter().filter_map(|part| part.security);
    (names, all.flat_map(of).collect())
}

pub(super) fn capabilities(pod: &Pod<'_>) -> Option<Broken> {
    const ALLOWED: [&str; 13] = [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ];
    let (names, capabilities) = added(pod, |one| ALLOWED.contains(&one));
    let why = format!(
        "must not include {} in securityContext.capabilities.add",
        quoted(&capabilities)
    );
    broken_by(&names, "non-default capabilities", &why)
}

pub(super) fn host_namespaces(pod: &Pod<'_>) -> Option<Broken> {
    let spec = pod.spec;
    let all = [
        ("hostNetwork=true", spec.host_network),
        ("hostPID=true", spec.host_pid),
        ("hostIPC=true", spec.host_ipc),
    ];
    let shared: Vec<&str> = all
        .iter()
        .filter(|(_, is)| *is == Some(true))
        .map(|(name, _)| *name)
        .collect();
    (!shared.is_empty()).then(|| Broken {
        reason: "host namespaces",
        detail: shared.join(", "),
    })
}

pub(super) fn host_path_volumes(pod: &Pod<'_>) -> Option<Broken> {
    let volumes = pod.spec.volumes.iter().flatten();
    let names: Vec<&str> = volumes
        .filter(|v| v.host_path.is_some())
        .map(|v| v.name.as_str())
        .collect();
    (!names.is_empty()).then(|| Broken {
        reason: "hostPath volumes",
        detail: format!(
            "{} {}",
            either(names.len(), "volume", "volumes"),
            quoted(&names)
        ),
    })
}

pub(super) fn host_ports(pod: &Pod<'_>) -> Option<Broken> {
    let of = |part: &Part<'_>| -> Vec<String> {
        let ports = part.ports.iter().filter_map(|p| p.host_port);
        ports
            .filter(|port| *port != 0)
            .map(|port| port.to_string())
            .collect()
    };
    let names = pod.named(|part| !of(part).is_empty());
    let ports: BTreeSet<String> = pod.parts.iter().flat_map(of).collect();
    let (use_, port) = (
        either(names.len(), "uses", "use"),
        either(ports.len(), "hostPort", "hostPorts"),
    );
    let ports: Vec<String> = ports.into_iter().collect();
    broken_by(
        &names,
        "hostPort",
        &format!("{use_} {port} {}", ports.join(", ")),
    )
}

pub(super) fn privileged(pod: &Pod<'_>) -> Option<Broken> {
    let names = pod.saying(|c| c.privileged == Some(true));
    broken_by(
        &names,
        "privileged",
        "must not set securityContext.privileged=true",
    )
}

pub(super) fn proc_mount(pod: &Pod<'_>) -> Option<Broken> {
    let bad = |c: &SecurityContext| c.proc_mount.clone().filter(|mount| mount != "Default");
    let names = pod.saying(|c| bad(c).is_some());
    let values: BTreeSet<String> = pod
        .parts
        .iter()
        .filter_map(|part| bad(part.security?))
        .collect();
    let why = format!(
        "must not set securityContext.procMount to {}",
        quoted(&values)
    );
    broken_by(&names, "procMount", &why)
}

pub(super) fn se_linux_options(pod: &Pod<'_>) -> Option<Broken> {
    let own = pod
        .spec
        .security_context
        .as_ref()
        .and_then(|c| c.se_linux_options.as_ref());
    let is_odd_type = |kind: &str| match kind {
        "" | "container_t" | "container_init_t" | "container_kvm_t" => false,
        "container_engine_t" => !pod.version.has(31),
        _ => true,
    };
    let said = |text: &Option<String>| text.as_ref().is_some_and(|t| !t.is_empty());
    let odd = |o: &SELinuxOptions| {
        is_odd_type(o.type_.as_deref().unwrap_or_default()) || said(&o.user) || said(&o.role)
    };
    let names = pod.saying(|c| c.se_linux_options.as_ref().is_some_and(odd));
    let who = setters(own.is_some_and(odd), &names)?;
    let parts = pod
        .parts
        .iter()
        .filter_map(|part| part.security?.se_linux_options.as_ref());
    let all: Vec<_> = own.into_iter().chain(parts).collect();
    let types = all.iter().filter_map(|o| o.type_.clone());
    let types: BTreeSet<String> = types.filter(|kind| is_odd_type(kind)).collect();
    let mut what = Vec::new();
    if !types.is_empty() {
        what.push(format!(
            "{} {}",
            either(types.len(), "type", "types"),
            quoted(&types)
        ));
    }
    if all.iter().any(|o| said(&o.user)) {
        what.push("user may not be set".to_owned());
    }
    if all.iter().any(|o| said(&o.role)) {
        what.push("role may not be set".to_owned());
    }
    Some(Broken {
        reason: "seLinuxOptions",
        detail: format!(
            "{who} set forbidden securityContext.seLinuxOptions: {}",
            what.join("; ")
        ),
    })
}

fn is_bad_seccomp(kind: &str) -> bool {
    !matches!(kind, "RuntimeDefault" | "Localhost")
}

pub(super) fn seccomp_profile(pod: &Pod<'_>) -> Option<Broken> {
    let own = pod
        .spec
        .security_context
        .as_ref()
        .and_then(|c| c.seccomp_profile.as_ref());
    let own = own.filter(|p| is_bad_seccomp(&p.type_));
    let bad = |c: &SecurityContext| {
        let profile = c.seccomp_profile.as_ref();
        profile
            .filter(|p| is_bad_seccomp(&p.type_))
            .map(|p| p.type_.clone())
    };
    let names = pod.saying(|c| bad(c).is_some());
    let who = setters(own.is_some(), &names)?;
    let mut values: BTreeSet<String> = own.map(|p| p.type_.clone()).into_iter().collect();
    values.extend(pod.parts.iter().filter_map(|part| bad(part.security?)));
    Some(Broken {
        reason: "seccompProfile",
        detail: format!(
            "{who} must not set securityContext.seccompProfile.type to {}",
            quoted(&values)
        ),
    })
}

pub(super) fn sysctls(pod: &Pod<'_>) -> Option<Broken> {
    let is_safe = |name: &str| match name {
        "kernel.shm_rmid_forced"
        | "net.ipv4.ip_local_port_range"
        | "net.ipv4.tcp_syncookies"
        | "net.ipv4.ping_group_range"
        | "net.ipv4.ip_unprivileged_port_start" => true,
        "net.ipv4.ip_local_reserved_ports" => pod.version.has(27),
        "net.ipv4.tcp_keepalive_time"
        | "net.ipv4.tcp_fin_timeout"
        | "net.ipv4.tcp_keepalive_intvl"
        | "net.ipv4.tcp_keepalive_probes" => pod.version.has(29),
        "net.ipv4.tcp_rmem" | "net.ipv4.tcp_wmem" => pod.version.has(32),
        _ => false,
    };
    let all = pod
        .spec
        .security_context
        .as_ref()
        .and_then(|c| c.sysctls.as_ref());
    let names = all.into_iter().flatten().map(|s| s.name.as_str());
    let names: Vec<&str> = names.filter(|name| !is_safe(name)).collect();
    (!names.is_empty()).then(|| Broken {
        reason: "forbidden sysctls",
        detail: names.join(", "),
    })
}

pub(super) fn windows_host_process(pod: &Pod<'_>) -> Option<Broken> {
    let own = pod
        .spec
        .security_context
        .as_ref()
        .and_then(|c| c.windows_options.as_ref());
    let own = own.is_some_and(|w| w.host_process == Some(true));
    let names = pod.saying(|c| {
        c.windows_options
            .as_ref()
            .is_some_and(|w| w.host_process == Some(true))
    });
    let who = setters(own, &names)?;
    Some(Broken {
        reason: "hostProcess",
        detail: format!("{who} must not set securityContext.windowsOptions.hostProcess=true"),
    })
}
