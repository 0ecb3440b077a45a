//! `kubectl label` and `kubectl annotate`, which differ in little but the field that they set.
//!
//! The real thing: kubectl's pkg/cmd/label/label.go, pkg/cmd/annotate/annotate.go.
//! Left out: `--all`, `--list`, `--local`, selectors, `-f`, `-o`.

use super::change::{change, done, named, names_and_changes, read};
use super::flags::switch;
use super::refusal::Refusal;
use super::revisions::CHANGE_CAUSE;
use super::{Accept, Call, Command, DRY_RUN};
use crate::api::labels::label_value;
use crate::api::{Object, PatchType};
use serde_json::{Map, Value, json};

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

type Texts = std::collections::BTreeMap<String, String>;

/// Sets (`key=value`) and removes (`key-`) labels or annotations. `said` is what was done if some were set, all removed, nothing changed.
fn set_metadata(
    call: &mut Call<'_>,
    field: &str,
    said: [&str; 3],
    of: fn(&Object) -> Option<Texts>,
) -> Result<(), String> {
    let singular = &field[..field.len() - 1];
    let (names, changes) = names_and_changes(call, singular)?;
    if field == "labels" {
        check_labels(&changes)?;
    }
    if names.is_empty() {
        return Err(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>"
                .to_owned(),
        );
    }
    if changes.is_empty() {
        return Err(format!("at least one {singular} update is required"));
    }
    if let (Some(key), "annotations") = (twice(&changes), field) {
        return Err(format!(
            "can not both modify and remove the following annotation(s) in the same command: {key}"
        ));
    }
    let keys = named(call, &names)?;
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
            Err(why) => call.refuse(why),
        }
    }
    Ok(())
}

/// What kubectl finds wrong with changes of labels before it reads anything.
fn check_labels(changes: &[String]) -> Result<(), String> {
    for change in changes {
        let Some((_, value)) = change.split_once('=') else {
            continue;
        };
        if value.contains('=') {
            return Err(format!("invalid label spec: {change}"));
        }
        let wrong = label_value(value);
        if !wrong.is_empty() {
            let wrong = wrong.join(";");
            return Err(format!("invalid label value: {change:?}: {wrong}"));
        }
    }
    match twice(changes) {
        None => Ok(()),
        Some(_) => Err("can not both modify and remove a label in the same command".to_owned()),
    }
}

/// A key that is to be set and to be removed.
fn twice(changes: &[String]) -> Option<&str> {
    let is_set = |key: &&str| {
        let mut keys = changes.iter().filter_map(|change| change.split_once('='));
        keys.any(|(set, _)| set == *key)
    };
    let removed = changes.iter().filter(|change| !change.contains('='));
    let mut removed = removed.map(|change| change.strip_suffix('-').unwrap_or(change));
    removed.find(is_set)
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
            let key = change.strip_suffix('-').unwrap_or(change);
            if field == "labels" && !now.contains_key(key) {
                call.out.say(format!("label {key:?} not found."));
            }
            wanted.insert(key.to_owned(), Value::Null);
            continue;
        };
        let other = now.get(key).filter(|old| *old != value);
        // Each revision has its own cause, so it may always be overwritten.
        let may = call.given.is_set("overwrite") || key == CHANGE_CAUSE;
        if let Some(old) = other.filter(|_| !may) {
            call.refuse(Refusal::Client(if field == "labels" {
                format!("'{key}' already has a value ({old}), and --overwrite is false")
            } else {
                format!("--overwrite is false but found the following declared annotation(s): '{key}' already has a value ({old})")
            }));
            return None;
        }
        wanted.insert(key.to_owned(), value.into());
    }
    Some(wanted)
}
