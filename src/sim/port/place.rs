//! Where the container runs that a client wants to talk to.
//!
//! The real thing: pkg/registry/core/pod/strategy.go (`streamLocation`, `validateContainer`), pkg/kubelet/client/kubelet_client.go
//! (`GetConnectionInfo`), pkg/kubelet/kubelet_pods.go (`findContainer`).

use super::Cluster;
use crate::api::{Key, Kind, Name, Object, Pod, Reason, Status, Uid};
use crate::component::{Container, ContainerId, Machine};

/// A container, and where it runs.
pub(super) struct Place<'a> {
    pub(super) node: Name,
    pub(super) machine: &'a Machine,
    pub(super) pod: &'a Pod,
    /// The container's name.
    pub(super) name: String,
}

/// Why a stream is not opened.
pub(super) enum Refused {
    /// The API server says so, in a `Status`.
    Server(Status),
    /// The kubelet says so, in a line of text: clients cannot tell why.
    Kubelet(String),
}

impl From<Status> for Refused {
    fn from(status: Status) -> Self {
        Self::Server(status)
    }
}

/// Finds a pod's container by its name; the only one if the name is empty.
///
/// # Errors
/// 404 for no such pod or node; 400 for no such container, and for a pod that is on no node yet.
pub(super) fn place<'a>(cluster: &'a Cluster, key: &Key, name: &str) -> Result<Place<'a>, Status> {
    let (pod, name) = container(cluster, key, name)?;
    let node = node_of(pod);
    let machine = cluster.machine(node).ok_or_else(|| {
        if node.is_empty() {
            Status::bad_request(format!("pod {} does not have a host assigned", key.name))
        } else {
            Status::not_found(Kind::Node, node)
        }
    })?;
    Ok(Place {
        node: node.into(),
        machine,
        pod,
        name,
    })
}

/// Is the pod on a node? Errors are those of [`place`].
pub(super) fn is_assigned(cluster: &Cluster, key: &Key, name: &str) -> Result<bool, Status> {
    container(cluster, key, name).map(|(pod, _)| !node_of(pod).is_empty())
}

/// The pod of this key.
pub(super) fn pod<'a>(cluster: &'a Cluster, key: &Key) -> Result<&'a Pod, Status> {
    let head = cluster.store().head();
    let object = head
        .get(key)
        .ok_or_else(|| Status::not_found(Kind::Pod, &key.name))?;
    Ok(Object::get::<Pod>(object).expect("a pod's key leads to a pod"))
}

/// The name of the node that a pod was given; empty if there is none yet.
pub(super) fn node_of(pod: &Pod) -> &str {
    let spec = pod.spec.as_ref();
    spec.and_then(|spec| spec.node_name.as_deref())
        .unwrap_or_default()
}

fn container<'a>(cluster: &'a Cluster, key: &Key, name: &str) -> Result<(&'a Pod, String), Status> {
    let pod = pod(cluster, key)?;
    let spec = pod.spec.iter();
    let names: Vec<&str> = spec
        .flat_map(|spec| {
            let init = spec.init_containers.iter().flatten();
            let ephemeral = spec.ephemeral_containers.iter().flatten();
            let all = init.chain(&spec.containers).map(|c| c.name.as_str());
            all.chain(ephemeral.map(|c| c.name.as_str()))
        })
        .collect();
    if names.contains(&name) {
        return Ok((pod, name.to_owned()));
    }
    if !name.is_empty() {
        let why = format!("container {name} is not valid for pod {}", key.name);
        return Err(Status::bad_request(why));
    }
    let plain = pod.spec.as_ref().map_or(&[][..], |spec| &spec.containers);
    if let [only] = plain {
        return Ok((pod, only.name.clone()));
    }
    Err(Status::bad_request(format!(
        "a container name must be specified for pod {}, choose one of: [{}]",
        key.name,
        names.join(" ")
    )))
}

impl<'a> Place<'a> {
    /// Does the node's kubelet answer?
    pub(super) fn is_reachable(&self) -> bool {
        self.machine.is_connected()
    }

    /// The containers of this name that the runtime still has, oldest first.
    pub(super) fn attempts(&self) -> Vec<(ContainerId, &'a Container)> {
        let uid = Uid::parse(self.pod.metadata.uid.as_deref().unwrap_or_default());
        let all = self.machine.containers_of(uid);
        all.filter(|(_, container)| container.name == self.name)
            .collect()
    }

    /// The one that runs.
    pub(super) fn running(&self) -> Option<(ContainerId, &'a Container)> {
        let newest = self.attempts().pop()?;
        newest.1.running_since().map(|_| newest)
    }

    /// Refuses a stream that the API server cannot have from the node.
    ///
    /// # Errors
    /// In the words of the API server's proxy.
    pub(super) fn dial(&self) -> Result<(), Refused> {
        if self.is_reachable() {
            return Ok(());
        }
        let why = format!(
            "error dialing backend: dial tcp {}:10250: connect: no route to host",
            self.machine.ip
        );
        Err(Status::new(Reason::Unknown, why).into())
    }
}
