//! What is already known to be allowed, so that the same question is not answered twice.
//!
//! **Architecture invariant:** what is remembered follows from the store alone, so two clusters that differ only in it are equal.
//!
//! The real thing: nothing; upstream's kube-apiserver walks its informers' bindings for every request.

use super::Grant;
use crate::api::identity::NODE_PREFIX;
use crate::api::{Kind, Name, Request, Revision, Subresource};
use crate::control_plane::etcd::Store;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whatever changes one of these may change what anyone may do.
const DEPENDS_ON: [Kind; 4] = [
    Kind::ClusterRoleBinding,
    Kind::ClusterRole,
    Kind::RoleBinding,
    Kind::Role,
];

/// How many users are remembered; components are a few dozen.
const USERS_MAX: usize = 1000;

/// Remembers what each user may do in every namespace and to every name. Forgets all of it when a role or a binding changes.
#[derive(Clone, Debug, Default)]
pub struct Authorizer {
    /// The newest change of a role or binding when this was learnt.
    as_of: Revision,
    known: Arc<Known>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    /// What the kubelets may do, all alike.
    nodes: Vec<Right>,
    users: BTreeMap<Name, Vec<Right>>,
}

/// Verbs on a part of a kind.
#[derive(Clone, Copy, Debug)]
struct Right {
    kind: Kind,
    subresource: Option<Subresource>,
    /// One bit per verb.
    verbs: u16,
}

impl PartialEq for Authorizer {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Authorizer {
    /// Was the same asked before, of roles and bindings as they are now, and allowed?
    #[must_use]
    pub(super) fn knows(&mut self, request: &Request, store: &Store) -> bool {
        let newest = DEPENDS_ON.map(|kind| store.changed(kind)).into_iter().max();
        let newest = newest.unwrap_or_default();
        if newest != self.as_of {
            *self = Self {
                as_of: newest,
                known: Arc::default(),
            };
            return false;
        }
        if request.identity.is_some() {
            return false;
        }
        let rights = if request.user.starts_with(NODE_PREFIX) {
            &self.known.nodes
        } else {
            let Some(rights) = self.known.users.get(request.user.as_str()) else {
                return false;
            };
            rights
        };
        let verb = 1 << request.verb as u16;
        rights.iter().any(|right| {
            right.kind == request.key.kind
                && right.verbs & verb != 0
                && right.subresource == request.subresource
        })
    }

    /// Remembers a yes, if it holds in every namespace and for every name.
    pub(super) fn learn(&mut self, request: &Request, grant: &Grant<'_>) {
        if !grant.holds_everywhere() {
            return;
        }
        let known = Arc::make_mut(&mut self.known);
        let is_node = request.user.starts_with(NODE_PREFIX);
        let rights = match grant {
            Grant::Node { .. } => &mut known.nodes,
            // A kubelet that is allowed more than the others: rare enough to be asked anew.
            _ if is_node => return,
            _ => {
                if known.users.len() >= USERS_MAX {
                    known.users.clear();
                }
                known.users.entry(request.user.clone()).or_default()
            }
        };
        let verbs = 1 << request.verb as u16;
        let (kind, subresource) = (request.key.kind, request.subresource);
        let same = |right: &&mut Right| right.kind == kind && right.subresource == subresource;
        match rights.iter_mut().find(same) {
            Some(right) => right.verbs |= verbs,
            None => rights.push(Right {
                kind,
                subresource,
                verbs,
            }),
        }
    }
}
