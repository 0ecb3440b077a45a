//! What `run`, `expose` and the generators of `create` have in common: a document is made here, and sent or shown.
//!
//! The real thing: kubectl's pkg/cmd/create/create.go, pkg/cmd/util/helpers.go.

use super::flags::{Flag, value};
use super::printers::{self, Format, Formats, Layout, named};
use super::refusal::Refusal;
use super::{Accept, Call};
use crate::api::yaml::to_yaml;
use crate::api::{Body, FieldValidation, Key, Kind, Object, Request, Verb};
use serde_json::{Map, Value};
use std::sync::Arc;

/// How what was made is shown.
pub(super) const OUTPUT: Flag = value("output", "o", "FORMAT", "name, json or yaml");

/// Something that is to be made.
pub(super) struct Made {
    /// Of this kind.
    pub kind: Kind,
    /// As it is sent, its fields in the order of Go's types: in that order they are shown as JSON.
    pub body: Value,
    /// `created`.
    pub done: &'static str,
    /// In whose name.
    pub manager: &'static str,
    /// In which form the answer is wanted: typed clients ask for one, generic ones for any.
    pub accept: Accept,
}

/// The metadata of something new. Its namespace is said only if a person said it.
pub(super) fn metadata(call: &Call<'_>, name: &str, labels: Option<Value>) -> Value {
    let mut fields = Map::new();
    fields.insert("name".to_owned(), name.into());
    if let Some(namespace) = call.given.get("namespace") {
        fields.insert("namespace".to_owned(), namespace.into());
    }
    fields.insert("creationTimestamp".to_owned(), Value::Null);
    if let Some(labels) = labels {
        fields.insert("labels".to_owned(), labels);
    }
    Value::Object(fields)
}

/// A name, and nothing else before `--`.
///
/// # Errors
/// In kubectl's words.
pub(super) fn one_name(call: &Call<'_>, command: &str) -> Result<String, String> {
    let args = &call.given.args;
    let count = call.given.before_dashes.unwrap_or(args.len());
    match &args[..count] {
        [name] => Ok(name.clone()),
        _ => Err(super::usage_error(
            command,
            format!("exactly one NAME is required, got {count}"),
        )),
    }
}

/// In which form it is to be shown.
///
/// # Errors
/// If there is none of that name.
pub(super) fn format(call: &Call<'_>) -> Result<Format, String> {
    let text = call.given.get("output").unwrap_or_default();
    Format::read(text, Formats::OfOthers)
}

/// Sends it, unless it is only to be shown: then there is no answer.
///
/// # Errors
/// Nothing came of it.
pub(super) fn send(call: &mut Call<'_>, made: &Made) -> Result<Option<Object>, Refusal> {
    if call.given.get("dry-run") == Some("client") {
        return Ok(None);
    }
    let namespace = if made.kind.info().namespaced {
        call.namespace()
    } else {
        String::new()
    };
    let request = Request {
        field_manager: made.manager.into(),
        field_validation: match made.accept {
            Accept::Any => FieldValidation::Warn,
            _ => FieldValidation::Strict,
        },
        ..Request::new(
            Verb::Create,
            Key::new(made.kind, namespace, ""),
            Body::Document(Arc::new(made.body.clone())),
        )
    };
    let reply = call.send_for(request, made.accept)?;
    Ok(reply.object().cloned())
}

/// Sends it and shows what came of it. `refused` puts a refusal into words.
///
/// # Errors
/// A format that there is not; what `refused` makes of a refusal.
pub(super) fn make(
    call: &mut Call<'_>,
    made: &Made,
    refused: impl FnOnce(&Refusal) -> String,
) -> Result<(), String> {
    let format = format(call)?;
    let answered = send(call, made).map_err(|why| refused(&why))?;
    show(call, made, format, answered.as_ref());
    Ok(())
}

/// The same; a refusal reads as that of most commands does.
///
/// # Errors
/// A format that there is not.
pub(super) fn refused_as_usual(call: &mut Call<'_>, made: &Made) -> Result<(), String> {
    let format = format(call)?;
    match send(call, made) {
        Ok(answered) => show(call, made, format, answered.as_ref()),
        Err(why) => call.refuse(why),
    }
    Ok(())
}

/// Prints what the server made of it, or what would be sent.
pub(super) fn show(call: &mut Call<'_>, made: &Made, format: Format, answered: Option<&Object>) {
    let layout = Layout {
        single: true,
        ..Layout::default()
    };
    let name = made.body["metadata"]["name"].as_str().unwrap_or_default();
    let name = named(made.kind, name);
    let done = format!("{name} {}{}\n", made.done, call.dry_run_note());
    let text = match (format, answered) {
        (Format::Table | Format::Wide, _) => done,
        (Format::Name, _) => format!("{name}\n"),
        (Format::Json, None) => printers::json_in_order(&made.body),
        (Format::Yaml, None) => to_yaml(&made.body),
        (_, Some(object)) => {
            let now_ms = call.server.now_ms();
            printers::print(std::slice::from_ref(object), format, &layout, now_ms)
        }
    };
    call.out.stdout.push_str(&text);
}

/// `error: failed to create configmap: …`, as the typed clients' refusals read.
pub(super) fn failed_to_create(what: &str) -> impl FnOnce(&Refusal) -> String {
    move |why: &Refusal| format!("failed to create {what} {}", why.message())
}

/// `a=b,c=d` as an object.
///
/// # Errors
/// In kubectl's words.
pub(super) fn pairs(text: &str) -> Result<Value, String> {
    let mut all = Map::new();
    for pair in text.split(',').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once('=').filter(|(_, v)| !v.contains('=')) else {
            return Err(format!("unexpected label spec: {pair}"));
        };
        all.insert(key.to_owned(), value.into());
    }
    Ok(Value::Object(all))
}

/// A port of a Service.
pub(super) fn service_port(name: &str, port: i64, protocol: &str, target: Value) -> Value {
    let mut fields = Map::new();
    if !name.is_empty() {
        fields.insert("name".to_owned(), name.into());
    }
    fields.insert("protocol".to_owned(), protocol.into());
    fields.insert("port".to_owned(), port.into());
    fields.insert("targetPort".to_owned(), target);
    Value::Object(fields)
}

/// A number, or the name of a port.
pub(super) fn number_or_name(text: &str) -> Value {
    text.parse::<i32>()
        .map_or_else(|_| text.into(), Value::from)
}
