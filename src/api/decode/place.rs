//! Where a reader is in a document, and its log of what is wrong there.
//!
//! The real thing: sigs.k8s.io/json (`errorContext`, `strictFieldStack`).

use super::{Flaw, Problem};
use crate::api::json::LISTED_MAX;
use crate::api::typed::Struct;

/// Where in the document: a list of steps on the stack, innermost first.
pub(super) struct Place<'a> {
    pub(super) parent: Option<&'a Place<'a>>,
    pub(super) step: Step<'a>,
}

pub(super) enum Step<'a> {
    Root,
    /// A field of the struct with this name.
    Field(&'static str, &'a str),
    /// A key of a map.
    Key(&'a str),
    /// An entry of a list.
    Index(usize),
}

impl<'a> Place<'a> {
    /// One step further.
    pub(super) fn below(&'a self, step: Step<'a>) -> Place<'a> {
        Place {
            parent: Some(self),
            step,
        }
    }

    /// `spec.containers[0].ports`.
    pub(super) fn path(&self) -> String {
        let mut text = self.parent.map(Place::path).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Field(_, name) | Step::Key(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
        }
        text
    }

    /// The fields on the way here, without keys and indexes: `spec.containers.ports`.
    pub(super) fn fields(&self) -> String {
        let mut text = self.parent.map(Place::fields).unwrap_or_default();
        if let Step::Field(_, name) = self.step {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(name);
        }
        text
    }

    /// The struct and field that this belongs to.
    pub(super) fn field(&self) -> Option<(&'static str, &str)> {
        match self.step {
            Step::Field(owner, name) => Some((owner, name)),
            _ => self.parent?.field(),
        }
    }
}

/// What one reading found.
#[derive(Default)]
pub(super) struct Log {
    unknown: Vec<Problem>,
    wrong: Vec<Problem>,
}

impl Log {
    /// Wrong types before unknown fields, each in the order of the reading.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.wrong.into_iter().chain(self.unknown).collect()
    }

    pub(super) fn note_unknown(&mut self, place: &Place<'_>, owner: Struct) {
        if self.unknown.len() >= LISTED_MAX {
            return;
        }
        let path = place.path();
        self.unknown.push(Problem {
            message: format!("unknown field {path:?}"),
            flaw: Flaw::UnknownField,
            known: owner.json_names().collect(),
            path,
        });
    }

    pub(super) fn note_wrong(&mut self, place: &Place<'_>, message: String) {
        if self.wrong.len() >= LISTED_MAX {
            return;
        }
        self.wrong.push(Problem {
            path: place.path(),
            flaw: Flaw::WrongType,
            known: Vec::new(),
            message,
        });
    }
}
