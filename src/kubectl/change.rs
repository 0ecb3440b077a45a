//! What the commands have in common that change objects which are there: `scale`, `patch`, `label`, `annotate`, `set image`, `cordon`.
//!
//! The real thing: cli-runtime's pkg/resource/{builder,helper}.go as kubectl's pkg/cmd/{scale,patch,label,annotate,set,drain} use them.

use super::printers::type_name;
use super::targets::Targets;
use super::{Accept, Call, refusal};
use crate::api::{FieldValidation, Key, Object, PatchType, Reply, Request};
use serde_json::Value;

/// The objects that are named before the first change (`key=value`, `key-`), and the changes.
pub(super) fn named_objects(call: &mut Call<'_>) -> Result<(Vec<Key>, Vec<String>), String> {
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

/// A patch in the name of this manager. What it says that nobody knows is warned of, as the server does unless it is told otherwise.
pub(super) fn change(key: Key, kind: PatchType, body: Value, manager: &str) -> Request {
    Request {
        field_manager: manager.into(),
        field_validation: FieldValidation::Warn,
        ..Request::patch(key, kind, body)
    }
}

/// The object as it is now; a refusal is printed.
pub(super) fn read(call: &mut Call<'_>, key: Key, accept: Accept) -> Option<Object> {
    match call.send_for(Request::get(key), accept) {
        Ok(reply) => reply.object().cloned(),
        Err(status) => {
            call.out.fail(refusal::text(&status));
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
