//! SelfSubjectRulesReview: everything that the asker may do in a namespace, as far as rules can say it.
//!
//! The real thing: pkg/registry/authorization/selfsubjectrulesreview/rest.go, staging/src/k8s.io/apiserver/pkg/authorization/union/union.go (`RulesFor`).

use super::rbac::{aggregate, list, rules_of};
use crate::api::identity::{NODE_PREFIX, NODES};
use crate::api::{Caller, Snapshot, Status};
use k8s_openapi::api::rbac::v1::PolicyRule;
use serde_json::{Value, json};

/// The review's status; its spec names the namespace.
pub(super) fn status(
    spec: &Value,
    asker: &Caller<'_>,
    snapshot: &Snapshot,
) -> Result<Value, Status> {
    let namespace = spec.get("namespace").and_then(Value::as_str);
    let namespace = namespace.unwrap_or_default();
    if namespace.is_empty() {
        return Err(Status::bad_request("no namespace on request"));
    }
    let (rules, missing) = rules_of(asker, namespace, snapshot);
    let resources = rules.iter().filter(|r| !list(&r.resources).is_empty());
    let urls = rules
        .iter()
        .filter(|r| !list(&r.non_resource_urls).is_empty());
    let is_node = asker.name.starts_with(NODE_PREFIX) && asker.identity.is_in(NODES);
    let mut status = json!({
        "resourceRules": resources.map(|r| resource_rule(r)).collect::<Vec<_>>(),
        "nonResourceRules": urls.map(|r| url_rule(r)).collect::<Vec<_>>(),
        "incomplete": is_node,
    });
    let mut errors: Vec<String> = Vec::new();
    if is_node {
        errors.push("node authorizer does not support user rule resolution".to_owned());
    }
    if !missing.is_empty() {
        errors.push(aggregate(&missing));
    }
    if !errors.is_empty() {
        status["evaluationError"] = json!(aggregate(&errors));
    }
    Ok(status)
}

fn resource_rule(rule: &PolicyRule) -> Value {
    let mut shown =
        json!({"verbs": rule.verbs, "apiGroups": rule.api_groups, "resources": rule.resources});
    if !list(&rule.resource_names).is_empty() {
        shown["resourceNames"] = json!(rule.resource_names);
    }
    shown
}

fn url_rule(rule: &PolicyRule) -> Value {
    json!({"verbs": rule.verbs, "nonResourceURLs": rule.non_resource_urls})
}
