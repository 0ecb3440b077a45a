//! The fields of the types of `k8s_openapi::api::authorization::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::authorization::v1 as of;

types! {
    FieldSelectorAttributes "FieldSelectorAttributes rawSelector requirements"
        { raw_selector requirements }
    LabelSelectorAttributes "LabelSelectorAttributes rawSelector requirements"
        { raw_selector requirements }
    LocalSubjectAccessReview "authorization.k8s.io/v1/LocalSubjectAccessReview metadata spec status"
        { metadata spec status }
    NonResourceAttributes "NonResourceAttributes path verb"
        { path verb }
    NonResourceRule "NonResourceRule nonResourceURLs verbs"
        { non_resource_urls verbs }
    ResourceAttributes "ResourceAttributes fieldSelector group labelSelector name namespace resource subresource verb version"
        { field_selector group label_selector name namespace resource subresource verb version }
    ResourceRule "ResourceRule apiGroups resourceNames resources verbs"
        { api_groups resource_names resources verbs }
    SelfSubjectAccessReview "authorization.k8s.io/v1/SelfSubjectAccessReview metadata spec status"
        { metadata spec status }
    SelfSubjectAccessReviewSpec "SelfSubjectAccessReviewSpec nonResourceAttributes resourceAttributes"
        { non_resource_attributes resource_attributes }
    SelfSubjectRulesReview "authorization.k8s.io/v1/SelfSubjectRulesReview metadata spec status"
        { metadata spec status }
    SelfSubjectRulesReviewSpec "SelfSubjectRulesReviewSpec namespace"
        { namespace }
    SubjectAccessReview "authorization.k8s.io/v1/SubjectAccessReview metadata spec status"
        { metadata spec status }
    SubjectAccessReviewSpec "SubjectAccessReviewSpec extra groups nonResourceAttributes resourceAttributes uid user"
        { extra groups non_resource_attributes resource_attributes uid user }
    SubjectAccessReviewStatus "SubjectAccessReviewStatus allowed denied evaluationError reason"
        { allowed denied evaluation_error reason }
    SubjectRulesReviewStatus "SubjectRulesReviewStatus evaluationError incomplete nonResourceRules resourceRules"
        { evaluation_error incomplete non_resource_rules resource_rules }
}
