//! What is wrong with probes and lifecycle hooks.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`validateProbe`, `validateHandler`, `validateLifecycle`).

use super::super::names;
use super::super::normal::{list, text};
use crate::api::check::{Errors, Path};
use k8s_openapi::api::core::v1::{
    Container, ExecAction, HTTPGetAction, LifecycleHandler, PodSpec, Probe,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// The hooks and probes of a main container or sidecar.
pub(crate) fn all(container: &Container, spec: &PodSpec, path: &Path<'_>, errors: &mut Errors) {
    if let Some(lifecycle) = &container.lifecycle {
        let path = path.child("lifecycle");
        let hooks = [
            ("postStart", &lifecycle.post_start),
            ("preStop", &lifecycle.pre_stop),
        ];
        for (field, hook) in hooks {
            if let Some(hook) = hook {
                let grace_s = spec.termination_grace_period_seconds;
                handler(&Handler::of_hook(hook), grace_s, &path.child(field), errors);
            }
        }
    }
    if let Some(liveness) = &container.liveness_probe {
        let path = path.child("livenessProbe");
        probe(liveness, &path, errors);
        succeeds_once(liveness, &path, errors);
    }
    if let Some(readiness) = &container.readiness_probe {
        let path = path.child("readinessProbe");
        probe(readiness, &path, errors);
        if let Some(grace_s) = readiness.termination_grace_period_seconds {
            let detail = "must not be set for readinessProbes";
            errors.invalid(
                &path.child("terminationGracePeriodSeconds"),
                grace_s,
                detail,
            );
        }
    }
    if let Some(startup) = &container.startup_probe {
        let path = path.child("startupProbe");
        probe(startup, &path, errors);
        succeeds_once(startup, &path, errors);
    }
}

/// An init container that is no sidecar has none of them.
pub(crate) fn none(container: &Container, path: &Path<'_>, errors: &mut Errors) {
    let fields = [
        ("lifecycle", container.lifecycle.is_some()),
        ("livenessProbe", container.liveness_probe.is_some()),
        ("readinessProbe", container.readiness_probe.is_some()),
        ("startupProbe", container.startup_probe.is_some()),
    ];
    for (field, set) in fields {
        if set {
            let detail = "may not be set for init containers without restartPolicy=Always";
            errors.forbidden(&path.child(field), detail);
        }
    }
}

fn succeeds_once(probe: &Probe, path: &Path<'_>, errors: &mut Errors) {
    let threshold = probe.success_threshold.unwrap_or_default();
    if threshold != 1 {
        errors.invalid(&path.child("successThreshold"), threshold, "must be 1");
    }
}

fn probe(probe: &Probe, path: &Path<'_>, errors: &mut Errors) {
    handler(&Handler::of_probe(probe), None, path, errors);
    for (field, value) in [
        ("initialDelaySeconds", probe.initial_delay_seconds),
        ("timeoutSeconds", probe.timeout_seconds),
        ("periodSeconds", probe.period_seconds),
        ("successThreshold", probe.success_threshold),
        ("failureThreshold", probe.failure_threshold),
    ] {
        errors.non_negative(&path.child(field), value);
    }
    if let Some(grace_s) = probe.termination_grace_period_seconds.filter(|s| *s <= 0) {
        let path = path.child("terminationGracePeriodSeconds");
        errors.invalid(&path, grace_s, "must be greater than 0");
    }
}

/// What a probe and a hook have in common; upstream's `commonHandler`.
struct Handler<'a> {
    exec: Option<&'a ExecAction>,
    http_get: Option<&'a HTTPGetAction>,
    tcp_port: Option<&'a IntOrString>,
    grpc_port: Option<i32>,
    sleep_s: Option<i64>,
}

impl<'a> Handler<'a> {
    fn of_probe(probe: &'a Probe) -> Self {
        Self {
            exec: probe.exec.as_ref(),
            http_get: probe.http_get.as_ref(),
            tcp_port: probe.tcp_socket.as_ref().map(|t| &t.port),
            grpc_port: probe.grpc.as_ref().map(|g| g.port),
            sleep_s: None,
        }
    }

    fn of_hook(hook: &'a LifecycleHandler) -> Self {
        Self {
            exec: hook.exec.as_ref(),
            http_get: hook.http_get.as_ref(),
            tcp_port: hook.tcp_socket.as_ref().map(|t| &t.port),
            grpc_port: None,
            sleep_s: hook.sleep.as_ref().map(|s| s.seconds),
        }
    }
}

fn handler(handler: &Handler<'_>, grace_s: Option<i64>, path: &Path<'_>, errors: &mut Errors) {
    let given = [
        ("exec", handler.exec.is_some()),
        ("httpGet", handler.http_get.is_some()),
        ("tcpSocket", handler.tcp_port.is_some()),
        ("grpc", handler.grpc_port.is_some()),
        ("sleep", handler.sleep_s.is_some()),
    ];
    let mut given = given
        .into_iter()
        .filter(|(_, set)| *set)
        .map(|(field, _)| field);
    let Some(first) = given.next() else {
        errors.required(path, "must specify a handler type");
        return;
    };
    action(first, handler, grace_s, &path.child(first), errors);
    for field in given {
        let detail = "may not specify more than 1 handler type";
        errors.forbidden(&path.child(field), detail);
    }
}

fn action(
    field: &str,
    handler: &Handler<'_>,
    grace_s: Option<i64>,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    if let Some(exec) = handler.exec.filter(|_| field == "exec") {
        if list(&exec.command).is_empty() {
            errors.required(&path.child("command"), "");
        }
    } else if let Some(get) = handler.http_get.filter(|_| field == "httpGet") {
        http_get(get, path, errors);
    } else if let Some(port) = handler.tcp_port.filter(|_| field == "tcpSocket") {
        port_or_name(port, &path.child("port"), errors);
    } else if let Some(port) = handler.grpc_port.filter(|_| field == "grpc") {
        port_or_name(&IntOrString::Int(port), &path.child("port"), errors);
    } else if let (Some(sleep_s), Some(grace_s)) = (handler.sleep_s, grace_s)
        && !(0..=grace_s).contains(&sleep_s)
    {
        let detail =
            format!("must be non-negative and less than terminationGracePeriodSeconds ({grace_s})");
        errors.invalid(path, sleep_s, &detail);
    }
}

fn http_get(get: &HTTPGetAction, path: &Path<'_>, errors: &mut Errors) {
    if text(&get.path).is_empty() {
        errors.required(&path.child("path"), "");
    }
    port_or_name(&get.port, &path.child("port"), errors);
    errors.known(
        &path.child("scheme"),
        Some(text(&get.scheme)),
        &["HTTP", "HTTPS"],
    );
    for header in list(&get.http_headers) {
        let wrong = names::header_name(&header.name);
        errors.invalid_text(&path.child("httpHeaders"), &header.name, wrong);
    }
}

/// `80` or `http`.
pub(crate) fn port_or_name(port: &IntOrString, path: &Path<'_>, errors: &mut Errors) {
    match port {
        IntOrString::Int(number) => super::containers::port_number(*number, path, errors),
        IntOrString::String(name) => errors.invalid_text(path, name, names::port_name(name)),
    }
}
