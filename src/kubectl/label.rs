//! `kubectl label` and `kubectl annotate`, which differ in little but the field that they set.
//!
//! The real thing: kubectl's pkg/cmd/label/label.go, pkg/cmd/annotate/annotate.go.
//! Left out: `--all`, `--list`, `--local`, selectors, `-f`, `-o`.

use super::change::{change, done, named_objects, read};
use super::flags::switch;
use super::revisions::CHANGE_CAUSE;
use super::{Accept, Call, Command, DRY_RUN, refusal};
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
        // Each revision has its own cause, so it may always be overwritten.
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
