//! `kubectl rollout status`: how far a rollout is.
//!
//! The real thing: kubectl's pkg/cmd/rollout/rollout_status.go, pkg/polymorphichelpers/rollout_status.go (`DeploymentStatusViewer`).
//! Left out: it waits for nothing: it prints what it sees first, as with `--watch=false`.

use super::{SELECTOR, objects};
use crate::kubectl::flags::value;
use crate::kubectl::revisions::REVISION;
use crate::kubectl::{Call, Command};
use k8s_openapi::api::apps::v1::Deployment;

pub(in crate::kubectl) const STATUS: Command = Command {
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

fn status(call: &mut Call<'_>) -> Result<(), String> {
    let revision = call.given.number("revision")?.unwrap_or_default();
    for object in objects(call, std::convert::identity)? {
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
