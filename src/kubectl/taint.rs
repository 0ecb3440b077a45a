//! `kubectl taint`: what a node has against pods.
//!
//! The real thing: kubectl's pkg/cmd/taint/{taint,utils}.go.
//! Left out: `--dry-run=client`, `-o`.

use super::flags::{switch, value};
use super::printers::type_name;
use super::refusal::Refusal;
use super::targets::Targets;
use super::{Accept, Call, Command, DRY_RUN, usage_error};
use crate::api::custom::Definitions;
use crate::api::labels::{label_value, qualified_name};
use crate::api::{Kind, Object, PatchType, Reply, Request, Stored};
use k8s_openapi::api::core::v1::{Node, Taint};
use serde_json::{Value, json};

pub(super) const TAINT: Command = Command {
    name: "taint",
    about: "Update the taints on one or more nodes",
    usage: "taint NODE NAME KEY=VALUE:EFFECT … KEY:EFFECT- …",
    flags: &[
        switch("overwrite", "", "change taints that are there"),
        switch("all", "", "all nodes"),
        value("selector", "l", "SELECTOR", "the nodes with these labels"),
        DRY_RUN,
    ],
    run: taint,
};

const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// What is to become of the taints. What is to go may be named without an effect: then all of that key go.
#[derive(Default)]
struct Changes {
    add: Vec<Taint>,
    remove: Vec<Taint>,
}

fn taint(call: &mut Call<'_>) -> Result<(), String> {
    let args = call.given.args.clone();
    let is_taint = |arg: &String| arg.contains(['=', ':']) || arg.ends_with('-');
    let first = args.iter().position(is_taint).unwrap_or(args.len());
    let (nodes, taints) = args.split_at(first);
    if let Some(late) = taints.iter().find(|arg| !is_taint(arg)) {
        return Err(format!(
            "all resources must be specified before taint changes: {late}"
        ));
    }
    let Some(kind) = nodes.first() else {
        return Err("one or more resources must be specified as <resource> <name>".to_owned());
    };
    if taints.is_empty() {
        return Err("at least one taint update is required".to_owned());
    }
    let changes = Changes::read(taints).map_err(|why| usage_error("taint", why))?;
    let kinds = call.kinds();
    let kind = kind.to_ascii_lowercase();
    // What follows a dot would be a field, to `kubectl explain`.
    let plural = kind.split('.').next().unwrap_or_default();
    let Some(named) = kinds.named(plural) else {
        let why = format!("the server doesn't have a resource type {plural:?}");
        call.out.fail(why);
        return Ok(());
    };
    if named.kind != Kind::Node {
        return Err(format!(
            "invalid resource type {kind}, only node types are supported"
        ));
    }
    changes.check()?;
    let targets = targets(call, &nodes[1..], &kinds)?;
    for request in targets.requests("", &call.given) {
        let answer = match targets {
            Targets::Named(_) => call.send_for(request, Accept::Any),
            Targets::Kinds(_) => {
                let listed = call.select(request, Accept::Any);
                listed.map(Reply::List).map_err(Refusal::listed)
            }
        };
        let objects = match answer {
            Ok(Reply::List(list)) => list.items,
            Ok(reply) => reply.object().cloned().into_iter().collect(),
            Err(why) => {
                call.refuse(why);
                continue;
            }
        };
        for object in objects {
            if let Err(why) = change(call, &object, &changes) {
                call.refuse(Refusal::Client(why));
            }
        }
    }
    Ok(())
}

/// Which nodes are meant: those that are named, if neither all are nor those with some labels.
fn targets(call: &Call<'_>, names: &[String], kinds: &Definitions) -> Result<Targets, String> {
    let is_all = call.given.is_set("all");
    let is_chosen = call.given.get("selector").is_some_and(|it| !it.is_empty());
    if is_all && is_chosen {
        return Err("setting 'all' parameter with a non empty selector is prohibited".to_owned());
    }
    if is_all || is_chosen {
        return Ok(Targets::Kinds(vec![Kind::Node]));
    }
    if names.is_empty() {
        return Err(
            "at least one resource name must be specified since 'all' parameter is not set"
                .to_owned(),
        );
    }
    Targets::of(Kind::Node, names, &call.namespace(), kinds).map(Targets::Named)
}

impl Changes {
    fn read(args: &[String]) -> Result<Self, String> {
        let mut changes = Self::default();
        for arg in args {
            if let Some(gone) = arg.strip_suffix('-') {
                changes.remove.push(parse(gone)?);
            } else {
                let taint = parse(arg)?;
                if taint.effect.is_empty() {
                    return Err(format!("invalid taint spec: {arg}"));
                }
                changes.add.push(taint);
            }
        }
        Ok(changes)
    }

    /// What is to be added cannot go at once.
    fn check(&self) -> Result<(), String> {
        let mut both = Vec::new();
        for taint in &self.add {
            let gone = self.remove.iter().filter(|gone| {
                gone.key == taint.key && (gone.effect.is_empty() || gone.effect == taint.effect)
            });
            both.extend(gone.map(|gone| format!("{}={}", gone.key, gone.effect)));
        }
        if both.is_empty() {
            return Ok(());
        }
        let both = both.join(", ");
        Err(format!(
            "can not both modify and remove the following taint(s) in the same command: {both}"
        ))
    }
}

/// `dedicated=gpu:NoSchedule`.
fn parse(text: &str) -> Result<Taint, String> {
    let invalid = || format!("invalid taint spec: {text}");
    let parts: Vec<&str> = text.split(':').collect();
    let (pair, effect) = match parts[..] {
        [pair] => (pair, ""),
        [pair, effect] => (pair, effect),
        _ => return Err(invalid()),
    };
    if parts.len() == 2 && !EFFECTS.contains(&effect) {
        return Err(format!(
            "invalid taint effect: {effect}, unsupported taint effect"
        ));
    }
    let (key, value) = match pair.split_once('=').filter(|_| parts.len() == 2) {
        Some((_, value)) if value.contains('=') => return Err(invalid()),
        Some((key, value)) => (key, Some(value)),
        None => (pair, None),
    };
    let mut wrong = value.map(label_value).unwrap_or_default();
    wrong.extend(qualified_name(key));
    if !wrong.is_empty() {
        return Err(format!("{}, {}", invalid(), wrong.join("; ")));
    }
    Ok(Taint {
        key: key.to_owned(),
        value: value.filter(|value| !value.is_empty()).map(str::to_owned),
        effect: effect.to_owned(),
        time_added: None,
    })
}

fn are_alike(a: &Taint, b: &Taint) -> bool {
    a.key == b.key && a.effect == b.effect
}

fn change(call: &mut Call<'_>, object: &Object, changes: &Changes) -> Result<(), String> {
    let Some(node) = Node::of(object) else {
        let info = object.kind().info();
        let (version, kind) = (info.version, info.name);
        return Err(format!("unexpected type *{version}.{kind}, expected Node"));
    };
    let old = node.spec.as_ref().and_then(|spec| spec.taints.clone());
    let old = old.unwrap_or_default();
    let overwrites = call.given.is_set("overwrite");
    let there = changes.add.iter();
    let there = there.filter(|taint| old.iter().any(|old| are_alike(old, taint)));
    let there: Vec<&str> = there.map(|taint| taint.key.as_str()).collect();
    if !there.is_empty() && !overwrites {
        let name = node.metadata.name.as_deref().unwrap_or_default();
        return Err(format!(
            "node {name} already has {} taint(s) with same effect(s) and --overwrite is false",
            there.join(",")
        ));
    }
    let mut new = changes.add.clone();
    let kept = old
        .iter()
        .filter(|old| !changes.add.iter().any(|taint| are_alike(old, taint)));
    new.extend(kept.cloned());
    let is_more = new.len() != old.len();
    let mut is_less = false;
    for gone in &changes.remove {
        let before = new.len();
        new.retain(|taint| {
            taint.key != gone.key || (!gone.effect.is_empty() && taint.effect != gone.effect)
        });
        if new.len() == before {
            let effect = if gone.effect.is_empty() { "" } else { ":" };
            return Err(format!(
                "taint \"{}{effect}{}\" not found",
                gone.key, gone.effect
            ));
        }
        is_less = true;
    }
    let done = match (is_more, is_less) {
        _ if overwrites => "modified",
        (true, true) => "modified",
        (true, false) => "tainted",
        (false, _) => "untainted",
    };
    let taints = if new.is_empty() {
        Value::Null
    } else {
        serde_json::to_value(&new).unwrap_or_default()
    };
    let request = Request {
        field_manager: "kubectl-taint".into(),
        ..Request::patch(
            object.key(),
            PatchType::StrategicMerge,
            json!({"spec": {"taints": taints}}),
        )
    };
    match call.send_for(request, Accept::Any) {
        Ok(reply) => {
            if let Some(object) = reply.object() {
                // Upstream does not say that it was a dry run.
                call.out.say(format!("{} {done}", type_name(object)));
            }
        }
        Err(why) => call.refuse(why),
    }
    Ok(())
}
