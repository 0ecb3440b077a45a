//! The fields of the types of `k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1 as of;

types! {
    CustomResourceColumnDefinition "CustomResourceColumnDefinition description format jsonPath name priority type"
        { description format json_path name priority type_ }
    CustomResourceConversion "CustomResourceConversion strategy webhook"
        { strategy webhook }
    CustomResourceDefinition "apiextensions.k8s.io/v1/CustomResourceDefinition metadata spec status"
        { metadata spec status }
    CustomResourceDefinitionCondition "CustomResourceDefinitionCondition lastTransitionTime message reason status type"
        { last_transition_time message reason status type_ }
    CustomResourceDefinitionNames "CustomResourceDefinitionNames categories kind listKind plural shortNames singular"
        { categories kind list_kind plural short_names singular }
    CustomResourceDefinitionSpec "CustomResourceDefinitionSpec conversion group names preserveUnknownFields scope versions"
        { conversion group names preserve_unknown_fields scope versions }
    CustomResourceDefinitionStatus "CustomResourceDefinitionStatus acceptedNames conditions storedVersions"
        { accepted_names conditions stored_versions }
    CustomResourceDefinitionVersion "CustomResourceDefinitionVersion additionalPrinterColumns deprecated deprecationWarning name schema selectableFields served storage \
        subresources"
        { additional_printer_columns deprecated deprecation_warning name schema selectable_fields served storage subresources }
    CustomResourceSubresourceScale "CustomResourceSubresourceScale labelSelectorPath specReplicasPath statusReplicasPath"
        { label_selector_path spec_replicas_path status_replicas_path }
    CustomResourceSubresources "CustomResourceSubresources scale status"
        { scale status }
    CustomResourceValidation "CustomResourceValidation openAPIV3Schema"
        { open_api_v3_schema }
    ExternalDocumentation "ExternalDocumentation description url"
        { description url }
    JSONSchemaProps "JSONSchemaProps $ref $schema additionalItems additionalProperties allOf anyOf default definitions dependencies description enum \
        example exclusiveMaximum exclusiveMinimum externalDocs format id items maxItems maxLength maxProperties maximum minItems minLength \
        minProperties minimum multipleOf not nullable oneOf pattern patternProperties properties required title type uniqueItems \
        x-kubernetes-embedded-resource x-kubernetes-int-or-string x-kubernetes-list-map-keys x-kubernetes-list-type x-kubernetes-map-type \
        x-kubernetes-preserve-unknown-fields x-kubernetes-validations"
        { ref_path schema additional_items additional_properties all_of any_of default definitions dependencies description enum_ example
        exclusive_maximum exclusive_minimum external_docs format id items max_items max_length max_properties maximum min_items min_length
        min_properties minimum multiple_of not nullable one_of pattern pattern_properties properties required title type_ unique_items
        x_kubernetes_embedded_resource x_kubernetes_int_or_string x_kubernetes_list_map_keys x_kubernetes_list_type x_kubernetes_map_type
        x_kubernetes_preserve_unknown_fields x_kubernetes_validations }
    SelectableField "SelectableField jsonPath"
        { json_path }
    ServiceReference "ServiceReference name namespace path port"
        { name namespace path port }
    ValidationRule "ValidationRule fieldPath message messageExpression optionalOldSelf reason rule"
        { field_path message message_expression optional_old_self reason rule }
    WebhookClientConfig "WebhookClientConfig caBundle service url"
        { ca_bundle service url }
    WebhookConversion "WebhookConversion clientConfig conversionReviewVersions"
        { client_config conversion_review_versions }
}
