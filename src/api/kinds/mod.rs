//! Every kind that can be stored: the `kinds!` table. Add a kind: one file here, one line in the table.
//!
//! What is particular to a kind (defaults, validation, columns) is its implementation of [`Stored`], in its own file.
//!
//! The real thing: pkg/apis/*/register.go; pkg/registry/*/*/storage.
//! Left out: kinds outside the table are refused by name.

mod cells;
mod conditions;
mod config_map;
mod controller_revision;
mod cron_job;
mod csi_driver;
mod csi_node;
mod csi_storage_capacity;
mod custom_kind;
mod custom_object;
mod custom_resource_definition;
mod daemon_set;
mod deployment;
mod difference;
mod endpoint_slice;
mod endpoints;
mod event;
pub mod go;
mod go_template;
pub mod horizontal_pod_autoscaler;
mod ingress;
pub mod ingress_class;
mod int_or_percent;
mod ip_address;
mod job;
mod lease;
mod limit_range;
mod namespace;
mod network_policy;
mod node;
mod normal;
mod persistent_volume;
pub mod persistent_volume_claim;
mod pod;
mod pod_disruption_budget;
mod pod_template;
pub mod priority_class;
mod rbac;
mod replica_set;
mod replication_controller;
mod resource_names;
mod resource_quota;
mod secret;
mod selectors;
mod service;
mod service_account;
mod service_cidr;
mod stateful_set;
pub mod storage_class;
mod table;
#[cfg(test)]
mod tests;
pub mod views;
mod volume_attachment;
mod workload;

pub use custom_kind::{CustomKind, CustomNames};
pub use custom_object::CustomObject;
pub use custom_resource_definition::{
    CustomResourceDefinition, CustomResourceDefinitionVersion, DefinitionFacts, VersionFacts,
    approval_condition,
};
pub use pod::Pod;
pub use pod::ephemeral as ephemeral_containers;
pub use pod::resize as pod_resize;
use table::{kinds, stored};
pub(in crate::api) use workload::say_empty_selector;

use super::decode::{Decoded, Flaw, decode};
use super::field::FieldError;
use super::time::Ms;
use super::{Key, Name};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;
use std::sync::Arc;

/// What the rest of the model knows of a kind without knowing its fields.
#[derive(Debug)]
pub struct KindInfo {
    /// The kind.
    pub kind: Kind,
    /// As `kind:` spells it: `Deployment`.
    pub name: &'static str,
    /// `apps`, or empty for the core group.
    pub group: &'static str,
    /// `v1`; empty for a custom kind, which may have several (the object knows its own).
    pub version: &'static str,
    /// As `apiVersion:` spells it: `apps/v1`; for a custom kind the group alone.
    pub api_version: &'static str,
    /// As URLs spell it: `deployments`.
    pub plural: &'static str,
    /// `deployment`.
    pub singular: &'static str,
    /// What kubectl also accepts: `deploy`.
    pub short_names: &'static [&'static str],
    /// Groups of kinds: `all`.
    pub categories: &'static [&'static str],
    /// Does it live in namespaces?
    pub namespaced: bool,
    /// See [`Stored::VERBS`].
    pub verbs: &'static [&'static str],
    /// See [`Stored::SUBRESOURCES`].
    pub subresources: &'static [SubresourceInfo],
}

/// What may be done with most kinds, as discovery and RBAC spell it.
pub const ALL_VERBS: &[&str] = &[
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
];

/// A subresource that a kind has besides `status` and `scale`, which follow from its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubresourceInfo {
    /// As URLs spell it, after the object's name: `eviction`.
    pub name: &'static str,
    /// The API group of what is sent there; often not the kind's own: `policy`.
    pub group: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Its kind: `Eviction`.
    pub kind: &'static str,
    /// What may be done with it: `create`.
    pub verbs: &'static [&'static str],
}

impl SubresourceInfo {
    /// What is handed on to whoever is behind the object.
    pub(crate) const fn proxy(kind: &'static str) -> Self {
        Self {
            name: "proxy",
            group: "",
            version: "v1",
            kind,
            verbs: &["create", "delete", "get", "patch", "update"],
        }
    }
}

impl KindInfo {
    /// As messages name the resource: `pods`, `deployments.apps`.
    #[must_use]
    pub fn resource(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }
}

/// A column of `kubectl get`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The heading, as the API server's table names it: `Up-to-date`. Printers upper-case it.
    pub name: &'static str,
    /// Shown only with `-o wide`.
    pub wide: bool,
    /// Are its cells whole numbers?
    pub is_number: bool,
}

/// How many replicas a scalable object wants and has, as `autoscaling/v1`'s Scale shows it for every such kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    /// `spec.replicas`: how many there should be.
    pub wanted: i32,
    /// `status.replicas`: how many there are.
    pub is: i32,
    /// `status.selector`: which pods are counted, as text.
    pub selector: String,
}

/// A kind of object that the API server stores. Implemented for k8s-openapi's types, each in its own file.
///
/// Kubernetes' types are read and written by way of [`Typed`](super::typed::Typed), never with serde: its code would be compiled for every
/// type, and be the largest part of the page. serde is here for tests.
///
/// Fields are not touched by any method but `set_defaults`, `prepare_create` and `prepare_update`.
pub trait Stored:
    k8s_openapi::Metadata<Ty = ObjectMeta>
    + Clone
    + PartialEq
    + Default
    + std::fmt::Debug
    + serde::Serialize
    + serde::de::DeserializeOwned
    + super::typed::Typed
    + Into<Object>
    + Send
    + Sync
    + 'static
{
    /// Its kind.
    const STORED_AS: Kind;

    /// The object inside, if it is of this kind.
    fn of(object: &Object) -> Option<&Self>;

    /// The object inside, to be changed (copied first if anyone else holds it), if it is of this kind.
    fn of_mut(object: &mut Object) -> Option<&mut Self>;

    /// Fills in what the author left out, as the API server does before validation. The real thing: pkg/apis/*/v1/defaults.go.
    fn set_defaults(&mut self) {}

    /// Clears what a client may not set at creation and sets what the server sets: status, generation. The real thing: `PrepareForCreate` of the kind's strategy.
    fn prepare_create(&mut self) {}

    /// Carries over what an update may not change (status, generation) and raises the generation if the spec changed. The real thing: `PrepareForUpdate`.
    fn prepare_update(&mut self, _old: &Self) {}

    /// Like `prepare_update` for the status subresource: only the status may differ. The real thing: the status strategy's `PrepareForUpdate`.
    fn prepare_status_update(&mut self, old: &Self) {
        *self = old.clone();
    }

    /// Everything wrong with a new object, in upstream's order. The metadata is checked by the caller.
    fn validate(&self) -> Vec<FieldError> {
        Vec::new()
    }

    /// Everything wrong with replacing `old` by this; `validate` included where upstream's update validation includes it.
    fn validate_update(&self, _old: &Self) -> Vec<FieldError> {
        self.validate()
    }

    /// Everything wrong with replacing `old` by this through the status subresource.
    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        Vec::new()
    }

    /// Is the name one that this kind may have? Most may be DNS subdomains. Returns the detail of the field error.
    fn validate_name(name: &str) -> Option<String> {
        super::kinds::names::dns_subdomain(name)
    }

    /// The columns of `kubectl get`, after NAME (see [`Stored::NAME_FIRST`]). The real thing: pkg/printers/internalversion/printers.go.
    fn columns() -> &'static [Column];

    /// The cells of one row, one per column.
    fn row(&self, now_ms: Ms) -> Vec<String>;

    /// What may be done with it. Only namespaces cannot be deleted as a collection.
    const VERBS: &'static [&'static str] = ALL_VERBS;

    /// Its subresources besides `status` and `scale`, in alphabetical order. The real thing: pkg/registry/*/rest/storage_*.go.
    const SUBRESOURCES: &'static [SubresourceInfo] = &[];

    /// What stands under NAME, where that is more than the name: the default StorageClass says that it is.
    fn name_cell(&self) -> String {
        self.metadata().name.clone().unwrap_or_default()
    }

    /// Does NAME stand first in a row? Only Events begin otherwise and show their name last, and only when wide.
    const NAME_FIRST: bool = true;

    /// Who would act on such objects, if KubeLoop does not run it yet: `job controller`.
    const UNSIMULATED: Option<&'static str> = None;

    /// Must an update name the revision that it started from? The real thing: `AllowUnconditionalUpdate` of the kind's strategy.
    const REVISION_REQUIRED: bool = false;

    /// Are its dependents left alone when it is deleted without a word about them? The real thing: `DefaultGarbageCollectionPolicy`.
    const ORPHANS_DEPENDENTS: bool = false;

    /// What the `scale` subresource shows; `None` for kinds that have none. The real thing: `ScaleREST` of the kind's storage.
    fn scale(&self) -> Option<Scale> {
        None
    }

    /// Sets the wanted number of replicas, for kinds that have a scale.
    fn set_replicas(&mut self, _replicas: i32) {}

    /// What the server says to the author of a new object (`old` is `None`) or of a changed one, though it accepts it. The real thing:
    /// `WarningsOnCreate` and `WarningsOnUpdate`.
    fn warnings(&self, _old: Option<&Self>) -> Vec<String> {
        Vec::new()
    }

    /// The refusal of a field selector that names a field which there is not.
    fn no_such_field(field: &str) -> String {
        format!("field label not supported: {field}")
    }

    /// A field that `--field-selector` may name, beyond `metadata.name` and `metadata.namespace`; `None` if there is no such field.
    fn selectable_field(&self, _path: &str) -> Option<String> {
        None
    }

    /// The fields that [`Stored::selectable_field`] knows.
    fn selectable_fields() -> &'static [&'static str] {
        &[]
    }
}

pub mod names;

use k8s_openapi::api::{
    apps::v1 as apps, autoscaling::v2 as autoscaling, batch::v1 as batch,
    coordination::v1 as coordination, core::v1 as core, discovery::v1 as discovery,
    networking::v1 as networking, policy::v1 as policy, rbac::v1 as rbac_v1,
    scheduling::v1 as scheduling, storage::v1 as storage,
};

kinds! {
    Namespace, core::Namespace, "", "namespaces", "namespace", ["ns"], [], false;
    Node, core::Node, "", "nodes", "node", ["no"], [], false;
    Pod, Pod, "", "pods", "pod", ["po"], ["all"], true;
    Service, core::Service, "", "services", "service", ["svc"], ["all"], true;
    Endpoints, core::Endpoints, "", "endpoints", "endpoints", ["ep"], [], true;
    EndpointSlice, discovery::EndpointSlice, "discovery.k8s.io", "endpointslices", "endpointslice", [], [], true;
    ConfigMap, core::ConfigMap, "", "configmaps", "configmap", ["cm"], [], true;
    Secret, core::Secret, "", "secrets", "secret", [], [], true;
    ServiceAccount, core::ServiceAccount, "", "serviceaccounts", "serviceaccount", ["sa"], [], true;
    Event, core::Event, "", "events", "event", ["ev"], [], true;
    Lease, coordination::Lease, "coordination.k8s.io", "leases", "lease", [], [], true;
    Deployment, apps::Deployment, "apps", "deployments", "deployment", ["deploy"], ["all"], true;
    ReplicaSet, apps::ReplicaSet, "apps", "replicasets", "replicaset", ["rs"], ["all"], true;
    PersistentVolume, core::PersistentVolume, "", "persistentvolumes", "persistentvolume", ["pv"], [], false;
    PersistentVolumeClaim, core::PersistentVolumeClaim, "", "persistentvolumeclaims", "persistentvolumeclaim", ["pvc"], [], true;
    LimitRange, core::LimitRange, "", "limitranges", "limitrange", ["limits"], [], true;
    ResourceQuota, core::ResourceQuota, "", "resourcequotas", "resourcequota", ["quota"], [], true;
    Ingress, networking::Ingress, "networking.k8s.io", "ingresses", "ingress", ["ing"], [], true;
    IngressClass, networking::IngressClass, "networking.k8s.io", "ingressclasses", "ingressclass", [], [], false;
    NetworkPolicy, networking::NetworkPolicy, "networking.k8s.io", "networkpolicies", "networkpolicy", ["netpol"], [], true;
    IPAddress, networking::IPAddress, "networking.k8s.io", "ipaddresses", "ipaddress", ["ip"], [], false;
    ServiceCIDR, networking::ServiceCIDR, "networking.k8s.io", "servicecidrs", "servicecidr", [], [], false;
    StorageClass, storage::StorageClass, "storage.k8s.io", "storageclasses", "storageclass", ["sc"], [], false;
    VolumeAttachment, storage::VolumeAttachment, "storage.k8s.io", "volumeattachments", "volumeattachment", [], [], false;
    CSIDriver, storage::CSIDriver, "storage.k8s.io", "csidrivers", "csidriver", [], [], false;
    CSINode, storage::CSINode, "storage.k8s.io", "csinodes", "csinode", [], [], false;
    CSIStorageCapacity, storage::CSIStorageCapacity, "storage.k8s.io", "csistoragecapacities", "csistoragecapacity", [], [], true;
    PriorityClass, scheduling::PriorityClass, "scheduling.k8s.io", "priorityclasses", "priorityclass", ["pc"], [], false;
    Role, rbac_v1::Role, "rbac.authorization.k8s.io", "roles", "role", [], [], true;
    RoleBinding, rbac_v1::RoleBinding, "rbac.authorization.k8s.io", "rolebindings", "rolebinding", [], [], true;
    ClusterRole, rbac_v1::ClusterRole, "rbac.authorization.k8s.io", "clusterroles", "clusterrole", [], [], false;
    ClusterRoleBinding, rbac_v1::ClusterRoleBinding, "rbac.authorization.k8s.io", "clusterrolebindings", "clusterrolebinding", [], [], false;
    StatefulSet, apps::StatefulSet, "apps", "statefulsets", "statefulset", ["sts"], ["all"], true;
    DaemonSet, apps::DaemonSet, "apps", "daemonsets", "daemonset", ["ds"], ["all"], true;
    ControllerRevision, apps::ControllerRevision, "apps", "controllerrevisions", "controllerrevision", [], [], true;
    Job, batch::Job, "batch", "jobs", "job", [], ["all"], true;
    CronJob, batch::CronJob, "batch", "cronjobs", "cronjob", ["cj"], ["all"], true;
    HorizontalPodAutoscaler, autoscaling::HorizontalPodAutoscaler, "autoscaling", "horizontalpodautoscalers", "horizontalpodautoscaler", ["hpa"], ["all"], true;
    PodDisruptionBudget, policy::PodDisruptionBudget, "policy", "poddisruptionbudgets", "poddisruptionbudget", ["pdb"], [], true;
    PodTemplate, core::PodTemplate, "", "podtemplates", "podtemplate", [], [], true;
    ReplicationController, core::ReplicationController, "", "replicationcontrollers", "replicationcontroller", ["rc"], ["all"], true;
    CustomResourceDefinition, CustomResourceDefinition, "apiextensions.k8s.io", "customresourcedefinitions", "customresourcedefinition", ["crd", "crds"], ["api-extensions"], false;
}

impl Kind {
    /// The kind of this `apiVersion` and `kind`.
    #[must_use]
    pub fn of(api_version: &str, kind: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|k| k.info().name == kind && k.info().api_version == api_version)
    }

    /// The kind that kubectl means by a plural, singular or short name, in any case, with or without `.group` or `.version.group`.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (bare, rest) = lower.split_once('.').unwrap_or((&lower, ""));
        Self::ALL.iter().copied().find(|k| {
            let info = k.info();
            let is_meant =
                [info.plural, info.singular].contains(&bare) || info.short_names.contains(&bare);
            let place = rest.strip_prefix(info.version);
            let place = place.and_then(|place| place.strip_prefix('.'));
            is_meant && (rest.is_empty() || rest == info.group || place == Some(info.group))
        })
    }
}

impl std::fmt::Debug for Object {
    /// As its JSON.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.to_json().fmt(f)
    }
}

impl serde::Serialize for Object {
    /// As its JSON, with `apiVersion` and `kind`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Object {
    /// From its JSON; `apiVersion` and `kind` say which kind it is.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let value = Value::deserialize(deserializer)?;
        let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
        let kind = Kind::of(text("apiVersion"), text("kind"));
        let kind = kind.ok_or_else(|| {
            D::Error::custom(format!(
                "no kind {:?} in {:?}",
                text("kind"),
                text("apiVersion")
            ))
        })?;
        let Decoded { object, problems } = decode(kind, &value);
        match problems.iter().find(|p| p.flaw == Flaw::WrongType) {
            Some(problem) => Err(D::Error::custom(&problem.message)),
            None => Ok(object),
        }
    }
}

impl Object {
    /// The typed object inside, if it is a `T`.
    #[must_use]
    pub fn get<T: Stored>(&self) -> Option<&T> {
        T::of(self)
    }

    /// Its place in the store.
    #[must_use]
    pub fn key(&self) -> Key {
        Key::new(self.kind(), self.namespace(), self.name())
    }

    /// Its name; empty if it has none yet.
    #[must_use]
    pub fn name(&self) -> Name {
        super::owner::name_of(self.metadata())
    }

    /// Its namespace; empty if it has none.
    #[must_use]
    pub fn namespace(&self) -> Name {
        super::owner::namespace_of(self.metadata())
    }

    /// The revision of its last change, as its `resourceVersion` says; 0 if it was never stored.
    #[must_use]
    pub fn revision(&self) -> super::Revision {
        self.metadata()
            .resource_version
            .as_deref()
            .and_then(|v| v.parse().ok())
            .unwrap_or(0)
    }
}
