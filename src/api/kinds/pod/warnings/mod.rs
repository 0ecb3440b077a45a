//! What the author of a pod, or of a template of pods, is warned of: it is taken, and does not do what it says.
//!
//! The real thing: pkg/api/pod/warnings.go, pkg/registry/core/pod/strategy.go (`applyAppArmorVersionSkew`), pkg/apis/core/pods/helpers.go
//! (`VisitContainersWithPath`).
//! Left out: IP addresses that are written in an unusual way; the fields that AppArmor's annotations become.

mod places;
mod ports;
#[cfg(test)]
mod tests;
mod volumes;

pub(in crate::api::kinds) use places::{of_term, old_label};
pub(in crate::api::kinds) use volumes::of_source;

use crate::api::Pod;
use crate::api::check::Path;
use crate::api::kinds::normal::{list, text};
use crate::api::quantity;
use k8s_openapi::api::core::v1::{Container, EnvVar, PodSpec, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::BTreeMap;

const SECCOMP: &str = "non-functional in v1.27+; use the \"seccompProfile\" field instead";
const APP_ARMOR: &str = "deprecated since v1.30; use the \"appArmorProfile\" field instead";
const APP_ARMOR_KEY: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Annotations that nobody reads any more.
const OLD_ANNOTATIONS: &[(&str, &str)] = &[
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        "non-functional in v1.16+; use the \"priorityClassName\" field instead",
    ),
    (
        "security.alpha.kubernetes.io/sysctls",
        "non-functional in v1.11+; use the \"sysctls\" field instead",
    ),
    (
        "security.alpha.kubernetes.io/unsafe-sysctls",
        "non-functional in v1.11+; use the \"sysctls\" field instead",
    ),
];

/// About a pod.
pub(super) fn of_pod(pod: &Pod) -> Vec<String> {
    let Some(spec) = &pod.spec else {
        return Vec::new();
    };
    let metadata = Path::root("metadata");
    let about = About {
        spec,
        annotations: pod.metadata.annotations.as_ref(),
        path: Path::root("spec"),
        annotations_path: metadata.child("annotations"),
        sort: Sort::Pod,
    };
    let mut warnings = Vec::new();
    if spec.os.as_ref().is_none_or(|os| os.name != "windows") {
        about.containers(|container, _| about.app_armor(container, &mut warnings));
    }
    warnings.append(&mut about.all());
    warnings
}

/// About a template that stands at this path.
pub(in crate::api::kinds) fn of_template(
    template: &PodTemplateSpec,
    path: &Path<'_>,
) -> Vec<String> {
    let Some(spec) = &template.spec else {
        return Vec::new();
    };
    let metadata = path.child("metadata");
    let annotations = |metadata: &'_ ObjectMeta| metadata.annotations.clone();
    let annotations = template.metadata.as_ref().and_then(annotations);
    let about = About {
        spec,
        annotations: annotations.as_ref(),
        path: path.child("spec"),
        annotations_path: metadata.child("annotations"),
        sort: Sort::Template,
    };
    about.all()
}

/// A warning if this is not a whole number of bytes.
pub(in crate::api::kinds) fn fraction(
    amount: Option<&Quantity>,
    path: &Path<'_>,
) -> Option<String> {
    let amount = amount.filter(|amount| !quantity::is_whole(amount))?;
    let mut shown = amount.clone();
    quantity::canonicalize(&mut shown);
    Some(format!(
        "{path}: fractional byte value {:?} is invalid, must be an integer",
        shown.0
    ))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Pod,
    Template,
}

/// What is looked at, and where it stands.
struct About<'a> {
    spec: &'a PodSpec,
    annotations: Option<&'a BTreeMap<String, String>>,
    path: Path<'a>,
    annotations_path: Path<'a>,
    sort: Sort,
}

impl About<'_> {
    /// Everything, in upstream's order.
    fn all(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        places::of_spec(self.spec, &self.path, &mut warnings);
        for (key, why) in OLD_ANNOTATIONS {
            if self.is_annotated(key) {
                warnings.push(format!("{}: {why}", self.annotations_path.key(key)));
            }
        }
        volumes::of_spec(self.spec, &self.path, &mut warnings);
        self.repeated(&mut warnings);
        let overhead = self.path.child("overhead");
        for resource in ["memory", "ephemeral-storage"] {
            let amount = self.spec.overhead.as_ref().and_then(|o| o.get(resource));
            warnings.extend(fraction(amount, &overhead.key(resource)));
        }
        let context = self.spec.security_context.as_ref();
        if context.is_none_or(|context| context.seccomp_profile.is_none()) {
            self.annotation(
                "seccomp.security.alpha.kubernetes.io/pod",
                SECCOMP,
                &mut warnings,
            );
        }
        self.containers(|container, path| self.container(container, path, &mut warnings));
        ports::of_all(self, &mut warnings);
        if self.spec.termination_grace_period_seconds.unwrap_or(0) < 0 {
            let path = self.path.child("terminationGracePeriodSeconds");
            let why = "must be >= 0; negative values are invalid and will be treated as 1";
            warnings.push(format!("{path}: {why}"));
        }
        if let Some(affinity) = &self.spec.affinity {
            places::pod_affinity(affinity, &self.path.child("affinity"), &mut warnings);
        }
        warnings
    }

    fn is_annotated(&self, key: &str) -> bool {
        self.annotations.is_some_and(|all| all.contains_key(key))
    }

    fn annotation(&self, key: &str, why: &str, warnings: &mut Vec<String>) {
        if self.is_annotated(key) {
            warnings.push(format!("{}: {why}", self.annotations_path.key(key)));
        }
    }

    /// Init containers, containers, ephemeral containers, each with its path.
    fn containers(&self, mut visit: impl FnMut(&Container, &Path<'_>)) {
        let path = self.path.child("initContainers");
        for (index, container) in list(&self.spec.init_containers).iter().enumerate() {
            visit(container, &path.index(index));
        }
        let path = self.path.child("containers");
        for (index, container) in self.spec.containers.iter().enumerate() {
            visit(container, &path.index(index));
        }
    }

    /// What stands twice.
    fn repeated(&self, warnings: &mut Vec<String>) {
        let path = self.path.child("hostAliases");
        let aliases = list(&self.spec.host_aliases);
        for (index, alias) in aliases.iter().enumerate() {
            if aliases[..index].iter().any(|other| other.ip == alias.ip) {
                let path = path.index(index);
                warnings.push(format!("{}: duplicate ip {:?}", path.child("ip"), alias.ip));
            }
        }
        let path = self.path.child("imagePullSecrets");
        let secrets = list(&self.spec.image_pull_secrets);
        for (index, secret) in secrets.iter().enumerate() {
            let name = &secret.name;
            if secrets[..index].iter().any(|other| other.name == *name) {
                let path = path.index(index);
                warnings.push(format!("{}: duplicate name {name:?}", path.child("name")));
            }
        }
        for (index, _) in secrets
            .iter()
            .enumerate()
            .filter(|(_, s)| s.name.is_empty())
        {
            let path = path.index(index);
            warnings.push(format!("{}: invalid empty name \"\"", path.child("name")));
        }
    }

    fn container(&self, container: &Container, path: &Path<'_>, warnings: &mut Vec<String>) {
        let context = container.security_context.as_ref();
        if context.is_none_or(|context| context.seccomp_profile.is_none()) {
            let key = "container.seccomp.security.alpha.kubernetes.io/";
            self.annotation(&format!("{key}{}", container.name), SECCOMP, warnings);
        }
        if self.sort == Sort::Template {
            self.app_armor(container, warnings);
        }
        if let Some(resources) = &container.resources {
            let path = path.child("resources");
            for resource in ["memory", "ephemeral-storage"] {
                for (list, name) in [
                    (&resources.limits, "limits"),
                    (&resources.requests, "requests"),
                ] {
                    let amount = list.as_ref().and_then(|list| list.get(resource));
                    warnings.extend(fraction(amount, &path.child(name).key(resource)));
                }
            }
        }
        let env = list(&container.env);
        for (index, variable) in env.iter().enumerate() {
            if hides(variable, &env[..index]) {
                let (path, name) = (path.child("env"), &variable.name);
                warnings.push(format!(
                    "{}: hides previous definition of {name:?}, which may be dropped when using apply",
                    path.index(index)
                ));
            }
        }
    }

    /// An annotation in place of the field.
    fn app_armor(&self, container: &Container, warnings: &mut Vec<String>) {
        let key = format!("{APP_ARMOR_KEY}{}", container.name);
        let Some(annotation) = self.annotations.and_then(|all| all.get(&key)) else {
            return;
        };
        let context = container.security_context.as_ref();
        let own = context.and_then(|context| context.app_armor_profile.as_ref());
        let context = self.spec.security_context.as_ref();
        let of_pod = context.and_then(|context| context.app_armor_profile.as_ref());
        let says = |profile: &str| match annotation.as_str() {
            "unconfined" => profile == "Unconfined",
            "runtime/default" => profile == "RuntimeDefault",
            other => other
                .strip_prefix("localhost/")
                .is_some_and(|name| profile == format!("Localhost {name}")),
        };
        let as_the_pod = of_pod.is_some_and(|profile| {
            let name = text(&profile.localhost_profile);
            says(format!("{} {name}", profile.type_).trim_end())
        });
        let has_field = match self.sort {
            Sort::Pod => own.is_some() || as_the_pod,
            Sort::Template => own.is_some() || of_pod.is_some(),
        };
        if !has_field {
            warnings.push(format!("{}: {APP_ARMOR}", self.annotations_path.key(&key)));
        }
    }
}

/// Is an earlier variable of this name lost, and not part of this one?
fn hides(variable: &EnvVar, before: &[EnvVar]) -> bool {
    if before.iter().all(|other| other.name != variable.name) {
        return false;
    }
    let reference = format!("$({})", variable.name);
    let value = text(&variable.value);
    variable.value_from.is_some() || value == reference || !value.contains(&reference)
}
