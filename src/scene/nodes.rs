//! The nodes with their pods, followed through the store's log: what was not written stays as it was drawn.

use super::{Density, PodView};
use crate::api::{Change, Key, Kind, Name, Object, Pod, Revision, Stored, pods, quantity};
use crate::sim::Cluster;
use k8s_openapi::api::core::v1::Node;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What a node's Ready condition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// `True`.
    Ready,
    /// `False`.
    NotReady,
    /// `Unknown`, or not there: nobody has heard from it.
    Unknown,
}

impl Readiness {
    /// As the markup names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "true",
            Self::NotReady => "false",
            Self::Unknown => "unknown",
        }
    }
}

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeView {
    /// Its name.
    pub name: Name,
    /// Its Ready condition.
    pub readiness: Readiness,
    /// kubectl's STATUS: `Ready,SchedulingDisabled`.
    pub status: Name,
    /// `spec.unschedulable`.
    pub cordoned: bool,
    /// Has its machine power?
    pub powered: bool,
    /// Is its machine's cable in?
    pub connected: bool,
    /// How much of its CPU is requested by pods, in thousandths; of its pods' number in [`Density::Tiles`].
    pub used_permille: u32,
    /// Its pods by name; none in [`Density::Tiles`].
    pub pods: Vec<Rc<PodView>>,
    /// How many pods it has.
    pub pod_count: usize,
}

/// Pods that have no node.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Limbo {
    /// The pods by name; none in [`Density::Tiles`].
    pub pods: Vec<Rc<PodView>>,
    /// How many there are.
    pub pod_count: usize,
}

/// The nodes as they were drawn last.
#[derive(Debug)]
pub struct Nodes {
    last: Option<(Revision, Change)>,
    density: Density,
    order: Vec<Name>,
    views: BTreeMap<Name, Rc<NodeView>>,
    limbo: Rc<Limbo>,
    pods: usize,
}

impl Default for Nodes {
    fn default() -> Self {
        Self {
            last: None,
            density: Density::Full,
            order: Vec::new(),
            views: BTreeMap::new(),
            limbo: Rc::default(),
            pods: 0,
        }
    }
}

/// What has to be drawn again.
#[derive(Default)]
struct Dirty {
    nodes: BTreeSet<Name>,
    /// How the number of pods changed, per node; the empty name stands for no node.
    counts: BTreeMap<Name, i64>,
}

impl Nodes {
    pub(super) fn density(&self) -> Density {
        self.density
    }

    pub(super) fn views(&self) -> Vec<Rc<NodeView>> {
        self.order
            .iter()
            .filter_map(|name| self.views.get(name).cloned())
            .collect()
    }

    pub(super) fn limbo(&self) -> Rc<Limbo> {
        self.limbo.clone()
    }

    pub(super) fn pods(&self) -> usize {
        self.pods
    }

    /// Catches up with the cluster, which may be an earlier one, or one with another history.
    pub(super) fn follow(&mut self, cluster: &Cluster) {
        let head = cluster.store().head();
        self.pods = head.table(Kind::Pod).len();
        let density = Density::for_size(head.table(Kind::Node).len(), self.pods);
        let changes = (density == self.density)
            .then(|| self.changes(cluster))
            .flatten();
        self.density = density;
        match changes {
            Some(dirty) => self.update(cluster, dirty),
            None => self.rebuild(cluster),
        }
        let revision = cluster.store().revision();
        self.last = cluster
            .store()
            .change(revision)
            .map(|change| (revision, change.clone()));
    }

    /// What was written since the last call; `None` if that was in another history.
    fn changes(&self, cluster: &Cluster) -> Option<Dirty> {
        let (revision, last) = self.last.as_ref()?;
        let store = cluster.store();
        if !store
            .change(*revision)
            .is_some_and(|change| is_same(change, last))
        {
            return None;
        }
        let mut dirty = Dirty::default();
        for change in store.since(*revision)? {
            match change.kind() {
                Kind::Node => {
                    dirty.nodes.insert(change.object().name());
                }
                Kind::Pod => {
                    for (object, by) in [(&change.before, -1), (&change.after, 1)] {
                        let Some(pod) = object.as_ref().and_then(Pod::of) else {
                            continue;
                        };
                        let node = Name::from(pods::node_name(pod));
                        *dirty.counts.entry(node.clone()).or_default() += by;
                        dirty.nodes.insert(node);
                    }
                }
                _ => {}
            }
        }
        Some(dirty)
    }

    fn update(&mut self, cluster: &Cluster, mut dirty: Dirty) {
        let head = cluster.store().head();
        if self.density != Density::Tiles {
            let moved = self
                .views
                .values()
                .filter(|view| machine(cluster, &view.name) != (view.powered, view.connected));
            dirty.nodes.extend(moved.map(|view| view.name.clone()));
        }
        let count = |before: usize, name: &Name| {
            let by = dirty.counts.get(name).copied().unwrap_or(0);
            usize::try_from(i64::try_from(before).unwrap_or(i64::MAX) + by).unwrap_or(0)
        };
        let mut renamed = false;
        for name in &dirty.nodes {
            if name.is_empty() {
                let pod_count = count(self.limbo.pod_count, name);
                self.limbo = Rc::new(self.limbo_of(cluster, Some(pod_count)));
                continue;
            }
            let before = self.views.get(name).cloned();
            match head.table(Kind::Node).get("", name).and_then(Node::of) {
                Some(node) => {
                    renamed |= before.is_none();
                    let pod_count = before.as_ref().map(|view| count(view.pod_count, name));
                    let view = self.view(cluster, node, pod_count, before.as_deref());
                    self.views.insert(name.clone(), Rc::new(view));
                }
                None => renamed |= self.views.remove(name).is_some(),
            }
        }
        if renamed {
            self.sort();
        }
    }

    fn rebuild(&mut self, cluster: &Cluster) {
        self.views.clear();
        self.limbo = Rc::default();
        let table = cluster.store().head().table(Kind::Node);
        for node in table.iter().filter_map(Node::of) {
            let view = self.view(cluster, node, None, None);
            self.views.insert(view.name.clone(), Rc::new(view));
        }
        self.limbo = Rc::new(self.limbo_of(cluster, None));
        self.sort();
    }

    /// By name, numbers by their value: n2 before n10.
    fn sort(&mut self) {
        self.order = self.views.keys().cloned().collect();
        self.order.sort_by_key(|name| {
            let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
            (
                letters.to_owned(),
                name[letters.len()..].parse::<u64>().unwrap_or(0),
                name.clone(),
            )
        });
    }

    fn limbo_of(&self, cluster: &Cluster, pod_count: Option<usize>) -> Limbo {
        let pods = cluster.store().head().table(Kind::Pod);
        if self.density == Density::Tiles {
            return Limbo {
                pods: Vec::new(),
                pod_count: pod_count.unwrap_or_else(|| pods.count_on_node("")),
            };
        }
        let pods = views(pods.on_node(""), &self.limbo.pods, Lost::No);
        Limbo {
            pod_count: pods.len(),
            pods,
        }
    }

    fn view(
        &self,
        cluster: &Cluster,
        node: &Node,
        pod_count: Option<usize>,
        before: Option<&NodeView>,
    ) -> NodeView {
        let name = Name::from(node.metadata.name.as_deref().unwrap_or_default());
        let table = cluster.store().head().table(Kind::Pod);
        let readiness = readiness(node);
        let lost = if readiness == Readiness::Ready {
            Lost::No
        } else {
            Lost::Yes
        };
        let (powered, connected) = machine(cluster, &name);
        let view = NodeView {
            readiness,
            status: node.row(0).into_iter().next().unwrap_or_default().into(),
            cordoned: node
                .spec
                .as_ref()
                .and_then(|spec| spec.unschedulable)
                .unwrap_or(false),
            powered,
            connected,
            used_permille: 0,
            pods: Vec::new(),
            pod_count: 0,
            name,
        };
        if self.density == Density::Tiles {
            let pod_count = pod_count.unwrap_or_else(|| table.count_on_node(&view.name));
            let used_permille = permille(
                i64::try_from(pod_count).unwrap_or(i64::MAX),
                allocatable(node, "pods"),
            );
            return NodeView {
                used_permille,
                pod_count,
                ..view
            };
        }
        // A node that was lost, or is found again, changes all of its pods.
        let known = before
            .filter(|before| before.readiness == readiness)
            .map(|before| before.pods.as_slice());
        let pods = views(table.on_node(&view.name), known.unwrap_or_default(), lost);
        let requested: i64 = table
            .on_node(&view.name)
            .filter_map(Pod::of)
            .filter(|pod| !pods::is_finished(pod))
            .map(requested_milli)
            .sum();
        NodeView {
            pod_count: pods.len(),
            used_permille: permille(requested, allocatable(node, "cpu")),
            pods,
            ..view
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lost {
    Yes,
    No,
}

/// The pods as they are drawn; those that were not written since are shared with `before`, which is sorted as `objects` are.
fn views<'a>(
    objects: impl Iterator<Item = &'a Object>,
    before: &[Rc<PodView>],
    lost: Lost,
) -> Vec<Rc<PodView>> {
    let view = |object: &Object| {
        let revision = object.revision();
        let known = before
            .binary_search_by(|view| place(&view.key).cmp(&(object.namespace(), object.name())))
            .ok()
            .map(|at| &before[at]);
        if let Some(known) = known.filter(|known| known.revision == revision) {
            return Some(known.clone());
        }
        PodView::of(object, lost == Lost::Yes).map(Rc::new)
    };
    objects.filter_map(view).collect()
}

fn place(key: &Key) -> (Name, Name) {
    (key.namespace.clone(), key.name.clone())
}

/// Is it the same write of the same history? Writes are shared by all clones of a cluster, and made anew by every other.
fn is_same(a: &Change, b: &Change) -> bool {
    a.revision == b.revision && a.object().ptr_eq(b.object())
}

fn machine(cluster: &Cluster, node: &str) -> (bool, bool) {
    cluster
        .machine(node)
        .map_or((true, true), |machine| (machine.powered, machine.connected))
}

fn readiness(node: &Node) -> Readiness {
    let conditions = node
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_deref())
        .unwrap_or_default();
    match conditions
        .iter()
        .find(|condition| condition.type_ == "Ready")
        .map(|condition| condition.status.as_str())
    {
        Some("True") => Readiness::Ready,
        Some("False") => Readiness::NotReady,
        _ => Readiness::Unknown,
    }
}

fn allocatable(node: &Node, resource: &str) -> i64 {
    let quantity = node
        .status
        .as_ref()
        .and_then(|status| status.allocatable.as_ref()?.get(resource));
    match resource {
        "cpu" => quantity.map_or(0, quantity::cpu_milli),
        _ => quantity.map_or(0, quantity::bytes),
    }
}

fn requested_milli(pod: &Pod) -> i64 {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    let cpu = |container: &k8s_openapi::api::core::v1::Container| {
        container
            .resources
            .as_ref()
            .and_then(|resources| resources.requests.as_ref()?.get("cpu"))
            .map_or(0, quantity::cpu_milli)
    };
    containers.map(cpu).sum()
}

fn permille(part: i64, whole: i64) -> u32 {
    if whole <= 0 {
        return 0;
    }
    u32::try_from((part * 1000 / whole).clamp(0, 1000)).unwrap_or(1000)
}
