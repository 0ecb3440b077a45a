//! Stopping one container: its Event, its `preStop` hook, and then the signal with what is left of the grace period.
//!
//! The real thing: pkg/kubelet/kuberuntime/kuberuntime_container.go (`killContainer`, `executePreStopHook`), `minimumGracePeriodInSeconds`.
//! Left out: `lifecycle.stopSignal`.

use super::hooks;
use super::memory::{Hook, HookKind};
use super::pass::Pass;
use crate::api::time::Ms;
use crate::component::{ContainerId, Datum, Note, RuntimeCall, Wake};
use k8s_openapi::api::core::v1::Container as ContainerSpec;

/// However long the hook took, a container gets this much to stop.
const GRACE_MIN_MS: Ms = 2000;

/// Why a container is stopped.
pub(super) struct Stop<'a> {
    /// As it stands in the spec; a container that is not there any more has no hooks.
    pub(super) spec: Option<&'a ContainerSpec>,
    /// The container's number.
    pub(super) container: ContainerId,
    /// Its name.
    pub(super) name: &'a str,
    /// The difference: `PodTerminating`.
    pub(super) reason: &'static str,
    /// What should be in its place.
    pub(super) desired: Datum,
    /// The Event: `Stopping container nginx`.
    pub(super) message: String,
    /// How long it may take, its hook included.
    pub(super) grace_ms: Ms,
}

impl Pass<'_> {
    /// Takes the next step in stopping a container: the hook, or the signal. To be called again while its hook runs.
    pub(super) fn stop(&mut self, stop: Stop<'_>) {
        let now_ms = self.view.now_ms;
        let begun = self
            .memory
            .hooks
            .iter()
            .find(|h| h.container == stop.container && h.kind == HookKind::PreStop)
            .copied();
        if let Some(hook) = begun {
            if hook.over_ms > now_ms {
                self.turn
                    .again(Wake::after(self.view.queue_key, hook.over_ms - now_ms));
                return;
            }
            let left_ms = stop.grace_ms.saturating_sub(now_ms - hook.begun_ms);
            self.signal(&stop, left_ms.max(GRACE_MIN_MS));
            return;
        }
        let note = Note::normal(self.view.object.clone(), "Killing", stop.message.clone());
        self.note(note.of_container(stop.name));
        let machine = self.view.machine;
        let runs = machine
            .containers
            .get(&stop.container)
            .filter(|c| c.running_since().is_some());
        let hook = stop
            .spec
            .and_then(|spec| spec.lifecycle.as_ref()?.pre_stop.as_ref())
            .zip(runs);
        let Some((hook, container)) = hook else {
            let grace_ms = stop.grace_ms;
            self.signal(&stop, grace_ms);
            return;
        };
        let (takes_ms, failure) = hooks::run(hook, container, now_ms);
        if let Some(spec) = stop.spec.filter(|_| failure.is_some()) {
            self.warn(spec, "FailedPreStopHook", "PreStopHook failed".to_owned());
        }
        let takes_ms = takes_ms.min(stop.grace_ms);
        self.memory.hooks.push(Hook {
            container: stop.container,
            kind: HookKind::PreStop,
            begun_ms: now_ms,
            over_ms: now_ms + takes_ms,
        });
        let field = format!("containers{{{}}} preStop", stop.name);
        self.turn
            .saw_at(self.view.key.clone(), 0, field, Datum::Duration(takes_ms));
        self.turn.again(Wake::after(self.view.queue_key, takes_ms));
    }

    fn signal(&mut self, stop: &Stop<'_>, grace_ms: Ms) {
        let closes = self.turn.differs(
            self.view.key.clone(),
            format!("spec.containers{{{}}}", stop.name),
            stop.desired.clone(),
            "Running",
            stop.reason,
        );
        let container = stop.container;
        self.turn.act(
            closes,
            RuntimeCall::StopContainer {
                container,
                grace_ms,
            },
        );
    }
}
