//! `kubectl apply -f -`: the command around [`super::apply`].
//!
//! The real thing: kubectl's pkg/cmd/apply/apply.go (`Run`).
//! Left out: see [`super::apply`]; `-k`, `-R`.

use super::apply::{Options, apply};
use super::call::no_words;
use super::flags::value;
use super::printers::{Format, Layout, named, print};
use super::{ADMIN, Call, Command, DRY_RUN, documents, make};
use crate::api::FieldValidation;

pub(super) const APPLY: Command = Command {
    name: "apply",
    about: "Apply a configuration to a resource by file name or stdin",
    usage: "apply -f -",
    flags: &[
        value("filename", "f", "-", "the objects in this text"),
        value("output", "o", "FORMAT", "name, json or yaml"),
        value(
            "validate",
            "",
            "strict|warn|ignore",
            "what to do about unknown fields",
        ),
        DRY_RUN,
    ],
    run,
};

fn run(call: &mut Call<'_>) -> Result<(), String> {
    no_words(call, "apply")?;
    if call.given.get("filename").is_none_or(str::is_empty) {
        return Err("must specify one of -f and -k".to_owned());
    }
    let format = make::format(call);
    let options = Options {
        namespace: call.namespace().into(),
        enforce_namespace: call.given.get("namespace").is_some(),
        field_validation: validation(call)?,
        dry_run: call.given.get("dry-run") == Some("server"),
    };
    let (documents, source) = documents(call)?;
    if documents.is_empty() {
        return Err("no objects passed to apply".to_owned());
    }
    let mut objects = Vec::new();
    for document in &documents {
        let server = &mut call.server;
        match apply(&document.value, &options, &mut |request| {
            server.send(request.by(ADMIN))
        }) {
            Ok(applied) => {
                call.warn_of(&applied.warnings);
                let note = call.dry_run_note();
                match format {
                    Ok(Format::Table | Format::Wide) => {
                        call.out.say(format!("{}{note}", applied.line()));
                    }
                    Ok(Format::Name) => call.out.say(named(applied.key.kind, &applied.key.name)),
                    // Whether it can be shown so is seen when all are applied.
                    Ok(Format::Json | Format::Yaml) | Err(_) => objects.push(applied.after),
                }
            }
            Err(refused) => call.out.fail(refused.text(&source)),
        }
    }
    if !objects.is_empty() {
        let format = format?;
        let layout = Layout {
            single: objects.len() == 1,
            ..Layout::default()
        };
        call.out
            .stdout
            .push_str(&print(&objects, format, &layout, call.server.now_ms()));
    }
    Ok(())
}

fn validation(call: &Call<'_>) -> Result<FieldValidation, String> {
    match call.given.get("validate") {
        None | Some("strict" | "true") => Ok(FieldValidation::Strict),
        Some("warn") => Ok(FieldValidation::Warn),
        Some("ignore" | "false") => Ok(FieldValidation::Ignore),
        Some(other) => Err(format!(
            "invalid - validate option {other:?}; must be one of: strict (or true), warn, ignore (or false)"
        )),
    }
}
