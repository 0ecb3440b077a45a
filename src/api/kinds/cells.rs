//! What the cells of `kubectl get` are made of.
//!
//! The real thing: pkg/printers/internalversion/printers.go (`translateTimestampSince`, `layoutContainerCells`, `listWithMoreString`).

use super::Column;
use crate::api::time::{self, Ms};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use std::collections::BTreeMap;

/// A column that is always shown.
pub(super) const fn column(name: &'static str) -> Column {
    Column {
        name,
        wide: false,
        is_number: false,
    }
}

/// A column of whole numbers.
pub(super) const fn number(name: &'static str) -> Column {
    Column {
        is_number: true,
        ..column(name)
    }
}

/// A column that only `-o wide` shows.
pub(super) const fn wide(name: &'static str) -> Column {
    Column {
        wide: true,
        ..column(name)
    }
}

/// How old an object is.
pub(super) fn age(metadata: &ObjectMeta, now_ms: Ms) -> String {
    since(metadata.creation_timestamp.as_ref(), now_ms)
}

/// How long ago it was; `<unknown>` if nobody knows.
pub(super) fn since(then: Option<&Time>, now_ms: Ms) -> String {
    let Some(then) = then else {
        return "<unknown>".to_owned();
    };
    time::human_duration(now_ms.saturating_sub(time::ms(then)))
}

/// The text, or what stands for its absence.
pub(super) fn or(text: Option<&str>, absent: &str) -> String {
    text.filter(|t| !t.is_empty()).unwrap_or(absent).to_owned()
}

/// Labels as `a=b,c=d`, or `<none>`.
pub(super) fn labels(labels: Option<&BTreeMap<String, String>>) -> String {
    let pairs = labels.into_iter().flatten();
    let texts: Vec<String> = pairs.map(|(k, v)| format!("{k}={v}")).collect();
    or(Some(&texts.join(",")), "<none>")
}

/// The names and the images of a template's containers.
pub(super) fn containers(template: &PodTemplateSpec) -> (String, String) {
    let containers = || template.spec.iter().flat_map(|s| &s.containers);
    let names: Vec<&str> = containers().map(|c| c.name.as_str()).collect();
    let images = containers().map(|c| c.image.as_deref().unwrap_or_default());
    (names.join(","), images.collect::<Vec<_>>().join(","))
}

/// How many entries a cell lists before it says how many more there are.
pub(super) const LISTED_MAX: usize = 3;

/// `a,b,c + 2 more...`; `absent` if there is nothing.
pub(super) fn list(entries: impl Iterator<Item = String>, absent: &str) -> String {
    let (mut shown, mut count) = (Vec::new(), 0);
    for entry in entries {
        count += 1;
        if shown.len() < LISTED_MAX {
            shown.push(entry);
        }
    }
    let shown = shown.join(",");
    if count > LISTED_MAX {
        return format!("{shown} + {} more...", count - LISTED_MAX);
    }
    or(Some(&shown), absent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_say_how_many_more_there_are() {
        for (count, want) in [
            (0, "<none>"),
            (1, "0"),
            (3, "0,1,2"),
            (5, "0,1,2 + 2 more..."),
        ] {
            let entries = (0..count).map(|n: i32| n.to_string());
            assert_eq!(list(entries, "<none>"), want);
        }
    }
}
