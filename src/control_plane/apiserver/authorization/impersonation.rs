//! Acting as someone else (`kubectl --as`): who may, and who one is then.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/filters/impersonation.go.

use super::{Attributes, Resource, Verdict, authorize, forbidden};
use crate::api::identity::{ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, service_account};
use crate::api::{Caller, Identity, Name, Snapshot, Status};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What the `Impersonate-*` headers say.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Impersonation {
    /// `Impersonate-User`.
    pub user: Name,
    /// `Impersonate-Group`, once for each.
    pub groups: Vec<Name>,
    /// `Impersonate-Uid`.
    pub uid: Name,
    /// `Impersonate-Extra-…`, by the rest of the header's name in small letters.
    pub extra: BTreeMap<String, Vec<String>>,
}

impl Impersonation {
    /// The identity that the caller takes on, if they may take on every part of it.
    ///
    /// # Errors
    /// 500 if no user is given; 403 for the first part that the caller may not take on.
    pub fn assume(&self, caller: &Caller<'_>, snapshot: &Snapshot) -> Result<Identity, Status> {
        if let Some(why) = self.names_nobody() {
            return Err(Status::new(crate::api::Reason::InternalError, why));
        }
        for resource in self.parts() {
            let attributes = Attributes::resource("impersonate", resource);
            if let Verdict::Denied(why) = authorize(caller, &attributes, snapshot) {
                return Err(forbidden(caller, &attributes, &why));
            }
        }
        Ok(self.identity())
    }

    /// Why this cannot be answered at all: parts of an identity without a user. Each part is told as Go prints a `v1.ObjectReference`.
    #[must_use]
    pub fn names_nobody(&self) -> Option<String> {
        if !self.user.is_empty() {
            return None;
        }
        const API_VERSION: &str = "authentication.k8s.io/v1";
        let part = |kind, name: &str, version, field: &str| {
            format!("{{{kind}  {name}  {version}  {field}}}")
        };
        let groups = self.groups.iter().map(|name| part("Group", name, "", ""));
        let mut parts: Vec<String> = groups.collect();
        for (key, values) in &self.extra {
            let values = values.iter();
            parts.extend(values.map(|value| part("UserExtra", value, API_VERSION, key)));
        }
        if !self.uid.is_empty() {
            parts.push(part("UID", &self.uid, API_VERSION, ""));
        }
        let parts = parts.join(" ");
        Some(format!("requested [{parts}] without impersonating a user"))
    }

    /// One question for every part.
    fn parts(&self) -> Vec<Resource<'_>> {
        let core = |resource, namespace, name| Resource {
            resource,
            namespace,
            name: Cow::Borrowed(name),
            ..Resource::default()
        };
        let authentication = |resource, subresource, name| Resource {
            group: "authentication.k8s.io",
            resource,
            subresource,
            name: Cow::Borrowed(name),
            ..Resource::default()
        };
        let mut parts = vec![match service_account(&self.user) {
            Some((namespace, name)) => core("serviceaccounts", namespace, name),
            None => core("users", "", self.user.as_str()),
        }];
        parts.extend(
            self.groups
                .iter()
                .map(|group| core("groups", "", group.as_str())),
        );
        for (key, values) in &self.extra {
            let values = values.iter();
            parts.extend(
                values.map(|value| authentication("userextras", key.as_str(), value.as_str())),
            );
        }
        if !self.uid.is_empty() {
            parts.push(authentication("uids", "", self.uid.as_str()));
        }
        parts
    }

    fn identity(&self) -> Identity {
        let mut groups = self.groups.clone();
        if groups.is_empty()
            && let Some((namespace, _)) = service_account(&self.user)
        {
            groups.push("system:serviceaccounts".into());
            groups.push(format!("system:serviceaccounts:{namespace}").into());
        }
        let general = if self.user == ANONYMOUS {
            UNAUTHENTICATED
        } else {
            AUTHENTICATED
        };
        let said = [UNAUTHENTICATED, AUTHENTICATED];
        if !groups.iter().any(|group| said.contains(&group.as_str())) {
            groups.push(general.into());
        }
        Identity {
            groups,
            uid: self.uid.clone(),
            extra: self.extra.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use serde_json::json;

    fn store() -> Snapshot {
        let mut snapshot = Snapshot::default();
        let rules = json!([
            {"apiGroups": [""], "resources": ["users", "groups"], "verbs": ["impersonate"], "resourceNames": ["joe", "devs"]},
            {"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["impersonate"]},
            {"apiGroups": ["authentication.k8s.io"], "resources": ["userextras/scopes"], "verbs": ["impersonate"]},
        ]);
        for (kind, document) in [
            (
                Kind::ClusterRole,
                json!({"metadata": {"name": "r"}, "rules": rules}),
            ),
            (
                Kind::ClusterRoleBinding,
                json!({"metadata": {"name": "b"}, "roleRef": {"kind": "ClusterRole", "name": "r"}, "subjects": [{"kind": "User", "name": "jane"}]}),
            ),
        ] {
            let object = kind.deserialize(document).expect("an object");
            snapshot.table_mut(kind).insert(object);
        }
        snapshot
    }

    fn assume(
        asker: &str,
        user: &str,
        groups: &[&str],
        uid: &str,
        scope: &str,
    ) -> Result<String, String> {
        let mut headers = Impersonation {
            user: user.into(),
            groups: groups.iter().map(|group| (*group).into()).collect(),
            uid: uid.into(),
            ..Impersonation::default()
        };
        if !scope.is_empty() {
            headers
                .extra
                .insert("scopes".to_owned(), vec![scope.to_owned()]);
        }
        let identity = headers.assume(&Caller::named(asker), &store());
        identity.map(|i| i.groups.join(" ")).map_err(|s| s.message)
    }

    #[test]
    fn one_acts_as_someone_else_with_the_right_to() {
        let cases: &[(&str, &str, &[&str], &str, &str, Result<&str, &str>)] = &[
            ("jane", "joe", &[], "", "", Ok("system:authenticated")),
            (
                "jane",
                "joe",
                &["devs"],
                "",
                "view",
                Ok("devs system:authenticated"),
            ),
            (
                "jane",
                "system:serviceaccount:ci:bot",
                &[],
                "",
                "",
                Ok("system:serviceaccounts system:serviceaccounts:ci system:authenticated"),
            ),
            (
                "kubernetes-admin",
                "system:anonymous",
                &[],
                "",
                "",
                Ok("system:unauthenticated"),
            ),
            (
                "kubernetes-admin",
                "kubernetes-admin",
                &[],
                "7",
                "",
                Ok("system:authenticated"),
            ),
            (
                "jane",
                "max",
                &[],
                "",
                "",
                Err(
                    r#"users "max" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope"#,
                ),
            ),
            (
                "jane",
                "",
                &["devs", "ops"],
                "7",
                "view",
                Err(
                    "requested [{Group  devs    } {Group  ops    } {UserExtra  view  authentication.k8s.io/v1  scopes} {UID  7  authentication.k8s.io/v1  }] without impersonating a user",
                ),
            ),
            (
                "jane",
                "joe",
                &["system:masters"],
                "",
                "",
                Err(
                    r#"groups "system:masters" is forbidden: User "jane" cannot impersonate resource "groups" in API group "" at the cluster scope"#,
                ),
            ),
            (
                "jane",
                "joe",
                &[],
                "7",
                "",
                Err(
                    r#"uids.authentication.k8s.io "7" is forbidden: User "jane" cannot impersonate resource "uids" in API group "authentication.k8s.io" at the cluster scope"#,
                ),
            ),
            (
                "joe",
                "system:serviceaccount:ci:bot",
                &[],
                "",
                "",
                Err(
                    r#"serviceaccounts "bot" is forbidden: User "joe" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ci""#,
                ),
            ),
        ];
        for (asker, user, groups, uid, scope, want) in cases {
            let got = assume(asker, user, groups, uid, scope);
            assert_eq!(
                got.as_deref().map_err(String::as_str),
                *want,
                "{asker} as {user}"
            );
        }
    }
}
