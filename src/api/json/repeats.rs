//! Keys that stand twice in one map of a text.
//!
//! The real thing: sigs.k8s.io/json (`DisallowDuplicateFields`, `saveStrictError`), goyaml.v2's decode.go (`setMapIndex`).

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// No more are listed, as upstream lists no more.
pub const LISTED_MAX: usize = 100;

/// What stands twice in the text of a body. The document itself has only the last of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeats {
    /// In JSON: the keys, in the order of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Repeat>,
    /// In YAML: the same in words: `line 3: key "a" already set in map`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// Where each path first stands in the text, by its hash.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    places: BTreeMap<u64, u32>,
}

/// A key of a JSON text that stands in its map for the second time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// `spec.containers[0].image`.
    pub path: String,
    /// How many keys stand before it in the text.
    pub place: u32,
}

impl Repeats {
    /// Those of a YAML text.
    #[must_use]
    pub fn of_yaml(lines: Vec<String>) -> Self {
        Self {
            lines,
            ..Self::default()
        }
    }

    /// Goyaml's sentence about all lines; `None` if it has nothing to say.
    #[must_use]
    pub fn yaml_error(&self) -> Option<String> {
        if self.lines.is_empty() {
            return None;
        }
        let lines = self.lines.join("\n  ");
        Some(format!("yaml: unmarshal errors:\n  {lines}"))
    }

    /// How many keys stand in the text before this path does for the first time.
    #[must_use]
    pub fn place_of(&self, path: &str) -> u32 {
        let hash = hash(START, path.as_bytes());
        self.places.get(&hash).copied().unwrap_or(u32::MAX)
    }
}

impl Repeat {
    /// `duplicate field "spec.replicas"`.
    #[must_use]
    pub fn message(&self) -> String {
        format!("duplicate field {:?}", self.path)
    }
}

/// Reads a JSON text once more, for its keys.
pub(super) fn find(text: &str) -> Repeats {
    let log = RefCell::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let walk = Walk {
        log: &log,
        place: &Place {
            parent: None,
            step: Step::Root,
            hash: START,
        },
    };
    // The text was read before: it is JSON.
    drop(walk.deserialize(&mut deserializer));
    let Log {
        places, repeated, ..
    } = log.into_inner();
    Repeats {
        keys: repeated,
        places,
        ..Repeats::default()
    }
}

#[derive(Default)]
struct Log {
    keys: u32,
    places: BTreeMap<u64, u32>,
    repeated: Vec<Repeat>,
}

/// Where the reader is.
struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
    /// Of the path as text.
    hash: u64,
}

enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    fn key(&'a self, key: &'a str) -> Self {
        let parent = match self.step {
            Step::Root => self.hash,
            Step::Key(_) | Step::Index(_) => hash(self.hash, b"."),
        };
        Self {
            parent: Some(self),
            hash: hash(parent, key.as_bytes()),
            step: Step::Key(key),
        }
    }

    fn index(&'a self, index: usize) -> Self {
        Self {
            parent: Some(self),
            hash: hash(self.hash, format!("[{index}]").as_bytes()),
            step: Step::Index(index),
        }
    }

    fn path(&self) -> String {
        let mut text = self.parent.map(Place::path).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
        text
    }
}

/// FNV-1a.
const START: u64 = 0xcbf2_9ce4_8422_2325;

fn hash(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    })
}

struct Walk<'a> {
    log: &'a RefCell<Log>,
    place: &'a Place<'a>,
}

impl Walk<'_> {
    fn note(&self, key: &str, is_repeated: bool) {
        let mut log = self.log.borrow_mut();
        let place = log.keys;
        log.keys += 1;
        let here = self.place.key(key);
        log.places.entry(here.hash).or_insert(place);
        if !is_repeated || log.repeated.len() >= LISTED_MAX {
            return;
        }
        let path = here.path();
        if log.repeated.iter().all(|other| other.path != path) {
            log.repeated.push(Repeat { path, place });
        }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        for index in 0.. {
            let walk = Walk {
                log: self.log,
                place: &self.place.index(index),
            };
            if access.next_element_seed(walk)?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        while let Some(key) = access.next_key::<String>()? {
            self.note(&key, seen.contains(&key));
            if self.log.borrow().keys == u32::MAX {
                access.next_value::<IgnoredAny>()?;
                continue;
            }
            access.next_value_seed(Walk {
                log: self.log,
                place: &self.place.key(&key),
            })?;
            seen.insert(key);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_and_their_places() {
        let text =
            r#"{"z": 1, "spec": {"a": 1, "list": [{"b": 1, "b": 2, "b": 3}], "a": 2}, "y": 1}"#;
        let repeats = find(text);
        let want = [("spec.list[0].b", 5), ("spec.a", 7)];
        let got: Vec<(&str, u32)> = repeats
            .keys
            .iter()
            .map(|r| (r.path.as_str(), r.place))
            .collect();
        assert_eq!(got, want);
        assert_eq!(repeats.place_of("z"), 0);
        assert_eq!(repeats.place_of("spec.list[0].b"), 4);
        assert_eq!(repeats.place_of("y"), 8);
        assert_eq!(repeats.place_of("nowhere"), u32::MAX);
    }

    #[test]
    fn no_more_are_listed_than_upstream_lists() {
        let many: String = (0..500)
            .map(|n| format!("\"{n}\": 1, \"{n}\": 2,"))
            .collect();
        let text = format!("{{{}}}", many.trim_end_matches(','));
        assert_eq!(find(&text).keys.len(), LISTED_MAX);
    }
}
