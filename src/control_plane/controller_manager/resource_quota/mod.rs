//! resourcequota-controller: keeps `status.used` of every ResourceQuota true.
//!
//! The API server charges what is made; this controller counts again when a quota is new or changed, and when something that was charged
//! is gone, finished or smaller.
//!
//! A stale cache is harmless: the status carries the resourceVersion it was counted for, and every charge by the API server changes it.
//!
//! The real thing: pkg/controller/resourcequota/{resource_quota_controller,resource_quota_monitor}.go.
//! Left out: counting everything again every five minutes; instead, a quota on a custom kind is looked at again when the kind is defined.

#[cfg(test)]
mod tests;

use crate::api::quantity::ResourceList;
use crate::api::{Change, Key, Kind, Name, Object, Pod, Request, Stored, User, pods, quota};
use crate::component::{Component, Place, Scope, Seen, Turn, Wake, Watch, queue_key};
use k8s_openapi::api::core::v1::{ResourceQuota, ResourceQuotaStatus};
use std::sync::LazyLock;

/// The quotas, and whatever may be charged to one; the latter only where there is a quota.
static WATCHES: LazyLock<Vec<Watch>> = LazyLock::new(|| {
    let counted = built_in().filter(|kind| *kind != Kind::ResourceQuota);
    let counted = counted.map(|kind| Watch {
        kind,
        scope: Scope::UnderQuota,
    });
    [Kind::ResourceQuota, Kind::CustomResourceDefinition]
        .map(Watch::all)
        .into_iter()
        .chain(counted)
        .collect()
});

fn built_in() -> impl Iterator<Item = Kind> {
    let kinds = Kind::ALL.iter().copied();
    kinds.filter(|kind| quota::is_countable(*kind))
}

/// Every kind whose objects may be counted, those that were defined since among them.
fn counted(seen: &Seen<'_>) -> impl Iterator<Item = Kind> {
    let custom = seen.custom_kinds().into_iter().map(Kind::Custom);
    built_in().chain(custom.filter(|kind| quota::is_countable(*kind)))
}

/// See the file.
pub(super) struct ResourceQuotaController;

impl Component for ResourceQuotaController {
    type Memory = ();

    fn name(&self) -> &'static str {
        "resourcequota-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        "system:serviceaccount:kube-system:resourcequota-controller".into()
    }

    fn watches(&self) -> &'static [Watch] {
        &WATCHES
    }

    fn watches_custom_kinds(&self) -> bool {
        true
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, _memory: &mut ()) -> Vec<Wake> {
        if let Some(after) = change
            .after
            .as_ref()
            .filter(|o| o.kind() == Kind::ResourceQuota)
        {
            return if spec_changed(change) {
                vec![Wake::now(queue_key(after))]
            } else {
                Vec::new()
            };
        }
        let object = change.object();
        if let Object::CustomResourceDefinition(definition) = object {
            return on_custom_kind(change, &definition.metadata.name, seen);
        }
        if !frees(change, seen.now_ms) {
            return Vec::new();
        }
        let namespace = object.namespace();
        let quotas = seen.table(Kind::ResourceQuota).in_namespace(&namespace);
        let concerned = quotas.filter(|q| concerns(q, object.kind()));
        concerned.map(|q| Wake::now(queue_key(q))).collect()
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, _memory: &mut ()) -> Turn {
        let mut turn = Turn::default();
        let (namespace, name) = key.split_once('/').unwrap_or(("", key));
        let stored = seen.table(Kind::ResourceQuota).get(namespace, name);
        let Some((object, found)) = stored.and_then(|o| Some((o, ResourceQuota::of(o)?))) else {
            let about = Key::new(Kind::ResourceQuota, namespace, name);
            turn.saw_at(about, 0, "metadata.name", None::<Name>);
            return turn;
        };
        let hard = found.spec.as_ref().and_then(|s| s.hard.clone());
        let hard = hard.unwrap_or_default();
        let status = found.status.clone().unwrap_or_default();
        let used = count(found, &hard, namespace, seen);
        turn.saw(object, "spec.hard", quota::in_words(&hard));
        let was = status.used.clone().unwrap_or_default();
        let told = status
            .hard
            .as_ref()
            .is_some_and(|told| quota::equal(told, &hard));
        if told && status.used.is_some() && quota::equal(&was, &used) {
            return turn;
        }
        let (desired, actual) = (quota::in_words(&used), quota::in_words(&was));
        let why = turn.differs(
            object.key(),
            "status.used",
            desired,
            actual,
            "UsageOutdated",
        );
        let mut update = found.clone();
        update.status = Some(ResourceQuotaStatus {
            hard: Some(hard),
            used: Some(used),
        });
        turn.act(why, Request::update_status(update));
        turn
    }
}

/// The quotas that limit how many objects of a kind there may be that has just been defined; its definition has its name.
fn on_custom_kind(change: &Change, name: &Option<String>, seen: &Seen<'_>) -> Vec<Wake> {
    let (None, Some(name)) = (&change.before, name) else {
        return Vec::new();
    };
    let resource = format!("count/{name}");
    let quotas = seen.table(Kind::ResourceQuota).iter();
    let limits = |object: &&Object| {
        let spec = ResourceQuota::of(object).and_then(|q| q.spec.as_ref());
        let hard = spec.and_then(|s| s.hard.as_ref());
        hard.is_some_and(|hard| hard.contains_key(&resource))
    };
    let limited = quotas.filter(limits);
    limited.map(|q| Wake::now(queue_key(q))).collect()
}

/// Is the quota new, or does it say something else than before? Its status is nobody's news but ours.
fn spec_changed(change: &Change) -> bool {
    let spec = |object: &Option<Object>| {
        let quota = object.as_ref().and_then(ResourceQuota::of);
        quota.map(|q| q.spec.clone())
    };
    spec(&change.before) != spec(&change.after)
}

/// Does the change give anything back to a quota?
fn frees(change: &Change, now_ms: u64) -> bool {
    let Some(before) = &change.before else {
        return false;
    };
    let Some(after) = &change.after else {
        return true;
    };
    if let (Some(was), Some(is)) = (Pod::of(before), Pod::of(after)) {
        return !pods::is_finished(was) && pods::is_finished(is);
    }
    quota::is_charged_on_update(after.kind())
        && !quota::equal(&quota::usage(before, now_ms), &quota::usage(after, now_ms))
}

fn concerns(object: &Object, kind: Kind) -> bool {
    let status = ResourceQuota::of(object).and_then(|q| q.status.as_ref());
    let hard = status.and_then(|s| s.hard.as_ref());
    let mut names = hard.into_iter().flat_map(ResourceList::keys);
    names.any(|name| quota::concerns(kind, name))
}

/// What is used of each resource that the quota limits; of those that nothing can use there is no word.
fn count(
    found: &ResourceQuota,
    hard: &ResourceList,
    namespace: &str,
    seen: &Seen<'_>,
) -> ResourceList {
    let mut used = ResourceList::new();
    for kind in counted(seen) {
        let names: Vec<&String> = hard.keys().filter(|n| quota::concerns(kind, n)).collect();
        if names.is_empty() {
            continue;
        }
        let mut sum: ResourceList = names
            .iter()
            .map(|name| ((*name).clone(), quota::number(0)))
            .collect();
        for object in seen.table(kind).in_namespace(namespace) {
            if quota::in_scope(found, object) {
                let cost = quota::usage(object, seen.now_ms);
                quota::add(&mut sum, &quota::mask(&cost, names.iter().copied()));
            }
        }
        used.extend(sum);
    }
    used
}
