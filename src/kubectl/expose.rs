//! `kubectl expose`: a Service for what is there.
//!
//! The real thing: kubectl's pkg/cmd/expose/expose.go, pkg/polymorphichelpers (`MapBasedSelectorForObject`, `PortsForObject`, `CanBeExposed`).
//! Left out: `-f`, `--external-ip`, `--overrides`, `--load-balancer-ip`.

use super::flags::{Given, value};
use super::make::{Made, OUTPUT, metadata, number_or_name, pairs, refused_as_usual, service_port};
use super::targets::{NAMELESS, Targets};
use super::{Accept, Call, Command, DRY_RUN_HERE};
use crate::api::{Kind, Object, Request};
use serde_json::{Map, Value, json};

pub(super) const EXPOSE: Command = Command {
    name: "expose",
    about: "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service",
    usage: "expose (TYPE NAME | TYPE/NAME) [--port=PORT] [--target-port=PORT] [--name=NAME] [--type=TYPE]",
    flags: &[
        value(
            "port",
            "",
            "PORT",
            "the Service's; that of the containers if left out",
        ),
        value(
            "target-port",
            "",
            "PORT",
            "where the pods listen; the same if left out",
        ),
        value("protocol", "", "TCP", "TCP, UDP or SCTP"),
        value(
            "name",
            "",
            "NAME",
            "the Service's name; that of the object if left out",
        ),
        value("type", "", "TYPE", "ClusterIP, NodePort, LoadBalancer"),
        value(
            "labels",
            "l",
            "KEY=VALUE,…",
            "the Service's labels; the object's if left out",
        ),
        value(
            "selector",
            "",
            "KEY=VALUE,…",
            "which pods; the object's if left out",
        ),
        value("cluster-ip", "", "IP", "its own address; None for none"),
        value(
            "session-affinity",
            "",
            "None|ClientIP",
            "does a client stay with one pod?",
        ),
        OUTPUT,
        DRY_RUN_HERE,
    ],
    run: expose,
};

/// Longer names are cut: a Service's name is a label of DNS.
const NAME_BYTES_MAX: usize = 63;

fn expose(call: &mut Call<'_>) -> Result<(), String> {
    let kinds = call.kinds();
    let namespace = call.namespace();
    // Its --selector says which pods the Service has.
    let targets = Targets::read(&call.given.args, &namespace, &kinds, &Given::default())?;
    let Targets::Named(keys) = targets else {
        return Err(NAMELESS.to_owned());
    };
    for key in keys {
        let object = match call.send_for(Request::get(key), Accept::Any) {
            Ok(reply) => reply.object().cloned(),
            Err(why) => {
                call.refuse(why);
                None
            }
        };
        if let Some(object) = object {
            let body = service(call, &object)?;
            let made = Made {
                kind: Kind::Service,
                body,
                done: "exposed",
                manager: "kubectl-expose",
                accept: Accept::Any,
            };
            refused_as_usual(call, &made)?;
        }
    }
    Ok(())
}

/// The Service, as it is sent.
fn service(call: &Call<'_>, object: &Object) -> Result<Value, String> {
    let info = object.kind().info();
    let can_be = matches!(
        object.kind(),
        Kind::Pod
            | Kind::Service
            | Kind::Deployment
            | Kind::ReplicaSet
            | Kind::ReplicationController
    );
    if !can_be {
        let dot = if info.group.is_empty() { "" } else { "." };
        return Err(format!("cannot expose a {}{dot}{}", info.name, info.group));
    }
    let given = &call.given;
    let own = object.to_json();
    let selector = match given.get("selector") {
        Some(text) => pairs(text)?,
        None => selector(object.kind(), &own).map_err(|why| {
            format!("couldn't retrieve selectors via --selector flag or introspection: {why}")
        })?,
    };
    let protocols = protocols(&own);
    let said = given.get("port").filter(|text| !text.is_empty());
    let numbers: Vec<String> = match said {
        Some(text) => text.split(',').map(str::to_owned).collect(),
        None => protocols.keys().cloned().collect(),
    };
    if numbers.is_empty() {
        return Err("couldn't find port via --port flag or introspection".to_owned());
    }
    let mut ports = Vec::new();
    for (index, text) in numbers.iter().enumerate() {
        let port: i64 = text
            .parse()
            .map_err(|_| format!("strconv.Atoi: parsing {text:?}: invalid syntax"))?;
        let name = match numbers.len() {
            1 => String::new(),
            _ => format!("port-{}", index + 1),
        };
        let protocol = given.get("protocol").filter(|text| !text.is_empty());
        let protocol = protocol.or_else(|| protocols.get(text)?.as_str());
        let target = given.get("target-port").filter(|text| !text.is_empty());
        let target = target.map_or_else(|| port.into(), number_or_name);
        ports.push(service_port(&name, port, protocol.unwrap_or("TCP"), target));
    }
    let mut spec = json!({"ports": ports, "selector": selector});
    for (flag, field) in [
        ("cluster-ip", "clusterIP"),
        ("type", "type"),
        ("session-affinity", "sessionAffinity"),
    ] {
        if let Some(text) = given.get(flag).filter(|text| !text.is_empty()) {
            spec[field] = text.into();
        }
    }
    let name = given
        .get("name")
        .map_or_else(|| object.name().to_string(), str::to_owned);
    let name = &name[..name.floor_char_boundary(NAME_BYTES_MAX)];
    let labels = match given.get("labels") {
        Some(text) => Some(pairs(text)?),
        None => own["metadata"].get("labels").cloned(),
    };
    Ok(json!({
        "kind": "Service",
        "apiVersion": "v1",
        "metadata": metadata(call, name, labels),
        "spec": spec,
        "status": {"loadBalancer": {}},
    }))
}

/// The labels of the pods behind it.
fn selector(kind: Kind, own: &Value) -> Result<Value, String> {
    let (found, missing) = match kind {
        Kind::Pod => (
            own["metadata"].get("labels"),
            "the pod has no labels and cannot be exposed",
        ),
        Kind::Service | Kind::ReplicationController => (
            own["spec"].get("selector"),
            "the service has no pod selector set",
        ),
        _ => {
            let selector = &own["spec"]["selector"];
            if selector
                .get("matchExpressions")
                .is_some_and(|all| all.as_array().is_some_and(|all| !all.is_empty()))
            {
                return Err(format!(
                    "couldn't convert expressions - \"{}\" to map-based selector format",
                    selector["matchExpressions"]
                ));
            }
            (selector.get("matchLabels"), "the selector is empty")
        }
    };
    found
        .filter(|labels| labels.as_object().is_some_and(|all| !all.is_empty()))
        .cloned()
        .ok_or_else(|| missing.to_owned())
}

/// The ports that it has, and what is spoken there.
fn protocols(own: &Value) -> Map<String, Value> {
    let spec = &own["spec"];
    let containers = |spec: &Value| -> Vec<Value> {
        let all = spec["containers"].as_array().into_iter().flatten();
        all.flat_map(|c| c["ports"].as_array().cloned().unwrap_or_default())
            .collect()
    };
    let (ports, field) = if spec.get("template").is_some() {
        (containers(&spec["template"]["spec"]), "containerPort")
    } else if spec.get("containers").is_some() {
        (containers(spec), "containerPort")
    } else {
        (
            spec["ports"].as_array().cloned().unwrap_or_default(),
            "port",
        )
    };
    ports
        .iter()
        .map(|port| (port[field].to_string(), port["protocol"].clone()))
        .collect()
}
