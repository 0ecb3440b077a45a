//! Who is asking, beyond the name: groups, uid and what else an authenticator knows.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/authentication/user/user.go, pkg/serviceaccount/util.go, authentication/group/authenticated_group_adder.go.
//! Left out: client certificates; a name says which groups its bearer is in, unless the request brings an identity of its own.

use super::Name;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The group that may do everything.
pub const MASTERS: &str = "system:masters";
/// The group of everyone who has said who they are.
pub const AUTHENTICATED: &str = "system:authenticated";
/// The group of those who have not.
pub const UNAUTHENTICATED: &str = "system:unauthenticated";
/// The group of the kubelets.
pub const NODES: &str = "system:nodes";
/// The name of those who have not said who they are.
pub const ANONYMOUS: &str = "system:anonymous";
/// What the name of a kubelet begins with; the node's name follows.
pub const NODE_PREFIX: &str = "system:node:";
/// What the name of a service account begins with; namespace and name follow.
pub const SERVICE_ACCOUNT_PREFIX: &str = "system:serviceaccount:";
/// The group of all service accounts, and with `:` and a namespace that of a namespace's.
pub const SERVICE_ACCOUNTS: &str = "system:serviceaccounts";

/// Who is in [`MASTERS`] by name: the administrator's certificate and the API server's own loopback client.
const PRIVILEGED: [&str; 2] = ["kubernetes-admin", "system:apiserver"];

/// What is known of a user besides the name.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// The groups that the user is in, in the order in which the authenticator names them.
    pub groups: Vec<Name>,
    /// What tells apart two users of one name, one after the other; empty for most.
    #[serde(skip_serializing_if = "Name::is_empty")]
    pub uid: Name,
    /// What else the authenticator knows, such as the pod that a token is bound to.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, Vec<String>>,
}

impl Identity {
    /// What upstream's authenticators know of a user of this name.
    #[must_use]
    pub fn implied(user: &str) -> Self {
        let mut groups = Vec::with_capacity(3);
        if user == ANONYMOUS {
            groups.push(Name::new_static(UNAUTHENTICATED));
        } else {
            if PRIVILEGED.contains(&user) {
                groups.push(Name::new_static(MASTERS));
            } else if user.starts_with(NODE_PREFIX) {
                groups.push(Name::new_static(NODES));
            } else if let Some((namespace, _)) = service_account(user) {
                groups.push(Name::new_static(SERVICE_ACCOUNTS));
                groups.push(format!("{SERVICE_ACCOUNTS}:{namespace}").into());
            }
            groups.push(Name::new_static(AUTHENTICATED));
        }
        Self {
            groups,
            ..Self::default()
        }
    }

    /// Is the user in this group?
    #[must_use]
    pub fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|g| g == group)
    }
}

/// A user as the authorizer sees it: the name with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller<'a> {
    /// The name.
    pub name: &'a str,
    /// Groups, uid and the rest.
    pub identity: Cow<'a, Identity>,
}

impl<'a> Caller<'a> {
    /// A user of whom only the name is known.
    #[must_use]
    pub fn named(name: &'a str) -> Self {
        Self {
            name,
            identity: Cow::Owned(Identity::implied(name)),
        }
    }
}

/// The namespace and the name of the service account whose user name this is.
#[must_use]
pub fn service_account(user: &str) -> Option<(&str, &str)> {
    let (namespace, name) = user.strip_prefix(SERVICE_ACCOUNT_PREFIX)?.split_once(':')?;
    let whole = !namespace.is_empty() && !name.is_empty() && !name.contains(':');
    whole.then_some((namespace, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_groups() {
        for (user, want) in [
            ("jane", "system:authenticated"),
            ("kubernetes-admin", "system:masters system:authenticated"),
            ("system:apiserver", "system:masters system:authenticated"),
            ("system:anonymous", "system:unauthenticated"),
            ("system:node:n1", "system:nodes system:authenticated"),
            ("system:kube-scheduler", "system:authenticated"),
            (
                "system:serviceaccount:ci:bot",
                "system:serviceaccounts system:serviceaccounts:ci system:authenticated",
            ),
            ("system:serviceaccount:ci", "system:authenticated"),
            ("system:serviceaccount:ci:", "system:authenticated"),
        ] {
            assert_eq!(Identity::implied(user).groups.join(" "), want, "{user}");
        }
    }

    #[test]
    fn an_identity_is_read_as_it_is_written() {
        let identity = Identity {
            uid: "42".into(),
            ..Identity::implied("jane")
        };
        let text = serde_json::to_string(&identity).expect("plain data");
        assert_eq!(text, r#"{"groups":["system:authenticated"],"uid":"42"}"#);
        let back: Identity = serde_json::from_str(&text).expect("its own output");
        assert_eq!(back, identity);
    }
}
