//! What the quota controller counts, and when.

use super::super::testing::{PodBuilder, object, snapshot, story, sync, wakes};
use super::*;
use crate::api::kinds::CustomResourceDefinition;
use serde_json::{Value, json};

fn quota(hard: Value, used: Value) -> ResourceQuota {
    object(
        json!({"metadata": {"name": "q"}, "spec": {"hard": hard}, "status": {"hard": hard, "used": used}}),
    )
}

#[test]
fn usage_is_counted() {
    let hard = || json!({"pods": "5", "services": "2"});
    let pods = || {
        [
            PodBuilder::new("a"),
            PodBuilder::new("b").phase("Succeeded"),
        ]
    };
    let all = |quota: ResourceQuota| {
        let pods = pods().into_iter().map(PodBuilder::object);
        snapshot(pods.chain([quota.into()]))
    };
    let mut new = quota(hard(), json!({}));
    new.status = None;
    for (name, quota, want) in [
        (
            "new",
            new,
            "? ResourceQuota default/q status.used: pods=1,services=0 !=  UsageOutdated\n! update resourcequotas/status default/q",
        ),
        (
            "wrong",
            quota(hard(), json!({"pods": "2", "services": "0"})),
            "? ResourceQuota default/q status.used: pods=1,services=0 != pods=2,services=0 UsageOutdated\n! update resourcequotas/status default/q",
        ),
        (
            "right",
            quota(hard(), json!({"pods": "1", "services": "0"})),
            "",
        ),
    ] {
        let turn = sync(&ResourceQuotaController, "default/q", &all(quota), 0);
        assert_eq!(story(&turn), want, "{name}");
    }
}

fn definition() -> Object {
    object::<CustomResourceDefinition>(json!({"metadata": {"name": "crons.ex.com"}, "spec": {
        "group": "ex.com", "scope": "Namespaced", "names": {"plural": "crons", "kind": "Cron"},
        "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}],
    }}))
    .into()
}

#[test]
fn only_what_frees_something_wakes() {
    let pod = || Some(PodBuilder::new("a").object());
    let done = || Some(PodBuilder::new("a").phase("Failed").object());
    let limit = |hard: Value| -> Object { quota(hard, json!({})).into() };
    let pods = || limit(json!({"pods": "5"}));
    for (name, quota, before, after, want) in [
        ("made", pods(), None, pod(), false),
        ("gone", pods(), pod(), None, true),
        ("finished", pods(), pod(), done(), true),
        (
            "of no concern",
            limit(json!({"services": "5"})),
            pod(),
            None,
            false,
        ),
        ("the quota itself", pods(), None, Some(pods()), true),
        ("its status", pods(), Some(pods()), Some(pods()), false),
        (
            "a kind that it limits",
            limit(json!({"count/crons.ex.com": "5"})),
            None,
            Some(definition()),
            true,
        ),
        ("another kind", pods(), None, Some(definition()), false),
        (
            "a kind that changes",
            limit(json!({"count/crons.ex.com": "5"})),
            Some(definition()),
            Some(definition()),
            false,
        ),
    ] {
        let head = snapshot([quota]);
        let woken = wakes(&ResourceQuotaController, before, after, &head);
        assert_eq!(!woken.is_empty(), want, "{name}");
    }
}
