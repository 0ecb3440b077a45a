//! The fields of the types of `k8s_openapi::api::core::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::core::v1 as of;

types! {
    AWSElasticBlockStoreVolumeSource "AWSElasticBlockStoreVolumeSource fsType partition readOnly volumeID"
        { fs_type partition read_only volume_id }
    Affinity "Affinity nodeAffinity podAffinity podAntiAffinity"
        { node_affinity pod_affinity pod_anti_affinity }
    AppArmorProfile "AppArmorProfile localhostProfile type"
        { localhost_profile type_ }
    AttachedVolume "AttachedVolume devicePath name"
        { device_path name }
    AzureDiskVolumeSource "AzureDiskVolumeSource cachingMode diskName diskURI fsType kind readOnly"
        { caching_mode disk_name disk_uri fs_type kind read_only }
    AzureFilePersistentVolumeSource "AzureFilePersistentVolumeSource readOnly secretName secretNamespace shareName"
        { read_only secret_name secret_namespace share_name }
    AzureFileVolumeSource "AzureFileVolumeSource readOnly secretName shareName"
        { read_only secret_name share_name }
    Binding "v1/Binding metadata target"
        { metadata target }
    CSIPersistentVolumeSource "CSIPersistentVolumeSource controllerExpandSecretRef controllerPublishSecretRef driver fsType nodeExpandSecretRef \
        nodePublishSecretRef nodeStageSecretRef readOnly volumeAttributes volumeHandle"
        { controller_expand_secret_ref controller_publish_secret_ref driver fs_type node_expand_secret_ref node_publish_secret_ref
        node_stage_secret_ref read_only volume_attributes volume_handle }
    CSIVolumeSource "CSIVolumeSource driver fsType nodePublishSecretRef readOnly volumeAttributes"
        { driver fs_type node_publish_secret_ref read_only volume_attributes }
    Capabilities "Capabilities add drop"
        { add drop }
    CephFSPersistentVolumeSource "CephFSPersistentVolumeSource monitors path readOnly secretFile secretRef user"
        { monitors path read_only secret_file secret_ref user }
    CephFSVolumeSource "CephFSVolumeSource monitors path readOnly secretFile secretRef user"
        { monitors path read_only secret_file secret_ref user }
    CinderPersistentVolumeSource "CinderPersistentVolumeSource fsType readOnly secretRef volumeID"
        { fs_type read_only secret_ref volume_id }
    CinderVolumeSource "CinderVolumeSource fsType readOnly secretRef volumeID"
        { fs_type read_only secret_ref volume_id }
    ClientIPConfig "ClientIPConfig timeoutSeconds"
        { timeout_seconds }
    ClusterTrustBundleProjection "ClusterTrustBundleProjection labelSelector name optional path signerName"
        { label_selector name optional path signer_name }
    ComponentCondition "ComponentCondition error message status type"
        { error message status type_ }
    ComponentStatus "v1/ComponentStatus conditions metadata"
        { conditions metadata }
    ConfigMap "v1/ConfigMap binaryData data immutable metadata"
        { binary_data data immutable metadata }
    ConfigMapEnvSource "ConfigMapEnvSource name optional"
        { name optional }
    ConfigMapKeySelector "ConfigMapKeySelector key name optional"
        { key name optional }
    ConfigMapNodeConfigSource "ConfigMapNodeConfigSource kubeletConfigKey name namespace resourceVersion uid"
        { kubelet_config_key name namespace resource_version uid }
    ConfigMapProjection "ConfigMapProjection items name optional"
        { items name optional }
    ConfigMapVolumeSource "ConfigMapVolumeSource defaultMode items name optional"
        { default_mode items name optional }
    Container "Container args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe resizePolicy resources \
        restartPolicy securityContext startupProbe stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices \
        volumeMounts workingDir"
        { args command env env_from image image_pull_policy lifecycle liveness_probe name ports readiness_probe resize_policy resources
        restart_policy security_context startup_probe stdin stdin_once termination_message_path termination_message_policy tty
        volume_devices volume_mounts working_dir }
    ContainerImage "ContainerImage names sizeBytes"
        { names size_bytes }
    ContainerPort "ContainerPort containerPort hostIP hostPort name protocol"
        { container_port host_ip host_port name protocol }
    ContainerResizePolicy "ContainerResizePolicy resourceName restartPolicy"
        { resource_name restart_policy }
    ContainerState "ContainerState running terminated waiting"
        { running terminated waiting }
    ContainerStateRunning "ContainerStateRunning startedAt"
        { started_at }
    ContainerStateTerminated "ContainerStateTerminated containerID exitCode finishedAt message reason signal startedAt"
        { container_id exit_code finished_at message reason signal started_at }
    ContainerStateWaiting "ContainerStateWaiting message reason"
        { message reason }
    ContainerStatus "ContainerStatus allocatedResources allocatedResourcesStatus containerID image imageID lastState name ready resources restartCount \
        started state stopSignal user volumeMounts"
        { allocated_resources allocated_resources_status container_id image image_id last_state name ready resources restart_count started
        state stop_signal user volume_mounts }
    ContainerUser "ContainerUser linux"
        { linux }
    DaemonEndpoint "DaemonEndpoint Port"
        { port }
    DownwardAPIProjection "DownwardAPIProjection items"
        { items }
    DownwardAPIVolumeFile "DownwardAPIVolumeFile fieldRef mode path resourceFieldRef"
        { field_ref mode path resource_field_ref }
    DownwardAPIVolumeSource "DownwardAPIVolumeSource defaultMode items"
        { default_mode items }
    EmptyDirVolumeSource "EmptyDirVolumeSource medium sizeLimit"
        { medium size_limit }
    EndpointAddress "EndpointAddress hostname ip nodeName targetRef"
        { hostname ip node_name target_ref }
    EndpointPort "EndpointPort appProtocol name port protocol"
        { app_protocol name port protocol }
    EndpointSubset "EndpointSubset addresses notReadyAddresses ports"
        { addresses not_ready_addresses ports }
    Endpoints "v1/Endpoints metadata subsets"
        { metadata subsets }
    EnvFromSource "EnvFromSource configMapRef prefix secretRef"
        { config_map_ref prefix secret_ref }
    EnvVar "EnvVar name value valueFrom"
        { name value value_from }
    EnvVarSource "EnvVarSource configMapKeyRef fieldRef resourceFieldRef secretKeyRef"
        { config_map_key_ref field_ref resource_field_ref secret_key_ref }
    EphemeralContainer "EphemeralContainer args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe resizePolicy \
        resources restartPolicy securityContext startupProbe stdin stdinOnce targetContainerName terminationMessagePath \
        terminationMessagePolicy tty volumeDevices volumeMounts workingDir"
        { args command env env_from image image_pull_policy lifecycle liveness_probe name ports readiness_probe resize_policy resources
        restart_policy security_context startup_probe stdin stdin_once target_container_name termination_message_path
        termination_message_policy tty volume_devices volume_mounts working_dir }
    EphemeralVolumeSource "EphemeralVolumeSource volumeClaimTemplate"
        { volume_claim_template }
    Event "v1/Event action count eventTime firstTimestamp involvedObject lastTimestamp message metadata reason related reportingComponent \
        reportingInstance series source type"
        { action count event_time first_timestamp involved_object last_timestamp message metadata reason related reporting_component
        reporting_instance series source type_ }
    EventSeries "EventSeries count lastObservedTime"
        { count last_observed_time }
    EventSource "EventSource component host"
        { component host }
    ExecAction "ExecAction command"
        { command }
    FCVolumeSource "FCVolumeSource fsType lun readOnly targetWWNs wwids"
        { fs_type lun read_only target_wwns wwids }
    FlexPersistentVolumeSource "FlexPersistentVolumeSource driver fsType options readOnly secretRef"
        { driver fs_type options read_only secret_ref }
    FlexVolumeSource "FlexVolumeSource driver fsType options readOnly secretRef"
        { driver fs_type options read_only secret_ref }
    FlockerVolumeSource "FlockerVolumeSource datasetName datasetUUID"
        { dataset_name dataset_uuid }
    GCEPersistentDiskVolumeSource "GCEPersistentDiskVolumeSource fsType partition pdName readOnly"
        { fs_type partition pd_name read_only }
    GRPCAction "GRPCAction port service"
        { port service }
    GitRepoVolumeSource "GitRepoVolumeSource directory repository revision"
        { directory repository revision }
    GlusterfsPersistentVolumeSource "GlusterfsPersistentVolumeSource endpoints endpointsNamespace path readOnly"
        { endpoints endpoints_namespace path read_only }
    GlusterfsVolumeSource "GlusterfsVolumeSource endpoints path readOnly"
        { endpoints path read_only }
    HTTPGetAction "HTTPGetAction host httpHeaders path port scheme"
        { host http_headers path port scheme }
    HTTPHeader "HTTPHeader name value"
        { name value }
    HostAlias "HostAlias hostnames ip"
        { hostnames ip }
    HostIP "HostIP ip"
        { ip }
    HostPathVolumeSource "HostPathVolumeSource path type"
        { path type_ }
    ISCSIPersistentVolumeSource "ISCSIPersistentVolumeSource chapAuthDiscovery chapAuthSession fsType initiatorName iqn iscsiInterface lun portals readOnly secretRef \
        targetPortal"
        { chap_auth_discovery chap_auth_session fs_type initiator_name iqn iscsi_interface lun portals read_only secret_ref target_portal }
    ISCSIVolumeSource "ISCSIVolumeSource chapAuthDiscovery chapAuthSession fsType initiatorName iqn iscsiInterface lun portals readOnly secretRef \
        targetPortal"
        { chap_auth_discovery chap_auth_session fs_type initiator_name iqn iscsi_interface lun portals read_only secret_ref target_portal }
    ImageVolumeSource "ImageVolumeSource pullPolicy reference"
        { pull_policy reference }
    KeyToPath "KeyToPath key mode path"
        { key mode path }
    Lifecycle "Lifecycle postStart preStop stopSignal"
        { post_start pre_stop stop_signal }
    LifecycleHandler "LifecycleHandler exec httpGet sleep tcpSocket"
        { exec http_get sleep tcp_socket }
    LimitRange "v1/LimitRange metadata spec"
        { metadata spec }
    LimitRangeItem "LimitRangeItem default defaultRequest max maxLimitRequestRatio min type"
        { default default_request max max_limit_request_ratio min type_ }
    LimitRangeSpec "LimitRangeSpec limits"
        { limits }
    LinuxContainerUser "LinuxContainerUser gid supplementalGroups uid"
        { gid supplemental_groups uid }
    LoadBalancerIngress "LoadBalancerIngress hostname ip ipMode ports"
        { hostname ip ip_mode ports }
    LoadBalancerStatus "LoadBalancerStatus ingress"
        { ingress }
    LocalObjectReference "LocalObjectReference name"
        { name }
    LocalVolumeSource "LocalVolumeSource fsType path"
        { fs_type path }
    ModifyVolumeStatus "ModifyVolumeStatus status targetVolumeAttributesClassName"
        { status target_volume_attributes_class_name }
    NFSVolumeSource "NFSVolumeSource path readOnly server"
        { path read_only server }
    Namespace "v1/Namespace metadata spec status"
        { metadata spec status }
    NamespaceCondition "NamespaceCondition lastTransitionTime message reason status type"
        { last_transition_time message reason status type_ }
    NamespaceSpec "NamespaceSpec finalizers"
        { finalizers }
    NamespaceStatus "NamespaceStatus conditions phase"
        { conditions phase }
    Node "v1/Node metadata spec status"
        { metadata spec status }
    NodeAddress "NodeAddress address type"
        { address type_ }
    NodeAffinity "NodeAffinity preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution"
        { preferred_during_scheduling_ignored_during_execution required_during_scheduling_ignored_during_execution }
    NodeCondition "NodeCondition lastHeartbeatTime lastTransitionTime message reason status type"
        { last_heartbeat_time last_transition_time message reason status type_ }
    NodeConfigSource "NodeConfigSource configMap"
        { config_map }
    NodeConfigStatus "NodeConfigStatus active assigned error lastKnownGood"
        { active assigned error last_known_good }
    NodeDaemonEndpoints "NodeDaemonEndpoints kubeletEndpoint"
        { kubelet_endpoint }
    NodeFeatures "NodeFeatures supplementalGroupsPolicy"
        { supplemental_groups_policy }
    NodeRuntimeHandler "NodeRuntimeHandler features name"
        { features name }
    NodeRuntimeHandlerFeatures "NodeRuntimeHandlerFeatures recursiveReadOnlyMounts userNamespaces"
        { recursive_read_only_mounts user_namespaces }
    NodeSelector "NodeSelector nodeSelectorTerms"
        { node_selector_terms }
}
