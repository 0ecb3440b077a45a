//! Protobuf request bodies: read into the JSON that the same client would have sent as JSON. kubectl's generators (`create deployment`,
//! `auth can-i`, …) and Go programs with typed clients send them; answers are JSON, which all of those accept.
//!
//! The fields' numbers and names are data (`messages.txt`, written by tools/protobuf-messages.mjs). Go writes every field that is not a
//! pointer, zero or not, and leaves most zeros out of JSON: so does [`decode`].
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/runtime/serializer/protobuf/protobuf.go, the types' generated.pb.go.
//! Left out: protobuf answers and watch streams; kinds that no URL takes as a body.

mod messages;
#[cfg(test)]
mod tests;
mod values;
mod wire;

use messages::Messages;
use serde_json::{Map, Value};
use values::Budget;
use wire::{Payload, Reader};

/// What every body begins with.
const MAGIC: &[u8] = b"k8s\0";

/// Larger bodies are refused, as by the API server's handlers (`MaxRequestBodyBytes`).
pub const BYTES_MAX: usize = 3 * 1024 * 1024;

/// Reads a body of type `application/vnd.kubernetes.protobuf` into JSON, with `apiVersion` and `kind` first.
///
/// # Errors
/// A sentence about what is wrong with the bytes, for a `BadRequest`.
pub fn decode(bytes: &[u8]) -> Result<Value, String> {
    if bytes.len() > BYTES_MAX {
        return Err(format!(
            "the protobuf body is larger than {BYTES_MAX} bytes"
        ));
    }
    let body = bytes.strip_prefix(MAGIC).ok_or(
        "provided data does not appear to be a protobuf message, expected prefix \"k8s\\x00\"",
    )?;
    let envelope = Envelope::read(body)?;
    let Envelope {
        api_version, kind, ..
    } = envelope;
    let messages = Messages::get();
    let message = messages
        .of_kind(api_version, kind)
        .ok_or_else(|| format!("no kind {kind:?} is registered for version {api_version:?}"))?;
    let mut object = Map::new();
    object.insert("apiVersion".to_owned(), api_version.into());
    object.insert("kind".to_owned(), kind.into());
    let mut budget = Budget::new();
    values::read_message(messages, message, envelope.raw, &mut object, &mut budget)?;
    Ok(Value::Object(object))
}

/// `runtime.Unknown`: the kind, and the object's own bytes.
#[derive(Default)]
struct Envelope<'a> {
    api_version: &'a str,
    kind: &'a str,
    raw: &'a [u8],
}

impl<'a> Envelope<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let mut envelope = Self::default();
        for field in Reader::new(bytes) {
            match field? {
                (1, Payload::Bytes(type_meta)) => {
                    for field in Reader::new(type_meta) {
                        match field? {
                            (1, Payload::Bytes(text)) => envelope.api_version = wire::text(text)?,
                            (2, Payload::Bytes(text)) => envelope.kind = wire::text(text)?,
                            _ => {}
                        }
                    }
                }
                (2, Payload::Bytes(raw)) => envelope.raw = raw,
                _ => {}
            }
        }
        Ok(envelope)
    }
}
