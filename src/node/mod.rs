//! The lower box of the architecture diagram: what runs on every node.

pub mod container_runtime;
pub mod kube_proxy;
pub mod kubelet;

#[cfg(test)]
mod harness;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod stories_of_probes;
#[cfg(test)]
mod stories_of_resize;

use crate::component::AnyComponent;

/// What runs on every node, in the order of the diagram.
pub static ALL: &[&dyn AnyComponent] = &[&kubelet::Kubelet, &kube_proxy::KubeProxy];
