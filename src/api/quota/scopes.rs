//! Which pods a quota with scopes is about. Objects of other kinds are in no scope.
//!
//! The real thing: pkg/quota/v1/evaluator/core/pods.go (`podMatchesScopeFunc`).

use crate::api::{Object, Pod, Stored};
use k8s_openapi::api::core::v1::{
    PodAffinityTerm, PodSpec, ResourceQuota, ScopedResourceSelectorRequirement,
};

/// Do all scopes of the quota hold for the object?
pub(super) fn hold(quota: &ResourceQuota, object: &Object) -> bool {
    let Some(spec) = &quota.spec else { return true };
    let exist = spec.scopes.iter().flatten().map(|scope| Requirement {
        scope,
        operator: "Exists",
        values: &[],
    });
    let selector = spec.scope_selector.as_ref();
    let chosen = selector.and_then(|s| s.match_expressions.as_ref());
    let chosen = chosen.into_iter().flatten().map(Requirement::of);
    let mut requirements = exist.chain(chosen).peekable();
    if requirements.peek().is_none() {
        return true;
    }
    let Some(pod) = Pod::of(object) else {
        return false;
    };
    requirements.all(|requirement| requirement.holds(pod))
}

struct Requirement<'a> {
    scope: &'a str,
    operator: &'a str,
    values: &'a [String],
}

impl<'a> Requirement<'a> {
    fn of(requirement: &'a ScopedResourceSelectorRequirement) -> Self {
        Self {
            scope: &requirement.scope_name,
            operator: &requirement.operator,
            values: requirement.values.as_deref().unwrap_or_default(),
        }
    }

    fn holds(&self, pod: &Pod) -> bool {
        let empty = PodSpec::default();
        let spec = pod.spec.as_deref().unwrap_or(&empty);
        let terminating = spec.active_deadline_seconds.is_some_and(|s| s >= 0);
        let quality = pod.status.as_ref().and_then(|s| s.qos_class.as_deref());
        let best_effort = quality == Some("BestEffort");
        match self.scope {
            "Terminating" => terminating,
            "NotTerminating" => !terminating,
            "BestEffort" => best_effort,
            "NotBestEffort" => !best_effort,
            "PriorityClass" => self.selects(spec.priority_class_name.as_deref()),
            "CrossNamespacePodAffinity" => reaches_elsewhere(spec),
            _ => false,
        }
    }

    fn selects(&self, class: Option<&str>) -> bool {
        let class = class.filter(|c| !c.is_empty());
        let listed = class.is_some_and(|class| self.values.iter().any(|v| v == class));
        match self.operator {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => class.is_some(),
            "DoesNotExist" => class.is_none(),
            _ => false,
        }
    }
}

/// Do the pod's rules look at pods of other namespaces?
fn reaches_elsewhere(spec: &PodSpec) -> bool {
    let elsewhere = |term: &PodAffinityTerm| {
        let named = term.namespaces.as_ref().is_some_and(|n| !n.is_empty());
        named || term.namespace_selector.is_some()
    };
    let Some(affinity) = &spec.affinity else {
        return false;
    };
    let towards = affinity.pod_affinity.as_ref().is_some_and(|a| {
        let required = &a.required_during_scheduling_ignored_during_execution;
        let preferred = &a.preferred_during_scheduling_ignored_during_execution;
        required.iter().flatten().any(elsewhere)
            || preferred
                .iter()
                .flatten()
                .any(|w| elsewhere(&w.pod_affinity_term))
    });
    let away = affinity.pod_anti_affinity.as_ref().is_some_and(|a| {
        let required = &a.required_during_scheduling_ignored_during_execution;
        let preferred = &a.preferred_during_scheduling_ignored_during_execution;
        required.iter().flatten().any(elsewhere)
            || preferred
                .iter()
                .flatten()
                .any(|w| elsewhere(&w.pod_affinity_term))
    });
    towards || away
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use serde_json::json;

    #[test]
    fn scopes_choose_pods() {
        let pod = |spec, quality: &str| -> Object {
            let json = json!({"spec": spec, "status": {"qosClass": quality}});
            Kind::Pod.deserialize(json).expect("a pod")
        };
        let plain = || pod(json!({"containers": []}), "BestEffort");
        let job = || {
            pod(
                json!({"containers": [], "activeDeadlineSeconds": 5}),
                "Burstable",
            )
        };
        let high = || {
            pod(
                json!({"containers": [], "priorityClassName": "high"}),
                "Guaranteed",
            )
        };
        let classes = |operator: &str, values: &[&str]| json!({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": operator, "values": values}]}});
        for (name, spec, want) in [
            ("none", json!({}), [true, true, true]),
            (
                "terminating",
                json!({"scopes": ["Terminating"]}),
                [false, true, false],
            ),
            (
                "not terminating",
                json!({"scopes": ["NotTerminating"]}),
                [true, false, true],
            ),
            (
                "best effort",
                json!({"scopes": ["BestEffort"]}),
                [true, false, false],
            ),
            (
                "not best effort",
                json!({"scopes": ["NotBestEffort"]}),
                [false, true, true],
            ),
            (
                "two",
                json!({"scopes": ["NotBestEffort", "NotTerminating"]}),
                [false, false, true],
            ),
            ("a class", classes("In", &["high"]), [false, false, true]),
            (
                "another class",
                classes("NotIn", &["high"]),
                [true, true, false],
            ),
            ("any class", classes("Exists", &[]), [false, false, true]),
        ] {
            let quota: ResourceQuota =
                serde_json::from_value(json!({ "spec": spec })).expect("a quota");
            let got = [plain(), job(), high()].map(|pod| hold(&quota, &pod));
            assert_eq!(got, want, "{name}");
        }
        let quota: ResourceQuota =
            serde_json::from_value(json!({"spec": {"scopes": ["BestEffort"]}})).expect("a quota");
        let map = Kind::ConfigMap.deserialize(json!({})).expect("a map");
        assert!(!hold(&quota, &map), "no other kind is in a scope");
    }
}
