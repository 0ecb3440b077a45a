//! The fields of the types of `k8s_openapi::api::admissionregistration::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::admissionregistration::v1 as of;

types! {
    AuditAnnotation "AuditAnnotation key valueExpression"
        { key value_expression }
    ExpressionWarning "ExpressionWarning fieldRef warning"
        { field_ref warning }
    MatchCondition "MatchCondition expression name"
        { expression name }
    MatchResources "MatchResources excludeResourceRules matchPolicy namespaceSelector objectSelector resourceRules"
        { exclude_resource_rules match_policy namespace_selector object_selector resource_rules }
    MutatingWebhook "MutatingWebhook admissionReviewVersions clientConfig failurePolicy matchConditions matchPolicy name namespaceSelector objectSelector \
        reinvocationPolicy rules sideEffects timeoutSeconds"
        { admission_review_versions client_config failure_policy match_conditions match_policy name namespace_selector object_selector
        reinvocation_policy rules side_effects timeout_seconds }
    MutatingWebhookConfiguration "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration metadata webhooks"
        { metadata webhooks }
    NamedRuleWithOperations "NamedRuleWithOperations apiGroups apiVersions operations resourceNames resources scope"
        { api_groups api_versions operations resource_names resources scope }
    ParamKind "ParamKind apiVersion kind"
        { api_version kind }
    ParamRef "ParamRef name namespace parameterNotFoundAction selector"
        { name namespace parameter_not_found_action selector }
    RuleWithOperations "RuleWithOperations apiGroups apiVersions operations resources scope"
        { api_groups api_versions operations resources scope }
    ServiceReference "ServiceReference name namespace path port"
        { name namespace path port }
    TypeChecking "TypeChecking expressionWarnings"
        { expression_warnings }
    ValidatingAdmissionPolicy "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy metadata spec status"
        { metadata spec status }
    ValidatingAdmissionPolicyBinding "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding metadata spec"
        { metadata spec }
    ValidatingAdmissionPolicyBindingSpec "ValidatingAdmissionPolicyBindingSpec matchResources paramRef policyName validationActions"
        { match_resources param_ref policy_name validation_actions }
    ValidatingAdmissionPolicySpec "ValidatingAdmissionPolicySpec auditAnnotations failurePolicy matchConditions matchConstraints paramKind validations variables"
        { audit_annotations failure_policy match_conditions match_constraints param_kind validations variables }
    ValidatingAdmissionPolicyStatus "ValidatingAdmissionPolicyStatus conditions observedGeneration typeChecking"
        { conditions observed_generation type_checking }
    ValidatingWebhook "ValidatingWebhook admissionReviewVersions clientConfig failurePolicy matchConditions matchPolicy name namespaceSelector \
        objectSelector rules sideEffects timeoutSeconds"
        { admission_review_versions client_config failure_policy match_conditions match_policy name namespace_selector object_selector rules
        side_effects timeout_seconds }
    ValidatingWebhookConfiguration "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration metadata webhooks"
        { metadata webhooks }
    Validation "Validation expression message messageExpression reason"
        { expression message message_expression reason }
    Variable "Variable expression name"
        { expression name }
    WebhookClientConfig "WebhookClientConfig caBundle service url"
        { ca_bundle service url }
}
