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
        if self.user.is_empty() {
            return Err(Status::new(
                crate::api::Reason::InternalError,
                "requested impersonation without impersonating a user",
            ));
        }
        for resource in self.parts() {
            let attributes = Attributes::resource("impersonate", resource);
            if let Verdict::Denied(why) = authorize(caller, &attributes, snapshot) {
                return Err(forbidden(caller, &attributes, &why));
            }
        }
        Ok(self.identity())
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
