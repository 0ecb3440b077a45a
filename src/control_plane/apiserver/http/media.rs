//! Which form the client sends, and which it wants back: `Content-Type` and `Accept`.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/negotiation/negotiate.go, negotiation/errors.go.
//! Left out: answers in protobuf and CBOR (JSON is always among what clients accept); compressed answers.

use crate::api::{PatchType, Reason, Status};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};

/// What kubectl's generators send.
pub(super) const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
/// What nearly everyone sends and wants.
pub(super) const JSON: &str = "application/json";
/// What people send.
pub(super) const YAML: &str = "application/yaml";

/// In which text an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// `application/json`.
    Json,
    /// `application/yaml`.
    Yaml,
}

/// As what objects are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Themselves.
    Object,
    /// Rows of what `kubectl get` prints.
    Table,
    /// Their metadata alone.
    Metadata,
}

/// What the client wants back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// In which text.
    pub text: Text,
    /// As what.
    pub shape: Shape,
}

/// One entry of `Accept`.
pub(super) struct Accepted<'a> {
    pub(super) media: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl Accepted<'_> {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| *value)
    }
}

/// What the client accepts, best first.
pub(super) fn accepted(headers: &HeaderMap) -> Vec<Accepted<'_>> {
    // What is no text is no form that there is.
    let lines = headers
        .get_all(ACCEPT)
        .iter()
        .map(|value| value.to_str().unwrap_or("?"));
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default();
            let parameters = parts.filter_map(|part| part.split_once('=')).collect();
            Accepted { media, parameters }
        })
        .collect()
}

/// Chooses what the server can give of what the client accepts.
///
/// # Errors
/// `406`, with what there is.
pub(super) fn wanted(headers: &HeaderMap) -> Result<Wanted, Status> {
    let accepted = accepted(headers);
    if accepted.is_empty() {
        return Ok(Wanted {
            text: Text::Json,
            shape: Shape::Object,
        });
    }
    let chosen = accepted.iter().find_map(|entry| {
        let text = match entry.media {
            JSON | "*/*" | "application/*" => Text::Json,
            YAML => Text::Yaml,
            // Whoever wants protobuf reads JSON as well: both are among what client-go accepts.
            _ => return None,
        };
        let shape = match (entry.parameter("as"), entry.parameter("g")) {
            (None, _) => Shape::Object,
            (Some("Table"), Some("meta.k8s.io")) => Shape::Table,
            (Some("PartialObjectMetadata" | "PartialObjectMetadataList"), Some("meta.k8s.io")) => {
                Shape::Metadata
            }
            _ => return None,
        };
        Some(Wanted { text, shape })
    });
    // Nobody sends protobuf alone but components that are not here; they get what they can be told apart by.
    let only_protobuf = accepted.iter().any(|entry| entry.media == PROTOBUF);
    match chosen {
        Some(wanted) => Ok(wanted),
        None if only_protobuf => Ok(Wanted {
            text: Text::Json,
            shape: Shape::Object,
        }),
        None => Err(Status::new(
            Reason::NotAcceptable,
            "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
        )),
    }
}

/// The body's media type without its parameters; JSON if nothing is said.
pub(super) fn content_type(headers: &HeaderMap) -> String {
    let said = headers.get(CONTENT_TYPE).map(|v| v.to_str().unwrap_or("?"));
    let media = said.and_then(|line| line.split(';').next()).map(str::trim);
    media
        .filter(|m| !m.is_empty())
        .unwrap_or(JSON)
        .to_ascii_lowercase()
}

/// How a patch is to be read.
///
/// # Errors
/// `415`, with what there is.
pub(super) fn patch_type(media: &str) -> Result<PatchType, Status> {
    match media {
        "application/json-patch+json" => Ok(PatchType::Json),
        "application/merge-patch+json" => Ok(PatchType::Merge),
        "application/strategic-merge-patch+json" => Ok(PatchType::StrategicMerge),
        "application/apply-patch+yaml" => Ok(PatchType::Apply),
        _ => Err(unsupported(
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml, application/strategic-merge-patch+json",
        )),
    }
}

/// `415`: the body is in a form that nobody here reads.
pub(super) fn unsupported(accepted: &str) -> Status {
    Status::new(
        Reason::UnsupportedMediaType,
        format!(
            "the body of the request was in an unknown format - accepted media types include: {accepted}"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_form_that_there_is_wins() {
        let cases = [
            ("", Some((Text::Json, Shape::Object))),
            (
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
                Some((Text::Json, Shape::Table)),
            ),
            (
                "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
                Some((Text::Json, Shape::Metadata)),
            ),
            (
                "application/vnd.kubernetes.protobuf,application/json",
                Some((Text::Json, Shape::Object)),
            ),
            ("application/yaml", Some((Text::Yaml, Shape::Object))),
            ("text/html", None),
        ];
        for (accept, want) in cases {
            let mut headers = HeaderMap::new();
            if !accept.is_empty() {
                headers.insert(ACCEPT, accept.parse().expect("a header"));
            }
            let got = wanted(&headers).ok().map(|w| (w.text, w.shape));
            assert_eq!(got, want, "{accept}");
        }
    }
}
