//! What becomes of unknown fields and of those that stand twice: `fieldValidation`.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/runtime/error.go (`strictDecodingError`), apiserver's
//! pkg/endpoints/handlers/rest.go (`addStrictDecodingWarnings`, `parseYAMLWarnings`).

use super::{Flaw, Problem};
use crate::api::FieldValidation;
use crate::api::json::Repeats;

/// How strictly a body is to be read, and what its text had twice.
#[derive(Clone, Copy, Debug)]
pub struct Strictness<'a> {
    /// What to do.
    pub validation: FieldValidation,
    /// What the document does not show.
    pub repeats: Option<&'a Repeats>,
}

impl From<FieldValidation> for Strictness<'_> {
    fn from(validation: FieldValidation) -> Self {
        Self {
            validation,
            repeats: None,
        }
    }
}

impl Strictness<'_> {
    /// The unknown fields of a typed object, and those that stand twice, in the order of the text. Of a field that is unknown and stands
    /// twice (or has inside what does) only that it is unknown is said: Go does not look into it.
    #[must_use]
    pub fn with_repeated(&self, unknown: Vec<Problem>) -> Vec<Problem> {
        let Some(repeats) = self.repeats else {
            return unknown;
        };
        let is_in_unknown = |path: &str| {
            unknown.iter().any(|problem| {
                let rest = path.strip_prefix(problem.path.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
        };
        let known = repeats.keys.iter().filter(|key| !is_in_unknown(&key.path));
        let twice = known.map(|key| (key.place, repeated(key.message(), key.path.clone())));
        let mut problems: Vec<(u32, Problem)> = twice.collect();
        let placed = unknown.iter().cloned();
        problems.extend(placed.map(|problem| (repeats.place_of(&problem.path), problem)));
        problems.sort_by_key(|(place, _)| *place);
        let in_order = problems.into_iter().map(|(_, problem)| problem);
        lines(repeats).into_iter().chain(in_order).collect()
    }

    /// Everything that stands twice in a document that has no types, before what else is wrong with it.
    #[must_use]
    pub fn with_all_repeated(&self, unknown: Vec<Problem>) -> Vec<Problem> {
        let Some(repeats) = self.repeats else {
            return unknown;
        };
        let keys = repeats.keys.iter();
        let keys = keys.map(|key| repeated(key.message(), key.path.clone()));
        lines(repeats)
            .into_iter()
            .chain(keys)
            .chain(unknown)
            .collect()
    }

    /// The warnings; an error if there is to be none of this.
    ///
    /// # Errors
    /// `strict decoding error: …`.
    pub fn judge(&self, problems: &[Problem]) -> Result<Vec<String>, String> {
        match self.validation {
            FieldValidation::Strict if !problems.is_empty() => Err(strict_error(problems)),
            FieldValidation::Strict | FieldValidation::Ignore => Ok(Vec::new()),
            FieldValidation::Warn => {
                let messages = problems.iter().map(|p| p.message.as_str());
                Ok(messages.flat_map(warnings_of).collect())
            }
        }
    }
}

/// What goyaml says of all lines is one error.
fn lines(repeats: &Repeats) -> Option<Problem> {
    let message = repeats.yaml_error()?;
    Some(repeated(message, String::new()))
}

fn repeated(message: String, path: String) -> Problem {
    Problem {
        path,
        flaw: Flaw::Repeated,
        message,
        known: Vec::new(),
    }
}

/// `strict decoding error: unknown field "a", unknown field "b"`.
#[must_use]
pub fn strict_error(problems: &[Problem]) -> String {
    let texts: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    format!("strict decoding error: {}", texts.join(", "))
}

/// An error as warnings: what goyaml says of several lines becomes one for each.
#[must_use]
pub fn warnings_of(message: &str) -> Vec<String> {
    let short = message.strip_prefix("yaml: unmarshal errors:\n");
    let long = || message.strip_prefix("error converting YAML to JSON: yaml: unmarshal errors:\n");
    match short.or_else(long) {
        Some(lines) => lines.lines().map(|line| line.trim().to_owned()).collect(),
        None => vec![message.to_owned()],
    }
}
