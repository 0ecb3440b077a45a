//! kubelet: makes the containers of its node's pods be as the API says, and reports how they are.
//!
//! Its keys are `namespace/name` for a pod, [`node_status`]'s and [`lease`]'s own. It sees its machine and acts through the container runtime; what takes
//! time wakes the pod's key when it is done, as the pod lifecycle event generator does.
//!
//! The real thing: pkg/kubelet/kubelet.go (`syncLoop`, `HandlePodUpdates`), pod_workers.go.
//! Left out: static pods, volumes, device plugins, eviction under pressure, checkpoints; ConfigMaps and Secrets are asked for when a pod needs them.

mod admission;
mod back_off;
mod containers;
mod ephemeral;
mod hooks;
mod images;
mod init;
mod lease;
mod memory;
mod node_status;
mod pass;
mod pod;
mod probes;
mod references;
mod resize;
mod restart;
mod start;
mod status;
mod stop;
mod terminate;
mod view;

pub use memory::KubeletMemory;
pub use node_status::KEY as NODE_STATUS;

use crate::api::{Change, ChangeType, Kind, User};
use crate::component::{Action, Component, Outcome, Place, Scope, Seen, Turn, Wake, Watch};

/// What comes before a node's name in its kubelet's identity.
const USER_PREFIX: &str = "system:node:";

/// kubelet.
pub struct Kubelet;

impl Kubelet {
    /// Is this the identity of the kubelet on this node?
    fn is_user(user: &str, node: &str) -> bool {
        user.strip_prefix(USER_PREFIX) == Some(node)
    }
}

impl Component for Kubelet {
    type Memory = KubeletMemory;

    fn name(&self) -> &'static str {
        "kubelet"
    }

    fn place(&self) -> Place {
        Place::EveryNode
    }

    fn user(&self, node: &str) -> User {
        format!("{USER_PREFIX}{node}").into()
    }

    fn watches(&self) -> &'static [Watch] {
        const WATCHES: &[Watch] = &[
            Watch {
                kind: Kind::Pod,
                scope: Scope::OwnNode,
            },
            Watch {
                kind: Kind::Node,
                scope: Scope::OwnName,
            },
        ];
        WATCHES
    }

    fn starts(&self, seen: &Seen<'_>) -> Vec<Wake> {
        let mut wakes = vec![Wake::now(node_status::KEY), Wake::now(lease::KEY)];
        // Containers that were left running, whether their pods are still in the API or not.
        let left = seen.machine().sandboxes.values();
        wakes.extend(left.map(|sandbox| Wake::now(sandbox.pod.clone())));
        wakes
    }

    fn wakes(&self, change: &Change, seen: &Seen<'_>, memory: &mut KubeletMemory) -> Vec<Wake> {
        match change.kind() {
            Kind::Pod => pod::wakes(change, seen, memory),
            Kind::Node => node_wakes(change, seen),
            _ => Vec::new(),
        }
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, memory: &mut KubeletMemory) -> Turn {
        match key {
            node_status::KEY => node_status::sync(seen, memory),
            lease::KEY => lease::sync(seen, memory),
            _ => match probes::pod_key(key) {
                Some(pod) => probes::sync(pod, seen, memory),
                None => pod::sync(key, seen, memory),
            },
        }
    }

    fn answered(&self, _key: &str, action: &Action, outcome: &Outcome, memory: &mut KubeletMemory) {
        if let (Action::Api(request), Outcome::Api(answer)) = (action, outcome) {
            if lease::is_about(request) {
                lease::answered(request, answer, memory);
            } else if node_status::is_about(request) {
                node_status::answered(answer, memory);
            } else if references::is_about(request) {
                references::answered(request, answer, memory);
            } else if request.key.kind == Kind::Pod {
                pod::answered(request, answer, memory);
            }
        }
    }
}

fn node_wakes(change: &Change, seen: &Seen<'_>) -> Vec<Wake> {
    if change.object().metadata().name.as_deref() != Some(seen.node) {
        return Vec::new();
    }
    match change.change_type() {
        ChangeType::Added => vec![Wake::now(lease::KEY), Wake::now(node_status::KEY)],
        ChangeType::Modified => {
            let is_own = Kubelet::is_user(&change.by, seen.node);
            let is_disputed =
                !is_own && node_status::is_disputed(change.before.as_ref(), change.after.as_ref());
            is_disputed
                .then(|| Wake::now(node_status::KEY))
                .into_iter()
                .collect()
        }
        ChangeType::Deleted => Vec::new(),
    }
}
