//! Containers, and the pod template that is made of them.
//!
//! The real thing: kubectl's pkg/describe/describe.go (`DescribePodTemplate`, `describeContainers`).
//! Left out: seccomp profiles, devices.

use super::page::{Page, mail_time};
use super::volumes::{spread, volumes};
use crate::api::{Pod, quantity, time};
use k8s_openapi::api::core::v1::{
    Container, ContainerPort, ContainerState, ContainerStatus, EnvFromSource, EnvVar,
    PodTemplateSpec, Probe, ResourceFieldSelector, ResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeMap;

/// Describes what a workload's pods are made from.
pub(in crate::kubectl) fn pod_template(template: &PodTemplateSpec, page: &mut Page) {
    page.line(0, "Pod Template:");
    let metadata = template.metadata.clone().unwrap_or_default();
    page.labels("  Labels", metadata.labels.as_ref());
    if metadata.annotations.as_ref().is_some_and(|a| !a.is_empty()) {
        page.annotations("  Annotations", metadata.annotations.as_ref());
    }
    let spec = template.spec.clone().unwrap_or_default();
    page.maybe(1, "Service Account", spec.service_account_name.as_deref());
    let within = Within::Template;
    if let Some(init) = spec.init_containers.as_ref().filter(|all| !all.is_empty()) {
        containers("Init Containers", init, &within, page);
    }
    containers("Containers", &spec.containers, &within, page);
    volumes(spec.volumes.as_deref().unwrap_or_default(), &within, page);
    spread(spec.topology_spread_constraints.as_deref(), &within, page);
    page.maybe(
        1,
        "Priority Class Name",
        spec.priority_class_name.as_deref(),
    );
    page.labels("  Node-Selectors", spec.node_selector.as_ref());
    page.tolerations("  Tolerations", spec.tolerations.as_ref());
}

/// Where containers are described.
pub(super) enum Within<'a> {
    /// In a template: nothing runs.
    Template,
    /// In this pod, whose containers have these statuses.
    Pod(&'a Pod, &'a [ContainerStatus]),
}

impl Within<'_> {
    /// Before what a pod has at the beginning of a line.
    pub(super) fn indent(&self) -> &'static str {
        match self {
            Self::Template => "  ",
            Self::Pod(..) => "",
        }
    }

    /// Before the name of a container, besides.
    pub(super) fn name_indent(&self) -> &'static str {
        match self {
            Self::Template => " ",
            Self::Pod(..) => "",
        }
    }
}

pub(super) fn containers(label: &str, all: &[Container], within: &Within<'_>, page: &mut Page) {
    let none = if all.is_empty() { " <none>" } else { "" };
    page.line(0, &format!("{}{label}:{none}", within.indent()));
    for container in all {
        page.line(1, &format!("{}{}:", within.name_indent(), container.name));
        let status = match within {
            Within::Template => None,
            Within::Pod(_, statuses) => statuses.iter().find(|s| s.name == container.name),
        };
        basics(container, status, page);
        words("Command", container.command.as_deref(), page);
        words("Args", container.args.as_deref(), page);
        if let Some(status) = status {
            state("State", status.state.as_ref(), page);
            let last = status.last_state.as_ref();
            if last.is_some_and(|last| last.terminated.is_some()) {
                state("Last State", last, page);
            }
            page.field(2, "Ready", truth(status.ready));
            page.field(2, "Restart Count", &status.restart_count.to_string());
        }
        if let Some(resources) = &container.resources {
            amounts(resources, page);
        }
        let probes = [
            ("Liveness", &container.liveness_probe),
            ("Readiness", &container.readiness_probe),
            ("Startup", &container.startup_probe),
        ];
        for (name, probe) in probes {
            if let Some(probe) = probe {
                page.field(2, name, &probe_text(probe));
            }
        }
        environment(container, within, page);
        mounts(container, page);
    }
}

/// `True`, as conditions spell it.
fn truth(is: bool) -> &'static str {
    if is { "True" } else { "False" }
}

fn basics(container: &Container, status: Option<&ContainerStatus>, page: &mut Page) {
    if let Some(status) = status {
        let id = status.container_id.as_deref().unwrap_or_default();
        page.field(2, "Container ID", id);
    }
    page.field(2, "Image", container.image.as_deref().unwrap_or_default());
    if let Some(status) = status {
        page.field(2, "Image ID", &status.image_id);
    }
    let ports = container.ports.as_deref().unwrap_or_default();
    for (name, number) in [
        (
            "Port",
            (|port| port.container_port) as fn(&ContainerPort) -> i32,
        ),
        ("Host Port", |port| port.host_port.unwrap_or_default()),
    ] {
        let text = |port: &ContainerPort| {
            let protocol = port.protocol.as_deref().unwrap_or_default();
            format!("{}/{protocol}", number(port))
        };
        let texts: Vec<String> = ports.iter().map(text).collect();
        match &texts[..] {
            [] => page.field(2, name, "<none>"),
            [one] => page.field(2, name, one),
            _ => page.field(2, &format!("{name}s"), &texts.join(", ")),
        }
    }
}

fn words(name: &str, words: Option<&[String]>, page: &mut Page) {
    let words = words.unwrap_or_default();
    if words.is_empty() {
        return;
    }
    page.line(2, &format!("{name}:"));
    for line in words.iter().flat_map(|word| word.split('\n')) {
        page.line(3, line);
    }
}

fn state(name: &str, state: Option<&ContainerState>, page: &mut Page) {
    let at = |time: Option<&Time>| time.map_or_else(zero_time, |time| mail_time(time::ms(time)));
    let state = state.cloned().unwrap_or_default();
    if let Some(running) = state.running {
        page.field(2, name, "Running");
        page.field(3, "Started", &at(running.started_at.as_ref()));
    } else if let Some(ended) = state.terminated {
        page.field(2, name, "Terminated");
        page.maybe(3, "Reason", ended.reason.as_deref());
        page.maybe(3, "Message", ended.message.as_deref());
        page.field(3, "Exit Code", &ended.exit_code.to_string());
        if let Some(signal) = ended.signal.filter(|signal| *signal > 0) {
            page.field(3, "Signal", &signal.to_string());
        }
        page.field(3, "Started", &at(ended.started_at.as_ref()));
        page.field(3, "Finished", &at(ended.finished_at.as_ref()));
    } else {
        page.field(2, name, "Waiting");
        let reason = state.waiting.and_then(|waiting| waiting.reason);
        page.maybe(3, "Reason", reason.as_deref());
    }
}

/// Go's time that is not set.
fn zero_time() -> String {
    "Mon, 01 Jan 0001 00:00:00 +0000".to_owned()
}

fn amounts(resources: &ResourceRequirements, page: &mut Page) {
    for (name, list) in [
        ("Limits", &resources.limits),
        ("Requests", &resources.requests),
    ] {
        let Some(list) = list.as_ref().filter(|list| !list.is_empty()) else {
            continue;
        };
        page.line(2, &format!("{name}:"));
        for (name, amount) in list {
            page.field(3, name, &amount.0);
        }
    }
}

fn probe_text(probe: &Probe) -> String {
    let what = if let Some(exec) = &probe.exec {
        let command = exec.command.as_deref().unwrap_or_default();
        format!("exec [{}]", command.join(" "))
    } else if let Some(get) = &probe.http_get {
        let scheme = get
            .scheme
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let host = get.host.as_deref().unwrap_or_default();
        let path = get.path.as_deref().unwrap_or_default();
        let slash = if path.is_empty() || path.starts_with('/') {
            ""
        } else {
            "/"
        };
        format!(
            "http-get {scheme}://{host}:{}{slash}{path}",
            number_or_name(&get.port)
        )
    } else if let Some(tcp) = &probe.tcp_socket {
        let host = tcp.host.as_deref().unwrap_or_default();
        format!("tcp-socket {host}:{}", number_or_name(&tcp.port))
    } else if let Some(grpc) = &probe.grpc {
        let service = grpc.service.as_deref().unwrap_or_default();
        format!("grpc <pod>:{} {service}", grpc.port)
    } else {
        "unknown".to_owned()
    };
    let or_zero = |number: Option<i32>| number.unwrap_or_default();
    format!(
        "{what} delay={}s timeout={}s period={}s #success={} #failure={}",
        or_zero(probe.initial_delay_seconds),
        or_zero(probe.timeout_seconds),
        or_zero(probe.period_seconds),
        or_zero(probe.success_threshold),
        or_zero(probe.failure_threshold)
    )
}

/// `80`, `http`, `25%`.
pub(super) fn number_or_name(value: &IntOrString) -> String {
    match value {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(name) => name.clone(),
    }
}

fn environment(container: &Container, within: &Within<'_>, page: &mut Page) {
    let from = container.env_from.as_deref().unwrap_or_default();
    if !from.is_empty() {
        page.line(2, "Environment Variables from:");
        for source in from {
            page.line(3, &all_of(source));
        }
    }
    let all = container.env.as_deref().unwrap_or_default();
    if all.is_empty() {
        return page.line(2, "Environment:\t<none>");
    }
    page.line(2, "Environment:");
    for variable in all {
        let mut lines = variable_text(variable, container, within);
        let first = lines.remove(0);
        page.field(3, &variable.name, &first);
        for line in lines {
            page.line(3, &format!("\t{line}"));
        }
    }
}

fn all_of(source: &EnvFromSource) -> String {
    let (name, what, optional) = match (&source.config_map_ref, &source.secret_ref) {
        (Some(map), _) => (map.name.as_str(), "ConfigMap", map.optional),
        (None, Some(secret)) => (secret.name.as_str(), "Secret", secret.optional),
        (None, None) => ("", "", None),
    };
    let optional = optional.unwrap_or_default();
    match source.prefix.as_deref() {
        None | Some("") => format!("{name}\t{what}\tOptional: {optional}"),
        Some(prefix) => format!("{name}\t{what} with prefix '{prefix}'\tOptional: {optional}"),
    }
}

/// What a variable is, in one line or several.
fn variable_text(variable: &EnvVar, container: &Container, within: &Within<'_>) -> Vec<String> {
    let Some(from) = &variable.value_from else {
        let value = variable.value.as_deref().unwrap_or_default();
        return value.split('\n').map(str::to_owned).collect();
    };
    let optional = |is: Option<bool>| is.unwrap_or_default();
    vec![if let Some(field) = &from.field_ref {
        let version = field.api_version.as_deref().unwrap_or_default();
        let value = match within {
            Within::Template => String::new(),
            Within::Pod(pod, _) => field_of(pod, &field.field_path),
        };
        format!("{value} ({version}:{})", field.field_path)
    } else if let Some(resource) = &from.resource_field_ref {
        let mut value = amount_of(container, resource);
        if value == "0" && resource.resource.starts_with("limits.") {
            "node allocatable".clone_into(&mut value);
        }
        format!("{value} ({})", resource.resource)
    } else if let Some(secret) = &from.secret_key_ref {
        format!(
            "<set to the key '{}' in secret '{}'>\tOptional: {}",
            secret.key,
            secret.name,
            optional(secret.optional)
        )
    } else if let Some(map) = &from.config_map_key_ref {
        format!(
            "<set to the key '{}' of config map '{}'>\tOptional: {}",
            map.key,
            map.name,
            optional(map.optional)
        )
    } else {
        String::new()
    }]
}

/// A field of a pod's metadata; kubectl knows no others.
fn field_of(pod: &Pod, path: &str) -> String {
    let metadata = &pod.metadata;
    let keyed = |all: &Option<BTreeMap<String, String>>, rest: &str| {
        let key = rest.trim_start_matches("['").trim_end_matches("']");
        let value = all.as_ref().and_then(|all| all.get(key));
        value.cloned().unwrap_or_default()
    };
    match path {
        "metadata.name" => metadata.name.clone().unwrap_or_default(),
        "metadata.namespace" => metadata.namespace.clone().unwrap_or_default(),
        "metadata.uid" => metadata.uid.clone().unwrap_or_default(),
        _ => match path.split_once('[') {
            Some(("metadata.labels", rest)) => keyed(&metadata.labels, rest),
            Some(("metadata.annotations", rest)) => keyed(&metadata.annotations, rest),
            _ => String::new(),
        },
    }
}

/// How much of a resource a container may have or wants, in units of the divisor, rounded up.
fn amount_of(container: &Container, wanted: &ResourceFieldSelector) -> String {
    let resources = container.resources.clone().unwrap_or_default();
    let (list, name) = match wanted.resource.split_once('.') {
        Some(("limits", name)) => (resources.limits, name),
        Some(("requests", name)) => (resources.requests, name),
        _ => return String::new(),
    };
    let amount = list.and_then(|list| list.get(name).cloned());
    let Some(amount) = amount else {
        return "0".to_owned();
    };
    let divisor = wanted.divisor.clone().filter(|d| !quantity::is_zero(d));
    let (amount, unit) = if name == "cpu" {
        let unit = divisor.map_or(1000, |divisor| quantity::cpu_milli(&divisor));
        (quantity::cpu_milli(&amount), unit)
    } else {
        let unit = divisor.map_or(1, |divisor| quantity::bytes(&divisor));
        (quantity::bytes(&amount), unit)
    };
    let unit = unit.max(1);
    (amount / unit + i64::from(amount % unit > 0)).to_string()
}

fn mounts(container: &Container, page: &mut Page) {
    let mut mounts: Vec<_> = container.volume_mounts.iter().flatten().collect();
    mounts.sort_by_key(|mount| mount.mount_path.clone());
    page.line(
        2,
        if mounts.is_empty() {
            "Mounts:\t<none>"
        } else {
            "Mounts:"
        },
    );
    for mount in mounts {
        let mode = if mount.read_only == Some(true) {
            "ro"
        } else {
            "rw"
        };
        let part = match mount.sub_path.as_deref() {
            None | Some("") => String::new(),
            Some(path) => format!(",path={path:?}"),
        };
        let text = format!("{} from {} ({mode}{part})", mount.mount_path, mount.name);
        page.line(3, &text);
    }
}
