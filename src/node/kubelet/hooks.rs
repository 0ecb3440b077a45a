//! Lifecycle hooks: what they take and whether they succeed.
//!
//! The real thing: pkg/kubelet/lifecycle/handlers.go; kuberuntime_container.go (`startContainer`, step 4).
//! Left out: headers and bodies of HTTP hooks; files that a hook makes.

use super::super::container_runtime::{self, ProbeAction};
use super::memory::{Hook, HookKind};
use super::pass::Pass;
use super::stop::Stop;
use crate::api::Name;
use crate::api::time::{self, Ms};
use crate::component::{Container, ContainerId, Datum, Wake};
use k8s_openapi::api::core::v1::{Container as ContainerSpec, LifecycleHandler};

/// How long a hook takes, and why it fails if it does.
pub(super) fn run(
    hook: &LifecycleHandler,
    container: &Container,
    now_ms: Ms,
) -> (Ms, Option<String>) {
    if let Some(sleep) = &hook.sleep {
        return (time::seconds_ms(sleep.seconds), None);
    }
    if let Some(exec) = &hook.exec {
        let words: Vec<Name> = exec.command.iter().flatten().map(Name::from).collect();
        let (takes_ms, code) = container_runtime::run_command(container, &words, now_ms);
        let failure = format!("command '{}' exited with {code}", words.join(" "));
        return (takes_ms, (code != 0).then_some(failure));
    }
    let Some(get) = &hook.http_get else {
        return (0, None);
    };
    let action = ProbeAction::Http {
        scheme: "http".into(),
        host: get.host.as_deref().unwrap_or_default().into(),
        port: match &get.port {
            k8s_openapi::apimachinery::pkg::util::intstr::IntOrString::Int(port) => *port,
            k8s_openapi::apimachinery::pkg::util::intstr::IntOrString::String(port) => {
                port.parse().unwrap_or(80)
            }
        },
        // A hook does not care what the answer's status is.
        path: "/".into(),
    };
    (
        0,
        container_runtime::probe(container, &action, 1000, now_ms).err(),
    )
}

impl Pass<'_> {
    /// A container has just started: its `postStart` hook begins. The pass waits for it.
    pub(super) fn begin_post_start(&mut self, name: &str) {
        let hook = self
            .view
            .container_spec(name)
            .and_then(|spec| spec.lifecycle.as_ref()?.post_start.as_ref());
        let running = self
            .view
            .container(name)
            .filter(|(_, c)| c.running_since().is_some());
        let (Some(hook), Some((id, container))) = (hook, running) else {
            return;
        };
        let now_ms = self.view.now_ms;
        let (takes_ms, failure) = run(hook, container, now_ms);
        let field = format!("containers{{{name}}} postStart");
        self.turn
            .saw_at(self.view.key.clone(), 0, field, Datum::Duration(takes_ms));
        self.memory.hooks.push(Hook {
            container: id,
            kind: if failure.is_some() {
                HookKind::PostStartFails
            } else {
                HookKind::PostStart
            },
            begun_ms: now_ms,
            over_ms: now_ms + takes_ms,
        });
        if takes_ms > 0 {
            self.turn.again(Wake::after(self.view.queue_key, takes_ms));
        }
    }

    /// Is a `postStart` hook still running?
    pub(super) fn is_in_post_start(&self) -> bool {
        self.memory
            .hooks
            .iter()
            .any(|h| h.kind != HookKind::PreStop && h.over_ms > self.view.now_ms)
    }

    /// A running container whose `postStart` hook has failed is killed. True if so.
    pub(super) fn end_post_start(&mut self, spec: &ContainerSpec, id: ContainerId) -> bool {
        let now_ms = self.view.now_ms;
        let over =
            |h: &Hook| h.container == id && h.kind != HookKind::PreStop && h.over_ms <= now_ms;
        let Some(index) = self.memory.hooks.iter().position(over) else {
            return false;
        };
        let hook = self.memory.hooks.remove(index);
        if hook.kind != HookKind::PostStartFails {
            return false;
        }
        self.warn(
            spec,
            "FailedPostStartHook",
            "PostStartHook failed".to_owned(),
        );
        let message = "FailedPostStartHook".to_owned();
        self.stop(Stop {
            spec: Some(spec),
            container: id,
            name: &spec.name,
            reason: "PostStartHookFailed",
            desired: Datum::from("replaced"),
            message,
            grace_ms: self.view.grace_ms(),
        });
        true
    }
}
