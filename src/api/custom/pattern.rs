//! Regular expressions in schemas, and texts that are held against them: each is compiled once for an object, and all together may not
//! take longer than somebody would wait.
//!
//! The real thing: Go's regexp, whose time also grows with the size of the expression times the length of the text.
//! Left out: expressions of more than a megabyte once their repetitions are written out (refused); an object whose texts would take
//! minutes to be held against its patterns (refused).

use regex_lite::{Regex, RegexBuilder};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// No expression is larger, compiled.
const BYTES_MAX: u32 = 1 << 20;

/// What all matching for one object may cost: bytes of the compiled expression times bytes of the text.
const WORK_MAX: u64 = 1 << 35;

/// Does a text fit a pattern?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It does.
    Fits,
    /// It does not, or the pattern cannot be read.
    Differs,
    /// It would take too long to find out.
    TooMuch,
}

/// The patterns that an object has met.
#[derive(Debug)]
pub(super) struct Patterns {
    compiled: RefCell<BTreeMap<String, Option<Compiled>>>,
    left: Cell<u64>,
}

#[derive(Debug)]
struct Compiled {
    regex: Regex,
    /// At most so large.
    bytes: u32,
}

impl Default for Patterns {
    fn default() -> Self {
        Self {
            compiled: RefCell::default(),
            left: Cell::new(WORK_MAX),
        }
    }
}

impl Patterns {
    /// Holds the text against the pattern.
    pub(super) fn fit(&self, pattern: &str, text: &str) -> Fit {
        let mut all = self.compiled.borrow_mut();
        if !all.contains_key(pattern) {
            all.insert(pattern.to_owned(), compile(pattern));
        }
        let Some(Some(Compiled { regex, bytes })) = all.get(pattern) else {
            return Fit::Differs;
        };
        let work = u64::from(*bytes).saturating_mul(text.len() as u64);
        let Some(left) = self.left.get().checked_sub(work) else {
            return Fit::TooMuch;
        };
        self.left.set(left);
        if regex.is_match(text) {
            Fit::Fits
        } else {
            Fit::Differs
        }
    }
}

/// Compiled within growing bounds: the first that is wide enough says how large it is.
fn compile(pattern: &str) -> Option<Compiled> {
    let mut bytes = 1 << 10;
    while bytes <= BYTES_MAX {
        let regex = RegexBuilder::new(pattern)
            .size_limit(bytes as usize)
            .build();
        if let Ok(regex) = regex {
            return Some(Compiled { regex, bytes });
        }
        bytes *= 2;
    }
    None
}

/// Can it be read? The error is the parser's sentence.
pub(in crate::api) fn check(pattern: &str) -> Result<(), String> {
    let regex = RegexBuilder::new(pattern)
        .size_limit(BYTES_MAX as usize)
        .build();
    regex.map(|_| ()).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_held_against_patterns_within_bounds() {
        let patterns = Patterns::default();
        let large = "a".repeat(1_000_000);
        let cases = [
            ("fits", "^a+$", "aaa", Fit::Fits),
            ("differs", "^a+$", "b", Fit::Differs),
            ("cannot be read", "(", "(", Fit::Differs),
            ("a long text", "^(a+)+$", large.as_str(), Fit::Fits),
            ("too much", "^(a?b?c?){500}x$", large.as_str(), Fit::TooMuch),
            ("not too much", "^(a?b?c?){500}x$", "abcx", Fit::Fits),
        ];
        for (name, pattern, text, want) in cases {
            assert_eq!(patterns.fit(pattern, text), want, "{name}");
        }
        assert!(check("((a{1000}){1000}){1000}").is_err(), "too large");
        assert!(check(r"^\d+$").is_ok());
    }
}
