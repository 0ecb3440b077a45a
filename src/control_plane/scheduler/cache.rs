//! The scheduler's own picture of the nodes, kept up with every change instead of being counted anew for every pod.
//!
//! The real thing: pkg/scheduler/backend/cache/cache.go (`cacheImpl`: `AssumePod`, `ForgetPod`, `AddPod`, `AddNode`, …).
//! Left out: assumed pods never expire (nor do upstream's by default); there is no separate snapshot, because a cycle is one step.

use super::node_info::NodeInfo;
use super::node_tree::{NodeTree, zone_of};
use super::requests::PodUse;
use super::slots::Slots;
use crate::api::{Name, Uid};
use imbl::{OrdMap, Vector};
use k8s_openapi::api::core::v1::Node;
use std::sync::Arc;

/// Nodes with what is taken of them, pods that are on them or on their way there. A clone is a few pointers.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Cache {
    infos: Slots,
    slots: OrdMap<Name, usize>,
    free: Vector<usize>,
    tree: NodeTree,
    pods: OrdMap<Uid, Placed>,
    /// The pod that was assumed last: the one whose binding may still be refused.
    binding: Option<(Name, Uid)>,
    /// What the pod that was placed last takes. Pods of one Deployment all take the same, and share it.
    last_used: Arc<PodUse>,
    priorities: OrdMap<i32, usize>,
}

/// A pod that takes something of a node.
#[derive(Clone, Debug, PartialEq)]
struct Placed {
    slot: u32,
    state: State,
    used: Arc<PodUse>,
}

/// How sure is it that the pod is on its node?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Its binding was asked for and has not been seen yet.
    Assumed,
    /// It was seen there.
    Seen,
}

/// What a pod's change meant for its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing that counts.
    Same,
    /// It takes something that it did not take before.
    Taken,
    /// It takes less of something than before.
    Released,
}

impl Cache {
    /// How many nodes there are.
    #[must_use]
    pub(super) fn nodes_total(&self) -> usize {
        self.tree.len()
    }

    /// The nodes' slots in the order in which they are looked at.
    pub(super) fn order(&mut self) -> Arc<Vec<usize>> {
        self.tree.order()
    }

    /// The nodes by slot; some slots may be empty or hold only pods.
    #[must_use]
    pub(super) fn infos(&self) -> &Slots {
        &self.infos
    }

    /// The slot of the node of this name, if the node is there.
    #[must_use]
    pub(super) fn slot_of(&self, node: &str) -> Option<usize> {
        let slot = *self.slots.get(node)?;
        self.infos[slot].node.is_some().then_some(slot)
    }

    /// Is there a pod on any node whose priority is below this?
    #[must_use]
    pub(super) fn has_pods_below(&self, priority: i32) -> bool {
        self.priorities
            .get_min()
            .is_some_and(|(lowest, _)| *lowest < priority)
    }

    /// The node is there, as it is now.
    pub(super) fn set_node(&mut self, node: &Arc<Node>) {
        let name: Name = node.metadata.name.as_deref().unwrap_or_default().into();
        let slot = self.slot_for(&name);
        let info = self.infos.get_mut(slot);
        let zone = zone_of(node);
        let zone_before = info.node.as_deref().map(zone_of);
        info.set_node(node.clone());
        if zone_before.as_ref() == Some(&zone) {
            return;
        }
        if let Some(before) = zone_before {
            self.tree.remove(&before, slot);
        }
        self.tree.add(zone, slot);
    }

    /// The node is gone. Its pods keep their place until they are gone too.
    pub(super) fn remove_node(&mut self, name: &str) {
        let Some(slot) = self.slot_of(name) else {
            return;
        };
        let info = self.infos.get_mut(slot);
        if let Some(node) = info.node.as_deref() {
            self.tree.remove(&zone_of(node), slot);
        }
        info.forget_node();
        self.release_slot(slot);
    }

    /// A pod is as good as on a node: its binding is on its way.
    pub(super) fn assume(&mut self, key: &str, uid: Uid, node: &str, used: PodUse) {
        self.remove_pod(uid);
        self.place(uid, node, used, State::Assumed);
        self.binding = Some((key.into(), uid));
    }

    /// The binding of the pod that was assumed last was refused. Returns what it would have taken.
    pub(super) fn forget(&mut self, key: &str) -> Option<Arc<PodUse>> {
        let (_, uid) = self.binding.take().filter(|(k, _)| k == key)?;
        if !self.is_assumed(uid) {
            return None;
        }
        self.remove_pod(uid)
    }

    /// Is the pod's binding on its way?
    #[must_use]
    pub(super) fn is_assumed(&self, uid: Uid) -> bool {
        let placed = self.pods.get(&uid);
        placed.is_some_and(|placed| placed.state == State::Assumed)
    }

    /// A pod was seen to be on a node.
    pub(super) fn set_pod(&mut self, uid: Uid, node: &str, used: PodUse) -> Effect {
        let Some(placed) = self.pods.get_mut(&uid) else {
            self.place(uid, node, used, State::Seen);
            return Effect::Taken;
        };
        placed.state = State::Seen;
        if *placed.used == used && self.infos[placed.slot as usize].name == node {
            return Effect::Same;
        }
        let smaller = used.is_smaller_in_any(&placed.used);
        self.remove_pod(uid);
        self.place(uid, node, used, State::Seen);
        if smaller {
            Effect::Released
        } else {
            Effect::Taken
        }
    }

    /// A pod takes nothing any more; what it took, if it did.
    pub(super) fn remove_pod(&mut self, uid: Uid) -> Option<Arc<PodUse>> {
        self.pods.get(&uid)?;
        let Placed { slot, used, .. } = self.pods.remove(&uid)?;
        self.infos.get_mut(slot as usize).remove_pod(&used);
        if let Some(count) = self.priorities.get_mut(&used.priority) {
            *count -= 1;
            if *count == 0 {
                self.priorities.remove(&used.priority);
            }
        }
        self.release_slot(slot as usize);
        Some(used)
    }

    fn place(&mut self, uid: Uid, node: &str, used: PodUse, state: State) {
        let slot = self.slot_for(node);
        self.infos.get_mut(slot).add_pod(&used);
        *self.priorities.entry(used.priority).or_default() += 1;
        if *self.last_used != used {
            self.last_used = Arc::new(used);
        }
        let placed = Placed {
            slot: u32::try_from(slot).expect("fewer than four billion nodes"),
            state,
            used: self.last_used.clone(),
        };
        self.pods.insert(uid, placed);
    }

    fn slot_for(&mut self, name: &str) -> usize {
        if let Some(slot) = self.slots.get(name) {
            return *slot;
        }
        let info = NodeInfo::of_pods_only(name.into());
        let slot = if let Some(slot) = self.free.pop_back() {
            *self.infos.get_mut(slot) = info;
            slot
        } else {
            self.infos.push(info);
            self.infos.len() - 1
        };
        self.slots.insert(name.into(), slot);
        slot
    }

    /// Gives a slot back that neither a node nor a pod needs.
    fn release_slot(&mut self, slot: usize) {
        let info = &self.infos[slot];
        if info.node.is_some() || info.pods > 0 {
            return;
        }
        let name = info.name.clone();
        self.slots.remove(&name);
        self.free.push_back(slot);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{node, pod};
    use super::*;

    fn used(cpu: &str) -> PodUse {
        let spec =
            format!("{{containers: [{{name: c, resources: {{requests: {{cpu: {cpu}}}}}}}]}}");
        let pod = pod(&format!("{{metadata: {{name: p}}, spec: {spec}}}"));
        PodUse::of(pod.spec.as_ref().expect("a spec"))
    }

    fn with_node(name: &str) -> Cache {
        let mut cache = Cache::default();
        cache.set_node(&Arc::new(node(&format!("{{metadata: {{name: {name}}}}}"))));
        cache
    }

    fn requested(cache: &Cache, node: &str) -> (i64, i64) {
        let slot = cache.slot_of(node).expect("the node is there");
        let info = &cache.infos()[slot];
        (info.requested.milli_cpu, info.pods)
    }

    #[test]
    fn an_assumed_pod_counts_until_it_is_forgotten() {
        let mut cache = with_node("n1");
        cache.assume("default/p", Uid(1), "n1", used("1"));
        assert_eq!(requested(&cache, "n1"), (1000, 1));
        assert!(cache.is_assumed(Uid(1)));
        cache.forget("default/other");
        cache.assume("default/p", Uid(1), "n1", used("1"));
        cache.forget("default/p");
        assert_eq!(requested(&cache, "n1"), (0, 0));
        assert!(!cache.is_assumed(Uid(1)));
    }

    #[test]
    fn a_bound_pod_counts_once() {
        let mut cache = with_node("n1");
        cache.assume("default/p", Uid(1), "n1", used("1"));
        assert_eq!(cache.set_pod(Uid(1), "n1", used("1")), Effect::Same);
        assert_eq!(requested(&cache, "n1"), (1000, 1));
        cache.forget("default/p");
        assert_eq!(requested(&cache, "n1"), (1000, 1), "it is bound");
        assert_eq!(cache.set_pod(Uid(1), "n1", used("500m")), Effect::Released);
        assert_eq!(requested(&cache, "n1"), (500, 1));
        assert!(cache.remove_pod(Uid(1)).is_some());
        assert_eq!(requested(&cache, "n1"), (0, 0));
    }

    #[test]
    fn someone_else_bound_it_elsewhere() {
        let mut cache = with_node("n1");
        cache.set_node(&Arc::new(node("{metadata: {name: n2}}")));
        cache.assume("default/p", Uid(1), "n1", used("1"));
        cache.set_pod(Uid(1), "n2", used("1"));
        assert_eq!(requested(&cache, "n1"), (0, 0));
        assert_eq!(requested(&cache, "n2"), (1000, 1));
    }

    #[test]
    fn pods_come_before_their_node_and_stay_after_it() {
        let mut cache = Cache::default();
        cache.set_pod(Uid(1), "n1", used("1"));
        assert_eq!(cache.slot_of("n1"), None);
        assert_eq!(cache.nodes_total(), 0);
        cache.set_node(&Arc::new(node("{metadata: {name: n1}}")));
        assert_eq!(requested(&cache, "n1"), (1000, 1));
        cache.remove_node("n1");
        assert_eq!((cache.slot_of("n1"), cache.nodes_total()), (None, 0));
        cache.set_node(&Arc::new(node("{metadata: {name: n1}}")));
        assert_eq!(requested(&cache, "n1"), (1000, 1));
        cache.remove_pod(Uid(1));
        cache.remove_node("n1");
        cache.set_node(&Arc::new(node("{metadata: {name: n2}}")));
        assert_eq!(cache.infos().len(), 1, "the slot is used again");
    }
}
