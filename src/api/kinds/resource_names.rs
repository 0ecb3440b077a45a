//! Which resources may be named where: in a container, in a LimitRange, in a ResourceQuota.
//!
//! The real thing: pkg/apis/core/helper/helpers.go, pkg/apis/core/validation/validation.go (`validateResourceName`,
//! `ValidateResourceQuotaResourceName`).

use crate::api::check::{Errors, Path};
use crate::api::labels;

/// Unqualified names that mean something somewhere, if not on a container.
pub(super) const STANDARD: &[&str] = &[
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "requests.storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "services.nodeports",
    "services.loadbalancers",
];

/// What a container can have.
const COMPUTE: &[&str] = &["cpu", "memory", "ephemeral-storage"];

/// Is it a size of huge pages?
pub(super) fn is_huge_page(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// Unqualified, or Kubernetes' own.
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// `IsExtendedResourceName`: somebody else's, such as `nvidia.com/gpu`.
pub(super) fn is_extended(name: &str) -> bool {
    let quota_name = format!("requests.{name}");
    !is_native(name)
        && !name.starts_with("requests.")
        && labels::qualified_name(&quota_name).is_empty()
}

/// `IsOvercommitAllowed`: may the limit be greater than the request?
pub(super) fn may_overcommit(name: &str) -> bool {
    is_native(name) && !is_huge_page(name)
}

/// `IsIntegerResourceName`: only whole ones exist.
pub(super) fn is_counted(name: &str) -> bool {
    match name {
        "cpu" | "memory" | "ephemeral-storage" | "storage" => false,
        "pods"
        | "services"
        | "replicationcontrollers"
        | "resourcequotas"
        | "secrets"
        | "configmaps"
        | "persistentvolumeclaims"
        | "services.nodeports"
        | "services.loadbalancers" => true,
        _ => name.contains('/') && is_extended(name),
    }
}

fn is_quota_huge_page(name: &str) -> bool {
    is_huge_page(name) || name.starts_with("requests.hugepages-")
}

/// `IsStandardQuotaResourceName`: may a quota limit it under this name?
pub(super) fn is_standard_for_quota(name: &str) -> bool {
    let standard = STANDARD.contains(&name) && name != "storage";
    standard || COMPUTE.contains(&name) || is_quota_huge_page(name)
}

/// `validateResourceName`: a standard name or a qualified one.
pub(super) fn any(name: &str, path: &Path<'_>, errors: &mut Errors) {
    let wrong = labels::qualified_name(name);
    if !wrong.is_empty() {
        errors.invalid_text(path, name, wrong);
        return;
    }
    let standard = STANDARD.contains(&name) || COMPUTE.contains(&name) || is_quota_huge_page(name);
    if !name.contains('/') && !standard {
        let detail = "must be a standard resource type or fully qualified";
        errors.invalid(path, name, detail);
    }
}

/// `validateContainerResourceName`: what a container can have.
pub(super) fn of_container(name: &str, path: &Path<'_>, errors: &mut Errors) {
    if COMPUTE.contains(&name) {
        return;
    }
    any(name, path, errors);
    if name.contains('/') {
        if !is_native(name) && !is_extended(name) {
            let detail = "doesn't follow extended resource name standard";
            errors.invalid(path, name, detail);
        }
        return;
    }
    if !is_huge_page(name) {
        errors.invalid(path, name, "must be a standard resource for containers");
    }
}

/// `ValidateResourceQuotaResourceName`.
pub(super) fn of_quota(name: &str, path: &Path<'_>, errors: &mut Errors) {
    any(name, path, errors);
    if !name.contains('/') && !is_standard_for_quota(name) {
        errors.invalid(path, name, "must be a standard resource for quota");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_right_in_their_place() {
        type Rule = fn(&str, &Path<'_>, &mut Errors);
        let cases: &[(&str, Rule, &str, &[&str])] = &[
            ("cpu of a container", of_container, "cpu", &[]),
            ("gpu of a container", of_container, "nvidia.com/gpu", &[]),
            (
                "pods of a container",
                of_container,
                "pods",
                &["must be a standard resource for containers"],
            ),
            (
                "nonsense of a container",
                of_container,
                "cpus",
                &[
                    "must be a standard resource type or fully qualified",
                    "must be a standard resource for containers",
                ],
            ),
            ("storage of a claim", any, "storage", &[]),
            ("pods of a quota", of_quota, "pods", &[]),
            (
                "a count of a quota",
                of_quota,
                "count/deployments.apps",
                &[],
            ),
            (
                "huge pages of a quota",
                of_quota,
                "requests.hugepages-2Mi",
                &[],
            ),
            (
                "storage of a quota",
                of_quota,
                "storage",
                &["must be a standard resource for quota"],
            ),
        ];
        for (name, rule, text, want) in cases {
            let mut errors = Errors::new();
            rule(text, &Path::root("x"), &mut errors);
            let got = errors.into_list();
            assert_eq!(got.len(), want.len(), "{name}: {got:?}");
            for (got, want) in got.iter().zip(*want) {
                assert!(got.body.ends_with(want), "{name}: {got}");
            }
        }
    }
}
