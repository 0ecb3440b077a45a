//! Ephemeral containers: each is started once, before everything else, and never again.
//!
//! The real thing: pkg/kubelet/kuberuntime/kuberuntime_manager.go (`SyncPod`, step 6).
//! Left out: `targetContainerName`: simulated containers see no processes but their own.

use super::pass::Pass;
use crate::component::{ContainerState, Datum};

/// Starts what nobody has started yet.
pub(super) fn step(pass: &mut Pass<'_>) {
    for spec in pass.view.ephemeral.clone() {
        match pass.view.container(&spec.name) {
            None => {
                pass.start(&spec, Datum::None);
            }
            Some((_, container)) => {
                pass.saw(&spec, container);
                if container.state != ContainerState::Created {
                    pass.memory.waits_no_more(&spec.name);
                }
            }
        }
    }
}
