//! `kubectl describe`: what an object is, in words for people.
//!
//! The real thing: kubectl's pkg/cmd/describe/describe.go, pkg/describe/describe.go.
//! Left out: other kinds that kubectl describes in words of their own than pods, Deployments, ReplicaSets, Services, nodes, namespaces,
//! ConfigMaps and Secrets (refused by name); `-f`.

mod events;
mod generic;
mod node;
mod page;
mod pod;
mod pod_template;
mod small;
mod volumes;
mod workload;

pub(super) use page::Page;
pub(super) use pod_template::pod_template;

use super::flags::{switch, value};
use super::refusal::Refusal;
use super::revisions::Revisions;
use super::targets::Targets;
use super::{Accept, CHUNK, Call, Command};
use crate::api::{Key, Kind, Object, Reason, Reply, Request, managed_fields};

pub(super) const DESCRIBE: Command = Command {
    name: "describe",
    about: "Show details of a specific resource or group of resources",
    usage: "describe (TYPE [NAME_PREFIX | -l LABEL] | TYPE/NAME)",
    flags: &[
        value("selector", "l", "SELECTOR", "what has these labels"),
        switch("all-namespaces", "A", "in all namespaces"),
        value("show-events", "", "false", "without what happened to it"),
    ],
    run: describe,
};

/// Built-in kinds that kubectl knows nothing about: it prints their fields.
const NO_DESCRIBER: &[Kind] = &[
    Kind::ControllerRevision,
    Kind::CSIDriver,
    Kind::CSIStorageCapacity,
    Kind::CustomResourceDefinition,
    Kind::Event,
    Kind::Lease,
    Kind::PodTemplate,
    Kind::VolumeAttachment,
];

fn describe(call: &mut Call<'_>) -> Result<(), String> {
    if call.given.args.is_empty() {
        return Err("You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.".to_owned());
    }
    let kinds = call.kinds();
    let namespace = call.namespace();
    let everywhere = call.given.is_set("all-namespaces");
    let place = if everywhere { "" } else { &namespace };
    let warnings = Targets::warnings(&call.given.args, &kinds);
    call.warn_of(&warnings);
    let targets = Targets::read(&call.given.args, place, &kinds, &call.given)?;
    let mut keys: Vec<Key> = Vec::new();
    let mut missing: Option<(Kind, String, Refusal)> = None;
    let is_named = matches!(targets, Targets::Named(_));
    let requests = targets.requests(place, &call.given);
    let may_be_prefix = call.given.args.len() == 2 && requests.len() == 1;
    for request in requests {
        let asked = request.key.clone();
        let answer = if is_named {
            call.send_for(request, Accept::Json)
        } else {
            let listed = call.select(request, Accept::Json);
            listed.map(Reply::List).map_err(Refusal::listed)
        };
        match answer {
            Ok(Reply::List(list)) => keys.extend(list.items.iter().map(Object::key)),
            Ok(reply) => keys.extend(reply.object().map(Object::key)),
            Err(why) if why.is(Reason::NotFound) && may_be_prefix => {
                missing = Some((asked.kind, asked.name.to_string(), why));
            }
            Err(why) => call.refuse(why),
        }
    }
    let is_prefix = missing.is_some();
    if let Some((kind, prefix, why)) = missing {
        // The arguments are read anew for that.
        for warning in warnings {
            call.out.warn(format!("Warning: {warning}"));
        }
        keys = beginning_with(call, kind, place, &prefix);
        if keys.is_empty() {
            call.refuse(why);
        }
    }
    if keys.is_empty() && call.out.code == 0 {
        call.out.warn(if everywhere {
            "No resources found".to_owned()
        } else {
            format!("No resources found in {namespace} namespace.")
        });
    }
    for (index, key) in keys.into_iter().enumerate() {
        match one(call, key)? {
            Ok(text) => {
                let (before, behind) = match (is_prefix, index) {
                    (true, _) => ("", "\n"),
                    (false, 0) => ("", ""),
                    (false, _) => ("\n\n", ""),
                };
                for part in [before, &text, behind] {
                    call.out.stdout.push_str(part);
                }
            }
            Err(why) => call.refuse(why),
        }
    }
    Ok(())
}

/// The objects of a kind whose names begin so.
fn beginning_with(call: &mut Call<'_>, kind: Kind, place: &str, prefix: &str) -> Vec<Key> {
    let list = call.list(Request::list(kind, place), Accept::Json);
    let items = list.map(|list| list.items).unwrap_or_default();
    let keys = items.iter().map(Object::key);
    keys.filter(|key| key.name.starts_with(prefix)).collect()
}

/// Reads an object anew, and what belongs to it, and describes it.
fn one(call: &mut Call<'_>, key: Key) -> Result<Result<String, Refusal>, String> {
    let kind = key.kind;
    let is_known = matches!(
        kind,
        Kind::Pod
            | Kind::Deployment
            | Kind::ReplicaSet
            | Kind::Service
            | Kind::Node
            | Kind::Namespace
            | Kind::ConfigMap
            | Kind::Secret
            | Kind::Custom(_)
    ) || NO_DESCRIBER.contains(&kind);
    if !is_known {
        return Err(format!(
            "kubectl describe {} is not simulated here; `get -o yaml` shows all of it, and the real kubectl describes it with `kubeloop serve`",
            kind.info().plural
        ));
    }
    let object = match call.send_for(Request::get(key), Accept::Typed) {
        Ok(reply) => reply.object().cloned(),
        Err(why) => return Ok(Err(why)),
    };
    let Some(object) = object else {
        return Ok(Ok(String::new()));
    };
    let mut page = Page::default();
    let shows_events = call.given.get("show-events") != Some("false");
    // What is asked of the server comes in kubectl's order: what happened last of all, but for Deployments and nodes, asked for early.
    let mut happened = Page::default();
    let name = kind.info().name;
    let said = if kind == Kind::Pod { "" } else { name };
    match &object {
        Object::Pod(pod) => {
            let now_ms = call.server.now_ms();
            pod::pod(pod, now_ms, &mut page);
        }
        Object::Deployment(deployment) => {
            if shows_events {
                events::events(call, &object, said, &mut happened);
            }
            let revisions = Revisions::of(deployment, CHUNK, call).unwrap_or_default();
            workload::deployment(deployment, &revisions, &mut page);
        }
        Object::ReplicaSet(set) => workload::replica_set(set, call, &mut page),
        Object::Service(service) => small::service(service, call, &mut page),
        Object::Namespace(namespace) => {
            small::namespace(namespace, call, &mut page);
            return Ok(Ok(page.aligned()));
        }
        Object::ConfigMap(map) => small::config_map(map, &mut page),
        Object::Secret(secret) => {
            small::secret(secret, &mut page);
            return Ok(Ok(page.aligned()));
        }
        Object::Node(node) => {
            let pods = node::pods(call, node);
            if shows_events {
                events::events(call, &object, said, &mut happened);
            }
            let lease = node::lease(call, node);
            let now_ms = call.server.now_ms();
            node::node(node, lease.as_ref(), &pods, now_ms, &mut page);
        }
        other => generic::object(&managed_fields::to_json(other), &mut page),
    }
    if shows_events && happened.is_empty() {
        events::events(call, &object, said, &mut happened);
    }
    page.append(happened);
    Ok(Ok(page.aligned()))
}
