//! Do the rules that someone has cover the rules that they want to give away?
//!
//! The real thing: staging/src/k8s.io/component-helpers/auth/rbac/validation/policy_comparator.go, pkg/registry/rbac/validation/policy_compact.go, pkg/apis/rbac/v1/helpers.go (`CompactString`).

use super::rbac::{covers_url, list};
use k8s_openapi::api::rbac::v1::PolicyRule;

/// The parts of `wanted` that `owned` does not cover, each about one verb on one thing.
pub(super) fn uncovered(owned: &[&PolicyRule], wanted: &[PolicyRule]) -> Vec<PolicyRule> {
    let parts = wanted.iter().flat_map(break_down);
    parts
        .filter(|part| !owned.iter().any(|rule| covers(rule, part)))
        .collect()
}

fn break_down(rule: &PolicyRule) -> Vec<PolicyRule> {
    let one = |text: &String| Some(vec![text.clone()]);
    let mut parts = Vec::new();
    for group in list(&rule.api_groups) {
        for resource in list(&rule.resources) {
            for verb in &rule.verbs {
                let part = PolicyRule {
                    api_groups: one(group),
                    resources: one(resource),
                    verbs: vec![verb.clone()],
                    ..PolicyRule::default()
                };
                let names = list(&rule.resource_names);
                parts.extend(names.iter().map(|name| PolicyRule {
                    resource_names: one(name),
                    ..part.clone()
                }));
                if names.is_empty() {
                    parts.push(part);
                }
            }
        }
    }
    for url in list(&rule.non_resource_urls) {
        parts.extend(rule.verbs.iter().map(|verb| PolicyRule {
            non_resource_urls: one(url),
            verbs: vec![verb.clone()],
            ..PolicyRule::default()
        }));
    }
    parts
}

/// Does the rule cover a part, which has at most one entry in each list?
fn covers(rule: &PolicyRule, part: &PolicyRule) -> bool {
    let every = |all: &[String], wanted: &[String]| {
        all.iter().any(|a| a == "*") || wanted.iter().all(|w| all.contains(w))
    };
    let resources = |resource: &String| {
        let any = resource.split_once('/').map(|(_, sub)| format!("*/{sub}"));
        let all = list(&rule.resources);
        all.iter()
            .any(|r| r == "*" || r == resource || Some(r) == any.as_ref())
    };
    let urls = |url: &String| {
        let all = list(&rule.non_resource_urls);
        all.iter().any(|owned| covers_url(owned, url))
    };
    let names = list(&rule.resource_names);
    let wanted_names = list(&part.resource_names);
    let named = names.is_empty()
        || !wanted_names.is_empty() && wanted_names.iter().all(|n| names.contains(n));
    every(&rule.verbs, &part.verbs)
        && every(list(&rule.api_groups), list(&part.api_groups))
        && list(&part.resources).iter().all(resources)
        && list(&part.non_resource_urls).iter().all(urls)
        && named
}

/// Rules about the same one thing as one rule with all their verbs; the others as they are, and first.
pub(super) fn compact(rules: Vec<PolicyRule>) -> Vec<PolicyRule> {
    let mut complex = Vec::new();
    let mut simple: Vec<PolicyRule> = Vec::new();
    for rule in rules {
        let is_simple = list(&rule.resource_names).len() <= 1
            && list(&rule.non_resource_urls).is_empty()
            && list(&rule.api_groups).len() == 1
            && list(&rule.resources).len() == 1;
        if !is_simple {
            complex.push(rule);
            continue;
        }
        let same = |other: &&mut PolicyRule| {
            other.api_groups == rule.api_groups
                && other.resources == rule.resources
                && other.resource_names == rule.resource_names
        };
        match simple.iter_mut().find(same) {
            Some(first) => first.verbs.extend(rule.verbs),
            None => simple.push(rule),
        }
    }
    complex.extend(simple);
    complex
}

/// `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`.
pub(super) fn describe(rule: &PolicyRule) -> String {
    let parts = [
        ("APIGroups", list(&rule.api_groups)),
        ("Resources", list(&rule.resources)),
        ("NonResourceURLs", list(&rule.non_resource_urls)),
        ("ResourceNames", list(&rule.resource_names)),
        ("Verbs", &rule.verbs),
    ];
    let parts = parts.iter().filter(|(_, entries)| !entries.is_empty());
    let parts: Vec<String> = parts
        .map(|(name, entries)| format!("{name}:{}", quoted(entries)))
        .collect();
    format!("{{{}}}", parts.join(", "))
}

/// `["a" "b"]`, as Go prints a list of texts with `%q`.
pub(super) fn quoted<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(|t| format!("{:?}", t.as_ref())).collect();
    format!("[{}]", texts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn rules(rules: &Value) -> Vec<PolicyRule> {
        serde_json::from_value(rules.clone()).expect("rules")
    }

    #[test]
    fn what_is_owned_covers_what_is_wanted() {
        let resource = |groups: &str, resources: &str, verbs: &str| {
            let split = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
            json!([{"apiGroups": split(groups), "resources": split(resources), "verbs": split(verbs)}])
        };
        let named = |names: &[&str]| json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"], "resourceNames": names}]);
        let urls = |url: &str| json!([{"nonResourceURLs": [url], "verbs": ["get"]}]);
        let pods = || resource("", "pods", "get");
        let cases = [
            ("the same", pods(), pods(), ""),
            (
                "everything",
                resource("*", "*", "*"),
                resource("apps,batch", "jobs", "get,list"),
                "",
            ),
            (
                "a verb more",
                pods(),
                resource("", "pods", "get,list"),
                r#"{APIGroups:[""], Resources:["pods"], Verbs:["list"]}"#,
            ),
            (
                "in two parts",
                resource("", "pods", "watch"),
                resource("", "pods", "get,list"),
                r#"{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}"#,
            ),
            (
                "any scale",
                resource("*", "*/scale", "get"),
                resource("apps", "deployments/scale", "get"),
                "",
            ),
            (
                "a part is not the whole",
                resource("", "pods/log", "get"),
                pods(),
                r#"{APIGroups:[""], Resources:["pods"], Verbs:["get"]}"#,
            ),
            (
                "one name is not all",
                named(&["a"]),
                pods(),
                r#"{APIGroups:[""], Resources:["pods"], Verbs:["get"]}"#,
            ),
            ("all names are one", pods(), named(&["a"]), ""),
            (
                "another name",
                named(&["a"]),
                named(&["a", "b"]),
                r#"{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}"#,
            ),
            ("a path below", urls("/a/*"), urls("/a/b"), ""),
            (
                "another path",
                urls("/a"),
                urls("/b"),
                r#"{NonResourceURLs:["/b"], Verbs:["get"]}"#,
            ),
        ];
        for (name, owned, wanted, want) in cases {
            let (owned, wanted) = (rules(&owned), rules(&wanted));
            let missing = uncovered(&owned.iter().collect::<Vec<_>>(), &wanted);
            let got: Vec<String> = compact(missing).iter().map(describe).collect();
            assert_eq!(got.join("\n"), want, "{name}");
        }
    }
}
