//! Field errors: what validation says of a field, in upstream's words.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/validation/field/{errors,path}.go.

use super::custom::go_syntax;
use std::fmt::{self, Write as _};

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

/// A text in quotes as Go's `%q` writes it: what cannot be printed is spelled out.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
        f.write_char('"')?;
        let mut rest = self.0;
        while !rest.is_empty() {
            let end = rest.find(|c| !plain(c)).unwrap_or(rest.len());
            f.write_str(&rest[..end])?;
            let mut chars = rest[end..].chars();
            if let Some(c) = chars.next() {
                quoted_char(c, f)?;
            }
            rest = chars.as_str();
        }
        f.write_char('"')
    }
}

fn quoted_char(c: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let number = u32::from(c);
    match c {
        '"' | '\\' => write!(f, "\\{c}"),
        '\u{7}' => f.write_str("\\a"),
        '\u{8}' => f.write_str("\\b"),
        '\u{c}' => f.write_str("\\f"),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        '\u{b}' => f.write_str("\\v"),
        _ if number < 0x20 || number == 0x7f => write!(f, "\\x{number:02x}"),
        // Rust escapes what has no glyph, and letters' own accents, which Go prints.
        _ if c.is_alphanumeric() || c.escape_debug().len() == 1 => f.write_char(c),
        _ if number < 0x10000 => write!(f, "\\u{number:04x}"),
        _ => write!(f, "\\U{number:08x}"),
    }
}

/// A value as a field error shows it; what has a type of its own in Go is written down by those who know it ([`Errors::invalid_go`]).
///
/// [`Errors::invalid_go`]: super::check::Errors::invalid_go
fn shown(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => Quoted(text).to_string(),
        other => go_syntax(other),
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

    /// `field: Invalid value: VALUE[: detail]`; the value is printed as upstream's `%q` or `%v`.
    pub fn invalid(
        field: impl Into<String>,
        value: impl Into<serde_json::Value>,
        detail: &str,
    ) -> Self {
        let value = value.into();
        Self {
            field: field.into(),
            fault: Fault::Invalid,
            body: with_detail(format!("Invalid value: {}", shown(&value)), detail),
        }
    }

    /// `field: Unsupported value: "X": supported values: "A", "B"`.
    pub fn not_supported(
        field: impl Into<String>,
        value: impl Into<serde_json::Value>,
        supported: &[&str],
    ) -> Self {
        let list: Vec<String> = supported.iter().map(|s| format!("\"{s}\"")).collect();
        let body = format!("Unsupported value: {}", shown(&value.into()));
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
            body: format!("Duplicate value: {}", shown(&value.into())),
        }
    }

    /// `field: Not found: VALUE`.
    pub fn not_found(field: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        Self {
            field: field.into(),
            fault: Fault::NotFound,
            body: format!("Not found: {}", shown(&value.into())),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_go_quotes_them() {
        let cases = [
            ("plain", "web-1 <a>", "\"web-1 <a>\""),
            ("quotes", "a\"b\\c'", "\"a\\\"b\\\\c'\""),
            (
                "control characters",
                "a\0\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1b}\u{7f}",
                "\"a\\x00\\a\\b\\t\\n\\v\\f\\r\\x1b\\x7f\"",
            ),
            ("letters", "üç配置٣", "\"üç配置٣\""),
            (
                "no glyphs",
                "a\u{202e}\u{80}\u{e0001}",
                "\"a\\u202e\\u0080\\U000e0001\"",
            ),
            ("no text", "\u{fffd}", "\"\u{fffd}\""),
        ];
        for (name, text, want) in cases {
            assert_eq!(Quoted(text).to_string(), want, "{name}");
        }
        let error = FieldError::invalid("metadata.name", "a\0", "");
        assert_eq!(
            error.to_string(),
            "metadata.name: Invalid value: \"a\\x00\""
        );
    }
}
