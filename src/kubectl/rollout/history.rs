//! `kubectl rollout history`: which revisions there are, and why.
//!
//! The real thing: kubectl's pkg/cmd/rollout/rollout_history.go, pkg/polymorphichelpers/history.go (`DeploymentHistoryViewer`).

use super::{SELECTOR, WithCause, objects, revisions, template_text};
use crate::api::Kind;
use crate::kubectl::describe::Page;
use crate::kubectl::flags::{Flag, value};
use crate::kubectl::printers::type_name;
use crate::kubectl::revisions::{CHANGE_CAUSE, revision};
use crate::kubectl::{Call, Command};
use k8s_openapi::api::apps::v1::ReplicaSet;
use std::collections::BTreeMap;

const OF_REVISION: Flag = value("revision", "", "N", "this one, in detail");

pub(in crate::kubectl) const HISTORY: Command = Command {
    name: "rollout history",
    about: "View rollout history",
    usage: "rollout history (TYPE NAME | TYPE/NAME) [--revision=N]",
    flags: &[SELECTOR, OF_REVISION],
    run: history,
};

fn history(call: &mut Call<'_>) -> Result<(), String> {
    let wanted = call.given.number("revision")?.unwrap_or_default();
    if wanted < 0 {
        return Err("revision must be a positive integer: ".to_owned() + &wanted.to_string());
    }
    for object in objects(call, std::convert::identity)? {
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
