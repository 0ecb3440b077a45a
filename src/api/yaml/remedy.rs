//! What the parser says of wrong text, and what to do about the mistakes that people make.
//!
//! The real thing: libyaml's messages as `kubectl` prints them, where it has one for the case; kubectl gives no advice.

use super::events::place;
use super::split::Chunk;
use super::{Span, TextError};
use serde_yaml::granit_parser::{ErrorKind, ScanError};

/// The error at its place in the whole text.
pub(super) fn text_error(error: &ScanError, chunk: &Chunk<'_>) -> TextError {
    let (line, column) = place(error.marker(), chunk);
    let context = Context {
        lines: chunk.text.lines().collect(),
        at: error.marker().line().saturating_sub(1),
        first_line: chunk.line,
    };
    let mut span = Span::at(line, column);
    if *error.kind() == ErrorKind::InvalidQuotedScalarIndent
        && let Some(quote) = context.unclosed_quote()
    {
        return TextError {
            message: message(&ErrorKind::UnclosedQuotedScalar),
            remedy: remedy(&ErrorKind::UnclosedQuotedScalar, &context),
            span: quote,
        };
    }
    // The end of the text is reported behind the last line: point at what is there.
    if context.at >= context.lines.len() && !context.lines.is_empty() {
        let last = context.lines.len() - 1;
        let (line, column) = chunk.place(last, context.lines[last].chars().count());
        span = Span::at(line, column);
    }
    TextError {
        message: message(error.kind()),
        remedy: remedy(error.kind(), &context),
        span,
    }
}

/// libyaml's words where they differ from the parser's.
fn message(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::UnexpectedCharacter { .. }
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabInIndentation => "found character that cannot start any token".to_owned(),
        ErrorKind::UnclosedQuotedScalar => "found unexpected end of stream".to_owned(),
        ErrorKind::InvalidSimpleKey | ErrorKind::SimpleKeyExpected => {
            "could not find expected ':'".to_owned()
        }
        ErrorKind::RecursionLimitExceeded => "exceeded max depth of 255".to_owned(),
        other => other.to_string(),
    }
}

/// Longer lines are not quoted in the advice on them.
const QUOTED_BYTES_MAX: usize = 200;

struct Context<'t> {
    lines: Vec<&'t str>,
    /// The index of the line of the error.
    at: usize,
    first_line: usize,
}

fn remedy(kind: &ErrorKind, context: &Context<'_>) -> Option<String> {
    if let Some(tab) = context.line_indented_with_tab() {
        return Some(format!("Line {tab} is indented with a tab: use spaces."));
    }
    let text = match kind {
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            "A quote is opened here and never closed.".to_owned()
        }
        ErrorKind::UnexpectedCharacter { character } => {
            format!("A value that begins with `{character}` must be quoted.")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            "The text goes on behind the closing quote: quote all of it or nothing.".to_owned()
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            "Inside double quotes a backslash begins an escape: write `\\\\`, or use single quotes."
                .to_owned()
        }
        ErrorKind::UnclosedFlowCollection { open } => format!("`{open}` is opened here and never closed."),
        ErrorKind::InvalidColonPlacement => {
            "A `[` or `{` before it is never closed, or this belongs in quotes.".to_owned()
        }
        ErrorKind::UnexpectedEofFlowSequence | ErrorKind::ExpectedFlowSequenceSeparator => {
            "A `[` is never closed, or a comma is missing.".to_owned()
        }
        ErrorKind::UnexpectedEofFlowMapping | ErrorKind::ExpectedFlowMappingSeparator => {
            "A `{` is never closed, or a comma is missing. A value with `{` in front must be quoted.".to_owned()
        }
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidSimpleKey
        | ErrorKind::SimpleKeyExpected
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::InvalidMappingValueWhitespace => return context.of_structure(),
        _ => return None,
    };
    Some(text)
}

impl Context<'_> {
    fn number(&self, index: usize) -> usize {
        index + self.first_line
    }

    fn line(&self, index: usize) -> &str {
        self.lines.get(index).copied().unwrap_or_default()
    }

    /// The line before `index` that says something.
    fn before(&self, index: usize) -> Option<usize> {
        let says = |i: &usize| {
            let text = self.line(*i).trim_start();
            !text.is_empty() && !text.starts_with('#')
        };
        (0..index.min(self.lines.len())).rev().find(says)
    }

    fn line_indented_with_tab(&self) -> Option<usize> {
        let from = self.at.saturating_sub(1);
        (from..=self.at).find_map(|index| {
            let line = self.line(index);
            let indent = &line[..line.len() - line.trim_start().len()];
            indent.contains('\t').then(|| self.number(index))
        })
    }

    /// The last quote above that has no partner on its line.
    fn unclosed_quote(&self) -> Option<Span> {
        (0..=self.at).rev().find_map(|index| {
            let line = self.line(index);
            ['"', '\''].into_iter().find_map(|quote| {
                let places: Vec<usize> = line
                    .chars()
                    .enumerate()
                    .filter(|(_, c)| *c == quote)
                    .map(|(at, _)| at)
                    .collect();
                let last = places.last().filter(|_| places.len() % 2 == 1)?;
                Some(Span::at(self.number(index), last + 1))
            })
        })
    }

    /// For "this does not fit here": the usual suspects are a missing blank, a colon in a value and the indentation.
    fn of_structure(&self) -> Option<String> {
        let before = self.before(self.at);
        for index in [Some(self.at), before].into_iter().flatten() {
            let line = self.line(index);
            if line.len() < QUOTED_BYTES_MAX
                && let Some((key, value)) = glued(line)
            {
                return Some(format!(
                    "Line {}: put a space after the colon: `{key}: {value}`.",
                    self.number(index)
                ));
            }
        }
        let line = self.line(self.at);
        if let Some((key, value)) = line.trim_start().split_once(": ")
            && value.contains(": ")
            && line.len() < QUOTED_BYTES_MAX
        {
            return Some(format!(
                "A value with `: ` in it must be quoted: `{key}: \"{}\"`.",
                value.trim()
            ));
        }
        if !line.contains(':') && !line.trim_start().starts_with('-') {
            return Some(format!(
                "Line {} has no `key: value`.",
                self.number(self.at)
            ));
        }
        let before = before?;
        let (here, there) = (indent(line), indent(self.line(before)));
        if here == there {
            let text = self.line(before).trim();
            let is_key = text.ends_with(':') || text.contains(": ");
            return (!is_key).then(|| format!("Line {} has no `key: value`.", self.number(before)));
        }
        let (than, should) = if here > there {
            ("deeper", "same column")
        } else {
            ("less", "column of its siblings")
        };
        Some(format!(
            "Line {} is indented {than} than line {}: the keys of one map stand in the {should}.",
            self.number(self.at),
            self.number(before)
        ))
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// `replicas:3`: a key and its value with no blank between.
fn glued(line: &str) -> Option<(&str, &str)> {
    let text = line.trim().trim_start_matches("- ");
    let (key, value) = text.split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
    let is_glued =
        is_key && !value.starts_with([' ', '/']) && !value.is_empty() && !value.contains(':');
    is_glued.then_some((key, value))
}
