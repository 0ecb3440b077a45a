//! The revisions of a Deployment: its ReplicaSets, and which of them is the one that it wants now.
//!
//! The real thing: kubectl's pkg/util/deployment/deployment.go.

use super::refusal::Refusal;
use super::{Accept, Call};
use crate::api::{Name, Request, Stored, selector};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::PodTemplateSpec;

/// The label that tells the pods of one revision from those of another.
pub(super) const HASH: &str = "pod-template-hash";

/// The annotation that counts revisions.
pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";

/// The annotation that says why a revision was made.
pub(super) const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// A Deployment's ReplicaSets.
#[derive(Debug, Default)]
pub(super) struct Revisions {
    /// What it had before.
    pub old: Vec<ReplicaSet>,
    /// What it wants now, if it was made already.
    pub new: Option<ReplicaSet>,
}

impl Revisions {
    /// Asks for them; `limit` is how many at once, 0 for all.
    pub(super) fn of(
        deployment: &Deployment,
        limit: u64,
        call: &mut Call<'_>,
    ) -> Result<Self, Refusal> {
        let namespace = deployment.metadata.namespace.clone().unwrap_or_default();
        let spec = deployment.spec.clone().unwrap_or_default();
        let kind = crate::api::Kind::ReplicaSet;
        let mut request = Request::list(kind, Name::from(namespace.as_str()));
        request.select.label_selector = selector::text(&spec.selector);
        request.select.limit = limit;
        let reply = match limit {
            0 => call.send_for(request, Accept::Typed)?,
            _ => crate::api::Reply::List(call.list(request, Accept::Typed)?),
        };
        let crate::api::Reply::List(list) = reply else {
            return Ok(Self::default());
        };
        let uid = deployment.metadata.uid.as_deref();
        let is_own = |set: &&ReplicaSet| {
            let owners = set.metadata.owner_references.iter().flatten();
            let mut controllers = owners.filter(|owner| owner.controller == Some(true));
            controllers.any(|owner| Some(owner.uid.as_str()) == uid)
        };
        let all = list.items.iter().filter_map(ReplicaSet::of);
        let mut old: Vec<ReplicaSet> = all.filter(is_own).cloned().collect();
        old.sort_by_key(|set| {
            let created = set.metadata.creation_timestamp.as_ref();
            (created.map(crate::api::time::ms), set.metadata.name.clone())
        });
        let wanted = |set: &&ReplicaSet| {
            let template = set.spec.as_ref().and_then(|spec| spec.template.as_ref());
            template.is_some_and(|template| are_same(template, &spec.template))
        };
        // Of several, the oldest is the one.
        let new = old.iter().find(wanted).cloned();
        old.retain(|set| Some(set) != new.as_ref());
        Ok(Self { old, new })
    }

    /// All of them, the one that is wanted now last.
    pub(super) fn all(&self) -> impl Iterator<Item = &ReplicaSet> {
        self.old.iter().chain(&self.new)
    }
}

/// Which revision is it? None, if nobody counted it.
pub(super) fn revision(set: &ReplicaSet) -> Option<i64> {
    let annotations = set.metadata.annotations.as_ref()?;
    annotations.get(REVISION)?.parse().ok()
}

/// Are they the same but for the hash?
pub(super) fn are_same(a: &PodTemplateSpec, b: &PodTemplateSpec) -> bool {
    without_hash(a) == without_hash(b)
}

/// The template without the hash among its labels.
pub(super) fn without_hash(template: &PodTemplateSpec) -> PodTemplateSpec {
    let mut template = template.clone();
    if let Some(labels) = template.metadata.as_mut().and_then(|m| m.labels.as_mut()) {
        labels.remove(HASH);
    }
    template
}
