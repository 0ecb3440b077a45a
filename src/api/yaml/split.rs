//! Cuts a text into documents before any of them is read, so that an error in one does not hide the next.
//!
//! The real thing: apimachinery's pkg/util/yaml/decoder.go, `YAMLReader.Read` and `YAMLOrJSONDecoder`.

use super::{Span, TextError};
use std::borrow::Cow;

/// The text of one document, and where it begins.
pub(super) struct Chunk<'t> {
    pub(super) text: Cow<'t, str>,
    /// Its first line, from 1.
    pub(super) line: usize,
    /// How many characters stand before it on its first line.
    pub(super) column: usize,
}

impl Chunk<'_> {
    /// Line and column, both from 1, in the whole text; those in the chunk are counted from 0.
    pub(super) fn place(&self, line: usize, column: usize) -> (usize, usize) {
        let before = if line == 0 { self.column } else { 0 };
        (self.line + line, before + column + 1)
    }
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
        column: 0,
    }
}

/// The documents of a stream of JSON objects; `None` if it is not JSON throughout. Tabs become blanks: YAML does not take them as white
/// space everywhere.
fn split_json(text: &str) -> Option<Vec<Chunk<'_>>> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let mut chunks = Vec::new();
    let (mut start, mut line, mut column) = (0, 1, 0);
    while let Some(document) = stream.next() {
        document.ok()?;
        let end = stream.byte_offset();
        let document = &text[start..end];
        chunks.push(Chunk {
            text: Cow::Owned(document.replace('\t', " ")),
            line,
            column,
        });
        match document.rsplit_once('\n') {
            Some((before, last)) => {
                line += before.matches('\n').count() + 1;
                column = last.chars().count();
            }
            None => column += document.chars().count(),
        }
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
