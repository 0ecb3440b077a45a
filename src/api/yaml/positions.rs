//! Where each field of a document stands in its text.
//!
//! The real thing: none; kubectl points at lines only for errors of syntax.

use std::collections::BTreeMap;

/// A piece of text: lines and columns from 1, columns in characters, the end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The line of its first character.
    pub line: usize,
    /// The column of its first character.
    pub column: usize,
    /// The line of its end.
    pub end_line: usize,
    /// The column behind its last character.
    pub end_column: usize,
}

impl Span {
    /// The one character at this place.
    #[must_use]
    pub fn at(line: usize, column: usize) -> Self {
        Self {
            line,
            column,
            end_line: line,
            end_column: column + 1,
        }
    }

    pub(super) fn is_empty(self) -> bool {
        (self.line, self.column) == (self.end_line, self.end_column)
    }
}

/// A value of the text, what is inside it, and the key that it stands under.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Positions {
    /// Its key, if it stands in a map.
    pub key: Option<Span>,
    /// The value itself, from its first to its last character.
    pub value: Span,
    pub(super) inside: Inside,
}

#[derive(Clone, Debug, PartialEq, Default)]
pub(super) enum Inside {
    #[default]
    Scalar,
    Map(BTreeMap<String, Positions>),
    List(Vec<Positions>),
}

impl Positions {
    /// See [`super::Document::locate`].
    #[must_use]
    pub fn locate(&self, field: &str) -> Span {
        let (found, rest) = self.nearest(field);
        let is_scalar = matches!(found.inside, Inside::Scalar);
        match found.key {
            Some(key) if !is_scalar || !rest.is_empty() || found.value.is_empty() => key,
            _ => found.value,
        }
    }

    /// See [`super::Document::locate_key`].
    #[must_use]
    pub fn locate_key(&self, field: &str) -> Span {
        let (found, _) = self.nearest(field);
        found.key.unwrap_or(found.value)
    }

    /// Is this very field in the text?
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.nearest(field).1.is_empty()
    }

    /// The innermost place on the way to `field` that exists, and what of the path is left.
    fn nearest<'p>(&self, field: &'p str) -> (&Self, &'p str) {
        let mut place = self;
        let mut rest = field;
        while let Some((next, left)) = place.enter(rest) {
            place = next;
            rest = left;
        }
        (place, rest)
    }

    /// One step along a path: `name`, `.name`, `[0]` or `[key]`. Of keys with dots in them, the longest that fits.
    fn enter<'p>(&self, path: &'p str) -> Option<(&Self, &'p str)> {
        let path = path.strip_prefix('.').unwrap_or(path);
        if let Some(bracketed) = path.strip_prefix('[') {
            let (inner, left) = bracketed.split_once(']')?;
            return match &self.inside {
                Inside::Scalar => None,
                Inside::Map(fields) => Some((fields.get(inner.trim_matches('"'))?, left)),
                Inside::List(items) => Some((items.get(inner.parse::<usize>().ok()?)?, left)),
            };
        }
        let Inside::Map(fields) = &self.inside else {
            return None;
        };
        let mut ends: Vec<usize> = path.match_indices(['.', '[']).map(|(at, _)| at).collect();
        ends.push(path.len());
        ends.into_iter()
            .rev()
            .filter(|end| *end > 0)
            .find_map(|end| Some((fields.get(&path[..end])?, &path[end..])))
    }
}
