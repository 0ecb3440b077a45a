//! The fields of the types of `k8s_openapi::api::storage::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::storage::v1 as of;

types! {
    CSIDriver "storage.k8s.io/v1/CSIDriver metadata spec"
        { metadata spec }
    CSIDriverSpec "CSIDriverSpec attachRequired fsGroupPolicy nodeAllocatableUpdatePeriodSeconds podInfoOnMount requiresRepublish seLinuxMount \
        storageCapacity tokenRequests volumeLifecycleModes"
        { attach_required fs_group_policy node_allocatable_update_period_seconds pod_info_on_mount requires_republish se_linux_mount
        storage_capacity token_requests volume_lifecycle_modes }
    CSINode "storage.k8s.io/v1/CSINode metadata spec"
        { metadata spec }
    CSINodeDriver "CSINodeDriver allocatable name nodeID topologyKeys"
        { allocatable name node_id topology_keys }
    CSINodeSpec "CSINodeSpec drivers"
        { drivers }
    CSIStorageCapacity "storage.k8s.io/v1/CSIStorageCapacity capacity maximumVolumeSize metadata nodeTopology storageClassName"
        { capacity maximum_volume_size metadata node_topology storage_class_name }
    StorageClass "storage.k8s.io/v1/StorageClass allowVolumeExpansion allowedTopologies metadata mountOptions parameters provisioner reclaimPolicy \
        volumeBindingMode"
        { allow_volume_expansion allowed_topologies metadata mount_options parameters provisioner reclaim_policy volume_binding_mode }
    TokenRequest "TokenRequest audience expirationSeconds"
        { audience expiration_seconds }
    VolumeAttachment "storage.k8s.io/v1/VolumeAttachment metadata spec status"
        { metadata spec status }
    VolumeAttachmentSource "VolumeAttachmentSource inlineVolumeSpec persistentVolumeName"
        { inline_volume_spec persistent_volume_name }
    VolumeAttachmentSpec "VolumeAttachmentSpec attacher nodeName source"
        { attacher node_name source }
    VolumeAttachmentStatus "VolumeAttachmentStatus attachError attached attachmentMetadata detachError"
        { attach_error attached attachment_metadata detach_error }
    VolumeError "VolumeError errorCode message time"
        { error_code message time }
    VolumeNodeResources "VolumeNodeResources count"
        { count }
}
