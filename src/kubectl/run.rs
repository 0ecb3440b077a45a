//! `kubectl run`: a single pod.
//!
//! The real thing: kubectl's pkg/cmd/run/run.go, pkg/generate/versioned/run.go.
//! Left out: `-i`, `-t`, `--attach`, `--rm` (nothing waits here), `--overrides`; of an image's name only its letters are looked at before it
//! is sent.

use super::flags::{Flag, switch, value};
use super::make::{
    Made, OUTPUT, format, metadata, pairs, refused_as_usual, send, service_port, show,
};
use super::printers::Format;
use super::{Accept, Call, Command, DRY_RUN_HERE, usage_error};
use crate::api::Kind;
use serde_json::{Value, json};

const INTERACTIVE: &[Flag] = &[
    switch("stdin", "i", "refused: nothing is attached here"),
    switch("tty", "t", "refused"),
    switch("rm", "", "refused"),
    switch("attach", "", "refused"),
];

pub(super) const RUN: Command = Command {
    name: "run",
    about: "Run a particular image on the cluster",
    usage: "run NAME --image=IMAGE [--port=PORT] [--env=NAME=VALUE] [-- ARGS…]",
    flags: &[
        value("image", "", "IMAGE", "what the container runs"),
        value("env", "", "NAME=VALUE", "a variable of its environment"),
        value(
            "labels",
            "l",
            "KEY=VALUE,…",
            "the pod's labels; run=NAME if left out",
        ),
        value("annotations", "", "KEY=VALUE,…", "the pod's annotations"),
        value("port", "", "PORT", "where it listens"),
        value(
            "restart",
            "",
            "Always|OnFailure|Never",
            "what becomes of it when it ends",
        ),
        value(
            "image-pull-policy",
            "",
            "POLICY",
            "Always, IfNotPresent or Never",
        ),
        switch(
            "command",
            "",
            "what follows -- is the command, not its arguments",
        ),
        switch("expose", "", "make a Service for the port, too"),
        INTERACTIVE[0],
        INTERACTIVE[1],
        INTERACTIVE[2],
        INTERACTIVE[3],
        OUTPUT,
        DRY_RUN_HERE,
    ],
    run,
};

fn run(call: &mut Call<'_>) -> Result<(), String> {
    let given = &call.given;
    let image = given.get("image").map(str::to_owned);
    let image = image.ok_or("required flag(s) \"image\" not set")?;
    let Some((name, words)) = given.args.split_first() else {
        return Err(usage_error("run", "NAME is required for run"));
    };
    check_image(&image)?;
    if INTERACTIVE.iter().any(|flag| given.is_set(flag.name)) {
        return Err(
            "kubectl run -i, -t, --attach and --rm are not simulated here: nothing waits; `kubectl logs` shows what it printed"
                .to_owned(),
        );
    }
    let restart = given.get("restart").unwrap_or("Always").to_owned();
    if !matches!(restart.as_str(), "Always" | "OnFailure" | "Never") {
        let why = format!("invalid restart policy: {restart}");
        return Err(usage_error("run", why));
    }
    let policy = given.get("image-pull-policy").unwrap_or_default();
    if !matches!(policy, "" | "Always" | "IfNotPresent" | "Never") {
        let why = format!("invalid image pull policy: {policy}");
        return Err(usage_error("run", why));
    }
    let labels = match given.get("labels") {
        Some(text) => pairs(text)?,
        None => json!({"run": name}),
    };
    let port = match given.get("port").filter(|text| !text.is_empty()) {
        Some(text) => Some(
            text.parse::<i64>()
                .map_err(|_| format!("strconv.Atoi: parsing {text:?}: invalid syntax"))?,
        ),
        None => None,
    };
    if given.is_set("expose") && port.is_none() {
        let why = "--port must be set when exposing a service";
        return Err(usage_error("run", why));
    }
    let mut meta = metadata(call, name, Some(labels.clone()));
    if let Some(text) = given.get("annotations") {
        meta["annotations"] = pairs(text)?;
    }
    let container = container(call, name, &image, words, port)?;
    let pod = made(
        Kind::Pod,
        json!({
            "kind": "Pod",
            "apiVersion": "v1",
            "metadata": meta,
            "spec": {"containers": [container], "restartPolicy": restart, "dnsPolicy": "ClusterFirst"},
            "status": {},
        }),
    );
    let Some(port) = port.filter(|_| given.is_set("expose")) else {
        return refused_as_usual(call, &pod);
    };
    let ports = [service_port("", port, "TCP", port.into())];
    let service = made(
        Kind::Service,
        json!({
            "kind": "Service",
            "apiVersion": "v1",
            "metadata": metadata(call, name, None),
            "spec": {"ports": ports, "selector": labels},
            "status": {"loadBalancer": {}},
        }),
    );
    // The pod first; but what came of the Service is said first.
    let format = format(call)?;
    let answers = send(call, &pod).and_then(|pod| Ok((pod, send(call, &service)?)));
    match answers {
        Ok((pod_answer, service_answer)) => {
            show(call, &service, format, service_answer.as_ref());
            if format == Format::Yaml {
                call.out.stdout.push_str("---\n---\n");
            }
            show(call, &pod, format, pod_answer.as_ref());
        }
        Err(why) => call.refuse(why),
    }
    Ok(())
}

fn made(kind: Kind, body: Value) -> Made {
    Made {
        kind,
        body,
        done: "created",
        manager: "kubectl-run",
        accept: Accept::Any,
    }
}

/// The pod's container, its fields in Go's order.
fn container(
    call: &Call<'_>,
    name: &str,
    image: &str,
    words: &[String],
    port: Option<i64>,
) -> Result<Value, String> {
    let given = &call.given;
    let mut container = json!({"name": name, "image": image});
    if !words.is_empty() {
        let field = if given.is_set("command") {
            "command"
        } else {
            "args"
        };
        container[field] = words.to_vec().into();
    }
    if let Some(port) = port {
        container["ports"] = json!([{ "containerPort": port }]);
    }
    let env = given.each("env").iter().map(|pair| variable(pair));
    let env: Vec<Value> = env.collect::<Result<_, _>>()?;
    if !env.is_empty() {
        container["env"] = env.into();
    }
    container["resources"] = json!({});
    if let Some(policy) = given
        .get("image-pull-policy")
        .filter(|text| !text.is_empty())
    {
        container["imagePullPolicy"] = policy.into();
    }
    Ok(container)
}

/// What no image is called.
fn check_image(image: &str) -> Result<(), String> {
    let invalid = Err(format!(
        "Invalid image name {image:?}: invalid reference format"
    ));
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "._/:@-".contains(c);
    if image.is_empty() || !image.chars().all(is_letter) {
        return invalid;
    }
    let path = match image.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => path,
        _ => image,
    };
    let path = path.split([':', '@']).next().unwrap_or_default();
    if path.contains(|c: char| c.is_ascii_uppercase()) {
        return invalid;
    }
    Ok(())
}

/// `COLOR=green`.
fn variable(pair: &str) -> Result<Value, String> {
    match pair.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok(if value.is_empty() {
            json!({ "name": name })
        } else {
            json!({"name": name, "value": value})
        }),
        _ => Err(format!("invalid env: {pair}")),
    }
}
