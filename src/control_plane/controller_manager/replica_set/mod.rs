//! replicaset-controller: keeps as many pods of one template as `spec.replicas` asks for.
//!
//! It never walks all pods to count them: the cache keeps a tally per controller (`api::Tally`). Pods are looked at one by one only
//! when some must be deleted, when labels part them from the selector, or when `minReadySeconds` makes their age matter.
//!
//! A stale cache is harmless here because of `expectations`: until the controller has seen its own creations and deletions arrive,
//! it does not count again.
//!
//! The real thing: pkg/controller/replicaset/replica_set.go, `syncReplicaSet`, `manageReplicas`.
//! Left out: `status.terminatingReplicas` (alpha in 1.33); creating pods in parallel: one turn asks for them one after the other and
//! stops at the first refusal, as upstream's slow start would after it; ReplicationController, which upstream serves with the same code.

mod count;
mod events;
pub(super) mod expectations;
mod rank;
mod status;

use super::own_writes::OwnWrites;
use super::ownership::Claims;
use crate::api::owner::{self, controller_of, controller_reference, uid_of};
use crate::api::selector::{self, Labels};
use crate::api::{
    Change, DeleteOptions, Key, Kind, Name, Object, Pod, Reason, Request, Shared, Stored, Uid,
    User, Verb, pods,
};
use crate::component::{
    Action, CREATED_NAME, Component, Note, Outcome, Place, Seen, Turn, Wake, Watch, queue_key,
};
use count::Counted;
use expectations::Expectations;
use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use std::collections::BTreeMap;

/// How many pods one turn creates or deletes at most (`BurstReplicas`).
const BURST_REPLICAS: usize = 500;

/// See the file.
pub(super) struct ReplicaSetController;

/// What the controller remembers between turns.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Remembered {
    expectations: Expectations,
    failures: BTreeMap<Name, Failure>,
    own_writes: OwnWrites,
}

/// Why the last attempt to create or delete a pod failed; kept until one succeeds.
#[derive(Clone, Debug, PartialEq)]
struct Failure {
    reason: &'static str,
    message: String,
    is_reported: bool,
}

impl Component for ReplicaSetController {
    type Memory = Remembered;

    fn name(&self) -> &'static str {
        "replicaset-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:replicaset-controller")
    }

    fn watches(&self) -> &'static [Watch] {
        const { &[Watch::all(Kind::ReplicaSet), Watch::all(Kind::Pod)] }
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut Remembered) -> Vec<Wake> {
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        if change.kind() == Kind::Pod {
            return events::pod_wakes(change, seen, &mut memory.expectations);
        }
        let key = queue_key(change.object());
        let uid = |object: Option<&Object>| object.map(|o| uid_of(o.metadata()));
        if before.is_some() && uid(before) != uid(after) {
            memory.expectations.forget(&key);
            memory.failures.remove(&key);
        }
        vec![Wake::now(key)]
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut Remembered) -> Turn {
        let mut turn = Turn::default();
        let (namespace, name) = key.split_once('/').unwrap_or_default();
        let found = seen.table(Kind::ReplicaSet).get(namespace, name);
        let Some((object, set)) = found.and_then(|o| Some((o, ReplicaSet::of(o)?))) else {
            memory.expectations.forget(key);
            memory.failures.remove(key);
            memory.own_writes.forget(key);
            let gone = Key::new(Kind::ReplicaSet, namespace, name);
            turn.saw_at(gone, 0, "metadata.name", None::<Name>);
            return turn;
        };
        let count = Counted::of(set, seen);
        count.observe(object, set, &mut turn);
        let claims = claims(set, &count, seen);
        if claims.settle(&controller_reference(set), &mut turn) {
            return turn;
        }
        report_failure(key, object, memory, &mut turn);
        if count.active == replicas(set) {
            // Nothing is to be done, so nothing fails any more.
            memory.failures.remove(key);
        }
        let failure = memory.failures.get(key).cloned();
        let is_stale = memory.own_writes.must_wait(key, seen, &mut turn);
        if let Some(failure) = failure.as_ref().filter(|_| !is_stale) {
            // Before the next attempt: should that be refused too, the rest of the turn is dropped.
            status::update(object, set, &count, Some(failure), seen.now_ms, &mut turn);
        }
        if let Some(wait_ms) = memory.expectations.wait_ms(key, seen.now_ms) {
            let (creations, deletions) = memory.expectations.counts(key);
            turn.saw(object, "creations not yet seen", creations);
            turn.saw(object, "deletions not yet seen", deletions);
            turn.again(Wake::after(key, wait_ms));
        } else if set.metadata.deletion_timestamp.is_none() {
            manage_replicas(key, object, set, &count, seen, memory, &mut turn);
        }
        if failure.is_none() && !is_stale {
            status::update(object, set, &count, None, seen.now_ms, &mut turn);
        }
        if let Some(at_ms) = count.next_available_ms {
            turn.again(Wake::after(key, at_ms - seen.now_ms));
        }
        turn
    }

    fn answered(&self, key: &str, action: &Action, outcome: &Outcome, memory: &mut Remembered) {
        let (Action::Api(request), Outcome::Api(answer)) = (action, outcome) else {
            return;
        };
        if request.key.kind != Kind::Pod {
            memory.own_writes.note(key, action, outcome);
            return;
        }
        let is_delete = match request.verb {
            Verb::Create => false,
            Verb::Delete => true,
            _ => return,
        };
        match &answer.result {
            Ok(_) => {
                memory.failures.remove(key);
                if is_delete {
                    let pod = &request.key.name;
                    memory.expectations.deletion_answered(key, pod);
                } else {
                    memory.expectations.creation_answered(key);
                }
            }
            Err(status) => {
                memory.expectations.refused(key);
                let is_ending = status
                    .causes
                    .iter()
                    .any(|c| c.reason == "NamespaceTerminating");
                let is_gone = is_delete && status.reason == Reason::NotFound;
                if is_ending || is_gone {
                    return;
                }
                let failure = Failure {
                    reason: if is_delete {
                        "FailedDelete"
                    } else {
                        "FailedCreate"
                    },
                    message: status.message.clone(),
                    is_reported: false,
                };
                memory.failures.insert(key.into(), failure);
            }
        }
    }
}

/// Active pods to adopt and to release; the owned ones are not listed, there may be tens of thousands.
fn claims<'a>(set: &ReplicaSet, count: &Counted, seen: &Seen<'a>) -> Claims<'a> {
    let mut claims = Claims {
        owned: Vec::new(),
        orphans: Vec::new(),
        strangers: Vec::new(),
    };
    if set.metadata.deletion_timestamp.is_some() {
        return claims;
    }
    let selector = selector_of(set);
    let matches = |o: &&Object| selector::matches(selector, o.metadata().labels.as_ref());
    let is_active = |o: &&Object| Pod::of(o).is_some_and(pods::is_active);
    let table = seen.table(Kind::Pod);
    let namespace = owner::namespace_of(&set.metadata);
    let free = table.orphans_in(namespace).filter(is_active);
    claims.orphans.extend(free.filter(matches));
    if count.strange > 0 {
        let uid = uid_of(&set.metadata);
        let own = table.owned_by(uid).filter(is_active);
        let own = own.filter(|o| controls(uid, o));
        claims.strangers.extend(own.filter(|o| !matches(o)));
    }
    claims
}

/// The diff and the actions: too few pods, or too many.
fn manage_replicas(
    key: &str,
    object: &Object,
    set: &ReplicaSet,
    count: &Counted,
    seen: &Seen<'_>,
    memory: &mut Remembered,
    turn: &mut Turn,
) {
    let wanted = replicas(set);
    let gap = usize::try_from(wanted.abs_diff(count.active)).expect("32 bits fit");
    let burst = gap.min(BURST_REPLICAS);
    if count.active < wanted {
        let why = turn.differs(
            object.key(),
            "pods active",
            wanted,
            count.active,
            "TooFewReplicas",
        );
        let pod = new_pod(set);
        memory
            .expectations
            .expect_creations(key, burst, seen.now_ms);
        for _ in 0..burst {
            turn.act(why, Request::create(pod.clone()));
            let message = format!("Created pod: {CREATED_NAME}");
            turn.act(
                why,
                Note::normal(object.clone(), "SuccessfulCreate", message),
            );
        }
    } else if count.active > wanted {
        let why = turn.differs(
            object.key(),
            "pods active",
            wanted,
            count.active,
            "TooManyReplicas",
        );
        let active: Vec<&Pod> = own_active(set, seen).collect();
        let doomed = rank::first_to_delete(set, active, burst, seen);
        let keys = doomed.iter().map(|pod| pod_name(pod)).collect();
        memory.expectations.expect_deletions(key, keys, seen.now_ms);
        for pod in doomed {
            let pod_key = Key::new(Kind::Pod, namespace_of(set), pod_name(pod));
            let message = format!("Deleted pod: {}", pod_key.name);
            turn.act(why, Request::delete(pod_key, DeleteOptions::default()));
            turn.act(
                why,
                Note::normal(object.clone(), "SuccessfulDelete", message),
            );
        }
    }
}

/// Says of the last refusal what upstream's pod control says at once; a turn learns the answers to its actions only after it is over.
fn report_failure(key: &str, object: &Object, memory: &mut Remembered, turn: &mut Turn) {
    let Some(failure) = memory.failures.get_mut(key).filter(|f| !f.is_reported) else {
        return;
    };
    failure.is_reported = true;
    let doing = match failure.reason {
        "FailedDelete" => "deleting",
        _ => "creating",
    };
    let message = format!("Error {doing}: {}", failure.message);
    turn.saw(object, "last refusal", failure.message.clone());
    turn.also(Note::warning(object.clone(), failure.reason, message));
}

/// The pod that the set makes, without a name: the API server gives it one. All pods of a turn are one value, shared.
fn new_pod(set: &ReplicaSet) -> Object {
    let template = set.spec.as_ref().and_then(|s| s.template.as_ref());
    let mut pod = Pod {
        spec: template.and_then(|t| t.spec.clone()).map(Shared::from),
        ..Pod::default()
    };
    if let Some(meta) = template.and_then(|t| t.metadata.as_ref()) {
        pod.metadata.labels.clone_from(&meta.labels);
        pod.metadata.annotations.clone_from(&meta.annotations);
        pod.metadata.finalizers.clone_from(&meta.finalizers);
    }
    pod.metadata.namespace.clone_from(&set.metadata.namespace);
    let name = set.metadata.name.as_deref().unwrap_or_default();
    pod.metadata.generate_name = Some(format!("{name}-"));
    pod.metadata.owner_references = Some(vec![controller_reference(set)]);
    pod.into()
}

fn own_active<'a>(set: &'a ReplicaSet, seen: &Seen<'a>) -> impl Iterator<Item = &'a Pod> + 'a {
    let uid = uid_of(&set.metadata);
    let own = seen.table(Kind::Pod).owned_by(uid);
    own.filter(move |o| controls(uid, o))
        .filter_map(Pod::of)
        .filter(|pod| pods::is_active(pod))
        .filter(|pod| selector::matches(selector_of(set), pod.metadata.labels.as_ref()))
}

fn controls(uid: Uid, object: &Object) -> bool {
    controller_of(object.metadata()).is_some_and(|c| Uid::parse(&c.uid) == uid)
}

fn selector_of(set: &ReplicaSet) -> &LabelSelector {
    &set.spec
        .as_ref()
        .expect("validation asks for a spec")
        .selector
}

fn template_labels(set: &ReplicaSet) -> Option<&Labels> {
    let template = set.spec.as_ref()?.template.as_ref()?;
    template.metadata.as_ref()?.labels.as_ref()
}

/// `spec.replicas`, 1 if it is absent as the defaulting has it.
fn replicas(set: &ReplicaSet) -> i32 {
    set.spec.as_ref().and_then(|s| s.replicas).unwrap_or(1)
}

fn min_ready_ms(set: &ReplicaSet) -> u64 {
    let seconds = set.spec.as_ref().and_then(|s| s.min_ready_seconds);
    crate::api::time::seconds_ms(seconds.unwrap_or(0))
}

fn pod_name(pod: &Pod) -> Name {
    owner::name_of(&pod.metadata)
}

fn namespace_of(set: &ReplicaSet) -> Name {
    owner::namespace_of(&set.metadata)
}

#[cfg(test)]
mod tests;
