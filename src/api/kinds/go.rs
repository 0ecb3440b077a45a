//! Values as Go prints them with `%#v`: upstream's messages show lists, maps and structs so.
//!
//! The real thing: the `ErrorBody` of 1.33's staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeMap;

/// `map[string]string{"app":"web"}`.
pub(super) fn map(map: Option<&BTreeMap<String, String>>) -> String {
    let Some(map) = map else {
        return "map[string]string(nil)".to_owned();
    };
    let pairs: Vec<String> = map.iter().map(|(k, v)| format!("{k:?}:{v:?}")).collect();
    format!("map[string]string{{{}}}", pairs.join(", "))
}

/// `[]string{"a", "b"}`.
pub(super) fn list(list: Option<&[String]>) -> String {
    let Some(list) = list else {
        return "[]string(nil)".to_owned();
    };
    let texts: Vec<String> = list.iter().map(|text| format!("{text:?}")).collect();
    format!("[]string{{{}}}", texts.join(", "))
}

/// `v1.LabelSelector{MatchLabels:…, MatchExpressions:…}`.
pub(super) fn selector(selector: &LabelSelector) -> String {
    let requirement = |r: &LabelSelectorRequirement| {
        let values = list(r.values.as_deref());
        format!(
            "v1.LabelSelectorRequirement{{Key:{:?}, Operator:{:?}, Values:{values}}}",
            r.key, r.operator
        )
    };
    let expressions = match &selector.match_expressions {
        None => "[]v1.LabelSelectorRequirement(nil)".to_owned(),
        Some(all) => {
            let all: Vec<String> = all.iter().map(requirement).collect();
            format!("[]v1.LabelSelectorRequirement{{{}}}", all.join(", "))
        }
    };
    let labels = map(selector.match_labels.as_ref());
    format!("v1.LabelSelector{{MatchLabels:{labels}, MatchExpressions:{expressions}}}")
}

/// `intstr.IntOrString{Type:0, IntVal:0, StrVal:""}`.
pub(super) fn int_or_string(value: &IntOrString) -> String {
    let (kind, number, text) = match value {
        IntOrString::Int(number) => (0, *number, ""),
        IntOrString::String(text) => (1, 0, text.as_str()),
    };
    format!("intstr.IntOrString{{Type:{kind}, IntVal:{number}, StrVal:{text:?}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_read_as_in_the_recorded_messages() {
        let labels = BTreeMap::from([("app".to_owned(), "web2".to_owned())]);
        let got = selector(&LabelSelector {
            match_labels: Some(labels),
            match_expressions: None,
        });
        let want = r#"v1.LabelSelector{MatchLabels:map[string]string{"app":"web2"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}"#;
        assert_eq!(got, want);
    }
}
