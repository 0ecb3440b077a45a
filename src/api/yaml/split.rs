//! Cuts a text into documents before any of them is read, so that an error in one does not hide the next.
//!
//! The real thing: apimachinery's pkg/util/yaml/decoder.go, `YAMLReader.Read` and `YAMLOrJSONDecoder`.

use super::{Span, TextError};
use std::borrow::Cow;

/// The text of one document, and the line on which it begins.
pub(super) struct Chunk<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) line: usize,
}

/// The documents of a text, in order, empty ones included.
pub(super) fn split(text: &str) -> (Vec<Chunk<'_>>, Vec<TextError>) {
    if text.trim_start().starts_with('{')
        && let Some(chunks) = split_json(text)
    {
        return (chunks, Vec::new());
    }
    split_yaml(text)
}

fn split_yaml(text: &str) -> (Vec<Chunk<'_>>, Vec<TextError>) {
    let mut chunks = Vec::new();
    let mut errors = Vec::new();
    let (mut start, mut start_line, mut offset) = (0, 1, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        offset += line.len();
        let Some(after) = line.strip_prefix("---") else {
            continue;
        };
        let after = after.trim();
        if !after.is_empty() && !after.starts_with('#') {
            let mut error = TextError::new(
                Span {
                    end_column: line.trim_end().chars().count() + 1,
                    ..Span::at(index + 1, 1)
                },
                format!("invalid Yaml document separator: {after}"),
            );
            error.remedy = Some("Let `---` stand on a line of its own.".to_owned());
            errors.push(error);
        }
        chunks.push(chunk(&text[start..offset - line.len()], start_line));
        (start, start_line) = (offset, index + 2);
    }
    chunks.push(chunk(&text[start..], start_line));
    (chunks, errors)
}

fn chunk(text: &str, line: usize) -> Chunk<'_> {
    Chunk {
        text: Cow::Borrowed(text),
        line,
    }
}

/// The documents of a stream of JSON objects; `None` if it is not JSON throughout. Each keeps its columns: what stands before it
/// on its first line becomes blanks, and so do tabs, which YAML does not take as white space everywhere.
fn split_json(text: &str) -> Option<Vec<Chunk<'_>>> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let mut chunks = Vec::new();
    let (mut start, mut line) = (0, 1);
    while let Some(document) = stream.next() {
        document.ok()?;
        let end = stream.byte_offset();
        let column = text[..start]
            .rsplit('\n')
            .next()
            .map_or(0, |last| last.chars().count());
        chunks.push(Chunk {
            text: Cow::Owned(" ".repeat(column) + &text[start..end].replace('\t', " ")),
            line,
        });
        line += text[start..end].matches('\n').count();
        start = end;
    }
    Some(chunks)
}

/// What is wrong with a text that was meant to be JSON, to judge by its first characters; `None` for others and for JSON that is fine.
pub(super) fn json_error(text: &str) -> Option<TextError> {
    let inside = text.trim_start().strip_prefix('{')?;
    if !inside.trim_start().starts_with('"') {
        return None;
    }
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let error = stream.find_map(Result::err)?;
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    Some(TextError::new(
        Span::at(error.line().max(1), error.column().max(1)),
        message,
    ))
}
