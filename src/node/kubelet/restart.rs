//! Which containers are stopped to be replaced, and when one that has ended may start again.
//!
//! The real thing: pkg/kubelet/kuberuntime/kuberuntime_manager.go (`computePodActions`, `doBackOff`), pkg/kubelet/container/helpers.go
//! (`ShouldContainerBeRestarted`).

use super::pass::Pass;
use super::stop::Stop;
use super::{images, probes, view};
use crate::api::time::Ms;
use crate::component::{Container, ContainerId, Datum, Wake};
use crate::node::container_runtime;
use k8s_openapi::api::core::v1::Container as ContainerSpec;

impl Pass<'_> {
    /// Does the restart policy let it start again?
    pub(super) fn may_restart(&self, spec: &ContainerSpec, container: &Container) -> bool {
        if view::is_sidecar(spec) {
            return true;
        }
        match self.view.restart_policy() {
            "Never" => false,
            "OnFailure" => container.exit_code() != Some(0),
            _ => true,
        }
    }

    /// A running container: is it still the one that is wanted, and well?
    pub(super) fn keep(&mut self, spec: &ContainerSpec, id: ContainerId, container: &Container) {
        if container.stopping_since_ms.is_some() {
            return;
        }
        self.memory.waits_no_more(&spec.name);
        if !self.memory.hooks.is_empty() && self.end_post_start(spec, id) {
            return;
        }
        let wanted = container_runtime::image::full_name(spec.image.as_deref().unwrap_or_default());
        if wanted != container.image {
            let message = format!(
                "Container {} definition changed, will be restarted",
                spec.name
            );
            self.kill(spec, id, "ContainerChanged", message, None);
            return;
        }
        if let Some(message) = self.resize_container(&spec.name, id) {
            self.kill(spec, id, "ContainerResized", message, None);
            return;
        }
        self.probe_from_now_on(spec, id, container);
        if let Some((kind, grace_ms)) = probes::failed(self.memory, spec, id) {
            let mut message = format!("Container {} failed {kind} probe", spec.name);
            if self.view.restart_policy() != "Never" || view::is_sidecar(spec) {
                message.push_str(", will be restarted");
            }
            self.kill(spec, id, "ContainerUnhealthy", message, grace_ms);
        }
    }

    /// Stops a container that is to be replaced.
    fn kill(
        &mut self,
        spec: &ContainerSpec,
        id: ContainerId,
        reason: &'static str,
        message: String,
        grace_ms: Option<Ms>,
    ) {
        let grace_ms = grace_ms.unwrap_or_else(|| self.view.grace_ms());
        self.stop(Stop {
            spec: Some(spec),
            container: id,
            name: &spec.name,
            reason,
            desired: Datum::from("replaced"),
            message,
            grace_ms,
        });
    }

    /// Is the container in back-off after it ended then? Says so once.
    pub(super) fn backs_off(&mut self, spec: &ContainerSpec, finished_ms: Ms) -> bool {
        const REASON: &str = "CrashLoopBackOff";
        let now_ms = self.view.now_ms;
        let Some(wait_ms) = self
            .memory
            .crashes
            .remaining_ms(&spec.name, finished_ms, now_ms)
        else {
            self.memory.crashes.next(&spec.name, finished_ms, now_ms);
            return false;
        };
        self.turn.saw_at(
            self.view.key.clone(),
            0,
            format!("containers{{{}}} back-off", spec.name),
            Datum::Duration(wait_ms),
        );
        self.turn
            .again(Wake::housekeeping(self.view.queue_key, wait_ms));
        if self
            .memory
            .why_waiting(&spec.name)
            .is_some_and(|w| w.reason == REASON)
        {
            return true;
        }
        let pod = self.view.full_name();
        let delay = images::go_duration(self.memory.crashes.delay_ms(&spec.name));
        let event = format!(
            "Back-off restarting failed container {} in pod {pod}",
            spec.name
        );
        self.warn(spec, "BackOff", event);
        let message = format!(
            "back-off {delay} restarting failed container={} pod={pod}",
            spec.name
        );
        self.memory.wait(&spec.name, REASON, message);
        true
    }
}
