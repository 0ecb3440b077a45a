//! What the commands have in common that change objects which are there: `scale`, `patch`, `label`, `annotate`, `set image`, `cordon`.
//!
//! The real thing: cli-runtime's pkg/resource/{builder,helper}.go as kubectl's pkg/cmd/{scale,patch,label,annotate,set,drain} use them.

use super::printers::type_name;
use super::targets::{NAMELESS, Targets};
use super::{Accept, Call};
use crate::api::{FieldValidation, Key, Object, PatchType, Reply, Request};
use serde_json::Value;

/// The arguments before the first change (`key=value`, `key-`), which say what is to be changed, and the changes.
pub(super) fn names_and_changes(
    call: &Call<'_>,
    what: &str,
) -> Result<(Vec<String>, Vec<String>), String> {
    let args = &call.given.args;
    let is_change = |arg: &String| {
        let sets = arg.contains('=') && !arg.starts_with('=');
        sets || (arg.ends_with('-') && arg != "-")
    };
    let first = args.iter().position(is_change).unwrap_or(args.len());
    let (names, changes) = args.split_at(first);
    match changes.iter().find(|arg| !is_change(arg)) {
        None => Ok((names.to_vec(), changes.to_vec())),
        Some(late) => Err(format!(
            "all resources must be specified before {what} changes: {late}"
        )),
    }
}

/// The objects that these arguments name.
pub(super) fn named(call: &mut Call<'_>, names: &[String]) -> Result<Vec<Key>, String> {
    let kinds = call.kinds();
    match Targets::read(names, &call.namespace(), &kinds, &call.given)? {
        Targets::Named(keys) => Ok(keys),
        Targets::Kinds(_) => Err(NAMELESS.to_owned()),
    }
}

/// A patch in the name of this manager. What it says that nobody knows is warned of, as the server does unless it is told otherwise.
pub(super) fn change(key: Key, kind: PatchType, body: Value, manager: &str) -> Request {
    Request {
        field_manager: manager.into(),
        field_validation: FieldValidation::Warn,
        ..Request::patch(key, kind, body)
    }
}

/// The object as it is now; a refusal is told.
pub(super) fn read(call: &mut Call<'_>, key: Key, accept: Accept) -> Option<Object> {
    match call.send_for(Request::get(key), accept) {
        Ok(reply) => reply.object().cloned(),
        Err(why) => {
            call.refuse(why);
            None
        }
    }
}

/// `deployment.apps/web scaled`.
pub(super) fn done(call: &mut Call<'_>, reply: &Reply, what: &str) {
    if let Some(object) = reply.object() {
        let note = call.dry_run_note();
        call.out.say(format!("{} {what}{note}", type_name(object)));
    }
}
