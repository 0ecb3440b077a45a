//! What the API server answers when it refuses.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go, pkg/apis/meta/v1/types.go (`Status`).

use super::field::{FieldError, Quoted};
use super::{Kind, Name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Why a request was refused. Each has one HTTP code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reason {
    /// 400: the request itself is malformed.
    BadRequest,
    /// 401: nobody knows who is asking.
    Unauthorized,
    /// 403: it is known, and not allowed.
    Forbidden,
    /// 404.
    NotFound,
    /// 405.
    MethodNotAllowed,
    /// 406.
    NotAcceptable,
    /// 409: the name is taken.
    AlreadyExists,
    /// 409: the object has changed since it was read.
    Conflict,
    /// 410: the revision was compacted away.
    Expired,
    /// 413.
    RequestEntityTooLarge,
    /// 415.
    UnsupportedMediaType,
    /// 422: field errors.
    Invalid,
    /// 429.
    TooManyRequests,
    /// 500, without a reason: an error that upstream answers as it came.
    Unknown,
    /// 500.
    InternalError,
    /// 503: nobody answers (also: the connection was refused).
    ServiceUnavailable,
    /// 504.
    Timeout,
}

impl Reason {
    /// The HTTP status code.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::NotAcceptable => 406,
            Self::AlreadyExists | Self::Conflict => 409,
            Self::Expired => 410,
            Self::RequestEntityTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid => 422,
            Self::TooManyRequests => 429,
            Self::InternalError | Self::Unknown => 500,
            Self::ServiceUnavailable => 503,
            Self::Timeout => 504,
        }
    }
}

/// One of the causes in `status.details.causes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// `FieldValueInvalid` and the like.
    pub reason: String,
    /// What is wrong, without the field.
    pub message: String,
    /// Where: `spec.containers[0].name`.
    pub field: String,
}

/// A refusal: data that the learner reads, with upstream's reason, code and message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Why, as one word.
    pub reason: Reason,
    /// Why, as upstream says it.
    pub message: String,
    /// The kind it is about, if any.
    pub kind: Option<Kind>,
    /// The name it is about, if any.
    pub name: Name,
    /// The fields at fault, for `Invalid`.
    pub causes: Vec<Cause>,
    /// With what a list may go on that was compacted away; `metadata.continue`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub continue_token: String,
}

impl Status {
    /// A refusal about nothing in particular.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
            kind: None,
            name: Name::default(),
            causes: Vec::new(),
            continue_token: String::new(),
        }
    }

    /// `pods "x" not found`.
    #[must_use]
    pub fn not_found(kind: Kind, name: &str) -> Self {
        Self::about(
            Reason::NotFound,
            kind,
            name,
            format!("{} {} not found", kind.info().resource(), Quoted(name)),
        )
    }

    /// `pods "x" already exists`.
    #[must_use]
    pub fn already_exists(kind: Kind, name: &str) -> Self {
        Self::about(
            Reason::AlreadyExists,
            kind,
            name,
            format!("{} {} already exists", kind.info().resource(), Quoted(name)),
        )
    }

    /// `Operation cannot be fulfilled on pods "x": why`.
    #[must_use]
    pub fn conflict(kind: Kind, name: &str, why: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {}: {why}",
            kind.info().resource(),
            Quoted(name)
        );
        Self::about(Reason::Conflict, kind, name, message)
    }

    /// `pods "x" is forbidden: why`.
    #[must_use]
    pub fn forbidden(kind: Kind, name: &str, why: &str) -> Self {
        Self::about(
            Reason::Forbidden,
            kind,
            name,
            format!(
                "{} {} is forbidden: {why}",
                kind.info().resource(),
                Quoted(name)
            ),
        )
    }

    /// A 400 with upstream's text.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(Reason::BadRequest, message)
    }

    /// `Pod "x" is invalid: …`: one error bare, several in brackets, as `errors.NewInvalid` and `field.ErrorList.ToAggregate` print them.
    #[must_use]
    pub fn invalid(kind: Kind, name: &str, errors: &[FieldError]) -> Self {
        let mut seen = BTreeSet::new();
        let all = errors.iter().map(ToString::to_string);
        let texts: Vec<String> = all.filter(|text| seen.insert(text.clone())).collect();
        let list = if texts.len() == 1 {
            texts.concat()
        } else {
            format!("[{}]", texts.join(", "))
        };
        let info = kind.info();
        let qualified = if info.group.is_empty() {
            info.name.to_owned()
        } else {
            format!("{}.{}", info.name, info.group)
        };
        let causes = errors
            .iter()
            .map(|e| Cause {
                reason: e.fault.reason().to_owned(),
                message: e.body.clone(),
                field: e.field.clone(),
            })
            .collect();
        Self {
            causes,
            ..Self::about(
                Reason::Invalid,
                kind,
                name,
                format!("{qualified} {} is invalid: {list}", Quoted(name)),
            )
        }
    }

    /// The HTTP status code.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.reason.code()
    }

    fn about(reason: Reason, kind: Kind, name: &str, message: String) -> Self {
        Self {
            reason,
            message,
            kind: Some(kind),
            name: name.into(),
            causes: Vec::new(),
            continue_token: String::new(),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
