//! Which parts of Kubernetes' own types are merged field by field and which are one: the facts behind the lists' types and keys, as a table.
//!
//! A row is a Go type and its fields, as far as there is something to say about them; everything else is a plain field, a struct of plain
//! fields, or a list that is one value. A field is written so:
//!
//! ```text
//! spec=PodSpec           a struct that has a row of its own
//! nodeSelector!          one value: owned and replaced as a whole
//! labels{}               a map whose keys are owned one by one
//! finalizers[]           a list that is a set
//! ports[port:0,protocol:TCP]=X   a list of X with these keys; what stands after a colon is the value of a key that is left out
//! secrets[name]!         a list with a key whose entries are one value each
//! strategy^              always there, even when nothing is in it (in Go a struct, not a pointer)
//! ```
//!
//! The keys of strategic merge stand in `api/strategic/keys.rs`: they differ (a Service's ports merge by `port` there).
//!
//! The real thing: the markers `+listType`, `+listMapKey`, `+structType`, `+mapType` of staging/src/k8s.io/api/*/*/types.go, as collected in
//! staging/src/k8s.io/client-go/applyconfigurations/internal/internal.go.

/// What is known of a type; empty if nothing is.
#[must_use]
pub(super) fn row(name: &str) -> &'static str {
    TYPES
        .binary_search_by(|(n, _)| (*n).cmp(name))
        .map_or("", |index| TYPES[index].1)
}

/// Sorted by name.
#[rustfmt::skip]
const TYPES: &[(&str, &str)] = &[
    ("Affinity", "nodeAffinity=NodeAffinity"),
    ("CSIDriver", "metadata^=ObjectMeta spec^=CSIDriverSpec"),
    ("CSIDriverSpec", "volumeLifecycleModes[]"),
    ("CSINode", "metadata^=ObjectMeta spec^=CSINodeSpec"),
    ("CSINodeSpec", "drivers^[name:]"),
    ("CSIPersistentVolumeSource", "controllerExpandSecretRef! controllerPublishSecretRef! nodeExpandSecretRef! nodePublishSecretRef! nodeStageSecretRef! volumeAttributes{}"),
    ("CSIStorageCapacity", "metadata^=ObjectMeta nodeTopology!"),
    ("CSIVolumeSource", "nodePublishSecretRef! volumeAttributes{}"),
    ("CephFSPersistentVolumeSource", "secretRef!"),
    ("CephFSVolumeSource", "secretRef!"),
    ("CinderPersistentVolumeSource", "secretRef!"),
    ("CinderVolumeSource", "secretRef!"),
    ("ClusterRole", "metadata^=ObjectMeta"),
    ("ClusterRoleBinding", "metadata^=ObjectMeta roleRef^!"),
    ("ConfigMap", "binaryData{} data{} metadata^=ObjectMeta"),
    ("Container", "env[name:]=EnvVar ports[containerPort:0,protocol:TCP] resources^=ResourceRequirements volumeDevices[devicePath:] volumeMounts[mountPath:]"),
    ("ControllerRevision", "data! metadata^=ObjectMeta"),
    ("CronJob", "metadata^=ObjectMeta spec^=CronJobSpec status^"),
    ("CronJobSpec", "jobTemplate^=JobTemplateSpec"),
    ("CustomResourceDefinition", "metadata^=ObjectMeta spec^=CustomResourceDefinitionSpec status^=CustomResourceDefinitionStatus"),
    ("CustomResourceDefinitionSpec", "names^"),
    ("CustomResourceDefinitionStatus", "acceptedNames^ conditions[type:]"),
    ("DaemonSet", "metadata^=ObjectMeta spec^=DaemonSetSpec status^=DaemonSetStatus"),
    ("DaemonSetSpec", "selector! template^=PodTemplateSpec updateStrategy^"),
    ("DaemonSetStatus", "conditions[type:]"),
    ("Deployment", "metadata^=ObjectMeta spec^=DeploymentSpec status^=DeploymentStatus"),
    ("DeploymentSpec", "selector! strategy^ template^=PodTemplateSpec"),
    ("DeploymentStatus", "conditions[type:]"),
    ("EndpointSlice", "metadata^=ObjectMeta"),
    ("Endpoints", "metadata^=ObjectMeta"),
    ("EnvVar", "valueFrom=EnvVarSource"),
    ("EnvVarSource", "configMapKeyRef! fieldRef! resourceFieldRef! secretKeyRef!"),
    ("EphemeralContainer", "env[name:]=EnvVar ports[containerPort:0,protocol:TCP] resources^=ResourceRequirements volumeDevices[devicePath:] volumeMounts[mountPath:]"),
    ("EphemeralVolumeSource", "volumeClaimTemplate=PersistentVolumeClaimTemplate"),
    ("Event", "involvedObject^! metadata^=ObjectMeta related! source^"),
    ("FlexPersistentVolumeSource", "options{} secretRef!"),
    ("FlexVolumeSource", "options{} secretRef!"),
    ("HorizontalPodAutoscaler", "metadata^=ObjectMeta spec^=HorizontalPodAutoscalerSpec status^=HorizontalPodAutoscalerStatus"),
    ("HorizontalPodAutoscalerSpec", "scaleTargetRef^"),
    ("HorizontalPodAutoscalerStatus", "conditions[type:]"),
    ("IPAddress", "metadata^=ObjectMeta spec^"),
    ("ISCSIPersistentVolumeSource", "secretRef!"),
    ("ISCSIVolumeSource", "secretRef!"),
    ("Ingress", "metadata^=ObjectMeta spec^=IngressSpec status^=IngressStatus"),
    ("IngressBackend", "resource! service=IngressServiceBackend"),
    ("IngressClass", "metadata^=ObjectMeta spec^"),
    ("IngressServiceBackend", "port^!"),
    ("IngressSpec", "defaultBackend=IngressBackend"),
    ("IngressStatus", "loadBalancer^"),
    ("Job", "metadata^=ObjectMeta spec^=JobSpec status^=JobStatus"),
    ("JobSpec", "selector! template^=PodTemplateSpec"),
    ("JobStatus", "uncountedTerminatedPods=UncountedTerminatedPods"),
    ("JobTemplateSpec", "metadata^=ObjectMeta spec^=JobSpec"),
    ("Lease", "metadata^=ObjectMeta spec^"),
    ("LimitRange", "metadata^=ObjectMeta spec^"),
    ("MutatingWebhook", "clientConfig^ matchConditions[name:] namespaceSelector! objectSelector!"),
    ("MutatingWebhookConfiguration", "metadata^=ObjectMeta webhooks[name:]=MutatingWebhook"),
    ("Namespace", "metadata^=ObjectMeta spec^ status^=NamespaceStatus"),
    ("NamespaceStatus", "conditions[type:]"),
    ("NetworkPolicy", "metadata^=ObjectMeta spec^=NetworkPolicySpec"),
    ("NetworkPolicySpec", "podSelector^!"),
    ("Node", "metadata^=ObjectMeta spec^=NodeSpec status^=NodeStatus"),
    ("NodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution!"),
    ("NodeDaemonEndpoints", "kubeletEndpoint^"),
    ("NodeSpec", "podCIDRs[]"),
    ("NodeStatus", "addresses[type:] allocatable{} capacity{} conditions[type:] daemonEndpoints^=NodeDaemonEndpoints nodeInfo^"),
    ("ObjectMeta", "annotations{} finalizers[] labels{} ownerReferences[uid:]!"),
    ("Overhead", "podFixed{}"),
    ("PersistentVolume", "metadata^=ObjectMeta spec^=PersistentVolumeSpec status^"),
    ("PersistentVolumeClaim", "metadata^=ObjectMeta spec^=PersistentVolumeClaimSpec status^=PersistentVolumeClaimStatus"),
    ("PersistentVolumeClaimSpec", "dataSource! resources^=VolumeResourceRequirements selector!"),
    ("PersistentVolumeClaimStatus", "allocatedResourceStatuses{} allocatedResources{} capacity{} conditions[type:]"),
    ("PersistentVolumeClaimTemplate", "metadata^=ObjectMeta spec^=PersistentVolumeClaimSpec"),
    ("PersistentVolumeSpec", "capacity{} cephfs=CephFSPersistentVolumeSource cinder=CinderPersistentVolumeSource csi=CSIPersistentVolumeSource flexVolume=FlexPersistentVolumeSource iscsi=ISCSIPersistentVolumeSource nodeAffinity=VolumeNodeAffinity rbd=RBDPersistentVolumeSource scaleIO=ScaleIOPersistentVolumeSource storageos=StorageOSPersistentVolumeSource"),
    ("Pod", "metadata^=ObjectMeta spec^=PodSpec status^=PodStatus"),
    ("PodDisruptionBudget", "metadata^=ObjectMeta spec^=PodDisruptionBudgetSpec status^=PodDisruptionBudgetStatus"),
    ("PodDisruptionBudgetSpec", "selector!"),
    ("PodDisruptionBudgetStatus", "conditions[type:] disruptedPods{}"),
    ("PodSpec", "affinity=Affinity containers^[name:]=Container ephemeralContainers[name:]=EphemeralContainer hostAliases[ip:] imagePullSecrets[name:]! initContainers[name:]=Container nodeSelector! overhead{} resourceClaims[name:] resources=ResourceRequirements schedulingGates[name:] topologySpreadConstraints[topologyKey:,whenUnsatisfiable:]=TopologySpreadConstraint volumes[name:]=Volume"),
    ("PodStatus", "conditions[type:] podIPs[ip:] resourceClaimStatuses[name:]"),
    ("PodTemplate", "metadata^=ObjectMeta template^=PodTemplateSpec"),
    ("PodTemplateSpec", "metadata^=ObjectMeta spec^=PodSpec"),
    ("PriorityClass", "metadata^=ObjectMeta"),
    ("RBDPersistentVolumeSource", "secretRef!"),
    ("RBDVolumeSource", "secretRef!"),
    ("ReplicaSet", "metadata^=ObjectMeta spec^=ReplicaSetSpec status^=ReplicaSetStatus"),
    ("ReplicaSetSpec", "selector! template^=PodTemplateSpec"),
    ("ReplicaSetStatus", "conditions[type:]"),
    ("ReplicationController", "metadata^=ObjectMeta spec^=ReplicationControllerSpec status^=ReplicationControllerStatus"),
    ("ReplicationControllerSpec", "selector! template=PodTemplateSpec"),
    ("ReplicationControllerStatus", "conditions[type:]"),
    ("ResourceQuota", "metadata^=ObjectMeta spec^=ResourceQuotaSpec status^=ResourceQuotaStatus"),
    ("ResourceQuotaSpec", "hard{} scopeSelector!"),
    ("ResourceQuotaStatus", "hard{} used{}"),
    ("ResourceRequirements", "claims[name:] limits{} requests{}"),
    ("Role", "metadata^=ObjectMeta"),
    ("RoleBinding", "metadata^=ObjectMeta roleRef^!"),
    ("RuntimeClass", "metadata^=ObjectMeta overhead=Overhead scheduling=Scheduling"),
    ("ScaleIOPersistentVolumeSource", "secretRef!"),
    ("ScaleIOVolumeSource", "secretRef!"),
    ("Scheduling", "nodeSelector!"),
    ("Secret", "data{} metadata^=ObjectMeta stringData{}"),
    ("Service", "metadata^=ObjectMeta spec^=ServiceSpec status^=ServiceStatus"),
    ("ServiceAccount", "metadata^=ObjectMeta secrets[name]!"),
    ("ServiceCIDR", "metadata^=ObjectMeta spec^ status^=ServiceCIDRStatus"),
    ("ServiceCIDRStatus", "conditions[type:]"),
    ("ServiceSpec", "ports[port:0,protocol:TCP] selector!"),
    ("ServiceStatus", "conditions[type:] loadBalancer^"),
    ("StatefulSet", "metadata^=ObjectMeta spec^=StatefulSetSpec status^=StatefulSetStatus"),
    ("StatefulSetSpec", "selector! template^=PodTemplateSpec updateStrategy^"),
    ("StatefulSetStatus", "conditions[type:]"),
    ("StorageClass", "metadata^=ObjectMeta parameters{}"),
    ("StorageOSPersistentVolumeSource", "secretRef!"),
    ("StorageOSVolumeSource", "secretRef!"),
    ("TopologySpreadConstraint", "labelSelector!"),
    ("UncountedTerminatedPods", "failed[] succeeded[]"),
    ("ValidatingAdmissionPolicy", "metadata^=ObjectMeta spec^=ValidatingAdmissionPolicySpec status^=ValidatingAdmissionPolicyStatus"),
    ("ValidatingAdmissionPolicyBinding", "metadata^=ObjectMeta spec^=ValidatingAdmissionPolicyBindingSpec"),
    ("ValidatingAdmissionPolicyBindingSpec", "matchResources! paramRef! validationActions[]"),
    ("ValidatingAdmissionPolicySpec", "matchConditions[name:] matchConstraints! paramKind! variables[name:]!"),
    ("ValidatingAdmissionPolicyStatus", "conditions[type:]"),
    ("ValidatingWebhook", "clientConfig^ matchConditions[name:] namespaceSelector! objectSelector!"),
    ("ValidatingWebhookConfiguration", "metadata^=ObjectMeta webhooks[name:]=ValidatingWebhook"),
    ("Volume", "cephfs=CephFSVolumeSource cinder=CinderVolumeSource csi=CSIVolumeSource ephemeral=EphemeralVolumeSource flexVolume=FlexVolumeSource iscsi=ISCSIVolumeSource rbd=RBDVolumeSource scaleIO=ScaleIOVolumeSource storageos=StorageOSVolumeSource"),
    ("VolumeAttachment", "metadata^=ObjectMeta spec^=VolumeAttachmentSpec status^=VolumeAttachmentStatus"),
    ("VolumeAttachmentSource", "inlineVolumeSpec=PersistentVolumeSpec"),
    ("VolumeAttachmentSpec", "source^=VolumeAttachmentSource"),
    ("VolumeAttachmentStatus", "attachmentMetadata{}"),
    ("VolumeNodeAffinity", "required!"),
    ("VolumeResourceRequirements", "limits{} requests{}"),
];
