//! Admission: what is refused, and what is added, after a request was understood. One file per plugin; add one: its file, its `mod` line,
//! its line in [`ALL`].
//!
//! A plugin may change the object before it is validated ([`Plugin::admit`]), and refuse it before it is stored ([`Plugin::validate`]).
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/admission/{interfaces,chain}.go, pkg/kubeapiserver/options/plugins.go (`AllOrderedPlugins`).
//! Left out: the plugins RuntimeClass, CertificateApproval, CertificateSigning, CertificateSubjectRestriction,
//! ClusterTrustBundleAttest, webhooks and admission policies, and those that are off by default.

mod default_ingress_class;
mod default_storage_class;
mod default_toleration_seconds;
mod limit_ranger;
mod namespace_lifecycle;
mod node_restriction;
mod persistent_volume_claim_resize;
mod pod_security;
mod priority;
mod resource_quota;
mod service_account;
mod storage_object_in_use_protection;
mod taint_nodes_by_condition;
#[cfg(test)]
mod testing;

use super::Call;
use crate::api::{Kind, Name, Object, Snapshot, Status, Stored, Subresource, time};
use std::cmp::Reverse;

/// Every plugin that is on by default, in the order in which they are asked.
static ALL: &[&dyn Plugin] = &[
    &namespace_lifecycle::NamespaceLifecycle,
    &limit_ranger::LimitRanger,
    &service_account::ServiceAccount,
    &node_restriction::NodeRestriction,
    &taint_nodes_by_condition::TaintNodesByCondition,
    &pod_security::PodSecurity,
    &priority::Priority,
    &default_toleration_seconds::DefaultTolerationSeconds,
    &default_storage_class::DefaultStorageClass,
    &storage_object_in_use_protection::StorageObjectInUseProtection,
    &persistent_volume_claim_resize::PersistentVolumeClaimResize,
    &default_ingress_class::DefaultIngressClass,
    &resource_quota::ResourceQuota,
];

/// What is to be done to the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Make it.
    Create,
    /// Replace it, or change parts of it.
    Update,
    /// Remove it.
    Delete,
}

impl Operation {
    /// As messages spell it.
    fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// What a plugin may know about a request, besides the object in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attributes<'a> {
    /// What is to be done.
    pub(super) operation: Operation,
    /// To which part.
    pub(super) subresource: Option<Subresource>,
    /// Of what kind.
    pub(super) kind: Kind,
    /// Where; empty for kinds without namespaces.
    pub(super) namespace: &'a str,
    /// Its name; empty if it will be generated.
    pub(super) name: &'a str,
    /// The object as it was, for updates and deletions.
    pub(super) old: Option<&'a Object>,
    /// Who is asking.
    pub(super) user: &'a str,
}

impl Attributes<'_> {
    /// `pods "x" is forbidden: why`; an object without a name is called by what its name will begin with.
    fn forbidden(&self, object: Option<&Object>, why: &str) -> Status {
        let name = match object {
            _ if !self.name.is_empty() => self.name.into(),
            Some(object) => spoken_name(object),
            None => "Unknown".into(),
        };
        Status::forbidden(self.kind, &name, why)
    }

    /// Is an object of this kind to be made?
    fn creates(&self, kind: Kind) -> bool {
        let whole = self.subresource.is_none();
        self.operation == Operation::Create && self.kind == kind && whole
    }
}

fn spoken_name(object: &Object) -> Name {
    let name = object.name();
    if !name.is_empty() {
        return name;
    }
    let base = object.metadata().generate_name.as_deref();
    base.filter(|b| !b.is_empty()).unwrap_or("Unknown").into()
}

/// What a plugin may look at.
pub(super) struct World<'a> {
    /// What is stored.
    pub(super) head: &'a Snapshot,
    /// Chance, for names; what is taken from it here is given again to others.
    pub(super) rng: crate::component::Rng,
    /// Now.
    pub(super) now_ms: crate::api::time::Ms,
}

impl World<'_> {
    /// The name of the default among the classes of a kind: the youngest, and of several as young the first by name.
    fn default_class<T: Stored>(&self, is_default: impl Fn(&T) -> bool) -> Option<String> {
        let classes = self.head.table(T::STORED_AS).iter();
        let defaults = classes.filter(|class| T::of(class).is_some_and(&is_default));
        let youngest = defaults.min_by_key(|class| {
            let created = class.metadata().creation_timestamp.as_ref();
            (Reverse(created.map(time::ms)), class.name())
        });
        youngest.map(|class| class.name().to_string())
    }
}

/// A gate that every write passes.
pub(super) trait Plugin: Sync {
    /// Changes the object, or refuses it, before it is validated. There is no object in a deletion.
    fn admit(
        &self,
        _attributes: &Attributes<'_>,
        _object: &mut Object,
        _world: &World<'_>,
    ) -> Result<(), Status> {
        Ok(())
    }

    /// Refuses the finished object before it is stored. Returns what else must be stored with it: the quotas that it is charged to.
    fn validate(
        &self,
        _attributes: &Attributes<'_>,
        _object: Option<&Object>,
        _world: &World<'_>,
    ) -> Result<Vec<Object>, Status> {
        Ok(Vec::new())
    }

    /// What is to be said to the author of an object that may be stored.
    fn warnings(
        &self,
        _attributes: &Attributes<'_>,
        _object: &Object,
        _world: &World<'_>,
    ) -> Vec<String> {
        Vec::new()
    }
}

/// Asks all plugins to change the object as they see fit; the first refusal counts.
pub(super) fn admit(
    call: &Call<'_, '_>,
    operation: Operation,
    object: &mut Object,
    old: Option<&Object>,
) -> Result<(), Status> {
    let attributes = attributes(call, operation, object.kind(), &call.key().name, old);
    let world = world(call);
    ALL.iter()
        .try_for_each(|plugin| plugin.admit(&attributes, object, &world))
}

/// Asks all plugins whether the finished object may be stored; the first refusal counts. Returns what must be stored with it.
pub(super) fn validate(
    call: &Call<'_, '_>,
    operation: Operation,
    object: &Object,
    old: Option<&Object>,
) -> Result<Vec<Object>, Status> {
    let attributes = attributes(call, operation, object.kind(), &call.key().name, old);
    check(call, &attributes, Some(object))
}

/// What the plugins have to say to the author of an object that may be stored.
pub(super) fn warnings(
    call: &Call<'_, '_>,
    operation: Operation,
    object: &Object,
    old: Option<&Object>,
) -> Vec<String> {
    let attributes = attributes(call, operation, object.kind(), &call.key().name, old);
    let world = world(call);
    let all = ALL.iter();
    all.flat_map(|plugin| plugin.warnings(&attributes, object, &world))
        .collect()
}

/// Asks all plugins whether the object may be removed.
pub(super) fn validate_delete(call: &Call<'_, '_>, old: &Object) -> Result<(), Status> {
    let name = old.name();
    let attributes = attributes(call, Operation::Delete, old.kind(), &name, Some(old));
    check(call, &attributes, None).map(|_| ())
}

fn check(
    call: &Call<'_, '_>,
    attributes: &Attributes<'_>,
    object: Option<&Object>,
) -> Result<Vec<Object>, Status> {
    let world = world(call);
    let mut charged = Vec::new();
    for plugin in ALL {
        charged.extend(plugin.validate(attributes, object, &world)?);
    }
    Ok(charged)
}

fn attributes<'a>(
    call: &'a Call<'_, '_>,
    operation: Operation,
    kind: Kind,
    name: &'a str,
    old: Option<&'a Object>,
) -> Attributes<'a> {
    Attributes {
        operation,
        subresource: call.request.subresource,
        kind,
        namespace: &call.key().namespace,
        name,
        old,
        user: &call.request.user,
    }
}

fn world<'a>(call: &'a Call<'_, '_>) -> World<'a> {
    World {
        head: call.context.store.head(),
        rng: call.context.rng.clone(),
        now_ms: call.context.now_ms,
    }
}
