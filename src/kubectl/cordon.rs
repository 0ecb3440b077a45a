//! `kubectl cordon` and `kubectl uncordon`: whether the scheduler may put pods on a node.
//!
//! The real thing: kubectl's pkg/cmd/drain/drain.go, pkg/drain/cordon.go.
//! Left out: selectors.

use super::change::{change, done, read};
use super::printers::type_name;
use super::targets::Targets;
use super::{Accept, Call, Command, DRY_RUN, usage_error};
use crate::api::{Kind, Object, PatchType};
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
    set_schedulable(call, "cordon", &json!(true))
}

fn uncordon(call: &mut Call<'_>) -> Result<(), String> {
    set_schedulable(call, "uncordon", &Value::Null)
}

/// Sets `unschedulable` of all nodes that are named. Nothing is changed if one of them is not there.
fn set_schedulable(
    call: &mut Call<'_>,
    command: &str,
    unschedulable: &Value,
) -> Result<(), String> {
    if call.given.args.is_empty() {
        let why = format!("USAGE: {command} NODE [flags]");
        return Err(usage_error(command, why));
    }
    let Some(nodes) = nodes(call)? else {
        return Ok(());
    };
    for node in nodes {
        let (key, name) = (node.key(), type_name(&node));
        let spec = node.get::<Node>().and_then(|node| node.spec.as_ref());
        let is = spec.and_then(|spec| spec.unschedulable) == Some(true);
        if is == unschedulable.is_boolean() {
            let note = call.dry_run_note();
            call.out.say(format!("{name} already {command}ed{note}"));
            continue;
        }
        let body = json!({"spec": {"unschedulable": unschedulable}});
        let request = change(key, PatchType::StrategicMerge, body, "");
        match call.send_for(request, Accept::Typed) {
            Ok(reply) => done(call, &reply, &format!("{command}ed")),
            // kubectl says so, and goes on as if nothing had been wrong.
            Err(why) => {
                let (name, why) = (node.name(), why.message());
                let text = format!("error: unable to {command} node {name:?}: {why}");
                call.out.warn(text);
            }
        }
    }
    Ok(())
}

/// The nodes that are named, as they are; `None` if one could not be read.
fn nodes(call: &mut Call<'_>) -> Result<Option<Vec<Object>>, String> {
    let kinds = call.kinds();
    let keys = Targets::of(Kind::Node, &call.given.args, &call.namespace(), &kinds)?;
    if keys.iter().any(|key| key.kind != keys[0].kind) {
        return Err("you may only specify a single resource type".to_owned());
    }
    let mut nodes = Vec::new();
    for key in keys {
        let Some(object) = read(call, key, Accept::Any) else {
            return Ok(None);
        };
        if object.kind() != Kind::Node {
            let info = object.kind().info();
            return Err(format!(
                "expected resource of type node, got \"{}/{}, Resource={}\"",
                info.group, info.version, info.plural
            ));
        }
        nodes.push(object);
    }
    Ok(Some(nodes))
}
