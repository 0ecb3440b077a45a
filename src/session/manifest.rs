//! What is in the editor: its errors at their lines, what Apply does, and what it would change.
//!
//! The real thing: what `kubectl apply` and `kubectl diff` print.

use super::Session;
use crate::api::Key;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Apply will not work, or did not.
    Error,
    /// A warning of the API server.
    Warning,
}

/// Something wrong with the text in the editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, in upstream's words where it has any.
    pub message: String,
    /// What to do about it, for mistakes that many make.
    pub remedy: Option<String>,
}

/// What came of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Which object.
    pub key: Key,
    /// `deployment.apps/nginx-deployment created`.
    pub line: String,
}

/// What Apply would change.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Preview {
    /// One entry per document.
    pub changes: Vec<PreviewChange>,
}

/// What Apply would do to one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewChange {
    /// Which.
    pub key: Key,
    /// The object now, as YAML; empty if it is new.
    pub before: String,
    /// The object after, as YAML.
    pub after: String,
    /// The API server's refusal, if it would refuse.
    pub refusal: Option<String>,
}

/// What is wrong with a text, before anyone sends it.
pub(super) fn check(_yaml: &str) -> Vec<Problem> {
    Vec::new()
}

/// What Apply would change now.
pub(super) fn preview(_session: &Session) -> Preview {
    Preview::default()
}

impl Session {
    pub(super) fn edit(&mut self, yaml: String) {
        self.problems = check(&yaml);
        self.yaml = yaml;
        self.preview = None;
    }

    pub(super) fn apply_manifest(&mut self) {}
}
