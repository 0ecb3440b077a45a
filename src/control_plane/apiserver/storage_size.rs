//! What is too large for etcd. Only what somebody sends can be: components send objects, and make no large ones.
//!
//! The real thing: etcd's `--max-request-bytes` (server/etcdserver/v3_server.go, `ErrRequestTooLarge`) and what its client sends at most
//! (client/v3/options.go, `defaultClientMaxSendSize`). The API server passes both errors on as they come.
//! Left out: the exact size of a built-in object in protobuf: its texts and numbers are counted, and two bytes for each field.

use super::Call;
use crate::api::{Body, Kind, Object, Reason, Status};
use serde_json::Value;

/// What etcd takes: 1.5 MiB.
const REQUEST_BYTES_MAX: usize = 3 * 512 * 1024;

/// What its client sends.
const SEND_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What a transaction has besides the object and, three times, its key.
const TRANSACTION_BYTES: usize = 64;

/// A document of so few bytes cannot become an object that is too large, whatever is filled in.
const SMALL_BYTES: usize = 256 * 1024;

/// Refuses what etcd would refuse.
///
/// # Errors
/// 500 without a reason, in the words of etcd or of its client.
pub(super) fn check(call: &Call<'_, '_>, object: &Object) -> Result<(), Status> {
    let may_be_large = match &call.request.body {
        Body::Document(document) => json_bytes(document) > SMALL_BYTES,
        Body::Patch(_) => true,
        Body::None | Body::Object(_) | Body::Binding(_) | Body::Scale(_) | Body::Delete(_) => false,
    };
    if !may_be_large || call.request.dry_run {
        return Ok(());
    }
    let key_bytes = object.namespace().len() + object.name().len() + 32;
    let bytes = stored_bytes(object) + 3 * key_bytes + TRANSACTION_BYTES;
    let why = if bytes > SEND_BYTES_MAX {
        format!(
            "rpc error: code = ResourceExhausted desc = trying to send message larger than max ({bytes} vs. {SEND_BYTES_MAX})"
        )
    } else if bytes > REQUEST_BYTES_MAX {
        "etcdserver: request is too large".to_owned()
    } else {
        return Ok(());
    };
    Err(Status::new(Reason::Unknown, why))
}

/// Custom objects are stored as JSON, all others as protobuf.
fn stored_bytes(object: &Object) -> usize {
    let value = object.to_json();
    if matches!(object.kind(), Kind::Custom(_)) {
        json_bytes(&value)
    } else {
        protobuf_bytes(&value)
    }
}

/// How long a value is as JSON, but for escapes.
fn json_bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        // A comma less than there are items, and two brackets.
        Value::Array(items) => {
            let items: usize = items.iter().map(|item| json_bytes(item) + 1).sum();
            (items + 1).max(2)
        }
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| name.len() + 4 + json_bytes(value);
            let fields: usize = fields.iter().map(field).sum();
            (fields + 1).max(2)
        }
    }
}

/// How long it is about as protobuf: names are numbers there.
fn protobuf_bytes(value: &Value) -> usize {
    const FIELD: usize = 2;
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 4,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| FIELD + protobuf_bytes(item)).sum(),
        Value::Object(fields) => fields.values().map(|v| FIELD + protobuf_bytes(v)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lengths_are_those_of_the_text() {
        for value in [
            json!({}),
            json!([]),
            json!({"a": "text", "b": [true, false, null], "c": {"d": []}}),
        ] {
            let want = value.to_string().len();
            let got = json_bytes(&value);
            assert!(got >= want && got <= want + 8, "{value}: {got} {want}");
        }
        assert_eq!(protobuf_bytes(&json!({"kind": "Pod", "n": 7})), 11);
    }
}
