//! A YAML text as the body of a request: one document, whatever it says, with the keys that stand twice noted rather than refused.
//!
//! The real thing: sigs.k8s.io/yaml (`YAMLToJSON`, `YAMLToJSONStrict`): only the first document of the text is read.

use super::split::Chunk;
use super::{build, events};
use crate::api::json::{Repeats, Text, sorted};
use std::borrow::Cow;
use std::sync::Arc;

/// Reads the first document of a text, its keys in order as Go's JSON has them.
///
/// # Errors
/// What is wrong with the text, in goyaml's words: `yaml: line 3: mapping values are not allowed in this context`.
pub fn read_body(bytes: &[u8]) -> Result<Text, String> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err("yaml: invalid leading UTF-8 octet".to_owned());
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // JSON may be indented with tabs, which the reader of YAML takes for mistakes; inside strings there are none.
    let is_json = text.trim_start().starts_with('{')
        && text.contains('\t')
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let chunk = Chunk {
        text: if is_json {
            Cow::Owned(text.replace('\t', " "))
        } else {
            Cow::Borrowed(text)
        },
        line: 1,
        column: 0,
    };
    let tree = events::read(&chunk);
    let read = tree.and_then(|tree| build::build_body(&tree));
    let (value, lines) =
        read.map_err(|error| format!("yaml: line {}: {}", error.span.line, error.message))?;
    Ok(Text {
        value: sorted(value),
        repeats: (!lines.is_empty()).then(|| Arc::new(Repeats::of_yaml(lines))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_document_with_its_repeated_keys() {
        let text = "b: 1\na:\n  c: one\n  c: two\nb: 2\n---\nother: 1\n";
        let read = read_body(text.as_bytes()).expect("YAML");
        assert_eq!(read.value, json!({"a": {"c": "two"}, "b": 2}));
        let lines = &read.repeats.expect("two keys stand twice").lines;
        let want = [
            "line 4: key \"c\" already set in map",
            "line 5: key \"b\" already set in map",
        ];
        assert_eq!(lines, &want);
        let tabs = read_body(b"{\n\t\"a\": 1,\n\t\"a\": 2\n}").expect("JSON is YAML");
        let lines = &tabs.repeats.expect("a stands twice").lines;
        assert_eq!(lines, &["line 3: key \"a\" already set in map"]);
        for (text, want) in [
            ("", "null"),
            (
                "kind: List\nitems: [{a: 1}]",
                r#"{"items":[{"a":1}],"kind":"List"}"#,
            ),
            ("just text", "\"just text\""),
        ] {
            let read = read_body(text.as_bytes()).expect(text);
            assert_eq!(read.value.to_string(), want, "{text}");
        }
        let wrong = read_body(b"a: b: c").expect_err("no YAML");
        assert_eq!(
            wrong,
            "yaml: line 1: mapping values are not allowed in this context"
        );
        let bytes = read_body(b"a: \xff").expect_err("no text");
        assert_eq!(bytes, "yaml: invalid leading UTF-8 octet");
    }
}
