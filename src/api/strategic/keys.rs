//! Which lists strategic merge merges, and by which key: the one table for all kinds.
//!
//! Written from the published struct tags `patchStrategy` and `patchMergeKey`. What is not in the table is plain: maps merge, lists are replaced.
//!
//! The real thing: staging/src/k8s.io/api/{core,apps,batch,policy,discovery,coordination,networking,storage}/v1/types.go,
//! api/autoscaling/v2/types.go, apimachinery's metav1.ObjectMeta.

use crate::api::Kind;

/// How one field merges, and what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The Go type of the field's value or, for a list, of its entries; empty if nothing in it has a rule.
    pub inside: &'static str,
    /// For a list: how it merges.
    pub list: List,
    /// For an object: does the new one replace the old one (`replace`), instead of merging with it?
    pub replace: bool,
    /// Clear what the patch does not name (`retainKeys`): for fields of which one at a time may be set.
    pub retain_keys: bool,
}

/// How a list merges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// The new list replaces the old one.
    Replace,
    /// A list of plain values that is a set.
    Set,
    /// A list of objects that this key tells apart.
    By(&'static str),
}

const PLAIN: Rule = Rule {
    inside: "",
    list: List::Replace,
    replace: false,
    retain_keys: false,
};

const REPLACED: Rule = Rule {
    replace: true,
    ..PLAIN
};

/// The rule of a field of the Go type `owner`.
#[must_use]
pub fn rule(owner: &str, field: &str) -> Rule {
    if owner.is_empty() {
        return PLAIN;
    }
    let row = TABLE.iter().find(|(o, f, _)| *o == owner && *f == field);
    row.map_or(PLAIN, |(_, _, rule)| *rule)
}

/// The Go type at the root of a kind's objects.
#[must_use]
pub fn root(kind: Kind) -> &'static str {
    kind.info().name
}

const fn object(inside: &'static str) -> Rule {
    Rule { inside, ..PLAIN }
}

const fn by(key: &'static str, inside: &'static str) -> Rule {
    Rule {
        inside,
        list: List::By(key),
        ..PLAIN
    }
}

const fn retaining(rule: Rule) -> Rule {
    Rule {
        retain_keys: true,
        ..rule
    }
}

const SET: Rule = Rule {
    list: List::Set,
    ..PLAIN
};

const META: Rule = object("ObjectMeta");

const TABLE: &[(&str, &str, Rule)] = &[
    // Every kind.
    ("ClusterRole", "metadata", META),
    ("ClusterRoleBinding", "metadata", META),
    ("ConfigMap", "metadata", META),
    ("ControllerRevision", "metadata", META),
    ("CronJob", "metadata", META),
    ("DaemonSet", "metadata", META),
    ("Deployment", "metadata", META),
    ("EndpointSlice", "metadata", META),
    ("Endpoints", "metadata", META),
    ("Event", "metadata", META),
    ("HorizontalPodAutoscaler", "metadata", META),
    ("Job", "metadata", META),
    ("JobTemplateSpec", "metadata", META),
    ("Lease", "metadata", META),
    ("Namespace", "metadata", META),
    ("Node", "metadata", META),
    ("Pod", "metadata", META),
    ("PodDisruptionBudget", "metadata", META),
    ("PodTemplate", "metadata", META),
    ("PodTemplateSpec", "metadata", META),
    ("ReplicaSet", "metadata", META),
    ("Role", "metadata", META),
    ("RoleBinding", "metadata", META),
    ("ReplicationController", "metadata", META),
    ("CustomResourceDefinition", "metadata", META),
    ("Secret", "metadata", META),
    ("Service", "metadata", META),
    ("ServiceAccount", "metadata", META),
    ("CSIDriver", "metadata", META),
    ("CSINode", "metadata", META),
    ("CSIStorageCapacity", "metadata", META),
    ("IPAddress", "metadata", META),
    ("Ingress", "metadata", META),
    ("IngressClass", "metadata", META),
    ("LimitRange", "metadata", META),
    ("NetworkPolicy", "metadata", META),
    ("PersistentVolume", "metadata", META),
    ("PersistentVolumeClaim", "metadata", META),
    ("PriorityClass", "metadata", META),
    ("ResourceQuota", "metadata", META),
    ("ServiceCIDR", "metadata", META),
    ("StorageClass", "metadata", META),
    ("VolumeAttachment", "metadata", META),
    ("StatefulSet", "metadata", META),
    ("ObjectMeta", "ownerReferences", by("uid", "")),
    ("ObjectMeta", "finalizers", SET),
    // Specs and statuses.
    ("Deployment", "spec", object("DeploymentSpec")),
    ("Deployment", "status", object("DeploymentStatus")),
    ("DeploymentSpec", "template", object("PodTemplateSpec")),
    ("DeploymentSpec", "strategy", retaining(object(""))),
    ("DeploymentStatus", "conditions", by("type", "")),
    ("ReplicaSet", "spec", object("ReplicaSetSpec")),
    ("ReplicaSet", "status", object("ReplicaSetStatus")),
    ("ReplicaSetSpec", "template", object("PodTemplateSpec")),
    ("ReplicaSetStatus", "conditions", by("type", "")),
    ("StatefulSet", "spec", object("StatefulSetSpec")),
    ("StatefulSet", "status", object("StatefulSetStatus")),
    ("StatefulSetSpec", "template", object("PodTemplateSpec")),
    ("StatefulSetStatus", "conditions", by("type", "")),
    ("DaemonSet", "spec", object("DaemonSetSpec")),
    ("DaemonSet", "status", object("DaemonSetStatus")),
    ("DaemonSetSpec", "template", object("PodTemplateSpec")),
    ("DaemonSetStatus", "conditions", by("type", "")),
    (
        "ReplicationController",
        "spec",
        object("ReplicationControllerSpec"),
    ),
    (
        "ReplicationController",
        "status",
        object("ReplicationControllerStatus"),
    ),
    (
        "ReplicationControllerSpec",
        "template",
        object("PodTemplateSpec"),
    ),
    ("ReplicationControllerStatus", "conditions", by("type", "")),
    ("Job", "spec", object("JobSpec")),
    ("Job", "status", object("JobStatus")),
    ("JobSpec", "template", object("PodTemplateSpec")),
    ("JobStatus", "conditions", by("type", "")),
    ("CronJob", "spec", object("CronJobSpec")),
    ("CronJobSpec", "jobTemplate", object("JobTemplateSpec")),
    ("JobTemplateSpec", "spec", object("JobSpec")),
    (
        "HorizontalPodAutoscaler",
        "status",
        object("HorizontalPodAutoscalerStatus"),
    ),
    (
        "HorizontalPodAutoscalerStatus",
        "conditions",
        by("type", ""),
    ),
    (
        "PodDisruptionBudget",
        "spec",
        object("PodDisruptionBudgetSpec"),
    ),
    (
        "PodDisruptionBudget",
        "status",
        object("PodDisruptionBudgetStatus"),
    ),
    ("PodDisruptionBudgetSpec", "selector", REPLACED),
    ("PodDisruptionBudgetStatus", "conditions", by("type", "")),
    ("PodTemplate", "template", object("PodTemplateSpec")),
    ("PodTemplateSpec", "spec", object("PodSpec")),
    ("Pod", "spec", object("PodSpec")),
    ("Pod", "status", object("PodStatus")),
    ("Node", "spec", object("NodeSpec")),
    ("Node", "status", object("NodeStatus")),
    ("NodeSpec", "podCIDRs", SET),
    ("NodeStatus", "conditions", by("type", "")),
    ("NodeStatus", "addresses", by("type", "")),
    ("Namespace", "status", object("NamespaceStatus")),
    ("NamespaceStatus", "conditions", by("type", "")),
    ("Service", "spec", object("ServiceSpec")),
    ("Service", "status", object("ServiceStatus")),
    ("ServiceSpec", "ports", by("port", "")),
    ("ServiceStatus", "conditions", by("type", "")),
    ("ServiceAccount", "secrets", by("name", "")),
    ("CSINode", "spec", object("CSINodeSpec")),
    ("CSINodeSpec", "drivers", by("name", "")),
    (
        "PersistentVolumeClaim",
        "status",
        object("PersistentVolumeClaimStatus"),
    ),
    ("PersistentVolumeClaimStatus", "conditions", by("type", "")),
    ("ServiceCIDR", "status", object("ServiceCIDRStatus")),
    ("ServiceCIDRStatus", "conditions", by("type", "")),
    // Pods.
    ("PodSpec", "volumes", retaining(by("name", ""))),
    ("PodSpec", "initContainers", by("name", "Container")),
    ("PodSpec", "containers", by("name", "Container")),
    ("PodSpec", "ephemeralContainers", by("name", "Container")),
    ("PodSpec", "imagePullSecrets", by("name", "")),
    ("PodSpec", "hostAliases", by("ip", "")),
    (
        "PodSpec",
        "topologySpreadConstraints",
        by("topologyKey", ""),
    ),
    ("PodSpec", "schedulingGates", by("name", "")),
    ("PodSpec", "resourceClaims", retaining(by("name", ""))),
    ("Container", "ports", by("containerPort", "")),
    ("Container", "env", by("name", "")),
    ("Container", "volumeMounts", by("mountPath", "")),
    ("Container", "volumeDevices", by("devicePath", "")),
    ("PodStatus", "conditions", by("type", "")),
    ("PodStatus", "podIPs", by("ip", "")),
    ("PodStatus", "hostIPs", by("ip", "")),
    (
        "PodStatus",
        "resourceClaimStatuses",
        retaining(by("name", "")),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_metadata_that_merges() {
        for kind in Kind::ALL {
            assert_eq!(rule(root(*kind), "metadata"), META, "{kind:?}");
        }
    }

    #[test]
    fn every_type_in_the_table_can_be_reached() {
        for (_, field, rule) in TABLE {
            let known = rule.inside.is_empty() || TABLE.iter().any(|(o, _, _)| *o == rule.inside);
            assert!(known, "nothing is known of {} in {field}", rule.inside);
        }
    }
}
