//! deployment-controller: keeps one ReplicaSet per revision of a pod template, and moves replicas from the old ones to the new one.
//!
//! It never touches a pod. One turn makes at most one write to each object; where upstream goes on with the object that a write
//! returned, the turn ends here and the write's own watch event brings the key back.
//!
//! A stale cache is harmless: ReplicaSets are named by their template's hash, so creating one twice is refused, and all other writes
//! carry the resourceVersion that they were planned from.
//!
//! The real thing: pkg/controller/deployment/deployment_controller.go, `syncDeployment`; sync.go.
//! Left out: `deprecated.deployment.rollback.to` (kubectl rolls back by patching the template); `status.terminatingReplicas`.

mod fenceposts;
mod new_set;
mod rollout;
mod scale;
mod status;
#[cfg(test)]
mod tests;
mod wakes;

use super::own_writes::OwnWrites;
use super::ownership;
use crate::api::owner::{self, controller_reference};
use crate::api::{Change, Key, Kind, Name, Object, Reason, Request, Stored, User, Verb, selector};
use crate::component::{Action, Component, Datum, Note, Outcome, Place, Seen, Turn, Wake, Watch};
use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStatus, ReplicaSet};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// See the file.
pub(super) struct DeploymentController;

/// What the controller remembers between turns.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Remembered {
    /// Why the last attempt to create a ReplicaSet failed, by Deployment, until it has been reported.
    failures: BTreeMap<Name, Failure>,
    own_writes: OwnWrites,
}

/// A refusal to be reported.
#[derive(Clone, Debug, PartialEq)]
struct Failure {
    set: Name,
    message: String,
}

impl Component for DeploymentController {
    type Memory = Remembered;

    fn name(&self) -> &'static str {
        "deployment-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:deployment-controller")
    }

    fn watches(&self) -> &'static [Watch] {
        const {
            &[
                Watch::all(Kind::Deployment),
                Watch::all(Kind::ReplicaSet),
                Watch::all(Kind::Pod),
            ]
        }
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, _memory: &mut Remembered) -> Vec<Wake> {
        wakes::wakes(change, seen)
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut Remembered) -> Turn {
        let (namespace, name) = key.split_once('/').unwrap_or_default();
        let found = seen.table(Kind::Deployment).get(namespace, name);
        let Some((object, deployment)) = found.and_then(|o| Some((o, Deployment::of(o)?))) else {
            memory.failures.remove(key);
            memory.own_writes.forget(key);
            let mut turn = Turn::default();
            let gone = Key::new(Kind::Deployment, namespace, name);
            turn.saw_at(gone, 0, "metadata.name", None::<Name>);
            return turn;
        };
        let mut sync = Sync::new(key, object, deployment, seen);
        if !memory.own_writes.must_wait(key, seen, &mut sync.turn) {
            sync.run(memory);
        }
        sync.turn
    }

    fn answered(&self, key: &str, action: &Action, outcome: &Outcome, memory: &mut Remembered) {
        memory.own_writes.note(key, action, outcome);
        let (Action::Api(request), Outcome::Api(answer)) = (action, outcome) else {
            return;
        };
        if request.verb != Verb::Create || request.key.kind != Kind::ReplicaSet {
            return;
        }
        let Err(status) = &answer.result else {
            memory.failures.remove(key);
            return;
        };
        let is_ending = status
            .causes
            .iter()
            .any(|c| c.reason == "NamespaceTerminating");
        if is_ending || status.reason == Reason::AlreadyExists {
            return;
        }
        let failure = Failure {
            set: request.key.name.clone(),
            message: status.message.clone(),
        };
        memory.failures.insert(key.into(), failure);
    }
}

/// One turn in the making.
struct Sync<'a> {
    key: Name,
    object: &'a Object,
    deployment: &'a Deployment,
    spec: &'a DeploymentSpec,
    seen: &'a Seen<'a>,
    /// The ReplicaSet of the current template, if there is one (or this turn makes it).
    new: Option<Cow<'a, ReplicaSet>>,
    /// All others of this Deployment, oldest first.
    old: Vec<&'a ReplicaSet>,
    /// The status as it is, with what this turn has added to its conditions.
    status: DeploymentStatus,
    /// The revision that the Deployment should be annotated with.
    revision: Option<String>,
    turn: Turn,
}

impl<'a> Sync<'a> {
    fn new(key: &str, object: &'a Object, deployment: &'a Deployment, seen: &'a Seen<'a>) -> Self {
        Self {
            key: key.into(),
            object,
            deployment,
            spec: deployment
                .spec
                .as_ref()
                .expect("validation asks for a spec"),
            seen,
            new: None,
            old: Vec::new(),
            status: deployment.status.clone().unwrap_or_default(),
            revision: None,
            turn: Turn::default(),
        }
    }

    fn run(&mut self, memory: &mut Remembered) {
        if selector::is_empty(&self.spec.selector) {
            return self.refuse_to_select_all();
        }
        let claims = ownership::claims::<ReplicaSet>(&self.deployment.metadata, self.seen, |set| {
            selector::matches(&self.spec.selector, set.metadata().labels.as_ref())
        });
        if claims.settle(&controller_reference(self.deployment), &mut self.turn) {
            return;
        }
        self.sort_sets(
            claims
                .owned
                .iter()
                .filter_map(|o| ReplicaSet::of(o))
                .collect(),
        );
        self.observe();
        if self.report_failure(memory) || self.pause_or_resume() || self.sync_annotations() {
            return;
        }
        self.sync_revision();
        if self.deployment.metadata.deletion_timestamp.is_some() {
            return self.write_status(self.count_status());
        }
        if self.spec.paused == Some(true) {
            self.scale();
            self.clean_up();
            return self.write_status(self.count_status());
        }
        if self.is_scaling_event() {
            self.scale();
            return self.write_status(self.count_status());
        }
        match self.strategy() {
            "Recreate" => self.roll_out_recreating(),
            _ => self.roll_out_rolling(),
        }
        self.write_rollout_status();
    }

    /// Finds the new ReplicaSet: the oldest whose template is the Deployment's.
    fn sort_sets(&mut self, mut sets: Vec<&'a ReplicaSet>) {
        sets.sort_by(|a, b| by_age(a, b));
        let new = sets
            .iter()
            .position(|set| new_set::has_template_of(set, self.spec));
        self.new = new.map(|index| Cow::Borrowed(sets.remove(index)));
        self.old = sets;
    }

    fn observe(&mut self) {
        let object = self.object;
        let generation = self.deployment.metadata.generation.unwrap_or(0);
        let seen_generation = self.status.observed_generation.unwrap_or(0);
        let (replicas, strategy) = (self.replicas(), self.strategy());
        self.turn.saw(object, "spec.replicas", replicas).saw(
            object,
            "spec.strategy.type",
            strategy,
        );
        if generation != seen_generation {
            self.turn.saw(object, "metadata.generation", generation);
        }
        if self.spec.paused == Some(true) {
            self.turn.saw(object, "spec.paused", true);
        }
        if self.new.is_none() {
            self.turn.saw(object, "new ReplicaSet", None::<Name>);
        }
        let new = self.new.as_deref().into_iter().map(|set| ("new", set));
        for (age, set) in new.chain(self.old.iter().map(|set| ("old", *set))) {
            let (key, revision) = (key_of(set), owner::revision_of(&set.metadata));
            let current = set.status.as_ref().map_or(0, |s| s.replicas);
            let mut saw = |field: &str, value: Datum| {
                self.turn.saw_at(key.clone(), revision, field, value);
            };
            saw("template", Datum::from(age));
            saw("revision", Datum::from(revision_of(set)));
            saw("spec.replicas", Datum::from(replicas_of(set)));
            if replicas_of(set) > 0 || current > 0 {
                saw("status.replicas", Datum::from(current));
                saw("status.availableReplicas", Datum::from(available_of(set)));
            }
        }
    }

    fn refuse_to_select_all(&mut self) {
        let message = "This deployment is selecting all pods. A non-empty selector is required.";
        self.turn
            .also(Note::warning(self.object.clone(), "SelectingAll", message));
        let generation = self.deployment.metadata.generation;
        if self.status.observed_generation < generation {
            let mut status = self.status.clone();
            status.observed_generation = generation;
            self.write_status(status);
        }
    }

    /// Pausing and resuming are written into the Progressing condition first, so that the time spent paused does not count against the deadline.
    fn pause_or_resume(&mut self) -> bool {
        let is_paused = self.spec.paused == Some(true);
        let reason =
            status::condition(&self.status, "Progressing").and_then(|c| c.reason.as_deref());
        let was_paused = reason == Some("DeploymentPaused");
        let is_deleted = self.deployment.metadata.deletion_timestamp.is_some();
        let timed_out = reason == Some("ProgressDeadlineExceeded");
        if self.deadline_ms().is_none() || timed_out || is_paused == was_paused || is_deleted {
            return false;
        }
        let (reason, message) = if is_paused {
            ("DeploymentPaused", "Deployment is paused")
        } else {
            ("DeploymentResumed", "Deployment is resumed")
        };
        let mut new = self.status.clone();
        let condition =
            status::new_condition("Progressing", "Unknown", reason, message, self.seen.now_ms);
        status::set_condition(&mut new, condition);
        self.write_status(new);
        true
    }

    /// The new ReplicaSet and the old ones, in this order.
    fn sets(&self) -> impl Iterator<Item = &ReplicaSet> {
        self.new
            .as_deref()
            .into_iter()
            .chain(self.old.iter().copied())
    }

    fn replicas(&self) -> i32 {
        self.spec.replicas.unwrap_or(1)
    }

    fn strategy(&self) -> &'a str {
        let strategy = self.spec.strategy.as_ref().and_then(|s| s.type_.as_deref());
        strategy.unwrap_or("RollingUpdate")
    }

    /// `spec.progressDeadlineSeconds`; the greatest number means none.
    fn deadline_ms(&self) -> Option<u64> {
        let seconds = self
            .spec
            .progress_deadline_seconds
            .filter(|s| *s != i32::MAX)?;
        Some(crate::api::time::seconds_ms(seconds))
    }

    fn plan_delete(&mut self, why: usize, set: &ReplicaSet) {
        let request = Request::delete(key_of(set), crate::api::DeleteOptions::default());
        self.turn.act(why, request);
    }

    fn wake_after(&mut self, after_ms: u64) {
        self.turn
            .again(Wake::housekeeping(self.key.clone(), after_ms));
    }
}

/// Oldest first; by name those of the same second.
fn by_age(a: &ReplicaSet, b: &ReplicaSet) -> std::cmp::Ordering {
    let age = |set: &ReplicaSet| set.metadata.creation_timestamp.as_ref().map(|t| t.0);
    age(a)
        .cmp(&age(b))
        .then_with(|| a.metadata.name.cmp(&b.metadata.name))
}

fn key_of(set: &ReplicaSet) -> Key {
    let meta = &set.metadata;
    let (namespace, name) = (meta.namespace.as_deref(), meta.name.as_deref());
    Key::new(
        Kind::ReplicaSet,
        namespace.unwrap_or_default(),
        name.unwrap_or_default(),
    )
}

fn name_of(set: &ReplicaSet) -> &str {
    set.metadata.name.as_deref().unwrap_or_default()
}

/// The sum; at most as many as can be counted.
fn total(counts: impl Iterator<Item = i32>) -> i32 {
    counts.fold(0, i32::saturating_add)
}

fn replicas_of(set: &ReplicaSet) -> i32 {
    set.spec.as_ref().and_then(|s| s.replicas).unwrap_or(1)
}

fn available_of(set: &ReplicaSet) -> i32 {
    set.status
        .as_ref()
        .and_then(|s| s.available_replicas)
        .unwrap_or(0)
}

/// The revision that a ReplicaSet is annotated with; 0 if it is not, or illegibly.
fn revision_of(set: &ReplicaSet) -> i64 {
    let annotations = set.metadata.annotations.as_ref();
    let text = annotations.and_then(|a| a.get(new_set::REVISION));
    text.and_then(|t| t.parse().ok()).unwrap_or(0)
}
