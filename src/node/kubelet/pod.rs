//! What wakes a pod's key, and what its turn does: a new pod, a living one, one that is being deleted, one that is gone.
//!
//! The real thing: pkg/kubelet/kubelet.go (`HandlePodAdditions`, `HandlePodUpdates`, `HandlePodRemoves`, `HandlePodCleanups`), pod_workers.go.

use super::admission::{self, Refusal};
use super::memory::KubeletMemory;
use super::pass::Pass;
use super::view::{self, PodView};
use super::{Kubelet, resize, terminate};
use crate::api::owner::uid_of;
use crate::api::pods::{is_finished, node_name};
use crate::api::{
    Answer, Change, ChangeType, Key, Kind, Pod, Reply, Request, Stored, Subresource, Uid, Verb,
};
use crate::component::{ContainerId, Datum, RuntimeCall, Seen, Turn, Wake, queue_key};

/// Which key a change of a pod concerns: none, if it is the kubelet's own status write coming back.
pub(super) fn wakes(change: &Change, seen: &Seen<'_>, memory: &mut KubeletMemory) -> Vec<Wake> {
    let object = change.object();
    let is_own_write = || Kubelet::is_user(&change.by, seen.node);
    match change.change_type() {
        ChangeType::Modified if is_own_write() => return Vec::new(),
        ChangeType::Deleted => {
            let uid = uid_of(object.metadata());
            let pod = memory.pods.remove(&uid);
            if let Some(requests) = pod.and_then(|pod| pod.admitted) {
                memory.used.subtract(&requests);
            }
            if !seen.machine().sandboxes.contains_key(&uid) {
                return Vec::new();
            }
        }
        ChangeType::Added | ChangeType::Modified => {}
    }
    vec![Wake::now(queue_key(object))]
}

/// One turn about one pod.
pub(super) fn sync(key: &str, seen: &Seen<'_>, memory: &mut KubeletMemory) -> Turn {
    let (namespace, name) = key.split_once('/').unwrap_or(("", key));
    let found = seen.table(Kind::Pod).get(namespace, name);
    let own = found.and_then(|object| {
        let pod = Pod::of(object).filter(|pod| node_name(pod) == seen.node)?;
        Some((object, pod, uid_of(&pod.metadata)))
    });
    let mut turn = Turn::default();
    let place = Key::new(Kind::Pod, namespace, name);
    clean_up(key, &place, own.map(|(_, _, uid)| uid), seen, &mut turn);
    let Some((object, pod, uid)) = own else {
        return turn;
    };
    let refusal = admit(pod, uid, seen, memory);
    resize::consider(object, pod, uid, seen, memory);
    let mut pass = Pass {
        view: PodView::new(key, object, pod, uid, seen),
        memory: memory.pods.entry(uid).or_default(),
        turn,
        has_begun: false,
    };
    match refusal {
        Some(refusal) => pass.reject(refusal),
        None => live(&mut pass),
    }
    pass.turn
}

/// Admits a pod that is seen for the first time, if it fits; a finished one gives back what it had.
fn admit(pod: &Pod, uid: Uid, seen: &Seen<'_>, memory: &mut KubeletMemory) -> Option<Refusal> {
    let known = memory.pods.get(&uid).and_then(|m| m.admitted);
    if let Some(requests) = known {
        if is_finished(pod) {
            memory.used.subtract(&requests);
            memory.pods.entry(uid).or_default().admitted = None;
        }
        return None;
    }
    let is_new = pod.status.as_ref().is_none_or(|s| s.start_time.is_none())
        && pod.metadata.deletion_timestamp.is_none()
        && !seen.machine().sandboxes.contains_key(&uid);
    let spec = pod.spec.as_ref().filter(|_| !is_finished(pod))?;
    let requests = admission::requests(spec);
    if is_new && let Some(refusal) = admission::check(spec, &requests, &memory.used, seen) {
        return Some(refusal);
    }
    memory.used.add(&requests);
    memory.pods.entry(uid).or_default().admitted = Some(requests);
    None
}

fn live(pass: &mut Pass<'_>) {
    observe(pass);
    let (_, status) = view::newest(&pass.view, pass.memory);
    let has_finished = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"));
    if pass.view.pod.metadata.deletion_timestamp.is_some() {
        terminate::step(pass);
        return;
    }
    if has_finished {
        pass.wind_up();
        return;
    }
    if pass.view.spec.active_deadline_seconds.is_some() && pass.is_past_its_deadline() {
        return;
    }
    pass.run();
}

fn observe(pass: &mut Pass<'_>) {
    let object = pass.view.object;
    let names = pass
        .view
        .spec
        .containers
        .iter()
        .map(|c| c.name.as_str().into());
    let names = Datum::List(names.collect());
    pass.turn.saw(object, "spec.containers", names);
    if pass.view.pod.metadata.deletion_timestamp.is_some() {
        let grace = Datum::Duration(pass.view.grace_ms());
        pass.turn
            .saw(object, "metadata.deletionGracePeriodSeconds", grace);
    }
    let sandbox = pass.view.sandbox_state().map(|state| match state {
        crate::component::SandboxState::Starting => "Starting",
        crate::component::SandboxState::Ready => "Ready",
        crate::component::SandboxState::NotReady => "NotReady",
    });
    pass.turn
        .saw_at(pass.view.key.clone(), 0, "sandbox", sandbox);
}

/// Sandboxes under this name whose pod the API does not have (any more): their containers are killed and the rest removed.
fn clean_up(key: &str, place: &Key, wanted: Option<Uid>, seen: &Seen<'_>, turn: &mut Turn) {
    let machine = seen.machine();
    for uid in machine.sandboxes_of(key) {
        if Some(uid) == wanted {
            continue;
        }
        let closes = turn.differs(
            place.clone(),
            "sandbox",
            Datum::None,
            uid.to_string(),
            "PodGone",
        );
        let alive: Vec<ContainerId> = machine
            .containers_of(uid)
            .filter(|(_, c)| c.exit_code().is_none())
            .map(|(id, _)| id)
            .collect();
        for container in &alive {
            let call = RuntimeCall::StopContainer {
                container: *container,
                grace_ms: ORPHAN_GRACE_MS,
            };
            turn.act(closes, call);
        }
        if alive.is_empty() {
            turn.act(closes, RuntimeCall::RemoveSandbox { pod_uid: uid });
        }
    }
}

/// How long containers may take to stop whose pod is gone already.
const ORPHAN_GRACE_MS: u64 = 1000;

/// Remembers the pod as the API server has it after an own write.
pub(super) fn answered(request: &Request, answer: &Answer, memory: &mut KubeletMemory) {
    let Ok(reply) = &answer.result else { return };
    let Some(object) = reply.object() else { return };
    let Some(pod) = memory.pods.get_mut(&uid_of(object.metadata())) else {
        return;
    };
    match (request.verb, request.subresource, reply) {
        (Verb::Update, Some(Subresource::Status), Reply::Object(object)) => {
            // The older version is not kept for what the newer says as well.
            let generation = object.metadata().generation;
            let granted = pod.allocated.as_ref();
            if granted.is_some_and(|granted| granted.metadata().generation == generation) {
                pod.allocated = Some(object.clone());
            }
            pod.latest = Some(object.clone());
        }
        (Verb::Delete, None, _) => pod.is_deleted = true,
        _ => {}
    }
}

impl Pass<'_> {
    /// A pod that has finished: whatever is left of it on the machine is stopped.
    fn wind_up(&mut self) {
        self.memory.is_passing = false;
        let alive: Vec<ContainerId> = self
            .view
            .alive()
            .filter(|(_, c)| c.stopping_since_ms.is_none())
            .map(|(id, _)| id)
            .collect();
        for container in &alive {
            let closes = self.turn.differs(
                self.view.key.clone(),
                "containers",
                Datum::None,
                Datum::Int(i64::try_from(alive.len()).unwrap_or(0)),
                "PodFinished",
            );
            let grace_ms = self.view.grace_ms();
            self.turn.act(
                closes,
                RuntimeCall::StopContainer {
                    container: *container,
                    grace_ms,
                },
            );
        }
        self.report(super::status::Outlook::Terminal);
        if self.view.alive().next().is_none() {
            self.stop_sandbox();
        }
    }
}
