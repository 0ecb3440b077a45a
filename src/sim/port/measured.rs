//! What is measured rather than stored: `kubectl top`, and the old list of the control plane's parts.
//!
//! A container uses what it was told to use ([`crate::sim::Fault::Load`]), and next to nothing otherwise.
//!
//! The real thing: sigs.k8s.io/metrics-server (pkg/api), pkg/registry/core/componentstatus/rest.go.
//! Left out: the 15 seconds between two measurements; a reading is as of now.

use super::{Port, User};
use crate::api::{Kind, Object, Pod, Status, Stored, quantity, time};
use crate::control_plane::apiserver::authorization::{Attributes, Resource as About};
use crate::control_plane::apiserver::http::{Reading, plain_table};
use crate::control_plane::apiserver::list::Selector;
use crate::control_plane::apiserver::resources::Resource;
use crate::sim::Cluster;
use http::Response;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use serde_json::{Value, json};
use std::borrow::Cow;

/// What an idle container uses: thousandths of a core.
const IDLE_CPU_MILLI: u64 = 1;
/// What an idle container uses: mebibytes.
const IDLE_MEMORY_MI: u64 = 8;

/// The parts that `componentstatuses` lists.
const COMPONENTS: [&str; 3] = ["scheduler", "controller-manager", "etcd-0"];

pub(super) fn answer(
    port: &Port,
    user: &User,
    reading: &Reading,
) -> Result<Response<Vec<u8>>, Status> {
    let request = &reading.request;
    let about = About {
        group: &reading.group,
        resource: &reading.resource,
        namespace: &request.key.namespace,
        name: Cow::Borrowed(&request.key.name),
        ..About::default()
    };
    port.permit(
        user,
        &Attributes::resource(request.verb.name(), about),
        None,
    )?;
    look(port.cluster(), reading)
}

/// What is measured, for somebody who may see it.
pub(super) fn look(cluster: &Cluster, reading: &Reading) -> Result<Response<Vec<u8>>, Status> {
    let request = &reading.request;
    let items: Vec<Value> = if reading.group.is_empty() {
        COMPONENTS.iter().map(|name| component(name)).collect()
    } else {
        let selector = Selector::of(request)?;
        let table = cluster.store().head().table(request.key.kind);
        let objects = selector.choose(table).into_iter();
        objects
            .filter_map(|object| usage(cluster, &object))
            .collect()
    };
    let resource = reading.form.resource();
    let name = &request.key.name;
    if name.is_empty() {
        let list = json!({"kind": resource.list_kind(), "apiVersion": resource.api_version(), "metadata": {}, "items": items});
        let table = || table(resource, &items);
        return Ok(reading.form.answered(&list, table));
    }
    let named = items
        .iter()
        .find(|item| item["metadata"]["name"] == name.as_str());
    let missing = || Status {
        message: format!(
            "{}{}{} {name:?} not found",
            resource.plural,
            if resource.group.is_empty() { "" } else { "." },
            resource.group
        ),
        kind: None,
        ..Status::not_found(request.key.kind, name)
    };
    let item = named.ok_or_else(missing)?;
    let table = || table(resource, std::slice::from_ref(item));
    Ok(reading.form.answered(item, table))
}

/// The rows that `kubectl get` prints. The real thing: metrics-server's pkg/api/table.go, pkg/printers/internalversion/printers.go.
fn table(resource: &Resource, items: &[Value]) -> Value {
    if resource.group.is_empty() {
        let columns = ["Name", "Status", "Message", "Error"].map(|name| (name, "string", ""));
        let row = |item: &Value| {
            let cells = [
                "/metadata/name",
                "/conditions/0/type",
                "/conditions/0/message",
            ];
            let mut cells: Vec<Value> = cells
                .iter()
                .map(|path| item.pointer(path).cloned().unwrap_or_default())
                .collect();
            cells.push("".into());
            (cells, item.clone())
        };
        return plain_table(&columns, items.iter().map(row).collect());
    }
    let columns = [
        ("Name", "string", "name"),
        ("cpu", "string", "quantity"),
        ("memory", "string", "quantity"),
        ("Window", "string", "duration"),
    ];
    let row = |item: &Value| {
        let total = |name: &str| {
            let own = item.pointer("/usage").into_iter();
            let containers = item["containers"].as_array().into_iter().flatten();
            let all = own.chain(containers.filter_map(|c| c.get("usage")));
            let amounts = all.filter_map(|usage| usage[name].as_str());
            let amounts = amounts.map(|text| Quantity(text.to_owned()));
            amounts
                .reduce(|a, b| quantity::add(&a, &b))
                .unwrap_or_default()
                .0
        };
        let cells = vec![
            item["metadata"]["name"].clone(),
            total("cpu").into(),
            total("memory").into(),
            item["window"].clone(),
        ];
        (cells, item.clone())
    };
    plain_table(&columns, items.iter().map(row).collect())
}

fn component(name: &str) -> Value {
    json!({
        "kind": "ComponentStatus",
        "apiVersion": "v1",
        "metadata": {"name": name},
        "conditions": [{"type": "Healthy", "status": "True", "message": "ok"}],
    })
}

fn usage(cluster: &Cluster, object: &Object) -> Option<Value> {
    let measured = |kind: &str, more: Value| {
        let meta = object.metadata();
        let mut value = json!({
            "kind": kind,
            "apiVersion": "metrics.k8s.io/v1beta1",
            "metadata": {"name": meta.name, "labels": meta.labels, "creationTimestamp": time::rfc3339(time::time(cluster.now_ms()).0)},
            "timestamp": time::rfc3339(time::time(cluster.now_ms()).0),
            "window": "15s",
        });
        if let Some(namespace) = &meta.namespace {
            value["metadata"]["namespace"] = namespace.as_str().into();
        }
        if let (Some(fields), Value::Object(more)) = (value.as_object_mut(), more) {
            fields.extend(more);
        }
        value
    };
    match object {
        Object::Pod(pod) => {
            let containers = containers(cluster, pod);
            if containers.is_empty() {
                return None;
            }
            let containers: Vec<Value> = containers
                .iter()
                .map(|(name, cpu, memory)| json!({"name": name, "usage": amounts(*cpu, *memory)}))
                .collect();
            Some(measured("PodMetrics", json!({"containers": containers})))
        }
        Object::Node(node) => {
            let name = node.metadata.name.as_deref().unwrap_or_default();
            let machine = cluster.machine(name).filter(|m| m.is_connected());
            machine?;
            let pods = cluster.store().head().table(Kind::Pod).on_node(name);
            let used = pods
                .filter_map(Pod::of)
                .flat_map(|pod| containers(cluster, pod));
            let (cpu, memory) = used.fold((0, 0), |(c, m), (_, cpu, memory)| (c + cpu, m + memory));
            Some(measured(
                "NodeMetrics",
                json!({"usage": amounts(cpu, memory)}),
            ))
        }
        _ => None,
    }
}

fn amounts(cpu_milli: u64, memory_mi: u64) -> Value {
    json!({"cpu": format!("{cpu_milli}m"), "memory": format!("{}Ki", memory_mi * 1024)})
}

/// The running containers of a pod, with thousandths of a core and mebibytes.
fn containers(cluster: &Cluster, pod: &Pod) -> Vec<(String, u64, u64)> {
    let statuses = pod
        .status
        .iter()
        .flat_map(|s| s.container_statuses.iter().flatten());
    let running: Vec<&String> = statuses
        .filter(|s| {
            s.state
                .as_ref()
                .is_some_and(|state| state.running.is_some())
        })
        .map(|s| &s.name)
        .collect();
    let count = running.len() as u64;
    let told = cluster.load_of(pod);
    running
        .into_iter()
        .map(|name| {
            let (cpu, memory) = told.unwrap_or((IDLE_CPU_MILLI * count, IDLE_MEMORY_MI * count));
            (name.clone(), cpu / count, memory / count)
        })
        .collect()
}
