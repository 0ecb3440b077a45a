//! Short ways to write down clusters, for the controllers' table tests.
//!
//! The real thing: pkg/scheduler/testing/wrappers.go.

use crate::api::time;
use crate::api::{Change, Object, Pod, Snapshot, Stored};
use crate::component::{Action, Component, Seen, Turn, Wake};
use k8s_openapi::api::core::v1::{ContainerStatus, PodCondition};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

/// An object of type `T` from YAML's JSON cousin, with a uid made from its kind and name, defaults filled in.
pub(super) fn object<T: Stored>(json: serde_json::Value) -> T {
    let mut object: T = serde_json::from_value(json).expect("a well-formed object");
    stamp(&mut object);
    object.set_defaults();
    object
}

fn stamp<T: Stored>(object: &mut T) {
    let name = object.metadata().name.clone().unwrap_or_default();
    let meta = object.metadata_mut();
    meta.uid
        .get_or_insert_with(|| format!("{}-{name}", T::STORED_AS.info().singular));
    meta.resource_version.get_or_insert_with(|| "1".to_owned());
    meta.creation_timestamp.get_or_insert_with(|| time::time(0));
    meta.generation.get_or_insert(1);
    if T::STORED_AS.info().namespaced {
        meta.namespace.get_or_insert_with(|| "default".to_owned());
    }
}

/// A store of these objects.
pub(super) fn snapshot(objects: impl IntoIterator<Item = Object>) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for object in objects {
        snapshot.table_mut(object.kind()).insert(object);
    }
    snapshot
}

/// The turn of a component without memories.
pub(super) fn sync<C: Component>(
    component: &C,
    key: &str,
    snapshot: &Snapshot,
    now_ms: u64,
) -> Turn {
    let mut memory = C::Memory::default();
    component.sync(key, &Seen::new(snapshot, now_ms), &mut memory)
}

/// The keys that a component without memories wakes when `before` becomes `after`; the snapshot holds the latter.
pub(super) fn wakes<C: Component>(
    component: &C,
    before: Option<Object>,
    after: Option<Object>,
    snapshot: &Snapshot,
) -> Vec<Wake> {
    let change = change(before, after);
    let mut memory = C::Memory::default();
    component.wakes(&change, &Seen::new(snapshot, 0), &mut memory)
}

/// A write.
pub(super) fn change(before: Option<Object>, after: Option<Object>) -> Change {
    Change {
        revision: 2,
        at_ms: 0,
        by: "test".into(),
        step: 0,
        before,
        after,
    }
}

/// The turn as a few lines: `? field desired actual Reason`, `! request`, `* Type Reason message`, `@ key after urgency`.
pub(super) fn story(turn: &Turn) -> String {
    let mut lines = Vec::new();
    for d in &turn.diff {
        lines.push(format!(
            "? {} {}: {} != {} {}",
            d.about, d.field, d.desired, d.actual, d.reason
        ));
    }
    for planned in &turn.actions {
        lines.push(match &planned.action {
            Action::Api(request) => format!("! {}", request.summary()),
            Action::Event(note) => {
                format!("* {:?} {} {}", note.note_type, note.reason, note.message)
            }
            other => format!("{other:?}"),
        });
    }
    for wake in &turn.again {
        lines.push(format!(
            "@ {} in {}ms {:?}",
            wake.key, wake.after_ms, wake.urgency
        ));
    }
    lines.join("\n")
}

/// Builds a pod, by default in namespace `default` with the label `app=web`.
#[derive(Clone)]
pub(super) struct PodBuilder(Pod);

impl PodBuilder {
    /// A pod of this name.
    pub(super) fn new(name: &str) -> Self {
        Self(object(serde_json::json!({
            "metadata": { "name": name, "labels": { "app": "web" } },
            "spec": { "containers": [{ "name": "c", "image": "nginx:1.27" }] },
        })))
    }

    /// Controlled by this object.
    pub(super) fn owned_by(mut self, owner: OwnerReference) -> Self {
        self.0.metadata.owner_references = Some(vec![owner]);
        self
    }

    /// With this label too.
    pub(super) fn label(mut self, key: &str, value: &str) -> Self {
        let labels = self.0.metadata.labels.get_or_insert_default();
        labels.insert(key.to_owned(), value.to_owned());
        self
    }

    /// With this annotation.
    pub(super) fn annotation(mut self, key: &str, value: &str) -> Self {
        let annotations = self.0.metadata.annotations.get_or_insert_default();
        annotations.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Bound to this node.
    pub(super) fn on(mut self, node: &str) -> Self {
        self.0.spec.get_or_insert_default().node_name = Some(node.to_owned());
        self
    }

    /// In this phase.
    pub(super) fn phase(mut self, phase: &str) -> Self {
        self.0.status.get_or_insert_default().phase = Some(phase.to_owned());
        self
    }

    /// Running, and Ready since then.
    pub(super) fn ready_since(mut self, since_ms: u64) -> Self {
        let status = self.0.status.get_or_insert_default();
        status.conditions = Some(vec![PodCondition {
            type_: "Ready".to_owned(),
            status: "True".to_owned(),
            last_transition_time: Some(time::time(since_ms)),
            ..PodCondition::default()
        }]);
        self.phase("Running")
    }

    /// Its container has been restarted so often.
    pub(super) fn restarts(mut self, restarts: i32) -> Self {
        let status = self.0.status.get_or_insert_default();
        status.container_statuses = Some(vec![ContainerStatus {
            name: "c".to_owned(),
            restart_count: restarts,
            ..ContainerStatus::default()
        }]);
        self
    }

    /// Created then.
    pub(super) fn created(mut self, at_ms: u64) -> Self {
        self.0.metadata.creation_timestamp = Some(time::time(at_ms));
        self
    }

    /// Marked for deletion then.
    pub(super) fn deleted(mut self, at_ms: u64) -> Self {
        self.0.metadata.deletion_timestamp = Some(time::time(at_ms));
        self
    }

    /// The pod.
    pub(super) fn pod(self) -> Pod {
        self.0
    }

    /// The pod as an object.
    pub(super) fn object(self) -> Object {
        self.0.into()
    }
}
