//! `kubectl patch`: a patch that a person wrote.
//!
//! The real thing: kubectl's pkg/cmd/patch/patch.go.
//! Left out: `--local`, `--patch-file`, `-f`, `-o`.

use super::change::{change, done, named};
use super::flags::value;
use super::{Call, Command, DRY_RUN};
use crate::api::{PatchType, Reply, Request, Subresource, yaml};
use serde_json::Value;

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
    let args = call.given.args.clone();
    let keys = named(call, &args)?;
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
            Err(why) => call.refuse(why),
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
