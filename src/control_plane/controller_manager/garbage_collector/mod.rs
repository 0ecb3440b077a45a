//! garbage-collector-controller: deletes what has no owner left, holds back owners whose dependents go first, and frees orphans.
//!
//! One key per object that needs a look: `Kind/namespace/name`. The graph of owners is the caches' own index (`owned_by`), so nothing is
//! kept here but what has been proved by asking the API server.
//!
//! A stale cache is harmless: that an owner is *absent* is never believed unless its deletion was seen or the API server says so
//! (a cache that lags knows of a pod before it knows of its ReplicaSet), and deletions carry the uid and resourceVersion they were
//! planned for, so an object that has found a new owner meanwhile survives.
//!
//! The real thing: pkg/controller/garbagecollector/{garbagecollector,graph_builder}.go.
//! Left out: Events and Leases have no owners here; an owner of a kind that this cluster does not know keeps its dependents for ever,
//! without a warning (upstream retries its discovery).

mod graph;
mod plan;
#[cfg(test)]
mod tests;

use crate::api::owner::uid_of;
use crate::api::{Change, Key, Kind, Name, Reason, Uid, User, Verb};
use crate::component::{self, Action, Component, Outcome, Seen, Turn, Wake, Watch};
use imbl::{OrdMap, OrdSet, Vector};

/// How many absent owners are remembered (upstream's `uidCache` of 500).
const ABSENT_MAX: usize = 500;

/// Kinds that take no part: they are many, short-lived or always being written, and nobody owns them for long.
const fn takes_part(kind: Kind) -> bool {
    !matches!(kind, Kind::Event | Kind::Lease)
}

/// The kinds that take part, built in and defined.
fn all_kinds(seen: &Seen<'_>) -> impl Iterator<Item = Kind> + use<> {
    let built_in = Kind::ALL.iter().copied().filter(|kind| takes_part(*kind));
    built_in.chain(seen.custom_kinds().into_iter().map(Kind::Custom))
}

const WATCHED: usize = Kind::ALL.len() - 2;

const WATCHES: [Watch; WATCHED] = {
    let mut watches = [Watch::all(Kind::Pod); WATCHED];
    let (mut from, mut to) = (0, 0);
    while from < Kind::ALL.len() {
        if takes_part(Kind::ALL[from]) {
            watches[to] = Watch::all(Kind::ALL[from]);
            to += 1;
        }
        from += 1;
    }
    watches
};

/// See the file.
pub(super) struct GarbageCollectorController;

/// What the controller remembers between turns.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Remembered {
    /// Owners that are not where they are looked for: the same uid may well be in another namespace.
    absent: OrdSet<Place>,
    absent_in_order: Vector<Place>,
    /// Of those, the ones that the API server denied: whoever names them may mean another namespace.
    denied: OrdSet<Place>,
    /// Owners that the caches do not know yet, but the API server does.
    present: OrdSet<Uid>,
    /// Owners that the API server is being asked for.
    asked: OrdMap<Key, Uid>,
}

/// A namespace (empty for cluster-scoped owners), and the uid of an owner that should be in it.
type Place = (Name, Uid);

impl Remembered {
    fn note_absent(&mut self, namespace: &Name, uid: Uid) {
        self.present.remove(&uid);
        let place = (namespace.clone(), uid);
        if self.absent.insert(place.clone()).is_some() {
            return;
        }
        self.absent_in_order.push_back(place);
        if self.absent_in_order.len() > ABSENT_MAX
            && let Some(oldest) = self.absent_in_order.pop_front()
        {
            self.absent.remove(&oldest);
            self.denied.remove(&oldest);
        }
    }
}

impl Component for GarbageCollectorController {
    type Memory = Remembered;

    fn name(&self) -> &'static str {
        "garbage-collector-controller"
    }

    fn place(&self) -> component::Place {
        component::Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:generic-garbage-collector")
    }

    fn watches(&self) -> &'static [Watch] {
        &WATCHES
    }

    fn watches_custom_kinds(&self) -> bool {
        true
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut Remembered) -> Vec<Wake> {
        graph::wakes(change, seen, memory)
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut Remembered) -> Turn {
        let mut turn = Turn::default();
        let Some(item) = parse(key, seen) else {
            return turn;
        };
        match seen.table(item.kind).get(&item.namespace, &item.name) {
            Some(object) => plan::plan(object, seen, memory, &mut turn),
            None => {
                turn.saw_at(item, 0, "metadata.name", None::<Name>);
            }
        }
        turn
    }

    fn answered(&self, _key: &str, action: &Action, outcome: &Outcome, memory: &mut Remembered) {
        let (Action::Api(request), Outcome::Api(answer)) = (action, outcome) else {
            return;
        };
        if request.verb != Verb::Get {
            return;
        }
        let Some(asked) = memory.asked.remove(&request.key) else {
            return;
        };
        match &answer.result {
            Ok(reply)
                if reply
                    .object()
                    .is_some_and(|o| uid_of(o.metadata()) == asked) =>
            {
                memory.present.insert(asked);
            }
            Err(status) if status.reason != Reason::NotFound => {}
            Ok(_) | Err(_) => {
                let namespace = &request.key.namespace;
                memory.note_absent(namespace, asked);
                memory.denied.insert((namespace.clone(), asked));
            }
        }
    }
}

/// How an object is called in the work queue; a custom kind with its group, which another may have the name of.
fn queue_name(key: &Key) -> Name {
    let kind = kind_name(key.kind);
    format!("{kind}/{}/{}", key.namespace, key.name).into()
}

fn kind_name(kind: Kind) -> Name {
    let info = kind.info();
    match kind {
        Kind::Custom(_) => format!("{}.{}", info.name, info.group).into(),
        _ => info.name.into(),
    }
}

fn parse(text: &str, seen: &Seen<'_>) -> Option<Key> {
    let mut parts = text.splitn(3, '/');
    let kind = parts.next()?;
    let kind = all_kinds(seen).find(|k| kind_name(*k) == kind)?;
    Some(Key::new(kind, parts.next()?, parts.next()?))
}
