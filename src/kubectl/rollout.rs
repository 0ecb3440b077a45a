//! `kubectl rollout`: what becomes of a change of a Deployment, and back again.
//!
//! The real thing: kubectl's pkg/cmd/rollout, pkg/polymorphichelpers (`DeploymentStatusViewer`, `DeploymentHistoryViewer`,
//! `DeploymentRollbacker`, the pauser, resumer and restarter).
//! Left out: StatefulSets and DaemonSets, `-f`, `-o`. `rollout status` waits for nothing: it prints what it sees first, as with `--watch=false`.

use super::describe::{Page, pod_template};
use super::flags::{Flag, value};
use super::printers::{named, type_name};
use super::revisions::{REVISION, Revisions, are_same, revision, without_hash};
use super::targets::Targets;
use super::{Accept, Call, Command, DRY_RUN_HERE, refusal};
use crate::api::{FieldValidation, Key, Kind, Object, PatchType, Reply, Request, time};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const SELECTOR: Flag = value("selector", "l", "SELECTOR", "what has these labels");
const TO_REVISION: Flag = value("to-revision", "", "N", "not to the one before: to this");
const OF_REVISION: Flag = value("revision", "", "N", "this one, in detail");

pub(super) const STATUS: Command = Command {
    name: "rollout status",
    about: "Show the status of the rollout",
    usage: "rollout status (TYPE NAME | TYPE/NAME)",
    flags: &[
        SELECTOR,
        value(
            "watch",
            "w",
            "false",
            "taken and not needed: nothing waits here",
        ),
        value("timeout", "", "TIME", "taken and not needed"),
        value("revision", "", "N", "fail if another one is rolled out"),
    ],
    run: status,
};

pub(super) const HISTORY: Command = Command {
    name: "rollout history",
    about: "View rollout history",
    usage: "rollout history (TYPE NAME | TYPE/NAME) [--revision=N]",
    flags: &[SELECTOR, OF_REVISION],
    run: history,
};

pub(super) const UNDO: Command = Command {
    name: "rollout undo",
    about: "Undo a previous rollout",
    usage: "rollout undo (TYPE NAME | TYPE/NAME) [--to-revision=N]",
    flags: &[SELECTOR, TO_REVISION, DRY_RUN_HERE],
    run: undo,
};

pub(super) const RESTART: Command = Command {
    name: "rollout restart",
    about: "Restart a resource",
    usage: "rollout restart (TYPE NAME | TYPE/NAME)",
    flags: &[SELECTOR],
    run: restart,
};

pub(super) const PAUSE: Command = Command {
    name: "rollout pause",
    about: "Mark the provided resource as paused",
    usage: "rollout pause (TYPE NAME | TYPE/NAME)",
    flags: &[SELECTOR],
    run: pause,
};

pub(super) const RESUME: Command = Command {
    name: "rollout resume",
    about: "Resume a paused resource",
    usage: "rollout resume (TYPE NAME | TYPE/NAME)",
    flags: &[SELECTOR],
    run: resume,
};

/// The annotation that says why a revision was made.
const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// The annotation that makes a template another one.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// What an undone Deployment keeps of its own annotations.
const KEPT: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

/// The objects that are named or chosen.
fn objects(call: &mut Call<'_>) -> Result<Vec<Object>, String> {
    if call.given.args.is_empty() {
        return Err("required resource not specified".to_owned());
    }
    let namespace = call.namespace();
    let kinds = call.kinds();
    let targets = Targets::read(&call.given.args, &namespace, &kinds)?;
    let is_named = matches!(targets, Targets::Named(_));
    let mut objects = Vec::new();
    for request in targets.requests(&namespace, &call.given) {
        let answer = if is_named {
            call.send_for(request, Accept::Any)
        } else {
            call.list(request, Accept::Any).map(Reply::List)
        };
        match answer {
            Ok(Reply::List(list)) => objects.extend(list.items),
            Ok(reply) => objects.extend(reply.object().cloned()),
            Err(status) => call.out.fail(refusal::text(&status)),
        }
    }
    if objects.is_empty() && !is_named && call.out.code == 0 {
        call.out
            .warn(format!("No resources found in {namespace} namespace."));
    }
    Ok(objects)
}

/// `error: deployments.apps "web" is already paused`.
fn cannot(call: &mut Call<'_>, object: &Object, why: &str) {
    let info = object.kind().info();
    let dot = if info.group.is_empty() { "" } else { "." };
    let (plural, group) = (info.plural, info.group);
    let name = object.name();
    call.out
        .fail(format!("error: {plural}{dot}{group} \"{name}\" {why}"));
}

/// `deployment.apps/web paused`, with what was done in a dry run.
fn done(call: &mut Call<'_>, object: &Object, what: &str) {
    let note = call.dry_run_note();
    call.out.say(format!("{} {what}{note}", type_name(object)));
}

fn status(call: &mut Call<'_>) -> Result<(), String> {
    let revision = call.given.number("revision")?.unwrap_or_default();
    for object in objects(call)? {
        let Some(deployment) = object.get::<Deployment>() else {
            let kind = object.kind().info().name;
            return Err(format!("no status viewer has been implemented for {kind}"));
        };
        let text = status_of(deployment, revision)?;
        call.out.say(text);
    }
    Ok(())
}

/// How far it is.
fn status_of(deployment: &Deployment, revision: i64) -> Result<String, String> {
    let name = deployment.metadata.name.as_deref().unwrap_or_default();
    let annotations = deployment.metadata.annotations.as_ref();
    let running = annotations.and_then(|all| all.get(REVISION)?.parse::<i64>().ok());
    if revision > 0 && running != Some(revision) {
        let running = running.unwrap_or_default();
        return Err(format!(
            "desired revision ({revision}) is different from the running revision ({running})"
        ));
    }
    let status = deployment.status.clone().unwrap_or_default();
    let spec = deployment.spec.as_ref();
    if deployment.metadata.generation > Some(status.observed_generation.unwrap_or_default()) {
        return Ok("Waiting for deployment spec update to be observed...".to_owned());
    }
    let mut conditions = status.conditions.iter().flatten();
    let progressing = conditions.find(|condition| condition.type_ == "Progressing");
    if progressing.is_some_and(|c| c.reason.as_deref() == Some("ProgressDeadlineExceeded")) {
        return Err(format!(
            "deployment \"{name}\" exceeded its progress deadline"
        ));
    }
    let count = |number: Option<i32>| number.unwrap_or_default();
    let updated = count(status.updated_replicas);
    let available = count(status.available_replicas);
    let old = count(status.replicas) - updated;
    let waits = format!("Waiting for deployment \"{name}\" rollout to finish:");
    if let Some(wanted) = spec.and_then(|spec| spec.replicas).filter(|n| updated < *n) {
        return Ok(format!(
            "{waits} {updated} out of {wanted} new replicas have been updated..."
        ));
    }
    if old > 0 {
        return Ok(format!(
            "{waits} {old} old replicas are pending termination..."
        ));
    }
    if available < updated {
        return Ok(format!(
            "{waits} {available} of {updated} updated replicas are available..."
        ));
    }
    Ok(format!("deployment \"{name}\" successfully rolled out"))
}

/// The Deployment anew, as the typed client reads it, and its revisions.
fn revisions(call: &mut Call<'_>, object: &Object) -> Option<(Deployment, Revisions)> {
    let read = call.send_for(Request::get(object.key()), Accept::Typed);
    let found = read.and_then(|reply| {
        let deployment = reply.object().and_then(Object::get::<Deployment>).cloned();
        let deployment = deployment.unwrap_or_default();
        let revisions = Revisions::of(&deployment, 0, call)?;
        Ok((deployment, revisions))
    });
    found
        .map_err(|status| call.out.fail(refusal::text(&status)))
        .ok()
}

fn history(call: &mut Call<'_>) -> Result<(), String> {
    let wanted = call.given.number("revision")?.unwrap_or_default();
    if wanted < 0 {
        return Err("revision must be a positive integer: ".to_owned() + &wanted.to_string());
    }
    for object in objects(call)? {
        if object.kind() != Kind::Deployment {
            let info = object.kind().info();
            let (kind, group) = (info.name, info.group);
            return Err(format!(
                "error retrieving history for \"{kind}\", no visitor method exists for {{{group} {kind}}}"
            ));
        }
        let Some((_, revisions)) = revisions(call, &object) else {
            return Ok(());
        };
        let all: BTreeMap<i64, &ReplicaSet> = revisions
            .all()
            .filter_map(|set| Some((revision(set)?, set)))
            .collect();
        let name = type_name(&object);
        if wanted > 0 {
            let set = all.get(&wanted);
            let set = set.ok_or("unable to find the specified revision")?;
            let text = template_text(set, WithCause::Yes);
            call.out
                .say(format!("{name} with revision #{wanted}\n{text}"));
            continue;
        }
        let mut page = Page::default();
        page.line(0, "REVISION\tCHANGE-CAUSE");
        for (number, set) in all {
            let annotations = set.metadata.annotations.as_ref();
            let cause = annotations.and_then(|all| all.get(CHANGE_CAUSE));
            let cause = cause.filter(|cause| !cause.is_empty());
            let cause = cause.map_or("<none>", String::as_str);
            page.line(0, &format!("{number}\t{cause}"));
        }
        call.out.say(format!("{name} \n{}", page.aligned()));
    }
    Ok(())
}

/// Does a template say why it was made?
#[derive(Clone, Copy, PartialEq, Eq)]
enum WithCause {
    Yes,
    No,
}

/// What a revision's pods are made from.
fn template_text(set: &ReplicaSet, cause: WithCause) -> String {
    let spec = set.spec.clone().unwrap_or_default();
    let mut template = spec.template.unwrap_or_default();
    let annotations = set.metadata.annotations.as_ref();
    let why = annotations.and_then(|all| all.get(CHANGE_CAUSE));
    if let (Some(why), WithCause::Yes) = (why, cause) {
        let metadata = template.metadata.get_or_insert_default();
        let all = metadata.annotations.get_or_insert_default();
        all.insert(CHANGE_CAUSE.to_owned(), why.clone());
    }
    let mut page = Page::default();
    pod_template(&template, &mut page);
    page.raw()
}

fn undo(call: &mut Call<'_>) -> Result<(), String> {
    let to = call.given.number("to-revision")?.unwrap_or_default();
    for object in objects(call)? {
        if object.kind() != Kind::Deployment {
            let info = object.kind().info();
            let (kind, group) = (info.name, info.group);
            return Err(format!(
                "error retrieving rollbacker for \"{kind}\", no visitor method exists for {{{group} {kind}}}"
            ));
        }
        if to < 0 {
            return Err(format!("unable to find specified revision {to} in history"));
        }
        let Some((deployment, revisions)) = revisions(call, &object) else {
            return Ok(());
        };
        let set = before(&revisions, to, &object)?;
        if call.given.get("dry-run") == Some("client") {
            let text = template_text(set, WithCause::No);
            done(call, &object, &text);
            continue;
        }
        let spec = deployment.spec.clone().unwrap_or_default();
        if spec.paused == Some(true) {
            return Err("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again".to_owned());
        }
        let set_spec = set.spec.clone().unwrap_or_default();
        let template = set_spec.template.unwrap_or_default();
        if are_same(&template, &spec.template) {
            let what = format!("skipped rollback (current template already matches revision {to})");
            done(call, &object, &what);
            continue;
        }
        let template = serde_json::to_value(without_hash(&template)).unwrap_or_default();
        let patch = json!([
            {"op": "replace", "path": "/spec/template", "value": template},
            {"op": "replace", "path": "/metadata/annotations", "value": annotations(&deployment, set)},
        ]);
        let request = Request {
            field_validation: FieldValidation::Warn,
            ..Request::patch(object.key(), PatchType::Json, patch)
        };
        match call.send_for(request, Accept::Typed) {
            Ok(_) => done(call, &object, "rolled back"),
            Err(status) => {
                let why = status.message;
                return Err(format!("failed restoring revision {to}: {why}"));
            }
        }
    }
    Ok(())
}

/// The ReplicaSet of this revision, or, for 0, of the one before the last.
fn before<'a>(
    revisions: &'a Revisions,
    to: i64,
    object: &Object,
) -> Result<&'a ReplicaSet, String> {
    let mut all: Vec<(i64, &ReplicaSet)> = revisions
        .all()
        .filter_map(|set| Some((revision(set)?, set)))
        .collect();
    if to > 0 {
        let found = all.iter().find(|(number, _)| *number == to);
        let found = found.map(|(_, set)| *set);
        return found.ok_or_else(|| format!("unable to find specified revision {to} in history"));
    }
    all.sort_by_key(|(number, _)| *number);
    let found = all.iter().rev().nth(1).map(|(_, set)| *set);
    found.ok_or_else(|| {
        format!(
            "no rollout history found for deployment \"{}\"",
            object.name()
        )
    })
}

/// The revision's annotations, and what the Deployment keeps of its own.
fn annotations(deployment: &Deployment, set: &ReplicaSet) -> Map<String, Value> {
    let own = deployment.metadata.annotations.iter().flatten();
    let own = own.filter(|(key, _)| KEPT.contains(&key.as_str()));
    let old = set.metadata.annotations.iter().flatten();
    let old = old.filter(|(key, _)| !KEPT.contains(&key.as_str()));
    own.chain(old)
        .map(|(key, value)| (key.clone(), value.as_str().into()))
        .collect()
}

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
    for object in objects(call)? {
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
        let key: Key = object.key();
        let restarted = &body["spec"]["template"]["metadata"]["annotations"][RESTARTED_AT];
        let before = object.to_json();
        let last = &before["spec"]["template"]["metadata"]["annotations"][RESTARTED_AT];
        if restarted.is_string() && restarted == last {
            let name = named(key.kind, &key.name);
            let name = name.rsplit('/').next().unwrap_or_default();
            call.out.fail(format!("error: failed to create patch for {name}: if restart has already been triggered within the past second, please wait before attempting to trigger another"));
            continue;
        }
        let request = Request {
            field_manager: "kubectl-rollout".into(),
            field_validation: FieldValidation::Warn,
            ..Request::patch(key, PatchType::StrategicMerge, body)
        };
        match call.send_for(request, Accept::Any) {
            Ok(_) => done(call, &object, what),
            Err(status) => {
                let why = format!("failed to patch: {}", status.message);
                call.out.fail(format!("error: {why}"));
            }
        }
    }
    Ok(())
}
