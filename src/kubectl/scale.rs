//! `kubectl scale`: how many pods there are to be.
//!
//! The real thing: kubectl's pkg/cmd/scale/scale.go.
//! Left out: `--all`, `--current-replicas`, `--resource-version`, `--timeout`, `-f`.

use super::change::{change, done, named};
use super::flags::value;
use super::refusal::Refusal;
use super::{Accept, Call, Command, DRY_RUN};
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
    let args = call.given.args.clone();
    let keys = named(call, &args)?;
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for key in keys {
        match call.send_for(Request::get(key.clone()), Accept::Json) {
            Ok(_) => found.push(key),
            Err(why) => wrong.push(why),
        }
    }
    if found.is_empty() {
        let why: Vec<&str> = wrong.iter().map(Refusal::message).collect();
        let why = match why[..] {
            [alone] => alone.to_owned(),
            _ => format!("[{}]", why.join(", ")),
        };
        return Err(format!("no objects passed to scale {why}"));
    }
    for key in found {
        let body = json!({"spec": {"replicas": replicas}});
        let request = Request {
            subresource: Some(Subresource::Scale),
            ..change(key, PatchType::Merge, body, "")
        };
        match call.send_for(request, Accept::Any) {
            Ok(reply) => done(call, &reply, "scaled"),
            // What is behind it is left as it is.
            Err(why) => {
                call.refuse(why);
                return Ok(());
            }
        }
    }
    for why in wrong {
        call.refuse(why);
    }
    Ok(())
}
