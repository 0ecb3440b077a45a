//! taint-eviction-controller: deletes the pods of a node with a NoExecute taint, at once or when their toleration ends.
//!
//! Two sorts of keys: a node's name (all its pods are looked at) and `namespace/name` of a pod (its time has come, or it is new there).
//!
//! A stale cache is harmless: deleting a pod twice is deleting it once, and one that tolerates the taint by now is only spared if the
//! controller has heard of it, here as upstream.
//!
//! The real thing: pkg/controller/tainteviction/{taint_eviction,timed_workers}.go.
//! Left out: pods that are being deleted already are not marked again.

#[cfg(test)]
mod tests;

use crate::api::taints::tolerates;
use crate::api::time::{self, Ms};
use crate::api::{
    Change, DeleteOptions, Key, Kind, Name, Object, PatchType, Pod, Request, Stored, Subresource,
    User, Verb, pods,
};
use crate::component::{
    Action, Component, Datum, Note, Outcome, Place, Seen, Turn, Wake, Watch, join, queue_key,
};
use imbl::OrdMap;
use k8s_openapi::api::core::v1::{Node, Taint, Toleration};
use serde_json::json;

/// See the file.
pub(super) struct TaintEvictionController;

/// The evictions that have been decided on, by the pod's key. One that was carried out stays, so that it is not decided again.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Remembered {
    evictions: OrdMap<Name, Eviction>,
}

#[derive(Clone, Debug, PartialEq)]
struct Eviction {
    pod: Object,
    node: Name,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// To be carried out then.
    Due(Ms),
    /// The API server has accepted the deletion.
    Done,
}

impl Component for TaintEvictionController {
    type Memory = Remembered;

    fn name(&self) -> &'static str {
        "taint-eviction-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:node-controller")
    }

    fn watches(&self) -> &'static [Watch] {
        const { &[Watch::all(Kind::Node), Watch::all(Kind::Pod)] }
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut Remembered) -> Vec<Wake> {
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        if change.kind() == Kind::Node {
            let taints = |object: Option<&Object>| -> Vec<Taint> {
                object
                    .and_then(Node::of)
                    .map(|node| no_execute(node).cloned().collect())
                    .unwrap_or_default()
            };
            let changed = taints(before) != taints(after);
            return if changed {
                vec![Wake::now(change.object().name())]
            } else {
                Vec::new()
            };
        }
        let key = || queue_key(change.object());
        if after.is_none() && !memory.evictions.is_empty() && memory.evictions.contains_key(&key())
        {
            return vec![Wake::now(key())];
        }
        let (was, is) = (before.and_then(Pod::of), after.and_then(Pod::of));
        let what = |pod: Option<&Pod>| {
            pod.map(|p| (pods::node_name(p).to_owned(), tolerations(p).to_vec()))
        };
        let Some(pod) = is.filter(|pod| !pods::node_name(pod).is_empty()) else {
            return Vec::new();
        };
        let is_tainted = seen
            .get::<Node>("", pods::node_name(pod))
            .is_some_and(|node| no_execute(node).next().is_some());
        if is_tainted && what(was) != what(is) {
            vec![Wake::now(key())]
        } else {
            Vec::new()
        }
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut Remembered) -> Turn {
        let mut turn = Turn::default();
        if key.contains('/') {
            sync_pod(key, seen, memory, &mut turn);
        } else {
            sync_node(key, seen, memory, &mut turn);
        }
        turn
    }

    fn answered(&self, _key: &str, action: &Action, outcome: &Outcome, memory: &mut Remembered) {
        let Action::Api(request) = action else {
            return;
        };
        if request.verb == Verb::Delete
            && outcome.is_ok()
            && let Some(eviction) = memory
                .evictions
                .get_mut(&join(&request.key.namespace, &request.key.name))
        {
            eviction.state = State::Done;
        }
    }
}

fn sync_node(name: &str, seen: &Seen<'_>, memory: &mut Remembered, turn: &mut Turn) {
    let object = seen.table(Kind::Node).get("", name);
    let taints: Vec<&Taint> = object
        .and_then(Node::of)
        .map(|node| no_execute(node).collect())
        .unwrap_or_default();
    let list = taints.iter().map(|t| in_words(t)).collect();
    match object {
        Some(object) => turn.saw(object, "NoExecute taints", Datum::List(list)),
        None => turn.saw_at(
            Key::new(Kind::Node, "", name),
            0,
            "metadata.name",
            None::<Name>,
        ),
    };
    if taints.is_empty() {
        let planned = memory.evictions.iter().filter(|(_, e)| e.node == name);
        let keys: Vec<Name> = planned.map(|(key, _)| key.clone()).collect();
        for key in keys {
            cancel(&key, seen, memory, turn);
        }
        return;
    }
    let here: Vec<&Object> = seen.table(Kind::Pod).on_node(name).collect();
    turn.saw_at(
        Key::new(Kind::Node, "", name),
        0,
        "pods on the node",
        here.len(),
    );
    for pod in here {
        judge(pod, &taints, seen, memory, turn);
    }
}

fn sync_pod(key: &str, seen: &Seen<'_>, memory: &mut Remembered, turn: &mut Turn) {
    let (namespace, name) = key.split_once('/').unwrap_or_default();
    let Some(object) = seen.table(Kind::Pod).get(namespace, name) else {
        turn.saw_at(
            Key::new(Kind::Pod, namespace, name),
            0,
            "metadata.name",
            None::<Name>,
        );
        cancel(key, seen, memory, turn);
        return;
    };
    if let Some(Eviction {
        state: State::Due(due_ms),
        ..
    }) = memory.evictions.get(key)
    {
        if *due_ms <= seen.now_ms {
            evict(object, "TolerationEnded", seen, memory, turn);
            return;
        }
        turn.again(Wake::plan(key, due_ms - seen.now_ms));
    }
    let pod = Pod::of(object).expect("the object is a pod");
    let node = seen.get::<Node>("", pods::node_name(pod));
    let taints: Vec<&Taint> = node
        .map(|node| no_execute(node).collect())
        .unwrap_or_default();
    if taints.is_empty() {
        cancel(key, seen, memory, turn);
    } else {
        judge(object, &taints, seen, memory, turn);
    }
}

/// Decides about one pod on a tainted node: now, later or never.
fn judge(
    object: &Object,
    taints: &[&Taint],
    seen: &Seen<'_>,
    memory: &mut Remembered,
    turn: &mut Turn,
) {
    let pod = Pod::of(object).expect("the object is a pod");
    if pod.metadata.deletion_timestamp.is_some() {
        return;
    }
    let key = queue_key(object);
    let tolerance_ms = tolerance_ms(taints, tolerations(pod));
    turn.saw(object, "tolerates for", in_words_ms(tolerance_ms));
    let known = memory.evictions.get(&key).map(|eviction| eviction.state);
    match (tolerance_ms, known) {
        (Tolerance::Forever, _) => cancel(&key, seen, memory, turn),
        (_, Some(State::Done)) => {}
        (Tolerance::None, _) => {
            cancel(&key, seen, memory, turn);
            evict(object, "TaintNotTolerated", seen, memory, turn);
        }
        // The clock of an eviction that is planned already goes on.
        (Tolerance::For(_), Some(State::Due(_))) => {}
        (Tolerance::For(ms), None) => {
            remember(object, State::Due(seen.now_ms + ms), memory);
            turn.again(Wake::plan(key, ms));
        }
    }
}

fn evict(
    object: &Object,
    reason: &'static str,
    seen: &Seen<'_>,
    memory: &mut Remembered,
    turn: &mut Turn,
) {
    // Due, not done: should a write be refused, the next turn plans it again.
    remember(object, State::Due(seen.now_ms), memory);
    let node = Pod::of(object).map(pods::node_name).unwrap_or_default();
    let why = turn.differs(object.key(), "spec.nodeName", None::<Name>, node, reason);
    let key = queue_key(object);
    let message = format!("Marking for deletion Pod {key}");
    turn.act(
        why,
        Note::normal(object.clone(), "TaintManagerEviction", message),
    );
    let condition = json!({
        "type": "DisruptionTarget",
        "status": "True",
        "reason": "DeletionByTaintManager",
        "message": "Taint manager: deleting due to NoExecute taint",
        "lastTransitionTime": time::rfc3339(time::time(seen.now_ms).0),
    });
    let body = json!({ "metadata": { "uid": object.metadata().uid }, "status": { "conditions": [condition] } });
    let patch = Request::patch(object.key(), PatchType::StrategicMerge, body);
    turn.act(
        why,
        Request {
            subresource: Some(Subresource::Status),
            ..patch
        },
    );
    turn.act(why, Request::delete(object.key(), DeleteOptions::default()));
}

/// Forgets an eviction; says so if its time was still to come.
fn cancel(key: &str, seen: &Seen<'_>, memory: &mut Remembered, turn: &mut Turn) {
    let Some(Eviction { pod, state, .. }) = memory.evictions.remove(key) else {
        return;
    };
    let is_to_come = matches!(state, State::Due(at_ms) if at_ms > seen.now_ms);
    if is_to_come {
        let message = format!("Cancelling deletion of Pod {key}");
        turn.also(Note::normal(pod, "TaintManagerEviction", message));
    }
}

fn remember(object: &Object, state: State, memory: &mut Remembered) {
    let node = Pod::of(object).map(pods::node_name).unwrap_or_default();
    let eviction = Eviction {
        pod: object.clone(),
        node: node.into(),
        state,
    };
    memory.evictions.insert(queue_key(object), eviction);
}

/// How long a pod may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tolerance {
    None,
    For(Ms),
    Forever,
}

/// The shortest time that any toleration in use sets; none if some taint is not tolerated at all.
fn tolerance_ms(taints: &[&Taint], tolerations: &[Toleration]) -> Tolerance {
    let mut shortest = None;
    for taint in taints {
        let Some(toleration) = tolerations.iter().find(|t| tolerates(t, taint)) else {
            return Tolerance::None;
        };
        let Some(seconds) = toleration.toleration_seconds else {
            continue;
        };
        let ms = time::seconds_ms(seconds);
        shortest = Some(shortest.map_or(ms, |least: Ms| least.min(ms)));
    }
    match shortest {
        None => Tolerance::Forever,
        Some(0) => Tolerance::None,
        Some(ms) => Tolerance::For(ms),
    }
}

fn in_words_ms(tolerance: Tolerance) -> Datum {
    match tolerance {
        Tolerance::None => Datum::Duration(0),
        Tolerance::For(ms) => Datum::Duration(ms),
        Tolerance::Forever => Datum::Text("ever".into()),
    }
}

fn in_words(taint: &Taint) -> Name {
    match taint.value.as_deref() {
        None | Some("") => taint.key.as_str().into(),
        Some(value) => format!("{}={value}", taint.key).into(),
    }
}

fn no_execute(node: &Node) -> impl Iterator<Item = &Taint> {
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_ref());
    taints
        .into_iter()
        .flatten()
        .filter(|t| t.effect == "NoExecute")
}

fn tolerations(pod: &Pod) -> &[Toleration] {
    pod.spec
        .as_ref()
        .and_then(|spec| spec.tolerations.as_deref())
        .unwrap_or_default()
}
