//! kube-proxy.
use crate::component::{Machine, NetworkCall};
/// Applies a change.
pub fn network_call(_machine: &mut Machine, _call: &NetworkCall) {}
