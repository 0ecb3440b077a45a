//! What labels and annotations may look like.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go (`IsQualifiedName`, `IsValidLabelValue`),
//! pkg/apis/meta/v1/validation/validation.go (`ValidateLabels`), pkg/api/validation/objectmeta.go (`ValidateAnnotations`).

use super::field::FieldError;
use super::kinds::names;
use std::collections::BTreeMap;

/// The longest name part of a label key, and the longest label value.
const LENGTH_MAX: usize = 63;
/// All keys and values of an object's annotations together.
const ANNOTATIONS_BYTES_MAX: usize = 256 * 1024;

const NAME_RULE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// Checks every key and value; `field` is the map's own path.
pub fn validate(
    labels: Option<&BTreeMap<String, String>>,
    field: &str,
    errors: &mut Vec<FieldError>,
) {
    for (key, value) in labels.into_iter().flatten() {
        let wrong_key = qualified_name(key).into_iter().map(|w| (key, w));
        let wrong_value = label_value(value).into_iter().map(|w| (value, w));
        for (text, why) in wrong_key.chain(wrong_value) {
            errors.push(FieldError::invalid(field, text.as_str(), &why));
        }
    }
}

/// Checks every key, whatever its case, and the size of all together.
pub fn validate_annotations(
    annotations: Option<&BTreeMap<String, String>>,
    field: &str,
    errors: &mut Vec<FieldError>,
) {
    let mut bytes = 0;
    for (key, value) in annotations.into_iter().flatten() {
        bytes += key.len() + value.len();
        for why in qualified_name(&key.to_ascii_lowercase()) {
            errors.push(FieldError::invalid(field, key.as_str(), &why));
        }
    }
    if bytes > ANNOTATIONS_BYTES_MAX {
        errors.push(FieldError::too_long(field, ANNOTATIONS_BYTES_MAX));
    }
}

/// What is wrong with the text as a key of a label, a finalizer, a taint: `[prefix/]name`. Empty if nothing is.
#[must_use]
pub fn qualified_name(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = match text.split_once('/') {
        None => text,
        Some((_, name)) if name.contains('/') => {
            return vec![format!(
                "a qualified name {NAME_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
        Some(("", name)) => {
            wrong.push("prefix part must be non-empty".to_owned());
            name
        }
        Some((prefix, name)) => {
            wrong.extend(names::dns_subdomain(prefix).map(|why| format!("prefix part {why}")));
            name
        }
    };
    if name.is_empty() {
        wrong.push("name part must be non-empty".to_owned());
    }
    if name.len() > LENGTH_MAX {
        wrong.push(format!("name part {}", too_long()));
    }
    if !has_label_letters(name) {
        wrong.push(format!("name part {NAME_RULE}"));
    }
    wrong
}

/// What is wrong with the text as the value of a label. Empty if nothing is.
#[must_use]
pub fn label_value(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if text.len() > LENGTH_MAX {
        wrong.push(too_long());
    }
    if !text.is_empty() && !has_label_letters(text) {
        wrong.push(VALUE_RULE.to_owned());
    }
    wrong
}

fn too_long() -> String {
    format!("must be no more than {LENGTH_MAX} characters")
}

fn has_label_letters(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let inner = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() && bytes.iter().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_qualified_names() {
        let long = "a".repeat(64);
        let long_prefix = format!("{}/a", "a".repeat(254));
        let cases: &[(&str, &str, &[&str])] = &[
            ("plain", "simple", &[]),
            ("dots and dashes", "1-num.2_num", &[]),
            ("with a prefix", "1.2.3.4/5678", &[]),
            ("capital letters", "Uppercase_Is_OK_123", &[]),
            (
                "empty",
                "",
                &["name part must be non-empty", "name part must consist"],
            ),
            (
                "two slashes",
                "no/extra/slashes",
                &["a qualified name must consist"],
            ),
            (
                "nothing before the slash",
                "/simple",
                &["prefix part must be non-empty"],
            ),
            (
                "nothing after the slash",
                "example.com/",
                &["name part must be non-empty", "name part must consist"],
            ),
            (
                "odd letters",
                "nospecialchars^=@",
                &["name part must consist"],
            ),
            (
                "dash at the end",
                "cantendwithadash-",
                &["name part must consist"],
            ),
            (
                "capital letters in the prefix",
                "EXAMPLE.com/a",
                &["prefix part a lowercase RFC 1123 subdomain"],
            ),
            (
                "long",
                &long,
                &["name part must be no more than 63 characters"],
            ),
            (
                "long prefix",
                &long_prefix,
                &["prefix part must be no more than 253 characters"],
            ),
        ];
        for (name, text, want) in cases {
            let got = qualified_name(text);
            assert_eq!(got.len(), want.len(), "{name}: {got:?}");
            for (got, want) in got.iter().zip(*want) {
                assert!(got.starts_with(want), "{name}: {got}");
            }
        }
    }

    #[test]
    fn values_may_be_empty() {
        let long = "a".repeat(64);
        let cases = [
            ("empty", "", 0),
            ("plain", "v1.2_3-x", 0),
            ("slash", "a/b", 1),
            ("dot at the end", "a.", 1),
            ("space", "a b", 1),
            ("long", &long, 1),
        ];
        for (name, text, want) in cases {
            assert_eq!(label_value(text).len(), want, "{name}");
        }
    }
}
