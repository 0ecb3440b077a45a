//! namespace-controller: empties a namespace that is being deleted, reports what is left in it, and lets it go when nothing is.
//!
//! It keeps no informer on what namespaces contain: it deletes kind by kind and asks what remains, as upstream does. The answers arrive
//! after the turn that asked; the next turn reads them from memory.
//!
//! A stale cache is harmless: deleting a collection twice is deleting it once, and nothing new can be created in a terminating
//! namespace, so what was counted as gone stays gone.
//!
//! The real thing: pkg/controller/namespace/namespace_controller.go, pkg/controller/namespace/deletion/{namespaced_resources_deleter,status_condition_utils}.go.
//! Left out: discovery and its failures (the kinds are known), so two of the five conditions are always False.

mod conditions;
#[cfg(test)]
mod tests;

use crate::api::custom::{Definition, Named};
use crate::api::time::{self, Ms};
use crate::api::{
    Body, Change, DeleteOptions, Key, Kind, Name, Object, Pod, Propagation, Reason, Reply, Request,
    Stored, Subresource, User, Verb, pods,
};
use crate::component::{Action, Component, Outcome, Place, Seen, Turn, Wake, Watch};
use conditions::with_conditions;
use k8s_openapi::api::core::v1::{Namespace, NamespaceStatus};
use std::collections::BTreeMap;

/// What the namespace controller holds a namespace back by.
const FINALIZER: &str = "kubernetes";
/// How long after an event a namespace is looked at (`namespaceDeletionGracePeriod`): other API servers may still let something in.
const EVENT_DELAY_MS: Ms = 5_000;
/// How long after an update of the status the cache may take to show it.
const OWN_UPDATE_MS: Ms = 100;
/// How long something with finalizers may take, in seconds (`finalizerEstimateSeconds`).
const FINALIZER_ESTIMATE_S: i64 = 15;

/// See the file.
pub(super) struct NamespaceController;

/// What was found in namespaces that are being deleted, until it has been acted upon.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Remembered {
    found: BTreeMap<Name, BTreeMap<Kind, Remains>>,
    /// The last refusal to delete a kind, by namespace.
    refused: BTreeMap<Name, String>,
}

/// What is left of one kind.
#[derive(Clone, Debug, PartialEq, Default)]
struct Remains {
    count: usize,
    finalizers: BTreeMap<String, usize>,
    /// The longest grace period among pods.
    grace_s: i64,
}

impl Component for NamespaceController {
    type Memory = Remembered;

    fn name(&self) -> &'static str {
        "namespace-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:namespace-controller")
    }

    fn watches(&self) -> &'static [Watch] {
        const {
            &[
                Watch::all(Kind::Namespace),
                Watch::all(Kind::CustomResourceDefinition),
            ]
        }
    }

    fn wakes(&self, change: &Change, _seen: &Seen<'_>, memory: &mut Remembered) -> Vec<Wake> {
        if change.kind() != Kind::Namespace {
            return Vec::new();
        }
        let name = change.object().name();
        match &change.after {
            Some(namespace) if namespace.metadata().deletion_timestamp.is_some() => {
                vec![Wake::after(name, EVENT_DELAY_MS)]
            }
            Some(_) => Vec::new(),
            None => {
                memory.found.remove(&name);
                memory.refused.remove(&name);
                Vec::new()
            }
        }
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut Remembered) -> Turn {
        let mut turn = Turn::default();
        let found = seen.table(Kind::Namespace).get("", key);
        let Some((object, namespace)) = found.and_then(|o| Some((o, Namespace::of(o)?))) else {
            turn.saw_at(
                Key::new(Kind::Namespace, "", key),
                0,
                "metadata.name",
                None::<Name>,
            );
            return turn;
        };
        if namespace.metadata.deletion_timestamp.is_none() {
            return turn;
        }
        let phase = namespace.status.as_ref().and_then(|s| s.phase.as_deref());
        turn.saw(object, "metadata.deletionTimestamp", true)
            .saw(object, "status.phase", phase);
        if phase != Some("Terminating") {
            declare_terminating(object, namespace, &mut turn);
            return turn;
        }
        if !is_held(namespace) {
            return turn;
        }
        let has_answers = memory.found.get(key).is_some_and(|found| {
            contents(seen)
                .iter()
                .all(|named| found.contains_key(&named.kind))
        });
        if has_answers {
            judge(object, namespace, seen, memory, &mut turn);
        } else {
            let empty = BTreeMap::new();
            let known = memory.found.get(key).unwrap_or(&empty);
            delete_content(key, object, known, &contents(seen), &mut turn);
        }
        turn
    }

    fn answered(&self, key: &str, action: &Action, outcome: &Outcome, memory: &mut Remembered) {
        let (Action::Api(request), Outcome::Api(answer)) = (action, outcome) else {
            return;
        };
        match (request.verb, &answer.result) {
            (Verb::List, Ok(Reply::List(list))) => {
                let found = memory.found.entry(key.into()).or_default();
                found.insert(request.key.kind, Remains::of(&list.items));
            }
            (Verb::DeleteCollection, Ok(_)) => {
                memory.refused.remove(key);
            }
            // The definition went while its objects were being deleted.
            (Verb::DeleteCollection, Err(status)) if status.reason == Reason::NotFound => {}
            (Verb::DeleteCollection, Err(status)) => {
                memory.refused.insert(key.into(), status.message.clone());
            }
            _ => {}
        }
    }
}

impl Remains {
    fn of(objects: &[Object]) -> Self {
        let mut remains = Self {
            count: objects.len(),
            ..Self::default()
        };
        for object in objects {
            for finalizer in object.metadata().finalizers.iter().flatten() {
                *remains.finalizers.entry(finalizer.clone()).or_default() += 1;
            }
            if let Some(pod) = Pod::of(object).filter(|pod| !pods::is_finished(pod)) {
                let grace = pod
                    .spec
                    .as_ref()
                    .and_then(|s| s.termination_grace_period_seconds);
                remains.grace_s = remains.grace_s.max(grace.unwrap_or(0));
            }
        }
        remains
    }

    /// How long these will still take, in seconds; nothing if nothing is left.
    fn estimate_s(&self, deleted_ms: Ms, now_ms: Ms) -> i64 {
        if self.count == 0 {
            return 0;
        }
        let passed_s = i64::try_from(now_ms.saturating_sub(deleted_ms) / 1000).unwrap_or(i64::MAX);
        match self.grace_s.saturating_sub(passed_s) {
            left if left > 0 => left,
            _ if !self.finalizers.is_empty() => FINALIZER_ESTIMATE_S,
            _ => 1,
        }
    }
}

/// The kinds that live in namespaces: built in, and those of the definitions in the cache.
fn contents(seen: &Seen<'_>) -> Vec<Named> {
    let crds = seen.table(Kind::CustomResourceDefinition).iter();
    let custom = crds.filter_map(|object| match object {
        Object::CustomResourceDefinition(crd) => Definition::of(crd),
        _ => None,
    });
    let custom = custom.map(|definition| Named {
        kind: Kind::Custom(definition.kind),
        api_version: definition.preferred_api_version(),
    });
    let all = Kind::ALL.iter().copied().map(Named::built_in).chain(custom);
    all.filter(|named| named.kind.info().namespaced).collect()
}

fn is_held(namespace: &Namespace) -> bool {
    let finalizers = namespace.spec.as_ref().and_then(|s| s.finalizers.as_ref());
    finalizers.is_some_and(|list| list.iter().any(|f| f == FINALIZER))
}

fn declare_terminating(object: &Object, namespace: &Namespace, turn: &mut Turn) {
    let phase = namespace.status.as_ref().and_then(|s| s.phase.as_deref());
    let why = turn.differs(
        object.key(),
        "status.phase",
        "Terminating",
        phase,
        "NamespaceIsBeingDeleted",
    );
    let mut update = namespace.clone();
    update.status.get_or_insert_default().phase = Some("Terminating".to_owned());
    turn.act(why, Request::update_status(update));
    turn.again(Wake::after(object.name(), OWN_UPDATE_MS));
}

/// Deletes everything, kind by kind, and asks what that left. Kinds of which nothing was left stay so: nothing new may be created.
fn delete_content(
    namespace: &str,
    object: &Object,
    known: &BTreeMap<Kind, Remains>,
    contents: &[Named],
    turn: &mut Turn,
) {
    let left = contents.iter();
    let left: Vec<&Named> = left
        .filter(|named| !known.contains_key(&named.kind))
        .collect();
    let plural = |named: &&Named| named.kind.info().plural.into();
    let kinds: Vec<Name> = left.iter().map(plural).collect();
    let kinds = crate::component::Datum::List(kinds);
    let why = turn.differs(
        object.key(),
        "content",
        None::<Name>,
        kinds,
        "NamespaceIsBeingDeleted",
    );
    for Named { kind, api_version } in left {
        let options = DeleteOptions {
            propagation: Some(Propagation::Background),
            ..DeleteOptions::default()
        };
        let all = Key::new(*kind, namespace, "");
        turn.act(
            why,
            Request::new(Verb::DeleteCollection, all, Body::Delete(options)).speaking(api_version),
        );
        turn.act(why, Request::list(*kind, namespace).speaking(api_version));
    }
    turn.again(Wake::now(namespace));
}

/// Nothing left: let it go. Something left: say so, and come back.
fn judge(
    object: &Object,
    namespace: &Namespace,
    seen: &Seen<'_>,
    memory: &mut Remembered,
    turn: &mut Turn,
) {
    let name = object.name();
    let remains = memory.found.get(&name).cloned().unwrap_or_default();
    let refused = memory.refused.get(&name).map(String::as_str);
    let deleted_ms = namespace
        .metadata
        .deletion_timestamp
        .as_ref()
        .map_or(0, time::ms);
    let left: usize = remains.values().map(|r| r.count).sum();
    turn.saw(object, "objects left", left);
    for (kind, remains) in remains.iter().filter(|(_, r)| r.count > 0) {
        turn.saw(object, kind.info().plural, remains.count);
    }
    let conditions = with_conditions(namespace, &remains, refused, seen.now_ms);
    let old = namespace
        .status
        .as_ref()
        .and_then(|s| s.conditions.as_ref());
    let is_news = old != Some(&conditions);
    if is_news {
        let words = |c: Option<&Vec<_>>| conditions::in_words(c);
        let (new, old) = (words(Some(&conditions)), words(old));
        let why = turn.differs(
            object.key(),
            "status.conditions",
            new,
            old,
            "StatusOutOfDate",
        );
        let mut update = namespace.clone();
        update.status = Some(NamespaceStatus {
            conditions: Some(conditions),
            phase: Some("Terminating".to_owned()),
        });
        turn.act(why, Request::update_status(update));
    }
    if left > 0 {
        // The next look asks anew for these.
        if let Some(found) = memory.found.get_mut(&name) {
            found.retain(|_, remains| remains.count == 0);
        }
        let estimate_s = remains
            .values()
            .map(|r| r.estimate_s(deleted_ms, seen.now_ms))
            .max()
            .unwrap_or(1);
        let after_ms = u64::try_from(estimate_s / 2 + 1).unwrap_or(1) * 1000;
        turn.again(Wake::after(name, after_ms));
        return;
    }
    if is_news {
        // By then the cache has the resourceVersion that finalizing needs.
        turn.again(Wake::after(name, OWN_UPDATE_MS));
        return;
    }
    let finalizers = namespace.spec.as_ref().and_then(|s| s.finalizers.as_ref());
    let rest: Vec<String> = finalizers
        .into_iter()
        .flatten()
        .filter(|f| *f != FINALIZER)
        .cloned()
        .collect();
    let why = turn.differs(
        object.key(),
        "spec.finalizers",
        None::<Name>,
        FINALIZER,
        "NamespaceIsEmpty",
    );
    let mut update = namespace.clone();
    update.spec.get_or_insert_default().finalizers = (!rest.is_empty()).then_some(rest);
    turn.act(
        why,
        Request {
            subresource: Some(Subresource::Finalize),
            ..Request::update(update)
        },
    );
}
