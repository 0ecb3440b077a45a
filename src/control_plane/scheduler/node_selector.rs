//! Does a term of a node selector select this node?
//!
//! The real thing: component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go (`nodeSelectorTerm.match`).

use k8s_openapi::api::core::v1::{Node, NodeSelectorRequirement, NodeSelectorTerm};

/// All requirements of the term hold. A term that requires nothing holds for no node.
#[must_use]
pub(super) fn matches_term(term: &NodeSelectorTerm, node: &Node) -> bool {
    let expressions = term.match_expressions.as_deref().unwrap_or(&[]);
    let fields = term.match_fields.as_deref().unwrap_or(&[]);
    if expressions.is_empty() && fields.is_empty() {
        return false;
    }
    let labels = node.metadata.labels.as_ref();
    let label = |key: &str| {
        labels
            .and_then(|labels| labels.get(key))
            .map(String::as_str)
    };
    let field = |key: &str| match key {
        "metadata.name" => node.metadata.name.as_deref(),
        _ => None,
    };
    expressions.iter().all(|r| holds(r, label(&r.key)))
        && fields.iter().all(|r| holds(r, field(&r.key)))
}

fn holds(requirement: &NodeSelectorRequirement, actual: Option<&str>) -> bool {
    let values = requirement.values.as_deref().unwrap_or(&[]);
    let listed = |actual: &str| values.iter().any(|value| value == actual);
    let compared = |holds: fn(&i64, &i64) -> bool| {
        let wanted = values.first().and_then(|value| value.parse().ok());
        let actual = actual.and_then(|actual| actual.parse().ok());
        actual.zip(wanted).is_some_and(|(a, w)| holds(&a, &w))
    };
    match &*requirement.operator {
        "In" => actual.is_some_and(listed),
        "NotIn" => !actual.is_some_and(listed),
        "Exists" => actual.is_some(),
        "DoesNotExist" => actual.is_none(),
        "Gt" => compared(i64::gt),
        "Lt" => compared(i64::lt),
        _ => false,
    }
}
