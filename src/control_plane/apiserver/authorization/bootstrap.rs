//! The roles and bindings that every cluster has from its first moment on, so that the control plane itself may do its work.
//!
//! They stand in `bootstrap_policy.txt`, one word per name, verb set or resource, and are parsed once per process:
//!
//! ```text
//! NAME +LABEL <LABEL      a ClusterRole, aggregated to +LABEL, gathering those aggregated to <LABEL
//! ~NAME                   the ClusterRole system:controller:NAME, bound to the account NAME in kube-system
//! NAMESPACE/NAME          a Role
//!  VERBS GROUPS RESOURCES…=NAMES…     its rule; `-` is the core group, a final `.` stands for `.k8s.io`, `/` for no group but paths
//!  @                      the rule about Events
//! !NAME SUBJECTS…         a binding to the role of the same name, or to R:ROLE
//! ```
//!
//! The real thing: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/{policy,controller_policy,namespace_policy}.go and its testdata, pkg/registry/rbac/rest/storage_rbac.go (`PostStartHook`).
//! Left out: reconciliation of these objects when the API server starts again; the moment before the gathering roles (admin, edit, view) have been filled; rules behind feature gates that are off in 1.33; their uids are the same in every cluster.

use crate::api::time::time;
use crate::api::{Object, Stored, selector};
use crate::component::Rng;
use crate::control_plane::apiserver::create::new_uid;
use crate::control_plane::etcd::{Store, Writer};
use k8s_openapi::api::rbac::v1::{
    AggregationRule, ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef,
    Subject,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const POLICY: &str = include_str!("bootstrap_policy.txt");

/// Who makes them: the API server itself.
const SELF: &str = "system:apiserver";
/// The seed of these objects' uids: no cluster's.
const UID_SEED: u64 = 0x7262_6163_2d75_6964;
/// What the names of the controllers' roles begin with.
const CONTROLLER: &str = "system:controller:";
/// The API group of roles, users and groups.
const GROUP: &str = "rbac.authorization.k8s.io";
/// What the labels begin with that say into which role another is gathered.
const AGGREGATE_TO: &str = "rbac.authorization.k8s.io/aggregate-to-";

static OBJECTS: LazyLock<Vec<Object>> = LazyLock::new(|| Parser::default().parse(POLICY));

static STORE: LazyLock<Store> = LazyLock::new(|| {
    let mut store = Store::default();
    let mut rng = Rng::new(UID_SEED);
    let writer = Writer {
        by: SELF.into(),
        at_ms: 0,
        step: 0,
    };
    for object in OBJECTS.iter() {
        let mut object = object.clone();
        if let Some(role) = ClusterRole::of_mut(&mut object) {
            role.rules = Some(gathered(role));
        }
        object.set_defaults();
        let meta = object.metadata_mut();
        meta.uid = Some(new_uid(&mut rng).to_string());
        meta.creation_timestamp = Some(time(0));
        store.put(object, &writer);
    }
    store.take_unpublished();
    store
});

static NODE_RULES: LazyLock<Vec<PolicyRule>> = LazyLock::new(|| {
    let roles = OBJECTS.iter().filter_map(ClusterRole::of);
    let node = |role: &&ClusterRole| role.metadata.name.as_deref() == Some("system:node");
    let mut roles = roles.filter(node);
    roles
        .next()
        .and_then(|role| role.rules.clone())
        .unwrap_or_default()
});

/// The rules of a role as its controller leaves them: its own, or those of all roles that it gathers, by their names, each once.
fn gathered(role: &ClusterRole) -> Vec<PolicyRule> {
    let Some(rule) = &role.aggregation_rule else {
        return role.rules.clone().unwrap_or_default();
    };
    let chosen = |other: &&ClusterRole| {
        let labels = other.metadata.labels.as_ref();
        let mut selectors = rule.cluster_role_selectors.iter().flatten();
        selectors.any(|selector| selector::matches(selector, labels))
    };
    let roles = OBJECTS.iter().filter_map(ClusterRole::of);
    let mut roles: Vec<&ClusterRole> = roles.filter(chosen).collect();
    roles.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
    let mut rules = Vec::new();
    for rule in roles.into_iter().flat_map(gathered) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules
}

/// An etcd with these objects in it and nothing else: what a cluster begins with. A clone costs as much as a pointer.
#[must_use]
pub fn store() -> Store {
    STORE.clone()
}

/// The objects, as they were written and not yet stored.
#[must_use]
pub fn objects() -> &'static [Object] {
    &OBJECTS
}

/// The rules of the ClusterRole `system:node`.
pub(super) fn node_rules() -> &'static [PolicyRule] {
    &NODE_RULES
}

#[derive(Default)]
struct Parser {
    objects: Vec<Object>,
}

impl Parser {
    fn parse(mut self, policy: &str) -> Vec<Object> {
        let mut lines = policy.lines().peekable();
        while let Some(head) = lines.next() {
            if let Some(binding) = head.strip_prefix('!') {
                self.binding(binding);
                continue;
            }
            let mut rules = Vec::new();
            while let Some(line) = lines.next_if(|line| line.starts_with(' ')) {
                rules.push(rule(line));
            }
            self.role(head, rules);
        }
        self.objects
    }

    fn role(&mut self, head: &str, rules: Vec<PolicyRule>) {
        let mut words = head.split(' ');
        let name = words.next().unwrap_or_default();
        if let Some((namespace, name)) = name.split_once('/') {
            self.objects.push(Object::from(Role {
                metadata: metadata(name, namespace),
                rules: Some(rules),
            }));
            return;
        }
        let account = name.strip_prefix('~');
        let name = account.map_or_else(|| name.to_owned(), |a| format!("{CONTROLLER}{a}"));
        let mut role = ClusterRole {
            metadata: metadata(&name, ""),
            rules: (!rules.is_empty()).then_some(rules),
            ..ClusterRole::default()
        };
        for word in words {
            let label = format!("{AGGREGATE_TO}{}", &word[1..]);
            if word.starts_with('+') {
                let labels = role.metadata.labels.get_or_insert_default();
                labels.insert(label, "true".to_owned());
            } else {
                let selector = LabelSelector {
                    match_labels: Some(BTreeMap::from([(label, "true".to_owned())])),
                    ..LabelSelector::default()
                };
                role.aggregation_rule = Some(AggregationRule {
                    cluster_role_selectors: Some(vec![selector]),
                });
            }
        }
        self.objects.push(role.into());
        if let Some(account) = account {
            self.binding(&format!("{name} S:{account}"));
        }
    }

    fn binding(&mut self, line: &str) {
        let mut words = line.split(' ');
        let place = words.next().unwrap_or_default();
        let (namespace, name) = place.split_once('/').unwrap_or(("", place));
        let kind = if namespace.is_empty() {
            "ClusterRole"
        } else {
            "Role"
        };
        let mut role_ref = RoleRef {
            api_group: GROUP.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
        };
        let mut subjects = Vec::new();
        for word in words {
            match word.split_once(':') {
                Some(("R", role)) => role_ref.name = role.to_owned(),
                Some((kind, name)) => subjects.push(subject(kind, name)),
                None => {}
            }
        }
        let (metadata, subjects) = (metadata(name, namespace), Some(subjects));
        self.objects.push(if namespace.is_empty() {
            let binding = ClusterRoleBinding {
                metadata,
                role_ref,
                subjects,
            };
            binding.into()
        } else {
            let binding = RoleBinding {
                metadata,
                role_ref,
                subjects,
            };
            binding.into()
        });
    }
}

fn metadata(name: &str, namespace: &str) -> ObjectMeta {
    let pair = |key: &str, value: &str| Some(BTreeMap::from([(key.to_owned(), value.to_owned())]));
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
        labels: pair("kubernetes.io/bootstrapping", "rbac-defaults"),
        annotations: pair("rbac.authorization.kubernetes.io/autoupdate", "true"),
        ..ObjectMeta::default()
    }
}

fn subject(kind: &str, name: &str) -> Subject {
    let (kind, namespace, group) = match kind {
        "S" => ("ServiceAccount", Some("kube-system".to_owned()), None),
        "G" => ("Group", None, Some(GROUP.to_owned())),
        _ => ("User", None, Some(GROUP.to_owned())),
    };
    Subject {
        kind: kind.to_owned(),
        name: name.to_owned(),
        namespace,
        api_group: group,
    }
}

fn rule(line: &str) -> PolicyRule {
    let mut words = line.split(' ').skip(1);
    let mut word = || words.next().unwrap_or_default();
    let verb_word = word();
    if verb_word == "@" {
        return rule(" cpu -+events. events");
    }
    let (verbs, groups) = (verbs(verb_word), word());
    let owned = |texts: &[&str]| Some(texts.iter().map(|t| (*t).to_owned()).collect());
    let rest: Vec<&str> = words.collect();
    if groups == "/" {
        return PolicyRule {
            non_resource_urls: owned(&rest),
            verbs,
            ..PolicyRule::default()
        };
    }
    let names: Vec<&str> = rest.iter().filter_map(|w| w.strip_prefix('=')).collect();
    let resources = &rest[..rest.len() - names.len()];
    let group = |group: &str| match group.strip_suffix('.') {
        Some(short) => format!("{short}.k8s.io"),
        None if group == "-" => String::new(),
        None => group.to_owned(),
    };
    PolicyRule {
        api_groups: Some(groups.split('+').map(group).collect()),
        resources: owned(resources),
        resource_names: if names.is_empty() {
            None
        } else {
            owned(&names)
        },
        verbs,
        ..PolicyRule::default()
    }
}

/// Verbs written as letters (`R` to read, `W` to write), or as words; in the order of the alphabet.
fn verbs(text: &str) -> Vec<String> {
    let mut verbs: Vec<String> = Vec::new();
    for part in text.split(',') {
        if !part.chars().all(|letter| "glwcupdDRW*".contains(letter)) {
            verbs.push(part.to_owned());
            continue;
        }
        for letter in part.chars() {
            let names: &[&str] = match letter {
                'g' => &["get"],
                'l' => &["list"],
                'w' => &["watch"],
                'c' => &["create"],
                'u' => &["update"],
                'p' => &["patch"],
                'd' => &["delete"],
                'D' => &["deletecollection"],
                'R' => &["get", "list", "watch"],
                'W' => &["create", "delete", "deletecollection", "patch", "update"],
                _ => &["*"],
            };
            verbs.extend(names.iter().map(|name| (*name).to_owned()));
        }
    }
    verbs.sort();
    verbs
}

#[cfg(test)]
mod tests;
