//! Role-based access control: a request is allowed if a rule of a role that is bound to its user allows it. Nothing is ever forbidden.
//!
//! The real thing: plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation/rule.go, pkg/apis/rbac/v1/evaluation_helpers.go.

use super::{Attributes, Target, Verdict};
use crate::api::identity::service_account;
use crate::api::{Caller, Kind, Snapshot, Stored};
use k8s_openapi::api::rbac::v1::{
    ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject,
};
use std::ops::ControlFlow;

/// Why a request is allowed.
#[derive(Clone, Debug, PartialEq)]
pub enum Grant<'a> {
    /// The user is in `system:masters`.
    Masters,
    /// A kubelet needs it to run its pods.
    Node {
        /// To any object, or only to those that its pods refer to?
        everywhere: bool,
    },
    /// A rule of a role that is bound in the whole cluster.
    Cluster {
        /// The binding.
        binding: &'a ClusterRoleBinding,
        /// Which of its subjects the user is.
        subject: &'a Subject,
        /// Which rule.
        rule: &'a PolicyRule,
    },
    /// A rule of a role that is bound in one namespace.
    Namespace {
        /// The binding.
        binding: &'a RoleBinding,
        /// Which of its subjects the user is.
        subject: &'a Subject,
        /// Which rule.
        rule: &'a PolicyRule,
    },
}

impl Grant<'_> {
    /// As a review's `status.reason` says it: `RBAC: allowed by ClusterRoleBinding "cluster-admin" of ClusterRole "cluster-admin" to Group "…"`.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Masters | Self::Node { .. } => String::new(),
            Self::Cluster {
                binding, subject, ..
            } => {
                let name = text(&binding.metadata.name);
                let role = &binding.role_ref;
                allowed_by("ClusterRoleBinding", name, role, &describe(subject, ""))
            }
            Self::Namespace {
                binding, subject, ..
            } => {
                let namespace = text(&binding.metadata.namespace);
                let name = format!("{}/{namespace}", text(&binding.metadata.name));
                let role = &binding.role_ref;
                allowed_by("RoleBinding", &name, role, &describe(subject, namespace))
            }
        }
    }

    /// Does the same verb on the same resource hold in every namespace and for every name?
    #[must_use]
    pub fn holds_everywhere(&self) -> bool {
        match self {
            Self::Masters => true,
            Self::Node { everywhere } => *everywhere,
            Self::Cluster { rule, .. } => list(&rule.resource_names).is_empty(),
            Self::Namespace { .. } => false,
        }
    }
}

fn allowed_by(kind: &str, name: &str, role: &RoleRef, subject: &str) -> String {
    let RoleRef {
        kind: role_kind,
        name: role,
        ..
    } = role;
    format!("RBAC: allowed by {kind} {name:?} of {role_kind} {role:?} to {subject}")
}

fn describe(subject: &Subject, binding_namespace: &str) -> String {
    if subject.kind != "ServiceAccount" {
        return format!("{} {:?}", subject.kind, subject.name);
    }
    let own = text(&subject.namespace);
    let namespace = if own.is_empty() {
        binding_namespace
    } else {
        own
    };
    format!(
        "{} {:?}",
        subject.kind,
        format!("{}/{namespace}", subject.name)
    )
}

/// Does any rule that the user has in the namespace allow it?
pub(super) fn authorize<'a>(
    caller: &Caller<'_>,
    attributes: &Attributes<'_>,
    snapshot: &'a Snapshot,
) -> Verdict<'a> {
    let namespace = match &attributes.target {
        Target::Resource(resource) => resource.namespace,
        Target::Path(_) => "",
    };
    let question = Question::new(attributes);
    let mut found = None;
    let missing = visit(caller, namespace, snapshot, &mut |grant, rule| {
        if !question.is_answered_by(rule) {
            return ControlFlow::Continue(());
        }
        found = Some(grant);
        ControlFlow::Break(())
    });
    match found {
        Some(grant) => Verdict::Allowed(grant),
        None if missing.is_empty() => Verdict::Denied(String::new()),
        None => Verdict::Denied(format!("RBAC: {}", aggregate(&missing))),
    }
}

/// All rules that the user has in the namespace, with what could not be found.
pub(super) fn rules_of<'a>(
    caller: &Caller<'_>,
    namespace: &str,
    snapshot: &'a Snapshot,
) -> (Vec<&'a PolicyRule>, Vec<String>) {
    let mut rules = Vec::new();
    let missing = visit(caller, namespace, snapshot, &mut |_, rule| {
        rules.push(rule);
        ControlFlow::Continue(())
    });
    (rules, missing)
}

/// Shows every rule that the user has in the namespace, those of the whole cluster first, until it is told to stop. Returns what could
/// not be found on the way.
fn visit<'a>(
    caller: &Caller<'_>,
    namespace: &str,
    snapshot: &'a Snapshot,
    see: &mut dyn FnMut(Grant<'a>, &'a PolicyRule) -> ControlFlow<()>,
) -> Vec<String> {
    let mut missing = Vec::new();
    for object in snapshot.table(Kind::ClusterRoleBinding).iter() {
        let Some(binding) = ClusterRoleBinding::of(object) else {
            continue;
        };
        let subjects = list(&binding.subjects);
        let Some(subject) = subjects.iter().find(|s| applies(s, caller, "")) else {
            continue;
        };
        match rules_of_role(&binding.role_ref, "", snapshot) {
            Ok(rules) => {
                for rule in rules {
                    let grant = Grant::Cluster {
                        binding,
                        subject,
                        rule,
                    };
                    if see(grant, rule).is_break() {
                        return missing;
                    }
                }
            }
            Err(why) => missing.push(why.lister_message()),
        }
    }
    if namespace.is_empty() {
        return missing;
    }
    for object in snapshot.table(Kind::RoleBinding).in_namespace(namespace) {
        let Some(binding) = RoleBinding::of(object) else {
            continue;
        };
        let subjects = list(&binding.subjects);
        let Some(subject) = subjects.iter().find(|s| applies(s, caller, namespace)) else {
            continue;
        };
        match rules_of_role(&binding.role_ref, namespace, snapshot) {
            Ok(rules) => {
                for rule in rules {
                    let grant = Grant::Namespace {
                        binding,
                        subject,
                        rule,
                    };
                    if see(grant, rule).is_break() {
                        return missing;
                    }
                }
            }
            Err(why) => missing.push(why.lister_message()),
        }
    }
    missing
}

/// A role that a binding refers to and that is not there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Missing {
    pub(super) kind: Kind,
    pub(super) name: String,
}

impl Missing {
    /// As a lister says it, with the kind in the singular.
    fn lister_message(&self) -> String {
        let info = self.kind.info();
        format!("{}.{} {:?} not found", info.singular, info.group, self.name)
    }
}

/// The rules of the role that a binding in the namespace refers to.
pub(super) fn rules_of_role<'a>(
    role: &RoleRef,
    namespace: &str,
    snapshot: &'a Snapshot,
) -> Result<&'a [PolicyRule], Missing> {
    let (kind, rules) = if role.kind == "Role" {
        let object = snapshot.table(Kind::Role).get(namespace, &role.name);
        (Kind::Role, object.and_then(Role::of).map(|r| &r.rules))
    } else {
        let object = snapshot.table(Kind::ClusterRole).get("", &role.name);
        let rules = object.and_then(ClusterRole::of).map(|r| &r.rules);
        (Kind::ClusterRole, rules)
    };
    let missing = || Missing {
        kind,
        name: role.name.clone(),
    };
    rules.map(list).ok_or_else(missing)
}

/// Is the user this subject of a binding in the namespace?
fn applies(subject: &Subject, caller: &Caller<'_>, namespace: &str) -> bool {
    match subject.kind.as_str() {
        "User" => subject.name == caller.name,
        "Group" => caller.identity.is_in(&subject.name),
        "ServiceAccount" => {
            let own = text(&subject.namespace);
            let namespace = if own.is_empty() { namespace } else { own };
            service_account(caller.name) == Some((namespace, &subject.name))
        }
        _ => false,
    }
}

/// A question put to rules, with what all of them need to know made once.
pub(super) struct Question<'a> {
    attributes: &'a Attributes<'a>,
    combined: String,
}

impl<'a> Question<'a> {
    pub(super) fn new(attributes: &'a Attributes<'a>) -> Self {
        let combined = match &attributes.target {
            Target::Resource(resource) => resource.combined().into_owned(),
            Target::Path(_) => String::new(),
        };
        Self {
            attributes,
            combined,
        }
    }

    /// Does the rule allow it?
    pub(super) fn is_answered_by(&self, rule: &PolicyRule) -> bool {
        if !has(&rule.verbs, self.attributes.verb) {
            return false;
        }
        match &self.attributes.target {
            Target::Path(path) => list(&rule.non_resource_urls)
                .iter()
                .any(|url| url == "*" || covers_url(url, path)),
            Target::Resource(resource) => {
                let names = list(&rule.resource_names);
                has(list(&rule.api_groups), resource.group)
                    && self.names_resource(list(&rule.resources), resource.subresource)
                    && (names.is_empty() || names.iter().any(|n| *n == resource.name))
            }
        }
    }

    fn names_resource(&self, resources: &[String], subresource: &str) -> bool {
        resources.iter().any(|rule| {
            rule == "*"
                || *rule == self.combined
                || !subresource.is_empty() && rule.strip_prefix("*/") == Some(subresource)
        })
    }
}

/// Is the entry, or `*`, in the list?
pub(super) fn has(all: &[String], entry: &str) -> bool {
    all.iter().any(|e| e == "*" || e == entry)
}

/// Does a rule about `url`, perhaps with `*` at its end, cover `path`?
pub(super) fn covers_url(url: &str, path: &str) -> bool {
    let open = |base: &str| path.starts_with(base.trim_end_matches('*'));
    url == path || url.ends_with('*') && open(url)
}

/// Several messages as one: bare if it is one, else in brackets, each once.
pub(super) fn aggregate(messages: &[String]) -> String {
    let mut once: Vec<&str> = Vec::new();
    for message in messages {
        if !once.contains(&message.as_str()) {
            once.push(message);
        }
    }
    match once[..] {
        [one] => one.to_owned(),
        _ => format!("[{}]", once.join(", ")),
    }
}

pub(super) fn list<T>(list: &Option<Vec<T>>) -> &[T] {
    list.as_deref().unwrap_or_default()
}

pub(super) fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}
