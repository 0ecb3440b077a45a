//! ResourceQuota.
//!
//! The real thing: pkg/registry/core/resourcequota/strategy.go, pkg/apis/core/validation/validation.go (`ValidateResourceQuota`).

use super::cells::{age, column};
use super::normal::{drop_empty, list};
use super::{Column, Stored, go, pod, resource_names, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::quantity::{self, ResourceList};
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{
    ResourceQuota, ResourceQuotaSpec, ResourceQuotaStatus, ScopedResourceSelectorRequirement,
};
use std::collections::BTreeSet;

const SPEC: Path<'static> = Path::root("spec");

/// Scopes that contradict one another.
const CONFLICTS: [[&str; 2]; 2] = [
    ["BestEffort", "NotBestEffort"],
    ["NotTerminating", "Terminating"],
];

impl Stored for ResourceQuota {
    stored!(ResourceQuota);

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        quantity::canonicalize_all(&mut spec.hard);
        drop_empty(&mut spec.hard);
        drop_empty(&mut spec.scopes);
        let status = self.status.get_or_insert_default();
        quantity::canonicalize_all(&mut status.hard);
        quantity::canonicalize_all(&mut status.used);
    }

    fn prepare_create(&mut self) {
        self.status = Some(ResourceQuotaStatus::default());
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        self.spec.clone_from(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        spec(self, &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        spec(self, &mut errors);
        let scopes = |quota: &Self| -> BTreeSet<String> {
            let spec = quota.spec.as_ref();
            let scopes = spec.map_or(&[][..], |s| list(&s.scopes));
            scopes.iter().cloned().collect()
        };
        if scopes(self) != scopes(old) {
            let value = scopes_value(self.spec.as_ref());
            errors.invalid_go(&SPEC.child("scopes"), &value, "field is immutable");
        }
        errors.into_list()
    }

    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let path = Path::root("status");
        if let Some(status) = &self.status {
            amounts(status.hard.as_ref(), &path.child("hard"), &mut errors);
            amounts(status.used.as_ref(), &path.child("used"), &mut errors);
        }
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Request"), column("Limit"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let (mut requests, mut limits) = (Vec::new(), Vec::new());
        let status = self.status.clone().unwrap_or_default();
        let used = status.used.unwrap_or_default();
        for (name, hard) in status.hard.iter().flatten() {
            let used = used.get(name).map_or("0", |q| q.0.as_str());
            let text = format!("{name}: {used}/{}", hard.0);
            if name.starts_with("limits.") {
                limits.push(text);
            } else {
                requests.push(text);
            }
        }
        vec![
            requests.join(", "),
            limits.join(", "),
            age(&self.metadata, now_ms),
        ]
    }
}

fn spec(quota: &ResourceQuota, errors: &mut Errors) {
    let Some(spec) = &quota.spec else { return };
    amounts(spec.hard.as_ref(), &SPEC.child("hard"), errors);
    scopes(spec, errors);
    scope_selector(spec, errors);
}

fn amounts(amounts: Option<&ResourceList>, path: &Path<'_>, errors: &mut Errors) {
    for (name, amount) in amounts.into_iter().flatten() {
        let path = path.key(name);
        resource_names::of_quota(name, &path, errors);
        pod::resources::amount_of(name, amount, &path, errors);
    }
}

fn scopes_value(spec: Option<&ResourceQuotaSpec>) -> String {
    let Some(scopes) = spec.and_then(|s| s.scopes.as_ref()) else {
        return "[]core.ResourceQuotaScope(nil)".to_owned();
    };
    let texts: Vec<String> = scopes.iter().map(|s| format!("{s:?}")).collect();
    format!("[]core.ResourceQuotaScope{{{}}}", texts.join(", "))
}

fn scopes(spec: &ResourceQuotaSpec, errors: &mut Errors) {
    let scopes = list(&spec.scopes);
    let path = SPEC.child("scopes");
    for scope in scopes {
        let mut wrong: Vec<&str> = Vec::new();
        if !is_scope(scope) {
            wrong.push("unsupported scope");
        }
        let unfit = unfit_resources(spec, scope);
        wrong.extend((0..unfit).map(|_| "unsupported scope applied to resource"));
        for detail in wrong {
            errors.invalid_go(&path, &scopes_value(Some(spec)), detail);
        }
    }
    conflicts(spec, &path, scopes.iter().map(String::as_str), errors);
}

fn conflicts<'a>(
    spec: &ResourceQuotaSpec,
    path: &Path<'_>,
    scopes: impl Iterator<Item = &'a str>,
    errors: &mut Errors,
) {
    let scopes: Vec<&str> = scopes.collect();
    for pair in CONFLICTS {
        if pair.iter().all(|scope| scopes.contains(scope)) {
            let value = scopes_value(Some(spec));
            errors.invalid_go(path, &value, "conflicting scopes");
        }
    }
}

fn is_scope(scope: &str) -> bool {
    matches!(
        scope,
        "Terminating"
            | "NotTerminating"
            | "BestEffort"
            | "NotBestEffort"
            | "PriorityClass"
            | "CrossNamespacePodAffinity"
            | "VolumeAttributesClass"
    )
}

/// How many of the limited resources are not those of pods, or of pods without requests.
fn unfit_resources(spec: &ResourceQuotaSpec, scope: &str) -> usize {
    let fits = |name: &str| match scope {
        "BestEffort" => name == "pods",
        "VolumeAttributesClass" => {
            matches!(name, "persistentvolumeclaims" | "requests.storage")
        }
        _ if is_scope(scope) => matches!(
            name,
            "pods"
                | "cpu"
                | "memory"
                | "limits.cpu"
                | "limits.memory"
                | "requests.cpu"
                | "requests.memory"
        ),
        _ => true,
    };
    let names = spec.hard.iter().flatten().map(|(name, _)| name);
    names
        .filter(|name| resource_names::is_standard_for_quota(name) && !fits(name))
        .count()
}

fn scope_selector(spec: &ResourceQuotaSpec, errors: &mut Errors) {
    let Some(selector) = &spec.scope_selector else {
        return;
    };
    let path = SPEC.child("scopeSelector");
    let path = path.child("matchExpressions");
    let requirements = list(&selector.match_expressions);
    for requirement in requirements {
        let scope = requirement.scope_name.as_str();
        if !is_scope(scope) {
            errors.invalid(&path.child("scopeName"), scope, "unsupported scope");
        }
        for _ in 0..unfit_resources(spec, scope) {
            let value = selector_value(requirements);
            errors.invalid_go(&path, &value, "unsupported scope applied to resource");
        }
        requirement_rules(requirement, &path, errors);
    }
    let names = requirements.iter().map(|r| r.scope_name.as_str());
    conflicts(spec, &path, names, errors);
}

fn selector_value(requirements: &[ScopedResourceSelectorRequirement]) -> String {
    let one = |r: &ScopedResourceSelectorRequirement| {
        let values = go::list(r.values.as_deref());
        format!(
            "core.ScopedResourceSelectorRequirement{{ScopeName:{:?}, Operator:{:?}, Values:{values}}}",
            r.scope_name, r.operator
        )
    };
    let all: Vec<String> = requirements.iter().map(one).collect();
    format!(
        "core.ScopeSelector{{MatchExpressions:[]core.ScopedResourceSelectorRequirement{{{}}}}}",
        all.join(", ")
    )
}

fn requirement_rules(
    requirement: &ScopedResourceSelectorRequirement,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let operator = requirement.operator.as_str();
    let valued = ["PriorityClass", "VolumeAttributesClass"].contains(&&*requirement.scope_name);
    if is_scope(&requirement.scope_name) && !valued && operator != "Exists" {
        let detail = "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
        errors.invalid(&path.child("operator"), operator, detail);
    }
    let values = list(&requirement.values);
    match operator {
        "In" | "NotIn" if values.is_empty() => {
            let detail =
                "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
            errors.required(&path.child("values"), detail);
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            let detail =
                "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
            errors.invalid_go(&path.child("values"), &go::list(Some(values)), detail);
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        _ => {
            let detail = "not a valid selector operator";
            errors.invalid(&path.child("operator"), operator, detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn quota(spec: Value) -> ResourceQuota {
        let mut quota: ResourceQuota =
            serde_json::from_value(json!({ "spec": spec })).expect("a quota");
        quota.set_defaults();
        quota
    }

    fn texts(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn quotas_are_refused() {
        let cases = [
            (
                "plain",
                json!({"hard": {"pods": "2", "count/jobs.batch": "3", "requests.cpu": "1"}}),
                vec![],
            ),
            (
                "unknown resource",
                json!({"hard": {"balls": "2"}}),
                vec![
                    "spec.hard[balls]: Invalid value: \"balls\": must be a standard resource type or fully qualified",
                    "spec.hard[balls]: Invalid value: \"balls\": must be a standard resource for quota",
                ],
            ),
            (
                "negative",
                json!({"hard": {"cpu": "-1"}}),
                vec!["spec.hard[cpu]: Invalid value: \"-1\": must be greater than or equal to 0"],
            ),
            (
                "a scope that has no memory",
                json!({"hard": {"memory": "1Gi"}, "scopes": ["BestEffort"]}),
                vec![
                    "spec.scopes: Invalid value: []core.ResourceQuotaScope{\"BestEffort\"}: unsupported scope applied to resource",
                ],
            ),
            (
                "the claims of a class",
                json!({"hard": {"requests.storage": "1Gi"}, "scopeSelector": {"matchExpressions": [{"scopeName": "VolumeAttributesClass", "operator": "In", "values": ["gold"]}]}}),
                vec![],
            ),
            (
                "pods of a class of claims",
                json!({"hard": {"pods": "1"}, "scopes": ["VolumeAttributesClass"]}),
                vec![
                    "spec.scopes: Invalid value: []core.ResourceQuotaScope{\"VolumeAttributesClass\"}: unsupported scope applied to resource",
                ],
            ),
            (
                "both",
                json!({"hard": {"pods": "1"}, "scopes": ["BestEffort", "NotBestEffort"]}),
                vec![
                    "spec.scopes: Invalid value: []core.ResourceQuotaScope{\"BestEffort\", \"NotBestEffort\"}: conflicting scopes",
                ],
            ),
            (
                "a selector without values",
                json!({"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In"}]}}),
                vec![
                    "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
                ],
            ),
        ];
        for (name, spec, want) in cases {
            assert_eq!(texts(&quota(spec).validate()), want, "{name}");
        }
    }

    #[test]
    fn scopes_stay() {
        let old = quota(json!({"hard": {"pods": "1"}, "scopes": ["BestEffort"]}));
        let new = quota(json!({"hard": {"pods": "2"}}));
        let want = "spec.scopes: Invalid value: []core.ResourceQuotaScope(nil): field is immutable";
        assert_eq!(texts(&new.validate_update(&old)), [want]);
    }

    #[test]
    fn a_row_says_what_is_used() {
        let mut quota = quota(json!({}));
        let status = json!({"hard": {"limits.cpu": "2", "pods": "4", "requests.cpu": "1"}, "used": {"limits.cpu": "1", "pods": "3"}});
        quota.status = serde_json::from_value(status).expect("a status");
        assert_eq!(
            quota.row(0)[..2],
            ["pods: 3/4, requests.cpu: 0/1", "limits.cpu: 1/2"]
        );
    }
}
