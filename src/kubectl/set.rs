//! `kubectl set image`: other images in a pod, or in what pods are made from.
//!
//! The real thing: kubectl's pkg/cmd/set/set_image.go.
//! Left out: the other words of `set`; `--all`, `--local`, selectors, `-f`, `-o`; init containers.

use super::change::{change, done, named_objects, read};
use super::{Accept, Call, Command, DRY_RUN, refusal};
use crate::api::{Kind, PatchType};
use serde_json::{Value, json};

pub(super) const IMAGE: Command = Command {
    name: "set image",
    about: "Update the image of a pod template",
    usage: "set image TYPE/NAME CONTAINER=IMAGE …",
    flags: &[DRY_RUN],
    run: image,
};

fn image(call: &mut Call<'_>) -> Result<(), String> {
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
