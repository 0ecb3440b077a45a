//! Values as Go prints them with `%#v`: upstream's messages show lists, maps and structs so.
//!
//! The real thing: the `ErrorBody` of 1.33's staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go.

use crate::api::time::rfc3339;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    LabelSelector, LabelSelectorRequirement, OwnerReference, Time,
};
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

/// `[]string{"a", "b"}`; what is not there is `[]string(nil)`.
#[must_use]
pub fn list(list: Option<&[String]>) -> String {
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

/// `resource.Quantity{i:resource.int64Amount{value:1, scale:9}, …}`; the text is taken to be canonical.
pub(super) fn quantity(quantity: &Quantity) -> String {
    let (value, scale, format) = amount(&quantity.0);
    format!(
        "resource.Quantity{{i:resource.int64Amount{{value:{value}, scale:{scale}}}, d:resource.infDecAmount{{Dec:(*inf.Dec)(nil)}}, s:{:?}, Format:{format:?}}}",
        quantity.0
    )
}

/// `{i: resource.int64Amount{value: 1, scale: 9}, s: "1G", Format: "DecimalSI"}`: a quantity in a difference.
pub(super) fn quantity_in_difference(quantity: &Quantity) -> String {
    let (value, scale, format) = amount(&quantity.0);
    let inner = if scale == 0 {
        format!("{{value: {value}}}")
    } else {
        format!("{{value: {value}, scale: {scale}}}")
    };
    format!(
        "{{i: resource.int64Amount{inner}, s: {:?}, Format: {format:?}}}",
        quantity.0
    )
}

/// Value, decimal scale and format as Go keeps them.
fn amount(text: &str) -> (i128, i32, &'static str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '.'))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().unwrap_or_default();
    let shift = i32::try_from(fraction.len()).unwrap_or_default();
    if text == "0" {
        return (0, 0, "");
    }
    let binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    if let Some(power) = binary.iter().position(|b| *b == suffix) {
        return (digits << (10 * (power + 1)), 0, "BinarySI");
    }
    if let Some(exponent) = suffix.strip_prefix(['e', 'E']).filter(|e| !e.is_empty()) {
        let exponent: i32 = exponent.parse().unwrap_or_default();
        return (digits, exponent.saturating_sub(shift), "DecimalExponent");
    }
    let decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    let scales = [-9, -6, -3, 0, 3, 6, 9, 12, 15, 18];
    let place = decimal.iter().position(|d| *d == suffix).unwrap_or(3);
    (digits, scales[place] - shift, "DecimalSI")
}

/// `(*int32)(nil)`, or where the value lies: Go prints an address, which is never twice the same; ours always is.
pub(super) fn pointer<T>(go_type: &str, value: Option<&T>) -> String {
    let address = if value.is_some() { ADDRESS } else { "nil" };
    format!("(*{go_type})({address})")
}

/// The address of whatever a pointer points to.
const ADDRESS: &str = "0xc000000000";

/// `[]int32{1, 2}`: a list of what prints itself.
pub(super) fn slice<T>(go_type: &str, list: Option<&[T]>, entry: impl Fn(&T) -> String) -> String {
    match list {
        None => format!("[]{go_type}(nil)"),
        Some(list) => {
            let entries: Vec<String> = list.iter().map(entry).collect();
            format!("[]{go_type}{{{}}}", entries.join(", "))
        }
    }
}

/// `v1.OwnerReference{APIVersion:"v1", Kind:"Pod", …}`.
#[must_use]
pub fn owner_reference(owner: &OwnerReference) -> String {
    let (version, kind) = (&owner.api_version, &owner.kind);
    format!(
        "v1.OwnerReference{{APIVersion:{version:?}, Kind:{kind:?}, Name:{:?}, UID:{:?}, Controller:{}, BlockOwnerDeletion:{}}}",
        owner.name,
        owner.uid,
        pointer("bool", owner.controller.as_ref()),
        pointer("bool", owner.block_owner_deletion.as_ref()),
    )
}

/// `[]v1.OwnerReference{…}`.
#[must_use]
pub fn owner_references(owners: Option<&[OwnerReference]>) -> String {
    slice("v1.OwnerReference", owners, owner_reference)
}

/// `2025-01-01 00:00:00 +0000 UTC`: a time prints itself.
#[must_use]
pub fn time(time: &Time) -> String {
    let text = rfc3339(time.0);
    let text = text.strip_suffix('Z').unwrap_or(&text);
    format!("{} +0000 UTC", text.replace('T', " "))
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

    #[test]
    fn quantities_read_as_go_keeps_them() {
        for (text, want) in [
            ("1G", "value:1, scale:9"),
            ("500m", "value:500, scale:-3"),
            ("2Gi", "value:2147483648, scale:0"),
            ("7", "value:7, scale:0"),
            ("1e3", "value:1, scale:3"),
            ("-1.5k", "value:-15, scale:2"),
        ] {
            let got = quantity(&Quantity(text.to_owned()));
            assert!(got.contains(want), "{text}: {got}");
        }
    }

    #[test]
    fn times_read_as_time_string_prints_them() {
        let then = crate::api::time::time(1_500);
        assert_eq!(time(&then), "2025-01-01 00:00:01 +0000 UTC");
    }
}
