//! What is wrong with which line, as rustc shows it: message, place, the line, a caret under the fault, advice.

use crate::sources::Source;
use crate::terminal;
use kubeloop::api::field::FieldError;
use kubeloop::api::yaml::{Document, Span, TextError};
use kubeloop::api::{Cause, Reason, Status, decode};
use std::fmt::Write as _;

/// One thing wrong with one place.
pub struct Finding {
    /// In which source, by its position in the list.
    pub source: usize,
    /// Where.
    pub span: Span,
    /// What.
    pub message: String,
    /// What to do, and what kubectl says: (title, text).
    pub notes: Vec<(&'static str, String)>,
}

impl Finding {
    /// Of wrong text.
    pub fn of_text(source: usize, error: TextError) -> Self {
        let help = error.remedy.map(|remedy| ("help", remedy));
        Self {
            source,
            span: error.span,
            message: error.message,
            notes: help.into_iter().collect(),
        }
    }

    /// Of a document that the API server refuses: one per cause, the last with what kubectl would print.
    pub fn of_refusal(
        source: usize,
        document: &Document,
        status: &Status,
        kubectl: String,
    ) -> Vec<Self> {
        let finding = |span, message: String| Self {
            source,
            span,
            message,
            notes: Vec::new(),
        };
        let mut findings: Vec<Self> = status
            .causes
            .iter()
            .map(|cause| {
                let span = match cause.reason.as_str() {
                    "UnknownField" => document.locate_key(&cause.field),
                    _ => document.locate(&cause.field),
                };
                let in_field = status.reason == Reason::Invalid;
                let message = if in_field {
                    format!("{}: {}", cause.field, cause.message)
                } else {
                    cause.message.clone()
                };
                finding(span, message)
            })
            .collect();
        if findings.is_empty() {
            findings.push(finding(
                document.locate(blamed_field(status)),
                status.message.clone(),
            ));
        }
        for error in hidden(document, status) {
            findings.push(finding(document.locate(&error.field), error.to_string()));
        }
        findings.sort_by_key(|finding| finding.span);
        if let Some(last) = findings.last_mut() {
            last.notes.push(("kubectl", kubectl));
        }
        findings
    }
}

/// What validation would have said if the document could have been read: the API server stops before.
fn hidden(document: &Document, status: &Status) -> Vec<FieldError> {
    let is_wrong_type = |cause: &&Cause| cause.reason == "WrongType";
    let wrong: Vec<&Cause> = status.causes.iter().filter(is_wrong_type).collect();
    let is_read = status.reason != Reason::BadRequest || status.causes.is_empty();
    let Some(kind) = decode::kind_of(&document.value).ok().filter(|_| !is_read) else {
        return Vec::new();
    };
    let mut object = decode::decode(kind, &document.value).object;
    object.set_defaults();
    object.prepare_create();
    let mut errors = object.validate();
    // What is left out because of its type is missing only for that reason. A map's key is `data[a.b]` to the one and `data.a.b` to the other.
    let dotted = |field: &str| field.replace('[', ".").replace(']', "");
    errors.retain(|error| {
        let error = dotted(&error.field);
        wrong.iter().all(|cause| {
            let cause = dotted(&cause.field);
            !cause.starts_with(&error) && !error.starts_with(&cause)
        })
    });
    errors
}

/// The field that a refusal without causes is most likely about.
fn blamed_field(status: &Status) -> &'static str {
    match (status.reason, status.kind) {
        (Reason::NotFound, Some(kubeloop::api::Kind::Namespace)) => "metadata.namespace",
        (Reason::BadRequest, _) => "kind",
        _ => "metadata.name",
    }
}

/// All findings, in the order of the sources and their lines, and how many there are.
pub fn print(mut findings: Vec<Finding>, sources: &[Source]) {
    findings.sort_by_key(|finding| (finding.source, finding.span));
    let paint = if terminal::has_colour() {
        Paint::Colour
    } else {
        Paint::Plain
    };
    let texts: Vec<String> = sources.iter().map(Source::text).collect();
    let mut out = String::new();
    for finding in &findings {
        show(
            finding,
            &sources[finding.source].name,
            &texts[finding.source],
            paint,
            &mut out,
        );
    }
    let count = findings.len();
    let plural = if count == 1 { "error" } else { "errors" };
    let _ = writeln!(out, "{count} {plural}; nothing was applied.");
    eprint!("{out}");
}

#[derive(Clone, Copy)]
enum Paint {
    Plain,
    Colour,
}

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

fn show(finding: &Finding, name: &str, text: &str, paint: Paint, out: &mut String) {
    let (red, blue, bold) = (
        |t: &str| paint.with("1;31", t),
        |t: &str| paint.with("1;34", t),
        |t: &str| paint.with("1", t),
    );
    let Span { line, column, .. } = finding.span;
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let _ = writeln!(
        out,
        "{}{}",
        red("error"),
        bold(&format!(": {}", finding.message))
    );
    let _ = writeln!(out, "{margin}{} {name}:{line}:{column}", blue("-->"));
    if let Some(source) = text.lines().nth(line.saturating_sub(1)) {
        let (source, caret) = underlined(source, finding.span);
        let _ = writeln!(out, "{margin} {}", blue("|"));
        let _ = writeln!(out, "{} {} {source}", blue(&number), blue("|"));
        let _ = writeln!(out, "{margin} {} {}", blue("|"), red(&caret));
    }
    for (title, note) in &finding.notes {
        let indented = note.replace('\n', &format!("\n{margin}     "));
        let _ = writeln!(out, "{margin} {} {}: {indented}", blue("="), bold(title));
    }
    out.push('\n');
}

/// The line (a window of it if it is long, tabs as one blank) and carets under the span.
fn underlined(line: &str, span: Span) -> (String, String) {
    const WINDOW: usize = 110;
    let chars: Vec<char> = line
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let start = span.column.saturating_sub(1).min(chars.len());
    let end = if span.end_line > span.line {
        chars.len()
    } else {
        span.end_column.saturating_sub(1).min(chars.len())
    };
    let cut = if chars.len() > WINDOW {
        start.saturating_sub(WINDOW / 2)
    } else {
        0
    };
    let shown: String = chars.iter().skip(cut).take(WINDOW).collect();
    let carets = (end.max(start + 1) - start).min(WINDOW - (start - cut).min(WINDOW - 1));
    (
        shown.trim_end().to_owned(),
        " ".repeat(start - cut) + &"^".repeat(carets),
    )
}
