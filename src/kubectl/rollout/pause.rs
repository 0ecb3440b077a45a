//! `kubectl rollout pause`, `resume` and `restart`: one field of a Deployment each.
//!
//! The real thing: kubectl's pkg/cmd/rollout/rollout_{pause,resume,restart}.go, pkg/polymorphichelpers/object{pauser,resumer,restarter}.go.

use super::{SELECTOR, done, objects};
use crate::api::{FieldValidation, Kind, Object, PatchType, Request, time};
use crate::kubectl::printers::named;
use crate::kubectl::refusal::Refusal;
use crate::kubectl::{Accept, Call, Command};
use k8s_openapi::api::apps::v1::Deployment;
use serde_json::{Value, json};

pub(in crate::kubectl) const RESTART: Command = Command {
    name: "rollout restart",
    about: "Restart a resource",
    usage: "rollout restart (TYPE NAME | TYPE/NAME)",
    flags: &[SELECTOR],
    run: restart,
};

pub(in crate::kubectl) const PAUSE: Command = Command {
    name: "rollout pause",
    about: "Mark the provided resource as paused",
    usage: "rollout pause (TYPE NAME | TYPE/NAME)",
    flags: &[SELECTOR],
    run: pause,
};

pub(in crate::kubectl) const RESUME: Command = Command {
    name: "rollout resume",
    about: "Resume a paused resource",
    usage: "rollout resume (TYPE NAME | TYPE/NAME)",
    flags: &[SELECTOR],
    run: resume,
};

/// The annotation that makes a template another one.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

fn pause(call: &mut Call<'_>) -> Result<(), String> {
    change(call, "pausing", "paused", |object, _| {
        match paused(object) {
            Some(true) => Err("is already paused"),
            _ => Ok(json!({"spec": {"paused": true}})),
        }
    })
}

fn resume(call: &mut Call<'_>) -> Result<(), String> {
    change(call, "resuming", "resumed", |object, _| {
        match paused(object) {
            Some(true) => Ok(json!({"spec": {"paused": null}})),
            _ => Err("is not paused"),
        }
    })
}

fn restart(call: &mut Call<'_>) -> Result<(), String> {
    change(call, "restarting", "restarted", |object, now| {
        if paused(object) == Some(true) {
            return Err("can't restart paused deployment (run rollout resume first)");
        }
        let metadata = json!({"annotations": {RESTARTED_AT: now}});
        Ok(json!({"spec": {"template": {"metadata": metadata}}}))
    })
}

fn paused(object: &Object) -> Option<bool> {
    object.get::<Deployment>()?.spec.as_ref()?.paused
}

/// Patches every object with what `patch` makes of it and of the time, unless that says why not.
fn change(
    call: &mut Call<'_>,
    doing: &str,
    what: &str,
    patch: fn(&Object, &str) -> Result<Value, &'static str>,
) -> Result<(), String> {
    let now = time::rfc3339(time::time(call.server.now_ms()).0);
    for object in objects(call, Refusal::listed)? {
        if object.kind() != Kind::Deployment {
            cannot(call, &object, &format!("{doing} is not supported"));
            continue;
        }
        let body = match patch(&object, &now) {
            Ok(body) => body,
            Err(why) => {
                cannot(call, &object, why);
                continue;
            }
        };
        let key = object.key();
        let restarted = &body["spec"]["template"]["metadata"]["annotations"][RESTARTED_AT];
        let before = object.to_json();
        let last = &before["spec"]["template"]["metadata"]["annotations"][RESTARTED_AT];
        if restarted.is_string() && restarted == last {
            let name = named(key.kind, &key.name);
            let name = name.rsplit('/').next().unwrap_or_default();
            call.refuse(Refusal::Client(format!("failed to create patch for {name}: if restart has already been triggered within the past second, please wait before attempting to trigger another")));
            continue;
        }
        let request = Request {
            field_manager: "kubectl-rollout".into(),
            field_validation: FieldValidation::Warn,
            ..Request::patch(key, PatchType::StrategicMerge, body)
        };
        match call.send_for(request, Accept::Any) {
            Ok(_) => done(call, &object, what),
            Err(why) => {
                let why = format!("failed to patch: {}", why.message());
                call.refuse(Refusal::Client(why));
            }
        }
    }
    Ok(())
}

/// `deployments.apps "web" is already paused`.
fn cannot(call: &mut Call<'_>, object: &Object, why: &str) {
    let info = object.kind().info();
    let dot = if info.group.is_empty() { "" } else { "." };
    let (plural, group) = (info.plural, info.group);
    let name = object.name();
    // Its own prefix is part of the message.
    let text = format!("error: {plural}{dot}{group} \"{name}\" {why}");
    call.refuse(Refusal::Listed(text));
}
