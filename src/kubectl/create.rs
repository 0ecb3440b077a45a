//! `kubectl create`: objects from a text; or a Deployment, a ConfigMap, a Secret, a Service, a namespace from a few words.
//!
//! The real thing: kubectl's pkg/cmd/create/create.go, create_{deployment,configmap,secret,service,namespace}.go.
//! Left out: all other generators; `--from-file`, `--from-env-file`, `--append-hash`. An image with a dot or an underscore in its name gives
//! its container that name with hyphens, and no random letters behind.

use super::call::no_words;
use super::flags::value;
use super::make::{
    Made, OUTPUT, failed_to_create, make, metadata, number_or_name, one_name, refused_as_usual,
    service_port,
};
use super::refusal::Refusal;
use super::{Accept, Call, Command, DRY_RUN, DRY_RUN_HERE, change, documents};
use crate::api::custom::Named;
use crate::api::{Body, Key, Kind, Request, Verb, decode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(super) const FROM_FILE: Command = Command {
    name: "create",
    about: "Create a resource from a file or from stdin",
    usage: "create -f -",
    flags: &[
        value("filename", "f", "-", "the objects in this text"),
        DRY_RUN,
    ],
    run: from_file,
};

pub(super) const DEPLOYMENT: Command = Command {
    name: "create deployment",
    about: "Create a deployment with the specified name",
    usage: "create deployment NAME --image=IMAGE [--replicas=N] [--port=PORT] [-- COMMAND…]",
    flags: &[
        value(
            "image",
            "",
            "IMAGE",
            "what its containers run; several with commas",
        ),
        value("replicas", "r", "N", "how many pods"),
        value("port", "", "PORT", "where the first container listens"),
        OUTPUT,
        DRY_RUN_HERE,
    ],
    run: deployment,
};

const LITERAL: super::Flag = value("from-literal", "", "KEY=VALUE", "a key and what it holds");

pub(super) const CONFIG_MAP: Command = Command {
    name: "create configmap",
    about: "Create a config map from literal values",
    usage: "create configmap NAME --from-literal=KEY=VALUE …",
    flags: &[LITERAL, OUTPUT, DRY_RUN_HERE],
    run: config_map,
};

pub(super) const SECRET: Command = Command {
    name: "create secret generic",
    about: "Create a secret from literal values",
    usage: "create secret generic NAME --from-literal=KEY=VALUE … [--type=example.com/x]",
    flags: &[
        LITERAL,
        value("type", "", "TYPE", "Opaque if left out"),
        OUTPUT,
        DRY_RUN_HERE,
    ],
    run: secret,
};

pub(super) const CLUSTER_IP: Command = Command {
    name: "create service clusterip",
    about: "Create a ClusterIP service",
    usage: "create service clusterip NAME --tcp=PORT[:TARGET],… [--clusterip=None]",
    flags: &[
        value(
            "tcp",
            "",
            "PORT[:TARGET]",
            "its port, and where its pods listen",
        ),
        value("clusterip", "", "IP", "its own address; None for none"),
        OUTPUT,
        DRY_RUN_HERE,
    ],
    run: cluster_ip,
};

pub(super) const NAMESPACE: Command = Command {
    name: "create namespace",
    about: "Create a namespace with the specified name",
    usage: "create namespace NAME",
    flags: &[OUTPUT, DRY_RUN_HERE],
    run: namespace,
};

/// What the generators make.
fn created(kind: Kind, body: Value) -> Made {
    Made {
        kind,
        body,
        done: "created",
        manager: "kubectl-create",
        accept: Accept::Typed,
    }
}

fn namespace(call: &mut Call<'_>) -> Result<(), String> {
    let name = one_name(call, "create namespace")?;
    let body = json!({
        "kind": "Namespace",
        "apiVersion": "v1",
        "metadata": {"name": name, "creationTimestamp": null},
        "spec": {},
        "status": {},
    });
    refused_as_usual(call, &created(Kind::Namespace, body))
}

fn from_file(call: &mut Call<'_>) -> Result<(), String> {
    let namespace = call.namespace();
    if call.given.get("filename").is_none_or(str::is_empty) {
        if let Some(what) = call.given.args.first() {
            return Err(format!(
                "kubectl create {what} is not simulated here; the real kubectl can do it with `kubeloop serve`, and `create -f` takes any object"
            ));
        }
        return Err("must specify one of -f and -k".to_owned());
    }
    no_words(call, "create")?;
    let (documents, source) = documents(call)?;
    if documents.is_empty() {
        return Err("no objects passed to create".to_owned());
    }
    for document in documents {
        // Anew for each: the one before may have defined the next one's kind.
        let kinds = call.kinds();
        match decode::kind_in(&document.value, &kinds) {
            Ok(named) => create_one(call, &named, &namespace, document.value, &source),
            Err(status) => call.refuse(Refusal::Client(status.message)),
        }
    }
    Ok(())
}

fn create_one(call: &mut Call<'_>, named: &Named, namespace: &str, body: Value, source: &str) {
    let namespace = body["metadata"]["namespace"]
        .as_str()
        .unwrap_or(namespace)
        .to_owned();
    let request = Request {
        field_manager: "kubectl-create".into(),
        ..Request::new(
            Verb::Create,
            Key::new(named.kind, namespace, ""),
            Body::Document(Arc::new(body)),
        )
        .speaking(&named.api_version)
    };
    match call.send(request) {
        Ok(reply) => change::done(call, &reply, "created"),
        Err(why) => call.refuse(why.when("creating", source)),
    }
}

fn deployment(call: &mut Call<'_>) -> Result<(), String> {
    let images = call.given.all("image");
    if images.is_empty() {
        return Err("required flag(s) \"image\" not set".to_owned());
    }
    let name = one_name(call, "create deployment")?;
    let replicas = call.given.number("replicas")?.unwrap_or(1);
    let port = call.given.number("port")?;
    let command = call.given.args[1..].to_vec();
    if images.len() > 1 && !command.is_empty() {
        return Err("cannot specify multiple --image options and command".to_owned());
    }
    let mut containers: Vec<Value> = images
        .iter()
        .map(|image| json!({"name": container_name(image), "image": image}))
        .collect();
    if !command.is_empty() {
        containers[0]["command"] = command.into();
    }
    if let Some(port) = port.filter(|port| *port >= 0) {
        containers[0]["ports"] = json!([{ "containerPort": port }]);
    }
    for container in &mut containers {
        container["resources"] = json!({});
    }
    let labels = json!({"app": name});
    let body = json!({
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": metadata(call, &name, Some(labels.clone())),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"creationTimestamp": null, "labels": labels},
                "spec": {"containers": containers},
            },
            "strategy": {},
        },
        "status": {},
    });
    let made = created(Kind::Deployment, body);
    make(call, &made, failed_to_create("deployment:"))
}

/// `nginx`, of `registry.example/library/nginx:1.27`.
fn container_name(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or_default();
    let name = last.split([':', '@']).next().unwrap_or_default();
    name.replace(['_', '.'], "-")
}

/// The keys and values of `--from-literal`.
fn literals(call: &Call<'_>, whose: &str) -> Result<Map<String, Value>, String> {
    let mut all = Map::new();
    for source in call.given.each("from-literal") {
        let Some((key, value)) = source.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(format!(
                "invalid literal source {source}, expected key=value"
            ));
        };
        // Quotes around the whole value are the shell's that are left over.
        let quoted = value
            .strip_prefix('\'')
            .and_then(|v| v.strip_suffix('\''))
            .or_else(|| value.strip_prefix('"').and_then(|v| v.strip_suffix('"')));
        let value = quoted.unwrap_or(value);
        if all.insert(key.to_owned(), value.into()).is_some() {
            return Err(format!(
                "cannot add key {key:?}, another key by that name already exists in Data for {whose}"
            ));
        }
    }
    let mut sorted: Vec<(String, Value)> = all.into_iter().collect();
    sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(sorted.into_iter().collect())
}

fn config_map(call: &mut Call<'_>) -> Result<(), String> {
    let name = one_name(call, "create configmap")?;
    let data = literals(call, &format!("ConfigMap {name:?}"))?;
    let mut body = json!({
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": metadata(call, &name, None),
    });
    if !data.is_empty() {
        body["data"] = data.into();
    }
    let made = created(Kind::ConfigMap, body);
    make(call, &made, failed_to_create("configmap:"))
}

fn secret(call: &mut Call<'_>) -> Result<(), String> {
    let name = one_name(call, "create secret generic")?;
    let mut data = literals(call, &format!("Secret {name:?}"))?;
    for value in data.values_mut() {
        let text = value.as_str().unwrap_or_default();
        *value = STANDARD.encode(text).into();
    }
    let mut body = json!({
        "kind": "Secret",
        "apiVersion": "v1",
        "metadata": metadata(call, &name, None),
    });
    if !data.is_empty() {
        body["data"] = data.into();
    }
    if let Some(kind) = call.given.get("type").filter(|kind| !kind.is_empty()) {
        body["type"] = kind.into();
    }
    // Upstream has no colon here.
    let made = created(Kind::Secret, body);
    make(call, &made, failed_to_create("secret"))
}

fn cluster_ip(call: &mut Call<'_>) -> Result<(), String> {
    let name = one_name(call, "create service clusterip")?;
    let own = call.given.get("clusterip").unwrap_or_default().to_owned();
    let tcp = call.given.all("tcp");
    if tcp.is_empty() && own != "None" {
        return Err("at least one tcp port specifier must be provided".to_owned());
    }
    let ports = tcp.iter().map(|text| port(text));
    let ports: Vec<Value> = ports.collect::<Result<_, _>>()?;
    let labels = json!({"app": name});
    let mut spec = Map::new();
    if !ports.is_empty() {
        spec.insert("ports".to_owned(), ports.into());
    }
    spec.insert("selector".to_owned(), labels.clone());
    if !own.is_empty() {
        spec.insert("clusterIP".to_owned(), own.into());
    }
    spec.insert("type".to_owned(), "ClusterIP".into());
    let body = json!({
        "kind": "Service",
        "apiVersion": "v1",
        "metadata": metadata(call, &name, Some(labels)),
        "spec": spec,
        "status": {"loadBalancer": {}},
    });
    let made = created(Kind::Service, body);
    make(call, &made, failed_to_create("ClusterIP service:"))
}

/// `80:8080`: a port and its target, and the name that they give it.
fn port(text: &str) -> Result<Value, String> {
    let (own, target) = text.split_once(':').unwrap_or((text, text));
    let own = own.parse::<u16>().map_err(|_| {
        let is_number = !own.is_empty() && own.bytes().all(|b| b.is_ascii_digit());
        let why = if is_number {
            "value out of range"
        } else {
            "invalid syntax"
        };
        format!("strconv.ParseUint: parsing {own:?}: {why}")
    })?;
    let name = text.replace(':', "-");
    Ok(service_port(
        &name,
        own.into(),
        "TCP",
        number_or_name(target),
    ))
}
