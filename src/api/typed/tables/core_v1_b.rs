//! The fields of the types of `k8s_openapi::api::core::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::core::v1 as of;

types! {
    NodeSelectorRequirement "NodeSelectorRequirement key operator values"
        { key operator values }
    NodeSelectorTerm "NodeSelectorTerm matchExpressions matchFields"
        { match_expressions match_fields }
    NodeSpec "NodeSpec configSource externalID podCIDR podCIDRs providerID taints unschedulable"
        { config_source external_id pod_cidr pod_cidrs provider_id taints unschedulable }
    NodeStatus "NodeStatus addresses allocatable capacity conditions config daemonEndpoints features images nodeInfo phase runtimeHandlers \
        volumesAttached volumesInUse"
        { addresses allocatable capacity conditions config daemon_endpoints features images node_info phase runtime_handlers volumes_attached
        volumes_in_use }
    NodeSwapStatus "NodeSwapStatus capacity"
        { capacity }
    NodeSystemInfo "NodeSystemInfo architecture bootID containerRuntimeVersion kernelVersion kubeProxyVersion kubeletVersion machineID operatingSystem \
        osImage swap systemUUID"
        { architecture boot_id container_runtime_version kernel_version kube_proxy_version kubelet_version machine_id operating_system
        os_image swap system_uuid }
    ObjectFieldSelector "ObjectFieldSelector apiVersion fieldPath"
        { api_version field_path }
    ObjectReference "ObjectReference apiVersion fieldPath kind name namespace resourceVersion uid"
        { api_version field_path kind name namespace resource_version uid }
    PersistentVolume "v1/PersistentVolume metadata spec status"
        { metadata spec status }
    PersistentVolumeClaim "v1/PersistentVolumeClaim metadata spec status"
        { metadata spec status }
    PersistentVolumeClaimCondition "PersistentVolumeClaimCondition lastProbeTime lastTransitionTime message reason status type"
        { last_probe_time last_transition_time message reason status type_ }
    PersistentVolumeClaimSpec "PersistentVolumeClaimSpec accessModes dataSource dataSourceRef resources selector storageClassName volumeAttributesClassName \
        volumeMode volumeName"
        { access_modes data_source data_source_ref resources selector storage_class_name volume_attributes_class_name volume_mode volume_name }
    PersistentVolumeClaimStatus "PersistentVolumeClaimStatus accessModes allocatedResourceStatuses allocatedResources capacity conditions \
        currentVolumeAttributesClassName modifyVolumeStatus phase"
        { access_modes allocated_resource_statuses allocated_resources capacity conditions current_volume_attributes_class_name
        modify_volume_status phase }
    PersistentVolumeClaimTemplate "PersistentVolumeClaimTemplate metadata spec"
        { metadata spec }
    PersistentVolumeClaimVolumeSource "PersistentVolumeClaimVolumeSource claimName readOnly"
        { claim_name read_only }
    PersistentVolumeSpec "PersistentVolumeSpec accessModes awsElasticBlockStore azureDisk azureFile capacity cephfs cinder claimRef csi fc flexVolume flocker \
        gcePersistentDisk glusterfs hostPath iscsi local mountOptions nfs nodeAffinity persistentVolumeReclaimPolicy photonPersistentDisk \
        portworxVolume quobyte rbd scaleIO storageClassName storageos volumeAttributesClassName volumeMode vsphereVolume"
        { access_modes aws_elastic_block_store azure_disk azure_file capacity cephfs cinder claim_ref csi fc flex_volume flocker
        gce_persistent_disk glusterfs host_path iscsi local mount_options nfs node_affinity persistent_volume_reclaim_policy
        photon_persistent_disk portworx_volume quobyte rbd scale_io storage_class_name storageos volume_attributes_class_name volume_mode
        vsphere_volume }
    PersistentVolumeStatus "PersistentVolumeStatus lastPhaseTransitionTime message phase reason"
        { last_phase_transition_time message phase reason }
    PhotonPersistentDiskVolumeSource "PhotonPersistentDiskVolumeSource fsType pdID"
        { fs_type pd_id }
    Pod "v1/Pod metadata spec status"
        { metadata spec status }
    PodAffinity "PodAffinity preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution"
        { preferred_during_scheduling_ignored_during_execution required_during_scheduling_ignored_during_execution }
    PodAffinityTerm "PodAffinityTerm labelSelector matchLabelKeys mismatchLabelKeys namespaceSelector namespaces topologyKey"
        { label_selector match_label_keys mismatch_label_keys namespace_selector namespaces topology_key }
    PodAntiAffinity "PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution"
        { preferred_during_scheduling_ignored_during_execution required_during_scheduling_ignored_during_execution }
    PodCondition "PodCondition lastProbeTime lastTransitionTime message observedGeneration reason status type"
        { last_probe_time last_transition_time message observed_generation reason status type_ }
    PodDNSConfig "PodDNSConfig nameservers options searches"
        { nameservers options searches }
    PodDNSConfigOption "PodDNSConfigOption name value"
        { name value }
    PodIP "PodIP ip"
        { ip }
    PodOS "PodOS name"
        { name }
    PodReadinessGate "PodReadinessGate conditionType"
        { condition_type }
    PodResourceClaim "PodResourceClaim name resourceClaimName resourceClaimTemplateName"
        { name resource_claim_name resource_claim_template_name }
    PodResourceClaimStatus "PodResourceClaimStatus name resourceClaimName"
        { name resource_claim_name }
    PodSchedulingGate "PodSchedulingGate name"
        { name }
    PodSecurityContext "PodSecurityContext appArmorProfile fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser seLinuxChangePolicy seLinuxOptions \
        seccompProfile supplementalGroups supplementalGroupsPolicy sysctls windowsOptions"
        { app_armor_profile fs_group fs_group_change_policy run_as_group run_as_non_root run_as_user se_linux_change_policy se_linux_options
        seccomp_profile supplemental_groups supplemental_groups_policy sysctls windows_options }
    PodSpec "PodSpec activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks \
        ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname imagePullSecrets initContainers nodeName nodeSelector \
        os overhead preemptionPolicy priority priorityClassName readinessGates resourceClaims resources restartPolicy runtimeClassName \
        schedulerName schedulingGates securityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain \
        terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes"
        { active_deadline_seconds affinity automount_service_account_token containers dns_config dns_policy enable_service_links
        ephemeral_containers host_aliases host_ipc host_network host_pid host_users hostname image_pull_secrets init_containers node_name
        node_selector os overhead preemption_policy priority priority_class_name readiness_gates resource_claims resources restart_policy
        runtime_class_name scheduler_name scheduling_gates security_context service_account service_account_name set_hostname_as_fqdn
        share_process_namespace subdomain termination_grace_period_seconds tolerations topology_spread_constraints volumes }
    PodStatus "PodStatus conditions containerStatuses ephemeralContainerStatuses hostIP hostIPs initContainerStatuses message nominatedNodeName \
        observedGeneration phase podIP podIPs qosClass reason resize resourceClaimStatuses startTime"
        { conditions container_statuses ephemeral_container_statuses host_ip host_ips init_container_statuses message nominated_node_name
        observed_generation phase pod_ip pod_ips qos_class reason resize resource_claim_statuses start_time }
    PodTemplate "v1/PodTemplate metadata template"
        { metadata template }
    PodTemplateSpec "PodTemplateSpec metadata spec"
        { metadata spec }
    PortStatus "PortStatus error port protocol"
        { error port protocol }
    PortworxVolumeSource "PortworxVolumeSource fsType readOnly volumeID"
        { fs_type read_only volume_id }
    PreferredSchedulingTerm "PreferredSchedulingTerm preference weight"
        { preference weight }
    Probe "Probe exec failureThreshold grpc httpGet initialDelaySeconds periodSeconds successThreshold tcpSocket terminationGracePeriodSeconds \
        timeoutSeconds"
        { exec failure_threshold grpc http_get initial_delay_seconds period_seconds success_threshold tcp_socket
        termination_grace_period_seconds timeout_seconds }
    ProjectedVolumeSource "ProjectedVolumeSource defaultMode sources"
        { default_mode sources }
    QuobyteVolumeSource "QuobyteVolumeSource group readOnly registry tenant user volume"
        { group read_only registry tenant user volume }
    RBDPersistentVolumeSource "RBDPersistentVolumeSource fsType image keyring monitors pool readOnly secretRef user"
        { fs_type image keyring monitors pool read_only secret_ref user }
    RBDVolumeSource "RBDVolumeSource fsType image keyring monitors pool readOnly secretRef user"
        { fs_type image keyring monitors pool read_only secret_ref user }
    ReplicationController "v1/ReplicationController metadata spec status"
        { metadata spec status }
    ReplicationControllerCondition "ReplicationControllerCondition lastTransitionTime message reason status type"
        { last_transition_time message reason status type_ }
    ReplicationControllerSpec "ReplicationControllerSpec minReadySeconds replicas selector template"
        { min_ready_seconds replicas selector template }
    ReplicationControllerStatus "ReplicationControllerStatus availableReplicas conditions fullyLabeledReplicas observedGeneration readyReplicas replicas"
        { available_replicas conditions fully_labeled_replicas observed_generation ready_replicas replicas }
    ResourceClaim "ResourceClaim name request"
        { name request }
    ResourceFieldSelector "ResourceFieldSelector containerName divisor resource"
        { container_name divisor resource }
    ResourceHealth "ResourceHealth health resourceID"
        { health resource_id }
    ResourceQuota "v1/ResourceQuota metadata spec status"
        { metadata spec status }
    ResourceQuotaSpec "ResourceQuotaSpec hard scopeSelector scopes"
        { hard scope_selector scopes }
    ResourceQuotaStatus "ResourceQuotaStatus hard used"
        { hard used }
    ResourceRequirements "ResourceRequirements claims limits requests"
        { claims limits requests }
    ResourceStatus "ResourceStatus name resources"
        { name resources }
    SELinuxOptions "SELinuxOptions level role type user"
        { level role type_ user }
    ScaleIOPersistentVolumeSource "ScaleIOPersistentVolumeSource fsType gateway protectionDomain readOnly secretRef sslEnabled storageMode storagePool system \
        volumeName"
        { fs_type gateway protection_domain read_only secret_ref ssl_enabled storage_mode storage_pool system volume_name }
    ScaleIOVolumeSource "ScaleIOVolumeSource fsType gateway protectionDomain readOnly secretRef sslEnabled storageMode storagePool system volumeName"
        { fs_type gateway protection_domain read_only secret_ref ssl_enabled storage_mode storage_pool system volume_name }
    ScopeSelector "ScopeSelector matchExpressions"
        { match_expressions }
    ScopedResourceSelectorRequirement "ScopedResourceSelectorRequirement operator scopeName values"
        { operator scope_name values }
    SeccompProfile "SeccompProfile localhostProfile type"
        { localhost_profile type_ }
    Secret "v1/Secret data immutable metadata stringData type"
        { data immutable metadata string_data type_ }
    SecretEnvSource "SecretEnvSource name optional"
        { name optional }
    SecretKeySelector "SecretKeySelector key name optional"
        { key name optional }
    SecretProjection "SecretProjection items name optional"
        { items name optional }
    SecretReference "SecretReference name namespace"
        { name namespace }
    SecretVolumeSource "SecretVolumeSource defaultMode items optional secretName"
        { default_mode items optional secret_name }
    SecurityContext "SecurityContext allowPrivilegeEscalation appArmorProfile capabilities privileged procMount readOnlyRootFilesystem runAsGroup \
        runAsNonRoot runAsUser seLinuxOptions seccompProfile windowsOptions"
        { allow_privilege_escalation app_armor_profile capabilities privileged proc_mount read_only_root_filesystem run_as_group
        run_as_non_root run_as_user se_linux_options seccomp_profile windows_options }
    Service "v1/Service metadata spec status"
        { metadata spec status }
    ServiceAccount "v1/ServiceAccount automountServiceAccountToken imagePullSecrets metadata secrets"
        { automount_service_account_token image_pull_secrets metadata secrets }
    ServiceAccountTokenProjection "ServiceAccountTokenProjection audience expirationSeconds path"
        { audience expiration_seconds path }
    ServicePort "ServicePort appProtocol name nodePort port protocol targetPort"
        { app_protocol name node_port port protocol target_port }
    ServiceSpec "ServiceSpec allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName externalTrafficPolicy healthCheckNodePort \
        internalTrafficPolicy ipFamilies ipFamilyPolicy loadBalancerClass loadBalancerIP loadBalancerSourceRanges ports \
        publishNotReadyAddresses selector sessionAffinity sessionAffinityConfig trafficDistribution type"
        { allocate_load_balancer_node_ports cluster_ip cluster_ips external_ips external_name external_traffic_policy health_check_node_port
        internal_traffic_policy ip_families ip_family_policy load_balancer_class load_balancer_ip load_balancer_source_ranges ports
        publish_not_ready_addresses selector session_affinity session_affinity_config traffic_distribution type_ }
    ServiceStatus "ServiceStatus conditions loadBalancer"
        { conditions load_balancer }
    SessionAffinityConfig "SessionAffinityConfig clientIP"
        { client_ip }
    SleepAction "SleepAction seconds"
        { seconds }
    StorageOSPersistentVolumeSource "StorageOSPersistentVolumeSource fsType readOnly secretRef volumeName volumeNamespace"
        { fs_type read_only secret_ref volume_name volume_namespace }
    StorageOSVolumeSource "StorageOSVolumeSource fsType readOnly secretRef volumeName volumeNamespace"
        { fs_type read_only secret_ref volume_name volume_namespace }
    Sysctl "Sysctl name value"
        { name value }
    TCPSocketAction "TCPSocketAction host port"
        { host port }
    Taint "Taint effect key timeAdded value"
        { effect key time_added value }
    Toleration "Toleration effect key operator tolerationSeconds value"
        { effect key operator toleration_seconds value }
    TopologySelectorLabelRequirement "TopologySelectorLabelRequirement key values"
        { key values }
    TopologySelectorTerm "TopologySelectorTerm matchLabelExpressions"
        { match_label_expressions }
    TopologySpreadConstraint "TopologySpreadConstraint labelSelector matchLabelKeys maxSkew minDomains nodeAffinityPolicy nodeTaintsPolicy topologyKey \
        whenUnsatisfiable"
        { label_selector match_label_keys max_skew min_domains node_affinity_policy node_taints_policy topology_key when_unsatisfiable }
    TypedLocalObjectReference "TypedLocalObjectReference apiGroup kind name"
        { api_group kind name }
    TypedObjectReference "TypedObjectReference apiGroup kind name namespace"
        { api_group kind name namespace }
    Volume "Volume awsElasticBlockStore azureDisk azureFile cephfs cinder configMap csi downwardAPI emptyDir ephemeral fc flexVolume flocker \
        gcePersistentDisk gitRepo glusterfs hostPath image iscsi name nfs persistentVolumeClaim photonPersistentDisk portworxVolume \
        projected quobyte rbd scaleIO secret storageos vsphereVolume"
        { aws_elastic_block_store azure_disk azure_file cephfs cinder config_map csi downward_api empty_dir ephemeral fc flex_volume flocker
        gce_persistent_disk git_repo glusterfs host_path image iscsi name nfs persistent_volume_claim photon_persistent_disk portworx_volume
        projected quobyte rbd scale_io secret storageos vsphere_volume }
    VolumeDevice "VolumeDevice devicePath name"
        { device_path name }
    VolumeMount "VolumeMount mountPath mountPropagation name readOnly recursiveReadOnly subPath subPathExpr"
        { mount_path mount_propagation name read_only recursive_read_only sub_path sub_path_expr }
    VolumeMountStatus "VolumeMountStatus mountPath name readOnly recursiveReadOnly"
        { mount_path name read_only recursive_read_only }
    VolumeNodeAffinity "VolumeNodeAffinity required"
        { required }
    VolumeProjection "VolumeProjection clusterTrustBundle configMap downwardAPI secret serviceAccountToken"
        { cluster_trust_bundle config_map downward_api secret service_account_token }
    VolumeResourceRequirements "VolumeResourceRequirements limits requests"
        { limits requests }
    VsphereVirtualDiskVolumeSource "VsphereVirtualDiskVolumeSource fsType storagePolicyID storagePolicyName volumePath"
        { fs_type storage_policy_id storage_policy_name volume_path }
    WeightedPodAffinityTerm "WeightedPodAffinityTerm podAffinityTerm weight"
        { pod_affinity_term weight }
    WindowsSecurityContextOptions "WindowsSecurityContextOptions gmsaCredentialSpec gmsaCredentialSpecName hostProcess runAsUserName"
        { gmsa_credential_spec gmsa_credential_spec_name host_process run_as_user_name }
}
