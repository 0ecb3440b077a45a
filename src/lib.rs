//! KubeLoop: Kubernetes' control plane as a teaching instrument.

pub mod api;
pub mod component;
pub mod control_plane;
pub mod node;
pub mod sim;
