//! `kubectl set image`: other images in a pod, or in what pods are made from.
//!
//! The real thing: kubectl's pkg/cmd/set/set_image.go.
//! Left out: the other words of `set`; `--all`, `--local`, selectors, `-f`, `-o`; init containers.

use super::change::{change, done, named, names_and_changes, read};
use super::refusal::Refusal;
use super::{Accept, Call, Command, DRY_RUN};
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
    let (names, images) = names_and_changes(call, "image")?;
    let keys = named(call, &names)?;
    let count = keys.len();
    let mut objects = Vec::new();
    for key in keys {
        objects.extend(read(call, key, Accept::Any));
    }
    if objects.len() < count {
        return Ok(());
    }
    if images.is_empty() {
        return Err("at least one image update is required".to_owned());
    }
    for object in objects {
        let key = object.key();
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
        let (mut containers, mut missing) = (Vec::new(), Vec::new());
        for image in &images {
            let (name, image) = image.split_once('=').unwrap_or((image, ""));
            if name != "*" && !names.contains(&name) {
                missing.push(name);
            }
            let chosen = names.iter().filter(|n| name == "*" || **n == name);
            containers.extend(chosen.map(|n| json!({"image": image, "name": n})));
        }
        for name in missing {
            let text = format!("error: unable to find container named {name:?}");
            call.refuse(Refusal::Listed(text));
        }
        if containers.is_empty() {
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
            Err(why) => call.refuse(why),
        }
    }
    Ok(())
}
