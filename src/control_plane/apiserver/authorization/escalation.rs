//! Nobody gives away rights that they do not have: what is asked before a role or a binding is written.
//!
//! The real thing: pkg/registry/rbac/escalation_check.go, pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased/storage.go,
//! pkg/registry/rbac/validation/rule.go (`ConfirmNoEscalation`).

use super::compare::{compact, describe, quoted, uncovered};
use super::rbac::{aggregate, list, rules_of, rules_of_role};
use super::{Attributes, Resource, authorize};
use crate::api::identity::MASTERS;
use crate::api::{Caller, Kind, Name, Object, Request, Snapshot, Status, Stored};
use k8s_openapi::api::rbac::v1::{
    ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef,
};
use std::borrow::Cow;

const GROUP: &str = "rbac.authorization.k8s.io";

/// May the request's user write this role or binding, in place of `old` if there was one? Objects of other kinds are no matter of this.
///
/// # Errors
/// 403 with the rights that the user lacks; 404 if a binding's role is not there, because nobody can say what it would give.
pub(in crate::control_plane::apiserver) fn confirm(
    request: &Request,
    new: &Object,
    old: Option<&Object>,
    snapshot: &Snapshot,
) -> Result<(), Status> {
    let kind = new.kind();
    let concerned = matches!(
        kind,
        Kind::Role | Kind::ClusterRole | Kind::RoleBinding | Kind::ClusterRoleBinding
    );
    if !concerned || old.is_some_and(|old| is_same(new, old)) {
        return Ok(());
    }
    let caller = &request.caller();
    if caller.identity.is_in(MASTERS) {
        return Ok(());
    }
    let place = &Place {
        caller,
        kind,
        namespace: new.namespace(),
        name: new.name(),
        snapshot,
    };
    if let Some(role) = Role::of(new) {
        return place.role(old.is_some(), list(&role.rules));
    }
    if let Some(role) = ClusterRole::of(new) {
        return place.cluster_role(role, old.and_then(ClusterRole::of));
    }
    if let Some(binding) = RoleBinding::of(new) {
        return place.binding(&binding.role_ref);
    }
    ClusterRoleBinding::of(new).map_or(Ok(()), |binding| place.binding(&binding.role_ref))
}

/// Does the update change nothing but what the garbage collector needs to be rid of the object?
fn is_same(new: &Object, old: &Object) -> bool {
    let mut new = new.clone();
    let meta = new.metadata_mut();
    let was = old.metadata();
    meta.owner_references.clone_from(&was.owner_references);
    meta.finalizers.clone_from(&was.finalizers);
    meta.managed_fields.clone_from(&was.managed_fields);
    meta.resource_version.clone_from(&was.resource_version);
    new == *old
}

/// Who writes what, and where.
struct Place<'a> {
    caller: &'a Caller<'a>,
    kind: Kind,
    namespace: Name,
    name: Name,
    snapshot: &'a Snapshot,
}

impl Place<'_> {
    fn role(&self, exists: bool, rules: &[PolicyRule]) -> Result<(), Status> {
        if self.may_escalate(exists) {
            return Ok(());
        }
        self.holds(rules).map_err(|why| self.forbidden(&why))
    }

    fn cluster_role(&self, new: &ClusterRole, old: Option<&ClusterRole>) -> Result<(), Status> {
        if self.may_escalate(old.is_some()) {
            return Ok(());
        }
        self.holds(list(&new.rules))
            .map_err(|why| self.forbidden(&why))?;
        // It can gather anything, so whoever says what it gathers must hold everything.
        let gathers = |role: &ClusterRole| {
            let rule = role.aggregation_rule.as_ref();
            rule.is_some_and(|rule| !list(&rule.cluster_role_selectors).is_empty())
        };
        if !gathers(new) && !old.is_some_and(gathers) {
            return Ok(());
        }
        let any = || Some(vec!["*".to_owned()]);
        let everything = [
            PolicyRule {
                verbs: vec!["*".to_owned()],
                api_groups: any(),
                resources: any(),
                ..PolicyRule::default()
            },
            PolicyRule {
                verbs: vec!["*".to_owned()],
                non_resource_urls: any(),
                ..PolicyRule::default()
            },
        ];
        self.holds(&everything).map_err(|_| {
            self.forbidden("must have cluster-admin privileges to use an aggregationRule")
        })
    }

    fn binding(&self, role: &RoleRef) -> Result<(), Status> {
        let resource = if role.kind == "Role" {
            Kind::Role
        } else {
            Kind::ClusterRole
        };
        if self.may("bind", resource, &role.name) {
            return Ok(());
        }
        let rules = rules_of_role(role, &self.namespace, self.snapshot)
            .map_err(|missing| Status::not_found(missing.kind, &missing.name))?;
        self.holds(rules).map_err(|why| self.forbidden(&why))
    }

    /// Was the user given the right to write any role? A new role's name is not in the request's address, so it cannot be named.
    fn may_escalate(&self, exists: bool) -> bool {
        let name = if exists { self.name.as_str() } else { "" };
        self.may("escalate", self.kind, name)
    }

    fn may(&self, verb: &str, kind: Kind, name: &str) -> bool {
        let resource = Resource {
            group: GROUP,
            resource: kind.info().plural,
            namespace: &self.namespace,
            name: Cow::Borrowed(name),
            ..Resource::default()
        };
        let attributes = Attributes::resource(verb, resource);
        authorize(self.caller, &attributes, self.snapshot).is_allowed()
    }

    /// Does the user have all of these rules? If not, which are missing.
    fn holds(&self, rules: &[PolicyRule]) -> Result<(), String> {
        let (owned, missing_roles) = rules_of(self.caller, &self.namespace, self.snapshot);
        let missing = uncovered(&owned, rules);
        if missing.is_empty() {
            return Ok(());
        }
        let mut lines: Vec<String> = compact(missing).iter().map(describe).collect();
        lines.sort();
        lines.dedup();
        let groups = quoted(&self.caller.identity.groups);
        let mut why = format!(
            "user {:?} (groups={groups}) is attempting to grant RBAC permissions not currently held:\n{}",
            self.caller.name,
            lines.join("\n")
        );
        if !missing_roles.is_empty() {
            why.push_str(&format!(
                "; resolution errors: [{}]",
                aggregate(&missing_roles)
            ));
        }
        Err(why)
    }

    fn forbidden(&self, why: &str) -> Status {
        Status::forbidden(self.kind, &self.name, why)
    }
}
