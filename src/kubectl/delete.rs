//! `kubectl delete`.
//!
//! The real thing: kubectl's pkg/cmd/delete/delete.go.
//! Left out: `--wait`: the command returns at once, and the deletion runs its course.

use super::flags::{self, optional, switch, value};
use super::printers::group_kind;
use super::targets::{NAMELESS, Targets};
use super::{Call, Command, DRY_RUN, documents};
use crate::api::{DeleteOptions, Key, Propagation, Reason, Reply, Request, decode, yaml};

pub(super) const DELETE: Command = Command {
    name: "delete",
    about: "Delete resources by file names, stdin, resources and names, or by resources and label selector",
    usage: "delete ([-f -] | TYPE [(NAME… | -l LABEL | --all)])",
    flags: &[
        value("filename", "f", "-", "the objects in this text"),
        value("selector", "l", "SELECTOR", "what has these labels"),
        value("field-selector", "", "SELECTOR", "what has these values"),
        switch("all", "", "all of the namespace"),
        optional(
            "cascade",
            "background|foreground|orphan",
            "background",
            "what becomes of dependents",
        ),
        value(
            "grace-period",
            "",
            "SECONDS",
            "how long it may take; -1 is the object's own",
        ),
        switch("now", "", "the same as --grace-period=1"),
        switch(
            "force",
            "",
            "with --grace-period=0: do not wait for the kubelet",
        ),
        switch("ignore-not-found", "", "what is not there is no error"),
        switch("wait", "", "taken and not needed: nothing waits here"),
        value("output", "o", "name", "print only names"),
        DRY_RUN,
    ],
    run: delete,
};

fn delete(call: &mut Call<'_>) -> Result<(), String> {
    let options = options(call)?;
    let forced = call.given.is_set("force");
    if forced && options.grace_period_seconds == Some(0) {
        call.out.warn(
            "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.",
        );
    }
    if let Some(other) = call.given.get("output")
        && !matches!(other, "" | "name")
    {
        return Err(format!(
            "unexpected -o output mode: {other}. We only support '-o name'"
        ));
    }
    let (keys, source) = keys(call)?;
    if keys.is_empty() && call.out.code == 0 {
        call.out.say("No resources found");
    }
    let ignore = call.given.is_set("ignore-not-found")
        || call.given.is_set("all")
        || call.given.get("selector").is_some();
    let verb = if forced { "force deleted" } else { "deleted" };
    for key in keys {
        match call.send(Request::delete(key.clone(), options.clone())) {
            Ok(_) if call.given.get("output") == Some("name") => {
                call.out.say(super::printers::named(key.kind, &key.name));
            }
            Ok(_) => {
                let note = call.dry_run_note();
                call.out.say(format!(
                    "{} {:?} {verb}{note}",
                    group_kind(key.kind),
                    key.name
                ));
            }
            Err(why) if why.is(Reason::NotFound) && ignore => {}
            Err(why) => match &source {
                Some(source) => call.refuse(why.when("deleting", source)),
                None => call.refuse(why),
            },
        }
    }
    Ok(())
}

fn options(call: &mut Call<'_>) -> Result<DeleteOptions, String> {
    let said = call.given.get("cascade").unwrap_or("background").to_owned();
    let (propagation, instead) = match said.as_str() {
        "background" => (Propagation::Background, None),
        "foreground" => (Propagation::Foreground, None),
        "orphan" => (Propagation::Orphan, None),
        text if flags::TRUE.contains(&text) => (Propagation::Background, Some("background")),
        text if flags::FALSE.contains(&text) => (Propagation::Orphan, Some("orphan")),
        other => {
            return Err(format!(
                "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
            ));
        }
    };
    if let Some(instead) = instead {
        call.out.warn(format!("warning: --cascade={said} is deprecated (boolean value) and can be replaced with --cascade={instead}."));
    }
    let grace = call
        .given
        .number("grace-period")?
        .filter(|grace| *grace >= 0);
    let (now, forced) = (call.given.is_set("now"), call.given.is_set("force"));
    if now && grace.is_some() {
        return Err("--now and --grace-period cannot be specified together".to_owned());
    }
    let grace = match (grace, now, forced) {
        (None, true, _) => Some(1),
        (None, false, true) => Some(0),
        // Zero without --force would leave the kubelet out: kubectl makes it one second.
        (Some(0), _, false) => Some(1),
        (grace, _, _) => grace,
    };
    Ok(DeleteOptions {
        grace_period_seconds: grace,
        propagation: Some(propagation),
        ..DeleteOptions::default()
    })
}

/// What is to be deleted: named, in the text, or all that a selector chooses. And the text that it stands in.
fn keys(call: &mut Call<'_>) -> Result<(Vec<Key>, Option<String>), String> {
    let namespace = call.namespace();
    if call
        .given
        .get("filename")
        .is_some_and(|path| !path.is_empty())
    {
        if call.given.args.iter().any(|arg| arg.contains('/')) {
            return Err(
                "resource/name arguments cannot be provided when a path is specified".to_owned(),
            );
        }
        if !call.given.args.is_empty() {
            return Err("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well".to_owned());
        }
        let (keys, source) = keys_of_text(call, &namespace)?;
        return Ok((keys, Some(source)));
    }
    let kinds = call.kinds();
    call.warn_of(&Targets::warnings(&call.given.args, &kinds));
    let targets = Targets::read(&call.given.args, &namespace, &kinds, &call.given)?;
    if let Targets::Named(keys) = targets {
        return Ok((keys, None));
    }
    let selects = ["selector", "field-selector"]
        .iter()
        .any(|flag| call.given.get(flag).is_some());
    if !selects && !call.given.is_set("all") {
        return Err(NAMELESS.to_owned());
    }
    let mut keys = Vec::new();
    for request in targets.requests(&namespace, &call.given) {
        let answer = call.send(request.clone());
        match answer.map_err(|why| why.of_list(&request)) {
            Ok(Reply::List(list)) => keys.extend(list.items.iter().map(crate::api::Object::key)),
            Ok(_) => {}
            Err(why) => call.refuse(why),
        }
    }
    Ok((keys, None))
}

fn keys_of_text(call: &mut Call<'_>, namespace: &str) -> Result<(Vec<Key>, String), String> {
    let kinds = call.kinds();
    let (documents, source) = documents(call)?;
    let key = |document: &yaml::Document| {
        let named = decode::kind_in(&document.value, &kinds).map_err(|status| status.message)?;
        let text = |field: &str| document.value["metadata"][field].as_str();
        Ok(Key::new(
            named.kind,
            text("namespace").unwrap_or(namespace),
            text("name").unwrap_or_default(),
        ))
    };
    let keys = documents.iter().map(key).collect::<Result<_, String>>()?;
    Ok((keys, source))
}
