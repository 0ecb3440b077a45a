//! Label selectors: which objects a Service, ReplicaSet or Deployment means.
//!
//! The real thing: apimachinery's `metav1.LabelSelectorAsSelector`, pkg/labels/selector.go.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use std::collections::BTreeMap;

/// An object's labels, as its metadata holds them.
pub type Labels = BTreeMap<String, String>;

/// Do the labels satisfy the selector? An empty selector is satisfied by all.
#[must_use]
pub fn matches(selector: &LabelSelector, labels: Option<&Labels>) -> bool {
    let equal = selector
        .match_labels
        .as_ref()
        .is_none_or(|wanted| includes(labels, wanted));
    equal
        && selector
            .match_expressions
            .iter()
            .flatten()
            .all(|requirement| satisfies(requirement, labels))
}

/// Do the labels have all of these, as a Service's `spec.selector` asks?
#[must_use]
pub fn includes(labels: Option<&Labels>, wanted: &Labels) -> bool {
    wanted
        .iter()
        .all(|(key, value)| labels.and_then(|l| l.get(key)) == Some(value))
}

/// Does the selector ask for nothing, and so mean everything?
#[must_use]
pub fn is_empty(selector: &LabelSelector) -> bool {
    selector
        .match_labels
        .as_ref()
        .is_none_or(BTreeMap::is_empty)
        && selector
            .match_expressions
            .as_ref()
            .is_none_or(Vec::is_empty)
}

/// The selector as kubectl prints it: `app=web,tier in (a,b),!old`; `<none>` if it is empty.
#[must_use]
pub fn format(selector: &LabelSelector) -> String {
    match text(selector) {
        empty if empty.is_empty() => "<none>".to_owned(),
        text => text,
    }
}

/// The selector as one line, its requirements by key: `app=web,tier in (a,b),!old`. The real thing: `labels.Selector.String`.
#[must_use]
pub fn text(selector: &LabelSelector) -> String {
    let equal = selector.match_labels.iter().flatten();
    let mut parts: Vec<(&str, String)> = equal
        .map(|(k, v)| (k.as_str(), format!("{k}={v}")))
        .collect();
    for requirement in selector.match_expressions.iter().flatten() {
        let mut values = requirement.values.clone().unwrap_or_default();
        values.sort();
        let (key, values) = (requirement.key.as_str(), values.join(","));
        let part = match requirement.operator.as_str() {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            _ => format!("!{key}"),
        };
        parts.push((key, part));
    }
    parts.sort_by_key(|(key, _)| *key);
    let parts: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
    parts.join(",")
}

/// One requirement of `matchExpressions`; an operator that validation would refuse is satisfied by nothing.
fn satisfies(requirement: &LabelSelectorRequirement, labels: Option<&Labels>) -> bool {
    let value = labels.and_then(|l| l.get(&requirement.key));
    let listed = value.is_some_and(|v| requirement.values.iter().flatten().any(|w| w == v));
    match requirement.operator.as_str() {
        "In" => listed,
        "NotIn" => !listed,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selector(json: &str) -> LabelSelector {
        serde_json::from_str(json).expect("a selector")
    }

    #[test]
    fn selectors_select() {
        let labels = Labels::from([("app".into(), "web".into()), ("tier".into(), "a".into())]);
        let cases = [
            ("empty selects all", "{}", true, "<none>"),
            ("equal", r#"{"matchLabels":{"app":"web"}}"#, true, "app=web"),
            (
                "other value",
                r#"{"matchLabels":{"app":"db"}}"#,
                false,
                "app=db",
            ),
            (
                "in",
                r#"{"matchExpressions":[{"key":"tier","operator":"In","values":["b","a"]}]}"#,
                true,
                "tier in (a,b)",
            ),
            (
                "not in",
                r#"{"matchExpressions":[{"key":"tier","operator":"NotIn","values":["a"]}]}"#,
                false,
                "tier notin (a)",
            ),
            (
                "not in holds without the label",
                r#"{"matchExpressions":[{"key":"x","operator":"NotIn","values":["a"]}]}"#,
                true,
                "x notin (a)",
            ),
            (
                "exists",
                r#"{"matchExpressions":[{"key":"x","operator":"Exists"}]}"#,
                false,
                "x",
            ),
            (
                "does not exist",
                r#"{"matchExpressions":[{"key":"x","operator":"DoesNotExist"}]}"#,
                true,
                "!x",
            ),
            (
                "sorted by key",
                r#"{"matchLabels":{"tier":"a"},"matchExpressions":[{"key":"app","operator":"Exists"}]}"#,
                true,
                "app,tier=a",
            ),
        ];
        for (name, json, want, text) in cases {
            let selector = selector(json);
            assert_eq!(matches(&selector, Some(&labels)), want, "{name}");
            assert_eq!(format(&selector), text, "{name}");
        }
    }
}
