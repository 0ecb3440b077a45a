//! A request's body as a document.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/rest.go (`limitedReadBody`, `transformDecodeError`),
//! apimachinery's pkg/runtime/serializer/json/json.go.

use super::{delete_options, media};
use crate::api::json::{self, Text};
use crate::api::{PatchType, Reason, Status, yaml};
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

/// The body as a document of this kind; `None` if there is no body.
pub(super) fn document(
    body: &[u8],
    content_type: &str,
    kind: &str,
    protobuf: Option<Protobuf>,
) -> Result<Option<Text>, Status> {
    check_length(body)?;
    if body.is_empty() {
        return Ok(None);
    }
    let text = read(body, content_type, protobuf)?.map_err(|why| {
        Status::bad_request(format!(
            "the object provided is unrecognized (must be of type {kind}): {why} ({})",
            summary(body)
        ))
    })?;
    check_depth(&text.value)?;
    Ok(Some(text))
}

/// The body of a deletion. Upstream passes on what is wrong with it as it is, which makes it a 500 (kubernetes/kubernetes#132359).
pub(super) fn options(
    body: &[u8],
    content_type: &str,
    protobuf: Option<Protobuf>,
) -> Result<Option<Value>, Status> {
    check_length(body)?;
    if body.is_empty() {
        return Ok(None);
    }
    let read = read(body, content_type, protobuf)?;
    let document = read.and_then(|text| delete_options::checked(text.value));
    let document = document.map_err(|why| Status::new(Reason::Unknown, why))?;
    check_depth(&document)?;
    Ok(Some(document))
}

/// The body as a document, or why it is none.
fn read(
    body: &[u8],
    content_type: &str,
    protobuf: Option<Protobuf>,
) -> Result<Result<Text, String>, Status> {
    Ok(match content_type {
        media::JSON => json::read(body)
            .map_err(|why| format!("couldn't get version/kind; json parse error: {why}")),
        media::YAML => yaml::read_body(body),
        media::PROTOBUF => match protobuf {
            Some(decode) => decode(body).map(|value| Text {
                value,
                repeats: None,
            }),
            None => return Err(unknown_format()),
        },
        _ => return Err(unknown_format()),
    })
}

fn unknown_format() -> Status {
    media::unsupported("application/json, application/yaml, application/vnd.kubernetes.protobuf")
}

/// The body as a patch; `None` if there is no body.
pub(super) fn patch(body: &[u8], kind: PatchType) -> Result<Option<Text>, Status> {
    check_length(body)?;
    if body.is_empty() {
        return Ok(None);
    }
    let read = match kind {
        PatchType::Apply => yaml::read_body(body)
            .map_err(|why| format!("error decoding YAML: error converting YAML to JSON: {why}")),
        PatchType::StrategicMerge => json::read(body).and_then(of_its_shape(kind)),
        PatchType::Json | PatchType::Merge => json::read(body)
            .and_then(of_its_shape(kind))
            .map_err(|why| format!("error decoding patch: {why}")),
    };
    let text = read.map_err(Status::bad_request)?;
    check_depth(&text.value)?;
    Ok(Some(text))
}

/// A JSON patch is a list, the others are objects.
fn of_its_shape(kind: PatchType) -> impl Fn(Text) -> Result<Text, String> {
    move |text| {
        let is_list = kind == PatchType::Json;
        let wanted = if is_list {
            "[]handlers.jsonPatchOp"
        } else {
            "map[string]interface {}"
        };
        let found = match &text.value {
            Value::Array(_) if is_list => return Ok(text),
            Value::Object(_) if !is_list => return Ok(text),
            Value::Null => return Err("Invalid JSON Patch".to_owned()),
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        Err(format!(
            "json: cannot unmarshal {found} into Go value of type {wanted}"
        ))
    }
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

/// The beginning of the body: as text if it looks like JSON, otherwise in hexadecimal digits.
fn summary(body: &[u8]) -> String {
    const SHOWN: usize = 30;
    let shown = &body[..body.len().min(SHOWN)];
    let text = if body[0] == b'{' {
        String::from_utf8_lossy(shown).into_owned()
    } else {
        shown.iter().map(|b| format!("{b:02x}")).collect()
    };
    if body.len() > SHOWN {
        format!("{text} ...")
    } else {
        text
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
                "two documents: the first counts",
                b"a: 1\n---\nb: 2\n",
                "application/yaml",
                None,
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
            let got = document(body, content_type, "Pod", None)
                .err()
                .map(|s| s.code());
            assert_eq!(got, want, "{name}");
        }
        let long = vec![b' '; BYTES_MAX + 1];
        let refusal = document(&long, media::JSON, "Pod", None).expect_err("too long");
        assert_eq!(
            (refusal.code(), refusal.message.as_str()),
            (413, "Request entity too large: limit is 3145728")
        );
        let said = [
            (
                media::JSON,
                "{",
                "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected end of JSON input ({)",
            ),
            (
                media::JSON,
                "kind: Pod, and so on and so forth",
                "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: invalid character 'k' looking for beginning of value (6b696e643a20506f642c20616e6420736f206f6e20616e6420736f20666f ...)",
            ),
            (
                media::YAML,
                "a: b: c",
                "the object provided is unrecognized (must be of type Pod): yaml: line 1: mapping values are not allowed in this context (613a20623a2063)",
            ),
        ];
        for (content_type, body, want) in said {
            let status = document(body.as_bytes(), content_type, "Pod", None).expect_err(body);
            assert_eq!(status.message, want, "{body}");
        }
    }

    #[test]
    fn patches_have_their_shapes() {
        let cases = [
            (
                PatchType::Merge,
                "[]",
                "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
            ),
            (
                PatchType::StrategicMerge,
                "3",
                "json: cannot unmarshal number into Go value of type map[string]interface {}",
            ),
            (
                PatchType::Json,
                "{}",
                "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
            ),
            (
                PatchType::Json,
                "[",
                "error decoding patch: unexpected end of JSON input",
            ),
            (
                PatchType::StrategicMerge,
                "{",
                "unexpected end of JSON input",
            ),
            (
                PatchType::Apply,
                "a: [",
                "error decoding YAML: error converting YAML to JSON: yaml: line 1",
            ),
        ];
        for (kind, body, want) in cases {
            let status = patch(body.as_bytes(), kind).expect_err(body);
            assert_eq!(status.code(), 400);
            assert!(status.message.starts_with(want), "{}", status.message);
        }
    }
}
