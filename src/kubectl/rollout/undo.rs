//! `kubectl rollout undo`: back to a revision.
//!
//! The real thing: kubectl's pkg/cmd/rollout/rollout_undo.go, pkg/polymorphichelpers/rollback.go (`DeploymentRollbacker`).

use super::{SELECTOR, WithCause, done, objects, revisions, template_text};
use crate::api::{FieldValidation, Kind, Object, PatchType, Request};
use crate::kubectl::flags::{Flag, value};
use crate::kubectl::revisions::{REVISION, Revisions, are_same, revision, without_hash};
use crate::kubectl::{Accept, Call, Command, DRY_RUN_HERE};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use serde_json::{Map, Value, json};

const TO_REVISION: Flag = value("to-revision", "", "N", "not to the one before: to this");

pub(in crate::kubectl) const UNDO: Command = Command {
    name: "rollout undo",
    about: "Undo a previous rollout",
    usage: "rollout undo (TYPE NAME | TYPE/NAME) [--to-revision=N]",
    flags: &[SELECTOR, TO_REVISION, DRY_RUN_HERE],
    run: undo,
};

/// What an undone Deployment keeps of its own annotations.
const KEPT: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

fn undo(call: &mut Call<'_>) -> Result<(), String> {
    let to = call.given.number("to-revision")?.unwrap_or_default();
    for object in objects(call, std::convert::identity)? {
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
            Err(why) => {
                let why = why.message();
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
