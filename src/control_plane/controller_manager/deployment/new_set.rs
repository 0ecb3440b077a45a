//! The ReplicaSet of the current template: recognising it, naming it by the template's hash, numbering it, creating it.
//!
//! The real thing: pkg/controller/deployment/sync.go, `getNewReplicaSet`; util/deployment_util.go, `EqualIgnoreHash`,
//! `SetNewReplicaSetAnnotations`; pkg/controller/controller_utils.go, `ComputeHash`; apimachinery's `rand.SafeEncodeString`.
//! Left out: upstream's exact hash: it is FNV-32a of a dump of Go's memory. Ours is FNV-32a of the template's JSON: other letters, same
//! alphabet, same length, and as there, a different one for every template.

use super::{Failure, Remembered, Sync, key_of, name_of, replicas_of, revision_of, status};
use crate::api::Request;
use crate::api::owner::controller_reference;
use crate::api::typed::to_json;
use crate::component::{Note, Wake};
use k8s_openapi::api::apps::v1::{DeploymentSpec, ReplicaSet, ReplicaSetSpec};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Numbers the templates that a Deployment has had.
pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
/// The numbers that a ReplicaSet had before a rollback made it new again.
const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// `spec.replicas` of the Deployment when its ReplicaSets were last scaled.
pub(super) const DESIRED_REPLICAS: &str = "deployment.kubernetes.io/desired-replicas";
/// The same with the surge.
pub(super) const MAX_REPLICAS: &str = "deployment.kubernetes.io/max-replicas";
/// The label that keeps the pods of one template apart from those of another.
const HASH_LABEL: &str = "pod-template-hash";
/// The alphabet of generated names: no vowels, no look-alikes.
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
/// How many characters of revision history are kept.
const HISTORY_LENGTH_MAX: usize = 2000;

/// Annotations of the Deployment that its ReplicaSets do not inherit.
const NOT_COPIED: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "deprecated.deployment.rollback.to",
    REVISION,
    REVISION_HISTORY,
    DESIRED_REPLICAS,
    MAX_REPLICAS,
];

type Annotations = BTreeMap<String, String>;

impl Sync<'_> {
    /// Gives the new ReplicaSet, if there is one, its number and the Deployment's annotations; `true` if that takes a write.
    pub(super) fn sync_annotations(&mut self) -> bool {
        let Some(new) = self.new.as_deref() else {
            return false;
        };
        let mut annotations = new.metadata.annotations.clone().unwrap_or_default();
        self.annotate(&mut annotations);
        let wanted = self.spec.min_ready_seconds;
        let spec = new.spec.as_ref().expect("validation asks for a spec");
        let same_wait = spec.min_ready_seconds.unwrap_or(0) == wanted.unwrap_or(0);
        let old = new.metadata.annotations.clone().unwrap_or_default();
        if annotations == old && same_wait {
            return false;
        }
        let key = key_of(new);
        let first = self.turn.diff.len();
        for (name, value) in &annotations {
            if old.get(name) != Some(value) {
                let field = format!("metadata.annotations[{name}]");
                let actual = old.get(name).map(String::as_str);
                self.turn.differs(
                    key.clone(),
                    field,
                    value.as_str(),
                    actual,
                    "AnnotationsOutOfDate",
                );
            }
        }
        if !same_wait {
            let actual = spec.min_ready_seconds;
            self.turn.differs(
                key,
                "spec.minReadySeconds",
                wanted.unwrap_or(0),
                actual,
                "SpecOutOfDate",
            );
        }
        let mut update = new.clone();
        update.metadata.annotations = Some(annotations);
        update.spec.get_or_insert_default().min_ready_seconds = wanted;
        self.turn.act(first, Request::update(update));
        true
    }

    /// Carries the new ReplicaSet's number over to the Deployment, with the next status that is written.
    pub(super) fn sync_revision(&mut self) {
        let Some(new) = self.new.as_deref() else {
            return;
        };
        let annotations = new.metadata.annotations.as_ref();
        self.revision = annotations.and_then(|a| a.get(REVISION)).cloned();
        if self.deadline_ms().is_none() || status::condition(&self.status, "Progressing").is_some()
        {
            return;
        }
        let message = format!("Found new replica set {:?}", name_of(new));
        self.set_progressing("True", "FoundNewReplicaSet", &message);
    }

    /// Makes the ReplicaSet of the current template; `false` if its name is taken by another, and the next turn must try another hash.
    pub(super) fn create_new(&mut self) -> bool {
        let hash = hash(&self.spec.template, self.status.collision_count);
        let deployment_name = self.deployment.metadata.name.as_deref().unwrap_or_default();
        let name = format!("{deployment_name}-{hash}");
        let why = self.turn.differs(
            self.object.key(),
            "ReplicaSet for spec.template",
            name.as_str(),
            None::<&str>,
            "NewReplicaSetNeeded",
        );
        let namespace = self
            .deployment
            .metadata
            .namespace
            .as_deref()
            .unwrap_or_default();
        if let Some(taken) = self.seen.get::<ReplicaSet>(namespace, &name) {
            self.turn
                .saw_at(key_of(taken), 0, "spec.template", "HashCollision");
            let mut status = self.status.clone();
            status.collision_count = Some(status.collision_count.unwrap_or(0) + 1);
            self.write_status(status);
            return false;
        }
        let set = self.new_set(name, &hash);
        let replicas = replicas_of(&set);
        self.turn.act(why, Request::create(set.clone()));
        if replicas > 0 {
            let message = format!(
                "Scaled up replica set {} from 0 to {replicas}",
                name_of(&set)
            );
            self.turn.act(
                why,
                Note::normal(self.object.clone(), "ScalingReplicaSet", message),
            );
        }
        self.revision = Some(revision_of(&set).to_string());
        if self.deadline_ms().is_some() {
            let message = format!("Created new replica set {:?}", name_of(&set));
            self.set_progressing("True", "NewReplicaSetCreated", &message);
        }
        self.new = Some(Cow::Owned(set));
        true
    }

    /// Says that a ReplicaSet could not be created; `true` if the status had to be told, too, and the next turn tries again. If it says so
    /// already, this turn does: one without an attempt would count as a success, and the next refusal as the first.
    pub(super) fn report_failure(&mut self, memory: &mut Remembered) -> bool {
        let Some(Failure { set, message }) = memory.failures.remove(&self.key) else {
            return false;
        };
        let message = format!("Failed to create new replica set {set:?}: {message}");
        let note = Note::warning(
            self.object.clone(),
            "ReplicaSetCreateError",
            message.clone(),
        );
        self.turn.also(note);
        if self.deadline_ms().is_none() {
            return false;
        }
        self.set_progressing("False", "ReplicaSetCreateError", &message);
        let before = self.turn.actions.len();
        self.write_status(self.status.clone());
        let is_news = self.turn.actions.len() > before;
        if is_news {
            self.turn.again(Wake::now(self.key.clone()));
        }
        is_news
    }

    fn set_progressing(&mut self, value: &str, reason: &str, message: &str) {
        let now_ms = self.seen.now_ms;
        let condition = status::new_condition("Progressing", value, reason, message, now_ms);
        status::set_condition(&mut self.status, condition);
    }

    fn new_set(&self, name: String, hash: &str) -> ReplicaSet {
        let mut template = self.spec.template.clone();
        let labels = &mut template.metadata.get_or_insert_default().labels;
        labels
            .get_or_insert_default()
            .insert(HASH_LABEL.to_owned(), hash.to_owned());
        let labels = labels.clone();
        let mut selector = self.spec.selector.clone();
        let wanted = selector.match_labels.get_or_insert_default();
        wanted.insert(HASH_LABEL.to_owned(), hash.to_owned());
        let replicas = self.new_replicas(0);
        let mut annotations = Annotations::new();
        self.annotate(&mut annotations);
        set_replicas_annotations(
            &mut annotations,
            self.replicas(),
            self.replicas().saturating_add(self.max_surge()),
        );
        ReplicaSet {
            metadata: ObjectMeta {
                name: Some(name),
                namespace: self.deployment.metadata.namespace.clone(),
                owner_references: Some(vec![controller_reference(self.deployment)]),
                labels,
                annotations: Some(annotations),
                ..ObjectMeta::default()
            },
            spec: Some(ReplicaSetSpec {
                replicas: Some(replicas),
                min_ready_seconds: self.spec.min_ready_seconds,
                selector,
                template: Some(template),
            }),
            status: None,
        }
    }

    /// Copies the Deployment's annotations and raises the revision above all old ReplicaSets'. Never lowers it: old ones may have been deleted.
    fn annotate(&self, annotations: &mut Annotations) {
        for (name, value) in self.deployment.metadata.annotations.iter().flatten() {
            if !NOT_COPIED.contains(&name.as_str()) {
                annotations.insert(name.clone(), value.clone());
            }
        }
        let newest = self
            .old
            .iter()
            .map(|set| revision_of(set))
            .max()
            .unwrap_or(0)
            .max(0)
            + 1;
        let had = annotations.get(REVISION).cloned();
        let number: i64 = had
            .as_deref()
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        if number >= newest {
            return;
        }
        annotations.insert(REVISION.to_owned(), newest.to_string());
        let Some(had) = had else {
            return;
        };
        let history = annotations.entry(REVISION_HISTORY.to_owned()).or_default();
        let mut numbers: Vec<&str> = history.split(',').filter(|n| !n.is_empty()).collect();
        numbers.push(&had);
        while numbers.len() > 1 && numbers.join(",").len() > HISTORY_LENGTH_MAX {
            numbers.remove(0);
        }
        *history = numbers.join(",");
    }
}

/// Writes desired and maximal replicas into a ReplicaSet's annotations; `true` if that changed something.
pub(super) fn set_replicas_annotations(
    annotations: &mut Annotations,
    desired: i32,
    max: i32,
) -> bool {
    let mut set = |name: &str, value: i32| {
        let value = value.to_string();
        annotations.insert(name.to_owned(), value.clone()) != Some(value)
    };
    let changed = set(DESIRED_REPLICAS, desired);
    set(MAX_REPLICAS, max) || changed
}

/// Is the ReplicaSet's template the Deployment's, but for the hash label?
pub(super) fn has_template_of(set: &ReplicaSet, spec: &DeploymentSpec) -> bool {
    let Some(template) = set.spec.as_ref().and_then(|s| s.template.as_ref()) else {
        return false;
    };
    let without_hash = |template: &PodTemplateSpec| {
        let mut meta = template.metadata.clone().unwrap_or_default();
        meta.labels.get_or_insert_default().remove(HASH_LABEL);
        meta.annotations.get_or_insert_default();
        meta
    };
    template.spec == spec.template.spec && without_hash(template) == without_hash(&spec.template)
}

/// FNV-32a of the template, in letters that make no words.
fn hash(template: &PodTemplateSpec, collision_count: Option<i32>) -> String {
    let mut bytes = to_json(template).to_string().into_bytes();
    if let Some(count) = collision_count {
        bytes.extend(count.to_le_bytes());
        bytes.extend([0; 4]);
    }
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    let encode = |digit: u8| char::from(ALPHABET[usize::from(digit) % ALPHABET.len()]);
    hash.to_string().bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_template_or_collision_has_another_hash() {
        let template = PodTemplateSpec::default();
        let mut other = template.clone();
        other.spec.get_or_insert_default().node_name = Some("n1".to_owned());
        let hashes = [
            hash(&template, None),
            hash(&template, Some(1)),
            hash(&template, Some(2)),
            hash(&other, None),
        ];
        let distinct: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), 4, "{hashes:?}");
        assert!(
            hashes
                .iter()
                .all(|h| h.bytes().all(|b| ALPHABET.contains(&b)) && h.len() <= 10)
        );
    }
}
