//! Field errors: what validation says of a field, in upstream's words.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/validation/field/{errors,path}.go.

use std::fmt;

/// The kind of a field error; its text is the first part of the message, its reason that of the `Status` cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A field that must be there is not.
    Required,
    /// A value of the right type that is not allowed.
    Invalid,
    /// A value outside an enumeration.
    NotSupported,
    /// The same value twice in a list that has each once.
    Duplicate,
    /// A reference to something that is not there.
    NotFound,
    /// A field that may not be set or changed here.
    Forbidden,
    /// Longer than allowed.
    TooLong,
    /// More entries than allowed.
    TooMany,
}

impl Fault {
    /// The reason in `status.details.causes`.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Required => "FieldValueRequired",
            Self::Invalid => "FieldValueInvalid",
            Self::NotSupported => "FieldValueNotSupported",
            Self::Duplicate => "FieldValueDuplicate",
            Self::NotFound => "FieldValueNotFound",
            Self::Forbidden => "FieldValueForbidden",
            Self::TooLong => "FieldValueTooLong",
            Self::TooMany => "FieldValueTooMany",
        }
    }
}

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Where: `spec.containers[0].name`.
    pub field: String,
    /// What kind of wrong.
    pub fault: Fault,
    /// The message after the field: `Required value`, `Invalid value: 70000: must be between 1 and 65535, inclusive`.
    pub body: String,
}

impl FieldError {
    /// `field: Required value[: detail]`.
    pub fn required(field: impl Into<String>, detail: &str) -> Self {
        Self {
            field: field.into(),
            fault: Fault::Required,
            body: with_detail("Required value".to_owned(), detail),
        }
    }

    /// `field: Invalid value: VALUE[: detail]`; the value is printed as JSON, as upstream's `%q`/`%v`.
    pub fn invalid(
        field: impl Into<String>,
        value: impl Into<serde_json::Value>,
        detail: &str,
    ) -> Self {
        let value = value.into();
        Self {
            field: field.into(),
            fault: Fault::Invalid,
            body: with_detail(format!("Invalid value: {value}"), detail),
        }
    }

    /// `field: Unsupported value: "X": supported values: "A", "B"`.
    pub fn not_supported(
        field: impl Into<String>,
        value: impl Into<serde_json::Value>,
        supported: &[&str],
    ) -> Self {
        let list: Vec<String> = supported.iter().map(|s| format!("\"{s}\"")).collect();
        let body = format!("Unsupported value: {}", value.into());
        let body = if list.is_empty() {
            body
        } else {
            format!("{body}: supported values: {}", list.join(", "))
        };
        Self {
            field: field.into(),
            fault: Fault::NotSupported,
            body,
        }
    }

    /// `field: Duplicate value: VALUE`.
    pub fn duplicate(field: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        Self {
            field: field.into(),
            fault: Fault::Duplicate,
            body: format!("Duplicate value: {}", value.into()),
        }
    }

    /// `field: Not found: VALUE`.
    pub fn not_found(field: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        Self {
            field: field.into(),
            fault: Fault::NotFound,
            body: format!("Not found: {}", value.into()),
        }
    }

    /// `field: Forbidden: detail`.
    pub fn forbidden(field: impl Into<String>, detail: &str) -> Self {
        Self {
            field: field.into(),
            fault: Fault::Forbidden,
            body: with_detail("Forbidden".to_owned(), detail),
        }
    }

    /// `field: Too long: may not be more than N bytes`.
    pub fn too_long(field: impl Into<String>, bytes_max: usize) -> Self {
        Self {
            field: field.into(),
            fault: Fault::TooLong,
            body: format!("Too long: may not be more than {bytes_max} bytes"),
        }
    }
}

fn with_detail(text: String, detail: &str) -> String {
    if detail.is_empty() {
        text
    } else {
        format!("{text}: {detail}")
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.body)
    }
}
