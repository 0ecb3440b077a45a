//! Where a reader is in a document, and its log of what is wrong there.
//!
//! The real thing: sigs.k8s.io/json (`errorContext`, `strictFieldStack`).

use super::{Flaw, Problem};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;

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

impl Place<'_> {
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

    /// Is this the `apiVersion` or `kind` of the whole document? What they say was looked at before, or does not matter.
    pub(super) fn says_what_it_is(&self, value: &Value) -> bool {
        let at_root = self.parent.is_some_and(|p| matches!(p.step, Step::Root));
        let text = value.is_string() || value.is_null();
        at_root && text && matches!(self.step, Step::Field(_, "apiVersion" | "kind"))
    }

    /// The struct and field that this belongs to.
    pub(super) fn field(&self) -> Option<(&'static str, &str)> {
        match self.step {
            Step::Field(owner, name) => Some((owner, name)),
            _ => self.parent?.field(),
        }
    }
}

/// What one reading found, and what it shall leave out.
pub(super) struct Log<'a> {
    skipped: &'a BTreeSet<String>,
    unknown: RefCell<Vec<Problem>>,
    wrong: RefCell<Option<Problem>>,
}

impl<'a> Log<'a> {
    pub(super) fn new(skipped: &'a BTreeSet<String>) -> Self {
        Self {
            skipped,
            unknown: RefCell::default(),
            wrong: RefCell::default(),
        }
    }

    /// The unknown fields, and the wrong type that ended the reading.
    pub(super) fn into_parts(self) -> (Vec<Problem>, Option<Problem>) {
        (self.unknown.into_inner(), self.wrong.into_inner())
    }

    pub(super) fn skips(&self, place: &Place<'_>) -> bool {
        !self.skipped.is_empty() && self.skipped.contains(&place.path())
    }

    pub(super) fn note_unknown(&self, place: &Place<'_>, known: &'static [&'static str]) {
        let path = place.path();
        self.unknown.borrow_mut().push(Problem {
            message: format!("unknown field {path:?}"),
            flaw: Flaw::UnknownField,
            known,
            path,
        });
    }

    /// Only the first counts: the reading ends there.
    pub(super) fn note_wrong(&self, place: &Place<'_>, message: String) {
        let first = Problem {
            path: place.path(),
            flaw: Flaw::WrongType,
            known: &[],
            message,
        };
        self.wrong.borrow_mut().get_or_insert(first);
    }
}
