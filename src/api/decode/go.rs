//! Go's names of types, because upstream's messages have them: `int32`, `[]v1.Container`, `v1.Protocol`.
//!
//! The real thing: Go's `reflect.Type.String`, and the named string types of staging/src/k8s.io/api/core/v1/types.go.

use crate::api::typed::{Form, Typed};

/// The Go type of this value: `v1.PodSpec`, `[]v1.Container`. A list or map is asked for the type of a new entry, which it does not keep.
pub(super) fn name_of_type(value: &mut dyn Typed) -> String {
    match value.form() {
        Form::Struct(form) => form.go_name(),
        Form::Leaf(name) => (*name).to_owned(),
        Form::List => format!("[]{}", name_of_inner(value)),
        Form::Map => match name_of_inner(value).as_str() {
            "resource.Quantity" => "v1.ResourceList".to_owned(),
            inner => format!("map[string]{inner}"),
        },
        Form::Option | Form::Choice => name_of_inner(value),
    }
}

fn name_of_inner(value: &mut dyn Typed) -> String {
    let name = value.insert("").map(name_of_type).unwrap_or_default();
    value.remove("");
    name
}

/// The Go type of a text field: `string`, or the name that upstream gave to its values.
pub(super) fn name_of_text(owner: &str, field: &str) -> &'static str {
    match (owner, field) {
        (_, "protocol") => "v1.Protocol",
        (_, "imagePullPolicy") => "v1.PullPolicy",
        ("PodSpec", "restartPolicy") => "v1.RestartPolicy",
        (_, "restartPolicy") => "v1.ContainerRestartPolicy",
        (_, "dnsPolicy") => "v1.DNSPolicy",
        (_, "preemptionPolicy") => "v1.PreemptionPolicy",
        (_, "terminationMessagePolicy") => "v1.TerminationMessagePolicy",
        (_, "mountPropagation") => "v1.MountPropagationMode",
        (_, "medium") => "v1.StorageMedium",
        (_, "scheme") => "v1.URIScheme",
        (_, "whenUnsatisfiable") => "v1.UnsatisfiableConstraintAction",
        ("Taint" | "Toleration", "effect") => "v1.TaintEffect",
        ("Toleration", "operator") => "v1.TolerationOperator",
        ("NodeSelectorRequirement", "operator") => "v1.NodeSelectorOperator",
        ("LabelSelectorRequirement", "operator") => "v1.LabelSelectorOperator",
        ("ServiceSpec", "type") => "v1.ServiceType",
        ("ServiceSpec", "sessionAffinity") => "v1.ServiceAffinity",
        ("ServiceSpec", "externalTrafficPolicy") => "v1.ServiceExternalTrafficPolicy",
        ("ServiceSpec", "internalTrafficPolicy") => "v1.ServiceInternalTrafficPolicy",
        ("ServiceSpec", "ipFamilyPolicy") => "v1.IPFamilyPolicy",
        ("DeploymentStrategy", "type") => "v1.DeploymentStrategyType",
        ("StatefulSetUpdateStrategy", "type") => "v1.StatefulSetUpdateStrategyType",
        ("DaemonSetUpdateStrategy", "type") => "v1.DaemonSetUpdateStrategyType",
        ("StatefulSetSpec", "podManagementPolicy") => "v1.PodManagementPolicyType",
        ("StatefulSetPersistentVolumeClaimRetentionPolicy", _) => {
            "v1.PersistentVolumeClaimRetentionPolicyType"
        }
        ("JobSpec", "completionMode") => "v1.CompletionMode",
        ("JobSpec", "podReplacementPolicy") => "v1.PodReplacementPolicy",
        ("CronJobSpec", "concurrencyPolicy") => "v1.ConcurrencyPolicy",
        ("PodFailurePolicyRule", "action") => "v1.PodFailurePolicyAction",
        ("PodFailurePolicyOnExitCodesRequirement", "operator") => {
            "v1.PodFailurePolicyOnExitCodesOperator"
        }
        ("PodFailurePolicyOnPodConditionsPattern", "type") => "v1.PodConditionType",
        ("PodDisruptionBudgetSpec", "unhealthyPodEvictionPolicy") => {
            "v1.UnhealthyPodEvictionPolicyType"
        }
        ("MetricSpec" | "MetricStatus", "type") => "v2.MetricSourceType",
        ("MetricTarget", "type") => "v2.MetricTargetType",
        ("HPAScalingRules", "selectPolicy") => "v2.ScalingPolicySelect",
        ("HPAScalingPolicy", "type") => "v2.HPAScalingPolicyType",
        ("Secret", "type") => "v1.SecretType",
        ("EndpointSlice", "addressType") => "v1.AddressType",
        ("NamespaceSpec", "finalizers") => "v1.FinalizerName",
        ("PodStatus", "phase") => "v1.PodPhase",
        ("NamespaceStatus", "phase") => "v1.NamespacePhase",
        (
            "PodCondition"
            | "NodeCondition"
            | "NamespaceCondition"
            | "DeploymentCondition"
            | "ReplicaSetCondition"
            | "StatefulSetCondition"
            | "DaemonSetCondition"
            | "ReplicationControllerCondition"
            | "JobCondition"
            | "PodFailurePolicyOnPodConditionsPattern"
            | "HorizontalPodAutoscalerCondition",
            "status",
        ) => "v1.ConditionStatus",
        ("ObjectMeta" | "OwnerReference" | "ObjectReference", "uid") => "types.UID",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::{Container, PodSpec};
    use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
    use std::collections::BTreeMap;

    fn name<T: Typed>() -> String {
        name_of_type(&mut T::blank())
    }

    #[test]
    fn types_are_named_as_in_go() {
        let cases = [
            ("a number", name::<i32>(), "int32"),
            ("a struct", name::<PodSpec>(), "v1.PodSpec"),
            ("a list", name::<Vec<Container>>(), "[]v1.Container"),
            ("texts", name::<Vec<String>>(), "[]string"),
            (
                "a map",
                name::<BTreeMap<String, String>>(),
                "map[string]string",
            ),
            (
                "amounts",
                name::<BTreeMap<String, Quantity>>(),
                "v1.ResourceList",
            ),
        ];
        for (name, got, want) in cases {
            assert_eq!(got, want, "{name}");
        }
    }
}
