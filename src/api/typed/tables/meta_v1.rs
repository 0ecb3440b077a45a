//! The fields of the types of `k8s_openapi::apimachinery::pkg::apis::meta::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as of;

types! {
    Condition "Condition lastTransitionTime message observedGeneration reason status type"
        { last_transition_time message observed_generation reason status type_ }
    DeleteOptions "DeleteOptions apiVersion dryRun gracePeriodSeconds ignoreStoreReadErrorWithClusterBreakingPotential kind orphanDependents \
        preconditions propagationPolicy"
        { api_version dry_run grace_period_seconds ignore_store_read_error_with_cluster_breaking_potential kind orphan_dependents
        preconditions propagation_policy }
    FieldSelectorRequirement "FieldSelectorRequirement key operator values"
        { key operator values }
    LabelSelector "LabelSelector matchExpressions matchLabels"
        { match_expressions match_labels }
    LabelSelectorRequirement "LabelSelectorRequirement key operator values"
        { key operator values }
    ManagedFieldsEntry "ManagedFieldsEntry apiVersion fieldsType fieldsV1 manager operation subresource time"
        { api_version fields_type fields_v1 manager operation subresource time }
    ObjectMeta "ObjectMeta annotations creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName generation labels \
        managedFields name namespace ownerReferences resourceVersion selfLink uid"
        { annotations creation_timestamp deletion_grace_period_seconds deletion_timestamp finalizers generate_name generation labels
        managed_fields name namespace owner_references resource_version self_link uid }
    OwnerReference "OwnerReference apiVersion blockOwnerDeletion controller kind name uid"
        { api_version block_owner_deletion controller kind name uid }
    Preconditions "Preconditions resourceVersion uid"
        { resource_version uid }
}
