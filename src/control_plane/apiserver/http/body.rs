//! A request's body as a document.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/rest.go (`limitedReadBody`, `transformDecodeError`),
//! apimachinery's pkg/runtime/serializer/json/json.go.

use super::media;
use crate::api::{Reason, Status, yaml};
use serde_json::Value;

/// No body is longer: 3 MiB, as etcd and kube-apiserver agree.
pub(super) const BYTES_MAX: usize = 3 * 1024 * 1024;

/// How many levels a document may have; deeper ones are attacks.
const DEPTH_MAX: usize = 100;

/// Reads protobuf; only native builds can.
pub type Protobuf = fn(&[u8]) -> Result<Value, String>;

/// Refuses bodies that are too long before anything else looks at them.
pub(super) fn check_length(body: &[u8]) -> Result<(), Status> {
    if body.len() <= BYTES_MAX {
        return Ok(());
    }
    Err(Status::new(
        Reason::RequestEntityTooLarge,
        format!("Request entity too large: limit is {BYTES_MAX}"),
    ))
}

/// The body as a document; `None` if there is no body.
pub(super) fn document(
    body: &[u8],
    content_type: &str,
    protobuf: Option<Protobuf>,
) -> Result<Option<Value>, Status> {
    check_length(body)?;
    if body.is_empty() {
        return Ok(None);
    }
    match content_type {
        media::JSON => json(body).map(Some),
        media::YAML | "application/apply-patch+yaml" => one_yaml(body).map(Some),
        media::PROTOBUF => match protobuf {
            Some(decode) => decode(body).map(Some).map_err(|why| {
                Status::bad_request(format!(
                    "the object provided is unrecognized: {why} ({})",
                    beginning(body)
                ))
            }),
            None => Err(unknown_format()),
        },
        _ => Err(unknown_format()),
    }
}

fn unknown_format() -> Status {
    media::unsupported("application/json, application/yaml, application/vnd.kubernetes.protobuf")
}

/// JSON, and what is wrong with it.
pub(super) fn json(body: &[u8]) -> Result<Value, Status> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        Status::bad_request(format!(
            "the object provided is unrecognized: couldn't get version/kind; json parse error: {error} ({})",
            beginning(body)
        ))
    })?;
    check_depth(&value)?;
    Ok(value)
}

fn check_depth(value: &Value) -> Result<(), Status> {
    fn depth(value: &Value, left: usize) -> bool {
        let Some(left) = left.checked_sub(1) else {
            return false;
        };
        match value {
            Value::Array(items) => items.iter().all(|item| depth(item, left)),
            Value::Object(fields) => fields.values().all(|field| depth(field, left)),
            _ => true,
        }
    }
    if depth(value, DEPTH_MAX) {
        return Ok(());
    }
    Err(Status::bad_request(format!(
        "the document is nested more than {DEPTH_MAX} levels deep"
    )))
}

fn one_yaml(body: &[u8]) -> Result<Value, Status> {
    let (documents, errors) = yaml::parse_bytes(body);
    if let Some(error) = errors.first() {
        return Err(Status::bad_request(format!("error decoding YAML: {error}")));
    }
    let mut values = documents.into_iter().map(|document| document.value);
    match (values.next(), values.next()) {
        (Some(value), None) => {
            check_depth(&value)?;
            Ok(value)
        }
        (None, _) => Err(Status::bad_request("error decoding YAML: it is empty")),
        (Some(_), Some(_)) => Err(Status::bad_request(
            "error decoding YAML: a request is about one object",
        )),
    }
}

/// The first bytes, in hexadecimal digits as Go prints bytes.
fn beginning(body: &[u8]) -> String {
    const SHOWN: usize = 32;
    let digits: String = body
        .iter()
        .take(SHOWN)
        .map(|b| format!("{b:02x}"))
        .collect();
    let more = body.len().saturating_sub(SHOWN);
    if more == 0 {
        digits
    } else {
        format!("{digits} ... [truncated {more} bytes]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_bodies_are_refused_and_nothing_else_happens() {
        let deep = "[".repeat(90) + &"]".repeat(90);
        let too_deep = "[".repeat(5_000) + &"]".repeat(5_000);
        let cases: [(&str, &[u8], &str, Option<u16>); 8] = [
            ("nothing", b"", "application/json", None),
            ("an object", b"{}", "application/json", None),
            ("no JSON", b"{", "application/json", Some(400)),
            ("no text", b"\xff\xfe", "application/yaml", Some(400)),
            (
                "two documents",
                b"a: 1\n---\nb: 2\n",
                "application/yaml",
                Some(400),
            ),
            ("unknown format", b"x", "text/plain", Some(415)),
            ("deep", deep.as_bytes(), "application/json", None),
            (
                "too deep",
                too_deep.as_bytes(),
                "application/json",
                Some(400),
            ),
        ];
        for (name, body, content_type, want) in cases {
            let got = document(body, content_type, None).err().map(|s| s.code());
            assert_eq!(got, want, "{name}");
        }
        let long = vec![b' '; BYTES_MAX + 1];
        let refusal = document(&long, media::JSON, None).expect_err("too long");
        assert_eq!(
            (refusal.code(), refusal.message.as_str()),
            (413, "Request entity too large: limit is 3145728")
        );
    }
}
