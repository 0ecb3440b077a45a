//! What is wrong with requests and limits.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidateContainerResourceRequirements`, `ValidateResourceQuantityValue`),
//! pkg/apis/core/helper/helpers.go (`IsStandardContainerResourceName`, `IsOvercommitAllowed`, `IsExtendedResourceName`).
//! Left out: resource claims (their feature is off by default), whole multiples of huge pages.

use super::super::go;
use super::super::resource_names::{self, is_counted, is_huge_page, may_overcommit};
use crate::api::check::{Errors, Path};
use crate::api::quantity::{self, ResourceList};
use k8s_openapi::api::core::v1::{ContainerResizePolicy, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::cmp::Ordering;

/// Both lists, and whether each request fits its limit.
pub(crate) fn validate(requirements: &ResourceRequirements, path: &Path<'_>, errors: &mut Errors) {
    let (limits_path, requests_path) = (path.child("limits"), path.child("requests"));
    let limits = requirements.limits.as_ref();
    for (name, amount) in limits.into_iter().flatten() {
        let path = limits_path.key(name);
        resource_names::of_container(name, &path, errors);
        amount_of(name, amount, &path, errors);
    }
    for (name, amount) in requirements.requests.iter().flatten() {
        let path = requests_path.key(name);
        resource_names::of_container(name, &path, errors);
        amount_of(name, amount, &path, errors);
        let Some(limit) = limits.and_then(|l| l.get(name)) else {
            if !may_overcommit(name) {
                let detail = "Limit must be set for non overcommitable resources";
                errors.required(&limits_path, detail);
            }
            continue;
        };
        let order = quantity::compare(amount, limit);
        let rule = match order {
            Ordering::Greater | Ordering::Less if !may_overcommit(name) => "must be equal to",
            Ordering::Greater => "must be less than or equal to",
            Ordering::Less | Ordering::Equal => continue,
        };
        let detail = format!("{rule} {name} limit of {}", limit.0);
        errors.invalid(&requests_path, amount.0.as_str(), &detail);
    }
    huge_pages(requirements, path, errors);
}

fn huge_pages(requirements: &ResourceRequirements, path: &Path<'_>, errors: &mut Errors) {
    let lists = [&requirements.limits, &requirements.requests];
    let any = |wanted: fn(&str) -> bool| {
        let mut names = lists.into_iter().flatten().flat_map(ResourceList::keys);
        names.any(|name| wanted(name))
    };
    if any(is_huge_page) && !any(|name| matches!(name, "cpu" | "memory")) {
        errors.forbidden(path, "HugePages require cpu or memory");
    }
}

/// `ValidateResourceQuantityValue`: not negative, and whole where only whole ones exist.
pub(crate) fn amount_of(name: &str, amount: &Quantity, path: &Path<'_>, errors: &mut Errors) {
    if quantity::is_negative(amount) {
        let detail = "must be greater than or equal to 0";
        errors.invalid(path, amount.0.as_str(), detail);
    }
    if is_counted(name) && !quantity::is_whole(amount) {
        let value = go::quantity(amount);
        errors.invalid_go(path, &value, "must be an integer");
    }
}

/// `resizePolicy`: what a change of resources may do to a running container.
pub(crate) fn resize_policy(
    policies: &[ContainerResizePolicy],
    restart_policy: &str,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    for (index, policy) in policies.iter().enumerate() {
        let same = |p: &ContainerResizePolicy| p.resource_name == policy.resource_name;
        if policies[..index].iter().any(same) {
            errors.duplicate(&path.index(index), policy.resource_name.as_str());
        }
        errors.one_of(path, Some(&policy.resource_name), &["cpu", "memory"]);
        errors.one_of(
            path,
            Some(&policy.restart_policy),
            &["NotRequired", "RestartContainer"],
        );
        if restart_policy == "Never" && policy.restart_policy != "NotRequired" {
            let detail = "must be 'NotRequired' when `restartPolicy` is 'Never'";
            errors.invalid(path, policy.restart_policy.as_str(), detail);
        }
    }
}
