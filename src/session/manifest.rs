//! What is in the editor: its errors at their lines, what Apply does, and what it would change.
//!
//! The real thing: what `kubectl apply` and `kubectl diff` print.

use super::{Session, USER};
use crate::api::custom::{self, Definition, Definitions, Named};
use crate::api::kinds::views;
use crate::api::yaml::{self, Document, Span};
use crate::api::{Key, Kind, Object, Request, decode};
use crate::kubectl::Server;
use crate::kubectl::apply::{self, Effect, Options, Refused};
use serde_json::Value;

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

impl Problem {
    fn at(span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            line: span.line,
            column: span.column,
            message: message.into(),
            remedy: None,
        }
    }
}

/// What came of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Which object.
    pub key: Key,
    /// What was done to it.
    pub effect: Effect,
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
pub(super) fn check(text: &str, kinds: &Definitions) -> Vec<Problem> {
    let (documents, errors) = yaml::parse(text);
    let kinds = with_those_in(&documents, kinds);
    let mut problems: Vec<Problem> = errors
        .into_iter()
        .map(|error| Problem {
            remedy: error.remedy,
            ..Problem::at(error.span, error.message)
        })
        .collect();
    problems.extend(
        documents
            .iter()
            .flat_map(|document| check_document(document, &kinds)),
    );
    sort(&mut problems);
    problems
}

/// The kinds of the cluster and those that the text itself defines.
fn with_those_in(documents: &[Document], kinds: &Definitions) -> Definitions {
    let defined = documents.iter().filter_map(|document| {
        let kind = decode::kind_of(&document.value).ok()?;
        if kind != Kind::CustomResourceDefinition {
            return None;
        }
        let mut object = decode::decode(kind, &document.value).object;
        object.set_defaults();
        let Object::CustomResourceDefinition(crd) = object else {
            return None;
        };
        let is_right = crate::api::Stored::validate(&*crd).is_empty();
        is_right.then(|| Definition::foreseen(&crd)).flatten()
    });
    Definitions::new(defined.chain(kinds.iter().cloned()))
}

/// A custom object is held to its schema as the server would.
fn check_custom(document: &Document, named: &Named, definition: &Definition) -> Vec<Problem> {
    let version = named.api_version.rsplit('/').next().unwrap_or_default();
    let decoded = decode::decode(named.kind, &document.value);
    let at = |path: &str, message: String| Problem::at(document.locate(path), message);
    let mut problems: Vec<Problem> = decoded
        .problems
        .iter()
        .map(|problem| at(&problem.path, problem.message.clone()))
        .collect();
    let Object::Custom(object) = decoded.object else {
        return problems;
    };
    let mut content = object.content.clone();
    let schema = definition.schema(version);
    for path in custom::prune_content(&mut content, schema) {
        let message = format!("unknown field {path:?}");
        problems.push(Problem::at(document.locate_key(&path), message));
    }
    if let Some(schema) = schema {
        custom::fill_in(&mut content, schema);
        let errors = custom::validate_content(&content, None, schema);
        problems.extend(
            errors
                .iter()
                .map(|error| at(&error.field, error.to_string())),
        );
    }
    problems
}

fn check_document(document: &Document, kinds: &Definitions) -> Vec<Problem> {
    let named = match decode::kind_in(&document.value, kinds) {
        Ok(named) => match kinds.get(named.kind) {
            Some(definition) => return check_custom(document, &named, definition),
            None => named,
        },
        Err(status) => {
            let field = status.causes.first().map_or("kind", |cause| &cause.field);
            return vec![Problem::at(document.locate(field), status.message)];
        }
    };
    // Fields are those of the version that the document is in, values those of the stored one.
    let is_view = !named.api_version.is_empty();
    let viewed = views::problems(named.kind, &document.value).filter(|_| is_view);
    let decoded = match viewed {
        None => decode::decode(named.kind, &document.value),
        Some(problems) => {
            let stored = views::inward(named.kind, document.value.clone());
            let object = decode::decode(named.kind, &stored).object;
            decode::Decoded { object, problems }
        }
    };
    let mut problems: Vec<Problem> = decoded
        .problems
        .iter()
        .map(|problem| {
            let span = match problem.flaw {
                decode::Flaw::UnknownField | decode::Flaw::Repeated => {
                    document.locate_key(&problem.path)
                }
                decode::Flaw::WrongType => document.locate(&problem.path),
            };
            Problem::at(span, problem.message.clone())
        })
        .collect();
    if problems.is_empty() {
        let mut object = decoded.object;
        object.set_defaults();
        let invalid = object.validate().into_iter();
        problems.extend(
            invalid.map(|error| Problem::at(document.locate(&error.field), error.to_string())),
        );
    }
    problems
}

fn sort(problems: &mut Vec<Problem>) {
    problems.sort_by_key(|problem| (problem.line, problem.column));
    problems.dedup();
}

/// The API server's refusal at the fields that it names.
fn refused(document: &Document, refused: &Refused) -> Vec<Problem> {
    let status = &refused.status;
    let message = refused.why().text();
    if status.causes.is_empty() {
        return vec![Problem::at(document.locate("metadata.name"), message)];
    }
    let at = |cause: &crate::api::Cause| {
        let unknown = cause.reason == "UnknownField";
        let span = if unknown {
            document.locate_key(&cause.field)
        } else {
            document.locate(&cause.field)
        };
        let message = if unknown || cause.message.contains(&cause.field) {
            cause.message.clone()
        } else {
            format!("{}: {}", cause.field, cause.message)
        };
        Problem::at(span, message)
    };
    if status.causes.len() == 1 {
        return vec![Problem {
            message,
            ..at(&status.causes[0])
        }];
    }
    status.causes.iter().map(at).collect()
}

/// What Apply would change now.
pub(super) fn preview(session: &Session) -> Preview {
    let cluster = session.timeline().cluster();
    let (documents, _) = yaml::parse(&session.yaml);
    let options = Options {
        dry_run: true,
        ..Options::default()
    };
    let change = |document: &Document| {
        let mut send = |request: Request| cluster.ask(&request.by(USER));
        // A document that does not say what it is has its problem in the editor.
        Some(match apply::apply(&document.value, &options, &mut send) {
            Ok(applied) => PreviewChange {
                key: applied.key,
                before: applied.before.as_ref().map(readable).unwrap_or_default(),
                after: readable(&applied.after),
                refusal: None,
            },
            Err(refused) => PreviewChange {
                key: {
                    let kinds = apply::kinds_for(&document.value, &mut send);
                    let (key, _) = apply::identify(&document.value, &options, &kinds).ok()?;
                    Some(key).filter(|key| !key.name.is_empty())?
                },
                before: String::new(),
                after: String::new(),
                refusal: Some(refused.why().text()),
            },
        })
    };
    Preview {
        changes: documents.iter().filter_map(change).collect(),
    }
}

/// The object as YAML, without what only the server writes and what `apply` notes for itself.
fn readable(object: &Object) -> String {
    let mut value = object.to_json();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in [
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "managedFields",
        ] {
            metadata.remove(field);
        }
        let annotations = metadata
            .get_mut("annotations")
            .and_then(Value::as_object_mut);
        let left = annotations.map(|annotations| {
            annotations.remove(apply::LAST_APPLIED);
            annotations.len()
        });
        if left == Some(0) {
            metadata.remove("annotations");
        }
    }
    yaml::to_yaml(&value)
}

impl Session {
    pub(super) fn edit(&mut self, text: String) {
        if text == self.yaml {
            return;
        }
        let kinds = self.timeline.cluster().store().head().definitions();
        self.problems = check(&text, &kinds);
        self.yaml = text;
        self.preview = None;
        self.applied.clear();
    }

    /// `kubectl apply -f` of what is in the editor. Text that is no YAML is not sent.
    pub(super) fn apply_manifest(&mut self) {
        self.preview = None;
        self.applied.clear();
        self.refused = None;
        let (documents, errors) = yaml::parse(&self.yaml);
        let kinds = self.timeline.cluster().store().head().definitions();
        self.problems = check(&self.yaml, &kinds);
        if !errors.is_empty() {
            return;
        }
        if documents.is_empty() {
            self.problems = vec![Problem::at(
                Span::at(1, 1),
                "error: no objects passed to apply",
            )];
            return;
        }
        let mut answered = Vec::new();
        for document in &documents {
            let timeline = &mut self.timeline;
            let mut send = |request: Request| timeline.send(request.by(USER));
            match apply::apply(&document.value, &Options::default(), &mut send) {
                Ok(applied) => {
                    answered.extend(applied.warnings.iter().map(|warning| Problem {
                        severity: Severity::Warning,
                        ..Problem::at(
                            document.locate("metadata.name"),
                            format!("Warning: {warning}"),
                        )
                    }));
                    self.applied.push(Applied {
                        line: applied.line(),
                        key: applied.key,
                        effect: applied.effect,
                    });
                }
                Err(error) => {
                    answered.extend(refused(document, &error));
                    self.refused.get_or_insert(error.status);
                }
            }
        }
        // What the server says replaces what was foreseen.
        self.problems = answered;
        sort(&mut self.problems);
    }
}
