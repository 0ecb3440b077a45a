//! The fields of the types of `k8s_openapi::api::rbac::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::rbac::v1 as of;

types! {
    AggregationRule "AggregationRule clusterRoleSelectors"
        { cluster_role_selectors }
    ClusterRole "rbac.authorization.k8s.io/v1/ClusterRole aggregationRule metadata rules"
        { aggregation_rule metadata rules }
    ClusterRoleBinding "rbac.authorization.k8s.io/v1/ClusterRoleBinding metadata roleRef subjects"
        { metadata role_ref subjects }
    PolicyRule "PolicyRule apiGroups nonResourceURLs resourceNames resources verbs"
        { api_groups non_resource_urls resource_names resources verbs }
    Role "rbac.authorization.k8s.io/v1/Role metadata rules"
        { metadata rules }
    RoleBinding "rbac.authorization.k8s.io/v1/RoleBinding metadata roleRef subjects"
        { metadata role_ref subjects }
    RoleRef "RoleRef apiGroup kind name"
        { api_group kind name }
    Subject "Subject apiGroup kind name namespace"
        { api_group kind name namespace }
}
