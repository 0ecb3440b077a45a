//! `kubectl rollout`: what becomes of a change of a Deployment, and back again.
//!
//! The real thing: kubectl's pkg/cmd/rollout, pkg/polymorphichelpers.
//! Left out: StatefulSets and DaemonSets, `-f`, `-o`.

mod history;
mod pause;
mod status;
mod undo;

pub(super) use history::HISTORY;
pub(super) use pause::{PAUSE, RESTART, RESUME};
pub(super) use status::STATUS;
pub(super) use undo::UNDO;

use super::describe::{Page, pod_template};
use super::flags::{Flag, value};
use super::printers::type_name;
use super::refusal::Refusal;
use super::revisions::{CHANGE_CAUSE, Revisions};
use super::targets::Targets;
use super::{Accept, Call};
use crate::api::{Object, Reply, Request};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};

const SELECTOR: Flag = value("selector", "l", "SELECTOR", "what has these labels");

/// The objects that are named or chosen. What cannot be read is told by itself, or (`Refusal::listed`) as one of what may be several.
fn objects(call: &mut Call<'_>, told: fn(Refusal) -> Refusal) -> Result<Vec<Object>, String> {
    if call.given.args.is_empty() {
        return Err("required resource not specified".to_owned());
    }
    let namespace = call.namespace();
    let kinds = call.kinds();
    let targets = Targets::read(&call.given.args, &namespace, &kinds, &call.given)?;
    let is_named = matches!(targets, Targets::Named(_));
    let mut objects = Vec::new();
    for request in targets.requests(&namespace, &call.given) {
        let answer = if is_named {
            call.send_for(request, Accept::Any)
        } else {
            call.select(request, Accept::Any).map(Reply::List)
        };
        match answer {
            Ok(Reply::List(list)) => objects.extend(list.items),
            Ok(reply) => objects.extend(reply.object().cloned()),
            Err(why) => call.refuse(if is_named { why } else { told(why) }),
        }
    }
    if objects.is_empty() && !is_named && call.out.code == 0 {
        call.out
            .warn(format!("No resources found in {namespace} namespace."));
    }
    Ok(objects)
}

/// `deployment.apps/web paused`, with what was done in a dry run.
fn done(call: &mut Call<'_>, object: &Object, what: &str) {
    let note = call.dry_run_note();
    call.out.say(format!("{} {what}{note}", type_name(object)));
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
    found.map_err(|why| call.refuse(why)).ok()
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
