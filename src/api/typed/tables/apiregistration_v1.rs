//! The fields of the types of `k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1 as of;

types! {
    APIService "apiregistration.k8s.io/v1/APIService metadata spec status"
        { metadata spec status }
    APIServiceCondition "APIServiceCondition lastTransitionTime message reason status type"
        { last_transition_time message reason status type_ }
    APIServiceSpec "APIServiceSpec caBundle group groupPriorityMinimum insecureSkipTLSVerify service version versionPriority"
        { ca_bundle group group_priority_minimum insecure_skip_tls_verify service version version_priority }
    APIServiceStatus "APIServiceStatus conditions"
        { conditions }
    ServiceReference "ServiceReference name namespace port"
        { name namespace port }
}
