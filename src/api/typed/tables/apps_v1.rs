//! The fields of the types of `k8s_openapi::api::apps::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::apps::v1 as of;

types! {
    ControllerRevision "apps/v1/ControllerRevision data metadata revision"
        { data metadata revision }
    DaemonSet "apps/v1/DaemonSet metadata spec status"
        { metadata spec status }
    DaemonSetCondition "DaemonSetCondition lastTransitionTime message reason status type"
        { last_transition_time message reason status type_ }
    DaemonSetSpec "DaemonSetSpec minReadySeconds revisionHistoryLimit selector template updateStrategy"
        { min_ready_seconds revision_history_limit selector template update_strategy }
    DaemonSetStatus "DaemonSetStatus collisionCount conditions currentNumberScheduled desiredNumberScheduled numberAvailable numberMisscheduled \
        numberReady numberUnavailable observedGeneration updatedNumberScheduled"
        { collision_count conditions current_number_scheduled desired_number_scheduled number_available number_misscheduled number_ready
        number_unavailable observed_generation updated_number_scheduled }
    DaemonSetUpdateStrategy "DaemonSetUpdateStrategy rollingUpdate type"
        { rolling_update type_ }
    Deployment "apps/v1/Deployment metadata spec status"
        { metadata spec status }
    DeploymentCondition "DeploymentCondition lastTransitionTime lastUpdateTime message reason status type"
        { last_transition_time last_update_time message reason status type_ }
    DeploymentSpec "DeploymentSpec minReadySeconds paused progressDeadlineSeconds replicas revisionHistoryLimit selector strategy template"
        { min_ready_seconds paused progress_deadline_seconds replicas revision_history_limit selector strategy template }
    DeploymentStatus "DeploymentStatus availableReplicas collisionCount conditions observedGeneration readyReplicas replicas terminatingReplicas \
        unavailableReplicas updatedReplicas"
        { available_replicas collision_count conditions observed_generation ready_replicas replicas terminating_replicas unavailable_replicas
        updated_replicas }
    DeploymentStrategy "DeploymentStrategy rollingUpdate type"
        { rolling_update type_ }
    ReplicaSet "apps/v1/ReplicaSet metadata spec status"
        { metadata spec status }
    ReplicaSetCondition "ReplicaSetCondition lastTransitionTime message reason status type"
        { last_transition_time message reason status type_ }
    ReplicaSetSpec "ReplicaSetSpec minReadySeconds replicas selector template"
        { min_ready_seconds replicas selector template }
    ReplicaSetStatus "ReplicaSetStatus availableReplicas conditions fullyLabeledReplicas observedGeneration readyReplicas replicas terminatingReplicas"
        { available_replicas conditions fully_labeled_replicas observed_generation ready_replicas replicas terminating_replicas }
    RollingUpdateDaemonSet "RollingUpdateDaemonSet maxSurge maxUnavailable"
        { max_surge max_unavailable }
    RollingUpdateDeployment "RollingUpdateDeployment maxSurge maxUnavailable"
        { max_surge max_unavailable }
    RollingUpdateStatefulSetStrategy "RollingUpdateStatefulSetStrategy maxUnavailable partition"
        { max_unavailable partition }
    StatefulSet "apps/v1/StatefulSet metadata spec status"
        { metadata spec status }
    StatefulSetCondition "StatefulSetCondition lastTransitionTime message reason status type"
        { last_transition_time message reason status type_ }
    StatefulSetOrdinals "StatefulSetOrdinals start"
        { start }
    StatefulSetPersistentVolumeClaimRetentionPolicy "StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted whenScaled"
        { when_deleted when_scaled }
    StatefulSetSpec "StatefulSetSpec minReadySeconds ordinals persistentVolumeClaimRetentionPolicy podManagementPolicy replicas revisionHistoryLimit \
        selector serviceName template updateStrategy volumeClaimTemplates"
        { min_ready_seconds ordinals persistent_volume_claim_retention_policy pod_management_policy replicas revision_history_limit selector
        service_name template update_strategy volume_claim_templates }
    StatefulSetStatus "StatefulSetStatus availableReplicas collisionCount conditions currentReplicas currentRevision observedGeneration readyReplicas \
        replicas updateRevision updatedReplicas"
        { available_replicas collision_count conditions current_replicas current_revision observed_generation ready_replicas replicas
        update_revision updated_replicas }
    StatefulSetUpdateStrategy "StatefulSetUpdateStrategy rollingUpdate type"
        { rolling_update type_ }
}
