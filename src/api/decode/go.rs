//! Go's names of types, because upstream's messages have them: `int32`, `[]v1.Container`, `v1.Protocol`.
//!
//! The real thing: Go's `reflect.Type.String`, and the named string types of staging/src/k8s.io/api/core/v1/types.go.

use serde_json::Value;

/// What a JSON value is called in `cannot unmarshal … into`.
pub(super) fn name_of_value(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The Go type of what a visitor makes, from [`std::any::type_name`].
pub(super) fn name_of_type(rust: &str) -> String {
    let (outer, inner) = match rust.split_once('<') {
        Some((outer, inner)) => (outer, inner.strip_suffix('>').unwrap_or(inner)),
        None => (rust, ""),
    };
    match outer.rsplit("::").next().unwrap_or(outer) {
        "Vec" => format!("[]{}", name_of_type(inner)),
        "Option" | "Box" => name_of_type(inner),
        "BTreeMap" => {
            let value = inner.split_once(", ").map_or(inner, |(_, value)| value);
            match name_of_type(value).as_str() {
                "resource.Quantity" => "v1.ResourceList".to_owned(),
                value => format!("map[string]{value}"),
            }
        }
        "String" | "str" => "string".to_owned(),
        "i32" => "int32".to_owned(),
        "i64" => "int64".to_owned(),
        "f64" => "float64".to_owned(),
        "bool" => "bool".to_owned(),
        "ByteString" => "[]uint8".to_owned(),
        "Quantity" => "resource.Quantity".to_owned(),
        "IntOrString" => "intstr.IntOrString".to_owned(),
        name => format!("v1.{name}"),
    }
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
            | "ReplicaSetCondition",
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

    fn name<T>() -> String {
        name_of_type(std::any::type_name::<T>())
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
