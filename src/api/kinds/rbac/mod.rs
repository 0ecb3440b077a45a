//! What roles and bindings have in common: rules, subjects and the reference to a role.
//!
//! The real thing: pkg/apis/rbac/{v1/defaults.go,validation/validation.go,helpers.go}; pkg/registry/rbac/*/strategy.go.

mod cluster_role;
mod cluster_role_binding;
mod role;
mod role_binding;

use super::cells::age;
use super::normal::{drop_empty, list, text};
use super::{Column, cells, go, names};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::{Ms, rfc3339};
use k8s_openapi::api::rbac::v1::{PolicyRule, RoleRef, Subject};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

/// The API group that roles, users and groups are in.
const GROUP: &str = "rbac.authorization.k8s.io";

/// Which namespace rule applies to a rule or a subject.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Of a Role or RoleBinding.
    Namespace,
    /// Of a ClusterRole or ClusterRoleBinding.
    Cluster,
}

/// Forgets the lists of a rule that are empty.
fn default_rules(rules: &mut Option<Vec<PolicyRule>>) {
    for rule in rules.iter_mut().flatten() {
        drop_empty(&mut rule.api_groups);
        drop_empty(&mut rule.resources);
        drop_empty(&mut rule.resource_names);
        drop_empty(&mut rule.non_resource_urls);
    }
}

/// Users, groups and roles are in this API's own group unless someone says otherwise.
fn default_binding(role: &mut RoleRef, subjects: &mut Option<Vec<Subject>>) {
    if role.api_group.is_empty() {
        role.api_group = GROUP.to_owned();
    }
    drop_empty(subjects);
    for subject in subjects.iter_mut().flatten() {
        drop_empty(&mut subject.api_group);
        drop_empty(&mut subject.namespace);
        let named = matches!(subject.kind.as_str(), "User" | "Group");
        if named && subject.api_group.is_none() {
            subject.api_group = Some(GROUP.to_owned());
        }
    }
}

fn check_rules(rules: &Option<Vec<PolicyRule>>, reach: Reach, errors: &mut Errors) {
    let path = Path::root("rules");
    for (index, rule) in list(rules).iter().enumerate() {
        check_rule(rule, reach, &path.index(index), errors);
    }
}

fn check_rule(rule: &PolicyRule, reach: Reach, path: &Path<'_>, errors: &mut Errors) {
    if rule.verbs.is_empty() {
        let detail = "verbs must contain at least one value";
        errors.required(&path.child("verbs"), detail);
    }
    let urls = list(&rule.non_resource_urls);
    let none = |part: &Option<Vec<String>>| list(part).is_empty();
    if !urls.is_empty() {
        let path = path.child("nonResourceURLs");
        let shown = go::list(Some(urls));
        if reach == Reach::Namespace {
            let detail = "namespaced rules cannot apply to non-resource URLs";
            errors.invalid_go(&path, &shown, detail);
        }
        if !none(&rule.api_groups) || !none(&rule.resources) || !none(&rule.resource_names) {
            let detail = "rules cannot apply to both regular resources and non-resource URLs";
            errors.invalid_go(&path, &shown, detail);
        }
        return;
    }
    if none(&rule.api_groups) {
        let detail = "resource rules must supply at least one api group";
        errors.required(&path.child("apiGroups"), detail);
    }
    if none(&rule.resources) {
        let detail = "resource rules must supply at least one resource";
        errors.required(&path.child("resources"), detail);
    }
}

fn check_binding(
    role: &RoleRef,
    subjects: &Option<Vec<Subject>>,
    reach: Reach,
    errors: &mut Errors,
) {
    let path = Path::root("roleRef");
    if role.api_group != GROUP {
        errors.not_supported(&path.child("apiGroup"), &role.api_group, &[GROUP]);
    }
    let kinds: &[&str] = match reach {
        Reach::Namespace => &["Role", "ClusterRole"],
        Reach::Cluster => &["ClusterRole"],
    };
    if !kinds.contains(&role.kind.as_str()) {
        errors.not_supported(&path.child("kind"), &role.kind, kinds);
    }
    if role.name.is_empty() {
        errors.required(&path.child("name"), "");
    } else {
        let wrong = names::path_segment(&role.name);
        errors.invalid_text(&path.child("name"), &role.name, wrong);
    }
    let path = Path::root("subjects");
    for (index, subject) in list(subjects).iter().enumerate() {
        check_subject(subject, reach, &path.index(index), errors);
    }
}

fn check_subject(subject: &Subject, reach: Reach, path: &Path<'_>, errors: &mut Errors) {
    let (name, group) = (subject.name.as_str(), text(&subject.api_group));
    if name.is_empty() {
        errors.required(&path.child("name"), "");
    }
    let named = |what: &str, errors: &mut Errors| {
        if name.is_empty() {
            let detail = format!("{what} name cannot be empty");
            errors.invalid(&path.child("name"), name, &detail);
        }
        if group != GROUP {
            errors.not_supported(&path.child("apiGroup"), group, &[GROUP]);
        }
    };
    match subject.kind.as_str() {
        "ServiceAccount" => {
            if !name.is_empty() {
                errors.invalid_text(&path.child("name"), name, names::subdomain(name));
            }
            if !group.is_empty() {
                errors.not_supported(&path.child("apiGroup"), group, &[""]);
            }
            if reach == Reach::Cluster && text(&subject.namespace).is_empty() {
                errors.required(&path.child("namespace"), "");
            }
        }
        "User" => named("user", errors),
        "Group" => named("group", errors),
        other => {
            let known = ["ServiceAccount", "User", "Group"];
            errors.not_supported(&path.child("kind"), other, &known);
        }
    }
}

/// What a binding refers to never changes: whoever was given the right to change its subjects was given it for this role.
fn check_role_unchanged(new: &RoleRef, old: &RoleRef, errors: &mut Vec<FieldError>) {
    if new == old {
        return;
    }
    let shown = format!(
        "rbac.RoleRef{{APIGroup:{:?}, Kind:{:?}, Name:{:?}}}",
        new.api_group, new.kind, new.name
    );
    let mut changed = Errors::new();
    changed.invalid_go(&Path::root("roleRef"), &shown, "cannot change roleRef");
    errors.extend(changed.into_list());
}

/// The detail of the field error if a role or a binding may not have the name.
fn bad_name(name: &str) -> Option<String> {
    names::path_segment(name).into_iter().next()
}

const ROLE_COLUMNS: &[Column] = &[cells::column("Created At")];

/// When a role was made: the one cell that roles have.
fn role_row(metadata: &ObjectMeta) -> Vec<String> {
    let created = metadata.creation_timestamp.as_ref();
    vec![created.map_or_else(|| "<unknown>".to_owned(), |time| rfc3339(time.0))]
}

const BINDING_COLUMNS: &[Column] = &[
    cells::column("Role"),
    cells::column("Age"),
    cells::wide("Users"),
    cells::wide("Groups"),
    cells::wide("ServiceAccounts"),
];

fn binding_row(
    metadata: &ObjectMeta,
    role: &RoleRef,
    subjects: &Option<Vec<Subject>>,
    now_ms: Ms,
) -> Vec<String> {
    let of = |kind: &str| {
        let subjects = list(subjects).iter().filter(|s| s.kind == kind);
        let names = subjects.map(|s| match kind {
            "ServiceAccount" => format!("{}/{}", text(&s.namespace), s.name),
            _ => s.name.clone(),
        });
        names.collect::<Vec<_>>().join(", ")
    };
    vec![
        format!("{}/{}", role.kind, role.name),
        age(metadata, now_ms),
        of("User"),
        of("Group"),
        of("ServiceAccount"),
    ]
}

#[cfg(test)]
mod tests;
