//! `kubectl get`.
//!
//! The real thing: kubectl's pkg/cmd/get/get.go, sorter.go.
//! Left out: `-w`, `-f`, `--raw`, `--chunk-size`; `--sort-by` takes plain paths (`.metadata.name`).

use super::flags::{switch, value};
use super::printers::{Format, Formats, Layout, print};
use super::refusal::Refusal;
use super::targets::Targets;
use super::{Accept, Call, Command, usage_error};
use crate::api::{Object, Reply};
use serde_json::Value;
use std::cmp::Ordering;

pub(super) const GET: Command = Command {
    name: "get",
    about: "Display one or many resources",
    usage: "get (TYPE[,TYPE…] [NAME…] | TYPE/NAME …) [-o wide|yaml|json|name]",
    flags: &[
        value("output", "o", "FORMAT", "wide, yaml, json or name"),
        value(
            "selector",
            "l",
            "SELECTOR",
            "only what has these labels: app=web,tier!=db",
        ),
        value(
            "field-selector",
            "",
            "SELECTOR",
            "only what has these values: status.phase=Running",
        ),
        switch("all-namespaces", "A", "in all namespaces"),
        switch("show-labels", "", "a column with all labels"),
        value(
            "label-columns",
            "L",
            "LABELS",
            "a column for each of these labels",
        ),
        switch("no-headers", "", "no line with the columns' names"),
        switch(
            "show-managed-fields",
            "",
            "keep metadata.managedFields in JSON and YAML",
        ),
        value(
            "sort-by",
            "",
            "PATH",
            "order by this field: .metadata.creationTimestamp",
        ),
    ],
    run: get,
};

fn get(call: &mut Call<'_>) -> Result<(), String> {
    let text = call.given.get("output").unwrap_or_default();
    let format = Format::read(text, Formats::OfGet)?;
    if call.given.args.is_empty() {
        call.out.warn("You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n");
        let why = "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).";
        return Err(usage_error("get", why));
    }
    let namespace = call.namespace();
    let kinds = call.kinds();
    call.warn_of(&Targets::warnings(&call.given.args, &kinds));
    let targets = Targets::read(&call.given.args, &namespace, &kinds, &call.given)?;
    let everywhere = call.given.is_set("all-namespaces");
    let is_named = matches!(targets, Targets::Named(_));
    let place = if everywhere { "" } else { &namespace };
    let is_table = matches!(format, Format::Table | Format::Wide);
    let sorts = call.given.get("sort-by").is_some();
    let accept = match (is_table, sorts) {
        (true, true) => Accept::TableWithObjects,
        (true, false) => Accept::Table,
        (false, _) => Accept::Json,
    };
    let mut objects = Vec::new();
    for request in targets.requests(place, &call.given) {
        // What is to be sorted is asked for as a whole.
        let answer = if is_named {
            call.send_for(request, accept)
        } else if sorts {
            let answer = call.send_for(request.clone(), accept);
            answer.map_err(|why| why.of_list(&request))
        } else {
            let listed = call.select(request, accept);
            listed.map(Reply::List).map_err(Refusal::listed)
        };
        match answer {
            Ok(Reply::List(found)) => objects.extend(found.items),
            Ok(Reply::Object(object) | Reply::Deleted(object)) => objects.push(object),
            Err(why) => call.refuse(why),
        }
    }
    if let Some(path) = call.given.get("sort-by") {
        sort_by(&mut objects, path);
    }
    if objects.is_empty() && is_table {
        if call.out.code == 0 {
            let text = nothing(&targets, everywhere, &namespace);
            call.out.warn(text);
        }
        return Ok(());
    }
    if is_named && objects.is_empty() {
        return Ok(());
    }
    let first = objects.first().map(Object::kind);
    let of_kinds = match &targets {
        Targets::Kinds(kinds) => kinds.len() > 1,
        Targets::Named(_) => objects.iter().any(|object| Some(object.kind()) != first),
    };
    let layout = Layout {
        with_namespace: everywhere,
        with_kind: of_kinds,
        show_labels: call.given.is_set("show-labels"),
        label_columns: call.given.all("label-columns"),
        no_headers: call.given.is_set("no-headers"),
        show_managed_fields: call.given.is_set("show-managed-fields"),
        single: is_named,
        kinds,
    };
    let text = print(&objects, format, &layout, call.server.now_ms());
    call.out.stdout.push_str(&text);
    Ok(())
}

fn nothing(targets: &Targets, everywhere: bool, namespace: &str) -> String {
    let namespaced = match targets {
        Targets::Kinds(kinds) => kinds.iter().any(|kind| kind.info().namespaced),
        Targets::Named(keys) => keys.iter().any(|key| key.kind.info().namespaced),
    };
    if everywhere || !namespaced {
        return "No resources found".to_owned();
    }
    format!("No resources found in {namespace} namespace.")
}

/// Orders by the value of a field, stably; objects without it come first.
fn sort_by(objects: &mut [Object], path: &str) {
    let path = path
        .trim_start_matches('{')
        .trim_end_matches('}')
        .trim_start_matches('.');
    objects.sort_by_cached_key(|object| {
        let json = object.to_json();
        let found = path
            .split('.')
            .try_fold(&json, |value, field| value.get(field));
        Sorted(found.cloned().unwrap_or_default())
    });
}

/// A value in the order in which kubectl sorts: numbers by size, texts as people count.
struct Sorted(Value);

impl Ord for Sorted {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Value::Number(a), Value::Number(b)) => a.as_i64().cmp(&b.as_i64()),
            (Value::String(a), Value::String(b)) => a.cmp(b),
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => Ordering::Less,
            (_, Value::Null) => Ordering::Greater,
            (a, b) => a.to_string().cmp(&b.to_string()),
        }
    }
}

impl PartialOrd for Sorted {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sorted {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Sorted {}
