//! LimitRange.
//!
//! The real thing: pkg/apis/core/v1/defaults.go (`SetDefaults_LimitRangeItem`), pkg/apis/core/validation/validation.go (`ValidateLimitRange`).

use super::cells::column;
use super::{Column, Stored, go, resource_names, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::labels;
use crate::api::quantity::{self, ResourceList};
use crate::api::time::{self, Ms};
use k8s_openapi::api::core::v1::{LimitRange, LimitRangeItem};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::cmp::Ordering;
use std::collections::BTreeSet;

impl Stored for LimitRange {
    stored!(LimitRange);

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.limits.iter_mut().for_each(fill);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let spec = Path::root("spec");
        let path = spec.child("limits");
        let items = self.spec.as_ref().map_or(&[][..], |s| &s.limits);
        for (index, item) in items.iter().enumerate() {
            let path = path.index(index);
            limit_type(&item.type_, &path.child("type"), &mut errors);
            if items[..index].iter().any(|i| i.type_ == item.type_) {
                errors.duplicate(&path.child("type"), item.type_.as_str());
            }
            names(item, &path, &mut errors);
            amounts(item, &path, &mut errors);
        }
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Created At")];
        COLUMNS
    }

    fn row(&self, _now_ms: Ms) -> Vec<String> {
        let created = self.metadata.creation_timestamp.as_ref();
        vec![created.map_or_else(String::new, |t| time::rfc3339(t.0))]
    }
}

/// What one field of an item lacks, another gives: a limit its maximum, a request the limit or the minimum.
fn fill(item: &mut LimitRangeItem) {
    for list in [
        &mut item.max,
        &mut item.min,
        &mut item.default,
        &mut item.default_request,
        &mut item.max_limit_request_ratio,
    ] {
        quantity::canonicalize_all(list);
    }
    if item.type_ != "Container" {
        return;
    }
    let limits = item.default.get_or_insert_default();
    add_missing(limits, item.max.as_ref());
    let requests = item.default_request.get_or_insert_default();
    add_missing(requests, Some(limits));
    add_missing(requests, item.min.as_ref());
    if limits.is_empty() {
        item.default = None;
    }
    if requests.is_empty() {
        item.default_request = None;
    }
}

fn add_missing(list: &mut ResourceList, from: Option<&ResourceList>) {
    for (name, amount) in from.into_iter().flatten() {
        if !list.contains_key(name) {
            list.insert(name.clone(), amount.clone());
        }
    }
}

fn limit_type(text: &str, path: &Path<'_>, errors: &mut Errors) {
    let wrong = labels::qualified_name(text);
    let qualified = wrong.is_empty();
    errors.invalid_text(path, text, wrong);
    let standard = ["Pod", "Container", "PersistentVolumeClaim"];
    if qualified && !text.contains('/') && !standard.contains(&text) {
        let detail = "must be a standard limit type or fully qualified";
        errors.invalid(path, text, detail);
    }
}

/// Every resource must be one that the type can have.
fn names(item: &LimitRangeItem, path: &Path<'_>, errors: &mut Errors) {
    let rule = match item.type_.as_str() {
        "Pod" | "Container" => resource_names::of_container,
        _ => resource_names::any,
    };
    let each = |field: &str, list: &Option<ResourceList>, errors: &mut Errors| {
        let path = path.child(field);
        for name in list.iter().flatten().map(|(name, _)| name) {
            rule(name, &path.key(name), errors);
        }
    };
    each("max", &item.max, errors);
    each("min", &item.min, errors);
    for (field, list) in [
        ("default", &item.default),
        ("defaultRequest", &item.default_request),
    ] {
        let some = list.as_ref().is_some_and(|l| !l.is_empty());
        if item.type_ == "Pod" && some {
            let detail = "may not be specified when `type` is 'Pod'";
            errors.forbidden(&path.child(field), detail);
        } else {
            each(field, list, errors);
        }
    }
    let bounds_storage = [&item.min, &item.max]
        .into_iter()
        .flatten()
        .any(|l| l.contains_key("storage"));
    if item.type_ == "PersistentVolumeClaim" && !bounds_storage {
        let detail =
            "either minimum or maximum storage value is required, but neither was provided";
        errors.required(&path.child("limits"), detail);
    }
    each(
        "maxLimitRequestRatio",
        &item.max_limit_request_ratio,
        errors,
    );
}

/// What an item says of one resource.
struct Amounts<'a> {
    min: Option<&'a Quantity>,
    max: Option<&'a Quantity>,
    default: Option<&'a Quantity>,
    request: Option<&'a Quantity>,
    ratio: Option<&'a Quantity>,
}

/// Each resource's amounts must agree with one another.
fn amounts(item: &LimitRangeItem, path: &Path<'_>, errors: &mut Errors) {
    let of_pod = item.type_ == "Pod";
    let lists = [
        &item.max,
        &item.min,
        &item.default,
        &item.default_request,
        &item.max_limit_request_ratio,
    ];
    let keys: BTreeSet<&String> = lists
        .into_iter()
        .flatten()
        .flat_map(ResourceList::keys)
        .collect();
    for key in keys {
        let of = |list: &'_ Option<ResourceList>| list.as_ref()?.get(key).cloned();
        let (min, max, ratio) = (
            of(&item.min),
            of(&item.max),
            of(&item.max_limit_request_ratio),
        );
        let default = of(&item.default).filter(|_| !of_pod);
        let request = of(&item.default_request).filter(|_| !of_pod);
        let amounts = Amounts {
            min: min.as_ref(),
            max: max.as_ref(),
            default: default.as_ref(),
            request: request.as_ref(),
            ratio: ratio.as_ref(),
        };
        orders(key, &amounts, path, errors);
        ratios(key, &amounts, path, errors);
        let differ = |(a, b): (&Quantity, &Quantity)| quantity::compare(a, b) != Ordering::Equal;
        if let Some((default, request)) = amounts.default.zip(amounts.request)
            && !resource_names::may_overcommit(key)
            && differ((default, request))
        {
            let detail = format!(
                "default value {} must equal to defaultRequest value {} in {key}",
                default.0, request.0
            );
            let path = path.child("defaultRequest");
            errors.invalid_go(&path.key(key), &go::quantity(request), &detail);
        }
    }
}

fn orders(key: &str, amounts: &Amounts<'_>, path: &Path<'_>, errors: &mut Errors) {
    let Amounts {
        min,
        max,
        default,
        request,
        ..
    } = *amounts;
    // (field, what is shown, what must not be greater, its name, than what, its name)
    let rules = [
        ("min", min, (min, "min"), (max, "max")),
        (
            "defaultRequest",
            request,
            (min, "min"),
            (request, "default request"),
        ),
        (
            "defaultRequest",
            request,
            (request, "default request"),
            (max, "max"),
        ),
        (
            "defaultRequest",
            request,
            (request, "default request"),
            (default, "default limit"),
        ),
        ("default", min, (min, "min"), (default, "default")),
        ("default", max, (default, "default"), (max, "max")),
    ];
    for (field, shown, (low, low_name), (high, high_name)) in rules {
        let (Some(shown), Some(low), Some(high)) = (shown, low, high) else {
            continue;
        };
        if quantity::compare(low, high) == Ordering::Greater {
            let detail = format!(
                "{low_name} value {} is greater than {high_name} value {}",
                low.0, high.0
            );
            let path = path.child(field);
            errors.invalid_go(&path.key(key), &go::quantity(shown), &detail);
        }
    }
}

fn ratios(key: &str, amounts: &Amounts<'_>, path: &Path<'_>, errors: &mut Errors) {
    let Some(ratio) = amounts.ratio else { return };
    let path = path.child("maxLimitRequestRatio");
    let path = path.key(key);
    let shown = go::quantity(ratio);
    if quantity::compare(ratio, &quantity::from_milli(1000)) == Ordering::Less {
        let detail = format!("ratio {} is less than 1", ratio.0);
        errors.invalid_go(&path, &shown, &detail);
    }
    let (Some(min), Some(max)) = (amounts.min, amounts.max) else {
        return;
    };
    let milli = |q: &Quantity| i128::from(quantity::cpu_milli(q));
    let (ratio_milli, min_milli, max_milli) = (milli(ratio), milli(min), milli(max));
    if min_milli > 0 && ratio_milli * min_milli > max_milli * 1000 {
        let millionths = max_milli * 1_000_000 / min_milli;
        let detail = format!(
            "ratio {} is greater than max/min = {}.{:06}",
            ratio.0,
            millionths / 1_000_000,
            millionths % 1_000_000
        );
        errors.invalid_go(&path, &shown, &detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn range(item: Value) -> LimitRange {
        let mut range: LimitRange =
            serde_json::from_value(json!({"spec": {"limits": [item]}})).expect("a limit range");
        range.set_defaults();
        range
    }

    #[test]
    fn what_is_left_out_follows_from_the_rest() {
        let range = range(
            json!({"type": "Container", "max": {"cpu": "2"}, "min": {"memory": "1Gi", "cpu": "0.1"}}),
        );
        let item = &range.spec.as_ref().expect("a spec").limits[0];
        let got = serde_json::to_value(item).expect("plain data");
        let want = json!({
            "type": "Container", "max": {"cpu": "2"}, "min": {"cpu": "100m", "memory": "1Gi"},
            "default": {"cpu": "2"}, "defaultRequest": {"cpu": "2", "memory": "1Gi"},
        });
        assert_eq!(got, want);
        assert_eq!(range.validate(), []);
    }

    #[test]
    fn limit_ranges_are_refused() {
        let one = r#"resource.Quantity{i:resource.int64Amount{value:1, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"1", Format:"DecimalSI"}"#;
        let two = one
            .replace("value:1", "value:2")
            .replace("s:\"1\"", "s:\"2\"");
        let cases = [
            (
                "min above max",
                json!({"type": "Pod", "min": {"cpu": "2"}, "max": {"cpu": "1"}}),
                vec![format!(
                    "spec.limits[0].min[cpu]: Invalid value: {two}: min value 2 is greater than max value 1"
                )],
            ),
            (
                "default above max",
                json!({"type": "Container", "default": {"cpu": "2"}, "defaultRequest": {"cpu": "1"}, "max": {"cpu": "1"}}),
                vec![format!(
                    "spec.limits[0].default[cpu]: Invalid value: {one}: default value 2 is greater than max value 1"
                )],
            ),
            (
                "defaults of a pod",
                json!({"type": "Pod", "default": {"cpu": "1"}}),
                vec![
                    "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"
                        .to_owned(),
                ],
            ),
            (
                "a claim without storage",
                json!({"type": "PersistentVolumeClaim"}),
                vec!["spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided".to_owned()],
            ),
            (
                "an unknown type",
                json!({"type": "Node"}),
                vec!["spec.limits[0].type: Invalid value: \"Node\": must be a standard limit type or fully qualified".to_owned()],
            ),
            (
                "a ratio that cannot be",
                json!({"type": "Pod", "min": {"cpu": "1"}, "max": {"cpu": "1500m"}, "maxLimitRequestRatio": {"cpu": "2"}}),
                vec![format!(
                    "spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: {two}: ratio 2 is greater than max/min = 1.500000"
                )],
            ),
        ];
        for (name, item, want) in cases {
            let got: Vec<String> = range(item)
                .validate()
                .iter()
                .map(ToString::to_string)
                .collect();
            assert_eq!(got, want, "{name}");
        }
    }
}
