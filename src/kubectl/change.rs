//! Commands that change objects which are there, or are made from files: `create`, `scale`, `patch`, `label`, `annotate`, `set image`, `cordon`.
//!
//! The real thing: kubectl's pkg/cmd/{create,scale,patch,label,annotate,set,drain}.
//! Left out: `create`'s generators other than namespace, deployment, configmap, secret generic and service clusterip; `--local`, `--all`, `--current-replicas`.

use super::flags::{switch, value};
use super::printers::{named, type_name};
use super::targets::Targets;
use super::{Accept, Call, Command, DRY_RUN, documents, refusal};
use crate::api::custom::Named;
use crate::api::{
    Body, FieldValidation, Key, Kind, Object, PatchType, Reply, Request, Subresource, Verb, decode,
    yaml,
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(super) const CREATE: Command = Command {
    name: "create",
    about: "Create a resource from a file or from stdin",
    usage: "create -f -",
    flags: &[
        value("filename", "f", "-", "the objects in this text"),
        DRY_RUN,
    ],
    run: create,
};

pub(super) const SCALE: Command = Command {
    name: "scale",
    about: "Set a new size for a deployment or replica set",
    usage: "scale TYPE/NAME --replicas=N",
    flags: &[value("replicas", "", "N", "how many"), DRY_RUN],
    run: scale,
};

pub(super) const PATCH: Command = Command {
    name: "patch",
    about: "Update fields of a resource",
    usage: "patch (TYPE NAME | TYPE/NAME) --patch PATCH [--type strategic|merge|json]",
    flags: &[
        value("patch", "p", "PATCH", "the patch, JSON or YAML"),
        value("type", "", "TYPE", "strategic, merge or json"),
        value("subresource", "", "status", "change this part"),
        DRY_RUN,
    ],
    run: patch,
};

pub(super) const LABEL: Command = Command {
    name: "label",
    about: "Update the labels on a resource",
    usage: "label TYPE NAME KEY=VALUE … KEY- …",
    flags: &[
        switch("overwrite", "", "change labels that are there"),
        DRY_RUN,
    ],
    run: label,
};

pub(super) const ANNOTATE: Command = Command {
    name: "annotate",
    about: "Update the annotations on a resource",
    usage: "annotate TYPE NAME KEY=VALUE … KEY- …",
    flags: &[
        switch("overwrite", "", "change annotations that are there"),
        DRY_RUN,
    ],
    run: annotate,
};

pub(super) const SET_IMAGE: Command = Command {
    name: "set image",
    about: "Update the image of a pod template",
    usage: "set image TYPE/NAME CONTAINER=IMAGE …",
    flags: &[DRY_RUN],
    run: set_image,
};

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

fn create(call: &mut Call<'_>) -> Result<(), String> {
    let namespace = call.namespace();
    if call.given.get("filename").is_none() {
        if let Some(what) = call.given.args.first() {
            return Err(format!(
                "kubectl create {what} is not simulated here; the real kubectl can do it with `kubeloop serve`, and `create -f` takes any object"
            ));
        }
        return Err("must specify one of -f and -k".to_owned());
    }
    let (documents, source) = documents(call)?;
    for document in documents {
        // Anew for each: the one before may have defined the next one's kind.
        let kinds = call.kinds();
        match decode::kind_in(&document.value, &kinds) {
            Ok(named) => create_one(call, &named, &namespace, document.value, &source),
            Err(status) => call.out.fail(format!("error: {}", status.message)),
        }
    }
    Ok(())
}

fn create_one(call: &mut Call<'_>, named: &Named, namespace: &str, body: Value, source: &str) {
    let namespace = body["metadata"]["namespace"]
        .as_str()
        .unwrap_or(namespace)
        .to_owned();
    let request = Request {
        field_manager: "kubectl-create".into(),
        ..Request::new(
            Verb::Create,
            Key::new(named.kind, namespace, ""),
            Body::Document(Arc::new(body)),
        )
        .speaking(&named.api_version)
    };
    match call.send(request) {
        Ok(reply) => done(call, &reply, "created"),
        Err(status) => call
            .out
            .fail(refusal::text_when(&status, "creating", source)),
    }
}

/// `deployment.apps/web scaled`.
fn done(call: &mut Call<'_>, reply: &Reply, what: &str) {
    if let Some(object) = reply.object() {
        let note = call.dry_run_note();
        call.out.say(format!("{} {what}{note}", type_name(object)));
    }
}

/// The objects that the first `count` arguments (or those with a slash) name, and the arguments behind.
fn named_objects(call: &mut Call<'_>) -> Result<(Vec<Key>, Vec<String>), String> {
    let kinds = call.kinds();
    let args = &call.given.args;
    let is_change = |arg: &String| arg.contains('=') || arg.ends_with('-');
    let first_change = args.iter().position(is_change).unwrap_or(args.len());
    let (names, changes) = args.split_at(first_change);
    match Targets::read(names, &call.namespace(), &kinds)? {
        Targets::Named(keys) => Ok((keys, changes.to_vec())),
        Targets::Kinds(_) => Err(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>"
                .to_owned(),
        ),
    }
}

fn scale(call: &mut Call<'_>) -> Result<(), String> {
    let replicas = call.given.number("replicas")?.filter(|n| *n >= 0);
    let replicas = replicas.ok_or(
        "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
    )?;
    let replicas = i32::try_from(replicas)
        .map_err(|_| format!("invalid argument \"{replicas}\" for \"--replicas\" flag"))?;
    let (keys, _) = named_objects(call)?;
    for key in keys {
        if read(call, key.clone(), Accept::Json).is_none() {
            continue;
        }
        let body = json!({"spec": {"replicas": replicas}});
        let request = Request {
            subresource: Some(Subresource::Scale),
            ..change(key, PatchType::Merge, body, "")
        };
        match call.send_for(request, Accept::Any) {
            Ok(reply) => done(call, &reply, "scaled"),
            Err(status) => call.out.fail(refusal::text(&status)),
        }
    }
    Ok(())
}

/// A patch in the name of this manager. What it says that nobody knows is warned of, as the server does unless it is told otherwise.
fn change(key: Key, kind: PatchType, body: Value, manager: &str) -> Request {
    Request {
        field_manager: manager.into(),
        field_validation: FieldValidation::Warn,
        ..Request::patch(key, kind, body)
    }
}

fn patch(call: &mut Call<'_>) -> Result<(), String> {
    let text = call
        .given
        .get("patch")
        .ok_or("must specify --patch or --patch-file containing the contents of the patch")?;
    let kind = match call.given.get("type") {
        None | Some("strategic") => PatchType::StrategicMerge,
        Some("merge") => PatchType::Merge,
        Some("json") => PatchType::Json,
        Some(other) => {
            return Err(format!(
                "--type must be one of [json merge strategic], not {other:?}"
            ));
        }
    };
    let body = patch_body(text)?;
    let subresource = match call.given.get("subresource") {
        None => None,
        Some("status") => Some(Subresource::Status),
        Some("scale") => Some(Subresource::Scale),
        Some(other) => {
            return Err(format!(
                "invalid subresource value: {other:?}. Must be one of [status scale]"
            ));
        }
    };
    let (keys, _) = named_objects(call)?;
    for key in keys {
        let before = call.send(Request::get(key.clone())).ok();
        let request = Request {
            subresource,
            ..change(key, kind, body.clone(), "kubectl-patch")
        };
        match call.send(request) {
            Ok(reply) => {
                let same = before.as_ref().and_then(Reply::object) == reply.object();
                done(
                    call,
                    &reply,
                    if same {
                        "patched (no change)"
                    } else {
                        "patched"
                    },
                );
            }
            Err(status) => call.out.fail(refusal::text(&status)),
        }
    }
    Ok(())
}

/// A JSON patch is a list, which is no document; all others are.
fn patch_body(text: &str) -> Result<Value, String> {
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(value);
    }
    let (mut documents, errors) = yaml::parse(text);
    match (documents.pop(), errors.first()) {
        (Some(document), None) => Ok(document.value),
        (_, error) => Err(format!(
            "unable to parse {text:?}: {}",
            error.map_or_else(|| "it is empty".to_owned(), ToString::to_string)
        )),
    }
}

fn label(call: &mut Call<'_>) -> Result<(), String> {
    set_metadata(
        call,
        "labels",
        ["labeled", "unlabeled", "not labeled"],
        |object| object.metadata().labels.clone(),
    )
}

fn annotate(call: &mut Call<'_>) -> Result<(), String> {
    set_metadata(call, "annotations", ["annotated"; 3], |object| {
        object.metadata().annotations.clone()
    })
}

/// Why a revision was made: each has its own, so it may always be overwritten.
const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

type Texts = std::collections::BTreeMap<String, String>;

/// Sets (`key=value`) and removes (`key-`) labels or annotations. `said` is what was done if some were set, all removed, nothing changed.
fn set_metadata(
    call: &mut Call<'_>,
    field: &str,
    said: [&str; 3],
    of: fn(&Object) -> Option<Texts>,
) -> Result<(), String> {
    let (keys, changes) = named_objects(call)?;
    if changes.is_empty() {
        return Err(format!(
            "at least one {} update is required",
            &field[..field.len() - 1]
        ));
    }
    for key in keys {
        let Some(object) = read(call, key.clone(), Accept::Json) else {
            continue;
        };
        let now = of(&object).unwrap_or_default();
        let Some(wanted) = wanted_texts(call, &now, &changes, field) else {
            continue;
        };
        let is_set = wanted.values().any(|value| !value.is_null());
        let unchanged = wanted
            .iter()
            .all(|(key, value)| now.get(key).map(String::as_str) == value.as_str());
        let body = json!({"metadata": {field: wanted}});
        let manager = if field == "labels" {
            "kubectl-label"
        } else {
            "kubectl-annotate"
        };
        match call.send(change(key, PatchType::Merge, body, manager)) {
            Ok(reply) => {
                let what = match (unchanged, is_set) {
                    (true, _) => said[2],
                    (false, true) => said[0],
                    (false, false) => said[1],
                };
                done(call, &reply, what);
            }
            Err(status) => call.out.fail(refusal::text(&status)),
        }
    }
    Ok(())
}

/// The patch of the changes, or `None` (and an error) if one would overwrite what is there without being allowed to.
fn wanted_texts(
    call: &mut Call<'_>,
    now: &Texts,
    changes: &[String],
    field: &str,
) -> Option<Map<String, Value>> {
    let mut wanted = Map::new();
    for change in changes {
        let Some((key, value)) = change.split_once('=') else {
            let key = change.trim_end_matches('-');
            if !now.contains_key(key) {
                call.out
                    .say(format!("{} {key:?} not found.", &field[..field.len() - 1]));
            }
            wanted.insert(key.to_owned(), Value::Null);
            continue;
        };
        let other = now.get(key).filter(|old| *old != value);
        let may = call.given.is_set("overwrite") || key == CHANGE_CAUSE;
        if let Some(old) = other.filter(|_| !may) {
            call.out.fail(if field == "labels" {
                format!("error: '{key}' already has a value ({old}), and --overwrite is false")
            } else {
                format!("error: --overwrite is false but found the following declared annotation(s): '{key}' already has a value ({old})")
            });
            return None;
        }
        wanted.insert(key.to_owned(), value.into());
    }
    Some(wanted)
}

fn read(call: &mut Call<'_>, key: Key, accept: Accept) -> Option<Object> {
    match call.send_for(Request::get(key), accept) {
        Ok(reply) => reply.object().cloned(),
        Err(status) => {
            call.out.fail(refusal::text(&status));
            None
        }
    }
}

fn set_image(call: &mut Call<'_>) -> Result<(), String> {
    let (keys, images) = named_objects(call)?;
    if images.is_empty() {
        return Err("at least one image update is required".to_owned());
    }
    for key in keys {
        let Some(object) = read(call, key.clone(), Accept::Any) else {
            continue;
        };
        let json = object.to_json();
        let path = if key.kind == Kind::Pod {
            "/spec"
        } else {
            "/spec/template/spec"
        };
        let all = json
            .pointer(&format!("{path}/containers"))
            .and_then(Value::as_array);
        let names: Vec<&str> = all
            .into_iter()
            .flatten()
            .filter_map(|c| c["name"].as_str())
            .collect();
        let mut containers = Vec::new();
        for image in &images {
            let (name, image) = image.split_once('=').unwrap_or((image, ""));
            if name != "*" && !names.contains(&name) {
                call.out
                    .fail(format!("error: unable to find container named {name:?}"));
            }
            let chosen = names.iter().filter(|n| name == "*" || **n == name);
            containers.extend(chosen.map(|n| json!({"image": image, "name": n})));
        }
        if call.out.code != 0 {
            continue;
        }
        let order: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
        let spec = json!({"$setElementOrder/containers": order, "containers": containers});
        let body = if key.kind == Kind::Pod {
            json!({ "spec": spec })
        } else {
            json!({"spec": {"template": {"spec": spec}}})
        };
        let request = change(key, PatchType::StrategicMerge, body, "kubectl-set");
        match call.send_for(request, Accept::Any) {
            Ok(reply) if reply.object() == Some(&object) => {}
            Ok(reply) => done(call, &reply, "image updated"),
            Err(status) => call.out.fail(refusal::text(&status)),
        }
    }
    Ok(())
}

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
            .get::<k8s_openapi::api::core::v1::Node>()
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
