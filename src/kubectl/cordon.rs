//! `kubectl cordon` and `kubectl uncordon`: whether the scheduler may put pods on a node.
//!
//! The real thing: kubectl's pkg/cmd/drain/drain.go, pkg/drain/cordon.go.
//! Left out: selectors.

use super::change::{change, done, read};
use super::printers::named;
use super::{Accept, Call, Command, DRY_RUN, refusal};
use crate::api::{Key, Kind, PatchType};
use k8s_openapi::api::core::v1::Node;
use serde_json::{Value, json};

pub(super) const CORDON: Command = Command {
    name: "cordon",
    about: "Mark node as unschedulable",
    usage: "cordon NODE",
    flags: &[DRY_RUN],
    run: cordon,
};

pub(super) const UNCORDON: Command = Command {
    name: "uncordon",
    about: "Mark node as schedulable",
    usage: "uncordon NODE",
    flags: &[DRY_RUN],
    run: uncordon,
};

fn cordon(call: &mut Call<'_>) -> Result<(), String> {
    set_schedulable(call, json!(true), "cordoned")
}

fn uncordon(call: &mut Call<'_>) -> Result<(), String> {
    set_schedulable(call, Value::Null, "uncordoned")
}

fn set_schedulable(call: &mut Call<'_>, unschedulable: Value, said: &str) -> Result<(), String> {
    if call.given.args.is_empty() {
        return Err(format!(
            "USAGE: {} NODE [flags]",
            said.trim_end_matches("ed")
        ));
    }
    for name in call.given.args.clone() {
        let key = Key::new(Kind::Node, "", name.as_str());
        let Some(object) = read(call, key.clone(), Accept::Any) else {
            continue;
        };
        let is = object
            .get::<Node>()
            .and_then(|n| n.spec.as_ref()?.unschedulable)
            == Some(true);
        if is == unschedulable.is_boolean() {
            call.out
                .say(format!("{} already {said}", named(Kind::Node, &name)));
            continue;
        }
        let body = json!({"spec": {"unschedulable": unschedulable}});
        let request = change(key, PatchType::StrategicMerge, body, "");
        match call.send_for(request, Accept::Typed) {
            Ok(reply) => done(call, &reply, said),
            Err(status) => call.out.fail(refusal::text(&status)),
        }
    }
    Ok(())
}
