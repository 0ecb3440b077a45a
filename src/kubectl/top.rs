//! `kubectl top`: what nodes and pods use just now.
//!
//! The real thing: kubectl's pkg/cmd/top, pkg/metricsutil/metrics_printer.go.
//! Left out: `--sum`, `--show-capacity`; of pods that are not measured yet only that, not how old they are.

use super::flags::{Flag, switch, value};
use super::printers::tabulate;
use super::refusal::Refusal;
use super::{Accept, Call, Command};
use crate::api::selectors::LabelSelector;
use crate::api::{Key, Kind, Name, Object, Reply, Request, quantity};
use k8s_openapi::api::core::v1::Node;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const SELECTOR: Flag = value("selector", "l", "SELECTOR", "only those with these labels");
const SORT_BY: Flag = value("sort-by", "", "cpu|memory", "the greatest first");
const NO_HEADERS: Flag = switch("no-headers", "", "no line with the columns' names");

pub(super) const NODE: Command = Command {
    name: "top node",
    about: "Display resource (CPU/memory) usage of nodes",
    usage: "top node [NAME | -l LABEL]",
    flags: &[SELECTOR, SORT_BY, NO_HEADERS],
    run: node,
};

pub(super) const POD: Command = Command {
    name: "top pod",
    about: "Display resource (CPU/memory) usage of pods",
    usage: "top pod [NAME | -l LABEL]",
    flags: &[
        SELECTOR,
        SORT_BY,
        NO_HEADERS,
        switch("all-namespaces", "A", "in all namespaces"),
        switch("containers", "", "each container by itself"),
    ],
    run: pod,
};

/// Thousandths of a core, and bytes.
type Used = (i64, i64);

/// What the arguments and `--sort-by` say.
fn name(call: &Call<'_>) -> Result<String, String> {
    let by = call.given.get("sort-by");
    if by.is_some_and(|by| !matches!(by, "cpu" | "memory")) {
        return Err("--sort-by accepts only cpu or memory".to_owned());
    }
    LabelSelector::parse(call.given.get("selector").unwrap_or_default())?;
    match &call.given.args[..] {
        [] => Ok(String::new()),
        [name] if call.given.get("selector").is_none() => Ok(name.clone()),
        _ => Err("only one of NAME or --selector can be provided".to_owned()),
    }
}

/// Asks for what was measured: all, those with labels, or one by name.
fn measured(call: &mut Call<'_>, key: &Key) -> Result<Vec<Value>, Refusal> {
    let Key {
        kind,
        namespace,
        name,
    } = key;
    let request = if name.is_empty() {
        Request::list(*kind, namespace.clone())
    } else {
        Request::get(key.clone())
    };
    if let Some(why) = request.path_error() {
        return Err(Refusal::Client(why));
    }
    let mut url = "/apis/metrics.k8s.io/v1beta1/".to_owned();
    if !namespace.is_empty() {
        let _ = write!(url, "namespaces/{}/", escaped(namespace));
    }
    url.push_str(kind.info().plural);
    if !name.is_empty() {
        let _ = write!(url, "/{}", escaped(name));
    } else if let Some(selector) = call.given.get("selector") {
        let _ = write!(url, "?labelSelector={}", escaped(selector));
    }
    let text = call.server.look(&url, Accept::TypedOrAny)?;
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    Ok(match answer.get("items") {
        Some(Value::Array(items)) => items.clone(),
        _ => vec![answer],
    })
}

/// As a URL spells it.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn used(usage: &Value) -> Used {
    let amount = |name: &str| Quantity(usage[name].as_str().unwrap_or("0").to_owned());
    (
        quantity::cpu_milli(&amount("cpu")),
        quantity::bytes(&amount("memory")),
    )
}

/// Of a pod: of all its containers.
fn used_by(pod: &Value) -> Used {
    let containers = pod["containers"].as_array().into_iter().flatten();
    let all = containers.map(|container| used(&container["usage"]));
    all.fold((0, 0), |(cpu, memory), (c, m)| (cpu + c, memory + m))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// By name, or the greatest first.
fn sort(call: &Call<'_>, items: &mut [Value], used: fn(&Value) -> Used) {
    items.sort_by_key(|item| {
        let meta = &item["metadata"];
        (text(&meta["namespace"]), text(&meta["name"]))
    });
    match call.given.get("sort-by") {
        Some("cpu") => items.sort_by_key(|item| std::cmp::Reverse(used(item).0)),
        Some("memory") => items.sort_by_key(|item| std::cmp::Reverse(used(item).1)),
        _ => {}
    }
}

fn amounts((cpu, memory): Used) -> [String; 2] {
    [format!("{cpu}m"), format!("{}Mi", memory / (1024 * 1024))]
}

/// Prints rows under their columns' names; each line ends with blanks, as a column more would begin there.
fn print(call: &mut Call<'_>, columns: &[&str], mut rows: Vec<Vec<String>>) {
    if !call.given.is_set("no-headers") {
        let names = columns.iter().map(|name| (*name).to_owned());
        rows.insert(0, names.collect());
    }
    for row in &mut rows {
        row.push(String::new());
    }
    call.out.stdout.push_str(&tabulate(&rows));
}

fn node(call: &mut Call<'_>) -> Result<(), String> {
    let name = name(call)?;
    let result = measured(call, &Key::new(Kind::Node, "", name.as_str()))
        .and_then(|items| Ok((items, nodes(call, &name)?)));
    let (mut items, nodes) = match result {
        Ok(found) => found,
        Err(why) => {
            call.refuse(why);
            return Ok(());
        }
    };
    if items.is_empty() {
        return Err("metrics not available yet".to_owned());
    }
    sort(call, &mut items, |item| used(&item["usage"]));
    let mut has: BTreeMap<String, Used> = BTreeMap::new();
    for object in &nodes {
        let status = object.get::<Node>().and_then(|node| node.status.clone());
        let list = status.and_then(|s| s.allocatable).unwrap_or_default();
        let cpu = list.get("cpu").map_or(0, quantity::cpu_milli);
        let memory = list.get("memory").map_or(0, quantity::bytes);
        has.insert(object.name().to_string(), (cpu, memory));
    }
    let mut rows = Vec::new();
    for item in &items {
        let name = text(&item["metadata"]["name"]);
        let used = used(&item["usage"]);
        let has = has.remove(&name).unwrap_or_default();
        let percent = |used: i64, has: i64| match has {
            0 => "<unknown>".to_owned(),
            has => format!("{}%", i128::from(used) * 100 / i128::from(has)),
        };
        let [cpu, memory] = amounts(used);
        let cpu_share = percent(used.0, has.0);
        rows.push(vec![name, cpu, cpu_share, memory, percent(used.1, has.1)]);
    }
    // Those that nobody could measure.
    for name in has.into_keys() {
        let mut row = vec!["<unknown>".to_owned(); 5];
        row[0] = name;
        rows.push(row);
    }
    let columns = ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"];
    print(call, &columns, rows);
    Ok(())
}

fn nodes(call: &mut Call<'_>, name: &str) -> Result<Vec<Object>, Refusal> {
    let request = if name.is_empty() {
        let mut request = Request::list(Kind::Node, "");
        request.select.label_selector = call.given.get("selector").unwrap_or_default().to_owned();
        request
    } else {
        Request::get(Key::new(Kind::Node, "", name))
    };
    Ok(match call.send_for(request, Accept::Typed)? {
        Reply::List(list) => list.items,
        reply => reply.object().cloned().into_iter().collect(),
    })
}

fn pod(call: &mut Call<'_>) -> Result<(), String> {
    let name = name(call)?;
    let everywhere = call.given.is_set("all-namespaces");
    let namespace = if everywhere {
        String::new()
    } else {
        call.namespace()
    };
    let key = Key::new(Kind::Pod, namespace.as_str(), name.as_str());
    let mut items = match measured(call, &key) {
        Ok(items) => items,
        Err(why) => {
            call.refuse(why);
            return Ok(());
        }
    };
    if items.is_empty() {
        return unmeasured(call, &namespace);
    }
    sort(call, &mut items, used_by);
    let by_container = call.given.is_set("containers");
    let mut rows = Vec::new();
    for item in &items {
        let meta = &item["metadata"];
        let place = everywhere.then(|| text(&meta["namespace"]));
        let own: Vec<String> = place.into_iter().chain([text(&meta["name"])]).collect();
        if !by_container {
            rows.push(own.iter().cloned().chain(amounts(used_by(item))).collect());
            continue;
        }
        for container in item["containers"].as_array().into_iter().flatten() {
            let cells = own.iter().cloned().chain([text(&container["name"])]);
            rows.push(cells.chain(amounts(used(&container["usage"]))).collect());
        }
    }
    let mut columns = Vec::new();
    if everywhere {
        columns.push("NAMESPACE");
    }
    if by_container {
        columns.push("POD");
    }
    columns.extend(["NAME", "CPU(cores)", "MEMORY(bytes)"]);
    print(call, &columns, rows);
    Ok(())
}

/// There is no pod, or none of them was measured.
fn unmeasured(call: &mut Call<'_>, namespace: &str) -> Result<(), String> {
    let mut request = Request::list(Kind::Pod, Name::from(namespace));
    request.select.label_selector = call.given.get("selector").unwrap_or_default().to_owned();
    match call.send_for(request, Accept::Typed) {
        Ok(Reply::List(list)) if !list.items.is_empty() => {
            return Err("metrics not available yet".to_owned());
        }
        Ok(_) if namespace.is_empty() => call.out.warn("No resources found"),
        Ok(_) => call
            .out
            .warn(format!("No resources found in {namespace} namespace.")),
        Err(why) => call.refuse(why),
    }
    Ok(())
}
