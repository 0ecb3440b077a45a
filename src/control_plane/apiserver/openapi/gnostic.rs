//! The v2 document as protobuf: the one form of it that kubectl reads.
//!
//! The messages mirror the JSON: an object is a message, a map is a list of names and values, what may be of several kinds stands in a message
//! of its own. Each is a table here ([`SCHEMA`], [`OPERATION`], …): a field's name in JSON, its number, and how its value is written.
//!
//! The real thing: github.com/google/gnostic-models/openapiv2/OpenAPIv2.proto.
//! Left out: fields that no document of ours has (hosts, security, tags, headers, examples).

use serde_json::{Map, Value};

/// How a field's value is written.
#[derive(Clone, Copy)]
enum Form {
    Text,
    /// One or several.
    Texts,
    Flag,
    Whole,
    Number,
    /// Anything, as text in YAML, of which JSON is a part.
    Any,
    Anys,
    /// A message, by the function that writes its content.
    Message(fn(&Value) -> Vec<u8>),
    Messages(fn(&Value) -> Vec<u8>),
}

use Form::{Any, Anys, Flag, Message, Messages, Number, Text, Texts, Whole};

/// The fields of a message that it has in JSON too, and the number under which extensions stand (`x-…`).
struct Fields(&'static [(&'static str, u32, Form)], u32);

const DOCUMENT: Fields = Fields(
    &[
        ("swagger", 1, Text),
        ("info", 2, Message(|info| INFO.write(info))),
        (
            "paths",
            8,
            Message(|paths| named(paths, 2, |path| PATH.write(path))),
        ),
        ("definitions", 9, Message(schemas)),
    ],
    16,
);

const INFO: Fields = Fields(&[("title", 1, Text), ("version", 2, Text)], 7);

const PATH: Fields = Fields(
    &[
        ("get", 2, Message(operation)),
        ("put", 3, Message(operation)),
        ("post", 4, Message(operation)),
        ("delete", 5, Message(operation)),
        ("options", 6, Message(operation)),
        ("head", 7, Message(operation)),
        ("patch", 8, Message(operation)),
        ("parameters", 9, Messages(parameter)),
    ],
    10,
);

const OPERATION: Fields = Fields(
    &[
        ("tags", 1, Texts),
        ("summary", 2, Text),
        ("description", 3, Text),
        ("operationId", 5, Text),
        ("produces", 6, Texts),
        ("consumes", 7, Texts),
        ("parameters", 8, Messages(parameter)),
        ("responses", 9, Message(|codes| named(codes, 1, response))),
        ("schemes", 10, Texts),
        ("deprecated", 11, Flag),
    ],
    13,
);

const RESPONSE: Fields = Fields(
    &[
        ("description", 1, Text),
        ("schema", 2, Message(|of| message(1, &schema(of)))),
    ],
    5,
);

const BODY_PARAMETER: Fields = Fields(
    &[
        ("description", 1, Text),
        ("name", 2, Text),
        ("in", 3, Text),
        ("required", 4, Flag),
        ("schema", 5, Message(schema)),
    ],
    6,
);

const QUERY_PARAMETER: Fields = Fields(
    &[
        ("required", 1, Flag),
        ("in", 2, Text),
        ("description", 3, Text),
        ("name", 4, Text),
        ("type", 6, Text),
        ("format", 7, Text),
        ("uniqueItems", 20, Flag),
    ],
    23,
);

/// Those in a header have the same numbers.
const PATH_PARAMETER: Fields = Fields(
    &[
        ("required", 1, Flag),
        ("in", 2, Text),
        ("description", 3, Text),
        ("name", 4, Text),
        ("type", 5, Text),
        ("format", 6, Text),
        ("uniqueItems", 19, Flag),
    ],
    22,
);

const SCHEMA: Fields = Fields(
    &[
        ("$ref", 1, Text),
        ("format", 2, Text),
        ("title", 3, Text),
        ("description", 4, Text),
        ("default", 5, Any),
        ("multipleOf", 6, Number),
        ("maximum", 7, Number),
        ("exclusiveMaximum", 8, Flag),
        ("minimum", 9, Number),
        ("exclusiveMinimum", 10, Flag),
        ("maxLength", 11, Whole),
        ("minLength", 12, Whole),
        ("pattern", 13, Text),
        ("maxItems", 14, Whole),
        ("minItems", 15, Whole),
        ("uniqueItems", 16, Flag),
        ("maxProperties", 17, Whole),
        ("minProperties", 18, Whole),
        ("required", 19, Texts),
        ("enum", 20, Anys),
        ("additionalProperties", 21, Message(additional)),
        ("type", 22, Message(|types| texts(1, types))),
        ("items", 23, Message(|items| message(1, &schema(items)))),
        ("allOf", 24, Messages(schema)),
        ("properties", 25, Message(schemas)),
        ("readOnly", 27, Flag),
        ("example", 30, Any),
    ],
    31,
);

/// The whole document.
pub(super) fn document(value: &Value) -> Vec<u8> {
    DOCUMENT.write(value)
}

fn schema(value: &Value) -> Vec<u8> {
    SCHEMA.write(value)
}

fn schemas(value: &Value) -> Vec<u8> {
    named(value, 1, schema)
}

fn operation(value: &Value) -> Vec<u8> {
    OPERATION.write(value)
}

fn response(value: &Value) -> Vec<u8> {
    match value.get("$ref") {
        Some(to) => message(2, &text(1, to)),
        None => message(1, &RESPONSE.write(value)),
    }
}

/// Schema or flag.
fn additional(value: &Value) -> Vec<u8> {
    match value {
        Value::Bool(flag) => number(2, u64::from(*flag)),
        of => message(1, &schema(of)),
    }
}

/// A parameter in the body, or one of four other kinds.
fn parameter(value: &Value) -> Vec<u8> {
    if let Some(to) = value.get("$ref") {
        return message(2, &text(1, to));
    }
    let other = |kind: u32, fields: &Fields| message(2, &message(kind, &fields.write(value)));
    let one = match value["in"].as_str() {
        Some("body") => message(1, &BODY_PARAMETER.write(value)),
        Some("header") => other(1, &PATH_PARAMETER),
        Some("path") => other(4, &PATH_PARAMETER),
        _ => other(3, &QUERY_PARAMETER),
    };
    message(1, &one)
}

/// A map: names and values under this number.
fn named(value: &Value, under: u32, write: fn(&Value) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        let mut entry = bytes(1, name.as_bytes());
        entry.extend(message(2, &write(value)));
        out.extend(message(under, &entry));
    }
    out
}

impl Fields {
    fn write(&self, value: &Value) -> Vec<u8> {
        let none = Map::new();
        let object = value.as_object().unwrap_or(&none);
        let mut out = Vec::new();
        for (name, number, form) in self.0 {
            if let Some(value) = object.get(*name) {
                out.extend(form.write(*number, value));
            }
        }
        for (name, value) in object.iter().filter(|(name, _)| name.starts_with("x-")) {
            let mut entry = bytes(1, name.as_bytes());
            entry.extend(Any.write(2, value));
            out.extend(message(self.1, &entry));
        }
        out
    }
}

impl Form {
    fn write(self, under: u32, value: &Value) -> Vec<u8> {
        let all = |write: &dyn Fn(&Value) -> Vec<u8>| {
            let items = value.as_array().into_iter().flatten();
            items.flat_map(write).collect()
        };
        match self {
            Text => text(under, value),
            Texts => texts(under, value),
            Flag => number(under, u64::from(value == true)),
            Whole => number(under, value.as_u64().unwrap_or(0)),
            Number => double(under, value.as_f64().unwrap_or(0.0)),
            Any => message(under, &bytes(2, format!("{value}\n").as_bytes())),
            Anys => all(&|item| Any.write(under, item)),
            Message(write) => message(under, &write(value)),
            Messages(write) => all(&|item| message(under, &write(item))),
        }
    }
}

fn text(under: u32, value: &Value) -> Vec<u8> {
    bytes(under, value.as_str().unwrap_or_default().as_bytes())
}

fn texts(under: u32, value: &Value) -> Vec<u8> {
    match value {
        Value::Array(items) => items.iter().flat_map(|item| text(under, item)).collect(),
        one => text(under, one),
    }
}

/// What has a length: text, bytes, messages.
fn bytes(under: u32, content: &[u8]) -> Vec<u8> {
    const LENGTH: u64 = 2;
    let mut out = Vec::with_capacity(content.len() + 6);
    varint(u64::from(under) << 3 | LENGTH, &mut out);
    varint(content.len() as u64, &mut out);
    out.extend_from_slice(content);
    out
}

fn message(under: u32, content: &[u8]) -> Vec<u8> {
    bytes(under, content)
}

fn number(under: u32, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    varint(u64::from(under) << 3, &mut out);
    varint(value, &mut out);
    out
}

fn double(under: u32, value: f64) -> Vec<u8> {
    const EIGHT_BYTES: u64 = 1;
    let mut out = Vec::new();
    varint(u64::from(under) << 3 | EIGHT_BYTES, &mut out);
    out.extend_from_slice(&value.to_le_bytes());
    out
}

/// In groups of seven bits, the lowest first.
fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_written_as_the_messages_have_them() {
        let cases: [(&str, Vec<u8>, &[u8]); 9] = [
            ("nothing", schema(&json!({})), b""),
            (
                "a reference",
                schema(&json!({"$ref": "#/a"})),
                b"\x0a\x03#/a",
            ),
            (
                "a type is one of a list",
                schema(&json!({"type": "string"})),
                b"\xb2\x01\x08\x0a\x06string",
            ),
            (
                "items and numbers",
                schema(&json!({"items": {"minItems": 300}, "maximum": 1.0})),
                b"\x39\x00\x00\x00\x00\x00\x00\xf0\x3f\xba\x01\x05\x0a\x03\x78\xac\x02",
            ),
            (
                "properties",
                schema(&json!({"properties": {"a": {"format": "x"}}})),
                b"\xca\x01\x0a\x0a\x08\x0a\x01a\x12\x03\x12\x01x",
            ),
            (
                "whatever else",
                schema(&json!({"additionalProperties": true, "required": ["a", "b"]})),
                b"\x9a\x01\x01a\x9a\x01\x01b\xaa\x01\x02\x10\x01",
            ),
            (
                "an extension is YAML",
                schema(&json!({"x-a": [1]})),
                b"\xfa\x01\x0d\x0a\x03x-a\x12\x06\x12\x04[1]\n",
            ),
            (
                "a parameter of a query",
                parameter(&json!({"in": "query", "name": "n"})),
                b"\x0a\x0e\x12\x0c\x1a\x0a\x12\x05query\x22\x01n",
            ),
            (
                "an answer",
                response(&json!({"description": "OK", "schema": {"$ref": "#"}})),
                b"\x0a\x0b\x0a\x02OK\x12\x05\x0a\x03\x0a\x01#",
            ),
        ];
        for (name, got, want) in cases {
            assert_eq!(got, want, "{name}");
        }
    }
}
