//! Deployments and ReplicaSets.
//!
//! The real thing: kubectl's pkg/describe/describe.go (`describeDeployment`, `describeReplicaSet`, `getPodStatusForController`).

use super::page::{Page, mail_time};
use super::pod::controlled_by;
use super::pod_template::{number_or_name, pod_template};
use crate::api::{Kind, Name, Pod, Request, Stored, pods, selector, time};
use crate::kubectl::revisions::Revisions;
use crate::kubectl::{Accept, CHUNK, Call};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};

pub(super) fn deployment(deployment: &Deployment, revisions: &Revisions, page: &mut Page) {
    let metadata = &deployment.metadata;
    let spec = deployment.spec.clone().unwrap_or_default();
    let status = deployment.status.clone().unwrap_or_default();
    page.field(0, "Name", metadata.name.as_deref().unwrap_or_default());
    let namespace = metadata.namespace.as_deref().unwrap_or_default();
    page.field(0, "Namespace", namespace);
    let created = metadata.creation_timestamp.as_ref().map_or(0, time::ms);
    page.field(0, "CreationTimestamp", &mail_time(created));
    page.labels("Labels", metadata.labels.as_ref());
    page.annotations("Annotations", metadata.annotations.as_ref());
    page.field(0, "Selector", &selector::text(&spec.selector));
    let count = |number: Option<i32>| number.unwrap_or_default();
    let replicas = format!(
        "{} desired | {} updated | {} total | {} available | {} unavailable",
        count(spec.replicas),
        count(status.updated_replicas),
        count(status.replicas),
        count(status.available_replicas),
        count(status.unavailable_replicas)
    );
    page.field(0, "Replicas", &replicas);
    let strategy = spec.strategy.unwrap_or_default();
    page.field(
        0,
        "StrategyType",
        strategy.type_.as_deref().unwrap_or_default(),
    );
    page.field(
        0,
        "MinReadySeconds",
        &count(spec.min_ready_seconds).to_string(),
    );
    if let Some(rolling) = strategy.rolling_update {
        let text = |number: Option<_>| number.as_ref().map(number_or_name).unwrap_or_default();
        let text = format!(
            "{} max unavailable, {} max surge",
            text(rolling.max_unavailable),
            text(rolling.max_surge)
        );
        page.field(0, "RollingUpdateStrategy", &text);
    }
    pod_template(&spec.template, page);
    let conditions = status.conditions.iter().flatten();
    let conditions = conditions.map(|c| (&c.type_, &c.status, c.reason.as_deref()));
    self::conditions(conditions, page);
    if !revisions.old.is_empty() || revisions.new.is_some() {
        page.field(0, "OldReplicaSets", &sets(&revisions.old));
        page.field(0, "NewReplicaSet", &sets(revisions.new.as_slice()));
    }
}

fn conditions<'a>(
    all: impl Iterator<Item = (&'a String, &'a String, Option<&'a str>)>,
    page: &mut Page,
) {
    let mut all = all.peekable();
    if all.peek().is_none() {
        return;
    }
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus\tReason");
    page.line(1, "----\t------\t------");
    for (kind, is, reason) in all {
        page.line(1, &format!("{kind} \t{is}\t{}", reason.unwrap_or_default()));
    }
}

/// `web-5d4 (2/3 replicas created)`.
fn sets(all: &[ReplicaSet]) -> String {
    let one = |set: &ReplicaSet| {
        let name = set.metadata.name.as_deref().unwrap_or_default();
        let is = set.status.as_ref().map_or(0, |status| status.replicas);
        let wanted = set.spec.as_ref().and_then(|spec| spec.replicas);
        let wanted = wanted.unwrap_or_default();
        format!("{name} ({is}/{wanted} replicas created)")
    };
    if all.is_empty() {
        return "<none>".to_owned();
    }
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

pub(super) fn replica_set(set: &ReplicaSet, call: &mut Call<'_>, page: &mut Page) {
    let metadata = &set.metadata;
    let spec = set.spec.clone().unwrap_or_default();
    let status = set.status.clone().unwrap_or_default();
    page.field(0, "Name", metadata.name.as_deref().unwrap_or_default());
    let namespace = metadata.namespace.as_deref().unwrap_or_default();
    page.field(0, "Namespace", namespace);
    page.field(0, "Selector", &selector::format(&spec.selector));
    page.labels("Labels", metadata.labels.as_ref());
    page.annotations("Annotations", metadata.annotations.as_ref());
    controlled_by(metadata, page);
    let wanted = spec.replicas.unwrap_or_default();
    let text = format!("{} current / {wanted} desired", status.replicas);
    page.field(0, "Replicas", &text);
    let mut request = Request::list(Kind::Pod, Name::from(namespace));
    request.select.label_selector = selector::text(&spec.selector);
    request.select.limit = CHUNK;
    let text = match call.list(request, Accept::Typed) {
        Ok(list) => {
            let uid = metadata.uid.as_deref();
            let is_own = |pod: &&Pod| {
                let mut owners = pod.metadata.owner_references.iter().flatten();
                let controller = owners.find(|owner| owner.controller == Some(true));
                controller.is_some_and(|owner| Some(owner.uid.as_str()) == uid)
            };
            let own: Vec<&Pod> = list
                .items
                .iter()
                .filter_map(Pod::of)
                .filter(is_own)
                .collect();
            let count = |phase| own.iter().filter(|pod| pods::phase(pod) == phase).count();
            let (running, waiting) = (count("Running"), count("Pending"));
            let (succeeded, failed) = (count("Succeeded"), count("Failed"));
            format!(
                "{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed"
            )
        }
        Err(why) => format!("error in fetching pods: {}", why.text()),
    };
    page.field(0, "Pods Status", &text);
    pod_template(&spec.template.unwrap_or_default(), page);
    let all = status.conditions.iter().flatten();
    let all = all.map(|c| (&c.type_, &c.status, c.reason.as_deref()));
    conditions(all, page);
}
