//! `kubectl scale`: how many pods there are to be.
//!
//! The real thing: kubectl's pkg/cmd/scale/scale.go.
//! Left out: `--all`, `--current-replicas`, `--resource-version`, `--timeout`, `-f`.

use super::change::{change, done, named_objects, read};
use super::flags::value;
use super::{Accept, Call, Command, DRY_RUN, refusal};
use crate::api::{PatchType, Request, Subresource};
use serde_json::json;

pub(super) const SCALE: Command = Command {
    name: "scale",
    about: "Set a new size for a deployment or replica set",
    usage: "scale TYPE/NAME --replicas=N",
    flags: &[value("replicas", "", "N", "how many"), DRY_RUN],
    run: scale,
};

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
