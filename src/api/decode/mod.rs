//! From a document to a typed object, strictly: everything wrong with it at once, each with its place and in upstream's words.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go, sigs.k8s.io/json (Go's encoding/json, strict),
//! staging/src/k8s.io/apiserver/pkg/endpoints/handlers/rest.go (`transformDecodeError`).
//! Left out: duplicate keys inside values that read themselves (a schema's defaults). Beyond upstream, the refusal lists the place of every error in `causes`,
//! so that an editor can mark all of them; the message is upstream's, which stops at the first wrong type.

mod go;
mod place;
mod reader;
mod strict;

pub use strict::{Strictness, strict_error, warnings_of};

use super::custom::{Definitions, Named};
use super::json::{name_of, sorted};
use super::typed::Typed;
use super::{Cause, Kind, Object, Reason, Status, kinds};
use place::Log;
use serde_json::{Map, Value};
use std::sync::Arc;

/// One thing wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: `spec.template.spec.containers[0].imagePullPolice`.
    pub path: String,
    /// What sort of wrong.
    pub flaw: Flaw,
    /// In upstream's words: `unknown field "spec.replica"`, `json: cannot unmarshal string into Go struct field …`.
    pub message: String,
    /// For an unknown field: the fields that there are.
    pub known: Vec<&'static str>,
}

/// The sorts of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No field has this name here. What becomes of it depends on [`crate::api::FieldValidation`].
    UnknownField,
    /// The field stands twice. What becomes of it depends on [`FieldValidation`](super::FieldValidation), too.
    Repeated,
    /// The value is of another type than the field. Always refused.
    WrongType,
}

impl Flaw {
    fn name(self) -> &'static str {
        match self {
            Self::UnknownField => "UnknownField",
            Self::Repeated => "DuplicateField",
            Self::WrongType => "WrongType",
        }
    }
}

/// What came out of a document: the object without the fields at fault, and these.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The object; a field with a problem counts as absent.
    pub object: Object,
    /// Everything wrong, in the order of upstream's reader, wrong types before unknown fields.
    pub problems: Vec<Problem>,
}

/// Reads a document as an object of this kind, in spite of anything that is wrong with it; its keys in order, as they come out of YAML.
#[must_use]
pub fn decode(kind: Kind, document: &Value) -> Decoded {
    decode_as_written(kind, &sorted(document.clone()))
}

/// The same with the keys in the order in which they stand, as they come out of JSON.
#[must_use]
pub fn decode_as_written(kind: Kind, document: &Value) -> Decoded {
    let mut object = kind.blank();
    let mut log = Log::default();
    let result = match &mut object {
        Object::Custom(object) => reader::read_custom(Arc::make_mut(object), document, &mut log),
        built_in => reader::read(built_in.typed_mut(), document, &mut log),
    };
    let mut problems = log.into_problems();
    if result.is_err() {
        // It is no object at all: nothing of it was read.
        problems.truncate(1);
    }
    Decoded { object, problems }
}

/// Everything wrong with a document for a type that is not stored: another version of one that is. Reads it into the blank object.
#[must_use]
pub fn problems_in(object: &mut dyn Typed, document: &Value) -> Vec<Problem> {
    let mut log = Log::default();
    // If it is no object at all, that is in the log.
    drop(reader::read(object, document, &mut log));
    log.into_problems()
}

/// Reads the body of a request for objects of this kind. Returns the object and the warnings.
///
/// # Errors
/// `400`: another kind or version, wrong types, and (if it is to be strict) unknown fields and those that stand twice.
pub fn decode_body(
    kind: Kind,
    document: &Value,
    strictness: Strictness<'_>,
) -> Result<(Object, Vec<String>), Status> {
    check_kind(kind, document)?;
    let Decoded {
        mut object,
        problems,
    } = decode_as_written(kind, document);
    let is_empty = |selector: &Value| selector.as_object().is_some_and(Map::is_empty);
    if document.pointer("/spec/selector").is_some_and(is_empty) {
        kinds::say_empty_selector(&mut object);
    }
    let refusal = |problems: &[Problem], why: &str| Status {
        causes: problems.iter().map(cause).collect(),
        ..Status::bad_request(format!(
            "{}: {why}",
            cannot_be_handled(kind.info().name, kind)
        ))
    };
    if let Some(wrong) = problems.iter().find(|p| p.flaw == Flaw::WrongType) {
        return Err(refusal(&problems, &wrong.message));
    }
    let problems = strictness.with_repeated(problems);
    let warnings = strictness.judge(&problems);
    warnings
        .map(|warnings| (object, warnings))
        .map_err(|why| refusal(&problems, &why))
}

/// The problem as an entry of a refusal's `causes`.
#[must_use]
pub fn cause(problem: &Problem) -> Cause {
    Cause {
        reason: problem.flaw.name().to_owned(),
        message: problem.message.clone(),
        field: problem.path.clone(),
    }
}

/// The kind that a document says it is.
///
/// # Errors
/// As kubectl refuses it before sending anything: `Object 'Kind' is missing in '…'`, `no matches for kind "X" in version "Y"`.
pub fn kind_of(document: &Value) -> Result<Kind, Status> {
    kind_in(document, &Definitions::default()).map(|named| named.kind)
}

/// The same in a cluster that defines kinds of its own.
///
/// # Errors
/// As those of [`kind_of`].
pub fn kind_in(document: &Value, kinds: &Definitions) -> Result<Named, Status> {
    let (api_version, kind) = interpret(document).map_err(Status::bad_request)?;
    let missing = |field: &str| {
        let mut status =
            Status::bad_request(format!("Object '{field}' is missing in '{document}'"));
        status.causes.push(Cause {
            reason: "FieldValueRequired".to_owned(),
            message: "Required value".to_owned(),
            field: if field == "Kind" {
                "kind"
            } else {
                "apiVersion"
            }
            .to_owned(),
        });
        status
    };
    if kind.is_empty() {
        return Err(missing("Kind"));
    }
    if api_version.is_empty() {
        return Err(missing("apiVersion"));
    }
    kinds.of(api_version, kind).ok_or_else(|| {
        let known_kind = Kind::ALL.iter().any(|k| k.info().name == kind);
        let cause = Cause {
            reason: "FieldValueNotSupported".to_owned(),
            message: format!("no matches for kind {kind:?} in version {api_version:?}"),
            field: if known_kind { "apiVersion" } else { "kind" }.to_owned(),
        };
        Status {
            causes: vec![cause.clone()],
            ..Status::new(Reason::NotFound, cause.message)
        }
    })
}

/// The version and kind that a document says it is of, as far as it says so.
///
/// # Errors
/// What Go says if it is no object, or if these are no texts.
pub fn interpret(document: &Value) -> Result<(&str, &str), String> {
    const WHY: &str = "couldn't get version/kind; json parse error: json: cannot unmarshal";
    if !matches!(document, Value::Object(_) | Value::Null) {
        let type_name = name_of(document);
        return Err(format!(
            "{WHY} {type_name} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}"
        ));
    }
    let text = |field: &str| match document.get(field).unwrap_or(&Value::Null) {
        Value::Null => Ok(""),
        Value::String(text) => Ok(text.as_str()),
        other => {
            let type_name = name_of(other);
            Err(format!(
                "{WHY} {type_name} into Go struct field .{field} of type string"
            ))
        }
    };
    Ok((text("apiVersion")?, text("kind")?))
}

/// Does the body say that it is what the address asks for? A body that says nothing is taken for it.
fn check_kind(kind: Kind, document: &Value) -> Result<(), Status> {
    if !document.is_object() {
        return Err(kind_of(document).expect_err("it is no object"));
    }
    let info = kind.info();
    let text = |field: &str| document.get(field).and_then(Value::as_str);
    let said_kind = text("kind").filter(|k| !k.is_empty()).unwrap_or(info.name);
    let said_version = text("apiVersion")
        .filter(|v| !v.is_empty())
        .unwrap_or(info.api_version);
    if said_version != info.api_version {
        return Err(match Kind::of(said_version, said_kind) {
            Some(_) => Status::bad_request(format!(
                "the API version in the data ({said_version}) does not match the expected API version ({})",
                info.api_version
            )),
            None => Status::bad_request(format!(
                "{}: no kind {said_kind:?} is registered for version {said_version:?} in scheme \"pkg/api/legacyscheme/scheme.go:30\"",
                unhandled(said_kind, said_version, kind)
            )),
        });
    }
    if said_kind == info.name {
        return Ok(());
    }
    let group = if info.group.is_empty() {
        "core"
    } else {
        info.group
    };
    let why = match Kind::of(said_version, said_kind) {
        Some(_) => format!(
            "converting (v1.{said_kind}) to ({group}.{}): unknown conversion",
            info.name
        ),
        None => format!(
            "no kind {said_kind:?} is registered for version {said_version:?} in scheme \"pkg/api/legacyscheme/scheme.go:30\""
        ),
    };
    Err(Status::bad_request(format!(
        "{}: {why}",
        cannot_be_handled(said_kind, kind)
    )))
}

fn cannot_be_handled(said: &str, kind: Kind) -> String {
    unhandled(said, kind.info().version, kind)
}

/// `Deployment in version "v1" cannot be handled as a Deployment`; the group is not part of it.
fn unhandled(said: &str, version: &str, kind: Kind) -> String {
    let version = version.rsplit('/').next().unwrap_or(version);
    format!(
        "{said} in version {version:?} cannot be handled as a {}",
        kind.info().name
    )
}

#[cfg(test)]
pub(in crate::api) mod arbitrary;
#[cfg(test)]
mod tests;
