//! What is wrong with a pod, and with the pod in a template.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidatePodCreate`, `ValidatePodTemplateSpec`, `ValidatePodSpec`).
//! Left out: rules for Windows pods, and the deprecated seccomp and AppArmor annotations.

use super::super::names;
use super::super::normal::{list, text};
use super::containers::{self, Surroundings};
use super::{ephemeral, scheduling, security, volumes};
use crate::api::check::{Errors, Path};
use crate::api::labels;
use crate::api::{Pod, pods};
use k8s_openapi::api::core::v1::{HostAlias, PodDNSConfig, PodSpec, PodTemplateSpec};
use std::collections::BTreeMap;

/// Whose pod specification it is. A template may leave host ports and service accounts for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A pod itself.
    Pod,
    /// The template of a Deployment or ReplicaSet.
    Template,
}

const SPEC: Path<'static> = Path::root("spec");

/// Everything wrong with a new pod.
pub(crate) fn create(pod: &Pod, errors: &mut Errors) {
    annotations(pod, errors);
    whole_spec(pod, errors);
    let Some(spec) = &pod.spec else { return };
    if !list(&spec.ephemeral_containers).is_empty() {
        errors.forbidden(
            &SPEC.child("ephemeralContainers"),
            "cannot be set on create",
        );
    }
    if !text(&spec.node_name).is_empty() && !list(&spec.scheduling_gates).is_empty() {
        let detail = "cannot be set until all schedulingGates have been cleared";
        errors.forbidden(&SPEC.child("nodeName"), detail);
    }
}

/// Annotations that mean something to Kubernetes itself.
pub(crate) fn annotations(pod: &Pod, errors: &mut Errors) {
    let metadata = Path::root("metadata");
    let annotations = pod.metadata.annotations.as_ref();
    deletion_cost(annotations, &metadata.child("annotations"), errors);
}

/// What creation and update check alike.
pub(crate) fn whole_spec(pod: &Pod, errors: &mut Errors) {
    let Some(spec) = &pod.spec else {
        errors.required(&SPEC.child("containers"), "");
        return;
    };
    pod_spec(spec, Holder::Pod, &SPEC, errors);
    if text(&spec.service_account_name).is_empty() {
        volumes::no_token_without_account(list(&spec.volumes), &SPEC.child("volumes"), errors);
    }
    containers::images_without_space(spec, &SPEC, errors);
}

/// Everything wrong with the template of a controller that checks it before it makes pods.
pub(crate) fn template(template: &PodTemplateSpec, path: &Path<'_>, errors: &mut Errors) {
    template_metadata(template, path, errors);
    let spec_path = path.child("spec");
    let Some(spec) = &template.spec else {
        errors.required(&spec_path.child("containers"), "");
        return;
    };
    pod_spec(spec, Holder::Template, &spec_path, errors);
    if !list(&spec.ephemeral_containers).is_empty() {
        let detail = "ephemeral containers not allowed in pod template";
        errors.forbidden(&spec_path.child("ephemeralContainers"), detail);
    }
}

/// Everything wrong with the labels and annotations of a template.
pub(crate) fn template_metadata(template: &PodTemplateSpec, path: &Path<'_>, errors: &mut Errors) {
    if let Some(metadata) = &template.metadata {
        check_labels(metadata.labels.as_ref(), &path.child("labels"), errors);
        let annotations = path.child("annotations");
        check_annotations(metadata.annotations.as_ref(), &annotations, errors);
        deletion_cost(metadata.annotations.as_ref(), &annotations, errors);
    }
}

/// Keys and values of labels, or of what looks like them: node selectors, service selectors.
pub(crate) fn check_labels(
    labels: Option<&BTreeMap<String, String>>,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    for (key, value) in labels.into_iter().flatten() {
        errors.invalid_text(path, key, labels::qualified_name(key));
        errors.invalid_text(path, value, labels::label_value(value));
    }
}

fn check_annotations(
    annotations: Option<&BTreeMap<String, String>>,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    for key in annotations.into_iter().flatten().map(|(key, _)| key) {
        errors.invalid_text(path, key, labels::qualified_name(&key.to_ascii_lowercase()));
    }
}

fn deletion_cost(
    annotations: Option<&BTreeMap<String, String>>,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    if let Err(cost) = pods::deletion_cost(annotations) {
        let path = path.key(pods::DELETION_COST);
        errors.invalid(&path, cost, "must be a 32bit integer");
    }
}

fn pod_spec(spec: &PodSpec, holder: Holder, path: &Path<'_>, errors: &mut Errors) {
    if spec.termination_grace_period_seconds.is_none() {
        errors.required(&path.child("terminationGracePeriodSeconds"), "");
    }
    let volumes = volumes::validate(list(&spec.volumes), &path.child("volumes"), errors);
    let around = Surroundings {
        spec,
        volumes: &volumes,
    };
    containers::main(&around, &path.child("containers"), errors);
    containers::init(&around, &path.child("initContainers"), errors);
    ephemeral::validate(&around, &path.child("ephemeralContainers"), errors);
    containers::host_network_ports(spec, holder, &path.child("containers"), errors);
    errors.one_of(
        &path.child("restartPolicy"),
        spec.restart_policy.as_deref(),
        &["Always", "OnFailure", "Never"],
    );
    errors.one_of(
        &path.child("dnsPolicy"),
        spec.dns_policy.as_deref(),
        &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"],
    );
    check_labels(
        spec.node_selector.as_ref(),
        &path.child("nodeSelector"),
        errors,
    );
    if let Some(context) = &spec.security_context {
        security::pod(context, spec, &path.child("securityContext"), errors);
    }
    if let Some(affinity) = &spec.affinity {
        scheduling::affinity(affinity, &path.child("affinity"), errors);
    }
    dns_config(spec, &path.child("dnsConfig"), errors);
    scheduling::gates(spec, path, errors);
    scheduling::spread(spec, &path.child("topologySpreadConstraints"), errors);
    scheduling::host_users(spec, path, errors);
    names_of(spec, path, errors);
    if let Some(seconds) = spec.active_deadline_seconds
        && !(1..=i64::from(i32::MAX)).contains(&seconds)
    {
        let detail = names::within(1, i64::from(i32::MAX));
        errors.invalid(&path.child("activeDeadlineSeconds"), seconds, &detail);
    }
    scheduling::tolerations(list(&spec.tolerations), &path.child("tolerations"), errors);
    host_aliases(list(&spec.host_aliases), &path.child("hostAliases"), errors);
    errors.known(
        &path.child("preemptionPolicy"),
        spec.preemption_policy.as_deref(),
        &["PreemptLowerPriority", "Never"],
    );
    if let Some(os) = &spec.os {
        let path = path.child("os");
        if os.name.is_empty() {
            errors.required(&path.child("name"), "cannot be empty");
        }
        let name = Some(os.name.as_str()).filter(|n| !n.is_empty());
        errors.known(&path, name, &["linux", "windows"]);
    }
}

/// The names of other things that a spec may hold, in upstream's order.
fn names_of(spec: &PodSpec, path: &Path<'_>, errors: &mut Errors) {
    type Rule = fn(&str) -> Vec<String>;
    let fields: [(&str, &Option<String>, Rule); 6] = [
        (
            "serviceAccountName",
            &spec.service_account_name,
            names::subdomain,
        ),
        ("nodeName", &spec.node_name, names::subdomain),
        ("hostname", &spec.hostname, names::label),
        ("subdomain", &spec.subdomain, names::label),
        (
            "priorityClassName",
            &spec.priority_class_name,
            names::subdomain,
        ),
        (
            "runtimeClassName",
            &spec.runtime_class_name,
            names::subdomain,
        ),
    ];
    for (field, value, rule) in fields {
        let Some(value) = value.as_deref().filter(|v| !v.is_empty()) else {
            continue;
        };
        errors.invalid_text(&path.child(field), value, rule(value));
    }
}

const NAMESERVERS_MAX: usize = 3;
const SEARCHES_MAX: usize = 32;
const SEARCH_CHARACTERS_MAX: usize = 2048;

fn dns_config(spec: &PodSpec, path: &Path<'_>, errors: &mut Errors) {
    let config = spec.dns_config.as_ref();
    let servers_path = path.child("nameservers");
    if spec.dns_policy.as_deref() == Some("None") {
        let Some(config) = config else {
            errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        };
        if list(&config.nameservers).is_empty() {
            let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            errors.required(&servers_path, detail);
            return;
        }
    }
    let Some(config) = config else { return };
    let servers = list(&config.nameservers);
    if servers.len() > NAMESERVERS_MAX {
        let value = super::super::go::list(Some(servers));
        let detail = format!("must not have more than {NAMESERVERS_MAX} nameservers");
        errors.invalid_go(&servers_path, &value, &detail);
    }
    for (index, server) in servers.iter().enumerate() {
        errors.invalid_text(&servers_path.index(index), server, names::ip(server));
    }
    dns_searches(config, &path.child("searches"), errors);
    for (index, option) in list(&config.options).iter().enumerate() {
        if text(&option.name).is_empty() {
            errors.required(&path.child("options").index(index), "must not be empty");
        }
    }
}

fn dns_searches(config: &PodDNSConfig, path: &Path<'_>, errors: &mut Errors) {
    let searches = list(&config.searches);
    let value = || super::super::go::list(Some(searches));
    if searches.len() > SEARCHES_MAX {
        let detail = format!("must not have more than {SEARCHES_MAX} search paths");
        errors.invalid_go(path, &value(), &detail);
    }
    if searches.join(" ").len() > SEARCH_CHARACTERS_MAX {
        let detail = format!(
            "must not have more than {SEARCH_CHARACTERS_MAX} characters (including spaces) in the search list"
        );
        errors.invalid_go(path, &value(), &detail);
    }
    for (index, search) in searches.iter().enumerate() {
        let name = search.strip_suffix('.').unwrap_or(search);
        if search == "." {
            continue;
        }
        // Underscores are allowed here, and nowhere else.
        let wrong = names::subdomain(&name.replace('_', "a"));
        errors.invalid_text(&path.index(index), name, wrong);
    }
}

fn host_aliases(aliases: &[HostAlias], path: &Path<'_>, errors: &mut Errors) {
    for (index, alias) in aliases.iter().enumerate() {
        let path = path.index(index);
        errors.invalid_text(&path.child("ip"), &alias.ip, names::ip(&alias.ip));
        let names_path = path.child("hostnames");
        for (index, name) in list(&alias.hostnames).iter().enumerate() {
            errors.invalid_text(&names_path.index(index), name, names::subdomain(name));
        }
    }
}
