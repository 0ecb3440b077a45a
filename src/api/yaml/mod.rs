//! YAML text: into documents that know where each of their fields stands, and back into text as `kubectl -o yaml` prints it.
//!
//! **Architecture invariant:** nobody else reads or writes YAML text. Everyone else has `serde_json::Value` and field paths.
//!
//! The real thing: sigs.k8s.io/yaml (`YAMLToJSON` over goyaml.v2: YAML 1.1 with `yes`, `on` and `y` as booleans and `0644` as octal),
//! apimachinery's pkg/util/yaml/decoder.go (`YAMLReader`, `GuessJSONStream`), cli-runtime's `resource.FlattenListVisitor`.
//! Left out: on the command line a key that stands twice in one map is an error, where kubectl keeps the last; integers of more than 64 bits lose digits.

mod body;
mod build;
mod events;
mod positions;
mod remedy;
mod scalar;
mod split;
mod write;

pub use body::read_body;
pub use positions::{Positions, Span};
pub use write::to_yaml;

use serde_json::Value;
use std::fmt;

/// No document may be longer than what the API server reads of one request.
const DOCUMENT_BYTES_MAX: usize = 3 * 1024 * 1024;

/// No text may be longer: a page must stay responsive. More than ten thousand Deployments fit.
const TEXT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// One object as its author wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it says.
    pub value: Value,
    /// Where it says it.
    pub positions: Positions,
}

impl Document {
    /// Where to point for this field (`spec.containers[0].image`): at its value, for a map or list at its key, and for
    /// a field that is not there at the nearest one around it.
    #[must_use]
    pub fn locate(&self, field: &str) -> Span {
        self.positions.locate(field)
    }

    /// Where the key of this field stands: for a field that should not be there.
    #[must_use]
    pub fn locate_key(&self, field: &str) -> Span {
        self.positions.locate_key(field)
    }
}

/// Something wrong with the text itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// What is wrong, in kubectl's words where it has any.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do about it, for mistakes that many make.
    pub remedy: Option<String>,
}

impl TextError {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span,
            remedy: None,
        }
    }
}

impl fmt::Display for TextError {
    /// `3:5: mapping values are not allowed in this context`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}",
            self.span.line, self.span.column, self.message
        )
    }
}

/// Reads all documents of a text, YAML or JSON, lists flattened. What is wrong with one document does not hide the others or their errors.
///
/// ```
/// let (documents, errors) = kubeloop::api::yaml::parse("kind: Pod\nspec:\n  containers:\n  - name: web\n    image: nginx\n");
/// assert!(errors.is_empty());
/// assert_eq!(documents[0].value["spec"]["containers"][0]["image"], "nginx");
/// assert_eq!(documents[0].locate("spec.containers[0].image").line, 5);
/// ```
#[must_use]
pub fn parse(text: &str) -> (Vec<Document>, Vec<TextError>) {
    if text.len() > TEXT_BYTES_MAX {
        let message = format!(
            "the text has {} bytes; at most {TEXT_BYTES_MAX} are read",
            text.len()
        );
        return (Vec::new(), vec![TextError::new(Span::at(1, 1), message)]);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (chunks, mut errors) = split::split(text);
    let mut documents = Vec::new();
    for chunk in chunks {
        if chunk.text.len() > DOCUMENT_BYTES_MAX {
            let message = format!("Request entity too large: limit is {DOCUMENT_BYTES_MAX}");
            errors.push(TextError::new(Span::at(chunk.line, 1), message));
            continue;
        }
        match events::read(&chunk) {
            Ok(tree) => build::build(&tree, &mut documents, &mut errors),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty()
        && let Some(error) = split::json_error(text)
    {
        return (documents, vec![error]);
    }
    errors.sort_by_key(|error| error.span);
    (documents, errors)
}

/// The same from bytes, which may not be text at all.
#[must_use]
pub fn parse_bytes(bytes: &[u8]) -> (Vec<Document>, Vec<TextError>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(text),
        Err(error) => {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line = before.matches('\n').count() + 1;
            let column = before
                .rsplit('\n')
                .next()
                .map_or(0, |last| last.chars().count())
                + 1;
            let mut error = TextError::new(Span::at(line, column), "invalid UTF-8");
            error.remedy = Some("Save the file as UTF-8 text.".to_owned());
            (Vec::new(), vec![error])
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod write_tests;
