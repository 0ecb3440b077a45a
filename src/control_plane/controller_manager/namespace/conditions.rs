//! The conditions by which a namespace says why it is not gone yet.
//!
//! The real thing: pkg/controller/namespace/deletion/status_condition_utils.go.

use super::Remains;
use crate::api::Kind;
use crate::api::time::{self, Ms};
use crate::component::Datum;
use k8s_openapi::api::core::v1::{Namespace, NamespaceCondition};
use std::collections::BTreeMap;

/// Type, and reason and message while all is well; in the order in which they are written.
const ALL_WELL: [(&str, &str, &str); 5] = [
    (
        "NamespaceDeletionDiscoveryFailure",
        "ResourcesDiscovered",
        "All resources successfully discovered",
    ),
    (
        "NamespaceDeletionGroupVersionParsingFailure",
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
    ),
    (
        "NamespaceDeletionContentFailure",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
    (
        "NamespaceContentRemaining",
        "ContentRemoved",
        "All content successfully removed",
    ),
    (
        "NamespaceFinalizersRemaining",
        "ContentHasNoFinalizers",
        "All content-preserving finalizers finished",
    ),
];

/// The conditions as they should be now; one whose status stays keeps its time.
pub(super) fn with_conditions(
    namespace: &Namespace,
    remains: &BTreeMap<Kind, Remains>,
    refused: Option<&str>,
    now_ms: Ms,
) -> Vec<NamespaceCondition> {
    let old = namespace
        .status
        .as_ref()
        .and_then(|s| s.conditions.as_deref())
        .unwrap_or_default();
    let trouble = [
        None,
        None,
        refused.map(|why| {
            let message = format!("Failed to delete all resource types, 1 remaining: {why}");
            ("ContentDeletionFailed", message)
        }),
        content_remaining(remains).map(|message| ("SomeResourcesRemain", message)),
        finalizers_remaining(remains).map(|message| ("SomeFinalizersRemain", message)),
    ];
    ALL_WELL
        .into_iter()
        .zip(trouble)
        .map(|((type_, reason, message), trouble)| {
            let (status, reason, message) = match trouble {
                None => ("False", reason, message.to_owned()),
                Some((reason, message)) => ("True", reason, message),
            };
            let known = old.iter().find(|c| c.type_ == type_ && c.status == status);
            let since = known.and_then(|c| c.last_transition_time.clone());
            NamespaceCondition {
                type_: type_.to_owned(),
                status: status.to_owned(),
                reason: Some(reason.to_owned()),
                message: Some(message),
                last_transition_time: since.or_else(|| Some(time::time(now_ms))),
            }
        })
        .collect()
}

fn content_remaining(remains: &BTreeMap<Kind, Remains>) -> Option<String> {
    let mut parts: Vec<String> = remains
        .iter()
        .filter(|(_, r)| r.count > 0)
        .map(|(kind, r)| {
            let info = kind.info();
            format!(
                "{}.{} has {} resource instances",
                info.plural, info.group, r.count
            )
        })
        .collect();
    parts.sort();
    (!parts.is_empty()).then(|| format!("Some resources are remaining: {}", parts.join(", ")))
}

fn finalizers_remaining(remains: &BTreeMap<Kind, Remains>) -> Option<String> {
    let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
    for (finalizer, count) in remains.values().flat_map(|r| &r.finalizers) {
        *sums.entry(finalizer).or_default() += count;
    }
    let parts: Vec<String> = sums
        .iter()
        .map(|(finalizer, count)| format!("{finalizer} in {count} resource instances"))
        .collect();
    let list = parts.join(", ");
    (!parts.is_empty())
        .then(|| format!("Some content in the namespace has finalizers remaining: {list}"))
}

/// The types that are True.
pub(super) fn in_words(conditions: Option<&Vec<NamespaceCondition>>) -> Datum {
    let Some(conditions) = conditions else {
        return Datum::None;
    };
    let words = conditions.iter().filter(|c| c.status == "True");
    match words.map(|c| c.type_.as_str().into()).collect::<Vec<_>>() {
        none if none.is_empty() => Datum::Text("all well".into()),
        some => Datum::List(some),
    }
}
