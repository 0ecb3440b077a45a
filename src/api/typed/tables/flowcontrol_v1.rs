//! The fields of the types of `k8s_openapi::api::flowcontrol::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::flowcontrol::v1 as of;

types! {
    ExemptPriorityLevelConfiguration "ExemptPriorityLevelConfiguration lendablePercent nominalConcurrencyShares"
        { lendable_percent nominal_concurrency_shares }
    FlowDistinguisherMethod "FlowDistinguisherMethod type"
        { type_ }
    FlowSchema "flowcontrol.apiserver.k8s.io/v1/FlowSchema metadata spec status"
        { metadata spec status }
    FlowSchemaCondition "FlowSchemaCondition lastTransitionTime message reason status type"
        { last_transition_time message reason status type_ }
    FlowSchemaSpec "FlowSchemaSpec distinguisherMethod matchingPrecedence priorityLevelConfiguration rules"
        { distinguisher_method matching_precedence priority_level_configuration rules }
    FlowSchemaStatus "FlowSchemaStatus conditions"
        { conditions }
    GroupSubject "GroupSubject name"
        { name }
    LimitResponse "LimitResponse queuing type"
        { queuing type_ }
    LimitedPriorityLevelConfiguration "LimitedPriorityLevelConfiguration borrowingLimitPercent lendablePercent limitResponse nominalConcurrencyShares"
        { borrowing_limit_percent lendable_percent limit_response nominal_concurrency_shares }
    NonResourcePolicyRule "NonResourcePolicyRule nonResourceURLs verbs"
        { non_resource_urls verbs }
    PolicyRulesWithSubjects "PolicyRulesWithSubjects nonResourceRules resourceRules subjects"
        { non_resource_rules resource_rules subjects }
    PriorityLevelConfiguration "flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration metadata spec status"
        { metadata spec status }
    PriorityLevelConfigurationCondition "PriorityLevelConfigurationCondition lastTransitionTime message reason status type"
        { last_transition_time message reason status type_ }
    PriorityLevelConfigurationReference "PriorityLevelConfigurationReference name"
        { name }
    PriorityLevelConfigurationSpec "PriorityLevelConfigurationSpec exempt limited type"
        { exempt limited type_ }
    PriorityLevelConfigurationStatus "PriorityLevelConfigurationStatus conditions"
        { conditions }
    QueuingConfiguration "QueuingConfiguration handSize queueLengthLimit queues"
        { hand_size queue_length_limit queues }
    ResourcePolicyRule "ResourcePolicyRule apiGroups clusterScope namespaces resources verbs"
        { api_groups cluster_scope namespaces resources verbs }
    ServiceAccountSubject "ServiceAccountSubject name namespace"
        { name namespace }
    Subject "Subject group kind serviceAccount user"
        { group kind service_account user }
    UserSubject "UserSubject name"
        { name }
}
