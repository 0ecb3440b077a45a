//! Messages to JSON: each type as Go's `json` package would have written it.
//!
//! The real thing: the `MarshalJSON` methods of staging/src/k8s.io/apimachinery (`Time`, `Quantity`, `IntOrString`, …) and of
//! staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/marshal.go.

use super::messages::{Field, Label, Message, Messages, Type};
use super::wire::{self, Payload, Reader};
use base64::Engine as _;
use jiff::Timestamp;
use serde_json::{Map, Number, Value};

/// So deep may messages stand in messages; prost and Google's own readers stop there, too.
const DEPTH_MAX: u32 = 100;

/// So many values may one body hold: two bytes of it can be an object of a hundred.
const VALUES_MAX: u32 = 500_000;

/// How much a body may still grow.
pub(super) struct Budget {
    depth: u32,
    values: u32,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            depth: DEPTH_MAX,
            values: VALUES_MAX,
        }
    }

    fn spend(&mut self) -> Result<(), String> {
        let left = self.values.checked_sub(1);
        self.values = left.ok_or("the protobuf message has too many values")?;
        Ok(())
    }

    /// One level deeper, for the time that `read` takes.
    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        let left = self.depth.checked_sub(1);
        self.depth = left.ok_or("the protobuf message is nested too deep")?;
        let result = read(self);
        self.depth += 1;
        result
    }
}

/// Reads a message's fields into `object`; those that the table does not have are skipped.
pub(super) fn read_message(
    messages: &Messages,
    message: &Message,
    bytes: &[u8],
    object: &mut Map<String, Value>,
    budget: &mut Budget,
) -> Result<(), String> {
    budget.deeper(|budget| {
        for read in Reader::new(bytes) {
            let (number, payload) = read?;
            let Some(field) = message.field(number) else {
                continue;
            };
            budget.spend()?;
            let mut reading = Reading {
                messages,
                field,
                budget,
            };
            reading
                .read(payload, object)
                .map_err(|problem| match field.name {
                    "-" => problem,
                    name => format!("{name}: {problem}"),
                })?;
        }
        Ok(())
    })
}

/// One field on its way into an object.
struct Reading<'a> {
    messages: &'a Messages,
    field: &'a Field,
    budget: &'a mut Budget,
}

impl Reading<'_> {
    fn read(
        &mut self,
        payload: Payload<'_>,
        object: &mut Map<String, Value>,
    ) -> Result<(), String> {
        let Field { name, label, of } = *self.field;
        match (label, of) {
            (Label::Inline, Type::Message(place)) => {
                let bytes = bytes_of(payload)?;
                let message = self.messages.at(place);
                read_message(self.messages, message, bytes, object, self.budget)
            }
            (Label::List, Type::Integer) if matches!(payload, Payload::Bytes(_)) => {
                for number in wire::packed(bytes_of(payload)?) {
                    self.budget.spend()?;
                    list(object, name).push(integer(number?));
                }
                Ok(())
            }
            (Label::List, _) => {
                let value = self.value(payload, None)?;
                list(object, name).push(value);
                Ok(())
            }
            (Label::Map, _) => {
                let (key, value) = self.entry(payload)?;
                if !matches!(object.get(name), Some(Value::Object(_))) {
                    object.insert(name.to_owned(), Value::Object(Map::new()));
                }
                if let Some(Value::Object(map)) = object.get_mut(name) {
                    map.insert(key, value);
                }
                Ok(())
            }
            (Label::One | Label::Pointer | Label::Inline, _) => {
                // A message that is written in two pieces is the sum of both.
                let before = object.get_mut(name).map(Value::take);
                let value = self.value(payload, before)?;
                if label == Label::One && is_omitted(of, &value) {
                    object.shift_remove(name);
                } else {
                    object.insert(name.to_owned(), value);
                }
                Ok(())
            }
        }
    }

    /// The key and value of one entry of a map.
    fn entry(&mut self, payload: Payload<'_>) -> Result<(String, Value), String> {
        let (mut key, mut value) = (String::new(), None);
        for read in Reader::new(bytes_of(payload)?) {
            match read? {
                (1, payload) => key = wire::text(bytes_of(payload)?)?.to_owned(),
                (2, payload) => value = Some(payload),
                _ => {}
            }
        }
        let value = value.unwrap_or(Payload::Bytes(&[]));
        Ok((key, self.value(value, None)?))
    }

    /// One value of the field's type. `before` is what an earlier piece of it brought.
    fn value(&mut self, payload: Payload<'_>, before: Option<Value>) -> Result<Value, String> {
        Ok(match self.field.of {
            Type::Text => wire::text(bytes_of(payload)?)?.into(),
            Type::Integer => integer(varint_of(payload)?),
            Type::Boolean => Value::Bool(varint_of(payload)? != 0),
            Type::Bytes => base64::engine::general_purpose::STANDARD
                .encode(bytes_of(payload)?)
                .into(),
            Type::Double => double(payload)?,
            Type::Time => time(bytes_of(payload)?, Precision::Seconds)?,
            Type::MicroTime => time(bytes_of(payload)?, Precision::Microseconds)?,
            Type::Quantity => quantity(bytes_of(payload)?)?,
            Type::IntOrString => int_or_string(bytes_of(payload)?)?,
            Type::Json => json(bytes_of(payload)?)?,
            Type::Texts => self.texts(bytes_of(payload)?)?,
            Type::SchemaOrList => self.schema_or_list(bytes_of(payload)?)?,
            Type::SchemaOrBoolean => self.schema_or_boolean(bytes_of(payload)?)?,
            Type::Message(place) => {
                let mut object = match before {
                    Some(Value::Object(object)) => object,
                    _ => Map::new(),
                };
                let message = self.messages.at(place);
                let bytes = bytes_of(payload)?;
                read_message(self.messages, message, bytes, &mut object, self.budget)?;
                Value::Object(object)
            }
        })
    }

    /// A message whose first field is all that there is: `ExtraValue`.
    fn texts(&mut self, bytes: &[u8]) -> Result<Value, String> {
        let mut texts = Vec::new();
        for read in Reader::new(bytes) {
            if let (1, payload) = read? {
                self.budget.spend()?;
                texts.push(wire::text(bytes_of(payload)?)?.into());
            }
        }
        Ok(Value::Array(texts))
    }

    fn schema(&mut self, bytes: &[u8]) -> Result<Value, String> {
        let schema = self.messages.named("apiextensions.v1.JSONSchemaProps");
        let schema = schema.expect("the table has schemas wherever it has schemaorlist");
        let mut object = Map::new();
        read_message(self.messages, schema, bytes, &mut object, self.budget)?;
        Ok(Value::Object(object))
    }

    /// `JSONSchemaPropsOrArray` and `JSONSchemaPropsOrStringArray`: the list if there is one, else the schema, else nothing.
    fn schema_or_list(&mut self, bytes: &[u8]) -> Result<Value, String> {
        let (mut one, mut many) = (Value::Null, Vec::new());
        for read in Reader::new(bytes) {
            let (number, payload) = read?;
            let bytes = bytes_of(payload)?;
            self.budget.spend()?;
            match (number, self.field.name) {
                (1, _) => one = self.schema(bytes)?,
                (2, "dependencies") => many.push(wire::text(bytes)?.into()),
                (2, _) => many.push(self.schema(bytes)?),
                _ => {}
            }
        }
        Ok(if many.is_empty() {
            one
        } else {
            Value::Array(many)
        })
    }

    /// `JSONSchemaPropsOrBool`: the schema if there is one.
    fn schema_or_boolean(&mut self, bytes: &[u8]) -> Result<Value, String> {
        let mut value = Value::Bool(false);
        for read in Reader::new(bytes) {
            match read? {
                (1, payload) if !value.is_object() => {
                    value = Value::Bool(varint_of(payload)? != 0);
                }
                (2, payload) => value = self.schema(bytes_of(payload)?)?,
                _ => {}
            }
        }
        Ok(value)
    }
}

/// Would Go's JSON leave it out? Structs are never empty to Go, so messages stay, and so do the types that are structs.
fn is_omitted(of: Type, value: &Value) -> bool {
    match of {
        Type::Text | Type::Bytes => value.as_str() == Some(""),
        Type::Integer => value.as_i64() == Some(0),
        Type::Boolean => value.as_bool() == Some(false),
        Type::Double => value.as_f64() == Some(0.0),
        Type::Json => value.is_null(),
        Type::Time
        | Type::MicroTime
        | Type::Quantity
        | Type::IntOrString
        | Type::Texts
        | Type::SchemaOrList
        | Type::SchemaOrBoolean
        | Type::Message(_) => false,
    }
}

/// The list of this name in an object, made if it is not there.
fn list<'a>(object: &'a mut Map<String, Value>, name: &str) -> &'a mut Vec<Value> {
    let value = object
        .entry(name)
        .or_insert_with(|| Value::Array(Vec::new()));
    value.as_array_mut().expect("a list is only ever a list")
}

fn bytes_of(payload: Payload<'_>) -> Result<&[u8], String> {
    match payload {
        Payload::Bytes(bytes) => Ok(bytes),
        Payload::Varint(_) | Payload::Fixed64(_) | Payload::Fixed32 => {
            Err("wrong wire type in the protobuf message".to_owned())
        }
    }
}

fn varint_of(payload: Payload<'_>) -> Result<u64, String> {
    match payload {
        Payload::Varint(number) => Ok(number),
        // The value of a map's entry that was left out.
        Payload::Bytes([]) => Ok(0),
        Payload::Bytes(_) | Payload::Fixed64(_) | Payload::Fixed32 => {
            Err("wrong wire type in the protobuf message".to_owned())
        }
    }
}

/// Negative numbers are written as 64 bits, whatever their type.
fn integer(number: u64) -> Value {
    Value::from(number.cast_signed())
}

fn double(payload: Payload<'_>) -> Result<Value, String> {
    let Payload::Fixed64(bits) = payload else {
        return Err("wrong wire type in the protobuf message".to_owned());
    };
    let number = Number::from_f64(f64::from_bits(bits));
    number
        .map(Value::Number)
        .ok_or_else(|| "not a number".to_owned())
}

/// How exactly a moment is written.
#[derive(Clone, Copy)]
enum Precision {
    Seconds,
    Microseconds,
}

/// Seconds and nanoseconds since 1970. No bytes at all are Go's zero time, which is `null`.
fn time(bytes: &[u8], precision: Precision) -> Result<Value, String> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let (mut seconds, mut nanos) = (0, 0);
    for read in Reader::new(bytes) {
        match read? {
            (1, payload) => seconds = varint_of(payload)?.cast_signed(),
            (2, payload) => nanos = varint_of(payload)?.cast_signed(),
            _ => {}
        }
    }
    let nanos = i32::try_from(nanos).map_err(|_| "no such time")?;
    let moment = Timestamp::new(seconds, nanos).map_err(|_| "no such time")?;
    let format = match precision {
        Precision::Seconds => "%Y-%m-%dT%H:%M:%SZ",
        Precision::Microseconds => "%Y-%m-%dT%H:%M:%S.%6fZ",
    };
    Ok(moment.strftime(format).to_string().into())
}

fn quantity(bytes: &[u8]) -> Result<Value, String> {
    let mut quantity = "0";
    for read in Reader::new(bytes) {
        if let (1, payload) = read? {
            quantity = wire::text(bytes_of(payload)?)?;
        }
    }
    Ok(quantity.into())
}

fn int_or_string(bytes: &[u8]) -> Result<Value, String> {
    const TEXT: u64 = 1;
    let (mut kind, mut number, mut text) = (0, 0, "");
    for read in Reader::new(bytes) {
        match read? {
            (1, payload) => kind = varint_of(payload)?,
            (2, payload) => number = varint_of(payload)?,
            (3, payload) => text = wire::text(bytes_of(payload)?)?,
            _ => {}
        }
    }
    Ok(match kind {
        TEXT => text.into(),
        _ => integer(number),
    })
}

/// A message whose first field is JSON in bytes; nothing is `null`.
fn json(bytes: &[u8]) -> Result<Value, String> {
    let mut raw: &[u8] = &[];
    for read in Reader::new(bytes) {
        if let (1, payload) = read? {
            raw = bytes_of(payload)?;
        }
    }
    match raw {
        [] => Ok(Value::Null),
        raw => serde_json::from_slice(raw).map_err(|e| format!("bad JSON inside: {e}")),
    }
}
